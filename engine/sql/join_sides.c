/*
 * join_sides.c: conditions of a join of streams, cut into filters of a side, keys and the rest.
 *
 *     ON a.ID = b.ID AND b.KIND = 'x' AND a.V > b.V      key ID; filter KIND = 'x' below the right side; rest V > V
 *
 * A side is filtered before it is kept where that changes nothing else: not under ROWS, which counts rows, and of ON
 * not on a side whose rows stay without a match. A key may fault, for which its row becomes an error row; but no part
 * stands before one that stood before it and may fault, since that would keep rows from it, and with them their
 * errors.
 */

#include "sql/join_sides.h"

#include <assert.h>

#include "sql/bind_expr.h"

enum reach { READS_NOTHING = 0, READS_LEFT = 1, READS_RIGHT = 2, READS_TIME = 4 };

struct cut {
    struct binder    *b;
    struct plan_node *node;
    uint32_t          n_left, n; /* columns of the left side, of both */
    const char       *clause;
    bool              may_fault; /* what was cut so far */
};

static struct cut cut_of(struct binder *b, struct plan_node *node, const char *clause)
{
    struct cut c = { b, node, node->inputs[0]->out.n_columns, node->out.n_columns - 2, clause, 0 };
    for (uint32_t i = 0; i < node->join.n_keys; i++) {
        for (uint32_t s = 0; s < 2; s++) {
            c.may_fault = c.may_fault || expr_can_fault(node->join.sides[s].keys[i]);
        }
    }
    c.may_fault = c.may_fault || (node->join.condition && expr_can_fault(node->join.condition));
    return c;
}

/* Which parts of the operator's row an expression reads. */
static unsigned reach_of(const struct cut *c, const struct expr *e)
{
    unsigned reach = READS_NOTHING;
    if (e->kind == EXPR_ROWTIME) reach = READS_TIME;
    if (e->kind == EXPR_COLUMN) {
        bool left = e->column < c->n_left || e->column == c->n;
        reach = left ? READS_LEFT : READS_RIGHT;
    }
    for (uint32_t i = 0; i < e->n_args; i++) reach |= reach_of(c, e->args[i]);
    return reach;
}

/* ---- filters of a side ---- */

struct to_side {
    const struct cut *cut;
    uint32_t          side;
};

/* A column of the operator's row as one of the side's own. */
static struct expr *side_leaf(void *arg, struct expr *leaf)
{
    const struct to_side *t = arg;
    struct arena *a = t->cut->b->arena;
    assert(leaf->kind == EXPR_COLUMN);
    if (leaf->column >= t->cut->n) return expr_rowtime(a, leaf->at);
    if (t->side == 0) return leaf;
    return expr_column(a, leaf->column - t->cut->n_left, leaf->type, leaf->at);
}

static struct status filter_side(struct cut *c, uint32_t side, struct expr *e)
{
    struct arena *a = c->b->arena;
    struct plan_node *input = c->node->inputs[side];
    struct expr *own = expr_map(a, e, side_leaf, &(struct to_side){ c, side });
    bool again = input->kind == PLAN_FILTER && strcmp(input->clause, c->clause) == 0;
    struct plan_node *filter = NULL;
    TRY(binder_node(c->b, PLAN_FILTER, e->at, &input->out, &filter));
    filter->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
    filter->inputs[0] = again ? input->inputs[0] : input;
    filter->n_inputs = 1;
    filter->predicate = again ? expr_and(a, input->predicate, own) : own;
    filter->clause = c->clause;
    struct plan_node **inputs = arena_dup(a, c->node->inputs, 2 * sizeof *inputs);
    inputs[side] = filter;
    c->node->inputs = inputs;
    return OK;
}

/* ---- keys ---- */

/* Both as types that have equal values in one form when `=` says so; false: there are none. */
static bool as_equals(struct binder *b, struct expr *e[2])
{
    struct type l = e[0]->type, r = e[1]->type;
    if (type_is_integer(l) && type_is_integer(r)) return true;
    if (type_is_text(l) && type_is_text(r)) return true;
    if (type_is_binary(l) && type_is_binary(r)) return true;
    if (type_is_approximate(l) && type_is_approximate(r)) return true;
    for (uint32_t i = 0; i < 2; i++) {
        if (!type_is_exact(e[i]->type) || !type_is_approximate(e[1 - i]->type)) continue;
        struct expr *cast;
        struct status st = bind_cast(b, e[i], type_of(TYPE_DOUBLE), false, e[i]->at, &cast);
        if (st.err != ERR_NONE) return false;
        e[i] = cast;
        return true;
    }
    if (l.kind != r.kind) return false;
    return l.kind != TYPE_DECIMAL || l.scale == r.scale;
}

/* An equality between the sides: the left one's part first. */
static bool as_key(const struct cut *c, const struct expr *e, struct expr *out[2])
{
    if (!expr_is_call(e, "=")) return false;
    for (uint32_t i = 0; i < 2; i++) {
        if (reach_of(c, e->args[i]) != READS_LEFT || reach_of(c, e->args[1 - i]) != READS_RIGHT) {
            continue;
        }
        out[0] = e->args[i];
        out[1] = e->args[1 - i];
        return as_equals(c->b, out);
    }
    return false;
}

static void add_key(struct cut *c, struct expr *const key[2])
{
    struct plan_join *j = &c->node->join;
    for (uint32_t s = 0; s < 2; s++) {
        struct expr **keys = ARENA_ARRAY(c->b->arena, struct expr *, j->n_keys + 1);
        if (j->n_keys > 0) memcpy(keys, j->sides[s].keys, j->n_keys * sizeof *keys);
        keys[j->n_keys] = key[s];
        j->sides[s].keys = keys;
    }
    j->n_keys++;
}

/* ---- conditions ---- */

/* Whether a side may be filtered by a part of ON. Rows that stay without a match under ROWS come out at the end, with
 * the time of the last row of either side. */
static bool may_filter(const struct cut *c, uint32_t side)
{
    const struct plan_join_side *s = &c->node->join.sides[side];
    const struct plan_join_side *other = &c->node->join.sides[1 - side];
    return !s->outer && s->window != JOIN_ROWS && !(other->outer && other->window == JOIN_ROWS);
}

static struct status add_part(struct cut *c, struct expr *e)
{
    unsigned reach = reach_of(c, e);
    struct expr *key[2];
    for (uint32_t side = 0; side < 2 && !c->may_fault && !expr_can_fault(e); side++) {
        if (reach == (side ? READS_RIGHT : READS_LEFT) && may_filter(c, side)) {
            return filter_side(c, side, e);
        }
    }
    if (!c->may_fault && as_key(c, e, key)) {
        add_key(c, key);
        c->may_fault = expr_can_fault(key[0]) || expr_can_fault(key[1]);
        return OK;
    }
    c->may_fault = c->may_fault || expr_can_fault(e);
    c->node->join.condition = expr_and(c->b->arena, c->node->join.condition, e);
    return OK;
}

struct status join_sides_split(struct binder *b, struct plan_node *join, struct expr *condition,
                               const char *clause)
{
    if (!condition) return OK;
    struct cut c = cut_of(b, join, clause);
    struct expr_list parts = { 0 };
    expr_conjuncts(b->arena, condition, &parts);
    for (size_t i = 0; i < parts.count; i++) TRY(add_part(&c, parts.items[i]));
    return OK;
}

struct status join_sides_where(struct binder *b, struct plan_node *join, struct expr *where,
                               struct expr **above)
{
    struct cut c = cut_of(b, join, "WHERE");
    /* The row of a side that is never NULL can be dropped before it is joined. */
    const struct plan_join_side *sides = join->join.sides;
    bool inner = !sides[0].outer && !sides[1].outer;
    struct expr_list parts = { 0 };
    expr_conjuncts(b->arena, where, &parts);
    *above = NULL;
    for (size_t i = 0; i < parts.count; i++) {
        struct expr *e = parts.items[i];
        unsigned reach = reach_of(&c, e);
        uint32_t side = reach == READS_RIGHT;
        bool one_side = reach == READS_LEFT || reach == READS_RIGHT;
        c.may_fault = c.may_fault || expr_can_fault(e);
        if (c.may_fault) {
            *above = expr_and(b->arena, *above, e);
        } else if (one_side && !sides[1 - side].outer && sides[side].window != JOIN_ROWS) {
            TRY(filter_side(&c, side, e));
        } else if (inner && !(reach & READS_TIME)) {
            TRY(add_part(&c, e));
        } else {
            *above = expr_and(b->arena, *above, e);
        }
    }
    return OK;
}
