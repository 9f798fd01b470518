/*
 * bind_select.c: one SELECT: its input, its conditions, and the road to its projection.
 *
 *     FROM -> FILTER (WHERE) -> [PLAN_OVER, or PLAN_GROUP -> FILTER (HAVING)] -> PROJECT
 *
 * A SELECT over a table alone makes no operators: it is a table again, with fewer columns and rows, for a join.
 */

#include "sql/bind_select.h"

/* ---- a table alone ---- */

static struct status table_items(struct binder *b, const struct items *items, struct result *out)
{
    out->columns = ARENA_ARRAY(b->arena, struct result_column, items->count + 1);
    out->table_columns = ARENA_ARRAY(b->arena, uint32_t, items->count + 1);
    const struct schema *s = &b->catalog->tables.items[out->table].schema;
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        if (item->expr->kind != EXPR_COLUMN) {
            return binder_unsupported(b, item->at, "an expression in a query over a table alone");
        }
        uint32_t column = item->expr->column;
        struct result_column *c = &out->columns[out->n_columns];
        *c = item->column;
        c->type = item->expr->type;
        c->not_null = s->columns[column].not_null;
        out->table_columns[out->n_columns++] = column;
    }
    return OK;
}

static struct status select_table(struct binder *b, const struct ast_query *q,
                                  const struct from *from, struct result *out)
{
    if (q->stream) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, q->at,
                          "SELECT STREAM reads a stream, and this FROM has tables only");
    }
    if (bind_is_grouped(q) || q->having || q->distinct || q->n_order > 0) {
        return binder_unsupported(b, q->at, "grouping, sorting or DISTINCT of a table alone");
    }
    *out = (struct result){ .table = from->table, .table_filter = from->table_filter };
    if (q->where) {
        struct bind_env env = bind_env(b, &from->scope, "WHERE");
        struct expr *where;
        TRY(bind_condition(&env, q->where, &where));
        out->table_filter = expr_and(b->arena, out->table_filter, where);
    }
    struct bind_env env = bind_env(b, &from->scope, "SELECT");
    struct items items = { 0 };
    TRY(bind_items(&env, q, &items));
    return table_items(b, &items, out);
}

/* ---- a stream ---- */

static struct status select_plain(struct binder *b, const struct ast_query *q,
                                  const struct from *from, struct result *out)
{
    struct rows rows = from->rows;
    struct windows windows = { .items = q->windows, .n_items = q->n_windows,
                               .n_input = rows.node->out.n_columns };
    struct bind_env env = bind_env(b, &from->scope, "SELECT");
    env.windows = &windows;
    struct items items = { 0 };
    if (q->having) {
        return status_new(b->arena, ERR_GROUPING, q->having->at,
                          "HAVING filters groups and needs a GROUP BY");
    }
    TRY(bind_items(&env, q, &items));
    struct order order = { 0 };
    TRY(bind_order(&env, q, &items, NULL, NULL, &order));
    TRY(bind_over_node(b, q, &windows, &rows));
    return bind_result(b, q, &rows, &items, &order, out);
}

static struct status select_stream(struct binder *b, const struct ast_query *q, struct from *from,
                                   struct result *out)
{
    if (q->where) {
        struct bind_env env = bind_env(b, &from->scope, "WHERE");
        struct expr *where;
        TRY(bind_condition(&env, q->where, &where));
        TRY(binder_filter(b, &from->rows, where, "WHERE", q->where->at));
    }
    return bind_is_grouped(q) ? bind_grouped(b, q, from, out) : select_plain(b, q, from, out);
}

static struct status bind_select(struct binder *b, const struct ast_query *q,
                                 const struct with_name *with, struct result *out)
{
    if (!q->from) return binder_unsupported(b, q->at, "SELECT without FROM");
    if (q->limit) {
        struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, q->limit->at,
                                      "LIMIT has no meaning on a stream, which has no end");
        return status_with_hint(st, "TABLE(TOP_K_ITEMS_TUMBLING(...)) gives the first of a window");
    }
    struct from from;
    TRY(bind_from(b, q->from, q, with, &from));
    if (q->from->over) {
        return status_new(b->arena, ERR_BAD_WINDOW, q->from->over->at,
                          "a window behind a stream stands on a side of a join; for sliding "
                          "aggregates it stands behind the function: SUM(x) OVER (...)");
    }
    if (from.has_window) return bind_needless_window(b, &from);
    from.scope.query = q;
    return from.rows.node ? select_stream(b, q, &from, out) : select_table(b, q, &from, out);
}

/* ---- any query ---- */

static struct status bind_any(struct binder *b, const struct ast_query *q,
                              const struct with_name *with, struct result *out)
{
    struct with_name *names = ARENA_ARRAY(b->arena, struct with_name, q->n_with + 1);
    for (uint32_t i = 0; i < q->n_with; i++) {
        names[i] = (struct with_name){ q->with_names[i].text, q->with_queries[i], with };
        with = &names[i];
    }
    switch (q->kind) {
    case QUERY_SELECT: return bind_select(b, q, with, out);
    case QUERY_VALUES: return bind_values(b, q, out);
    default: return bind_set(b, q, with, out);
    }
}

struct status bind_query(struct binder *b, const struct ast_query *q, const struct with_name *with,
                         struct result *out)
{
    TRY(binder_enter(b, q->at));
    struct status st = bind_any(b, q, with, out);
    binder_leave(b);
    return st;
}
