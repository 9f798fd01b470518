/*
 * json_flat.c: JSON documents as lines.
 *
 * Only brackets and strings are looked at; whether what stands between them is JSON the decoder finds out. A line end
 * inside of a string is never JSON, so it ends the string: in a file of one record a line, one that was cut does not
 * swallow the next.
 */

#include "io/json_flat.h"

static bool is_object_column(const struct column *c)
{
    return c->path.n_steps > 0 && c->path.steps[0].kind == STEP_MEMBER;
}

void json_flat_init(struct json_flat *f, const struct decode_config *config)
{
    *f = (struct json_flat){ .splits = config->row_path.n_steps == 0 };
    for (uint32_t i = 0; i < config->schema->n_columns; i++) {
        if (!is_object_column(&config->schema->columns[i])) f->splits = false;
    }
}

/* The depth at which records lie. */
static uint32_t ground(const struct json_flat *f)
{
    return f->in_array;
}

static char open_bracket(struct json_flat *f, char c)
{
    bool array = c == '[' && f->depth == 0 && f->splits;
    f->depth++;
    if (!array) return c;
    f->in_array = f->document = true;
    return ' ';
}

static char close_bracket(struct json_flat *f, char c)
{
    if (f->depth == 0) {
        f->damaged = true;
        return c;
    }
    f->depth--;
    if (!f->in_array || f->depth > 0) return c;
    f->in_array = false;
    return c == ']' ? ' ' : c;
}

static char end_line(struct json_flat *f)
{
    bool open = f->depth > ground(f);
    if (f->in_string) {
        f->in_string = f->escaped = false;
        f->damaged |= f->document;
        f->lines |= !f->document;
        return '\n';
    }
    if (open) f->document = true;
    else if (!f->document) f->lines = f->begun;
    return open ? ' ' : '\n';
}

static char in_string(struct json_flat *f, char c)
{
    if (c == '\n') return end_line(f);
    if (f->escaped) f->escaped = false;
    else if (c == '\\') f->escaped = true;
    else if (c == '"') f->in_string = false;
    return c;
}

static char outside(struct json_flat *f, char c)
{
    switch (c) {
    case '{':
    case '[': return open_bracket(f, c);
    case '}':
    case ']': return close_bracket(f, c);
    case '"': f->in_string = true; return c;
    case ',': return f->in_array && f->depth == 1 ? '\n' : c;
    case '\r': return f->depth > ground(f) ? ' ' : c;
    case '\n': return end_line(f);
    default: return c;
    }
}

void json_flat_run(struct json_flat *f, char *p, size_t n)
{
    for (size_t i = 0; i < n && !f->lines; i++) {
        f->begun |= p[i] != '\n' && p[i] != '\r' && p[i] != ' ' && p[i] != '\t';
        p[i] = f->in_string ? in_string(f, p[i]) : outside(f, p[i]);
    }
}

const char *json_flat_end(const struct json_flat *f)
{
    if (f->lines || !f->document) return NULL;
    if (f->damaged) return "a bracket or quote too many in the JSON document";
    return f->depth || f->in_string ? "the JSON document ends too early" : NULL;
}
