#ifndef IO_HTTP_SERVER_H
#define IO_HTTP_SERVER_H

/*
 * http_server.h: requests that reach a port of this process (RFC 9110, RFC 9112), by libmicrohttpd.
 *
 * A server is an address with places, told apart by their paths; places of one address share it, whoever opened them.
 * One thread of the library serves all connections and never waits for one of them: what a client has not sent yet is
 * looked at when it comes. A request has a time to be whole, counted from its connection (or the answer before it) to
 * the end of its head, and from there to the end of its body; who takes longer is disconnected, and where there are
 * too many, somebody makes room (http_crowd.h).
 */

#include "io/http_tls.h"

enum {
    HTTP_ANSWER_BYTES = 200
};

/* Code 0: none yet. */
struct http_answer {
    unsigned code;
    unsigned retry_s;         /* Retry-After; 0: none */
    const char *header;       /* one more: its name and ... */
    const char *header_value; /* ... value, or NULL */
    char text[HTTP_ANSWER_BYTES];
};

/* One request on its way. */
struct http_exchange {
    void *state; /* the place's */
    struct http_answer answer;
    bool at_once;    /* the answer does not wait for the body, and ends the connection */
    uint64_t length; /* of the body as announced; UINT64_MAX: not announced */
    const char *method;
    struct http_line *line; /* the server's */
};

/*
 * What answers at a path. The server calls these one at a time:
 *   begin   the head is there: may set the answer already (the body is then read and thrown away)
 *   bytes   a piece of the body; not called once there is an answer
 *   end     the body is whole: true: the answer is set; false (`waits` alone): somebody sets it and calls
 *           http_answer_later, from any thread, soon
 *   drop    the last call: the exchange is over, answered or not
 */
struct http_place {
    const char *path;
    const char *name; /* of the source */
    void *arg;
    bool waits;
    void (*begin)(void *arg, struct http_exchange *x);
    void (*bytes)(void *arg, struct http_exchange *x, const char *p, size_t n);
    bool (*end)(void *arg, struct http_exchange *x);
    void (*drop)(void *arg, struct http_exchange *x);
};

struct http_limits {
    uint32_t connections; /* from 1; places that share an address have the largest */
    int64_t timeout_ms;   /* from 1 */
};

struct http_server;

/* Where a server listens. */
struct http_address {
    const char *host; /* NULL: 127.0.0.1 */
    const char *port;
    bool remote;          /* other machines may reach it */
    struct http_tls *tls; /* NULL: no encryption; taken over by a server that is opened with it */
};

/* Listens (unless this process does already) and adds the place. Its path is new there, or that
 * of a place with its name, which gets no new requests then. Nothing is served before http_server_start. Unless remote,
 * fails with BAD_URL where the address is not this machine's alone; with UNREACHABLE where it cannot be listened at;
 * with BAD_OPTION where this process serves it with another certificate, or with none; with NOT_SUPPORTED without the
 * library. */
struct status http_server_open(struct arena *a, const struct io_endpoint *e,
                               const struct http_address *address, const struct http_limits *limits,
                               const struct http_place *place, struct http_server **out) MUST_CHECK;
/* Serves from now on, all places. False: the system gives no thread. */
bool http_server_start(struct http_server *s);
/* Takes the place away: no call comes any more, and who waits there is told that nobody is there. All exchanges that
 * wait for http_answer_later have got it. The last place's end is the server's. */
void http_server_leave(struct http_server *s, const struct http_place *place);

/* The header of a request, or NULL; lives until the answer. For begin. */
const char *http_header(const struct http_exchange *x, const char *name);
/* Sets the answer: {"error": "..."}, of a text without quotes. */
void http_refuse(struct http_exchange *x, unsigned code, unsigned retry_s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The answer that was set after `end` had returned goes out. */
void http_answer_later(struct http_exchange *x);

#endif
