/*
 * bind_stream_join.c: joins of two streams (dialect 6.6).
 *
 *     A OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS a LEFT JOIN B AS b ON a.ID = b.ID AND b.V >
 * a.V
 *
 *     operator's row    columns of A, columns of B, ROWTIME of the A row, ROWTIME of the B row; its
 * own: the later one keys              a.ID = b.ID condition         b.V > a.V
 *
 * ROWTIME of a side that has no window is the join's own: its rows take part when they arrive. So
 * it stays monotonic, and the result can be grouped by it.
 */

#include "sql/bind_select.h"

#include "sql/join_sides.h"

/* ---- windows ---- */

static const char windowless[] = "this join names no window: rows with equal ROWTIME meet, as if "
                                 "each side had RANGE INTERVAL '0' SECOND PRECEDING";

/* DECISION L-59: without any window each side keeps the rows of one ROWTIME. */
static void set_windows(struct binder *b, const struct ast_from *f, const struct from *left,
                        const struct from *right, struct plan_join *join)
{
    if (!left->has_window && !right->has_window) {
        join->sides[0].window = join->sides[1].window = JOIN_RANGE;
        binder_warn(b, ERR_BAD_WINDOW, f->at, windowless);
        return;
    }
    const struct from *from[] = { left, right };
    for (uint32_t i = 0; i < 2; i++) {
        join->sides[i].window = from[i]->has_window ? from[i]->window : JOIN_NOW;
        join->sides[i].size = from[i]->window_size;
    }
}

/* Whether the row of a side always has the time of the joined row: it met the other side as it arrived. */
static bool is_of_now(const struct plan_join_side *s)
{
    return s->window == JOIN_NOW || (s->window == JOIN_RANGE && s->size == 0);
}

/* ---- names ---- */

struct side_scope {
    uint32_t shift;    /* of its columns */
    uint32_t time;     /* column of its ROWTIME */
    bool     nullable; /* the other side keeps rows without a match */
};

static struct scope scope_of_side(struct arena *a, const struct scope *s, struct side_scope side)
{
    struct scope out = *s;
    out.relations = arena_dup(a, s->relations, s->n_relations * sizeof *s->relations);
    for (uint32_t i = 0; i < out.n_relations; i++) {
        struct scope_relation *r = &out.relations[i];
        r->columns = arena_dup(a, r->columns, r->n_columns * sizeof *r->columns);
        for (uint32_t c = 0; c < r->n_columns; c++) {
            r->columns[c].expr = expr_shift(a, r->columns[c].expr, side.shift);
            if (side.nullable) r->columns[c].not_null = false;
        }
        if (!r->is_stream) continue;
        r->time = r->time ? expr_shift(a, r->time, side.shift)
                          : expr_column(a, side.time, type_of(TYPE_TIMESTAMP), r->at);
    }
    return out;
}

/* Behind ON: the time of a side that is the join's. */
static void times_of_now(struct scope *s, const struct plan_join *join, uint32_t n_columns)
{
    for (uint32_t i = 0; i < s->n_relations; i++) {
        struct expr **time = &s->relations[i].time;
        for (uint32_t k = 0; k < 2 && *time; k++) {
            bool is_time = (*time)->column == n_columns + k;
            if (is_time && is_of_now(&join->sides[k]) && !join->sides[1 - k].outer) *time = NULL;
        }
    }
}

/* ---- USING and NATURAL of a FULL JOIN ---- */

static struct scope_column *merged_with(const struct scope *right, struct str name)
{
    for (uint32_t i = 0; i < right->n_relations; i++) {
        const struct scope_relation *r = &right->relations[i];
        for (uint32_t c = 0; c < r->n_visible; c++) {
            if (r->columns[c].merged && str_equal(&r->columns[c].name, &name)) {
                return &r->columns[c];
            }
        }
    }
    return NULL;
}

static struct status coalesce_column(struct binder *b, struct scope_column *l,
                                     struct scope_column *r, struct span at,
                                     struct scope_column *out)
{
    struct expr **args = ARENA_ARRAY(b->arena, struct expr *, 2);
    args[0] = l->expr;
    args[1] = r->expr;
    struct type t;
    TRY(bind_common(b, "USING", at, args, 2, &t));
    *out = *l;
    out->not_null = false;
    out->expr = expr_new(b->arena, EXPR_COALESCE, t, at, args, 2);
    l->merged = true;
    return OK;
}

/* Either side may be missing: the merged columns are those of the side that is there. They come first, under no
 * relation's name. */
static struct status coalesce_merged(struct binder *b, const struct ast_from *f, struct scope *left,
                                     const struct scope *right, struct scope *out)
{
    struct scope_relation merged = { .at = f->at };
    uint32_t n = 0;
    for (uint32_t i = 0; i < left->n_relations; i++) n += left->relations[i].n_visible;
    merged.columns = ARENA_ARRAY(b->arena, struct scope_column, n + 1);
    for (uint32_t i = 0; i < left->n_relations; i++) {
        struct scope_relation *r = &left->relations[i];
        for (uint32_t c = 0; c < r->n_visible; c++) {
            struct scope_column *other = merged_with(right, r->columns[c].name);
            if (r->columns[c].merged || !other) continue;
            TRY(coalesce_column(b, &r->columns[c], other, f->at,
                                &merged.columns[merged.n_columns++]));
        }
    }
    if (merged.n_columns == 0) return OK;
    merged.n_visible = merged.n_columns;
    const struct scope first = { .relations = &merged, .n_relations = 1 };
    struct scope both = scope_join(b->arena, &first, out);
    out->relations = both.relations;
    out->n_relations = both.n_relations;
    return OK;
}

/* ---- the operator ---- */

static struct str time_name(struct binder *b, const struct from *side, const char *otherwise)
{
    bool one = side->scope.n_relations == 1 && side->scope.relations[0].name.len > 0;
    struct str name = one ? side->scope.relations[0].name : str_c(otherwise);
    return str_format(b->arena, "%.*s.ROWTIME", STR_ARG(name));
}

/* What is known of a column of a side in the joined rows: they have the times of its own. */
static struct mono joined_mono(const struct plan_join *join, uint32_t side, struct mono m)
{
    bool of_rowtime = m.kind == MONO_STEPS || m.kind == MONO_MONTHS || m.kind == MONO_CONSTANT;
    bool keeps = of_rowtime && is_of_now(&join->sides[side]) && !join->sides[1 - side].outer;
    return keeps ? m : (struct mono){ 0 };
}

static struct status join_node(struct binder *b, const struct ast_from *f, const struct from *left,
                               const struct from *right, const struct plan_join *join,
                               struct rows *out)
{
    const struct from *sides[] = { left, right };
    uint32_t n_left = left->rows.node->out.n_columns, n_right = right->rows.node->out.n_columns;
    uint32_t n = n_left + n_right;
    struct schema s = { arena_calloc(b->arena, (n + 2) * sizeof *s.columns), n + 2 };
    out->monos = arena_calloc(b->arena, (n + 2) * sizeof *out->monos);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t side = i >= n_left, at = side ? i - n_left : i;
        s.columns[i] = sides[side]->rows.node->out.columns[at];
        if (join->sides[1 - side].outer) s.columns[i].not_null = false;
        out->monos[i] = joined_mono(join, side, sides[side]->rows.monos[at]);
    }
    for (uint32_t k = 0; k < 2; k++) {
        s.columns[n + k] = (struct column){ .name = time_name(b, sides[k], k ? "right" : "left"),
                                            .type = type_of(TYPE_TIMESTAMP),
                                            .not_null = !join->sides[1 - k].outer,
                                            .at = f->at };
    }
    TRY(binder_node(b, PLAN_JOIN, f->at, &s, &out->node));
    struct plan_node *node = out->node;
    node->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 2);
    node->inputs[0] = left->rows.node;
    node->inputs[1] = right->rows.node;
    node->n_inputs = 2;
    node->join = *join;
    node->join.used = ARENA_ARRAY(b->arena, bool, n + 2);
    memset(node->join.used, true, n + 2);
    return OK;
}

struct status bind_stream_join(struct binder *b, const struct ast_from *f, const struct from *left,
                               const struct from *right, struct from *out)
{
    struct plan_join join = { 0 };
    join.sides[0].outer = f->join == JOIN_LEFT || f->join == JOIN_FULL;
    join.sides[1].outer = f->join == JOIN_RIGHT || f->join == JOIN_FULL;
    set_windows(b, f, left, right, &join);
    TRY(join_node(b, f, left, right, &join, &out->rows));
    uint32_t n_left = left->rows.node->out.n_columns;
    uint32_t n = n_left + right->rows.node->out.n_columns;
    struct scope l = scope_of_side(b->arena, &left->scope,
                                   (struct side_scope){ 0, n, join.sides[1].outer });
    struct scope r = scope_of_side(b->arena, &right->scope,
                                   (struct side_scope){ n_left, n + 1, join.sides[0].outer });
    out->scope = scope_join(b->arena, &l, &r);
    struct bind_env env = bind_env(b, &out->scope, "ON");
    struct expr *condition = NULL;
    if (f->on) TRY(bind_condition(&env, f->on, &condition));
    TRY(bind_merged_columns(&env, f, &l, &r, &condition));
    if (f->join == JOIN_FULL) TRY(coalesce_merged(b, f, &l, &r, &out->scope));
    times_of_now(&out->scope, &join, n);
    return join_sides_split(b, out->rows.node, condition, "ON");
}
