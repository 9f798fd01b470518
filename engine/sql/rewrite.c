/*
 * rewrite.c: the same rows with less work.
 *
 *     PROJECT over PROJECT      one PROJECT, where each part that can fault is still evaluated for each row
 *     FILTER over PROJECT       PROJECT over FILTER, where the projection cannot fault and sets no time
 *     FILTER over LOOKUP        what reads the stream alone goes below, equalities become keys, if nothing can fault
 *     FILTER over JOIN          the same for each side and the keys of an inner join
 *
 * A row's error is a row of error_stream, so nothing that can fault moves past something that drops or multiplies rows.
 */

#include "sql/rewrite.h"

#include "sql/fold.h"
#include "sql/join_keys.h"
#include "sql/join_sides.h"

/* Trees grow where a column is replaced by what it is computed from. */
enum { MERGED_WEIGHT_MAX = 20000 };

/* ---- columns replaced by what they are computed from ---- */

struct below {
    struct arena           *arena;
    const struct plan_node *project;
};

static struct expr *substitute(struct below *s, struct expr *e)
{
    if (e->kind == EXPR_COLUMN) return s->project->exprs[e->column];
    if (e->kind == EXPR_ROWTIME) return s->project->rowtime ? s->project->rowtime : e;
    if (e->n_args == 0) return e;
    struct expr **args = ARENA_ARRAY(s->arena, struct expr *, e->n_args);
    for (uint32_t i = 0; i < e->n_args; i++) args[i] = substitute(s, e->args[i]);
    struct expr *copy = arena_dup(s->arena, e, sizeof *e);
    copy->args = args;
    uint64_t weight = 1;
    for (uint32_t i = 0; i < e->n_args; i++) weight += args[i]->weight;
    copy->weight = weight > UINT32_MAX ? UINT32_MAX : (uint32_t)weight;
    return expr_fold(s->arena, copy);
}

/* How heavy e would be. */
static uint64_t weight_after(const struct below *s, const struct expr *e)
{
    if (e->kind == EXPR_COLUMN) return s->project->exprs[e->column]->weight;
    if (e->kind == EXPR_ROWTIME && s->project->rowtime) return s->project->rowtime->weight;
    uint64_t weight = 1;
    for (uint32_t i = 0; i < e->n_args; i++) weight += weight_after(s, e->args[i]);
    return weight;
}

/* ---- PROJECT over PROJECT ---- */

/* Marks columns that are evaluated whatever the row holds. */
static void always_read(const struct expr *e, bool *read)
{
    if (e->kind == EXPR_COLUMN) read[e->column] = true;
    bool partly = e->kind == EXPR_AND || e->kind == EXPR_OR || e->kind == EXPR_CASE ||
                  e->kind == EXPR_COALESCE;
    uint32_t n = partly && e->n_args > 1 ? 1 : e->n_args;
    for (uint32_t i = 0; i < n; i++) always_read(e->args[i], read);
}

static bool can_merge(struct arena *a, const struct plan_node *outer, const struct plan_node *inner)
{
    if (inner->rowtime && (outer->rowtime || expr_can_fault(inner->rowtime))) return false;
    struct below s = { a, inner };
    uint64_t weight = 0;
    bool *read = arena_calloc(a, inner->out.n_columns + 1);
    for (uint32_t i = 0; i < outer->out.n_columns; i++) {
        weight += weight_after(&s, outer->exprs[i]);
        always_read(outer->exprs[i], read);
    }
    if (outer->rowtime) always_read(outer->rowtime, read);
    if (weight > MERGED_WEIGHT_MAX) return false;
    for (uint32_t i = 0; i < inner->out.n_columns; i++) {
        if (!read[i] && expr_can_fault(inner->exprs[i])) return false;
    }
    return true;
}

static void merge_projects(struct arena *a, struct plan_node *outer)
{
    while (outer->inputs[0]->kind == PLAN_PROJECT && can_merge(a, outer, outer->inputs[0])) {
        struct plan_node *inner = outer->inputs[0];
        struct below s = { a, inner };
        struct expr **exprs = ARENA_ARRAY(a, struct expr *, outer->out.n_columns + 1);
        for (uint32_t i = 0; i < outer->out.n_columns; i++) {
            exprs[i] = substitute(&s, outer->exprs[i]);
        }
        outer->rowtime = outer->rowtime ? substitute(&s, outer->rowtime) : inner->rowtime;
        outer->exprs = exprs;
        outer->inputs = inner->inputs;
    }
}

/* ---- FILTER over PROJECT ---- */

static bool is_plain(const struct expr *e)
{
    return e->kind == EXPR_COLUMN || e->kind == EXPR_ROWTIME || e->kind == EXPR_CONSTANT;
}

/* Computed columns stay below the filter: above it they would be computed twice. */
static bool reads_plain(const struct expr *e, const struct plan_node *project)
{
    if (e->kind == EXPR_COLUMN) return is_plain(project->exprs[e->column]);
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!reads_plain(e->args[i], project)) return false;
    }
    return true;
}

static bool cannot_fault(const struct plan_node *project)
{
    for (uint32_t i = 0; i < project->out.n_columns; i++) {
        if (expr_can_fault(project->exprs[i])) return false;
    }
    return !project->rowtime;
}

static struct plan_node *filter_below_project(struct arena *a, struct plan_node *filter)
{
    struct plan_node *project = filter->inputs[0];
    if (!cannot_fault(project) || !reads_plain(filter->predicate, project)) return filter;
    struct below s = { a, project };
    struct plan_node *lower = arena_dup(a, filter, sizeof *filter);
    lower->predicate = substitute(&s, filter->predicate);
    lower->inputs = project->inputs;
    lower->out = project->inputs[0]->out;
    struct plan_node *upper = arena_dup(a, project, sizeof *project);
    upper->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
    upper->inputs[0] = lower;
    return upper;
}

/* ---- FILTER over LOOKUP ---- */

static bool reads_only_below(const struct expr *e, uint32_t n)
{
    if (e->kind == EXPR_COLUMN && e->column >= n) return false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!reads_only_below(e->args[i], n)) return false;
    }
    return true;
}

static bool lookup_can_fault(const struct plan_lookup *l)
{
    for (uint32_t i = 0; i < l->n_keys; i++) {
        if (expr_can_fault(l->stream_keys[i])) return true;
    }
    return l->condition && expr_can_fault(l->condition);
}

static struct plan_node *filter_node(struct arena *a, const struct plan_node *like,
                                     struct plan_node *input, struct expr *predicate)
{
    struct plan_node *n = arena_dup(a, like, sizeof *like);
    n->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
    n->inputs[0] = input;
    n->out = input->out;
    n->predicate = predicate;
    return n;
}

/* Parts of a condition that cannot fault as a whole: below the look-up, into it, or where they were. */
static struct plan_node *filter_into_lookup(struct binder *b, struct plan_node *filter)
{
    struct arena *a = b->arena;
    struct plan_node *lookup = filter->inputs[0];
    if (expr_can_fault(filter->predicate) || lookup_can_fault(&lookup->lookup)) return filter;
    uint32_t n_stream = lookup->inputs[0]->out.n_columns;
    struct expr_list parts = { 0 };
    expr_conjuncts(a, filter->predicate, &parts);
    struct expr *below = NULL, *into = NULL, *above = NULL;
    for (size_t i = 0; i < parts.count; i++) {
        struct expr *part = parts.items[i];
        bool stream_only = reads_only_below(part, n_stream) && expr_reads_row(part);
        struct expr **to = stream_only ? &below : lookup->lookup.outer ? &above
                                                                       : &into;
        *to = expr_and(a, *to, part);
    }
    struct plan_node *copy = arena_dup(a, lookup, sizeof *lookup);
    if (below) {
        copy->inputs = ARENA_ARRAY(a, struct plan_node *, 1);
        copy->inputs[0] = filter_node(a, filter, lookup->inputs[0], below);
    }
    if (into && join_split(b, copy, into).err != ERR_NONE) return filter;
    return above ? filter_node(a, filter, copy, above) : copy;
}

/* ---- FILTER over JOIN ---- */

static struct plan_node *filter_into_join(struct binder *b, struct plan_node *filter)
{
    struct plan_node *join = filter->inputs[0];
    struct expr *above = NULL;
    struct status st = join_sides_where(b, join, filter->predicate, &above);
    if (st.err != ERR_NONE) return filter;
    return above ? filter_node(b->arena, filter, join, above) : join;
}

/* ---- all operators, from the source up ---- */

static enum plan_keying keying_of(const struct plan_node *n)
{
    switch (n->kind) {
    case PLAN_STREAM:
    case PLAN_FILTER:
    case PLAN_LOOKUP: return KEYING_STATELESS;
    case PLAN_PROJECT: return n->rowtime ? KEYING_GLOBAL : KEYING_STATELESS;
    case PLAN_GROUP: {
        uint32_t of_window = n->window.kind == WINDOW_STAGGER ? 0 : 1;
        return n->n_keys > of_window ? KEYING_KEYED : KEYING_GLOBAL;
    }
    case PLAN_JOIN: {
        const struct plan_join_side *s = n->join.sides;
        bool rows = s[0].window == JOIN_ROWS || s[1].window == JOIN_ROWS;
        return n->join.n_keys > 0 && !rows ? KEYING_KEYED : KEYING_GLOBAL;
    }
    case PLAN_DISTINCT: return n->n_keys > 0 ? KEYING_KEYED : KEYING_GLOBAL;
    case PLAN_OVER:
        for (uint32_t i = 0; i < n->over.n_windows; i++) {
            if (n->over.windows[i].n_partition == 0) return KEYING_GLOBAL;
        }
        return KEYING_KEYED;
    default: return KEYING_GLOBAL;
    }
}

static struct plan_node *rewrite_node(struct binder *b, struct plan_node *n)
{
    for (uint32_t i = 0; i < n->n_inputs; i++) n->inputs[i] = rewrite_node(b, n->inputs[i]);
    if (n->kind == PLAN_PROJECT) merge_projects(b->arena, n);
    if (n->kind == PLAN_FILTER && n->inputs[0]->kind == PLAN_PROJECT) {
        struct plan_node *moved = filter_below_project(b->arena, n);
        if (moved != n) {
            moved->inputs[0] = rewrite_node(b, moved->inputs[0]);
            n = moved;
        }
    }
    if (n->kind == PLAN_FILTER && n->inputs[0]->kind == PLAN_LOOKUP) {
        struct plan_node *moved = filter_into_lookup(b, n);
        struct plan_node *lookup = moved->kind == PLAN_LOOKUP ? moved : moved->inputs[0];
        if (moved != n) lookup->inputs[0] = rewrite_node(b, lookup->inputs[0]);
        n = moved;
    }
    if (n->kind == PLAN_FILTER && n->inputs[0]->kind == PLAN_JOIN) {
        struct plan_node *join = n->inputs[0];
        n = filter_into_join(b, n);
        for (uint32_t i = 0; i < 2; i++) join->inputs[i] = rewrite_node(b, join->inputs[i]);
        join->keying = keying_of(join);
    }
    n->keying = keying_of(n);
    return n;
}

/* A filter that keeps every row. */
static struct plan_node *drop_true(struct plan_node *n)
{
    for (uint32_t i = 0; i < n->n_inputs; i++) n->inputs[i] = drop_true(n->inputs[i]);
    bool keeps_all = n->kind == PLAN_FILTER && expr_is_constant(n->predicate) &&
                     !n->predicate->constant.null && n->predicate->constant.b;
    return keeps_all ? n->inputs[0] : n;
}

/* The operator that makes a pump's rows is a projection to its columns. */
void plan_rewrite(struct binder *b, struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        struct plan_pump *p = &plan->pumps[i];
        p->root = rewrite_node(b, drop_true(p->root));
    }
}
