/*
 * schema.c: columns by name, and JSON paths.
 *
 *     path = "$" { "." name | "['" name "']" | "[" number "]" | "[0:]" }
 *
 * A name after a point ends at the next point or bracket; between quotes it may hold anything, with the quote
 * itself written twice. `[0:]` names each element of an array; where it comes last, the whole array.
 */

#include "data/schema.h"

#include <assert.h>

#include "base/array.h"

bool schema_has_personal(const struct schema *s)
{
    for (uint32_t i = 0; i < s->n_columns; i++) {
        if (s->columns[i].personal) return true;
    }
    return false;
}

int schema_find(const struct schema *s, struct str name)
{
    for (uint32_t i = 0; i < s->n_columns; i++) {
        if (str_equal(&s->columns[i].name, &name)) return (int)i;
    }
    return -1;
}

struct path_reader {
    struct arena *a;
    const char   *p, *end;
};

/* Each step reader moves p behind the step; false: not of the form. */
static bool read_member(struct path_reader *r, struct path_step *out)
{
    const char *from = ++r->p;
    while (r->p < r->end && *r->p != '.' && *r->p != '[') r->p++;
    *out = (struct path_step){ .kind = STEP_MEMBER, .name = str_view(from, (size_t)(r->p - from)) };
    return r->p > from;
}

static bool read_quoted(struct path_reader *r, struct path_step *out)
{
    char quote = *r->p++;
    char *name = arena_alloc(r->a, (size_t)(r->end - r->p));
    size_t n = 0;
    for (;; name[n++] = *r->p++) {
        if (r->p == r->end) return false;
        if (*r->p != quote) continue;
        if (++r->p == r->end) return false;
        if (*r->p != quote) break;
    }
    *out = (struct path_step){ .kind = STEP_MEMBER, .name = str_view(name, n) };
    return *r->p++ == ']';
}

static bool read_index(struct path_reader *r, struct path_step *out)
{
    uint32_t index = 0;
    const char *from = r->p;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9') {
        if (index >= 100000000) return false;
        index = index * 10 + (uint32_t)(*r->p++ - '0');
    }
    if (r->p == from) return false;
    *out = (struct path_step){ .kind = STEP_INDEX, .index = index };
    if (r->p < r->end && *r->p == ':' && index == 0) {
        out->kind = STEP_EACH;
        r->p++;
    }
    return r->p < r->end && *r->p++ == ']';
}

static bool read_step(struct path_reader *r, struct path_step *out)
{
    if (*r->p == '.') return read_member(r, out);
    if (*r->p++ != '[' || r->p == r->end) return false;
    return *r->p == '\'' || *r->p == '"' ? read_quoted(r, out) : read_index(r, out);
}

struct status path_parse(struct arena *a, struct str text, struct span at, struct path *out)
{
    const char *start = arena_dup(a, str_data(&text), text.len);
    struct path_reader r = { .a = a, .p = start, .end = start + text.len };
    ARRAY(struct path_step) steps = { 0 };
    bool good = r.p < r.end && *r.p++ == '$';
    while (good && r.p < r.end) good = read_step(&r, array_push(a, &steps));
    if (!good) {
        struct status st =
            status_new(a, ERR_BAD_PATH, at, "'%.*s' is not a JSON path", STR_ARG(text));
        return status_with_hint(st, "a path looks like $.address.city, $['a name'], $.list[2] or "
                                    "$.list[0:].item");
    }
    *out = (struct path){ .steps = steps.items, .n_steps = (uint32_t)steps.count };
    return OK;
}

bool path_is_word(struct str s)
{
    const char *p = str_data(&s);
    for (uint32_t i = 0; i < s.len; i++) {
        char c = p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(c >= '0' && c <= '9' && i)) return false;
    }
    return s.len > 0;
}

void path_append_member(struct buf *out, struct str name)
{
    if (path_is_word(name)) {
        buf_printf(out, ".%.*s", STR_ARG(name));
        return;
    }
    buf_append_c(out, "['");
    for (uint32_t i = 0; i < name.len; i++) {
        char c = str_data(&name)[i];
        if (c == '\'') buf_append_char(out, c);
        buf_append_char(out, c);
    }
    buf_append_c(out, "']");
}

void path_append(struct buf *out, const struct path *path)
{
    buf_append_char(out, '$');
    for (uint32_t i = 0; i < path->n_steps; i++) {
        const struct path_step *step = &path->steps[i];
        if (step->kind == STEP_MEMBER) path_append_member(out, step->name);
        else if (step->kind == STEP_INDEX) buf_printf(out, "[%u]", step->index);
        else buf_append_c(out, "[0:]");
    }
}

struct path path_of_name(struct arena *a, struct str name)
{
    struct path_step *step = ARENA_NEW(a, struct path_step);
    *step = (struct path_step){ .kind = STEP_MEMBER, .name = str_copy(a, name) };
    return (struct path){ .steps = step, .n_steps = 1 };
}

/* The number of steps to and with the first array that makes rows; 0: none. `*again` tells of a second one. */
static uint32_t flattened(const struct path *p, bool *again)
{
    uint32_t first = 0;
    *again = false;
    for (uint32_t i = 0; i + 1 < p->n_steps; i++) {
        if (p->steps[i].kind != STEP_EACH) continue;
        if (first) *again = true;
        if (!first) first = i + 1;
    }
    return first;
}

static bool same_steps(const struct path *a, const struct path *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct path_step *x = &a->steps[i], *y = &b->steps[i];
        if (x->kind != y->kind || x->index != y->index) return false;
        if (!str_equal(&x->name, &y->name)) return false;
    }
    return true;
}

static struct status refuse_nested(struct arena *a, const struct column *c)
{
    struct status st = status_new(a, ERR_BAD_PATH, c->at,
                                  "the path of column \"%.*s\" goes through an array inside "
                                  "an array", STR_ARG(c->name));
    return status_with_hint(st, "one array makes rows; take the inner one whole, as text");
}

static struct status refuse_second(struct arena *a, const struct column *first,
                                   const struct column *c)
{
    struct status st = status_new(a, ERR_BAD_PATH, c->at,
                                  "columns \"%.*s\" and \"%.*s\" go through two different arrays",
                                  STR_ARG(first->name), STR_ARG(c->name));
    return status_with_hint(st, "one array makes rows; take the other one whole, as text");
}

struct status schema_check_paths(struct arena *a, const struct schema *s)
{
    const struct column *maker = NULL;
    uint32_t made_by = 0;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->columns[i];
        bool again;
        uint32_t steps = flattened(&c->path, &again);
        if (again) return refuse_nested(a, c);
        if (!steps) continue;
        if (maker && (steps != made_by || !same_steps(&maker->path, &c->path, steps))) {
            return refuse_second(a, maker, c);
        }
        maker = c;
        made_by = steps;
    }
    return OK;
}
