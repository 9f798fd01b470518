/* bound.c: bounds of several inputs to one. */

#include "time/bound.h"

#include <assert.h>

void bounds_init(struct bounds *b, struct arena *a, uint32_t n_inputs)
{
    b->items = ARENA_ARRAY(a, struct bound, n_inputs);
    b->count = n_inputs;
    for (uint32_t i = 0; i < n_inputs; i++) b->items[i] = BOUND_NONE;
}

bool bounds_raise(struct bounds *b, uint32_t input, struct bound bound)
{
    assert(input < b->count);
    if (bound_compare(bound, b->items[input]) <= 0) return false;
    b->items[input] = bound;
    return true;
}

struct bound bounds_min(const struct bounds *b)
{
    struct bound min = BOUND_END;
    for (uint32_t i = 0; i < b->count; i++) min = bound_min(min, b->items[i]);
    return min;
}
