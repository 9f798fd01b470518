/*
 * src_http.c: http://HOST:PORT/PATH, https://...: the bodies that are sent there by POST, each like a file of its own.
 *
 * Several sources may share a host and port. With a state file bodies are kept in a spool until a checkpoint has their
 * rows; without one they are in memory only, and a run that is to stop works them off.
 */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"
#include "io/http_post.h"
#include "io/input.h"

enum {
    CONNECTIONS = 256,
    TIMEOUT_S = 30,
    TOKEN_BYTES_MAX = 4096,
    PORT_MAX = 65535
};

static const int64_t default_body = 16 << 20, default_queue = 64 << 20;

struct http_source {
    struct http_door door;
    struct http_place place;
    struct http_server *server; /* NULL: not open */
    struct buf token;
    struct buf body; /* at hand ... */
    size_t at;       /* ... of which so much was read */
    bool has_body, served;
};

/* ---- the address ---- */

struct address {
    const char *host; /* NULL: none */
    const char *port, *path;
    bool tls;
};

static struct status bad_url(struct arena *a, const struct io_endpoint *e, const char *why)
{
    struct status st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s cannot be a source: %s",
                                  STR_ARG(e->url), e->name, why);
    return status_with_hint(st, "write http://127.0.0.1:8080/PATH");
}

static bool is_port(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    return *text >= '1' && *text <= '9' && *end == 0 && n <= PORT_MAX;
}

/* http://HOST:PORT/PATH to its parts. */
static struct status split_url(struct arena *a, const struct io_endpoint *e, const struct url *u,
                               struct address *out)
{
    static const char plain[] = "http://", secure[] = "https://";
    out->tls = strncasecmp(u->path, secure, sizeof secure - 1) == 0;
    if (!out->tls && strncasecmp(u->path, plain, sizeof plain - 1) != 0)
        return bad_url(a, e, "it has no // before its host");
    const char *rest = u->path + (out->tls ? sizeof secure : sizeof plain) - 1;
    size_t n = strcspn(rest, "/?#");
    const char *authority = str_to_c(a, str_view(rest, n));
    out->path = rest[n] ? rest + n : "/";
    if (strpbrk(out->path, "?#%")) return bad_url(a, e, "its path has one of ? # %");
    if (strchr(authority, '@')) return bad_url(a, e, "a name and password stand in it");
    char *colon = strrchr(authority, ':');
    if (!colon || !is_port(colon + 1)) return bad_url(a, e, "it has no port from 1 to 65535");
    *colon = 0;
    out->port = colon + 1;
    size_t size = strlen(authority);
    bool bracketed = size > 2 && authority[0] == '[' && authority[size - 1] == ']';
    out->host = bracketed ? str_to_c(a, str_view(authority + 1, size - 2))
                : size    ? authority
                          : NULL;
    return OK;
}

static bool has_token(const struct io_endpoint *e)
{
    return option_there(e, "token_env") || option_there(e, "token_file");
}

static struct status bad_option(struct arena *a, const struct io_endpoint *e, const char *why)
{
    return status_new(a, ERR_BAD_OPTION, e->at, "source %s: %s", e->name, why);
}

static struct status check_tls(struct arena *a, const struct io_endpoint *e, bool tls)
{
    if (!tls && (option_there(e, "cert") || option_there(e, "cert_key")))
        return status_with_hint(
            bad_option(a, e, "cert and cert_key are for TLS, and its URL has none"),
            "write https://HOST:PORT/PATH");
    TRY(option_beside(a, e, "cert", "cert_key"));
    TRY(option_beside(a, e, "cert_key", "cert"));
    if (!tls || option_there(e, "cert")) return OK;
    return status_with_hint(bad_option(a, e, "who takes requests by https: shows a certificate"),
                            "cert = 'server.pem', cert_key = 'server.key'; or write http:");
}

struct status input_http_check(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    struct address address;
    int64_t body = option_size(e, "max_body", default_body);
    TRY(split_url(a, e, u, &address));
    TRY(check_tls(a, e, address.tls));
    if (option_is(e, "remote", false) && !has_token(e)) {
        struct status st = bad_option(a, e, "whoever may send from elsewhere needs a token");
        return status_with_hint(st, "token_env = 'VARIABLE' or token_file = 'PATH'");
    }
    if (option_there(e, "token_env") && option_there(e, "token_file"))
        return bad_option(a, e, "token_env and token_file both say which token is asked for");
    if (body > LIMIT_RECORD_BYTES) return bad_option(a, e, "max_body is more than 64 MB");
    if (body > option_size(e, "queue", default_queue))
        return bad_option(a, e, "max_body is more than fits into queue");
    if (option_count(e, "connections", CONNECTIONS) < 1 ||
        option_count(e, "connections", CONNECTIONS) > LIMIT_HTTP_CONNECTIONS)
        return status_new(a, ERR_BAD_OPTION, e->at, "source %s: connections are from 1 to %d",
                          e->name, LIMIT_HTTP_CONNECTIONS);
    return OK;
}

/* ---- the token ---- */

static struct status read_token_file(struct arena *a, const struct io_endpoint *e, const char *path,
                                     struct buf *out)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *room = buf_reserve(out, TOKEN_BYTES_MAX);
    ssize_t got = fd >= 0 && fstat(fd, &about) == 0 ? read(fd, room, TOKEN_BYTES_MAX) : -1;
    if (fd >= 0) close(fd);
    if (got < 0)
        return status_new(a, ERR_UNREACHABLE, e->at, "cannot read the token of %s from %s", e->name,
                          path);
    if (about.st_mode & 077)
        return status_with_hint(status_new(a, ERR_BAD_OPTION, e->at,
                                           "others may read the token of %s in %s", e->name, path),
                                "chmod 600 it");
    out->len = (size_t)got;
    while (out->len && strchr(" \t\r\n", out->data[out->len - 1])) out->len--;
    return OK;
}

static struct status read_token(struct arena *a, const struct io_endpoint *e, struct buf *out)
{
    const char *name = str_to_c(a, option_text(e, "token_env", ""));
    const char *path = str_to_c(a, option_text(e, "token_file", ""));
    if (!has_token(e)) return OK;
    if (*name) {
        const char *token = getenv(name);
        if (token) buf_append_c(out, token);
    } else if (*path) {
        bool relative = path[0] != '/' && e->base_dir;
        TRY(read_token_file(a, e, relative ? str_format_c(a, "%s/%s", e->base_dir, path) : path,
                            out));
    }
    if (out->len) return OK;
    if (*name)
        return status_new(a, ERR_BAD_OPTION, e->at,
                          "the variable %s that option \"token_env\" of %s names is not set", name,
                          e->name);
    return status_new(a, ERR_BAD_OPTION, e->at, "there is no token for %s in %s", e->name, path);
}

/* ---- opening ---- */

static struct http_body_format format_of(const struct io_endpoint *e, const struct url *u)
{
    const char *format = url_format(e, u);
    bool csv = strcmp(format, "json") != 0;
    return (struct http_body_format){
        .csv = csv,
        .header = option_is(e, "header", false),
        .delimiters = csv_delimiters_of(format, option_text(e, "column_delimiter", ""),
                                        csv ? option_text(e, "row_delimiter", "") : STR_EMPTY)
    };
}

/* STATE.spool and the source's folder in it. */
static struct status open_inbox(struct arena *a, const struct io_endpoint *e, struct inbox **out)
{
    struct inbox_config config = { .most_bytes = (uint64_t)option_size(e, "queue", default_queue),
                                   .spool = { .folder = e->spool,
                                              .name = e->name,
                                              .at = e->at,
                                              .sealed = e->seal } };
    if (e->spool) {
        char *parent = arena_dup(a, e->spool, strlen(e->spool) + 1);
        *strrchr(parent, '/') = 0;
        mkdir(parent, 0700);
    }
    return inbox_open(a, &config, out);
}

static struct status open_server(struct http_source *h, struct arena *a,
                                 const struct io_endpoint *e, const struct address *address,
                                 const struct http_limits *limits)
{
    struct http_tls tls = { 0 };
    const struct http_address at = { .host = address->host,
                                     .port = address->port,
                                     .remote = option_is(e, "remote", false),
                                     .tls = address->tls ? &tls : NULL };
    if (address->tls) TRY(http_tls_read(a, e, &tls));
    struct status st = http_server_open(a, e, &at, limits, &h->place, &h->server);
    http_tls_wipe(&tls);
    return st;
}

static struct status http_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    struct http_source *h = mem_calloc(1, sizeof *h);
    struct address address;
    const struct http_limits limits = {
        .connections = (uint32_t)option_count(e, "connections", CONNECTIONS),
        .timeout_ms = option_interval(e, "timeout", TIMEOUT_S * 1000)
    };
    in->http = h;
    in->live = in->plain = true;
    in->placed = e->spool != NULL;
    in->path = str_to_c(a, e->url);
    TRY(split_url(a, e, u, &address));
    TRY(read_token(a, e, &h->token));
    h->door = (struct http_door){ .format = format_of(e, u),
                                  .most_bytes = (uint64_t)option_size(e, "max_body", default_body),
                                  .queue_bytes = (uint64_t)option_size(e, "queue", default_queue),
                                  .timeout_ms = limits.timeout_ms,
                                  .token = h->token.len ? buf_c(&h->token) : NULL };
    TRY(open_inbox(in->arena, e, &h->door.inbox));
    h->place = http_door_place(&h->door, str_to_c(a, str_c(address.path)), e->name);
    return open_server(h, a, e, &address, &limits);
}

static void http_close(struct input *in)
{
    struct http_source *h = in->http;
    if (!h) return;
    if (h->door.inbox) inbox_end(h->door.inbox);
    if (h->server) http_server_leave(h->server, &h->place);
    inbox_close(h->door.inbox);
    if (h->token.data) secret_wipe(h->token.data, h->token.cap);
    buf_free(&h->token);
    buf_free(&h->body);
    mem_free(h);
    in->http = NULL;
}

/* ---- reading ---- */

/* From the first read on: what is answered before it would wait for a run that may not begin. */
static struct status serve(struct input *in)
{
    struct http_source *h = in->http;
    if (h->served) return OK;
    h->served = inbox_begin(h->door.inbox) && http_server_start(h->server);
    if (h->served) return OK;
    return status_new(in->arena, ERR_INTERNAL, in->endpoint->at,
                      "the system gives no thread for %s", in->endpoint->name);
}

static struct status take_body(struct input *in)
{
    struct http_source *h = in->http;
    bool whole;
    h->at = 0;
    return inbox_take(h->door.inbox, &h->body, &in->base, &whole, &h->has_body);
}

/* Waits for a body. INPUT_BYTES: it is at hand. */
static enum input_result await_body(struct input *in, int wait_ms, struct status *st)
{
    struct http_source *h = in->http;
    *st = take_body(in);
    if (st->err == ERR_NONE && !h->has_body) {
        bool ready;
        if (input_wait(in, inbox_fd(h->door.inbox), wait_ms, &ready)) return INPUT_IDLE;
        *st = take_body(in);
    }
    if (st->err != ERR_NONE) return INPUT_FAILED;
    return h->has_body ? INPUT_BYTES : INPUT_IDLE;
}

static enum input_result http_read(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                   struct status *st)
{
    struct http_source *h = in->http;
    *st = serve(in);
    if (st->err != ERR_NONE) return INPUT_FAILED;
    if (!h->has_body) {
        enum input_result result = await_body(in, wait_ms, st);
        if (result != INPUT_BYTES) return result;
    }
    size_t left = h->body.len - h->at;
    if (!left) return INPUT_END;
    *n = left < cap ? left : cap;
    memcpy(out, h->body.data + h->at, *n);
    h->at += *n;
    return INPUT_BYTES;
}

/* The next body is the next file; it is waited for. */
static bool http_next(struct input *in, struct status *st)
{
    struct http_source *h = in->http;
    (void)st;
    h->has_body = false;
    buf_free(&h->body);
    return true;
}

/* ---- places ---- */

static bool http_seek(struct input *in, uint64_t place, bool *begins)
{
    return inbox_seek(in->http->door.inbox, place, begins);
}

static void http_cover(struct input *in, uint64_t place)
{
    inbox_cover(in->http->door.inbox, place);
}

/* What no spool keeps for the next run. Nothing more is taken from now on. */
static bool http_holds(const struct input *in)
{
    const struct http_source *h = in->http;
    return !inbox_is_kept(h->door.inbox) && (!inbox_shut(h->door.inbox) || h->has_body);
}

const struct input_class input_http_class = {
    .kind = URL_HTTP,
    .open = http_open,
    .read = http_read,
    .next = http_next,
    .close = http_close,
    .seek = http_seek,
    .cover = http_cover,
    .holds = http_holds,
};
