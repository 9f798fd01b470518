/* frequent.c: counters of values by hash, and by a heap when there are too many values for exact counts. */

#include "udf/items/frequent.h"

#include <stdlib.h>

enum { FIRST = 64 };

void frequent_init(struct frequent *f, enum cell_form form, uint32_t most)
{
    *f = (struct frequent){ .form = form, .most = most };
}

static void free_items(struct frequent *f)
{
    for (uint32_t i = 0; i < f->count; i++) cell_free(&f->items[i].value, f->form);
    free(f->items);
    free(f->slots);
    free(f->heap);
}

void frequent_free(struct frequent *f)
{
    free_items(f);
    frequent_init(f, f->form, f->most);
}

void frequent_clear(struct frequent *f)
{
    frequent_free(f);
}

/* ---- by hash ---- */

static uint32_t *slot_of(const struct frequent *f, uint64_t hash)
{
    return &f->slots[hash & (f->n_slots - 1)];
}

static struct frequent_item *find(const struct frequent *f, const struct cell *value, uint64_t hash)
{
    if (!f->n_slots) return NULL;
    for (uint32_t i = *slot_of(f, hash); i; i = f->items[i - 1].next) {
        struct frequent_item *item = &f->items[i - 1];
        if (item->hash == hash && cell_compare(&item->value, value, f->form) == 0) return item;
    }
    return NULL;
}

static void link_item(struct frequent *f, uint32_t i)
{
    uint32_t *slot = slot_of(f, f->items[i].hash);
    f->items[i].next = *slot;
    *slot = i + 1;
}

static void unlink_item(struct frequent *f, uint32_t i)
{
    uint32_t *at = slot_of(f, f->items[i].hash);
    while (*at != i + 1) at = &f->items[*at - 1].next;
    *at = f->items[i].next;
}

/* Room for one more item: items and slots double together. */
static bool grow(struct frequent *f)
{
    if (f->count < f->cap) return true;
    uint32_t cap = f->cap ? f->cap * 2 : FIRST;
    if (cap > f->most) cap = f->most;
    struct frequent_item *items = realloc(f->items, cap * sizeof *items);
    if (!items) return false;
    f->items = items;
    uint32_t n_slots = f->n_slots ? f->n_slots : FIRST;
    while (n_slots < cap) n_slots *= 2;
    if (n_slots != f->n_slots) {
        uint32_t *slots = calloc(n_slots, sizeof *slots);
        if (!slots) return false;
        free(f->slots);
        f->slots = slots;
        f->n_slots = n_slots;
        for (uint32_t i = 0; i < f->count; i++) link_item(f, i);
    }
    f->cap = cap;
    return true;
}

static bool add_item(struct frequent *f, const struct cell *value, uint64_t hash)
{
    if (!grow(f)) return false;
    struct frequent_item *item = &f->items[f->count];
    *item = (struct frequent_item){ .value = *value, .hash = hash, .count = 1, .changed = f->rows };
    if (!cell_own(&item->value, f->form)) return false;
    if (f->form == CELL_TEXT || f->form == CELL_BYTES) f->text_bytes += value->size;
    link_item(f, f->count++);
    return true;
}

/* ---- the heap of SpaceSaving ---- */

static bool is_less(const struct frequent *f, uint32_t a, uint32_t b)
{
    const struct frequent_item *x = &f->items[a], *y = &f->items[b];
    return x->count != y->count ? x->count < y->count : x->changed < y->changed;
}

static void sink_down(struct frequent *f, uint32_t at)
{
    uint32_t item = f->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= f->count) break;
        if (child + 1 < f->count && is_less(f, f->heap[child + 1], f->heap[child])) child++;
        if (!is_less(f, f->heap[child], item)) break;
        f->heap[at] = f->heap[child];
        f->items[f->heap[at]].heap_at = at;
        at = child;
    }
    f->heap[at] = item;
    f->items[item].heap_at = at;
}

static bool make_heap(struct frequent *f)
{
    f->heap = malloc(f->count * sizeof *f->heap);
    if (!f->heap) return false;
    for (uint32_t i = 0; i < f->count; i++) f->heap[f->items[i].heap_at = i] = i;
    for (uint32_t i = f->count / 2; i-- > 0;) sink_down(f, i);
    return true;
}

/* The smallest counter becomes the value's. */
static bool replace(struct frequent *f, const struct cell *value, uint64_t hash)
{
    if (!f->heap && !make_heap(f)) return false;
    struct cell own = *value;
    if (!cell_own(&own, f->form)) return false;
    uint32_t              i = f->heap[0];
    struct frequent_item *item = &f->items[i];
    unlink_item(f, i);
    if (f->form == CELL_TEXT || f->form == CELL_BYTES) f->text_bytes += own.size - item->value.size;
    cell_free(&item->value, f->form);
    item->value = own;
    item->hash = hash;
    item->count++;
    item->changed = f->rows;
    link_item(f, i);
    sink_down(f, 0);
    return true;
}

bool frequent_add(struct frequent *f, const struct cell *value)
{
    uint64_t hash = cell_hash(value, f->form);
    f->rows++;
    struct frequent_item *item = find(f, value, hash);
    if (item) {
        item->count++;
        item->changed = f->rows;
        if (f->heap) sink_down(f, item->heap_at);
        return true;
    }
    return f->count < f->most ? add_item(f, value, hash) : replace(f, value, hash);
}

/* ---- the result ---- */

static int by_frequency(const void *a, const void *b, void *form)
{
    const struct frequent_item *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return cell_compare(&x->value, &y->value, *(enum cell_form *)form);
}

void frequent_sort(struct frequent *f)
{
    if (f->count) qsort_r(f->items, f->count, sizeof *f->items, by_frequency, &f->form);
}

size_t frequent_bytes(const struct frequent *f)
{
    size_t heap = f->heap ? f->count * sizeof *f->heap : 0;
    return f->cap * sizeof *f->items + f->n_slots * sizeof *f->slots + heap + f->text_bytes;
}

void frequent_save(const struct frequent *f, struct sluice_writer *w)
{
    uint8_t full = f->heap != NULL;
    sluice_write(w, &f->count, sizeof f->count);
    sluice_write(w, &full, 1);
    sluice_write(w, &f->rows, sizeof f->rows);
    for (uint32_t i = 0; i < f->count; i++) {
        cell_save(&f->items[i].value, f->form, w);
        sluice_write(w, &f->items[i].count, sizeof f->items[i].count);
        sluice_write(w, &f->items[i].changed, sizeof f->items[i].changed);
    }
}

static bool load_item(struct frequent *f, struct sluice_reader *r)
{
    struct cell value;
    if (!cell_load(&value, f->form, r)) return false;
    int64_t  count;
    uint64_t changed;
    bool     sound = !value.null && sluice_read(r, &count, sizeof count) &&
                 sluice_read(r, &changed, sizeof changed) && count > 0;
    uint64_t hash = sound ? cell_hash(&value, f->form) : 0;
    sound = sound && !find(f, &value, hash) && add_item(f, &value, hash);
    cell_free(&value, f->form);
    if (!sound) return false;
    f->items[f->count - 1].count = count;
    f->items[f->count - 1].changed = changed;
    return true;
}

bool frequent_load(struct frequent *f, struct sluice_reader *r)
{
    uint32_t count;
    uint8_t  full;
    frequent_clear(f);
    if (!sluice_read(r, &count, sizeof count) || !sluice_read(r, &full, 1)) return false;
    if (!sluice_read(r, &f->rows, sizeof f->rows) || count > f->most || full > 1) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!load_item(f, r)) return false;
    }
    return !full || (count == f->most && make_heap(f));
}
