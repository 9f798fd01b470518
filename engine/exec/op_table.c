/*
 * op_table.c: the rows of a table once, at the time of the start: top-level INSERT INTO s VALUES (...) (dialect 5).
 *
 * It has no input. The graph tells it to start; in a graph that goes on from a snapshot that has been done.
 */

#include "base/limits.h"
#include "exec/graph_impl.h"

static struct status table_open(struct op *op, const struct plan_node *node)
{
    (void)node;
    op->n_inputs = 0;
    return OK;
}

static struct batch *rows_of(struct reftable *t, uint32_t n_columns, uint32_t first, uint32_t n,
                             rowtime time)
{
    struct batch *out = batch_new(n, n_columns);
    uint32_t *rows = ARENA_ARRAY(out->arena, uint32_t, n);
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, n);
    for (uint32_t i = 0; i < n; i++) {
        rows[i] = first + i;
        times[i] = time;
    }
    out->rowtimes = out->cause_times = times;
    out->cause_seqs = arena_calloc(out->arena, n * sizeof *out->cause_seqs);
    for (uint32_t c = 0; c < n_columns; c++) {
        const struct vector *from = reftable_column(t, c);
        struct vector *to = &out->columns[c];
        if (from->constant) {
            vector_new_null(out->arena, from->type, to);
            continue;
        }
        vector_new(out->arena, from->type, n, to);
        vector_gather(out->arena, to, 0, n, from, rows, n, true);
    }
    return out;
}

struct status table_start(struct op *op)
{
    uint64_t version;
    struct reftable *t = graph_table(op->graph, op->node->lookup.table, &version);
    struct status st = OK;
    uint32_t n_rows = reftable_rows(t);
    for (uint32_t first = 0; first < n_rows && !st.err; first += SIZE_BATCH_ROWS) {
        uint32_t n = n_rows - first < SIZE_BATCH_ROWS ? n_rows - first : SIZE_BATCH_ROWS;
        struct batch *out = rows_of(t, op->node->out.n_columns, first, n, op->graph->latest);
        st = op_emit(op, out);
        batch_release(out);
    }
    reftable_release(t);
    return st.err ? st : op_emit_bound(op, BOUND_END);
}

/* Nobody pushes to it. */
static struct status table_push(struct op *op, uint32_t input, struct batch *in)
{
    (void)input;
    (void)in;
    return status_new(op->arena, ERR_INTERNAL, SPAN_NONE, "a table has no input");
}

static struct status table_advance(struct op *op, uint32_t input, struct bound bound)
{
    (void)op;
    (void)input;
    (void)bound;
    return OK;
}

const struct op_class op_table_class = {
    .name = "Table",
    .size = sizeof(struct op),
    .stateless = false,
    .open = table_open,
    .push = table_push,
    .advance = table_advance,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};
