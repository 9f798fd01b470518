/*
 * scope.c: names to what they stand for.
 *
 * A name without qualifier is looked for among the declared columns of all relations, then among the hidden ones that
 * source streams have (L-21). ROWTIME is the row's time unless a source or table declares a column of that name
 * (dialect 6.1); an item of a sub-query that is called ROWTIME does not hide it, it has the same value.
 */

#include "sql/scope.h"

bool scope_is_rowtime(struct str name)
{
    return str_equal_c(name, "ROWTIME");
}

/* ---- one relation ---- */

/* NULL when the relation has no such column; its ROWTIME is not looked for. */
static struct scope_column *find_in(const struct scope_relation *r, struct str name)
{
    for (uint32_t i = 0; i < r->n_columns; i++) {
        if (str_equal(&r->columns[i].name, &name)) return &r->columns[i];
    }
    return NULL;
}

static bool has_time(const struct scope_relation *r)
{
    return r->is_stream && !r->own_rowtime;
}

static struct expr *time_of(struct binder *b, const struct scope_relation *r, struct span at)
{
    if (r->time) return r->time;
    struct expr *e = expr_rowtime(b->arena, at);
    e->label = r->name;
    return e;
}

/* ---- hints ---- */

static bool is_alias(const struct scope *s, struct str name)
{
    for (uint32_t i = 0; s->query && i < s->query->n_items; i++) {
        if (str_equal(&s->query->items[i].alias.text, &name)) return true;
    }
    return false;
}

static const char *column_hint(struct binder *b, const struct scope *s, const struct ast_name *name,
                               const struct scope_relation *only)
{
    if (!only && is_alias(s, name->text)) {
        return str_format_c(b->arena,
                            "\"%.*s\" is an alias of the select list, which %s does not see: "
                            "repeat its expression here, or ask in an outer query",
                            STR_ARG(name->text), s->clause ? s->clause : "this place");
    }
    struct nearest n = nearest_start(name->text);
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        if (only && r != only) continue;
        for (uint32_t c = 0; c < r->n_columns; c++) nearest_try(&n, r->columns[c].name);
    }
    for (uint32_t i = 0; i < s->n_parameters; i++) nearest_try(&n, s->parameters[i].name);
    const char *hint = nearest_hint(b->arena, &n);
    if (!name->quoted || only || str_equal_nocase(n.best, name->text)) return hint;
    return str_format_c(b->arena, "text stands in single quotes: '%.*s'%s%s", STR_ARG(name->text),
                        hint ? "; or " : "", hint ? hint : "");
}

/* ---- a name alone ---- */

static struct status ambiguous(struct binder *b, const struct ast_name *name)
{
    struct status st = status_new(b->arena, ERR_AMBIGUOUS_COLUMN, name->at,
                                  "column name \"%.*s\" is ambiguous", STR_ARG(name->text));
    return status_with_hint(st, "say whose column it is: alias.column");
}

/* Columns of all relations; *found counts them. */
static struct expr *search(const struct scope *s, struct str name, bool hidden, uint32_t *found)
{
    struct expr *e = NULL;
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        if (scope_is_rowtime(name) && has_time(r)) continue;
        uint32_t to = hidden ? r->n_columns : r->n_visible;
        for (uint32_t c = hidden ? r->n_visible : 0; c < to; c++) {
            if (r->columns[c].merged || !str_equal(&r->columns[c].name, &name)) continue;
            e = r->columns[c].expr;
            ++*found;
        }
    }
    return e;
}

static struct expr *search_time(struct binder *b, const struct scope *s, struct span at,
                                uint32_t *found)
{
    struct expr *e = NULL;
    bool of_result = s->clause && (strcmp(s->clause, "SELECT") == 0 ||
                                   strcmp(s->clause, "ORDER BY") == 0);
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        if (!has_time(r)) continue;
        if (e && of_result) continue;
        e = r->time && !of_result ? r->time : expr_rowtime(b->arena, at);
        ++*found;
    }
    return e;
}

static struct expr *search_parameter(const struct scope *s, struct str name)
{
    for (uint32_t i = 0; i < s->n_parameters; i++) {
        if (str_equal(&s->parameters[i].name, &name)) return s->parameters[i].expr;
    }
    return NULL;
}

static struct status find_bare(struct binder *b, const struct scope *s, const struct ast_name *name,
                               struct expr **out)
{
    struct expr *e = search_parameter(s, name->text);
    uint32_t found = e != NULL;
    if (!e) e = search(s, name->text, false, &found);
    if (scope_is_rowtime(name->text)) {
        struct expr *time = search_time(b, s, name->at, &found);
        if (time) e = time;
    }
    if (found == 0) e = search(s, name->text, true, &found);
    if (found > 1) return ambiguous(b, name);
    if (found == 1) {
        *out = e;
        return OK;
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_COLUMN, name->at, "no column \"%.*s\" here",
                                  STR_ARG(name->text));
    return status_with_hint(st, column_hint(b, s, name, NULL));
}

/* ---- a qualified name ---- */

struct status scope_find_relation(struct binder *b, const struct scope *s, struct ast_name name,
                                  const struct scope_relation **out)
{
    struct nearest n = nearest_start(name.text);
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        if (str_equal(&r->name, &name.text)) {
            *out = r;
            return OK;
        }
        nearest_try(&n, r->name);
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_RELATION, name.at,
                                  "no stream, table or alias \"%.*s\" in this FROM",
                                  STR_ARG(name.text));
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        if (!str_equal(&r->original, &name.text)) continue;
        return status_with_hint(st, str_format_c(b->arena, "its alias takes its place: \"%.*s\"",
                                                 STR_ARG(r->name)));
    }
    return status_with_hint(st, nearest_hint(b->arena, &n));
}

static struct status find_qualified(struct binder *b, const struct scope *s,
                                    struct ast_name qualifier, const struct ast_name *name,
                                    struct expr **out)
{
    const struct scope_relation *r;
    TRY(scope_find_relation(b, s, qualifier, &r));
    if (scope_is_rowtime(name->text) && has_time(r)) {
        *out = time_of(b, r, name->at);
        return OK;
    }
    const struct scope_column *c = find_in(r, name->text);
    if (!c) {
        struct status st = status_new(b->arena, ERR_UNKNOWN_COLUMN, name->at,
                                      "no column \"%.*s\" in \"%.*s\"", STR_ARG(name->text),
                                      STR_ARG(r->name));
        return status_with_hint(st, column_hint(b, s, name, r));
    }
    *out = c->expr;
    return OK;
}

struct expr *scope_outer(struct binder *b, struct outer_scope *outer, struct expr *e)
{
    size_t i = 0;
    while (i < outer->args.count && !expr_equal(outer->args.items[i], e)) i++;
    if (i == outer->args.count) *array_push(b->arena, &outer->args) = e;
    return expr_column(b->arena, OUTER_BASE + (uint32_t)i, e->type, e->at);
}

static struct status find_outer(struct binder *b, struct outer_scope *outer,
                                const struct ast_expr *name, struct expr **out)
{
    struct expr *e;
    TRY(scope_find(b, outer->scope, name, &e));
    *out = scope_outer(b, outer, e);
    return OK;
}

struct status scope_find(struct binder *b, const struct scope *s, const struct ast_expr *name,
                         struct expr **out)
{
    const struct ast_name *last = &name->names[name->n_names - 1];
    struct expr *found = NULL;
    struct status st;
    if (name->n_names == 1) {
        st = find_bare(b, s, last, &found);
    } else {
        /* schema.relation.column: the schema is ignored (L-2). */
        st = find_qualified(b, s, name->names[name->n_names - 2], last, &found);
    }
    bool unknown = st.err == ERR_UNKNOWN_COLUMN || st.err == ERR_UNKNOWN_RELATION;
    if (unknown && s->outer && find_outer(b, s->outer, name, out).err == ERR_NONE) return OK;
    TRY(st);
    struct expr *copy = arena_dup(b->arena, found, sizeof *found);
    copy->at = name->at;
    *out = copy;
    return OK;
}

bool scope_has_column(const struct scope *s, struct str name)
{
    for (uint32_t i = 0; i < s->n_relations; i++) {
        if (find_in(&s->relations[i], name)) return true;
    }
    return scope_is_rowtime(name);
}

struct scope scope_join(struct arena *a, const struct scope *left, const struct scope *right)
{
    struct scope s = *left;
    uint32_t n = left->n_relations + right->n_relations;
    s.relations = ARENA_ARRAY(a, struct scope_relation, n);
    for (uint32_t i = 0; i < n; i++) {
        bool from_left = i < left->n_relations;
        s.relations[i] = from_left ? left->relations[i] : right->relations[i - left->n_relations];
    }
    s.n_relations = n;
    return s;
}
