#ifndef IO_COURIER_H
#define IO_COURIER_H

/*
 * courier.h: messages over the network by libcurl: what the sinks for HTTP and mail share: timeouts, and new tries
 * after failures that may pass, each after a longer pause with jitter.
 */

#include "io/backoff.h"
#include "io/output.h"
#include "io/throttle.h"

enum courier_answer {
    COURIER_DONE,
    COURIER_LATER, /* may pass: no connection, a server that is busy or broken */
    COURIER_NEVER  /* refused: sending the same again will not help */
};

/* What a sink's rows wait in until they are sent. */
struct courier {
    struct output   *output;
    void            *curl;
    struct throttle *throttle;
    struct message  *subject, *to; /* of mails; to: NULL when it is the same for all rows */
    struct buf       pending;      /* rows, as encoded */
    struct buf       first;        /* the subject of the first of them */
    struct buf       first_to;     /* whom they go to */
    struct buf       next_to;      /* whom a row goes to that may join them */
    rowtime          time;    /* of the first of them */
    uint32_t         count;   /* of rows in pending */
    uint32_t         batch;   /* most rows of a message */
    uint64_t         sent;    /* messages */
    int64_t          timeout_ms;
    struct backoff   backoff;
    int64_t          retries; /* -1: without end */
    bool             failed; /* the run ends */
    bool             drop;    /* what cannot be sent is left out, with a message */
    uint64_t         dropped; /* rows */
    const char      *url; /* without what may be secret, for messages */
    char             reason[512];
    /* Sends what is pending once; on a failure sets reason. */
    enum courier_answer (*send)(struct courier *c);
};

/* Reads the options that all couriers have and makes the curl handle. */
struct status courier_open(struct output *o, const struct url *u,
                           enum courier_answer (*send)(struct courier *c),
                           struct courier **out) MUST_CHECK;
/* Adds rows that throttling lets through, and sends when a batch is full. */
struct status courier_write(struct output *o, const struct encoded *rows,
                            const struct batch *batch) MUST_CHECK;
struct status courier_advance(struct output *o, rowtime bound) MUST_CHECK;
/* Sends what waits. */
struct status courier_flush(struct output *o) MUST_CHECK;
struct status courier_save(struct output *o, struct snap_writer *w) MUST_CHECK;
struct status courier_restore(struct output *o, struct snap_reader *r) MUST_CHECK;
struct status courier_close(struct output *o) MUST_CHECK;
/* The part of a send that all share: performs, and tells what a failure of the connection means. */
enum courier_answer courier_perform(struct courier *c);

#endif
