/*
 * bind_window.c: which windows are legal (dialect 6.4, 6.6).
 *
 * A frame ends at the current row and has a constant size. What is illegal is refused here, for OVER
 * and for the sides of joins alike.
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
    struct status st = bind_constant(b, bound->offset, "the size of a window", &v);
    if (st.err == ERR_UNKNOWN_COLUMN)
        return bad_window(b, bound->at, "its size is the same for all rows: no column", NULL);
    TRY(st);
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
                                  struct str function, struct plan_frame *out)
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
    *out = (struct plan_frame){ w->frame == FRAME_ROWS, endless, size };
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

struct status bind_sliding(struct bind_env *env, const struct ast_window *w, struct str function,
                           struct plan_sliding *out)
{
    struct ast_window flat;
    TRY(flatten(env, w, &flat));
    bool of_join = function.len == 0;
    if (of_join && flat.n_partition > 0) {
        return status_new(env->b->arena, ERR_BAD_WINDOW, flat.partition[0]->at,
                          "PARTITION BY is not allowed in the window of a join");
    }
    *out = (struct plan_sliding){ .n_partition = flat.n_partition };
    out->partition = ARENA_ARRAY(env->b->arena, struct expr *, flat.n_partition + 1);
    for (uint32_t i = 0; i < flat.n_partition; i++) {
        struct bind_env inner = bind_env(env->b, env->scope, "PARTITION BY");
        TRY(bind_expr(&inner, flat.partition[i], &out->partition[i]));
        if (out->partition[i]->record)
            return bind_whole_record(env->b, out->partition[i]->record, flat.partition[i]->at);
        if (out->partition[i]->type.kind == TYPE_NULL) {
            return status_new(env->b->arena, ERR_UNTYPED_NULL, flat.partition[i]->at,
                              "a PARTITION BY of NULL has no type");
        }
    }
    if (flat.frame == FRAME_NONE) {
        return bad_window(env->b, w->at, "it has no frame and would never end",
                          "for example RANGE INTERVAL '1' MINUTE PRECEDING, or ROWS 10 PRECEDING");
    }
    TRY(check_bounds(env, &flat, function, &out->frame));
    return check_order(env, &flat);
}

struct status bind_join_window(struct bind_env *env, const struct ast_window *w,
                               enum join_window *out, int64_t *size)
{
    struct plan_sliding sliding;
    TRY(bind_sliding(env, w, STR_EMPTY, &sliding));
    *size = sliding.frame.size;
    *out = !sliding.frame.rows ? JOIN_RANGE : *size > 0 ? JOIN_ROWS : JOIN_NOW;
    return OK;
}
