#ifndef SQL_BIND_SELECT_H
#define SQL_BIND_SELECT_H

/* bind_select.h: queries to operators: FROM, WHERE, GROUP BY, HAVING, the select list, UNION ALL. */

#include "sql/bind_expr.h"

/* A query anywhere; with: names of an outer WITH that it sees. */
struct status bind_query(struct binder *b, const struct ast_query *q, const struct with_name *with,
                         struct result *out) MUST_CHECK;

/* ---- what the files of queries share ---- */

/* What FROM gives: rows of a stream, or (node NULL) one table. */
struct from {
    struct scope scope;
    struct rows  rows;
    uint32_t     table;
    struct expr *table_filter; /* over the table's columns; NULL: all rows */
    struct span  at;
    bool         of_tables;    /* `rows` are those of tables: a join of tables alone */
    bool         has_window;   /* OVER (...) behind a stream, for the join with another */
    struct span  window_at;
    enum join_window window;
    int64_t      window_size;  /* ms or rows */
};

/* Named windows of a query, and what its OVERs need: the functions become columns behind the input's. */
struct windows {
    const struct ast_named_window *items;
    uint32_t                       n_items;
    uint32_t                       n_input; /* columns of the input */
    ARRAY(struct plan_sliding) sliding;
    ARRAY(struct plan_over_fn) fns;
};

/* bind_from.c; query: whose FROM it is */
struct status bind_from(struct binder *b, const struct ast_from *f, const struct ast_query *query,
                        const struct with_name *with, struct from *out) MUST_CHECK;
/* bind_derived.c */
/* The rows of a table that pass the filter (NULL: all) as those of a stream that has them once. */
struct status bind_table_rows(struct binder *b, struct span at, uint32_t table, struct expr *filter,
                              struct rows *out) MUST_CHECK;
/* The query's rows, which `rows` gives, as a table; `second`, if given, is the other side of q's set operator, with the
 * same columns. */
struct status bind_derived(struct binder *b, const struct ast_query *q, const struct result *rows,
                           struct plan_node *second, struct result *out) MUST_CHECK;
struct items;
/* Columns from here on are aggregates on their way. */
enum { AGG_BASE = 1 << 24 };
/* bind_group.c: the select list of a query whose rows are one group; its aggregates stand in it as columns from
 * AGG_BASE on, other columns of the query do not. */
struct status bind_one_group(struct bind_env *env, const struct ast_query *q, struct items *items,
                             struct plan_agg **aggs, uint32_t *n_aggs) MUST_CHECK;
/* Whether a query over tables has aggregates, so that without GROUP BY all rows are one group. */
bool bind_has_aggregates(struct binder *b, const struct ast_query *q);
/* bind_join.c */
struct status bind_join(struct binder *b, const struct ast_from *f, const struct from *left,
                        const struct from *right, struct from *out) MUST_CHECK;
/* A window that only a join with a table has seen. */
struct status bind_needless_window(struct binder *b, const struct from *from);
/* USING and NATURAL of a join: their equalities are added to the condition. */
struct status bind_merged_columns(struct bind_env *env, const struct ast_from *f,
                                  const struct scope *left, const struct scope *right,
                                  struct expr **condition) MUST_CHECK;
/* bind_stream_join.c */
struct status bind_stream_join(struct binder *b, const struct ast_from *f, const struct from *left,
                               const struct from *right, struct from *out) MUST_CHECK;
/* bind_table_fn.c */
struct status bind_table_fn(struct binder *b, const struct ast_from *f,
                            const struct with_name *with, struct result *out) MUST_CHECK;
/* bind_values.c: VALUES as a table */
struct status bind_values(struct binder *b, const struct ast_query *q,
                          struct result *out) MUST_CHECK;
/* bind_union.c: UNION ALL, and what the other set operators are told */
struct status bind_set(struct binder *b, const struct ast_query *q, const struct with_name *with,
                       struct result *out) MUST_CHECK;

/* One item of a select list, bound. */
struct item {
    struct expr         *expr;
    struct result_column column;
    bool                 is_rowtime; /* AS ROWTIME: takes no position */
    struct span          at;
};
struct items {
    struct item *items;
    size_t       count, cap;
};

/* bind_items.c: the select list in this environment, * spread out */
struct status bind_items(struct bind_env *env, const struct ast_query *q,
                         struct items *out) MUST_CHECK;
/* The projection of the items over rows. */
struct status bind_project(struct binder *b, const struct ast_query *q, const struct rows *rows,
                           const struct items *items, struct result *out) MUST_CHECK;
/* Whether a value over these columns is never NULL. */
bool expr_is_not_null(const struct expr *e, const struct schema *columns);

/* bind_group.c: a query with GROUP BY or WINDOWED BY, from its input to its projection */
struct status bind_grouped(struct binder *b, const struct ast_query *q, const struct from *from,
                           struct result *out) MUST_CHECK;
/* The function of the call, and its arguments as it takes them. */
struct status bind_agg_args(struct bind_env *env, const struct ast_expr *e,
                            struct plan_agg *agg) MUST_CHECK;
bool plan_agg_equal(const struct plan_agg *a, const struct plan_agg *b);
/* Whether the query groups. */
static inline bool bind_is_grouped(const struct ast_query *q)
{
    return q->n_group > 0 || q->stagger;
}

/* bind_pump.c: the rows of a result that is a table, with the query's columns */
struct status bind_result_rows(struct binder *b, struct span at, struct result *q) MUST_CHECK;

/* bind_window.c: a window on a side of a join */
struct status bind_join_window(struct bind_env *env, const struct ast_window *w,
                               enum join_window *out, int64_t *size) MUST_CHECK;
/* The same for any window: of an OVER of this function, or (function empty) of a join. */
struct status bind_sliding(struct bind_env *env, const struct ast_window *w, struct str function,
                           struct plan_sliding *out) MUST_CHECK;
/* bind_over.c: the operator of the query's OVERs, if it has any, on top of rows */
struct status bind_over_node(struct binder *b, const struct ast_query *q,
                             const struct windows *windows, struct rows *rows) MUST_CHECK;

/* What a query is sorted by, over the rows that its items are made of. */
struct order_key {
    struct expr *expr;
    bool         descending;
    bool         of_result; /* the time of the row that comes out */
    struct mono  mono;      /* of the first key */
};
struct order {
    struct order_key *keys;
    uint32_t          n_keys; /* 0: nothing to do */
    bool              within; /* by a time, which becomes ROWTIME */
    int64_t           within_ms;
    struct span       at;
};

/* bind_order.c: ORDER BY of items; map: as the items were mapped, or NULL */
typedef struct status (*item_map)(void *arg, struct expr *e, struct expr **out);
struct status bind_order(struct bind_env *env, const struct ast_query *q, const struct items *items,
                         item_map map, void *arg, struct order *out) MUST_CHECK;
/* The projection of the items, DISTINCT and sorted as the query says. */
struct status bind_result(struct binder *b, const struct ast_query *q, const struct rows *rows,
                          const struct items *items, struct order *order,
                          struct result *out) MUST_CHECK;
/* bind_distinct.c: over the projection `rows` of items, which are made of `input` */
struct status bind_distinct(struct binder *b, const struct ast_query *q, const struct rows *input,
                            const struct items *items, struct rows *rows) MUST_CHECK;

#endif
