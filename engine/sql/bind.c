/*
 * bind.c: the binder from outside: statements in, a plan out.
 *
 * A statement that fails is reported and skipped; the next one is bound all the same, so that one run shows every
 * error. A view or function keeps its tree, and a plan its places: statements and texts must live until bind_finish,
 * texts as long as the plan.
 */

#include "sql/bind.h"

#include "sql/bind_ddl.h"
#include "sql/by_key.h"
#include "sql/personal.h"
#include "sql/rewrite.h"

struct binder *binder_new(struct arena *a, const struct fn_catalog *functions, struct diags *diags)
{
    struct binder *b = ARENA_NEW(a, struct binder);
    b->arena = a;
    b->functions = fn_catalog_over(a, functions);
    b->diags = diags;
    b->catalog = catalog_new(a);
    b->base_dir = ".";
    return b;
}

static struct status bind_statement(struct binder *b, const struct ast_statement *s)
{
    b->reads.count = 0;
    b->n_nodes = b->depth = b->expr_depth = 0;
    switch (s->kind) {
    case STATEMENT_CREATE_STREAM: return bind_create_stream(b, s);
    case STATEMENT_CREATE_PUMP: return bind_create_pump(b, s);
    case STATEMENT_CREATE_VIEW: return bind_create_view(b, s);
    case STATEMENT_CREATE_FUNCTION: return bind_create_function(b, s);
    case STATEMENT_CREATE_SOURCE: return bind_create_source(b, s);
    case STATEMENT_CREATE_SINK: return bind_create_sink(b, s);
    case STATEMENT_CREATE_REFERENCE_TABLE: return bind_create_table(b, s);
    case STATEMENT_ALTER_PUMP: return bind_alter_pump(b, s);
    case STATEMENT_DROP: return bind_drop(b, s);
    case STATEMENT_INSERT:
    case STATEMENT_SELECT: break;
    }
    return bind_top_query(b, s);
}

/* Whether later statements may miss its name without being to blame. */
static bool defines_name(const struct ast_statement *s)
{
    switch (s->kind) {
    case STATEMENT_CREATE_STREAM:
    case STATEMENT_CREATE_VIEW:
    case STATEMENT_CREATE_FUNCTION:
    case STATEMENT_CREATE_SOURCE:
    case STATEMENT_CREATE_REFERENCE_TABLE: return true;
    default: return false;
    }
}

/* Keeps a CREATE SINK for later when nothing has the name of its stream yet. */
static bool keep_early_sink(struct binder *b, const struct ast_statement *s)
{
    if (s->kind != STATEMENT_CREATE_SINK) return false;
    struct str stream = s->stream.text;
    if (catalog_relation(b->catalog, stream) || catalog_is_error_stream(stream)) return false;
    *array_push(b->arena, &b->early_sinks) = (struct early_sink){ s, b->base_dir };
    return true;
}

/* Binds the early sinks of the relation `name`; NULL: all that are left, which reports what they miss. */
static void bind_early_sinks(struct binder *b, const struct str *name)
{
    const char *base_dir = b->base_dir;
    size_t kept = 0;
    for (size_t i = 0; i < b->early_sinks.count; i++) {
        struct early_sink sink = b->early_sinks.items[i];
        if (name && !str_equal(&sink.statement->stream.text, name)) {
            b->early_sinks.items[kept++] = sink;
            continue;
        }
        b->base_dir = sink.base_dir;
        binder_report(b, bind_statement(b, sink.statement));
    }
    b->early_sinks.count = kept;
    b->base_dir = base_dir;
}

void bind_statements(struct binder *b, const struct ast_statements *statements,
                     const char *base_dir)
{
    b->base_dir = base_dir ? base_dir : ".";
    for (size_t i = 0; i < statements->lost.count; i++)
        *array_push(b->arena, &b->failed) = str_copy(b->arena, statements->lost.items[i]);
    for (size_t i = 0; i < statements->count; i++) {
        const struct ast_statement *s = statements->items[i];
        if (keep_early_sink(b, s)) continue;
        struct status st = bind_statement(b, s);
        binder_report(b, st);
        if (st.err == ERR_NONE && defines_name(s)) bind_early_sinks(b, &s->name.text);
        bool failed = st.err != ERR_NONE && defines_name(s);
        if (failed) *array_push(b->arena, &b->failed) = str_copy(b->arena, s->name.text);
    }
}

void bind_answers(struct binder *b)
{
    b->answers = true;
}

bool binder_is_onlookers(const struct binder *b, struct span at)
{
    if (b->onlooker_calls > 0) return true;
    for (size_t i = 0; i < b->onlookers.count; i++) {
        if (b->onlookers.items[i] == at.file) return true;
    }
    return false;
}

void bind_onlooker(struct binder *b, const struct text_file *query, bool sees)
{
    b->onlooker = query;
    b->onlooker_sees = sees;
    if (!sees) bind_onlookers_text(b, query);
}

void bind_onlookers_text(struct binder *b, const struct text_file *file)
{
    *array_push(b->arena, &b->onlookers) = file;
}

void bind_keep_personal(struct binder *b, struct str stream, struct str column)
{
    *array_push(b->arena, &b->personal) =
        (struct named_column){ str_copy(b->arena, stream), str_copy(b->arena, column) };
}

struct status bind_one(struct binder *b, const struct ast_statement *s, const char *base_dir)
{
    b->base_dir = base_dir ? base_dir : ".";
    return bind_statement(b, s);
}

/* ---- URLs of the command line ---- */

static void set_url(struct binder *b, struct plan_endpoint *e, struct str url)
{
    e->has_url = true;
    e->url = str_copy(b->arena, url);
    e->url_at = SPAN_NONE;
    e->base_dir = ".";
}

static struct plan_table *find_table(struct binder *b, struct str name)
{
    const struct relation *r = catalog_relation(b->catalog, name);
    return r && r->kind == RELATION_TABLE ? &b->catalog->tables.items[r->index] : NULL;
}

struct status bind_set_source_url(struct binder *b, struct str name, struct str url)
{
    struct plan_source *s = catalog_source(b->catalog, name);
    struct plan_table *t = s ? NULL : find_table(b, name);
    if (s || t) {
        set_url(b, s ? &s->endpoint : &t->endpoint, url);
        return OK;
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_NAME, SPAN_NONE,
                                  "no source \"%.*s\" is declared", STR_ARG(name));
    return status_with_hint(st, catalog_nearest(b->catalog, NAMES_SOURCES, name));
}

struct status bind_set_sink_url(struct binder *b, struct str name, struct str url)
{
    struct plan_sink *sink = catalog_sink(b->catalog, name);
    if (!sink) {
        const struct relation *r = catalog_relation(b->catalog, name);
        bool error = !r && catalog_is_error_stream(name);
        if (!error && (!r || r->kind != RELATION_STREAM)) {
            struct status st = status_new(b->arena, ERR_UNKNOWN_NAME, SPAN_NONE,
                                          "no sink or stream \"%.*s\" is declared", STR_ARG(name));
            return status_with_hint(st, catalog_nearest(b->catalog, NAMES_STREAMS, name));
        }
        sink = array_push(b->arena, &b->catalog->sinks);
        sink->name = str_copy(b->arena, name);
        sink->stream = error ? PLAN_ERROR_STREAM : r->index;
    }
    set_url(b, &sink->endpoint, url);
    return OK;
}

/* ---- the end ---- */

const struct app_plan *bind_finish(struct binder *b)
{
    bind_early_sinks(b, NULL);
    struct app_plan *plan = plan_assemble(b);
    struct flow *flow = plan_check_personal(b, plan);
    plan_rewrite(b, plan);
    plan_check_circles(b, plan);
    plan_check_by_key(b, plan);
    plan_check_personal_keys(flow);
    plan_prune(b->arena, plan);
    return plan;
}

struct status bind_scalar(struct binder *b, const struct ast_expr *e, struct expr **out)
{
    struct bind_env env = bind_env(b, NULL, "an expression");
    size_t n_subqueries = b->catalog->subqueries.count;
    b->n_nodes = b->depth = b->expr_depth = 0;
    TRY(bind_expr(&env, e, out));
    if (b->catalog->subqueries.count > n_subqueries) {
        b->catalog->subqueries.count = n_subqueries;
        return status_new(b->arena, ERR_NOT_SUPPORTED, e->at,
                          "a query has no place in an expression that stands alone");
    }
    if ((*out)->type.kind != TYPE_NULL) return OK;
    struct status st = status_new(b->arena, ERR_UNTYPED_NULL, e->at,
                                  "nothing gives this NULL a type");
    return status_with_hint(st, "give it one: CAST(NULL AS INTEGER)");
}
