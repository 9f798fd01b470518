#ifndef DATA_BATCH_H
#define DATA_BATCH_H

/*
 * batch.h: rows in columns.
 *
 * A batch is built, published once and then immutable; its count is atomic, so that several readers share it. Its
 * arena owns what its vectors point into, together with the batches it retains (a projection shares the columns of
 * its input) and whatever else was tied to the arena (the input block that strings are views of).
 *
 * Rows are numbered 0..n_rows-1; `sel` names the ones that are there, in ascending order. A filter narrows `sel` and
 * copies nothing.
 *
 * Order. The dialect's order is that of single rows going all the way down, one after the other (L-35, L-54). A
 * row therefore knows its cause: the source row, or the clock step (a window that became due), that made it come
 * about. The cause is (cause_time, cause_seq): the ROWTIME and the number from 1 of a source row, or the due
 * time and 0 of a clock step, which comes before the rows of its time. Of rows with one cause the path of pumps
 * decides, one word a pump: the pump's number << 32 | the number of the row among what the pump made of one row
 * or one clock step. Words compare one after the other; a missing one counts as 0. Where pumps meet, rows are put
 * in the order (rowtime, cause_time, cause_seq, path).
 */

#include <stdatomic.h>

#include "data/vector.h"

/* Milliseconds since 1970-01-01 00:00:00 UTC. */
typedef int64_t rowtime;
#define ROWTIME_MIN INT64_MIN
#define ROWTIME_END INT64_MAX /* as a bound: the input has ended */

/* No row that sorts before (time, seq), by (rowtime, cause_seq), will come. */
struct bound {
    rowtime  time;
    uint64_t seq;
};
#define BOUND_NONE ((struct bound){ ROWTIME_MIN, 0 })
#define BOUND_END ((struct bound){ ROWTIME_END, 0 })

static inline int bound_compare(struct bound a, struct bound b)
{
    if (a.time != b.time) return a.time < b.time ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

/* One word of the path: all rows alike (words NULL) or one a row. */
struct path_word {
    const uint64_t *words;
    uint64_t        all;
};

/* Which rows of a stream the rows were made of, so that a fault can show what the pump read. Kept by batch_derive and
 * batch_narrow, whose rows are numbered as those of what they are made of; what it points to is held by the batch. */
struct batch_origin {
    uint32_t        stream;  /* number of the stream + 1; 0: not the rows of a stream */
    struct batch   *batch;   /* the stream's rows; NULL: these here, when stream is set */
    struct batch  **batches; /* one a row, when not all are of one; each with its own origin.stream */
    const uint32_t *rows;    /* numbers there; NULL: the same */
};

struct batch {
    atomic_uint    count; /* references */
    struct arena  *arena; /* freed with the last reference; the batch itself lies in it */
    uint32_t       n_rows;
    uint32_t       n_columns;
    struct vector *columns;
    const rowtime *rowtimes;   /* n_rows */
    const rowtime *cause_times; /* n_rows; often the same array as rowtimes */
    const uint64_t *cause_seqs; /* n_rows */
    struct path_word *path;     /* path_len words, outermost first */
    uint32_t        path_len;
    const uint32_t *sel; /* ascending row numbers, n_sel of them; NULL: all rows */
    uint32_t        n_sel;
    struct batch_origin origin;
};

/* A batch with one reference in an arena of its own, columns uninitialised; the caller fills it. */
struct batch *batch_new(uint32_t n_rows, uint32_t n_columns);
struct batch *batch_retain(struct batch *b);
void          batch_release(struct batch *b);
/* Keeps `other` alive as long as b. */
void batch_hold(struct batch *b, struct batch *other);
/* A batch of the same rows, times and path as `of`, which it holds; n_columns columns to be filled, selection as in
 * `of`. */
struct batch *batch_derive(struct batch *of, uint32_t n_columns);
/* The same columns, with only the rows of sel (n_sel of them, copied). */
struct batch *batch_narrow(struct batch *of, const uint32_t *sel, uint32_t n_sel);
/* Rows that are there. */
static inline uint32_t batch_live(const struct batch *b)
{
    return b->sel ? b->n_sel : b->n_rows;
}
static inline uint32_t batch_row(const struct batch *b, uint32_t i)
{
    return b->sel ? b->sel[i] : i;
}
/* Compares two rows by (rowtime, cause, path); <0, 0, >0. */
int batch_row_compare(const struct batch *a, uint32_t a_row, const struct batch *b, uint32_t b_row);

#endif
