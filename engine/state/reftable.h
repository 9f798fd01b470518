#ifndef STATE_REFTABLE_H
#define STATE_REFTABLE_H

/* reftable.h: a reference table in memory: filled by batches, sealed, then found by key and read by columns. Read-only
 * after sealing, so that any number of threads may look things up; a refresh makes a new one. */

#include "data/batch.h"
#include "data/schema.h"

struct reftable;

/* columns: the ones that are kept (needed); others read as NULL. */
struct reftable *reftable_new(const struct schema *schema, const bool *needed);
struct reftable *reftable_retain(struct reftable *t);
void reftable_release(struct reftable *t);
/* Copies the live rows. */
void reftable_append(struct reftable *t, const struct batch *rows);
/* Adds rows[0..n) of a table with the same columns, which need not be sealed but must not change meanwhile; the long
 * strings of both are the same, and live as long as either. */
void reftable_share(struct reftable *t, struct reftable *from, const uint32_t *rows, uint32_t n);
/* With a primary key, whose columns must be among the kept ones, the last of several rows with an equal key is kept,
 * in the place of the first. */
void reftable_seal(struct reftable *t, const uint32_t *primary_key, uint32_t n_primary_key);
/* Set operators over whole rows, NULLs equal: t becomes what it has together with `other`, without it, or in common
 * with it, each row once. Both have the same columns, all kept, and are not sealed. */
enum reftable_set { REFTABLE_UNION, REFTABLE_EXCEPT, REFTABLE_INTERSECT };
void reftable_combine(struct reftable *t, const struct reftable *other, enum reftable_set set);
uint32_t reftable_rows(const struct reftable *t);
/* One column over all rows. */
const struct vector *reftable_column(const struct reftable *t, uint32_t column);
size_t reftable_bytes(const struct reftable *t);

/* A hash index over some columns; made once before threads start, shared by equal requests. */
struct reftable_index;
const struct reftable_index *reftable_index(struct reftable *t, const uint32_t *columns,
                                            uint32_t n_columns);
/* An index of no columns, for callers that know the rows of each key by themselves: the next row of each row with the
 * same key, or UINT32_MAX; NULL: no key has two rows. Copied. */
const struct reftable_index *reftable_chain(struct reftable *t, const uint32_t *next);
/* For each of n rows: the first table row with an equal key (SQL equality), UINT32_MAX without one or when a key is
 * NULL. */
void reftable_find(const struct reftable_index *ix, const struct vector *keys, const uint32_t *rows,
                   uint32_t n, uint32_t *first);
/* The next row with the same key in table order, or UINT32_MAX. */
uint32_t reftable_next(const struct reftable_index *ix, uint32_t table_row);

#endif
