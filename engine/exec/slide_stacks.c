/*
 * slide_stacks.c: aggregates that merge but can not be taken back: sums of DOUBLE, variance, EXP_AVG.
 *
 * Two stacks (Tangwongsan, Hirzel, Schneider, Wu: General Incremental Sliding-Window Aggregation, PVLDB 8(7), 2015).
 * New rows are added to one state, the back. The front holds a state for each older row: of that row and all behind it
 * up to where the back begins. A row that leaves takes its front state with it; when there is none left, the front is
 * made anew of all rows in the frame. Nothing is ever subtracted, so what has left is gone without a trace.
 *
 *     rows     1   2   3 | 4   5             result: merge(front of the oldest, back)
 *     front    1-3 2-3 3 |                   1 leaves: front 2-3 is next; 2, 3 leave; 4 leaves: front 5
 *     back               | 4-5
 */

#include "exec/slide.h"

struct stacks {
    char    *front; /* states of agg->size; the oldest row's is the last */
    uint32_t left, cap;
    uint64_t back[]; /* the state of the rows that have none in front */
};

static size_t stacks_size(const struct slide_fn *f)
{
    return sizeof(struct stacks) + (f->agg->size + 7) / 8 * 8;
}

static void reserve(const struct slide_fn *f, struct stacks *s, uint32_t n)
{
    if (n <= s->cap && (s->cap <= 64 || n >= s->cap / 8)) return;
    uint32_t cap = n < 4 ? 4 : n + n / 4;
    size_t size;
    if (!size_mul(&size, cap, f->agg->size)) mem_refused(SIZE_MAX);
    *f->bytes += size;
    *f->bytes -= s->cap * f->agg->size;
    mem_free(s->front);
    s->front = mem_alloc(size);
    s->cap = cap;
}

/* The rows but the `gone` oldest ones get their states in front, the newest first. */
static void turn_over(const struct slide_fn *f, struct stacks *s, const struct frame *frame,
                      uint32_t gone)
{
    size_t size = f->agg->size;
    uint32_t n = frame->count - gone;
    reserve(f, s, n);
    char *state = s->front;
    for (uint32_t i = 0; i < n; i++, state += size) {
        memset(state, 0, size);
        uint32_t slot = frame_slot(frame, frame->first + frame->count - 1 - i);
        if (!slide_kept_null(f, frame, slot)) slide_step_kept(f, state, frame, slot);
        if (i) f->agg->merge(state, state - size, f->plan->agg.agg.bound);
    }
    s->left = n;
    memset(s->back, 0, size);
}

static void stacks_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                         uint32_t n)
{
    struct stacks *s = state;
    if (n == frame->count) {
        s->left = 0;
        memset(s->back, 0, f->agg->size);
    } else if (n <= s->left) {
        s->left -= n;
    } else {
        turn_over(f, s, frame, n);
    }
}

static void stacks_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                         uint32_t row)
{
    (void)frame;
    struct stacks *s = state;
    if (!slide_arg_null(f, row)) slide_step(f, s->back, row);
    if (s->left == 0) {
        slide_give_state(f, s->back, row);
        return;
    }
    slide_give_state(f, s->front + (s->left - 1) * f->agg->size, row);
    f->agg->merge(f->states + (size_t)row * f->agg->size, s->back, f->plan->agg.agg.bound);
}

static void stacks_save(const struct slide_fn *f, const void *state, const struct frame *frame,
                        struct snap_writer *w)
{
    (void)frame;
    const struct stacks *s = state;
    snap_u32(w, s->left);
    for (uint32_t i = 0; i < s->left; i++) {
        f->agg->save(s->front + i * f->agg->size, (struct sluice_writer *)w);
    }
    f->agg->save(s->back, (struct sluice_writer *)w);
}

static bool stacks_load(const struct slide_fn *f, void *state, const struct frame *frame,
                        struct snap_reader *r)
{
    struct stacks *s = state;
    uint32_t n = snap_read_count(r, 1);
    if (r->failed || n > frame->count) return false;
    if (n) reserve(f, s, n);
    if (n) memset(s->front, 0, n * f->agg->size);
    for (uint32_t i = 0; i < n; i++) {
        char *front = s->front + i * f->agg->size;
        if (!f->agg->load(front, (struct sluice_reader *)r)) return false;
    }
    s->left = n;
    return f->agg->load(s->back, (struct sluice_reader *)r) && !r->failed;
}

static void stacks_drop(const struct slide_fn *f, void *state)
{
    struct stacks *s = state;
    *f->bytes -= s->cap * f->agg->size;
    mem_free(s->front);
}

static void stacks_fetch(const struct slide_fn *f, const void *state)
{
    const struct stacks *s = state;
    if (s->left) __builtin_prefetch(s->front + (s->left - 1) * f->agg->size);
}

const struct slide_class slide_stacks = {
    .size = stacks_size,
    .leave = stacks_leave,
    .enter = stacks_enter,
    .save = stacks_save,
    .load = stacks_load,
    .drop = stacks_drop,
    .fetch = stacks_fetch,
};
