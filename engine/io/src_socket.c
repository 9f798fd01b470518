/*
 * src_socket.c: tcp://HOST:PORT and unix:PATH: the lines of one connection, or, with listen = TRUE, of whoever
 * connects.
 *
 * Clients come and go; each has a buffer of its own, and only whole lines go on, so that those of two clients do not
 * mix. What a client leaves unfinished goes on as a line of its own: it is a bad record unless it was whole.
 */

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "io/input.h"
#include "io/socket.h"

enum {
    CLIENTS_MAX = 1000,
    LINE_MAX_BYTES = 16 << 20, /* of a client that sends no line end */
    READ_BYTES = 64 << 10,
    NAP_MS = 100
};

struct client {
    int fd;
    struct buf bytes;
    size_t whole; /* bytes up to the last line end */
};

struct clients {
    struct client *items;
    size_t n, cap;
    size_t turn; /* whose lines are looked at first */
    struct pollfd *fds; /* cap + 2 */
    bool is_unix;
};

static struct status open_socket(struct input *in, struct arena *a, const struct io_endpoint *e,
                                 const struct url *u)
{
    in->path = str_to_c(a, e->url);
    in->live = true;
    if (!option_is(e, "listen", false)) return socket_connect(a, e, u, &in->fd);
    TRY(socket_listen(a, e, u, &in->fd));
    struct clients *c = arena_calloc(a, sizeof *c);
    c->is_unix = u->kind == URL_UNIX;
    if (c->is_unix) in->path = u->path;
    in->clients = c;
    return OK;
}

/* ---- clients ---- */

static void drop_client(struct clients *c, size_t i)
{
    if (c->items[i].fd >= 0) close(c->items[i].fd);
    buf_free(&c->items[i].bytes);
    c->items[i] = c->items[--c->n];
}

static void accept_clients(struct input *in)
{
    struct clients *c = in->clients;
    int fd = accept4(in->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        /* without descriptors it waits at the door, and would be seen again at once */
        if (errno == EMFILE || errno == ENFILE) input_stopped(in, NAP_MS);
        return;
    }
    if (c->n >= CLIENTS_MAX) {
        log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", in->endpoint->name)),
                  "a connection to %s was closed: there are %d already", in->endpoint->name,
                  CLIENTS_MAX);
        close(fd);
        return;
    }
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 8;
        c->items = mem_realloc(c->items, c->cap * sizeof *c->items);
        c->fds = mem_realloc(c->fds, (c->cap + 2) * sizeof *c->fds);
    }
    c->items[c->n++] = (struct client){ .fd = fd };
}

/* Finds the last line end among the new bytes. */
static void find_lines(struct client *k, size_t from)
{
    const char *last = memrchr(k->bytes.data + from, '\n', k->bytes.len - from);
    if (last) k->whole = (size_t)(last - k->bytes.data) + 1;
}

/* The client sends no more: its last line ends here. */
static void end_client(struct client *k)
{
    close(k->fd);
    k->fd = -1;
    if (k->bytes.len > k->whole) buf_append_char(&k->bytes, '\n');
    k->whole = k->bytes.len;
}

static void read_client(struct input *in, struct client *k)
{
    size_t from = k->bytes.len;
    char *room = buf_reserve(&k->bytes, READ_BYTES);
    ssize_t got = read(k->fd, room, READ_BYTES);
    if (got > 0) {
        k->bytes.len += (size_t)got;
        find_lines(k, from);
        if (k->whole == 0 && k->bytes.len > LINE_MAX_BYTES) {
            log_event(LOG_WARNING, LOG_FIELDS(LOG_C("source", in->endpoint->name)),
                        "a connection to %s was closed: its line has more than %d bytes",
                      in->endpoint->name, LINE_MAX_BYTES);
            end_client(k);
        }
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        end_client(k);
    }
}

/* Whole lines of the next client that has some, at most cap bytes; a line that is longer than that goes on in pieces,
 * and nobody else's comes between them. */
static bool take_lines(struct clients *c, char *out, size_t cap, size_t *n)
{
    for (size_t tried = 0; tried < c->n; tried++) {
        size_t i = c->turn % c->n;
        struct client *k = &c->items[i];
        if (k->whole == 0) {
            c->turn = i + 1;
            continue;
        }
        size_t take = k->whole;
        bool piece = false;
        if (take > cap) {
            const char *last = memrchr(k->bytes.data, '\n', cap);
            take = last ? (size_t)(last - k->bytes.data) + 1 : cap;
            piece = !last;
        }
        memcpy(out, k->bytes.data, take);
        memmove(k->bytes.data, k->bytes.data + take, k->bytes.len - take);
        k->bytes.len -= take;
        k->whole -= take;
        *n = take;
        c->turn = piece ? i : i + 1;
        return true;
    }
    return false;
}

static void drop_ended(struct clients *c)
{
    for (size_t i = c->n; i-- > 0;)
        if (c->items[i].fd < 0 && c->items[i].bytes.len == 0) drop_client(c, i);
}

/* Waits for bytes and connections; false: nothing came within the time, or the source is to stop. */
static bool wait_for_clients(struct input *in, int wait_ms)
{
    struct clients *c = in->clients;
    struct pollfd alone[2], *fds = c->fds ? c->fds : alone;
    fds[0] = (struct pollfd){ .fd = in->stop_fd, .events = POLLIN };
    fds[1] = (struct pollfd){ .fd = in->fd, .events = POLLIN };
    size_t n = c->n;
    for (size_t i = 0; i < n; i++)
        fds[i + 2] = (struct pollfd){ .fd = c->items[i].fd, .events = POLLIN };
    int ready = poll(fds, n + 2, wait_ms);
    if (ready < 0 && errno == EINTR && wait_ms < 0) return true;
    if (ready <= 0 || fds[0].revents) return false;
    for (size_t i = 0; i < n; i++)
        if (fds[i + 2].revents) read_client(in, &c->items[i]);
    if (fds[1].revents) accept_clients(in);
    return true;
}

static enum input_result read_socket(struct input *in, char *out, size_t cap, int wait_ms,
                                     size_t *n, struct status *st)
{
    struct clients *c = in->clients;
    if (!c) return input_read_fd(in, out, cap, wait_ms, n, st);
    do {
        bool took = take_lines(c, out, cap, n);
        drop_ended(c);
        if (took) return INPUT_BYTES;
    } while (wait_for_clients(in, wait_ms));
    return INPUT_IDLE;
}

static bool no_next(struct input *in, struct status *st)
{
    (void)in;
    (void)st;
    return false;
}

static void close_socket(struct input *in)
{
    struct clients *c = in->clients;
    if (in->fd >= 0) close(in->fd);
    if (c && c->is_unix && in->fd >= 0) unlink(in->path);
    in->fd = -1;
    if (!c) return;
    while (c->n) drop_client(c, c->n - 1);
    mem_free(c->items);
    mem_free(c->fds);
    in->clients = NULL;
}

const struct input_class input_tcp_class = {
    .kind = URL_TCP,
    .open = open_socket,
    .read = read_socket,
    .next = no_next,
    .close = close_socket,
};

const struct input_class input_unix_class = {
    .kind = URL_UNIX,
    .open = open_socket,
    .read = read_socket,
    .next = no_next,
    .close = close_socket,
};
