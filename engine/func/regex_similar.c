/*
 * regex_similar.c: patterns of SIMILAR TO written again in PCRE2's language (section 7 of the scalar sheet), and the
 * three parts of SUBSTRING(s SIMILAR 'before#"middle#"after' ESCAPE '#').
 *
 *     a%[x-z^y]{2,}          =>   a.*(?:(?![y])[x-z]){2,}
 *     %=#"[0-9]+#";%         =>   (?:.*?\=)([0-9]+)(?:\;.*?)
 *
 * The first part takes as little as a match allows, so all that repeats in it is lazy, the middle as much. With
 * alternatives, or several things that repeat, the first way that matches need not be that one: then callouts (?C) let
 * regex_find_part try all of them.
 */

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include "base/str.h"
#include "base/utf8.h"
#include "func/regex.h"

struct similar {
    const char *p, *end;
    struct str  escape;
    bool        lazy;
    bool        escape_is_bad;
    uint32_t n_repeats;       /* quantifiers and % */
    bool quantified, chooses; /* has a quantifier, has alternatives */
    const char *wrong;
};

static bool fail(struct similar *s, const char *what)
{
    if (!s->wrong) s->wrong = what;
    return false;
}

static bool at_escape(const struct similar *s)
{
    size_t n = s->escape.len;
    return n > 0 && (size_t)(s->end - s->p) >= n && memcmp(s->p, str_data(&s->escape), n) == 0;
}

static uint32_t next(struct similar *s)
{
    size_t at = 0;
    uint32_t c = utf8_next(s->p, (size_t)(s->end - s->p), &at);
    s->p += at;
    return c;
}

static bool take(struct similar *s, char c)
{
    if (s->p == s->end || *s->p != c || at_escape(s)) return false;
    s->p++;
    return true;
}

/* A character that stands for itself; behind an escape, which only special ones may follow. */
static bool take_character(struct similar *s, uint32_t *c)
{
    if (!at_escape(s)) {
        *c = next(s);
        return true;
    }
    s->p += s->escape.len;
    bool special = s->p < s->end && (at_escape(s) || (*s->p && strchr("%_|*+?{}()[]^-", *s->p)));
    if (!special) {
        s->escape_is_bad = true;
        return fail(s, "the escape character stands before one that is not special");
    }
    *c = next(s);
    return true;
}

/* ---- lists of characters ---- */

static bool at_list_end(const struct similar *s)
{
    return s->p < s->end && !at_escape(s) && (*s->p == ']' || *s->p == '^');
}

/* Whether a hyphen here is one of a range: at either end of a list it is itself. */
static bool at_range(const struct similar *s)
{
    if (s->p == s->end || *s->p != '-' || at_escape(s)) return false;
    return s->end - s->p > 1 && s->p[1] != ']' && s->p[1] != '^';
}

static bool put_list_item(struct similar *s, struct buf *out)
{
    uint32_t first, last;
    bool escaped = at_escape(s);
    if (!escaped && (*s->p == '[' || *s->p == '(' || *s->p == ')')) {
        return fail(s, "a list of characters holds a group or another list");
    }
    if (!take_character(s, &first)) return false;
    regex_put_literal(out, first);
    if (!at_range(s)) return true;
    s->p++;
    if (!take_character(s, &last)) return false;
    if (last < first) return fail(s, "a range of characters ends before it begins");
    buf_append_char(out, '-');
    regex_put_literal(out, last);
    return true;
}

static bool put_list(struct similar *s, struct buf *out)
{
    size_t before = out->len;
    while (s->p < s->end && !at_list_end(s)) {
        if (!put_list_item(s, out)) return false;
    }
    if (s->p == s->end) return fail(s, "a list of characters is not closed");
    return out->len > before ? true : fail(s, "a list of characters is empty");
}

/* [list], [^list], [list^less] behind the bracket. */
static bool put_brackets(struct similar *s, struct buf *out)
{
    struct buf list = { .data = NULL }, less = { .data = NULL };
    bool negated = take(s, '^'), good = put_list(s, &list);
    bool minus = good && take(s, '^');
    if (minus) good = put_list(s, &less);
    if (good && !take(s, ']')) good = fail(s, "a list of characters has ^ twice");
    if (good && minus) {
        buf_append_c(out, "(?:(?![");
        buf_append(out, less.data, less.len);
        buf_append_c(out, "])");
    }
    if (good) {
        buf_append_c(out, negated ? "[^" : "[");
        buf_append(out, list.data, list.len);
        buf_append_c(out, minus ? "])" : "]");
    }
    buf_free(&list);
    buf_free(&less);
    return good;
}

/* ---- repetition ---- */

static bool take_count(struct similar *s, uint32_t *out)
{
    const char *start = s->p;
    *out = 0;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9' && s->p - start < 6) {
        *out = *out * 10 + (uint32_t)(*s->p++ - '0');
    }
    return s->p > start;
}

/* {n}, {n,}, {n,m} behind the brace. */
static bool put_braces(struct similar *s, struct buf *out)
{
    uint32_t least, most;
    bool good = take_count(s, &least);
    if (good) buf_printf(out, "{%u", least);
    if (good && take(s, ',')) {
        buf_append_char(out, ',');
        if (take_count(s, &most)) {
            buf_printf(out, "%u", most);
            good = most >= least;
        }
    }
    buf_append_char(out, '}');
    return good && take(s, '}') ? true : fail(s, "bad repetition in braces");
}

/* What repeats the piece of the pattern that begins at `piece`. */
static bool put_quantifier(struct similar *s, struct buf *out, char c)
{
    if (c == '{') {
        if (!put_braces(s, out)) return false;
    } else {
        buf_append_char(out, c);
    }
    if (s->lazy) buf_append_char(out, '?');
    return true;
}

/* ---- the pattern ---- */

struct place {
    bool     operand; /* a quantifier may follow */
    uint32_t depth;   /* open parentheses */
};

static bool put_special(struct similar *s, struct buf *out, char c, struct place *at)
{
    bool repeats = strchr("*+?{", c) != NULL;
    if (repeats && !at->operand) return fail(s, "nothing stands before a quantifier");
    at->operand = strchr("%_)[", c) != NULL;
    s->n_repeats += repeats || c == '%';
    s->quantified = s->quantified || repeats;
    s->chooses = s->chooses || c == '|';
    switch (c) {
    case '%': buf_append_c(out, s->lazy ? "(?:.*?)" : "(?:.*)"); return true;
    case '_': buf_append_char(out, '.'); return true;
    case '|': buf_append_char(out, c); return true;
    case '(':
        at->depth++;
        buf_append_c(out, "(?:");
        return true;
    case ')':
        buf_append_char(out, c);
        return at->depth-- > 0 ? true : fail(s, "a parenthesis is closed, but not opened");
    case '[': return put_brackets(s, out);
    case ']':
    case '}': return fail(s, "a bracket or brace is closed, but not opened");
    default: return put_quantifier(s, out, c);
    }
}

static bool put_pattern(struct similar *s, struct buf *out)
{
    struct place at = { false, 0 };
    while (s->p < s->end) {
        bool special = *s->p && !at_escape(s) && strchr("%_|()[]{}*+?", *s->p);
        if (special) {
            char c = *s->p++;
            if (!put_special(s, out, c, &at)) return false;
            continue;
        }
        uint32_t c;
        if (!take_character(s, &c)) return false;
        regex_put_literal(out, c);
        at.operand = true;
    }
    return at.depth == 0 ? true : fail(s, "a parenthesis is not closed");
}

static const char *translate_whole(struct arena *a, struct str pattern, struct str escape,
                                   struct buf *out, bool *escape_is_bad)
{
    (void)a;
    const char *p = str_data(&pattern);
    struct similar s = { .p = p, .end = p + pattern.len, .escape = escape };
    put_pattern(&s, out);
    *escape_is_bad = s.escape_is_bad;
    return s.wrong;
}

/* Where the escape character and a quote stand; `end` if they do not. */
static const char *find_divider(const char *p, const char *end, struct str escape)
{
    size_t n = escape.len;
    while ((size_t)(end - p) > n) {
        bool escaped = memcmp(p, str_data(&escape), n) == 0;
        if (escaped && p[n] == '"') return p;
        p += escaped ? n : 0;
        size_t width = utf8_width((unsigned char)*p), left = (size_t)(end - p);
        p += width < left ? width : left;
    }
    return end;
}

/* Whether the first way to match a part may not be the shortest, or longest; % alone between characters cannot. */
static bool is_ambiguous(const struct similar *s)
{
    return s->chooses || (s->quantified && s->n_repeats > 1);
}

/* The three parts in PCRE2's language, one after the other. */
static void join_parts(struct buf *out, const struct buf parts[3], const bool ambiguous[3])
{
    static const char *const plain[] = { "(?:", ")(", ")(?:", ")" };
    static const char *const first[] = { "(?:", ")(?C2)(", ")(?>", ")(?C1)" };
    static const char *const middle[] = { "(?:", ")(?C3)(", ")(?>", ")(?C1)" };
    const char *const *between = ambiguous[0] ? first : ambiguous[1] ? middle : plain;
    for (int i = 0; i < 3; i++) {
        buf_append_c(out, between[i]);
        buf_append(out, parts[i].data, parts[i].len);
    }
    buf_append_c(out, between[3]);
}

static const char *translate_parts(struct arena *a, struct str pattern, struct str escape,
                                   struct buf *out, bool *escape_is_bad)
{
    (void)a;
    const char *p = str_data(&pattern), *end = p + pattern.len;
    size_t divider = escape.len + 1;
    const char *first = find_divider(p, end, escape);
    const char *second = first < end ? find_divider(first + divider, end, escape) : end;
    if (second == end || find_divider(second + divider, end, escape) < end) {
        return "it needs the escape character and a quote twice, around the part that is wanted";
    }
    const char *const from[] = { p, first + divider, second + divider };
    const char *const to[] = { first, second, end };
    struct buf parts[3] = { { .data = NULL } };
    const char *wrong = NULL;
    bool ambiguous[3] = { false };
    for (int i = 0; i < 3 && !wrong; i++) {
        struct similar s = { .p = from[i], .end = to[i], .escape = escape, .lazy = i != 1 };
        put_pattern(&s, &parts[i]);
        *escape_is_bad = s.escape_is_bad;
        wrong = s.wrong;
        ambiguous[i] = is_ambiguous(&s);
    }
    if (!wrong) join_parts(out, parts, ambiguous);
    for (int i = 0; i < 3; i++) buf_free(&parts[i]);
    return wrong;
}

const struct regex_language regex_similar = {
    translate_whole, PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED, true
};
const struct regex_language regex_similar_parts = {
    translate_parts, PCRE2_DOTALL | PCRE2_NO_AUTO_POSSESS, true
};
