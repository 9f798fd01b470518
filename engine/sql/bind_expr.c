/*
 * bind_expr.c: names to columns, operators to functions, types to every node.
 *
 * An operator is a function with a sign for a name, so one road leads from any call to its kernel: the arguments are
 * bound, the catalogue picks the overload, each argument is converted to what the overload takes, and a call of
 * constants becomes a constant. NULL without a type takes the type of its place; where nothing gives one the
 * catalogue refuses.
 */

#include "sql/bind_expr.h"

#include "sql/fold.h"

/* Nodes of one expression, parts that are shared counted each time: macros multiply them. */
enum { EXPR_WEIGHT_MAX = 20000 };
/* Height of a tree of which the body of a function is a part. */
enum { EXPR_HEIGHT_MAX = 3 * LIMIT_TREE_DEPTH };

struct bind_env bind_env(struct binder *b, const struct scope *scope, const char *clause)
{
    return (struct bind_env){ .b = b, .scope = scope, .clause = clause };
}

/* ---- conversions ---- */

/* A TIME gets today's date, which a cast cannot ask for (L-12). */
static struct status time_to_timestamp(struct binder *b, struct expr *e, struct span at,
                                       struct expr **out)
{
    struct bind_env env = bind_env(b, NULL, "CAST");
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, 2);
    struct expr *clock = expr_new(b->arena, EXPR_CLOCK, type_of(TYPE_TIMESTAMP), at, NULL, 0);
    TRY(bind_cast(b, clock, type_of(TYPE_DATE), false, at, &args[0]));
    args[1] = e;
    return bind_call(&env, "TIMESTAMP OF", at, args, 2, out);
}

static struct status cast_call(struct binder *b, struct expr *e, struct type to, bool implicit,
                               struct span at, struct expr **out)
{
    struct arena *a = b->arena;
    struct fn_choice cast;
    TRY(cast_resolve(a, e->type, to, implicit, at, &cast));
    struct expr **args = ARENA_ARRAY(a, struct expr *, 1);
    args[0] = e;
    struct expr *call = expr_call(a, &cast, e->at, args, 1);
    call->type = to;
    call->implicit = implicit;
    *out = expr_fold(a, call);
    return OK;
}

struct status bind_cast(struct binder *b, struct expr *e, struct type to, bool implicit,
                        struct span at, struct expr **out)
{
    struct arena *a = b->arena;
    if (e->record && !type_equal(e->type, to)) return bind_whole_record(b, e->record, at);
    if (e->type.kind == TYPE_NULL) {
        *out = expr_null(a, to, e->at);
        return OK;
    }
    if (type_equal(e->type, to)) {
        *out = e;
        return OK;
    }
    if (e->type.kind == TYPE_TIME && to.kind == TYPE_TIMESTAMP) {
        return time_to_timestamp(b, e, at, out);
    }
    return cast_call(b, e, to, implicit, at, out);
}

struct status bind_common(struct binder *b, const char *what, struct span at, struct expr **args,
                          uint32_t n_args, struct type *out)
{
    struct type common = type_of(TYPE_NULL);
    for (uint32_t i = 0; i < n_args; i++) {
        struct type wider;
        if (!type_common(common, args[i]->type, &wider)) {
            return status_new(b->arena, ERR_MIXED_TYPES, args[i]->at,
                              "illegal mixing of types in %s: %s and %s", what,
                              type_text(b->arena, common), type_text(b->arena, args[i]->type));
        }
        common = wider;
    }
    if (common.kind == TYPE_NULL) {
        struct status st = status_new(b->arena, ERR_UNTYPED_NULL, at,
                                      "%s of nothing but NULL has no type", what);
        return status_with_hint(st, "give it one: CAST(NULL AS INTEGER)");
    }
    for (uint32_t i = 0; i < n_args; i++) {
        TRY(bind_cast(b, args[i], common, true, args[i]->at, &args[i]));
    }
    *out = common;
    return OK;
}

/* ---- calls ---- */

/* The arguments and one more. */
static struct expr **with_more(struct arena *a, struct expr *const *args, uint32_t n_args,
                               struct expr *last)
{
    struct expr **more = ARENA_ARRAY(a, struct expr *, n_args + 1);
    memcpy(more, args, n_args * sizeof *more);
    more[n_args] = last;
    return more;
}

struct status bind_declared_args(struct binder *b, const struct fn_declared *d, struct expr **args,
                                 uint32_t n_args)
{
    for (uint32_t i = 0; d && i < n_args; i++)
        TRY(bind_cast(b, args[i], d->args[i], true, args[i]->at, &args[i]));
    return OK;
}

struct status bind_declared_result(struct binder *b, const struct fn_declared *d, struct span at,
                                   struct expr **result)
{
    return d ? bind_cast(b, *result, d->returns, true, at, result) : OK;
}

/* The arguments and the times that the function wants behind them. */
static struct expr **with_times(struct bind_env *env, const struct fn_choice *choice,
                                struct span at, struct expr **args, uint32_t *n_args)
{
    struct arena *a = env->b->arena;
    if (choice->needs_now) {
        struct expr *now = expr_new(a, EXPR_CLOCK, type_of(TYPE_TIMESTAMP), at, NULL, 0);
        args = with_more(a, args, (*n_args)++, now);
    }
    if (choice->needs_rowtime) args = with_more(a, args, (*n_args)++, expr_rowtime(a, at));
    return args;
}

/* What works with the application's keys would tell an onlooker whose pseudonym is whose. */
static struct status check_onlooker(struct binder *b, const struct fn_def *fn, struct span at)
{
    bool keys = fn && (fn->deidentifies || fn->reidentifies);
    if (!keys || !binder_is_onlookers(b, at)) return OK;
    struct status st = status_new(b->arena, ERR_PERSONAL, at,
                                  "%s is for the application: refused to onlookers", fn->name);
    return status_with_hint(st, "sluice run --control-personal lets them see");
}

struct status bind_call(struct bind_env *env, const char *name, struct span at, struct expr **args,
                        uint32_t n_args, struct expr **out)
{
    struct arena *a = env->b->arena;
    struct type *types = ARENA_ARRAY(a, struct type, n_args + 1);
    const struct value **constants = ARENA_ARRAY(a, const struct value *, n_args + 1);
    for (uint32_t i = 0; i < n_args; i++) {
        if (args[i]->record && strcmp(name, "RECORD FIELD") != 0) {
            return bind_whole_record(env->b, args[i]->record, args[i]->at);
        }
        types[i] = args[i]->type;
        constants[i] = expr_is_constant(args[i]) ? &args[i]->constant : NULL;
    }
    struct fn_choice choice;
    TRY(fn_resolve(env->b->functions, a, str_copy(a, str_c(name)), at, types, constants, n_args,
                   &choice));
    TRY(bind_declared_args(env->b, choice.declared, args, n_args));
    for (uint32_t i = 0; i < n_args; i++) {
        TRY(bind_cast(env->b, args[i], choice.args[i], false, args[i]->at, &args[i]));
    }
    TRY(check_onlooker(env->b, choice.fn, at));
    args = with_times(env, &choice, at, args, &n_args);
    *out = expr_fold(a, expr_call(a, &choice, at, args, n_args));
    if (choice.record) {
        (*out)->record = choice.record;
        *array_push(a, &env->b->records) =
            (struct record_maker){ choice.record, choice.fn->name };
    }
    return bind_declared_result(env->b, choice.declared, at, out);
}

static struct status bind_args(struct bind_env *env, const struct ast_expr *e, struct expr ***out)
{
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, e->n_args + 2);
    for (uint32_t i = 0; i < e->n_args; i++) TRY(bind_expr(env, e->args[i], &args[i]));
    *out = args;
    return OK;
}

struct status bind_not(struct bind_env *env, struct span at, struct expr *e, struct expr **out)
{
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 1);
    args[0] = e;
    return bind_call(env, "NOT", at, args, 1, out);
}

static struct expr *integer_of(struct binder *b, int64_t v, struct span at)
{
    return expr_constant(b->arena, &(struct value){ .type = type_of(TYPE_INTEGER), .i64 = v }, at);
}

/* ---- AND, OR ---- */

static struct status cannot_apply(struct binder *b, const struct ast_expr *e, struct type t)
{
    return status_new(b->arena, ERR_CANNOT_APPLY, e->at,
                      "cannot apply '%.*s' to arguments of type %s", STR_ARG(e->name),
                      type_text(b->arena, t));
}

/* a AND b AND c leans to the left: its parts become one AND. */
static struct status bind_logic(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    uint32_t n = 1;
    const struct ast_expr *left = e;
    for (; left->kind == AST_CALL && left->n_args == 2 && str_equal(&left->name, &e->name); n++) {
        left = left->args[0];
    }
    struct expr **parts = ARENA_ARRAY(a, struct expr *, n);
    const struct ast_expr *at = e;
    for (uint32_t i = n; i-- > 0; at = at->args[0]) {
        const struct ast_expr *part = i == 0 ? left : at->args[1];
        TRY(bind_expr(env, part, &parts[i]));
        if (parts[i]->type.kind == TYPE_NULL) {
            parts[i] = expr_null(a, type_of(TYPE_BOOLEAN), part->at);
        }
        if (parts[i]->type.kind != TYPE_BOOLEAN) return cannot_apply(env->b, e, parts[i]->type);
        if (i == 0) break;
    }
    enum expr_kind kind = str_equal_c(e->name, "AND") ? EXPR_AND : EXPR_OR;
    *out = expr_fold(a, expr_new(a, kind, type_of(TYPE_BOOLEAN), e->at, parts, n));
    return OK;
}

/* ---- names without parentheses ---- */

/* CURRENT_TIMESTAMP and its kin; *found tells whether it is one of them. */
static struct status bind_clock(struct bind_env *env, const struct ast_expr *e, bool *found,
                                struct expr **out)
{
    static const struct {
        const char *name;
        uint8_t     kind;
        bool        per_row;
    } clocks[] = {
        { "CURRENT_TIMESTAMP", TYPE_TIMESTAMP, false },
        { "LOCALTIMESTAMP", TYPE_TIMESTAMP, false },
        { "CURRENT_ROW_TIMESTAMP", TYPE_TIMESTAMP, true },
        { "CURRENT_DATE", TYPE_DATE, false },
        { "CURRENT_TIME", TYPE_TIME, false },
        { "LOCALTIME", TYPE_TIME, false },
    };
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        if (!str_equal_c(e->name, clocks[i].name)) continue;
        if (e->n_args > 1) break;
        *found = true;
        struct type t = type_of(TYPE_TIMESTAMP);
        struct expr *clock = expr_new(env->b->arena, EXPR_CLOCK, t, e->at, NULL, 0);
        clock->per_row = clocks[i].per_row;
        return bind_cast(env->b, clock, type_of(clocks[i].kind), false, e->at, out);
    }
    return OK;
}

/* ---- forms that SQL writes with words ---- */

/* Calls whose internal name depends on how they are written. */
static const char *form_name(const struct ast_expr *e)
{
    static const struct {
        const char *name, *negated;
    } negations[] = {
        { "IS NULL", "IS NOT NULL" },
        { "IS TRUE", "IS NOT TRUE" },
        { "IS FALSE", "IS NOT FALSE" },
        { "IS UNKNOWN", "IS NOT UNKNOWN" },
        { "LIKE", "NOT LIKE" },
        { "SIMILAR TO", "NOT SIMILAR TO" },
        { "IS DISTINCT FROM", "IS NOT DISTINCT FROM" },
    };
    for (size_t i = 0; i < sizeof negations / sizeof negations[0]; i++) {
        if (!str_equal_c(e->name, negations[i].name)) continue;
        return e->negated ? negations[i].negated : negations[i].name;
    }
    if (e->unit == UNIT_NONE) return NULL;
    if (str_equal_c(e->name, "FLOOR")) return "FLOOR TO";
    return str_equal_c(e->name, "CEIL") || str_equal_c(e->name, "CEILING") ? "CEIL TO" : NULL;
}

/* FLOOR(x TO unit), CEIL and EXTRACT carry their unit as a constant, TRIM its side. */
static void add_word(struct binder *b, const struct ast_expr *e, struct expr **args, uint32_t *n)
{
    bool trim = str_equal_c(e->name, "TRIM") && e->op;
    bool first = trim || str_equal_c(e->name, "EXTRACT");
    if (!trim && e->unit == UNIT_NONE) return;
    int64_t side = e->op == 'L' ? 1 : e->op == 'T' ? 2
                                                   : 0;
    struct expr *word = integer_of(b, trim ? side : e->unit, e->at);
    if (first) memmove(args + 1, args, *n * sizeof *args);
    args[first ? 0 : *n] = word;
    ++*n;
}

static struct status bind_function(struct bind_env *env, const struct ast_expr *e,
                                   struct expr **out)
{
    struct expr **args;
    TRY(bind_args(env, e, &args));
    uint32_t n = e->n_args;
    add_word(env->b, e, args, &n);
    const char *form = form_name(e);
    const char *name = form ? form : str_to_c(env->b->arena, e->name);
    return bind_call(env, name, e->name_at.line ? e->name_at : e->at, args, n, out);
}

static struct status bind_interval_of(struct bind_env *env, const struct ast_expr *e,
                                      struct expr **out)
{
    const struct ast_expr *minus = e->args[0];
    struct type t;
    TRY(bind_type(env->b, &e->type, false, &t));
    if (minus->kind != AST_CALL || !str_equal_c(minus->name, "-") || minus->n_args != 2) {
        return status_new(env->b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "an interval qualifier stands behind the difference of two datetimes: "
                          "(a - b) SECOND");
    }
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 4);
    TRY(bind_expr(env, minus->args[0], &args[0]));
    TRY(bind_expr(env, minus->args[1], &args[1]));
    args[2] = integer_of(env->b, t.from, e->at);
    args[3] = integer_of(env->b, t.to, e->at);
    return bind_call(env, "DATETIME DIFFERENCE", e->at, args, 4, out);
}

/* ---- dispatch ---- */

typedef struct status (*binder_fn)(struct bind_env *env, const struct ast_expr *e,
                                   struct expr **out);

/* Calls that are more than a function of their arguments. */
static binder_fn special_of(struct str name)
{
    static const struct {
        const char *name;
        binder_fn   bind;
    } specials[] = {
        { "AND", bind_logic }, { "OR", bind_logic },
        { "=", bind_comparison }, { "<>", bind_comparison },
        { "<", bind_comparison }, { "<=", bind_comparison },
        { ">", bind_comparison }, { ">=", bind_comparison },
        { "BETWEEN", bind_between }, { "BETWEEN SYMMETRIC", bind_between },
        { "COALESCE", bind_coalesce }, { "RELEASE", bind_release },
        { "LOOKUP", bind_lookup_call },
    };
    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (str_equal_c(name, specials[i].name)) return specials[i].bind;
    }
    return NULL;
}

/* Functions that need OVER whatever they are given. */
static bool is_analytic_only(struct str name)
{
    return str_equal_c(name, "NTH_VALUE") || str_equal_c(name, "LAG") ||
           str_equal_c(name, "EXP_AVG");
}

static struct status bind_any_call(struct bind_env *env, const struct ast_expr *e,
                                   struct expr **out)
{
    struct binder *b = env->b;
    bool found = false;
    binder_fn special = special_of(e->name);
    if (special) return special(env, e, out);
    if (e->over) return bind_over(env, e, out);
    TRY(bind_clock(env, e, &found, out));
    if (!found) TRY(bind_user_call(env, e, &found, out));
    if (found) return OK;
    if (is_analytic_only(e->name)) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "%.*s needs OVER (window): it is a function of a row's neighbours",
                          STR_ARG(e->name));
    }
    if (fn_is_aggregate(b->functions, e->name)) return bind_aggregate(env, e, out);
    if (e->star || e->distinct) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at,
                          "%.*s is no aggregate: it takes neither * nor DISTINCT",
                          STR_ARG(e->name));
    }
    return bind_function(env, e, out);
}

static struct status bind_explicit_cast(struct bind_env *env, const struct ast_expr *e,
                                        struct expr **out)
{
    struct type t;
    struct expr *arg;
    TRY(bind_type(env->b, &e->type, false, &t));
    TRY(bind_expr(env, e->args[0], &arg));
    /* an interval drops what lies below the last field of its own type, too */
    if (type_is_interval(t) && type_equal(arg->type, t))
        return cast_call(env->b, arg, t, false, e->at, out);
    return bind_cast(env->b, arg, t, false, e->at, out);
}

static struct status bind_column(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    static const struct scope empty;
    struct scope scope = env->scope ? *env->scope : empty;
    scope.clause = env->clause;
    bool found = false;
    TRY(bind_field(env, &scope, e, &found, out));
    return found ? OK : scope_find(env->b, &scope, e, out);
}

static struct status bind_kind(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    switch (e->kind) {
    case AST_NULL:
    case AST_NUMBER:
    case AST_STRING:
    case AST_BINARY:
    case AST_BOOLEAN:
    case AST_DATETIME:
    case AST_INTERVAL: return bind_literal(env->b, e, out);
    case AST_COLUMN: return bind_column(env, e, out);
    case AST_CALL: return bind_any_call(env, e, out);
    case AST_CAST: return bind_explicit_cast(env, e, out);
    case AST_CASE: return bind_case(env, e, out);
    case AST_IN: return e->query ? bind_subquery(env, e, out) : bind_in(env, e, out);
    case AST_EXISTS:
    case AST_SUBQUERY: return bind_subquery(env, e, out);
    case AST_INTERVAL_OF: return bind_interval_of(env, e, out);
    case AST_PERIOD: return bind_period(env, e, out);
    case AST_STAR:
    case AST_ROW: break;
    }
    return status_new(env->b->arena, ERR_NOT_ALLOWED_HERE, e->at, "%s cannot stand here",
                      e->kind == AST_STAR ? "*" : "a row of several values");
}

struct status bind_expr(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    if (env->b->expr_depth >= EXPR_HEIGHT_MAX) {
        return status_new(env->b->arena, ERR_LIMIT_EXCEEDED, e->at,
                          "more than %d operators within each other", EXPR_HEIGHT_MAX);
    }
    env->b->expr_depth++;
    struct status st = bind_kind(env, e, out);
    env->b->expr_depth--;
    TRY(st);
    if ((*out)->weight > EXPR_WEIGHT_MAX) {
        return status_new(env->b->arena, ERR_LIMIT_EXCEEDED, e->at,
                          "an expression of more than %d parts", EXPR_WEIGHT_MAX);
    }
    return OK;
}

struct status bind_condition(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    TRY(bind_expr(env, e, out));
    if ((*out)->type.kind == TYPE_NULL) {
        *out = expr_null(env->b->arena, type_of(TYPE_BOOLEAN), e->at);
    }
    if ((*out)->type.kind == TYPE_BOOLEAN) return OK;
    return status_new(env->b->arena, ERR_TYPE_MISMATCH, e->at,
                      "%s takes a BOOLEAN condition, not a value of type %s", env->clause,
                      type_text(env->b->arena, (*out)->type));
}

struct status bind_constant(struct binder *b, const struct ast_expr *e, const char *what,
                            struct value *out)
{
    struct bind_env env = bind_env(b, NULL, what);
    struct expr *bound;
    TRY(bind_expr(&env, e, &bound));
    if (!expr_is_constant(bound)) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, e->at, "%s must be a constant", what);
    }
    *out = bound->constant;
    return OK;
}
