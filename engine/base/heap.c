/* heap.c: a binary heap in an array. Source: J. W. J. Williams, "Algorithm 232: Heapsort" (CACM 1964). */

#include "base/heap.h"

#include <assert.h>
#include <string.h>

void heap_init(struct heap *h, size_t width, heap_before_fn before, void *context)
{
    assert(width > 0);
    *h = (struct heap){ .width = width, .before = before, .context = context };
}

void heap_fini(struct heap *h)
{
    mem_free(h->items);
    h->items = NULL;
    h->count = h->cap = 0;
}

static char *item_at(const struct heap *h, size_t i)
{
    return h->items + i * h->width;
}

static void swap(struct heap *h, size_t i, size_t k)
{
    char *a = item_at(h, i), *b = item_at(h, k), kept[64];
    for (size_t done = 0; done < h->width; done += sizeof kept) {
        size_t n = h->width - done < sizeof kept ? h->width - done : sizeof kept;
        memcpy(kept, a + done, n);
        memcpy(a + done, b + done, n);
        memcpy(b + done, kept, n);
    }
}

void heap_push(struct heap *h, const void *item)
{
    if (h->count == h->cap) {
        size_t cap = h->cap ? h->cap * 2 : 4, size;
        if (!size_mul(&size, cap, h->width)) mem_refused(SIZE_MAX);
        h->items = mem_realloc(h->items, size);
        h->cap = cap;
    }
    size_t i = h->count++;
    memcpy(item_at(h, i), item, h->width);
    while (i > 0 && h->before(item_at(h, i), item_at(h, (i - 1) / 2), h->context)) {
        swap(h, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

void *heap_top(const struct heap *h)
{
    return h->count ? h->items : NULL;
}

void heap_top_changed(struct heap *h)
{
    size_t i = 0;
    for (;;) {
        size_t least = i, left = 2 * i + 1;
        for (size_t k = left; k < left + 2 && k < h->count; k++) {
            if (h->before(item_at(h, k), item_at(h, least), h->context)) least = k;
        }
        if (least == i) return;
        swap(h, i, least);
        i = least;
    }
}

bool heap_pop(struct heap *h, void *out)
{
    if (h->count == 0) return false;
    if (out) memcpy(out, h->items, h->width);
    h->count--;
    if (h->count > 0) {
        memcpy(h->items, item_at(h, h->count), h->width);
        heap_top_changed(h);
    }
    return true;
}
