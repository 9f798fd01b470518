/*
 * http_pages.c: one request a connection.
 *
 * The library ends connections that are silent for some seconds. One that sends a byte now and then would live on, and
 * a few dozen of those would keep everybody else out; so each has a time at which it ends, whatever it does.
 */

#include "io/http_pages.h"

#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/thread.h"
#include "io/microhttpd.h"
#include "io/socket.h"
#include "time/clock.h"

enum {
    CONNECTIONS = 32,
    SILENT_S = 5,
    WHOLE_MS = 10000,
    MEMORY = 16 << 10 /* that a connection may take, headers too */
};

struct visit {
    int     fd; /* -1: free */
    int64_t until;
};

struct http_pages {
    struct microhttpd  lib;
    struct MHD_Daemon *daemon;
    http_page          page;
    void              *arg;
    const char        *address;
    pthread_mutex_t    lock; /* of the visits */
    struct visit       visits[CONNECTIONS];
};

/* ---- connections ---- */

static int socket_of(const struct http_pages *p, struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        p->lib.get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static void note_connection(void *arg, struct MHD_Connection *c, void **context,
                            enum MHD_ConnectionNotificationCode what)
{
    struct http_pages *p = arg;
    struct visit      *v = *context;
    pthread_mutex_lock(&p->lock);
    if (what == MHD_CONNECTION_NOTIFY_CLOSED && v) v->fd = -1;
    for (size_t i = 0; what == MHD_CONNECTION_NOTIFY_STARTED && i < CONNECTIONS; i++) {
        if (p->visits[i].fd >= 0) continue;
        p->visits[i] = (struct visit){ socket_of(p, c), clock_steady_ms() + WHOLE_MS };
        *context = &p->visits[i];
        break;
    }
    pthread_mutex_unlock(&p->lock);
}

/* The library sees the end and closes the socket; until then it is noted here. */
void http_pages_sweep(struct http_pages *p)
{
    int64_t now = clock_steady_ms();
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < CONNECTIONS; i++) {
        if (p->visits[i].fd >= 0 && now >= p->visits[i].until)
            shutdown(p->visits[i].fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&p->lock);
}

/* ---- requests ---- */

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **context)
{
    struct http_pages *p = arg;
    struct buf         body = { 0 };
    const char        *type = "text/plain; charset=utf-8";
    unsigned           status = MHD_HTTP_METHOD_NOT_ALLOWED;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)context;
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        status = p->page(p->arg, path, &body, &type);
    if (body.len == 0) buf_printf(&body, "%u\n", status);
    struct MHD_Response *r =
        p->lib.create_response_from_buffer(body.len, body.data, MHD_RESPMEM_MUST_COPY);
    buf_free(&body);
    if (!r) return MHD_NO;
    p->lib.add_response_header(r, "Content-Type", type);
    p->lib.add_response_header(r, "Connection", "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) p->lib.add_response_header(r, "Allow", "GET, HEAD");
    enum MHD_Result queued = p->lib.queue_response(c, status, r);
    p->lib.destroy_response(r);
    return queued;
}

/* ---- life ---- */

static struct status listen_at(struct arena *a, const char *address, const char *what, int *fd)
{
    bool port = address[strspn(address, "0123456789")] == 0;
    struct io_endpoint e = { .url = str_c(address), .name = what };
    struct url u = { .kind = URL_TCP,
                     .path = str_format_c(a, "//%s%s", port ? ":" : "", address) };
    struct status st = socket_listen(a, &e, &u, fd);
    if (st.err == ERR_BAD_URL)
        return status_with_hint(st, "write a port, 9464, or HOST:PORT, 127.0.0.1:9464");
    TRY(st);
    fcntl(*fd, F_SETFL, O_NONBLOCK);
    return OK;
}

static const char *name_of(struct arena *a, int fd)
{
    struct sockaddr_storage at = { 0 };
    socklen_t size = sizeof at;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getsockname(fd, (struct sockaddr *)&at, &size) != 0 ||
        getnameinfo((struct sockaddr *)&at, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return "";
    return str_format_c(a, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
}

/* The library's thread takes no signals: they are for the threads of the run. */
static struct MHD_Daemon *start(struct http_pages *p, int fd)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *d = p->lib.start_daemon(
        MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, answer, p, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
        MHD_OPTION_NOTIFY_CONNECTION, note_connection, p, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return d;
}

struct status http_pages_open(struct arena *a, const char *address, const char *what,
                              http_page page, void *arg, struct http_pages **out)
{
    struct http_pages *p = arena_calloc(a, sizeof *p);
    int fd;
    p->page = page;
    p->arg = arg;
    for (size_t i = 0; i < CONNECTIONS; i++) p->visits[i].fd = -1;
    TRY(microhttpd_load(a, SPAN_NONE, &p->lib));
    TRY(listen_at(a, address, what, &fd));
    p->address = name_of(a, fd);
    pthread_mutex_init(&p->lock, NULL);
    p->daemon = start(p, fd);
    if (p->daemon) {
        *out = p;
        return OK;
    }
    close(fd);
    pthread_mutex_destroy(&p->lock);
    return status_new(a, ERR_UNREACHABLE, SPAN_NONE, "the HTTP server of %s does not start", what);
}

const char *http_pages_address(const struct http_pages *p)
{
    return p->address;
}

void http_pages_close(struct http_pages *p)
{
    if (!p) return;
    p->lib.stop_daemon(p->daemon);
    pthread_mutex_destroy(&p->lock);
}
