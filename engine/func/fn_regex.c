/*
 * fn_regex.c: REGEX_REPLACE, and SUBSTRING by a regular expression (section 6 of the scalar sheet).
 *
 * Expressions are Java's (regex_java.c). A replacement is taken apart once into texts and groups;
 * what it may name depends on the expression. Texts in which nothing matched are passed on as they
 * are.
 */

#include "base/limits.h"
#include "base/utf8.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/kernel.h"
#include "func/regex_bind.h"
#include "func/text_room.h"

/* ---- replacements ---- */

/* A text, then a group, 0 being the whole match; -1: none. */
struct insertion {
    const char *text;
    size_t      n;
    int32_t     group;
};

struct replacement {
    struct insertion *items;
    size_t            n_items;
    const char       *wrong; /* else the only field */
};

struct replacement_text {
    const char *p, *end;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits behind a $ as long as they name a group; -1: they name none. */
static int32_t numbered_group(struct replacement_text *t, const struct regex *r)
{
    uint32_t number = (uint32_t)(*t->p++ - '0');
    while (number <= regex_groups(r) && t->p < t->end && is_digit(*t->p)) {
        uint32_t longer = number * 10 + (uint32_t)(*t->p - '0');
        if (longer > regex_groups(r)) break;
        number = longer;
        t->p++;
    }
    return number <= regex_groups(r) ? (int32_t)number : -1;
}

/* {name} behind a $; -1: there is no such group. */
static int32_t named_group(struct replacement_text *t, const struct regex *r)
{
    const char *close = memchr(t->p, '}', (size_t)(t->end - t->p));
    if (!close) return -1;
    uint32_t number = regex_group_named(r, t->p + 1, (size_t)(close - t->p - 1));
    t->p = close + 1;
    return number > 0 ? (int32_t)number : -1;
}

static int32_t group_behind_sign(struct replacement_text *t, const struct regex *r)
{
    if (t->p == t->end) return -1;
    if (is_digit(*t->p)) return numbered_group(t, r);
    return *t->p == '{' ? named_group(t, r) : -1;
}

static struct replacement wrong_replacement(const char *why)
{
    return (struct replacement){ .wrong = why };
}

static struct replacement replacement_compile(struct arena *a, struct str text,
                                              const struct regex *r)
{
    struct replacement_text t = { str_data(&text), str_data(&text) + text.len };
    struct insertion *items = arena_array(a, text.len + (size_t)1, sizeof *items);
    char *room = arena_alloc(a, text.len + (size_t)1);
    size_t n = 0;
    items[0] = (struct insertion){ room, 0, -1 };
    while (t.p < t.end) {
        char c = *t.p++;
        if (c == '$') {
            int32_t group = group_behind_sign(&t, r);
            if (group < 0) {
                return wrong_replacement(
                    "invalid parameter: a $ in the replacement names no group");
            }
            items[n++].group = group;
            items[n] = (struct insertion){ room, 0, -1 };
            continue;
        }
        if (c == '\\') {
            if (t.p == t.end) {
                return wrong_replacement(
                    "invalid parameter: the replacement ends with a backslash");
            }
            c = *t.p++;
        }
        *room++ = c;
        items[n].n++;
    }
    return (struct replacement){ items, n + 1, NULL };
}

static void put_replacement(struct buf *out, const struct replacement *replacement,
                            const struct regex_run *run, const char *s)
{
    for (size_t i = 0; i < replacement->n_items; i++) {
        const struct insertion *item = &replacement->items[i];
        size_t begin, end;
        if (item->n > 0) buf_append(out, item->text, item->n);
        if (item->group >= 0 && regex_group(run, (uint32_t)item->group, &begin, &end) &&
            end > begin) {
            buf_append(out, s + begin, end - begin);
        }
    }
}

/* ---- REGEX_REPLACE ---- */

struct bound_replace {
    const struct regex       *regex;       /* NULL: it is an argument */
    const struct replacement *replacement; /* NULL: it depends on arguments */
};

struct replacing {
    struct regex_call         regex;
    const struct replacement *bound;
    struct replacement        made; /* the row's before, from these two */
    struct str                made_from, made_for;
    struct arena             *made_in; /* NULL: nothing is made */
    struct buf                text;
    struct text_room          room;
};

/* The row's replacement; NULL: it is bad, and the row has its fault. */
static const struct replacement *replacement_of(struct replacing *r, struct kernel_call *k,
                                                uint32_t row, const struct regex *regex)
{
    if (r->bound) return r->bound;
    struct str text = arg_str(k, 2)[sluice_at(&k->args[2], row)];
    struct str pattern = arg_str(k, 1)[sluice_at(&k->args[1], row)];
    bool same = r->made_in && str_equal(&text, &r->made_from) && str_equal(&pattern, &r->made_for);
    if (!same) {
        if (r->made_in) arena_reset(r->made_in);
        else r->made_in = arena_new();
        r->made_from = text;
        r->made_for = pattern;
        r->made = replacement_compile(r->made_in, r->made_from, regex);
    }
    if (!r->made.wrong) return &r->made;
    sluice_fault(k, row, SLUICE_FAULT_PARAMETER, "%s", r->made.wrong);
    return NULL;
}

/* More bytes than the longest result can have. */
enum { RESULT_BYTES_MAX = 4 * LIMIT_STRING_LENGTH };

/* Appends s[0..n) with its matches (occurrence 0), or that one, replaced; REGEX_NONE: nothing was. */
static enum regex_found replace_in(struct replacing *r, const struct regex_run *run,
                                   const struct replacement *with, const char *s, size_t n,
                                   int64_t occurrence)
{
    size_t copied = 0, from = 0;
    int64_t seen = 0;
    bool changed = false;
    while (from <= n && r->text.len <= RESULT_BYTES_MAX) {
        enum regex_found found = regex_find(&r->regex, run, s, n, from);
        if (found == REGEX_GAVE_UP) return found;
        size_t begin, end;
        if (found == REGEX_NONE || !regex_group(run, 0, &begin, &end)) break;
        seen++;
        if (occurrence == 0 || seen == occurrence) {
            buf_append(&r->text, s + copied, begin - copied);
            put_replacement(&r->text, with, run, s);
            copied = end;
            changed = true;
        }
        if (seen == occurrence) break;
        from = end;
        if (begin == end) from += end < n ? utf8_prefix(s + end, n - end, 1) : 1;
    }
    if (!changed) return REGEX_NONE;
    buf_append(&r->text, s + copied, n - copied);
    return REGEX_FOUND;
}

static int64_t number_at(const struct kernel_call *k, uint32_t i, uint32_t row)
{
    return k->args[i].i64[sluice_at(&k->args[i], row)];
}

static bool is_too_long(const char *p, size_t n)
{
    return n > LIMIT_STRING_LENGTH && utf8_length(p, n) > LIMIT_STRING_LENGTH;
}

static void replace_row(struct replacing *r, struct kernel_call *k, uint32_t row)
{
    const struct str *x = &arg_str(k, 0)[sluice_at(&k->args[0], row)];
    struct str *out = &result_str(k)[row];
    int64_t start = number_at(k, 3, row), occurrence = number_at(k, 4, row);
    *out = STR_EMPTY;
    const struct regex_run *run = regex_call_pattern(
        &r->regex, k, row, arg_str(k, 1)[sluice_at(&k->args[1], row)], STR_EMPTY);
    const struct replacement *with = run ? replacement_of(r, k, row, run->regex) : NULL;
    if (!with) return;
    if (start < 1 || occurrence < 0) {
        sluice_fault(k, row, SLUICE_FAULT_PARAMETER,
                     "invalid parameter: start must be 1 or more, occurrence 0 or more");
        return;
    }
    const char *s = str_data(x);
    size_t skip = start > (int64_t)x->len ? x->len : utf8_prefix(s, x->len, (size_t)(start - 1));
    buf_clear(&r->text);
    buf_append(&r->text, s, skip);
    enum regex_found found = REGEX_NONE;
    if (skip < x->len) found = replace_in(r, run, with, s + skip, x->len - skip, occurrence);
    bool changed = found == REGEX_FOUND;
    if (found == REGEX_GAVE_UP) {
        regex_fault_gave_up(k, row);
    } else if (changed ? is_too_long(r->text.data, r->text.len) : is_too_long(s, x->len)) {
        sluice_fault(k, row, SLUICE_FAULT_TOO_LONG, "replaced text is too long, at most %d",
                     LIMIT_STRING_LENGTH);
    } else {
        *out = changed ? text_room_put(k, &r->room, r->text.data, r->text.len) : *x;
    }
}

static void regex_replace(struct kernel_call *k)
{
    const struct bound_replace *bound = k->bound;
    struct replacing r = { .bound = bound ? bound->replacement : NULL };
    regex_call_open(&r.regex, &regex_java, bound ? bound->regex : NULL);
    FOR_ROWS(k, row) replace_row(&r, k, row);
    regex_call_close(&r.regex);
    if (r.made_in) arena_free(r.made_in);
    buf_free(&r.text);
}

static bool bind_replace(struct fn_bind *b)
{
    struct bound_replace *bound = sluice_bind_alloc(b, sizeof *bound);
    b->bound = bound;
    if (!regex_bind(b, &regex_java, 1, UINT32_MAX, &bound->regex)) return false;
    if (!bound->regex || !bind_has_constant(b, 2)) return true;
    struct replacement *with = sluice_bind_alloc(b, sizeof *with);
    *with = replacement_compile(b->host, bind_constant_str(b, 2), bound->regex);
    b->refusal = with->wrong;
    bound->replacement = with;
    return !with->wrong;
}

/* ---- SUBSTRING ---- */

static void substring_regex(struct kernel_call *k)
{
    const struct str *s = arg_str(k, 0), *patterns = arg_str(k, 1);
    const uint32_t mask = arg_mask(k, 0), pattern_mask = arg_mask(k, 1);
    struct regex_call c;
    regex_call_open(&c, &regex_java, k->bound);
    FOR_ROWS(k, row)
    {
        const struct str *x = &s[row & mask];
        result_str(k)[row] = STR_EMPTY;
        const struct regex_run *run =
            regex_call_pattern(&c, k, row, patterns[row & pattern_mask], STR_EMPTY);
        if (!run) continue;
        enum regex_found found = regex_find(&c, run, str_data(x), x->len, 0);
        size_t begin, end;
        if (found == REGEX_GAVE_UP) regex_fault_gave_up(k, row);
        else if (found == REGEX_NONE || !regex_group(run, 0, &begin, &end)) sluice_set_null(k, row);
        else result_str(k)[row] = str_view(str_data(x) + begin, end - begin);
    }
    regex_call_close(&c);
}

static bool bind_substring(struct fn_bind *b)
{
    const struct regex *r;
    if (!regex_bind(b, &regex_java, 1, UINT32_MAX, &r)) return false;
    b->bound = r;
    return bind_result(b, type_varchar(bind_arg(b, 0).length));
}

/* ---- rows ---- */

const struct fn_def fn_regex[] = {
    {
        .name = "REGEX_REPLACE",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT), PARAM("regex", SLUICE_CLASS_TEXT),
                  PARAM("replacement", SLUICE_CLASS_TEXT), PARAM("start", SLUICE_CLASS_INTEGER),
                  PARAM("occurrence", SLUICE_CLASS_INTEGER) },
        .returns = { .kind = SLUICE_VARCHAR, .length = LIMIT_STRING_LENGTH },
        .errors = "22001 22023 2201B",
        .bind = bind_replace,
        .kernel = regex_replace,
        .doc = "s with the matches of a regular expression from the character start on replaced: "
               "all of them (occurrence 0) or one. $1 and ${name} in the replacement are groups, "
               "a backslash makes the next character ordinary.",
        .examples = "REGEX_REPLACE('john smith', '(\\w+) (\\w+)', '$2, $1', 1, 0) => "
                    "\"smith, john\"\n"
                    "REGEX_REPLACE('aXbXcX', 'X', '-', 3, 1) => \"aXb-cX\"",
    },
    {
        .name = "SUBSTRING",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT), PARAM("regex", SLUICE_CLASS_TEXT) },
        .errors = "2201B",
        .bind = bind_substring,
        .kernel = substring_regex,
        .doc = "SUBSTRING(s FROM regex): the first match of a regular expression in s; NULL if "
               "there is none.",
        .examples = "SUBSTRING('order-1234-x' FROM '[0-9]+') => \"1234\"",
    },
    { .name = NULL },
};
