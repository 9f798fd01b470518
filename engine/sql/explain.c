/*
 * explain.c: a plan for people and programs.
 *
 * All forms show the same: sources, streams, tables, sinks, and for each pump its operators from the result down to
 * the stream, each with what it does and how it may be divided: stateless, keyed (by the keys shown) or global.
 */

#include "sql/explain.h"

#include "sql/expr_text.h"

#include "data/text.h"

/* ---- what an operator does, in one line ---- */

static const char *const kind_names[] = {
    [PLAN_STREAM] = "Stream", [PLAN_FILTER] = "Filter", [PLAN_PROJECT] = "Project",
    [PLAN_GROUP] = "Group", [PLAN_LOOKUP] = "Lookup", [PLAN_UNION] = "Union",
    [PLAN_TABLE] = "Table",
    [PLAN_TABLE_FN] = "TableFunction", [PLAN_OVER] = "Over", [PLAN_JOIN] = "Join",
    [PLAN_DISTINCT] = "Distinct", [PLAN_SORT] = "Sort",
};

static const char *const keying_names[] = { [KEYING_STATELESS] = "stateless",
                                            [KEYING_KEYED] = "keyed",
                                            [KEYING_GLOBAL] = "global" };

static const struct schema *input_of(const struct plan_node *n)
{
    return &n->inputs[0]->out;
}

static void print_project(struct buf *out, const struct plan_node *n)
{
    for (uint32_t i = 0; i < n->out.n_columns; i++) {
        const struct expr *e = n->exprs[i];
        struct str name = n->out.columns[i].name;
        if (i > 0) buf_append_c(out, ", ");
        /* Conversions that INSERT makes are not shown. */
        const struct expr *value = e->kind == EXPR_CALL && e->implicit ? e->args[0] : e;
        bool same = value->kind == EXPR_COLUMN &&
                    str_equal(&input_of(n)->columns[value->column].name, &name);
        expr_print(out, e, input_of(n));
        if (same) continue;
        buf_append_c(out, " AS ");
        expr_print_name(out, name);
    }
    if (!n->rowtime) return;
    buf_append_c(out, n->out.n_columns > 0 ? ", " : "");
    expr_print(out, n->rowtime, input_of(n));
    buf_append_c(out, " AS ROWTIME");
}

/* A length in the largest unit that it is a multiple of. */
static void print_ms(struct buf *out, int64_t ms)
{
    static const struct {
        int64_t     ms;
        const char *name;
    } units[] = {
        { 86400000, "DAY" },
        { 3600000, "HOUR" },
        { 60000, "MINUTE" },
        { 1000, "SECOND" },
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (ms < units[i].ms || ms % units[i].ms != 0) continue;
        buf_printf(out, "%lld %s", (long long)(ms / units[i].ms), units[i].name);
        return;
    }
    buf_printf(out, "%lld ms", (long long)ms);
}

static void print_window(struct buf *out, const struct plan_node *n)
{
    const struct plan_window *w = &n->window;
    switch (w->kind) {
    case WINDOW_STEP:
        buf_append_c(out, "window ");
        print_ms(out, w->step_ms);
        if (w->origin_ms != 0) {
            buf_append_c(out, " shifted by ");
            print_ms(out, w->origin_ms);
        }
        return;
    case WINDOW_MONTHS: buf_printf(out, "window %lld MONTH", (long long)w->months); return;
    case WINDOW_ROWTIME: buf_append_c(out, "window of one ROWTIME"); return;
    case WINDOW_CHANGE:
        buf_append_c(out, "window until a change of ");
        expr_print(out, n->keys[w->key], input_of(n));
        return;
    case WINDOW_STAGGER:
        buf_append_c(out, "stagger window ");
        print_ms(out, w->step_ms);
        return;
    }
}

static void print_group(struct buf *out, const struct plan_node *n)
{
    print_window(out, n);
    buf_append_c(out, "; by ");
    for (uint32_t i = 0; i < n->n_keys; i++) {
        if (i > 0) buf_append_c(out, ", ");
        expr_print(out, n->keys[i], input_of(n));
    }
    for (uint32_t i = 0; i < n->n_aggs; i++) {
        buf_append_c(out, i > 0 ? ", " : "; ");
        expr_print_agg(out, &n->aggs[i], input_of(n));
    }
}

static void print_frame(struct buf *out, const struct plan_frame *f)
{
    buf_append_c(out, f->rows ? "ROWS " : "RANGE ");
    if (f->endless) buf_append_c(out, "UNBOUNDED");
    else if (f->rows) buf_printf(out, "%lld", (long long)f->size);
    else print_ms(out, f->size);
    buf_append_c(out, " PRECEDING");
}

/* Of each window its partition, frame and functions. */
static void print_over(struct buf *out, const struct plan_node *n)
{
    for (uint32_t i = 0; i < n->over.n_windows; i++) {
        const struct plan_sliding *w = &n->over.windows[i];
        if (i > 0) buf_append_c(out, "; ");
        for (uint32_t k = 0; k < w->n_partition; k++) {
            buf_append_c(out, k > 0 ? ", " : "by ");
            expr_print(out, w->partition[k], input_of(n));
        }
        if (w->n_partition > 0) buf_append_char(out, ' ');
        print_frame(out, &w->frame);
        bool kept = w->n_partition > 0 && (w->frame.rows || w->frame.endless);
        if (kept) buf_append_c(out, " (keeps its rows of every key for ever)");
        const char *before = ": ";
        for (uint32_t k = 0; k < n->over.n_fns; k++) {
            if (n->over.fns[k].window != i) continue;
            buf_append_c(out, before);
            before = ", ";
            expr_print_agg(out, &n->over.fns[k].agg, input_of(n));
            if (n->over.fns[k].from_last) buf_append_c(out, " FROM LAST");
        }
    }
}

static void print_lookup(struct buf *out, const struct app_plan *plan, const struct plan_node *n)
{
    const struct plan_lookup *l = &n->lookup;
    const struct plan_table *t = &plan->tables[l->table];
    if (l->outer) buf_append_c(out, "LEFT ");
    expr_print_name(out, t->name);
    if (t->n_lookup_key) buf_append_c(out, " by key");
    for (uint32_t i = 0; i < l->n_keys; i++) {
        buf_append_c(out, i == 0 ? " ON " : " AND ");
        expr_print(out, l->stream_keys[i], &n->out);
        buf_append_c(out, " = ");
        expr_print_name(out, t->name);
        buf_append_char(out, '.');
        expr_print_name(out, t->schema.columns[l->table_keys[i]].name);
    }
    if (!l->condition) return;
    buf_append_c(out, l->n_keys > 0 ? "; then " : " ON ");
    expr_print(out, l->condition, &n->out);
}

static void print_join_window(struct buf *out, const struct plan_join_side *s)
{
    switch (s->window) {
    case JOIN_NOW: buf_append_c(out, "the row alone"); return;
    case JOIN_RANGE:
        buf_append_c(out, "RANGE ");
        if (s->size > 0) print_ms(out, s->size);
        else buf_append_char(out, '0');
        return;
    case JOIN_ROWS: buf_printf(out, "ROWS %lld", (long long)s->size); return;
    }
}

static void print_join(struct buf *out, const struct plan_node *n)
{
    static const char *const kinds[] = { "", "LEFT ", "RIGHT ", "FULL " };
    const struct plan_join *j = &n->join;
    buf_append_c(out, kinds[j->sides[0].outer + 2 * j->sides[1].outer]);
    print_join_window(out, &j->sides[0]);
    buf_append_c(out, " with ");
    print_join_window(out, &j->sides[1]);
    for (uint32_t i = 0; i < j->n_keys; i++) {
        buf_append_c(out, i == 0 ? " ON " : " AND ");
        expr_print(out, j->sides[0].keys[i], &n->out);
        buf_append_c(out, " = ");
        expr_print(out, j->sides[1].keys[i], &n->out);
    }
    if (!j->condition) return;
    buf_append_c(out, j->n_keys > 0 ? "; then " : " ON ");
    expr_print(out, j->condition, &n->out);
}

/* Columns, or ROWTIME, that rows are sorted or compared by. */
static void print_keys(struct buf *out, const struct plan_node *n)
{
    for (uint32_t i = 0; i < n->n_keys; i++) {
        buf_append_c(out, i > 0 ? ", " : "by ");
        expr_print(out, n->keys[i], input_of(n));
        if (n->kind == PLAN_SORT && n->sort.descending[i]) buf_append_c(out, " DESC");
    }
}

static void print_held(struct buf *out, const struct plan_node *n)
{
    if (n->sort.within) {
        print_keys(out, n);
        buf_append_c(out, " WITHIN ");
        print_ms(out, n->sort.within_ms);
        return;
    }
    print_window(out, n);
    if (n->n_keys > 0) buf_append_c(out, "; ");
    print_keys(out, n);
}

static void print_detail(struct buf *out, const struct app_plan *plan, const struct plan_node *n)
{
    switch (n->kind) {
    case PLAN_STREAM: expr_print_name(out, plan->streams[n->stream].name); return;
    case PLAN_FILTER:
        buf_printf(out, "%s ", n->clause);
        expr_print(out, n->predicate, input_of(n));
        return;
    case PLAN_PROJECT: print_project(out, n); return;
    case PLAN_GROUP: print_group(out, n); return;
    case PLAN_OVER: print_over(out, n); return;
    case PLAN_LOOKUP: print_lookup(out, plan, n); return;
    case PLAN_TABLE: expr_print_name(out, plan->tables[n->lookup.table].name); return;
    case PLAN_JOIN: print_join(out, n); return;
    case PLAN_SORT:
    case PLAN_DISTINCT: print_held(out, n); return;
    case PLAN_TABLE_FN:
        buf_append_c(out, n->table_fn.fn->name);
        if (n->table_fn.detail) buf_printf(out, " %s", n->table_fn.detail);
        return;
    default: return;
    }
}

/* ---- streams, sources and sinks ---- */

/* Declared columns that somebody reads. */
static void print_needed(struct buf *out, const struct plan_stream *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->schema.n_columns; i++) {
        if (!s->needed[i] || s->schema.columns[i].name.len == 0) continue;
        if (str_equal_c(s->schema.columns[i].name, plan_hidden_names[HIDDEN_RECORD])) continue;
        buf_append_c(out, n++ > 0 ? ", " : "");
        expr_print_name(out, s->schema.columns[i].name);
    }
    if (n == 0) buf_append_c(out, "no column");
}

static void print_url(struct buf *out, const struct plan_endpoint *e)
{
    if (e->has_url) buf_append_str(out, e->url);
    else buf_append_c(out, "(no URL)");
}

static void print_target(struct buf *out, const struct app_plan *plan, uint32_t stream)
{
    if (stream == PLAN_STDOUT) buf_append_c(out, "standard output");
    else expr_print_name(out, plan->streams[stream].name);
}

static void print_sink_stream(struct buf *out, const struct app_plan *plan, uint32_t stream)
{
    if (stream == PLAN_ERROR_STREAM) buf_append_c(out, "error_stream");
    else expr_print_name(out, plan->streams[stream].name);
}

/* ---- text ---- */

static void text_node(struct buf *out, const struct app_plan *plan, const struct plan_node *n,
                      int indent)
{
    buf_printf(out, "%*s%s", indent, "", kind_names[n->kind]);
    if (n->kind != PLAN_STREAM) buf_printf(out, " [%s]", keying_names[n->keying]);
    buf_append_char(out, ' ');
    print_detail(out, plan, n);
    buf_append_char(out, '\n');
    for (uint32_t i = 0; i < n->n_inputs; i++) text_node(out, plan, n->inputs[i], indent + 2);
}

static void text_pump(struct buf *out, const struct app_plan *plan, const struct plan_pump *p)
{
    if (p->name.len > 0) {
        buf_append_c(out, "pump ");
        expr_print_name(out, p->name);
    } else {
        buf_append_c(out, "query");
    }
    buf_append_c(out, p->stopped ? " (stopped) -> " : " -> ");
    print_target(out, plan, p->target);
    buf_append_char(out, '\n');
    text_node(out, plan, p->root, 2);
}

static void types_of(struct buf *out, const struct plan_node *n)
{
    for (uint32_t i = 0; i < n->out.n_columns; i++) {
        const struct type *t = &n->out.columns[i].type;
        buf_printf(out, "%u %u %u %u %u %u,", t->kind, t->precision, t->scale, t->from, t->to,
                   t->length);
    }
    buf_append_char(out, '\n');
    for (uint32_t i = 0; i < n->n_inputs; i++) types_of(out, n->inputs[i]);
}

void explain_identity(struct buf *out, const struct app_plan *plan, const struct plan_pump *pump)
{
    text_pump(out, plan, pump);
    types_of(out, pump->root);
}

static void write_text(struct buf *out, const struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        const struct plan_source *s = &plan->sources[i];
        for (uint32_t k = 0; k < s->n_streams; k++) {
            const struct plan_stream *stream = &plan->streams[s->streams[k]];
            buf_append_c(out, "source ");
            expr_print_name(out, stream->name);
            buf_append_c(out, " from ");
            print_url(out, &s->endpoint);
            buf_append_c(out, ": reads ");
            print_needed(out, stream);
            buf_append_char(out, '\n');
        }
    }
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        const struct plan_table *t = &plan->tables[i];
        buf_append_c(out, "table ");
        expr_print_name(out, t->name);
        if (t->constant) {
            buf_printf(out, " of %u rows\n", t->n_rows);
            continue;
        }
        buf_append_c(out, " from ");
        print_url(out, &t->endpoint);
        buf_append_char(out, '\n');
    }
    for (uint32_t i = 0; i < plan->n_pumps; i++) text_pump(out, plan, &plan->pumps[i]);
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        buf_append_c(out, "sink ");
        expr_print_name(out, plan->sinks[i].name);
        buf_append_c(out, " from ");
        print_sink_stream(out, plan, plan->sinks[i].stream);
        buf_append_c(out, " into ");
        print_url(out, &plan->sinks[i].endpoint);
        buf_append_char(out, '\n');
    }
}

/* ---- JSON ---- */

static void json_text(struct buf *out, const struct buf *text)
{
    text_json_string(out, text->data ? text->data : "", text->len);
}

static void json_member(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, "\"%s\": ", name);
    text_json_string(out, str_data(&value), value.len);
}

static void json_columns(struct buf *out, const struct schema *s, uint32_t n)
{
    struct arena *scratch = arena_new();
    buf_append_c(out, "\"columns\": [");
    for (uint32_t i = 0; i < n; i++) {
        buf_append_c(out, i > 0 ? ", { " : "{ ");
        json_member(out, "name", s->columns[i].name);
        buf_append_c(out, ", ");
        json_member(out, "type", str_c(type_text(scratch, s->columns[i].type)));
        buf_append_c(out, " }");
    }
    buf_append_char(out, ']');
    arena_free(scratch);
}

static void json_node(struct buf *out, const struct app_plan *plan, const struct plan_node *n,
                      int indent)
{
    struct buf detail = { 0 };
    print_detail(&detail, plan, n);
    buf_printf(out, "{ \"operator\": \"%s\", \"keying\": \"%s\", \"detail\": ", kind_names[n->kind],
               keying_names[n->keying]);
    json_text(out, &detail);
    buf_free(&detail);
    buf_append_c(out, ", ");
    json_columns(out, &n->out, n->out.n_columns);
    buf_append_c(out, ", \"inputs\": [");
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        buf_printf(out, "%s\n%*s", i > 0 ? "," : "", indent + 2, "");
        json_node(out, plan, n->inputs[i], indent + 2);
    }
    buf_append_c(out, "] }");
}

static void json_streams(struct buf *out, const struct app_plan *plan)
{
    buf_append_c(out, "  \"streams\": [");
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *s = &plan->streams[i];
        buf_append_c(out, i > 0 ? ",\n    { " : "\n    { ");
        json_member(out, "name", s->name);
        buf_printf(out, ", \"source\": %s, ", s->is_source ? "true" : "false");
        json_columns(out, &s->schema, s->n_visible);
        buf_append_c(out, " }");
    }
    buf_append_c(out, "],\n");
}

static void json_endpoint(struct buf *out, const struct plan_endpoint *e)
{
    if (!e->has_url) return;
    buf_append_c(out, ", ");
    json_member(out, "url", e->url);
}

static void json_sinks(struct buf *out, const struct app_plan *plan)
{
    buf_append_c(out, "  \"sinks\": [");
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        const struct plan_sink *s = &plan->sinks[i];
        buf_append_c(out, i > 0 ? ",\n    { " : "\n    { ");
        json_member(out, "name", s->name);
        buf_append_c(out, ", ");
        bool error = s->stream == PLAN_ERROR_STREAM;
        json_member(out, "stream", error ? str_c("error_stream") : plan->streams[s->stream].name);
        json_endpoint(out, &s->endpoint);
        buf_append_c(out, " }");
    }
    buf_append_c(out, "],\n");
}

static void json_inputs(struct buf *out, const struct app_plan *plan)
{
    buf_append_c(out, "  \"sources\": [");
    for (uint32_t i = 0; i < plan->n_sources; i++) {
        buf_append_c(out, i > 0 ? ",\n    { " : "\n    { ");
        json_member(out, "name", plan->sources[i].name);
        json_endpoint(out, &plan->sources[i].endpoint);
        buf_append_c(out, " }");
    }
    buf_append_c(out, "],\n  \"tables\": [");
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        buf_append_c(out, i > 0 ? ",\n    { " : "\n    { ");
        json_member(out, "name", plan->tables[i].name);
        json_endpoint(out, &plan->tables[i].endpoint);
        buf_append_c(out, ", ");
        json_columns(out, &plan->tables[i].schema, plan->tables[i].schema.n_columns);
        buf_append_c(out, " }");
    }
    buf_append_c(out, "],\n");
}

static void write_json(struct buf *out, const struct app_plan *plan)
{
    buf_append_c(out, "{\n");
    json_inputs(out, plan);
    json_streams(out, plan);
    json_sinks(out, plan);
    buf_append_c(out, "  \"pumps\": [");
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        buf_append_c(out, i > 0 ? ",\n    { " : "\n    { ");
        json_member(out, "name", p->name);
        buf_printf(out, ", \"stopped\": %s, ", p->stopped ? "true" : "false");
        if (p->target == PLAN_STDOUT) buf_append_c(out, "\"target\": null");
        else json_member(out, "target", plan->streams[p->target].name);
        buf_append_c(out, ",\n      \"plan\": ");
        json_node(out, plan, p->root, 6);
        buf_append_c(out, " }");
    }
    buf_append_c(out, "]\n}\n");
}

/* ---- dot and mermaid ---- */

/* The two languages of graphs differ in how they write a node and an edge. */
struct graph_form {
    const char *begin, *end;
    void (*node)(struct buf *out, const char *id, uint32_t number, const struct buf *label,
                 bool round);
    const char *arrow;
    const char *edge_end;
};

static void escape(struct buf *out, const struct buf *label, const char *quote, const char *newline)
{
    for (size_t i = 0; i < label->len; i++) {
        char c = label->data[i];
        if (c == '"') buf_append_c(out, quote);
        else if (c == '\n') buf_append_c(out, newline);
        else if (c == '\\') buf_append_c(out, "\\\\");
        else buf_append_char(out, c);
    }
}

static void dot_node(struct buf *out, const char *id, uint32_t number, const struct buf *label,
                     bool round)
{
    buf_printf(out, "  %s%u [shape=%s, label=\"", id, number, round ? "ellipse" : "box");
    escape(out, label, "\\\"", "\\n");
    buf_append_c(out, "\"];\n");
}

static void mermaid_node(struct buf *out, const char *id, uint32_t number, const struct buf *label,
                         bool round)
{
    buf_printf(out, "  %s%u%s\"", id, number, round ? "([" : "[");
    escape(out, label, "#quot;", "<br/>");
    buf_printf(out, "\"%s\n", round ? "])" : "]");
}

static const struct graph_form dot_form = { "digraph application {\n  rankdir=LR;\n", "}\n",
                                            dot_node, " -> ", ";\n" };
static const struct graph_form mermaid_form = { "flowchart LR\n", "", mermaid_node, " --> ", "\n" };

struct drawing {
    struct buf              *out;
    const struct app_plan   *plan;
    const struct graph_form *form;
    uint32_t                 n_operators;
};

static void draw_edge(struct drawing *d, const char *from, uint32_t from_number, const char *to,
                      uint32_t to_number)
{
    buf_printf(d->out, "  %s%u%s%s%u%s", from, from_number, d->form->arrow, to, to_number,
               d->form->edge_end);
}

/* Draws an operator and all below it; the number of its node is left in *number, streams being drawn already. */
static const char *draw_node(struct drawing *d, const struct plan_node *n, uint32_t *number)
{
    if (n->kind == PLAN_STREAM) {
        *number = n->stream;
        return "s";
    }
    struct buf label = { 0 };
    *number = d->n_operators++;
    buf_printf(&label, "%s [%s]\n", kind_names[n->kind], keying_names[n->keying]);
    print_detail(&label, d->plan, n);
    d->form->node(d->out, "o", *number, &label, false);
    buf_free(&label);
    for (uint32_t i = 0; i < n->n_inputs; i++) {
        uint32_t from;
        const char *id = draw_node(d, n->inputs[i], &from);
        draw_edge(d, id, from, "o", *number);
    }
    if (n->kind == PLAN_LOOKUP) draw_edge(d, "t", n->lookup.table, "o", *number);
    return "o";
}

static void draw_named(struct drawing *d, const char *id, uint32_t number, const char *kind,
                       struct str name)
{
    struct buf label = { 0 };
    buf_printf(&label, "%s\n%.*s", kind, STR_ARG(name));
    d->form->node(d->out, id, number, &label, true);
    buf_free(&label);
}

static void write_graph(struct buf *out, const struct app_plan *plan, const struct graph_form *form)
{
    struct drawing d = { .out = out, .plan = plan, .form = form };
    buf_append_c(out, form->begin);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        const struct plan_stream *s = &plan->streams[i];
        draw_named(&d, "s", i, s->is_source ? "source" : "stream", s->name);
    }
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        draw_named(&d, "t", i, "table", plan->tables[i].name);
    }
    for (uint32_t i = 0; i < plan->n_pumps; i++) {
        const struct plan_pump *p = &plan->pumps[i];
        uint32_t root;
        const char *id = draw_node(&d, p->root, &root);
        if (p->target == PLAN_STDOUT) draw_named(&d, "q", i, "output", str_c("standard output"));
        bool query = p->target == PLAN_STDOUT;
        draw_edge(&d, id, root, query ? "q" : "s", query ? i : p->target);
    }
    for (uint32_t i = 0; i < plan->n_sinks; i++) {
        draw_named(&d, "k", i, "sink", plan->sinks[i].name);
        bool error = plan->sinks[i].stream == PLAN_ERROR_STREAM;
        if (error) draw_named(&d, "e", i, "stream", str_c("error_stream"));
        draw_edge(&d, error ? "e" : "s", error ? i : plan->sinks[i].stream, "k", i);
    }
    buf_append_c(out, form->end);
}

struct status explain_write(struct buf *out, const struct app_plan *plan, const char *format)
{
    if (strcmp(format, "text") == 0) write_text(out, plan);
    else if (strcmp(format, "json") == 0) write_json(out, plan);
    else if (strcmp(format, "dot") == 0) write_graph(out, plan, &dot_form);
    else if (strcmp(format, "mermaid") == 0) write_graph(out, plan, &mermaid_form);
    else return (struct status){ .err = ERR_USAGE,
                                 .message = "no such format of explain",
                                 .hint = "text, dot, mermaid or json" };
    return OK;
}
