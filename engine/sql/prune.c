/*
 * prune.c: which columns of streams and tables anybody reads.
 *
 * From each pump's result down to its streams. A projected column that nobody reads above and that cannot fault is no
 * longer computed. Where a row may fault, error_stream shows the row that the pump read: of a source its record's text
 * is enough for that; of other streams all columns are.
 */

#include "sql/rewrite.h"

struct pruner {
    struct arena    *arena;
    struct app_plan *plan;
};

static void prune_node(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault);

static void use_all(bool *used, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) used[i] = true;
}

static bool *new_mask(struct pruner *p, uint32_t n)
{
    return arena_calloc(p->arena, n + 1);
}

static void prune_stream(struct pruner *p, const struct plan_node *n, const bool *used,
                         bool can_fault)
{
    struct plan_stream *s = &p->plan->streams[n->stream];
    s->is_read = true;
    for (uint32_t i = 0; i < s->schema.n_columns; i++) {
        if (used[i]) s->needed[i] = true;
    }
    if (!can_fault) return;
    int record = schema_find(&s->schema, str_c(plan_hidden_names[HIDDEN_RECORD]));
    if (s->is_source && record >= (int)s->n_visible) s->needed[record] = true;
    else use_all(s->needed, s->n_visible);
}

static void prune_project(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    bool *below = new_mask(p, n->inputs[0]->out.n_columns);
    for (uint32_t i = 0; i < n->out.n_columns; i++) {
        bool faults = expr_can_fault(n->exprs[i]);
        struct expr *e = n->exprs[i];
        if (!used[i] && !faults) n->exprs[i] = expr_null(p->arena, e->type, e->at);
        can_fault = can_fault || faults;
        expr_columns(n->exprs[i], below);
    }
    if (n->rowtime) {
        can_fault = true; /* it may go backwards */
        expr_columns(n->rowtime, below);
    }
    prune_node(p, n->inputs[0], below, can_fault);
}

static void prune_group(struct pruner *p, struct plan_node *n)
{
    bool *below = new_mask(p, n->inputs[0]->out.n_columns);
    bool can_fault = false;
    for (uint32_t i = 0; i < n->n_keys; i++) {
        can_fault = can_fault || expr_can_fault(n->keys[i]);
        expr_columns(n->keys[i], below);
    }
    for (uint32_t i = 0; i < n->n_aggs; i++) {
        for (uint32_t k = 0; k < n->aggs[i].n_args; k++) {
            can_fault = can_fault || expr_can_fault(n->aggs[i].args[k]);
            expr_columns(n->aggs[i].args[k], below);
        }
    }
    /* What fails above is a group and shows no row of the stream. */
    prune_node(p, n->inputs[0], below, can_fault);
}

static void prune_lookup(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    const struct plan_lookup *l = &n->lookup;
    uint32_t n_stream = n->inputs[0]->out.n_columns;
    bool *mask = new_mask(p, n->out.n_columns);
    memcpy(mask, used, n->out.n_columns * sizeof *mask);
    for (uint32_t i = 0; i < l->n_keys; i++) {
        can_fault = can_fault || expr_can_fault(l->stream_keys[i]);
        expr_columns(l->stream_keys[i], mask);
        mask[n_stream + l->table_keys[i]] = true;
    }
    if (l->condition) {
        can_fault = can_fault || expr_can_fault(l->condition);
        expr_columns(l->condition, mask);
    }
    struct plan_table *t = &p->plan->tables[l->table];
    can_fault = can_fault || plan_table_must_match(t);
    for (uint32_t i = 0; i < t->schema.n_columns; i++) {
        if (mask[n_stream + i]) t->needed[i] = true;
    }
    prune_node(p, n->inputs[0], mask, can_fault);
}

static void prune_side(struct pruner *p, struct plan_node *n, uint32_t side, const bool *mask,
                       uint32_t first)
{
    const struct plan_join *j = &n->join;
    bool *below = new_mask(p, n->inputs[side]->out.n_columns);
    memcpy(below, mask + first, n->inputs[side]->out.n_columns * sizeof *below);
    bool can_fault = false;
    for (uint32_t k = 0; k < j->n_keys; k++) {
        can_fault = can_fault || expr_can_fault(j->sides[side].keys[k]);
    }
    prune_node(p, n->inputs[side], below, can_fault);
}

/* What fails above is a joined row and shows no row of the streams: what nobody reads has no name in it. */
static void prune_join(struct pruner *p, struct plan_node *n, const bool *used)
{
    struct plan_join *j = &n->join;
    bool *mask = new_mask(p, n->out.n_columns);
    memcpy(mask, used, n->out.n_columns * sizeof *mask);
    if (j->condition) expr_columns(j->condition, mask);
    for (uint32_t k = 0; k < j->n_keys; k++) {
        for (uint32_t s = 0; s < 2; s++) expr_columns(j->sides[s].keys[k], mask);
    }
    j->used = mask;
    for (uint32_t i = 0; i < n->out.n_columns; i++) {
        if (!mask[i]) n->out.columns[i].name = STR_EMPTY;
    }
    prune_side(p, n, 0, mask, 0);
    prune_side(p, n, 1, mask, n->inputs[0]->out.n_columns);
}

static void prune_filter(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    bool *mask = new_mask(p, n->out.n_columns);
    memcpy(mask, used, n->out.n_columns * sizeof *mask);
    expr_columns(n->predicate, mask);
    prune_node(p, n->inputs[0], mask, can_fault || expr_can_fault(n->predicate));
}

static void prune_held(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    bool *mask = new_mask(p, n->out.n_columns);
    memcpy(mask, used, n->out.n_columns * sizeof *mask);
    for (uint32_t i = 0; i < n->n_keys; i++) expr_columns(n->keys[i], mask);
    n->sort.can_fault = can_fault;
    prune_node(p, n->inputs[0], mask, can_fault || n->sort.within); /* a row may come too late */
}

/* Whether a result can fail: sums overflow, and LAG refuses a bad n. */
static bool over_can_fault(const struct plan_agg *agg)
{
    static const char *const safe[] = { "COUNT", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE",
                                        "NTH_VALUE" };
    const char *name = agg->agg.agg->name;
    for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++) {
        if (strcmp(name, safe[i]) == 0) return false;
    }
    bool constant = agg->n_args < 2 || agg->args[1]->kind == EXPR_CONSTANT;
    return strcmp(name, "LAG") != 0 || !constant;
}

static void prune_over(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    uint32_t n_columns = n->inputs[0]->out.n_columns;
    bool *mask = new_mask(p, n_columns);
    memcpy(mask, used, n_columns * sizeof *mask);
    for (uint32_t i = 0; i < n->over.n_windows; i++) {
        const struct plan_sliding *w = &n->over.windows[i];
        for (uint32_t k = 0; k < w->n_partition; k++) {
            can_fault = can_fault || expr_can_fault(w->partition[k]);
            expr_columns(w->partition[k], mask);
        }
    }
    for (uint32_t i = 0; i < n->over.n_fns; i++) {
        const struct plan_agg *agg = &n->over.fns[i].agg;
        can_fault = can_fault || over_can_fault(agg);
        for (uint32_t k = 0; k < agg->n_args; k++) {
            can_fault = can_fault || expr_can_fault(agg->args[k]);
            expr_columns(agg->args[k], mask);
        }
    }
    prune_node(p, n->inputs[0], mask, can_fault);
}

static void prune_node(struct pruner *p, struct plan_node *n, const bool *used, bool can_fault)
{
    switch (n->kind) {
    case PLAN_STREAM: prune_stream(p, n, used, can_fault); return;
    case PLAN_FILTER: prune_filter(p, n, used, can_fault); return;
    case PLAN_PROJECT: prune_project(p, n, used, can_fault); return;
    case PLAN_GROUP: prune_group(p, n); return;
    case PLAN_LOOKUP: prune_lookup(p, n, used, can_fault); return;
    case PLAN_JOIN: prune_join(p, n, used); return;
    case PLAN_TABLE:
        for (uint32_t i = 0; i < n->out.n_columns; i++) {
            if (used[i] || can_fault) p->plan->tables[n->lookup.table].needed[i] = true;
        }
        return;
    case PLAN_SORT:
    case PLAN_DISTINCT: prune_held(p, n, used, can_fault); return;
    case PLAN_OVER: prune_over(p, n, used, can_fault); return;
    default: break;
    }
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        uint32_t columns = n->inputs[i]->out.n_columns;
        bool *mask = new_mask(p, columns);
        if (n->kind == PLAN_UNION) memcpy(mask, used, columns * sizeof *mask);
        else use_all(mask, columns);
        prune_node(p, n->inputs[i], mask, can_fault);
    }
}

/* What queries in expressions read of their tables, wherever they stand. */
static void prune_subquery(struct pruner *p, const struct plan_subquery *s)
{
    struct plan_table *t = &p->plan->tables[s->table];
    bool *mask = new_mask(p, s->n_args + t->schema.n_columns + s->n_aggs);
    struct expr *const exprs[] = { s->filter, s->condition, s->match, s->value };
    for (size_t i = 0; i < sizeof exprs / sizeof exprs[0]; i++) {
        if (exprs[i]) expr_columns(exprs[i], mask);
    }
    for (uint32_t i = 0; i < s->n_keys; i++) mask[s->n_args + s->table_keys[i]] = true;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        for (uint32_t k = 0; k < s->aggs[i].n_args; k++) expr_columns(s->aggs[i].args[k], mask);
    }
    for (uint32_t i = 0; i < t->schema.n_columns; i++) {
        if (mask[s->n_args + i]) t->needed[i] = true;
    }
}

/* A table that a query fills has all of its columns. */
static void prune_query(struct pruner *p, struct plan_table *t)
{
    struct plan_node *sides[] = { t->query, t->second };
    for (int i = 0; i < 2; i++) {
        if (!sides[i]) continue;
        bool *used = new_mask(p, sides[i]->out.n_columns);
        use_all(used, sides[i]->out.n_columns);
        prune_node(p, sides[i], used, false);
        use_all(t->needed, t->schema.n_columns);
    }
}

void plan_prune(struct arena *a, struct app_plan *plan)
{
    struct pruner p = { a, plan };
    for (uint32_t i = 0; i < plan->n_subqueries; i++) prune_subquery(&p, plan->subqueries[i]);
    for (uint32_t i = 0; i < plan->n_tables; i++) prune_query(&p, &plan->tables[i]);
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        struct plan_node *root = plan->pumps[i].root;
        bool *used = new_mask(&p, root->out.n_columns);
        use_all(used, root->out.n_columns);
        prune_node(&p, root, used, false);
    }
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        if (plan->sinks[i].stream == PLAN_ERROR_STREAM) continue;
        struct plan_stream *s = &plan->streams[plan->sinks[i].stream];
        use_all(s->needed, s->n_visible);
    }
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        int32_t column = plan_source_rowtime(&plan->sources[i]);
        for (uint32_t k = 0; column >= 0 && k < plan->sources[i].n_streams; k++) {
            plan->streams[plan->sources[i].streams[k]].needed[column] = true;
        }
    }
    for (uint32_t i = 0; i < plan->n_tables; i++) { /* of rows with one key the last is kept */
        struct plan_table *t = &plan->tables[i];
        for (uint32_t k = 0; k < t->n_primary_key; k++) t->needed[t->primary_key[k]] = true;
    }
}
