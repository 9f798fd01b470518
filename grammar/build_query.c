/*
 * build_query.c: nodes of queries, windows, FROM clauses and statements.
 *
 * What can only be wrong because of how it is written is refused here, in words: a PATH in a
 * stream, a function without a body. What depends on what names mean is left to the binder.
 */

#include "grammar/build.h"

/* ---- windows ---- */

static void raise_exprs(struct parse *p, uint16_t *height, struct ast_expr *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (items[i]) build_raise(p, height, items[i]->depth);
    }
}

static void raise_order(struct parse *p, uint16_t *height, const struct ast_order *items, size_t n)
{
    for (size_t i = 0; i < n; i++) build_raise(p, height, items[i].expr->depth);
}

void build_raise_window(struct parse *p, uint16_t *height, const struct ast_window *w)
{
    raise_exprs(p, height, w->partition, w->n_partition);
    raise_order(p, height, w->order, w->n_order);
    raise_exprs(p, height, (struct ast_expr *const[]){ w->start.offset, w->end.offset }, 2);
}

struct ast_window *build_window(struct parse *p, struct span at, struct ast_name base,
                                struct expr_list partition, struct order_part order,
                                struct frame_part frame)
{
    struct ast_window *w = ARENA_NEW(p->arena, struct ast_window);
    w->base = base;
    w->partition = partition.items;
    w->n_partition = (uint32_t)partition.count;
    w->order = order.list.items;
    w->n_order = (uint32_t)order.list.count;
    w->frame = (__typeof__(w->frame))frame.kind;
    w->start = frame.start;
    w->end = frame.end;
    w->at = build_span(p, at);
    if (order.within) {
        build_fault(p, ERR_BAD_WINDOW, order.within->at, NULL,
                    "WITHIN is not allowed in a window, only in the ORDER BY of a query");
    }
    return w;
}

struct ast_window *build_window_name(struct parse *p, struct ast_name name)
{
    struct ast_window *w = ARENA_NEW(p->arena, struct ast_window);
    w->base = name;
    w->only_name = true;
    w->at = name.at;
    return w;
}

/* ---- queries ---- */

struct ast_query *build_query(struct parse *p, enum ast_query_kind kind, struct span at)
{
    struct ast_query *q = ARENA_NEW(p->arena, struct ast_query);
    q->kind = kind;
    q->at = build_span(p, at);
    q->depth = 1;
    return q;
}

struct ast_query *build_set(struct parse *p, enum ast_query_kind kind, struct ast_query *left,
                            bool all, struct ast_query *right)
{
    struct ast_query *q = build_query(p, kind, left->at);
    q->left = left;
    q->right = right;
    q->all = all;
    build_raise(p, &q->depth, left->depth);
    build_raise(p, &q->depth, right->depth);
    return q;
}

struct ast_query *build_values(struct parse *p, struct span at, struct expr_list rows)
{
    struct ast_query *q = build_query(p, QUERY_VALUES, at);
    q->rows = rows.items;
    q->n_rows = (uint32_t)rows.count;
    raise_exprs(p, &q->depth, rows.items, rows.count);
    return q;
}

static void set_windows(struct parse *p, struct ast_query *q, struct window_list windows)
{
    q->windows = windows.items;
    q->n_windows = (uint32_t)windows.count;
    for (size_t i = 0; i < windows.count; i++) {
        build_raise_window(p, &q->depth, windows.items[i].window);
    }
}

static void set_group(struct parse *p, struct ast_query *q, struct group_part group)
{
    q->group = group.exprs.items;
    q->n_group = (uint32_t)group.exprs.count;
    q->stagger = group.stagger_range != NULL;
    q->stagger_range = group.stagger_range;
    q->group_at = group.at;
    raise_exprs(p, &q->depth, q->group, q->n_group);
}

struct ast_query *build_select(struct parse *p, struct span at, struct select_mode mode,
                               struct item_list items, struct ast_from *from,
                               struct ast_expr *where,
                               struct group_part group, struct ast_expr *having,
                               struct window_list windows)
{
    struct ast_query *q = build_query(p, QUERY_SELECT, at);
    q->stream = mode.stream;
    q->distinct = mode.distinct;
    q->items = items.items;
    q->n_items = (uint32_t)items.count;
    for (size_t i = 0; i < items.count; i++) build_raise(p, &q->depth, items.items[i].expr->depth);
    q->from = from;
    if (from) build_raise(p, &q->depth, from->depth);
    q->where = where;
    q->having = having;
    set_group(p, q, group);
    set_windows(p, q, windows);
    raise_exprs(p, &q->depth, (struct ast_expr *const[]){ where, having, q->stagger_range }, 3);
    return q;
}

struct ast_query *build_order(struct parse *p, struct ast_query *q, struct order_part order,
                              struct ast_expr *limit)
{
    if (order.list.count == 0 && !limit) return q;
    if (q->n_order > 0 || q->limit) {
        build_fault(p, ERR_NOT_SUPPORTED, order.list.count > 0 ? order.at : limit->at,
                    "put the inner query into FROM",
                    "the query in parentheses has an ORDER BY or LIMIT of its own");
        return q;
    }
    q->order = order.list.items;
    q->n_order = (uint32_t)order.list.count;
    q->order_at = order.at;
    q->within = order.within;
    q->limit = limit;
    q->at = build_span(p, q->at);
    raise_order(p, &q->depth, q->order, q->n_order);
    raise_exprs(p, &q->depth, (struct ast_expr *const[]){ q->within, limit }, 2);
    return q;
}

struct ast_query *build_with(struct parse *p, struct span at, struct with_part with,
                             struct ast_query *q)
{
    if (q->n_with > 0) {
        build_fault(p, ERR_NOT_SUPPORTED, at, "list all names behind one WITH",
                    "the query in parentheses has a WITH of its own");
        return q;
    }
    q->with_names = with.names.items;
    q->with_queries = with.queries;
    q->n_with = (uint32_t)with.names.count;
    q->at = build_span(p, at);
    for (uint32_t i = 0; i < q->n_with; i++) build_raise(p, &q->depth, with.queries[i]->depth);
    return q;
}

/* ---- FROM ---- */

static struct ast_from *from_new(struct parse *p, enum ast_from_kind kind, struct span at)
{
    struct ast_from *f = ARENA_NEW(p->arena, struct ast_from);
    f->kind = kind;
    f->at = build_span(p, at);
    f->depth = 1;
    return f;
}

struct ast_from *build_relation(struct parse *p, struct ast_name qualifier, struct ast_name name)
{
    bool qualified = qualifier.text.len > 0;
    struct ast_from *f = from_new(p, FROM_RELATION, qualified ? qualifier.at : name.at);
    f->qualifier = qualifier;
    f->name = name;
    return f;
}

struct ast_from *build_from_query(struct parse *p, struct span at, struct ast_query *q)
{
    bool values = q->kind == QUERY_VALUES && q->n_with == 0 && q->n_order == 0 && !q->limit;
    struct ast_from *f = from_new(p, values ? FROM_VALUES : FROM_QUERY, at);
    f->query = q;
    build_raise(p, &f->depth, q->depth);
    return f;
}

struct ast_from *build_from_function(struct parse *p, struct span at, const struct token *name,
                                     struct arg_list args)
{
    struct ast_from *f = from_new(p, FROM_TABLE_FN, at);
    f->name = build_name(name);
    f->args = args.items;
    f->n_args = (uint32_t)args.count;
    for (size_t i = 0; i < args.count; i++) {
        const struct ast_table_arg *arg = &args.items[i];
        build_raise(p, &f->depth, arg->cursor ? arg->cursor->depth : arg->expr->depth);
    }
    return f;
}

void build_alias(struct parse *p, struct ast_from *from, struct alias_part alias)
{
    from->alias = alias.name;
    from->columns = alias.columns.items;
    from->n_columns = (uint32_t)alias.columns.count;
    from->at = build_span(p, from->at);
}

void build_over(struct parse *p, struct ast_from *from, struct ast_window *w)
{
    from->over = w;
    from->at = build_span(p, from->at);
    build_raise_window(p, &from->depth, w);
}

struct ast_from *build_join(struct parse *p, struct ast_from *left, int kind,
                            struct ast_from *right)
{
    struct ast_from *f = from_new(p, FROM_JOIN, left->at);
    f->join = (__typeof__(f->join))kind;
    f->left = left;
    f->right = right;
    build_raise(p, &f->depth, left->depth);
    build_raise(p, &f->depth, right->depth);
    return f;
}

void build_on(struct parse *p, struct ast_from *join, struct ast_expr *on)
{
    join->on = on;
    join->at = build_span(p, join->at);
    build_raise(p, &join->depth, on->depth);
}

/* ---- statements ---- */

struct ast_statement *build_statement(struct parse *p, enum ast_statement_kind kind, struct span at)
{
    struct ast_statement *s = ARENA_NEW(p->arena, struct ast_statement);
    s->kind = kind;
    s->at = build_span(p, at);
    return s;
}

void build_body(struct parse *p, struct ast_statement *s, struct function_part part,
                struct ast_expr *body)
{
    s->body = body;
    s->null_on_null = part.null_on_null;
    s->external = part.external;
    s->external_at = part.external_at;
    bool cursor = s->returns_table;
    for (uint32_t i = 0; i < s->n_parameters; i++) cursor = cursor || s->parameters[i].cursor;
    if (part.language == 'S' && cursor) {
        build_fault(p, ERR_SYNTAX, s->name.at,
                    "CREATE FUNCTION f (c CURSOR) RETURNS TABLE LANGUAGE C EXTERNAL NAME 'f.so:f'",
                    "syntax error at line %u: a table function is written in C", s->name.at.line);
        return;
    }
    if (part.language == 'S' && (!body || part.has_external)) {
        build_fault(p, ERR_SYNTAX, s->name.at,
                    "CREATE FUNCTION f (x INTEGER) RETURNS INTEGER RETURN x + 1",
                    "syntax error at line %u: a function in SQL ends with RETURN expression%s",
                    s->name.at.line, part.has_external ? ", and has no EXTERNAL NAME" : "");
    }
    if (part.language == 'C' && (body || part.external.len == 0)) {
        build_fault(p, ERR_SYNTAX, s->name.at, "LANGUAGE C EXTERNAL NAME 'file.so:symbol'",
                    "syntax error at line %u: a function in C has EXTERNAL NAME instead of RETURN",
                    s->name.at.line);
    }
}

void build_columns(struct parse *p, struct ast_statement *s, struct column_list columns)
{
    s->columns = columns.items;
    s->n_columns = (uint32_t)columns.count;
    for (size_t i = 0; i < columns.count; i++) {
        const struct ast_column_def *c = &columns.items[i];
        if (c->has_path) {
            build_fault(p, ERR_NOT_ALLOWED_HERE, c->path_at, "paths belong into CREATE SOURCE",
                        "column \"%.*s\" of a stream has no PATH", STR_ARG(c->name.text));
        }
    }
}

void build_options(struct ast_statement *s, struct option_list options)
{
    s->options = options.items;
    s->n_options = (uint32_t)options.count;
}

static bool is_option_value(const struct ast_expr *e)
{
    switch (e->kind) {
    case AST_NULL:
    case AST_NUMBER:
    case AST_STRING:
    case AST_BINARY:
    case AST_BOOLEAN:
    case AST_DATETIME:
    case AST_INTERVAL: return true;
    case AST_COLUMN: return e->n_names == 1;
    case AST_CALL:
        return (str_equal_c(e->name, "NEG") || str_equal_c(e->name, "POS")) && e->n_args == 1 &&
               e->args[0]->kind == AST_NUMBER;
    case AST_ROW:
        for (uint32_t i = 0; i < e->n_args; i++) {
            if (e->args[i]->kind == AST_ROW || !is_option_value(e->args[i])) return false;
        }
        return true;
    default: return false;
    }
}

void build_option(struct parse *p, const struct ast_expr *value)
{
    if (is_option_value(value)) return;
    build_fault(p, ERR_BAD_OPTION, value->at,
                "write the value itself: 'text', 5, TRUE, INTERVAL '5' SECOND",
                "the value of an option is a literal or a word");
}
