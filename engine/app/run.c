/*
 * run.c: sources, graph and sinks joined.
 *
 * Every source has a lane: its input, and one or more workers. A worker takes the next piece of input in turn, decodes it
 * and runs the stateless operators behind the source (a section), side by side with the others; what came out enters the
 * graph in the order of the input. The graph is one thread's at a time: a lock around it is all that lanes share. With one
 * worker there is no section: rows go straight into the graph.
 *
 * Only this file looks at the clock: rows get the time at which their piece arrived, and live input that pauses sends bounds, so
 * that windows close without new rows.
 */

#include "app/run.h"

#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "app/feed.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/thread.h"
#include "io/output.h"
#include "time/clock.h"

enum {
    PIECE_ALONE = 128 << 10,   /* bytes a read asks for: more gains nothing with one worker ... */
    PIECE_SHARED = 1 << 20,    /* ... and with several a hand-over must be worth its price */
    PIECE_SMALL = 64 << 10,    /* a live input that gives less than this is left to one worker */
    IDLE_MS = 50,              /* a live input that pauses sends a bound this often */
    PROGRESS_MS = 250,
    FAULTS_TOLD = 5
};

static volatile sig_atomic_t stop_requested;

struct run;

/* One worker of a lane. */
struct worker {
    struct lane    *lane;
    struct thread   thread;
    struct arena   *arena;
    struct decoder *decoder;
    struct section **sections; /* one a stream of the lane; NULL with one worker */
};

/* A source on its way into the graph: into one stream, or dealt out to several (parallelism). */
struct lane {
    struct run      *run;
    struct feed      feed;
    const uint32_t  *streams;
    uint32_t         n_streams;
    struct source   *source;
    struct worker   *workers;
    uint32_t         n_workers;
    struct turnstile reading, handing;
    uint64_t         first_seq;
    uint64_t         seq; /* number of the next row, from 1; the owner's of the handing turn */
    atomic_ullong    records;
};

struct run_sink {
    struct run      *run;
    struct sink     *sink;
    const char      *stream;
    struct arena    *arena;
    bool             open;
};

struct run {
    struct app              *app;
    const struct app_plan   *plan;
    const struct run_config *config;
    struct arena            *arena;
    struct clock             clock;
    struct reftable        **tables;
    struct graph            *graph;
    pthread_mutex_t          graph_lock;
    struct lane             *lanes;
    uint32_t                 n_lanes;
    struct run_sink         *sinks;
    uint32_t                 n_sinks, cap_sinks;
    bool                     error_sunk; /* error_stream has a sink */
    atomic_ullong            faults;
    pthread_mutex_t          failure_lock;
    struct status            failure; /* the first one */
    atomic_bool              stopping;
    pthread_mutex_t          watch_lock;
    pthread_cond_t           lane_ended;
    uint32_t                 lanes_left;
    double                   started;
};

void run_stop(void)
{
    stop_requested = 1;
    output_stop();
}

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- failures ---- */

static void stop_lanes(struct run *r)
{
    atomic_store(&r->stopping, true);
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        if (r->lanes[i].source) source_stop(r->lanes[i].source);
    }
}

static void fail(struct run *r, struct status st)
{
    if (st.err == ERR_NONE) return;
    pthread_mutex_lock(&r->failure_lock);
    if (r->failure.err == ERR_NONE) r->failure = st;
    pthread_mutex_unlock(&r->failure_lock);
    stop_lanes(r);
}

/* ---- sinks ---- */

static struct status take_rows(void *arg, struct batch *rows)
{
    struct run_sink *s = arg;
    return sink_deliver(s->sink, rows, NULL);
}

static void *prepare_rows(void *arg, struct batch *rows)
{
    struct run_sink *s = arg;
    return sink_prepare(s->sink, rows);
}

static struct status finish_rows(void *arg, struct batch *rows, void *prepared)
{
    struct run_sink *s = arg;
    return sink_deliver(s->sink, rows, prepared);
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct run_sink *s = arg;
    return sink_advance(s->sink, bound.time);
}

static struct status open_sink(struct run *r, const struct plan_endpoint *e, struct str name, uint32_t stream, uint32_t pump,
                               const struct schema *schema)
{
    struct run_sink   *s = &r->sinks[r->n_sinks];
    struct io_endpoint *endpoint = feed_endpoint(r->arena, e, name);
    *s = (struct run_sink){ .run = r, .stream = endpoint->name, .arena = r->arena };
    TRY(sink_open(r->arena, endpoint, schema, &s->sink));
    s->open = true;
    r->n_sinks++;
    struct graph_sink into = { .arg = s, .rows = take_rows, .bound = take_bound, .prepare = prepare_rows, .finish = finish_rows };
    graph_add_sink(r->graph, stream, pump, &into);
    return OK;
}

/* error_stream without a sink: the first rows are told, all are counted. */
static struct status tell_errors(void *arg, struct batch *rows)
{
    struct run *r = arg;
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        uint32_t row = batch_row(rows, i);
        if (atomic_fetch_add(&r->faults, 1) >= FAULTS_TOLD || r->error_sunk) continue;
        struct value message = vector_value(&rows->columns[ERROR_MESSAGE], row);
        struct value name = vector_value(&rows->columns[ERROR_NAME], row);
        struct value pump = vector_value(&rows->columns[ERROR_PUMP_NAME], row);
        if (pump.null) log_message(LOG_WARNING, "record refused, %.*s: %.*s", STR_ARG(name.str), STR_ARG(message.str));
        else log_message(LOG_WARNING, "row refused by pump %.*s, %.*s: %.*s", STR_ARG(pump.str), STR_ARG(name.str),
                         STR_ARG(message.str));
    }
    return OK;
}

static struct status ignore_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

static const struct schema *stream_schema(const struct app_plan *plan, uint32_t stream)
{
    if (stream == PLAN_ERROR_STREAM) return &plan->error_schema;
    return &plan->streams[stream].schema;
}

/* Hidden columns stay inside. */
static const struct schema *visible_schema(struct run *r, uint32_t stream)
{
    const struct schema *s = stream_schema(r->plan, stream);
    if (stream == PLAN_ERROR_STREAM) return s;
    struct schema *out = arena_dup(r->arena, s, sizeof *s);
    out->n_columns = r->plan->streams[stream].n_visible;
    return out;
}

static struct status open_sinks(struct run *r)
{
    const struct app_plan *plan = r->plan;
    r->sinks = arena_calloc(r->arena, (plan->n_sinks + plan->n_pumps) * sizeof *r->sinks);
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *s = &plan->sinks[i];
        if (!s->endpoint.has_url) continue;
        r->error_sunk |= s->stream == PLAN_ERROR_STREAM;
        TRY(open_sink(r, &s->endpoint, s->name, s->stream, 0, visible_schema(r, s->stream)));
    }
    static const struct plan_endpoint to_stdout = { .has_url = true, .base_dir = "." };
    for (uint32_t p = 0; p < plan->n_pumps; p++) {
        if (plan->pumps[p].target != PLAN_STDOUT) continue;
        struct plan_endpoint e = to_stdout;
        e.url = str_c("-");
        TRY(open_sink(r, &e, str_c("SELECT"), PLAN_STDOUT, p, &plan->pumps[p].root->out));
    }
    struct graph_sink errors = { .arg = r, .rows = tell_errors, .bound = ignore_bound };
    graph_add_sink(r->graph, PLAN_ERROR_STREAM, 0, &errors);
    return OK;
}

static bool has_sink(const struct app_plan *plan, uint32_t stream)
{
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        if (plan->sinks[i].stream == stream) return true;
    }
    return false;
}

/* Results that go nowhere are likely a mistake. */
static void warn_unsunk(const struct run *r)
{
    for (uint32_t i = 0; i < r->plan->n_streams; i++) {
        const struct plan_stream *s = &r->plan->streams[i];
        if (s->is_source || s->is_read || has_sink(r->plan, i)) continue;
        log_message(LOG_WARNING, "nothing reads stream \"%.*s\"; --sink '%.*s=-' would print it", STR_ARG(s->name),
                    STR_ARG(s->name));
    }
}

static struct status flush_sinks(struct run *r)
{
    for (uint32_t i = 0; i < r->n_sinks; i++) TRY(sink_flush(r->sinks[i].sink));
    return OK;
}

static void close_sinks(struct run *r, struct run_summary *out)
{
    out->sinks = ARENA_ARRAY(r->arena, struct run_sink_summary, r->n_sinks + 1);
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        struct run_sink_summary *sum = &out->sinks[out->n_sinks++];
        *sum = (struct run_sink_summary){ .stream = r->sinks[i].stream, .rows = sink_rows(r->sinks[i].sink) };
        out->total.rows_out += sum->rows;
        fail(r, sink_close(r->sinks[i].sink, r->arena, &sum->where));
    }
}

/* ---- lanes ---- */

/* Decoded rows of one piece, or what its section made of them. */
struct piece {
    struct section_result **items;
    size_t                  count, cap;
};

static rowtime now_ms(struct run *r)
{
    return clock_now(&r->clock);
}

static rowtime graph_now(void *arg)
{
    return now_ms(arg);
}

/* What follows the rows of a lane so far: by the clock for arrival times, by the rows themselves otherwise. */
static struct status send_bound(struct lane *l, rowtime now)
{
    if (l->feed.rowtime_column >= 0) return OK;
    for (uint32_t i = 0; i < l->n_streams; i++) {
        TRY(graph_advance(l->run->graph, l->streams[i], (struct bound){ now, l->seq }));
    }
    return OK;
}

/* The share of one of the lane's streams: every n-th row by its number. Bad records go with the first. The caller's reference. */
static struct source_rows deal(const struct lane *l, const struct source_rows *rows, uint32_t stream)
{
    struct source_rows out = { .bad = rows->bad, .n_bad = stream ? 0 : rows->n_bad };
    if (l->n_streams == 1) {
        out.batch = batch_retain(rows->batch);
        return out;
    }
    struct batch *b = rows->batch;
    uint32_t     *sel = ARENA_ARRAY(b->arena, uint32_t, b->n_rows);
    uint32_t      n = 0;
    for (uint32_t row = 0; row < b->n_rows; row++) {
        if (b->cause_seqs[row] % l->n_streams == stream) sel[n++] = row;
    }
    out.batch = batch_narrow(b, sel, n);
    return out;
}

static struct status push_rows(struct lane *l, const struct source_rows *rows)
{
    struct status st = OK;
    for (uint32_t i = 0; i < l->n_streams && st.err == ERR_NONE; i++) {
        struct source_rows share = deal(l, rows, i);
        st = graph_push(l->run->graph, l->streams[i], &share);
        batch_release(share.batch);
    }
    return st;
}

static uint32_t batch_rows(const struct run *r)
{
    return r->config->batch_rows ? r->config->batch_rows : SIZE_BATCH_ROWS;
}

/* One worker alone: rows go into the graph as they are decoded. */
static struct status push_block(struct worker *w, struct block *block, bool first)
{
    struct lane  *l = w->lane;
    struct run   *r = l->run;
    struct status st = OK;
    for (size_t at = 0; at < block->size && st.err == ERR_NONE; first = false) {
        struct decoded     decoded;
        struct source_rows rows;
        rowtime            now = now_ms(r);
        at = decoder_run(w->decoder, block, at, batch_rows(r), first, &decoded);
        feed_rows(&l->feed, &decoded, now, &l->seq, &rows);
        atomic_fetch_add_explicit(&l->records, decoded.n_records, memory_order_relaxed);
        pthread_mutex_lock(&r->graph_lock);
        st = push_rows(l, &rows);
        if (st.err == ERR_NONE) st = send_bound(l, now);
        pthread_mutex_unlock(&r->graph_lock);
        batch_release(rows.batch);
    }
    return st;
}

static struct status pause_lane(struct lane *l)
{
    struct run *r = l->run;
    pthread_mutex_lock(&r->graph_lock);
    struct status st = send_bound(l, now_ms(r));
    if (st.err == ERR_NONE) st = flush_sinks(r);
    pthread_mutex_unlock(&r->graph_lock);
    return st;
}

static bool is_stopping(struct run *r)
{
    return stop_requested || atomic_load(&r->stopping);
}

static void read_alone(struct worker *w)
{
    struct lane *l = w->lane;
    struct run  *r = l->run;
    while (!is_stopping(r)) {
        struct block      *block;
        bool               first;
        struct status      st = OK;
        enum source_result got = source_read(l->source, PIECE_ALONE, IDLE_MS, &block, &first, &st);
        if (got == SOURCE_BLOCK) {
            st = push_block(w, block, first);
            block_release(block);
        } else if (got == SOURCE_IDLE) {
            st = pause_lane(l);
        }
        fail(r, st);
        if (st.err != ERR_NONE || got == SOURCE_END || got == SOURCE_FAILED) break;
    }
}

/* ---- several workers ---- */

static struct status run_sections(struct worker *w, const struct source_rows *rows, struct piece *out)
{
    struct lane  *l = w->lane;
    struct status st = OK;
    for (uint32_t i = 0; i < l->n_streams && st.err == ERR_NONE; i++) {
        struct source_rows share = deal(l, rows, i);
        st = section_run(w->sections[i], &share, array_push(w->arena, out));
        batch_release(share.batch);
    }
    return st;
}

static struct status decode_piece(struct worker *w, struct block *block, bool first, rowtime now, uint64_t seq,
                                  struct piece *out, uint64_t *n_records)
{
    struct lane  *l = w->lane;
    struct status st = OK;
    for (size_t at = 0; at < block->size && st.err == ERR_NONE; first = false) {
        struct decoded     decoded;
        struct source_rows rows;
        at = decoder_run(w->decoder, block, at, batch_rows(l->run), first, &decoded);
        feed_rows(&l->feed, &decoded, now, &seq, &rows);
        *n_records += decoded.n_records;
        st = run_sections(w, &rows, out);
        batch_release(rows.batch);
    }
    return st;
}

static struct status replay_piece(struct lane *l, const struct piece *piece, rowtime now)
{
    struct run   *r = l->run;
    struct status st = OK;
    pthread_mutex_lock(&r->graph_lock);
    for (size_t i = 0; i < piece->count; i++) {
        if (!piece->items[i]) continue;
        if (st.err == ERR_NONE) st = section_replay(r->graph, piece->items[i]);
        else section_result_free(piece->items[i]);
    }
    if (st.err == ERR_NONE) st = send_bound(l, now);
    pthread_mutex_unlock(&r->graph_lock);
    return st;
}

/* Numbers of rows say which source they are of before anything else, so that rows of equal times from two sources have one order
 * however they were read; and they leave gaps between pieces: no piece has more rows than this. */
static uint64_t first_seq(const struct lane *l, uint64_t ticket)
{
    return l->first_seq + (ticket << 34);
}

static void stop_turns(struct lane *l)
{
    turnstile_stop(&l->reading);
    turnstile_stop(&l->handing);
}

static void work(void *arg)
{
    struct worker *w = arg;
    struct lane   *l = w->lane;
    struct run    *r = l->run;
    for (;;) {
        uint64_t ticket = turnstile_ticket(&l->reading);
        if (!turnstile_wait(&l->reading, ticket)) return;
        struct block      *block = NULL;
        bool               first = false;
        struct status      st = OK;
        enum source_result got = SOURCE_IDLE;
        while (got == SOURCE_IDLE && !is_stopping(r) && st.err == ERR_NONE) {
            got = source_read(l->source, PIECE_SHARED, IDLE_MS, &block, &first, &st);
            if (got == SOURCE_IDLE) st = pause_lane(l);
        }
        fail(r, st);
        bool more = got == SOURCE_BLOCK;
        /* a trickle is not worth a second worker: the turn to read is kept until this piece is through */
        bool trickle = more && source_is_live(l->source) && block->size < PIECE_SMALL;
        if (!more) turnstile_stop(&l->reading);
        else if (!trickle) turnstile_done(&l->reading, ticket);

        struct piece piece = { 0 };
        uint64_t     n_records = 0;
        rowtime      now = now_ms(r);
        if (more) {
            arena_reset(w->arena);
            fail(r, decode_piece(w, block, first, now, first_seq(l, ticket), &piece, &n_records));
            block_release(block);
        }
        if (!turnstile_wait(&l->handing, ticket)) return;
        l->seq = first_seq(l, ticket + 1);
        if (more) fail(r, replay_piece(l, &piece, now));
        atomic_fetch_add_explicit(&l->records, n_records, memory_order_relaxed);
        turnstile_done(&l->handing, ticket);
        if (!more) return;
        if (trickle) turnstile_done(&l->reading, ticket);
    }
}

static void run_workers(struct lane *l)
{
    for (uint32_t i = 1; i < l->n_workers; i++) {
        if (!thread_start(&l->workers[i].thread, work, &l->workers[i])) break;
    }
    work(&l->workers[0]);
    for (uint32_t i = 1; i < l->n_workers; i++) thread_join(&l->workers[i].thread);
    stop_turns(l);
}

/* A lane from its first read to its last bound. */
static void run_lane(void *arg)
{
    struct lane *l = arg;
    struct run  *r = l->run;
    if (l->n_workers == 1) read_alone(&l->workers[0]);
    else run_workers(l);
    pthread_mutex_lock(&r->graph_lock);
    for (uint32_t i = 0; i < l->n_streams; i++) fail(r, graph_advance(r->graph, l->streams[i], BOUND_END));
    pthread_mutex_unlock(&r->graph_lock);
    pthread_mutex_lock(&r->watch_lock);
    r->lanes_left--;
    pthread_cond_signal(&r->lane_ended);
    pthread_mutex_unlock(&r->watch_lock);
}

/* ---- opening ---- */

static struct status open_workers(struct run *r, struct lane *l, uint32_t n)
{
    l->workers = arena_calloc(r->arena, n * sizeof *l->workers);
    for (uint32_t i = 0; i < n; i++) {
        struct worker *w = &l->workers[i];
        w->lane = l;
        w->arena = arena_new();
        l->n_workers = i + 1;
        TRY(decoder_new(r->arena, l->feed.format, &l->feed.config, &w->decoder));
        if (n == 1) continue;
        w->sections = arena_calloc(r->arena, l->n_streams * sizeof *w->sections);
        for (uint32_t k = 0; k < l->n_streams; k++) w->sections[k] = graph_section_new(r->graph, l->streams[k]);
    }
    return OK;
}

static struct status open_lane(struct run *r, uint32_t source, uint32_t workers)
{
    struct lane *l = &r->lanes[r->n_lanes++];
    l->run = r;
    l->streams = r->plan->sources[source].streams;
    l->n_streams = r->plan->sources[source].n_streams;
    l->seq = l->first_seq = ((uint64_t)source << 56) + 1;
    turnstile_init(&l->reading);
    turnstile_init(&l->handing);
    TRY(feed_init(r->arena, r->plan, source, l->streams[0], NULL, &l->feed));
    TRY(source_open(r->arena, l->feed.endpoint, &l->source));
    l->feed.format = source_format(l->source);
    return open_workers(r, l, workers);
}

static struct status open_lanes(struct run *r)
{
    uint32_t n = r->plan->n_sources;
    uint32_t threads = r->config->threads ? r->config->threads : thread_cpus();
    if (threads > LIMIT_THREADS) threads = LIMIT_THREADS;
    r->lanes = arena_calloc(r->arena, n * sizeof *r->lanes);
    for (uint32_t i = 0; i < r->plan->n_sources; i++) {
        const struct plan_source *s = &r->plan->sources[i];
        if (!s->endpoint.has_url) {
            struct status st = status_new(r->arena, ERR_BAD_URL, s->at, "source %.*s has no URL", STR_ARG(s->name));
            return status_with_hint(st, str_format_c(r->arena, "give one: --source '%.*s=FILE' (- is standard input)", STR_ARG(s->name)));
        }
        TRY(open_lane(r, i, threads / n ? threads / n : 1));
    }
    return OK;
}

static struct status load_tables(struct run *r)
{
    r->tables = arena_calloc(r->arena, (r->plan->n_tables + 1) * sizeof *r->tables);
    for (uint32_t i = 0; i < r->plan->n_tables; i++) TRY(feed_load_table(r->arena, r->plan, i, &r->tables[i]));
    return OK;
}

static struct status open_graph(struct run *r)
{
    const struct app_plan *plan = r->plan;
    int64_t               *lateness = ARENA_ARRAY(r->arena, int64_t, plan->n_sources + 1);
    int32_t               *column = ARENA_ARRAY(r->arena, int32_t, plan->n_sources + 1);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        lateness[i] = plan_source_lateness_ms(&plan->sources[i]);
        column[i] = plan_source_rowtime(&plan->sources[i]);
    }
    struct graph_config config = { .plan = plan,
                                   .tables = r->tables,
                                   .started = now_ms(r),
                                   .now = graph_now,
                                   .now_arg = r,
                                   .row_of_record = feed_row_of_record,
                                   .row_arg = feed_rows_of_new(r->arena, plan),
                                   .lateness_ms = lateness,
                                   .rowtime_column = column };
    return graph_new(r->arena, &config, &r->graph);
}

static struct status open_all(struct run *r)
{
    TRY(load_tables(r));
    TRY(open_graph(r));
    TRY(open_sinks(r));
    TRY(graph_start(r->graph));
    return open_lanes(r);
}

/* ---- running ---- */

static struct run_progress measure(const struct run *r)
{
    struct run_progress p = { .seconds = seconds(CLOCK_MONOTONIC) - r->started, .faults = atomic_load(&r->faults) };
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        uint64_t done, all;
        if (!r->lanes[i].source) continue;
        source_progress(r->lanes[i].source, &done, &all);
        p.records += atomic_load(&r->lanes[i].records);
        p.bytes += done;
        p.bytes_all += all;
    }
    return p;
}

/* The caller's thread: looks after stop requests and progress while the lanes run. */
static void watch_lanes(struct run *r)
{
    pthread_mutex_lock(&r->watch_lock);
    while (r->lanes_left) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PROGRESS_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&r->lane_ended, &r->watch_lock, &until);
        if (stop_requested) stop_lanes(r);
        if (!r->config->progress || !r->lanes_left) continue;
        struct run_progress p = measure(r);
        r->config->progress(r->config->arg, &p);
    }
    pthread_mutex_unlock(&r->watch_lock);
}

static void run_lanes(struct run *r)
{
    struct thread *threads = arena_calloc(r->arena, (r->n_lanes + 1) * sizeof *threads);
    r->lanes_left = r->n_lanes;
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        if (!thread_start(&threads[i], run_lane, &r->lanes[i])) run_lane(&r->lanes[i]);
    }
    watch_lanes(r);
    for (uint32_t i = 0; i < r->n_lanes; i++) thread_join(&threads[i]);
}

static void close_lanes(struct run *r)
{
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        struct lane *l = &r->lanes[i];
        for (uint32_t k = 0; k < l->n_workers; k++) {
            struct worker *w = &l->workers[k];
            for (uint32_t s = 0; w->sections && s < l->n_streams; s++) section_free(w->sections[s]);
            arena_free(w->arena);
        }
        if (l->source) source_close(l->source);
        turnstile_fini(&l->reading);
        turnstile_fini(&l->handing);
    }
}

struct status run_app(struct app *app, const struct run_config *config, struct run_summary *out)
{
    struct run r = { .app = app, .plan = app_compile(app), .config = config, .arena = app_arena(app) };
    double     cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    *out = (struct run_summary){ 0 };
    r.started = seconds(CLOCK_MONOTONIC);
    clock_init_wall(&r.clock);
    pthread_mutex_init(&r.graph_lock, NULL);
    pthread_mutex_init(&r.failure_lock, NULL);
    pthread_mutex_init(&r.watch_lock, NULL);
    pthread_cond_init(&r.lane_ended, NULL);

    struct status st = open_all(&r);
    if (st.err == ERR_NONE) {
        warn_unsunk(&r);
        run_lanes(&r);
    }
    out->total = measure(&r);
    close_lanes(&r);
    close_sinks(&r, out);
    if (r.graph) graph_free(r.graph);
    for (uint32_t i = 0; r.tables && i < r.plan->n_tables; i++) {
        if (r.tables[i]) reftable_release(r.tables[i]);
    }
    out->cpu_seconds = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    out->stopped = stop_requested;
    if (st.err == ERR_NONE) st = r.failure;
    if (st.err != ERR_INTERRUPTED) return st;
    out->stopped = true; /* the reader of standard output went away: an end like any other */
    return OK;
}
