/*
 * refresh.c: the reference tables of a run: read at the start, and again in a thread of their own, so that a server
 * that takes its time holds up nothing. Declared in run_impl.h.
 */

#include <stdatomic.h>

#include "app/run_impl.h"
#include "base/log.h"

enum { LOOK_MS = 100 };

static atomic_bool reload_requested; /* set by signal handlers */

struct refresher {
    struct run           *run;
    struct thread         thread;
    bool                  going;
    struct keyed        **keyed; /* as the run's at the start: those of its files */
    pthread_mutex_t       lock;
    pthread_cond_t        ended;
    atomic_bool           stop;
    int64_t              *read_ms; /* by table: when, by the steady clock */
    struct table_version *versions;
    struct attempts      *readings; /* by table */
    atomic_llong         *good_ms;  /* when the rows were read, by the steady clock */
    atomic_ullong        *rows;
};

void tables_reload(void)
{
    atomic_store(&reload_requested, true);
}

/* For those who watch: these are the rows from now on. NULL: as before, which were found to be the newest. */
static void note_rows(struct refresher *f, uint32_t table, const struct reftable *rows)
{
    attempts_good(&f->readings[table]);
    atomic_store(&f->good_ms[table], clock_steady_ms());
    if (rows) atomic_store(&f->rows[table], reftable_rows(rows));
}

void tables_look(const struct run *r, uint32_t table, struct gauge_table *out)
{
    const struct refresher *f = r->refresher;
    struct keyed *keyed = f->keyed[table];
    *out = (struct gauge_table){ .name = r->files->tables[table].name,
                                 .rows = keyed ? keyed_counts(keyed).kept
                                               : atomic_load(&f->rows[table]),
                                 .age_ms = clock_steady_ms() - atomic_load(&f->good_ms[table]),
                                 .readings = attempts_look(&f->readings[table]),
                                 .by_key = keyed != NULL };
    if (!keyed) return;
    struct keyed_look look;
    feed_keyed_look(keyed, &look);
    out->readings = look.asking;
}

struct status tables_open(struct run *r)
{
    uint32_t n = r->plan->n_tables;
    struct refresher *f = ARENA_NEW(r->arena, struct refresher);
    r->tables = arena_calloc(r->arena, (n + 1) * sizeof *r->tables);
    f->run = r;
    f->read_ms = arena_calloc(r->arena, (n + 1) * sizeof *f->read_ms);
    f->versions = arena_calloc(r->arena, (n + 1) * sizeof *f->versions);
    f->readings = arena_calloc(r->arena, (n + 1) * sizeof *f->readings);
    f->good_ms = arena_calloc(r->arena, (n + 1) * sizeof *f->good_ms);
    f->rows = arena_calloc(r->arena, (n + 1) * sizeof *f->rows);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->ended, NULL);
    r->refresher = f;
    const struct feed_waiting waiting = { .stop = &r->stopping, .ever = true, .gate = &r->gate };
    struct status st = feed_keyed_open(r->arena, r->plan, &waiting, &r->keyed);
    f->keyed = r->keyed;
    TRY(st);
    for (uint32_t i = 0; i < n; i++) {
        struct feed_reading how = { .version = &f->versions[i] };
        TRY(feed_fill_table(r->arena, r->plan, r->tables, r->keyed, i, run_now(r), &how,
                            &r->tables[i]));
        f->read_ms[i] = clock_steady_ms();
        note_rows(f, i, r->tables[i]);
    }
    return OK;
}

/* Reads a reference table again; when that fails the rows from before stay, and a message says so. */
static void refresh_table(struct refresher *f, uint32_t table)
{
    struct run *r = f->run;
    struct arena *a = arena_new();
    struct reftable *rows = NULL;
    struct feed_reading how = { .version = &f->versions[table], .again = true, .stop = &f->stop };
    attempts_begin(&f->readings[table]);
    struct status st = feed_load_table(a, r->plan, table, &how, &rows);
    attempts_end(&f->readings[table]);
    if (st.err == ERR_NONE) note_rows(f, table, rows);
    else attempts_failed(&f->readings[table]);
    if (st.err != ERR_NONE && !atomic_load(&f->stop))
        log_event(LOG_WARNING,
                  LOG_FIELDS(LOG_S("table", r->plan->tables[table].name),
                             LOG_C("code", err_sqlstate(st.err))),
                  "reference table %.*s keeps its rows: %s", STR_ARG(r->plan->tables[table].name),
                  st.message);
    if (st.err == ERR_NONE && rows) {
        gate_look(&r->gate); /* others look, too */
        graph_set_table(r->graph, table, reftable_retain(rows));
        reftable_release(r->tables[table]);
        r->tables[table] = rows;
        gate_look_away(&r->gate);
        feed_refill_queries(r->plan, r->tables, r->keyed, r->graph, run_now(r));
    }
    arena_free(a);
}

static void refresh_due(struct refresher *f)
{
    const struct app_plan *plan = f->run->plan;
    int64_t now = clock_steady_ms();
    bool all = atomic_exchange(&reload_requested, false);
    if (all) feed_keyed_clear(f->run->keyed, plan);
    for (uint32_t i = 0; i < plan->n_tables && !atomic_load(&f->stop); i++) {
        int64_t every_ms = plan_table_refresh_ms(&plan->tables[i]);
        bool due = every_ms > 0 && now >= f->read_ms[i] + every_ms;
        if (plan->tables[i].constant || plan->tables[i].n_lookup_key || (!due && !all)) continue;
        if (all) f->versions[i].stamp = 0;
        refresh_table(f, i);
        f->read_ms[i] = clock_steady_ms();
    }
}

static void work(void *arg)
{
    struct refresher *f = arg;
    pthread_mutex_lock(&f->lock);
    while (!atomic_load(&f->stop)) {
        thread_wait(&f->ended, &f->lock, LOOK_MS);
        if (atomic_load(&f->stop)) break;
        pthread_mutex_unlock(&f->lock);
        refresh_due(f);
        pthread_mutex_lock(&f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

void tables_watch(struct run *r)
{
    bool any = false;
    for (uint32_t i = 0; i < r->plan->n_tables; i++) any = any || !r->plan->tables[i].constant;
    atomic_store(&r->refresher->stop, false);
    if (any) r->refresher->going = thread_start(&r->refresher->thread, work, r->refresher);
}

void tables_rest(struct run *r)
{
    struct refresher *f = r->refresher;
    if (!f->going) return;
    pthread_mutex_lock(&f->lock);
    atomic_store(&f->stop, true);
    pthread_cond_signal(&f->ended);
    pthread_mutex_unlock(&f->lock);
    thread_join(&f->thread);
    f->going = false;
}

void tables_close(struct run *r)
{
    for (uint32_t i = 0; r->tables && i < r->plan->n_tables; i++) {
        if (r->tables[i]) reftable_release(r->tables[i]);
    }
    if (!r->refresher) return;
    feed_keyed_close(r->refresher->keyed, r->files);
    pthread_mutex_destroy(&r->refresher->lock);
    pthread_cond_destroy(&r->refresher->ended);
}
