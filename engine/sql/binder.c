/*
 * binder.c: operators as the files of the binder make them.
 */

#include "sql/binder.h"

/* Operators of one statement: views that use views twice would double for ever. */
enum { PLAN_NODES_MAX = 2000 };

struct status binder_node(struct binder *b, enum plan_kind kind, struct span at,
                          const struct schema *out, struct plan_node **node)
{
    if (b->n_nodes >= PLAN_NODES_MAX) {
        return status_new(b->arena, ERR_LIMIT_EXCEEDED, at,
                          "a query of more than %d operators, its views counted", PLAN_NODES_MAX);
    }
    if (out->n_columns > LIMIT_COLUMNS) {
        return status_new(b->arena, ERR_LIMIT_EXCEEDED, at, "%u columns, more than %d",
                          out->n_columns, LIMIT_COLUMNS);
    }
    b->n_nodes++;
    struct plan_node *n = ARENA_NEW(b->arena, struct plan_node);
    n->kind = kind;
    n->at = at;
    n->out.n_columns = out->n_columns;
    n->out.columns = arena_dup(b->arena, out->columns, out->n_columns * sizeof *out->columns);
    *node = n;
    return OK;
}

struct status binder_filter(struct binder *b, struct rows *rows, struct expr *predicate,
                            const char *clause, struct span at)
{
    struct plan_node *n = NULL;
    TRY(binder_node(b, PLAN_FILTER, at, &rows->node->out, &n));
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = rows->node;
    n->n_inputs = 1;
    n->predicate = predicate;
    n->clause = clause;
    rows->node = n;
    return OK;
}

struct status binder_enter(struct binder *b, struct span at)
{
    if (b->depth >= LIMIT_EXPR_DEPTH) {
        return status_new(b->arena, ERR_LIMIT_EXCEEDED, at,
                          "more than %d queries, views or functions within each other",
                          LIMIT_EXPR_DEPTH);
    }
    b->depth++;
    return OK;
}

struct status binder_unsupported(struct binder *b, struct span at, const char *feature)
{
    return status_new(b->arena, ERR_NOT_SUPPORTED, at, "%s is not supported yet", feature);
}

void binder_report(struct binder *b, struct status st)
{
    if (st.message) diags_error(b->diags, st);
}

struct status binder_silent(struct status st)
{
    st.message = NULL;
    return st;
}

bool binder_has_failed(const struct binder *b, struct str name)
{
    for (size_t i = 0; i < b->failed.count; i++) {
        if (str_equal(&b->failed.items[i], &name)) return true;
    }
    return false;
}

void binder_warn(struct binder *b, enum err err, struct span at, const char *message)
{
    diags_add(b->diags, DIAG_WARNING, status_new(b->arena, err, at, "%s", message));
}
