#ifndef SQL_PERSONAL_FLOW_H
#define SQL_PERSONAL_FLOW_H

/* personal_flow.h: what the parts of the search for PERSONAL values share. */

#include "base/array.h"
#include "sql/binder.h"
#include "sql/personal_trace.h"

/* The search itself, and what it knows by now: for each column the way that its values came, NULL: none is PERSONAL. */
struct flow {
    struct binder         *b;
    struct app_plan       *plan;
    const struct trace  ***streams;
    const struct trace  ***tables;
    struct plan_pump *pump; /* whose operators are looked at; NULL: a table's */
    bool changed;
    bool keys; /* keys that are sent to a server are looked for, and nothing else is told */
    ARRAY(struct status) notes;
    ARRAY(struct span) refused; /* their places, for one message each */
    bool last; /* nothing new will be found: operators are marked, notes and refusals made */
};

/* The columns that an expression reads. */
struct row_ways {
    const struct trace **columns;
    uint32_t             n_columns;
};

/* The way of a PERSONAL value that the expression reads or is computed from, or NULL. */
const struct trace *flow_way(struct flow *f, const struct expr *e, struct row_ways in);
/* What the expressions of a query within an expression are over: its args, then the columns of its table. */
struct row_ways flow_subquery_row(struct flow *f, const struct expr *e, struct row_ways in);
/* Marks the columns of a row that the conditions of the node, a filter or a join, and of those that feed it make equal
 * to a PERSONAL value, in whatever order they stand. */
void flow_fulfil(struct flow *f, const struct plan_node *n, struct row_ways row);

#endif
