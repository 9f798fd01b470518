/* session_describe.c: what there is in a session. */

#include "app/session_impl.h"

/* ---- what there is ---- */

struct listing {
    struct session *s;
    struct arena   *arena;
    ARRAY(struct session_object) items;
};

/* The text of the definition, without what only stands for its place in a file. */
static const char *text_of(const struct listing *l, const char *object, struct str name)
{
    const struct definitions *all = &l->s->definitions;
    for (size_t i = all->count; i-- > 0;) {
        const struct definition *d = all->items[i];
        if (d->cut.kind != CUT_CREATE || !str_equal_c(d->cut.object, object)) continue;
        if (!str_equal(&d->cut.name, &name)) continue;
        const char *text = d->text + d->padding;
        size_t skip = strspn(text, " \t\r\n"), n = d->size - d->padding;
        return str_to_c(l->arena, str_view(text + skip, n - skip));
    }
    return NULL;
}

static struct session_object *add(struct listing *l, enum session_object_kind kind, struct str name)
{
    struct session_object *o = array_push(l->arena, &l->items);
    *o = (struct session_object){ .kind = kind, .name = name, .detail = "", .state = "" };
    return o;
}

static const char *url_of(const struct listing *l, const struct plan_endpoint *e)
{
    return e->has_url ? str_to_c(l->arena, e->url) : "(no URL)";
}

static const char *lane_state(const struct session_lane *l)
{
    if (!l) return "has no URL";
    if (l->ended) return "ended";
    if (l->running) return "running";
    return "waits for a reader";
}

static uint64_t source_rows(const struct session *s, const struct plan_source *source)
{
    uint64_t rows = 0;
    for (uint32_t k = 0; k < source->n_streams; k++)
        rows += graph_stream_count(s->now.graph, source->streams[k]).rows;
    return rows;
}

static void list_sources(struct listing *l)
{
    const struct app_plan *plan = l->s->now.plan;
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        const struct plan_source *s = &plan->sources[i];
        struct session_object *o = add(l, OBJECT_SOURCE, s->name);
        o->columns = s->schema.columns;
        o->n_columns = s->schema.n_columns;
        o->detail = url_of(l, &s->endpoint);
        o->state = lane_state(world_lane(l->s, s->name));
        o->rows = source_rows(l->s, s);
        o->text = text_of(l, "SOURCE", s->name);
    }
}

static bool is_dropped(struct str name)
{
    static const char prefix[] = "dropped stream ";
    return name.len > sizeof prefix - 1 &&
           memcmp(str_data(&name), prefix, sizeof prefix - 1) == 0;
}

static void list_streams(struct listing *l)
{
    const struct app_plan *plan = l->s->now.plan;
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *s = &plan->streams[i];
        bool same = s->is_source && str_equal(&s->name, &plan->sources[s->source].name);
        if (same || is_dropped(s->name)) continue;
        struct session_object *o = add(l, OBJECT_STREAM, s->name);
        o->columns = s->schema.columns;
        o->n_columns = s->n_visible;
        o->rows = graph_stream_count(l->s->now.graph, i).rows;
        o->text = text_of(l, "STREAM", s->name);
    }
    struct session_object *o = add(l, OBJECT_STREAM, str_c("error_stream"));
    o->columns = plan->error_schema.columns;
    o->n_columns = plan->error_schema.n_columns;
    o->rows = graph_stream_count(l->s->now.graph, PLAN_ERROR_STREAM).rows;
}

static void list_tables(struct listing *l)
{
    const struct generation *g = &l->s->now;
    for (uint32_t i = 0; i < g->plan->n_tables; i++) {
        const struct plan_table *t = &g->plan->tables[i];
        if (t->constant) continue;
        struct session_object *o = add(l, OBJECT_TABLE, t->name);
        o->columns = t->schema.columns;
        o->n_columns = t->schema.n_columns;
        o->detail = url_of(l, &t->endpoint);
        o->rows = reftable_rows(g->tables[i]);
        o->text = text_of(l, "TABLE", t->name);
    }
}

static void list_pumps(struct listing *l)
{
    const struct app_plan *plan = l->s->now.plan;
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        if (p->name.len == 0 || p->target == PLAN_STDOUT) continue;
        struct session_object *o = add(l, OBJECT_PUMP, p->name);
        bool *reads = arena_calloc(l->arena, plan->n_streams + 1);
        world_mark_reads(p->root, reads);
        const char *from = "";
        for (uint32_t k = 0; k < plan->n_streams; k++) {
            if (reads[k])
                from = str_format_c(l->arena, "%s%s%.*s", from, *from ? ", " : "",
                                    STR_ARG(plan->streams[k].name));
        }
        o->detail = str_format_c(l->arena, "%s -> %.*s", from,
                                 STR_ARG(plan->streams[p->target].name));
        o->state = p->stopped ? "stopped" : "";
        struct graph_op_state *ops;
        size_t n = graph_pump_state(l->s->now.graph, p->number, l->arena, &ops);
        o->rows = n ? ops[n - 1].rows_out : 0;
        o->text = text_of(l, "PUMP", p->name);
    }
}

static void list_sinks(struct listing *l)
{
    const struct app_plan *plan = l->s->now.plan;
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *p = &plan->sinks[i];
        struct session_object *o = add(l, OBJECT_SINK, p->name);
        struct str stream = p->stream == PLAN_ERROR_STREAM ? str_c("error_stream")
                                                           : plan->streams[p->stream].name;
        o->detail = str_format_c(l->arena, "%.*s -> %s", STR_ARG(stream),
                                 url_of(l, &p->endpoint));
        for (size_t k = 0; k < l->s->sinks.count; k++) {
            const struct session_sink *sink = l->s->sinks.items[k];
            if (!str_equal(&sink->plan->name, &p->name)) continue;
            o->rows = sink_rows(sink->sink);
            if (sink_look(sink->sink).deliveries.failing_ms > 0) o->state = "fails";
        }
        o->text = text_of(l, "SINK", p->name);
    }
}

/* Views and functions have no place in a plan: they are their texts. */
static void list_texts(struct listing *l, enum session_object_kind kind, const char *object)
{
    const struct definitions *all = &l->s->definitions;
    for (size_t i = 0; i < all->count; i++) {
        const struct cut *c = &all->items[i]->cut;
        if (c->kind == CUT_CREATE && str_equal_c(c->object, object))
            add(l, kind, c->name)->text = text_of(l, object, c->name);
    }
}

static void copy_columns(struct arena *a, const struct schema *from, struct session_object *o)
{
    struct column *columns = arena_dup(a, from->columns, from->n_columns * sizeof *columns);
    for (uint32_t i = 0; i < from->n_columns; i++) {
        columns[i].name = str_copy(a, columns[i].name);
        columns[i].path = (struct path){ 0 };
        columns[i].at = SPAN_NONE;
    }
    o->columns = columns;
    o->n_columns = from->n_columns;
}

/* A view's columns are those of a query that takes them all; over tables it is no stream. */
static void add_view_columns(struct session *s, struct arena *a, struct session_object *o)
{
    static const char *const forms[] = { "SELECT STREAM * FROM \"%.*s\";",
                                         "SELECT * FROM \"%.*s\";" };
    for (size_t i = 0; i < 2 && !o->columns; i++) {
        struct session_text text = { .line = 1, .column = 1 };
        struct buf ignored = { 0 };
        struct status st;
        int64_t limit;
        text.data = str_format_c(a, forms[i], STR_ARG(o->name));
        text.size = strlen(text.data);
        struct app *app = session_compile(s, &s->definitions, s->definitions.count, &text, &limit,
                                          &ignored, &st);
        const struct plan_pump *pump = app ? world_query_pump(app_compile(app)) : NULL;
        if (pump) copy_columns(a, &pump->root->out, o);
        if (app) app_free(app);
        buf_free(&ignored);
    }
}

size_t session_objects(struct session *s, struct arena *a, struct session_object **out)
{
    struct listing l = { .s = s, .arena = a };
    if (s->remote) return remote_objects(s, a, out);
    session_enter(s);
    list_sources(&l);
    list_streams(&l);
    list_texts(&l, OBJECT_VIEW, "VIEW");
    list_tables(&l);
    list_pumps(&l);
    list_sinks(&l);
    list_texts(&l, OBJECT_FUNCTION, "FUNCTION");
    session_leave(s);
    for (size_t i = 0; i < l.items.count; i++) {
        if (l.items.items[i].kind == OBJECT_VIEW) add_view_columns(s, a, &l.items.items[i]);
    }
    *out = l.items.items;
    return l.items.count;
}
