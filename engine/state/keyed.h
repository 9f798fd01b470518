#ifndef STATE_KEYED_H
#define STATE_KEYED_H

/*
 * keyed.h: a reference table that is not held whole: rows are fetched by key when a stream asks for them, and kept for
 * a while, as is the knowledge that a key has none.
 *
 * What the cache holds or has forgotten decides what is asked for again, never what an answer is: keys of one call are
 * answered as of its beginning, and whoever fetches says what is true. Any number of threads may ask at once; one of
 * them fetches at a time, and those behind it find what it brought.
 */

#include "data/batch.h"
#include "data/schema.h"
#include "state/reftable.h"

struct keyed;

/* Keys that are wanted, each once. */
struct keyed_ask {
    const struct vector *keys; /* n_key columns */
    const uint32_t      *rows; /* where the n keys stand in them */
    uint32_t             n;
    bool unavailable; /* to be set when keys got no answer: they count as missing now, and are asked for again */
    struct keyed_bag    *bag;  /* what was given so far */
};

/* Hands over rows of the table's columns, which are copied. of: they are those of key number `of`, and where the key's
 * columns are NULL they are filled in; KEYED_ANY: of the keys that their columns say. Rows of keys that nobody asked
 * for are left out and counted. */
#define KEYED_ANY UINT32_MAX
void keyed_give(struct keyed_ask *ask, uint32_t of, const struct batch *rows);

struct keyed_config {
    const struct schema *schema; /* lives as long as the table */
    const bool          *needed; /* columns that are kept, the key's among them */
    const uint32_t      *key;    /* columns */
    uint32_t             n_key;
    bool                 unique; /* of several rows of a key the last one counts */
    uint64_t             keys_max;  /* that are kept, about */
    size_t               bytes_max; /* about */
    int64_t              ttl_ms, missing_ttl_ms; /* how long rows, and their absence, are known */
    int64_t (*now_ms)(void *arg);                /* a steady clock; any thread asks */
    /* Brings what there is for the keys, by keyed_give; a failure, whose message lives longer than the table, ends the
     * call that needs it. One thread at a time. */
    struct status (*fetch)(void *arg, struct keyed_ask *ask);
    /* Around what a call may wait for: its own fetch, or another's; NULL: nobody wants to know. */
    void (*wait)(void *arg);
    void (*go_on)(void *arg);
    void *arg;
};

struct keyed *keyed_new(const struct keyed_config *config);
void          keyed_free(struct keyed *k);

/* What a call found. */
struct keyed_rows {
    struct reftable             *table; /* the rows alone, sealed; the caller releases it */
    const struct reftable_index *index; /* chains them, by reftable_next */
};
/* For each of n rows its first row in out->table, or UINT32_MAX: there is none, or a key is NULL. Fails as fetch
 * does; the first failure is kept, too. */
struct status keyed_find(struct keyed *k, const struct vector *keys, const uint32_t *rows,
                         uint32_t n, uint32_t *first, struct keyed_rows *out) MUST_CHECK;
/* The configuration's. */
void *keyed_arg(const struct keyed *k);
/* The first failure of a find, for those who cannot pass one on. */
struct status keyed_failure(struct keyed *k);
/* Forgets all rows: the next ones are fetched. */
void keyed_clear(struct keyed *k);

struct keyed_counts {
    uint64_t asked;   /* rows */
    uint64_t fetched; /* keys that were asked for outside */
    uint64_t strays;  /* rows that came and nobody asked for */
    uint64_t kept;    /* rows in the cache */
};
struct keyed_counts keyed_counts(struct keyed *k);

#endif
