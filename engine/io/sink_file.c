/* sink_file.c: file:PATH and bare paths, standard output, and null:. A file is begun anew; its folders are made. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/output.h"

static void make_folders(struct arena *a, const char *path)
{
    char *copy = arena_dup(a, path, strlen(path) + 1);
    for (char *p = copy + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        mkdir(copy, 0777); /* what fails here fails at open, with a better message */
        *p = '/';
    }
}

static struct status put_head(struct output *o)
{
    struct buf head = { 0 };
    encoder_head(o->encoder, &head);
    struct status st = output_put(o, head.data, head.len);
    buf_free(&head);
    return st;
}

static struct status file_open(struct output *o, const struct url *u)
{
    o->path = u->path;
    o->gzip = url_is_gzip(u->path) || option_is(o->endpoint, "gzip", false);
    make_folders(o->arena, u->path);
    o->fd = open(u->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd >= 0) return put_head(o);
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at, "cannot write %s for %s: %s",
                      u->path, o->endpoint->name, strerror(errno));
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

static struct status file_close(struct output *o)
{
    struct status st = output_finish_member(o);
    if (close(o->fd) != 0 && st.err == ERR_NONE) {
        st = status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at, "cannot write %s of %s: %s",
                        o->path, o->endpoint->name, strerror(errno));
    }
    o->fd = -1;
    return st;
}

const struct output_class output_file_class = {
    .kind = URL_FILE,
    .open = file_open,
    .write = put_rows,
    .advance = ignore_time,
    .flush = output_finish_member,
    .close = file_close,
};

static struct status stdout_open(struct output *o, const struct url *u)
{
    (void)u;
    o->fd = STDOUT_FILENO;
    o->path = "standard output";
    o->gzip = option_is(o->endpoint, "gzip", false);
    return put_head(o);
}

const struct output_class output_stdout_class = {
    .kind = URL_STDIO,
    .open = stdout_open,
    .write = put_rows,
    .advance = ignore_time,
    .flush = output_finish_member,
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
    .close = null_flush,
};
