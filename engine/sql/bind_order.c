/*
 * bind_order.c: ORDER BY of a stream: its first expression must be made of time and monotonic (dialect 6.8).
 */

#include "sql/bind_select.h"

static struct status bad_order(struct binder *b, struct span at)
{
    struct status st = status_new(b->arena, ERR_BAD_ORDER_BY, at,
                                  "ORDER BY of a stream begins with a monotonic expression of "
                                  "time");
    return status_with_hint(st, "for example ORDER BY FLOOR(s.ROWTIME TO SECOND), score DESC");
}

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
                              void *arg, struct expr **out)
{
    const struct item *item = item_named(q, env->scope, items, tree);
    if (item) {
        *out = item->expr; /* mapped already */
        return OK;
    }
    if (tree->kind == AST_NUMBER) {
        return status_new(env->b->arena, ERR_BAD_ORDER_BY, tree->at,
                          "ORDER BY names no item of the select list by %.*s", STR_ARG(tree->text));
    }
    struct expr *e;
    TRY(bind_expr(env, tree, &e));
    if (!map) {
        *out = e;
        return OK;
    }
    return map(arg, e, out);
}

/* ORDER BY ts WITHIN interval: ts is also the item AS ROWTIME. */
static struct status bind_within(struct bind_env *env, const struct ast_query *q,
                                 const struct items *items, const struct expr *key)
{
    struct binder *b = env->b;
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
        if (item->is_rowtime && expr_equal(item->expr, key)) {
            return binder_unsupported(b, q->order_at.line ? q->order_at : q->at,
                                      "ORDER BY ... WITHIN");
        }
    }
    return status_new(b->arena, ERR_BAD_ORDER_BY, q->order[0].expr->at,
                      "ORDER BY ... WITHIN needs its expression in the select list AS ROWTIME");
}

struct status bind_order(struct bind_env *env, const struct ast_query *q, const struct items *items,
                         const struct rows *rows, item_map map, void *arg)
{
    struct binder *b = env->b;
    struct expr *first = NULL;
    for (uint32_t i = 0; i < q->n_order; i++) {
        struct expr *key;
        TRY(bind_key(env, q, items, q->order[i].expr, map, arg, &key));
        if (i == 0) first = key;
    }
    if (q->within) return bind_within(env, q, items, first);
    struct mono m = mono_of(first, rows->monos);
    if (!mono_is_known(m) || !m.of_rowtime) return bad_order(b, q->order[0].expr->at);
    if (q->n_order == 1 && first->kind == EXPR_ROWTIME && !q->order[0].descending) {
        binder_warn(b, ERR_BAD_ORDER_BY, q->order[0].expr->at,
                    "ORDER BY ROWTIME alone changes nothing: rows of a stream are in that order");
        return OK;
    }
    return binder_unsupported(b, q->order_at.line ? q->order_at : q->order[0].expr->at,
                              "ORDER BY on a stream");
}
