/*
 * op_table_fn.c: TABLE(f(CURSOR(SELECT ...), ...)): functions of udf/ and plug-ins over the rows of a query, and the
 * host side of what they may ask of the engine while they run.
 *
 * A pass-through function adds columns to each row. Any other gives rows of its own when it likes; what it gives
 * between two bounds belongs to the clock step of its ROWTIME, or, where rows alone move time (L-57), to the row
 * that made it. Its ROWTIMEs never go back.
 */

#include <assert.h>

#include "base/limits.h"
#include "exec/graph_impl.h"

struct table_fn {
    struct op                     op;
    const struct sluice_table_fn *fn;
    bool                          pass_through;
    uint32_t                      n_cursor, n_fields;
    void                         *state;
    struct builder               *rows; /* NULL: pass-through */
    rowtime                       last; /* of the rows given */
};

/* What a call of the function stands for. */
struct table_host {
    struct table_fn    *t;
    struct batch       *out;  /* pass-through */
    const struct batch *in;   /* loose: the row that is pushed */
    uint32_t            row;
    rowtime             cause; /* without a row: of the clock step, for loose ones */
};

/* ---- what functions call ---- */

static struct table_host *host_of(struct sluice_table_push *p)
{
    return p->host;
}

void sluice_table_set_null(struct sluice_table_push *p, uint32_t field, uint32_t row)
{
    struct batch *out = host_of(p)->out;
    struct vector *v = (struct vector *)&p->out[field];
    nulls_set(vector_nulls(out->arena, v, out->n_rows), row);
}

void *sluice_table_row_alloc(struct sluice_table_push *p, size_t size)
{
    struct table_host *h = host_of(p);
    return arena_alloc(h->out ? h->out->arena : h->t->op.scratch, size);
}

uint32_t sluice_table_threads(const struct sluice_table_push *p)
{
    const struct table_host *h = p->host;
    uint32_t n = h->t->op.graph->config.threads;
    return n > 1 ? n : 1;
}

static void open_row(struct table_host *h, rowtime time)
{
    struct builder *b = h->t->rows;
    if (!h->t->op.loose) {
        builder_row(b, time, time, 0, NULL, 0);
    } else if (!h->in) {
        builder_row(b, time, h->cause, 0, NULL, 0);
    } else {
        uint64_t path[LIMIT_PUMP_DEPTH];
        const struct batch *in = h->in;
        for (uint32_t k = 0; k < in->path_len; k++) {
            path[k] = in->path[k].words ? in->path[k].words[h->row] : in->path[k].all;
        }
        builder_row(b, time, in->cause_times[h->row], in->cause_seqs[h->row], path, in->path_len);
    }
}

void sluice_table_emit(struct sluice_table_push *p, int64_t time,
                       const struct sluice_column *values)
{
    struct table_host *h = host_of(p);
    struct table_fn *t = h->t;
    assert(t->rows);
    if (time > t->last) t->last = time;
    open_row(h, t->last);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        builder_copy(t->rows, i, (const struct vector *)&values[i], 0);
    }
}

/* ---- the operator ---- */

static struct status table_fn_open(struct op *op, const struct plan_node *node)
{
    struct table_fn *t = (struct table_fn *)op;
    t->fn = node->table_fn.fn;
    t->pass_through = node->table_fn.pass_through;
    t->n_cursor = node->inputs[0]->out.n_columns;
    t->n_fields = node->out.n_columns - (t->pass_through ? t->n_cursor : 0);
    t->last = ROWTIME_MIN;
    if (!t->pass_through) {
        t->rows = builder_new(schema_types(op->arena, &node->out), node->out.n_columns);
    }
    t->state = t->fn->open(node->table_fn.bound);
    if (t->state) return OK;
    return status_new(op->arena, ERR_LIMIT_EXCEEDED, node->at,
                      "%s was refused the memory for its state", t->fn->name);
}

static void table_fn_close(struct op *op)
{
    struct table_fn *t = (struct table_fn *)op;
    if (t->state) t->fn->close(t->state);
    builder_free(t->rows);
}

static struct status account_state(struct table_fn *t)
{
    if (!t->fn->bytes) return OK;
    return op_account(&t->op, (int64_t)t->fn->bytes(t->state));
}

static struct status pass_rows(struct table_fn *t, struct batch *in, const uint32_t *rows,
                               uint32_t n)
{
    struct batch *out = batch_derive(in, t->n_cursor + t->n_fields);
    if (t->n_cursor) memcpy(out->columns, in->columns, t->n_cursor * sizeof *in->columns);
    for (uint32_t i = 0; i < t->n_fields; i++) {
        struct vector *v = &out->columns[t->n_cursor + i];
        vector_new(out->arena, t->op.node->out.columns[t->n_cursor + i].type, in->n_rows, v);
    }
    struct table_host host = { .t = t, .out = out };
    struct sluice_table_push push = {
        .columns = (const struct sluice_column *)in->columns,
        .rowtimes = in->rowtimes,
        .rows = rows,
        .n_rows = n,
        .out = (struct sluice_column *)(out->columns + t->n_cursor),
        .host = &host,
    };
    t->fn->push(t->state, &push);
    struct status st = op_emit(&t->op, out);
    batch_release(out);
    return st;
}

static struct status emit_rows(struct table_fn *t)
{
    struct batch *out = builder_take(t->rows);
    if (!out) return OK;
    struct status st = op_emit(&t->op, out);
    batch_release(out);
    return st;
}

static struct status push_rows(struct table_fn *t, struct batch *in, const uint32_t *rows,
                               uint32_t n)
{
    struct table_host host = { .t = t };
    struct sluice_table_push push = {
        .columns = (const struct sluice_column *)in->columns,
        .rowtimes = in->rowtimes,
        .host = &host,
    };
    uint32_t step = t->op.loose ? 1 : n;
    for (uint32_t i = 0; i < n; i += step) {
        push.rows = rows + i;
        push.n_rows = step;
        host.in = t->op.loose ? in : NULL;
        host.row = rows[i];
        t->fn->push(t->state, &push);
    }
    return emit_rows(t);
}

static struct status table_fn_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct table_fn *t = (struct table_fn *)op;
    const uint32_t *rows = live_rows(op->scratch, in);
    TRY(t->pass_through ? pass_rows(t, in, rows, batch_live(in))
                        : push_rows(t, in, rows, batch_live(in)));
    return account_state(t);
}

static struct status table_fn_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct table_fn *t = (struct table_fn *)op;
    bool moves = !op->loose || bound.time == ROWTIME_END;
    if (t->fn->advance && moves) {
        struct table_host host = { .t = t, .cause = bound.time };
        struct sluice_table_push push = { .host = &host };
        t->fn->advance(t->state, bound.time, &push);
        if (t->rows) TRY(emit_rows(t));
        TRY(account_state(t));
    }
    if (t->pass_through || bound.time == ROWTIME_END) return op_emit_bound(op, bound);
    if (bound.time > t->last) t->last = bound.time;
    return op_emit_bound(op, (struct bound){ bound.time, 0 });
}

static struct status table_fn_save(const struct op *op, struct snap_writer *w)
{
    const struct table_fn *t = (const struct table_fn *)op;
    snap_i64(w, t->last);
    t->fn->save(t->state, (struct sluice_writer *)w);
    return OK;
}

static struct status table_fn_load(struct op *op, struct snap_reader *r)
{
    struct table_fn *t = (struct table_fn *)op;
    t->last = snap_read_i64(r);
    if (!t->fn->load(t->state, (struct sluice_reader *)r)) r->failed = true;
    return OK;
}

const struct op_class op_table_fn_class = {
    .name = "TableFunction",
    .size = sizeof(struct table_fn),
    .stateless = false,
    .open = table_fn_open,
    .push = table_fn_push,
    .advance = table_fn_advance,
    .checkpoint = table_fn_save,
    .restore = table_fn_load,
    .close = table_fn_close,
};
