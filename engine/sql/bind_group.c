/*
 * bind_group.c: GROUP BY and WINDOWED BY STAGGER, HAVING, aggregates.
 *
 *     stream -> PLAN_GROUP (keys, then aggregates) -> FILTER (HAVING) -> PROJECT
 *
 * Select list and HAVING are bound over the input's columns first, with each aggregate standing as a column of its own
 * numbers (AGG_BASE and up); then they are mapped to the operator's output: what equals a grouping key by structure
 * becomes that key's column, what is left of the input is an error. Above the operator a row's time is the end of its
 * window.
 */

#include "sql/bind_select.h"

#include "sql/expr_text.h"

struct group {
    const struct from *from;
    struct rows        input;
    ARRAY(struct expr *) keys;
    struct mono       *monos; /* of the keys */
    ARRAY(struct plan_agg) aggs;
    struct plan_window window;
    uint32_t           window_key; /* index of the key that the window is of; UINT32_MAX: none */
};

/* ---- aggregates ---- */

static struct status misplaced(struct bind_env *env, const struct ast_expr *e)
{
    struct binder *b = env->b;
    if (env->inside.len > 0) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "%.*s is nested in %.*s: aggregates take plain values", STR_ARG(e->name),
                          STR_ARG(env->inside));
    }
    if (strcmp(env->clause, "SELECT") == 0 || strcmp(env->clause, "ORDER BY") == 0) {
        struct status st = status_new(b->arena, ERR_GROUPING, e->at,
                                      "%.*s of a stream needs a GROUP BY that says when a group is "
                                      "complete",
                                      STR_ARG(e->name));
        return status_with_hint(st, "for example GROUP BY STEP(s.ROWTIME BY INTERVAL '1' MINUTE)");
    }
    struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                  "aggregate %.*s is not allowed in %s", STR_ARG(e->name),
                                  env->clause);
    return status_with_hint(st, "HAVING filters groups");
}

static struct status count_distinct(struct binder *b, const struct ast_expr *e)
{
    struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, e->at,
                                  "COUNT(DISTINCT x) is not allowed on streams");
    return status_with_hint(st, "TABLE(COUNT_DISTINCT_ITEMS_TUMBLING(CURSOR(...), 'x', seconds)) "
                                "counts distinct values");
}

static struct status needs_over(struct binder *b, const struct ast_expr *e)
{
    struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                  "%.*s stands with a window only: %.*s(...) OVER (...)",
                                  STR_ARG(e->name), STR_ARG(e->name));
    return status_with_hint(st, "for example OVER (ROWS 10 PRECEDING)");
}

bool plan_agg_equal(const struct plan_agg *a, const struct plan_agg *b)
{
    if (a->agg.agg != b->agg.agg || a->n_args != b->n_args || a->distinct != b->distinct ||
        a->ignore_nulls != b->ignore_nulls) {
        return false;
    }
    for (uint32_t i = 0; i < a->n_args; i++) {
        if (!expr_equal(a->args[i], b->args[i])) return false;
    }
    return true;
}

static struct expr *add_agg(struct binder *b, struct group *g, const struct plan_agg *agg,
                            struct span at)
{
    size_t i = 0;
    while (i < g->aggs.count && !plan_agg_equal(&g->aggs.items[i], agg)) i++;
    if (i == g->aggs.count) *array_push(b->arena, &g->aggs) = *agg;
    return expr_column(b->arena, AGG_BASE + (uint32_t)i, agg->type, at);
}

struct status bind_agg_args(struct bind_env *env, const struct ast_expr *e, struct plan_agg *agg)
{
    struct binder *b = env->b;
    struct arena *a = b->arena;
    struct bind_env inner = bind_env(b, env->scope, env->clause);
    inner.inside = e->name;
    agg->n_args = e->star ? 0 : e->n_args;
    agg->args = ARENA_ARRAY(a, struct expr *, e->n_args + 1);
    struct type *types = ARENA_ARRAY(a, struct type, e->n_args + 1);
    const struct value **constants = ARENA_ARRAY(a, const struct value *, e->n_args + 1);
    for (uint32_t i = 0; i < agg->n_args; i++) {
        TRY(bind_expr(&inner, e->args[i], &agg->args[i]));
        if (agg->args[i]->record)
            return bind_whole_record(b, agg->args[i]->record, e->args[i]->at);
        types[i] = agg->args[i]->type;
        constants[i] = expr_is_constant(agg->args[i]) ? &agg->args[i]->constant : NULL;
    }
    TRY(agg_resolve(b->functions, a, e->name, e->at, e->star, types, constants, agg->n_args,
                    &agg->agg));
    TRY(bind_declared_args(b, agg->agg.declared, agg->args, agg->n_args));
    for (uint32_t i = 0; i < agg->n_args; i++) {
        struct expr *arg = agg->args[i];
        TRY(bind_cast(b, arg, agg->agg.args[i], false, arg->at, &agg->args[i]));
    }
    agg->type = agg->agg.result;
    return OK;
}

struct status bind_aggregate(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    if (fn_is_analytic(env->b->functions, e->name)) return needs_over(env->b, e);
    if (!env->group) return misplaced(env, e);
    if (e->distinct && str_equal_c(e->name, "COUNT") && !env->b->answering)
        return count_distinct(env->b, e);
    struct plan_agg agg = { 0 };
    TRY(bind_agg_args(env, e, &agg));
    bool extreme = str_equal_c(e->name, "MIN") || str_equal_c(e->name, "MAX");
    agg.distinct = e->distinct && !extreme; /* */
    agg.ignore_nulls = e->null_treatment == NULLS_IGNORE;
    *out = add_agg(env->b, env->group, &agg, e->at);
    return bind_declared_result(env->b, agg.agg.declared, e->at, out);
}

/* ---- keys ---- */

/* The item that GROUP BY names by its alias, when no column has the name (L-60). */
static const struct ast_expr *aliased(const struct ast_query *q, const struct scope *scope,
                                      const struct ast_expr *e)
{
    if (e->kind != AST_COLUMN || e->n_names != 1 || scope_has_column(scope, e->names[0].text)) {
        return e;
    }
    for (uint32_t i = 0; i < q->n_items; i++) {
        const struct ast_item *item = &q->items[i];
        if (item->alias.text.len == 0 || !str_equal(&item->alias.text, &e->names[0].text)) continue;
        return item->expr;
    }
    return e;
}

static void add_key(struct binder *b, struct group *g, struct expr *key)
{
    for (size_t i = 0; i < g->keys.count; i++) {
        if (expr_equal(g->keys.items[i], key)) return;
    }
    *array_push(b->arena, &g->keys) = key;
}

static struct status bind_keys(struct bind_env *env, const struct ast_query *q, struct group *g)
{
    for (uint32_t i = 0; i < q->n_group; i++) {
        struct expr *key;
        TRY(bind_expr(env, aliased(q, env->scope, q->group[i]), &key));
        if (key->type.kind == TYPE_NULL) {
            return status_new(env->b->arena, ERR_UNTYPED_NULL, q->group[i]->at,
                              "a grouping expression of NULL has no type");
        }
        if (key->record) return bind_whole_record(env->b, key->record, q->group[i]->at);
        add_key(env->b, g, key);
    }
    uint32_t n = (uint32_t)g->keys.count;
    g->monos = ARENA_ARRAY(env->b->arena, struct mono, n + 1);
    for (uint32_t i = 0; i < n; i++) g->monos[i] = mono_of(g->keys.items[i], g->input.monos);
    return OK;
}

/* ---- windows ---- */

static struct status not_monotonic(struct binder *b, const struct ast_query *q)
{
    struct span at = q->group_at.line ? q->group_at : q->at;
    struct status st = status_new(b->arena, ERR_NOT_MONOTONIC, at,
                                  "GROUP BY of a stream needs a monotonic expression, such as "
                                  "STEP(s.ROWTIME BY INTERVAL '1' MINUTE)");
    return status_with_hint(st, "a column that only rises or only falls: MONOTONIC(column)");
}

/* The monotonic key whose change completes a window: the one on ROWTIME if there is one. */
static struct status choose_window(struct binder *b, const struct ast_query *q, struct group *g)
{
    uint32_t n_rowtime = 0, best = UINT32_MAX;
    if (b->answering) {
        g->window = (struct plan_window){ .kind = WINDOW_ROWTIME };
        return OK;
    }
    for (uint32_t i = 0; i < g->keys.count; i++) {
        struct mono m = g->monos[i];
        if (m.of_rowtime && ++n_rowtime > 1) {
            return status_new(b->arena, ERR_GROUPING, g->keys.items[i]->at,
                              "a second expression of ROWTIME in GROUP BY: one says when a group "
                              "is complete");
        }
        if (!mono_is_known(m)) continue;
        if (best == UINT32_MAX || (m.of_rowtime && !g->monos[best].of_rowtime)) best = i;
    }
    if (best == UINT32_MAX) return not_monotonic(b, q);
    g->window_key = best;
    g->window = mono_window(g->monos[best], best);
    return OK;
}

static struct status stagger_window(struct binder *b, const struct ast_query *q, struct group *g)
{
    struct value v;
    TRY(bind_constant(b, q->stagger_range, "the length of a stagger window", &v));
    if (v.type.kind != TYPE_INTERVAL_DAY || v.null || v.i64 <= 0) {
        return status_new(b->arena, ERR_BAD_WINDOW, q->stagger_range->at,
                          "the length of a stagger window is a day-time interval above zero");
    }
    g->window = (struct plan_window){ .kind = WINDOW_STAGGER, .step_ms = v.i64 };
    g->window_key = UINT32_MAX;
    return OK;
}

/* ---- from the input's columns to the operator's ---- */

static bool mono_equal(struct mono a, struct mono b)
{
    return a.kind == b.kind && a.kind == MONO_STEPS && a.step_ms == b.step_ms &&
           a.origin_ms == b.origin_ms && a.num == b.num && a.den == b.den && a.shift == b.shift;
}

static bool reads_agg(const struct expr *e)
{
    if (e->kind == EXPR_COLUMN && e->column >= AGG_BASE) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (reads_agg(e->args[i])) return true;
    }
    return false;
}

/* The key that e is, by structure, or as another spelling of the window's time; UINT32_MAX: none. */
static uint32_t key_of(const struct group *g, const struct expr *e)
{
    for (uint32_t i = 0; i < g->keys.count; i++) {
        if (expr_equal(g->keys.items[i], e)) return i;
    }
    uint32_t w = g->window_key;
    if (w == UINT32_MAX || e->kind != EXPR_CALL || reads_agg(e)) return UINT32_MAX;
    bool same = type_equal(e->type, g->keys.items[w]->type) &&
                mono_equal(mono_of(e, g->input.monos), g->monos[w]);
    return same ? w : UINT32_MAX;
}

struct group_map {
    struct binder      *b;
    const struct group *group;
    const struct expr  *whole; /* the expression that is mapped */
};

static struct status not_grouped(struct group_map *m, const struct expr *e)
{
    const struct schema *s = &m->group->input.node->out;
    struct str name = e->kind == EXPR_COLUMN ? s->columns[e->column].name : str_c("ROWTIME");
    struct status st = status_new(m->b->arena, ERR_GROUPING, e->at,
                                  "\"%.*s\" is neither grouped nor aggregated", STR_ARG(name));
    if (e->kind == EXPR_ROWTIME) {
        return status_with_hint(st, "write the expression as in GROUP BY; ROWTIME without a "
                                    "qualifier is the end of the window");
    }
    return status_with_hint(st, str_format_c(m->b->arena, "add \"%.*s\" to GROUP BY, or take MAX "
                                                          "of it",
                                             STR_ARG(name)));
}

static struct status map_expr(struct group_map *m, struct expr *e, struct expr **out)
{
    struct arena *a = m->b->arena;
    uint32_t n_keys = (uint32_t)m->group->keys.count;
    uint32_t key = key_of(m->group, e);
    if (key != UINT32_MAX) {
        *out = expr_column(a, key, e->type, e->at);
        return OK;
    }
    if (e->kind == EXPR_COLUMN) {
        if (e->column < AGG_BASE) return not_grouped(m, e);
        *out = expr_column(a, n_keys + (e->column - AGG_BASE), e->type, e->at);
        return OK;
    }
    if (e->kind == EXPR_ROWTIME) {
        if (e->label.len > 0 && e != m->whole) return not_grouped(m, e);
        *out = expr_rowtime(a, e->at);
        return OK;
    }
    struct expr **args = ARENA_ARRAY(a, struct expr *, e->n_args + 1);
    for (uint32_t i = 0; i < e->n_args; i++) TRY(map_expr(m, e->args[i], &args[i]));
    struct expr *copy = arena_dup(a, e, sizeof *e);
    copy->args = args;
    *out = copy;
    return OK;
}

/* An expression of the select list, HAVING or ORDER BY over the operator's output. */
static struct status map_whole(void *arg, struct expr *e, struct expr **out)
{
    struct group_map *m = arg;
    m->whole = e;
    return map_expr(m, e, out);
}

/* ---- the operator ---- */

/* Columns of the operator are called by what they are, for EXPLAIN; no query sees the names. */
static struct str key_name(struct binder *b, const struct group *g, uint32_t i)
{
    const struct expr *key = g->keys.items[i];
    const struct schema *s = &g->input.node->out;
    if (key->kind == EXPR_COLUMN) return s->columns[key->column].name;
    struct buf text = { 0 };
    expr_print(&text, key, s);
    bool closed = text.data[text.len - 1] == ')';
    struct str name = str_format(b->arena, closed ? "%.*s" : "(%.*s)", (int)text.len, text.data);
    buf_free(&text);
    return name;
}

static struct str agg_name(struct binder *b, const struct group *g, const struct plan_agg *agg)
{
    struct buf text = { 0 };
    expr_print_agg(&text, agg, &g->input.node->out);
    struct str name = str_copy(b->arena, str_view(text.data, text.len));
    buf_free(&text);
    return name;
}

static struct status group_node(struct binder *b, const struct ast_query *q, struct group *g,
                                struct rows *out)
{
    uint32_t n_keys = (uint32_t)g->keys.count, n = n_keys + (uint32_t)g->aggs.count;
    struct schema s = { arena_calloc(b->arena, (n + 1) * sizeof *s.columns), n };
    out->monos = arena_calloc(b->arena, (n + 1) * sizeof *out->monos);
    for (uint32_t i = 0; i < n_keys; i++) {
        const struct expr *key = g->keys.items[i];
        s.columns[i] = (struct column){ .name = key_name(b, g, i), .type = key->type };
        if (key->kind == EXPR_COLUMN) s.columns[i].at = key->at;
        s.columns[i].not_null = expr_is_not_null(key, &g->input.node->out);
        out->monos[i] = mono_after(g->monos[i], g->window, i == g->window_key);
    }
    for (uint32_t i = n_keys; i < n; i++) {
        const struct plan_agg *agg = &g->aggs.items[i - n_keys];
        s.columns[i] = (struct column){ .name = agg_name(b, g, agg), .type = agg->type };
        s.columns[i].not_null = strcmp(agg->agg.agg->name, "COUNT") == 0;
    }
    TRY(binder_node(b, PLAN_GROUP, q->group_at.line ? q->group_at : q->at, &s, &out->node));
    struct plan_node *node = out->node;
    node->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    node->inputs[0] = g->input.node;
    node->n_inputs = 1;
    node->keys = g->keys.items;
    node->n_keys = n_keys;
    node->aggs = g->aggs.items;
    node->n_aggs = (uint32_t)g->aggs.count;
    node->window = g->window;
    return OK;
}

static struct status bind_having(struct bind_env *env, const struct ast_query *q,
                                 struct group_map *map, struct expr **out)
{
    if (!q->having) return OK;
    struct bind_env inner = *env;
    inner.clause = "HAVING";
    inner.windows = NULL;
    struct expr *having;
    TRY(bind_condition(&inner, q->having, &having));
    return map_whole(map, having, out);
}

struct status bind_grouped(struct binder *b, const struct ast_query *q, const struct from *from,
                           struct result *out)
{
    struct group g = { .from = from, .input = from->rows, .window_key = UINT32_MAX };
    struct bind_env env = bind_env(b, &from->scope, q->stagger ? "PARTITION BY" : "GROUP BY");
    TRY(bind_keys(&env, q, &g));
    TRY(q->stagger ? stagger_window(b, q, &g) : choose_window(b, q, &g));

    struct items items = { 0 };
    env.clause = "SELECT";
    env.group = &g;
    TRY(bind_items(&env, q, &items));
    struct group_map map = { .b = b, .group = &g };
    for (size_t i = 0; i < items.count; i++) {
        TRY(map_whole(&map, items.items[i].expr, &items.items[i].expr));
    }
    struct expr *having = NULL;
    TRY(bind_having(&env, q, &map, &having));

    struct order order = { 0 };
    TRY(bind_order(&env, q, &items, map_whole, &map, &order));

    struct rows rows;
    TRY(group_node(b, q, &g, &rows));
    if (having) TRY(binder_filter(b, &rows, having, "HAVING", q->having->at));
    return bind_result(b, q, &rows, &items, &order, out);
}

/* ---- one group, without an operator ---- */

static struct str column_name(const struct scope *s, uint32_t column)
{
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        for (uint32_t c = 0; c < r->n_columns; c++) {
            const struct expr *e = r->columns[c].expr;
            if (e->kind == EXPR_COLUMN && e->column == column) return r->columns[c].name;
        }
    }
    return str_c("a column");
}

/* Columns of the row outside are as good as constants. */
static struct status check_aggregated(struct binder *b, const struct scope *s, const struct expr *e)
{
    if (e->kind == EXPR_COLUMN && e->column < AGG_BASE) {
        struct str name = column_name(s, e->column);
        return status_new(b->arena, ERR_GROUPING, e->at,
                          "\"%.*s\" is neither grouped nor aggregated",
                          STR_ARG(name));
    }
    for (uint32_t i = 0; i < e->n_args; i++) TRY(check_aggregated(b, s, e->args[i]));
    return OK;
}

struct status bind_one_group(struct bind_env *env, const struct ast_query *q, struct items *items,
                             struct plan_agg **aggs, uint32_t *n_aggs)
{
    struct group g = { 0 };
    struct bind_env inner = *env;
    inner.group = &g;
    TRY(bind_items(&inner, q, items));
    for (size_t i = 0; i < items->count; i++)
        TRY(check_aggregated(env->b, env->scope, items->items[i].expr));
    *aggs = g.aggs.items;
    *n_aggs = (uint32_t)g.aggs.count;
    return OK;
}
