/* ast_print_query.c: windows, FROM clauses and queries back to SQL. */

#include "sql/ast_print.h"

static void print_exprs(struct buf *out, struct ast_expr *const *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_append_c(out, ", ");
        ast_print_expr(out, items[i]);
    }
}

static void print_names(struct buf *out, const struct ast_name *names, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_append_c(out, ", ");
        ast_print_name(out, &names[i]);
    }
}

/* " (a, b)", or nothing. */
static void print_name_list(struct buf *out, const struct ast_name *names, uint32_t n)
{
    if (n == 0) return;
    buf_append_c(out, " (");
    print_names(out, names, n);
    buf_append_char(out, ')');
}

/* ---- windows ---- */

static void print_order(struct buf *out, const struct ast_order *items, uint32_t n)
{
    buf_append_c(out, "ORDER BY ");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_append_c(out, ", ");
        ast_print_expr(out, items[i].expr);
        if (items[i].descending) buf_append_c(out, " DESC");
    }
}

static void print_bound(struct buf *out, const struct ast_bound *b)
{
    if (b->offset) ast_print_expr(out, b->offset);
    switch (b->kind) {
    case BOUND_CURRENT_ROW: buf_append_c(out, "CURRENT ROW"); break;
    case BOUND_PRECEDING: buf_append_c(out, " PRECEDING"); break;
    case BOUND_FOLLOWING: buf_append_c(out, " FOLLOWING"); break;
    case BOUND_UNBOUNDED_PRECEDING: buf_append_c(out, "UNBOUNDED PRECEDING"); break;
    case BOUND_UNBOUNDED_FOLLOWING: buf_append_c(out, "UNBOUNDED FOLLOWING"); break;
    }
}

static void print_frame(struct buf *out, const struct ast_window *w)
{
    if (w->frame == FRAME_NONE) return;
    buf_append_c(out, w->frame == FRAME_ROWS ? "ROWS " : "RANGE ");
    if (w->end.kind == BOUND_CURRENT_ROW) {
        print_bound(out, &w->start);
        return;
    }
    buf_append_c(out, "BETWEEN ");
    print_bound(out, &w->start);
    buf_append_c(out, " AND ");
    print_bound(out, &w->end);
}

/* A blank between the parts of a window. */
static void part(struct buf *out, size_t start)
{
    if (out->len > start) buf_append_char(out, ' ');
}

void ast_print_window(struct buf *out, const struct ast_window *w)
{
    if (w->only_name) {
        ast_print_name(out, &w->base);
        return;
    }
    buf_append_char(out, '(');
    size_t start = out->len;
    if (w->base.text.len > 0) ast_print_name(out, &w->base);
    if (w->n_partition > 0) {
        part(out, start);
        buf_append_c(out, "PARTITION BY ");
        print_exprs(out, w->partition, w->n_partition);
    }
    if (w->n_order > 0) {
        part(out, start);
        print_order(out, w->order, w->n_order);
    }
    if (w->frame != FRAME_NONE) part(out, start);
    print_frame(out, w);
    buf_append_char(out, ')');
}

/* ---- FROM ---- */

static void print_table_args(struct buf *out, const struct ast_from *f)
{
    buf_append_c(out, "TABLE(");
    ast_print_name(out, &f->name);
    buf_append_char(out, '(');
    for (uint32_t i = 0; i < f->n_args; i++) {
        const struct ast_table_arg *arg = &f->args[i];
        if (i > 0) buf_append_c(out, ", ");
        if (arg->cursor) {
            buf_append_c(out, "CURSOR(");
            ast_print_query(out, arg->cursor);
            buf_append_char(out, ')');
            continue;
        }
        if (arg->name.text.len > 0) {
            ast_print_name(out, &arg->name);
            buf_append_c(out, " => ");
        }
        ast_print_expr(out, arg->expr);
    }
    buf_append_c(out, "))");
}

static void print_join_side(struct buf *out, const struct ast_from *f, bool parens)
{
    if (parens) buf_append_char(out, '(');
    ast_print_from(out, f);
    if (parens) buf_append_char(out, ')');
}

static void print_join(struct buf *out, const struct ast_from *f)
{
    static const char *const words[] = {
        [JOIN_INNER] = "JOIN",
        [JOIN_LEFT] = "LEFT JOIN",
        [JOIN_RIGHT] = "RIGHT JOIN",
        [JOIN_FULL] = "FULL JOIN",
        [JOIN_CROSS] = "CROSS JOIN",
    };
    /* a, b JOIN c is a, (b JOIN c) without parentheses; elsewhere the right side needs them. */
    bool right_join = f->right->kind == FROM_JOIN && (!f->comma || f->right->comma);
    bool left_comma = f->left->kind == FROM_JOIN && f->left->comma && !f->comma;
    print_join_side(out, f->left, left_comma);
    if (f->comma) {
        buf_append_c(out, ", ");
    } else {
        buf_printf(out, " %s%s ", f->natural ? "NATURAL " : "", words[f->join]);
    }
    print_join_side(out, f->right, right_join);
    if (f->on) {
        buf_append_c(out, " ON ");
        ast_print_expr(out, f->on);
    }
    if (f->n_using > 0) {
        buf_append_c(out, " USING");
        print_name_list(out, f->using_columns, f->n_using);
    }
}

void ast_print_from(struct buf *out, const struct ast_from *f)
{
    switch (f->kind) {
    case FROM_JOIN: print_join(out, f); return;
    case FROM_RELATION:
        if (f->qualifier.text.len > 0) {
            ast_print_name(out, &f->qualifier);
            buf_append_char(out, '.');
        }
        ast_print_name(out, &f->name);
        break;
    case FROM_TABLE_FN: print_table_args(out, f); break;
    case FROM_QUERY:
    case FROM_VALUES:
        buf_append_char(out, '(');
        ast_print_query(out, f->query);
        buf_append_char(out, ')');
        break;
    }
    if (f->over) {
        buf_append_c(out, " OVER ");
        ast_print_window(out, f->over);
    }
    if (f->alias.text.len == 0) return;
    buf_append_c(out, " AS ");
    ast_print_name(out, &f->alias);
    print_name_list(out, f->columns, f->n_columns);
}

/* ---- queries ---- */

static void print_item(struct buf *out, const struct ast_item *item)
{
    ast_print_expr(out, item->expr);
    if (item->alias.text.len == 0) return;
    buf_append_c(out, " AS ");
    ast_print_name(out, &item->alias);
}

static void print_group(struct buf *out, const struct ast_query *q)
{
    if (q->stagger) {
        buf_append_c(out, " WINDOWED BY STAGGER (PARTITION BY ");
        print_exprs(out, q->group, q->n_group);
        buf_append_c(out, " RANGE ");
        ast_print_expr(out, q->stagger_range);
        buf_append_char(out, ')');
    } else if (q->n_group > 0) {
        buf_append_c(out, " GROUP BY ");
        print_exprs(out, q->group, q->n_group);
    }
}

static void print_condition(struct buf *out, const char *word, const struct ast_expr *e)
{
    if (!e) return;
    buf_printf(out, " %s ", word);
    ast_print_expr(out, e);
}

static void print_windows(struct buf *out, const struct ast_query *q)
{
    for (uint32_t i = 0; i < q->n_windows; i++) {
        buf_append_c(out, i == 0 ? " WINDOW " : ", ");
        ast_print_name(out, &q->windows[i].name);
        buf_append_c(out, " AS ");
        ast_print_window(out, q->windows[i].window);
    }
}

static void print_select(struct buf *out, const struct ast_query *q)
{
    buf_append_c(out, "SELECT ");
    if (q->stream) buf_append_c(out, "STREAM ");
    if (q->distinct) buf_append_c(out, "DISTINCT ");
    for (uint32_t i = 0; i < q->n_items; i++) {
        if (i > 0) buf_append_c(out, ", ");
        print_item(out, &q->items[i]);
    }
    if (q->from) {
        buf_append_c(out, " FROM ");
        ast_print_from(out, q->from);
    }
    print_condition(out, "WHERE", q->where);
    print_group(out, q);
    print_condition(out, "HAVING", q->having);
    print_windows(out, q);
}

static void print_values(struct buf *out, const struct ast_query *q)
{
    buf_append_c(out, "VALUES ");
    for (uint32_t i = 0; i < q->n_rows; i++) {
        if (i > 0) buf_append_c(out, ", ");
        buf_append_char(out, '(');
        print_exprs(out, q->rows[i]->args, q->rows[i]->n_args);
        buf_append_char(out, ')');
    }
}

static int set_rank(const struct ast_query *q)
{
    if (q->n_with > 0 || q->n_order > 0 || q->limit) return 0;
    switch (q->kind) {
    case QUERY_UNION:
    case QUERY_EXCEPT: return 1;
    case QUERY_INTERSECT: return 2;
    default: return 3;
    }
}

static void print_operand(struct buf *out, const struct ast_query *q, int rank)
{
    bool parens = set_rank(q) < rank;
    if (parens) buf_append_char(out, '(');
    ast_print_query(out, q);
    if (parens) buf_append_char(out, ')');
}

static void print_set(struct buf *out, const struct ast_query *q)
{
    int rank = q->kind == QUERY_INTERSECT ? 2 : 1;
    print_operand(out, q->left, rank);
    buf_append_c(out, q->kind == QUERY_UNION ? " UNION " : q->kind == QUERY_EXCEPT ? " EXCEPT "
                                                                                   : " INTERSECT ");
    if (q->all) buf_append_c(out, "ALL ");
    print_operand(out, q->right, rank + 1);
}

void ast_print_query(struct buf *out, const struct ast_query *q)
{
    for (uint32_t i = 0; i < q->n_with; i++) {
        buf_append_c(out, i == 0 ? "WITH " : ", ");
        ast_print_name(out, &q->with_names[i]);
        buf_append_c(out, " AS (");
        ast_print_query(out, q->with_queries[i]);
        buf_append_char(out, ')');
    }
    if (q->n_with > 0) buf_append_char(out, ' ');
    switch (q->kind) {
    case QUERY_SELECT: print_select(out, q); break;
    case QUERY_VALUES: print_values(out, q); break;
    default: print_set(out, q); break;
    }
    if (q->n_order > 0) {
        buf_append_char(out, ' ');
        print_order(out, q->order, q->n_order);
    }
    print_condition(out, "WITHIN", q->within);
    print_condition(out, "LIMIT", q->limit);
}
