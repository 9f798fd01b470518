#ifndef SQL_PERSONAL_FLOW_H
#define SQL_PERSONAL_FLOW_H

/* personal_flow.h: what the parts of the search for PERSONAL values share. */

#include "base/array.h"
#include "sql/binder.h"
#include "sql/personal_origin.h"
#include "sql/personal_trace.h"

/* What is known of the values of a column by now. */
struct way {
    const struct trace   *trace; /* how a PERSONAL value came into it; NULL: none did */
    const struct origins
        *reads; /* what it is computed from: two columns that share one may hold the same value */
    /* What is equal to a PERSONAL value in some of the rows, and which they are this column tells: it holds, or is made
     * of, the result of a comparison. */
    const struct origins *equates;
    const struct trace   *equal_to; /* the way of that value; NULL: there is none */
};

/* A query between two times that it is looked at. */
struct query_state {
    uint32_t
        first_origin; /* of what it computes: the same each time; 0: it was not looked at yet */
    uint64_t seen;         /* versions of the streams that it reads, together */
};

/* The search itself. */
struct flow {
    struct binder   *b;
    struct app_plan *plan;
    struct way     **streams; /* by their numbers, the columns of each */
    struct way     **tables;
    struct plan_pump *pump; /* whose operators are looked at; NULL: a table's */
    struct query_state *queries; /* of tables, two each, then of pumps */
    uint32_t *versions; /* of streams: how often something new was found in one */
    uint32_t *awaited;  /* of streams: pumps into one that were not looked at yet */
    bool *
        stream_hands; /* of streams, of tables: an onlooker who may not see PERSONAL values had a hand in its rows */
    bool *table_hands;
    bool  hand; /* in those of the operator that is looked at */
    uint32_t
        n_origins; /* 0: time; the columns of sources and tables; what operators compute otherwise */
    bool keys; /* keys that are sent to a server are looked for, and nothing else is told */
    ARRAY(struct status) notes;
    ARRAY(struct span) refused; /* their places, for one message each */
    bool last; /* nothing new will be found: operators are marked, notes and refusals made */
};

/* The columns that an expression reads. */
struct row_ways {
    struct way *columns;
    uint32_t    n_columns;
    bool        hand; /* an onlooker made, changed or chose the rows */
};

/* The way of a PERSONAL value that the expression reads or is computed from, or NULL. */
const struct trace *flow_way(struct flow *f, const struct expr *e, struct row_ways in);
/* The columns that it is computed from, but by way of de-identifying functions and RELEASE. */
const struct origins *flow_reads(struct flow *f, const struct expr *e, struct row_ways in);
/* What the expressions of a query within an expression are over: its args, then the columns of its table. */
struct row_ways flow_subquery_row(struct flow *f, const struct expr *e, struct row_ways in);
/* What is known of either. */
void flow_join(struct flow *f, struct way *w, const struct way *with);
/* A row of its own, which can be changed. */
struct row_ways flow_copy(struct flow *f, struct row_ways row);
/* Whether the call makes something of its arguments that is theirs no more: that of an onlooker's value does not. */
bool flow_ends_at(const struct flow *f, const struct expr *e);
/* Whether a part of the expression is an onlooker's, as a function of his would be. */
bool flow_wrote(const struct flow *f, const struct expr *e);
/* Whether an onlooker had a hand in the rows that a node makes of others. */
bool flow_has_hand(const struct flow *f, const struct plan_node *n);

/* Marks the columns of a row that the conditions of the node, a filter or a join, and of those that feed it make equal
 * to a PERSONAL value, in whatever order they stand. */
void flow_fulfil(struct flow *f, const struct plan_node *n, struct row_ways row);
/* Adds to `way` what the value of the expression tells of comparisons with PERSONAL values. What it compares otherwise
 * may be the same from now on, in the whole row. */
void flow_compare(struct flow *f, const struct expr *e, struct row_ways row, struct way *way);
/* What both of two tables have: marks columns that are equal to a PERSONAL one of the other. */
void flow_intersect(struct flow *f, struct row_ways left, struct row_ways right);

/* What is known at first. */
void flow_begin(struct flow *f);
/* Columns of a running application that were PERSONAL before somebody changed it are, too. */
void flow_keep(struct flow *f);
/* Reports the ways out of the plan. */
void flow_refuse_ends(struct flow *f);
/* Reports a PERSONAL value, if it is one, that would be a time. */
void flow_refuse_rowtime(struct flow *f, struct span at, const struct trace *t);

#endif
