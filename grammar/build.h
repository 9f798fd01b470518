#ifndef GRAMMAR_BUILD_H
#define GRAMMAR_BUILD_H

/*
 * build.h: makers of tree nodes, for the actions of parser.y. All nodes live in the parse's arena
 * and end at its last token. Faults that are no matter of syntax (a reserved word as a name, a
 * tree that is too high) are added to the parse's diags; a node comes back all the same, so that
 * reading goes on.
 */

#include "grammar/machine.h"

LIST_OF(name_list, struct ast_name);
LIST_OF(expr_list, struct ast_expr *);
LIST_OF(item_list, struct ast_item);
LIST_OF(order_list, struct ast_order);
LIST_OF(window_list, struct ast_named_window);
LIST_OF(arg_list, struct ast_table_arg);
LIST_OF(param_list, struct ast_parameter);

/* The optional parts of a SELECT, each empty where it is not written. */
struct select_mode {
    bool stream, distinct;
};
struct group_part {
    struct expr_list exprs;
    struct ast_expr *stagger_range; /* NULL: GROUP BY */
    struct span at;
};
struct order_part {
    struct order_list list;
    struct ast_expr *within;
    struct span at;
};
struct frame_part {
    int kind; /* FRAME_* */
    struct ast_bound start, end;
};
struct alias_part {
    struct ast_name name;
    struct name_list columns;
};
struct with_part {
    struct name_list names;
    struct ast_query **queries;
    size_t cap;
};
/* What may stand behind the parentheses of a call. */
struct tail_part {
    int nulls; /* NULLS_* */
    bool from_last;
    struct ast_window *over;
};

/* ---- places and faults ---- */

/* From the start of a to the last token. */
struct span build_span(const struct parse *p, struct span a);
/* Adds an error; message as by printf, hint or NULL. */
void build_fault(struct parse *p, enum err err, struct span at, const char *hint,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Makes *height at least one more than that of a part, which must be known by then. */
void build_raise(struct parse *p, uint16_t *height, uint16_t below);

/* ---- names, numbers ---- */

/* The name that a token is, whatever word it is. */
struct ast_name build_name(const struct token *t);
/* The same; a reserved word is a fault. */
struct ast_name build_new_name(struct parse *p, const struct token *t);
/* Units by their word; UNIT_NONE and a fault that says "cannot apply" for another word. */
uint8_t build_unit(const struct token *t);
uint8_t build_unit_checked(struct parse *p, const struct token *t, const char *function);
/* A length or precision; a fault if it is no whole number. */
int64_t build_number(struct parse *p, const struct token *t, bool negative);

/* ---- expressions ---- */

struct ast_expr *build_expr(struct parse *p, enum ast_kind kind, struct span at);
struct ast_expr *build_leaf(struct parse *p, enum ast_kind kind, const struct token *t);
/* Takes the arguments over and counts the height. */
void build_args(struct parse *p, struct ast_expr *e, struct expr_list args);
/* A call of up to four arguments; the first NULL ends them. */
struct ast_expr *build_call(struct parse *p, const char *name, struct span at, struct ast_expr *a,
                            struct ast_expr *b, struct ast_expr *c, struct ast_expr *d);
struct ast_expr *build_binary(struct parse *p, struct str name, struct ast_expr *a,
                              struct ast_expr *b);
struct ast_expr *build_unary(struct parse *p, const char *name, struct span at, struct ast_expr *a);
struct ast_expr *build_not(struct parse *p, struct span at, struct ast_expr *a);
struct ast_expr *build_boolean(struct parse *p, const struct token *t);
/* A column's path, or a value such as CURRENT_TIMESTAMP. */
struct ast_expr *build_column(struct parse *p, struct name_list path);
struct ast_expr *build_function(struct parse *p, const struct token *name, struct expr_list args);
struct ast_expr *build_tail(struct parse *p, struct ast_expr *call, struct tail_part tail);
struct ast_expr *build_subquery(struct parse *p, enum ast_kind kind, struct span at,
                                struct ast_query *q);
struct ast_expr *build_list(struct parse *p, enum ast_kind kind, struct span at,
                            struct ast_expr *first, struct expr_list rest);
struct ast_expr *build_period(struct parse *p, const struct token *t, struct ast_expr *a,
                              struct ast_expr *b);
struct ast_expr *build_interval(struct parse *p, const struct token *t, char sign,
                                const struct token *text, struct ast_type type);
struct expr_list build_one(struct parse *p, struct ast_expr *e);

/* ---- windows, queries ---- */

struct ast_window *build_window(struct parse *p, struct span at, struct ast_name base,
                                struct expr_list partition, struct order_part order,
                                struct frame_part frame);
struct ast_window *build_window_name(struct parse *p, struct ast_name name);
/* build_raise for all that is in a window. */
void build_raise_window(struct parse *p, uint16_t *height, const struct ast_window *w);
struct ast_query *build_query(struct parse *p, enum ast_query_kind kind, struct span at);
struct ast_query *build_set(struct parse *p, enum ast_query_kind kind, struct ast_query *left,
                            bool all, struct ast_query *right);
struct ast_query *build_values(struct parse *p, struct span at, struct expr_list rows);
struct ast_query *build_select(struct parse *p, struct span at, struct select_mode mode,
                               struct item_list items, struct ast_from *from,
                               struct ast_expr *where, struct group_part group,
                               struct ast_expr *having, struct window_list windows);
/* Puts ORDER BY and LIMIT behind a query; a fault if it has its own, in parentheses. */
struct ast_query *build_order(struct parse *p, struct ast_query *q, struct order_part order,
                              struct ast_expr *limit);
struct ast_query *build_with(struct parse *p, struct span at, struct with_part with,
                             struct ast_query *q);

struct ast_from *build_relation(struct parse *p, struct ast_name qualifier, struct ast_name name);
struct ast_from *build_from_query(struct parse *p, struct span at, struct ast_query *q);
struct ast_from *build_from_function(struct parse *p, struct span at, const struct token *name,
                                     struct arg_list args);
void build_alias(struct parse *p, struct ast_from *from, struct alias_part alias);
void build_over(struct parse *p, struct ast_from *from, struct ast_window *w);
struct ast_from *build_join(struct parse *p, struct ast_from *left, int kind,
                            struct ast_from *right);
void build_on(struct parse *p, struct ast_from *join, struct ast_expr *on);

/* ---- statements ---- */

struct ast_statement *build_statement(struct parse *p, enum ast_statement_kind kind,
                                      struct span at);
/* What CREATE FUNCTION says behind its result; language is 'S' or 'C'. */
struct function_part {
    char language;
    bool null_on_null;
    bool has_external;
    struct str external;
    struct span external_at;
};
/* Sets what a function does and checks that its language has it. */
void build_body(struct parse *p, struct ast_statement *s, struct function_part part,
                struct ast_expr *body);
/* Columns of a stream have no PATH. */
void build_columns(struct parse *p, struct ast_statement *s, struct column_list columns);
void build_options(struct ast_statement *s, struct option_list options);
/* A value of WITH or OPTIONS: a literal, a word, or several of them in parentheses. */
void build_option(struct parse *p, const struct ast_expr *value);

#endif
