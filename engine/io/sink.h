#ifndef IO_SINK_H
#define IO_SINK_H

/* sink.h: drivers that deliver bytes. A driver never loses bytes silently: a failure is a status, and a full disk
 * is waited for, with a message. */

#include "data/snap.h"
#include "io/encode.h"
#include "io/source.h"

struct sink;

/* Checks URL and options without touching anything. */
struct status sink_check(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* Where the rows go that failed on the way to this sink: for a folder, processing-failed/ below it. NULL: the sink is
 * no folder, is one of failed rows itself, or has failed = FALSE. The endpoint was checked. */
struct io_endpoint *sink_failed_endpoint(struct arena *a, const struct io_endpoint *e);
/* A row that the sink's processor refused, with the bytes that would have been written; unanswered: the function failed
 * each time it was asked. Called within sink_deliver. */
typedef void (*sink_refused_fn)(void *arg, const struct batch *rows, uint32_t row, struct str bytes,
                                bool unanswered);
void sink_tell_refused(struct sink *s, sink_refused_fn give, void *arg);
/* Endpoint and arena must outlive the sink; a file begins anew. */
struct status sink_open(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                        struct sink **out) MUST_CHECK;
/* Everything delivered so far is safe; writes the position that sink_resume goes on from. Where
 * nothing can be taken back (standard output, programs) there is no position: such a sink gets rows
 * at least once. */
struct status sink_save(struct sink *s, struct snap_writer *w) MUST_CHECK;
/* sink_open that goes on from a position: what was written after it is taken back. */
struct status sink_resume(struct arena *a, const struct io_endpoint *e, const struct schema *schema,
                          struct str position, struct sink **out) MUST_CHECK;
/* Rows to bytes (and gzip members), by any thread: pure. The result goes to sink_deliver in order. NULL:
 * this sink has no such half. */
void *sink_prepare(struct sink *s, const struct batch *rows);
/* Writes rows, with what sink_prepare made of them (NULL: prepares itself). Takes `prepared`. */
struct status sink_deliver(struct sink *s, const struct batch *rows, void *prepared) MUST_CHECK;
/* Frees what sink_prepare made, when it will not be delivered. */
void sink_drop(struct sink *s, void *prepared);
/* Time passed: rolls by interval. */
struct status sink_advance(struct sink *s, rowtime bound) MUST_CHECK;
/* What was delivered reaches its destination now (called when input pauses, and at checkpoints). */
struct status sink_flush(struct sink *s) MUST_CHECK;
/* Flushes, closes, frees; *where: the place that the rows went to, in `a`. */
struct status sink_close(struct sink *s, struct arena *a, const char **where) MUST_CHECK;
uint64_t sink_rows(const struct sink *s);
/* Rows that throttling kept back; between open and close, while nothing is delivered. */
uint64_t sink_held_back(const struct sink *s);

/* What it has done and how it fares. */
struct sink_look {
    uint64_t rows, bytes; /* handed over; bytes as they were encoded, 0 for tables */
    struct attempts_seen deliveries;
    bool has_function; /* an option `processor`, or a function is where rows go ... */
    bool is_function;  /* ... the latter */
    struct attempts_seen function;
};
/* Whether what fails is tried no longer: a delivery that waits ends, with its failure. Any thread. */
void sink_give_up(struct sink *s, bool given_up);
/* Any thread, between open and close. */
struct sink_look sink_look(const struct sink *s);

#endif
