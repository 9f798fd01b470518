/*
 * catalog.c: objects by name, in the order of their creation. An application has dozens of them at most, so a name is
 * found by looking at each.
 */

#include "sql/catalog.h"

struct catalog *catalog_new(struct arena *a)
{
    struct catalog *c = ARENA_NEW(a, struct catalog);
    c->arena = a;
    return c;
}

struct relation *catalog_relation(const struct catalog *c, struct str name)
{
    for (size_t i = 0; i < c->relations.count; i++) {
        struct relation *r = &c->relations.items[i];
        if (!r->dropped && str_equal(&r->name, &name)) return r;
    }
    return NULL;
}

struct pump_entry *catalog_pump(const struct catalog *c, struct str name)
{
    for (size_t i = 0; i < c->pumps.count; i++) {
        struct pump_entry *p = &c->pumps.items[i];
        if (!p->dropped && p->pump.name.len > 0 && str_equal(&p->pump.name, &name)) return p;
    }
    return NULL;
}

struct plan_sink *catalog_sink(const struct catalog *c, struct str name)
{
    for (size_t i = 0; i < c->sinks.count; i++) {
        if (str_equal(&c->sinks.items[i].name, &name)) return &c->sinks.items[i];
    }
    return NULL;
}

struct plan_source *catalog_source(const struct catalog *c, struct str name)
{
    for (size_t i = 0; i < c->sources.count; i++) {
        if (str_equal(&c->sources.items[i].name, &name)) return &c->sources.items[i];
    }
    return NULL;
}

static bool reads_stream(const struct pump_entry *p, uint32_t stream)
{
    for (uint32_t i = 0; i < p->n_streams; i++) {
        if (p->streams[i] == stream) return true;
    }
    return false;
}

const struct pump_entry *catalog_stream_user(const struct catalog *c, uint32_t stream)
{
    for (size_t i = 0; i < c->pumps.count; i++) {
        const struct pump_entry *p = &c->pumps.items[i];
        if (!p->dropped && (p->pump.target == stream || reads_stream(p, stream))) return p;
    }
    return NULL;
}

bool catalog_is_error_stream(struct str name)
{
    return str_equal_nocase_c(name, "error_stream");
}

/* ---- nearest names ---- */

/* A third of the letters may differ, of a single one only the case. */
static int distance_max(struct str wanted)
{
    if (wanted.len < 4) return wanted.len > 1;
    return wanted.len / 3 > 6 ? 6 : (int)(wanted.len / 3);
}

struct nearest nearest_start(struct str wanted)
{
    return (struct nearest){ .wanted = wanted, .distance = distance_max(wanted) + 1 };
}

void nearest_try(struct nearest *n, struct str name)
{
    if (name.len == 0) return;
    int d = str_distance(n->wanted, name, n->distance);
    /* The name with something behind it: SOURCE_SQL_STREAM for SOURCE_SQL_STREAM_001. */
    bool prefix = n->wanted.len >= 4 && name.len > n->wanted.len &&
                  str_equal_nocase(n->wanted, str_view(str_data(&name), n->wanted.len));
    if (prefix && d >= n->distance && n->best.len == 0) d = n->distance - 1;
    if (d >= n->distance) return;
    n->distance = d;
    n->best = name;
}

const char *nearest_hint(struct arena *a, const struct nearest *n)
{
    if (n->best.len == 0) return NULL;
    return str_format_c(a, "did you mean \"%.*s\"?", STR_ARG(n->best));
}

static void try_relations(const struct catalog *c, enum name_space space, struct nearest *n)
{
    for (size_t i = 0; i < c->relations.count; i++) {
        const struct relation *r = &c->relations.items[i];
        bool wanted = space == NAMES_RELATIONS || r->kind == RELATION_STREAM;
        if (wanted && !r->dropped) nearest_try(n, r->name);
    }
}

const char *catalog_nearest(const struct catalog *c, enum name_space space, struct str name)
{
    struct nearest n = nearest_start(name);
    if (space == NAMES_RELATIONS || space == NAMES_STREAMS) try_relations(c, space, &n);
    if (space == NAMES_PUMPS) {
        for (size_t i = 0; i < c->pumps.count; i++) nearest_try(&n, c->pumps.items[i].pump.name);
    }
    if (space == NAMES_SINKS) {
        for (size_t i = 0; i < c->sinks.count; i++) nearest_try(&n, c->sinks.items[i].name);
    }
    if (space == NAMES_SOURCES) {
        for (size_t i = 0; i < c->sources.count; i++) nearest_try(&n, c->sources.items[i].name);
    }
    return nearest_hint(c->arena, &n);
}
