#ifndef IO_FMT_JSON_FAST_H
#define IO_FMT_JSON_FAST_H

/*
 * fmt_json_fast.h: the fast way through a record. Included by fmt_json_plain.c and fmt_json_avx2.c, which define
 *
 *     FAST_NAME               the entry point
 *     fast_text_run(p)        from p on, the number of bytes that are plain text: ASCII, not a quote, not a backslash,
 *                             not a control character; may stop early at any multiple of its step, never late
 *     fast_literal_at(m, p)   whether the literal of member m stands at p
 *
 * so that the same code is compiled for wide instructions and without them. Reads run up to BLOCK_PAD bytes
 * over the end of the block; the bytes there are zero, which no rule takes for text.
 *
 * Every function returns the byte behind what it took, or NULL when the record is for the careful way.
 */

#include <math.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/calendar.h"
#include "io/fmt_json_read.h"

/* The bytes of a string from behind its opening quote; p is moved behind the closing one. */
struct fast_text {
    const char *start;
    size_t      size;
    bool        escaped;
};

/* A run stopped at a byte that is not plain text: non-ASCII goes on, an escape is checked, all else ends
 * the string or is wrong. */
static const char *text_special(const char *p, const char *end, struct fast_text *out, bool *ascii)
{
    for (;;) {
        p += fast_text_run(p);
        unsigned char c = (unsigned char)*p;
        if (c == '"') return p;
        if (c >= 0x80) {
            *ascii = false;
            while ((unsigned char)*p >= 0x80) p++;
        } else if (c == '\\') {
            struct json_error e;
            out->escaped = true;
            p = json_scan_escape(p + 1, end, &e);
            if (!p) return NULL;
        } else {
            return NULL;
        }
    }
}

static inline const char *take_text(const char *p, const char *end, struct fast_text *out)
{
    out->start = p;
    out->escaped = false;
    p += fast_text_run(p);
    if (__builtin_expect(*p != '"', 0)) {
        bool ascii = true;
        p = text_special(p, end, out, &ascii);
        if (!p || (!ascii && !utf8_valid(out->start, (size_t)(p - out->start)))) return NULL;
    }
    out->size = (size_t)(p - out->start);
    return p + 1;
}

/* A number in its parts: value = (-1)^negative * mantissa * 10^exponent. */
struct fast_number {
    uint64_t mantissa;
    int      exponent;
    bool     negative;
    bool     whole; /* digits alone */
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static const char *take_exponent(const char *p, struct fast_number *out)
{
    bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!is_digit(*p)) return NULL;
    int         exponent = 0;
    const char *start = p;
    while (is_digit(*p) && p - start < 4) exponent = exponent * 10 + (*p++ - '0');
    if (is_digit(*p)) return NULL;
    out->exponent += negative ? -exponent : exponent;
    return p;
}

/* Numbers of up to 18 digits; others are for the careful way. */
static inline const char *take_number(const char *p, struct fast_number *out)
{
    out->negative = *p == '-';
    p += out->negative;
    const char *start = p;
    uint64_t    mantissa = 0;
    while (is_digit(*p)) mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
    ptrdiff_t digits = p - start;
    if (digits == 0 || (*start == '0' && digits > 1)) return NULL;
    out->exponent = 0;
    out->whole = true;
    if (*p == '.') {
        const char *fraction = ++p;
        while (is_digit(*p)) mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
        if (p == fraction) return NULL;
        digits += p - fraction;
        out->exponent = (int)(fraction - p);
        out->whole = false;
    }
    if (digits > 18) return NULL;
    out->mantissa = mantissa;
    if (__builtin_expect((*p | 0x20) == 'e', 0)) {
        out->whole = false;
        return take_exponent(p + 1, out);
    }
    return p;
}

/* Clinger's fast case: mantissa and power of ten are both exact, so one division or product rounds once. */
static inline double number_value(const struct fast_number *n)
{
    static const double pow10[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    double              v;
    if (n->mantissa <= (uint64_t)1 << 53 && n->exponent >= -22 && n->exponent <= 22) {
        v = (double)n->mantissa;
        v = n->exponent < 0 ? v / pow10[-n->exponent] : v * pow10[n->exponent];
    } else {
        v = number_from_decimal(n->mantissa, n->exponent, false, "", 0);
    }
    return n->negative ? -v : v;
}

static const char *take_null(struct json_decoder *d, struct fast_member *m, const char *p)
{
    if (memcmp(p, "null", 4) != 0 || d->config->schema->columns[m->column].not_null) return NULL;
    decode_rows_set_null(&d->rows, m->column);
    return p + 4;
}

static inline const char *fast_double(struct json_decoder *d, struct fast_member *m, const char *p)
{
    struct fast_number n;
    const char        *behind = take_number(p, &n);
    if (!behind) return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    double v = number_value(&n);
    if (!isfinite(v)) return NULL;
    if (m->write) d->rows.vectors[m->column].f64[d->rows.row] = v;
    return behind;
}

static inline const char *fast_integer(struct json_decoder *d, struct fast_member *m, const char *p)
{
    struct fast_number n;
    const char        *behind = take_number(p, &n);
    if (!behind || !n.whole) return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    int64_t v = n.negative ? -(int64_t)n.mantissa : (int64_t)n.mantissa;
    if (v < m->low || v > m->high) return NULL;
    if (m->write) d->rows.vectors[m->column].i64[d->rows.row] = v;
    return behind;
}

/* An escaped or over-long text. */
static void put_unusual_text(struct json_decoder *d, struct fast_member *m, struct fast_text text)
{
    if (text.escaped) {
        char *out = arena_alloc(d->rows.batch->arena, text.size + 1);
        text.size = json_unescape(text.start, text.size, out);
        text.start = out;
    }
    if (text.size > m->max_chars) text.size = utf8_prefix(text.start, text.size, m->max_chars);
    d->rows.vectors[m->column].str[d->rows.row] = str_view(text.start, text.size);
}

static inline const char *fast_text(struct json_decoder *d, struct fast_member *m, const char *p)
{
    if (__builtin_expect(*p != '"', 0))
        return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    struct fast_text text;
    p = take_text(p + 1, d->end, &text);
    if (!p || !m->write) return p;
    if (__builtin_expect(text.escaped || text.size > m->max_chars, 0)) {
        put_unusual_text(d, m, text);
        return p;
    }
    struct str *out = &d->rows.vectors[m->column].str[d->rows.row];
    if (text.size > STR_INLINE) {
        *out = str_view(text.start, text.size);
        return p;
    }
    /* twelve bytes are there to be read, whatever the length; those behind it are cleared */
    static const unsigned char keep[STR_INLINE * 2] = { 255, 255, 255, 255, 255, 255,
                                                        255, 255, 255, 255, 255, 255 };
    uint64_t                   a, a_mask;
    uint32_t                   b, b_mask;
    memcpy(&a, text.start, 8);
    memcpy(&b, text.start + 8, 4);
    memcpy(&a_mask, keep + STR_INLINE - text.size, 8);
    memcpy(&b_mask, keep + STR_INLINE - text.size + 8, 4);
    a &= a_mask;
    b &= b_mask;
    out->len = (uint32_t)text.size;
    memcpy(out->inlined, &a, 8);
    memcpy(out->inlined + 8, &b, 4);
    return p;
}

static const char *fast_timestamp(struct json_decoder *d, struct fast_member *m, const char *p)
{
    if (*p != '"') return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    struct fast_text text;
    p = take_text(p + 1, d->end, &text);
    int64_t ms;
    if (!p || text.escaped || !calendar_parse_timestamp(text.start, text.size, &ms)) return NULL;
    if (m->write) d->rows.vectors[m->column].i64[d->rows.row] = ms;
    return p;
}

static const char *skip_value(struct json_decoder *d, const char *p, int depth);

static const char *skip_array(struct json_decoder *d, const char *p, int depth)
{
    p = json_skip_blank(p);
    if (*p == ']') return p + 1;
    for (;;) {
        p = skip_value(d, p, depth);
        if (!p) return NULL;
        if (*p != ',') {
            p = json_skip_blank(p);
            if (*p == ']') return p + 1;
            if (*p != ',') return NULL;
        }
        p = json_skip_blank(p + 1);
    }
}

static const char *skip_object(struct json_decoder *d, const char *p, int depth)
{
    p = json_skip_blank(p);
    if (*p == '}') return p + 1;
    for (;;) {
        struct fast_text name;
        if (*p != '"') return NULL;
        p = take_text(p + 1, d->end, &name);
        if (!p) return NULL;
        p = json_skip_blank(p);
        if (*p != ':') return NULL;
        p = skip_value(d, json_skip_blank(p + 1), depth);
        if (!p) return NULL;
        if (*p != ',') {
            p = json_skip_blank(p);
            if (*p == '}') return p + 1;
            if (*p != ',') return NULL;
        }
        p = json_skip_blank(p + 1);
    }
}

/* A value that no column asks for: checked all the same. */
static const char *skip_value(struct json_decoder *d, const char *p, int depth)
{
    struct fast_text   text;
    struct fast_number number;
    switch (*p) {
    case '"':
        return take_text(p + 1, d->end, &text);
    case '{':
        return depth > 0 ? skip_object(d, p + 1, depth - 1) : NULL;
    case '[':
        return depth > 0 ? skip_array(d, p + 1, depth - 1) : NULL;
    case 't':
        return memcmp(p, "true", 4) == 0 ? p + 4 : NULL;
    case 'f':
        return memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
    case 'n':
        return memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
    default:
        return take_number(p, &number);
    }
}

static const char *fast_object(struct json_decoder *d, struct fast_object *o, const char *p,
                               int depth);
static const char *fast_array(struct json_decoder *d, struct fast_object *o, const char *p,
                              int depth);

static inline const char *fast_value(struct json_decoder *d, struct fast_member *m, const char *p,
                                     int depth)
{
    switch (m->action) {
    case FAST_SKIP:
        return skip_value(d, p, depth);
    case FAST_DOUBLE:
        return fast_double(d, m, p);
    case FAST_INTEGER:
        return fast_integer(d, m, p);
    case FAST_TEXT:
        return fast_text(d, m, p);
    case FAST_TIMESTAMP:
        return fast_timestamp(d, m, p);
    case FAST_OBJECT:
        return *p == '{' && depth > 0 ? fast_object(d, m->object, p + 1, depth - 1)
                                      : skip_value(d, p, depth);
    case FAST_ARRAY:
        return *p == '[' && depth > 0 ? fast_array(d, m->object, p + 1, depth - 1)
                                      : skip_value(d, p, depth);
    case FAST_COERCE:
        break;
    }
    return json_fast_coerce(d, m, p);
}

/* Whether the member was not seen in this record yet; a second time is for the careful way, which knows
 * which one counts. */
static inline bool mark_seen(struct json_decoder *d, struct fast_member *m)
{
    if (m->action == FAST_SKIP) return true;
    if (m->stamp == d->stamp) return false;
    m->stamp = d->stamp;
    d->n_seen += m->action != FAST_OBJECT && m->action != FAST_ARRAY;
    return true;
}

/* From behind the opening bracket. */
static const char *fast_array(struct json_decoder *d, struct fast_object *o, const char *p,
                              int depth)
{
    p = json_skip_blank(p);
    if (*p == ']') return p + 1;
    for (uint32_t i = 0;; i++) {
        struct fast_member *m = i < o->n_members ? o->members[i] : NULL;
        if (m && !mark_seen(d, m)) return NULL;
        p = m ? fast_value(d, m, p, depth) : skip_value(d, p, depth);
        if (!p) return NULL;
        if (*p != ',') {
            p = json_skip_blank(p);
            if (*p == ']') return p + 1;
            if (*p != ',') return NULL;
        }
        p = json_skip_blank(p + 1);
    }
}

/* From behind the opening bracket. */
static const char *fast_object(struct json_decoder *d, struct fast_object *o, const char *p,
                               int depth)
{
    struct fast_member **guess = &o->first;
    p = json_skip_blank(p);
    if (*p == '}') return p + 1;
    for (;;) {
        struct fast_member *m = *guess;
        if (m && fast_literal_at(m, p)) {
            p += m->literal_size;
        } else {
            m = json_fast_find(d, o, p, &p);
            if (!m) return NULL;
            *guess = m;
        }
        if (!mark_seen(d, m)) return NULL;
        p = fast_value(d, m, p, depth);
        if (!p) return NULL;
        if (*p != ',') {
            p = json_skip_blank(p);
            if (*p == '}') return p + 1;
            if (*p != ',') return NULL;
        }
        p++;
        if (*p <= ' ') p = json_skip_blank(p);
        guess = &m->next;
    }
}

const char *FAST_NAME(struct json_decoder *d, const char *p)
{
    return fast_object(d, d->fast, p + 1, LIMIT_JSON_DEPTH - 1);
}

#endif
