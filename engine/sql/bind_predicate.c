/*
 * bind_predicate.c: what is made of comparisons: CASE, COALESCE, IN, BETWEEN, rows and periods.
 *
 * A part that a form names once and uses twice (x of x BETWEEN a AND b) is shared; the executor evaluates equal parts
 * once.
 */

#include "sql/bind_expr.h"
#include "sql/fold.h"

static struct expr *fold_logic(struct binder *b, enum expr_kind kind, struct span at,
                               struct expr **parts, uint32_t n)
{
    if (n == 1) return parts[0];
    return expr_fold(b->arena,
                     expr_new(b->arena, kind, type_of(TYPE_BOOLEAN), at, parts, n));
}

static struct status compare(struct bind_env *env, const char *op, struct span at,
                             struct expr *left, struct expr *right, struct expr **out)
{
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 2);
    args[0] = left;
    args[1] = right;
    return bind_call(env, op, at, args, 2, out);
}

/* ---- rows (L-20) ---- */

/* a = b, or (a1, a2) = (b1, b2), which is a1 = b1 AND a2 = b2. */
static struct status bind_equal(struct bind_env *env, const struct ast_expr *left,
                                const struct ast_expr *right, struct span at, struct expr **out)
{
    struct expr *l, *r;
    if (left->kind != AST_ROW && right->kind != AST_ROW) {
        TRY(bind_expr(env, left, &l));
        TRY(bind_expr(env, right, &r));
        return compare(env, "=", at, l, r, out);
    }
    if (left->kind != right->kind || left->n_args != right->n_args) {
        return status_new(env->b->arena, ERR_COLUMN_COUNT, at,
                          "a row compares with a row of as many columns");
    }
    struct expr **parts = ARENA_ARRAY(env->b->arena, struct expr *, left->n_args);
    for (uint32_t i = 0; i < left->n_args; i++) {
        TRY(bind_equal(env, left->args[i], right->args[i], at, &parts[i]));
    }
    *out = fold_logic(env->b, EXPR_AND, at, parts, left->n_args);
    return OK;
}

struct status bind_equal_values(struct bind_env *env, struct span at, struct expr **left,
                                struct expr **right, uint32_t n, struct expr **out)
{
    struct expr **parts = ARENA_ARRAY(env->b->arena, struct expr *, n);
    for (uint32_t i = 0; i < n; i++) TRY(compare(env, "=", at, left[i], right[i], &parts[i]));
    *out = fold_logic(env->b, EXPR_AND, at, parts, n);
    return OK;
}

struct status bind_comparison(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    const struct ast_expr *left = e->args[0], *right = e->args[1];
    bool equal = str_equal_c(e->name, "="), unequal = str_equal_c(e->name, "<>");
    if (left->kind != AST_ROW && right->kind != AST_ROW) {
        struct expr *l, *r;
        TRY(bind_expr(env, left, &l));
        TRY(bind_expr(env, right, &r));
        return compare(env, str_to_c(env->b->arena, e->name), e->at, l, r, out);
    }
    if (!equal && !unequal) {
        return status_new(env->b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "rows of several values compare with = and <> only");
    }
    TRY(bind_equal(env, left, right, e->at, out));
    return unequal ? bind_not(env, e->at, *out, out) : OK;
}

/* ---- IN, BETWEEN ---- */

struct status bind_in(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    uint32_t n = e->n_args - 1;
    struct expr **parts = ARENA_ARRAY(env->b->arena, struct expr *, n);
    struct expr *wanted = NULL;
    bool rows = e->args[0]->kind == AST_ROW;
    if (!rows) TRY(bind_expr(env, e->args[0], &wanted));
    for (uint32_t i = 0; i < n; i++) {
        if (rows) {
            TRY(bind_equal(env, e->args[0], e->args[i + 1], e->at, &parts[i]));
            continue;
        }
        struct expr *value;
        TRY(bind_expr(env, e->args[i + 1], &value));
        TRY(compare(env, "=", e->at, wanted, value, &parts[i]));
    }
    *out = fold_logic(env->b, EXPR_OR, e->at, parts, n);
    return e->negated ? bind_not(env, e->at, *out, out) : OK;
}

/* low <= x AND x <= high */
static struct status bind_range(struct bind_env *env, struct span at, struct expr *x,
                                struct expr *low, struct expr *high, struct expr **out)
{
    struct expr **parts = ARENA_ARRAY(env->b->arena, struct expr *, 2);
    TRY(compare(env, ">=", at, x, low, &parts[0]));
    TRY(compare(env, "<=", at, x, high, &parts[1]));
    *out = fold_logic(env->b, EXPR_AND, at, parts, 2);
    return OK;
}

struct status bind_between(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct expr *x, *low, *high;
    TRY(bind_expr(env, e->args[0], &x));
    TRY(bind_expr(env, e->args[1], &low));
    TRY(bind_expr(env, e->args[2], &high));
    TRY(bind_range(env, e->at, x, low, high, out));
    if (str_equal_c(e->name, "BETWEEN SYMMETRIC")) {
        struct expr **parts = ARENA_ARRAY(env->b->arena, struct expr *, 2);
        parts[0] = *out;
        TRY(bind_range(env, e->at, x, high, low, &parts[1]));
        *out = fold_logic(env->b, EXPR_OR, e->at, parts, 2);
    }
    return e->negated ? bind_not(env, e->at, *out, out) : OK;
}

/* ---- CASE, COALESCE ---- */

static struct status bind_when(struct bind_env *env, const struct ast_expr *operand_tree,
                               struct expr *operand, const struct ast_expr *when, struct expr **out)
{
    if (!operand_tree) {
        struct bind_env inner = *env;
        inner.clause = "CASE WHEN";
        TRY(bind_condition(&inner, when, out));
        return OK;
    }
    struct expr *value;
    TRY(bind_expr(env, when, &value));
    return compare(env, "=", when->at, operand, value, out);
}

struct status bind_case(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    uint32_t n_when = (e->n_args - 2) / 2;
    struct expr **args = ARENA_ARRAY(a, struct expr *, 2 * n_when + 1);
    struct expr **values = ARENA_ARRAY(a, struct expr *, n_when + 1);
    const struct ast_expr *operand_tree = e->args[0], *otherwise = e->args[e->n_args - 1];
    struct expr *operand = NULL;
    if (operand_tree) TRY(bind_expr(env, operand_tree, &operand));
    for (uint32_t i = 0; i < n_when; i++) {
        const struct ast_expr *when = e->args[1 + 2 * i], *then = e->args[2 + 2 * i];
        TRY(bind_when(env, operand_tree, operand, when, &args[2 * i]));
        TRY(bind_expr(env, then, &values[i]));
    }
    values[n_when] = expr_null(a, type_of(TYPE_NULL), e->at);
    if (otherwise) TRY(bind_expr(env, otherwise, &values[n_when]));
    struct type t;
    TRY(bind_common(env->b, "CASE", e->at, values, n_when + 1, &t));
    for (uint32_t i = 0; i < n_when; i++) args[2 * i + 1] = values[i];
    args[2 * n_when] = values[n_when];
    *out = expr_fold(a, expr_new(a, EXPR_CASE, t, e->at, args, 2 * n_when + 1));
    return OK;
}

struct status bind_coalesce(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    if (e->n_args == 0) {
        return status_new(a, ERR_UNKNOWN_FUNCTION, e->at,
                          "no match found for function signature COALESCE()");
    }
    struct expr **args = ARENA_ARRAY(a, struct expr *, e->n_args);
    for (uint32_t i = 0; i < e->n_args; i++) TRY(bind_expr(env, e->args[i], &args[i]));
    struct type t;
    TRY(bind_common(env->b, "COALESCE", e->at, args, e->n_args, &t));
    *out = expr_fold(a, expr_new(a, EXPR_COALESCE, t, e->at, args, e->n_args));
    return OK;
}

/* ---- RELEASE ---- */

struct status bind_release(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    const struct ast_expr *why = e->n_args == 2 ? e->args[1] : NULL;
    if (!why || why->kind != AST_STRING || str_trim_right(why->text).len == 0) {
        struct status st = status_new(a, ERR_INVALID_PARAMETER, e->at,
                                      "RELEASE takes a value and the reason why it may leave, "
                                      "written out as a text");
        return status_with_hint(st, "for example RELEASE(birth_year, 'ethics vote 12/2026')");
    }
    struct expr **args = ARENA_ARRAY(a, struct expr *, 1);
    TRY(bind_expr(env, e->args[0], &args[0]));
    if (args[0]->record) return bind_whole_record(env->b, args[0]->record, args[0]->at);
    if (env->b->onlooker_calls > 0) {
        return status_new(a, ERR_PERSONAL, e->at,
                          "RELEASE is the application's word: refused to onlookers");
    }
    *out = expr_new(a, EXPR_RELEASE, args[0]->type, e->at, args, 1);
    (*out)->label = str_copy(a, why->text);
    return OK;
}

/* ---- periods (L-19) ---- */

/* Ends of two periods: x from args 0 and 1, y from 2 and 3. */
enum { X_START, X_END, Y_START, Y_END };

struct period_rule {
    const char *name;
    struct {
        uint8_t     left;
        const char *op;
        uint8_t     right;
    } parts[3]; /* joined by AND; ends at a NULL op */
};

static const struct period_rule period_rules[] = {
    { "CONTAINS", { { X_START, "<=", Y_START }, { Y_END, "<=", X_END } } },
    { "OVERLAPS", { { X_START, "<", Y_END }, { Y_START, "<", X_END } } },
    { "EQUALS", { { X_START, "=", Y_START }, { X_END, "=", Y_END } } },
    { "PRECEDES", { { X_END, "<=", Y_START } } },
    { "SUCCEEDS", { { Y_END, "<=", X_START } } },
    { "IMMEDIATELY PRECEDES", { { X_END, "=", Y_START } } },
    { "IMMEDIATELY SUCCEEDS", { { Y_END, "=", X_START } } },
    { "LEADS", { { X_START, "<=", Y_START }, { Y_START, "<", X_END }, { X_END, "<=", Y_END } } },
    { "LAGS", { { Y_START, "<=", X_START }, { X_START, "<", Y_END }, { Y_END, "<=", X_END } } },
    { "IMMEDIATELY LEADS", { { X_START, "<=", Y_START }, { X_END, "=", Y_START } } },
    { "IMMEDIATELY LAGS", { { Y_START, "<=", X_START }, { Y_END, "=", X_START } } },
    { "STRICTLY CONTAINS", { { X_START, "<", Y_START }, { Y_END, "<", X_END } } },
    { "STRICTLY OVERLAPS", { { X_START, "<", Y_END }, { Y_START, "<", X_END } } },
    { "STRICTLY PRECEDES", { { X_END, "<", Y_START } } },
    { "STRICTLY SUCCEEDS", { { Y_END, "<", X_START } } },
    { "STRICTLY LEADS",
      { { X_START, "<", Y_START }, { Y_START, "<", X_END }, { X_END, "<", Y_END } } },
    { "STRICTLY LAGS",
      { { Y_START, "<", X_START }, { X_START, "<", Y_END }, { Y_END, "<", X_END } } },
};

/* The four ends; an interval becomes its start and what is added to it. */
static struct status bind_ends(struct bind_env *env, const struct ast_expr *e, struct expr **ends)
{
    const char *is_interval = str_data(&e->text);
    for (uint32_t i = 0; i < 4; i++) TRY(bind_expr(env, e->args[i], &ends[i]));
    for (uint32_t p = 0; p < 2; p++) {
        bool by_text = e->text.len > p && is_interval[p] == '1';
        if (!by_text && !type_is_interval(ends[2 * p + 1]->type)) continue;
        struct expr **sum = ARENA_ARRAY(env->b->arena, struct expr *, 2);
        sum[0] = ends[2 * p];
        sum[1] = ends[2 * p + 1];
        TRY(bind_call(env, "+", e->at, sum, 2, &ends[2 * p + 1]));
    }
    return OK;
}

struct status bind_period(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    struct expr *ends[4];
    TRY(bind_ends(env, e, ends));
    for (size_t i = 0; i < sizeof period_rules / sizeof period_rules[0]; i++) {
        const struct period_rule *rule = &period_rules[i];
        if (!str_equal_c(e->name, rule->name)) continue;
        struct expr **parts = ARENA_ARRAY(a, struct expr *, 3);
        uint32_t n = 0;
        for (; n < 3 && rule->parts[n].op; n++) {
            TRY(compare(env, rule->parts[n].op, e->at, ends[rule->parts[n].left],
                        ends[rule->parts[n].right], &parts[n]));
        }
        *out = fold_logic(env->b, EXPR_AND, e->at, parts, n);
        return e->negated ? bind_not(env, e->at, *out, out) : OK;
    }
    return status_new(a, ERR_UNKNOWN_FUNCTION, e->at, "no period predicate %.*s", STR_ARG(e->name));
}
