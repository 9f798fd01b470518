/*
 * by_key.c: what may be asked of a table whose rows are only known by their key.
 *
 * A join or a query in an expression must give every column of the key by an equality. Its rows cannot be listed.
 */

#include "sql/by_key.h"

struct check {
    struct binder   *b;
    struct app_plan *plan;
};

/* "K", or "K" and "L" */
static const char *key_names(struct check *x, const struct plan_table *t)
{
    struct buf names = { 0 };
    for (uint32_t i = 0; i < t->n_lookup_key; i++) {
        struct str name = t->schema.columns[t->lookup_key[i]].name;
        const char *before = i == 0 ? "" : i + 1 < t->n_lookup_key ? ", " : " and ";
        buf_printf(&names, "%s\"%.*s\"", before, STR_ARG(name));
    }
    const char *out = str_to_c(x->b->arena, str_view(names.data, names.len));
    buf_free(&names);
    return out;
}

static void report(struct check *x, const struct plan_table *t, struct span at, const char *what)
{
    struct arena *a = x->b->arena;
    struct status st = status_new(a, ERR_NOT_ALLOWED_HERE, at,
                                  "table \"%.*s\" is looked up by key and %s", STR_ARG(t->name),
                                  what);
    binder_report(x->b, status_with_hint(st, "without the option lookup = 'key' the table is read "
                                             "whole"));
}

static void report_key(struct check *x, const struct plan_table *t, struct span at)
{
    report(x, t, at, str_format_c(x->b->arena,
                                  "must be asked by its whole key: %s = ..., before conditions "
                                  "that can fail",
                                  key_names(x, t)));
}

/* The keys in the table's order; false: some are not there. */
static bool sort_keys(struct arena *a, const struct plan_table *t, struct expr ***asks,
                      uint32_t **columns, uint32_t n)
{
    if (n != t->n_lookup_key) return false;
    struct expr **sorted = ARENA_ARRAY(a, struct expr *, n);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < n; k++) {
            if ((*columns)[k] == t->lookup_key[i]) sorted[i] = (*asks)[k];
        }
    }
    *asks = sorted;
    *columns = t->lookup_key;
    return true;
}

static void check_node(struct check *x, struct plan_node *n)
{
    for (uint32_t i = 0; i < n->n_inputs; i++) check_node(x, n->inputs[i]);
    if (n->kind != PLAN_LOOKUP && n->kind != PLAN_TABLE) return;
    const struct plan_table *t = &x->plan->tables[n->lookup.table];
    struct plan_lookup *l = &n->lookup;
    if (!t->n_lookup_key) return;
    if (n->kind == PLAN_TABLE)
        report(x, t, n->at, "its rows cannot be listed");
    else if (!sort_keys(x->b->arena, t, &l->stream_keys, &l->table_keys, l->n_keys))
        report_key(x, t, n->at);
}

void plan_check_by_key(struct binder *b, struct app_plan *plan)
{
    struct check x = { b, plan };
    for (uint32_t i = 0; i < plan->n_pumps; i++) check_node(&x, plan->pumps[i].root);
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        if (plan->tables[i].query) check_node(&x, plan->tables[i].query);
        if (plan->tables[i].second) check_node(&x, plan->tables[i].second);
    }
    for (uint32_t i = 0; i < plan->n_subqueries; i++) {
        struct plan_subquery *s = plan->subqueries[i];
        const struct plan_table *t = &plan->tables[s->table];
        if (t->n_lookup_key && !sort_keys(b->arena, t, &s->keys, &s->table_keys, s->n_keys))
            report_key(&x, t, s->at);
    }
}
