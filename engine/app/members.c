/* members.c: one JSON object, or one value, from a line of text, by the scanner of the formats. */

#include "app/members.h"

#include "base/limits.h"
#include "io/decode.h"
#include "io/json_scan.h"

struct reader {
    struct arena     *arena;
    const char       *start, *p, *end; /* a copy of the text with room behind it */
    struct json_error error;
};

static struct reader reader_of(struct arena *a, struct str text)
{
    char *copy = arena_alloc(a, (size_t)text.len + BLOCK_PAD);
    memcpy(copy, str_data(&text), text.len);
    memset(copy + text.len, 0, BLOCK_PAD);
    return (struct reader){ .arena = a, .start = copy, .p = copy, .end = copy + text.len };
}

static struct status refuse(const struct reader *r, const char *what, const char *at)
{
    if (!what) what = "this is not JSON";
    if (!at || at < r->start || at > r->end) at = r->p;
    return status_new(r->arena, ERR_PARSE, SPAN_NONE, "not JSON, at character %zu: %s",
                      (size_t)(at - r->start) + 1, what);
}

static struct str unescaped(struct reader *r, const struct json_extent *e)
{
    if (!e->escaped) return str_view(e->start, e->size);
    char *text = arena_alloc(r->arena, (size_t)e->size + 1);
    return str_view(text, json_unescape(e->start, e->size, text));
}

static enum member_kind kind_of(enum json_kind kind)
{
    switch (kind) {
    case JSON_NULL: return MEMBER_NULL;
    case JSON_TRUE:
    case JSON_FALSE: return MEMBER_BOOLEAN;
    case JSON_NUMBER: return MEMBER_NUMBER;
    case JSON_STRING: return MEMBER_STRING;
    default: return MEMBER_OTHER;
    }
}

static struct status read_value(struct reader *r, struct member *out)
{
    r->p = json_skip_blank(r->p);
    if (r->p >= r->end) return refuse(r, "a value is missing", r->end);
    struct json_extent e;
    const char        *next = json_scan_value(r->p, r->end, LIMIT_JSON_DEPTH, &e, &r->error);
    if (!next) return refuse(r, r->error.what, r->error.at);
    r->p = json_skip_blank(next);
    out->kind = kind_of(e.kind);
    out->text = e.kind == JSON_STRING ? unescaped(r, &e) : str_view(e.start, e.size);
    return OK;
}

static struct status read_member(struct reader *r, struct member *out)
{
    r->p = json_skip_blank(r->p);
    if (*r->p != '"') return refuse(r, "a name in quotes is missing", r->p);
    struct json_extent name;
    const char        *next = json_scan_string(r->p, r->end, &name, &r->error);
    if (!next) return refuse(r, r->error.what, r->error.at);
    out->name = unescaped(r, &name);
    r->p = json_skip_blank(next);
    if (*r->p != ':') return refuse(r, "a colon is missing", r->p);
    r->p++;
    return read_value(r, out);
}

static struct status at_end(const struct reader *r)
{
    return r->p == r->end ? OK : refuse(r, "the text goes on behind its end", r->p);
}

struct status members_read(struct arena *a, struct str text, struct members *out)
{
    struct reader  r = reader_of(a, text);
    struct members members = { 0 };
    r.p = json_skip_blank(r.p);
    if (*r.p != '{') return refuse(&r, "a row is an object in braces", r.p);
    r.p = json_skip_blank(r.p + 1);
    for (bool more = *r.p != '}'; more;) {
        struct member *m = array_push(a, &members);
        TRY(read_member(&r, m));
        more = *r.p == ',';
        if (!more && *r.p != '}') return refuse(&r, "a comma or a closing brace is missing", r.p);
        r.p += more;
    }
    r.p = json_skip_blank(r.p + 1);
    TRY(at_end(&r));
    *out = members;
    return OK;
}

struct status member_read_value(struct arena *a, struct str text, struct member *out)
{
    struct reader r = reader_of(a, text);
    struct member m = { 0 };
    TRY(read_value(&r, &m));
    TRY(at_end(&r));
    *out = m;
    return OK;
}
