/*
 * bind_function.c: functions of the application (CREATE FUNCTION ... RETURN expression).
 *
 * A call is replaced by the body, with the arguments for the parameters. Arguments and result have the declared types
 * exactly (dialect 5); "exactly" means the kind, and a literal is taken in the parameter's type (L-34).
 */

#include "sql/bind_expr.h"
#include "sql/fold.h"

static bool is_literal(const struct ast_expr *e)
{
    bool sign = e->kind == AST_CALL && e->n_args == 1 &&
                (str_equal_c(e->name, "NEG") || str_equal_c(e->name, "POS"));
    return e->kind <= AST_INTERVAL || (sign && is_literal(e->args[0]));
}

static bool takes(const struct user_function *f, uint32_t i, const struct expr *arg,
                  const struct ast_expr *tree)
{
    if (arg->type.kind == TYPE_NULL || type_is_same_kind(arg->type, f->types[i])) return true;
    return is_literal(tree) && type_is_number(arg->type) && type_is_number(f->types[i]);
}

static const struct user_function *choose(const struct catalog *c, const struct ast_expr *e,
                                          struct expr *const *args)
{
    for (size_t k = c->functions.count; k-- > 0;) {
        const struct user_function *f = &c->functions.items[k];
        if (f->dropped || !str_equal(&f->name, &e->name) || f->n_parameters != e->n_args) continue;
        uint32_t i = 0;
        while (i < e->n_args && takes(f, i, args[i], e->args[i])) i++;
        if (i == e->n_args) return f;
    }
    return NULL;
}

static bool is_known(const struct catalog *c, struct str name)
{
    for (size_t k = 0; k < c->functions.count; k++) {
        const struct user_function *f = &c->functions.items[k];
        if (!f->dropped && str_equal(&f->name, &name)) return true;
    }
    return false;
}

static struct status no_overload(struct binder *b, const struct ast_expr *e,
                                 struct expr *const *args)
{
    const char *types = "";
    for (uint32_t i = 0; i < e->n_args; i++) {
        types = str_format_c(b->arena, "%s%s%s", types, i > 0 ? ", " : "",
                             type_text(b->arena, args[i]->type));
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_FUNCTION, e->at,
                                  "no match found for function signature %.*s(%s)",
                                  STR_ARG(e->name), types);
    return status_with_hint(st, "arguments of a function of the application are not converted: "
                                "use CAST");
}

/* NULL if any argument is NULL, else the body. */
static struct expr *null_on_null(struct binder *b, struct scope_parameter *parameters, uint32_t n,
                                 struct expr *body, struct bind_env *env, struct status *st)
{
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, 2 * n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct expr **test = ARENA_ARRAY(b->arena, struct expr *, 1);
        test[0] = parameters[i].expr;
        *st = bind_call(env, "IS NULL", body->at, test, 1, &args[2 * i]);
        if (st->err != ERR_NONE) return body;
        args[2 * i + 1] = expr_null(b->arena, body->type, body->at);
    }
    args[2 * n] = body;
    return expr_fold(b->arena,
                     expr_new(b->arena, EXPR_CASE, body->type, body->at, args, 2 * n + 1));
}

static struct status expand(struct bind_env *env, const struct user_function *f, struct span at,
                            struct expr *const *args, struct expr **out)
{
    struct binder *b = env->b;
    struct scope_parameter *parameters = ARENA_ARRAY(b->arena, struct scope_parameter,
                                                     f->n_parameters + 1);
    for (uint32_t i = 0; i < f->n_parameters; i++) {
        parameters[i].name = f->parameters[i].name.text;
        TRY(bind_cast(b, args[i], f->types[i], true, at, &parameters[i].expr));
    }
    struct scope scope = { .parameters = parameters, .n_parameters = f->n_parameters };
    struct bind_env inner = bind_env(b, &scope, "RETURN");
    struct expr *body;
    TRY(binder_enter(b, at));
    struct status st = bind_expr(&inner, f->body, &body);
    binder_leave(b);
    TRY(st);
    if (body->type.kind != TYPE_NULL && !type_is_same_kind(body->type, f->returns)) {
        return status_new(b->arena, ERR_TYPE_MISMATCH, f->body->at,
                          "function \"%.*s\" returns %s, its expression is %s", STR_ARG(f->name),
                          type_text(b->arena, f->returns), type_text(b->arena, body->type));
    }
    TRY(bind_cast(b, body, f->returns, true, at, &body));
    if (f->null_on_null && f->n_parameters > 0) {
        body = null_on_null(b, parameters, f->n_parameters, body, &inner, &st);
        TRY(st);
    }
    *out = body;
    return OK;
}

/* What an onlooker calls is his word. */
static void put_at(struct expr *e, struct span at)
{
    e->at = at;
    for (uint32_t i = 0; i < e->n_args; i++) put_at(e->args[i], at);
}

struct status bind_user_call(struct bind_env *env, const struct ast_expr *e, bool *found,
                             struct expr **out)
{
    struct binder *b = env->b;
    if (!is_known(b->catalog, e->name)) {
        struct status st = { .err = ERR_UNKNOWN_FUNCTION, .at = e->at };
        return binder_has_failed(b, e->name) && !fn_exists(b->functions, e->name) ? st : OK;
    }
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, e->n_args + 1);
    for (uint32_t i = 0; i < e->n_args; i++) TRY(bind_expr(env, e->args[i], &args[i]));
    const struct user_function *f = choose(b->catalog, e, args);
    if (!f) {
        /* A built-in function may have an overload of that name. */
        return fn_exists(b->functions, e->name) ? OK : no_overload(b, e, args);
    }
    *found = true;
    struct user_function copy = *f;
    if (!binder_is_onlookers(b, e->at)) return expand(env, &copy, e->at, args, out);
    b->onlooker_calls++;
    struct status st = expand(env, &copy, e->at, args, out);
    b->onlooker_calls--;
    TRY(st);
    put_at(*out, e->at);
    return OK;
}

/* ---- CREATE FUNCTION ---- */

struct status bind_function_body(struct binder *b, const struct user_function *f)
{
    struct bind_env env = bind_env(b, NULL, "RETURN");
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, f->n_parameters + 1);
    for (uint32_t i = 0; i < f->n_parameters; i++) {
        args[i] = expr_column(b->arena, i, f->types[i], f->body->at);
    }
    struct expr *unused;
    return expand(&env, f, f->body->at, args, &unused);
}
