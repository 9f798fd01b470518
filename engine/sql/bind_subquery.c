/*
 * bind_subquery.c: queries in expressions: IN (query), EXISTS (query), (query) as a value (dialect 6, L-37).
 *
 * They read tables and VALUES. What they name of the row outside becomes an argument of the expression; parts of WHERE
 * that need none are decided once, equalities with arguments are looked up, the rest is tried row by row. Aggregates
 * without GROUP BY are those of a table when equalities are all that meets the row outside, else of each asking row:
 *
 *     EXISTS (SELECT * FROM T WHERE T.ON = 1 AND T.K = s.K AND T.V > s.V)
 *     args s.K, s.V    filter T.ON = 1    keys args[0] = T.K    condition T.V > args[1]
 */

#include "sql/bind_select.h"
#include "sql/join_keys.h"

/* The query as it is bound: columns of its table as they are, what it reads outside from OUTER_BASE on. */
struct inner {
    struct outer_scope outer;
    uint32_t           table;
    struct expr       *where; /* NULL: none */
    struct expr      **items;
    uint32_t           n_items;
    bool               counts; /* the value is a COUNT: 0 where there is no row */
    bool               one_row; /* of aggregates without GROUP BY: there always is a row */
    struct plan_agg   *aggs;   /* of all rows; the item reads them as columns from AGG_BASE on */
    uint32_t           n_aggs;
};

/* ---- the query ---- */

static struct status over_stream(struct binder *b, const struct ast_query *q)
{
    struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, q->at,
                                  "a query in an expression reads tables and VALUES, and this one "
                                  "reads a stream");
    return status_with_hint(st, "streams meet in a join: FROM a JOIN b ON ...");
}

/* The rows of a join of tables are a table of their own. */
static struct status join_as_table(struct binder *b, const struct ast_query *q, struct from *from)
{
    const struct schema *s = &from->rows.node->out;
    struct result joined = { .rows = from->rows, .n_columns = s->n_columns }, table;
    joined.columns = arena_calloc(b->arena, (s->n_columns + 1) * sizeof *joined.columns);
    for (uint32_t i = 0; i < s->n_columns; i++) {
        joined.columns[i].name = s->columns[i].name;
        joined.columns[i].type = s->columns[i].type;
        joined.columns[i].at = from->at;
    }
    TRY(bind_derived(b, q, &joined, NULL, &table));
    from->rows.node = NULL;
    from->table = table.table;
    return OK;
}

static struct status bind_inner_select(struct bind_env *env, const struct ast_query *q,
                                       struct inner *in)
{
    struct binder *b = env->b;
    struct from from;
    TRY(bind_from(b, q->from, q, NULL, &from));
    if (from.rows.node && !from.of_tables) return over_stream(b, q);
    if (from.rows.node) TRY(join_as_table(b, q, &from));
    in->table = from.table;
    in->where = from.table_filter;
    from.scope.outer = &in->outer;
    from.scope.query = q;
    struct bind_env inner = bind_env(b, &from.scope, "WHERE");
    if (q->where) {
        struct expr *where;
        TRY(bind_condition(&inner, q->where, &where));
        in->where = expr_and(b->arena, in->where, where);
    }
    inner.clause = "SELECT";
    struct items items = { 0 };
    if (in->one_row) TRY(bind_one_group(&inner, q, &items, &in->aggs, &in->n_aggs));
    else TRY(bind_items(&inner, q, &items));
    in->items = ARENA_ARRAY(b->arena, struct expr *, items.count + 1);
    for (size_t i = 0; i < items.count; i++) in->items[in->n_items++] = items.items[i].expr;
    return OK;
}

/* ---- aggregates of the rows that go with the row outside ---- */

enum { KEYS_MAX = 16 };

/* (SELECT COUNT(*) FROM T WHERE T.V > 1 AND T.K = s.K) is looked up in SELECT COUNT(*), T.K FROM T WHERE T.V > 1
 * GROUP BY T.K. */
struct correlated {
    struct ast_query  query; /* of the groups */
    struct ast_expr **keys;  /* of the query, and ... */
    struct ast_expr **asks;  /* ... what they are compared with outside */
    uint32_t          n_keys;
    struct ast_expr  *locals; /* WHERE without the comparisons */
};

static bool is_call(const struct ast_expr *e, const char *name, uint32_t n_args)
{
    return e->kind == AST_CALL && e->n_args == n_args && str_equal_c(e->name, name);
}

static void add_local(struct binder *b, struct correlated *c, struct ast_expr *part)
{
    if (!c->locals) {
        c->locals = part;
        return;
    }
    struct ast_expr *both = arena_dup(b->arena, part, sizeof *part);
    struct ast_expr *args[] = { c->locals, part };
    *both =
        (struct ast_expr){ .kind = AST_CALL, .name = str_c("AND"), .at = part->at, .n_args = 2 };
    both->args = arena_dup(b->arena, args, sizeof args);
    both->depth = (c->locals->depth > part->depth ? c->locals->depth : part->depth) + 1;
    c->locals = both;
}

static bool binds(struct bind_env *env, const struct ast_expr *e)
{
    struct expr *out;
    return bind_expr(env, e, &out).err == ERR_NONE;
}

/* Sorts the parts of WHERE; inner: what the query itself sees. False: one is of another form. */
static bool sort_parts(struct bind_env *env, struct bind_env *inner, struct ast_expr *e,
                       struct correlated *c)
{
    if (is_call(e, "AND", 2))
        return sort_parts(env, inner, e->args[0], c) && sort_parts(env, inner, e->args[1], c);
    if (binds(inner, e)) {
        add_local(env->b, c, e);
        return true;
    }
    if (!is_call(e, "=", 2) || c->n_keys == KEYS_MAX) return false;
    int key = binds(inner, e->args[0]) ? 0 : 1;
    if (!binds(inner, e->args[key]) || !binds(env, e->args[1 - key])) return false;
    c->keys[c->n_keys] = e->args[key];
    c->asks[c->n_keys++] = e->args[1 - key];
    return true;
}

static bool counts(const struct ast_expr *e)
{
    if (e->kind == AST_CALL && !e->over && str_equal_c(e->name, "COUNT")) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (counts(e->args[i])) return true;
    }
    return false;
}

/* The query of the groups; false: this one is none that can be asked so. */
static bool make_groups(struct bind_env *env, const struct ast_query *q, struct correlated *c)
{
    struct binder *b = env->b;
    const struct ast_expr *item = q->n_items == 1 ? q->items[0].expr : NULL;
    bool plain = q->kind == QUERY_SELECT && q->where && item && q->n_group == 0 && !q->stagger &&
                 !q->having && !q->distinct && !q->limit && q->n_with == 0 && q->n_order == 0;
    if (!plain || (counts(item) && !(item->kind == AST_CALL && str_equal_c(item->name, "COUNT"))))
        return false;
    struct from from;
    if (bind_from(b, q->from, q, NULL, &from).err != ERR_NONE) return false;
    struct bind_env inner = bind_env(b, &from.scope, "WHERE");
    c->keys = ARENA_ARRAY(b->arena, struct ast_expr *, KEYS_MAX);
    c->asks = ARENA_ARRAY(b->arena, struct ast_expr *, KEYS_MAX);
    if (!sort_parts(env, &inner, q->where, c) || c->n_keys == 0) return false;
    c->query = *q;
    c->query.where = c->locals;
    c->query.group = c->keys;
    c->query.n_group = c->n_keys;
    c->query.group_at = q->at;
    c->query.n_items = 1 + c->n_keys;
    c->query.items = arena_calloc(b->arena, c->query.n_items * sizeof *c->query.items);
    c->query.items[0] = q->items[0];
    for (uint32_t i = 0; i < c->n_keys; i++) c->query.items[1 + i].expr = c->keys[i];
    return true;
}

static struct status bind_groups(struct bind_env *env, const struct ast_query *q,
                                 const struct correlated *c, struct inner *in)
{
    struct binder *b = env->b;
    struct result r = { 0 };
    TRY(bind_query(b, &c->query, NULL, &r));
    in->table = r.table;
    in->one_row = true;
    in->counts = counts(q->items[0].expr);
    in->n_items = 1;
    struct expr **columns = ARENA_ARRAY(b->arena, struct expr *, r.n_columns);
    for (uint32_t i = 0; i < r.n_columns; i++)
        columns[i] = expr_column(b->arena, r.table_columns[i], r.columns[i].type, r.columns[i].at);
    in->items = columns;
    struct expr **asked = ARENA_ARRAY(b->arena, struct expr *, c->n_keys);
    for (uint32_t i = 0; i < c->n_keys; i++) {
        struct expr *x;
        TRY(bind_expr(env, c->asks[i], &x));
        asked[i] = expr_is_constant(x) ? x : scope_outer(b, &in->outer, x);
    }
    return bind_equal_values(env, q->at, asked, columns + 1, c->n_keys, &in->where);
}

/* Whether the rows of the query are one group, whatever of the row outside it names. */
static bool is_one_group(struct binder *b, const struct ast_query *q)
{
    return q->kind == QUERY_SELECT && q->from && !bind_is_grouped(q) && !q->having &&
           !q->distinct && !q->limit && q->n_with == 0 && q->n_order == 0 &&
           bind_has_aggregates(b, q);
}

static struct status bind_one_row(struct bind_env *env, const struct ast_query *q, struct inner *in)
{
    bool before = env->b->answering;
    env->b->answering = true;
    in->one_row = true;
    struct status st = bind_inner_select(env, q, in);
    env->b->answering = before;
    return st;
}

static struct status bind_inner(struct bind_env *env, const struct ast_query *q, struct inner *in)
{
    struct binder *b = env->b;
    bool reshapes = bind_is_grouped(q) || q->having || q->limit || q->n_with > 0 ||
                    bind_has_aggregates(b, q);
    if (q->kind == QUERY_SELECT && q->from && !reshapes) return bind_inner_select(env, q, in);
    struct result r = { 0 };
    struct status st = bind_query(b, q, NULL, &r);
    struct correlated groups = { 0 };
    struct inner before = *in;
    if (st.err != ERR_NONE && make_groups(env, q, &groups)) {
        if (bind_groups(env, q, &groups, in).err == ERR_NONE) return OK;
        *in = before;
    }
    if (st.err != ERR_NONE && is_one_group(b, q)) return bind_one_row(env, q, in);
    if (st.err == ERR_UNKNOWN_RELATION && q->kind == QUERY_SELECT && !st.hint)
        return status_with_hint(
            st, "this query is asked once and cannot name the "
                "row outside; join with it: JOIN (SELECT key, COUNT(*) ... GROUP BY key)");
    TRY(st);
    if (r.rows.node) return over_stream(b, q);
    in->table = r.table;
    in->where = r.table_filter;
    in->items = ARENA_ARRAY(b->arena, struct expr *, r.n_columns + 1);
    for (uint32_t i = 0; i < r.n_columns; i++) {
        in->items[in->n_items++] = expr_column(b->arena, r.table_columns[i], r.columns[i].type,
                                               r.columns[i].at);
    }
    return OK;
}

/* ---- what it asks ---- */

/* x = item, or (x, y) = (item, item), of values outside. */
static struct status bind_match(struct bind_env *env, const struct ast_expr *e, struct inner *in,
                                struct expr **out)
{
    struct binder *b = env->b;
    const struct ast_expr *tree = e->args[0];
    bool row = tree->kind == AST_ROW;
    uint32_t n = row ? tree->n_args : 1;
    if (n != in->n_items) {
        return status_new(b->arena, ERR_COLUMN_COUNT, e->at,
                          "IN compares %u values with the %u columns of its query: as many columns "
                          "as values",
                          n, in->n_items);
    }
    struct expr **left = ARENA_ARRAY(b->arena, struct expr *, n);
    for (uint32_t i = 0; i < n; i++) {
        struct expr *x;
        TRY(bind_expr(env, row ? tree->args[i] : tree, &x));
        left[i] = expr_is_constant(x) ? x : scope_outer(b, &in->outer, x);
    }
    return bind_equal_values(env, e->at, left, in->items, n, out);
}

static struct status check_value(struct binder *b, const struct ast_expr *e, const struct inner *in)
{
    if (in->n_items != 1) {
        return status_new(b->arena, ERR_COLUMN_COUNT, e->at,
                          "a query as a value has one column, this one has %u columns",
                          in->n_items);
    }
    if (in->items[0]->type.kind == TYPE_NULL) {
        return status_new(b->arena, ERR_UNTYPED_NULL, e->at, "nothing gives this NULL a type");
    }
    return OK;
}

/* ---- from the query's columns to those of the plan ---- */

struct place {
    struct arena *arena;
    uint32_t      n_args;
    uint32_t      n_table;
};

static struct expr *place_leaf(void *arg, struct expr *leaf)
{
    const struct place *p = arg;
    if (leaf->kind != EXPR_COLUMN) return leaf;
    struct expr *out = arena_dup(p->arena, leaf, sizeof *leaf);
    out->column = leaf->column >= OUTER_BASE ? leaf->column - OUTER_BASE
                  : leaf->column >= AGG_BASE ? leaf->column - AGG_BASE + p->n_args + p->n_table
                                             : leaf->column + p->n_args;
    return out;
}

static bool reads_args(const struct expr *e, uint32_t n_args)
{
    if (e->kind == EXPR_COLUMN && e->column < n_args) return true;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (reads_args(e->args[i], n_args)) return true;
    }
    return false;
}

/* WHERE as what is decided once and the rest. */
static void split_where(struct binder *b, struct expr *where, struct plan_subquery *s,
                        struct expr **rest)
{
    bool keyed = b->catalog->tables.items[s->table].n_lookup_key > 0; /* rows are not known before */
    struct expr_list parts = { 0 };
    expr_conjuncts(b->arena, where, &parts);
    for (size_t i = 0; i < parts.count; i++) {
        struct expr *part = parts.items[i];
        bool once = !keyed && !reads_args(part, s->n_args) && (!*rest || !expr_can_fault(part));
        struct expr **to = once ? &s->filter : rest;
        *to = expr_and(b->arena, *to, part);
    }
}

/* The keys of a condition, and what is left of it. */
static struct status split_keys(struct binder *b, const struct plan_subquery *s,
                                struct expr *condition, struct plan_lookup *out)
{
    struct plan_node input = { .out.n_columns = s->n_args };
    struct plan_node *inputs[] = { &input };
    const struct plan_table *t = &b->catalog->tables.items[s->table];
    struct plan_node lookup = { .inputs = inputs,
                                .n_inputs = 1,
                                .lookup.lookup_key = t->lookup_key,
                                .lookup.n_lookup_key = t->n_lookup_key };
    TRY(join_split(b, &lookup, condition));
    *out = lookup.lookup;
    return OK;
}

static void place_aggs(const struct inner *in, struct place *p, struct plan_subquery *s)
{
    s->n_aggs = in->n_aggs;
    s->aggs = arena_dup(p->arena, in->aggs, in->n_aggs * sizeof *in->aggs);
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        struct plan_agg *g = &s->aggs[i];
        g->args = arena_dup(p->arena, g->args, g->n_args * sizeof *g->args);
        for (uint32_t k = 0; k < g->n_args; k++)
            g->args[k] = expr_map(p->arena, g->args[k], place_leaf, p);
    }
}

static struct status place_parts(struct binder *b, struct inner *in, struct expr *match,
                                 struct plan_subquery *s)
{
    struct place p = { b->arena, (uint32_t)in->outer.args.count,
                       b->catalog->tables.items[s->table].schema.n_columns };
    s->n_args = p.n_args;
    if (in->n_aggs) place_aggs(in, &p, s);
    struct expr *rest = NULL;
    if (in->where) split_where(b, expr_map(b->arena, in->where, place_leaf, &p), s, &rest);
    struct plan_lookup keys = { 0 };
    TRY(split_keys(b, s, rest, &keys));
    s->condition = keys.condition;
    if (s->kind == SUBQUERY_SCALAR) {
        s->value = expr_map(b->arena, in->items[0], place_leaf, &p);
    } else if (match) {
        s->match = expr_map(b->arena, match, place_leaf, &p);
    }
    if (s->match && !rest && !expr_can_fault(s->match)) {
        /* x IN (SELECT column ...): one look-up says it all. */
        struct plan_lookup whole = { 0 };
        TRY(split_keys(b, s, s->match, &whole));
        if (whole.n_keys == 1 && !whole.condition) {
            keys = whole;
            s->match = NULL;
        }
    }
    s->keys = keys.stream_keys;
    s->table_keys = keys.table_keys;
    s->n_keys = keys.n_keys;
    return OK;
}

static bool faults(const struct expr *e)
{
    return e && expr_can_fault(e);
}

static bool subquery_can_fault(const struct plan_subquery *s)
{
    bool any = s->kind == SUBQUERY_SCALAR; /* of several rows */
    for (uint32_t i = 0; i < s->n_keys; i++) any = any || expr_can_fault(s->keys[i]);
    return any || faults(s->filter) || faults(s->condition) || faults(s->match);
}

static struct expr *subquery_expr(struct binder *b, const struct plan_subquery *s,
                                  const struct ast_expr *e, const struct inner *in)
{
    struct type t = s->kind == SUBQUERY_SCALAR ? s->value->type : type_of(TYPE_BOOLEAN);
    struct expr *out =
        expr_new(b->arena, EXPR_SUBQUERY, t, e->at, in->outer.args.items, s->n_args);
    out->subquery = s;
    return out;
}

/* COALESCE(value, 0) */
static struct status zero_for_none(struct bind_env *env, const struct ast_expr *e,
                                   struct expr **value)
{
    struct ast_expr zero = { .kind = AST_NUMBER, .text = str_c("0"), .at = e->at, .depth = 1 };
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 2);
    args[0] = *value;
    TRY(bind_expr(env, &zero, &args[1]));
    TRY(bind_cast(env->b, args[1], args[0]->type, true, e->at, &args[1]));
    *value = expr_new(env->b->arena, EXPR_COALESCE, args[0]->type, e->at, args, 2);
    return OK;
}

/* ---- LOOKUP('table', 'column', key, ...) ---- */

/* A text as a name: as it stands, else in upper case, as names without quotes are kept. */
static int column_named(struct binder *b, const struct schema *s, struct str name)
{
    int exact = schema_find(s, name);
    return exact >= 0 ? exact : schema_find(s, str_upper_ascii(b->arena, name));
}

static struct status find_table(struct binder *b, const struct ast_expr *e, uint32_t *out)
{
    const struct ast_expr *name = e->args[0];
    const struct relation *r = catalog_relation(b->catalog, name->text);
    if (!r) r = catalog_relation(b->catalog, str_upper_ascii(b->arena, name->text));
    if (r && r->kind == RELATION_TABLE) {
        *out = r->index;
        return OK;
    }
    struct status st = status_new(b->arena, ERR_UNKNOWN_RELATION, name->at,
                                  "no reference table \"%.*s\" to look up in",
                                  STR_ARG(name->text));
    if (!r && binder_has_failed(b, name->text)) return binder_silent(st);
    return status_with_hint(st, r ? "it is a stream or view"
                                  : catalog_nearest(b->catalog, NAMES_RELATIONS, name->text));
}

static struct status check_lookup(struct binder *b, const struct ast_expr *e)
{
    bool names = e->n_args >= 3 && e->args[0]->kind == AST_STRING && e->args[1]->kind == AST_STRING;
    if (names) return OK;
    struct status st = status_new(b->arena, ERR_INVALID_PARAMETER, e->at,
                                  "LOOKUP takes the names of a table and of its column, written "
                                  "out as texts, and the key");
    return status_with_hint(st, "for example LOOKUP('devices', 'model', device_id)");
}

/* The columns that the keys are compared with: the primary key, or without one the first of the table. */
static struct status lookup_columns(struct binder *b, const struct ast_expr *e,
                                    const struct plan_table *t, struct expr **out)
{
    uint32_t n = e->n_args - 2, n_wanted = t->n_primary_key ? t->n_primary_key : n;
    if (n != n_wanted || n > t->schema.n_columns) {
        return status_new(b->arena, ERR_COLUMN_COUNT, e->at,
                          "the key of table \"%.*s\" has %u columns, LOOKUP gives %u",
                          STR_ARG(t->name),
                          t->n_primary_key ? t->n_primary_key : t->schema.n_columns, n);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = t->n_primary_key ? t->primary_key[i] : i;
        out[i] = expr_column(b->arena, c, t->schema.columns[c].type, e->args[2 + i]->at);
    }
    return OK;
}

static struct status bind_lookup_row(struct bind_env *env, const struct ast_expr *e,
                                     const struct plan_table *t, struct inner *in)
{
    struct binder *b = env->b;
    int column = column_named(b, &t->schema, e->args[1]->text);
    if (column < 0) {
        return status_new(b->arena, ERR_UNKNOWN_COLUMN, e->args[1]->at,
                          "no column \"%.*s\" in table \"%.*s\"", STR_ARG(e->args[1]->text),
                          STR_ARG(t->name));
    }
    uint32_t n = e->n_args - 2;
    struct expr **columns = ARENA_ARRAY(b->arena, struct expr *, n);
    struct expr **asked = ARENA_ARRAY(b->arena, struct expr *, n);
    TRY(lookup_columns(b, e, t, columns));
    for (uint32_t i = 0; i < n; i++) {
        struct expr *x;
        TRY(bind_expr(env, e->args[2 + i], &x));
        asked[i] = expr_is_constant(x) ? x : scope_outer(b, &in->outer, x);
    }
    in->items = ARENA_ARRAY(b->arena, struct expr *, 1);
    in->items[0] = expr_column(b->arena, (uint32_t)column, t->schema.columns[column].type, e->at);
    in->n_items = 1;
    return bind_equal_values(env, e->at, asked, columns, n, &in->where);
}

struct status bind_lookup_call(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    static const struct scope empty;
    struct binder *b = env->b;
    struct inner in = { .outer.scope = env->scope ? env->scope : &empty };
    TRY(check_lookup(b, e));
    TRY(find_table(b, e, &in.table));
    const struct plan_table t = b->catalog->tables.items[in.table];
    TRY(bind_lookup_row(env, e, &t, &in));
    struct plan_subquery *s = ARENA_NEW(b->arena, struct plan_subquery);
    s->kind = SUBQUERY_SCALAR;
    s->table = in.table;
    TRY(place_parts(b, &in, NULL, s));
    s->can_fault = true;
    s->must_match = plan_table_must_match(&t);
    s->at = e->at;
    s->number = (uint32_t)b->catalog->subqueries.count;
    *array_push(b->arena, &b->catalog->subqueries) = s;
    *out = subquery_expr(b, s, e, &in);
    return OK;
}

/* EXISTS is TRUE of it, and IN is a comparison with its value. */
static struct status ask_one_row(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct binder *b = env->b;
    *out = expr_boolean(b->arena, true, e->at);
    if (e->kind == AST_IN) {
        struct ast_expr *value = arena_dup(b->arena, e, sizeof *e);
        *value = (struct ast_expr){ .kind = AST_SUBQUERY, .at = e->at, .query = e->query,
                                    .depth = e->depth };
        struct expr *left, *right;
        TRY(bind_expr(env, e->args[0], &left));
        TRY(bind_subquery(env, value, &right));
        TRY(bind_equal_values(env, e->at, &left, &right, 1, out));
    }
    return e->negated ? bind_not(env, e->at, *out, out) : OK;
}

/* x IN (A UNION B) as x IN (A) OR x IN (B), and EXISTS so, where a side names the row outside. */
static struct status ask_sides(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    struct arena *a = env->b->arena;
    struct ast_query *queries[] = { e->query->left, e->query->right };
    struct ast_expr *sides[2];
    for (int i = 0; i < 2; i++) {
        sides[i] = arena_dup(a, e, sizeof *e);
        sides[i]->query = queries[i];
        sides[i]->negated = false;
    }
    struct ast_expr either = { .kind = AST_CALL, .name = str_c("OR"), .at = e->at, .args = sides,
                               .n_args = 2, .depth = e->depth };
    TRY(bind_expr(env, &either, out));
    return e->negated ? bind_not(env, e->at, *out, out) : OK;
}

static bool is_union_outside(struct binder *b, const struct ast_expr *e)
{
    const struct ast_query *q = e->query;
    bool sides = q->kind == QUERY_UNION && !q->limit &&
                 q->n_order == 0 && q->n_with == 0;
    struct result r = { 0 };
    return e->kind != AST_SUBQUERY && sides && bind_query(b, q, NULL, &r).err != ERR_NONE;
}

static struct status bind_subquery_inside(struct bind_env *env, const struct ast_expr *e,
                                          struct expr **out)
{
    static const struct scope empty;
    struct binder *b = env->b;
    struct inner in = { .outer.scope = env->scope ? env->scope : &empty };
    if (is_union_outside(b, e)) return ask_sides(env, e, out);
    TRY(bind_inner(env, e->query, &in));
    bool values = e->kind == AST_IN && (e->args[0]->kind == AST_ROW || in.n_items != 1);
    if (in.one_row && e->kind != AST_SUBQUERY && !values) return ask_one_row(env, e, out);
    struct plan_subquery *s = ARENA_NEW(b->arena, struct plan_subquery);
    s->kind = e->kind == AST_EXISTS ? SUBQUERY_EXISTS
              : e->kind == AST_IN   ? SUBQUERY_IN
                                    : SUBQUERY_SCALAR;
    s->table = in.table;
    struct expr *match = NULL;
    if (s->kind == SUBQUERY_IN) TRY(bind_match(env, e, &in, &match));
    if (s->kind == SUBQUERY_SCALAR) TRY(check_value(b, e, &in));
    s->distinct = e->query->kind == QUERY_SELECT && e->query->distinct;
    TRY(place_parts(b, &in, match, s));
    s->can_fault = subquery_can_fault(s);
    s->at = e->at;
    s->number = (uint32_t)b->catalog->subqueries.count;
    *array_push(b->arena, &b->catalog->subqueries) = s;
    *out = subquery_expr(b, s, e, &in);
    if (in.counts && s->kind == SUBQUERY_SCALAR) TRY(zero_for_none(env, e, out));
    return e->negated ? bind_not(env, e->at, *out, out) : OK;
}

struct status bind_subquery(struct bind_env *env, const struct ast_expr *e, struct expr **out)
{
    TRY(binder_enter(env->b, e->at));
    struct status st = bind_subquery_inside(env, e, out);
    binder_leave(env->b);
    return st;
}
