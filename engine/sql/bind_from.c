/*
 * bind_from.c: FROM: streams, tables, views, sub-queries and names of WITH under their aliases.
 */

#include "sql/bind_select.h"

/* ---- aliases ---- */

/* r under its alias; AS t (a, b) must name all columns that * would give. */
static struct status apply_alias(struct binder *b, const struct ast_from *f,
                                 struct scope_relation *r)
{
    if (f->alias.text.len > 0) {
        r->original = r->name;
        r->name = str_copy(b->arena, f->alias.text);
    }
    if (f->n_columns == 0) return OK;
    if (f->n_columns != r->n_visible) {
        return status_new(b->arena, ERR_COLUMN_COUNT, f->columns[0].at,
                          "\"%.*s\" has %u columns, this list names %u", STR_ARG(r->name),
                          r->n_visible, f->n_columns);
    }
    for (uint32_t i = 0; i < f->n_columns; i++) {
        if (scope_is_rowtime(f->columns[i].text)) {
            return status_new(b->arena, ERR_DUPLICATE_COLUMN, f->columns[i].at,
                              "no column can be given the name ROWTIME");
        }
        r->columns[i].name = str_copy(b->arena, f->columns[i].text);
    }
    return OK;
}

static void set_relation(struct binder *b, struct from *out, const struct scope_relation *r)
{
    out->scope.relations = arena_dup(b->arena, r, sizeof *r);
    out->scope.n_relations = 1;
}

/* ---- streams and tables ---- */

static struct scope_column *columns_of(struct binder *b, const struct schema *s)
{
    struct scope_column *columns = ARENA_ARRAY(b->arena, struct scope_column, s->n_columns + 1);
    for (uint32_t i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->columns[i];
        columns[i] = (struct scope_column){ .name = c->name,
                                            .expr = expr_column(b->arena, i, c->type, c->at),
                                            .not_null = c->not_null,
                                            .personal = c->personal };
    }
    return columns;
}

static void note_read(struct binder *b, uint32_t stream)
{
    for (size_t i = 0; i < b->reads.count; i++) {
        if (b->reads.items[i] == stream) return;
    }
    *array_push(b->arena, &b->reads) = stream;
}

static struct status from_stream(struct binder *b, const struct ast_from *f, uint32_t index,
                                 struct from *out)
{
    const struct plan_stream *s = &b->catalog->streams.items[index];
    TRY(binder_node(b, PLAN_STREAM, f->at, &s->schema, &out->rows.node));
    out->rows.node->stream = index;
    out->rows.monos = arena_calloc(b->arena, (s->schema.n_columns + 1) * sizeof *out->rows.monos);
    note_read(b, index);
    uint32_t n = s->schema.n_columns;
    struct scope_relation r = { .name = s->name,
                                .is_stream = true,
                                .columns = columns_of(b, &s->schema),
                                .n_columns = n,
                                .n_visible = s->n_visible,
                                .at = f->at };
    for (uint32_t i = 0; i < s->n_visible; i++) {
        if (scope_is_rowtime(s->schema.columns[i].name)) r.own_rowtime = true;
    }
    TRY(apply_alias(b, f, &r));
    set_relation(b, out, &r);
    return OK;
}

static struct status from_table(struct binder *b, const struct ast_from *f, uint32_t index,
                                struct from *out)
{
    const struct plan_table *t = &b->catalog->tables.items[index];
    if (f->over) {
        return status_new(b->arena, ERR_BAD_WINDOW, f->over->at,
                          "a table takes no window: \"%.*s\"", STR_ARG(t->name));
    }
    struct scope_relation r = { .name = t->name,
                                .columns = columns_of(b, &t->schema),
                                .n_columns = t->schema.n_columns,
                                .n_visible = t->schema.n_columns,
                                .at = f->at };
    out->table = index;
    TRY(apply_alias(b, f, &r));
    set_relation(b, out, &r);
    return OK;
}

/* ---- queries ---- */

/* The result of a query as one relation. */
static struct status from_result(struct binder *b, const struct ast_from *f, struct str name,
                                 const struct result *q, struct from *out)
{
    struct scope_relation r = { .name = name, .is_stream = q->rows.node != NULL, .at = f->at };
    r.columns = ARENA_ARRAY(b->arena, struct scope_column, q->n_columns + 1);
    r.n_columns = r.n_visible = q->n_columns;
    for (uint32_t i = 0; i < q->n_columns; i++) {
        const struct result_column *c = &q->columns[i];
        if (c->type.kind == TYPE_NULL) {
            struct status st = status_new(b->arena, ERR_UNTYPED_NULL, c->at,
                                          "nothing gives this NULL a type");
            return status_with_hint(st, "give it one: CAST(NULL AS INTEGER)");
        }
        uint32_t column = q->rows.node ? i : q->table_columns[i];
        r.columns[i] = (struct scope_column){
            .name = c->name,
            .expr = expr_column(b->arena, column, c->type, c->at),
            .not_null = c->not_null,
            .personal = c->personal,
        };
        r.columns[i].expr->record = c->record;
    }
    out->rows = q->rows;
    out->table = q->table;
    out->table_filter = q->table_filter;
    TRY(apply_alias(b, f, &r));
    set_relation(b, out, &r);
    return OK;
}

static struct status from_query(struct binder *b, const struct ast_from *f, struct str name,
                                const struct ast_query *q, const struct with_name *with,
                                struct from *out)
{
    struct result r = { 0 };
    TRY(bind_query(b, q, with, &r));
    return from_result(b, f, name, &r, out);
}

static struct status from_view(struct binder *b, const struct ast_from *f,
                               const struct relation *relation, struct from *out)
{
    struct result r = { 0 };
    struct relation view = *relation;
    TRY(bind_query(b, view.view.query, NULL, &r));
    for (uint32_t i = 0; i < view.view.n_columns && i < r.n_columns; i++) {
        r.columns[i].name = view.view.columns[i].text;
    }
    return from_result(b, f, view.name, &r, out);
}

/* ---- names ---- */

static struct status unknown_relation(struct binder *b, const struct ast_name *name)
{
    struct status st = status_new(b->arena, ERR_UNKNOWN_RELATION, name->at,
                                  "no stream or table \"%.*s\"", STR_ARG(name->text));
    if (binder_has_failed(b, name->text)) return binder_silent(st);
    const char *nearest = catalog_nearest(b->catalog, NAMES_RELATIONS, name->text);
    if (nearest) return status_with_hint(st, nearest);
    return status_with_hint(
        st, str_format_c(b->arena,
                         "an input or table is declared first, in this file or an earlier one, by "
                         "CREATE SOURCE or CREATE REFERENCE TABLE: CREATE SOURCE \"%.*s\" (column "
                         "type, ...) FROM 'url';",
                         STR_ARG(name->text)));
}

static struct status from_name(struct binder *b, const struct ast_from *f,
                               const struct with_name *with, struct from *out)
{
    for (const struct with_name *w = f->qualifier.text.len == 0 ? with : NULL; w; w = w->outer) {
        if (str_equal(&w->name, &f->name.text)) {
            return from_query(b, f, w->name, w->query, w->outer, out);
        }
    }
    if (catalog_is_error_stream(f->name.text)) {
        struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, f->name.at,
                                      "error_stream cannot be read by a query");
        return status_with_hint(st, "outputs read it: CREATE SINK errors FROM error_stream "
                                    "INTO 'url'; in sluice repl \\errors shows its last rows");
    }
    const struct relation *r = catalog_relation(b->catalog, f->name.text);
    if (!r) return unknown_relation(b, &f->name);
    switch (r->kind) {
    case RELATION_STREAM: return from_stream(b, f, r->index, out);
    case RELATION_TABLE: return from_table(b, f, r->index, out);
    default: return from_view(b, f, r, out);
    }
}

static struct status from_values(struct binder *b, const struct ast_from *f, struct from *out)
{
    struct result r = { 0 };
    TRY(bind_values(b, f->query, &r));
    return from_result(b, f, STR_EMPTY, &r, out);
}

static struct status from_table_fn(struct binder *b, const struct ast_from *f,
                                   const struct with_name *with, struct from *out)
{
    struct result r = { 0 };
    TRY(bind_table_fn(b, f, with, &r));
    return from_result(b, f, STR_EMPTY, &r, out);
}

static struct status bind_sides(struct binder *b, const struct ast_from *f,
                                const struct ast_query *query, const struct with_name *with,
                                struct from *out)
{
    struct from left = { 0 }, right = { 0 };
    struct status l = bind_from(b, f->left, query, with, &left);
    struct status r = bind_from(b, f->right, query, with, &right);
    /* Both sides have their say, so that one run shows every unknown name. */
    if (l.err != ERR_NONE && r.err != ERR_NONE) binder_report(b, l);
    TRY(r);
    TRY(l);
    return bind_join(b, f, &left, &right, out);
}

/* A window on a side of a join. */
static struct status check_over(struct binder *b, const struct ast_from *f,
                                const struct ast_query *query, struct from *side)
{
    struct windows windows = { .items = query->windows, .n_items = query->n_windows };
    struct bind_env env = bind_env(b, &side->scope, "OVER");
    env.windows = &windows;
    side->has_window = true;
    side->window_at = f->over->at;
    return bind_join_window(&env, f->over, &side->window, &side->window_size);
}

struct status bind_from(struct binder *b, const struct ast_from *f, const struct ast_query *query,
                        const struct with_name *with, struct from *out)
{
    *out = (struct from){ .at = f->at };
    TRY(binder_enter(b, f->at));
    struct status st;
    switch (f->kind) {
    case FROM_RELATION: st = from_name(b, f, with, out); break;
    case FROM_QUERY: st = from_query(b, f, STR_EMPTY, f->query, with, out); break;
    case FROM_VALUES: st = from_values(b, f, out); break;
    case FROM_TABLE_FN: st = from_table_fn(b, f, with, out); break;
    default: st = bind_sides(b, f, query, with, out); break;
    }
    if (st.err == ERR_NONE && f->over && out->rows.node) st = check_over(b, f, query, out);
    binder_leave(b);
    return st;
}
