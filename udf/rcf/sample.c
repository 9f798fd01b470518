/*
 * sample.c: a heap of keys and the jumps from one entry to the next.
 *
 * With T the largest key of a full sample, point t enters if E < exp(T + lambda * t) =: c(t). The
 * chance that the points t .. t + n - 1 all stay outside is exp(-(c(t) + ... + c(t + n - 1))). So a
 * single exponential variable E says how long the jump is: the first n at which that sum, a
 * geometric series, reaches E.
 */
#include "udf/rcf/sample.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Keys are moved to a new base before lambda * (t - base) takes bits from them. */
static const double REBASE_AT = 1024;

/* Further than any stream will come, and safe to add to a point's number. */
static const double JUMP_MAX = 0x1p60;

bool sample_init(struct sample *s, int capacity, int64_t time_decay)
{
    assert(capacity >= 1 && time_decay >= 1);
    *s = (struct sample){ .capacity = capacity, .lambda = 1.0 / (double)time_decay };
    s->entries = calloc((size_t)capacity, sizeof *s->entries);
    return s->entries != NULL;
}

void sample_fini(struct sample *s)
{
    free(s->entries);
    s->entries = NULL;
    s->count = 0;
}

static void sift_up(struct sample *s, int hole, struct sample_entry entry)
{
    while (hole > 0) {
        int parent = (hole - 1) / 2;
        if (s->entries[parent].key >= entry.key) break;
        s->entries[hole] = s->entries[parent];
        hole = parent;
    }
    s->entries[hole] = entry;
}

static void sift_down(struct sample *s, int hole, struct sample_entry entry)
{
    for (;;) {
        int child = 2 * hole + 1;
        if (child >= s->count) break;
        if (child + 1 < s->count && s->entries[child + 1].key > s->entries[child].key) child++;
        if (entry.key >= s->entries[child].key) break;
        s->entries[hole] = s->entries[child];
        hole = child;
    }
    s->entries[hole] = entry;
}

uint16_t sample_evict(struct sample *s, double *key)
{
    assert(s->count == s->capacity);
    struct sample_entry top = s->entries[0];
    s->count--;
    if (s->count > 0) sift_down(s, 0, s->entries[s->count]);
    *key = top.key;
    return top.leaf;
}

/* ln(E) of an exponential variable on condition that E < limit. */
static double draw_log_exponential(struct rng *rng, double limit)
{
    double below = -expm1(-limit); /* the chance of E < limit */
    return log(-log1p(-rng_unit(rng) * below));
}

static void move_base(struct sample *s, int64_t t)
{
    double shift = s->lambda * (double)(t - s->base);
    for (int i = 0; i < s->count; i++) {
        s->entries[i].key += shift;
    }
    s->base = t;
}

/* Draws which of the points from t on is the first to enter a full sample. */
static int64_t draw_next(const struct sample *s, struct rng *rng, int64_t t)
{
    double largest = s->entries[0].key;
    double c = exp(largest + s->lambda * (double)(t - s->base));
    double e = -log(rng_unit(rng));
    double n = ceil(log1p(e * expm1(s->lambda) / c) / s->lambda);
    if (!(n < JUMP_MAX)) n = JUMP_MAX;
    return n > 1 ? t + (int64_t)n - 1 : t;
}

void sample_add(struct sample *s, struct rng *rng, int64_t t, double limit, uint16_t leaf)
{
    assert(s->count < s->capacity && t == s->next);
    double drift = s->lambda * (double)(t - s->base);
    double log_e = draw_log_exponential(rng, exp(limit + drift));
    s->count++;
    sift_up(s, s->count - 1, (struct sample_entry){ .key = log_e - drift, .leaf = leaf });

    if (drift > REBASE_AT) move_base(s, t);
    s->next = s->count < s->capacity ? t + 1 : draw_next(s, rng, t + 1);
}
