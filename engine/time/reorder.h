#ifndef TIME_REORDER_H
#define TIME_REORDER_H

/*
 * reorder.h: rows within the allowed lateness put in order by (rowtime, number). The bound is the greatest rowtime so
 * far less the lateness; a row before the bound that stood when it came is late.
 *
 *     lateness 5      rows  10 12 11 20 13 15       given  10 11 12 | 15 20       late  13: the bound was 15
 */

#include "data/snap.h"
#include "time/bound.h"

struct reorder;

struct reorder *reorder_new(const struct type *types, uint32_t n_columns, int64_t lateness_ms);
void reorder_free(struct reorder *r);

/* A row that came too late, and the bound that stood then. */
struct late_row {
    uint32_t row;
    rowtime  bound;
};

/* Live rows in order of arrival, rowtimes and cause_seqs (ascending) set. Returns the late ones, in `a`. */
size_t reorder_push(struct reorder *r, struct batch *in, struct arena *a, struct late_row **late);
/* No row before the bound will come: what waits for earlier rows can go. */
void reorder_advance(struct reorder *r, struct bound bound);
/* The next rows that are in order (one reference); NULL: none. */
struct batch *reorder_take(struct reorder *r);
/* What is promised once reorder_take gave NULL. */
struct bound reorder_bound(const struct reorder *r);
/* How far the rows alone have moved it; ROWTIME_MIN: there was none. Of an earlier run: the bound. */
rowtime reorder_reached(const struct reorder *r);
uint64_t reorder_rows(const struct reorder *r);
void reorder_save(const struct reorder *r, struct snap_writer *w);
/* Into a new one. */
bool reorder_load(struct reorder *r, struct snap_reader *in);

#endif
