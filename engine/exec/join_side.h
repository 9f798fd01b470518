#ifndef EXEC_JOIN_SIDE_H
#define EXEC_JOIN_SIDE_H

/*
 * join_side.h: the rows that one side of a join of streams keeps: its window.
 *
 * Rows are numbered by their place in the side, from 0. They lie in chunks of SIZE_BATCH_ROWS places, columns copied,
 * only those that are read; a chunk is given back when its last row has left and join_side_trim is called. Rows with
 * one key are a chain in the order of their arrival. A row leaves from the front of the side and is the first of its
 * chain, so that leaving costs the same however many there are.
 *
 *     first                    linked              end
 *       |  in the window, chained  |  copied, to come  |
 */

#include "base/limits.h"
#include "exec/op.h"

#define JOIN_NO_ROW UINT64_MAX
#define JOIN_NO_KEY UINT32_MAX

struct join_chunk {
    struct batch *rows;    /* SIZE_BATCH_ROWS of them, kept columns; rowtimes */
    rowtime      *times;
    uint64_t     *arrival; /* number among the rows of both sides */
    uint64_t     *next;    /* place of the next row with this key */
    uint32_t     *key;     /* JOIN_NO_KEY: it equals none */
    bool         *matched;
    uint64_t      held_by; /* number of the last result that holds its strings */
};

struct join_side {
    const struct plan_join_side *plan;
    struct arena       *arena;
    uint32_t            n_kept;
    struct type        *types;    /* of kept columns */
    uint32_t           *from;     /* of a kept column: column of the operator's row; from n_row on: a computed key */
    uint32_t           *place;    /* of a column of the operator's row: its kept column; UINT32_MAX: none */
    uint32_t           *keys;     /* n_keys: their kept columns */
    uint32_t            n_row, n_keys;
    struct join_chunk **chunks;   /* chunks[base ..] of the places from chunk number first_chunk on */
    size_t              base, count, cap;
    uint64_t            first_chunk;
    uint64_t            first, linked, end;
    uint64_t           *heads, *tails; /* by key */
    uint32_t            n_keys_cap;
    int64_t             bytes;
};

/* row: types of the columns of the operator's row, [first, first + n) those of the side, time that of its ROWTIME. */
struct join_columns {
    const struct type *row;
    uint32_t           n_row, first, n, time;
    const bool        *used;
};
void join_side_open(struct join_side *s, struct arena *a, const struct plan_join *plan,
                    uint32_t side, const struct join_columns *columns);
void join_side_close(struct join_side *s);

/* Whether the side keeps rows at all, and ones whose key equals none. */
static inline bool join_side_keeps(const struct join_side *s)
{
    return s->plan->window != JOIN_NOW;
}
static inline bool join_side_keeps_all(const struct join_side *s)
{
    return s->plan->outer || s->plan->window == JOIN_ROWS;
}

/* Copies rows of a batch (laid out as the operator's row; keys: their values) to the end of the side, not matched; they
 * are in the window when they are linked, but may be said to match before. */
void join_side_append(struct join_side *s, const struct batch *in, const struct vector *keys,
                      const uint32_t *rows, uint32_t n);
/* The next copied row enters the window. */
void join_side_link(struct join_side *s, uint32_t key, uint64_t arrival);
/* The first row leaves it. */
void join_side_unlink(struct join_side *s);
/* Chunks of which all rows have left are given back. */
void join_side_trim(struct join_side *s);
/* All rows are chained anew by keys(arg, values of the keys of rows [0, n) of a chunk). */
typedef void (*join_rekey_fn)(void *arg, const struct vector *keys, const uint32_t *rows,
                              uint32_t n, uint32_t *ids);
void join_side_rekey(struct join_side *s, join_rekey_fn keys, void *arg);

static inline struct join_chunk *join_chunk_of(const struct join_side *s, uint64_t place)
{
    return s->chunks[s->base + (size_t)(place / SIZE_BATCH_ROWS - s->first_chunk)];
}
static inline uint32_t join_row_of(uint64_t place)
{
    return (uint32_t)(place % SIZE_BATCH_ROWS);
}
static inline uint64_t join_side_rows(const struct join_side *s)
{
    return s->linked - s->first;
}
/* The first row with this key; JOIN_NO_ROW: none. */
static inline uint64_t join_side_head(const struct join_side *s, uint32_t key)
{
    return key < s->n_keys_cap ? s->heads[key] : JOIN_NO_ROW;
}
/* The time after which the first row can meet no more; ROWTIME_END without rows or when time takes none away. */
rowtime join_side_due(const struct join_side *s);

/* Snapshots: rows by key group (hash(arg, key) of one), with their arrivals. */
typedef uint64_t (*join_hash_fn)(void *arg, uint32_t key);
void join_side_save(const struct join_side *s, struct snap_writer *w, join_hash_fn hash, void *arg);
/* Into an empty side; rows are linked with no key: rekey them. false: damaged. */
bool join_side_load(struct join_side *s, struct snap_reader *r);

#endif
