/*
 * sample.c: a heap of keys and the jumps from one entry to the next.
 *
 * With T the largest key of a full sample, point t enters if E < exp(T + lambda * t) =: c(t). The
 * chance that the points t .. t + n - 1 all stay outside is exp(-(c(t) + ... + c(t + n - 1))). So a
 * single exponential variable E says how long the jump is: the first n at which that sum, a
 * geometric series, reaches E. What E has left before the last term is, as exponential variables
 * have no memory, an exponential variable on condition that it is below that term: just what the
 * key of the point that enters is made of.
 */
#include "udf/rcf/sample.h"

#include <assert.h>
#include <float.h>
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
    s->lambda_growth = expm1(s->lambda);
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

uint16_t sample_evict(struct sample *s)
{
    assert(s->count == s->capacity);
    struct sample_entry top = s->entries[0];
    s->count--;
    if (s->count > 0) sift_down(s, 0, s->entries[s->count]);
    return top.leaf;
}

static void move_base(struct sample *s, int64_t t)
{
    double shift = s->lambda * (double)(t - s->base);
    for (int i = 0; i < s->count; i++) {
        s->entries[i].key += shift;
    }
    s->base = t;
}

/* Draws which of the points from t on is the first to enter a full sample, and its E. */
static void draw_next(struct sample *s, struct rng *rng, int64_t t)
{
    double c = exp(s->entries[0].key + s->lambda * (double)(t - s->base));
    double e = -log(rng_unit(rng));
    s->next = t;
    s->next_e = e;
    if (e < c) return; /* the very next one */

    double n = ceil(log1p(e * s->lambda_growth / c) / s->lambda);
    if (!(n < JUMP_MAX)) n = JUMP_MAX;
    if (!(n > 1)) n = 2;
    double skipped = c * expm1(s->lambda * (n - 1)) / s->lambda_growth;
    double last = c * exp(s->lambda * (n - 1));
    double left = e - skipped; /* between 0 and the last term, but for rounding */
    if (!(left < last)) left = last;
    s->next = t + (int64_t)n - 1;
    s->next_e = left > DBL_MIN ? left : DBL_MIN;
}

void sample_add(struct sample *s, struct rng *rng, int64_t t, uint16_t leaf)
{
    assert(s->count < s->capacity && t == s->next);
    bool filling = s->next_e == 0;
    double drift = s->lambda * (double)(t - s->base);
    double e = filling ? -log(rng_unit(rng)) : s->next_e;
    s->count++;
    sift_up(s, s->count - 1, (struct sample_entry){ .key = log(e) - drift, .leaf = leaf });

    if (drift > REBASE_AT) move_base(s, t);
    s->next = t + 1;
    if (s->count == s->capacity) draw_next(s, rng, t + 1);
}
