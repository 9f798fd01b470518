/*
 * bind_source.c: what the application's own statements declare: sources, reference tables, sinks and their options.
 *
 * Which options there are is checked where they are used; here are those that change the plan: parallelism, rowtime,
 * lateness and idle_after.
 */

#include "sql/bind_ddl.h"

/* ---- options ---- */

static struct str lower_ascii(struct arena *a, struct str s)
{
    char *copy = arena_alloc(a, s.len + 1);
    const char *from = str_data(&s);
    for (uint32_t i = 0; i < s.len; i++) {
        copy[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] - 'A' + 'a') : from[i];
    }
    return str_view(copy, s.len);
}

/* A literal, or a bare word, which is text. */
static struct status bind_option(struct binder *b, const struct ast_option *o,
                                 struct plan_option *out)
{
    out->name = lower_ascii(b->arena, o->name.text);
    out->at = o->value->at.line ? o->value->at : o->name.at;
    if (o->value->kind == AST_COLUMN && o->value->n_names == 1) {
        const struct ast_name *word = &o->value->names[0];
        out->value.type = type_varchar(0);
        out->value.null = false;
        out->value.str = word->quoted ? str_copy(b->arena, word->text)
                                      : lower_ascii(b->arena, word->text);
        return OK;
    }
    return bind_constant(b, o->value, "an option", &out->value);
}

static struct status bind_endpoint(struct binder *b, const struct ast_statement *s,
                                   struct plan_endpoint *out)
{
    *out = (struct plan_endpoint){ .has_url = s->has_url,
                                   .url = str_copy(b->arena, s->url),
                                   .url_at = s->url_at,
                                   .base_dir = b->base_dir };
    out->options = arena_calloc(b->arena, (s->n_options + 1) * sizeof *out->options);
    for (uint32_t i = 0; i < s->n_options; i++) {
        struct plan_option *o = &out->options[out->n_options];
        TRY(bind_option(b, &s->options[i], o));
        for (uint32_t k = 0; k < out->n_options; k++) {
            if (!str_equal(&out->options[k].name, &o->name)) continue;
            return status_new(b->arena, ERR_BAD_OPTION, s->options[i].name.at,
                              "option \"%.*s\" is given twice", STR_ARG(o->name));
        }
        out->n_options++;
    }
    return OK;
}

static struct status bad_option(struct binder *b, const struct plan_option *o, const char *why)
{
    return status_new(b->arena, ERR_BAD_OPTION, o->at, "option %.*s: %s", STR_ARG(o->name), why);
}

/* ---- CREATE SOURCE ---- */

static struct status check_parallelism(struct binder *b, const struct plan_endpoint *e, uint32_t *n)
{
    const struct plan_option *o = plan_option_find(e, "parallelism");
    *n = 0;
    if (!o) return OK;
    const struct value *v = &o->value;
    if (!type_is_integer(v->type) || v->null || v->i64 < 1 || v->i64 > LIMIT_PARALLELISM) {
        return bad_option(b, o, str_format_c(b->arena, "a whole number from 1 to %d is wanted",
                                             LIMIT_PARALLELISM));
    }
    *n = (uint32_t)v->i64;
    return OK;
}

/* The option's text becomes the column's name as stored. */
static struct status check_rowtime(struct binder *b, struct plan_source *s)
{
    struct plan_option *o = (struct plan_option *)plan_option_find(&s->endpoint, "rowtime");
    if (!o) return OK;
    if (!type_is_text(o->value.type) || o->value.null) {
        return bad_option(b, o, "the name of a column is wanted, in single quotes");
    }
    int column = schema_find(&s->schema, o->value.str);
    if (column < 0) {
        column = schema_find(&s->schema, str_upper_ascii(b->arena, o->value.str));
    }
    if (column < 0) {
        struct nearest n = nearest_start(o->value.str);
        for (uint32_t i = 0; i < s->schema.n_columns; i++) {
            nearest_try(&n, s->schema.columns[i].name);
        }
        struct status st = status_new(b->arena, ERR_BAD_OPTION, o->at,
                                      "option rowtime names no column: \"%.*s\"",
                                      STR_ARG(o->value.str));
        return status_with_hint(st, nearest_hint(b->arena, &n));
    }
    const struct column *c = &s->schema.columns[column];
    if (c->type.kind != TYPE_TIMESTAMP && !type_is_integer(c->type)) {
        return bad_option(b, o, str_format_c(b->arena,
                                             "column \"%.*s\" is %s; a TIMESTAMP, or an integer of "
                                                       "milliseconds since 1970, is wanted",
                                             STR_ARG(c->name), type_text(b->arena, c->type)));
    }
    o->value.str = c->name;
    return OK;
}

static struct status check_lateness(struct binder *b, const struct plan_endpoint *e)
{
    const struct plan_option *o = plan_option_find(e, "lateness");
    if (!o) return OK;
    if (o->value.type.kind != TYPE_INTERVAL_DAY || o->value.null || o->value.i64 < 0) {
        return bad_option(b, o, "a day-time interval is wanted, such as INTERVAL '5' SECOND");
    }
    if (plan_option_find(e, "rowtime")) return OK;
    return bad_option(b, o, "without option rowtime there is nothing to wait for");
}

static struct status check_idle_after(struct binder *b, const struct plan_endpoint *e)
{
    const struct plan_option *o = plan_option_find(e, "idle_after");
    if (!o) return OK;
    if (o->value.type.kind != TYPE_INTERVAL_DAY || o->value.null || o->value.i64 <= 0) {
        return bad_option(b, o, "a day-time interval is wanted, such as INTERVAL '10' SECOND");
    }
    if (plan_option_find(e, "rowtime")) return OK;
    return bad_option(b, o, "without option rowtime the clock moves time at once");
}

/* Declared columns, then the hidden ones that no declared one replaces (L-21). */
static struct schema stream_schema(struct binder *b, const struct schema *declared)
{
    struct schema s = { ARENA_ARRAY(b->arena, struct column, declared->n_columns + HIDDEN_COUNT),
                        declared->n_columns };
    memcpy(s.columns, declared->columns, declared->n_columns * sizeof *s.columns);
    for (uint32_t h = 0; h < HIDDEN_COUNT; h++) {
        struct str name = str_c(plan_hidden_names[h]);
        if (schema_find(declared, name) >= 0) continue;
        s.columns[s.n_columns++] = (struct column){
            .name = name,
            .type = h == HIDDEN_ARRIVAL ? type_of(TYPE_TIMESTAMP)
                    : h == HIDDEN_RECORD || h == HIDDEN_TOPIC ? type_varchar(0)
                                                              : type_varchar(256),
        };
    }
    return s;
}

static struct status add_source_stream(struct binder *b, const struct ast_statement *s,
                                       const struct plan_source *source, struct str name,
                                       uint32_t *index)
{
    uint32_t replaced;
    TRY(bind_claim_relation(b, s, name, RELATION_STREAM, &replaced));
    struct plan_stream stream = { .name = name,
                                  .schema = stream_schema(b, &source->schema),
                                  .n_visible = source->schema.n_columns,
                                  .is_source = true,
                                  .source = (uint32_t)b->catalog->sources.count };
    *index = (uint32_t)b->catalog->streams.count;
    *array_push(b->arena, &b->catalog->streams) = stream;
    bind_add_relation(b, name, RELATION_STREAM, *index);
    bind_move_sinks(b, replaced, *index);
    return OK;
}

/* The streams of a source that is defined anew go, however many the new one has. */
static struct status drop_streams(struct binder *b, const struct ast_statement *s,
                                  const struct plan_source *old)
{
    for (uint32_t i = 0; i < old->n_streams; i++) {
        if (!catalog_stream_user(b->catalog, old->streams[i])) continue;
        return status_new(b->arena, ERR_DUPLICATE_NAME, s->name.at,
                          "source \"%.*s\" cannot be redefined: a pump reads it",
                          STR_ARG(old->name));
    }
    for (size_t k = 0; k < b->catalog->relations.count; k++) {
        struct relation *r = &b->catalog->relations.items[k];
        if (r->dropped || r->kind != RELATION_STREAM) continue;
        for (uint32_t i = 0; i < old->n_streams; i++) {
            if (r->index == old->streams[i]) r->dropped = true;
        }
    }
    return OK;
}

struct status bind_create_source(struct binder *b, const struct ast_statement *s)
{
    struct plan_source source = { .name = str_copy(b->arena, s->name.text), .at = s->name.at };
    uint32_t n;
    TRY(bind_columns(b, s, true, &source.schema));
    TRY(bind_endpoint(b, s, &source.endpoint));
    TRY(check_parallelism(b, &source.endpoint, &n));
    TRY(check_rowtime(b, &source));
    TRY(check_lateness(b, &source.endpoint));
    TRY(check_idle_after(b, &source.endpoint));
    struct plan_source *old = catalog_source(b->catalog, source.name);
    if (old && !s->or_replace) {
        return status_new(b->arena, ERR_DUPLICATE_NAME, s->name.at,
                          "source \"%.*s\" is already defined", STR_ARG(source.name));
    }
    if (old) TRY(drop_streams(b, s, old));
    source.n_streams = n == 0 ? 1 : n;
    source.streams = ARENA_ARRAY(b->arena, uint32_t, source.n_streams);
    for (uint32_t i = 0; i < source.n_streams; i++) {
        struct str name = n == 0 ? source.name
                                 : str_format(b->arena, "%.*s_%03u", STR_ARG(source.name), i + 1);
        TRY(add_source_stream(b, s, &source, name, &source.streams[i]));
    }
    if (old) old->name = STR_EMPTY; /* nothing finds it any more; it goes at the end */
    *array_push(b->arena, &b->catalog->sources) = source;
    return OK;
}

/* ---- CREATE REFERENCE TABLE ---- */

/* lookup = 'key': by the primary key, or else the first column. */
static struct status bind_lookup_key(struct binder *b, struct plan_table *t)
{
    const struct plan_option *o = plan_option_find(&t->endpoint, "lookup");
    bool text = o && type_is_text(o->value.type) && !o->value.null;
    if (!o || (text && str_equal_nocase_c(o->value.str, "whole"))) return OK;
    if (!text || !str_equal_nocase_c(o->value.str, "key"))
        return bad_option(b, o, "'key' or 'whole' is wanted, in single quotes");
    const struct plan_option *refresh = plan_option_find(&t->endpoint, "refresh");
    if (refresh)
        return bad_option(b, refresh, "a table that is looked up by key is not read again; option "
                                      "ttl says how long rows are kept");
    t->n_lookup_key = t->n_primary_key ? t->n_primary_key : 1;
    t->lookup_key = ARENA_ARRAY(b->arena, uint32_t, t->n_lookup_key);
    t->lookup_key[0] = 0;
    if (t->n_primary_key)
        memcpy(t->lookup_key, t->primary_key, t->n_lookup_key * sizeof *t->lookup_key);
    return OK;
}

struct status bind_create_table(struct binder *b, const struct ast_statement *s)
{
    struct plan_table t = { .name = str_copy(b->arena, s->name.text), .at = s->name.at };
    uint32_t replaced;
    TRY(bind_columns(b, s, true, &t.schema));
    TRY(bind_endpoint(b, s, &t.endpoint));
    t.primary_key = ARENA_ARRAY(b->arena, uint32_t, s->n_primary_key + 1);
    for (uint32_t i = 0; i < s->n_primary_key; i++) {
        TRY(bind_column_name(b, &t.schema, &s->primary_key[i], &t.primary_key[i]));
    }
    t.n_primary_key = s->n_primary_key;
    TRY(bind_lookup_key(b, &t));
    TRY(bind_claim_relation(b, s, t.name, RELATION_TABLE, &replaced));
    uint32_t index = (uint32_t)b->catalog->tables.count;
    *array_push(b->arena, &b->catalog->tables) = t;
    bind_add_relation(b, t.name, RELATION_TABLE, index);
    return OK;
}

/* ---- CREATE SINK ---- */

static struct status sink_stream(struct binder *b, const struct ast_name *name, uint32_t *out)
{
    const struct relation *r = catalog_relation(b->catalog, name->text);
    if (r && r->kind == RELATION_STREAM) {
        *out = r->index;
        return OK;
    }
    if (!r && catalog_is_error_stream(name->text)) {
        *out = PLAN_ERROR_STREAM;
        return OK;
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_RELATION, name->at, "no stream \"%.*s\"",
                                  STR_ARG(name->text));
    if (r) return status_with_hint(st, "it is a table or view; a sink takes the rows of a stream");
    return status_with_hint(st, catalog_nearest(b->catalog, NAMES_STREAMS, name->text));
}

struct status bind_create_sink(struct binder *b, const struct ast_statement *s)
{
    struct plan_sink sink = { .name = str_copy(b->arena, s->name.text), .at = s->name.at };
    TRY(sink_stream(b, &s->stream, &sink.stream));
    TRY(bind_endpoint(b, s, &sink.endpoint));
    struct plan_sink *old = catalog_sink(b->catalog, sink.name);
    if (old && !s->or_replace) {
        return status_new(b->arena, ERR_DUPLICATE_NAME, s->name.at,
                          "sink \"%.*s\" is already defined", STR_ARG(sink.name));
    }
    if (old) *old = sink;
    else *array_push(b->arena, &b->catalog->sinks) = sink;
    return OK;
}
