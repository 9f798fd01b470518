/*
 * bind_union.c: UNION ALL of streams, set operators of tables, and what those of streams are told.
 *
 * Branches get the common types of their columns and the names of the first one; rows keep their time and merge in its
 * order. a UNION ALL b UNION ALL c is one operator with three inputs.
 */

#include "sql/bind_select.h"

static const char *operator_name(const struct ast_query *q)
{
    switch (q->kind) {
    case QUERY_UNION: return q->all ? "UNION ALL" : "UNION";
    case QUERY_EXCEPT: return q->all ? "EXCEPT ALL" : "EXCEPT";
    default: return q->all ? "INTERSECT ALL" : "INTERSECT";
    }
}

struct branches {
    struct result *items;
    size_t         count, cap;
};

static struct status gather(struct binder *b, const struct ast_query *q,
                            const struct with_name *with, struct branches *out)
{
    bool chain = q->kind == QUERY_UNION && q->all && q->n_with == 0 && q->n_order == 0 && !q->limit;
    if (chain) {
        TRY(gather(b, q->left, with, out));
        return gather(b, q->right, with, out);
    }
    struct result r = { 0 };
    TRY(bind_query(b, q, with, &r));
    *array_push(b->arena, out) = r;
    return OK;
}

static struct status check_branches(struct binder *b, const struct ast_query *q,
                                    const struct result *r, size_t n)
{
    bool stream = r[0].rows.node != NULL;
    for (size_t i = 0; i < n; i++) {
        if ((r[i].rows.node != NULL) != stream) {
            return status_new(b->arena, ERR_NOT_ALLOWED_HERE, q->at,
                              "%s joins streams with streams or tables with tables, not both",
                              operator_name(q));
        }
        if (r[i].n_columns != r[0].n_columns) {
            return status_new(b->arena, ERR_COLUMN_COUNT, q->at,
                              "the sides of %s differ in their number of columns: %u and %u",
                              operator_name(q), r[0].n_columns, r[i].n_columns);
        }
    }
    if (!stream && q->all && q->kind != QUERY_UNION)
        return status_new(b->arena, ERR_NOT_SUPPORTED, q->at,
                          "%s is not possible; without ALL it is", operator_name(q));
    if (!stream) return OK;
    if (q->kind == QUERY_UNION && q->all) return OK;
    struct status st = status_new(b->arena, ERR_NOT_SUPPORTED, q->at,
                                  "%s is not possible on streams, which have no end",
                                  operator_name(q));
    return status_with_hint(st, "UNION ALL is");
}

/* ---- one branch in the common types ---- */

static struct status convert(struct binder *b, const struct schema *to, struct result *r)
{
    struct arena *a = b->arena;
    struct plan_node *n = NULL;
    TRY(binder_node(b, PLAN_PROJECT, r->rows.node->at, to, &n));
    n->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
    n->inputs[0] = r->rows.node;
    n->n_inputs = 1;
    n->exprs = ARENA_ARRAY(a, struct expr *, to->n_columns + 1);
    for (uint32_t i = 0; i < to->n_columns; i++) {
        uint32_t from = r->table_columns ? r->table_columns[i] : i;
        struct expr *e = expr_column(a, from, r->columns[i].type, r->columns[i].at);
        TRY(bind_cast(b, e, to->columns[i].type, true, e->at, &n->exprs[i]));
    }
    r->rows.node = n;
    return OK;
}

static struct status common_column(struct binder *b, const struct result *r, size_t n, uint32_t i,
                                   struct column *out)
{
    struct type t = type_of(TYPE_NULL);
    *out = (struct column){ .name = r[0].columns[i].name, .not_null = true,
                            .at = r[0].columns[i].at };
    for (size_t k = 0; k < n; k++) {
        const struct result_column *c = &r[k].columns[i];
        struct type wider;
        if (!type_common(t, c->type, &wider)) {
            return status_new(b->arena, ERR_MIXED_TYPES, c->at,
                              "illegal mixing of types in column %u of UNION ALL: %s and %s", i + 1,
                              type_text(b->arena, t), type_text(b->arena, c->type));
        }
        t = wider;
        out->not_null = out->not_null && c->not_null;
        out->personal = out->personal || c->personal;
    }
    if (t.kind == TYPE_NULL) {
        return status_new(b->arena, ERR_UNTYPED_NULL, out->at, "nothing gives this NULL a type");
    }
    out->type = t;
    return OK;
}

static struct status union_node(struct binder *b, const struct ast_query *q, struct result *r,
                                size_t n, struct result *out)
{
    struct schema s = { ARENA_ARRAY(b->arena, struct column, r[0].n_columns + 1), r[0].n_columns };
    for (uint32_t i = 0; i < s.n_columns; i++) TRY(common_column(b, r, n, i, &s.columns[i]));
    *out = (struct result){ .columns = r[0].columns, .n_columns = s.n_columns };
    TRY(binder_node(b, PLAN_UNION, q->at, &s, &out->rows.node));
    struct plan_node *node = out->rows.node;
    node->inputs = ARENA_ARRAY(b->arena, struct plan_node *, n);
    node->n_inputs = (uint32_t)n;
    for (size_t k = 0; k < n; k++) {
        TRY(convert(b, &s, &r[k]));
        node->inputs[k] = r[k].rows.node;
        out->sets_rowtime = out->sets_rowtime || r[k].sets_rowtime;
    }
    for (uint32_t i = 0; i < s.n_columns; i++) {
        out->columns[i].type = s.columns[i].type;
        out->columns[i].not_null = s.columns[i].not_null;
        out->columns[i].personal = s.columns[i].personal;
    }
    out->rowtime_at = r[0].rowtime_at;
    out->rows.monos = arena_calloc(b->arena, (s.n_columns + 1) * sizeof *out->rows.monos);
    return OK;
}

/* ORDER BY behind the last branch sorts the whole. */
static struct status order_whole(struct binder *b, const struct ast_query *q, struct result *out)
{
    if (q->n_order == 0) return OK;
    struct scope_relation r = { .is_stream = true, .at = q->at };
    r.columns = arena_calloc(b->arena, (out->n_columns + 1) * sizeof *r.columns);
    r.n_columns = r.n_visible = out->n_columns;
    struct items items = { 0 };
    for (uint32_t i = 0; i < out->n_columns; i++) {
        const struct result_column *c = &out->columns[i];
        struct expr *e = expr_column(b->arena, i, c->type, c->at);
        r.columns[i] = (struct scope_column){ .name = c->name, .expr = e, .not_null = c->not_null };
        *array_push(b->arena, &items) = (struct item){ .expr = e, .column = *c, .at = c->at };
    }
    struct scope scope = { .relations = &r, .n_relations = 1 };
    struct bind_env env = bind_env(b, &scope, "ORDER BY");
    struct order order = { 0 };
    TRY(bind_order(&env, q, &items, NULL, NULL, &order));
    struct rows rows = out->rows;
    struct result sorted = { 0 };
    TRY(bind_result(b, q, &rows, &items, &order, &sorted));
    sorted.sets_rowtime = out->sets_rowtime;
    sorted.rowtime_at = out->rowtime_at;
    *out = sorted;
    return OK;
}

/* ---- tables ---- */

/* UNION ALL is the operator over their rows; of the others both sides are kept, in the common types. */
static struct status combine_tables(struct binder *b, const struct ast_query *q,
                                    struct branches *branches, struct result *out)
{
    struct result *r = branches->items;
    for (size_t i = 0; i < branches->count; i++)
        TRY(bind_table_rows(b, q->at, r[i].table, r[i].table_filter, &r[i].rows));
    struct result all = { 0 };
    TRY(union_node(b, q, r, branches->count, &all));
    bool whole = q->kind == QUERY_UNION && q->all;
    struct plan_node *node = all.rows.node, *second = whole ? NULL : node->inputs[1];
    if (second) all.rows.node = node->inputs[0];
    struct ast_query set = *q; /* LIMIT is that of the whole */
    set.limit = NULL;
    TRY(bind_derived(b, &set, &all, second, out));
    out->sets_rowtime = false;
    return OK;
}

static struct status bind_table_set(struct binder *b, const struct ast_query *q,
                                    struct branches *branches, struct result *out)
{
    TRY(combine_tables(b, q, branches, out));
    if (q->n_order == 0 && !q->limit) return OK;
    struct result sorted = *out;
    TRY(bind_table_rows(b, q->at, out->table, NULL, &sorted.rows));
    bool before = b->answering;
    b->answering = true;
    struct status st = order_whole(b, q, &sorted);
    b->answering = before;
    TRY(st);
    return bind_derived(b, q, &sorted, NULL, out);
}

struct status bind_set(struct binder *b, const struct ast_query *q, const struct with_name *with,
                       struct result *out)
{
    struct branches branches = { 0 };
    TRY(gather(b, q->left, with, &branches));
    TRY(gather(b, q->right, with, &branches));
    TRY(check_branches(b, q, branches.items, branches.count));
    if (!branches.items[0].rows.node) return bind_table_set(b, q, &branches, out);
    if (q->limit) {
        return status_new(b->arena, ERR_NOT_SUPPORTED, q->limit->at,
                          "LIMIT has no meaning on a stream, which has no end");
    }
    TRY(union_node(b, q, branches.items, branches.count, out));
    return order_whole(b, q, out);
}
