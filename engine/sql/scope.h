#ifndef SQL_SCOPE_H
#define SQL_SCOPE_H

/* scope.h: which names an expression can see. */

#include "sql/binder.h"

struct scope_column {
    struct str   name;
    struct expr *expr; /* over the rows that the clause runs on */
    bool         not_null;
    bool         personal;
    bool         merged; /* by USING: only a qualified name finds it, and * leaves it out */
};

/* One entry of FROM under its alias. */
struct scope_relation {
    struct str           name;     /* len 0: it has none */
    struct str           original; /* what an alias hides; len 0: nothing */
    bool                 is_stream; /* has a ROWTIME */
    struct expr         *time;      /* a stream's row time; NULL: that of the row of the clause */
    bool                 own_rowtime; /* a declared column takes the place of ROWTIME (L-21) */
    struct scope_column *columns;
    uint32_t             n_columns; /* hidden ones behind the others */
    uint32_t             n_visible; /* what * gives */
    struct span          at;
};

/* Parameters of a function of the application: names that stand for expressions. */
struct scope_parameter {
    struct str   name;
    struct expr *expr;
};

/* Around a query in an expression: what it reads there becomes its arguments, columns from OUTER_BASE on. */
struct outer_scope {
    const struct scope *scope;
    struct expr_list    args;
};
#define OUTER_BASE (UINT32_C(1) << 30)
/* The expression over the outer row as a column of the inner query. */
struct expr *scope_outer(struct binder *b, struct outer_scope *outer, struct expr *e);

struct scope {
    struct outer_scope     *outer; /* looked at for what is not here; NULL: none */
    struct scope_relation  *relations;
    uint32_t                n_relations;
    struct scope_parameter *parameters;
    uint32_t                n_parameters;
    const struct ast_query *query; /* whose aliases hints mention; NULL: none */
    const char             *clause; /* "WHERE", for hints */
};

/* What a column name (a, r.a or s.r.a) means here. ROWTIME alone is the time of the row that a select list makes;
 * elsewhere it is a stream's, when there is but one (L-38). Unknown and ambiguous names fail with a hint. */
struct status scope_find(struct binder *b, const struct scope *s, const struct ast_expr *name,
                         struct expr **out) MUST_CHECK;
/* Whether some relation has a column of this name (for aliases in GROUP BY, L-60). */
bool scope_has_column(const struct scope *s, struct str name);
/* The relation of this alias, or a failure that names the nearest one. */
struct status scope_find_relation(struct binder *b, const struct scope *s, struct ast_name name,
                                  const struct scope_relation **out) MUST_CHECK;
/* Both beside each other. */
struct scope scope_join(struct arena *a, const struct scope *left, const struct scope *right);
/* Whether the name is ROWTIME, which every stream has. */
bool scope_is_rowtime(struct str name);

#endif
