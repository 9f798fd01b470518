#ifndef APP_TAP_H
#define APP_TAP_H

/*
 * tap.h: rows of a running graph for somebody beside it, who may be slow.
 *
 * Every stream has a place where taps can be put and taken away while the graph runs. A place without a tap costs one
 * look at a number a batch. A tap keeps references to batches in a queue with a limit; what comes while it is full is
 * counted and left out, so the graph never waits.
 *
 * A run decodes only the columns that its pumps read. A tap that wants others asks for whole rows: while it has room
 * the source's lane decodes all columns, and tells which rows these are; the others are left out.
 */

#include "exec/graph.h"

struct taps;
struct tap;

struct taps *taps_new(uint32_t n_streams);
void         taps_free(struct taps *t);
/* There are more streams now; while nobody calls but with streams that were there. */
void taps_grow(struct taps *t, uint32_t n_streams);
/* The stream is another one from now on: those who read it get what waits, and then its end. */
void taps_end(struct taps *t, uint32_t stream);
/* The receiver for graph_add_sink: one a stream. It is called by whoever holds the graph. */
struct graph_sink taps_sink(struct taps *t, uint32_t stream);

/* ---- for lanes ---- */

/* Whether somebody has room for whole rows of the stream. */
bool taps_want_whole(struct taps *t, uint32_t stream);
/* The rows of the stream with these numbers, first to last, which come next, have all of their columns. */
void taps_note_whole(struct taps *t, uint32_t stream, uint64_t first, uint64_t last);

/* ---- for readers ---- */

/* whole: of a source's stream, columns that the run does not decode are wanted. Any thread. */
struct tap *tap_open(struct taps *t, uint32_t stream, bool whole);
void        tap_close(struct tap *tap);
/* The next rows, the caller's reference; NULL: none wait, and *bound is that of the stream. */
struct batch *tap_take(struct tap *tap, struct bound *bound);
/* Rows that came while the queue was full, or without the columns that are wanted. */
uint64_t tap_left_out(struct tap *tap);

#endif
