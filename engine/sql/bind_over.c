/*
 * bind_over.c: f(x) OVER window.
 *
 *     FROM -> FILTER (WHERE) -> PLAN_OVER (the input's columns, then one a function) -> PROJECT
 *
 * An OVER stands for a column behind those of the input, so the expressions around it are bound as any others. Equal
 * calls over equal windows are computed once, and functions over equal windows share what is kept of rows.
 */

#include "sql/bind_select.h"

#include "sql/expr_text.h"

/* ---- what is no analytic function, or stands in the wrong place ---- */

static struct status check_place(struct bind_env *env, const struct ast_expr *e)
{
    struct binder *b = env->b;
    if (env->inside.len > 0) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "%.*s ... OVER is nested in %.*s: put it in a sub-query",
                          STR_ARG(e->name), STR_ARG(env->inside));
    }
    if (env->group && strcmp(env->clause, "SELECT") == 0) {
        struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                      "%.*s ... OVER cannot stand in a query with GROUP BY",
                                      STR_ARG(e->name));
        return status_with_hint(st, "feed a second pump or query with the result");
    }
    if (env->windows) return OK;
    struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                  "%.*s ... OVER is not allowed in %s", STR_ARG(e->name),
                                  env->clause);
    return status_with_hint(st, "compute it in a sub-query and ask outside of it");
}

static struct status check_function(struct binder *b, const struct ast_expr *e)
{
    if (!fn_is_aggregate(b->functions, e->name)) {
        struct status st = status_new(b->arena, ERR_UNKNOWN_FUNCTION, e->at,
                                      "no analytic function %.*s", STR_ARG(e->name));
        const char *nearest = fn_nearest(b->functions, b->arena, e->name);
        if (!nearest) return st;
        return status_with_hint(st, str_format_c(b->arena, "did you mean %s?", nearest));
    }
    if (e->distinct && str_equal_c(e->name, "COUNT")) {
        return status_new(b->arena, ERR_NOT_SUPPORTED, e->at,
                          "COUNT(DISTINCT x) is not allowed on streams");
    }
    return OK;
}

/* ---- functions ---- */

static bool is_extreme(const struct ast_expr *e)
{
    return str_equal_c(e->name, "MIN") || str_equal_c(e->name, "MAX");
}

/* Functions that find a row by its place. */
static bool is_positional(const struct ast_expr *e)
{
    return str_equal_c(e->name, "FIRST_VALUE") || str_equal_c(e->name, "LAST_VALUE") ||
           str_equal_c(e->name, "NTH_VALUE") || str_equal_c(e->name, "LAG");
}

/* The default of LAG is taken as INSERT would take it. */
static struct status check_default(struct bind_env *env, const struct ast_expr *e,
                                   const struct plan_agg *agg)
{
    struct bind_env inner = bind_env(env->b, env->scope, env->clause);
    struct expr *written;
    TRY(bind_expr(&inner, e->args[2], &written));
    bool fits = written->type.kind == TYPE_NULL || type_assignable(written->type, agg->type);
    if (fits) return OK;
    return status_new(env->b->arena, ERR_TYPE_MISMATCH, e->args[2]->at,
                      "the default of LAG is of type %s, its value of type %s",
                      type_text(env->b->arena, written->type),
                      type_text(env->b->arena, agg->type));
}

static struct status bind_fn(struct bind_env *env, const struct ast_expr *e,
                             struct plan_over_fn *out)
{
    struct binder *b = env->b;
    TRY(bind_agg_args(env, e, &out->agg));
    if (str_equal_c(e->name, "LAG") && e->n_args == 3) TRY(check_default(env, e, &out->agg));
    out->agg.distinct = e->distinct && !is_extreme(e); /* */
    out->agg.ignore_nulls = is_positional(e) && e->null_treatment == NULLS_IGNORE;
    out->from_last = e->from_last;
    const struct agg_def *agg = out->agg.agg.agg;
    if (out->agg.distinct && (is_positional(e) || str_equal_c(e->name, "EXP_AVG"))) {
        return status_new(b->arena, ERR_NOT_SUPPORTED, e->at, "DISTINCT means nothing in %s",
                          agg->name);
    }
    /* NTH_VALUE has n in what it is bound to, and EXP_AVG its half-life: the rest varies with the row. */
    bool nth = str_equal_c(e->name, "NTH_VALUE"), fading = str_equal_c(e->name, "EXP_AVG");
    if (nth || fading) out->agg.parameter = out->agg.args[1];
    if (nth) out->agg.n_args = 1;
    if (fading) out->agg.args[1] = expr_rowtime(b->arena, e->at);
    if (is_positional(e) || is_extreme(e) || agg->inverse || (agg->merge && !agg->drop)) return OK;
    return status_new(b->arena, ERR_NOT_SUPPORTED, e->at, "%s cannot slide: use it with GROUP BY",
                      agg->name);
}

/* What an endless frame would have to keep for ever. */
static struct status check_endless(struct binder *b, const struct ast_expr *e,
                                   const struct plan_over_fn *fn)
{
    if (!fn->agg.distinct && !fn->from_last) return OK;
    return status_new(b->arena, ERR_BAD_WINDOW, e->at,
                      "illegal window: UNBOUNDED PRECEDING would keep %s for ever",
                      fn->agg.distinct ? "each value of DISTINCT" : "all rows for FROM LAST");
}

/* ---- windows ---- */

static bool same_window(const struct plan_sliding *a, const struct plan_sliding *b)
{
    if (a->frame.rows != b->frame.rows || a->frame.endless != b->frame.endless ||
        a->frame.size != b->frame.size || a->n_partition != b->n_partition) {
        return false;
    }
    for (uint32_t i = 0; i < a->n_partition; i++) {
        if (!expr_equal(a->partition[i], b->partition[i])) return false;
    }
    return true;
}

static uint32_t add_window(struct binder *b, struct windows *w, const struct plan_sliding *sliding)
{
    uint32_t i = 0;
    while (i < w->sliding.count && !same_window(&w->sliding.items[i], sliding)) i++;
    if (i == w->sliding.count) *array_push(b->arena, &w->sliding) = *sliding;
    return i;
}

static bool same_parameter(const struct plan_agg *a, const struct plan_agg *b)
{
    return a->parameter && b->parameter ? expr_equal(a->parameter, b->parameter)
                                        : a->parameter == b->parameter;
}

static uint32_t add_fn(struct binder *b, struct windows *w, const struct plan_over_fn *fn)
{
    for (uint32_t i = 0; i < w->fns.count; i++) {
        const struct plan_over_fn *f = &w->fns.items[i];
        if (f->window == fn->window && f->from_last == fn->from_last &&
            same_parameter(&f->agg, &fn->agg) && plan_agg_equal(&f->agg, &fn->agg)) {
            return i;
        }
    }
    *array_push(b->arena, &w->fns) = *fn;
    return (uint32_t)w->fns.count - 1;
}

struct status bind_over(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct binder *b = env->b;
    TRY(check_place(env, e));
    TRY(check_function(b, e));
    struct plan_over_fn fn = { .window = 0 };
    TRY(bind_fn(env, e, &fn));
    struct plan_sliding sliding;
    TRY(bind_sliding(env, e->over, e->name, &sliding));
    if (sliding.frame.endless) TRY(check_endless(b, e, &fn));
    fn.window = add_window(b, env->windows, &sliding);
    uint32_t i = add_fn(b, env->windows, &fn);
    *out = expr_column(b->arena, env->windows->n_input + i, fn.agg.type, e->at);
    return bind_declared_result(b, fn.agg.agg.declared, e->at, out);
}

/* ---- the operator ---- */

/* Columns are called by what they are, for EXPLAIN; no query sees the names. */
static struct str fn_name(struct binder *b, const struct plan_agg *agg, const struct schema *input)
{
    struct buf text = { 0 };
    expr_print_agg(&text, agg, input);
    struct str name = str_copy(b->arena, str_view(text.data, text.len));
    buf_free(&text);
    return name;
}

struct status bind_over_node(struct binder *b, const struct ast_query *q,
                             const struct windows *windows, struct rows *rows)
{
    uint32_t n_fns = (uint32_t)windows->fns.count, n_input = windows->n_input;
    if (n_fns == 0) return OK;
    const struct schema *input = &rows->node->out;
    struct schema s = { arena_calloc(b->arena, (n_input + n_fns) * sizeof *s.columns),
                        n_input + n_fns };
    struct mono *monos = arena_calloc(b->arena, (n_input + n_fns) * sizeof *monos);
    for (uint32_t i = 0; i < n_input; i++) {
        s.columns[i] = input->columns[i];
        monos[i] = rows->monos[i];
    }
    for (uint32_t i = 0; i < n_fns; i++) {
        const struct plan_agg *agg = &windows->fns.items[i].agg;
        struct column *c = &s.columns[n_input + i];
        *c = (struct column){ .name = fn_name(b, agg, input), .type = agg->type };
        c->not_null = strcmp(agg->agg.agg->name, "COUNT") == 0;
    }
    struct plan_node *node;
    TRY(binder_node(b, PLAN_OVER, q->at, &s, &node));
    node->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    node->inputs[0] = rows->node;
    node->n_inputs = 1;
    node->over = (struct plan_over){ windows->sliding.items, (uint32_t)windows->sliding.count,
                                     windows->fns.items, n_fns };
    *rows = (struct rows){ node, monos };
    return OK;
}
