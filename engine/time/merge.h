#ifndef TIME_MERGE_H
#define TIME_MERGE_H

/*
 * merge.h: rows of several inputs, each in order, as one stream in the order of data/batch.h; equal rows in the
 * order of their inputs. A row goes on when no input can bring one that comes before it: each other input has a
 * later row waiting, or a bound behind it.
 *
 *     input 0    10a 20a          bound 20       10a goes; 15b goes, because input 0 waits with 20a;
 *     input 1    15b              bound 15       20a stays: input 1 may still bring rows from 15 on
 */

#include "data/snap.h"
#include "time/bound.h"

struct merge;

/* loose: rowtimes are not those of the sources (dialect L-57), so that of rows at the time of a bound nothing is
 * known. */
struct merge *merge_new(const struct type *types, uint32_t n_columns, uint32_t n_inputs,
                        bool loose);
void merge_free(struct merge *m);
/* Rows of an input, in order; the batch is retained as long as one of them waits. */
void merge_push(struct merge *m, uint32_t input, struct batch *in);
/* No row before the bound will come on the input. */
void merge_advance(struct merge *m, uint32_t input, struct bound bound);
/* The next rows that can go (one reference), at most about a batch of them; NULL: none. Call until then. */
struct batch *merge_take(struct merge *m);
/* The rows of an input that still wait, a batch at a time (one reference); they wait no longer. NULL: none is left.
 * For a graph that goes on as another one. */
struct batch *merge_rest(struct merge *m, uint32_t input);
/* What can be promised of the output once merge_take gave NULL. */
struct bound merge_bound(const struct merge *m);
uint64_t merge_rows(const struct merge *m);
/* The least (cause time, cause number) of the rows that wait; BOUND_END without one. */
struct bound merge_cause(const struct merge *m);
/* Bounds and waiting rows, with the rows of streams that those were made of. */
void merge_save(const struct merge *m, struct snap_writer *w);
/* Tells the column types of a stream by its number + 1; NULL: there is none. */
struct merge_streams {
    void *arg;
    const struct type *(*types)(void *arg, uint32_t stream, uint32_t *n_columns);
};
/* Live rows from number `at` on, with the rows of streams that they were made of; for all who hold rows. */
void merge_save_rows(struct snap_writer *w, struct batch *b, uint32_t at);
/* What merge_save_rows wrote (one reference), or NULL: damaged. */
struct batch *merge_load_rows(struct snap_reader *r, const struct type *types, uint32_t n_columns,
                              const struct merge_streams *streams);
/* Into a new merge; false: damaged. */
bool merge_load(struct merge *m, struct snap_reader *r, const struct merge_streams *streams);

#endif
