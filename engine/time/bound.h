#ifndef TIME_BOUND_H
#define TIME_BOUND_H

/*
 * bound.h: bounds of several inputs to one. The promise for all of them together is the weakest one. An idle input
 * holds the others back until its own bound moves, which is what sources see to.
 */

#include "data/batch.h"

struct bounds {
    struct bound *items; /* an input each; BOUND_NONE at first */
    uint32_t      count;
};

void bounds_init(struct bounds *b, struct arena *a, uint32_t n_inputs);
/* Bounds never go back: an earlier one changes nothing. Returns whether it moved. */
bool bounds_raise(struct bounds *b, uint32_t input, struct bound bound);
struct bound bounds_min(const struct bounds *b);

static inline struct bound bound_min(struct bound a, struct bound b)
{
    return bound_compare(a, b) < 0 ? a : b;
}
static inline struct bound bound_max(struct bound a, struct bound b)
{
    return bound_compare(a, b) < 0 ? b : a;
}
static inline bool bound_is_end(struct bound b)
{
    return b.time == ROWTIME_END;
}

#endif
