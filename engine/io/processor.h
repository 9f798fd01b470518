#ifndef IO_PROCESSOR_H
#define IO_PROCESSOR_H

/*
 * processor.h: the option `processor` of sources and sinks: a function sees each record before the schema is applied,
 * or before it is delivered, and gives another one, several, or none in its place.
 */

#include "io/csv_scan.h"
#include "io/decode.h"
#include "io/lambda.h"
#include "io/url.h"

struct processor;

/* *out NULL: the endpoint has no such option. */
struct status processor_open(struct arena *a, const struct io_endpoint *e, enum lambda_event event,
                             struct processor **out) MUST_CHECK;
void processor_close(struct processor *p);
/* How the calls of its function go. */
const struct attempts *processor_attempts(const struct processor *p);

/* Of a source: the block's records replaced; the old block is released. A failing function is asked again, every
 * second and without end, until stop_fd can be read: then *out is NULL. A record that it refuses is one of the new
 * block's refusals. */
struct block *processor_block(struct processor *p, struct block *b, bool csv,
                              const struct csv_delimiters *d, int stop_fd);

/* A record that was refused, by its number; unanswered: the function failed, PROCESSOR_TRIES times. */
typedef void (*processor_refused_fn)(void *arg, uint32_t record, struct str text, bool unanswered);
enum { PROCESSOR_TRIES = 4 };

/* Of a sink: n records, ends[i] behind record i; bytes and ends are replaced, a record that is left out has none. A
 * function that fails four times in a row fails its records. give: told of each that is refused; NULL: nobody is. */
void processor_rows(struct processor *p, struct buf *bytes, size_t *ends, const int64_t *times,
                    uint32_t n, processor_refused_fn give, void *arg);

#endif
