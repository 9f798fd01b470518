/*
 * op_over.c: aggregates OVER sliding windows.
 *
 * Each row gives one row at once: its own columns, shared, and a column for each function. Nothing comes out when rows
 * leave a frame, so bounds pass as they come; they only tell which partitions can be given up.
 *
 *     SUM(v) OVER (PARTITION BY k RANGE INTERVAL '1' MINUTE PRECEDING)
 *
 *     rows (t, k, v)   0:01 a 5     0:02 b 7     0:03 a 1
 *     out              0:01 a 5 5   0:02 b 7 7   0:03 a 1 6
 *
 * A row that fails (SUM overflows) is not given, but stays in the frames of those behind it.
 */

#include <assert.h>
#include <stdlib.h>

#include "exec/graph_impl.h"
#include "exec/over_window.h"

struct over {
    struct op           op;
    struct over_window *windows;
    uint32_t            n_windows;
    uint32_t            n_input; /* columns of the input */
    struct program     *program; /* keys and arguments of all windows */
    uint32_t            n_exprs;
};

static struct status over_open(struct op *op, const struct plan_node *node)
{
    struct over *o = (struct over *)op;
    const struct plan_over *plan = &node->over;
    o->n_input = node->inputs[0]->out.n_columns;
    uint32_t most = 0;
    for (uint32_t i = 0; i < plan->n_windows; i++) most += plan->windows[i].n_partition;
    for (uint32_t i = 0; i < plan->n_fns; i++) most += plan->fns[i].agg.n_args;
    struct expr **exprs = ARENA_ARRAY(op->arena, struct expr *, most + 1);
    o->windows = ARENA_ARRAY(op->arena, struct over_window, plan->n_windows);
    for (uint32_t i = 0; i < plan->n_windows; i++) {
        over_window_open(&o->windows[i], op->arena, plan, i, exprs, &o->n_exprs);
        o->n_windows++;
    }
    return program_compile(op->arena, exprs, o->n_exprs, &o->program);
}

static void over_close(struct op *op)
{
    struct over *o = (struct over *)op;
    for (uint32_t i = 0; i < o->n_windows; i++) over_window_close(&o->windows[i]);
}

static struct status count_bytes(struct over *o)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < o->n_windows; i++) bytes += over_window_bytes(&o->windows[i]);
    return account_set(o->op.account, o->op.scratch, (int64_t)bytes);
}

/* ---- rows ---- */

static int compare_faults(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return strcmp(x->message, y->message);
}

/* In the order of rows, one of each row. */
static void order_faults(struct faults *f)
{
    qsort(f->items, f->count, sizeof *f->items, compare_faults);
    size_t n = 0;
    for (size_t i = 0; i < f->count; i++) {
        if (n == 0 || f->items[n - 1].row != f->items[i].row) f->items[n++] = f->items[i];
    }
    f->count = n;
}

/* The live rows without a fault go on, the others to error_stream. */
static struct status emit(struct over *o, struct batch *in, struct batch *out,
                          struct faults *faults)
{
    if (faults->count == 0) return op_emit(&o->op, out);
    order_faults(faults);
    TRY(op_fault(&o->op, in, faults));
    uint32_t n = batch_live(in);
    uint32_t *good = ARENA_ARRAY(o->op.scratch, uint32_t, n);
    n = rows_without(live_rows(o->op.scratch, in), n, faults, good);
    struct batch *narrow = batch_narrow(out, good, n);
    struct status st = op_emit(&o->op, narrow);
    batch_release(narrow);
    return st;
}

/* rows: those whose arguments are there; faults: those of the others. */
static struct status take_rows(struct over *o, struct batch *in, const struct vector *vectors,
                               const uint32_t *rows, uint32_t n, struct faults *faults)
{
    struct batch *out = batch_derive(in, o->op.node->out.n_columns);
    if (o->n_input) memcpy(out->columns, in->columns, o->n_input * sizeof *in->columns);
    for (uint32_t i = 0; i < o->n_windows; i++) {
        over_window_push(&o->windows[i], in, vectors, rows, n, out->columns + o->n_input,
                         out->arena, o->op.scratch, faults);
    }
    struct status st = emit(o, in, out, faults);
    batch_release(out);
    return st;
}

static struct status over_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct over *o = (struct over *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    rowtime last = in->rowtimes[rows[n - 1]];
    struct vector *v = ARENA_ARRAY(op->scratch, struct vector, o->n_exprs + 1);
    struct faults faults = { 0 };
    program_run(o->program, op->env, in, rows, n, op->scratch, op->scratch, v, &faults);
    if (faults.count) {
        uint32_t *good = ARENA_ARRAY(op->scratch, uint32_t, n);
        n = rows_without(rows, n, &faults, good);
        rows = good;
    }
    TRY(n ? take_rows(o, in, v, rows, n, &faults) : op_fault(op, in, &faults));
    for (uint32_t i = 0; i < o->n_windows; i++) over_window_sweep(&o->windows[i], last);
    return count_bytes(o);
}

static struct status over_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct over *o = (struct over *)op;
    for (uint32_t i = 0; !op->loose && i < o->n_windows; i++) {
        over_window_sweep(&o->windows[i], bound.time);
    }
    TRY(count_bytes(o));
    return op_emit_bound(op, bound);
}

/* ---- snapshots ---- */

static struct status over_save(const struct op *op, struct snap_writer *w)
{
    const struct over *o = (const struct over *)op;
    for (uint32_t i = 0; i < o->n_windows; i++) over_window_save(&o->windows[i], w);
    return OK;
}

static struct status over_load(struct op *op, struct snap_reader *r)
{
    struct over *o = (struct over *)op;
    for (uint32_t i = 0; i < o->n_windows; i++) {
        if (!over_window_load(&o->windows[i], r)) r->failed = true;
    }
    return count_bytes(o);
}

const struct op_class op_over_class = {
    .name = "Over",
    .size = sizeof(struct over),
    .stateless = false,
    .open = over_open,
    .push = over_push,
    .advance = over_advance,
    .checkpoint = over_save,
    .restore = over_load,
    .close = over_close,
};
