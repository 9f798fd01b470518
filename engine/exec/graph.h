#ifndef EXEC_GRAPH_H
#define EXEC_GRAPH_H

/*
 * graph.h: a plan as running operators.
 *
 *     source s --op_source--> op_stream --> pump's operators --> op_stream of the target --> ...
 * --> op_sink
 *
 * The graph is pushed from outside: app/run hands decoded batches to sources and takes what reaches
 * sinks. All of it is one thread's, except sections: graph_section_new copies the stateless
 * operators that follow a source, so that a worker can run them; what the copies emit towards the
 * rest is recorded and replayed in input order by the owner.
 */

#include "exec/fault.h"
#include "exec/op.h"
#include "func/catalog.h"
#include "state/keyed.h"
#include "state/reftable.h"

/* A record that was not taken in: its bytes and why. The cause puts it between its neighbours. */
struct bad_record {
    rowtime     time;
    uint64_t    seq;
    enum err    err;      /* ERR_COERCION, ERR_PARSE, ERR_NULL_NOT_ALLOWED, ERR_LIMIT_EXCEEDED ... */
    const char *message;
    struct str  record;
    const char *path; /* the file it stands in, NULL: not known, and ... */
    uint64_t    byte; /* ... where, from 1 */
};

/* What a source hands over for one block of input. Both in input order. */
struct source_rows {
    struct batch            *batch; /* NULL: no row. Columns as plan_stream.schema, those not needed are NULL constants;
                                       rowtimes = arrival times, cause_seqs set */
    const struct bad_record *bad;
    size_t                   n_bad;
};

/* Where rows of a stream arrive outside of the graph. error_stream and the results of top-level queries too. */
struct graph_sink {
    void *arg;
    struct status (*rows)(void *arg, struct batch *rows);
    struct status (*bound)(void *arg, struct bound bound);
    /* For sections: a pure first half, e.g. rows to bytes, run by workers; its result goes to `finish` in order.
     * NULL: none. */
    void *(*prepare)(void *arg, struct batch *rows);
    struct status (*finish)(void *arg, struct batch *rows, void *prepared);
    void (*drop)(void *arg, void *prepared); /* instead of finish, when the run ends before; NULL: nothing to free */
};

/* How the raw record of a source becomes the whole row again, for DATA_ROW; JSON text appended to out. */
typedef bool (*record_to_row)(void *arg, uint32_t source, struct str record, struct buf *out);

struct graph_config {
    const struct app_plan    *plan;
    struct reftable         **tables; /* plan->n_tables; the graph retains them */
    struct keyed            **keyed;  /* by table: where its rows are asked for by key, else NULL; NULL: no table is.
                                         They outlive the graph */
    rowtime                   started; /* CURRENT_TIMESTAMP */
    rowtime (*now)(void *arg);         /* the application's clock: ERROR_TIME, CURRENT_ROW_TIMESTAMP; any thread asks.
                                          NULL: it stands at the cause of each row (tests) */
    void                     *now_arg;
    record_to_row             row_of_record; /* NULL: the record as it is */
    void                     *row_arg;
    uint32_t                  threads;      /* that an operator may work with by itself; 0: its caller's alone */
    error_reject_fn           reject; /* NULL: nobody keeps them */
    void                     *reject_arg;
    error_tell_fn             tell; /* NULL: nobody asks */
    void                     *tell_arg;
    int64_t                   memory_limit; /* bytes that operators may keep in all; 0: no limit */
    /* per source: where ROWTIME comes from */
    const int64_t            *lateness_ms;    /* plan->n_sources */
    const int32_t            *rowtime_column; /* plan->n_sources; -1: arrival */
};

struct graph;

/* Operators lie in the arena, which outlives the graph. Refuses what a plan says and no operator does. */
struct status graph_new(struct arena *a, const struct graph_config *config,
                        struct graph **out) MUST_CHECK;
void graph_free(struct graph *g);
/* Adds a receiver to a stream (index, PLAN_ERROR_STREAM) or to the query of pump index `pump` when stream is
 * PLAN_STDOUT. Before graph_start. */
void graph_add_sink(struct graph *g, uint32_t stream, uint32_t pump, const struct graph_sink *sink);
struct status graph_start(struct graph *g) MUST_CHECK;
/* Rows of a source stream (index in plan->streams), in order. */
struct status graph_push(struct graph *g, uint32_t stream,
                         const struct source_rows *rows) MUST_CHECK;
/* No row before the bound will come from this stream. BOUND_END: it has ended. */
struct status graph_advance(struct graph *g, uint32_t stream, struct bound bound) MUST_CHECK;
/* The same for all sources that have not ended: the clock of the application has reached the bound. */
struct status graph_tick(struct graph *g, struct bound bound) MUST_CHECK;
/* Puts a reference table in the place of an earlier one, between two batches; the graph takes the reference. Any
 * thread. */
void graph_set_table(struct graph *g, uint32_t table, struct reftable *rows);
/* All operators' snapshots, and back into a fresh graph of the same plan, instead of graph_start. */
struct status graph_checkpoint(const struct graph *g, struct snap_writer *w) MUST_CHECK;
struct status graph_restore(struct graph *g, struct snap_reader *r) MUST_CHECK;
/* A graph that runs, and which parts of a new plan are parts of its plan: by index in plan->sources and plan->pumps,
 * the index there; GRAPH_NEW: none. Streams are the same when name and columns are. */
#define GRAPH_NEW UINT32_MAX
struct graph_from {
    struct graph   *graph;
    const uint32_t *sources, *pumps;
};
/* Instead of graph_start, for a graph that stands in the place of a running one from the next batch on: what is the
 * same goes on with its state, the rest begins empty, and rows of tables come once. Between two batches; streams keep
 * their numbers. The running graph is only to be freed afterwards. A stream that nobody writes has not ended: somebody
 * may yet. On failure before anything was handed over, `*untouched` is true and the running graph can go on. */
struct status graph_take_over(struct graph *g, const struct graph_from *from,
                              bool *untouched) MUST_CHECK;
/* Rows, faults and state per operator, for summaries. */
struct graph_count {
    uint64_t rows; /* that reached a stream */
};
struct graph_count graph_stream_count(const struct graph *g, uint32_t stream); /* PLAN_ERROR_STREAM too */

/* The input whose time is furthest behind: what comes from there holds all others back. */
struct graph_hold {
    struct str   name;  /* "stream READINGS", "pump 2 P: enter": what the input comes from */
    struct bound bound; /* its time */
};
/* Of a stream, which waits for its writers. */
struct graph_hold graph_stream_hold(const struct graph *g, uint32_t stream);

/* Failed rows that are not in error_stream yet: something with an earlier time may still fail. */
uint64_t graph_errors_waiting(const struct graph *g);

/* What an operator has done so far. */
struct graph_op_state {
    struct str   name;  /* as EXPLAIN prints it: "Filter" */
    uint32_t     pump;  /* number of its pump; 0: an edge, of a stream */
    uint64_t     rows_in, rows_out, faults;
    int64_t      bytes; /* that it keeps */
    struct bound bound; /* the last one that it gave on */
    uint64_t     windows; /* that are open */
    rowtime      due;     /* when the first of them is complete; ROWTIME_END: time does not say, or none is open */
    bool         filters; /* it drops rows by a condition */
    bool         joins;   /* two streams */
    const struct plan_lookup *lookup; /* what it looks up; NULL: nothing */
    bool         holds;   /* rows may wait in it */
    uint32_t     n_inputs;
    struct graph_hold hold; /* what it waits for */
};
/* Those of a pump, in the order in which rows go through them. Between two batches. */
size_t graph_pump_state(const struct graph *g, uint32_t pump, struct arena *a,
                        struct graph_op_state **out);
/* The bound of a stream: nothing before it will come. */
struct bound graph_stream_bound(const struct graph *g, uint32_t stream);

/* How far the rows of a source have moved its time, if they do; ROWTIME_MIN: there was none, or the clock does. */
rowtime graph_source_reached(const struct graph *g, uint32_t stream);

/* A worker's copies of the stateless operators behind one source stream. */
struct section;
struct section_result;
/* Made and freed by the owner, after graph_start or graph_restore and all sinks. */
struct section *graph_section_new(struct graph *g, uint32_t stream);
void section_free(struct section *s);
/* Run by a worker, one at a time for a section: decoded rows through the copies; keeps what came out. */
struct status section_run(struct section *s, const struct source_rows *rows,
                          struct section_result **out) MUST_CHECK;
/* Run by the owner in input order: what was kept enters the rest of the graph. Frees the result. */
struct status section_replay(struct graph *g, struct section_result *result) MUST_CHECK;
void section_result_free(struct section_result *r);

#endif
