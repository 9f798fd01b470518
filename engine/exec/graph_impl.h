#ifndef EXEC_GRAPH_IMPL_H
#define EXEC_GRAPH_IMPL_H

/* graph_impl.h: what graph.c, section.c and the operators at the edges of the graph know of each other. */

#include "base/array.h"
#include "data/builder.h"
#include "exec/fault.h"
#include "exec/graph.h"
#include "time/merge.h"

struct op_list {
    struct op **items;
    size_t      count, cap;
};

struct graph {
    struct arena          *arena; /* the application's: operators lie in it */
    struct graph_config    config;
    const struct app_plan *plan;
    struct program_env     env;
    struct account         memory;  /* what all operators keep */
    struct graph_tables   *tables;  /* reference tables, which a refresh replaces */
    struct op_list         ops;     /* all of them, in the order in which they were made */
    struct op            **streams; /* plan->n_streams */
    struct op            **sources; /* plan->n_streams; NULL: not a source */
    struct op            **results; /* plan->n_pumps: behind a top-level query; NULL: a pump */
    struct op             *error_stream;
    struct error_log      *errors;
    struct builder        *error_rows;
    rowtime                error_time; /* ROWTIME of the last row of error_stream */
    rowtime                latest;     /* the latest time that a source has reached */
};

/* ---- reference tables ---- */

/* The table as it is now, retained for the caller, and its version. */
struct reftable *graph_table(const struct graph *g, uint32_t table, uint64_t *version);
/* Where the rows of a table are asked for by key; NULL: it is held whole. */
struct keyed *graph_keyed(const struct graph *g, uint32_t table);
/* The first failure of a query in an expression to have rows by key, which ends the run: expressions have no status of
 * their own. */
struct status graph_keyed_failure(const struct graph *g) MUST_CHECK;
/* Whether any table was replaced since that version. */
bool graph_table_is_new(const struct graph *g, uint64_t version);
struct graph_tables *graph_tables_new(struct arena *a, const struct graph_config *config);
void graph_tables_free(struct graph_tables *t, uint32_t n);

/* ---- making operators ---- */

/* A new operator with its own scratch arena, in g->ops; to be connected, then opened by graph_new. */
struct op *graph_op(struct graph *g, const struct op_class *class, struct str name,
                    const struct plan_node *node, uint32_t pump, uint32_t n_inputs);
/* The same outside of g->ops, for sections: memory in `a`. */
struct op *op_new(struct graph *g, struct arena *a, const struct op_class *class, struct str name,
                  const struct plan_node *node, uint32_t pump, uint32_t n_inputs);
void op_free(struct op *op);
void op_connect(struct arena *a, struct op *from, struct op *to, uint32_t input);
/* Error rows whose turn has come reach error_stream. */
struct status graph_release_errors(struct graph *g) MUST_CHECK;
/* The same up to a cause, BOUND_END for all of them. */
struct status graph_release_errors_until(struct graph *g, struct bound limit) MUST_CHECK;

/* ---- what some operators are told before they are opened ---- */

rowtime source_reached(const struct op *op);
void source_setup(struct op *op, uint32_t stream, int32_t rowtime_column, int64_t lateness_ms);
void enter_setup(struct op *op, uint32_t stream, bool repeats);
void source_setup_like(struct op *op, const struct op *other);
void enter_setup_like(struct op *op, const struct op *other);
void merge_setup(struct op *op, const struct schema *schema);
void sink_setup(struct op *op, const struct graph_sink *sink);
const struct graph_sink *sink_of(const struct op *op);

/* ---- what the graph asks of some ---- */

/* Rows and bad records of a source; class->push takes rows alone. */
struct status source_take(struct op *op, const struct source_rows *rows) MUST_CHECK;
/* The rows of an op_table, when the graph starts, and the end of them. */
struct status table_start(struct op *op) MUST_CHECK;
/* The least cause of the rows that a merging operator holds; BOUND_END without one. */
struct bound merge_held(const struct op *op);
/* The rows of an input that still wait in a merging operator, a batch at a time; NULL: none is left. */
struct batch *merge_held_rest(struct op *op, uint32_t input);
struct bound join_held(const struct op *op);
/* Windows of an operator that has them, and when the first one is complete (ROWTIME_END: time does not say). */
struct open_windows {
    uint64_t count;
    rowtime  due;
};
struct open_windows group_windows(const struct op *op);
struct open_windows stagger_windows(const struct op *op);
struct open_windows distinct_windows(const struct op *op);
struct open_windows sort_windows(const struct op *op);
/* How streams' rows are read back from snapshots. */
struct merge_streams graph_stream_types(struct graph *g);
/* The types of a schema's columns, in the arena. */
struct type *schema_types(struct arena *a, const struct schema *s);
/* The live rows of a batch as a list: its selection, or one made in the arena. */
const uint32_t *live_rows(struct arena *a, const struct batch *b);
/* rows without those that have a fault (ascending both), into `out`, which has room for n; returns how many. */
uint32_t rows_without(const uint32_t *rows, uint32_t n, const struct faults *faults, uint32_t *out);

#endif
