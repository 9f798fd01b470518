/*
 * text.c: values to text and back, by type.
 *
 * Two ways out, JSON and CAST, differ in a few types only (DECIMAL below one, DOUBLE, BOOLEAN); one way in. Strings on
 * JSON output are in text_json.c, dates in calendar_text.c, numbers in base/number.
 */

#include "data/text.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "data/calendar.h"
#include "data/decimal.h"

/* Enough for the text of any value but strings. */
enum { ROOM = 64 };

_Static_assert(ROOM >= (int)CALENDAR_TEXT_MAX + 2 && ROOM >= (int)NUMBER_DOUBLE_MAX, "all fit");

static size_t put_text(char *out, const char *text)
{
    size_t n = strlen(text);
    memcpy(out, text, n);
    return n;
}

/* The text forms that JSON and CAST share; 0 for other types. */
static size_t put_datetime(char *out, struct type t, int64_t v)
{
    switch (t.kind) {
    case TYPE_DATE: return calendar_format_date(out, v);
    case TYPE_TIME: return calendar_format_time(out, v);
    case TYPE_TIMESTAMP: return calendar_format_timestamp(out, v);
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: return interval_format(out, v, t);
    default: return 0;
    }
}

static void append_hex(struct buf *out, const struct str *s)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *p = str_data(s);
    char *to = buf_reserve(out, (size_t)s->len * 2);
    for (uint32_t i = 0; i < s->len; i++) {
        to[2 * i] = digits[(unsigned char)p[i] >> 4];
        to[2 * i + 1] = digits[(unsigned char)p[i] & 15];
    }
    out->len += (size_t)s->len * 2;
}

/* ---- JSON ---- */

static void json_str(struct buf *out, struct type t, const struct str *s)
{
    if (type_is_text(t)) {
        text_json_string(out, str_data(s), s->len);
        return;
    }
    buf_append_char(out, '"');
    append_hex(out, s);
    buf_append_char(out, '"');
}

static size_t json_scalar(char *out, const struct vector *v, uint32_t at)
{
    switch (v->type.kind) {
    case TYPE_NULL: return put_text(out, "null");
    case TYPE_BOOLEAN: return put_text(out, v->b[at] ? "true" : "false");
    case TYPE_DECIMAL: return number_format_decimal(out, v->i64[at], v->type.scale, true);
    case TYPE_DOUBLE: return number_format_double(out, v->f64[at]);
    case TYPE_REAL: return number_format_float(out, (float)v->f64[at]);
    default: return number_format_i64(out, v->i64[at]);
    }
}

void text_json_value(struct buf *out, const struct vector *v, uint32_t row)
{
    uint32_t at = vector_at(v, row);
    if (nulls_get(v->nulls, at)) {
        buf_append(out, "null", 4);
        return;
    }
    if (v->type.kind != TYPE_NULL && type_form(v->type) == FORM_STR) {
        json_str(out, v->type, &v->str[at]);
        return;
    }
    char *to = buf_reserve(out, ROOM);
    if (v->type.kind < TYPE_DATE) {
        out->len += json_scalar(to, v, at);
        return;
    }
    to[0] = '"';
    size_t n = put_datetime(to + 1, v->type, v->i64[at]);
    to[n + 1] = '"';
    out->len += n + 2;
}

/* ---- CAST to VARCHAR ---- */

static size_t sql_scalar(char *out, const struct vector *v, uint32_t at)
{
    switch (v->type.kind) {
    case TYPE_BOOLEAN: return put_text(out, v->b[at] ? "TRUE" : "FALSE");
    case TYPE_DECIMAL: return number_format_decimal(out, v->i64[at], v->type.scale, false);
    case TYPE_DOUBLE: return number_format_double_sql(out, v->f64[at]);
    case TYPE_REAL: return number_format_float_sql(out, (float)v->f64[at]);
    default: return number_format_i64(out, v->i64[at]);
    }
}

void text_sql_value(struct buf *out, const struct vector *v, uint32_t row)
{
    uint32_t at = vector_at(v, row);
    if (type_is_text(v->type)) {
        buf_append_str(out, v->str[at]);
        return;
    }
    if (type_is_binary(v->type)) {
        append_hex(out, &v->str[at]);
        return;
    }
    char *to = buf_reserve(out, ROOM);
    bool dated = v->type.kind >= TYPE_DATE;
    out->len += dated ? put_datetime(to, v->type, v->i64[at]) : sql_scalar(to, v, at);
}

/* ---- text to value ---- */

struct text_range {
    const char *p;
    size_t      n;
};

static struct text_range trim(const char *s, size_t n)
{
    while (n > 0 && *s == ' ') s++, n--;
    while (n > 0 && s[n - 1] == ' ') n--;
    return (struct text_range){ s, n };
}

static enum text_result parse_boolean(struct text_range t, bool *out)
{
    if (t.n == 4 && strncasecmp(t.p, "true", 4) == 0) {
        *out = true;
    } else if (t.n == 5 && strncasecmp(t.p, "false", 5) == 0) {
        *out = false;
    } else {
        return TEXT_NOT;
    }
    return TEXT_OK;
}

static enum text_result parse_exact(struct text_range t, struct type type, int64_t *out)
{
    if (memchr(t.p, 'e', t.n) || memchr(t.p, 'E', t.n)) return TEXT_NOT;
    int precision = type.kind == TYPE_DECIMAL ? type.precision : 19;
    int64_t v;
    bool exact;
    int result = decimal_parse(t.p, t.n, precision, type.scale, &v, &exact);
    if (result != 0) return result == 1 ? TEXT_NOT : TEXT_OVERFLOW;
    if (type_is_integer(type)) {
        int64_t low, high;
        type_integer_range(type, &low, &high);
        if (v < low || v > high) return TEXT_OVERFLOW;
    }
    *out = v;
    return TEXT_OK;
}

static enum text_result parse_approximate(struct text_range t, struct type type, double *out)
{
    double v;
    bool overflow = false;
    if (t.n == 0 || number_parse_double(t.p, t.n, true, &v, &overflow) != t.n) return TEXT_NOT;
    if (type.kind == TYPE_REAL) v = (double)(float)v;
    if (overflow || !isfinite(v)) return TEXT_OVERFLOW;
    *out = v;
    return TEXT_OK;
}

static enum text_result parse_datetime(const char *s, size_t n, struct type t, int64_t *out)
{
    bool read = t.kind == TYPE_DATE   ? calendar_parse_date(s, n, out)
                : t.kind == TYPE_TIME ? calendar_parse_time(s, n, out)
                : t.kind == TYPE_TIMESTAMP
                    ? calendar_parse_timestamp(s, n, out)
                    : interval_parse(s, n, t, out);
    return read ? TEXT_OK : TEXT_NOT;
}

struct str text_fit(struct arena *a, const char *s, size_t n, struct type t)
{
    bool limited = t.kind == TYPE_CHAR || t.length > 0;
    if (!limited) return str_view(s, n);
    size_t kept = utf8_prefix(s, n, t.length);
    if (t.kind == TYPE_VARCHAR || kept < n) return str_view(s, kept);
    size_t length = utf8_length(s, n);
    if (length == t.length) return str_view(s, n);

    size_t blanks = t.length - length;
    char *padded = arena_alloc(a, n + blanks);
    memcpy(padded, s, n);
    memset(padded + n, ' ', blanks);
    return str_view(padded, n + blanks);
}

enum text_result text_parse(struct arena *a, const char *s, size_t n, struct type t,
                            struct value *out)
{
    struct value v = { .type = t };
    enum text_result result = TEXT_NOT;
    if (t.kind == TYPE_BOOLEAN) {
        result = parse_boolean(trim(s, n), &v.b);
    } else if (type_is_exact(t)) {
        result = parse_exact(trim(s, n), t, &v.i64);
    } else if (type_is_approximate(t)) {
        result = parse_approximate(trim(s, n), t, &v.f64);
    } else if (type_is_text(t)) {
        v.str = text_fit(a, s, n, t);
        result = TEXT_OK;
    } else if (t.kind >= TYPE_DATE) {
        result = parse_datetime(s, n, t, &v.i64);
    }
    if (result == TEXT_OK) *out = v;
    return result;
}
