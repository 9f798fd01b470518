/* sink_exec.c: exec:COMMAND: rows into the standard input of a program. It is waited for at the end; one that
 * failed, or that stops reading before the end, is an error. */

#include <unistd.h>

#include "io/child.h"
#include "io/output.h"

/* A program that closes its input mostly ends at once; how it ended says more. */
enum {
    LAST_WORDS_MS = 500
};

static struct status exec_open(struct output *o, const struct url *u)
{
    o->path = u->path;
    o->gzip = option_is(o->endpoint, "gzip", false);
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

static struct status exec_write(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    (void)batch;
    struct status st = output_put(o, rows->bytes.data, rows->bytes.len);
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
    if (ended.err != ERR_NONE) return ended;
    return flushed.err == ERR_NONE ? closed : flushed;
}

const struct output_class output_exec_class = {
    .kind = URL_EXEC,
    .open = exec_open,
    .write = exec_write,
    .advance = exec_advance,
    .flush = exec_flush,
    .save = output_save_nothing,
    .restore = output_restore_nothing,
    .close = exec_close,
};
