/*
 * slide_exact.c: states that rows are added to and, in a frame with an end, taken back from without a trace: COUNT, and
 * sums of exact numbers in 128 bits. Endless frames (UNBOUNDED PRECEDING) only ever add, so any aggregate will do.
 */

#include "exec/slide.h"

#include "func/call.h"

static size_t exact_size(const struct slide_fn *f)
{
    return f->agg->size;
}

static void exact_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                        uint32_t n)
{
    if (n == frame->count) {
        memset(state, 0, f->agg->size);
        return;
    }
    struct vector args[SLIDE_ARGS_MAX];
    for (uint32_t i = 0; i < f->n_args; i++) {
        args[i] = (struct vector){ .type = f->types[i] };
        args[i].data = frame_data(f->layout, frame, f->columns[i]);
    }
    uint32_t slot, zero = 0;
    struct sluice_agg_call call = { .args = (const struct sluice_column *)args,
                                    .n_args = f->n_args,
                                    .base = state,
                                    .rows = &slot,
                                    .ids = &zero,
                                    .n_rows = 1,
                                    .bound = f->plan->agg.agg.bound };
    for (uint32_t i = 0; i < n; i++) {
        slot = frame_slot(frame, frame->first + i);
        if (!slide_kept_null(f, frame, slot)) f->agg->inverse(&call);
    }
}

static void exact_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                        uint32_t row)
{
    (void)frame;
    if (!slide_arg_null(f, row)) slide_step(f, state, row);
    slide_give_state(f, state, row);
}

static void exact_save(const struct slide_fn *f, const void *state, const struct frame *frame,
                       struct snap_writer *w)
{
    (void)frame;
    f->agg->save(state, (struct sluice_writer *)w);
}

static bool exact_load(const struct slide_fn *f, void *state, const struct frame *frame,
                       struct snap_reader *r)
{
    (void)frame;
    return f->agg->load(state, (struct sluice_reader *)r);
}

static void exact_drop(const struct slide_fn *f, void *state)
{
    if (f->agg->drop) f->agg->drop(state);
}

/* ---- endless ---- */

static void endless_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                          uint32_t n)
{
    (void)f;
    (void)state;
    (void)frame;
    (void)n;
}

/* The result of a state that owns memory. */
static void give_value(const struct slide_fn *f, const void *state, uint32_t row)
{
    uint32_t *ids = arena_calloc(f->scratch, f->n_rows * sizeof *ids);
    struct call_host host = {
        .call = { .result = (struct sluice_column *)f->result,
                  .rows = &row,
                  .n_rows = 1,
                  .bound = f->plan->agg.agg.bound },
        .results = f->results,
        .scratch = f->scratch,
        .n_rows_total = f->n_rows,
    };
    f->agg->value(&host.call, state, 0, ids);
}

static void endless_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                          uint32_t row)
{
    (void)frame;
    bool skips = !f->agg->sees_nulls || f->plan->agg.ignore_nulls;
    if (!skips || !slide_arg_null(f, row)) slide_step(f, state, row);
    if (f->states) slide_give_state(f, state, row);
    else give_value(f, state, row);
}

const struct slide_class slide_exact = {
    .size = exact_size,
    .leave = exact_leave,
    .enter = exact_enter,
    .save = exact_save,
    .load = exact_load,
    .drop = exact_drop,
    .fetch = slide_fetch_nothing,
};

const struct slide_class slide_endless = {
    .size = exact_size,
    .leave = endless_leave,
    .enter = endless_enter,
    .save = exact_save,
    .load = exact_load,
    .drop = exact_drop,
    .fetch = slide_fetch_nothing,
};
