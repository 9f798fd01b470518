/*
 * bind_derived.c: queries over tables alone that are more than a choice of columns and rows: their rows become a table.
 *
 * They are bound as queries of a stream that has the table's rows once, all of one time; the plan keeps the operators
 * with the table (plan_table.query), and whoever runs the plan fills the table by them before the graph starts.
 */

#include "sql/bind_select.h"

struct status bind_table_rows(struct binder *b, struct span at, uint32_t table, struct expr *filter,
                              struct rows *out)
{
    const struct schema schema = b->catalog->tables.items[table].schema;
    TRY(binder_node(b, PLAN_TABLE, at, &schema, &out->node));
    out->node->lookup.table = table;
    out->monos = arena_calloc(b->arena, (schema.n_columns + 1) * sizeof *out->monos);
    return filter ? binder_filter(b, out, filter, "WHERE", at) : OK;
}

static struct status read_limit(struct binder *b, const struct ast_query *q, int64_t *out)
{
    struct value v;
    *out = -1;
    if (!q->limit) return OK;
    TRY(bind_constant(b, q->limit, "LIMIT", &v));
    if (!type_is_integer(v.type) || v.null || v.i64 < 0)
        return status_new(b->arena, ERR_BAD_LITERAL, q->limit->at, "LIMIT takes a number of rows");
    *out = v.i64;
    return OK;
}

static enum plan_set set_of(const struct ast_query *q)
{
    return q->kind == QUERY_EXCEPT      ? SET_EXCEPT
           : q->kind == QUERY_INTERSECT ? SET_INTERSECT
                                        : SET_UNION;
}

struct status bind_derived(struct binder *b, const struct ast_query *q, const struct result *rows,
                           struct plan_node *second, struct result *out)
{
    struct plan_node *node = rows->rows.node;
    struct plan_table t = { .name = str_c("SELECT"), .at = q->at, .constant = true,
                            .schema = node->out, .query = node, .second = second };
    TRY(read_limit(b, q, &t.limit));
    if (second) t.set = set_of(q);
    uint32_t n = rows->n_columns;
    for (uint32_t i = 0; i < n; i++) {
        if (rows->columns[i].type.kind != TYPE_NULL) continue;
        struct status st = status_new(b->arena, ERR_UNTYPED_NULL, rows->columns[i].at,
                                      "nothing gives this NULL a type");
        return status_with_hint(st, "give it one: CAST(NULL AS INTEGER)");
    }
    *out = (struct result){ .table = (uint32_t)b->catalog->tables.count, .n_columns = n };
    out->columns = arena_dup(b->arena, rows->columns, n * sizeof *out->columns);
    out->table_columns = ARENA_ARRAY(b->arena, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) out->table_columns[i] = i;
    *array_push(b->arena, &b->catalog->tables) = t;
    return OK;
}
