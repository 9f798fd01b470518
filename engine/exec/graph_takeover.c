/*
 * graph_takeover.c: a graph that goes on as another one, while sources run: between two batches.
 *
 *     running:  source S --> stream S --> pump P: Filter, Group --> stream T --> sink
 *     new:      source S --> stream S --> pump P: Filter, Group --> stream T --> sink
 *                                    \--> pump Q: Project -------------^
 *
 * What both have keeps its state, by the snapshots that checkpoints are made of. Streams that merge are another matter:
 * they may have got a writer more or less, so the rows that wait in one are handed over input by input. At last
 * operators that are new hear what time it is from those above them that went on.
 */

#include <assert.h>

#include "exec/graph_impl.h"

/* What became of a new operator's counterpart. */
struct heir {
    struct op *op;
    struct op *old;    /* NULL: it is new */
    bool       stream; /* hears bounds again, whoever its writers are */
};

struct takeover {
    struct graph            *g;
    const struct graph_from *from;
    struct heir             *heirs; /* one an operator of g */
    size_t                   n_heirs;
};

/* ---- who is whose heir ---- */

/* The name behind "pump 12" or "result 12": what is left when pumps are numbered anew. */
static struct str name_behind_number(const struct op *op)
{
    const char *p = str_data(&op->name);
    size_t i = 0;
    while (i < op->name.len && p[i] != ' ') i++;
    i++;
    while (i < op->name.len && p[i] >= '0' && p[i] <= '9') i++;
    return i < op->name.len ? str_view(p + i, op->name.len - i) : STR_EMPTY;
}

static bool is_result(const struct op *op)
{
    return op->name.len > 6 && memcmp(str_data(&op->name), "result", 6) == 0;
}

static struct op *old_of_pump(const struct takeover *t, const struct op *op)
{
    uint32_t pump = t->from->pumps[op->pump - 1];
    if (pump == GRAPH_NEW) return NULL;
    struct str name = name_behind_number(op);
    const struct op_list *ops = &t->from->graph->ops;
    for (size_t i = 0; i < ops->count; i++) {
        struct op *old = ops->items[i];
        if (old->pump != pump + 1 || old->class != op->class) continue;
        struct str old_name = name_behind_number(old);
        if (str_equal(&name, &old_name) && is_result(op) == is_result(old)) return old;
    }
    return NULL;
}

static bool same_schema(const struct schema *a, const struct schema *b)
{
    if (a->n_columns != b->n_columns) return false;
    for (uint32_t i = 0; i < a->n_columns; i++) {
        const struct column *x = &a->columns[i], *y = &b->columns[i];
        if (!str_equal(&x->name, &y->name) || !type_equal(x->type, y->type)) return false;
    }
    return true;
}

static struct op *old_stream(const struct takeover *t, uint32_t stream)
{
    const struct graph *old = t->from->graph;
    if (stream >= old->plan->n_streams) return NULL;
    const struct plan_stream *a = &old->plan->streams[stream];
    const struct plan_stream *b = &t->g->plan->streams[stream];
    return str_equal(&a->name, &b->name) && same_schema(&a->schema, &b->schema)
               ? old->streams[stream]
               : NULL;
}

static struct op *old_source(const struct takeover *t, uint32_t stream)
{
    if (!old_stream(t, stream)) return NULL;
    const struct graph *old = t->from->graph;
    uint32_t source = t->from->sources[t->g->plan->streams[stream].source];
    if (source == GRAPH_NEW || !old->sources[stream]) return NULL;
    return old->plan->streams[stream].source == source ? old->sources[stream] : NULL;
}

/* Whether a stream has another number than it had: rows that operators keep would belong to other streams. */
static bool numbers_moved(const struct app_plan *old, const struct app_plan *new)
{
    for (uint32_t i = 0; i < old->n_streams; i++) {
        for (uint32_t k = 0; k < new->n_streams; k++) {
            if (i != k && str_equal(&old->streams[i].name, &new->streams[k].name)) return true;
        }
    }
    return false;
}

static void find_heirs(struct takeover *t)
{
    struct graph *g = t->g;
    bool moved = numbers_moved(t->from->graph->plan, g->plan);
    t->n_heirs = g->ops.count;
    t->heirs = arena_calloc(g->arena, t->n_heirs * sizeof *t->heirs);
    for (size_t i = 0; i < t->n_heirs; i++) {
        struct heir *h = &t->heirs[i];
        h->op = g->ops.items[i];
        if (h->op->pump > 0 && !moved) h->old = old_of_pump(t, h->op);
        for (uint32_t s = 0; s < g->plan->n_streams; s++) {
            if (h->op == g->streams[s]) h->old = old_stream(t, s);
            if (h->op == g->streams[s]) h->stream = true;
            if (h->op == g->sources[s]) h->old = old_source(t, s);
        }
        if (h->op == g->error_stream) h->old = t->from->graph->error_stream;
        if (h->old && !h->stream && h->old->class != h->op->class) h->old = NULL;
        if (h->old && !h->stream && h->old->n_inputs != h->op->n_inputs) h->old = NULL;
    }
}

static struct heir *heir_of(const struct takeover *t, const struct op *old)
{
    for (size_t i = 0; i < t->n_heirs; i++) {
        if (t->heirs[i].old == old) return &t->heirs[i];
    }
    return NULL;
}

/* ---- state ---- */

static struct status inherit_state(const struct heir *h)
{
    struct snap_writer w = { 0 };
    struct status st = h->old->class->checkpoint(h->old, &w);
    struct snap_reader r = { .p = w.out.data, .end = w.out.data + w.out.len };
    if (st.err == ERR_NONE) st = h->op->class->restore(h->op, &r);
    if (st.err == ERR_NONE) st = snap_read_end(h->op->arena, &r);
    buf_free(&w.out);
    return st;
}

/* A stream that ended because nobody was left to write it has not ended when somebody writes it again. */
static bool has_new_writer(const struct takeover *t, const struct op *stream)
{
    for (size_t i = 0; i < t->n_heirs; i++) {
        const struct op *op = t->heirs[i].op;
        for (uint32_t e = 0; e < op->n_outputs && !t->heirs[i].old; e++) {
            if (op->outputs[e].op == stream) return true;
        }
    }
    return false;
}

static struct status inherit(const struct takeover *t, const struct heir *h)
{
    if (!h->old) return OK;
    if (!h->stream) TRY(inherit_state(h));
    h->op->metrics = h->old->metrics;
    bool goes_on = h->stream && bound_is_end(h->old->bound) && has_new_writer(t, h->op);
    if (!goes_on) h->op->bound = h->old->bound;
    return OK;
}

/* ---- rows that wait where streams merge ---- */

/* The input of the new stream that an input of the old one has become; that of its first writer where the writer is no
 * more: its rows had entered the stream. */
static uint32_t new_input(const struct takeover *t, const struct heir *h, uint32_t input)
{
    const struct op_list *ops = &t->from->graph->ops;
    for (size_t i = 0; i < ops->count; i++) {
        const struct op *writer = ops->items[i];
        for (uint32_t e = 0; e < writer->n_outputs; e++) {
            if (writer->outputs[e].op != h->old || writer->outputs[e].input != input) continue;
            const struct heir *w = heir_of(t, writer);
            for (uint32_t k = 0; w && k < w->op->n_outputs; k++) {
                if (w->op->outputs[k].op == h->op) return w->op->outputs[k].input;
            }
        }
    }
    return UINT32_MAX;
}

static struct status move_input(const struct heir *h, uint32_t from, uint32_t to)
{
    for (struct batch *rows; (rows = merge_held_rest(h->old, from)) != NULL;) {
        struct status st = op_push(h->op, to, rows);
        batch_release(rows);
        TRY(st);
    }
    return OK;
}

/* Rows of writers that are no more go first: as the oldest ones they can pass any input. */
static struct status move_rows(const struct takeover *t, const struct heir *h)
{
    if (!h->old || h->old->class != &op_merge_class) return OK;
    for (uint32_t i = 0; i < h->old->n_inputs; i++) {
        if (new_input(t, h, i) == UINT32_MAX) TRY(move_input(h, i, 0));
    }
    for (uint32_t i = 0; i < h->old->n_inputs; i++) {
        uint32_t to = new_input(t, h, i);
        if (to != UINT32_MAX) TRY(move_input(h, i, to));
    }
    return OK;
}

/* ---- time ---- */

/* What went on tells its time to what is new below it; to streams always: they merge their inputs' times anew. */
static struct status tell_time(const struct takeover *t, const struct heir *h)
{
    if (!h->old || bound_compare(h->op->bound, BOUND_NONE) == 0) return OK;
    for (uint32_t e = 0; e < h->op->n_outputs; e++) {
        const struct op_edge *edge = &h->op->outputs[e];
        bool fresh = edge->op->class == &op_sink_class;
        for (size_t i = 0; i < t->n_heirs; i++) {
            if (t->heirs[i].op == edge->op) fresh = t->heirs[i].stream || !t->heirs[i].old;
        }
        if (fresh) TRY(op_advance(edge->op, edge->input, h->op->bound));
    }
    return OK;
}

static struct status start_tables(const struct takeover *t)
{
    for (size_t i = 0; i < t->n_heirs; i++) {
        const struct heir *h = &t->heirs[i];
        if (h->op->class == &op_table_class && !h->old) TRY(table_start(h->op));
    }
    return OK;
}

/* Failed rows that wait for their turn know the numbers of their pumps: they wait on where those have stayed, and
 * go out now where not. */
static bool keeps_numbers(const struct takeover *t)
{
    for (uint32_t i = 0; i < t->from->graph->plan->n_pumps; i++) {
        if (i >= t->g->plan->n_pumps || t->from->pumps[i] != i) return false;
    }
    return !numbers_moved(t->from->graph->plan, t->g->plan);
}

struct status graph_take_over(struct graph *g, const struct graph_from *from, bool *untouched)
{
    struct takeover t = { .g = g, .from = from };
    *untouched = true;
    bool keep = keeps_numbers(&t);
    if (!keep) TRY(graph_release_errors_until(from->graph, BOUND_END));
    find_heirs(&t);
    for (size_t i = 0; i < t.n_heirs; i++) TRY(inherit(&t, &t.heirs[i]));
    if (from->graph->latest > g->latest) g->latest = from->graph->latest;
    g->error_time = from->graph->error_time;
    *untouched = false;
    if (keep) errors_move(g->errors, from->graph->errors);
    for (size_t i = 0; i < t.n_heirs; i++) {
        if (t.heirs[i].stream) TRY(move_rows(&t, &t.heirs[i]));
    }
    for (size_t i = 0; i < t.n_heirs; i++) TRY(tell_time(&t, &t.heirs[i]));
    TRY(start_tables(&t));
    return graph_release_errors(g);
}
