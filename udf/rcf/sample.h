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
 * and `next_e` its E. A tree is thus constant between two entries, and one random number is enough
 * for the length of the jump and the key at its end.
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
    double next_e; /* E of its key, above 0; while the sample is not full it is drawn on entry */
    double lambda_growth; /* expm1(lambda) */
};

/* Makes an empty sample; false: the system refused memory. sample_fini frees it. */
bool sample_init(struct sample *s, int capacity, int64_t time_decay);
void sample_fini(struct sample *s);

/* Takes out the entry with the largest key and returns its leaf; the sample must be full. */
uint16_t sample_evict(struct sample *s);

/* Adds point number t == s->next, which the tree keeps in `leaf`; the sample must not be full. */
void sample_add(struct sample *s, struct rng *rng, int64_t t, uint16_t leaf);

#endif
