/*
 * gauges.c: counters of a run, collected for those who look.
 *
 * The graph's part is kept on a board and copied anew when it is too old and the graph can be looked at within a few
 * milliseconds; who looks meanwhile waits for no longer than that.
 */

#include "app/gauges.h"

#include <time.h>

#include "app/rejects.h"
#include "app/run_impl.h"
#include "time/bound.h"

enum {
    FRESH_MS = 100,   /* what is younger is not collected again */
    PATIENCE_MS = 10, /* for a look at the graph */
    STALL_MS = 10000  /* what takes longer than this does not go on */
};

struct gauge_board {
    struct run *run;
    pthread_mutex_t lock;
    struct arena *arena; /* of the graph's part */
    struct gauges graph;
    int64_t taken_ms; /* steady; 0: not yet */
};

/* ---- names ---- */

/* Distinguishes what has a name that was there before: "SELECT", "SELECT 2". */
static struct str unique_name(struct arena *a, struct str name, uint32_t earlier)
{
    return earlier ? str_format(a, "%.*s %u", STR_ARG(name), earlier + 1) : name;
}

static struct str pump_name(const struct app_plan *plan, uint32_t pump, struct arena *a)
{
    static const char unnamed[] = "SELECT";
    struct str name = plan->pumps[pump].name;
    uint32_t earlier = 0;
    if (name.len) return name;
    for (uint32_t i = 0; i < pump; i++) earlier += plan->pumps[i].name.len == 0;
    return unique_name(a, str_c(unnamed), earlier);
}

/* ---- the graph's part ---- */

static void look_at_pump(const struct graph *g, const struct app_plan *plan, uint32_t pump,
                         struct arena *a, struct gauge_pump *out)
{
    const struct plan_pump *p = &plan->pumps[pump];
    *out = (struct gauge_pump){ .name = pump_name(plan, pump, a),
                                .stopped = p->stopped,
                                .due = ROWTIME_END };
    if (p->target < plan->n_streams) out->target = plan->streams[p->target].name;
    out->n_ops = graph_pump_state(g, p->number, a, &out->ops);
    for (size_t i = 0; i < out->n_ops; i++) {
        const struct graph_op_state *o = &out->ops[i];
        out->faults += o->faults;
        out->bytes += o->bytes;
        out->windows += o->windows;
        if (o->due < out->due) out->due = o->due;
    }
    if (out->n_ops) out->rows_in = out->ops[0].rows_in;
    if (out->n_ops) out->rows_out = out->ops[out->n_ops - 1].rows_out;
}

void gauges_of_graph(const struct graph *g, const struct app_plan *plan, struct arena *a,
                     struct gauges *out)
{
    out->n_streams = plan->n_streams;
    out->streams = ARENA_ARRAY(a, struct gauge_stream, plan->n_streams + 1);
    out->clock = BOUND_END;
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        struct gauge_stream *s = &out->streams[i];
        *s = (struct gauge_stream){ .name = plan->streams[i].name,
                                    .is_source = plan->streams[i].is_source,
                                    .rows = graph_stream_count(g, i).rows,
                                    .bound = graph_stream_bound(g, i) };
        if (s->is_source) out->clock = bound_min(out->clock, s->bound);
    }
    out->n_pumps = plan->n_pumps;
    out->pumps = ARENA_ARRAY(a, struct gauge_pump, plan->n_pumps + 1);
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        look_at_pump(g, plan, i, a, &out->pumps[i]);
        out->windows += out->pumps[i].windows;
        out->state_bytes += out->pumps[i].bytes;
    }
}

/* Whoever looks holds the board's lock. */
static void freshen(struct gauge_board *b)
{
    struct run *r = b->run;
    int64_t now = clock_steady_ms();
    if (b->taken_ms && now - b->taken_ms < FRESH_MS) return;
    if (!gate_look_soon(&r->gate, PATIENCE_MS)) return;
    arena_reset(b->arena);
    b->graph = (struct gauges){ 0 };
    gauges_of_graph(r->graph, r->plan, b->arena, &b->graph);
    b->graph.sources = ARENA_ARRAY(b->arena, struct gauge_source, r->n_lanes + 1);
    for (uint32_t i = 0; i < r->n_lanes; i++) b->graph.sources[i].ended = r->lanes[i].ended;
    gate_look_away(&r->gate);
    b->taken_ms = now;
}

static void copy_graph(const struct gauge_board *b, struct arena *a, struct gauges *out)
{
    const struct gauges *g = &b->graph;
    *out = *g;
    out->age_ms = b->taken_ms ? clock_steady_ms() - b->taken_ms : 0;
    if (!b->taken_ms) out->clock.time = ROWTIME_MIN; /* held up from the first row on */
    if (!b->taken_ms) return;
    out->streams = arena_dup(a, g->streams, (g->n_streams + 1) * sizeof *g->streams);
    out->pumps = arena_dup(a, g->pumps, (g->n_pumps + 1) * sizeof *g->pumps);
    for (uint32_t i = 0; i < g->n_pumps; i++) {
        struct gauge_pump *p = &out->pumps[i];
        p->name = str_copy(a, p->name);
        p->ops = arena_dup(a, p->ops, (p->n_ops + 1) * sizeof *p->ops);
    }
}

/* ---- sources and sinks ---- */

static void look_at_sources(const struct run *r, const struct gauges *graph, struct arena *a,
                            struct gauges *out)
{
    bool open_ended = false;
    out->n_sources = r->n_lanes;
    out->sources = ARENA_ARRAY(a, struct gauge_source, r->n_lanes + 1);
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        const struct lane *l = &r->lanes[i];
        struct gauge_source *s = &out->sources[i];
        *s = (struct gauge_source){ .name = r->files->sources[i].name,
                                    .records = tally_read(&l->records),
                                    .look = source_look(l->source),
                                    .ended = graph->sources && graph->sources[i].ended };
        out->records += s->records;
        out->bytes += s->look.bytes;
        out->bytes_all += s->look.bytes_all;
        open_ended |= s->look.bytes_all == 0;
        if (s->look.behind_ms > out->behind_ms) out->behind_ms = s->look.behind_ms;
    }
    if (open_ended) out->bytes_all = 0;
}

/* The place beside a folder for what failed on the way there has the folder's name, and "failed". */
static struct str sink_name(const struct run *r, uint32_t sink, struct arena *a)
{
    const struct run_sink *s = &r->sinks[sink];
    uint32_t earlier = 0;
    if (s->way) return str_format(a, "%s, failed", s->stream);
    for (uint32_t i = 0; i < sink; i++)
        earlier += !r->sinks[i].way && strcmp(r->sinks[i].stream, s->stream) == 0;
    return unique_name(a, str_c(s->stream), earlier);
}

static void look_at_sinks(const struct run *r, struct arena *a, struct gauges *out)
{
    out->n_sinks = r->n_sinks;
    out->sinks = ARENA_ARRAY(a, struct gauge_sink, r->n_sinks + 1);
    for (uint32_t i = 0; i < r->n_sinks; i++) {
        struct gauge_sink *s = &out->sinks[i];
        *s = (struct gauge_sink){ .name = sink_name(r, i, a),
                                  .look = sink_look(r->sinks[i].sink) };
        if (!r->sinks[i].way) out->rows_out += s->look.rows;
    }
}

static void look_at_tables(const struct run *r, struct arena *a, struct gauges *out)
{
    out->tables = ARENA_ARRAY(a, struct gauge_table, r->files->n_tables + 1);
    for (uint32_t i = 0; i < r->files->n_tables; i++) {
        if (!r->files->tables[i].constant) tables_look(r, i, &out->tables[out->n_tables++]);
    }
}

static void look_at_state(const struct run *r, struct gauges *out)
{
    out->has_state = r->recovery != NULL;
    out->checkpoint = attempts_look(&r->checkpoint.attempts);
    out->checkpoints = out->checkpoint.good;
    out->checkpoint_at = atomic_load_explicit(&r->checkpoint.at, memory_order_relaxed);
    out->checkpoint_us = atomic_load_explicit(&r->checkpoint.us, memory_order_relaxed);
}

void gauges_look(struct gauge_board *b, struct arena *a, struct gauges *out)
{
    struct run *r = b->run;
    pthread_mutex_lock(&r->plan_lock); /* a change waits for it, and freshen for a change only for a moment */
    pthread_mutex_lock(&b->lock);
    freshen(b);
    copy_graph(b, a, out);
    struct gauges graph = *out;
    out->bytes_all = 0;
    look_at_sources(r, &graph, a, out);
    pthread_mutex_unlock(&b->lock);
    look_at_sinks(r, a, out);
    look_at_tables(r, a, out);
    pthread_mutex_unlock(&r->plan_lock);
    look_at_state(r, out);
    out->faults = tally_read(&r->faults);
    out->rejects = rejects_count(r->rejects);
    out->seconds = (double)clock_steady_us() * 1e-6 - r->started;
}

/* ---- life ---- */

struct gauge_board *gauges_open(struct run *r)
{
    struct gauge_board *b = arena_calloc(r->arena, sizeof *b);
    b->run = r;
    b->arena = arena_new();
    pthread_mutex_init(&b->lock, NULL);
    return b;
}

void gauges_close(struct gauge_board *b)
{
    if (!b) return;
    arena_free(b->arena);
    pthread_mutex_destroy(&b->lock);
}

/* ---- health ---- */

static void say(struct buf *why, const char *what, struct str name, const char *state, int64_t ms)
{
    buf_printf(why, "%s %.*s %s for %lld s\n", what, STR_ARG(name), state, (long long)(ms / 1000));
}

static void ill_source(const struct gauge_source *s, struct buf *why)
{
    const struct attempts_seen *f = &s->look.function;
    if (s->ended) return;
    if (s->look.connection.failing_ms)
        say(why, "source", s->name, "has lost its connection", s->look.connection.failing_ms);
    if (!s->look.has_function) return;
    if (f->failing_ms) say(why, "source", s->name, "has a processor that fails", f->failing_ms);
    else if (f->busy_ms > STALL_MS)
        say(why, "source", s->name, "has a processor that does not answer", f->busy_ms);
}

static void ill_sink(const struct gauge_sink *s, struct buf *why)
{
    const struct attempts_seen *d = &s->look.deliveries, *f = &s->look.function;
    if (d->failing_ms) say(why, "sink", s->name, "has failed", d->failing_ms);
    else if (s->look.has_function && f->failing_ms)
        say(why, "sink", s->name, "has a function that fails", f->failing_ms);
    else if (d->busy_ms > STALL_MS) say(why, "sink", s->name, "has taken nothing", d->busy_ms);
}

/* Of those that are read again, the rows from before are there. */
static void ill_table(const struct gauge_table *t, struct buf *why)
{
    if (!t->by_key) return;
    if (t->readings.failing_ms)
        say(why, "lookups in table", t->name, "have failed", t->readings.failing_ms);
    else if (t->readings.busy_ms > STALL_MS)
        say(why, "table", t->name, "has not answered", t->readings.busy_ms);
}

bool gauges_ill(const struct gauges *g, struct buf *why)
{
    size_t before = why->len;
    for (uint32_t i = 0; i < g->n_sources; i++) ill_source(&g->sources[i], why);
    for (uint32_t i = 0; i < g->n_tables; i++) ill_table(&g->tables[i], why);
    for (uint32_t i = 0; i < g->n_sinks; i++) ill_sink(&g->sinks[i], why);
    if (g->has_state && g->checkpoint.failing_ms)
        buf_printf(why, "no checkpoint for %lld s\n", (long long)(g->checkpoint.failing_ms / 1000));
    return why->len > before;
}
