#ifndef EXEC_OP_H
#define EXEC_OP_H

/*
 * op.h: the contract of operators.
 *
 * Rows are pushed: an operator gets a batch, works, and hands what it made to its outputs, which run before op_emit
 * returns. Bounds travel along the same edges. Calls on one operator never overlap; an operator takes no lock and
 * never looks at a clock.
 *
 * Stateless operators (class->stateless) are copied for every worker thread; the copies see disjoint batches, and
 * what they emit is put back in order before the first operator that is not.
 */

#include "base/account.h"
#include "data/batch.h"
#include "data/snap.h"
#include "exec/program.h"
#include "sql/plan.h"

struct error_log;
struct graph;
struct op;

/*   open        once, before anything else: prepares programs and empty state
 *   push        rows in order, none before that input's last bound; may emit, must not block
 *   advance     no row before `bound` will come on `input` (BOUND_END: it has ended);
 *               emits what is now final, then a bound of its own
 *   checkpoint  between batches: writes a version and the whole state; changes nothing
 *   restore     after open, instead of starting empty; damage is a status, never a crash
 *   close       exactly once, also after a failed open */
struct op_class {
    const char *name;      /* as EXPLAIN prints it */
    size_t      size;      /* of the operator's own struct */
    bool        stateless; /* push depends on nothing but its input */
    struct status (*open)(struct op *op, const struct plan_node *node);
    struct status (*push)(struct op *op, uint32_t input, struct batch *in);
    struct status (*advance)(struct op *op, uint32_t input, struct bound bound);
    struct status (*checkpoint)(const struct op *op, struct snap_writer *w);
    struct status (*restore)(struct op *op, struct snap_reader *r);
    void (*close)(struct op *op);
};

struct op_edge {
    struct op *op;
    uint32_t   input;
};

struct op_metrics {
    uint64_t rows_in, rows_out, batches_in, faults;
};

/* What all operators have; an operator's own struct begins with it. */
struct op {
    const struct op_class  *class;
    const struct plan_node *node;    /* NULL for streams, sources and sinks */
    struct graph           *graph;
    const struct program_env *env;   /* what its expressions may ask */
    struct error_log       *errors;  /* where its faults go: the graph's, or a section's */
    struct str              name;    /* unique in the graph; its snapshot is found by it */
    struct arena           *arena;   /* lives as long as the operator */
    struct arena           *scratch; /* reset after each push and advance */
    struct account         *account; /* of state that grows with data */
    uint32_t                pump;    /* number of the pump that it belongs to; 0: none */
    uint32_t                n_inputs;
    bool                    loose;   /* rows were timed by AS ROWTIME: they alone move time (dialect L-57) */
    struct op_edge         *outputs;
    uint32_t                n_outputs;
    struct bound            bound;   /* the last one emitted */
    struct op_metrics       metrics;
};

/* Calls the class, counts, resets the scratch arena. */
struct status op_push(struct op *op, uint32_t input, struct batch *in) MUST_CHECK;
struct status op_advance(struct op *op, uint32_t input, struct bound bound) MUST_CHECK;
/* To all outputs; the batch stays the caller's. One without live rows goes nowhere. */
struct status op_emit(struct op *op, struct batch *out) MUST_CHECK;
/* To all outputs, when it is later than the last one. */
struct status op_emit_bound(struct op *op, struct bound bound) MUST_CHECK;

/* The failed rows of `in` go to error_stream, with the pump's name and the row that the pump read. */
struct status op_fault(struct op *op, const struct batch *in,
                       const struct faults *faults) MUST_CHECK;

/* What the operator keeps by now, in bytes; fails when it passes a limit. */
struct status op_account(struct op *op, int64_t bytes) MUST_CHECK;
/* Bytes of rows that wait in columns, short texts only: an estimate for the account. */
static inline int64_t op_rows_bytes(uint64_t rows, uint32_t columns)
{
    return (int64_t)(rows * (columns * sizeof(struct str) + 3 * sizeof(int64_t)));
}

/* For the tables of classes. */
struct status op_open_nothing(struct op *op, const struct plan_node *node);
struct status op_pass_bound(struct op *op, uint32_t input, struct bound bound);
struct status op_save_nothing(const struct op *op, struct snap_writer *w);
struct status op_load_nothing(struct op *op, struct snap_reader *r);
void          op_close_nothing(struct op *op);

/* Where they differ by what the plan says: */
extern const struct op_class op_source_class;  /* ROWTIME is the arrival */
extern const struct op_class op_timed_class;   /* a source whose ROWTIME is a column: put in order */
extern const struct op_class op_stream_class;  /* at most one writer */
extern const struct op_class op_merge_class;   /* a stream with several */
extern const struct op_class op_project_class; /* rows keep their times */
extern const struct op_class op_retime_class;  /* AS ROWTIME */
extern const struct op_class op_group_class;   /* tumbling windows */
extern const struct op_class op_stagger_class;
extern const struct op_class op_over_class;    /* sliding windows */
extern const struct op_class op_table_class;   /* rows of a table, once */
extern const struct op_class op_sort_class;    /* ORDER BY: the rows of a window */
extern const struct op_class op_tsort_class;   /* ORDER BY ... WITHIN */
extern const struct op_class op_distinct_class;
extern const struct op_class op_enter_class;   /* a pump's rows become those of its target */
extern const struct op_class op_filter_class, op_lookup_class, op_union_class, op_join_class,
    op_table_fn_class, op_sink_class;

#endif
