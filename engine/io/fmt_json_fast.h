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
#include "base/utf8.h"
#include "data/calendar.h"
#include "io/fmt_json_number.h"
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

static const char *take_null(struct json_decoder *d, struct fast_member *m, const char *p)
{
    if (memcmp(p, "null", 4) != 0 || d->config->schema->columns[m->column].not_null) return NULL;
    decode_rows_set_null(&d->rows, m->column);
    return p + 4;
}

/* A double with a sign, with more digits or with an exponent, or something else. */
static FAST_APART const char *other_double(struct json_decoder *d, struct fast_member *m,
                                           const char *p)
{
    struct short_number s = { .end = NULL };
    struct fast_number  n;
    double              v;
    if (*p == '-') s = take_short_number(p + 1);
    const char *behind = s.end ? s.end : take_any_number(p, &n);
    if (!behind) return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    v = s.end ? -short_value(&s) : number_value(&n);
    if (!isfinite(v)) return NULL;
    if (m->data) ((double *)m->data)[d->rows.row] = v;
    return behind;
}

static FAST_INLINE const char *fast_double(struct json_decoder *d, struct fast_member *m,
                                           uint32_t row, const char *p)
{
    struct short_number n = take_short_number(p);
    if (__builtin_expect(!n.end, 0)) return other_double(d, m, p);
    if (m->data) ((double *)m->data)[row] = short_value(&n);
    return n.end;
}

static FAST_APART const char *other_integer(struct json_decoder *d, struct fast_member *m,
                                            const char *p)
{
    struct fast_number n = { .whole = true };
    const char        *behind = take_long_integer(p, &n.mantissa);
    if (!behind) behind = take_any_number(p, &n);
    if (!behind || !n.whole) return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    int64_t v = n.negative ? -(int64_t)n.mantissa : (int64_t)n.mantissa;
    if (v < m->low || v > m->high) return NULL;
    if (m->data) ((int64_t *)m->data)[d->rows.row] = v;
    return behind;
}

static FAST_INLINE const char *fast_integer(struct json_decoder *d, struct fast_member *m,
                                            uint32_t row, const char *p)
{
    struct short_number n = take_short_number(p);
    if (!n.end || n.decimals) return other_integer(d, m, p);
    int64_t v = n.mantissa;
    if (v < m->low || v > m->high) return NULL;
    if (m->data) ((int64_t *)m->data)[row] = v;
    return n.end;
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

static FAST_INLINE const char *fast_text(struct json_decoder *d, struct fast_member *m,
                                         uint32_t row, const char *p)
{
    if (__builtin_expect(*p != '"', 0))
        return *p == 'n' ? take_null(d, m, p) : json_fast_coerce(d, m, p);
    struct fast_text text;
    p = take_text(p + 1, d->end, &text);
    if (!p || !m->data) return p;
    if (__builtin_expect(text.escaped || text.size > m->max_chars, 0)) {
        put_unusual_text(d, m, text);
        return p;
    }
    struct str *out = (struct str *)m->data + row;
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
    struct fast_text text;
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
        return skip_number(p);
    }
}

static const char *fast_object(struct json_decoder *d, struct fast_object *o, const char *p,
                               int depth);
static const char *fast_array(struct json_decoder *d, struct fast_object *o, const char *p,
                              int depth);

/* Values that are not of the commonest kinds. */
static FAST_APART const char *fast_other(struct json_decoder *d, struct fast_member *m,
                                         const char *p, int depth)
{
    switch (m->action) {
    case FAST_TIMESTAMP: return fast_timestamp(d, m, p);
    case FAST_COERCE:    return json_fast_coerce(d, m, p);
    case FAST_OBJECT:
        if (*p == '{' && depth > 0) return fast_object(d, m->object, p + 1, depth - 1);
        break;
    case FAST_ARRAY:
        if (*p == '[' && depth > 0) return fast_array(d, m->object, p + 1, depth - 1);
        break;
    default: break;
    }
    return skip_value(d, p, depth);
}

static FAST_INLINE const char *fast_value(struct json_decoder *d, struct fast_member *m,
                                          uint32_t row, const char *p, int depth)
{
    if (m->action == FAST_DOUBLE) return fast_double(d, m, row, p);
    if (m->action == FAST_TEXT) return fast_text(d, m, row, p);
    if (m->action == FAST_INTEGER) return fast_integer(d, m, row, p);
    struct fast_text text;
    if (m->action == FAST_SKIP && *p == '"') return take_text(p + 1, d->end, &text);
    return fast_other(d, m, p, depth);
}

/* Whether the member was not seen in this record yet; a second time is for the careful way, which knows
 * which one counts. */
static inline bool mark_seen(struct json_decoder *d, struct fast_member *m, uint64_t stamp)
{
    if (m->stamp == stamp) return false;
    m->stamp = stamp & m->stamp_mask;
    d->n_seen += m->leaf;
    return true;
}

/* From behind the opening bracket. */
static const char *fast_array(struct json_decoder *d, struct fast_object *o, const char *p,
                              int depth)
{
    const uint32_t row = d->rows.row;
    p = json_skip_blank(p);
    if (*p == ']') return p + 1;
    for (uint32_t i = 0;; i++) {
        struct fast_member *m = i < o->n_members ? o->members[i] : NULL;
        if (m && !mark_seen(d, m, d->stamp)) return NULL;
        p = m ? fast_value(d, m, row, p, depth) : skip_value(d, p, depth);
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
    const uint32_t       row = d->rows.row;
    const uint64_t       stamp = d->stamp;
    struct fast_member **guess = &o->first;
    p = json_skip_blank(p);
    if (*p == '}') return p + 1;
    for (;;) {
        struct fast_member *m = *guess;
        if (!fast_literal_at(m, p)) *guess = m = o->slots[json_fast_slot(p + 1)];
        if (fast_literal_at(m, p)) {
            p += m->literal_size;
        } else {
            m = json_fast_find(d, o, p, &p);
            if (!m) return NULL;
            *guess = m;
        }
        if (!mark_seen(d, m, stamp)) return NULL;
        p = fast_value(d, m, row, p, depth);
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
