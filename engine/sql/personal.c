/*
 * personal.c: information flow of PERSONAL columns, over the whole plan.
 *
 * A type system in the way of Denning (A Lattice Model of Secure Information Flow, 1976) with two classes. A column is
 * PERSONAL when any value in it may be computed from a PERSONAL column; pumps carry that from stream to stream until
 * nothing new is found. What an expression reads, it is computed from: arguments, conditions of CASE, rows that a query
 * within it looks at. Columns that a condition makes equal to a PERSONAL value hold that value, too, and so do all that
 * may be copies of them: each column carries what it is computed from (personal_origin.h). A de-identifying function
 * and RELEASE end the way. Which rows there are may depend on PERSONAL values; that is listed, not refused.
 *
 * What an onlooker says (bind_onlooker, bind_onlookers_text) is not the application's word: in his texts nothing ends a
 * way, and what is only listed elsewhere is refused; but the result of his query may have PERSONAL columns, which are
 * cut.
 */

#include "sql/personal.h"

#include "base/diag.h"
#include "sql/personal_flow.h"

static const struct trace *either(const struct trace *a, const struct trace *b)
{
    return a ? a : b;
}

static struct row_ways ways_new(struct flow *f, uint32_t n)
{
    return (struct row_ways){ arena_calloc(f->b->arena, (n + 1) * sizeof(struct way)), n, f->hand };
}

static void ways_put(struct row_ways out, uint32_t at, struct row_ways from)
{
    if (from.n_columns) memcpy(out.columns + at, from.columns, from.n_columns * sizeof(struct way));
}

struct row_ways flow_copy(struct flow *f, struct row_ways row)
{
    struct row_ways out = ways_new(f, row.n_columns);
    ways_put(out, 0, row);
    out.hand = row.hand;
    return out;
}

/* What an operator computes from nothing that has an origin: COUNT(*). */
static void give_origin(struct flow *f, struct way *w, bool lacks_one)
{
    uint32_t number = f->n_origins++; /* counted in any case, so that all have the same again */
    if (lacks_one) w->reads = origins_one(f->b->arena, number);
}

void flow_join(struct flow *f, struct way *w, const struct way *with)
{
    w->trace = either(w->trace, with->trace);
    w->reads = origins_join(f->b->arena, w->reads, with->reads);
    w->equates = origins_join(f->b->arena, w->equates, with->equates);
    w->equal_to = either(w->equal_to, with->equal_to);
}

/* ---- notes ---- */

static bool is_noted(const struct app_plan *p, const struct status *st)
{
    for (uint32_t i = 0; i < p->n_notes; i++) {
        const struct status *old = &p->notes[i];
        if (old->at.file == st->at.file && old->at.offset == st->at.offset &&
            strcmp(old->message, st->message) == 0) return true;
    }
    return false;
}

/* Whether the place, or without one the pump, is of an onlooker's text who may not see PERSONAL values, or the rows are
 * of his making. */
static bool is_onlookers(const struct flow *f, struct span at)
{
    if (f->hand) return true;
    if (!at.file && f->pump) at = f->pump->at;
    return binder_is_onlookers(f->b, at);
}

static void refuse_onlooker(struct flow *f, struct span at, const char *message)
{
    struct status st =
        status_new(f->b->arena, ERR_PERSONAL, at, "%s: refused to onlookers", message);
    binder_report(f->b, status_with_hint(st, "sluice run --control-personal lets them see"));
}

static void note(struct flow *f, struct span at, const char *message)
{
    struct app_plan *p = f->plan;
    struct status st = { .err = ERR_PERSONAL, .at = at, .message = message };
    if (f->last && is_onlookers(f, at)) {
        refuse_onlooker(f, at, message);
        return;
    }
    if (!f->last || is_noted(p, &st)) return;
    *array_push(f->b->arena, &f->notes) =
        st; /* all of them: a list that is cut off proves nothing */
    p->notes = f->notes.items;
    p->n_notes = (uint32_t)f->notes.count;
}

/* Rows are chosen, grouped or ordered by a PERSONAL value. */
static void note_choice(struct flow *f, struct span at, const char *what, const struct trace *t)
{
    if (!f->last || !t) return;
    note(f, at, str_format_c(f->b->arena, "%s %s: which rows there are is not proved",
                             what, trace_origin(f->b->arena, t)));
}

/* ---- keys that are sent away ---- */

static bool is_refused(struct flow *f, struct span at)
{
    for (size_t i = 0; i < f->refused.count; i++) {
        const struct span *old = &f->refused.items[i];
        if (old->file == at.file && old->offset == at.offset) return true;
    }
    *array_push(f->b->arena, &f->refused) = at;
    return false;
}

static void check_key(struct flow *f, uint32_t table, struct span at, const struct trace *t)
{
    struct arena *a = f->b->arena;
    const struct plan_table *of = &f->plan->tables[table];
    if (!f->keys || !t || !plan_table_sends_keys(of) || is_refused(f, at)) return;
    struct status st =
        status_new(a, ERR_PERSONAL, at,
                   "%s would leave as a key of reference table \"%.*s\", which asks a "
                   "server",
                   trace_origin(a, t), STR_ARG(of->name));
    const char *hint = str_format_c(a, "its way: %s -> key of \"%.*s\"; " TRACE_WAYS_OUT
                                       ", or a table that is read whole",
                                    trace_path(a, t), STR_ARG(of->name));
    binder_report(f->b, status_with_hint(st, hint));
}

/* ---- expressions ---- */

static const struct trace *way_of_args(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct trace *t = NULL;
    for (uint32_t i = 0; i < e->n_args; i++) t = either(t, flow_way(f, e->args[i], in));
    return t;
}

static const struct trace *way_of_optional(struct flow *f, const struct expr *e, struct row_ways in)
{
    return e ? flow_way(f, e, in) : NULL;
}

static void refuse_failing(struct flow *f, struct span at, const struct trace *t)
{
    if (f->last && is_onlookers(f, at))
        refuse_onlooker(f, at, str_format_c(f->b->arena, "what is computed from %s may fail by it",
                                            trace_origin(f->b->arena, t)));
}

/* A fault that something PERSONAL is part of may quote it. Which rows fail tells of it, too. */
static void note_fault(struct flow *f, struct span at, const char *errors, const struct trace *t)
{
    if (errors && !errors[0]) return;
    if (f->pump) f->pump->personal = true;
    if (f->pump && !errors) f->pump->personal_nulls = true;
    refuse_failing(f, at, t);
}

/* A text that gets the type of its column: it may be too long, and nothing else. */
static void note_fit(struct flow *f, const struct expr *e, const struct trace *t)
{
    uint32_t from = e->args[0]->type.length, to = e->type.length;
    if (to == 0 || (from != 0 && from <= to)) return;
    if (f->pump) f->pump->personal_texts = true;
    refuse_failing(f, e->at, t);
}

/* A de-identifying function may show some of its arguments as they are. */
static bool is_shown(const struct expr *e, uint32_t arg)
{
    const struct fn_def *fn = e->call.fn;
    return arg < sizeof fn->args / sizeof fn->args[0] && fn->args[arg].shows;
}

static const struct trace *way_of_shown(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct trace *t = NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (is_shown(e, i)) t = either(t, flow_way(f, e->args[i], in));
    }
    return t;
}

bool flow_ends_at(const struct flow *f, const struct expr *e)
{
    bool ends = e->kind == EXPR_RELEASE || (e->kind == EXPR_CALL && e->call.fn->deidentifies);
    return ends && !is_onlookers(f, e->at) && !flow_wrote(f, e);
}

static const struct trace *way_of_call(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct fn_def *fn = e->call.fn;
    const struct trace *t = way_of_args(f, e, in);
    bool fits = e->implicit && type_is_text(e->type) && type_is_text(e->args[0]->type);
    if (t && fits) note_fit(f, e, t);
    else if (t) note_fault(f, e->at, fn->errors, t);
    if (fn->reidentifies) {
        t = trace_call(f->b->arena, fn->name, e->at);
        f->plan->personal = true; /* it has to be kept secret, even if no column has it */
    }
    if (!fn->deidentifies) return t;
    if (flow_ends_at(f, e)) return way_of_shown(f, e, in);
    return either(t,
                  trace_call(f->b->arena, fn->name, e->at)); /* it tells whose pseudonym is whose */
}

/* What is computed from an expression and nothing else; not what it compares. */
static struct way way_of_value(struct flow *f, const struct expr *e, struct row_ways in)
{
    return (struct way){ .trace = flow_way(f, e, in), .reads = flow_reads(f, e, in) };
}

/* The args of the query, then the columns of its table, then its aggregates. */
struct row_ways flow_subquery_row(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct plan_subquery *s = e->subquery;
    uint32_t n_table = f->plan->tables[s->table].schema.n_columns;
    struct row_ways row = ways_new(f, s->n_args + n_table + s->n_aggs);
    for (uint32_t i = 0; i < s->n_args; i++) row.columns[i] = way_of_value(f, e->args[i], in);
    ways_put(row, s->n_args,
             (struct row_ways){ .columns = f->tables[s->table], .n_columns = n_table });
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        struct way *w = &row.columns[s->n_args + n_table + i];
        for (uint32_t k = 0; k < s->aggs[i].n_args; k++) {
            struct way arg = way_of_value(f, s->aggs[i].args[k], row);
            flow_compare(f, s->aggs[i].args[k], row, &arg);
            flow_join(f, w, &arg);
        }
    }
    return row;
}

static const struct trace *way_of_subquery(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct plan_subquery *s = e->subquery;
    struct row_ways row = flow_subquery_row(f, e, in);
    const struct trace *asked = NULL;
    for (uint32_t i = 0; i < s->n_args; i++) asked = either(asked, row.columns[i].trace);
    for (uint32_t i = 0; i < s->n_keys; i++)
        check_key(f, s->table, e->at, flow_way(f, s->keys[i], row));
    const struct trace *filter = way_of_optional(f, s->filter, row);
    const struct trace *chosen = either(filter, way_of_optional(f, s->condition, row));
    for (uint32_t i = 0; i < s->n_keys; i++)
        chosen = either(chosen, f->tables[s->table][s->table_keys[i]].trace);
    if (s->can_fault && either(asked, chosen))
        note_fault(f, e->at, NULL, either(asked, chosen)); /* it finds several rows, or none */
    if (s->kind != SUBQUERY_SCALAR)
        return either(either(asked, chosen), way_of_optional(f, s->match, row));
    note_choice(f, e->at, "the query chooses rows by", chosen);
    return either(asked, way_of_optional(f, s->value, row));
}

/* What is evaluated or not, as a PERSONAL value in front of it says, fails or not. */
static const struct trace *way_of_branches(struct flow *f, const struct expr *e, struct row_ways in)
{
    const struct trace *t = NULL, *said = NULL;
    for (uint32_t i = 0; i < e->n_args; i++) {
        bool value = e->kind == EXPR_CASE && (i % 2 == 1 || i + 1 == e->n_args);
        if (said && expr_can_fault(e->args[i])) refuse_failing(f, e->args[i]->at, said);
        const struct trace *of = flow_way(f, e->args[i], in);
        if (!value) said = either(said, of);
        t = either(t, of);
    }
    return t;
}

const struct trace *flow_way(struct flow *f, const struct expr *e, struct row_ways in)
{
    switch (e->kind) {
    case EXPR_COLUMN: return e->column < in.n_columns ? in.columns[e->column].trace : NULL;
    case EXPR_SUBQUERY: return way_of_subquery(f, e, in);
    case EXPR_CALL: return way_of_call(f, e, in);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_CASE:
    case EXPR_COALESCE: return way_of_branches(f, e, in);
    case EXPR_NOT_NULL:
        if (way_of_args(f, e, in))
            refuse_failing(f, f->pump ? f->pump->at : e->at, way_of_args(f, e, in));
        return way_of_args(f, e, in);
    case EXPR_RELEASE:
        if (way_of_args(f, e, in)) {
            note(f, e->at, str_format_c(f->b->arena, "%s is released: %.*s",
                                        trace_origin(f->b->arena, way_of_args(f, e, in)),
                                        STR_ARG(e->label)));
        }
        return flow_ends_at(f, e) ? NULL : way_of_args(f, e, in);
    default: return way_of_args(f, e, in);
    }
}

const struct origins *flow_reads(struct flow *f, const struct expr *e, struct row_ways in)
{
    struct arena *a = f->b->arena;
    const struct origins *o = NULL;
    bool ends = flow_ends_at(f, e);
    if (e->kind == EXPR_COLUMN)
        return e->column < in.n_columns ? in.columns[e->column].reads : NULL;
    if (e->kind == EXPR_ROWTIME) return origins_one(a, 0);
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!ends || (e->kind == EXPR_CALL && is_shown(e, i)))
            o = origins_join(a, o, flow_reads(f, e->args[i], in));
    }
    if (e->kind == EXPR_SUBQUERY && e->subquery->value)
        o = origins_join(a, o, flow_reads(f, e->subquery->value, flow_subquery_row(f, e, in)));
    return o;
}

/* ---- operators ---- */

static struct row_ways way_of_node(struct flow *f, struct plan_node *n);

void flow_refuse_rowtime(struct flow *f, struct span at, const struct trace *t)
{
    if (!f->last || !t) return;
    struct arena *a = f->b->arena;
    struct status st = status_new(a, ERR_PERSONAL, at,
                                  "%s cannot give ROWTIME, which every row of "
                                  "error_stream, metrics and windows show",
                                  trace_origin(a, t));
    binder_report(f->b, status_with_hint(st, str_format_c(a, "its way: %s -> ROWTIME",
                                                          trace_path(a, t))));
}

/* The values of a row, which may tell of comparisons. */
static struct row_ways values_ways(struct flow *f, struct expr *const *exprs, uint32_t n,
                                   uint32_t n_out, struct row_ways in)
{
    struct row_ways out = ways_new(f, n_out), row = flow_copy(f, in);
    for (uint32_t i = 0; i < n; i++) flow_compare(f, exprs[i], row, &out.columns[i]);
    for (uint32_t i = 0; i < n; i++) {
        struct way value = way_of_value(f, exprs[i], row);
        give_origin(f, &value, !value.reads && !expr_is_constant(exprs[i]));
        flow_join(f, &out.columns[i], &value);
    }
    return out;
}

static struct row_ways project_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    struct row_ways out = values_ways(f, n->exprs, n->out.n_columns, n->out.n_columns, in);
    if (n->rowtime) flow_refuse_rowtime(f, n->rowtime->at, flow_way(f, n->rowtime, in));
    return out;
}

static struct way way_of_agg(struct flow *f, const struct plan_agg *agg, struct row_ways in)
{
    struct way w = { .trace = way_of_optional(f, agg->parameter, in) };
    struct row_ways args = values_ways(f, agg->args, agg->n_args, agg->n_args, in);
    for (uint32_t i = 0; i < agg->n_args; i++) flow_join(f, &w, &args.columns[i]);
    give_origin(f, &w, !w.reads);
    if (w.trace) note_fault(f, agg->n_args ? agg->args[0]->at : SPAN_NONE, NULL, w.trace);
    return w;
}

static struct row_ways group_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    struct row_ways out = values_ways(f, n->keys, n->n_keys, n->out.n_columns, in);
    for (uint32_t i = 0; i < n->n_keys; i++)
        note_choice(f, n->keys[i]->at, "rows are grouped by", out.columns[i].trace);
    for (uint32_t i = 0; i < n->n_aggs; i++)
        out.columns[n->n_keys + i] = way_of_agg(f, &n->aggs[i], in);
    return out;
}

static struct row_ways over_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    struct row_ways out = ways_new(f, n->out.n_columns);
    ways_put(out, 0, in);
    for (uint32_t w = 0; w < n->over.n_windows; w++) {
        const struct plan_sliding *window = &n->over.windows[w];
        for (uint32_t i = 0; i < window->n_partition; i++)
            note_choice(f, window->partition[i]->at, "rows are partitioned by",
                        flow_way(f, window->partition[i], in));
    }
    for (uint32_t i = 0; i < n->over.n_fns; i++)
        out.columns[in.n_columns + i] = way_of_agg(f, &n->over.fns[i].agg, in);
    return out;
}

static struct row_ways lookup_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    const struct plan_lookup *l = &n->lookup;
    struct row_ways out = ways_new(f, n->out.n_columns);
    ways_put(out, 0, in);
    ways_put(out, in.n_columns,
             (struct row_ways){ .columns = f->tables[l->table],
                                .n_columns = out.n_columns - in.n_columns });
    for (uint32_t i = 0; i < l->n_keys; i++)
        check_key(f, l->table, l->stream_keys[i]->at, flow_way(f, l->stream_keys[i], in));
    flow_fulfil(f, n, out);
    const struct trace *chosen = NULL;
    for (uint32_t i = 0; i < l->n_keys; i++)
        chosen = either(chosen, either(flow_way(f, l->stream_keys[i], out),
                                       out.columns[in.n_columns + l->table_keys[i]].trace));
    chosen = either(chosen, way_of_optional(f, l->condition, out));
    note_choice(f, n->at, "ON chooses rows by", chosen);
    return out;
}

static struct row_ways join_ways(struct flow *f, struct plan_node *n, struct row_ways left,
                                 struct row_ways right)
{
    struct row_ways out = ways_new(f, n->out.n_columns);
    ways_put(out, 0, left);
    ways_put(out, left.n_columns, right);
    flow_fulfil(f, n, out);
    const struct trace *chosen = NULL;
    for (uint32_t i = 0; i < n->join.n_keys; i++)
        chosen = either(chosen, either(flow_way(f, n->join.sides[0].keys[i], out),
                                       flow_way(f, n->join.sides[1].keys[i], out)));
    chosen = either(chosen, way_of_optional(f, n->join.condition, out));
    note_choice(f, n->at, "ON chooses rows by", chosen);
    return out;
}

/* What a table function makes is computed from every column of its cursor. */
static struct row_ways table_fn_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    struct row_ways out = ways_new(f, n->out.n_columns);
    struct way all = { 0 };
    for (uint32_t i = 0; i < in.n_columns; i++) flow_join(f, &all, &in.columns[i]);
    give_origin(f, &all, !all.reads);
    if (all.trace) note_fault(f, n->at, NULL, all.trace);
    uint32_t passed = n->table_fn.pass_through ? in.n_columns : 0;
    for (uint32_t i = 0; i < out.n_columns; i++) out.columns[i] = i < passed ? in.columns[i] : all;
    return out;
}

static struct row_ways sort_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    for (uint32_t i = 0; i < n->n_keys; i++) {
        const struct trace *t = flow_way(f, n->keys[i], in);
        if (n->kind == PLAN_SORT && n->sort.within && i == 0) {
            flow_refuse_rowtime(f, n->keys[i]->at, t);
            continue;
        }
        note_choice(f, n->keys[i]->at,
                    n->kind == PLAN_SORT ? "rows are ordered by" : "DISTINCT compares", t);
    }
    return in;
}

static struct row_ways filter_ways(struct flow *f, struct plan_node *n, struct row_ways in)
{
    const char *what = str_format_c(f->b->arena, "%s chooses rows by",
                                    n->clause ? n->clause : "a condition");
    note_choice(f, n->predicate->at, what, flow_way(f, n->predicate, in));
    struct row_ways out = flow_copy(f, in);
    flow_fulfil(f, n, out);
    (void)flow_way(f, n->predicate, out); /* what it computes of such a column may fail, too */
    return out;
}

static struct row_ways union_ways(struct flow *f, struct plan_node *n, const struct row_ways *in)
{
    struct row_ways out = ways_new(f, n->out.n_columns);
    for (uint32_t k = 0; k < n->n_inputs; k++) {
        for (uint32_t i = 0; i < out.n_columns && i < in[k].n_columns; i++)
            flow_join(f, &out.columns[i], &in[k].columns[i]);
    }
    return out;
}

static struct row_ways made_ways(struct flow *f, struct plan_node *n, const struct row_ways *in)
{
    switch (n->kind) {
    case PLAN_STREAM: return (struct row_ways){ f->streams[n->stream], n->out.n_columns, f->hand };
    case PLAN_TABLE:
        return (struct row_ways){ f->tables[n->lookup.table], n->out.n_columns, f->hand };
    case PLAN_FILTER: return filter_ways(f, n, in[0]);
    case PLAN_PROJECT: return project_ways(f, n, in[0]);
    case PLAN_GROUP: return group_ways(f, n, in[0]);
    case PLAN_LOOKUP: return lookup_ways(f, n, in[0]);
    case PLAN_UNION: return union_ways(f, n, in);
    case PLAN_TABLE_FN: return table_fn_ways(f, n, in[0]);
    case PLAN_OVER: return over_ways(f, n, in[0]);
    case PLAN_JOIN: return join_ways(f, n, in[0], in[1]);
    case PLAN_DISTINCT:
    case PLAN_SORT: break;
    }
    return sort_ways(f, n, in[0]);
}

/* Sets `personal` of the columns, in a copy of them; true: of any. */
static bool mark_schema(struct arena *a, struct schema *s, const struct way *ways)
{
    bool any = false;
    struct column *copy = ARENA_ARRAY(a, struct column, s->n_columns + 1);
    if (s->n_columns) memcpy(copy, s->columns, s->n_columns * sizeof *copy);
    s->columns = copy;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        s->columns[i].personal = ways[i].trace != NULL;
        any |= ways[i].trace != NULL;
    }
    return any;
}

static struct row_ways way_of_node(struct flow *f, struct plan_node *n)
{
    struct row_ways *in = ARENA_ARRAY(f->b->arena, struct row_ways, n->n_inputs + 1);
    bool hand = flow_has_hand(f, n);
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        in[i] = way_of_node(f, n->inputs[i]);
        hand |= in[i].hand;
    }
    f->hand = hand;
    struct row_ways out = made_ways(f, n, in);
    out.hand = hand;
    f->hand = false;
    if (f->last) (void)mark_schema(f->b->arena, &n->out, out.columns);
    return out;
}

/* ---- between statements ---- */

/* True: something is new. */
static bool take_up(struct flow *f, struct way *known, const struct way *found)
{
    struct way old = *known;
    flow_join(f, known, found);
    return old.trace != known->trace || old.reads != known->reads || old.equates != known->equates;
}

static struct span place_of(const struct plan_pump *p, uint32_t column)
{
    const struct plan_node *n = p->root;
    return n->kind == PLAN_PROJECT && n->exprs[column]->at.line ? n->exprs[column]->at : n->at;
}

static void refuse_output(struct flow *f, uint32_t column, const struct trace *t)
{
    struct arena *a = f->b->arena;
    struct str name = f->pump->root->out.columns[column].name;
    struct status st = status_new(a, ERR_PERSONAL, place_of(f->pump, column),
                                  "%s would leave through the output of this query",
                                  trace_origin(a, t));
    const char *hint = str_format_c(a, "its way: %s -> output column \"%.*s\"; " TRACE_WAYS_OUT,
                                    trace_path(a, t), STR_ARG(name));
    binder_report(f->b, status_with_hint(st, hint));
}

/* The ways of a query's rows; what it computes has the origins that it had before. */
static struct row_ways way_of_query(struct flow *f, struct query_state *q, struct plan_node *root)
{
    uint32_t end = f->n_origins;
    if (!q->first_origin || f->keys) q->first_origin = end;
    f->n_origins = q->first_origin;
    struct row_ways out = way_of_node(f, root);
    if (f->n_origins < end) f->n_origins = end;
    return out;
}

static void take_hand(struct flow *f, uint32_t stream)
{
    f->versions[stream] += !f->stream_hands[stream];
    f->stream_hands[stream] = true;
}

static void follow_pump(struct flow *f, struct plan_pump *p, struct query_state *q)
{
    f->pump = p;
    struct row_ways out = way_of_query(f, q, p->root);
    bool onlooker = f->b->onlooker && p->at.file == f->b->onlooker;
    for (uint32_t i = 0; i < out.n_columns; i++) {
        struct way w = out.columns[i];
        if (p->target == PLAN_STDOUT) {
            if (w.trace && f->last && !onlooker) refuse_output(f, i, w.trace);
            continue;
        }
        struct way *known = &f->streams[p->target][i];
        if (w.trace && !known->trace)
            w.trace = trace_through(f->b->arena, w.trace, p, &f->plan->streams[p->target], i,
                                    place_of(p, i));
        if (take_up(f, known, &w)) f->versions[p->target]++;
    }
    if (p->target < f->plan->n_streams && (out.hand || binder_is_onlookers(f->b, p->at)))
        take_hand(f, p->target);
    f->pump = NULL;
}

static struct row_ways follow_query(struct flow *f, struct query_state *q, struct plan_node *query)
{
    return query ? flow_copy(f, way_of_query(f, q, query)) : (struct row_ways){ 0 };
}

/* UNION, EXCEPT and INTERSECT of rows that are equal. */
static void note_set(struct flow *f, uint32_t t)
{
    static const char *const names[] = { [SET_UNION] = "UNION compares",
                                         [SET_EXCEPT] = "EXCEPT compares",
                                         [SET_INTERSECT] = "INTERSECT compares" };
    const struct plan_table *table = &f->plan->tables[t];
    for (uint32_t i = 0; table->second && i < table->schema.n_columns; i++) {
        if (!f->tables[t][i].trace) continue;
        note_choice(f, table->at, names[table->set], f->tables[t][i].trace);
        return;
    }
}

static void follow_table(struct flow *f, uint32_t t)
{
    const struct plan_table *table = &f->plan->tables[t];
    struct query_state *q = &f->queries[2 * t];
    struct row_ways sides[] = { follow_query(f, q, table->query),
                                follow_query(f, q + 1, table->second) };
    f->table_hands[t] |= sides[0].hand || sides[1].hand || binder_is_onlookers(f->b, table->at);
    if (table->set == SET_INTERSECT) flow_intersect(f, sides[0], sides[1]);
    for (uint32_t k = 0; k < 2; k++) {
        for (uint32_t i = 0; i < sides[k].n_columns && i < table->schema.n_columns; i++)
            (void)take_up(f, &f->tables[t][i], &sides[k].columns[i]);
    }
    note_set(f, t);
}

static uint64_t sum_versions(const struct flow *f, const struct plan_node *n)
{
    uint64_t sum = n->kind == PLAN_STREAM ? f->versions[n->stream] : 0;
    for (uint32_t i = 0; i < n->n_inputs; i++) sum += sum_versions(f, n->inputs[i]);
    return sum;
}

static bool has_all_rows(const struct flow *f, const struct plan_node *n)
{
    bool all = n->kind != PLAN_STREAM || f->awaited[n->stream] == 0;
    for (uint32_t i = 0; i < n->n_inputs; i++) all = all && has_all_rows(f, n->inputs[i]);
    return all;
}

/* Looks at a pump if what it reads is new, or it must be looked at. */
static bool look_at(struct flow *f, uint32_t pump, bool always)
{
    struct plan_pump *p = &f->plan->pumps[pump];
    struct query_state *q = &f->queries[2 * f->plan->n_tables + pump];
    uint64_t sum = sum_versions(f, p->root);
    bool first = !q->first_origin;
    if (!always && !first && q->seen == sum) return false;
    q->seen = sum;
    follow_pump(f, p, q);
    if (first && p->target < f->plan->n_streams) f->awaited[p->target]--;
    return true;
}

/* Until nothing new is found. */
static void follow_changes(struct flow *f)
{
    bool any;
    do {
        any = false;
        for (uint32_t i = 0; i < f->plan->n_pumps; i++) any |= look_at(f, i, false);
    } while (any);
}

/* Each pump behind those that write what it reads: once is enough then, but in a circle, which others refuse. */
static void follow_in_order(struct flow *f)
{
    struct app_plan *p = f->plan;
    for (uint32_t i = 0; i < p->n_pumps; i++) {
        if (p->pumps[i].target < p->n_streams) f->awaited[p->pumps[i].target]++;
    }
    bool any;
    do {
        any = false;
        for (uint32_t i = 0; i < p->n_pumps; i++)
            any |= has_all_rows(f, p->pumps[i].root) && look_at(f, i, false);
    } while (any);
    follow_changes(f);
}

/* Tables read others with lower numbers, and nothing else. */
static void follow_all(struct flow *f)
{
    for (uint32_t i = 0; i < f->plan->n_tables; i++) follow_table(f, i);
    if (!f->last && !f->keys) {
        follow_in_order(f);
        return;
    }
    for (uint32_t i = 0; i < f->plan->n_pumps; i++) (void)look_at(f, i, true);
}

/* ---- the plan ---- */

static void mark_plan(struct flow *f)
{
    struct app_plan *p = f->plan;
    for (uint32_t i = 0; i < p->n_streams; i++) {
        if (mark_schema(f->b->arena, &p->streams[i].schema, f->streams[i])) p->personal = true;
    }
    for (uint32_t i = 0; i < p->n_tables; i++) {
        if (mark_schema(f->b->arena, &p->tables[i].schema, f->tables[i])) p->personal = true;
    }
    for (uint32_t i = 0; i < p->n_sources; i++) {
        struct plan_source *s = &p->sources[i];
        (void)mark_schema(f->b->arena, &s->schema, f->streams[s->streams[0]]);
    }
}

struct flow *plan_check_personal(struct binder *b, struct app_plan *plan)
{
    struct flow *f = ARENA_NEW(b->arena, struct flow);
    f->b = b;
    f->plan = plan;
    f->queries =
        arena_calloc(b->arena, (2 * plan->n_tables + plan->n_pumps + 1) * sizeof *f->queries);
    f->versions = arena_calloc(b->arena, (plan->n_streams + 1) * sizeof *f->versions);
    f->awaited = arena_calloc(b->arena, (plan->n_streams + 1) * sizeof *f->awaited);
    f->stream_hands = arena_calloc(b->arena, plan->n_streams + 1);
    f->table_hands = arena_calloc(b->arena, plan->n_tables + 1);
    flow_begin(f);
    follow_all(f);
    flow_keep(f);
    follow_changes(f);
    f->last = true;
    follow_all(f);
    mark_plan(f);
    flow_refuse_ends(f);
    return f;
}

void plan_check_personal_keys(struct flow *f)
{
    bool any = false;
    for (uint32_t i = 0; i < f->plan->n_tables; i++)
        any = any || plan_table_sends_keys(&f->plan->tables[i]);
    f->last = false;
    f->keys = true;
    if (any) follow_all(f);
}
