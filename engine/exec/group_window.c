/* group_window.c: the one open window of a tumbling GROUP BY. */

#include "exec/group_window.h"

#include <assert.h>

/* ---- opening ---- */

/* Calls that keep a function of ROWTIME constant where the window's own is. CEIL is not one: on the boundary it is
 * the boundary, behind it the next. */
static const char *const even_calls[] = { "FLOOR TO", "STEP", "+", "-", "*", "/", "NEG", "POS",
                                          "DATETIME DIFFERENCE" };

static bool is_even_call(const struct expr *e)
{
    for (size_t i = 0; i < sizeof even_calls / sizeof *even_calls; i++) {
        if (strcmp(e->call.fn->name, even_calls[i]) == 0) return true;
    }
    return false;
}

/* Whether a grouping expression is the same for all rows of a window of time: there is but one of ROWTIME in a query,
 * the one that the window is made of. */
static bool is_fixed(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_CONSTANT:
    case EXPR_ROWTIME: return true;
    case EXPR_CALL: break;
    default: return false;
    }
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!is_fixed(e->args[i])) return false;
    }
    return is_even_call(e);
}

static void set_policy(struct group_window *w, const struct plan_window *p)
{
    switch (p->kind) {
    case WINDOW_STEP:
        w->policy = (struct window_policy){ POLICY_STEP, p->step_ms, p->origin_ms };
        break;
    case WINDOW_MONTHS: w->policy = (struct window_policy){ POLICY_MONTHS, p->months, 0 }; break;
    case WINDOW_CHANGE: w->changing = true; break;
    default: w->policy = (struct window_policy){ POLICY_ROWTIME, 1, 0 };
    }
}

struct status group_window_open(struct group_window *w, struct op *op, const struct plan_node *node)
{
    w->op = op;
    w->node = node;
    set_policy(w, &node->window);
    w->fixed = arena_calloc(op->arena, node->n_keys * sizeof *w->fixed);
    w->keys = arena_calloc(op->arena, node->n_keys * sizeof *w->keys);
    w->program_keys = ARENA_ARRAY(op->arena, uint32_t, node->n_keys);
    w->text = arena_new();
    struct expr **exprs = ARENA_ARRAY(op->arena, struct expr *, node->n_keys);
    for (uint32_t i = 0; i < node->n_keys; i++) {
        if (w->changing ? i == node->window.key : is_fixed(node->keys[i])) {
            w->fixed[i] = true;
            if (w->changing) continue;
            exprs[w->n_program] = node->keys[i];
            w->program_keys[w->n_program++] = i;
        }
    }
    return w->n_program ? program_compile(op->arena, exprs, w->n_program, &w->program) : OK;
}

void group_window_close(struct group_window *w)
{
    arena_free(w->text);
    w->text = NULL;
}

/* ---- rows ---- */

/* SQL's equality; NULL equals NULL. */
static bool is_same(const struct vector *v, uint32_t row, const struct value *key)
{
    uint32_t at = vector_at(v, row);
    bool null = nulls_get(v->nulls, at);
    if (null || key->null) return null && key->null;
    switch (type_form(v->type)) {
    case FORM_BOOL: return v->b[at] == key->b;
    case FORM_I64: return v->i64[at] == key->i64;
    case FORM_F64: return v->f64[at] == key->f64;
    case FORM_STR: return str_compare_padded(&v->str[at], &key->str) == 0;
    }
    return false;
}

bool group_window_ends(const struct group_window *w, const struct batch *in,
                       const struct vector *changing, uint32_t row)
{
    if (w->changing) return !is_same(changing, row, &w->keys[w->node->window.key]);
    return in->rowtimes[row] >= w->span.due;
}

static struct value keep_value(struct group_window *w, const struct vector *v, uint32_t row)
{
    struct value out = vector_value(v, row);
    if (!out.null && type_form(out.type) == FORM_STR) out.str = str_copy(w->text, out.str);
    return out;
}

bool group_window_start(struct group_window *w, const struct batch *in,
                        const struct vector *changing, uint32_t row, struct fault *fault)
{
    arena_reset(w->text);
    w->open = true;
    if (w->changing) {
        w->keys[w->node->window.key] = keep_value(w, changing, row);
        return true;
    }
    w->span = window_of(&w->policy, in->rowtimes[row]);
    if (!w->n_program) return true;
    struct vector *v = ARENA_ARRAY(w->op->scratch, struct vector, w->n_program);
    struct faults faults = { 0 };
    program_run(w->program, w->op->env, in, &row, 1, w->op->scratch, w->op->scratch, v, &faults);
    if (faults.count) {
        *fault = faults.items[0];
        return false;
    }
    for (uint32_t i = 0; i < w->n_program; i++)
        w->keys[w->program_keys[i]] = keep_value(w, &v[i], row);
    return true;
}

uint32_t group_window_run(const struct group_window *w, const struct batch *in,
                          const struct vector *changing, const uint32_t *rows, uint32_t n)
{
    if (!w->changing && in->rowtimes[rows[n - 1]] < w->span.due) return n;
    uint32_t run = 1;
    while (run < n && !group_window_ends(w, in, changing, rows[run])) run++;
    return run;
}

void group_window_seen(struct group_window *w, const struct batch *in, uint32_t row)
{
    w->last_time = in->rowtimes[row];
    w->last_seq = in->cause_seqs[row];
}

/* ---- completion ---- */

bool group_window_due(const struct group_window *w, struct bound bound)
{
    if (bound.time == ROWTIME_END) return true;
    return !w->changing && !w->op->loose && w->span.due <= bound.time;
}

/* Completed by the clock, which is the case wherever it could be. */
static struct group_close by_clock(const struct group_window *w)
{
    return (struct group_close){ .time = window_result_time(&w->policy, w->span),
                                 .cause_time = w->span.due };
}

struct group_close group_window_at_row(const struct group_window *w, const struct batch *in,
                                       uint32_t row)
{
    if (!w->changing && !w->op->loose) return by_clock(w);
    return (struct group_close){
        .time = w->changing ? in->rowtimes[row] : window_result_time(&w->policy, w->span),
        .cause_time = in->cause_times[row],
        .cause_seq = in->cause_seqs[row],
        .row_of = in,
        .row = row,
    };
}

struct group_close group_window_at_bound(const struct group_window *w, struct bound bound)
{
    if (!w->changing && !w->op->loose) return by_clock(w);
    return (struct group_close){
        .time = w->changing ? w->last_time : window_result_time(&w->policy, w->span),
        .cause_time = bound.time,
    };
}

struct bound group_window_bound(const struct group_window *w, struct bound bound)
{
    if (bound.time == ROWTIME_END) return bound;
    if (w->changing) {
        /* The end of input gives the last window the time of the last row. */
        struct bound last = { w->last_time, w->last_seq + 1 };
        return w->open ? bound_min(bound, last) : bound;
    }
    struct bound next = window_bound(&w->policy, bound);
    if (!w->open) return next;
    return bound_min(next, (struct bound){ window_result_time(&w->policy, w->span), 0 });
}

struct open_windows group_window_open_now(const struct group_window *w)
{
    return (struct open_windows){ w->open, w->open && !w->changing ? w->span.due : ROWTIME_END };
}

void group_window_key(const struct group_window *w, uint32_t key, struct arena *a,
                      struct vector *out)
{
    struct value v = w->keys[key];
    v.type = out->type;
    if (!v.null && type_form(v.type) == FORM_STR) v.str = str_copy(a, v.str);
    vector_new_constant(a, &v, out);
}

/* ---- results ---- */

struct batch *group_batch(const struct group_close *how, uint32_t n, uint32_t n_columns)
{
    struct batch *out = batch_new(n, n_columns);
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, n),
            *causes = ARENA_ARRAY(out->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        times[i] = how->time;
        causes[i] = how->cause_time;
        seqs[i] = how->cause_seq;
    }
    out->rowtimes = times;
    out->cause_times = causes;
    out->cause_seqs = seqs;
    const struct batch *from = how->row_of;
    if (!from) return out;
    struct path_word *path = ARENA_ARRAY(out->arena, struct path_word, from->path_len);
    for (uint32_t k = 0; k < from->path_len; k++) {
        uint64_t word = from->path[k].words ? from->path[k].words[how->row] : from->path[k].all;
        path[k] = (struct path_word){ .all = word };
    }
    out->path = path;
    out->path_len = from->path_len;
    return out;
}

void group_put_key(struct vector *out, uint32_t row, uint32_t n_rows, const struct value *v,
                   struct arena *a)
{
    if (v->null) {
        nulls_set(vector_nulls(a, out, n_rows), row);
        return;
    }
    switch (type_form(out->type)) {
    case FORM_BOOL: out->b[row] = v->b; break;
    case FORM_I64: out->i64[row] = v->i64; break;
    case FORM_F64: out->f64[row] = v->f64; break;
    case FORM_STR: out->str[row] = str_copy(a, v->str); break;
    }
}

/* One fault a row, in the order of rows. */
static void order_faults(struct faults *faults, uint32_t n_rows, struct arena *a)
{
    const struct fault **first = arena_calloc(a, n_rows * sizeof *first);
    struct faults out = { 0 };
    for (size_t i = 0; i < faults->count; i++) {
        const struct fault *f = &faults->items[i];
        assert(f->row < n_rows);
        if (!first[f->row]) first[f->row] = f;
    }
    for (uint32_t row = 0; row < n_rows; row++) {
        if (first[row]) faults_add(&out, a, *first[row]);
    }
    *faults = out;
}

struct status group_emit(struct op *op, struct batch *out, struct faults *faults)
{
    if (faults->count) {
        order_faults(faults, out->n_rows, op->scratch);
        uint32_t *sel = ARENA_ARRAY(out->arena, uint32_t, out->n_rows);
        const uint32_t *rows = live_rows(op->scratch, out);
        out->n_sel = rows_without(rows, out->n_rows, faults, sel);
        out->sel = sel;
        op->metrics.faults += faults->count;
        errors_add_rows(op->errors, op->pump, out, &op->node->out, faults);
    }
    return op_emit(op, out);
}

/* ---- snapshots ---- */

void group_window_save(const struct group_window *w, struct snap_writer *out)
{
    snap_u8(out, w->open);
    snap_i64(out, w->span.start);
    snap_i64(out, w->span.due);
    snap_i64(out, w->last_time);
    snap_u64(out, w->last_seq);
    for (uint32_t i = 0; w->open && i < w->node->n_keys; i++) {
        if (w->fixed[i]) snap_value(out, &w->keys[i]);
    }
}

bool group_window_load(struct group_window *w, struct snap_reader *r)
{
    w->open = snap_read_u8(r);
    w->span.start = snap_read_i64(r);
    w->span.due = snap_read_i64(r);
    w->last_time = snap_read_i64(r);
    w->last_seq = snap_read_u64(r);
    for (uint32_t i = 0; w->open && i < w->node->n_keys; i++) {
        if (!w->fixed[i]) continue;
        snap_read_value(r, w->text, &w->keys[i]);
        if (type_form(w->keys[i].type) != type_form(w->node->keys[i]->type)) return false;
    }
    return !r->failed;
}
