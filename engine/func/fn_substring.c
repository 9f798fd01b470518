/*
 * fn_substring.c: parts of strings by position: SUBSTRING, POSITION, TRIM, OVERLAY.
 *
 * Parts are views of the argument: nothing is copied. Positions are characters from 1 and may lie
 * anywhere; what is asked for is cut to what there is (S-14).
 */

#include "base/utf8.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/kernel.h"

/* ---- positions ---- */

/* Positions first..last-1, from 1, that exist or not; last may be INT64_MAX. */
struct span_of {
    int64_t first, last;
};

/* p to p + n - 1, without those below 1. */
static struct span_of positions(int64_t p, int64_t n)
{
    int64_t last;
    if (__builtin_add_overflow(p, n, &last)) last = p < 0 ? INT64_MIN : INT64_MAX;
    return (struct span_of){ p < 1 ? 1 : p, last < 1 ? 1 : last };
}

/* The bytes of the characters at these positions. */
static struct str characters(const struct str *s, struct span_of span)
{
    if (span.last <= span.first) return STR_EMPTY;
    const char *p = str_data(s);
    size_t from = utf8_prefix(p, s->len, (size_t)(span.first - 1));
    size_t n = utf8_prefix(p + from, s->len - from, (size_t)(span.last - span.first));
    return str_view(p + from, n);
}

static struct str bytes(const struct str *s, struct span_of span)
{
    if (span.last <= span.first || span.first > (int64_t)s->len) return STR_EMPTY;
    size_t from = (size_t)(span.first - 1), n = (size_t)(span.last - span.first);
    return str_view(str_data(s) + from, n < s->len - from ? n : s->len - from);
}

static bool is_ascii(const struct str *s)
{
    const char *p = str_data(s);
    unsigned char seen = 0;
    for (uint32_t i = 0; i < s->len; i++) seen |= (unsigned char)p[i];
    return seen < 0x80;
}

/* ---- SUBSTRING ---- */

static int64_t length_at(struct kernel_call *k, uint32_t i, uint32_t row)
{
    return k->args[i].i64[sluice_at(&k->args[i], row)];
}

static void substring(struct kernel_call *k)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const bool binary = type_is_binary(arg_type(k, 0));
    struct str *out = result_str(k);
    FOR_ROWS(k, row)
    {
        const struct str *x = &s[row & mask];
        int64_t p = length_at(k, 1, row), n = k->n_args > 2 ? length_at(k, 2, row) : INT64_MAX;
        if (n < 0) {
            out[row] = STR_EMPTY;
            sluice_fault(k, row, SLUICE_FAULT_SUBSTRING, "substring error: negative length");
            continue;
        }
        struct span_of span = positions(p, n);
        if (k->n_args == 2) span.last = INT64_MAX;
        bool by_byte = binary || (x->len <= STR_INLINE && is_ascii(x));
        out[row] = by_byte ? bytes(x, span) : characters(x, span);
    }
}

static bool bind_substring(struct fn_bind *b)
{
    struct type t = bind_arg(b, 0);
    if (t.kind == TYPE_CHAR) t.kind = TYPE_VARCHAR;
    if (t.kind == TYPE_BINARY) t.kind = TYPE_VARBINARY;
    return bind_result(b, t);
}

/* ---- POSITION ---- */

static int64_t position_of(const struct str *x, const struct str *s)
{
    const char *p = str_data(s);
    const char *found = memmem(p, s->len, str_data(x), x->len);
    return found ? (int64_t)utf8_length(p, (size_t)(found - p)) + 1 : 0;
}

static void position(struct kernel_call *k)
{
    const struct str *x = arg_str(k, 0), *s = arg_str(k, 1);
    const uint32_t x_mask = arg_mask(k, 0), s_mask = arg_mask(k, 1);
    FOR_ROWS(k, row) k->result->i64[row] = position_of(&x[row & x_mask], &s[row & s_mask]);
}

/* ---- TRIM ---- */

enum { TRIM_BOTH, TRIM_LEADING, TRIM_TRAILING };

static bool begins_with(const char *p, size_t n, const struct str *c)
{
    return n >= c->len && memcmp(p, str_data(c), c->len) == 0;
}

static struct str trimmed(const struct str *s, const struct str *c, int64_t where)
{
    const char *p = str_data(s);
    size_t n = s->len;
    while (where != TRIM_TRAILING && begins_with(p, n, c)) p += c->len, n -= c->len;
    while (where != TRIM_LEADING && n >= c->len && begins_with(p + n - c->len, c->len, c))
        n -= c->len;
    return str_view(p, n);
}

static bool is_one_character(const struct str *c)
{
    return c->len > 0 && c->len <= 4 && utf8_length(str_data(c), c->len) == 1;
}

static void trim(struct kernel_call *k)
{
    const struct str *c = arg_str(k, 1), *s = arg_str(k, 2);
    const uint32_t c_mask = arg_mask(k, 1), s_mask = arg_mask(k, 2);
    FOR_ROWS(k, row)
    {
        const struct str *what = &c[row & c_mask];
        if (is_one_character(what)) {
            result_str(k)[row] = trimmed(&s[row & s_mask], what, length_at(k, 0, row));
        } else {
            result_str(k)[row] = STR_EMPTY;
            sluice_fault(k, row, SLUICE_FAULT_TRIM,
                         "trim error: '%.*s' is not one character", STR_ARG(*what));
        }
    }
}

static bool bind_trim(struct fn_bind *b)
{
    struct type t = bind_arg(b, 2);
    return bind_result(b, type_varchar(t.length));
}

/* ---- OVERLAY ---- */

struct three {
    struct str before, middle, after;
};

static struct three overlay_parts(const struct str *s, const struct str *r, int64_t p, int64_t n)
{
    int64_t behind;
    if (__builtin_add_overflow(p, n, &behind)) behind = INT64_MAX;
    return (struct three){ characters(s, (struct span_of){ 1, p < 1 ? 1 : p }), *r,
                           characters(s, (struct span_of){ behind < 1 ? 1 : behind, INT64_MAX }) };
}

static size_t put(char *out, const struct str *s)
{
    memcpy(out, str_data(s), s->len);
    return s->len;
}

static void overlay(struct kernel_call *k)
{
    const struct str *s = arg_str(k, 0), *r = arg_str(k, 1);
    const uint32_t s_mask = arg_mask(k, 0), r_mask = arg_mask(k, 1);
    FOR_ROWS(k, row)
    {
        const struct str *x = &s[row & s_mask], *y = &r[row & r_mask];
        int64_t n = k->n_args > 3 ? length_at(k, 3, row)
                                  : (int64_t)utf8_length(str_data(y), y->len);
        if (n < 0) {
            result_str(k)[row] = STR_EMPTY;
            sluice_fault(k, row, SLUICE_FAULT_SUBSTRING,
                         "substring error in OVERLAY: negative length");
            continue;
        }
        struct three t = overlay_parts(x, y, length_at(k, 2, row), n);
        size_t size = (size_t)t.before.len + t.middle.len + t.after.len;
        char small[STR_INLINE];
        char *p = size <= STR_INLINE ? small : sluice_alloc(k, size);
        size_t used = put(p, &t.before);
        used += put(p + used, &t.middle);
        put(p + used, &t.after);
        result_str(k)[row] = str_view(p, size);
    }
}

static bool bind_overlay(struct fn_bind *b)
{
    struct type s = bind_arg(b, 0), r = bind_arg(b, 1);
    bool endless = (s.kind == TYPE_VARCHAR && s.length == 0) ||
                   (r.kind == TYPE_VARCHAR && r.length == 0);
    return bind_result(b, type_varchar(endless ? 0 : s.length + r.length));
}

/* ---- rows ---- */

static const char substring_doc[] =
    "The characters at positions p to p + n - 1, from 1, as far as they exist; without n to the "
    "end. Of BINARY the bytes.";

const struct fn_def fn_substring[] = {
    {
        .name = "SUBSTRING",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT),
                  PARAM("p", SLUICE_CLASS_INTEGER),
                  OPTIONAL("n", SLUICE_CLASS_INTEGER) },
        .errors = "22011",
        .bind = bind_substring,
        .kernel = substring,
        .doc = substring_doc,
        .examples = "SUBSTRING('abcdefgh' FROM 2 FOR 3) => \"bcd\"\n"
                    "SUBSTRING('abcdefgh', 6) => \"fgh\"\n"
                    "SUBSTRING('abcdefgh' FROM -2 FOR 5) => \"ab\"",
    },
    {
        .name = "SUBSTRING",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_BINARY),
                  PARAM("p", SLUICE_CLASS_INTEGER),
                  OPTIONAL("n", SLUICE_CLASS_INTEGER) },
        .errors = "22011",
        .bind = bind_substring,
        .kernel = substring,
        .doc = substring_doc,
        .examples = "SUBSTRING(X'0A0B0C' FROM 2 FOR 1) => \"0B\"",
    },
    {
        .name = "POSITION",
        .group = "Strings",
        .args = { PARAM("x", SLUICE_CLASS_TEXT), PARAM("s", SLUICE_CLASS_TEXT) },
        .returns = { .kind = SLUICE_INTEGER },
        .errors = "",
        .kernel = position,
        .doc = "POSITION(x IN s): the first place of x in s, from 1; 0 where there is none.",
        .examples = "POSITION('b' IN 'abcb') => 2\nPOSITION('' IN 'abc') => 1",
    },
    {
        .name = "TRIM",
        .group = "Strings",
        .args = { PARAM("where", SLUICE_CLASS_INTEGER),
                  PARAM("c", SLUICE_CLASS_TEXT),
                  PARAM("s", SLUICE_CLASS_TEXT) },
        .errors = "22027",
        .bind = bind_trim,
        .kernel = trim,
        .doc =
            "TRIM([[LEADING | TRAILING | BOTH] [c] FROM] s): s without the character c, a blank by "
            "default, at its ends.",
        .examples = "TRIM('  ab c  ') => \"ab c\"\nTRIM(LEADING '0' FROM '00420') => \"420\"",
    },
    {
        .name = "OVERLAY",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT),
                  PARAM("r", SLUICE_CLASS_TEXT),
                  PARAM("p", SLUICE_CLASS_INTEGER),
                  OPTIONAL("n", SLUICE_CLASS_INTEGER) },
        .errors = "22011",
        .bind = bind_overlay,
        .kernel = overlay,
        .doc = "OVERLAY(s PLACING r FROM p [FOR n]): s with the n characters from position p on "
               "replaced by r; n is the length of r by default.",
        .examples = "OVERLAY('abcdef' PLACING 'XY' FROM 3) => \"abXYef\"",
    },
    { .name = NULL },
};
