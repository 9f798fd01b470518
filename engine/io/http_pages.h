#ifndef IO_HTTP_PAGES_H
#define IO_HTTP_PAGES_H

/*
 * http_pages.h: a small HTTP server (libmicrohttpd) of pages that are made when they are asked for. One thread of its
 * own serves all connections; each gets one page and ten seconds. Nobody else waits for them.
 */

#include "base/status.h"

/* Makes the body of a page and says its type; returns the HTTP status (404: no such page). The server's thread calls
 * it, one at a time. */
typedef unsigned (*http_page)(void *arg, const char *path, struct buf *body, const char **type);

struct http_pages;

/* Listens at PORT or HOST:PORT; without a host for this machine alone, port 0 is any free one. `what` names the option
 * in messages. Fails with UNREACHABLE and the reason. */
struct status http_pages_open(struct arena *a, const char *address, const char *what,
                              http_page page, void *arg, struct http_pages **out) MUST_CHECK;
/* HOST:PORT as it is listened at. */
const char *http_pages_address(const struct http_pages *p);
/* Ends connections whose time is over; to be called now and then, by one thread. */
void http_pages_sweep(struct http_pages *p);
/* Waits for the page that is being made. */
void http_pages_close(struct http_pages *p);

#endif
