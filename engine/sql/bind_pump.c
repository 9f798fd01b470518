/*
 * bind_pump.c: pumps, and queries at the top level.
 *
 * A query's columns go to the target's by position (dialect 5): in order without a column list, to the listed ones with
 * it, the rest become NULL. Each is converted as INSERT converts; a NULL for a NOT NULL column is an error of its row.
 */

#include "sql/bind_ddl.h"
#include "sql/bind_select.h"
#include "sql/fold.h"

/* ---- the target ---- */

static struct status find_target(struct binder *b, const struct ast_name *name, uint32_t *out)
{
    if (catalog_is_error_stream(name->text) && !catalog_relation(b->catalog, name->text)) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, name->at,
                          "error_stream cannot be written by a query");
    }
    const struct relation *r = catalog_relation(b->catalog, name->text);
    if (!r) {
        struct status st = status_new(b->arena, ERR_UNKNOWN_RELATION, name->at,
                                      "no stream \"%.*s\" to insert into", STR_ARG(name->text));
        if (binder_has_failed(b, name->text)) return binder_silent(st);
        const char *nearest = catalog_nearest(b->catalog, NAMES_STREAMS, name->text);
        if (nearest) return status_with_hint(st, nearest);
        return status_with_hint(st, str_format_c(b->arena,
                                                 "create it before the pump: CREATE STREAM "
                                                 "\"%.*s\" (column type, ...);",
                                                 STR_ARG(name->text)));
    }
    bool source = r->kind == RELATION_STREAM && b->catalog->streams.items[r->index].is_source;
    if (r->kind != RELATION_STREAM || source) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, name->at,
                          "\"%.*s\" is a %s: a pump inserts into a stream of CREATE STREAM",
                          STR_ARG(name->text),
                          source ? "source" : r->kind == RELATION_TABLE ? "reference table"
                                                                        : "view");
    }
    *out = r->index;
    return OK;
}

/* ---- columns by position ---- */

/* For each column of the target, the query's column that it gets, UINT32_MAX: none. */
struct matching {
    uint32_t *from;
    uint32_t  n_listed;
};

static const char *names_of(struct binder *b, const struct schema *s)
{
    const char *text = "";
    for (uint32_t i = 0; i < s->n_columns && i < 12; i++) {
        text = str_format_c(b->arena, "%s%s%.*s", text, i > 0 ? ", " : "",
                            STR_ARG(s->columns[i].name));
    }
    return s->n_columns > 12 ? str_format_c(b->arena, "%s, ...", text) : text;
}

static struct status count_differs(struct binder *b, const struct ast_statement *s,
                                   const struct plan_stream *target, uint32_t wanted,
                                   const struct result *q)
{
    if (s->n_targets > 0) {
        return status_new(b->arena, ERR_COLUMN_COUNT, s->targets[0].at,
                          "the column list names %u, the query gives %u", wanted, q->n_columns);
    }
    struct status st = status_new(b->arena, ERR_COLUMN_COUNT, s->query->at,
                                  "stream \"%.*s\" has %u column%s, the query gives %u",
                                  STR_ARG(target->name), wanted, wanted == 1 ? "" : "s",
                                  q->n_columns);
    return status_with_hint(st, str_format_c(b->arena, "its columns are %s",
                                             names_of(b, &target->schema)));
}

/* ROWTIME in the column list stands where the query has an item AS ROWTIME (L-30). */
static struct status check_rowtime_place(struct binder *b, const struct ast_name *name, uint32_t at,
                                         const struct result *q)
{
    if (q->sets_rowtime && q->rowtime_at == at) return OK;
    struct status st = status_new(b->arena, ERR_COLUMN_COUNT, name->at,
                                  "column ROWTIME of the list needs an item AS ROWTIME in its "
                                  "place");
    return status_with_hint(st, "for example INSERT INTO t (ROWTIME, a) SELECT STREAM x.ts AS "
                                "ROWTIME, x.a");
}

static struct status match_list(struct binder *b, const struct ast_statement *s,
                                const struct plan_stream *target, const struct result *q,
                                struct matching *m)
{
    for (uint32_t i = 0; i < s->n_targets; i++) {
        const struct ast_name *name = &s->targets[i];
        uint32_t column;
        if (scope_is_rowtime(name->text) && schema_find(&target->schema, name->text) < 0) {
            TRY(check_rowtime_place(b, name, i, q));
            continue;
        }
        TRY(bind_column_name(b, &target->schema, name, &column));
        if (m->from[column] != UINT32_MAX) {
            return status_new(b->arena, ERR_DUPLICATE_COLUMN, name->at,
                              "column \"%.*s\" is listed twice", STR_ARG(name->text));
        }
        m->from[column] = m->n_listed++;
    }
    return OK;
}

static struct status match_columns(struct binder *b, const struct ast_statement *s,
                                   const struct plan_stream *target, const struct result *q,
                                   struct matching *m)
{
    uint32_t n = target->schema.n_columns;
    *m = (struct matching){ .from = ARENA_ARRAY(b->arena, uint32_t, n + 1) };
    for (uint32_t i = 0; i < n; i++) m->from[i] = s->n_targets > 0 ? UINT32_MAX : i;
    if (s->n_targets == 0) m->n_listed = n;
    else TRY(match_list(b, s, target, q, m));
    return m->n_listed == q->n_columns ? OK : count_differs(b, s, target, m->n_listed, q);
}

/* ---- values ---- */

static struct status does_not_fit(struct binder *b, const struct column *to,
                                  const struct result_column *from)
{
    bool castable = type_castable(from->type, to->type);
    struct status st = status_new(b->arena, ERR_TYPE_MISMATCH, from->at,
                                  "column \"%.*s\" is %s, the query gives %s%s", STR_ARG(to->name),
                                  type_text(b->arena, to->type), type_text(b->arena, from->type),
                                  castable ? " without a CAST" : "");
    if (!castable) return st;
    return status_with_hint(st, str_format_c(b->arena, "CAST(... AS %s) converts it",
                                             type_text(b->arena, to->type)));
}

static struct status insert_value(struct binder *b, const struct column *to,
                                  const struct result_column *from, uint32_t index,
                                  struct expr **out)
{
    struct expr *e = expr_column(b->arena, index, from->type, from->at);
    if (from->record) return bind_whole_record(b, from->record, from->at);
    if (from->type.kind != TYPE_NULL && !type_assignable(from->type, to->type)) {
        return does_not_fit(b, to, from);
    }
    TRY(bind_cast(b, e, to->type, true, from->at, &e));
    if (to->not_null && !from->not_null) {
        struct expr **args = ARENA_ARRAY(b->arena, struct expr *, 1);
        args[0] = e;
        e = expr_new(b->arena, EXPR_NOT_NULL, to->type, from->at, args, 1);
        e->label = to->name;
    }
    *out = e;
    return OK;
}

static struct status missing_value(struct binder *b, const struct ast_statement *s,
                                   const struct column *to, struct expr **out)
{
    if (to->not_null) {
        return status_new(b->arena, ERR_NULL_NOT_ALLOWED, s->targets[0].at,
                          "NOT NULL column \"%.*s\" is not in the list and would be null",
                          STR_ARG(to->name));
    }
    *out = expr_null(b->arena, to->type, s->query->at);
    return OK;
}

/* The projection to the target's columns. */
static struct status insert_node(struct binder *b, const struct ast_statement *s,
                                 const struct plan_stream *target, const struct result *q,
                                 struct plan_node **out)
{
    struct matching m;
    TRY(match_columns(b, s, target, q, &m));
    struct plan_node *n = NULL;
    TRY(binder_node(b, PLAN_PROJECT, s->query->at, &target->schema, &n));
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = q->rows.node;
    n->n_inputs = 1;
    n->exprs = ARENA_ARRAY(b->arena, struct expr *, target->schema.n_columns + 1);
    struct status first = OK;
    for (uint32_t i = 0; i < target->schema.n_columns; i++) {
        const struct column *to = &target->schema.columns[i];
        uint32_t from = m.from[i];
        struct status st = from == UINT32_MAX
                               ? missing_value(b, s, to, &n->exprs[i])
                               : insert_value(b, to, &q->columns[from], from, &n->exprs[i]);
        if (st.err == ERR_NONE) continue;
        if (first.err != ERR_NONE) binder_report(b, first);
        first = st;
    }
    TRY(first);
    *out = n;
    return OK;
}

/* ---- pumps ---- */

static void add_pump(struct binder *b, struct plan_pump *pump)
{
    struct pump_entry entry = { .n_streams = (uint32_t)b->reads.count };
    entry.streams = arena_dup(b->arena, b->reads.items, b->reads.count * sizeof *entry.streams);
    pump->reads = entry.n_streams > 0 ? entry.streams[0] : UINT32_MAX;
    entry.pump = *pump;
    *array_push(b->arena, &b->catalog->pumps) = entry;
}

static struct status needs_stream(struct binder *b, const struct ast_query *q)
{
    return status_new(b->arena, ERR_NOT_ALLOWED_HERE, q->at,
                      "a pump reads a stream, and this query reads tables only");
}

/* The rows of a table as those of a stream that has them once. */
struct status bind_result_rows(struct binder *b, struct span at, struct result *q)
{
    struct arena *a = b->arena;
    const struct schema table = b->catalog->tables.items[q->table].schema;
    struct rows rows = { 0 };
    TRY(binder_node(b, PLAN_TABLE, at, &table, &rows.node));
    rows.node->lookup.table = q->table;
    if (q->table_filter) TRY(binder_filter(b, &rows, q->table_filter, "WHERE", at));
    struct schema s = { arena_calloc(a, (q->n_columns + 1) * sizeof *s.columns), q->n_columns };
    struct expr **exprs = ARENA_ARRAY(a, struct expr *, q->n_columns + 1);
    for (uint32_t i = 0; i < q->n_columns; i++) {
        const struct result_column *c = &q->columns[i];
        s.columns[i] = (struct column){ .name = c->name, .type = c->type, .not_null = c->not_null,
                                        .personal = c->personal, .at = c->at };
        exprs[i] = expr_column(a, q->table_columns[i], c->type, c->at);
    }
    TRY(binder_node(b, PLAN_PROJECT, at, &s, &q->rows.node));
    struct plan_node *n = q->rows.node;
    n->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
    n->inputs[0] = rows.node;
    n->n_inputs = 1;
    n->exprs = exprs;
    return OK;
}

static struct status bind_insert(struct binder *b, const struct ast_statement *s,
                                 struct plan_pump *pump)
{
    struct result q = { 0 };
    /* Both have their say: the target is often what is missing. */
    struct status target = find_target(b, &s->stream, &pump->target);
    struct status query = bind_query(b, s->query, NULL, &q);
    if (target.err != ERR_NONE && query.err != ERR_NONE) binder_report(b, target);
    TRY(query);
    TRY(target);
    if (!q.rows.node && pump->name.len > 0) return needs_stream(b, s->query);
    if (!q.rows.node) TRY(bind_result_rows(b, s->query->at, &q));
    struct plan_stream stream = b->catalog->streams.items[pump->target];
    TRY(insert_node(b, s, &stream, &q, &pump->root));
    add_pump(b, pump);
    return OK;
}

struct status bind_create_pump(struct binder *b, const struct ast_statement *s)
{
    struct plan_pump pump = { .name = str_copy(b->arena, s->name.text),
                              .at = s->name.at,
                              .stopped = s->stopped };
    struct pump_entry *old = catalog_pump(b->catalog, s->name.text);
    if (old && !s->or_replace) {
        struct status st = status_new(b->arena, ERR_DUPLICATE_NAME, s->name.at,
                                      "pump \"%.*s\" is already defined", STR_ARG(s->name.text));
        return status_with_hint(st, "CREATE OR REPLACE defines it anew");
    }
    if (old) old->dropped = true;
    return bind_insert(b, s, &pump);
}

/* ---- the top level ---- */

static struct status bind_top_select(struct binder *b, const struct ast_statement *s)
{
    struct result q = { 0 };
    TRY(bind_query(b, s->query, NULL, &q));
    bool answer = b->answers && b->reads.count == 0;
    if (!q.rows.node && answer) TRY(bind_result_rows(b, s->query->at, &q));
    if (!q.rows.node)
        return status_with_hint(status_new(b->arena, ERR_NOT_ALLOWED_HERE, s->query->at,
                                           "SELECT at the top level reads a stream, and this one "
                                           "reads tables only"),
                                "sluice repl answers queries of tables");
    const struct ast_query *first = s->query;
    while (first->kind != QUERY_SELECT && first->left) first = first->left;
    if (first->kind == QUERY_SELECT && !first->stream && !answer) {
        struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, s->query->at,
                                      "SELECT at the top level reads a stream, which has no end");
        return status_with_hint(st, "SELECT STREAM reads streams, for as long as rows come");
    }
    for (uint32_t i = 0; i < q.n_columns; i++) {
        if (q.columns[i].record) return bind_whole_record(b, q.columns[i].record, q.columns[i].at);
        if (q.columns[i].type.kind != TYPE_NULL) continue;
        return status_new(b->arena, ERR_UNTYPED_NULL, q.columns[i].at,
                          "nothing gives this NULL a type");
    }
    struct plan_pump pump = { .at = s->at, .target = PLAN_STDOUT, .root = q.rows.node };
    add_pump(b, &pump);
    return OK;
}

struct status bind_top_query(struct binder *b, const struct ast_statement *s)
{
    if (s->kind == STATEMENT_SELECT) return bind_top_select(b, s);
    struct plan_pump pump = { .at = s->at };
    return bind_insert(b, s, &pump);
}
