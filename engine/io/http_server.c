/*
 * http_server.c: connections and places of an address, by libmicrohttpd.
 *
 * The library calls from one thread of its own. A lock lies between it and those who open and leave places. An exchange
 * that is answered later is suspended first, so that the answer may come before `end` has returned.
 */

#include "io/http_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"
#include "io/http_crowd.h"
#include "io/microhttpd.h"
#include "io/socket.h"
#include "time/clock.h"

enum {
    HEAD_BYTES = 64 << 10, /* memory of a connection: its head, and what comes of a body at once */
    READ_STEP_BYTES = 16 << 10,
    LINGER_MS = 1000, /* for answers that are on their way when a server ends */
    LINGER_STEP_MS = 5
};

/* As GnuTLS has it: nothing older. */
static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* What an exchange is to the server. */
struct http_line {
    struct http_exchange x;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct visitor *visitor; /* its connection */
    const struct http_place *place; /* NULL: it has left, or there is none */
    bool ended;                     /* `end` was called */
    struct http_line *next, *before;
};

struct http_place_node {
    char *path;                     /* its own */
    const struct http_place *place; /* NULL: it has left, and may come again in another run */
    struct http_place_node *next;
};

struct http_server {
    struct http_server *next;
    struct microhttpd api;
    struct MHD_Daemon *daemon;
    int fd;
    char host[256], port[8];
    struct http_tls tls; /* empty: none */
    pthread_mutex_t lock;
    struct http_limits limits;
    struct http_place_node *places;
    struct crowd *crowd;
    struct thread sweeper;
    pthread_cond_t bell; /* somebody came, or the server ends */
    bool ending;
    struct http_line *exchanges;
};

/* Which addresses this process listens at is a fact of the process. */
static pthread_mutex_t servers_lock = PTHREAD_MUTEX_INITIALIZER;
static struct http_server *servers;

/* ---- answers ---- */

const char *http_header(const struct http_exchange *x, const char *name)
{
    const struct http_line *l = x->line;
    return l->server->api.lookup_connection_value(l->connection, MHD_HEADER_KIND, name);
}

void http_refuse(struct http_exchange *x, unsigned code, unsigned retry_s, const char *format, ...)
{
    char why[HTTP_ANSWER_BYTES - 16];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    x->answer.code = code;
    x->answer.retry_s = retry_s;
    snprintf(x->answer.text, sizeof x->answer.text, "{\"error\":\"%s\"}\n", why);
}

void http_answer_later(struct http_exchange *x)
{
    struct http_line *l = x->line;
    l->server->api.resume_connection(l->connection);
}

static enum MHD_Result send_answer(struct http_line *l)
{
    const struct microhttpd *api = &l->server->api;
    const struct http_answer *answer = &l->x.answer;
    struct MHD_Response *r = api->create_response_from_buffer(
        strlen(answer->text), (void *)(uintptr_t)answer->text, MHD_RESPMEM_MUST_COPY);
    char seconds[16];
    if (!r) return MHD_NO;
    snprintf(seconds, sizeof seconds, "%u", answer->retry_s);
    api->add_response_header(r, "Content-Type", "application/json");
    if (answer->retry_s) api->add_response_header(r, "Retry-After", seconds);
    if (answer->header) api->add_response_header(r, answer->header, answer->header_value);
    visitor_reads(l->visitor, clock_steady_ms());
    enum MHD_Result sent = api->queue_response(l->connection, answer->code, r);
    api->destroy_response(r);
    return sent;
}

/* ---- exchanges ---- */

/* The newest one of the path, also one whose place has left. */
static const struct http_place_node *find_node(const struct http_server *s, const char *path)
{
    const struct http_place_node *n = s->places;
    while (n && strcmp(n->path, path) != 0) n = n->next;
    return n;
}

static void refuse_path(struct http_exchange *x, bool known)
{
    if (known) http_refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE, 1, "the pipeline has ended");
    else http_refuse(x, MHD_HTTP_NOT_FOUND, 0, "nothing is taken at this path");
}

/* The announced length of the body: UINT64_MAX when there is none. The library has refused what is no number. */
static uint64_t announced(const struct http_exchange *x)
{
    const char *text = http_header(x, "Content-Length");
    uint64_t n = 0;
    if (!text) return UINT64_MAX;
    for (; *text >= '0' && *text <= '9' && n < UINT64_MAX / 20; text++)
        n = 10 * n + (uint64_t)(*text - '0');
    return n;
}

static struct http_line *begin_exchange(struct http_server *s, struct MHD_Connection *connection,
                                        const char *path, const char *method)
{
    const union MHD_ConnectionInfo *info =
        s->api.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const struct http_place_node *node = find_node(s, path);
    struct http_line *l = mem_calloc(1, sizeof *l);
    *l = (struct http_line){ .server = s,
                             .connection = connection,
                             .visitor = info->socket_context,
                             .place = node ? node->place : NULL,
                             .next = s->exchanges };
    if (l->next) l->next->before = l;
    s->exchanges = l;
    visitor_begins(l->visitor, clock_steady_ms());
    l->x.line = l;
    l->x.method = method;
    l->x.length = announced(&l->x);
    if (l->place) l->place->begin(l->place->arg, &l->x);
    else refuse_path(&l->x, node != NULL);
    /* a client that asks first is told before it sends */
    if (http_header(&l->x, "Expect")) l->x.at_once = true;
    return l;
}

static void take_bytes(struct http_line *l, const char *p, size_t n)
{
    visitor_sends(l->visitor, n, clock_steady_ms());
    if (l->place && !l->x.answer.code) l->place->bytes(l->place->arg, &l->x, p, n);
}

/* The body is whole: an answer now or later. */
static enum MHD_Result end_exchange(struct http_line *l)
{
    const struct microhttpd *api = &l->server->api;
    if (!l->x.answer.code && l->place && !l->ended) {
        bool waits = l->place->waits;
        l->ended = true;
        visitor_waits(l->visitor);
        if (waits) api->suspend_connection(l->connection);
        bool answered = l->place->end(l->place->arg, &l->x);
        if (waits && answered) api->resume_connection(l->connection);
        if (waits) return MHD_YES;
    }
    if (!l->x.answer.code) refuse_path(&l->x, true);
    return send_answer(l);
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *p, size_t *n,
                              void **state)
{
    (void)version;
    struct http_server *s = arg;
    enum MHD_Result result = MHD_YES;
    pthread_mutex_lock(&s->lock);
    struct http_line *l = *state;
    if (!l) {
        *state = l = begin_exchange(s, connection, path, method);
        if (l->x.answer.code && l->x.at_once) result = send_answer(l);
    } else if (*n) {
        take_bytes(l, p, *n);
        *n = 0;
    } else {
        result = end_exchange(l);
    }
    pthread_mutex_unlock(&s->lock);
    return result;
}

static void drop_state(struct http_line *l)
{
    if (l->place) l->place->drop(l->place->arg, &l->x);
    l->place = NULL;
}

static void finish(void *arg, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct http_server *s = arg;
    struct http_line *l = *state;
    if (!l) return;
    pthread_mutex_lock(&s->lock);
    drop_state(l);
    if (l->before) l->before->next = l->next;
    else s->exchanges = l->next;
    if (l->next) l->next->before = l->before;
    visitor_rests(l->visitor, clock_steady_ms());
    pthread_mutex_unlock(&s->lock);
    *state = NULL;
    mem_free(l);
}

/* ---- connections ---- */

static void note_connection(void *arg, struct MHD_Connection *connection, void **context,
                            enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = arg;
    pthread_mutex_lock(&s->lock);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd =
            s->api.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        const struct sockaddr *from =
            s->api.get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
        if (crowd_is_idle(s->crowd)) pthread_cond_signal(&s->bell);
        *context = crowd_enter(s->crowd, fd, from, clock_steady_ms());
    } else {
        crowd_leave(s->crowd, *context);
    }
    pthread_mutex_unlock(&s->lock);
}

/* Who is late goes also when nobody else comes. */
static void sweep(void *arg)
{
    struct http_server *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->ending) {
        if (crowd_is_idle(s->crowd)) pthread_cond_wait(&s->bell, &s->lock);
        else thread_wait(&s->bell, &s->lock, (long)crowd_step_ms(s->crowd));
        crowd_sweep(s->crowd, clock_steady_ms());
    }
    pthread_mutex_unlock(&s->lock);
}

/* ---- places ---- */

/* What crosses a network unencrypted can be read on the way, also the token. */
static void warn_of_readers(const struct http_server *s, const struct io_endpoint *e)
{
    if (s->tls.cert.len || socket_is_local(s->fd)) return;
    log_message(
        LOG_WARNING,
        "%s takes records and its token without encryption at %.*s, which other machines "
        "reach: set cert and cert_key, or let nothing but a proxy with TLS reach it",
        e->name, STR_ARG(e->url));
}

static struct status listen_at(struct arena *a, const struct io_endpoint *e,
                               const struct http_address *address, struct http_server **out)
{
    struct http_server *s = mem_calloc(1, sizeof *s);
    char name[sizeof s->host + sizeof s->port + 16];
    struct status st = microhttpd_load(a, e->at, &s->api);
    if (st.err == ERR_NONE && address->tls &&
        s->api.is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        st = status_new(a, ERR_NOT_SUPPORTED, e->at, "libmicrohttpd was built without TLS");
    if (st.err == ERR_NONE)
        st = socket_listen_tcp(a, e, address->host, address->port, address->remote, &s->fd);
    if (st.err == ERR_NONE) fcntl(s->fd, F_SETFL, O_NONBLOCK);
    if (st.err != ERR_NONE) {
        mem_free(s);
        return st;
    }
    snprintf(s->host, sizeof s->host, "%s", address->host);
    snprintf(s->port, sizeof s->port, "%s", address->port);
    if (address->tls) {
        s->tls = *address->tls;
        *address->tls = (struct http_tls){ 0 };
    }
    snprintf(name, sizeof name, "%s://%s:%s", s->tls.cert.len ? "https" : "http", s->host, s->port);
    s->crowd = crowd_new(name);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->bell, NULL);
    warn_of_readers(s, e);
    s->next = servers;
    servers = s;
    *out = s;
    return OK;
}

/* Whether a server that is there already shows the certificate that is wanted. */
static struct status check_same(struct arena *a, const struct io_endpoint *e,
                                const struct http_server *s, const struct http_tls *tls)
{
    struct str there = str_view(s->tls.cert.data, s->tls.cert.len);
    struct str wanted = tls ? str_view(tls->cert.data, tls->cert.len) : STR_EMPTY;
    if (str_equal(&there, &wanted)) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "'%.*s' of %s: another source takes requests there %s", STR_ARG(e->url),
                      e->name,
                      !there.len    ? "without TLS"
                      : !wanted.len ? "with TLS"
                                    : "with another certificate");
}

static void remove_node(struct http_server *s, const struct http_place_node *gone)
{
    struct http_place_node **at = &s->places, *node;
    while (*at != gone) at = &(*at)->next;
    node = *at;
    *at = node->next;
    mem_free(node->path);
    mem_free(node);
}

static struct status add_place(struct arena *a, const struct io_endpoint *e, struct http_server *s,
                               const struct http_limits *limits, const struct http_place *place)
{
    const struct http_place_node *there = find_node(s, place->path);
    if (there && there->place && strcmp(there->place->name, place->name) != 0)
        return status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s is another source's already",
                          STR_ARG(e->url), e->name);
    if (there && !there->place) remove_node(s, there);
    struct http_place_node *node = mem_calloc(1, sizeof *node);
    char *path = mem_alloc(strlen(place->path) + 1);
    memcpy(path, place->path, strlen(place->path) + 1);
    *node = (struct http_place_node){ path, place, s->places };
    s->places = node;
    if (limits->connections > s->limits.connections) s->limits.connections = limits->connections;
    if (limits->timeout_ms > s->limits.timeout_ms) s->limits.timeout_ms = limits->timeout_ms;
    crowd_limit(s->crowd, s->limits.connections, s->limits.timeout_ms);
    return OK;
}

struct status http_server_open(struct arena *a, const struct io_endpoint *e,
                               const struct http_address *address, const struct http_limits *limits,
                               const struct http_place *place, struct http_server **out)
{
    struct http_address at = *address;
    if (!at.host || strcmp(at.host, "localhost") == 0) at.host = "127.0.0.1";
    pthread_mutex_lock(&servers_lock);
    struct http_server *s = servers;
    while (s && (strcmp(s->host, at.host) != 0 || strcmp(s->port, at.port) != 0)) s = s->next;
    struct status st = s ? check_same(a, e, s, at.tls) : listen_at(a, e, &at, &s);
    if (st.err == ERR_NONE) {
        pthread_mutex_lock(&s->lock);
        st = add_place(a, e, s, limits, place);
        pthread_mutex_unlock(&s->lock);
    }
    if (st.err == ERR_NONE) *out = s;
    pthread_mutex_unlock(&servers_lock);
    return st;
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
    const unsigned most = s->limits.connections < UINT32_MAX / 4 ? s->limits.connections : 0;
    const bool tls = s->tls.cert.len != 0;
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, s->fd, NULL },
        /* more than we leave, so that the next one is looked at */
        { MHD_OPTION_CONNECTION_LIMIT, 2 * (intptr_t)most + 16, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)(s->limits.timeout_ms / 1000 + 1), NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_INCREMENT, READ_STEP_BYTES, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)finish, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)note_connection, s },
        { tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, s->tls.cert.data },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, s->tls.key.data },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions },
        { MHD_OPTION_END, 0, NULL },
    };
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon =
        s->api.start_daemon(tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, handle, s,
                            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

bool http_server_start(struct http_server *s)
{
    pthread_mutex_lock(&servers_lock);
    if (!s->daemon) s->daemon = start_daemon(s);
    bool started = s->daemon && (s->sweeper.started || thread_start(&s->sweeper, sweep, s));
    pthread_mutex_unlock(&servers_lock);
    return started;
}

static bool is_answering(struct http_server *s)
{
    bool any = false;
    pthread_mutex_lock(&s->lock);
    for (const struct http_line *l = s->exchanges; l; l = l->next) any |= l->x.answer.code != 0;
    pthread_mutex_unlock(&s->lock);
    return any;
}

/* Answers that are on their way may arrive. */
static void linger(struct http_server *s)
{
    static const atomic_bool never;
    int64_t now = clock_steady_ms(), until = now + LINGER_MS;
    for (; now < until && is_answering(s); now = clock_steady_ms())
        clock_wait_until(now + LINGER_STEP_MS, &never);
}

static void end_server(struct http_server *s)
{
    struct http_server **at = &servers;
    while (*at != s) at = &(*at)->next;
    *at = s->next;
    if (s->daemon) {
        linger(s);
        s->api.stop_daemon(s->daemon); /* which closes the socket */
    } else {
        close(s->fd);
    }
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    pthread_cond_signal(&s->bell);
    pthread_mutex_unlock(&s->lock);
    thread_join(&s->sweeper);
    crowd_free(s->crowd);
    while (s->places) remove_node(s, s->places);
    http_tls_wipe(&s->tls);
    pthread_cond_destroy(&s->bell);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

void http_server_leave(struct http_server *s, const struct http_place *place)
{
    pthread_mutex_lock(&servers_lock);
    pthread_mutex_lock(&s->lock);
    bool last = true;
    for (struct http_place_node *n = s->places; n; n = n->next) {
        if (n->place == place) n->place = NULL;
        last &= !n->place;
    }
    for (struct http_line *l = s->exchanges; l; l = l->next)
        if (l->place == place) drop_state(l);
    pthread_mutex_unlock(&s->lock);
    if (last) end_server(s);
    pthread_mutex_unlock(&servers_lock);
}
