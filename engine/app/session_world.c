/*
 * session_world.c: what of a session runs: sources, graph and sinks, and how they follow when the application changes.
 *
 * What may fail comes first: new sources and sinks are opened, tables loaded, the new graph made, while the old one
 * runs on. Then, between two batches, the new graph takes over; only afterwards is closed what is no more.
 */

#include <time.h>

#include "app/session_impl.h"
#include "app/rejects.h"
#include "base/log.h"
#include "data/value.h"
#include "io/output.h"
#include "sql/explain.h"

enum { CHANGE_MS = 5000 /* that a change waits for its turn */ };

/* ---- what two plans have in common ---- */

/* Places in two texts that say the same. */
bool world_same_text(struct span a, struct span b)
{
    if (!a.file && !b.file) return true; /* both of the command line */
    if (!a.file || !b.file || a.offset != b.offset || a.file->size != b.file->size) return false;
    return memcmp(a.file->data, b.file->data, a.file->size) == 0;
}

static bool same_place(const struct plan_endpoint *a, const struct plan_endpoint *b)
{
    return a->has_url == b->has_url && str_equal(&a->url, &b->url) &&
           strcmp(a->base_dir, b->base_dir) == 0;
}

static bool same_identity(const struct app_plan *a, const struct plan_pump *x,
                          const struct app_plan *b, const struct plan_pump *y)
{
    struct buf one = { 0 }, other = { 0 };
    explain_identity(&one, a, x);
    explain_identity(&other, b, y);
    bool same = one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
    buf_free(&one);
    buf_free(&other);
    return same;
}

static void match_pumps(const struct app_plan *old, const struct app_plan *plan, uint32_t *out)
{
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        out[i] = GRAPH_NEW;
        for (uint32_t k = 0; k < old->n_pumps && out[i] == GRAPH_NEW; k++) {
            const struct plan_pump *o = &old->pumps[k];
            bool taken = false;
            for (uint32_t j = 0; j < i; j++) taken |= out[j] == k;
            if (taken || !str_equal(&o->name, &p->name) || !world_same_text(o->at, p->at)) continue;
            if (same_identity(old, o, plan, p)) out[i] = k;
        }
    }
}

static void match_sources(const struct app_plan *old, const struct app_plan *plan, uint32_t *out)
{
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        const struct plan_source *a = &plan->sources[i];
        out[i] = GRAPH_NEW;
        for (uint32_t k = 0; k < old->n_sources; k++) {
            const struct plan_source *b = &old->sources[k];
            if (world_same_text(a->at, b->at) && same_place(&a->endpoint, &b->endpoint)) out[i] = k;
        }
    }
}

void world_match(const struct app_plan *old, const struct app_plan *plan, uint32_t *sources,
                 uint32_t *pumps)
{
    match_pumps(old, plan, pumps);
    match_sources(old, plan, sources);
}

/* ---- who reads what ---- */

void world_mark_reads(const struct plan_node *n, bool *streams)
{
    if (n->kind == PLAN_STREAM) streams[n->stream] = true;
    for (uint32_t i = 0; i < n->n_inputs; i++) world_mark_reads(n->inputs[i], streams);
}

void world_mark_upstream(const struct app_plan *plan, bool *streams)
{
    /* a way is no longer than there are pumps */
    for (uint32_t round = 0; round <= plan->n_pumps; round++) {
        for (uint32_t i = 0; i < plan->n_pumps; i++) {
            const struct plan_pump *p = &plan->pumps[i];
            if (!p->stopped && p->target != PLAN_STDOUT && streams[p->target])
                world_mark_reads(p->root, streams);
        }
    }
}

static bool reads_any(const struct plan_node *n, const bool *streams)
{
    if (n->kind == PLAN_STREAM && streams[n->stream]) return true;
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        if (reads_any(n->inputs[i], streams)) return true;
    }
    return false;
}

struct session_lane *world_lane(const struct session *s, struct str source)
{
    for (size_t i = 0; i < s->lanes.count; i++) {
        if (str_equal(&s->lanes.items[i]->plan->name, &source)) return s->lanes.items[i];
    }
    return NULL;
}

bool *world_live_streams(struct session *s, struct arena *a, const struct app_plan *plan)
{
    bool *out = arena_calloc(a, plan->n_streams + 1);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *t = &plan->streams[i];
        const struct session_lane *l =
            t->is_source ? world_lane(s, plan->sources[t->source].name) : NULL;
        out[i] = l && l->live;
    }
    for (uint32_t round = 0; round <= plan->n_pumps; round++) {
        for (uint32_t i = 0; i < plan->n_pumps; i++) {
            const struct plan_pump *p = &plan->pumps[i];
            if (!p->stopped && p->target != PLAN_STDOUT && reads_any(p->root, out))
                out[p->target] = true;
        }
    }
    return out;
}

/* Live sources run; a recorded one does when a sink needs its rows, or they meet those of a live one. */
static void start_lanes(struct session *s)
{
    const struct app_plan *plan = s->now.plan;
    struct arena *a = arena_new();
    bool *live = world_live_streams(s, a, plan);
    bool *needed = arena_calloc(a, plan->n_streams + 1);
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        if (plan->sinks[i].stream != PLAN_ERROR_STREAM) needed[plan->sinks[i].stream] = true;
    }
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        bool meets = p->target == PLAN_STDOUT || live[p->target];
        if (!p->stopped && meets) world_mark_reads(p->root, needed);
    }
    world_mark_upstream(plan, needed);
    for (size_t i = 0; i < s->lanes.count; i++) {
        struct session_lane *l = s->lanes.items[i];
        bool wanted = l->live;
        for (uint32_t k = 0; k < l->n_streams; k++) wanted |= needed[l->streams[k]];
        if (wanted) lane_start(l);
    }
    arena_free(a);
}

const struct plan_pump *world_query_pump(const struct app_plan *plan)
{
    for (uint32_t i = plan->n_pumps; i-- > 0;) {
        if (plan->pumps[i].target == PLAN_STDOUT) return &plan->pumps[i];
    }
    return NULL;
}

/* ---- errors that have no sink ---- */

/* The first ones are told; then \errors is asked. */
static void tell_error(void *arg, const struct error_told *e)
{
    struct session *s = arg;
    uint64_t before = atomic_fetch_add(&s->faults, 1);
    last_errors_keep(&s->errors, e);
    if (before < ERRORS_LOGGED && !s->error_sunk) error_told_log(e);
    if (before == ERRORS_LOGGED && !s->error_sunk)
        log_message(LOG_WARNING, "further refused rows are not told: \\errors shows the last ones");
}

static struct status ignore_errors(void *arg, struct batch *rows)
{
    (void)arg;
    (void)rows;
    return OK;
}

static struct status ignore_bound(void *arg, struct bound bound)
{
    (void)arg;
    (void)bound;
    return OK;
}

/* ---- sinks ---- */

/* What came of a sink, behind gate_wait: whom it waits for, nobody else has to wait for, to look. Of one that goes,
 * nobody wants to know. */
static struct status went_on(struct session_sink *k, struct status st)
{
    gate_go_on(&k->session->gate);
    return atomic_load(&k->given_up) ? OK : st;
}

static struct status take_rows(void *arg, struct batch *rows)
{
    struct session_sink *k = arg;
    if (atomic_load(&k->given_up)) return OK;
    gate_wait(&k->session->gate);
    return went_on(k, sink_deliver(k->sink, rows, NULL));
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct session_sink *k = arg;
    if (atomic_load(&k->given_up)) return OK;
    gate_wait(&k->session->gate);
    return went_on(k, sink_advance(k->sink, bound.time));
}

static struct status flush(struct session_sink *k)
{
    if (atomic_load(&k->given_up)) return OK;
    gate_wait(&k->session->gate);
    return went_on(k, sink_flush(k->sink));
}

struct status world_flush(struct session *s)
{
    for (size_t i = 0; i < s->sinks.count; i++) TRY(flush(s->sinks.items[i]));
    gate_wait(&s->gate);
    struct status st = rejects_flush(s->now.rejects);
    gate_go_on(&s->gate);
    return st;
}

static const struct schema *visible_schema(struct arena *a, const struct app_plan *plan,
                                           uint32_t stream)
{
    if (stream == PLAN_ERROR_STREAM) return &plan->error_schema;
    struct schema *out = arena_dup(a, &plan->streams[stream].schema, sizeof *out);
    out->n_columns = plan->streams[stream].n_visible;
    return out;
}

static bool same_columns(const struct schema *a, const struct schema *b)
{
    if (a->n_columns != b->n_columns) return false;
    for (uint32_t i = 0; i < a->n_columns; i++) {
        const struct column *x = &a->columns[i], *y = &b->columns[i];
        if (!str_equal(&x->name, &y->name) || !type_equal(x->type, y->type)) return false;
    }
    return true;
}

static struct session_sink *find_sink(const struct session *s, const struct plan_sink *p,
                                      const struct schema *schema)
{
    for (size_t i = 0; i < s->sinks.count; i++) {
        struct session_sink *k = s->sinks.items[i];
        if (world_same_text(k->plan->at, p->at) && str_equal(&k->plan->name, &p->name) &&
            same_place(&k->plan->endpoint, &p->endpoint) && same_columns(k->schema, schema))
            return k;
    }
    return NULL;
}

static struct status open_sink(struct session *s, struct app *app, const struct plan_sink *p,
                               const struct schema *schema)
{
    struct session_sink *k = ARENA_NEW(app_arena(app), struct session_sink);
    *k = (struct session_sink){ .session = s, .arena = app_arena(app), .plan = p,
                                .schema = schema };
    TRY(sink_open(k->arena, feed_endpoint(k->arena, &p->endpoint, p->name), schema, &k->sink));
    k->kept = true;
    *array_push(s->arena, &s->sinks) = k;
    return OK;
}

/* Those that stay and those that come; the new ones stand behind the others. */
static struct status open_sinks(struct session *s, struct app *app, const struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *p = &plan->sinks[i];
        if (!p->endpoint.has_url) continue;
        const struct schema *schema = visible_schema(app_arena(app), plan, p->stream);
        struct session_sink *k = find_sink(s, p, schema);
        if (k) k->kept = true;
        else TRY(open_sink(s, app, p, schema));
    }
    return OK;
}

static void attach_sinks(struct session *s, struct generation *g)
{
    s->error_sunk = false;
    for (uint32_t i = 0; i < g->plan->n_sinks; i++) {
        const struct plan_sink *p = &g->plan->sinks[i];
        if (!p->endpoint.has_url) continue;
        s->error_sunk |= p->stream == PLAN_ERROR_STREAM;
        const struct schema *schema = visible_schema(app_arena(g->app), g->plan, p->stream);
        struct graph_sink into = { .arg = find_sink(s, p, schema), .rows = take_rows,
                                   .bound = take_bound };
        graph_add_sink(g->graph, p->stream, 0, &into);
    }
    for (uint32_t i = 0; i < g->plan->n_pumps; i++) {
        if (g->plan->pumps[i].target != PLAN_STDOUT || !s->tap) continue;
        struct graph_sink tap = query_sink(s->tap);
        graph_add_sink(g->graph, PLAN_STDOUT, i, &tap);
    }
    struct graph_sink errors = { .arg = s, .rows = ignore_errors, .bound = ignore_bound };
    graph_add_sink(g->graph, PLAN_ERROR_STREAM, 0, &errors);
}

/* Closes those that are kept (or are not); what is left stays in order. */
static void close_sinks(struct session *s, bool kept, struct status *st)
{
    size_t n = 0;
    for (size_t i = 0; i < s->sinks.count; i++) {
        struct session_sink *k = s->sinks.items[i];
        if (k->kept != kept) {
            s->sinks.items[n++] = k;
            continue;
        }
        const char *where;
        struct status closed = sink_close(k->sink, s->arena, &where);
        if (st->err == ERR_NONE && !atomic_load(&k->given_up)) *st = closed;
    }
    s->sinks.count = n;
}

/* ---- lanes ---- */

static struct status open_lanes(struct session *s, const struct app_plan *plan)
{
    uint32_t *same = ARENA_ARRAY(s->arena, uint32_t, plan->n_sources + 1);
    if (s->now.plan) match_sources(s->now.plan, plan, same);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        struct session_lane *l = same[i] == GRAPH_NEW ? NULL : world_lane(s, plan->sources[i].name);
        if (!plan->sources[i].endpoint.has_url)
            continue; /* nothing comes, until it is told from where */
        if (!l) {
            TRY(lane_new(s, plan, i, &l));
            *array_push(s->arena, &s->lanes) = l;
        }
        l->kept = i;
    }
    return OK;
}

/* Takes out those that are not kept, which are to be freed outside of the gate. */
static size_t drop_lanes(struct session *s, struct session_lane **out)
{
    size_t n = 0, dropped = 0;
    for (size_t i = 0; i < s->lanes.count; i++) {
        struct session_lane *l = s->lanes.items[i];
        if (l->kept != GRAPH_NEW) s->lanes.items[n++] = l;
        else out[dropped++] = l;
    }
    s->lanes.count = n;
    for (size_t i = 0; i < dropped; i++) out[i]->n_streams = 0;
    return dropped;
}

/* ---- tables and graph ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The rows of a table that stays, with what is known of them; NULL: it is new. */
static struct reftable *same_table(const struct session *s, const struct plan_table *t,
                                   double *refreshed, struct table_version *version)
{
    for (uint32_t i = 0; s->now.plan && i < s->now.plan->n_tables; i++) {
        const struct plan_table *o = &s->now.plan->tables[i];
        if (o->constant || t->constant || !world_same_text(o->at, t->at)) continue;
        if (!str_equal(&o->name, &t->name) || !same_place(&o->endpoint, &t->endpoint)) continue;
        *refreshed = s->now.refreshed[i];
        *version = s->now.versions[i];
        return reftable_retain(s->now.tables[i]);
    }
    return NULL;
}

static struct status load_tables(struct session *s, struct generation *g)
{
    struct arena *a = app_arena(g->app);
    g->tables = arena_calloc(a, (g->plan->n_tables + 1) * sizeof *g->tables);
    g->refreshed = ARENA_ARRAY(a, double, g->plan->n_tables + 1);
    g->versions = arena_calloc(a, (g->plan->n_tables + 1) * sizeof *g->versions);
    const struct feed_waiting waiting = { .stop = &s->ending, .gate = &s->gate };
    TRY(feed_keyed_open(a, g->plan, &waiting, &g->keyed));
    for (uint32_t i = 0; i < g->plan->n_tables; i++) {
        g->refreshed[i] = seconds();
        g->tables[i] =
            same_table(s, &g->plan->tables[i], &g->refreshed[i], &g->versions[i]);
        struct feed_reading how = { .version = &g->versions[i] };
        if (!g->tables[i])
            TRY(feed_fill_table(a, g->plan, g->tables, g->keyed, i, clock_now(&s->clock), &how,
                                &g->tables[i]));
    }
    return OK;
}

/* A table whose `refresh` has passed; from now on it is the caller's to read. While looking. */
static bool next_due(struct session *s, uint32_t *out, struct table_version *version)
{
    for (uint32_t i = 0; i < s->now.plan->n_tables; i++) {
        int64_t every_ms = plan_table_refresh_ms(&s->now.plan->tables[i]);
        double now = seconds();
        if (every_ms == 0 || now < s->now.refreshed[i] + (double)every_ms * 1e-3) continue;
        s->now.refreshed[i] = now;
        *version = s->now.versions[i];
        *out = i;
        return true;
    }
    return false;
}

/* rows: NULL: those that are there stay. */
static void set_table(struct session *s, const struct app_plan *plan, uint32_t table,
                      const struct table_version *version, struct reftable *rows)
{
    gate_look(&s->gate);
    bool same = s->now.plan == plan; /* else the application has changed meanwhile: the next time */
    if (same) s->now.versions[table] = *version;
    if (same && rows) {
        graph_set_table(s->now.graph, table, reftable_retain(rows));
        reftable_release(s->now.tables[table]);
        s->now.tables[table] = rows;
        feed_refill_queries(plan, s->now.tables, s->now.keyed, s->now.graph, clock_now(&s->clock));
    }
    gate_look_away(&s->gate);
    if (!same && rows) reftable_release(rows);
}

void world_refresh(struct session *s)
{
    for (;;) {
        uint32_t table;
        gate_look(&s->gate);
        const struct app_plan *plan = s->now.plan;
        struct table_version version;
        bool due = next_due(s, &table, &version);
        gate_look_away(&s->gate);
        if (!due) return;
        struct arena *a = arena_new();
        struct reftable *rows = NULL;
        struct feed_reading how = { .version = &version, .again = true };
        struct status st = feed_load_table(a, plan, table, &how, &rows);
        set_table(s, plan, table, &version, rows);
        if (st.err != ERR_NONE)
            log_message(LOG_WARNING, "reference table %.*s keeps its rows: %s",
                        STR_ARG(plan->tables[table].name), st.message);
        arena_free(a);
    }
}

static rowtime session_now(void *arg)
{
    struct session *s = arg;
    return clock_now(&s->clock);
}

struct status world_graph(struct session *s, struct app *app, bool keeps, struct generation *out)
{
    struct arena *a = app_arena(app);
    *out = (struct generation){ .app = app, .plan = app_compile(app) };
    const struct app_plan *plan = out->plan;
    TRY(load_tables(s, out));
    if (keeps) out->rejects = rejects_new(a, plan);
    if (out != &s->now) rejects_go_on(out->rejects, s->now.rejects);
    int64_t *lateness = ARENA_ARRAY(a, int64_t, plan->n_sources + 1);
    int32_t *column = ARENA_ARRAY(a, int32_t, plan->n_sources + 1);
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        lateness[i] = plan_source_lateness_ms(&plan->sources[i]);
        column[i] = plan_source_rowtime(&plan->sources[i]);
    }
    struct graph_config config = { .plan = plan,
                                   .tables = out->tables,
                                   .keyed = out->keyed,
                                   .started = clock_now(&s->clock),
                                   .now = session_now,
                                   .now_arg = s,
                                   .row_of_record = feed_row_of_record,
                                   .row_arg = feed_rows_of_new(a, plan),
                                   .reject = out->rejects ? rejects_take : NULL,
                                   .reject_arg = out->rejects,
                                   .tell = keeps ? tell_error : NULL,
                                   .tell_arg = s,
                                   .memory_limit = s->config.memory_limit,
                                   .lateness_ms = lateness,
                                   .rowtime_column = column };
    return graph_new(a, &config, &out->graph);
}

/* Within the gate, while lanes run: sinks into the same vault share its connection. */
static void forget_rejects(struct generation *g)
{
    struct status st = rejects_close(g->rejects);
    g->rejects = NULL;
    if (st.err != ERR_NONE) log_message(LOG_WARNING, "%s", st.message);
}

void world_forget(struct generation *g)
{
    forget_rejects(g);
    if (g->graph) graph_free(g->graph);
    for (uint32_t i = 0; g->tables && i < g->plan->n_tables; i++) {
        if (g->tables[i]) reftable_release(g->tables[i]);
    }
    if (g->plan) feed_keyed_close(g->keyed, g->plan);
    g->graph = NULL;
    g->tables = NULL;
    g->keyed = NULL;
}

/* ---- changing ---- */

static struct status prepare(struct session *s, struct app *app, struct generation *next)
{
    for (size_t i = 0; i < s->lanes.count; i++) s->lanes.items[i]->kept = GRAPH_NEW;
    for (size_t i = 0; i < s->sinks.count; i++) s->sinks.items[i]->kept = false;
    TRY(open_lanes(s, app_compile(app)));
    TRY(world_graph(s, app, true, next));
    TRY(open_sinks(s, app, next->plan));
    attach_sinks(s, next);
    return OK;
}

/* Between two batches. */
static struct status hand_over(struct session *s, struct generation *next, bool *untouched)
{
    const struct app_plan *plan = next->plan;
    uint32_t *pumps = ARENA_ARRAY(app_arena(next->app), uint32_t, plan->n_pumps + 1);
    uint32_t *sources = ARENA_ARRAY(app_arena(next->app), uint32_t, plan->n_sources + 1);
    match_pumps(s->now.plan, plan, pumps);
    match_sources(s->now.plan, plan, sources);
    struct graph_from from = { .graph = s->now.graph, .sources = sources, .pumps = pumps };
    TRY(graph_take_over(next->graph, &from, untouched));
    for (size_t i = 0; i < s->lanes.count; i++) {
        struct session_lane *l = s->lanes.items[i];
        if (l->kept == GRAPH_NEW) continue;
        l->streams = plan->sources[l->kept].streams;
        l->n_streams = plan->sources[l->kept].n_streams;
        /* what is new below a source that has ended hears of it */
        for (uint32_t k = 0; l->ended && k < l->n_streams; k++)
            TRY(graph_advance(next->graph, l->streams[k], BOUND_END));
    }
    return OK;
}

/* Back to what there was before a change that failed. */
static void undo(struct session *s, struct generation *next, size_t n_lanes, size_t n_sinks)
{
    struct status ignored = OK;
    world_forget(next);
    for (size_t i = 0; i < s->sinks.count; i++) s->sinks.items[i]->kept = i < n_sinks;
    close_sinks(s, false, &ignored);
    for (size_t i = n_lanes; i < s->lanes.count; i++) lane_free(s->lanes.items[i]);
    s->lanes.count = n_lanes;
}

static void close_gone(struct session *s, struct generation *old, struct session_lane **gone,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) lane_free(gone[i]);
    mem_free(gone);
    struct status st = OK;
    gate_enter(&s->gate);
    forget_rejects(old);
    close_sinks(s, false, &st);
    gate_leave(&s->gate);
    if (st.err != ERR_NONE) log_message(LOG_WARNING, "%s", st.message);
    world_forget(old);
}

/* A thread that works in the graph waits, most likely for a sink. */
static struct status held_up(struct session *s)
{
    for (size_t i = 0; i < s->sinks.count; i++) {
        const struct session_sink *k = s->sinks.items[i];
        struct attempts_seen d = sink_look(k->sink).deliveries;
        if (d.busy_ms < CHANGE_MS / 2) continue;
        struct status st =
            status_new(s->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE,
                       "nothing can change now: sink \"%.*s\" has taken no row for %.0f s",
                       STR_ARG(k->plan->name), (double)d.busy_ms * 1e-3);
        return status_with_hint(
            st, str_format_c(s->arena, "DROP SINK \"%.*s\" gives it up, with what it has not taken",
                             STR_ARG(k->plan->name)));
    }
    return status_new(s->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE,
                      "nothing can change now: the session waits for a server");
}

int64_t session_time(struct session *s)
{
    return clock_now(&s->clock);
}

const char *session_failing_sink(struct session *s)
{
    for (size_t i = 0; i < s->sinks.count; i++) {
        const struct session_sink *k = s->sinks.items[i];
        if (sink_look(k->sink).deliveries.failing_ms > 0) return str_to_c(s->arena, k->plan->name);
    }
    return NULL;
}

void session_interrupt(void)
{
    output_stop();
}

void world_give_up(struct session *s, struct str sink, bool given_up)
{
    for (size_t i = 0; i < s->sinks.count; i++) {
        struct session_sink *k = s->sinks.items[i];
        bool fails =
            sink_look(k->sink).deliveries.failing_ms > 0; /* else it takes what it is given */
        if (!str_equal(&k->plan->name, &sink) || (given_up && !fails)) continue;
        if (given_up)
            log_event(LOG_WARNING, LOG_FIELDS(LOG_S("sink", k->plan->name)),
                      "sink %.*s is given up: what it has not taken is lost",
                      STR_ARG(k->plan->name));
        atomic_store(&k->given_up, given_up);
        sink_give_up(k->sink, given_up);
    }
}

struct status world_change(struct session *s, struct app *app)
{
    struct generation next = { 0 }, old = s->now;
    size_t n_lanes = s->lanes.count, n_sinks = s->sinks.count;
    bool untouched = true;
    if (s->host) return s->host->change(s->host->arg, s, app);
    /* sinks are flushed by lanes, and their list may grow */
    if (!gate_enter_soon(&s->gate, CHANGE_MS)) return held_up(s);
    struct status st = prepare(s, app, &next);
    if (st.err == ERR_NONE) st = hand_over(s, &next, &untouched);
    if (st.err != ERR_NONE && untouched) {
        st.message = str_to_c(s->arena, str_c(st.message));
        if (st.hint) st.hint = str_to_c(s->arena, str_c(st.hint));
        undo(s, &next, n_lanes, n_sinks);
        gate_leave(&s->gate);
        return st;
    }
    if (st.err != ERR_NONE) log_message(LOG_ERROR, "%s", st.message);
    s->now = next;
    *array_push(s->arena, &s->apps) = app;
    struct session_lane **gone = mem_calloc(s->lanes.count + 1, sizeof *gone);
    size_t n_gone = drop_lanes(s, gone);
    gate_leave(&s->gate);
    close_gone(s, &old, gone, n_gone);
    start_lanes(s);
    return OK;
}

/* ---- life ---- */

struct status world_open(struct session *s)
{
    struct app *app = app_new(s->config.functions);
    *array_push(s->arena, &s->apps) = app;
    app_compile(app);
    TRY(world_graph(s, app, true, &s->now));
    return graph_start(s->now.graph);
}

static bool is_running(const struct session *s)
{
    for (size_t i = 0; i < s->lanes.count; i++) {
        if (s->lanes.items[i]->running && !s->lanes.items[i]->ended) return true;
    }
    return false;
}

bool session_wait(struct session *s, int wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    gate_look(&s->gate);
    int late = 0;
    while (is_running(s) && !late)
        late = pthread_cond_timedwait(&s->lane_ended, &s->gate.look, &until);
    bool running = is_running(s);
    gate_look_away(&s->gate);
    return !running;
}

bool session_is_busy(struct session *s)
{
    if (s->remote) return false;
    bool running = false;
    for (size_t i = 0; i < s->lanes.count; i++) running |= s->lanes.items[i]->running;
    return running && s->sinks.count > 0;
}

/* Also the windows of sources that never ran close: whoever reads them waits for nothing more. */
void world_close(struct session *s, struct status *st)
{
    if (s->closed) return;
    s->closed = true;
    atomic_store(&s->ending, true);
    for (size_t i = 0; i < s->lanes.count; i++) lane_free(s->lanes.items[i]);
    s->lanes.count = 0;
    if (s->now.graph && st->err == ERR_NONE) *st = graph_tick(s->now.graph, BOUND_END);
    for (size_t i = 0; i < s->sinks.count; i++) s->sinks.items[i]->kept = false;
    close_sinks(s, false, st);
    world_forget(&s->now);
}
