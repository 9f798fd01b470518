#ifndef APP_RUN_IMPL_H
#define APP_RUN_IMPL_H

/* run_impl.h: a run as its own files see it: run.c opens, watches and closes; lane.c brings rows into the graph;
 * outlet.c takes what comes out; recover.c saves and restores. */

#include <stdatomic.h>

#include "app/feed.h"
#include "app/gate.h"
#include "app/run.h"
#include "app/tap.h"
#include "base/thread.h"
#include "time/clock.h"

struct run;

/* What became of one piece of input until it enters the graph. */
struct piece {
    struct block *block;
    struct arena *arena;           /* of the list */
    struct section_result **items; /* what its rows came to in the worker's sections */
    size_t count, cap;
    rowtime now; /* when it was read */
    uint64_t n_records;
    bool whole; /* all columns were decoded */
};

/* One worker of a lane. */
struct worker {
    struct lane *lane;
    struct thread thread;
    struct decoder *decoder;
    struct decoder *whole_decoder; /* of all columns, for taps; NULL: nobody can ask */
    struct section **sections; /* one a stream of the lane; NULL: rows go straight into the graph */
    struct piece ahead;        /* of one worker with sections: what its rows came to */
};

/* A source on its way into the graph: into one stream, or dealt out to several (parallelism). */
struct lane {
    struct run *run;
    struct feed feed;
    struct feed whole; /* the same with all columns */
    const uint32_t *streams;
    uint32_t n_streams;
    struct source *source;
    struct idle idle; /* within the gate */
    struct worker *workers;
    uint32_t n_workers;
    struct turnstile reading;
    struct handover ready;
    struct piece *pieces; /* by ticket modulo the handover's places; NULL with one worker */
    uint64_t first_seq;    /* of the first block that is read, at ... */
    uint64_t first_offset; /* ... this place of the input */
    bool has_offset;
    uint64_t seq; /* number of the next row, from 1; within the gate */
    atomic_ullong records;
    atomic_llong heard_ms; /* when something came, by the steady clock; 0: nothing has */
    atomic_bool at_work;   /* on what came: nothing is read */
    struct buf place; /* in the source, behind the last row that entered the graph */
    bool ended;       /* its last bound was sent */
    rowtime progress; /* latest ROWTIME read, under the run's pace_lock */
};

struct recovery;
struct rejects;
struct failed_way;
struct serve;

/* How checkpoints go. */
struct run_checkpoints {
    struct attempts attempts;
    atomic_llong at; /* of the last one, by the wall clock; ROWTIME_MIN: none */
    atomic_llong us; /* that it took */
};

struct run_sink {
    struct run *run;
    const struct failed_way *way; /* takes the error rows of this way alone; NULL: it takes what comes */
    struct run_sink *failed;      /* takes what this one's processor refuses; NULL: nobody does */
    const struct io_endpoint *endpoint;
    const struct schema *schema;
    struct sink *sink;
    const char *stream;
    struct arena *arena;
    bool open;
    bool is_result;  /* of a SELECT STREAM of its own */
    uint32_t number; /* of plan->sinks, or which of those SELECTs it is */
};

/* Lanes between two pieces of input, while something is changed. */
struct run_parking {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_bool wanted;
    uint32_t parked;
};

struct run {
    struct app *app;
    const struct app_plan *plan;
    const struct app_plan *files; /* of the application's files: its sources, sinks and tables stay (run_change) */
    const struct run_config *config;
    struct arena *arena;
    struct clock clock;
    struct reftable **tables;
    struct keyed **keyed; /* by table: where it is asked by key, else NULL */
    struct refresher *refresher; /* NULL: no table is read again */
    struct graph *graph;
    struct gate gate; /* to the graph */
    pthread_mutex_t plan_lock; /* within the gate: plan, tables and sinks' ways stay, for who looks without that */
    struct lane *lanes;
    uint32_t n_lanes;
    struct run_sink *sinks;
    uint32_t n_sinks, cap_sinks;
    struct recovery *recovery; /* NULL: no state file */
    struct run_checkpoints checkpoint;
    struct taps *taps;         /* NULL: without a control socket */
    struct serve *serve;       /* the same */
    bool error_sunk;           /* error_stream has a sink */
    atomic_ullong faults;
    struct rejects *rejects; /* refused records of sources with PERSONAL columns; NULL: there are no such columns */
    pthread_mutex_t failure_lock;
    struct status failure; /* the first one */
    atomic_bool stopping;
    pthread_mutex_t watch_lock;
    pthread_cond_t lane_ended;
    uint32_t lanes_left;
    struct run_parking parking;
    uint32_t lanes_done; /* within the gate */
    pthread_mutex_t pace_lock;
    pthread_cond_t paced;  /* a lane read on, or ended */
    double started, saved; /* monotonic seconds */
    ARRAY(struct app *) changed; /* applications that took the place of the first one */
};

/* Keeps the first failure and stops the lanes. */
void run_fail(struct run *r, struct status st);
bool run_has_failed(struct run *r);
bool run_is_stopping(struct run *r);
rowtime run_now(struct run *r);
/* A graph of the plan, in the arena; nothing is attached to it. */
struct status run_graph(struct run *r, struct arena *a, const struct app_plan *plan,
                        struct reftable **tables, struct keyed **keyed,
                        struct graph **out) MUST_CHECK;

/* ---- lane.c ---- */

/* Threads that the run may have in all. */
uint32_t      lanes_threads(const struct run *r);
struct status lanes_open(struct run *r) MUST_CHECK;
/* A lane from its first read to its last bound; a thread's function, arg is the lane. */
void lane_run(void *arg);
/* ---- change.c ---- */

/* A compiled application, the run's own with other streams, views and pumps, takes its place between two batches: what
 * is the same keeps its state. known: the run's application, compiled from texts as `app` was. On failure nothing has
 * changed, and app is still the caller's. One thread at a time. */
struct status run_change(struct run *r, const struct app_plan *known, struct app *app) MUST_CHECK;
void run_forget(struct run *r);
/* For a lane: rests here while something is changed. Its worker has the turn to read; ticket, when there are several
 * workers: what was read before has to be through first. */
void lane_rest(struct lane *l, const uint64_t *ticket);
/* Waits until every lane that has not ended stands between two pieces and nothing is on its way; false: all have ended,
 * or one does not come to rest. */
bool lanes_park(struct run *r);
void lanes_unpark(struct run *r);
/* While they are parked: sections of the graph that is going to be freed. */
void lanes_leave(struct run *r);
/* While they are parked: feeds, decoders and sections for the plan and the graph that the run has now, in the arena. */
struct status lanes_follow(struct run *r, struct arena *a) MUST_CHECK;
void lanes_stop(struct run *r);
void lanes_close(struct run *r);

/* ---- refresh.c ---- */

/* Reads all reference tables. */
struct status tables_open(struct run *r) MUST_CHECK;
/* From here on, in a thread of its own, tables are read again when it is time, or when the user asks. */
void tables_watch(struct run *r);
/* Ends that, without waiting for a server. */
void tables_rest(struct run *r);
void tables_close(struct run *r);
/* How the reading of a table goes; any thread, between open and close. */
void tables_look(const struct run *r, uint32_t table, struct gauge_table *out);
/* Asks for all tables to be read again; signal handlers may. */
void tables_reload(void);

/* ---- outlet.c ---- */

struct status outlets_open(struct run *r) MUST_CHECK;
/* The run's sinks as receivers of a graph of this plan. */
void outlets_attach(struct run *r, struct graph *g, const struct app_plan *plan);
/* graph_config.tell with `arg` the run. */
void outlet_tell_error(void *arg, const struct error_told *e);
/* The plan is the run's now. */
void outlets_follow(struct run *r, struct arena *a);
struct status outlets_flush(struct run *r) MUST_CHECK;
void outlets_close(struct run *r, struct run_summary *out);
/* Tells of streams whose rows go nowhere: likely a mistake. */
void outlets_warn(const struct run *r);

#endif
