/*
 * expr.c: making and rebuilding bound expressions.
 *
 * Trees share their parts (a function of the application that uses its argument twice points to it twice), so a tree
 * may be larger than its memory; `weight` counts it as it would be written out, and the binder limits that.
 */

#include "sql/expr.h"

#include "base/array.h"

static uint32_t weight_of(struct expr *const *args, uint32_t n_args)
{
    uint64_t sum = 1;
    for (uint32_t i = 0; i < n_args; i++) sum += args[i]->weight;
    return sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
}

struct expr *expr_new(struct arena *a, enum expr_kind kind, struct type t, struct span at,
                      struct expr **args, uint32_t n_args)
{
    struct expr *e = ARENA_NEW(a, struct expr);
    e->kind = kind;
    e->type = t;
    e->at = at;
    e->args = args;
    e->n_args = n_args;
    e->weight = weight_of(args, n_args);
    return e;
}

struct expr *expr_constant(struct arena *a, const struct value *v, struct span at)
{
    struct expr *e = expr_new(a, EXPR_CONSTANT, v->type, at, NULL, 0);
    e->constant = *v;
    return e;
}

struct expr *expr_boolean(struct arena *a, bool v, struct span at)
{
    return expr_constant(a, &(struct value){ .type = type_of(TYPE_BOOLEAN), .b = v }, at);
}

struct expr *expr_null(struct arena *a, struct type t, struct span at)
{
    return expr_constant(a, &(struct value){ .type = t, .null = true }, at);
}

struct expr *expr_column(struct arena *a, uint32_t column, struct type t, struct span at)
{
    struct expr *e = expr_new(a, EXPR_COLUMN, t, at, NULL, 0);
    e->column = column;
    return e;
}

struct expr *expr_rowtime(struct arena *a, struct span at)
{
    return expr_new(a, EXPR_ROWTIME, type_of(TYPE_TIMESTAMP), at, NULL, 0);
}

struct expr *expr_call(struct arena *a, const struct fn_choice *call, struct span at,
                       struct expr **args, uint32_t n_args)
{
    struct expr *e = expr_new(a, EXPR_CALL, call->result, at, args, n_args);
    e->call = *call;
    return e;
}

struct expr *expr_and(struct arena *a, struct expr *left, struct expr *right)
{
    if (!left || !right) return left ? left : right;
    struct expr **args = ARENA_ARRAY(a, struct expr *, 2);
    args[0] = left;
    args[1] = right;
    return expr_new(a, EXPR_AND, type_of(TYPE_BOOLEAN), left->at, args, 2);
}

struct expr *expr_retype(struct arena *a, const struct expr *e, struct type t)
{
    struct expr *out = arena_dup(a, e, sizeof *e);
    out->type = t;
    if (e->kind == EXPR_CONSTANT) out->constant.type = t;
    return out;
}

bool expr_is_call(const struct expr *e, const char *name)
{
    return e->kind == EXPR_CALL && strcmp(e->call.fn->name, name) == 0;
}

bool expr_reads_row(const struct expr *e)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_ROWTIME) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (expr_reads_row(e->args[i])) return true;
    }
    return false;
}

bool expr_reads_rowtime(const struct expr *e)
{
    if (e->kind == EXPR_ROWTIME) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (expr_reads_rowtime(e->args[i])) return true;
    }
    return false;
}

struct expr *expr_map(struct arena *a, struct expr *e, expr_leaf leaf, void *arg)
{
    if (e->kind == EXPR_COLUMN || e->kind == EXPR_ROWTIME) return leaf(arg, e);
    struct expr **args = NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        struct expr *mapped = expr_map(a, e->args[i], leaf, arg);
        if (mapped == e->args[i]) continue;
        if (!args) args = arena_dup(a, e->args, e->n_args * sizeof *args);
        args[i] = mapped;
    }
    if (!args) return e;
    struct expr *out = arena_dup(a, e, sizeof *e);
    out->args = args;
    out->weight = weight_of(args, e->n_args);
    return out;
}

struct shift {
    struct arena *arena;
    uint32_t      by;
};

static struct expr *shift_leaf(void *arg, struct expr *leaf)
{
    struct shift *s = arg;
    if (leaf->kind != EXPR_COLUMN) return leaf;
    struct expr *out = arena_dup(s->arena, leaf, sizeof *leaf);
    out->column += s->by;
    return out;
}

struct expr *expr_shift(struct arena *a, struct expr *e, uint32_t by)
{
    return by == 0 ? e : expr_map(a, e, shift_leaf, &(struct shift){ a, by });
}

void expr_conjuncts(struct arena *a, struct expr *e, struct expr_list *out)
{
    if (e->kind != EXPR_AND) {
        *array_push(a, out) = e;
        return;
    }
    for (uint32_t i = 0; i < e->n_args; i++) expr_conjuncts(a, e->args[i], out);
}
