/*
 * sink_socket.c: tcp://HOST:PORT and unix:PATH: rows as lines to whoever listens there.
 *
 * A connection that breaks is made anew, every second until it works, and the row it broke in is sent again. What the
 * other side's system had taken, but not its program, is lost with the connection: TCP does not tell.
 */

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/output.h"
#include "io/socket.h"

static struct status open_socket(struct output *o, const struct url *u)
{
    o->path = str_to_c(o->arena, o->endpoint->url);
    o->peer = arena_dup(o->arena, u, sizeof *u);
    return socket_connect(o->arena, o->endpoint, u, &o->fd);
}

static struct status connect_again(struct output *o, const char *why)
{
    bool told = false;
    close(o->fd);
    o->fd = -1;
    while (o->fd < 0) {
        struct arena *a = arena_new();
        if (!output_try_later(o, o->path, why, &told)) {
            arena_free(a);
            return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                              "cannot write %s of %s: %s", o->path, o->endpoint->name, why);
        }
        struct status st = socket_connect(a, o->endpoint, o->peer, &o->fd);
        if (st.err != ERR_NONE) o->fd = -1;
        arena_free(a);
    }
    output_tell_success(o, o->path, told);
    return OK;
}

/* The first byte of the row that byte `at` is in. */
static size_t row_start(const struct encoded *rows, size_t at)
{
    size_t start = 0;
    for (uint32_t i = 0; i < rows->n_rows && rows->ends[i] <= at; i++) start = rows->ends[i];
    return start;
}

static struct status write_rows(struct output *o, const struct encoded *rows,
                                const struct batch *batch)
{
    (void)batch;
    for (size_t at = 0; at < rows->bytes.len;) {
        ssize_t took = send(o->fd, rows->bytes.data + at, rows->bytes.len - at, MSG_NOSIGNAL);
        if (took >= 0) {
            at += (size_t)took;
        } else if (errno != EINTR) {
            TRY(connect_again(o, strerror(errno)));
            at = row_start(rows, at);
        }
    }
    return OK;
}

static struct status ignore_time(struct output *o, rowtime bound)
{
    (void)o;
    (void)bound;
    return OK;
}

static struct status flush_nothing(struct output *o)
{
    (void)o; /* a row is sent when it is written */
    return OK;
}

static struct status close_socket(struct output *o)
{
    return output_close_fd(o, o->path);
}

const struct output_class output_tcp_class = {
    .kind = URL_TCP, .needs_ends = true, .open = open_socket, .write = write_rows,
    .advance = ignore_time, .flush = flush_nothing, .save = output_save_nothing,
    .restore = output_restore_nothing, .close = close_socket,
};
const struct output_class output_unix_class = {
    .kind = URL_UNIX, .needs_ends = true, .open = open_socket, .write = write_rows,
    .advance = ignore_time, .flush = flush_nothing, .save = output_save_nothing,
    .restore = output_restore_nothing, .close = close_socket,
};
