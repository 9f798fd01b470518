/* socket.c: addresses, connections and listeners. */

#include "io/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    SPARE = 64, /* descriptors that connections leave to files */
    BACKLOG = 64 /* of clients on this machine; from elsewhere as many as the system lets wait */
};

static struct status unreachable(struct arena *a, const struct io_endpoint *e, const char *verb,
                                 const char *why)
{
    return status_new(a, ERR_UNREACHABLE, e->at, "cannot %s '%.*s' for %s: %s", verb,
                      STR_ARG(e->url), e->name, why);
}

/* What connect and bind have in common: tried on each address of the URL in turn. */
typedef int (*socket_use)(int fd, const struct sockaddr *address, socklen_t size);

/* An address has room for 107 bytes; what lies deeper is named by way of its folder, opened as *folder (else -1).
 * 0, or an errno. */
static int unix_address(const char *path, struct sockaddr_un *out, int *folder)
{
    size_t      room = sizeof out->sun_path;
    const char *slash = strrchr(path, '/');
    char        name[PATH_MAX];
    *folder = -1;
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (strlen(path) < room) {
        memcpy(out->sun_path, path, strlen(path));
        return 0;
    }
    if (!slash || strlen(path) >= sizeof name || strlen(slash) >= room - 32) return ENAMETOOLONG;
    snprintf(name, sizeof name, "%.*s", (int)(slash - path), path);
    *folder = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(out->sun_path, room, "/proc/self/fd/%d%s", *folder, slash);
    return *folder < 0 ? errno : 0;
}

static struct status use_unix(struct arena *a, const struct io_endpoint *e, const char *path,
                              const char *verb, socket_use use, int *out)
{
    struct sockaddr_un address;
    int                folder, fd = -1, why = unix_address(path, &address, &folder);
    if (!why) {
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || use(fd, (const struct sockaddr *)&address, sizeof address) != 0) why = errno;
    }
    if (folder >= 0) close(folder);
    if (!why) {
        *out = fd;
        return OK;
    }
    if (fd >= 0) close(fd);
    return unreachable(a, e, verb, strerror(why));
}

/* //HOST:PORT, //[::1]:PORT and //:PORT to their parts. */
static bool split_address(struct arena *a, const char *path, const char **host, const char **port)
{
    if (path[0] != '/' || path[1] != '/') return false;
    const char *colon = strrchr(path + 2, ':');
    if (!colon || !colon[1]) return false;
    size_t n = (size_t)(colon - path) - 2;
    const char *from = path + 2;
    if (n >= 2 && from[0] == '[' && from[n - 1] == ']') {
        from++;
        n -= 2;
    }
    *host = n ? str_to_c(a, str_view(from, n)) : NULL;
    *port = colon + 1;
    return true;
}

/* *why: the errno of the last failure. */
static struct status use_address(struct arena *a, const struct io_endpoint *e, const char *host,
                                 const char *port, const char *verb, socket_use use, int *out,
                                 int *why)
{
    const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host ? host : "127.0.0.1", port, &wanted, &found);
    if (code != 0) return unreachable(a, e, verb, gai_strerror(code));
    int fd = -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd >= 0 && use(fd, at->ai_addr, at->ai_addrlen) == 0) break;
        *why = errno;
        if (fd >= 0) close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    if (fd < 0) return unreachable(a, e, verb, strerror(*why));
    *out = fd;
    return OK;
}

/* A number from 0 to 65535 (0, in listening: a free one), or the name of a service. */
static bool is_port(const char *port)
{
    size_t digits = strspn(port, "0123456789");
    return port[digits] || (digits <= 5 && strtol(port, NULL, 10) <= 65535);
}

static struct status use_tcp(struct arena *a, const struct io_endpoint *e, const char *path,
                             const char *verb, socket_use use, int *out)
{
    const char *host, *port;
    int why = 0;
    if (!split_address(a, path, &host, &port)) {
        struct status st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s has no host and port",
                                      STR_ARG(e->url), e->name);
        return status_with_hint(st, "write tcp://127.0.0.1:9000");
    }
    if (!is_port(port)) {
        struct status st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s: there is no port %s",
                                      STR_ARG(e->url), e->name, port);
        return status_with_hint(st, "ports are numbers up to 65535");
    }
    return use_address(a, e, host, port, verb, use, out, &why);
}

bool socket_is_scarce(int fd)
{
    struct rlimit most;
    return getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur != RLIM_INFINITY &&
           (rlim_t)fd + SPARE >= most.rlim_cur;
}

void socket_keep_alive(int fd)
{
    const int on = 1, idle_s = 60, step_s = 15, tries = 4;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &step_s, sizeof step_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
}

static int use_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    int result, on = 1;
    do result = connect(fd, address, size);
    while (result != 0 && errno == EINTR);
    if (address->sa_family != AF_UNIX) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        socket_keep_alive(fd);
    }
    return result;
}

static int use_listen(int fd, const struct sockaddr *address, socklen_t size)
{
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    mode_t mask = umask(0177);
    int result = bind(fd, address, size);
    int why = errno;
    umask(mask);
    errno = why;
    int waiting = address->sa_family == AF_UNIX ? BACKLOG : SOMAXCONN;
    return result == 0 ? listen(fd, waiting) : result;
}

struct status socket_connect(struct arena *a, const struct io_endpoint *e, const struct url *u,
                             int *fd)
{
    return u->kind == URL_UNIX ? use_unix(a, e, u->path, "connect to", use_connect, fd)
                               : use_tcp(a, e, u->path, "connect to", use_connect, fd);
}

/* A socket that a killed run has left behind is nobody's. */
static void remove_stale(struct arena *a, const struct io_endpoint *e, const struct url *u)
{
    struct stat about;
    int fd = -1;
    if (stat(u->path, &about) != 0 || !S_ISSOCK(about.st_mode)) return;
    struct status st = socket_connect(a, e, u, &fd);
    if (st.err == ERR_NONE) close(fd);
    else unlink(u->path);
}

struct status socket_listen(struct arena *a, const struct io_endpoint *e, const struct url *u,
                            int *fd)
{
    if (u->kind == URL_UNIX) {
        remove_stale(a, e, u);
        TRY(use_unix(a, e, u->path, "listen at", use_listen, fd));
    } else {
        TRY(use_tcp(a, e, u->path, "listen at", use_listen, fd));
    }
    return OK;
}

/* ---- looking whether somebody is there ---- */

/* 0, or why the connection was not made. */
static int try_address(const struct addrinfo *at, int stop_fd, int timeout_ms)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), why = 0;
    socklen_t size = sizeof why;
    if (fd < 0) return errno;
    if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) why = errno;
    if (why == EINPROGRESS) {
        struct pollfd fds[2] = { { .fd = fd, .events = POLLOUT },
                                 { .fd = stop_fd, .events = POLLIN } };
        int ready = poll(fds, 2, timeout_ms);
        if (ready <= 0 || fds[1].revents) why = ready ? EINTR : ETIMEDOUT;
        else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) != 0) why = errno;
    }
    close(fd);
    return why;
}

bool socket_probe(const char *host, int port, int stop_fd, int timeout_ms, char *reason,
                  size_t reason_size)
{
    const struct addrinfo wanted = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    char service[8];
    snprintf(service, sizeof service, "%d", port);
    int code = getaddrinfo(host, service, &wanted, &found), why = EHOSTUNREACH;
    if (code != 0) {
        snprintf(reason, reason_size, "%s", gai_strerror(code));
        return false;
    }
    for (const struct addrinfo *at = found; at && why; at = at->ai_next)
        why = try_address(at, stop_fd, timeout_ms);
    freeaddrinfo(found);
    if (why) snprintf(reason, reason_size, "%s", strerror(why));
    return why == 0;
}

/* ---- listening for this machine, or for all ---- */

static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
    return address->sa_family == AF_INET ? ntohl(four->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
                                         : IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

bool socket_is_local(int fd)
{
    struct sockaddr_storage at = { 0 };
    socklen_t size = sizeof at;
    return getsockname(fd, (struct sockaddr *)&at, &size) == 0 &&
           (at.ss_family == AF_UNIX || is_loopback((const struct sockaddr *)&at));
}

static int use_listen_local(int fd, const struct sockaddr *address, socklen_t size)
{
    if (is_loopback(address)) return use_listen(fd, address, size);
    errno = EPERM;
    return -1;
}

struct status socket_listen_tcp(struct arena *a, const struct io_endpoint *e, const char *host,
                                const char *port, bool remote, int *fd)
{
    int why = 0;
    struct status st = use_address(a, e, host, port, "listen at",
                                   remote ? use_listen : use_listen_local, fd, &why);
    if (st.err == ERR_NONE || remote || why != EPERM) return st;
    st = status_new(a, ERR_BAD_URL, e->at, "'%.*s' of %s is open to other machines",
                    STR_ARG(e->url), e->name);
    return status_with_hint(st, "remote = TRUE allows that, with a token");
}
