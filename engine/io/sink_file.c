/* sink_file.c: file:PATH and bare paths, standard output, and null:. A file is begun anew; its folders are made. */

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "io/output.h"

static struct status file_open(struct output *o, const struct url *u)
{
    o->path = u->path;
    o->gzip = url_is_gzip(u->path) || option_is(o->endpoint, "gzip", false);
    TRY(output_make_folders(o, u->path));
    return output_create(o, u->path);
}

static struct status put_rows(struct output *o, const struct encoded *rows,
                              const struct batch *batch)
{
    (void)batch;
    return output_put(o, rows->bytes.data, rows->bytes.len);
}

static struct status ignore_time(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

/* A file that somebody has removed, or put another one in the place of, takes rows that nobody will find. */
static void tell_removed(struct output *o)
{
    struct stat s;
    if (o->told_removed || o->fd < 0 || fstat(o->fd, &s) != 0) return;
    if (!S_ISREG(s.st_mode) || s.st_nlink > 0) return;
    o->told_removed = true;
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", o->path)),
              "%s of %s was removed or replaced while it was written: its rows are lost", o->path,
              o->endpoint->name);
}

static struct status file_save(struct output *o, struct snap_writer *w)
{
    tell_removed(o);
    return output_save_file(o, o->path, w);
}

static struct status file_restore(struct output *o, struct snap_reader *r)
{
    struct file_position position = output_read_position(r);
    TRY(snap_read_end(o->arena, r));
    return output_restore_file(o, o->path, position);
}

static struct status file_close(struct output *o)
{
    struct status packed = o->fd < 0 ? OK : output_finish_member(o);
    tell_removed(o);
    struct status closed = output_close_fd(o, o->path);
    return packed.err == ERR_NONE ? closed : packed;
}

const struct output_class output_file_class = {
    .kind = URL_FILE,
    .open = file_open,
    .write = put_rows,
    .advance = ignore_time,
    .flush = output_finish_member,
    .save = file_save,
    .restore = file_restore,
    .close = file_close,
};

/* On a terminal a status line may stand where rows go. */
static struct status stdout_write(struct output *o, const struct encoded *rows,
                                  const struct batch *batch)
{
    if (!o->is_terminal) return put_rows(o, rows, batch);
    log_pause_status();
    struct status st = put_rows(o, rows, batch);
    log_resume_status();
    return st;
}

static struct status stdout_open(struct output *o, const struct url *u)
{
    (void)u;
    o->fd = STDOUT_FILENO;
    o->path = "standard output";
    o->is_terminal = isatty(STDOUT_FILENO) == 1;
    o->gzip = option_is(o->endpoint, "gzip", false);
    return OK;
}

const struct output_class output_stdout_class = {
    .kind = URL_STDIO,
    .open = stdout_open,
    .write = stdout_write,
    .advance = ignore_time,
    .flush = output_finish_member,
    .save = output_save_nothing,
    .restore = output_restore_nothing,
    .close = output_finish_member,
};

static struct status null_open(struct output *o, const struct url *u)
{
    (void)u;
    o->path = "null:";
    return OK;
}

static struct status null_write(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    (void)o;
    (void)rows;
    (void)batch;
    return OK;
}

static struct status null_flush(struct output *o)
{
    (void)o;
    return OK;
}

const struct output_class output_null_class = {
    .kind = URL_NULL,
    .open = null_open,
    .write = null_write,
    .advance = ignore_time,
    .flush = null_flush,
    .save = output_save_nothing,
    .restore = output_restore_nothing,
    .close = null_flush,
};
