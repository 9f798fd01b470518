/*
 * fn_like.c: LIKE.
 *
 * A pattern is compiled to pieces that lie between its '%': runs of literal bytes, and counts of '_'.
 * The first and the last piece stand at the ends of the text; those between are looked for from the left,
 * each at its first place, which is enough because what is between two '%' can move freely. A pattern
 * that is constant is compiled when the call is bound, so that an escape that means nothing is refused
 * before anything runs; another one is compiled for each row, unless it is that of the row before.
 */

#include "base/utf8.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/kernel.h"

/* Literal bytes, or `any` characters of whatever kind. */
struct part {
    const char *p;
    size_t      n;
    size_t      any;
};

struct piece {
    uint32_t first, count; /* among the parts */
};

struct like {
    struct part  *parts;
    struct piece *pieces; /* n_pieces of them, at least one; parted by '%' */
    uint32_t      n_parts, n_pieces;
    char         *literals; /* the pattern's text without escapes */
};

/* ---- compiling ---- */

/* False: an escape before something else, or at the end (S-19). */
static bool is_escapable(const char *p, size_t n, const struct str *escape)
{
    if (n == 0) return false;
    return *p == '%' || *p == '_' ||
           (n >= escape->len && memcmp(p, str_data(escape), escape->len) == 0);
}

static bool at_escape(const char *p, size_t n, const struct str *escape)
{
    return escape && n >= escape->len && memcmp(p, str_data(escape), escape->len) == 0;
}

static struct part *last_part(struct like *l, bool literal)
{
    struct piece *piece = &l->pieces[l->n_pieces - 1];
    struct part *last = l->n_parts > 0 ? &l->parts[l->n_parts - 1] : NULL;
    if (piece->count > 0 && (last->any == 0) == literal) return last;
    piece->count++;
    return &l->parts[l->n_parts++];
}

static void add_literal(struct like *l, char **text, const char *p, size_t n)
{
    struct part *part = last_part(l, true);
    if (part->n == 0) part->p = *text;
    memcpy(*text, p, n);
    *text += n;
    part->n += n;
}

static void add_special(struct like *l, char c)
{
    if (c == '_') last_part(l, false)->any++;
    else l->pieces[l->n_pieces++] = (struct piece){ .first = l->n_parts };
}

static bool compile(struct arena *a, const struct str *pattern, const struct str *escape,
                    struct like *out)
{
    size_t n = pattern->len;
    const char *p = str_data(pattern), *end = p + n;
    struct like l = { .n_pieces = 1 };
    l.parts = arena_calloc(a, (n + 1) * sizeof *l.parts);
    l.pieces = arena_calloc(a, (n + 1) * sizeof *l.pieces);
    l.literals = arena_alloc(a, n + 1);
    char *text = l.literals;
    while (p < end) {
        if (at_escape(p, (size_t)(end - p), escape)) {
            p += escape->len;
            if (!is_escapable(p, (size_t)(end - p), escape)) return false;
        } else if (*p == '%' || *p == '_') {
            add_special(&l, *p++);
            continue;
        }
        size_t width = utf8_width((unsigned char)*p);
        if (width > (size_t)(end - p)) width = 1;
        add_literal(&l, &text, p, width);
        p += width;
    }
    *out = l;
    return true;
}

/* ---- matching ---- */

/* Where in s[0..n) the piece ends if it begins at its start; NULL if it does not. */
static const char *match_here(const struct like *l, const struct piece *piece, const char *s,
                              const char *end)
{
    for (uint32_t i = 0; i < piece->count; i++) {
        const struct part *part = &l->parts[piece->first + i];
        if (part->any > 0) {
            size_t left = (size_t)(end - s), n = utf8_prefix(s, left, part->any - 1);
            if (n == left) return NULL;
            s += utf8_prefix(s, left, part->any);
        } else {
            if ((size_t)(end - s) < part->n || memcmp(s, part->p, part->n) != 0) return NULL;
            s += part->n;
        }
    }
    return s;
}

/* The end of the piece's first place in s. */
static const char *find_piece(const struct like *l, const struct piece *piece, const char *s,
                              const char *end)
{
    const struct part *first = &l->parts[piece->first];
    while (s <= end) {
        if (first->any == 0) {
            s = memmem(s, (size_t)(end - s), first->p, first->n);
            if (!s) return NULL;
        }
        const char *behind = match_here(l, piece, s, end);
        if (behind) return behind;
        if (s == end) return NULL;
        s += utf8_prefix(s, (size_t)(end - s), 1);
    }
    return NULL;
}

/* Whether the piece stands at the end of s; its characters are counted to find its start. */
static bool match_end(const struct like *l, const struct piece *piece, const char *s,
                      const char *end)
{
    size_t characters = 0;
    for (uint32_t i = 0; i < piece->count; i++) {
        const struct part *part = &l->parts[piece->first + i];
        characters += part->any > 0 ? part->any : utf8_length(part->p, part->n);
    }
    size_t there = utf8_length(s, (size_t)(end - s));
    if (there < characters) return false;
    const char *start = s + utf8_prefix(s, (size_t)(end - s), there - characters);
    return match_here(l, piece, start, end) == end;
}

static bool match(const struct like *l, const struct str *text)
{
    const char *s = str_data(text), *end = s + text->len;
    s = match_here(l, &l->pieces[0], s, end);
    if (!s) return false;
    if (l->n_pieces == 1) return s == end;
    for (uint32_t i = 1; i + 1 < l->n_pieces; i++) {
        if (l->pieces[i].count == 0) continue;
        s = find_piece(l, &l->pieces[i], s, end);
        if (!s) return false;
    }
    const struct piece *last = &l->pieces[l->n_pieces - 1];
    return last->count == 0 || match_end(l, last, s, end);
}

/* ---- kernels ---- */

static bool is_escape(const struct str *e)
{
    return e->len > 0 && utf8_length(str_data(e), e->len) == 1;
}

/* The compiled pattern of a row; NULL: its escape is none. */
struct row_pattern {
    bool        made, good;
    struct str  pattern, escape;
    struct like like;
};

static const struct like *pattern_of(struct kernel_call *k, uint32_t row, struct row_pattern *last)
{
    struct str pattern = arg_str(k, 1)[sluice_at(&k->args[1], row)];
    struct str escape = STR_EMPTY;
    bool escapes = k->n_args > 2;
    if (escapes) escape = arg_str(k, 2)[sluice_at(&k->args[2], row)];
    bool same =
        last->made && str_equal(&pattern, &last->pattern) && str_equal(&escape, &last->escape);
    if (!same) {
        *last = (struct row_pattern){ .made = true, .pattern = pattern, .escape = escape };
        struct arena *scratch = ((struct call_host *)k)->scratch;
        last->good = (!escapes || is_escape(&escape)) &&
                     compile(scratch, &last->pattern, escapes ? &last->escape : NULL, &last->like);
    }
    return last->good ? &last->like : NULL;
}

static void like_rows(struct kernel_call *k, bool wanted)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    uint8_t *out = k->result->b;
    if (k->bound) {
        const struct like *l = k->bound;
        EACH_ROW(k, row, out[row] = match(l, &s[row & mask]) == wanted;);
        return;
    }
    struct row_pattern last = { .made = false };
    FOR_ROWS(k, row)
    {
        const struct like *l = pattern_of(k, row, &last);
        out[row] = l && match(l, &s[row & mask]) == wanted;
        if (!l) {
            sluice_fault(k, row, SLUICE_FAULT_ESCAPE,
                         "invalid escape in the pattern of LIKE: '%.*s'", STR_ARG(last.pattern));
        }
    }
}

static void like(struct kernel_call *k)
{
    like_rows(k, true);
}

static void not_like(struct kernel_call *k)
{
    like_rows(k, false);
}

/* ---- binding ---- */

static bool refuse_escape(struct fn_bind *b, struct str s)
{
    b->refusal = sluice_bind_text(b, "invalid escape: '%.*s'", STR_ARG(s));
    return false;
}

static bool bind_like(struct fn_bind *b)
{
    bool escapes = b->n_args > 2;
    struct str escape = STR_EMPTY;
    if (escapes && bind_has_constant(b, 2)) {
        escape = bind_constant_str(b, 2);
        if (!is_escape(&escape)) return refuse_escape(b, escape);
    }
    if (!bind_has_constant(b, 1) || (escapes && !bind_has_constant(b, 2))) return true;
    struct str pattern = bind_constant_str(b, 1);
    struct like *l = sluice_bind_alloc(b, sizeof *l);
    if (!compile(b->host, &pattern, escapes ? &escape : NULL, l)) return refuse_escape(b, pattern);
    b->bound = l;
    return true;
}

/* ---- rows ---- */

#define LIKE_ROW(called, run, text, example)                         \
    {                                                                \
        .name = called,                                              \
        .group = "Strings",                                          \
        .args = { PARAM("s", SLUICE_CLASS_TEXT),                        \
                  PARAM("pattern", SLUICE_CLASS_TEXT),                  \
                  OPTIONAL("escape", SLUICE_CLASS_TEXT) }, \
        .returns = { .kind = SLUICE_BOOLEAN },                       \
        .errors = "22019",                                           \
        .bind = bind_like,                                           \
        .kernel = run,                                               \
        .doc = text,                                                 \
        .examples = example,                                         \
    }

const struct fn_def fn_like[] = {
    LIKE_ROW(
        "LIKE", like,
        "Whether the whole of s matches the pattern: % is any run of characters, _ any one; after "
        "the escape character, if there is one, they and it are themselves.",
        "'abc' LIKE 'a%' => true\n'50%' LIKE '50#%' ESCAPE '#' => true"),
    LIKE_ROW("NOT LIKE", not_like, "Whether s does not match the pattern.",
             "'abc' NOT LIKE 'a%' => false"),
    { .name = NULL },
};
