/*
 * personal_ends.c: where PERSONAL values begin, columns of sources, tables and streams, and where they may not end: in
 * sinks, with a server that works on records, as a time.
 */

#include "sql/personal_flow.h"

/* ---- where they begin ---- */

/* PERSONAL columns begin in a relation. With paths, those that lie in each other have each other's values. */
static struct way *begin(struct flow *f, struct str name, const struct schema *s, uint32_t n,
                         bool with_paths)
{
    struct arena *a = f->b->arena;
    struct way *ways = arena_calloc(a, (s->n_columns + 1) * sizeof *ways);
    for (uint32_t i = 0; i < n; i++) {
        const struct column *of = trace_holder(s, n, i, with_paths);
        if (of) ways[i].trace = trace_begin(a, name, of);
    }
    return ways;
}

/* Each column as an origin of its own. */
static void begin_origins(struct flow *f, const struct schema *s, uint32_t n_paths,
                          struct way *ways)
{
    struct arena *a = f->b->arena;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        ways[i].reads = origins_one(a, f->n_origins + i);
        for (uint32_t k = 0; i < n_paths && k < n_paths; k++) {
            if (k != i && path_overlaps(&s->columns[i].path, &s->columns[k].path))
                ways[i].reads = origins_join(a, ways[i].reads, origins_one(a, f->n_origins + k));
        }
    }
    f->n_origins += s->n_columns;
}

/* A record's text holds what its columns do. */
static void begin_record(struct flow *f, const struct plan_stream *s, struct way *ways)
{
    int record = schema_find(&s->schema, str_c(plan_hidden_names[HIDDEN_RECORD]));
    if (record < (int)s->n_visible) return;
    for (uint32_t c = 0; c < s->n_visible; c++) flow_join(f, &ways[record], &ways[c]);
}

static void begin_streams(struct flow *f)
{
    struct app_plan *p = f->plan;
    f->streams = arena_calloc(f->b->arena, (p->n_streams + 1) * sizeof *f->streams);
    for (uint32_t i = 0; i < p->n_streams; i++) {
        const struct plan_stream *s = &p->streams[i];
        f->streams[i] = begin(f, s->name, &s->schema, s->n_visible, s->is_source);
        if (s->is_source) begin_origins(f, &s->schema, s->n_visible, f->streams[i]);
        begin_record(f, s, f->streams[i]);
    }
}

static void begin_tables(struct flow *f)
{
    struct app_plan *p = f->plan;
    f->tables = arena_calloc(f->b->arena, (p->n_tables + 1) * sizeof *f->tables);
    for (uint32_t i = 0; i < p->n_tables; i++) {
        const struct plan_table *t = &p->tables[i];
        uint32_t n = t->constant ? 0 : t->schema.n_columns;
        f->tables[i] = begin(f, t->name, &t->schema, n, !t->constant);
        if (!t->query) begin_origins(f, &t->schema, n, f->tables[i]);
    }
}

void flow_begin(struct flow *f)
{
    f->n_origins = 1;
    begin_streams(f);
    begin_tables(f);
}

static void keep_column(struct flow *f, uint32_t stream, struct str column)
{
    const struct plan_stream *s = &f->plan->streams[stream];
    int c = schema_find(&s->schema, column);
    if (c < 0 || f->streams[stream][c].trace) return;
    f->streams[stream][c].trace = trace_begin(f->b->arena, s->name, &s->schema.columns[c]);
    f->versions[stream]++;
}

void flow_keep(struct flow *f)
{
    for (size_t k = 0; k < f->b->personal.count; k++) {
        const struct named_column *kept = &f->b->personal.items[k];
        for (uint32_t i = 0; i < f->plan->n_streams; i++) {
            if (str_equal(&f->plan->streams[i].name, &kept->stream))
                keep_column(f, i, kept->column);
        }
    }
}

/* ---- where they end ---- */

static void refuse_column(struct flow *f, const struct plan_sink *sink, uint32_t column,
                          const struct trace *t)
{
    struct arena *a = f->b->arena;
    struct str name = f->plan->streams[sink->stream].schema.columns[column].name;
    struct span at = trace_place(t).line ? trace_place(t) : sink->at;
    struct status st = status_new(a, ERR_PERSONAL, at,
                                  "%s would leave as \"%.*s\" through sink \"%.*s\"",
                                  trace_origin(a, t), STR_ARG(name), STR_ARG(sink->name));
    bool hand = f->stream_hands[sink->stream];
    const char *others = hand ? "; sluice run --control-personal lets onlookers write it"
                              : "; " TRACE_WAYS_OUT ", or a sink with personal = TRUE";
    binder_report(f->b, status_with_hint(st, str_format_c(a, "its way: %s -> sink \"%.*s\"%s",
                                                          trace_path(a, t), STR_ARG(sink->name),
                                                          others)));
}

/* A vault seals each PERSONAL column, whatever its options say. */
static bool has_scheme(struct str url, const char *scheme)
{
    uint32_t n = (uint32_t)strlen(scheme);
    return url.len > n && str_equal_nocase_c(str_view(str_data(&url), n), scheme);
}

static bool says_personal(const struct plan_endpoint *e)
{
    const struct plan_option *o = plan_option_find(e, "personal");
    if (!o || o->value.null) return false;
    if (o->value.type.kind == TYPE_BOOLEAN) return o->value.b;
    return type_is_text(o->value.type) && str_equal_nocase_c(o->value.str, "true");
}

/* Where rows of the application may go, an onlooker sends none: a column may be the address. */
static bool may_have_personal(const struct flow *f, const struct plan_sink *s)
{
    bool is_vault = s->endpoint.has_url && has_scheme(s->endpoint.url, "vault:");
    return is_vault || (says_personal(&s->endpoint) && !f->stream_hands[s->stream]);
}

static void check_sinks(struct flow *f)
{
    for (uint32_t i = 0; i < f->plan->n_sinks; i++) {
        const struct plan_sink *sink = &f->plan->sinks[i];
        if (sink->stream == PLAN_ERROR_STREAM || may_have_personal(f, sink)) continue;
        uint32_t n = f->plan->streams[sink->stream].n_visible;
        for (uint32_t c = 0; c < n; c++) {
            if (f->streams[sink->stream][c].trace)
                refuse_column(f, sink, c, f->streams[sink->stream][c].trace);
        }
    }
}

static void refuse_processor(struct flow *f, const struct plan_source *s, struct span at,
                             const struct trace *t)
{
    struct status st = status_new(f->b->arena, ERR_PERSONAL, at,
                                  "%s would leave with the records that the processor of source "
                                  "\"%.*s\" is sent",
                                  trace_origin(f->b->arena, t), STR_ARG(s->name));
    binder_report(f->b, status_with_hint(st, "the source's option personal = TRUE lets it"));
}

/* A function that sees records first may be a server's. */
static void check_processors(struct flow *f)
{
    for (uint32_t i = 0; i < f->plan->n_sources; i++) {
        const struct plan_source *s = &f->plan->sources[i];
        const struct plan_option *o = plan_option_find(&s->endpoint, "processor");
        if (!o || o->value.null || !type_is_text(o->value.type)) continue;
        if (has_scheme(o->value.str, "exec:") || says_personal(&s->endpoint)) continue;
        const struct trace *t = NULL;
        for (uint32_t c = 0; !t && c < s->schema.n_columns; c++)
            t = f->streams[s->streams[0]][c].trace;
        if (t) refuse_processor(f, s, o->at, t);
    }
}

static void check_rowtimes(struct flow *f)
{
    for (uint32_t i = 0; i < f->plan->n_sources; i++) {
        const struct plan_source *s = &f->plan->sources[i];
        int32_t column = plan_source_rowtime(s);
        if (column < 0) continue;
        flow_refuse_rowtime(f, plan_option_find(&s->endpoint, "rowtime")->at,
                            f->streams[s->streams[0]][column].trace);
    }
}

void flow_refuse_ends(struct flow *f)
{
    check_rowtimes(f);
    check_sinks(f);
    check_processors(f);
}
