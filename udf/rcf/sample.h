/*
 * sample.h: which points a tree holds: a weighted reservoir that forgets with time.
 *
 * Point number t has weight exp(lambda * t), so the newest weigh most; the sample is drawn without
 * replacement. It holds the points with the smallest keys
 *
 *     ln(E) - lambda * t,   E exponential with mean 1
 *
 * in a heap with the largest key on top. Keys never change with age. Once the sample is full, no
 * key is drawn for a point that does not enter: `next` says which point will be the next to enter,
 * and its key is drawn on condition that it is below the largest. A tree is thus constant between
 * two entries and one random number is enough for all the points between them.
 *
 * Source: P. S. Efraimidis, P. G. Spirakis, "Weighted random sampling with a reservoir" (2006),
 * with their exponential jumps; the weights make the skipped weight a geometric series.
 */
#ifndef RCF_SAMPLE_H
#define RCF_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "udf/rcf/rng.h"

struct sample_entry {
    double key;    /* relative to the sample's base */
    uint16_t leaf; /* where the tree keeps the point */
};

struct sample {
    struct sample_entry *entries; /* heap; capacity of them */
    int count;
    int capacity;
    double lambda; /* 1 / time decay */
    int64_t base;  /* keys hold ln(E) - lambda * (t - base) */
    int64_t next;  /* number of the next point to enter */
};

/* Makes an empty sample; false: the system refused memory. sample_fini frees it. */
bool sample_init(struct sample *s, int capacity, int64_t time_decay);
void sample_fini(struct sample *s);

/* Takes out the entry with the largest key and returns its leaf; the sample must be full. The key
 * goes to *key and is the limit for the next sample_add. */
uint16_t sample_evict(struct sample *s, double *key);

/*
 * Adds point number t == s->next, which the tree keeps in `leaf`. `limit` is the key of the entry
 * that was evicted for it, INFINITY while the sample was not full.
 */
void sample_add(struct sample *s, struct rng *rng, int64_t t, double limit, uint16_t leaf);

#endif
