/*
 * fn_string.c: ||, CHAR_LENGTH, UPPER, LOWER and INITCAP.
 *
 * Results of up to twelve bytes lie in their views. Longer ones of one call share one piece of memory,
 * whose size is added up before anything is written. Case is Unicode's simple mapping, without a locale.
 */

#include "base/limits.h"
#include "base/utf8.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/kernel.h"

/* ---- joining ---- */

static bool bind_join(struct fn_bind *b)
{
    struct type x = bind_arg(b, 0), y = bind_arg(b, 1);
    bool fixed = x.kind == TYPE_CHAR && y.kind == TYPE_CHAR;
    bool endless = (x.kind == TYPE_VARCHAR && x.length == 0) ||
                   (y.kind == TYPE_VARCHAR && y.length == 0);
    uint64_t length = (uint64_t)x.length + y.length;
    if (endless) return bind_result(b, type_varchar(0));
    if (length > LIMIT_STRING_LENGTH) return bind_result(b, type_varchar(LIMIT_STRING_LENGTH));
    return bind_result(b, fixed ? type_char((uint32_t)length) : type_varchar((uint32_t)length));
}

static bool join_is_too_long(const struct kernel_call *k, const struct str *a, const struct str *b)
{
    uint32_t limit = k->result->type.length;
    if (limit == 0 || (size_t)a->len + b->len <= limit) return false;
    return utf8_length(str_data(a), a->len) + utf8_length(str_data(b), b->len) > limit;
}

static void join(struct kernel_call *k)
{
    const struct str *a = arg_str(k, 0), *b = arg_str(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    struct str *out = result_str(k);
    size_t total = 0;
    EACH_ROW(k, row, {
        size_t n = (size_t)a[row & a_mask].len + b[row & b_mask].len;
        total += n > STR_INLINE ? n : 0;
    });
    char *room = total > 0 ? sluice_alloc(k, total) : NULL;
    EACH_ROW(k, row, {
        const struct str *x = &a[row & a_mask], *y = &b[row & b_mask];
        size_t n = (size_t)x->len + y->len;
        char small[STR_INLINE];
        char *p = n > STR_INLINE ? room : small;
        memcpy(p, str_data(x), x->len);
        memcpy(p + x->len, str_data(y), y->len);
        out[row] = str_view(p, n);
        if (n > STR_INLINE) room += n;
        if (join_is_too_long(k, x, y)) {
            sluice_fault(k, row, SLUICE_FAULT_TOO_LONG, "joined text is too long, at most %u",
                         k->result->type.length);
        }
    });
}

/* ---- length ---- */

static void char_length(struct kernel_call *k)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        const struct str *x = &s[row & mask];
        out[row] = (int64_t)utf8_length(str_data(x), x->len);
    });
}

/* ---- case ---- */

/* Writes s in another case to `out`, which has room for mapped_max(n) bytes; returns the bytes. */
typedef size_t (*mapper)(char *out, const char *s, size_t n);

/* No character's partner is more than half as long again; twice is safe for bytes that are no UTF-8. */
static size_t mapped_max(size_t n)
{
    return 2 * n;
}

/* Results that may become longer than this go straight to their place. */
enum { SMALL = 2 * STR_INLINE };

static size_t map_ascii(char *out, const char *s, size_t n, char first, char last)
{
    size_t i = 0;
    for (; i < n && (unsigned char)s[i] < 0x80; i++) {
        out[i] = s[i] >= first && s[i] <= last ? (char)(s[i] ^ 0x20) : s[i];
    }
    return i;
}

static size_t map_upper(char *out, const char *s, size_t n)
{
    size_t at = map_ascii(out, s, n, 'a', 'z'), used = at;
    while (at < n) used += utf8_put(out + used, utf8_upper(utf8_next(s, n, &at)));
    return used;
}

static size_t map_lower(char *out, const char *s, size_t n)
{
    size_t at = map_ascii(out, s, n, 'A', 'Z'), used = at;
    while (at < n) used += utf8_put(out + used, utf8_lower(utf8_next(s, n, &at)));
    return used;
}

/* Only a blank begins a new word (S-13). */
static size_t map_initcap(char *out, const char *s, size_t n)
{
    size_t at = 0, used = 0;
    bool starts = true;
    while (at < n) {
        uint32_t c = utf8_next(s, n, &at);
        used += utf8_put(out + used, starts ? utf8_upper(c) : utf8_lower(c));
        starts = c == ' ';
    }
    return used;
}

static void map_case(struct kernel_call *k, mapper map)
{
    const struct str *s = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct str *out = result_str(k);
    size_t total = 0;
    EACH_ROW(k, row, {
        size_t most = mapped_max(s[row & mask].len);
        total += most > SMALL ? most : 0;
    });
    char *room = total > 0 ? sluice_alloc(k, total) : NULL;
    EACH_ROW(k, row, {
        const struct str *x = &s[row & mask];
        bool longer = mapped_max(x->len) > SMALL;
        char small[SMALL] = { 0 };
        char *p = longer ? room : small;
        size_t n = map(p, str_data(x), x->len);
        if (!longer && n > STR_INLINE) p = memcpy(sluice_alloc(k, n), small, n);
        out[row] = str_view(p, n);
        if (longer) room += n;
    });
}

static void upper(struct kernel_call *k)
{
    map_case(k, map_upper);
}

static void lower(struct kernel_call *k)
{
    map_case(k, map_lower);
}

static void initcap(struct kernel_call *k)
{
    map_case(k, map_initcap);
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

#define CASE_ROW(called, run, text, example)         \
    {                                                \
        .name = called,                              \
        .group = "Strings",                          \
        .args = { PARAM("s", SLUICE_CLASS_TEXT) },      \
        .errors = "",                                \
        .bind = bind_same,                           \
        .kernel = run,                               \
        .doc = text,                                 \
        .examples = example,                         \
    }

const struct fn_def fn_string[] = {
    {
        .name = "||",
        .group = "Strings",
        .args = { PARAM("a", SLUICE_CLASS_TEXT), PARAM("b", SLUICE_CLASS_TEXT) },
        .errors = "22001",
        .bind = bind_join,
        .kernel = join,
        .doc = "a and b joined; those of type CHAR keep their blanks.",
        .examples = "'ab' || 'cd' => \"abcd\"\nCAST('ab' AS CHAR(4)) || 'x' => \"ab  x\"",
    },
    {
        .name = "CHAR_LENGTH",
        .aliases = "CHARACTER_LENGTH",
        .group = "Strings",
        .args = { PARAM("s", SLUICE_CLASS_TEXT) },
        .returns = { .kind = SLUICE_INTEGER },
        .errors = "",
        .kernel = char_length,
        .doc = "Number of characters (not bytes) in s, the blanks of a CHAR included.",
        .examples = "CHAR_LENGTH('Zürich') => 6\nCHAR_LENGTH('') => 0",
    },
    CASE_ROW("UPPER", upper, "s in upper case.", "UPPER('Kinesis 2a') => \"KINESIS 2A\""),
    CASE_ROW("LOWER", lower, "s in lower case.", "LOWER('ÀÉ') => \"àé\""),
    CASE_ROW(
        "INITCAP", initcap,
        "s with the first letter of each word in upper case, the rest in lower case; only a blank "
        "begins a new word.",
        "INITCAP('hello big WORLD') => \"Hello Big World\""),
    { .name = NULL },
};
