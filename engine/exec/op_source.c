/*
 * op_source.c: where a source's rows enter the graph.
 *
 * Gives every row its ROWTIME, its cause and its place among the rows of the stream. By default ROWTIME is the
 * arrival, which never goes back, so a batch goes through as it is. A source whose ROWTIME is a column puts its rows in
 * order within the lateness (time/reorder); rows that are later than that, or have no time, become error rows, as
 * records do that the decoder refused. A bound follows each batch.
 */

#include <assert.h>

#include "base/checked.h"
#include "data/calendar.h"
#include "exec/graph_impl.h"
#include "time/reorder.h"

struct source {
    struct op       op;
    uint32_t        stream;
    int32_t         column; /* ROWTIME; -1: the arrival */
    int64_t         lateness;
    uint32_t        n_columns;
    struct reorder *reorder; /* NULL: by arrival */
};

void source_setup(struct op *op, uint32_t stream, int32_t rowtime_column, int64_t lateness_ms)
{
    struct source *s = (struct source *)op;
    s->stream = stream;
    s->column = rowtime_column;
    s->lateness = lateness_ms;
}

void source_setup_like(struct op *op, const struct op *other)
{
    const struct source *s = (const struct source *)other;
    source_setup(op, s->stream, s->column, s->lateness);
}

/* ---- by arrival ---- */

static struct batch *enter_stream(struct source *s, struct batch *in)
{
    struct batch *out = batch_derive(in, in->n_columns);
    if (in->n_columns) memcpy(out->columns, in->columns, in->n_columns * sizeof *in->columns);
    out->cause_times = out->rowtimes;
    out->origin = (struct batch_origin){ .stream = s->stream + 1 };
    return out;
}

static struct status source_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct source *s = (struct source *)op;
    struct batch *out = enter_stream(s, in);
    uint32_t last = batch_row(in, batch_live(in) - 1);
    struct bound bound = { in->rowtimes[last], in->cause_seqs[last] + 1 };
    struct status st = op_emit(op, out);
    batch_release(out);
    return st.err ? st : op_emit_bound(op, bound);
}

static uint32_t source_number(const struct source *s)
{
    return s->op.graph->plan->streams[s->stream].source + 1;
}

/* Number of the source + 1 when its records have PERSONAL columns to be cut out, else 0. */
static uint32_t source_to_cut(const struct source *s)
{
    const struct app_plan *plan = s->op.graph->plan;
    const struct plan_stream *stream = &plan->streams[s->stream];
    for (uint32_t i = 0; plan->personal && i < stream->n_visible; i++) {
        if (stream->schema.columns[i].personal) return stream->source + 1;
    }
    return 0;
}

static struct error_input bad_input(const struct source *s, const struct bad_record *b)
{
    return (struct error_input){ .cause_time = b->time, .cause_seq = b->seq, .has_rowtime = true,
                                 .rowtime = b->time, .err = b->err, .message = b->message,
                                 .text = b->record, .record_of = source_to_cut(s),
                                 .source = source_number(s), .path = b->path, .byte = b->byte };
}

/* ---- by a column ---- */

static struct status timed_open(struct op *op, const struct plan_node *node)
{
    (void)node;
    struct source *s = (struct source *)op;
    const struct schema *schema = &op->graph->plan->streams[s->stream].schema;
    struct type *types = schema_types(op->arena, schema);
    s->n_columns = schema->n_columns;
    s->reorder = reorder_new(types, schema->n_columns, s->lateness);
    return OK;
}

/* The bound as it moves from row to row, for what happens between two rows. */
struct moving {
    rowtime  bound;
    int64_t  lateness;
    const struct bad_record *bad;
    size_t   n_bad;
};

static void move(struct moving *m, rowtime t)
{
    rowtime bound;
    if (i64_sub(&bound, t, m->lateness) && bound > m->bound) m->bound = bound;
}

/* Refused records up to a row: their place is where the bound stands, their ROWTIME unknown. */
static void bad_until(struct source *s, struct moving *m, uint64_t seq)
{
    for (; m->n_bad && m->bad->seq < seq; m->bad++, m->n_bad--) {
        struct error_input e = bad_input(s, m->bad);
        e.cause_time = m->bound;
        e.has_rowtime = false;
        s->op.metrics.faults++;
        errors_add_input(s->op.errors, &e);
    }
}

static void refuse_row(struct source *s, const struct batch *in, uint32_t row, rowtime place,
                       bool timed)
{
    struct error_input e = { .cause_time = place, .cause_seq = in->cause_seqs[row],
                             .has_rowtime = timed, .rowtime = in->rowtimes[row],
                             .err = timed ? ERR_OUT_OF_ORDER : ERR_NULL_NOT_ALLOWED,
                             .source = source_number(s) };
    struct buf text = { 0 };
    uint32_t record_of = errors_row_text(s->op.errors, in, row, &text);
    if (source_to_cut(s)) e.record_of = record_of;
    e.text = str_view(text.data, text.len);
    const struct column *c = &s->op.graph->plan->streams[s->stream].schema.columns[s->column];
    char at[CALENDAR_TEXT_MAX], limit[CALENDAR_TEXT_MAX];
    if (timed) {
        size_t n = calendar_format_timestamp(at, in->rowtimes[row]);
        size_t m = calendar_format_timestamp(limit, place);
        e.message =
            str_format_c(s->op.scratch, "row is out of time order: its ROWTIME %.*s is before %.*s",
                         (int)n, at, (int)m, limit);
    } else {
        e.message = str_format_c(s->op.scratch, "null for the column \"%.*s\", which gives ROWTIME",
                                 STR_ARG(c->name));
    }
    s->op.metrics.faults++;
    errors_add_input(s->op.errors, &e);
    buf_free(&text);
}

/* Times of the rows from their column; rows without one are refused. */
static struct batch *time_rows(struct source *s, struct batch *in, struct moving *m)
{
    struct batch *out = enter_stream(s, in);
    const struct vector *v = &in->columns[s->column];
    uint32_t n = batch_live(in), n_timed = 0;
    uint32_t *timed = ARENA_ARRAY(out->arena, uint32_t, n);
    rowtime *times = v->i64;
    if (v->constant) {
        times = ARENA_ARRAY(out->arena, rowtime, in->n_rows);
        for (uint32_t i = 0; i < in->n_rows; i++) times[i] = v->i64[0];
    }
    out->rowtimes = out->cause_times = times;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = batch_row(in, i);
        if (m->n_bad) bad_until(s, m, in->cause_seqs[row]);
        if (vector_is_null(v, row)) {
            refuse_row(s, out, row, m->bound, false);
        } else {
            move(m, times[row]);
            timed[n_timed++] = row;
        }
    }
    if (n_timed < n) {
        out->sel = timed;
        out->n_sel = n_timed;
    }
    return out;
}

/* Gives on what is in order by now, and the bound. */
static struct status timed_emit(struct source *s)
{
    struct batch *out;
    while ((out = reorder_take(s->reorder)) != NULL) {
        if (!out->origin.stream || out->origin.batch || out->origin.batches) {
            out->origin = (struct batch_origin){ .stream = s->stream + 1 };
        }
        struct status st = op_emit(&s->op, out);
        batch_release(out);
        if (st.err) return st;
    }
    return op_emit_bound(&s->op, reorder_bound(s->reorder));
}

static struct status timed_take(struct source *s, const struct source_rows *rows)
{
    struct moving m = { reorder_bound(s->reorder).time, s->lateness, rows->bad, rows->n_bad };
    if (rows->batch && batch_live(rows->batch)) {
        s->op.metrics.rows_in += batch_live(rows->batch);
        struct batch *timed = time_rows(s, rows->batch, &m);
        struct late_row *late;
        size_t n_late = reorder_push(s->reorder, timed, s->op.scratch, &late);
        for (size_t i = 0; i < n_late; i++) refuse_row(s, timed, late[i].row, late[i].bound, true);
        batch_release(timed);
    }
    bad_until(s, &m, UINT64_MAX);
    TRY(timed_emit(s));
    return op_account(&s->op, op_rows_bytes(reorder_rows(s->reorder), s->n_columns));
}

static struct status timed_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    return timed_take((struct source *)op, &(struct source_rows){ .batch = in });
}

static struct status timed_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct source *s = (struct source *)op;
    reorder_advance(s->reorder, bound);
    return timed_emit(s);
}

static struct status timed_save(const struct op *op, struct snap_writer *w)
{
    reorder_save(((const struct source *)op)->reorder, w);
    return OK;
}

static struct status timed_load(struct op *op, struct snap_reader *r)
{
    if (!reorder_load(((struct source *)op)->reorder, r)) r->failed = true;
    return OK;
}

static void timed_close(struct op *op)
{
    reorder_free(((struct source *)op)->reorder);
}

/* ---- both ---- */

rowtime source_reached(const struct op *op)
{
    const struct source *s = (const struct source *)op;
    return s->reorder ? reorder_reached(s->reorder) : ROWTIME_MIN;
}

struct status source_take(struct op *op, const struct source_rows *rows)
{
    struct source *s = (struct source *)op;
    if (s->reorder) {
        struct status st = timed_take(s, rows);
        arena_reset(op->scratch);
        return st;
    }
    op->metrics.faults += rows->n_bad;
    for (size_t i = 0; i < rows->n_bad; i++) {
        struct error_input e = bad_input(s, &rows->bad[i]);
        errors_add_input(op->errors, &e);
    }
    if (rows->batch && batch_live(rows->batch)) TRY(op_push(op, 0, rows->batch));
    if (rows->n_bad == 0) return OK;
    const struct bad_record *last = &rows->bad[rows->n_bad - 1];
    return op_emit_bound(op, (struct bound){ last->time, last->seq + 1 });
}

const struct op_class op_source_class = {
    .name = "Source",
    .size = sizeof(struct source),
    .stateless = true,
    .open = op_open_nothing,
    .push = source_push,
    .advance = op_pass_bound,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};

const struct op_class op_timed_class = {
    .name = "Source",
    .size = sizeof(struct source),
    .stateless = false,
    .open = timed_open,
    .push = timed_push,
    .advance = timed_advance,
    .checkpoint = timed_save,
    .restore = timed_load,
    .close = timed_close,
};
