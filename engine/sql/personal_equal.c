/*
 * personal_equal.c: columns that are equal to a PERSONAL value, because a row is there only if they are.
 *
 * A condition is walked down to its comparisons, with what is known where a row comes out: that they are true, or not
 * true, or that they take part in a value, which may be either. What is found equal is a set of origins, so that all
 * copies of a column are marked, whichever of them was compared and wherever they were made. Origins of columns that
 * are equal to each other are joined, so that a later comparison finds both:
 *
 *     SELECT B FROM (SELECT ROOM AS A, ROOM AS B, CODE, NAME ...) WHERE A = CODE AND CODE = NAME
 *     reads A, B: ROOM, CODE: CODE    A = CODE: A, B: ROOM CODE, CODE: ROOM CODE    CODE = NAME: all of them
 *
 * What a condition says of a part of a PERSONAL value, or of an order, marks nothing.
 */

#include "sql/personal_flow.h"

/* What is known of a condition. */
enum { IS_TRUE = 1, IS_FALSE = 2, EITHER = 3 };

/* low <= high */
struct order {
    const struct expr *low, *high;
};

/* The walk through the conditions of a row. */
struct meeting {
    struct flow          *f;
    struct row_ways       row; /* reads are joined in it */
    const struct origins *found;
    const struct trace   *by;
    ARRAY(struct order) bounds;
};

static struct arena *arena_of(const struct meeting *m)
{
    return m->f->b->arena;
}

static bool is_one_of(const struct expr *e, const char *const *names)
{
    while (*names && !expr_is_call(e, *names)) names++;
    return *names != NULL;
}

static const struct expr *without_casts(const struct expr *e)
{
    while (e->kind == EXPR_CALL && e->implicit) e = e->args[0];
    return e;
}

/* ---- what is equal ---- */

static void find(struct meeting *m, const struct origins *what, const struct trace *by)
{
    if (!what || !by) return;
    m->found = origins_join(arena_of(m), m->found, what);
    if (!m->by) m->by = by;
}

/* Columns that are equal to each other hold the same value from now on, and so do their copies. */
static void join_origins(struct meeting *m, const struct origins *x, const struct origins *y)
{
    const struct origins *both =
        origins_join(arena_of(m), x, y); /* shared: there may be many equalities */
    for (uint32_t i = 0; x && y && i < m->row.n_columns; i++) {
        const struct origins *old = m->row.columns[i].reads, *new = old;
        if (old == x || old == y) new = both;
        if (origins_meet(old, x)) new = origins_join(arena_of(m), new, y);
        if (origins_meet(old, y)) new = origins_join(arena_of(m), new, x);
        m->row.columns[i].reads = new;
    }
}

/* What an expression is made of, other than by its conditions. */
struct parts {
    const struct trace   *personal; /* one of them is */
    const struct origins *others;
};

static void take_parts(struct meeting *m, const struct expr *e, struct parts *p)
{
    bool opaque = e->kind == EXPR_AND || e->kind == EXPR_OR || e->kind == EXPR_SUBQUERY ||
                  (e->kind == EXPR_CALL && e->type.kind == TYPE_BOOLEAN) ||
                  expr_is_call(e, "POSITION") || flow_ends_at(m->f, e);
    if (e->kind == EXPR_COLUMN && e->column < m->row.n_columns) {
        const struct way *w = &m->row.columns[e->column];
        if (w->trace) p->personal = w->trace;
        else p->others = origins_join(arena_of(m), p->others, w->reads);
    }
    for (uint32_t i = 0; !opaque && i < e->n_args; i++) {
        bool condition = e->kind == EXPR_CASE && i % 2 == 0 && i + 1 < e->n_args;
        if (!condition) take_parts(m, e->args[i], p);
    }
}

/* x = y. Of a side that is PERSONAL itself the other parts are found: AGE - N = 0. */
static void meet_side(struct meeting *m, const struct expr *x, const struct trace *left,
                      const struct trace *right)
{
    if (!left) {
        find(m, flow_reads(m->f, x, m->row), right);
        return;
    }
    struct parts p = { 0 };
    take_parts(m, x, &p);
    if (right || p.personal) find(m, p.others, left);
}

static void meet(struct meeting *m, const struct expr *x, const struct expr *y)
{
    const struct trace *left = flow_way(m->f, x, m->row), *right = flow_way(m->f, y, m->row);
    if (!left && !right) {
        join_origins(m, flow_reads(m->f, x, m->row), flow_reads(m->f, y, m->row));
        return;
    }
    meet_side(m, x, left, right);
    meet_side(m, y, right, left);
}

/* ---- order ---- */

static void add_bound(struct meeting *m, const struct expr *low, const struct expr *high)
{
    *array_push(arena_of(m), &m->bounds) =
        (struct order){ without_casts(low), without_casts(high) };
}

static void take_bounds(struct meeting *m, const struct expr *e, unsigned known)
{
    const struct expr *x = e->args[0], *y = e->args[1];
    if ((expr_is_call(e, "<=") && known & IS_TRUE) || (expr_is_call(e, ">") && known & IS_FALSE))
        add_bound(m, x, y);
    if ((expr_is_call(e, ">=") && known & IS_TRUE) || (expr_is_call(e, "<") && known & IS_FALSE))
        add_bound(m, y, x);
}

/* Neither is less than the other: x BETWEEN NAME AND NAME. */
static void meet_bounds(struct meeting *m)
{
    for (size_t i = 0; i < m->bounds.count; i++) {
        const struct order *a = &m->bounds.items[i];
        for (size_t k = 0; k < i; k++) {
            const struct order *b = &m->bounds.items[k];
            if (expr_equal(a->low, b->high) && expr_equal(a->high, b->low))
                meet(m, a->low, a->high);
        }
    }
}

/* ---- patterns and parts ---- */

/* A column that a PERSONAL pattern fits has the value in it; a pattern that is a column has the value that it fits,
 * while one with something around it says what is part of a value. */
static void meet_pattern(struct meeting *m, const struct expr *x, const struct expr *pattern)
{
    bool whole = without_casts(pattern)->kind == EXPR_COLUMN;
    if (whole || flow_way(m->f, pattern, m->row)) meet(m, x, pattern);
}

static bool is_zero(const struct expr *e)
{
    e = without_casts(e);
    return e->kind == EXPR_CONSTANT && !e->constant.null && e->constant.type.kind == TYPE_INTEGER &&
           e->constant.i64 == 0;
}

/* POSITION(NAME IN x) is compared, but for = 0: x has the value in it. */
static void meet_position(struct meeting *m, const struct expr *e, unsigned known)
{
    for (int side = 0; side < 2; side++) {
        const struct expr *call = without_casts(e->args[side]);
        if (!expr_is_call(call, "POSITION")) continue;
        bool zero = is_zero(e->args[1 - side]);
        unsigned says = expr_is_call(e, "=")    ? (zero ? IS_FALSE : IS_TRUE)
                        : expr_is_call(e, "<>") ? (zero ? IS_TRUE : EITHER)
                                                : EITHER;
        const struct trace *part = flow_way(m->f, call->args[0], m->row);
        if (part && known & says) find(m, flow_reads(m->f, call->args[1], m->row), part);
    }
}

/* ---- conditions ---- */

static void walk(struct meeting *m, const struct expr *e, unsigned known);

static void walk_args(struct meeting *m, const struct expr *e, unsigned known)
{
    for (uint32_t i = 0; i < e->n_args; i++) walk(m, e->args[i], known);
}

static unsigned turned(unsigned known)
{
    return (known & IS_TRUE ? IS_FALSE : 0u) | (known & IS_FALSE ? IS_TRUE : 0u);
}

static void compare(struct meeting *m, const struct expr *e, unsigned known)
{
    static const char *const same[] = { "=", "IS NOT DISTINCT FROM", NULL };
    static const char *const other[] = { "<>", "IS DISTINCT FROM", NULL };
    static const char *const like[] = { "LIKE", "SIMILAR TO", NULL };
    static const char *const unlike[] = { "NOT LIKE", "NOT SIMILAR TO", NULL };
    bool yes = known & IS_TRUE, no = known & IS_FALSE;
    if ((yes && is_one_of(e, same)) || (no && is_one_of(e, other))) meet(m, e->args[0], e->args[1]);
    if ((yes && is_one_of(e, like)) || (no && is_one_of(e, unlike)))
        meet_pattern(m, e->args[0], e->args[1]);
    take_bounds(m, e, known);
    meet_position(m, e, known);
}

static void walk_call(struct meeting *m, const struct expr *e, unsigned known)
{
    static const char *const turns[] = { "NOT", "IS FALSE", "IS NOT TRUE", NULL };
    static const char *const keeps[] = { "IS TRUE", "IS NOT FALSE", NULL };
    static const char *const is_null[] = { "IS NULL", "IS NOT NULL", NULL };
    if (is_one_of(e, turns)) {
        walk_args(m, e, turned(known));
    } else if (is_one_of(e, keeps)) {
        walk_args(m, e, known);
    } else if (expr_is_call(e, "NULLIF")) {
        if (known & IS_TRUE) meet(m, e->args[0], e->args[1]);
        walk_args(m, e, EITHER);
    } else if (is_one_of(e, is_null) && expr_is_call(e->args[0], "NULLIF")) {
        walk_call(m, e->args[0], expr_is_call(e, "IS NULL") ? known : turned(known));
    } else {
        if (e->n_args == 2) compare(m, e, known);
        walk_args(m, e, EITHER);
    }
}

/* The conditions of a query in an expression: what they make equal to a PERSONAL value among what it is asked with. */
static void walk_found(struct meeting *m, const struct expr *e, unsigned known)
{
    const struct plan_subquery *s = e->subquery;
    struct row_ways inner = flow_subquery_row(m->f, e, m->row);
    struct meeting in = { .f = m->f, .row = inner };
    for (uint32_t i = 0; known & IS_TRUE && i < s->n_keys; i++) {
        const struct expr column = { .kind = EXPR_COLUMN, .column = s->n_args + s->table_keys[i] };
        meet(&in, s->keys[i], &column);
    }
    if (s->filter) walk(&in, s->filter, known);
    if (s->condition) walk(&in, s->condition, known);
    if (s->value) walk(&in, s->value, EITHER);
    meet_bounds(&in);
    for (uint32_t i = 0; i < s->n_args; i++) {
        if (origins_meet(inner.columns[i].reads, in.found))
            find(m, flow_reads(m->f, e->args[i], m->row), in.by);
    }
}

static void walk_subquery(struct meeting *m, const struct expr *e, unsigned known)
{
    walk_args(m, e, EITHER);
    if (e->subquery->kind == SUBQUERY_IN) {
        const struct trace *t = known & IS_TRUE ? flow_way(m->f, e, m->row) : NULL;
        for (uint32_t i = 0; t && i < e->n_args; i++)
            find(m, flow_reads(m->f, e->args[i], m->row), t);
    } else {
        walk_found(m, e, e->subquery->kind == SUBQUERY_EXISTS ? known : EITHER);
    }
}

static void walk_case(struct meeting *m, const struct expr *e, unsigned known)
{
    for (uint32_t i = 0; i < e->n_args; i++) {
        bool condition = i % 2 == 0 && i + 1 < e->n_args;
        walk(m, e->args[i], condition ? EITHER : known);
    }
}

/* What one of several conditions would make equal is found as well: the others may never be true. */
static void walk(struct meeting *m, const struct expr *e, unsigned known)
{
    if (flow_ends_at(m->f, e)) return;
    switch (e->kind) {
    case EXPR_COLUMN:
        if (e->column < m->row.n_columns)
            find(m, m->row.columns[e->column].equates, m->row.columns[e->column].equal_to);
        return;
    case EXPR_SUBQUERY: walk_subquery(m, e, known); return;
    case EXPR_CALL: walk_call(m, e, known); return;
    case EXPR_CASE: walk_case(m, e, known); return;
    default: walk_args(m, e, known); return;
    }
}

/* ---- rows ---- */

/* The conditions that the rows of a node fulfil; its columns are the first of the row. */
static void walk_node(struct meeting *m, const struct plan_node *n)
{
    if (n->kind != PLAN_FILTER && n->kind != PLAN_LOOKUP && n->kind != PLAN_JOIN) return;
    if (n->kind == PLAN_FILTER) walk(m, n->predicate, IS_TRUE);
    for (uint32_t i = 0; n->kind == PLAN_LOOKUP && i < n->lookup.n_keys; i++) {
        const struct expr column = { .kind = EXPR_COLUMN,
                                     .column = n->inputs[0]->out.n_columns +
                                               n->lookup.table_keys[i] };
        meet(m, n->lookup.stream_keys[i], &column);
    }
    for (uint32_t i = 0; n->kind == PLAN_JOIN && i < n->join.n_keys; i++)
        meet(m, n->join.sides[0].keys[i], n->join.sides[1].keys[i]);
    const struct expr *on = n->kind == PLAN_LOOKUP ? n->lookup.condition
                            : n->kind == PLAN_JOIN ? n->join.condition
                                                   : NULL;
    if (on) walk(m, on, IS_TRUE);
    walk_node(m, n->inputs[0]);
}

/* Marks what was found; false: nothing new. */
static bool mark(struct meeting *m)
{
    bool any = false;
    for (uint32_t i = 0; i < m->row.n_columns; i++) {
        struct way *w = &m->row.columns[i];
        if (w->trace || !origins_meet(w->reads, m->found)) continue;
        w->trace = m->by;
        any = true;
    }
    return any;
}

void flow_fulfil(struct flow *f, const struct plan_node *n, struct row_ways row)
{
    struct meeting m;
    do {
        m = (struct meeting){ .f = f, .row = row };
        walk_node(&m, n);
        meet_bounds(&m);
    } while (mark(&m));
}

void flow_compare(struct flow *f, const struct expr *e, struct row_ways row, struct way *way)
{
    struct meeting m = { .f = f, .row = row };
    walk(&m, e, EITHER);
    meet_bounds(&m);
    m.row = flow_copy(f, row);
    if (mark(&m)) (void)flow_way(f, e, m.row); /* what it computes where they are equal may fail */
    way->equates = origins_join(f->b->arena, way->equates, m.found);
    if (!way->equal_to) way->equal_to = m.by;
}

void flow_intersect(struct flow *f, struct row_ways left, struct row_ways right)
{
    for (uint32_t i = 0; i < left.n_columns && i < right.n_columns; i++) {
        struct meeting m = { .f = f, .row = left, .by = right.columns[i].trace };
        if (m.by) m.found = left.columns[i].reads;
        (void)mark(&m);
        m = (struct meeting){ .f = f, .row = right, .by = left.columns[i].trace };
        if (m.by) m.found = right.columns[i].reads;
        (void)mark(&m);
    }
}
