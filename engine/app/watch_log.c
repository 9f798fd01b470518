/* watch_log.c: a run's state as lines of the log: the whole, then each source, sink, stream and pump. */

#include "app/watch.h"
#include "base/log.h"
#include "data/calendar.h"

/* "2026-03-18 03:20:00.000", "not begun" or "ended", in the arena. */
static const char *time_text(struct arena *a, rowtime t)
{
    char text[CALENDAR_TEXT_MAX];
    if (t == ROWTIME_MIN) return "not begun";
    if (t == ROWTIME_END) return "ended";
    return str_to_c(a, str_view(text, calendar_format_timestamp(text, t)));
}

/* ", delivery fails for 12 s", or nothing. */
static const char *fares(struct arena *a, const struct attempts_seen *s, const char *what)
{
    if (s->failing_ms)
        return str_format_c(a, ", %s fails for %lld s", what, (long long)(s->failing_ms / 1000));
    if (s->busy_ms >= 1000)
        return str_format_c(a, ", %s under way for %lld s", what, (long long)(s->busy_ms / 1000));
    return "";
}

static void log_whole(const struct gauges *g, struct arena *a)
{
    const char *clock = time_text(a, g->clock.time);
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_N("records", g->records), LOG_N("rows", g->rows_out),
                         LOG_N("errors", g->faults), LOG_N("behind_ms", g->behind_ms),
                         LOG_C("rowtime", clock), LOG_N("windows", g->windows),
                         LOG_N("state_bytes", g->state_bytes)),
              "status: %llu records in, %llu rows out, %llu errors, %lld ms behind, time %s, "
              "%llu open windows, %lld bytes of state",
              (unsigned long long)g->records, (unsigned long long)g->rows_out,
              (unsigned long long)g->faults, (long long)g->behind_ms, clock,
              (unsigned long long)g->windows, (long long)g->state_bytes);
}

static void log_source(const struct gauge_source *s, struct arena *a)
{
    const char *end = s->ended ? ", ended" : "";
    const char *function = fares(a, &s->look.function, "its processor");
    const char *connection = fares(a, &s->look.connection, "its connection");
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_S("source", s->name), LOG_N("records", s->records),
                         LOG_N("bytes", s->look.bytes), LOG_N("behind_ms", s->look.behind_ms)),
              "status: source %.*s: %llu records, %llu bytes, %lld ms behind%s%s%s",
              STR_ARG(s->name), (unsigned long long)s->records, (unsigned long long)s->look.bytes,
              (long long)s->look.behind_ms, end, connection, function);
}

static void log_sink(const struct gauge_sink *s, struct arena *a)
{
    const struct attempts_seen *d = &s->look.deliveries;
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_S("sink", s->name), LOG_N("rows", s->look.rows),
                         LOG_N("bytes", s->look.bytes), LOG_N("failures", d->failed),
                         LOG_N("failing_ms", d->failing_ms)),
              "status: sink %.*s: %llu rows, %llu bytes%s%s", STR_ARG(s->name),
              (unsigned long long)s->look.rows, (unsigned long long)s->look.bytes,
              fares(a, d, "delivery"), fares(a, &s->look.function, "its function"));
}

static void log_stream(const struct gauge_stream *s, struct arena *a)
{
    const char *time = time_text(a, s->bound.time);
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_S("stream", s->name), LOG_N("rows", s->rows), LOG_C("rowtime", time)),
              "status: stream %.*s: %llu rows, time %s", STR_ARG(s->name),
              (unsigned long long)s->rows, time);
}

static void log_pump(const struct gauge_pump *p)
{
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_S("pump", p->name), LOG_N("rows_in", p->rows_in),
                         LOG_N("rows_out", p->rows_out), LOG_N("errors", p->faults),
                         LOG_N("windows", p->windows), LOG_N("state_bytes", p->bytes)),
              "status: pump %.*s: %llu rows in, %llu out, %llu errors, %llu open windows, "
              "%lld bytes of state%s",
              STR_ARG(p->name), (unsigned long long)p->rows_in, (unsigned long long)p->rows_out,
              (unsigned long long)p->faults, (unsigned long long)p->windows, (long long)p->bytes,
              p->stopped ? ", stopped" : "");
}

static void log_table(const struct gauge_table *t, struct arena *a)
{
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_S("table", t->name), LOG_N("rows", t->rows),
                         LOG_N("age_ms", t->age_ms), LOG_N("failures", t->readings.failed)),
              "status: reference table %.*s: %llu rows, read %lld s ago%s", STR_ARG(t->name),
              (unsigned long long)t->rows, (long long)(t->age_ms / 1000),
              fares(a, &t->readings, "reading"));
}

void watch_log(const struct gauges *g)
{
    struct arena *a = arena_new();
    log_whole(g, a);
    for (uint32_t i = 0; i < g->n_sources; i++) log_source(&g->sources[i], a);
    for (uint32_t i = 0; i < g->n_streams; i++) log_stream(&g->streams[i], a);
    for (uint32_t i = 0; i < g->n_pumps; i++) log_pump(&g->pumps[i]);
    for (uint32_t i = 0; i < g->n_tables; i++) log_table(&g->tables[i], a);
    for (uint32_t i = 0; i < g->n_sinks; i++) log_sink(&g->sinks[i], a);
    arena_free(a);
}
