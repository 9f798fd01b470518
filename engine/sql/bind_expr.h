#ifndef SQL_BIND_EXPR_H
#define SQL_BIND_EXPR_H

/* bind_expr.h: syntax to typed expressions: names to columns, operators to functions, literals to values. */

#include "sql/scope.h"

struct group;
struct windows;

/* Where an expression stands, and what it may use there. */
struct bind_env {
    struct binder      *b;
    const struct scope *scope;  /* NULL: no columns */
    const char         *clause; /* "WHERE": for messages */
    struct group       *group;  /* aggregates go here; NULL: none are allowed */
    struct windows     *windows; /* OVER is allowed, with these named windows; NULL: it is not */
    struct str          inside;  /* name of the aggregate whose argument this is; len 0: none */
};

/* An environment without aggregates and windows. */
struct bind_env bind_env(struct binder *b, const struct scope *scope, const char *clause);

struct status bind_expr(struct bind_env *env, const struct ast_expr *e,
                        struct expr **out) MUST_CHECK;
/* A condition: BOOLEAN, or a failure that names the clause. */
struct status bind_condition(struct bind_env *env, const struct ast_expr *e,
                             struct expr **out) MUST_CHECK;
/* A value that is known at once, without columns. */
struct status bind_constant(struct binder *b, const struct ast_expr *e, const char *what,
                            struct value *out) MUST_CHECK;

/* ---- what the files of expressions share ---- */

/* A function or operator by its name in func/catalog.h. */
struct status bind_call(struct bind_env *env, const char *name, struct span at, struct expr **args,
                        uint32_t n_args, struct expr **out) MUST_CHECK;
/* The value as `to`: as CAST converts it, or as INSERT does. */
struct status bind_cast(struct binder *b, struct expr *e, struct type to, bool implicit,
                        struct span at, struct expr **out) MUST_CHECK;
/* All in their common type, which is a failure when there is none. */
struct status bind_common(struct binder *b, const char *what, struct span at, struct expr **args,
                          uint32_t n_args, struct type *out) MUST_CHECK;
struct status bind_not(struct bind_env *env, struct span at, struct expr *e,
                       struct expr **out) MUST_CHECK;

/* bind_type.c */
struct status bind_type(struct binder *b, const struct ast_type *t, bool of_column,
                        struct type *out) MUST_CHECK;
/* bind_literal.c; e is one of AST_NULL .. AST_INTERVAL */
struct status bind_literal(struct binder *b, const struct ast_expr *e,
                           struct expr **out) MUST_CHECK;
/* bind_predicate.c: CASE, COALESCE, IN, BETWEEN, rows, periods */
struct status bind_case(struct bind_env *env, const struct ast_expr *e,
                        struct expr **out) MUST_CHECK;
struct status bind_in(struct bind_env *env, const struct ast_expr *e, struct expr **out) MUST_CHECK;
struct status bind_between(struct bind_env *env, const struct ast_expr *e,
                           struct expr **out) MUST_CHECK;
struct status bind_comparison(struct bind_env *env, const struct ast_expr *e,
                              struct expr **out) MUST_CHECK;
struct status bind_coalesce(struct bind_env *env, const struct ast_expr *e,
                            struct expr **out) MUST_CHECK;
/* RELEASE(value, reason): the value, which may leave */
struct status bind_release(struct bind_env *env, const struct ast_expr *e,
                           struct expr **out) MUST_CHECK;
struct status bind_period(struct bind_env *env, const struct ast_expr *e,
                          struct expr **out) MUST_CHECK;
/* bind_record.c: a field of a record, r.FIELD or alias.r.FIELD; *found tells whether the name is one. */
struct status bind_field(struct bind_env *env, const struct scope *scope, const struct ast_expr *e,
                         bool *found, struct expr **out) MUST_CHECK;
/* The failure of a record that is used as a value. */
struct status bind_whole_record(struct binder *b, const struct sluice_record *record,
                                struct span at) MUST_CHECK;
/* a = b, or (a1, a2) = (b1, b2), of bound values */
struct status bind_equal_values(struct bind_env *env, struct span at, struct expr **left,
                                struct expr **right, uint32_t n, struct expr **out) MUST_CHECK;
/* bind_subquery.c: IN (query), EXISTS (query), (query) */
struct status bind_subquery(struct bind_env *env, const struct ast_expr *e,
                            struct expr **out) MUST_CHECK;
/* LOOKUP('table', 'column', key, ...): a query as a value */
struct status bind_lookup_call(struct bind_env *env, const struct ast_expr *e,
                               struct expr **out) MUST_CHECK;
/* What CREATE FUNCTION declares of a plug-in's function: its arguments and result are of these types, as by INSERT.
 * d NULL: nothing is declared. */
struct status bind_declared_args(struct binder *b, const struct fn_declared *d, struct expr **args,
                                 uint32_t n_args) MUST_CHECK;
struct status bind_declared_result(struct binder *b, const struct fn_declared *d, struct span at,
                                   struct expr **result) MUST_CHECK;

/* bind_function.c: functions of the application; *found tells whether it has one of that name. */
struct status bind_user_call(struct bind_env *env, const struct ast_expr *e, bool *found,
                             struct expr **out) MUST_CHECK;
/* Whether the body of a function is in order, before it is called. */
struct status bind_function_body(struct binder *b, const struct user_function *f) MUST_CHECK;
/* bind_group.c and bind_over.c */
struct status bind_aggregate(struct bind_env *env, const struct ast_expr *e,
                             struct expr **out) MUST_CHECK;
struct status bind_over(struct bind_env *env, const struct ast_expr *e,
                        struct expr **out) MUST_CHECK;

#endif
