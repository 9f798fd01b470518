/*
 * Text to plan: whatever is bound gives diagnostics with places and messages, or a plan whose expressions read columns
 * that there are and whose pumps give the columns of their targets. EXPLAIN writes it in every form. A text that begins
 * with ? is one of a session, where queries over tables are answered.
 */
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"
#include "sql/bind.h"
#include "sql/explain.h"
#include "udf/udf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the text may read and write. */
static const char prelude[] =
    "CREATE SOURCE S (K VARCHAR(4), V INTEGER, D DOUBLE, T TIMESTAMP, B BOOLEAN, N DECIMAL(8, 2)) "
    "FROM 'x';"
    "CREATE SOURCE R (K VARCHAR(8), V BIGINT, ROWTIME TIMESTAMP) FROM 'y' WITH (parallelism = 2);"
    "CREATE REFERENCE TABLE U (ID INTEGER, NAME VARCHAR(8), W DOUBLE, ROWTIME DATE) FROM 'z';"
    "CREATE STREAM O (K VARCHAR(8), N INTEGER NOT NULL, T TIMESTAMP);";

static struct fn_catalog *catalog(void)
{
    static struct fn_catalog *functions;
    if (functions) return functions;
    functions = fn_catalog_new();
    struct arena *a = arena_new();
    for (size_t i = 0; udf_packages[i]; i++) {
        if (fn_catalog_add(functions, a, udf_packages[i]).err != ERR_NONE) abort();
    }
    arena_free(a);
    fn_catalog_seal(functions);
    return functions;
}

static void check_expr(const struct expr *e, uint32_t n_columns)
{
    if (!e || e->weight == 0) abort();
    if (e->kind == EXPR_COLUMN && e->column >= n_columns) abort();
    if (e->kind == EXPR_CALL && (!e->call.fn || !e->call.fn->kernel)) abort();
    if (e->type.kind == TYPE_NULL) abort();
    for (uint32_t i = 0; i < e->n_args; i++) check_expr(e->args[i], n_columns);
}

static void check_group(const struct plan_node *n, uint32_t below)
{
    if (n->out.n_columns != n->n_keys + n->n_aggs) abort();
    for (uint32_t i = 0; i < n->n_keys; i++) check_expr(n->keys[i], below);
    for (uint32_t i = 0; i < n->n_aggs; i++) {
        for (uint32_t k = 0; k < n->aggs[i].n_args; k++) check_expr(n->aggs[i].args[k], below);
    }
    if (n->window.kind == WINDOW_STEP && n->window.step_ms <= 1) abort();
    if (n->window.kind == WINDOW_CHANGE && n->window.key >= n->n_keys) abort();
}

static void check_lookup(const struct app_plan *p, const struct plan_node *n, uint32_t below)
{
    const struct plan_lookup *l = &n->lookup;
    if (l->table >= p->n_tables) abort();
    uint32_t n_table = p->tables[l->table].schema.n_columns;
    if (n->out.n_columns != below + n_table) abort();
    for (uint32_t i = 0; i < l->n_keys; i++) {
        check_expr(l->stream_keys[i], below);
        if (l->table_keys[i] >= n_table) abort();
    }
    if (l->condition) check_expr(l->condition, n->out.n_columns);
}

static void check_node(const struct app_plan *p, const struct plan_node *n)
{
    uint32_t below = n->n_inputs > 0 ? n->inputs[0]->out.n_columns : 0;
    switch (n->kind) {
    case PLAN_STREAM:
        if (n->stream >= p->n_streams || n->n_inputs != 0) abort();
        if (n->out.n_columns != p->streams[n->stream].schema.n_columns) abort();
        break;
    case PLAN_FILTER:
        check_expr(n->predicate, below);
        if (n->predicate->type.kind != TYPE_BOOLEAN || n->out.n_columns != below) abort();
        break;
    case PLAN_PROJECT:
        for (uint32_t i = 0; i < n->out.n_columns; i++) {
            check_expr(n->exprs[i], below);
            if (!type_equal(n->exprs[i]->type, n->out.columns[i].type)) abort();
        }
        if (n->rowtime) check_expr(n->rowtime, below);
        break;
    case PLAN_GROUP: check_group(n, below); break;
    case PLAN_LOOKUP: check_lookup(p, n, below); break;
    default: break;
    }
    for (uint32_t i = 0; i < n->n_inputs; i++) check_node(p, n->inputs[i]);
}

static void check_plan(const struct app_plan *p)
{
    static const char *const forms[] = { "text", "json", "dot", "mermaid" };
    for (uint32_t i = 0; i < p->n_pumps; i++) {
        const struct plan_pump *pump = &p->pumps[i];
        check_node(p, pump->root);
        if (pump->target == PLAN_STDOUT) continue;
        const struct schema *to = &p->streams[pump->target].schema;
        if (pump->root->kind != PLAN_PROJECT || pump->root->out.n_columns != to->n_columns) abort();
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct buf out = { 0 };
        if (explain_write(&out, p, forms[i]).err != ERR_NONE) abort();
        buf_free(&out);
    }
}

static void check_diags(const struct diags *d)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct status *st = &d->items[i].status;
        if (!st->message || !*st->message || st->err == ERR_INTERNAL) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool answers = size > 0 && data[0] == '?';
    data += answers;
    size -= answers;
    char *text = malloc(size + 1);
    if (!text) return 0;
    if (size > 0) memcpy(text, data, size);
    struct text_file files[] = { { "prelude", prelude, sizeof prelude - 1 },
                                 { "fuzz", text, size } };
    struct arena *a = arena_new();
    struct diags d;
    diags_init(&d, a);
    struct binder *b = binder_new(a, catalog(), &d);
    for (size_t i = 0; i < 2; i++) {
        struct ast_statements s = { 0 };
        if (i == 1 && answers) bind_answers(b);
        parse_file(a, &files[i], &s, &d);
        bind_statements(b, &s, ".");
    }
    const struct app_plan *plan = bind_finish(b);
    check_diags(&d);
    check_plan(plan);
    arena_free(a);
    free(text);
    return 0;
}
