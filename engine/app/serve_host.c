/*
 * serve_host.c: a run as a session, for those who look into it.
 *
 * A session knows definitions, compiles, lists what there is and says why nothing comes. Of a run it gets the
 * statements of the application's files, and while it looks, the graph under its lock with stand-ins for lanes and
 * sinks.
 */

#include "app/serve_impl.h"

/* ---- standing still ---- */

static void show_lanes(struct serve *s, struct session *view)
{
    struct run *r = s->run;
    for (uint32_t i = 0; i < r->n_lanes; i++) {
        struct session_lane *l = view->lanes.items[i];
        l->plan = &r->plan->sources[i];
        l->feed = r->lanes[i].feed;
        l->running = true;
        atomic_store(&l->heard_ms, atomic_load(&r->lanes[i].heard_ms));
        l->ended = r->lanes[i].ended;
        l->idle = r->lanes[i].idle;
        atomic_store(&l->at_work, atomic_load(&r->lanes[i].at_work));
        l->source = r->lanes[i].source;
        l->live = l->source && source_is_live(l->source);
    }
}

static void enter(void *arg, struct session *view)
{
    struct serve *s = arg;
    struct run *r = s->run;
    gate_look(&r->gate);
    view->now.plan = r->plan;
    view->now.graph = r->graph;
    view->now.tables = r->tables;
    view->now.keyed = r->keyed;
    show_lanes(s, view);
}

static void leave(void *arg, struct session *view)
{
    struct serve *s = arg;
    (void)view;
    gate_look_away(&s->run->gate);
}

/* What runs was compiled from files; statements are compared with statements, so the first change compiles them once
 * more. */
static struct status know(struct serve *s, struct session *view)
{
    struct buf ignored = { 0 };
    struct status st = OK;
    if (s->known) return OK;
    s->known = session_compile(view, &view->definitions, view->definitions.count, NULL, NULL,
                               &ignored, &st);
    buf_free(&ignored);
    const struct app_plan *plan = s->known ? app_compile(s->known) : NULL;
    if (plan && plan->n_pumps == s->run->plan->n_pumps &&
        plan->n_streams == s->run->plan->n_streams)
        return OK;
    return status_new(view->arena, ERR_INTERNAL, SPAN_NONE,
                      "the application's statements alone mean something else");
}

static struct status change(void *arg, struct session *view, struct app *app)
{
    struct serve *s = arg;
    TRY(know(s, view));
    struct status st = run_change(s->run, app_compile(s->known), app);
    if (st.err != ERR_NONE) { /* it outlives the application */
        st.message = str_to_c(view->arena, str_c(st.message));
        if (st.hint) st.hint = str_to_c(view->arena, str_c(st.hint));
        return st;
    }
    if (!s->knows_run) app_free(s->known);
    s->known = app;
    s->knows_run = true;
    return OK;
}

/* ---- life ---- */

static void add_stand_ins(struct serve *s)
{
    const struct run *r = s->run;
    struct arena *a = s->view->arena;
    for (uint32_t i = 0; i < r->n_lanes; i++)
        *array_push(a, &s->view->lanes) = ARENA_NEW(a, struct session_lane);
    for (uint32_t i = 0, at = 0; i < r->plan->n_sinks; i++) {
        if (!r->plan->sinks[i].endpoint.has_url) continue;
        struct session_sink *k = ARENA_NEW(a, struct session_sink);
        k->plan = &r->plan->sinks[i];
        k->sink = r->sinks[at++].sink;
        *array_push(a, &s->view->sinks) = k;
    }
}

struct status host_open(struct serve *s)
{
    struct app *app = s->run->app;
    struct session_config config = { .functions = app_functions(app),
                                     .sources = app_sources(app),
                                     .sinks = app_sinks(app),
                                     .sees_personal = s->run->config->control_personal };
    s->host = (struct session_host){ .arg = s, .enter = enter, .leave = leave, .change = change };
    s->view = session_for_host(&config, &s->host);
    const struct app_text *texts;
    size_t n = app_texts(app, &texts);
    for (size_t i = 0; i < n; i++) session_adopt_text(s->view, texts[i].file, texts[i].base_dir);
    add_stand_ins(s);
    s->board = gauges_open(s->run);
    return OK;
}

struct session *host_view(struct serve *s, struct arena *a)
{
    pthread_mutex_lock(&s->lock);
    s->view_arena = s->view->arena;
    if (a) s->view->arena = a;
    return s->view;
}

void host_done(struct serve *s)
{
    s->view->arena = s->view_arena;
    pthread_mutex_unlock(&s->lock);
}

void host_close(struct serve *s)
{
    session_free(s->view);
    if (s->known && !s->knows_run) app_free(s->known);
    if (s->board) gauges_close(s->board);
    s->board = NULL;
    s->view = NULL;
}

/* ---- what is told beside ---- */

static void put_streams(const struct gauges *g, struct buf *out)
{
    control_member(out, "streams");
    buf_append_char(out, '[');
    for (uint32_t i = 0; i < g->n_streams; i++) {
        const struct gauge_stream *t = &g->streams[i];
        if (i > 0) buf_append_char(out, ',');
        control_put_text(out, "name", t->name);
        control_put_number(out, "rows", t->rows);
        if (t->bound.time != ROWTIME_MIN && t->bound.time != ROWTIME_END) {
            control_member(out, "time");
            buf_printf(out, "%lld", (long long)t->bound.time);
        }
        buf_append_char(out, '}');
    }
    buf_append_char(out, ']');
}

void host_put_metrics(struct serve *s, struct buf *out)
{
    struct arena *a = arena_new();
    struct gauges g = { 0 };
    gauges_look(s->board, a, &g);
    control_put_number(out, "ms", (uint64_t)(g.seconds * 1e3));
    control_put_number(out, "records", g.records);
    control_put_number(out, "bytes", g.bytes);
    control_put_number(out, "rows_out", g.rows_out);
    control_put_number(out, "errors", g.faults);
    control_put_number(out, "windows", g.windows);
    control_put_number(out, "state_bytes", g.state_bytes > 0 ? (uint64_t)g.state_bytes : 0);
    control_put_number(out, "behind_ms", g.behind_ms > 0 ? (uint64_t)g.behind_ms : 0);
    put_streams(&g, out);
    struct buf ill = { 0 };
    if (gauges_ill(&g, &ill)) control_put_text(out, "ill", str_view(ill.data, ill.len));
    buf_free(&ill);
    arena_free(a);
}

void host_tell_errors(struct serve *s, bool all, struct buf *out)
{
    gate_look(&s->run->gate);
    last_errors_print(&s->errors, all ? ERRORS_KEPT : SERVE_ERRORS, all, out);
    gate_look_away(&s->run->gate);
}
