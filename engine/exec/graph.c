/*
 * graph.c: the running graph as app sees it: rows and bounds in, sinks, error_stream, snapshots.
 *
 * Everything runs inside graph_push and graph_advance; when they return, nothing is under way. That is when error
 * rows whose turn has come go out: those whose cause lies before all that sources can still bring and before the rows
 * that a merge holds back.
 */

#include "exec/graph.h"

#include <assert.h>

#include "exec/graph_build.h"
#include "exec/subquery.h"
#include "time/bound.h"

enum { SNAPSHOT_VERSION = 1 };

/* ---- helpers of operators ---- */

struct type *schema_types(struct arena *a, const struct schema *s)
{
    struct type *types = ARENA_ARRAY(a, struct type, s->n_columns);
    for (uint32_t i = 0; i < s->n_columns; i++) types[i] = s->columns[i].type;
    return types;
}

const uint32_t *live_rows(struct arena *a, const struct batch *b)
{
    if (b->sel) return b->sel;
    uint32_t *rows = ARENA_ARRAY(a, uint32_t, b->n_rows);
    for (uint32_t i = 0; i < b->n_rows; i++) rows[i] = i;
    return rows;
}

uint32_t rows_without(const uint32_t *rows, uint32_t n, const struct faults *faults, uint32_t *out)
{
    size_t at = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (at < faults->count && faults->items[at].row < rows[i]) at++;
        if (at < faults->count && faults->items[at].row == rows[i]) continue;
        out[count++] = rows[i];
    }
    return count;
}

static const struct type *stream_types(void *arg, uint32_t stream, uint32_t *n_columns)
{
    struct graph *g = arg;
    if (stream == 0 || stream > g->plan->n_streams) return NULL;
    const struct schema *s = &g->plan->streams[stream - 1].schema;
    *n_columns = s->n_columns;
    return schema_types(g->arena, s);
}

struct merge_streams graph_stream_types(struct graph *g)
{
    return (struct merge_streams){ g, stream_types };
}

/* ---- life ---- */

static rowtime row_clock(void *arg, const struct batch *in, uint32_t row)
{
    const struct graph *g = arg;
    if (g->config.now) return g->config.now(g->config.now_arg);
    rowtime t = in->cause_times[row];
    return t == ROWTIME_END ? g->latest : t;
}

struct status graph_new(struct arena *a, const struct graph_config *config, struct graph **out)
{
    struct graph *g = ARENA_NEW(a, struct graph);
    g->arena = a;
    g->config = *config;
    g->memory = (struct account){ .name = "operators", .limit = config->memory_limit };
    g->plan = config->plan;
    g->tables = graph_tables_new(a, config);
    g->env = (struct program_env){ .started = config->started, .now = row_clock, .arg = g };
    g->latest = config->started;
    g->error_time = ROWTIME_MIN;
    const struct error_config errors = { .plan = config->plan,
                                         .row_of_record = config->row_of_record,
                                         .row_arg = config->row_arg,
                                         .reject = config->reject,
                                         .reject_arg = config->reject_arg,
                                         .tell = config->tell,
                                         .tell_arg = config->tell_arg };
    g->errors = errors_new(&errors);
    const struct schema *s = &config->plan->error_schema;
    g->error_rows = builder_new(schema_types(a, s), s->n_columns);
    struct status st = graph_build(g);
    if (st.err) {
        graph_free(g);
        return st;
    }
    *out = g;
    return OK;
}

void graph_free(struct graph *g)
{
    if (!g) return;
    for (size_t i = 0; i < g->ops.count; i++) op_free(g->ops.items[i]);
    g->ops.count = 0;
    errors_free(g->errors);
    builder_free(g->error_rows);
    subqueries_free(g->env.subqueries);
    g->env.subqueries = NULL;
    if (g->tables) graph_tables_free(g->tables, g->plan->n_tables);
    g->tables = NULL;
    g->errors = NULL;
    g->error_rows = NULL;
}

void graph_add_sink(struct graph *g, uint32_t stream, uint32_t pump, const struct graph_sink *sink)
{
    struct op *from = g->error_stream;
    if (stream == PLAN_STDOUT) {
        assert(pump < g->plan->n_pumps && g->results[pump]);
        from = g->results[pump];
    } else if (stream != PLAN_ERROR_STREAM) {
        assert(stream < g->plan->n_streams);
        from = g->streams[stream];
    }
    struct str name = str_format(g->arena, "sink %zu", g->ops.count);
    struct op *op = graph_op(g, &op_sink_class, name, NULL, 0, 1);
    sink_setup(op, sink);
    op_connect(g->arena, from, op, 0);
    if (from == g->error_stream) errors_render(g->errors);
}

/* ---- error_stream ---- */

/* No error row with an earlier cause can come. */
static struct bound error_limit(const struct graph *g)
{
    struct bound limit = BOUND_END;
    for (uint32_t i = 0; i < g->plan->n_streams; i++) {
        if (g->sources[i]) limit = bound_min(limit, g->sources[i]->bound);
    }
    for (size_t i = 0; i < g->ops.count; i++) {
        const struct op *op = g->ops.items[i];
        if (op->class == &op_join_class) limit = bound_min(limit, join_held(op));
        if (op->class != &op_merge_class && op->class != &op_union_class) continue;
        limit = bound_min(limit, merge_held(op));
    }
    return limit;
}

struct status graph_release_errors_until(struct graph *g, struct bound limit)
{
    errors_take(g->errors, limit, g->config.now, g->config.now_arg, g->latest,
                &g->error_time, g->error_rows);
    struct batch *out = builder_take(g->error_rows);
    if (!out) return OK;
    struct status st = op_push(g->error_stream, 0, out);
    batch_release(out);
    return st;
}

struct status graph_release_errors(struct graph *g)
{
    return errors_count(g->errors) ? graph_release_errors_until(g, error_limit(g)) : OK;
}

/* ---- rows and bounds ---- */

static void reach(struct graph *g, rowtime t)
{
    if (t != ROWTIME_END && t > g->latest) g->latest = t;
}

static void reach_rows(struct graph *g, const struct source_rows *rows)
{
    const struct batch *b = rows->batch;
    if (b && batch_live(b)) reach(g, b->rowtimes[batch_row(b, batch_live(b) - 1)]);
    if (rows->n_bad) reach(g, rows->bad[rows->n_bad - 1].time);
}

struct status graph_start(struct graph *g)
{
    for (uint32_t i = 0; i < g->plan->n_streams; i++) {
        /* A stream that nobody writes has ended. */
        struct op *s = g->streams[i];
        bool written = g->sources[i] != NULL;
        for (size_t k = 0; k < g->ops.count && !written; k++) {
            for (uint32_t e = 0; e < g->ops.items[k]->n_outputs; e++) {
                written = written || g->ops.items[k]->outputs[e].op == s;
            }
        }
        if (!written) TRY(op_advance(s, 0, BOUND_END));
    }
    for (size_t i = 0; i < g->ops.count; i++) {
        if (g->ops.items[i]->class == &op_table_class) TRY(table_start(g->ops.items[i]));
    }
    TRY(graph_keyed_failure(g));
    return graph_release_errors(g);
}

struct status graph_push(struct graph *g, uint32_t stream, const struct source_rows *rows)
{
    assert(stream < g->plan->n_streams && g->sources[stream]);
    reach_rows(g, rows);
    TRY(source_take(g->sources[stream], rows));
    TRY(graph_keyed_failure(g));
    return graph_release_errors(g);
}

struct status graph_advance(struct graph *g, uint32_t stream, struct bound bound)
{
    assert(stream < g->plan->n_streams && g->sources[stream]);
    reach(g, bound.time);
    if (bound_compare(bound, g->sources[stream]->bound) > 0) {
        TRY(op_advance(g->sources[stream], 0, bound));
    }
    TRY(graph_keyed_failure(g));
    return graph_release_errors(g);
}

struct status graph_tick(struct graph *g, struct bound bound)
{
    for (uint32_t i = 0; i < g->plan->n_streams; i++) {
        if (g->sources[i]) TRY(graph_advance(g, i, bound));
    }
    return OK;
}

struct graph_count graph_stream_count(const struct graph *g, uint32_t stream)
{
    const struct op *op = stream < g->plan->n_streams ? g->streams[stream] : g->error_stream;
    return (struct graph_count){ .rows = op->metrics.rows_out };
}

struct bound graph_stream_bound(const struct graph *g, uint32_t stream)
{
    return g->streams[stream]->bound;
}

rowtime graph_source_reached(const struct graph *g, uint32_t stream)
{
    return source_reached(g->sources[stream]);
}

static struct open_windows windows_of(const struct op *op)
{
    if (op->class == &op_group_class) return group_windows(op);
    if (op->class == &op_stagger_class) return stagger_windows(op);
    if (op->class == &op_distinct_class) return distinct_windows(op);
    if (op->class == &op_sort_class) return sort_windows(op);
    return (struct open_windows){ 0, ROWTIME_END };
}

uint64_t graph_errors_waiting(const struct graph *g)
{
    return errors_count(g->errors);
}

/* Whatever leads to an operator has told it the last time that it gave on. */
static struct graph_hold hold_of(const struct graph *g, const struct op *op)
{
    struct graph_hold hold = { .name = STR_EMPTY, .bound = BOUND_END };
    for (size_t i = 0; i < g->ops.count; i++) {
        const struct op *from = g->ops.items[i];
        for (uint32_t e = 0; e < from->n_outputs; e++) {
            if (from->outputs[e].op != op || bound_compare(from->bound, hold.bound) >= 0) continue;
            hold = (struct graph_hold){ from->name, from->bound };
        }
    }
    return hold;
}

struct graph_hold graph_stream_hold(const struct graph *g, uint32_t stream)
{
    return hold_of(g, g->streams[stream]);
}

/* Operators are made from the result down. */
size_t graph_pump_state(const struct graph *g, uint32_t pump, struct arena *a,
                        struct graph_op_state **out)
{
    struct graph_op_state *items = ARENA_ARRAY(a, struct graph_op_state, g->ops.count + 1);
    size_t n = 0;
    for (size_t i = g->ops.count; i-- > 0;) {
        const struct op *op = g->ops.items[i];
        if (op->pump != pump || !op->node) continue;
        struct open_windows windows = windows_of(op);
        items[n++] = (struct graph_op_state){ .name = str_c(op->class->name),
                                              .pump = pump,
                                              .rows_in = op->metrics.rows_in,
                                              .rows_out = op->metrics.rows_out,
                                              .faults = op->metrics.faults,
                                              .bytes = op->account->bytes,
                                              .bound = op->bound,
                                              .windows = windows.count,
                                              .due = windows.due,
                                              .filters = op->class == &op_filter_class,
                                              .joins = op->class == &op_join_class,
                                              .lookup = op->class == &op_lookup_class
                                                            ? &op->node->lookup
                                                            : NULL,
                                              .holds = !op->class->stateless,
                                              .n_inputs = op->n_inputs,
                                              .hold = hold_of(g, op) };
    }
    *out = items;
    return n;
}

/* ---- snapshots ---- */

/* Sinks are the surroundings': they are not part of a plan's state. */
static bool has_state(const struct op *op)
{
    return op->class != &op_sink_class;
}

static struct status save_op(const struct op *op, struct snap_writer *w)
{
    struct snap_writer own = { 0 };
    struct status st = op->class->checkpoint(op, &own);
    snap_str(w, op->name);
    snap_i64(w, op->bound.time);
    snap_u64(w, op->bound.seq);
    snap_u64(w, op->metrics.rows_in);
    snap_u64(w, op->metrics.rows_out);
    snap_u64(w, op->metrics.batches_in);
    snap_u64(w, op->metrics.faults);
    snap_str(w, str_view(own.out.data, own.out.len));
    buf_free(&own.out);
    return st;
}

struct status graph_checkpoint(const struct graph *g, struct snap_writer *w)
{
    uint32_t n = 0;
    for (size_t i = 0; i < g->ops.count; i++) n += has_state(g->ops.items[i]);
    snap_u8(w, SNAPSHOT_VERSION);
    snap_u32(w, n);
    for (size_t i = 0; i < g->ops.count; i++) {
        if (has_state(g->ops.items[i])) TRY(save_op(g->ops.items[i], w));
    }
    snap_i64(w, g->latest);
    snap_i64(w, g->error_time);
    errors_save(g->errors, w);
    return OK;
}

static struct op *find_op(struct graph *g, struct str name)
{
    for (size_t i = 0; i < g->ops.count; i++) {
        if (str_equal(&g->ops.items[i]->name, &name)) return g->ops.items[i];
    }
    return NULL;
}

static struct status load_op(struct graph *g, struct snap_reader *r)
{
    struct str name = snap_read_str(r);
    struct op *op = find_op(g, name);
    if (r->failed || !op) {
        return status_new(g->arena, ERR_SNAPSHOT, SPAN_NONE,
                          "the snapshot is of another application: no "
                          "operator \"%.*s\"",
                          STR_ARG(name));
    }
    op->bound.time = snap_read_i64(r);
    op->bound.seq = snap_read_u64(r);
    op->metrics.rows_in = snap_read_u64(r);
    op->metrics.rows_out = snap_read_u64(r);
    op->metrics.batches_in = snap_read_u64(r);
    op->metrics.faults = snap_read_u64(r);
    struct str bytes = snap_read_str(r);
    struct snap_reader own = { .p = str_data(&bytes), .failed = r->failed };
    own.end = own.p + bytes.len;
    TRY(op->class->restore(op, &own));
    struct status st = snap_read_end(g->arena, &own);
    if (!st.err) return OK;
    return status_new(g->arena, ERR_SNAPSHOT, SPAN_NONE, "damaged snapshot of \"%.*s\"",
                      STR_ARG(name));
}

struct status graph_restore(struct graph *g, struct snap_reader *r)
{
    uint32_t expected = 0;
    for (size_t i = 0; i < g->ops.count; i++) expected += has_state(g->ops.items[i]);
    uint8_t version = snap_read_u8(r);
    uint32_t n = snap_read_u32(r);
    if (r->failed || version != SNAPSHOT_VERSION || n != expected) {
        return status_new(
            g->arena, ERR_SNAPSHOT, SPAN_NONE,
            "the snapshot has version %u and %u operators; this application has version %d and %u",
            version, n, SNAPSHOT_VERSION, expected);
    }
    for (uint32_t i = 0; i < n; i++) TRY(load_op(g, r));
    g->latest = snap_read_i64(r);
    g->error_time = snap_read_i64(r);
    if (!errors_load(g->errors, r)) r->failed = true;
    return snap_read_end(g->arena, r);
}
