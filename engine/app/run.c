/*
 * run.c: sources, graph and sinks joined: opening, watching, closing.
 *
 * Only the files of a run look at the clock: rows get the time at which their piece arrived, and
 * live input that pauses sends bounds, so that windows close without new rows.
 */

#include "app/run.h"

#include <stdatomic.h>
#include <time.h>

#include "app/recover.h"
#include "app/rejects.h"
#include "app/serve.h"
#include "app/watch.h"
#include "base/log.h"
#include "base/secret.h"
#include "io/output.h"

enum {
    LOOK_MS = 250,
    SAVE_LOOK_MS = 20,
    CHECKPOINT_S = 10
};

static atomic_bool stop_requested, save_requested; /* set by signal handlers */

void run_stop(void)
{
    atomic_store(&stop_requested, true);
    output_stop();
}

void run_save(void)
{
    atomic_store(&save_requested, true);
}

void run_reload(void)
{
    tables_reload();
}

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void run_fail(struct run *r, struct status st)
{
    if (st.err == ERR_NONE) return;
    pthread_mutex_lock(&r->failure_lock);
    if (r->failure.err == ERR_NONE) r->failure = st;
    pthread_mutex_unlock(&r->failure_lock);
    lanes_stop(r);
}

bool run_has_failed(struct run *r)
{
    pthread_mutex_lock(&r->failure_lock);
    bool failed = r->failure.err != ERR_NONE;
    pthread_mutex_unlock(&r->failure_lock);
    return failed;
}

bool run_is_stopping(struct run *r)
{
    return atomic_load(&stop_requested) || atomic_load(&r->stopping);
}

rowtime run_now(struct run *r)
{
    return clock_now(&r->clock);
}

static rowtime graph_now(void *arg)
{
    return run_now(arg);
}

/* ---- opening ---- */

struct status run_graph(struct run *r, struct arena *a, const struct app_plan *plan,
                        struct reftable **tables, struct keyed **keyed, struct graph **out)
{
    int64_t *lateness = ARENA_ARRAY(a, int64_t, plan->n_sources + 1);
    int32_t *column = ARENA_ARRAY(a, int32_t, plan->n_sources + 1);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        lateness[i] = plan_source_lateness_ms(&plan->sources[i]);
        column[i] = plan_source_rowtime(&plan->sources[i]);
    }
    struct graph_config config = { .plan = plan,
                                   .tables = tables,
                                   .keyed = keyed,
                                   .started = run_now(r),
                                   .now = graph_now,
                                   .now_arg = r,
                                   .row_of_record = feed_row_of_record,
                                   .row_arg = feed_rows_of_new(a, plan),
                                   .threads = lanes_threads(r),
                                   .reject = r->rejects ? rejects_take : NULL,
                                   .reject_arg = r->rejects,
                                   .tell = outlet_tell_error,
                                   .tell_arg = r,
                                   .memory_limit = r->config->memory_limit,
                                   .lateness_ms = lateness,
                                   .rowtime_column = column };
    return graph_new(a, &config, out);
}

static struct status open_all(struct run *r)
{
    TRY(serve_open(r, &r->serve));
    TRY(recovery_open(r, &r->recovery));
    TRY(tables_open(r));
    r->rejects = rejects_new(r->arena, r->plan);
    TRY(run_graph(r, r->arena, r->plan, r->tables, r->keyed, &r->graph));
    TRY(outlets_open(r));
    serve_attach(r->serve, r->graph, r->plan);
    if (recovery_has_state(r->recovery)) {
        TRY(recovery_restore_rejects(r->recovery, r->rejects));
        TRY(recovery_restore_graph(r->recovery, r->graph));
    } else {
        TRY(graph_start(r->graph));
    }
    TRY(lanes_open(r));
    TRY(serve_start(r->serve));
    /* a first state, so that what a killed start leaves behind is put back, too */
    return r->recovery && !recovery_has_state(r->recovery) ? recovery_checkpoint(r->recovery, r)
                                                           : OK;
}

/* ---- running ---- */

static struct run_total measure(const struct run *r)
{
    struct run_total t = { .seconds = seconds(CLOCK_MONOTONIC) - r->started,
                           .faults = atomic_load(&r->faults) };
    for (uint32_t i = 0; i < r->n_lanes; i++) t.records += atomic_load(&r->lanes[i].records);
    return t;
}

/* Saves the run when it is time. What fails is told and tried again: the last checkpoint stays. */
static void save_sometimes(struct run *r)
{
    uint32_t every = r->config->checkpoint_s ? r->config->checkpoint_s : CHECKPOINT_S;
    double now = seconds(CLOCK_MONOTONIC);
    if (!r->recovery || (now < r->saved + every && !atomic_load(&save_requested))) return;
    if (!gate_enter_soon(&r->gate, LOOK_MS)) return; /* held up: at the next look */
    atomic_store(&save_requested, false);
    /* behind the last lane's end there is nothing to go on with, and behind a failure there may be a gap */
    bool whole = r->lanes_done < r->n_lanes && !run_has_failed(r);
    struct status st = whole ? recovery_checkpoint(r->recovery, r) : OK;
    gate_leave(&r->gate);
    if (st.err != ERR_NONE)
        log_event(
            LOG_WARNING,
            LOG_FIELDS(LOG_C("where", r->config->state_path), LOG_C("code", err_sqlstate(st.err))),
            "no checkpoint: %s; the last one stays, the next try is in %u s", st.message, every);
    r->saved = now;
}

/* The caller's thread: looks after stop requests and checkpoints while the lanes run. */
static void watch_lanes(struct run *r)
{
    long look_ms = r->recovery ? SAVE_LOOK_MS : LOOK_MS;
    pthread_mutex_lock(&r->watch_lock);
    while (r->lanes_left) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += look_ms * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&r->lane_ended, &r->watch_lock, &until);
        if (stop_requested) lanes_stop(r);
        if (!r->lanes_left) break;
        pthread_mutex_unlock(&r->watch_lock);
        save_sometimes(r);
        pthread_mutex_lock(&r->watch_lock);
    }
    pthread_mutex_unlock(&r->watch_lock);
}

static void run_lanes(struct run *r)
{
    struct thread *threads = arena_calloc(r->arena, (r->n_lanes + 1) * sizeof *threads);
    r->lanes_left = r->n_lanes;
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        if (!thread_start(&threads[i], lane_run, &r->lanes[i])) lane_run(&r->lanes[i]);
    }
    watch_lanes(r);
    for (uint32_t i = 0; i < r->n_lanes; i++) thread_join(&threads[i]);
}

struct status run_app(struct app *app, const struct run_config *config, struct run_summary *out)
{
    const struct app_plan *plan = app_compile(app);
    struct run r = {
        .app = app, .plan = plan, .files = plan, .config = config, .arena = app_arena(app)
    };
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    *out = (struct run_summary){ 0 };
    r.started = r.saved = seconds(CLOCK_MONOTONIC);
    clock_init_wall(&r.clock);
    atomic_init(&r.checkpoint.at, ROWTIME_MIN);
    gate_init(&r.gate);
    pthread_mutex_init(&r.plan_lock, NULL);
    pthread_mutex_init(&r.failure_lock, NULL);
    pthread_mutex_init(&r.watch_lock, NULL);
    pthread_mutex_init(&r.pace_lock, NULL);
    pthread_mutex_init(&r.parking.lock, NULL);
    pthread_cond_init(&r.parking.changed, NULL);
    pthread_cond_init(&r.paced, NULL);
    pthread_cond_init(&r.lane_ended, NULL);

    if (r.plan->personal) secret_no_core_dumps();
    struct watch *watch = NULL;
    struct status st = watch_open(&r, &watch);
    if (st.err == ERR_NONE) st = open_all(&r);
    if (st.err == ERR_NONE) {
        watch_begin(watch);
        outlets_warn(&r);
        tables_watch(&r);
        run_lanes(&r);
        tables_rest(&r);
    }
    serve_close(r.serve);
    watch_close(watch);
    out->total = measure(&r);
    lanes_close(&r);
    run_fail(&r, rejects_close(r.rejects));
    outlets_close(&r, out);
    recovery_close(r.recovery);
    if (r.graph) graph_free(r.graph);
    tables_close(&r);
    out->cpu_seconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    out->stopped = stop_requested;
    if (st.err == ERR_NONE) st = r.failure;
    if (st.message) st.message = str_to_c(r.arena, str_c(st.message));
    run_forget(&r);
    if (st.err != ERR_INTERRUPTED) return st;
    out->stopped = true; /* the reader of standard output went away: an end like any other */
    return OK;
}
