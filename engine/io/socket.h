#ifndef IO_SOCKET_H
#define IO_SOCKET_H

/* socket.h: tcp://HOST:PORT and unix:PATH (tcp(7), unix(7)): one end of a connection, or a place that takes them. */

#include "io/url.h"

/* A connection to the URL; the descriptor is the caller's. Fails with UNREACHABLE and the reason. */
struct status socket_connect(struct arena *a, const struct io_endpoint *e, const struct url *u,
                             int *fd) MUST_CHECK;
/* Takes connections there; accept(2) does not wait. A Unix socket is for its owner alone (0600), and takes the place of
 * one that nobody listens at any more. Without a host TCP is for this machine alone. */
struct status socket_listen(struct arena *a, const struct io_endpoint *e, const struct url *u,
                            int *fd) MUST_CHECK;
/* The same at a host and port. Unless `remote`, fails with BAD_URL where other machines can reach that. */
struct status socket_listen_tcp(struct arena *a, const struct io_endpoint *e, const char *host,
                                const char *port, bool remote, int *fd) MUST_CHECK;
/* Whether what listens or is connected there is of this machine alone. */
bool socket_is_local(int fd);
/* Whether so few descriptors are left behind this one that the run might find none for its files: a connection that
 * gets one of the last does not stay. */
bool socket_is_scarce(int fd);
/* A connection whose other end went without a word (its machine, its network) is found to have ended, in minutes. */
void socket_keep_alive(int fd);

/* Whether something listens at the host's port: connects and closes, within timeout_ms. False: `reason` says why not,
 * or stop_fd (-1: none) has become readable. */
bool socket_probe(const char *host, int port, int stop_fd, int timeout_ms, char *reason,
                  size_t reason_size);

#endif
