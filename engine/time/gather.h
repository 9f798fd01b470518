#ifndef TIME_GATHER_H
#define TIME_GATHER_H

/*
 * gather.h: rows of several batches as one batch, in an order given by a list. What puts rows in order (reorder,
 * merge) decides about places alone and copies values once, at the end, here.
 */

#include "data/batch.h"

struct row_ref {
    struct batch *batch; /* borrowed */
    uint32_t      row;
};

/*
 * The rows as one batch with one reference; n > 0. Values, times, causes, paths and origins are those of the rows;
 * strings are shared and the batches held. Rows of one batch in ascending order share its columns: it is narrowed,
 * or retained when all its rows are there.
 */
struct batch *gather_rows(const struct row_ref *refs, uint32_t n, const struct type *types,
                          uint32_t n_columns);
/* How many of the refs, from the first, should make one batch: a long run of one batch's rows is not mixed with
 * others, because sharing beats copying. At most `max`. */
uint32_t gather_span(const struct row_ref *refs, uint32_t n, uint32_t max);
/* The stream's row that a row was made of; b itself where nothing else is known. */
struct row_ref gather_origin(struct batch *b, uint32_t row);

#endif
