/*
 * bind_ddl.c: streams, views and functions; DROP and ALTER (dialect 5).
 *
 * A name may be defined once; OR REPLACE defines it anew until a pump uses it.
 */

#include "sql/bind_ddl.h"

/* ---- names ---- */

static struct status reserved_stream(struct binder *b, struct span at)
{
    struct status st = status_new(b->arena, ERR_DUPLICATE_NAME, at,
                                  "error_stream exists in every application and cannot be created");
    return status_with_hint(st, "outputs read it: CREATE SINK errors FROM error_stream INTO 'url'");
}

static struct status defined_already(struct binder *b, const struct ast_name *name,
                                     const char *hint)
{
    struct status st = status_new(b->arena, ERR_DUPLICATE_NAME, name->at,
                                  "\"%.*s\" is already defined", STR_ARG(name->text));
    return status_with_hint(st, hint);
}

static const struct plan_sink *sink_of(const struct catalog *c, uint32_t stream)
{
    for (size_t i = 0; i < c->sinks.count; i++) {
        if (c->sinks.items[i].stream == stream) return &c->sinks.items[i];
    }
    return NULL;
}

struct status bind_claim_relation(struct binder *b, const struct ast_statement *s, struct str name,
                                  enum relation_kind kind, uint32_t *replaced)
{
    *replaced = UINT32_MAX;
    if (catalog_is_error_stream(name)) return reserved_stream(b, s->name.at);
    struct relation *old = catalog_relation(b->catalog, name);
    if (!old) return OK;
    if (!s->or_replace) return defined_already(b, &s->name, "CREATE OR REPLACE defines it anew");
    bool was_source = old->kind == RELATION_STREAM &&
                      b->catalog->streams.items[old->index].is_source;
    bool is_source = s->kind == STATEMENT_CREATE_SOURCE;
    if (old->kind != kind || was_source != is_source) {
        return defined_already(b, &s->name, "it is another kind of object");
    }
    const struct pump_entry *user =
        kind == RELATION_STREAM ? catalog_stream_user(b->catalog, old->index) : NULL;
    if (user) {
        return status_new(b->arena, ERR_DUPLICATE_NAME, s->name.at,
                          "stream \"%.*s\" cannot be redefined: pump \"%.*s\" uses it",
                          STR_ARG(name), STR_ARG(user->pump.name));
    }
    if (kind == RELATION_STREAM) *replaced = old->index;
    old->dropped = true;
    return OK;
}

void bind_add_relation(struct binder *b, struct str name, enum relation_kind kind, uint32_t index)
{
    *array_push(b->arena, &b->catalog->relations) =
        (struct relation){ .name = str_copy(b->arena, name), .kind = kind, .index = index };
}

void bind_move_sinks(struct binder *b, uint32_t from, uint32_t to)
{
    for (size_t i = 0; from != UINT32_MAX && i < b->catalog->sinks.count; i++) {
        struct plan_sink *sink = &b->catalog->sinks.items[i];
        if (sink->stream == from) sink->stream = to;
    }
}

/* ---- columns ---- */

static struct status bind_column_def(struct binder *b, const struct ast_column_def *d, bool paths,
                                     struct schema *out)
{
    struct column *c = &out->columns[out->n_columns];
    *c = (struct column){ .name = str_copy(b->arena, d->name.text),
                          .not_null = d->not_null,
                          .personal = d->personal,
                          .at = d->name.at };
    if (scope_is_rowtime(c->name) && !paths) {
        return status_new(b->arena, ERR_DUPLICATE_COLUMN, d->name.at,
                          "no column can be named ROWTIME: every stream has it");
    }
    if (schema_find(out, c->name) >= 0) {
        return status_new(b->arena, ERR_DUPLICATE_COLUMN, d->name.at,
                          "column \"%.*s\" is defined twice", STR_ARG(c->name));
    }
    TRY(bind_type(b, &d->type, true, &c->type));
    if (!paths) {
        if (d->has_path) {
            return status_new(b->arena, ERR_NOT_ALLOWED_HERE, d->path_at,
                              "PATH belongs to columns of a source or reference table");
        }
    } else if (d->has_path) {
        TRY(path_parse(b->arena, str_copy(b->arena, d->path), d->path_at, &c->path));
    } else {
        c->path = path_of_name(b->arena, c->name);
    }
    out->n_columns++;
    return OK;
}

struct status bind_columns(struct binder *b, const struct ast_statement *s, bool paths,
                           struct schema *out)
{
    *out = (struct schema){ ARENA_ARRAY(b->arena, struct column, s->n_columns + 1), 0 };
    if (s->n_columns > LIMIT_COLUMNS) {
        return status_new(b->arena, ERR_LIMIT_EXCEEDED, s->name.at, "%u columns, more than %d",
                          s->n_columns, LIMIT_COLUMNS);
    }
    struct status first = OK;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        struct status st = bind_column_def(b, &s->columns[i], paths, out);
        if (st.err == ERR_NONE) continue;
        if (first.err != ERR_NONE) binder_report(b, first);
        first = st;
    }
    TRY(first);
    return paths ? schema_check_paths(b->arena, out) : OK;
}

struct status bind_column_name(struct binder *b, const struct schema *s,
                               const struct ast_name *name, uint32_t *index)
{
    int found = schema_find(s, name->text);
    if (found >= 0) {
        *index = (uint32_t)found;
        return OK;
    }
    struct nearest n = nearest_start(name->text);
    for (uint32_t i = 0; i < s->n_columns; i++) nearest_try(&n, s->columns[i].name);
    struct status st = status_new(b->arena, ERR_UNKNOWN_COLUMN, name->at, "no column \"%.*s\"",
                                  STR_ARG(name->text));
    return status_with_hint(st, nearest_hint(b->arena, &n));
}

/* ---- CREATE ---- */

struct status bind_create_stream(struct binder *b, const struct ast_statement *s)
{
    uint32_t replaced;
    struct plan_stream stream = { .name = str_copy(b->arena, s->name.text) };
    TRY(bind_columns(b, s, false, &stream.schema));
    TRY(bind_claim_relation(b, s, s->name.text, RELATION_STREAM, &replaced));
    stream.n_visible = stream.schema.n_columns;
    uint32_t index = (uint32_t)b->catalog->streams.count;
    *array_push(b->arena, &b->catalog->streams) = stream;
    bind_add_relation(b, stream.name, RELATION_STREAM, index);
    bind_move_sinks(b, replaced, index);
    return OK;
}

struct status bind_create_view(struct binder *b, const struct ast_statement *s)
{
    uint32_t replaced;
    struct result r = { 0 };
    TRY(bind_query(b, s->query, NULL, &r));
    if (s->n_targets > 0 && s->n_targets != r.n_columns) {
        return status_new(b->arena, ERR_COLUMN_COUNT, s->targets[0].at,
                          "the view names %u columns, its query gives %u", s->n_targets,
                          r.n_columns);
    }
    TRY(bind_claim_relation(b, s, s->name.text, RELATION_VIEW, &replaced));
    bind_add_relation(b, s->name.text, RELATION_VIEW, 0);
    struct relation *view = catalog_relation(b->catalog, s->name.text);
    view->view = (struct view){ s->query, s->n_targets > 0 ? s->targets : NULL, s->n_targets };
    return OK;
}

static struct user_function *same_signature(struct binder *b, const struct user_function *f)
{
    for (size_t k = 0; k < b->catalog->functions.count; k++) {
        struct user_function *old = &b->catalog->functions.items[k];
        if (old->dropped || !str_equal(&old->name, &f->name)) continue;
        if (old->n_parameters != f->n_parameters) continue;
        uint32_t i = 0;
        while (i < f->n_parameters && old->types[i].kind == f->types[i].kind) i++;
        if (i == f->n_parameters) return old;
    }
    return NULL;
}

/* Takes all functions of a name away that are written in SQL; false: there are none. */
static bool drop_sql_functions(struct binder *b, struct str name)
{
    bool found = false;
    for (size_t k = 0; k < b->catalog->functions.count; k++) {
        struct user_function *f = &b->catalog->functions.items[k];
        if (f->dropped || !str_equal(&f->name, &name)) continue;
        f->dropped = found = true;
    }
    return found;
}

/* A name is of functions in SQL or of functions in C: one replaces all of the others. */
static struct status claim_function(struct binder *b, const struct ast_statement *s)
{
    static const char hint[] = "CREATE OR REPLACE defines it anew";
    bool in_c = s->external.len > 0;
    if (!s->or_replace && in_c) {
        for (size_t k = 0; k < b->catalog->functions.count; k++) {
            const struct user_function *f = &b->catalog->functions.items[k];
            if (!f->dropped && str_equal(&f->name, &s->name.text))
                return defined_already(b, &s->name, hint);
        }
    }
    if (!s->or_replace && !in_c && fn_catalog_has_own(b->functions, s->name.text))
        return defined_already(b, &s->name, hint);
    if (in_c) drop_sql_functions(b, s->name.text);
    else fn_catalog_remove(b->functions, s->name.text);
    return OK;
}

static struct status create_sql_function(struct binder *b, const struct ast_statement *s)
{
    struct user_function f = { .name = str_copy(b->arena, s->name.text),
                               .parameters = s->parameters,
                               .n_parameters = s->n_parameters,
                               .types = ARENA_ARRAY(b->arena, struct type, s->n_parameters + 1),
                               .body = s->body,
                               .null_on_null = s->null_on_null };
    for (uint32_t i = 0; i < s->n_parameters; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (!str_equal(&s->parameters[k].name.text, &s->parameters[i].name.text)) continue;
            return status_new(b->arena, ERR_DUPLICATE_COLUMN, s->parameters[i].name.at,
                              "parameter \"%.*s\" is named twice",
                              STR_ARG(s->parameters[i].name.text));
        }
        TRY(bind_type(b, &s->parameters[i].type, false, &f.types[i]));
    }
    TRY(bind_type(b, &s->returns, false, &f.returns));
    TRY(bind_function_body(b, &f));
    struct user_function *old = same_signature(b, &f);
    if (old && !s->or_replace) {
        return defined_already(b, &s->name, "CREATE OR REPLACE defines it anew");
    }
    if (old) old->dropped = true;
    *array_push(b->arena, &b->catalog->functions) = f;
    return OK;
}

struct status bind_create_function(struct binder *b, const struct ast_statement *s)
{
    TRY(claim_function(b, s));
    return s->external.len > 0 ? bind_create_plugin(b, s) : create_sql_function(b, s);
}

/* ---- DROP, ALTER ---- */

static struct status unknown_object(struct binder *b, const struct ast_name *name, const char *kind,
                                    enum name_space space)
{
    struct status st = status_new(b->arena, ERR_UNKNOWN_NAME, name->at, "no %s \"%.*s\"", kind,
                                  STR_ARG(name->text));
    return status_with_hint(st, catalog_nearest(b->catalog, space, name->text));
}

static struct status drop_relation(struct binder *b, const struct ast_statement *s)
{
    bool view = s->drop == DROP_VIEW;
    struct relation *r = catalog_relation(b->catalog, s->name.text);
    if (!r || r->kind != (view ? RELATION_VIEW : RELATION_STREAM)) {
        return unknown_object(b, &s->name, view ? "view" : "stream", NAMES_RELATIONS);
    }
    if (!view) {
        const struct pump_entry *user = catalog_stream_user(b->catalog, r->index);
        const struct plan_sink *sink = sink_of(b->catalog, r->index);
        bool source = b->catalog->streams.items[r->index].is_source;
        if (user || sink || source) {
            return status_new(b->arena, ERR_NOT_ALLOWED_HERE, s->name.at,
                              "stream \"%.*s\" is in use by %s \"%.*s\"", STR_ARG(r->name),
                              user ? "pump" : sink ? "sink"
                                                   : "source",
                              STR_ARG(*(user ? &user->pump.name : sink ? &sink->name
                                                                       : &r->name)));
        }
    }
    r->dropped = true;
    return OK;
}

static struct status drop_function(struct binder *b, const struct ast_statement *s)
{
    bool found = drop_sql_functions(b, s->name.text);
    found = fn_catalog_remove(b->functions, s->name.text) || found;
    if (found) return OK;
    return status_new(b->arena, ERR_UNKNOWN_NAME, s->name.at,
                      "no function \"%.*s\" of the application", STR_ARG(s->name.text));
}

struct status bind_drop(struct binder *b, const struct ast_statement *s)
{
    if (s->drop == DROP_FUNCTION) return drop_function(b, s);
    if (s->drop != DROP_PUMP) return drop_relation(b, s);
    struct pump_entry *p = catalog_pump(b->catalog, s->name.text);
    if (!p) return unknown_object(b, &s->name, "pump", NAMES_PUMPS);
    p->dropped = true;
    return OK;
}

struct status bind_alter_pump(struct binder *b, const struct ast_statement *s)
{
    for (uint32_t i = 0; i < s->n_names; i++) {
        struct pump_entry *p = catalog_pump(b->catalog, s->names[i].text);
        if (!p) return unknown_object(b, &s->names[i], "pump", NAMES_PUMPS);
        p->pump.stopped = s->stopped;
    }
    return OK;
}
