/*
 * bind_order.c: ORDER BY of a stream: its first expression must be made of time and monotonic (dialect 6.8).
 *
 * What rows are sorted by is computed with the select list, before they wait, in columns behind its own:
 *
 *     SELECT STREAM s.N ... ORDER BY FLOOR(s.ROWTIME TO MINUTE), s.R DESC
 *     PROJECT N, FLOOR(ROWTIME TO MINUTE), R  ->  SORT by columns 2, 3 DESC  ->  PROJECT N
 */

#include "sql/bind_select.h"

static struct status bad_order(struct binder *b, struct span at)
{
    struct status st = status_new(b->arena, ERR_BAD_ORDER_BY, at,
                                  "ORDER BY of a stream begins with a monotonic expression of "
                                  "time");
    return status_with_hint(st, "for example ORDER BY FLOOR(s.ROWTIME TO SECOND), score DESC");
}

/* ---- what an expression of ORDER BY means ---- */

/* The item that a position or an alias names; NULL: neither. */
static const struct item *item_named(const struct ast_query *q, const struct scope *scope,
                                     const struct items *items, const struct ast_expr *e)
{
    if (e->kind == AST_NUMBER) {
        int64_t position = 0;
        const char *s = str_data(&e->text);
        for (uint32_t i = 0; i < e->text.len && position < LIMIT_COLUMNS; i++) {
            if (s[i] < '0' || s[i] > '9') return NULL;
            position = position * 10 + (s[i] - '0');
        }
        bool there = position >= 1 && (size_t)position <= items->count;
        return there ? &items->items[position - 1] : NULL;
    }
    bool alias = e->kind == AST_COLUMN && e->n_names == 1 &&
                 !scope_has_column(scope, e->names[0].text);
    for (size_t i = 0; alias && q && i < items->count; i++) {
        const struct result_column *c = &items->items[i].column;
        if (c->explicit_name && str_equal(&c->name, &e->names[0].text)) return &items->items[i];
    }
    return NULL;
}

static struct status bind_key(struct bind_env *env, const struct ast_query *q,
                              const struct items *items, const struct ast_expr *tree, item_map map,
                              void *arg, struct order_key *out)
{
    const struct item *item = item_named(q, env->scope, items, tree);
    if (item) {
        out->expr = item->expr; /* mapped already */
        out->of_result = item->is_rowtime;
        return OK;
    }
    if (tree->kind == AST_NUMBER) {
        return status_new(env->b->arena, ERR_BAD_ORDER_BY, tree->at,
                          "ORDER BY names no item of the select list by %.*s", STR_ARG(tree->text));
    }
    struct expr *e;
    TRY(bind_expr(env, tree, &e));
    if (e->record) return bind_whole_record(env->b, e->record, tree->at);
    if (map) TRY(map(arg, e, &e));
    if (e->type.kind == TYPE_NULL) e = expr_null(env->b->arena, type_of(TYPE_BOOLEAN), e->at);
    out->expr = e;
    /* A bare ROWTIME is the time of the row that comes out. */
    out->of_result = e->kind == EXPR_ROWTIME && e->label.len == 0;
    return OK;
}

/* ---- WITHIN ---- */

/* ORDER BY ts WITHIN interval: ts is also the item AS ROWTIME. */
static struct status bind_within(struct bind_env *env, const struct ast_query *q,
                                 const struct items *items, struct order *order)
{
    struct binder *b = env->b;
    const struct expr *key = order->keys[0].expr;
    struct value v;
    TRY(bind_constant(b, q->within, "the interval of WITHIN", &v));
    if (v.type.kind != TYPE_INTERVAL_DAY || v.null || v.i64 < 0) {
        return status_new(b->arena, ERR_BAD_ORDER_BY, q->within->at,
                          "ORDER BY ... WITHIN takes a day-time interval");
    }
    bool is_time = key->type.kind == TYPE_TIMESTAMP && key->kind != EXPR_ROWTIME;
    if (q->n_order != 1 || q->order[0].descending || !is_time) {
        return status_new(b->arena, ERR_BAD_ORDER_BY, q->order[0].expr->at,
                          "ORDER BY ... WITHIN takes one TIMESTAMP other than ROWTIME, ascending");
    }
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        if (!item->is_rowtime || !expr_equal(item->expr, key)) continue;
        order->within = true;
        order->within_ms = v.i64;
        return OK;
    }
    return status_new(b->arena, ERR_BAD_ORDER_BY, q->order[0].expr->at,
                      "ORDER BY ... WITHIN needs its expression in the select list AS ROWTIME");
}

/* ---- the whole list ---- */

struct status bind_order(struct bind_env *env, const struct ast_query *q, const struct items *items,
                         item_map map, void *arg, struct order *out)
{
    struct binder *b = env->b;
    if (q->n_order == 0) return OK;
    struct bind_env inner = *env;
    inner.clause = "ORDER BY";
    *out = (struct order){ .at = q->order_at.line ? q->order_at : q->order[0].expr->at };
    out->keys = arena_calloc(b->arena, q->n_order * sizeof *out->keys);
    for (uint32_t i = 0; i < q->n_order; i++) {
        TRY(bind_key(&inner, q, items, q->order[i].expr, map, arg, &out->keys[i]));
        out->keys[i].descending = q->order[i].descending;
    }
    out->n_keys = q->n_order;
    return q->within ? bind_within(&inner, q, items, out) : OK;
}

/* Whether the first key, over rows whose columns move like monos, says when rows can go. */
static struct status check_first(struct binder *b, const struct ast_query *q,
                                 const struct rows *rows, struct order *order)
{
    struct order_key *first = &order->keys[0];
    if (order->within) return OK;
    if (first->of_result) {
        first->mono = mono_of(expr_rowtime(b->arena, first->expr->at), NULL);
    } else {
        first->mono = mono_of(first->expr, rows->monos);
    }
    if (!mono_is_known(first->mono) || !first->mono.of_rowtime) {
        return bad_order(b, q->order[0].expr->at);
    }
    if (order->n_keys == 1 && first->expr->kind == EXPR_ROWTIME && !first->descending) {
        binder_warn(b, ERR_BAD_ORDER_BY, q->order[0].expr->at,
                    "ORDER BY ROWTIME alone changes nothing: rows of a stream are in that order");
        order->n_keys = 0;
    }
    return OK;
}

/* ---- the operators ---- */

/* The item's place among the columns of the projection; UINT32_MAX: it has none. */
static uint32_t column_of(const struct items *items, const struct expr *e)
{
    uint32_t column = 0;
    for (size_t i = 0; i < items->count; i++) {
        if (items->items[i].is_rowtime) continue;
        if (expr_equal(items->items[i].expr, e)) return column;
        column++;
    }
    return UINT32_MAX;
}

static uint32_t n_columns_of(const struct items *items)
{
    uint32_t n = 0;
    for (size_t i = 0; i < items->count; i++) n += !items->items[i].is_rowtime;
    return n;
}

/* Keys as columns of the projection of `items`, to which those that are not there are added. */
static struct expr **key_columns(struct binder *b, const struct order *order, struct items *items)
{
    struct expr **keys = ARENA_ARRAY(b->arena, struct expr *, order->n_keys + 1);
    for (uint32_t i = 0; i < order->n_keys; i++) {
        struct expr *e = order->keys[i].expr;
        if (order->keys[i].of_result && !order->within) {
            keys[i] = expr_rowtime(b->arena, e->at);
            continue;
        }
        uint32_t column = column_of(items, e);
        if (column == UINT32_MAX) {
            column = n_columns_of(items);
            struct item hidden = { .expr = e, .at = e->at };
            hidden.column.name = str_format(b->arena, "$order%u", i + 1);
            *array_push(b->arena, items) = hidden;
        }
        keys[i] = expr_column(b->arena, column, e->type, e->at);
    }
    return keys;
}

static struct plan_window window_of_order(const struct order *order, bool retimed)
{
    const struct order_key *first = &order->keys[0];
    if (retimed && !first->of_result) return (struct plan_window){ .kind = WINDOW_CHANGE };
    return mono_window(first->mono, 0);
}

static struct status sort_node(struct binder *b, const struct order *order, struct expr **keys,
                               struct rows *rows)
{
    struct plan_node *input = rows->node, *n = NULL;
    TRY(binder_node(b, PLAN_SORT, order->at, &input->out, &n));
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = input;
    n->n_inputs = 1;
    n->keys = keys;
    n->n_keys = order->n_keys;
    n->sort.descending = ARENA_ARRAY(b->arena, bool, order->n_keys);
    for (uint32_t i = 0; i < order->n_keys; i++) {
        n->sort.descending[i] = order->keys[i].descending;
    }
    n->sort.within = order->within;
    n->sort.within_ms = order->within_ms;
    n->window = window_of_order(order, input->rowtime != NULL);
    rows->node = n;
    return OK;
}

/* The first n_columns columns alone. */
static struct status drop_hidden(struct binder *b, uint32_t n_columns, struct rows *rows)
{
    struct schema s = { rows->node->out.columns, n_columns };
    struct plan_node *n = NULL;
    TRY(binder_node(b, PLAN_PROJECT, rows->node->at, &s, &n));
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = rows->node;
    n->n_inputs = 1;
    n->exprs = ARENA_ARRAY(b->arena, struct expr *, n_columns + 1);
    for (uint32_t i = 0; i < n_columns; i++) {
        n->exprs[i] = expr_column(b->arena, i, s.columns[i].type, s.columns[i].at);
    }
    rows->node = n;
    return OK;
}

/* With WITHIN it is the sort that sets the rows' time. */
static void keep_time(struct items *items)
{
    size_t n = 0;
    for (size_t i = 0; i < items->count; i++) {
        if (!items->items[i].is_rowtime) items->items[n++] = items->items[i];
    }
    items->count = n;
}

static void find_rowtime(const struct items *items, struct result *out)
{
    for (size_t i = 0; i < items->count; i++) {
        if (!items->items[i].is_rowtime) continue;
        out->sets_rowtime = true;
        out->rowtime_at = (uint32_t)i;
    }
}

/* The rows of a table are of one time: what they are sorted by stands behind it. */
static void order_within_time(struct binder *b, struct order *order)
{
    struct order_key *keys = arena_calloc(b->arena, (order->n_keys + 1) * sizeof *keys);
    keys[0] = (struct order_key){ .expr = expr_rowtime(b->arena, order->at), .of_result = true };
    memcpy(keys + 1, order->keys, order->n_keys * sizeof *keys);
    order->keys = keys;
    order->n_keys++;
}

struct status bind_result(struct binder *b, const struct ast_query *q, const struct rows *rows,
                          const struct items *items, struct order *order, struct result *out)
{
    if (order->n_keys > 0 && b->answering) order_within_time(b, order);
    if (order->n_keys > 0) TRY(check_first(b, q, rows, order));
    bool sorts = order->n_keys > 0;
    if (!sorts && !q->distinct) return bind_project(b, q, rows, items, out);
    struct items all = { 0 };
    for (size_t i = 0; i < items->count; i++) *array_push(b->arena, &all) = items->items[i];
    uint32_t n_columns = n_columns_of(&all);
    bool within = sorts && order->within;
    if (within) keep_time(&all);
    struct expr **keys = sorts ? key_columns(b, order, &all) : NULL;
    TRY(bind_project(b, q, rows, &all, out));
    if (q->distinct) TRY(bind_distinct(b, q, rows, items, &out->rows));
    out->n_columns = n_columns;
    if (!sorts) return OK;
    TRY(sort_node(b, order, keys, &out->rows));
    if (within) {
        find_rowtime(items, out);
        memset(out->rows.monos, 0, out->rows.node->out.n_columns * sizeof *out->rows.monos);
    }
    return out->rows.node->out.n_columns > n_columns ? drop_hidden(b, n_columns, &out->rows) : OK;
}
