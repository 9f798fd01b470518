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

#endif
