/*
 * change.c: another application in the place of the one that runs, while it runs. Declared in run_impl.h.
 *
 * Lanes come to rest between two pieces of input, with nothing on its way. A graph of the new plan is made, gets the
 * run's sinks and the state of all operators that are the same (exec/graph_takeover); decoders and sections follow.
 * What may fail comes first. Sources, sinks and reference tables stay: only what lies between them changes.
 */

#include <string.h>

#include "app/serve.h"
#include "app/session_impl.h"
#include "base/log.h"

enum {
    LOOK_MS = 20,
    PATIENCE_MS = 2000 /* for a source that is being read */
};

/* ---- rest ---- */

void lane_rest(struct lane *l, const uint64_t *ticket)
{
    struct run_parking *p = &l->run->parking;
    if (!atomic_load_explicit(&p->wanted, memory_order_relaxed)) return;
    if (ticket && *ticket > 0) handover_wait(&l->ready, *ticket - 1);
    pthread_mutex_lock(&p->lock);
    p->parked++;
    while (atomic_load(&p->wanted)) pthread_cond_wait(&p->changed, &p->lock);
    p->parked--;
    pthread_mutex_unlock(&p->lock);
}

bool lanes_park(struct run *r)
{
    struct run_parking *p = &r->parking;
    bool all = false, none = false;
    atomic_store(&p->wanted, true);
    int64_t until = clock_steady_ms() + PATIENCE_MS;
    pthread_mutex_lock(&p->lock);
    while (!all && !none && clock_steady_ms() < until) {
        pthread_mutex_lock(&r->watch_lock);
        uint32_t left = r->lanes_left;
        pthread_mutex_unlock(&r->watch_lock);
        none = left == 0 || run_is_stopping(r);
        all = !none && p->parked == left;
        if (!all && !none) thread_wait(&p->changed, &p->lock, LOOK_MS);
    }
    pthread_mutex_unlock(&p->lock);
    if (!all) lanes_unpark(r);
    return all;
}

void lanes_unpark(struct run *r)
{
    struct run_parking *p = &r->parking;
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->wanted, false);
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

/* ---- what may change ---- */

static bool same_columns(const struct schema *a, const struct schema *b)
{
    if (a->n_columns != b->n_columns) return false;
    for (uint32_t i = 0; i < a->n_columns; i++) {
        const struct column *x = &a->columns[i], *y = &b->columns[i];
        if (!str_equal(&x->name, &y->name) || !type_equal(x->type, y->type)) return false;
    }
    return true;
}

/* The same statements made them, at the same places of the list. */
static bool same_sources(const struct app_plan *a, const struct app_plan *b)
{
    bool same = a->n_sources == b->n_sources;
    for (uint32_t i = 0; same && i < a->n_sources; i++)
        same = world_same_text(a->sources[i].at, b->sources[i].at) &&
               str_equal(&a->sources[i].name, &b->sources[i].name);
    return same;
}

static bool same_sinks(const struct app_plan *a, const struct app_plan *b)
{
    bool same = a->n_sinks == b->n_sinks;
    for (uint32_t i = 0; same && i < a->n_sinks; i++) {
        const struct plan_sink *x = &a->sinks[i], *y = &b->sinks[i];
        same = world_same_text(x->at, y->at) && str_equal(&x->name, &y->name) &&
               x->stream == y->stream;
        if (same && x->stream != PLAN_ERROR_STREAM)
            same = same_columns(&a->streams[x->stream].schema, &b->streams[x->stream].schema);
    }
    return same;
}

/* Those that are read from somewhere, with no column that was not read. */
static bool same_tables(const struct app_plan *a, const struct app_plan *b)
{
    bool same = true;
    for (uint32_t i = 0; same && (i < a->n_tables || i < b->n_tables); i++) {
        const struct plan_table *x = i < a->n_tables ? &a->tables[i] : NULL;
        const struct plan_table *y = i < b->n_tables ? &b->tables[i] : NULL;
        if ((!x || x->constant) && (!y || y->constant)) continue;
        same = x && y && !x->constant && !y->constant && world_same_text(x->at, y->at) &&
               str_equal(&x->name, &y->name);
        for (uint32_t c = 0; same && c < x->schema.n_columns; c++)
            same = x->needed[c] || !y->needed[c];
    }
    return same;
}

static uint32_t count_results(const struct app_plan *plan)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plan->n_pumps; i++) n += plan->pumps[i].target == PLAN_STDOUT;
    return n;
}

static struct status check(const struct app_plan *known, struct arena *a,
                           const struct app_plan *plan)
{
    const char *what = NULL;
    if (!same_sources(known, plan)) what = "sources";
    else if (!same_sinks(known, plan)) what = "sinks";
    else if (!same_tables(known, plan)) what = "reference tables, and which columns are read,";
    else if (count_results(known) != count_results(plan)) what = "queries that print";
    if (!what) return OK;
    struct status st = status_new(a, ERR_NOT_ALLOWED_HERE, SPAN_NONE,
                                  "%s of a run cannot change while it runs", what);
    return status_with_hint(st, "streams, views, functions and pumps can");
}

/* ---- the change ---- */

/* What comes in the place of what. */
struct change {
    struct run            *run;
    const struct app_plan *known, *plan;
    struct app            *app;
    struct arena          *arena; /* the application's */
    struct reftable      **tables;
    struct keyed         **keyed;
    struct graph          *graph;
};

/* Those that are read go on, those of queries are filled anew. */
static struct status fill_tables(struct change *c)
{
    struct run *r = c->run;
    c->tables = arena_calloc(c->arena, (c->plan->n_tables + 1) * sizeof *c->tables);
    c->keyed = arena_calloc(c->arena, (c->plan->n_tables + 1) * sizeof *c->keyed);
    for (uint32_t i = 0; i < c->plan->n_tables; i++) {
        if (c->plan->tables[i].constant) {
            TRY(feed_fill_table(c->arena, c->plan, c->tables, c->keyed, i, run_now(r), NULL,
                                &c->tables[i]));
        } else {
            c->tables[i] = r->tables[i] ? reftable_retain(r->tables[i]) : NULL;
            c->keyed[i] = r->keyed[i];
        }
    }
    return OK;
}

static void release_tables(struct reftable **tables, const struct app_plan *plan)
{
    for (uint32_t i = 0; tables && i < plan->n_tables; i++) {
        if (tables[i]) reftable_release(tables[i]);
    }
}

static struct status prepare(struct change *c)
{
    struct run *r = c->run;
    TRY(fill_tables(c));
    TRY(run_graph(r, c->arena, c->plan, c->tables, c->keyed, &c->graph));
    outlets_attach(r, c->graph, c->plan);
    serve_attach(r->serve, c->graph, c->plan);
    return OK;
}

static struct status hand_over(struct change *c, bool *untouched)
{
    uint32_t *pumps = ARENA_ARRAY(c->arena, uint32_t, c->plan->n_pumps + 1);
    uint32_t *sources = ARENA_ARRAY(c->arena, uint32_t, c->plan->n_sources + 1);
    world_match(c->known, c->plan, sources, pumps);
    for (uint32_t i = 0; i < c->plan->n_sources; i++) sources[i] = i;
    const struct graph_from from = { .graph = c->run->graph, .sources = sources, .pumps = pumps };
    return graph_take_over(c->graph, &from, untouched);
}

/* A query that was let see a column would see PERSONAL values now. */
static bool becomes_personal(const struct schema *old, const struct schema *new)
{
    for (uint32_t i = 0; i < old->n_columns; i++) {
        if (new->columns[i].personal && !old->columns[i].personal) return true;
    }
    return false;
}

/* Who reads a stream that is another one now has come to its end. */
static void end_taps(const struct change *c)
{
    const struct app_plan *old = c->run->plan;
    for (uint32_t i = 0; i < old->n_streams; i++) {
        const struct plan_stream *x = &old->streams[i], *y = &c->plan->streams[i];
        bool same = i < c->plan->n_streams && str_equal(&x->name, &y->name) &&
                    same_columns(&x->schema, &y->schema) &&
                    !becomes_personal(&x->schema, &y->schema);
        if (!same) taps_end(c->run->taps, i);
    }
}

/* The new graph is the run's from here on. The caller works in it. */
static struct status adopt(struct change *c)
{
    struct run *r = c->run;
    struct graph *old = r->graph;
    end_taps(c);
    lanes_leave(r);
    pthread_mutex_lock(&r->plan_lock);
    release_tables(r->tables, r->plan);
    r->graph = c->graph;
    r->plan = c->plan;
    r->tables = c->tables;
    r->keyed = c->keyed;
    outlets_follow(r, c->arena);
    pthread_mutex_unlock(&r->plan_lock);
    *array_push(r->arena, &r->changed) = c->app;
    graph_free(old);
    TRY(lanes_follow(r, c->arena));
    /* what is new below a source that has ended hears of it */
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        const struct lane *l = &r->lanes[i];
        for (uint32_t k = 0; l->ended && k < l->n_streams; k++)
            TRY(graph_advance(r->graph, l->streams[k], BOUND_END));
    }
    return OK;
}

static struct status exchange(struct change *c)
{
    bool untouched = true;
    struct status st = prepare(c);
    if (st.err == ERR_NONE) st = hand_over(c, &untouched);
    if (st.err != ERR_NONE && untouched) {
        graph_free(c->graph);
        release_tables(c->tables, c->plan);
        return st;
    }
    run_fail(c->run, st); /* half of the state is gone: there is no way back */
    run_fail(c->run, adopt(c));
    return OK;
}

struct status run_change(struct run *r, const struct app_plan *known, struct app *app)
{
    struct change c = {
        .run = r, .known = known, .plan = app_compile(app), .app = app, .arena = app_arena(app)
    };
    TRY(check(known, c.arena, c.plan));
    if (!lanes_park(r))
        return status_new(
            c.arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE,
            "the run takes no change now: it is ending, or waits for a source, a sink or a "
            "server");
    tables_rest(r);
    gate_enter(&r->gate);
    struct status st = exchange(&c);
    gate_leave(&r->gate);
    tables_watch(r);
    lanes_unpark(r);
    return st;
}

void run_forget(struct run *r)
{
    for (size_t i = 0; i < r->changed.count; i++) app_free(r->changed.items[i]);
    r->changed.count = 0;
}
