/*
 * lambda.c: the way to a function and back: a program at both ends of a socket, or HTTP.
 *
 * HTTP is asked for in version 1.0 (RFC 1945): the answer's body ends with the connection, so nothing needs to be taken
 * apart. The addresses are local ones; a function behind TLS is reached through exec: and a program that speaks it.
 */

#include "io/lambda.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "io/child.h"

enum {
    ANSWER_S = 60,
    ANSWER_MAX = 64 << 20,
    CHUNK = 64 << 10
};

struct lambda {
    struct arena *arena;
    const struct io_endpoint *endpoint;
    enum lambda_event event;
    const char *command; /* exec:, or NULL */
    const char *host, *port, *path;
    int pid, fd;     /* of the program; fd -1: it does not run */
    uint64_t number; /* of the next record */
    struct attempts attempts;
    struct buf out, in;
};

/* ---- addresses ---- */

static struct status bad_url(struct arena *a, const struct io_endpoint *e, struct str url)
{
    struct status st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s is no function",
                                  STR_ARG(url),
                                  e->name);
    return status_with_hint(st, "write exec:COMMAND, or http://HOST:PORT/PATH");
}

static struct status parse_url(struct arena *a, const struct io_endpoint *e, struct str url,
                               struct lambda *l)
{
    const char *text = str_to_c(a, url);
    if (strncmp(text, "exec:", 5) == 0 && text[5]) {
        l->command = text + 5;
        return OK;
    }
    if (strncmp(text, "http://", 7) != 0) return bad_url(a, e, url);
    const char *host = text + 7, *path = strchr(host, '/');
    size_t n = path ? (size_t)(path - host) : strlen(host);
    const char *colon = memchr(host, ':', n);
    size_t n_host = colon ? (size_t)(colon - host) : n;
    if (n_host == 0 || strpbrk(text, " \r\n")) return bad_url(a, e, url);
    l->host = str_to_c(a, str_view(host, n_host));
    l->port = colon ? str_to_c(a, str_view(colon + 1, n - n_host - 1)) : "80";
    l->path = path ? path : "/";
    return OK;
}

struct status lambda_check(struct arena *a, const struct io_endpoint *e, struct str url)
{
    struct lambda ignored = { 0 };
    return parse_url(a, e, url, &ignored);
}

struct status lambda_open(struct arena *a, const struct io_endpoint *e, struct str url,
                          enum lambda_event event, struct lambda **out)
{
    struct lambda *l = mem_calloc(1, sizeof *l);
    *l = (struct lambda){ .arena = a, .endpoint = e, .event = event, .fd = -1 };
    struct status st = parse_url(a, e, url, l);
    if (st.err == ERR_NONE) *out = l;
    else lambda_close(l);
    return st;
}

/* ---- bytes ---- */

static struct status failed(const struct lambda *l, struct arena *a, const char *what)
{
    const char *why = errno == EAGAIN ? "no answer in time" : strerror(errno);
    return status_new(a, ERR_UNREACHABLE, l->endpoint->at, "cannot %s the function of %s: %s", what,
                      l->endpoint->name, errno ? why : "it has ended");
}

static void set_timeouts(int fd)
{
    struct timeval t = { .tv_sec = ANSWER_S };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* Until a line has ended (a program) or the other end is closed (HTTP). */
static bool receive(int fd, struct buf *in, bool line)
{
    while (in->len < ANSWER_MAX) {
        char *p = buf_reserve(in, CHUNK);
        ssize_t n = recv(fd, p, CHUNK, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        in->len += (size_t)n;
        if (n == 0) errno = 0;
        if (n == 0) return !line && in->len > 0;
        if (line && memchr(p, '\n', (size_t)n)) return true;
    }
    errno = EMSGSIZE;
    return false;
}

/* ---- programs ---- */

static void stop_program(struct lambda *l)
{
    int how;
    if (l->fd >= 0) close(l->fd);
    if (l->pid > 0 && !child_wait(l->pid, -1, 1000, &how)) child_stop(l->pid);
    l->fd = -1;
    l->pid = 0;
}

static struct status call_program(struct lambda *l, struct arena *a, struct str *answer)
{
    if (l->fd < 0) {
        TRY(child_start_both(a, l->endpoint, l->command, &l->pid, &l->fd));
        set_timeouts(l->fd);
    }
    if (!send_all(l->fd, l->out.data, l->out.len) || !receive(l->fd, &l->in, true)) {
        struct status st = failed(l, a, "call");
        stop_program(l);
        return st;
    }
    *answer = str_view(l->in.data, l->in.len);
    return OK;
}

/* ---- HTTP ---- */

static int connect_to(const struct lambda *l)
{
    struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found = NULL;
    int fd = -1;
    if (getaddrinfo(l->host, l->port, &wanted, &found) != 0) {
        errno = EHOSTUNREACH;
        return -1;
    }
    for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (fd < 0) continue;
        set_timeouts(fd);
        if (connect(fd, at->ai_addr, at->ai_addrlen) == 0) break;
        int reason = errno;
        close(fd);
        errno = reason;
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

/* Status line, headers, body. */
static struct status read_response(struct lambda *l, struct arena *a, struct str *answer)
{
    const char *p = l->in.data, *body = memmem(p, l->in.len, "\r\n\r\n", 4);
    const char *code = l->in.len > 12 ? memchr(p, ' ', 12) : NULL;
    if (!body || !code || strncmp(p, "HTTP/", 5) != 0 || code[1] != '2') {
        int n = code && code[1] >= '0' ? (int)strcspn(code + 1, "\r\n") : 0;
        return status_new(a, ERR_UNREACHABLE, l->endpoint->at,
                          "the function of %s answered %.*s", l->endpoint->name, n ? n : 7,
                          n ? code + 1 : "no HTTP");
    }
    *answer = str_view(body + 4, l->in.len - (size_t)(body + 4 - p));
    return OK;
}

static struct status call_http(struct lambda *l, struct arena *a, struct str *answer)
{
    struct buf head = { 0 };
    buf_printf(&head,
               "POST %s HTTP/1.0\r\nHost: %s:%s\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\nConnection: close\r\n\r\n",
               l->path, l->host, l->port, l->out.len);
    int fd = connect_to(l);
    bool sent = fd >= 0 && send_all(fd, head.data, head.len) &&
                send_all(fd, l->out.data, l->out.len);
    struct status st = OK;
    if (!sent || !receive(fd, &l->in, false)) st = failed(l, a, "call");
    if (fd >= 0) close(fd);
    buf_free(&head);
    if (st.err != ERR_NONE) return st;
    buf_c(&l->in);
    return read_response(l, a, answer);
}

/* ---- calls ---- */

const struct attempts *lambda_attempts(const struct lambda *l)
{
    return &l->attempts;
}

static struct status call(struct lambda *l, struct arena *a, struct lambda_record *records,
                          size_t n)
{
    struct str answer = STR_EMPTY;
    uint64_t number = l->number;
    buf_clear(&l->out);
    buf_clear(&l->in);
    l->number += n;
    lambda_write_event(&l->out, l->endpoint, l->event, records, n, number);
    TRY(l->command ? call_program(l, a, &answer) : call_http(l, a, &answer));
    struct status st = lambda_read_answer(a, l->endpoint, l->event, answer, records, n, number);
    if (st.err != ERR_NONE && l->command) stop_program(l);
    return st;
}

static void count_records(struct attempts *to, const struct lambda_record *records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (records[i].result == LAMBDA_DROPPED) tally_add(&to->dropped, 1);
        if (records[i].result == LAMBDA_FAILED) tally_add(&to->refused, 1);
        if (records[i].result != LAMBDA_OK) continue;
        tally_add(&to->ok, 1);
        tally_add(&to->ok_bytes, records[i].answer.len);
    }
}

struct status lambda_call(struct lambda *l, struct arena *a, struct lambda_record *records,
                          size_t n)
{
    attempts_begin(&l->attempts);
    struct status st = call(l, a, records, n);
    attempts_end(&l->attempts);
    if (st.err != ERR_NONE) {
        attempts_failed(&l->attempts);
        return st;
    }
    attempts_good(&l->attempts);
    count_records(&l->attempts, records, n);
    return OK;
}

void lambda_gave_up(struct lambda *l, size_t n)
{
    tally_add(&l->attempts.refused, n);
}

void lambda_close(struct lambda *l)
{
    if (!l) return;
    stop_program(l);
    buf_free(&l->out);
    buf_free(&l->in);
    mem_free(l);
}
