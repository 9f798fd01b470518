#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/*
 * heap.h: a priority queue of small items of one size, least first. Items are copied in and out. Of items that are
 * alike either may come first: who needs an order among them puts it into `before`.
 */

#include "base/arena.h"

/* Whether item a comes before item b. */
typedef bool (*heap_before_fn)(const void *a, const void *b, void *context);

struct heap {
    char          *items; /* count * width bytes, on the heap */
    size_t         count;
    size_t         cap;
    size_t         width; /* bytes of an item */
    heap_before_fn before;
    void          *context;
};

void heap_init(struct heap *h, size_t width, heap_before_fn before, void *context);
void heap_fini(struct heap *h);
void heap_push(struct heap *h, const void *item);
/* The least item, NULL without one. After a change of it in place, call heap_top_changed. */
void *heap_top(const struct heap *h);
void heap_top_changed(struct heap *h);
/* Removes the least item, copying it to *out unless NULL; false without one. */
bool heap_pop(struct heap *h, void *out);
static inline void heap_clear(struct heap *h)
{
    h->count = 0;
}

#endif
