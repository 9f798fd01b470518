/*
 * slide_extreme.c: MIN and MAX.
 *
 * A queue of the values that may still become the result (Lemire: Streaming Maximum-Minimum Filter Using No More than
 * Three Comparisons per Element, Nordic J. Computing 13(4), 2006): each is worse than those before it. A new value
 * drops those from the end that it beats, the result is the first; of equal values the first counts. Numbers
 * stand in the queue themselves, texts in the frame.
 */

#include "exec/slide.h"

static size_t extreme_size(const struct slide_fn *f)
{
    (void)f;
    return sizeof(struct slide_queue);
}

static void extreme_leave(const struct slide_fn *f, void *state, const struct frame *frame,
                          uint32_t n)
{
    struct slide_queue *q = state;
    if (n == frame->count) q->first = q->count = 0;
    else slide_queue_before(q, frame->first + n, f->bytes);
}

static struct str text_of(const struct slide_fn *f, const struct frame *frame, uint64_t number)
{
    const struct str *texts = frame_data(f->layout, frame, f->columns[0]);
    return texts[frame_slot(frame, number)];
}

/* How a value stands to one that came before it. */
enum merit { WORSE, SAME, BETTER };

static enum merit merit_of(const struct slide_fn *f, const struct frame *frame,
                           const struct slide_entry *next, const struct slide_entry *old)
{
    bool greatest = f->agg->name[1] == 'A';
    int order = 0;
    bool same = false;
    switch (type_form(f->types[0])) {
    case FORM_STR: {
        struct str a = text_of(f, frame, next->number), b = text_of(f, frame, old->number);
        order = str_compare_padded(&a, &b);
        break;
    }
    case FORM_F64:
        order = (next->f64 > old->f64) - (next->f64 < old->f64);
        same = next->i64 == old->i64;
        break;
    default:
        order = (next->i64 > old->i64) - (next->i64 < old->i64);
        same = order == 0;
    }
    if (same) return SAME;
    return (greatest ? order > 0 : order < 0) ? BETTER : WORSE;
}

static struct slide_entry entry_of(const struct slide_fn *f, const struct frame *frame,
                                   uint32_t row)
{
    struct slide_entry e = { .number = frame->first + frame->count - 1 };
    uint32_t at = vector_at(&f->args[0], row);
    switch (type_form(f->types[0])) {
    case FORM_BOOL: e.i64 = f->args[0].b[at]; break;
    case FORM_I64: e.i64 = f->args[0].i64[at]; break;
    case FORM_F64: e.f64 = f->args[0].f64[at]; break;
    case FORM_STR: break;
    }
    return e;
}

static void take(const struct slide_fn *f, struct slide_queue *q, const struct frame *frame,
                 uint32_t row)
{
    struct slide_entry e = entry_of(f, frame, row);
    while (q->count) {
        struct slide_entry *last = slide_queue_at(q, q->count - 1);
        enum merit merit = merit_of(f, frame, &e, last);
        if (merit == SAME) {
            /* Nobody can tell the two apart, and this one stays longer. */
            last->number = e.number;
            return;
        }
        if (merit == WORSE) break;
        q->count--;
    }
    slide_queue_push(q, e, f->bytes);
}

static void extreme_enter(const struct slide_fn *f, void *state, const struct frame *frame,
                          uint32_t row)
{
    struct slide_queue *q = state;
    if (!slide_arg_null(f, row)) take(f, q, frame, row);
    if (q->count == 0) {
        slide_give_null(f, row);
        return;
    }
    const struct slide_entry *best = slide_queue_at(q, 0);
    switch (type_form(f->types[0])) {
    case FORM_BOOL: f->result->b[row] = (uint8_t)best->i64; return;
    case FORM_I64: f->result->i64[row] = best->i64; return;
    case FORM_F64: f->result->f64[row] = best->f64; return;
    case FORM_STR:
        slide_give_kept(f, frame, frame_slot(frame, best->number), row);
        return;
    }
}

static void extreme_save(const struct slide_fn *f, const void *state, const struct frame *frame,
                         struct snap_writer *w)
{
    (void)f;
    (void)frame;
    slide_queue_save(state, w);
}

static bool extreme_load(const struct slide_fn *f, void *state, const struct frame *frame,
                         struct snap_reader *r)
{
    return slide_queue_load(state, frame, r, f->bytes);
}

static void extreme_drop(const struct slide_fn *f, void *state)
{
    slide_queue_free(state, f->bytes);
}

const struct slide_class slide_extreme = {
    .size = extreme_size,
    .leave = extreme_leave,
    .enter = extreme_enter,
    .save = extreme_save,
    .load = extreme_load,
    .drop = extreme_drop,
    .fetch = slide_fetch_nothing,
};
