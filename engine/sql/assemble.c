/*
 * assemble.c: the catalogue's live objects as a plan.
 *
 * What was dropped or replaced goes; streams, tables and sources are numbered anew, pumps in the order of their
 * creation.
 */

#include "sql/rewrite.h"

#define GONE UINT32_MAX

/* Old number to new one; GONE: it is no more. */
struct renumber {
    uint32_t *streams, *tables, *sources;
};

/* ---- what lives ---- */

static bool stream_lives(const struct catalog *c, uint32_t index)
{
    for (size_t i = 0; i < c->relations.count; i++) {
        const struct relation *r = &c->relations.items[i];
        if (!r->dropped && r->kind == RELATION_STREAM && r->index == index) return true;
    }
    return false;
}

static bool table_lives(const struct catalog *c, uint32_t index)
{
    if (c->tables.items[index].constant) return true;
    for (size_t i = 0; i < c->relations.count; i++) {
        const struct relation *r = &c->relations.items[i];
        if (!r->dropped && r->kind == RELATION_TABLE && r->index == index) return true;
    }
    return false;
}

static void mark_tables(const struct plan_node *n, bool *used)
{
    if (n->kind == PLAN_LOOKUP || n->kind == PLAN_TABLE) used[n->lookup.table] = true;
    for (uint32_t i = 0; i < n->n_inputs; i++) mark_tables(n->inputs[i], used);
}

/* ---- copies ---- */

static void copy_streams(struct binder *b, struct app_plan *p, struct renumber *map)
{
    const struct catalog *c = b->catalog;
    p->streams = ARENA_ARRAY(b->arena, struct plan_stream, c->streams.count + 1);
    map->streams = ARENA_ARRAY(b->arena, uint32_t, c->streams.count + 1);
    for (uint32_t i = 0; i < c->streams.count; i++) {
        map->streams[i] = stream_lives(c, i) ? p->n_streams : GONE;
        if (map->streams[i] == GONE) continue;
        struct plan_stream *s = &p->streams[p->n_streams++];
        *s = c->streams.items[i];
        if (s->is_source) s->source = map->sources[s->source];
        s->needed = arena_calloc(b->arena, s->schema.n_columns + 1);
    }
}

static void number_sources(struct binder *b, struct app_plan *p, struct renumber *map)
{
    const struct catalog *c = b->catalog;
    p->sources = ARENA_ARRAY(b->arena, struct plan_source, c->sources.count + 1);
    map->sources = ARENA_ARRAY(b->arena, uint32_t, c->sources.count + 1);
    for (uint32_t i = 0; i < c->sources.count; i++) {
        bool lives = c->sources.items[i].name.len > 0;
        map->sources[i] = lives ? p->n_sources : GONE;
        if (lives) p->sources[p->n_sources++] = c->sources.items[i];
    }
}

/* Tables stay when they have a name or a query uses them: constant ones of failed statements go. */
static void copy_tables(struct binder *b, struct app_plan *p, struct renumber *map)
{
    const struct catalog *c = b->catalog;
    bool *used = arena_calloc(b->arena, c->tables.count + 1);
    for (size_t i = 0; i < c->pumps.count; i++) {
        if (!c->pumps.items[i].dropped) mark_tables(c->pumps.items[i].pump.root, used);
    }
    for (size_t i = 0; i < c->subqueries.count; i++) used[c->subqueries.items[i]->table] = true;
    for (size_t i = c->tables.count; i-- > 0;) { /* a query reads tables before it */
        const struct plan_table *t = &c->tables.items[i];
        if (used[i] && t->query) mark_tables(t->query, used);
        if (used[i] && t->second) mark_tables(t->second, used);
    }
    p->tables = ARENA_ARRAY(b->arena, struct plan_table, c->tables.count + 1);
    map->tables = ARENA_ARRAY(b->arena, uint32_t, c->tables.count + 1);
    for (uint32_t i = 0; i < c->tables.count; i++) {
        bool lives = used[i] || (table_lives(c, i) && !c->tables.items[i].constant);
        map->tables[i] = lives ? p->n_tables : GONE;
        if (!lives) continue;
        struct plan_table *t = &p->tables[p->n_tables++];
        *t = c->tables.items[i];
        t->needed = arena_calloc(b->arena, t->schema.n_columns + 1);
    }
}

static void renumber_node(struct plan_node *n, const struct renumber *map)
{
    if (n->kind == PLAN_STREAM) n->stream = map->streams[n->stream];
    bool of_table = n->kind == PLAN_LOOKUP || n->kind == PLAN_TABLE;
    if (of_table) n->lookup.table = map->tables[n->lookup.table];
    for (uint32_t i = 0; i < n->n_inputs; i++) renumber_node(n->inputs[i], map);
}

static void renumber_queries(struct app_plan *p, const struct renumber *map)
{
    for (uint32_t i = 0; i < p->n_tables; i++) {
        if (p->tables[i].query) renumber_node(p->tables[i].query, map);
        if (p->tables[i].second) renumber_node(p->tables[i].second, map);
    }
}

static void copy_pumps(struct binder *b, struct app_plan *p, const struct renumber *map)
{
    const struct catalog *c = b->catalog;
    p->pumps = ARENA_ARRAY(b->arena, struct plan_pump, c->pumps.count + 1);
    for (size_t i = 0; i < c->pumps.count; i++) {
        const struct pump_entry *entry = &c->pumps.items[i];
        if (entry->dropped) continue;
        struct plan_pump *pump = &p->pumps[p->n_pumps++];
        *pump = entry->pump;
        pump->number = p->n_pumps;
        if (pump->target != PLAN_STDOUT) pump->target = map->streams[pump->target];
        if (pump->reads != UINT32_MAX) pump->reads = map->streams[pump->reads];
        renumber_node(pump->root, map);
    }
}

static void copy_subqueries(struct binder *b, struct app_plan *p, const struct renumber *map)
{
    const struct catalog *c = b->catalog;
    p->subqueries = c->subqueries.items;
    p->n_subqueries = (uint32_t)c->subqueries.count;
    for (uint32_t i = 0; i < p->n_subqueries; i++) {
        p->subqueries[i]->table = map->tables[p->subqueries[i]->table];
    }
}

static void copy_sinks(struct binder *b, struct app_plan *p, const struct renumber *map)
{
    const struct catalog *c = b->catalog;
    p->sinks = ARENA_ARRAY(b->arena, struct plan_sink, c->sinks.count + 1);
    for (size_t i = 0; i < c->sinks.count; i++) {
        struct plan_sink *sink = &p->sinks[p->n_sinks++];
        *sink = c->sinks.items[i];
        if (sink->stream != PLAN_ERROR_STREAM) sink->stream = map->streams[sink->stream];
    }
}

/* ---- error_stream (dialect 4.6) ---- */

static void set_error_schema(struct arena *a, struct schema *s)
{
    static const struct {
        const char *name;
        uint8_t     kind;
        uint32_t    length;
    } columns[ERROR_COLUMNS] = {
        [ERROR_TIME] = { "ERROR_TIME", TYPE_TIMESTAMP, 0 },
        [ERROR_LEVEL] = { "ERROR_LEVEL", TYPE_VARCHAR, 10 },
        [ERROR_NAME] = { "ERROR_NAME", TYPE_VARCHAR, 32 },
        [ERROR_MESSAGE] = { "MESSAGE", TYPE_VARCHAR, LIMIT_ERROR_MESSAGE },
        [ERROR_DATA_ROWTIME] = { "DATA_ROWTIME", TYPE_TIMESTAMP, 0 },
        [ERROR_DATA_ROW] = { "DATA_ROW", TYPE_VARCHAR, LIMIT_ERROR_DATA_ROW },
        [ERROR_PUMP_NAME] = { "PUMP_NAME", TYPE_VARCHAR, LIMIT_NAME_CHARS },
    };
    s->columns = arena_calloc(a, ERROR_COLUMNS * sizeof *s->columns);
    s->n_columns = ERROR_COLUMNS;
    for (uint32_t i = 0; i < ERROR_COLUMNS; i++) {
        s->columns[i].name = str_c(columns[i].name);
        s->columns[i].type.kind = columns[i].kind;
        s->columns[i].type.length = columns[i].length;
    }
}

struct app_plan *plan_assemble(struct binder *b)
{
    struct app_plan *p = ARENA_NEW(b->arena, struct app_plan);
    struct renumber map = { 0 };
    number_sources(b, p, &map);
    copy_streams(b, p, &map);
    copy_tables(b, p, &map);
    renumber_queries(p, &map);
    copy_pumps(b, p, &map);
    copy_subqueries(b, p, &map);
    copy_sinks(b, p, &map);
    for (uint32_t i = 0; i < p->n_sources; i++) {
        struct plan_source *s = &p->sources[i];
        s->streams = arena_dup(b->arena, s->streams, s->n_streams * sizeof *s->streams);
        for (uint32_t k = 0; k < s->n_streams; k++) s->streams[k] = map.streams[s->streams[k]];
    }
    set_error_schema(b->arena, &p->error_schema);
    return p;
}

/* ---- circles ---- */

/* One stream on the search's way: unseen, on the way, done; and the longest chain of pumps that begins there. */
struct walk {
    struct binder         *b;
    const struct app_plan *plan;
    uint8_t               *state;
    uint32_t              *depth;
};
enum { UNSEEN, ON_THE_WAY, DONE };
/* The search itself goes no deeper. */
enum { HEIGHT_MAX = 1000 };

static bool reads(const struct plan_node *n, uint32_t stream)
{
    if (n->kind == PLAN_STREAM && n->stream == stream) return true;
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        if (reads(n->inputs[i], stream)) return true;
    }
    return false;
}

static void too_deep(struct walk *w, const struct plan_pump *p)
{
    binder_report(w->b, status_new(w->b->arena, ERR_LIMIT_EXCEEDED, p->at,
                                   "a row would go through more than %d pumps, one after the other",
                                   LIMIT_PUMP_DEPTH));
}

/* height: streams above this one on the way. */
static void walk_from(struct walk *w, uint32_t stream, uint32_t height)
{
    w->state[stream] = ON_THE_WAY;
    for (uint32_t i = 0; i < w->plan->n_pumps; i++) {
        const struct plan_pump *p = &w->plan->pumps[i];
        if (!reads(p->root, stream)) continue;
        uint32_t below = 0;
        if (p->target != PLAN_STDOUT && w->state[p->target] == ON_THE_WAY) {
            const struct plan_stream *to = &w->plan->streams[p->target];
            struct status st = status_new(w->b->arena, ERR_CYCLE, p->at,
                                          "pump \"%.*s\" closes a circle: stream \"%.*s\" feeds "
                                          "itself",
                                          STR_ARG(p->name), STR_ARG(to->name));
            binder_report(w->b, st);
            continue;
        }
        if (p->target != PLAN_STDOUT) {
            if (height > HEIGHT_MAX) {
                too_deep(w, p);
                break;
            }
            if (w->state[p->target] == UNSEEN) walk_from(w, p->target, height + 1);
            below = w->depth[p->target];
        }
        if (below + 1 <= w->depth[stream]) continue;
        w->depth[stream] = below + 1;
        if (below + 1 == LIMIT_PUMP_DEPTH + 1) too_deep(w, p);
    }
    w->state[stream] = DONE;
}

void plan_check_circles(struct binder *b, const struct app_plan *plan)
{
    struct walk w = { .b = b, .plan = plan };
    w.state = arena_calloc(b->arena, plan->n_streams + 1);
    w.depth = arena_calloc(b->arena, (plan->n_streams + 1) * sizeof *w.depth);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        if (w.state[i] == UNSEEN) walk_from(&w, i, 0);
    }
}
