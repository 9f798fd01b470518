/*
 * bind_window.c: which windows are legal (dialect 6.4, 6.6).
 *
 * A frame ends at the current row and has a constant size. What is illegal is refused before anything is said about
 * what the engine cannot do yet.
 */

#include "sql/bind_select.h"

static struct status bad_window(struct binder *b, struct span at, const char *why, const char *hint)
{
    struct status st = status_new(b->arena, ERR_BAD_WINDOW, at, "illegal window: %s", why);
    return status_with_hint(st, hint);
}

/* ---- named windows ---- */

static struct status find_window(struct bind_env *env, const struct ast_name *name,
                                 const struct ast_window **out)
{
    struct nearest n = nearest_start(name->text);
    for (uint32_t i = 0; env->windows && i < env->windows->n_items; i++) {
        const struct ast_named_window *w = &env->windows->items[i];
        if (str_equal(&w->name.text, &name->text)) {
            *out = w->window;
            return OK;
        }
        nearest_try(&n, w->name.text);
    }
    struct status st = status_new(env->b->arena, ERR_UNKNOWN_NAME, name->at,
                                  "no window \"%.*s\" in this query", STR_ARG(name->text));
    const char *hint = nearest_hint(env->b->arena, &n);
    return status_with_hint(st, hint ? hint : "define it: WINDOW name AS (...)");
}

/* w with what it takes over from the windows that it starts from. */
static struct status flatten(struct bind_env *env, const struct ast_window *w,
                             struct ast_window *out)
{
    *out = *w;
    const struct ast_window *at = w;
    for (uint32_t i = 0; at->base.text.len > 0; i++) {
        const struct ast_window *base = NULL;
        TRY(find_window(env, &at->base, &base));
        if (i > (env->windows ? env->windows->n_items : 0)) {
            return bad_window(env->b, w->at, "it starts from itself", NULL);
        }
        if (out->n_partition == 0) {
            out->partition = base->partition;
            out->n_partition = base->n_partition;
        }
        if (out->n_order == 0) {
            out->order = base->order;
            out->n_order = base->n_order;
        }
        if (out->frame == FRAME_NONE) {
            out->frame = base->frame;
            out->start = base->start;
            out->end = base->end;
        }
        at = base;
    }
    return OK;
}

/* ---- frames ---- */

static struct status check_size(struct bind_env *env, const struct ast_window *w,
                                const struct ast_bound *bound, int64_t *size)
{
    struct binder *b = env->b;
    struct value v;
    TRY(bind_constant(b, bound->offset, "the size of a window", &v));
    if (v.null) return bad_window(b, bound->at, "its size is NULL", NULL);
    if (w->frame == FRAME_RANGE && v.type.kind != TYPE_INTERVAL_DAY) {
        return bad_window(b, bound->at, "the size of a RANGE is a day-time interval",
                          "for example RANGE INTERVAL '10' SECOND PRECEDING");
    }
    if (w->frame == FRAME_ROWS && !type_is_integer(v.type)) {
        return bad_window(b, bound->at, "the size of ROWS is a whole number",
                          "for example ROWS 10 PRECEDING");
    }
    if (v.i64 < 0) return bad_window(b, bound->at, "its size is negative", NULL);
    *size = v.i64;
    return OK;
}

/* Functions that keep running totals without end. */
static bool may_be_endless(struct str function)
{
    return !str_equal_c(function, "LAG");
}

static struct status check_bounds(struct bind_env *env, const struct ast_window *w,
                                  struct str function)
{
    struct binder *b = env->b;
    int64_t size = 0;
    if (w->start.kind == BOUND_FOLLOWING || w->start.kind == BOUND_UNBOUNDED_FOLLOWING) {
        return bad_window(b, w->start.at, "it begins in the future", NULL);
    }
    if (w->end.kind == BOUND_FOLLOWING || w->end.kind == BOUND_UNBOUNDED_FOLLOWING) {
        return bad_window(b, w->end.at, "a frame ends at the current row, not in the future",
                          "results come at once, so write BETWEEN ... PRECEDING AND CURRENT ROW");
    }
    if (w->end.kind == BOUND_PRECEDING) TRY(check_size(env, w, &w->end, &size));
    if (w->end.kind == BOUND_UNBOUNDED_PRECEDING || size > 0) {
        return bad_window(b, w->end.at, "a frame ends at the current row", NULL);
    }
    if (w->start.kind == BOUND_PRECEDING) TRY(check_size(env, w, &w->start, &size));
    bool endless = w->start.kind == BOUND_UNBOUNDED_PRECEDING;
    if (endless && (function.len == 0 || !may_be_endless(function))) {
        return bad_window(b, w->start.at, "UNBOUNDED PRECEDING would keep rows for ever", NULL);
    }
    return OK;
}

static struct status check_order(struct bind_env *env, const struct ast_window *w)
{
    for (uint32_t i = 0; i < w->n_order; i++) {
        const struct ast_order *o = &w->order[i];
        struct bind_env inner = bind_env(env->b, env->scope, "ORDER BY");
        struct expr *e;
        TRY(bind_expr(&inner, o->expr, &e));
        if (e->kind != EXPR_ROWTIME || o->descending) {
            return bad_window(env->b, o->expr->at, "its rows are in the order of ROWTIME, no other",
                              "leave out ORDER BY");
        }
    }
    return OK;
}

struct status bind_check_window(struct bind_env *env, const struct ast_window *w,
                                struct str function)
{
    struct ast_window flat;
    TRY(flatten(env, w, &flat));
    bool of_join = function.len == 0;
    if (of_join && flat.n_partition > 0) {
        return status_new(env->b->arena, ERR_BAD_WINDOW, flat.partition[0]->at,
                          "PARTITION BY is not allowed in the window of a join");
    }
    for (uint32_t i = 0; i < flat.n_partition; i++) {
        struct bind_env inner = bind_env(env->b, env->scope, "PARTITION BY");
        struct expr *unused;
        TRY(bind_expr(&inner, flat.partition[i], &unused));
    }
    if (flat.frame == FRAME_NONE) {
        return bad_window(env->b, w->at, "it has no frame and would never end",
                          "for example RANGE INTERVAL '1' MINUTE PRECEDING, or ROWS 10 PRECEDING");
    }
    TRY(check_bounds(env, &flat, function));
    return check_order(env, &flat);
}

struct status bind_join_window(struct bind_env *env, const struct ast_window *w,
                               enum join_window *out, int64_t *size)
{
    TRY(bind_check_window(env, w, STR_EMPTY));
    struct ast_window flat;
    TRY(flatten(env, w, &flat));
    *size = 0;
    if (flat.start.kind == BOUND_PRECEDING) TRY(check_size(env, &flat, &flat.start, size));
    *out = flat.frame == FRAME_RANGE ? JOIN_RANGE : *size > 0 ? JOIN_ROWS : JOIN_NOW;
    return OK;
}

/* ---- OVER ---- */

static struct status check_nth(struct bind_env *env, const struct ast_expr *e)
{
    struct value n;
    struct status st = e->n_args == 2 ? bind_constant(env->b, e->args[1], "n of NTH_VALUE", &n)
                                      : status_new(env->b->arena, ERR_UNKNOWN_FUNCTION, e->at, " ");
    if (st.err == ERR_NONE && type_is_integer(n.type) && !n.null && n.i64 > 0) return OK;
    return status_new(env->b->arena, ERR_CANNOT_APPLY, e->at,
                      "NTH_VALUE(x, n) counts from 1: n is a positive whole number");
}

/* The types of the arguments, as far as the catalogue knows the function. */
static struct status check_arguments(struct bind_env *env, const struct ast_expr *e)
{
    struct arena *a = env->b->arena;
    struct bind_env inner = bind_env(env->b, env->scope, env->clause);
    inner.inside = e->name;
    struct type *types = ARENA_ARRAY(a, struct type, e->n_args + 1);
    const struct value **constants = ARENA_ARRAY(a, const struct value *, e->n_args + 1);
    for (uint32_t i = 0; i < e->n_args; i++) {
        struct expr *arg;
        TRY(bind_expr(&inner, e->args[i], &arg));
        types[i] = arg->type;
        constants[i] = expr_is_constant(arg) ? &arg->constant : NULL;
    }
    if (str_equal_c(e->name, "NTH_VALUE")) return check_nth(env, e);
    if (!fn_is_aggregate(env->b->functions, e->name)) return OK;
    struct agg_choice unused;
    return agg_resolve(env->b->functions, a, e->name, e->at, e->star, types, constants, e->n_args,
                       &unused);
}

struct status bind_over(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct binder *b = env->b;
    (void)out;
    if (env->group && strcmp(env->clause, "SELECT") == 0) {
        struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                      "%.*s ... OVER cannot stand in a query with GROUP BY",
                                      STR_ARG(e->name));
        return status_with_hint(st, "feed a second pump or query with the result");
    }
    if (!env->windows) {
        struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                                      "%.*s ... OVER is not allowed in %s", STR_ARG(e->name),
                                      env->clause);
        return status_with_hint(st, "compute it in a sub-query and ask outside of it");
    }
    if (e->distinct && str_equal_c(e->name, "COUNT")) {
        return status_new(b->arena, ERR_NOT_SUPPORTED, e->at,
                          "COUNT(DISTINCT x) is not allowed on streams");
    }
    static const char *const analytic[] = { "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "LAG",
                                            "EXP_AVG" };
    bool known = fn_is_aggregate(b->functions, e->name);
    for (size_t i = 0; i < sizeof analytic / sizeof analytic[0]; i++) {
        known = known || str_equal_c(e->name, analytic[i]);
    }
    if (!known) {
        struct status st = status_new(b->arena, ERR_UNKNOWN_FUNCTION, e->at,
                                      "no analytic function %.*s", STR_ARG(e->name));
        const char *nearest = fn_nearest(b->functions, b->arena, e->name);
        if (!nearest) return st;
        return status_with_hint(st, str_format_c(b->arena, "did you mean %s?", nearest));
    }
    TRY(check_arguments(env, e));
    TRY(bind_check_window(env, e->over, e->name));
    return binder_unsupported(b, e->at, "a sliding window (OVER)");
}
