/*
 * graph_build.c: a plan to operators and edges.
 *
 *     source --> stream --> filter --> project --> enter --> stream --> sink
 *                   |                                          ^
 *                   +-----> group ---> filter ----> enter -----+           two writers: the stream merges
 *
 * Streams come first, then pumps in the order of their creation, which is thereby the order of a stream's readers.
 * When all edges stand, what they say is known everywhere (which rows were timed by AS ROWTIME), and operators are
 * opened.
 */

#include "exec/graph_build.h"

#include <assert.h>

#include "base/limits.h"
#include "exec/subquery.h"

/* ---- operators ---- */

struct op *op_new(struct graph *g, struct arena *a, const struct op_class *class, struct str name,
                  const struct plan_node *node, uint32_t pump, uint32_t n_inputs)
{
    struct op *op = arena_calloc(a, class->size);
    op->class = class;
    op->node = node;
    op->graph = g;
    op->env = &g->env;
    op->errors = g->errors;
    op->name = name;
    op->arena = a;
    op->scratch = arena_new();
    op->account = ARENA_NEW(a, struct account);
    op->account->name = str_to_c(a, name);
    op->account->total = &g->memory;
    op->pump = pump;
    op->n_inputs = n_inputs;
    op->bound = BOUND_NONE;
    return op;
}

void op_free(struct op *op)
{
    op->class->close(op);
    arena_free(op->scratch);
}

struct op *graph_op(struct graph *g, const struct op_class *class, struct str name,
                    const struct plan_node *node, uint32_t pump, uint32_t n_inputs)
{
    struct op *op = op_new(g, g->arena, class, name, node, pump, n_inputs);
    *array_push(g->arena, &g->ops) = op;
    return op;
}

void op_connect(struct arena *a, struct op *from, struct op *to, uint32_t input)
{
    struct op_edge *edges = ARENA_ARRAY(a, struct op_edge, from->n_outputs + 1);
    if (from->n_outputs) memcpy(edges, from->outputs, from->n_outputs * sizeof *edges);
    edges[from->n_outputs++] = (struct op_edge){ to, input };
    from->outputs = edges;
}

/* ---- streams ---- */

static uint32_t count_writers(const struct app_plan *plan, uint32_t stream)
{
    uint32_t n = plan->streams[stream].is_source;
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        n += !plan->pumps[i].stopped && plan->pumps[i].target == stream;
    }
    return n;
}

static void build_source(struct graph *g, uint32_t stream)
{
    const struct plan_stream *s = &g->plan->streams[stream];
    int32_t column = g->config.rowtime_column[s->source];
    struct str name = str_format(g->arena, "source %.*s", STR_ARG(s->name));
    struct op *op = graph_op(g, column < 0 ? &op_source_class : &op_timed_class, name, NULL, 0, 1);
    source_setup(op, stream, column, g->config.lateness_ms[s->source]);
    op_connect(g->arena, op, g->streams[stream], 0);
    g->sources[stream] = op;
}

static void build_stream(struct graph *g, uint32_t stream)
{
    const struct plan_stream *s = &g->plan->streams[stream];
    uint32_t n = count_writers(g->plan, stream);
    struct str name = str_format(g->arena, "stream %.*s", STR_ARG(s->name));
    struct op *op =
        graph_op(g, n > 1 ? &op_merge_class : &op_stream_class, name, NULL, 0, n ? n : 1);
    if (n > 1) merge_setup(op, &s->schema);
    g->streams[stream] = op;
    if (s->is_source) build_source(g, stream);
}

/* ---- pumps ---- */

static struct status class_of(struct graph *g, const struct plan_node *node,
                              const struct op_class **out)
{
    switch (node->kind) {
    case PLAN_STREAM: break;
    case PLAN_FILTER: *out = &op_filter_class; return OK;
    case PLAN_PROJECT: *out = node->rowtime ? &op_retime_class : &op_project_class; return OK;
    case PLAN_GROUP:
        *out = node->window.kind == WINDOW_STAGGER ? &op_stagger_class : &op_group_class;
        return OK;
    case PLAN_LOOKUP: *out = &op_lookup_class; return OK;
    case PLAN_TABLE: *out = &op_table_class; return OK;
    case PLAN_UNION: *out = &op_union_class; return OK;
    case PLAN_TABLE_FN: *out = &op_table_fn_class; return OK;
    case PLAN_OVER: *out = &op_over_class; return OK;
    case PLAN_JOIN: *out = &op_join_class; return OK;
    case PLAN_DISTINCT: *out = &op_distinct_class; return OK;
    case PLAN_SORT: *out = node->sort.within ? &op_tsort_class : &op_sort_class; return OK;
    }
    return status_new(g->arena, ERR_INTERNAL, node->at, "no operator for a part of the plan");
}

struct pump_build {
    const struct plan_pump *pump;
    uint32_t                n_ops;   /* made so far, for names */
    bool                    repeats; /* may make several rows of one */
};

static struct status build_node(struct graph *g, struct pump_build *b, const struct plan_node *node,
                                struct op **out)
{
    if (node->kind == PLAN_STREAM) {
        *out = g->streams[node->stream];
        return OK;
    }
    const struct op_class *class = NULL;
    TRY(class_of(g, node, &class));
    struct str name = str_format(g->arena, "pump %u %.*s: %u %s", b->pump->number,
                                 STR_ARG(b->pump->name), b->n_ops++, class->name);
    struct op *op = graph_op(g, class, name, node, b->pump->number, node->n_inputs);
    bool one_of_one = node->kind == PLAN_FILTER || node->kind == PLAN_PROJECT ||
                      node->kind == PLAN_OVER;
    b->repeats = b->repeats || !one_of_one;
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        struct op *from;
        TRY(build_node(g, b, node->inputs[i], &from));
        op_connect(g->arena, from, op, i);
    }
    *out = op;
    return OK;
}

static struct status build_pump(struct graph *g, uint32_t index, uint32_t *n_written)
{
    const struct plan_pump *pump = &g->plan->pumps[index];
    if (pump->stopped) return OK;
    struct pump_build b = { .pump = pump };
    struct op *root;
    TRY(build_node(g, &b, pump->root, &root));
    if (pump->target == PLAN_STDOUT) {
        struct str name = str_format(g->arena, "result %u", pump->number);
        g->results[index] = graph_op(g, &op_stream_class, name, NULL, pump->number, 1);
        op_connect(g->arena, root, g->results[index], 0);
        return OK;
    }
    struct str name =
        str_format(g->arena, "pump %u %.*s: enter", pump->number, STR_ARG(pump->name));
    struct op *enter = graph_op(g, &op_enter_class, name, NULL, pump->number, 1);
    enter_setup(enter, pump->target, b.repeats);
    op_connect(g->arena, root, enter, 0);
    op_connect(g->arena, enter, g->streams[pump->target], n_written[pump->target]++);
    return OK;
}

/* ---- what the edges say ---- */

/* DECISION L-57: behind AS ROWTIME rows alone move time, up to the sinks. */
static void mark_loose(struct graph *g)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < g->ops.count; i++) {
            const struct op *op = g->ops.items[i];
            bool loose = op->loose || op->class == &op_retime_class || op->class == &op_tsort_class;
            for (uint32_t k = 0; loose && k < op->n_outputs; k++) {
                changed = changed || !op->outputs[k].op->loose;
                op->outputs[k].op->loose = true;
            }
        }
    }
}

/* The most pumps that a row has gone through that the node reads. */
static uint32_t depth_of(const struct plan_node *node, const uint32_t *depth)
{
    if (node->kind == PLAN_STREAM) return depth[node->stream];
    uint32_t most = 0;
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        uint32_t d = depth_of(node->inputs[i], depth);
        if (d > most) most = d;
    }
    return most;
}

/* Rows carry a word for each pump on their way. */
static struct status check_depth(struct graph *g)
{
    uint32_t *depth = arena_calloc(g->arena, g->plan->n_streams * sizeof *depth);
    for (size_t round = 0; round <= LIMIT_PUMP_DEPTH + 1; round++) {
        for (size_t i = 0; i < g->plan->n_pumps; i++) {
            const struct plan_pump *p = &g->plan->pumps[i];
            if (p->stopped || p->target == PLAN_STDOUT) continue;
            uint32_t d = depth_of(p->root, depth) + 1;
            if (d > depth[p->target]) depth[p->target] = d;
            if (depth[p->target] <= LIMIT_PUMP_DEPTH) continue;
            return status_new(
                g->arena, ERR_LIMIT_EXCEEDED, p->at,
                "rows would go through more than %d pumps one after the other (pump depth)",
                LIMIT_PUMP_DEPTH);
        }
    }
    return OK;
}

struct status graph_build(struct graph *g)
{
    const struct app_plan *plan = g->plan;
    g->streams = ARENA_ARRAY(g->arena, struct op *, plan->n_streams);
    g->sources = arena_calloc(g->arena, plan->n_streams * sizeof *g->sources);
    g->results = arena_calloc(g->arena, plan->n_pumps * sizeof *g->results);
    uint32_t *n_written = arena_calloc(g->arena, plan->n_streams * sizeof *n_written);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        build_stream(g, i);
        n_written[i] = plan->streams[i].is_source;
    }
    TRY(check_depth(g));
    for (uint32_t i = 0; i < plan->n_pumps; i++) TRY(build_pump(g, i, n_written));
    g->error_stream = graph_op(g, &op_stream_class, str_c("stream error_stream"), NULL, 0, 1);
    mark_loose(g);
    TRY(subqueries_open(g->arena, plan, g->config.tables, g->config.keyed, &g->env));
    for (size_t i = 0; i < g->ops.count; i++) {
        TRY(g->ops.items[i]->class->open(g->ops.items[i], g->ops.items[i]->node));
    }
    return OK;
}
