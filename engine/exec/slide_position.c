/*
 * slide_position.c: FIRST_VALUE, LAST_VALUE, NTH_VALUE and LAG.
 *
 * The row that is asked for is found by its number: counted from the frame's first row, or back from the current one.
 * With IGNORE NULLS it is counted among the rows that are not NULL, whose numbers stand in a queue.
 */

#include "exec/slide.h"

static size_t position_size(const struct slide_fn *f)
{
    return f->plan->agg.ignore_nulls ? sizeof(struct slide_queue) : 0;
}

static void position_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                           uint32_t n)
{
    if (!f->plan->agg.ignore_nulls) return;
    struct slide_queue *q = state;
    if (n == frame->count) q->first = q->count = 0;
    else slide_queue_before(q, frame->first + n, f->bytes);
}

/* The row at place `at` among those that count. */
static void give_at(const struct slide_fn *f, const void *state, const struct frame *frame,
                    uint64_t at, uint32_t row)
{
    uint64_t number = frame->first + at;
    if (f->plan->agg.ignore_nulls) number = slide_queue_at(state, (uint32_t)at)->number;
    slide_give_kept(f, frame, frame_slot(frame, number), row);
}

/* n rows back. Rows that count: `count`, the current one among them or not. */
static void give_lag(const struct slide_fn *f, const void *state, const struct frame *frame,
                     uint64_t count, uint32_t row)
{
    int64_t n = 1;
    if (f->n_args > 1) {
        if (vector_is_null(&f->args[1], row)) n = -1;
        else n = f->args[1].i64[vector_at(&f->args[1], row)];
    }
    if (n < 0) {
        faults_add(f->faults, f->scratch,
                   (struct fault){ row, ERR_INVALID_PARAMETER,
                                   "LAG(x, n) goes n rows back: n is NULL or negative" });
        slide_give_null(f, row);
        return;
    }
    if (n == 0) {
        slide_give_arg(f, 0, row);
        return;
    }
    bool ignore = f->plan->agg.ignore_nulls;
    uint64_t before = count - (!ignore || !vector_is_null(&f->args[0], row));
    if ((uint64_t)n <= before) give_at(f, state, frame, before - (uint64_t)n, row);
    else if (f->n_args > 2) slide_give_arg(f, 2, row);
    else slide_give_null(f, row);
}

static void position_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                           uint32_t row)
{
    bool ignore = f->plan->agg.ignore_nulls;
    struct slide_queue *q = state;
    if (ignore && !vector_is_null(&f->args[0], row)) {
        slide_queue_push(q, (struct slide_entry){ .number = frame->first + frame->count - 1 },
                         f->bytes);
    }
    uint64_t count = ignore ? q->count : frame->count;
    switch (f->agg->name[1]) {
    case 'A': /* LAG, LAST_VALUE */
        if (f->agg->name[2] == 'G') give_lag(f, state, frame, count, row);
        else if (!ignore) slide_give_arg(f, 0, row);
        else if (count) give_at(f, state, frame, count - 1, row);
        else slide_give_null(f, row);
        return;
    default: { /* FIRST_VALUE, NTH_VALUE */
        uint64_t n = f->agg->name[0] == 'F' ? 1 : *(const uint64_t *)f->plan->agg.agg.bound;
        if (n > count) slide_give_null(f, row);
        else give_at(f, state, frame, f->plan->from_last ? count - n : n - 1, row);
    }
    }
}

static void position_save(const struct slide_fn *f, const void *state, const struct frame *frame,
                          struct snap_writer *w)
{
    (void)frame;
    if (f->plan->agg.ignore_nulls) slide_queue_save(state, w);
}

static bool position_load(const struct slide_fn *f, void *state, const struct frame *frame,
                          struct snap_reader *r)
{
    if (!f->plan->agg.ignore_nulls) return true;
    return slide_queue_load(state, frame, r, f->bytes);
}

static void position_drop(const struct slide_fn *f, void *state)
{
    if (f->plan->agg.ignore_nulls) slide_queue_free(state, f->bytes);
}

const struct slide_class slide_position = {
    .size = position_size,
    .leave = position_leave,
    .enter = position_enter,
    .save = position_save,
    .load = position_load,
    .drop = position_drop,
    .fetch = slide_fetch_nothing,
};
