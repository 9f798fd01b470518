/*
 * personal_equal.c: columns that are equal to a PERSONAL value, because a row is there only if they are.
 *
 * A condition is walked down to its comparisons. What it says of a part of a value, or of an order, marks nothing.
 */

#include "sql/personal_flow.h"

static void mark_read(const struct expr *e, const struct trace *t, struct row_ways row)
{
    if (e->kind == EXPR_RELEASE || (e->kind == EXPR_CALL && e->call.fn->deidentifies)) return;
    if (e->kind == EXPR_COLUMN && e->column < row.n_columns && !row.columns[e->column])
        row.columns[e->column] = t;
    for (uint32_t i = 0; i < e->n_args; i++) mark_read(e->args[i], t, row);
}

static void meet_sides(struct flow *f, const struct expr *a, const struct expr *b,
                       struct row_ways row)
{
    const struct trace *left = flow_way(f, a, row), *right = flow_way(f, b, row);
    if (left && !right) mark_read(b, left, row);
    if (right && !left) mark_read(a, right, row);
}

static bool is_one_of(const struct expr *e, const char *const *names)
{
    while (*names && !expr_is_call(e, *names)) names++;
    return *names != NULL;
}

static void equate(struct flow *f, const struct expr *e, bool negated, struct row_ways row);

static bool is_column(const struct expr *e)
{
    while (e->kind == EXPR_CALL && e->implicit) e = e->args[0];
    return e->kind == EXPR_COLUMN;
}

/* What tells, when it is true, that its arguments are the same: a column as a pattern does, too, while one with
 * something around it says what is part of a value. */
static bool says_equal(const struct expr *e, bool negated)
{
    static const char *const same[] = { "=", "IS NOT DISTINCT FROM", NULL };
    static const char *const other[] = { "<>", "IS DISTINCT FROM", NULL };
    static const char *const like[] = { "LIKE", "SIMILAR TO", NULL };
    static const char *const unlike[] = { "NOT LIKE", "NOT SIMILAR TO", NULL };
    return is_one_of(e, negated ? other : same) ||
           (is_one_of(e, negated ? unlike : like) && is_column(e->args[1]));
}

/* Whether the condition is true where its argument is false, or not true. */
static bool turns(const struct expr *e)
{
    static const char *const names[] = { "NOT", "IS FALSE", "IS NOT TRUE", NULL };
    return is_one_of(e, names);
}

static bool is_made_of_conditions(const struct expr *e)
{
    static const char *const names[] = { "IS TRUE", "IS NOT FALSE", NULL };
    return e->kind == EXPR_AND || e->kind == EXPR_OR || e->kind == EXPR_CASE ||
           e->kind == EXPR_COALESCE || turns(e) || is_one_of(e, names);
}

/* A row of the table is there that the conditions hold for: what they make equal to it holds its value. */
static void equate_found(struct flow *f, const struct expr *e, struct row_ways row)
{
    const struct plan_subquery *s = e->subquery;
    struct row_ways inner = flow_subquery_row(f, e, row);
    for (uint32_t i = 0; i < s->n_keys; i++) {
        const struct expr column = { .kind = EXPR_COLUMN, .column = s->n_args + s->table_keys[i] };
        meet_sides(f, s->keys[i], &column, inner);
    }
    if (s->condition) equate(f, s->condition, false, inner);
    for (uint32_t i = 0; i < s->n_args; i++) {
        if (inner.columns[i]) mark_read(e->args[i], inner.columns[i], row);
    }
}

/* What one of several conditions would make equal is marked as well: the others may never be true. */
static void equate(struct flow *f, const struct expr *e, bool negated, struct row_ways row)
{
    if (is_made_of_conditions(e)) {
        for (uint32_t i = 0; i < e->n_args; i++)
            equate(f, e->args[i], negated != turns(e), row);
    } else if (e->kind == EXPR_SUBQUERY && e->subquery->kind == SUBQUERY_IN && !negated) {
        const struct trace *t = flow_way(f, e, row);
        for (uint32_t i = 0; t && i < e->n_args; i++) mark_read(e->args[i], t, row);
    } else if (e->kind == EXPR_SUBQUERY && e->subquery->kind == SUBQUERY_EXISTS && !negated) {
        equate_found(f, e, row);
    } else if (says_equal(e, negated)) {
        meet_sides(f, e->args[0], e->args[1], row);
    }
}

/* The conditions that the rows of a node fulfil; its columns are the first of the row. */
static void equate_node(struct flow *f, const struct plan_node *n, struct row_ways row)
{
    if (n->kind == PLAN_FILTER) equate(f, n->predicate, false, row);
    for (uint32_t i = 0; n->kind == PLAN_LOOKUP && i < n->lookup.n_keys; i++) {
        const struct expr column = { .kind = EXPR_COLUMN,
                                     .column = n->inputs[0]->out.n_columns +
                                               n->lookup.table_keys[i] };
        meet_sides(f, n->lookup.stream_keys[i], &column, row);
    }
    for (uint32_t i = 0; n->kind == PLAN_JOIN && i < n->join.n_keys; i++)
        meet_sides(f, n->join.sides[0].keys[i], n->join.sides[1].keys[i], row);
    const struct expr *on = n->kind == PLAN_LOOKUP ? n->lookup.condition
                            : n->kind == PLAN_JOIN ? n->join.condition
                                                   : NULL;
    if (on) equate(f, on, false, row);
    if (n->kind == PLAN_FILTER || n->kind == PLAN_LOOKUP || n->kind == PLAN_JOIN)
        equate_node(f, n->inputs[0], row);
}

static uint32_t count_marked(struct row_ways row)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < row.n_columns; i++) n += row.columns[i] != NULL;
    return n;
}

void flow_fulfil(struct flow *f, const struct plan_node *n, struct row_ways row)
{
    uint32_t before;
    do {
        before = count_marked(row);
        equate_node(f, n, row);
    } while (count_marked(row) > before);
}
