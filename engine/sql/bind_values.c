/*
 * bind_values.c: VALUES (...), (...) as a constant table.
 */

#include "sql/bind_select.h"

/* Literals and what is made of them. */
static struct status bind_row(struct binder *b, const struct ast_expr *row, uint32_t n_columns,
                              struct expr **out)
{
    struct bind_env env = bind_env(b, NULL, "VALUES");
    if (row->n_args != n_columns) {
        return status_new(b->arena, ERR_COLUMN_COUNT, row->at,
                          "the rows of VALUES differ in their number of columns: %u and %u",
                          n_columns, row->n_args);
    }
    for (uint32_t i = 0; i < n_columns; i++) {
        TRY(bind_expr(&env, row->args[i], &out[i]));
        if (expr_is_constant(out[i])) continue;
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, row->args[i]->at,
                          "VALUES takes constants");
    }
    return OK;
}

/* One column of all rows in the common type. */
static struct status bind_column(struct binder *b, const struct ast_query *q, struct expr **cells,
                                 uint32_t n_columns, uint32_t column, struct plan_table *t)
{
    struct expr **values = ARENA_ARRAY(b->arena, struct expr *, q->n_rows);
    for (uint32_t r = 0; r < q->n_rows; r++) values[r] = cells[r * n_columns + column];
    struct column *c = &t->schema.columns[column];
    TRY(bind_common(b, "VALUES", q->at, values, q->n_rows, &c->type));
    c->name = str_format(b->arena, "EXPR$%u", column);
    c->at = q->at;
    c->not_null = true;
    for (uint32_t r = 0; r < q->n_rows; r++) {
        if (!expr_is_constant(values[r])) {
            return status_new(b->arena, ERR_TYPE_MISMATCH, values[r]->at,
                              "this value does not fit %s", type_text(b->arena, c->type));
        }
        t->values[r * n_columns + column] = values[r]->constant;
        c->not_null = c->not_null && !values[r]->constant.null;
    }
    return OK;
}

struct status bind_values(struct binder *b, const struct ast_query *q, struct result *out)
{
    uint32_t n = q->n_rows > 0 ? q->rows[0]->n_args : 0;
    size_t n_cells;
    if (n == 0 || !size_mul(&n_cells, q->n_rows, n)) {
        return status_new(b->arena, ERR_COLUMN_COUNT, q->at, "VALUES without a column");
    }
    struct expr **cells = ARENA_ARRAY(b->arena, struct expr *, n_cells);
    for (uint32_t r = 0; r < q->n_rows; r++) TRY(bind_row(b, q->rows[r], n, cells + (size_t)r * n));
    struct plan_table t = { .name = str_c("VALUES"), .at = q->at, .constant = true };
    t.schema.n_columns = n;
    t.schema.columns = arena_calloc(b->arena, n * sizeof *t.schema.columns);
    t.values = ARENA_ARRAY(b->arena, struct value, n_cells);
    t.n_rows = q->n_rows;
    for (uint32_t i = 0; i < n; i++) TRY(bind_column(b, q, cells, n, i, &t));

    *out = (struct result){ .table = (uint32_t)b->catalog->tables.count, .n_columns = n };
    *array_push(b->arena, &b->catalog->tables) = t;
    out->columns = arena_calloc(b->arena, n * sizeof *out->columns);
    out->table_columns = ARENA_ARRAY(b->arena, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct column *c = &t.schema.columns[i];
        out->columns[i] = (struct result_column){ .name = c->name, .type = c->type,
                                                  .not_null = c->not_null, .at = c->at };
        out->table_columns[i] = i;
    }
    return OK;
}
