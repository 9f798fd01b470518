/*
 * op_project.c: the SELECT list.
 *
 * Columns that are passed through share their vectors. AS ROWTIME gives rows a new time, which must not go back: a row
 * whose time would is an error row. From there on rows alone move time (DECISION L-57): bounds of the input say
 * nothing about the new times, but for the end.
 */

#include <assert.h>

#include "data/calendar.h"
#include "exec/graph_impl.h"

struct project {
    struct op       op;
    struct program *program;
    uint32_t        n_columns;
    rowtime         last; /* AS ROWTIME: of the last row */
};

static struct status project_open(struct op *op, const struct plan_node *node)
{
    struct project *p = (struct project *)op;
    p->n_columns = node->out.n_columns;
    return program_compile(op->arena, node->exprs, p->n_columns, &p->program);
}

/* The rows that have no fault, as the selection of out. */
static void select_good(struct batch *out, const uint32_t *rows, uint32_t n,
                        const struct faults *faults)
{
    uint32_t *sel = ARENA_ARRAY(out->arena, uint32_t, n);
    out->n_sel = rows_without(rows, n, faults, sel);
    out->sel = sel;
}

static struct status project_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct project *p = (struct project *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    struct batch *out = batch_derive(in, p->n_columns);
    struct faults faults = { 0 };
    program_run(p->program, op->env, in, rows, n, out->arena, op->scratch, out->columns, &faults);
    struct status st = OK;
    if (faults.count) {
        select_good(out, rows, n, &faults);
        st = op_fault(op, in, &faults);
    }
    if (!st.err) st = op_emit(op, out);
    batch_release(out);
    return st;
}

/* ---- AS ROWTIME ---- */

static struct status retime_open(struct op *op, const struct plan_node *node)
{
    struct project *p = (struct project *)op;
    p->n_columns = node->out.n_columns;
    p->last = ROWTIME_MIN;
    struct expr **exprs = ARENA_ARRAY(op->arena, struct expr *, p->n_columns + 1);
    for (uint32_t i = 0; i < p->n_columns; i++) exprs[i] = node->exprs[i];
    exprs[p->n_columns] = node->rowtime;
    return program_compile(op->arena, exprs, p->n_columns + 1, &p->program);
}

static const char *backwards(struct arena *a, rowtime t, rowtime last)
{
    char text[CALENDAR_TEXT_MAX], before[CALENDAR_TEXT_MAX];
    size_t n = calendar_format_timestamp(text, t), m = calendar_format_timestamp(before, last);
    return str_format_c(a, "row is out of time order: its ROWTIME %.*s is before %.*s", (int)n,
                        text, (int)m, before);
}

/* The rows whose time does not go back; the others become faults, in their place among those there are. */
static uint32_t take_times(struct project *p, const struct vector *v, const uint32_t *rows,
                           uint32_t n, rowtime *times, uint32_t *sel, struct faults *faults)
{
    struct arena *a = p->op.scratch;
    struct faults both = { 0 };
    size_t at = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = rows[i];
        if (at < faults->count && faults->items[at].row == row) {
            faults_add(&both, a, faults->items[at++]);
            continue;
        }
        if (vector_is_null(v, row)) {
            faults_add(&both, a, (struct fault){ row, ERR_NULL_NOT_ALLOWED, "null as ROWTIME" });
            continue;
        }
        rowtime t = v->i64[vector_at(v, row)];
        if (t < p->last) {
            faults_add(&both, a, (struct fault){ row, ERR_OUT_OF_ORDER, backwards(a, t, p->last) });
            continue;
        }
        p->last = times[row] = t;
        sel[count++] = row;
    }
    *faults = both;
    return count;
}

static struct status retime_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct project *p = (struct project *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    struct batch *out = batch_derive(in, p->n_columns);
    struct vector *columns = ARENA_ARRAY(op->scratch, struct vector, p->n_columns + 1);
    struct faults faults = { 0 };
    program_run(p->program, op->env, in, rows, n, out->arena, op->scratch, columns, &faults);
    if (p->n_columns) memcpy(out->columns, columns, p->n_columns * sizeof *columns);
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, in->n_rows);
    uint32_t *sel = ARENA_ARRAY(out->arena, uint32_t, n);
    out->n_sel = take_times(p, &columns[p->n_columns], rows, n, times, sel, &faults);
    out->rowtimes = times;
    if (out->n_sel < in->n_rows) out->sel = sel;
    struct status st = op_fault(op, in, &faults);
    if (!st.err && out->n_sel) st = op_emit(op, out);
    batch_release(out);
    if (st.err || p->last == ROWTIME_MIN) return st;
    return op_emit_bound(op, (struct bound){ p->last, 0 });
}

static struct status retime_advance(struct op *op, uint32_t input, struct bound bound)
{
    (void)input;
    return bound.time == ROWTIME_END ? op_emit_bound(op, bound) : OK;
}

static struct status retime_save(const struct op *op, struct snap_writer *w)
{
    snap_i64(w, ((const struct project *)op)->last);
    return OK;
}

static struct status retime_load(struct op *op, struct snap_reader *r)
{
    ((struct project *)op)->last = snap_read_i64(r);
    return OK;
}

const struct op_class op_project_class = {
    .name = "Project",
    .size = sizeof(struct project),
    .stateless = true,
    .open = project_open,
    .push = project_push,
    .advance = op_pass_bound,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};

const struct op_class op_retime_class = {
    .name = "Project",
    .size = sizeof(struct project),
    .stateless = false,
    .open = retime_open,
    .push = retime_push,
    .advance = retime_advance,
    .checkpoint = retime_save,
    .restore = retime_load,
    .close = op_close_nothing,
};
