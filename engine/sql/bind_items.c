/*
 * bind_items.c: the select list: * spread out, names of results, AS ROWTIME.
 */

#include "sql/bind_select.h"

bool expr_is_not_null(const struct expr *e, const struct schema *columns)
{
    switch (e->kind) {
    case EXPR_CONSTANT: return !e->constant.null;
    case EXPR_COLUMN: return e->column < columns->n_columns && columns->columns[e->column].not_null;
    case EXPR_ROWTIME:
    case EXPR_CLOCK:
    case EXPR_NOT_NULL: return true;
    case EXPR_CALL:
        /* Casts keep what there is; of other functions nothing is known. */
        return e->n_args == 1 && e->call.fn->nulls == SLUICE_STRICT && e->implicit &&
               expr_is_not_null(e->args[0], columns);
    case EXPR_RELEASE: return expr_is_not_null(e->args[0], columns);
    default: return false;
    }
}

/* ---- names ---- */

/* The name of an item without alias: its column's, or one that the system makes. */
static void name_item(struct binder *b, const struct ast_item *tree, uint32_t position,
                      struct item *item)
{
    struct result_column *c = &item->column;
    c->explicit_name = true;
    if (tree->alias.text.len > 0) {
        c->name = str_copy(b->arena, tree->alias.text);
    } else if (tree->expr->kind == AST_COLUMN) {
        c->name = str_copy(b->arena, tree->expr->names[tree->expr->n_names - 1].text);
    } else {
        c->name = str_format(b->arena, "EXPR$%u", position);
        c->explicit_name = false;
    }
}

/* ---- items ---- */

static bool is_source(const struct bind_env *env)
{
    for (uint32_t i = 0; i < env->scope->n_relations; i++) {
        if (env->scope->relations[i].is_stream) return true;
    }
    return false;
}

static struct status bind_item(struct bind_env *env, const struct ast_item *tree, struct items *out)
{
    struct binder *b = env->b;
    struct item item = { .at = tree->expr->at };
    TRY(bind_expr(env, tree->expr, &item.expr));
    name_item(b, tree, (uint32_t)out->count, &item);
    item.column.at = tree->expr->at;
    item.is_rowtime = scope_is_rowtime(tree->alias.text) && is_source(env);
    if (item.is_rowtime && item.expr->type.kind != TYPE_TIMESTAMP) {
        return status_new(b->arena, ERR_TYPE_MISMATCH, tree->expr->at,
                          "AS ROWTIME takes a TIMESTAMP, not a value of type %s",
                          type_text(b->arena, item.expr->type));
    }
    *array_push(b->arena, out) = item;
    return OK;
}

static void spread(struct bind_env *env, const struct scope_relation *r, bool merged,
                   struct span at, struct items *out)
{
    for (uint32_t i = 0; i < r->n_visible; i++) {
        const struct scope_column *c = &r->columns[i];
        if (c->merged && !merged) continue;
        struct item item = { .expr = c->expr, .at = at };
        item.column.name = c->name;
        item.column.explicit_name = true;
        item.column.at = at;
        *array_push(env->b->arena, out) = item;
    }
}

static struct status bind_star(struct bind_env *env, const struct ast_expr *star, struct items *out)
{
    if (star->n_names > 0) {
        const struct scope_relation *r;
        TRY(scope_find_relation(env->b, env->scope, star->names[star->n_names - 1], &r));
        spread(env, r, true, star->at, out);
        return OK;
    }
    for (uint32_t i = 0; i < env->scope->n_relations; i++) {
        spread(env, &env->scope->relations[i], false, star->at, out);
    }
    return OK;
}

struct status bind_items(struct bind_env *env, const struct ast_query *q, struct items *out)
{
    struct status first = OK;
    for (uint32_t i = 0; i < q->n_items; i++) {
        const struct ast_item *tree = &q->items[i];
        struct status st = tree->expr->kind == AST_STAR ? bind_star(env, tree->expr, out)
                                                        : bind_item(env, tree, out);
        if (st.err == ERR_NONE) continue;
        /* All items have their say; the last one is the statement's. */
        if (first.err != ERR_NONE) binder_report(env->b, first);
        first = st;
    }
    TRY(first);
    if (out->count > LIMIT_COLUMNS) {
        return status_new(env->b->arena, ERR_LIMIT_EXCEEDED, q->at, "%zu columns, more than %d",
                          out->count, LIMIT_COLUMNS);
    }
    return OK;
}

/* ---- the projection ---- */

static struct status take_rowtime(struct binder *b, const struct item *item, uint32_t position,
                                  struct result *out, struct plan_node *n)
{
    if (out->sets_rowtime) {
        return status_new(b->arena, ERR_DUPLICATE_COLUMN, item->at, "a second item AS ROWTIME");
    }
    out->sets_rowtime = true;
    out->rowtime_at = position;
    /* The row's own time changes nothing. */
    if (item->expr->kind != EXPR_ROWTIME) n->rowtime = item->expr;
    return OK;
}

static void add_result(struct result *out, const struct item *item, const struct schema *columns)
{
    struct result_column *c = &out->columns[out->n_columns++];
    *c = item->column;
    c->type = item->expr->type;
    c->record = item->expr->record;
    c->not_null = expr_is_not_null(item->expr, columns);
    c->personal = item->expr->kind == EXPR_COLUMN && columns->columns[item->expr->column].personal;
}

struct status bind_project(struct binder *b, const struct ast_query *q, const struct rows *rows,
                           const struct items *items, struct result *out)
{
    const struct schema *columns = &rows->node->out;
    out->columns = ARENA_ARRAY(b->arena, struct result_column, items->count + 1);
    out->n_columns = 0;
    struct plan_node draft = { 0 };
    struct expr **exprs = ARENA_ARRAY(b->arena, struct expr *, items->count + 1);
    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->items[i];
        if (item->is_rowtime) {
            TRY(take_rowtime(b, item, (uint32_t)i, out, &draft));
            continue;
        }
        exprs[out->n_columns] = item->expr;
        add_result(out, item, columns);
    }
    struct schema s = { ARENA_ARRAY(b->arena, struct column, out->n_columns + 1), out->n_columns };
    struct mono *monos = arena_calloc(b->arena, (out->n_columns + 1) * sizeof *monos);
    for (uint32_t i = 0; i < out->n_columns; i++) {
        const struct result_column *c = &out->columns[i];
        s.columns[i] = (struct column){ .name = c->name, .type = c->type, .not_null = c->not_null,
                                        .personal = c->personal, .at = c->at };
        /* What rose with the old time need not rise with the new one. */
        if (!draft.rowtime) monos[i] = mono_of(exprs[i], rows->monos);
    }
    TRY(binder_node(b, PLAN_PROJECT, q->at, &s, &out->rows.node));
    struct plan_node *n = out->rows.node;
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = rows->node;
    n->n_inputs = 1;
    n->exprs = exprs;
    n->rowtime = draft.rowtime;
    out->rows.monos = monos;
    return OK;
}
