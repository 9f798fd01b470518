/* slide.c: which way a function goes, and what all ways share. */

#include "exec/slide.h"

#include "func/call.h"

/* ---- choosing ---- */

static bool is_named(const struct slide_fn *f, const char *name)
{
    return strcmp(f->agg->name, name) == 0;
}

static void keep(struct slide_fn *f, uint32_t n_args, bool values)
{
    f->n_kept = n_args;
    f->keeps_values = values;
}

static void choose(struct slide_fn *f, const struct plan_frame *frame)
{
    bool last = is_named(f, "LAST_VALUE") && !f->plan->agg.ignore_nulls;
    bool position = is_named(f, "FIRST_VALUE") || is_named(f, "LAST_VALUE") ||
                    is_named(f, "NTH_VALUE") || is_named(f, "LAG");
    if (frame->endless) {
        f->class = &slide_endless;
    } else if (position) {
        f->class = &slide_position;
        keep(f, last ? 0 : 1, true);
    } else if (is_named(f, "MIN") || is_named(f, "MAX")) {
        f->class = &slide_extreme;
        keep(f, type_form(f->types[0]) == FORM_STR ? 1 : 0, true);
    } else if (f->plan->agg.distinct) {
        f->class = &slide_distinct;
        keep(f, f->n_args, true);
    } else if (f->agg->inverse) {
        f->class = &slide_exact;
        keep(f, f->n_args, !is_named(f, "COUNT"));
    } else {
        f->class = &slide_stacks;
        keep(f, f->n_args, true);
    }
}

void slide_open(struct slide_fn *f, const struct plan_over_fn *plan, const struct plan_frame *frame)
{
    *f = (struct slide_fn){ .plan = plan, .agg = plan->agg.agg.agg, .n_args = plan->agg.n_args };
    for (uint32_t i = 0; i < f->n_args; i++) f->types[i] = plan->agg.args[i]->type;
    choose(f, frame);
}

/* ---- a batch ---- */

/* Ways that hand a state to the aggregate, whose results are then made all at once. A state that owns memory changes
 * with the next row, so its result is made at once. */
static bool gives_states(const struct slide_fn *f)
{
    if (f->class == &slide_endless) return !f->agg->drop;
    return f->class == &slide_exact || f->class == &slide_stacks || f->class == &slide_distinct;
}

void slide_begin(struct slide_fn *f, const struct vector *args, struct vector *result,
                 uint32_t n_rows, struct arena *results, struct arena *scratch,
                 struct faults *faults)
{
    f->args = args;
    f->result = result;
    f->n_rows = n_rows;
    f->results = results;
    f->scratch = scratch;
    f->faults = faults;
    vector_new(results, f->plan->agg.type, n_rows, result);
    if (type_form(result->type) == FORM_STR) memset(result->data, 0, n_rows * sizeof(struct str));
    f->states = gives_states(f) ? arena_array(scratch, n_rows, f->agg->size) : NULL;
}

void slide_end(struct slide_fn *f, const uint32_t *rows, uint32_t n)
{
    if (!f->states) return;
    uint32_t *ids = ARENA_ARRAY(f->scratch, uint32_t, f->n_rows);
    for (uint32_t i = 0; i < f->n_rows; i++) ids[i] = i;
    struct call_host host = {
        .call = { .result = (struct sluice_column *)f->result,
                  .rows = rows,
                  .n_rows = n,
                  .dense = n == f->n_rows,
                  .bound = f->plan->agg.agg.bound },
        .results = f->results,
        .scratch = f->scratch,
        .n_rows_total = f->n_rows,
    };
    f->agg->value(&host.call, f->states, f->agg->size, ids);
    for (size_t i = 0; i < host.n_faults; i++) {
        const struct call_fault *c = &host.faults[i];
        faults_add(f->faults, f->scratch, (struct fault){ c->row, c->err, c->message });
    }
}

/* ---- NULLs ---- */

bool slide_arg_null(const struct slide_fn *f, uint32_t row)
{
    for (uint32_t i = 0; i < f->n_args; i++) {
        if (vector_is_null(&f->args[i], row)) return true;
    }
    return false;
}

bool slide_kept_null(const struct slide_fn *f, const struct frame *frame, uint32_t slot)
{
    for (uint32_t i = 0; i < f->n_kept; i++) {
        if (frame_is_null(f->layout, frame, f->columns[i], slot)) return true;
    }
    return false;
}

/* ---- steps ---- */

static const uint32_t state_zero = 0;

static struct sluice_agg_call one_row(const struct slide_fn *f, const struct sluice_column *args,
                                      void *state, const uint32_t *row)
{
    return (struct sluice_agg_call){
        .args = args,
        .n_args = f->n_args,
        .base = state,
        .rows = row,
        .ids = &state_zero,
        .n_rows = 1,
        .bound = f->plan->agg.agg.bound,
    };
}

void slide_step(const struct slide_fn *f, void *state, uint32_t row)
{
    struct sluice_agg_call call =
        one_row(f, (const struct sluice_column *)f->args, state, &row);
    f->agg->step(&call);
}

void slide_step_kept(const struct slide_fn *f, void *state, const struct frame *frame,
                     uint32_t slot)
{
    struct vector args[SLIDE_ARGS_MAX];
    for (uint32_t i = 0; i < f->n_args; i++) {
        args[i] = (struct vector){ .type = f->types[i] };
        args[i].data = frame_data(f->layout, frame, f->columns[i]);
    }
    struct sluice_agg_call call = one_row(f, (const struct sluice_column *)args, state, &slot);
    f->agg->step(&call);
}

void slide_fetch_nothing(const struct slide_fn *f, const void *state)
{
    (void)f;
    (void)state;
}

/* ---- results ---- */

void slide_give_null(const struct slide_fn *f, uint32_t row)
{
    nulls_set(vector_nulls(f->results, f->result, f->n_rows), row);
    if (type_form(f->result->type) == FORM_BOOL) f->result->b[row] = 0;
    else if (type_form(f->result->type) != FORM_STR) f->result->i64[row] = 0;
}

void slide_give_kept(const struct slide_fn *f, const struct frame *frame, uint32_t slot,
                     uint32_t row)
{
    uint32_t column = f->columns[0];
    if (frame_is_null(f->layout, frame, column, slot)) {
        slide_give_null(f, row);
        return;
    }
    const void *data = frame_data(f->layout, frame, column);
    switch (type_form(f->types[0])) {
    case FORM_BOOL: f->result->b[row] = (uint8_t)((const int64_t *)data)[slot]; return;
    case FORM_I64: f->result->i64[row] = ((const int64_t *)data)[slot]; return;
    case FORM_F64: f->result->f64[row] = ((const double *)data)[slot]; return;
    case FORM_STR:
        f->result->str[row] = str_copy(f->results, ((const struct str *)data)[slot]);
        return;
    }
}

void slide_give_arg(const struct slide_fn *f, uint32_t arg, uint32_t row)
{
    const struct vector *v = &f->args[arg];
    uint32_t at = vector_at(v, row);
    if (nulls_get(v->nulls, at)) {
        slide_give_null(f, row);
        return;
    }
    switch (type_form(f->types[arg])) {
    case FORM_BOOL: f->result->b[row] = v->b[at]; return;
    case FORM_I64: f->result->i64[row] = v->i64[at]; return;
    case FORM_F64: f->result->f64[row] = v->f64[at]; return;
    case FORM_STR: f->result->str[row] = str_copy(f->results, v->str[at]); return;
    }
}

/* ---- queues ---- */

enum { SIZE_QUEUE = 4 };

static void queue_resize(struct slide_queue *q, uint32_t cap, size_t *bytes)
{
    struct slide_entry *items = mem_alloc(cap * sizeof *items);
    for (uint32_t i = 0; i < q->count; i++) items[i] = *slide_queue_at(q, i);
    *bytes += cap * sizeof *items;
    *bytes -= q->cap * sizeof *items;
    mem_free(q->items);
    *q = (struct slide_queue){ .items = items, .count = q->count, .cap = cap };
}

void slide_queue_push(struct slide_queue *q, struct slide_entry e, size_t *bytes)
{
    if (q->count == q->cap) queue_resize(q, q->cap ? q->cap * 2 : SIZE_QUEUE, bytes);
    *slide_queue_at(q, q->count++) = e;
}

void slide_queue_before(struct slide_queue *q, uint64_t number, size_t *bytes)
{
    while (q->count && slide_queue_at(q, 0)->number < number) {
        q->first = (q->first + 1) & (q->cap - 1);
        q->count--;
    }
    if (q->cap > 64 && q->count < q->cap / 8) queue_resize(q, q->cap / 4, bytes);
}

void slide_queue_free(struct slide_queue *q, size_t *bytes)
{
    *bytes -= q->cap * sizeof *q->items;
    mem_free(q->items);
    *q = (struct slide_queue){ 0 };
}

void slide_queue_save(const struct slide_queue *q, struct snap_writer *w)
{
    snap_u32(w, q->count);
    for (uint32_t i = 0; i < q->count; i++) {
        snap_u64(w, slide_queue_at(q, i)->number);
        snap_i64(w, slide_queue_at(q, i)->i64);
    }
}

bool slide_queue_load(struct slide_queue *q, const struct frame *frame, struct snap_reader *r,
                      size_t *bytes)
{
    uint32_t n = snap_read_count(r, 16);
    uint64_t next = frame->first;
    for (uint32_t i = 0; i < n; i++) {
        struct slide_entry e = { .number = snap_read_u64(r) };
        e.i64 = snap_read_i64(r);
        if (r->failed || e.number < next || e.number >= frame->first + frame->count) return false;
        next = e.number + 1;
        slide_queue_push(q, e, bytes);
    }
    return !r->failed;
}
