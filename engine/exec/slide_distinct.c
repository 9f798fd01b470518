/*
 * slide_distinct.c: DISTINCT in a sliding frame.
 *
 * A value counts as long as one copy of it is in the frame. A tree of states stands over the rows of the frame
 * (FlatFAT, in Tangwongsan, Hirzel, Schneider, Wu: General Incremental Sliding-Window Aggregation, PVLDB 8(7), 2015);
 * only the newest copy of a value has a leaf that is not empty, and a hash table finds it. A row changes two leaves
 * and the nodes above them. The root is the result; nothing is subtracted.
 */

#include "exec/slide.h"

#include "base/hash.h"

struct distinct {
    uint32_t  cap;    /* leaves: a power of 2, at least as many as rows in the frame; 0: nothing there */
    char     *tree;   /* 2 * cap states; 1 is the root, cap + leaf a leaf */
    uint32_t *places; /* 2 * cap: leaf + 1 of a value, 0: free */
};

enum { SIZE_LEAVES = 4 };

static size_t distinct_size(const struct slide_fn *f)
{
    (void)f;
    return sizeof(struct distinct);
}

static size_t bytes_of(const struct slide_fn *f, uint32_t cap)
{
    return 2 * (size_t)cap * (f->agg->size + sizeof(uint32_t));
}

static void distinct_drop(const struct slide_fn *f, void *state)
{
    struct distinct *d = state;
    *f->bytes -= bytes_of(f, d->cap);
    mem_free(d->tree);
    mem_free(d->places);
    *d = (struct distinct){ 0 };
}

/* ---- values ---- */

/* A number as bits that are equal when it is. */
static uint64_t value_at(const struct slide_fn *f, const struct frame *frame, uint64_t number)
{
    const void *data = frame_data(f->layout, frame, f->columns[0]);
    uint32_t slot = frame_slot(frame, number);
    uint64_t bits = ((const uint64_t *)data)[slot];
    bool zero = type_form(f->types[0]) == FORM_F64 && ((const double *)data)[slot] == 0;
    return zero ? 0 : bits;
}

/* The row whose leaf it is: numbers in the frame are at most cap apart. */
static uint64_t number_of(const struct distinct *d, const struct frame *frame, uint32_t leaf)
{
    return frame->first + ((leaf - (uint32_t)frame->first) & (d->cap - 1));
}

static uint32_t home_of(const struct distinct *d, uint64_t value)
{
    return (uint32_t)(hash_fold(value ^ HASH_A, HASH_B) >> 32) & (2 * d->cap - 1);
}

/* The place of a value, or the free one where it would stand. */
static uint32_t find(const struct slide_fn *f, const struct distinct *d, const struct frame *frame,
                     uint64_t value)
{
    uint32_t at = home_of(d, value), mask = 2 * d->cap - 1;
    while (d->places[at]) {
        uint64_t number = number_of(d, frame, d->places[at] - 1);
        if (value_at(f, frame, number) == value) break;
        at = (at + 1) & mask;
    }
    return at;
}

/* Frees a place and moves up what stands behind it only because it was taken. */
static void remove_place(const struct slide_fn *f, struct distinct *d, const struct frame *frame,
                         uint32_t at)
{
    uint32_t mask = 2 * d->cap - 1, next = at;
    for (;;) {
        next = (next + 1) & mask;
        if (!d->places[next]) break;
        uint64_t number = number_of(d, frame, d->places[next] - 1);
        uint32_t home = home_of(d, value_at(f, frame, number));
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        d->places[at] = d->places[next];
        at = next;
    }
    d->places[at] = 0;
}

/* ---- the tree ---- */

static char *node(const struct slide_fn *f, const struct distinct *d, uint32_t i)
{
    return d->tree + (size_t)i * f->agg->size;
}

static void merge_node(const struct slide_fn *f, struct distinct *d, uint32_t i)
{
    memcpy(node(f, d, i), node(f, d, 2 * i), f->agg->size);
    f->agg->merge(node(f, d, i), node(f, d, 2 * i + 1), f->plan->agg.agg.bound);
}

static void changed(const struct slide_fn *f, struct distinct *d, uint32_t leaf)
{
    for (uint32_t i = (d->cap + leaf) / 2; i > 0; i /= 2) merge_node(f, d, i);
}

/* The leaf of a row, with its value unless a newer row has that. */
static void put_leaf(const struct slide_fn *f, struct distinct *d, const struct frame *frame,
                     uint64_t number, uint32_t *emptied)
{
    uint32_t leaf = (uint32_t)number & (d->cap - 1), slot = frame_slot(frame, number);
    *emptied = UINT32_MAX;
    if (slide_kept_null(f, frame, slot)) return;
    uint32_t place = find(f, d, frame, value_at(f, frame, number));
    if (d->places[place]) {
        *emptied = d->places[place] - 1;
        memset(node(f, d, d->cap + *emptied), 0, f->agg->size);
    }
    d->places[place] = leaf + 1;
    slide_step_kept(f, node(f, d, d->cap + leaf), frame, slot);
}

static void build(const struct slide_fn *f, struct distinct *d, const struct frame *frame,
                  uint32_t cap)
{
    distinct_drop(f, d);
    *d = (struct distinct){ .cap = cap,
                            .tree = mem_calloc(2 * (size_t)cap, f->agg->size),
                            .places = mem_calloc(2 * (size_t)cap, sizeof(uint32_t)) };
    *f->bytes += bytes_of(f, cap);
    uint32_t unused;
    for (uint32_t i = 0; i < frame->count; i++) put_leaf(f, d, frame, frame->first + i, &unused);
    for (uint32_t i = cap - 1; i > 0; i--) merge_node(f, d, i);
}

/* ---- rows ---- */

static void leave_one(const struct slide_fn *f, struct distinct *d, const struct frame *frame,
                      uint64_t number)
{
    if (slide_kept_null(f, frame, frame_slot(frame, number))) return;
    uint32_t leaf = (uint32_t)number & (d->cap - 1);
    uint32_t place = find(f, d, frame, value_at(f, frame, number));
    if (d->places[place] != leaf + 1) return;
    remove_place(f, d, frame, place);
    memset(node(f, d, d->cap + leaf), 0, f->agg->size);
    changed(f, d, leaf);
}

static void distinct_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                           uint32_t n)
{
    struct distinct *d = state;
    if (n == frame->count) {
        distinct_drop(f, d);
        return;
    }
    for (uint32_t i = 0; i < n; i++) leave_one(f, d, frame, frame->first + i);
}

static bool is_too_large(uint32_t cap, const struct frame *frame)
{
    return cap > 64 && frame->count < cap / 8;
}

static void distinct_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                           uint32_t row)
{
    struct distinct *d = state;
    if (frame->count > d->cap) {
        build(f, d, frame, d->cap ? d->cap * 2 : SIZE_LEAVES);
    } else if (is_too_large(d->cap, frame)) {
        build(f, d, frame, d->cap / 4);
    } else {
        uint64_t number = frame->first + frame->count - 1;
        uint32_t emptied;
        put_leaf(f, d, frame, number, &emptied);
        if (emptied != UINT32_MAX) changed(f, d, emptied);
        changed(f, d, (uint32_t)number & (d->cap - 1));
    }
    slide_give_state(f, node(f, d, 1), row);
}

static void distinct_save(const struct slide_fn *f, const void *state, const struct frame *frame,
                          struct snap_writer *w)
{
    (void)f;
    (void)frame;
    const struct distinct *d = state;
    snap_u32(w, d->cap);
}

/* The tree follows from the rows of the frame and its size. */
static bool distinct_load(const struct slide_fn *f, void *state, const struct frame *frame,
                          struct snap_reader *r)
{
    uint32_t cap = snap_read_u32(r);
    if (cap == 0) return !r->failed && frame->count == 0;
    bool fits = cap >= frame->count && cap >= SIZE_LEAVES && (cap & (cap - 1)) == 0;
    if (r->failed || !fits || frame->count == 0 || is_too_large(cap, frame)) return false;
    build(f, state, frame, cap);
    return true;
}

const struct slide_class slide_distinct = {
    .size = distinct_size,
    .leave = distinct_leave,
    .enter = distinct_enter,
    .save = distinct_save,
    .load = distinct_load,
    .drop = distinct_drop,
    .fetch = slide_fetch_nothing,
};
