/*
 * session_why.c: why nothing, or this, comes out of a stream.
 *
 * The way is walked up, from the stream over its pumps to the sources, a line each: rows in and out, what a filter
 * dropped, which windows are open until when, whose time holds an operator with several inputs back, and what sources
 * do. Nothing is guessed: what is told are the counters and bounds of the operators themselves.
 */

#include "app/session_impl.h"
#include "data/calendar.h"

enum {
    IDLE_MS = 2000, /* a source that says nothing for so long is worth a word */
    ERRORS_TOLD = 5 /* the last ones */
};

struct why {
    struct session *s;
    struct arena   *arena;
    struct buf     *out;
    bool           *told; /* streams */
    bool           *told_tables;
    int             indent;
};

static void print_time(struct buf *out, struct bound b)
{
    char text[CALENDAR_TEXT_MAX];
    if (b.time == ROWTIME_MIN) buf_append_c(out, "not begun");
    else if (b.time == ROWTIME_END) buf_append_c(out, "ended");
    else buf_append(out, text, calendar_format_timestamp(text, b.time));
}

static void print_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
    buf_printf(out, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

/* ---- sources ---- */

/* What moves the time of a source that takes it from a column, and what would while nothing comes. */
static void why_time(struct why *w, const struct session_lane *l, struct bound bound, bool quiet)
{
    rowtime ignored;
    bool by_clock = idle_bound(&l->idle, clock_steady_ms(), 0, &ignored);
    double after_s = (double)l->idle.after_ms * 1e-3;
    if (by_clock)
        buf_printf(w->out, "; %.1f s without a row (idle_after): the clock moves its time",
                   after_s);
    else if (l->idle.after_ms)
        buf_printf(w->out,
                   "; its rows, or the clock once none has come for %.1f s (idle_after), move its "
                   "time",
                   after_s);
    else
        buf_append_c(w->out, "; its rows alone move its time");
    if (bound.time != ROWTIME_MIN && bound.time != ROWTIME_END) {
        buf_append_c(w->out, ", which stands at ");
        print_time(w->out, bound);
        if (l->feed.lateness_ms > 0 && !by_clock)
            buf_printf(w->out, ", %.1f s before the latest row (lateness)",
                       (double)l->feed.lateness_ms * 1e-3);
    }
    if (quiet && l->live && l->idle.after_ms == 0)
        buf_append_c(w->out, "; with option idle_after the clock would, once nothing comes");
}

/* How long nothing has come: of one that is read to its end for now, since then. */
static void why_idle(struct why *w, const struct session_lane *l, struct bound bound)
{
    long long heard_ms = atomic_load(&l->heard_ms);
    int64_t idle_ms = heard_ms ? clock_steady_ms() - heard_ms : 0;
    if (idle_ms >= IDLE_MS)
        buf_printf(w->out, atomic_load(&l->at_work) ? "; held up by what came %.1f s ago"
                                                    : "; idle, nothing has come for %.1f s",
                   (double)idle_ms * 1e-3);
    struct source_look look = { 0 };
    if (l->source) look = source_look(l->source);
    if (look.connection.failing_ms > 0)
        buf_printf(w->out, "; its connection is lost for %.1f s",
                   (double)look.connection.failing_ms * 1e-3);
    bool quiet = heard_ms == 0 || idle_ms >= IDLE_MS;
    if (l->feed.rowtime_column >= 0) why_time(w, l, bound, quiet);
}

static void why_source(struct why *w, const struct plan_source *source, uint32_t stream)
{
    const struct session_lane *l = world_lane(w->s, source->name);
    uint64_t rows = graph_stream_count(w->s->now.graph, stream).rows;
    buf_printf(w->out, "%*ssource %.*s: ", w->indent, "", STR_ARG(source->name));
    if (!l) {
        buf_append_c(w->out, "has no URL: nothing can come");
    } else if (!l->running) {
        buf_append_c(w->out, "is recorded and no sink needs it; SELECT STREAM reads it anew");
    } else if (l->ended) {
        buf_append_c(w->out, "has ended");
    } else {
        bool came = rows > 0 || atomic_load(&l->heard_ms);
        buf_append_c(w->out, came ? "runs" : "runs, and nothing has come");
        why_idle(w, l, graph_stream_bound(w->s->now.graph, stream));
        if (l->feed.misnamed[0]) buf_printf(w->out, "; %s", l->feed.misnamed);
    }
    buf_append_char(w->out, '\n');
}

/* ---- operators ---- */

static void why_filter(struct why *w, const struct graph_op_state *o)
{
    if (o->rows_in == 0) return;
    if (o->rows_out == 0) buf_append_c(w->out, ": it lets nothing through");
    else buf_printf(w->out, ": it dropped %llu",
                    (unsigned long long)(o->rows_in - o->rows_out - o->faults));
}

static void why_windows(struct why *w, const struct graph_op_state *o)
{
    buf_append_c(w->out, ": ");
    print_count(w->out, o->windows, "window is open", "windows are open");
    if (o->due == ROWTIME_END) {
        buf_append_c(w->out, ", until a row with another value comes");
        return;
    }
    buf_append_c(w->out, o->windows == 1 ? " until " : ", the first until ");
    print_time(w->out, (struct bound){ o->due, 0 });
    buf_append_c(w->out, "; its time is ");
    print_time(w->out, o->hold.bound);
}

/* Rows of a LEFT JOIN stay without a match, too, and one row may have many: what is told is the least. */
static void why_lookup(struct why *w, const struct graph_op_state *o)
{
    const struct generation *g = &w->s->now;
    uint64_t given = o->rows_in - o->faults;
    if (o->lookup->outer || o->rows_out >= given) return;
    buf_printf(w->out, ": %s%llu found no row of %.*s",
               o->rows_out > 0 ? "at least " : "", (unsigned long long)(given - o->rows_out),
               STR_ARG(g->plan->tables[o->lookup->table].name));
    if (!o->lookup->n_lookup_key && g->tables[o->lookup->table])
        buf_printf(w->out, ", which has %llu",
                   (unsigned long long)reftable_rows(g->tables[o->lookup->table]));
}

/* A join or union goes on with the input that is furthest behind. */
static void why_inputs(struct why *w, const struct graph_op_state *o)
{
    bool unmet = o->joins && o->rows_in > 0 && o->rows_out == 0 &&
                 o->hold.bound.time != ROWTIME_MIN;
    if (unmet) buf_append_c(w->out, ": no two rows have met its condition");
    if (bound_compare(o->hold.bound, BOUND_END) == 0) return;
    buf_printf(w->out, "%s waits for %.*s, whose time is ", unmet ? ";" : ":",
               STR_ARG(o->hold.name));
    print_time(w->out, o->hold.bound);
}

/* What an operator, or a query in an expression, waits for; false: the table answers. */
static bool why_answer(struct why *w, uint32_t table, const char *before)
{
    struct keyed_look look;
    if (!w->s->now.keyed || !w->s->now.keyed[table]) return false;
    feed_keyed_look(w->s->now.keyed[table], &look);
    if (look.tries == 0 && !look.asking.failing_ms) return false;
    struct str name = w->s->now.plan->tables[table].name;
    if (look.tries > 0)
        buf_printf(w->out, "%swaits %.1f s for the lookup in table %.*s at %s, try %lld", before,
                   (double)look.asking.busy_ms * 1e-3, STR_ARG(name), look.place,
                   (long long)look.tries);
    else
        buf_printf(w->out, "%slookups in table %.*s at %s have failed for %.1f s", before,
                   STR_ARG(name), look.place, (double)look.asking.failing_ms * 1e-3);
    if (look.skips) buf_append_c(w->out, ", keys count as missing");
    if (look.reason[0]) buf_printf(w->out, "; last error: %s", look.reason);
    w->told_tables[table] = true;
    return true;
}

static void why_op(struct why *w, const struct graph_op_state *o)
{
    buf_printf(w->out, "%*s%.*s: %llu in, %llu out", w->indent, "", STR_ARG(o->name),
               (unsigned long long)o->rows_in, (unsigned long long)o->rows_out);
    if (o->faults) buf_printf(w->out, ", %llu failed", (unsigned long long)o->faults);
    if (!o->filters && o->bytes > 0)
        buf_printf(w->out, ", keeps %lld bytes", (long long)o->bytes);
    if (o->lookup && why_answer(w, o->lookup->table, ": ")) {
        buf_append_char(w->out, '\n');
        return;
    }
    if (o->filters) {
        why_filter(w, o);
    } else if (o->lookup) {
        why_lookup(w, o);
    } else if (o->windows > 0) {
        why_windows(w, o);
    } else if (o->n_inputs > 1) {
        why_inputs(w, o);
    } else if (o->rows_in > o->faults && o->rows_out == 0 && o->holds) {
        buf_append_c(w->out, ": rows wait until time has passed them; it is ");
        print_time(w->out, o->bound);
    }
    buf_append_char(w->out, '\n');
}

static void why_stream(struct why *w, uint32_t stream);

static void why_pump(struct why *w, const struct plan_pump *p)
{
    const struct app_plan *plan = w->s->now.plan;
    bool *reads = arena_calloc(w->arena, plan->n_streams + 1);
    world_mark_reads(p->root, reads);
    buf_printf(w->out, "%*spump %.*s%s\n", w->indent, "", STR_ARG(p->name),
               p->stopped ? ": STOPPED; ALTER PUMP ... START lets it run" : "");
    w->indent += 2;
    struct graph_op_state *ops;
    size_t n = graph_pump_state(w->s->now.graph, p->number, w->arena, &ops);
    for (size_t i = n; i-- > 0;) why_op(w, &ops[i]);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        if (reads[i]) why_stream(w, i);
    }
    w->indent -= 2;
}

/* ---- streams ---- */

static uint32_t count_writers(const struct app_plan *plan, uint32_t stream)
{
    uint32_t n = plan->streams[stream].is_source;
    for (uint32_t i = 0; i < plan->n_pumps; i++)
        n += !plan->pumps[i].stopped && plan->pumps[i].target == stream;
    return n;
}

static void why_head(struct why *w, uint32_t stream)
{
    const struct graph *g = w->s->now.graph;
    buf_printf(w->out, "%*sstream %.*s: ", w->indent, "",
               STR_ARG(w->s->now.plan->streams[stream].name));
    print_count(w->out, graph_stream_count(g, stream).rows, "row", "rows");
    buf_append_c(w->out, ", its time is ");
    print_time(w->out, graph_stream_bound(g, stream));
    struct graph_hold hold = graph_stream_hold(g, stream);
    bool several = count_writers(w->s->now.plan, stream) > 1;
    if (several && bound_compare(hold.bound, BOUND_END) != 0)
        buf_printf(w->out, ": it waits for %.*s", STR_ARG(hold.name));
    buf_append_char(w->out, '\n');
}

static void why_stream(struct why *w, uint32_t stream)
{
    const struct app_plan *plan = w->s->now.plan;
    const struct plan_stream *t = &plan->streams[stream];
    why_head(w, stream);
    if (w->told[stream]) return;
    w->told[stream] = true;
    w->indent += 2;
    bool written = t->is_source;
    if (t->is_source) why_source(w, &plan->sources[t->source], stream);
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        if (plan->pumps[i].target != stream) continue;
        written = true;
        why_pump(w, &plan->pumps[i]);
    }
    if (!written) buf_printf(w->out, "%*snobody writes it\n", w->indent, "");
    w->indent -= 2;
}

/* Whom the application waits for, wherever it is: one thread at a time works in its graph. */
static void why_outside(struct why *w)
{
    for (uint32_t i = 0; i < w->s->now.plan->n_tables; i++) {
        if (!w->told_tables[i] && why_answer(w, i, "the application "))
            buf_append_char(w->out, '\n');
    }
    for (size_t i = 0; i < w->s->sinks.count; i++) {
        const struct session_sink *k = w->s->sinks.items[i];
        struct attempts_seen d = sink_look(k->sink).deliveries;
        if (d.busy_ms < IDLE_MS) continue;
        buf_printf(w->out, "the application waits %.1f s for sink %.*s%s\n",
                   (double)d.busy_ms * 1e-3, STR_ARG(k->plan->name),
                   d.failing_ms ? ", which fails" : "");
    }
}

static void why_errors(struct why *w)
{
    uint64_t n = graph_stream_count(w->s->now.graph, PLAN_ERROR_STREAM).rows;
    uint64_t waiting = graph_errors_waiting(w->s->now.graph);
    if (n + waiting == 0) return;
    buf_append_c(w->out, "error_stream has had ");
    print_count(w->out, n, "row", "rows");
    if (waiting) {
        buf_append_c(w->out, ", ");
        print_count(w->out, waiting, "waits", "wait");
        buf_append_c(w->out, " until all sources have come so far");
    }
    buf_append_char(w->out, '\n');
    last_errors_print(&w->s->errors, ERRORS_TOLD, false, w->out);
}

struct status session_errors(struct session *s, struct buf *out)
{
    if (s->remote) return remote_errors(s, out);
    session_enter(s);
    last_errors_print(&s->errors, ERRORS_KEPT, true, out);
    session_leave(s);
    return OK;
}

struct status session_why(struct session *s, struct str stream, struct buf *out)
{
    if (s->remote) return remote_why(s, stream, out);
    struct why w = { .s = s, .arena = arena_new(), .out = out };
    bool found = false;
    session_enter(s);
    const struct app_plan *plan = s->now.plan;
    w.told = arena_calloc(w.arena, plan->n_streams + 1);
    w.told_tables = arena_calloc(w.arena, plan->n_tables + 1);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        if (!str_equal(&plan->streams[i].name, &stream)) continue;
        found = true;
        why_stream(&w, i);
    }
    if (found) why_outside(&w);
    if (found) why_errors(&w);
    session_leave(s);
    arena_free(w.arena);
    if (found) return OK;
    return status_new(s->arena, ERR_UNKNOWN_NAME, SPAN_NONE, "no stream \"%.*s\"", STR_ARG(stream));
}
