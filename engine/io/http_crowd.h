#ifndef IO_HTTP_CROWD_H
#define IO_HTTP_CROWD_H

/*
 * http_crowd.h: the connections of a server, and which of them go: those that are slower than is allowed, and where
 * there are too many, one of the address that has the most, the one that has kept the server waiting longest.
 *
 * Who sends slowly keeps the server waiting; CROWD_BYTES_A_MS that come take a millisecond off that, so that a long
 * body on a good line is no slow one. A connection that has to go is shut down; who serves it finds it at its end and
 * lets it leave. Calls do not overlap. Times are clock_steady_ms.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    CROWD_BYTES_A_MS = 16,
    CROWD_GRACE_MS =
        2000 /* for heads and answers: until then the library itself has closed what was silent */
};

struct crowd;
struct visitor;

/* name: of the server, for messages. */
struct crowd *crowd_new(const char *name);
/* Tells of those that went since the last message. Visitors have left. */
void crowd_free(struct crowd *c);
/* most: connections at a time, from 1; timeout_ms: for a head, for a body, for the reading of an answer. */
void crowd_limit(struct crowd *c, uint32_t most, int64_t timeout_ms);
/* Nobody is here, and there is nothing to tell of who was. */
bool crowd_is_idle(const struct crowd *c);

/* A connection, which first makes room for itself, waits for a head. */
struct visitor *crowd_enter(struct crowd *c, int fd, const struct sockaddr *from, int64_t now_ms);
void crowd_leave(struct crowd *c, struct visitor *v);
/* What happens on a connection: its head is there, */
void visitor_begins(struct visitor *v, int64_t now_ms);
/* so many bytes of its body, */
void visitor_sends(struct visitor *v, size_t n, int64_t now_ms);
/* the server is at work on it, and will not be interrupted, */
void visitor_waits(struct visitor *v);
/* its answer goes out, */
void visitor_reads(struct visitor *v, int64_t now_ms);
/* it has its answer, and the next head is waited for. */
void visitor_rests(struct visitor *v, int64_t now_ms);
/* Disconnects who is late, and tells of it when it is time. */
void crowd_sweep(struct crowd *c, int64_t now_ms);
/* Between two calls of crowd_sweep, so that nobody is late for long. */
int64_t crowd_step_ms(const struct crowd *c);

#endif
