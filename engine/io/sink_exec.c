/* sink_exec.c: exec:COMMAND: rows into the standard input of a program. It is waited for at the end; one that
 * failed, or that stops reading before the end, is an error. */

#include <unistd.h>

#include "io/child.h"
#include "io/output.h"
#include "io/throttle.h"

/* A program that closes its input mostly ends at once; how it ended says more. */
enum {
    LAST_WORDS_MS = 500
};

static struct status exec_open(struct output *o, const struct url *u)
{
    o->path = u->path;
    o->gzip = option_is(o->endpoint, "gzip", false);
    TRY(throttle_new(o->arena, o->endpoint, o->schema, &o->throttle));
    return child_start(o->arena, o->endpoint, u->path, STDIN_FILENO, &o->pid, &o->fd);
}

/* Rows would be lost from here on: why? */
static struct status gone(struct output *o)
{
    int how;
    if (child_wait(o->pid, -1, LAST_WORDS_MS, &how)) {
        o->pid = 0;
        TRY(child_result(o->arena, ERR_UNREACHABLE, o->endpoint, o->path, how));
    }
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                      "program '%s' of %s has closed its input", o->path, o->endpoint->name);
}

/* All rows, or those that throttling lets through. */
static struct status put_rows(struct output *o, const struct encoded *rows,
                              const struct batch *batch)
{
    if (!o->throttle) return output_put(o, rows->bytes.data, rows->bytes.len);
    for (uint32_t i = 0; i < rows->n_rows; i++) {
        size_t start = i ? rows->ends[i - 1] : 0;
        if (!throttle_passes(o->throttle, batch, batch_row(batch, i))) continue;
        TRY(output_put(o, rows->bytes.data + start, rows->ends[i] - start));
    }
    return OK;
}

static struct status exec_write(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    struct status st = put_rows(o, rows, batch);
    return st.err == ERR_INTERRUPTED && o->pid > 0 ? gone(o) : st;
}

static struct status exec_advance(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

static struct status exec_flush(struct output *o)
{
    struct status st = output_finish_member(o);
    return st.err == ERR_INTERRUPTED && o->pid > 0 ? gone(o) : st;
}

/* What a program got cannot be taken back; which keys are quiet is kept. */
static struct status exec_save(struct output *o, struct snap_writer *w)
{
    TRY(exec_flush(o));
    throttle_save(o->throttle, w);
    return OK;
}

static struct status exec_restore(struct output *o, struct snap_reader *r)
{
    throttle_load(o->throttle, r);
    return snap_read_end(o->arena, r);
}

static struct status exec_close(struct output *o)
{
    struct status flushed = o->fd < 0 ? OK : exec_flush(o);
    struct status closed = output_close_fd(o, o->path);
    struct status ended = OK;
    int how;
    if (o->pid > 0 && child_wait(o->pid, -1, -1, &how)) {
        ended = child_result(o->arena, ERR_UNREACHABLE, o->endpoint, o->path, how);
    }
    o->pid = 0;
    throttle_free(o->throttle);
    if (ended.err != ERR_NONE) return ended;
    return flushed.err == ERR_NONE ? closed : flushed;
}

const struct output_class output_exec_class = {
    .kind = URL_EXEC,
    .needs_ends = true,
    .open = exec_open,
    .write = exec_write,
    .advance = exec_advance,
    .flush = exec_flush,
    .save = exec_save,
    .restore = exec_restore,
    .close = exec_close,
};
