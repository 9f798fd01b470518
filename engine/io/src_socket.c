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
#include "time/clock.h"

enum {
    CLIENTS_MAX = 1000,
    LINE_MAX_BYTES = 16 << 20, /* of a client that sends no line end */
    LINES_MAX_BYTES = 256 << 20, /* of all clients' lines together ... */
    LINE_LONG_BYTES = 1 << 20,   /* ... beyond which those that are so long make room */
    READ_BYTES = 64 << 10,
    NAP_MS = 100,
    TOLD_MS = 10000 /* between two messages of a kind */
};

/* What happens to clients, told now and then. */
struct notice {
    uint32_t n; /* since the last message */
    int64_t told_ms;
    const char *why;
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
    struct notice many, scarce, lines, room;
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
    c->many.why = "there are 1000 already";
    c->scarce.why = "the run has few descriptors left (ulimit -n)";
    c->lines.why = "a line of more than 16 MB";
    c->room.why = "long lines without an end take more than 256 MB";
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

static void tell_closed(const struct input *in, struct notice *what)
{
    struct log_field fields[] = { LOG_C("source", in->endpoint->name) };
    if (what->n == 1)
        log_event(LOG_WARNING, fields, 1, "a connection to %s was closed: %s", in->endpoint->name,
                  what->why);
    else
        log_event(LOG_WARNING, fields, 1, "%u connections to %s were closed: %s", what->n,
                  in->endpoint->name, what->why);
    what->told_ms = clock_steady_ms();
    what->n = 0;
}

static void note_closed(const struct input *in, struct notice *what)
{
    what->n++;
    if (!what->told_ms || clock_steady_ms() >= what->told_ms + TOLD_MS) tell_closed(in, what);
}

static void tell_rest(const struct input *in, struct notice *what)
{
    if (what->n) tell_closed(in, what);
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
    if (c->n >= CLIENTS_MAX || socket_is_scarce(fd)) {
        note_closed(in, c->n >= CLIENTS_MAX ? &c->many : &c->scarce);
        close(fd);
        return;
    }
    if (!c->is_unix) socket_keep_alive(fd);
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

static bool is_too_much(const struct clients *c)
{
    size_t all = 0;
    for (size_t i = 0; i < c->n; i++) all += c->items[i].bytes.len;
    return all > LINES_MAX_BYTES;
}

/* A line that gets no end: its client goes. */
static void check_length(struct input *in, struct client *k)
{
    struct clients *c = in->clients;
    if (k->whole || k->bytes.len <= LINE_LONG_BYTES) return;
    bool long_line = k->bytes.len > LINE_MAX_BYTES;
    if (!long_line && !is_too_much(c)) return;
    note_closed(in, long_line ? &c->lines : &c->room);
    end_client(k);
}

static void read_client(struct input *in, struct client *k)
{
    size_t from = k->bytes.len;
    char *room = buf_reserve(&k->bytes, READ_BYTES);
    ssize_t got = read(k->fd, room, READ_BYTES);
    if (got > 0) {
        k->bytes.len += (size_t)got;
        find_lines(k, from);
        check_length(in, k);
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
    tell_rest(in, &c->many);
    tell_rest(in, &c->scarce);
    tell_rest(in, &c->lines);
    tell_rest(in, &c->room);
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
