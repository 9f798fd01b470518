#ifndef SQL_BINDER_H
#define SQL_BINDER_H

/*
 * binder.h: what the files of the binder share: the state of one application being bound, and sets of rows on the way
 * from FROM to the select list.
 */

#include "base/limits.h"
#include "sql/bind.h"
#include "sql/catalog.h"
#include "sql/expr.h"
#include "sql/mono.h"

struct scope;

/* Names of WITH, innermost first. */
struct with_name {
    struct str              name;
    const struct ast_query *query;
    const struct with_name *outer; /* those that its query may use, and the next to be looked at */
};

/* A CREATE SINK that stands before its stream, as in a file of sources and sinks that is named first. */
struct early_sink {
    const struct ast_statement *statement;
    const char                 *base_dir;
};

/* Which function a record comes from, for messages. */
struct record_maker {
    const struct sluice_record *record;
    const char                 *function;
};

/* A column of a stream by its names. */
struct named_column {
    struct str stream, column;
};

struct binder {
    struct arena            *arena;
    struct fn_catalog       *functions; /* plug-ins' before those that are always there */
    struct diags            *diags;
    struct catalog          *catalog;
    const char              *base_dir;
    uint32_t                 depth;   /* queries, views and functions within each other */
    uint32_t                 expr_depth; /* expressions within each other, through macros too */
    uint32_t                 n_nodes; /* plan nodes of the statement */
    bool answers;   /* a query of tables alone is one that is answered (bind_answers) */
    bool answering; /* such a query is being bound: all its rows are of one time */
    const struct text_file
        *onlooker; /* of a query that is not the application's (bind_onlooker); NULL: none */
    bool onlooker_sees;               /* PERSONAL values, too */
    ARRAY(const struct text_file *) onlookers; /* texts of those who may not see PERSONAL values */
    ARRAY(struct named_column)
    personal; /* PERSONAL whatever the statements say (bind_keep_personal) */
    uint32_t
        onlooker_calls; /* functions of the application within each other, which his text calls */
    ARRAY(uint32_t) reads;           /* streams that the statement reads */
    ARRAY(struct early_sink)
    early_sinks; /* bound when their streams stand, or reported at the end */
    ARRAY(struct str)
    failed; /* names whose definition was refused: what misses them is not their fault */
    ARRAY(struct record_maker) records;
};

/* Rows on their way: the operator that makes them, and what is known of its columns. */
struct rows {
    struct plan_node *node;
    struct mono      *monos; /* node->out.n_columns */
};

/* A column of a query's result. */
struct result_column {
    struct str   name;
    bool explicit_name; /* an alias or a column's own name; otherwise one that the system made */
    struct type  type;
    bool         not_null;
    bool         personal;
    bool
        literal; /* written as a literal: a function of the application takes it in its parameter's type */
    const struct sluice_record *record; /* NULL: a plain value */
    struct span  at;
};

/* A bound query. */
struct result {
    struct rows
        rows; /* a stream: the operator whose columns are these; node NULL: a table, below */
    struct result_column *columns;
    uint32_t              n_columns;
    bool                  sets_rowtime; /* an item AS ROWTIME */
    uint32_t rowtime_at; /* position among the items, for a column list that names it */
    /* a table: */
    uint32_t              table;
    uint32_t             *table_columns; /* the table's column behind each of `columns` */
    struct expr          *table_filter;  /* over the table's columns; NULL: all rows */
};

/* An operator with these output columns (copied), counted against the limit of one statement. */
struct status binder_node(struct binder *b, enum plan_kind kind, struct span at,
                          const struct schema *out, struct plan_node **node) MUST_CHECK;
/* The same with one input whose columns it keeps. */
struct status binder_filter(struct binder *b, struct rows *rows, struct expr *predicate,
                            const char *clause, struct span at) MUST_CHECK;
/* A query or a macro within another: fails beyond LIMIT_EXPR_DEPTH. Balanced by binder_leave. */
struct status binder_enter(struct binder *b, struct span at) MUST_CHECK;
static inline void binder_leave(struct binder *b)
{
    b->depth--;
}
/* Whether what stands at the place is an onlooker's word who may not see PERSONAL values; also what a function of the
 * application says that his text calls. */
bool binder_is_onlookers(const struct binder *b, struct span at);
/* A failure about a feature that the language has and the engine has not yet. */
struct status binder_unsupported(struct binder *b, struct span at, const char *feature);
/* Adds a failure to the diagnostics, unless it is silent. */
void binder_report(struct binder *b, struct status st);
/* A failure that only follows from one that has been reported: it has no message. */
struct status binder_silent(struct status st);
bool binder_has_failed(const struct binder *b, struct str name);
/* Adds a warning. */
void binder_warn(struct binder *b, enum err err, struct span at, const char *message);

#endif
