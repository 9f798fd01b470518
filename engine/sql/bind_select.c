/*
 * bind_select.c: one SELECT: its input, its conditions, and the road to its projection.
 *
 *     FROM -> FILTER (WHERE) -> [PLAN_OVER, or PLAN_GROUP -> FILTER (HAVING)] -> PROJECT
 *
 * A choice of columns and rows of a table makes no operators: it is a table again, for a join. What is more than that
 * is bind_derived.c's.
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

static bool aggregates_in(struct binder *b, const struct ast_expr *e)
{
    if (!e) return false;
    if (e->kind == AST_CALL && !e->over && fn_is_aggregate(b->functions, e->name)) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (aggregates_in(b, e->args[i])) return true;
    }
    return false;
}

/* Whether all rows are one group although no GROUP BY says so. */
bool bind_has_aggregates(struct binder *b, const struct ast_query *q)
{
    bool any = q->having != NULL;
    for (uint32_t i = 0; i < q->n_items; i++) any |= aggregates_in(b, q->items[i].expr);
    return any;
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
    return bind_is_grouped(q) || (b->answering && bind_has_aggregates(b, q))
               ? bind_grouped(b, q, from, out)
               : select_plain(b, q, from, out);
}

/* ---- a table, to be answered ---- */

/* FROM (VALUES (0)), for a SELECT without FROM. */
static const struct ast_from *one_row(struct binder *b, const struct ast_query *q)
{
    struct ast_expr *number = ARENA_NEW(b->arena, struct ast_expr);
    *number = (struct ast_expr){ .kind = AST_NUMBER, .text = str_c("0"), .at = q->at, .depth = 1 };
    struct ast_expr *row = ARENA_NEW(b->arena, struct ast_expr);
    *row = (struct ast_expr){ .kind = AST_ROW, .at = q->at, .n_args = 1, .depth = 2 };
    row->args = arena_dup(b->arena, &number, sizeof number);
    struct ast_query *values = ARENA_NEW(b->arena, struct ast_query);
    *values = (struct ast_query){ .kind = QUERY_VALUES, .at = q->at, .n_rows = 1, .depth = 3 };
    values->rows = arena_dup(b->arena, &row, sizeof row);
    struct ast_from *from = ARENA_NEW(b->arena, struct ast_from);
    *from = (struct ast_from){ .kind = FROM_VALUES, .at = q->at, .query = values, .depth = 4 };
    return from;
}

/* The rows of the table as those of a stream that has them once: a window is all of them. */
static struct status select_answer(struct binder *b, const struct ast_query *q, struct from *from,
                                   struct result *out)
{
    bool before = b->answering;
    if (!from->rows.node)
        TRY(bind_table_rows(b, from->at, from->table, from->table_filter, &from->rows));
    b->answering = true;
    struct status st = select_stream(b, q, from, out);
    b->answering = before;
    return st;
}

/* Columns of the table, and conditions: the table again. */
static bool is_choice(struct binder *b, const struct ast_query *q, const struct from *from)
{
    if (from->rows.node || bind_is_grouped(q) || q->having || q->distinct || q->n_order > 0 ||
        q->limit || bind_has_aggregates(b, q))
        return false;
    struct bind_env env = bind_env(b, &from->scope, "SELECT");
    struct items items = { 0 };
    if (bind_items(&env, q, &items).err != ERR_NONE) return true; /* which says what is wrong */
    for (size_t i = 0; i < items.count; i++) {
        if (items.items[i].expr->kind != EXPR_COLUMN) return false;
    }
    return true;
}

static struct status select_tables(struct binder *b, const struct ast_query *q, struct from *from,
                                   struct result *out)
{
    if (q->stream) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, q->at,
                          "SELECT STREAM reads a stream, and this FROM has tables only");
    }
    if (b->answers && b->depth == 1) return select_answer(b, q, from, out);
    if (is_choice(b, q, from)) return select_table(b, q, from, out);
    struct result rows = { 0 };
    TRY(select_answer(b, q, from, &rows));
    return bind_derived(b, q, &rows, NULL, out);
}

static struct status bind_select(struct binder *b, const struct ast_query *q,
                                 const struct with_name *with, struct result *out)
{
    struct from from;
    TRY(bind_from(b, q->from ? q->from : one_row(b, q), q, with, &from));
    if (q->from && q->from->over) {
        return status_new(b->arena, ERR_BAD_WINDOW, q->from->over->at,
                          "a window behind a stream stands on a side of a join; for sliding "
                          "aggregates it stands behind the function: SUM(x) OVER (...)");
    }
    if (from.has_window) return bind_needless_window(b, &from);
    from.scope.query = q;
    if (!from.rows.node || from.of_tables) return select_tables(b, q, &from, out);
    if (q->limit) {
        struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, q->limit->at,
                                      "LIMIT has no meaning on a stream, which has no end");
        return status_with_hint(st, "TABLE(TOP_K_ITEMS_TUMBLING(...)) gives the first of a window");
    }
    return select_stream(b, q, &from, out);
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
