#ifndef APP_GAUGES_H
#define APP_GAUGES_H

/*
 * gauges.h: what a run has done and how it fares, at one moment, for who watches it: the status line, the log, metrics,
 * the control socket. Names and numbers only, never a value of a row.
 *
 * Looking disturbs nothing. Counters of sources and sinks are atomic; those of the graph are copied while it stands
 * still (gate.h), when it does so at once, at most ten times a second for all who look together, and are otherwise a
 * moment old: `age_ms` says how much.
 */

#include "exec/graph.h"
#include "io/sink.h"

struct run;

/* Strings live as long as the run, unless something else is said. */
struct gauge_source {
    struct str         name;
    uint64_t           records;
    struct source_look look;
    bool               ended;
};

struct gauge_sink {
    struct str       name; /* no two are alike; in the arena of the view */
    struct sink_look look;
};

/* A reference table. */
struct gauge_table {
    struct str           name;
    uint64_t             rows;
    int64_t              age_ms;   /* since its rows were read, or found to be the newest */
    struct attempts_seen readings; /* failing_ms: it keeps the rows from before, or its rows by key cannot be had */
    bool                 by_key;
};

struct gauge_stream {
    struct str   name;
    bool         is_source;
    uint64_t     rows;
    struct bound bound; /* nothing before it will come */
};

struct gauge_pump {
    struct str   name;   /* no two are alike; in the arena of the view */
    struct str   target; /* a stream; empty for a SELECT STREAM of its own */
    bool         stopped;
    uint64_t     rows_in, rows_out, faults;
    int64_t      bytes;   /* that its operators keep */
    uint64_t     windows; /* that are open ... */
    rowtime      due;     /* ... and when the first of them is complete; ROWTIME_END: time does not say */
    struct graph_op_state *ops; /* in the order in which rows go through them */
    size_t       n_ops;
};

struct gauges {
    struct gauge_source *sources;
    struct gauge_sink   *sinks;
    struct gauge_stream *streams;
    struct gauge_pump   *pumps;
    struct gauge_table  *tables; /* those that are read from somewhere */
    uint32_t             n_sources, n_sinks, n_streams, n_pumps, n_tables;
    double               seconds; /* since the run began */
    int64_t              age_ms;  /* of what is said about streams and pumps */
    /* sums */
    uint64_t             records, bytes, bytes_all; /* taken in; bytes_all 0: some input has no known end */
    uint64_t             rows_out, faults, rejects;
    uint64_t             windows;
    int64_t              state_bytes;
    int64_t              behind_ms; /* of the source that is furthest behind */
    struct bound         clock;     /* the least bound of sources that have not ended; BOUND_END: none is left */
    /* of the state file */
    bool                 has_state;
    uint64_t             checkpoints;
    rowtime              checkpoint_at; /* by the wall clock; ROWTIME_MIN: none yet */
    int64_t              checkpoint_us; /* that it took */
    struct attempts_seen checkpoint;
};

/* What watchers keep of a run; made before anybody looks. */
struct gauge_board;
struct gauge_board *gauges_open(struct run *r);
void gauges_close(struct gauge_board *b);
/* Between open and close of sources and sinks; any thread. What is looked at lies in the arena. */
void gauges_look(struct gauge_board *b, struct arena *a, struct gauges *out);

/* Whether something does not work or does not go on: a line for each such thing is appended to `why`. */
bool gauges_ill(const struct gauges *g, struct buf *why);

/* The part that is the graph's: streams, pumps, windows, clock. Between two batches; for graphs that are no
 * run's, too. *out is zero before. */
void gauges_of_graph(const struct graph *g, const struct app_plan *plan, struct arena *a,
                     struct gauges *out);

#endif
