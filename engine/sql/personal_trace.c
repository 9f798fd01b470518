/* personal_trace.c: the way of a PERSONAL value, for refusals and notes. */

#include "sql/personal_trace.h"

struct trace {
    const struct trace *from; /* NULL: it begins here */
    struct str          relation, column;
    struct str          pump; /* that brought it here; empty: it has no name, or none did */
    struct span         at;   /* the declaration; of a pump: the expression */
};

/* ---- beginnings ---- */

static bool is_same_step(const struct path_step *a, const struct path_step *b)
{
    if (a->kind == STEP_MEMBER || b->kind == STEP_MEMBER)
        return a->kind == b->kind && str_equal(&a->name, &b->name);
    return a->kind == STEP_EACH || b->kind == STEP_EACH || a->index == b->index;
}

/* Whether one of the two values lies in the other, or is it. */
bool path_overlaps(const struct path *a, const struct path *b)
{
    for (uint32_t i = 0; i < a->n_steps && i < b->n_steps; i++) {
        if (!is_same_step(&a->steps[i], &b->steps[i])) return false;
    }
    return true;
}

const struct column *trace_holder(const struct schema *s, uint32_t n, uint32_t column,
                                  bool with_paths)
{
    if (s->columns[column].personal) return &s->columns[column];
    for (uint32_t i = 0; with_paths && i < n; i++) {
        const struct column *c = &s->columns[i];
        if (c->personal && path_overlaps(&c->path, &s->columns[column].path)) return c;
    }
    return NULL;
}

const struct trace *trace_begin(struct arena *a, struct str relation, const struct column *c)
{
    struct trace *t = ARENA_NEW(a, struct trace);
    *t = (struct trace){ .relation = relation, .column = c->name, .at = c->at };
    return t;
}

const struct trace *trace_call(struct arena *a, const char *function, struct span at)
{
    struct trace *t = ARENA_NEW(a, struct trace);
    *t = (struct trace){ .column = str_c(function), .at = at };
    return t;
}

const struct trace *trace_through(struct arena *a, const struct trace *from,
                                  const struct plan_pump *pump, const struct plan_stream *to,
                                  uint32_t column, struct span at)
{
    struct trace *t = ARENA_NEW(a, struct trace);
    *t = (struct trace){ .from = from,
                         .relation = to->name,
                         .column = to->schema.columns[column].name,
                         .pump = pump->name,
                         .at = at };
    return t;
}

/* ---- texts ---- */

const char *trace_origin(struct arena *a, const struct trace *t)
{
    while (t->from) t = t->from;
    if (t->relation.len == 0)
        return str_format_c(a, "PERSONAL result of %.*s", STR_ARG(t->column));
    return str_format_c(a, "PERSONAL column \"%.*s\" of \"%.*s\"", STR_ARG(t->column),
                        STR_ARG(t->relation));
}

const char *trace_path(struct arena *a, const struct trace *t)
{
    if (t->relation.len == 0) return str_format_c(a, "%.*s(...)", STR_ARG(t->column));
    const char *here = str_format_c(a, "\"%.*s\".\"%.*s\"", STR_ARG(t->relation),
                                    STR_ARG(t->column));
    if (!t->from) return here;
    const char *before = trace_path(a, t->from);
    if (t->pump.len == 0) return str_format_c(a, "%s -> INSERT -> %s", before, here);
    return str_format_c(a, "%s -> pump \"%.*s\" -> %s", before, STR_ARG(t->pump), here);
}

struct span trace_place(const struct trace *t)
{
    return t->from ? t->at : SPAN_NONE;
}
