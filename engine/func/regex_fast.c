/*
 * regex_fast.c: the syntax of automaton patterns read by recursive descent: unions of intersections of sequences of
 * repeated atoms. A sequence stays a list of items with their lengths, so that what is of fixed length at its start can
 * be told from the rest; x+ is x, then x*.
 *
 *     (.*)-+(<Alpha>.*)   =>   group "" `.*`,  between `-` `-*`,  group `[a-zA-Z]` `.*`
 */

#include "func/regex_fast.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "func/bind.h"
#include "func/regex.h"

struct items {
    struct fast_piece *items;
    size_t             count, cap;
};

struct fast {
    struct arena *arena;
    const char   *p, *end;
    uint32_t      depth;
    const char   *wrong;
};

static bool fail(struct fast *f, const char *what)
{
    if (!f->wrong) f->wrong = what;
    return false;
}

static bool take(struct fast *f, char c)
{
    if (f->p == f->end || *f->p != c) return false;
    f->p++;
    return true;
}

static bool at(const struct fast *f, char c)
{
    return f->p < f->end && *f->p == c;
}

static uint32_t next(struct fast *f)
{
    size_t width = 0;
    uint32_t c = utf8_next(f->p, (size_t)(f->end - f->p), &width);
    f->p += width;
    return c;
}

/* ---- pieces ---- */

static struct fast_piece piece_of(struct fast *f, struct buf *b, int64_t length)
{
    char *text = arena_dup(f->arena, b->len ? b->data : "", b->len);
    struct fast_piece piece = { text, b->len, length };
    buf_free(b);
    return piece;
}

static struct fast_piece piece_text(struct fast *f, const char *text, int64_t length)
{
    return (struct fast_piece){ arena_dup(f->arena, text, strlen(text)), strlen(text), length };
}

enum { LENGTH_MAX = 1 << 20 };

static int64_t add_lengths(int64_t a, int64_t b)
{
    return a < 0 || b < 0 || a + b > LENGTH_MAX ? -1 : a + b;
}

/* Items from `from` to `to` one after the other, as one. */
static struct fast_piece join(struct fast *f, const struct items *list, size_t from, size_t to)
{
    struct buf b = { .data = NULL };
    int64_t length = 0;
    for (size_t i = from; i < to; i++) {
        buf_append(&b, list->items[i].text, list->items[i].n);
        length = add_lengths(length, list->items[i].length);
    }
    return piece_of(f, &b, length);
}

/* (?:a<between>b) */
static struct fast_piece wrapped(struct fast *f, struct fast_piece a, const char *open,
                                 const char *between, struct fast_piece b, int64_t length)
{
    struct buf out = { .data = NULL };
    buf_append_c(&out, open);
    buf_append(&out, a.text, a.n);
    buf_append_c(&out, between);
    buf_append(&out, b.text, b.n);
    buf_append_c(&out, ")");
    return piece_of(f, &out, length);
}

static struct fast_piece repeated(struct fast *f, struct fast_piece x, const char *how,
                                  int64_t length)
{
    struct buf out = { .data = NULL };
    buf_append_c(&out, "(?:");
    buf_append(&out, x.text, x.n);
    buf_append_char(&out, ')');
    buf_append_c(&out, how);
    return piece_of(f, &out, length);
}

/* ---- atoms ---- */

static bool read_class(struct fast *f, struct items *out)
{
    struct buf b = { .data = NULL };
    buf_append_c(&b, take(f, '^') ? "[^" : "[");
    size_t begin = b.len;
    while (!f->wrong && !at(f, ']')) {
        take(f, '\\');
        if (f->p == f->end) fail(f, "a class of characters is not closed");
        if (f->wrong) break;
        uint32_t first = next(f), last = first;
        if (at(f, '-') && f->end - f->p > 1 && f->p[1] != ']') {
            f->p++;
            take(f, '\\');
            last = f->p < f->end ? next(f) : 0;
        }
        if (last < first) fail(f, "a range of characters ends before it begins");
        regex_put_literal(&b, first);
        buf_append_char(&b, '-');
        regex_put_literal(&b, last);
    }
    if (b.len == begin) fail(f, "a class of characters is empty");
    take(f, ']');
    buf_append_char(&b, ']');
    *array_push(f->arena, out) = piece_of(f, &b, 1);
    return !f->wrong;
}

static bool read_literal(struct fast *f, struct items *out)
{
    struct buf b = { .data = NULL };
    int64_t length = 0;
    for (; f->p < f->end && *f->p != '"'; length++) regex_put_literal(&b, next(f));
    *array_push(f->arena, out) = piece_of(f, &b, length <= LENGTH_MAX ? length : -1);
    return take(f, '"') ? true : fail(f, "a quote is not closed");
}

static const char *named_class(struct str name)
{
    static const struct {
        const char *name, *set;
    } classes[] = {
        { "Digit", "[0-9]" }, { "Upper", "[A-Z]" }, { "Lower", "[a-z]" },
        { "ASCII", "[\\x{0}-\\x{7f}]" }, { "Alpha", "[a-zA-Z]" }, { "Alnum", "[a-zA-Z0-9]" },
        { "Punct", "[!-\\/:-@\\[-`{-~]" }, { "Blank", "[ \\t]" }, { "Space", "[\\t-\\r ]" },
        { "Cntrl", "[\\x{0}-\\x{1f}\\x{7f}]" }, { "XDigit", "[0-9a-fA-F]" },
        { "Print", "[!-~]" }, { "Graph", "[!-~]" },
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (str_equal_nocase_c(name, classes[i].name)) return classes[i].set;
    }
    return NULL;
}

static int take_number(struct fast *f, uint32_t *out)
{
    int n = 0;
    *out = 0;
    while (f->p < f->end && *f->p >= '0' && *f->p <= '9' && n < 9) {
        *out = *out * 10 + (uint32_t)(*f->p++ - '0');
        n++;
    }
    return n;
}

enum { INTERVAL_VALUES_MAX = 2000 };

/* <n-m>: with as many digits on both sides, numbers have that many; else zeros may stand before them. */
static bool read_interval(struct fast *f, struct items *out)
{
    uint32_t low, high;
    int digits = take_number(f, &low), other = take(f, '-') ? take_number(f, &high) : 0;
    if (digits == 0 || other == 0 || !take(f, '>')) return fail(f, "no such class of characters");
    if (high < low || high - low >= INTERVAL_VALUES_MAX) {
        return fail(f, "an interval has 1 to 2000 numbers");
    }
    struct buf b = { .data = NULL };
    bool fixed = digits == other;
    buf_append_c(&b, fixed ? "(?:" : "(?:0*(?:");
    for (uint32_t v = low; v <= high; v++) {
        buf_printf(&b, v > low ? "|%0*u" : "%0*u", fixed ? digits : 1, v);
    }
    buf_append_c(&b, fixed ? ")" : "))");
    *array_push(f->arena, out) = piece_of(f, &b, fixed ? digits : -1);
    return true;
}

static bool read_named(struct fast *f, struct items *out)
{
    if (f->p < f->end && *f->p >= '0' && *f->p <= '9') return read_interval(f, out);
    const char *close = memchr(f->p, '>', (size_t)(f->end - f->p));
    const char *set = close ? named_class(str_view(f->p, (size_t)(close - f->p))) : NULL;
    if (!set) return fail(f, "no such class of characters");
    f->p = close + 1;
    *array_push(f->arena, out) = piece_text(f, set, 1);
    return true;
}

static bool read_union(struct fast *f, bool top, struct items *out);

/* Behind an opening parenthesis. */
static bool read_group(struct fast *f, struct items *out)
{
    if (++f->depth > LIMIT_EXPR_DEPTH) return fail(f, "too deeply nested");
    struct items inner = { .items = NULL };
    if (!at(f, ')') && !read_union(f, false, &inner)) return false;
    f->depth--;
    struct fast_piece all = join(f, &inner, 0, inner.count);
    *array_push(f->arena, out) = repeated(f, all, "", all.length);
    return take(f, ')') ? true : fail(f, "a parenthesis is not closed");
}

static bool read_atom(struct fast *f, struct items *out)
{
    if (take(f, '(')) return read_group(f, out);
    if (take(f, '[')) return read_class(f, out);
    if (take(f, '"')) return read_literal(f, out);
    if (take(f, '<')) return read_named(f, out);
    if (take(f, '.')) *array_push(f->arena, out) = piece_text(f, ".", 1);
    else if (take(f, '#')) *array_push(f->arena, out) = piece_text(f, "(?!)", 0);
    else if (take(f, '@')) *array_push(f->arena, out) = piece_text(f, "(?:.*)", -1);
    else if (f->p < f->end && strchr("?*+{})]", *f->p) && *f->p)
        return fail(f, "nothing stands before a sign that repeats or closes");
    else {
        take(f, '\\');
        if (f->p == f->end) return fail(f, "backslash at the end");
        struct buf b = { .data = NULL };
        regex_put_literal(&b, next(f));
        *array_push(f->arena, out) = piece_of(f, &b, 1);
    }
    return true;
}

/* ---- repetition ---- */

static bool repeat_counted(struct fast *f, struct items *list)
{
    struct fast_piece *last = &list->items[list->count - 1];
    uint32_t least, most = 0;
    if (take_number(f, &least) == 0) return fail(f, "bad repetition in braces");
    bool open = take(f, ','), bounded = open && take_number(f, &most) > 0;
    if (!take(f, '}') || (bounded && most < least)) return fail(f, "bad repetition in braces");
    char how[32];
    if (bounded) snprintf(how, sizeof how, "{%u,%u}", least, most);
    else snprintf(how, sizeof how, open ? "{%u,}" : "{%u}", least);
    bool fixed = (!open || (bounded && most == least)) && last->length >= 0;
    int64_t length = fixed ? last->length * least : -1;
    *last = repeated(f, *last, how, length > LENGTH_MAX ? -1 : length);
    return true;
}

/* Signs behind the last item. */
static bool read_repeats(struct fast *f, struct items *list)
{
    for (;;) {
        struct fast_piece *last = &list->items[list->count - 1];
        if (take(f, '?')) *last = repeated(f, *last, "?", -1);
        else if (take(f, '*')) *last = repeated(f, *last, "*", -1);
        else if (take(f, '+')) {
            struct fast_piece more = repeated(f, *last, "*", -1);
            *array_push(f->arena, list) = more;
        } else if (take(f, '{')) {
            if (!repeat_counted(f, list)) return false;
        } else {
            return true;
        }
    }
}

/* ---- sequences ---- */

/* A group of the top level begins here; () is the empty string. */
static bool at_group(const struct fast *f)
{
    return at(f, '(') && !(f->end - f->p > 1 && f->p[1] == ')');
}

static bool read_sequence(struct fast *f, bool top, struct items *out)
{
    while (f->p < f->end && *f->p != '|' && *f->p != '&' && *f->p != ')') {
        if (top && at_group(f)) break;
        struct items one = { .items = NULL };
        if (!read_atom(f, &one) || !read_repeats(f, &one)) return false;
        for (size_t i = 0; i < one.count; i++) *array_push(f->arena, out) = one.items[i];
    }
    return true;
}

/* What both sides match can be told only when they are of one fixed length. */
static bool read_intersection(struct fast *f, bool top, struct items *out)
{
    if (!read_sequence(f, top, out)) return false;
    while (take(f, '&')) {
        struct items right = { .items = NULL };
        if (!read_sequence(f, top, &right)) return false;
        struct fast_piece a = join(f, out, 0, out->count), b = join(f, &right, 0, right.count);
        if (a.length < 0 || a.length != b.length) {
            return fail(f, "both sides of & must be of the same fixed length");
        }
        *out = (struct items){ .items = NULL };
        *array_push(f->arena, out) = wrapped(f, a, "(?:(?=", ")", b, a.length);
    }
    return true;
}

static bool read_union(struct fast *f, bool top, struct items *out)
{
    if (!read_intersection(f, top, out)) return false;
    while (take(f, '|')) {
        struct items right = { .items = NULL };
        if (!read_intersection(f, top, &right)) return false;
        struct fast_piece a = join(f, out, 0, out->count), b = join(f, &right, 0, right.count);
        *out = (struct items){ .items = NULL };
        *array_push(f->arena, out) =
            wrapped(f, a, "(?:", "|", b, a.length == b.length ? a.length : -1);
    }
    return true;
}

/* ---- the pattern ---- */

static struct fast_element element_of(struct fast *f, const struct items *list, bool is_group)
{
    size_t fixed = 0;
    while (fixed < list->count && list->items[fixed].length >= 0) fixed++;
    return (struct fast_element){
        join(f, list, 0, fixed), join(f, list, fixed, list->count), is_group
    };
}

static bool read_element(struct fast *f, struct fast_element *out)
{
    struct items list = { .items = NULL };
    bool is_group = at_group(f);
    if (!is_group) {
        if (!read_union(f, true, &list)) return false;
        if (at(f, ')')) return fail(f, "a parenthesis is closed, but not opened");
    } else {
        f->p++;
        if (!read_union(f, false, &list)) return false;
        if (!take(f, ')')) return fail(f, "a parenthesis is not closed");
        if (f->p < f->end && strchr("?*+{", *f->p) && *f->p) {
            struct fast_piece all = join(f, &list, 0, list.count);
            list = (struct items){ .items = NULL };
            *array_push(f->arena, &list) = repeated(f, all, "", all.length);
            if (!read_repeats(f, &list)) return false;
        }
    }
    *out = element_of(f, &list, is_group);
    return true;
}

bool regex_fast_parse(struct fn_bind *b, struct str pattern, struct fast_pattern *out)
{
    const char *p = str_data(&pattern);
    struct fast f = { .arena = b->host, .p = p, .end = p + pattern.len };
    out->elements = sluice_bind_alloc(b, (pattern.len + (size_t)1) * sizeof *out->elements);
    out->n = 0;
    while (f.p < f.end && read_element(&f, &out->elements[out->n])) out->n++;
    if (!f.wrong) return true;
    b->refusal =
        sluice_bind_text(b, "bad regular expression '%.*s': %s", STR_ARG(pattern), f.wrong);
    return false;
}
