#ifndef APP_RUN_H
#define APP_RUN_H

/* run.h: an application on its sources and sinks, until the input ends or it is stopped. */

#include "app/app.h"
#include "app/gauges.h"

/* For summaries. */
struct run_total {
    uint64_t records; /* taken in */
    uint64_t rows_out, faults;
    double seconds;
};

struct run_sink_summary {
    const char *stream, *where;
    uint64_t rows, held_back; /* delivered, and kept back by throttling */
    bool failed; /* they are what failed on the way to the sink of that name */
};

struct run_summary {
    struct run_total total;
    double cpu_seconds;
    struct run_sink_summary *sinks;
    uint32_t n_sinks;
    bool errors_kept; /* a sink takes error_stream */
    bool stopped; /* on request, or because the reader of standard output went away */
};

struct run_config {
    uint32_t threads; /* 0: as many as there are processors, at most LIMIT_THREADS */
    uint32_t batch_rows;                                       /* 0: SIZE_BATCH_ROWS */
    int64_t memory_limit; /* bytes that operators may keep in all (windows, rows held for order,
                             forests); 0: no limit */
    const char *state_path;                                    /* of the state file; NULL: a crash loses the run */
    const char *control;   /* path of the control socket; NULL: none */
    bool control_write;    /* its clients may add and drop pumps */
    bool control_personal; /* they may see PERSONAL values */
    uint32_t checkpoint_s;                                     /* seconds between checkpoints; 0: 10 */
    const char *metrics; /* PORT or HOST:PORT where /metrics and /healthz are served; NULL: nowhere */
    /* Called about four times a second by a thread of its own, until the run closes its sinks; NULL: not. */
    void (*watch)(void *arg, const struct gauges *g);
    void *arg;
};

/* Blocks. On failure, everything that was taken in before has been delivered. */
struct status run_app(struct app *app, const struct run_config *config,
                      struct run_summary *out) MUST_CHECK;
/* Asks a run to end: input stops, what was read is worked off, sinks are closed. For signal handlers. */
void run_stop(void);

/* Asks a run to read all its reference tables again. For signal handlers. */
void run_reload(void);

/* Asks a run to write its state to the log. For signal handlers. */
void run_tell_status(void);

/* Asks a run with a state file to save itself now. For signal handlers. */
void run_save(void);

#endif
