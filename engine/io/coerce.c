/*
 * coerce.c: the matrix of JSON kinds and column types (dialect 4.2, DECISION L-24).
 *
 * The careful path, as json_scan.c is: the fast decoder takes numbers for number columns and plain strings
 * for text columns itself and leaves all other pairs to this one.
 */

#include "io/coerce.h"

#include <math.h>

#include "base/limits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/calendar.h"
#include "data/decimal.h"

/* Where one value goes. */
struct target {
    struct arena        *arena;
    const struct column *column;
    struct vector       *v; /* NULL: only check */
    uint32_t             row, n_rows;
    const char         **why;
};

/* A text of the record, for a message: short, without control characters. */
static const char *shown(struct arena *a, const char *s, size_t size)
{
    enum { SHOWN = 40 };
    size_t n = size > SHOWN ? utf8_prefix(s, size, SHOWN) : size;
    char  *out = arena_alloc(a, n + 4);
    for (size_t i = 0; i < n; i++) out[i] = (unsigned char)s[i] < 0x20 ? ' ' : s[i];
    memcpy(out + n, n < size ? "..." : "", n < size ? 4 : 1);
    return out;
}

/* The value is told, unless it is PERSONAL: messages go where such values may not. */
static bool refuse(const struct target *t, const char *s, size_t size)
{
    const char *what = t->column->personal ? "a PERSONAL value" : shown(t->arena, s, size);
    *t->why = str_format_c(t->arena, "cannot convert %s to %s for column \"%.*s\"", what,
                           type_text(t->arena, t->column->type), STR_ARG(t->column->name));
    return false;
}

static bool put_null(const struct target *t)
{
    if (t->v) nulls_set(vector_nulls(t->arena, t->v, t->n_rows), t->row);
    return true;
}

static bool put_i64(const struct target *t, int64_t value)
{
    if (t->v) t->v->i64[t->row] = value;
    return true;
}

static bool put_bool(const struct target *t, bool value)
{
    if (t->v) t->v->b[t->row] = value;
    return true;
}

/* A text that stays where it is, cut at the column's length, padded for CHAR. */
static bool put_text(const struct target *t, const char *s, size_t size)
{
    if (!t->v) return true;
    uint32_t length = t->column->type.length;
    if (length && size > length) size = utf8_prefix(s, size, length);
    if (t->column->type.kind == TYPE_CHAR) {
        size_t chars = utf8_length(s, size);
        if (chars < length) {
            char *padded = arena_alloc(t->arena, size + length - chars);
            memcpy(padded, s, size);
            memset(padded + size, ' ', length - chars);
            s = padded;
            size += length - chars;
        }
    }
    t->v->str[t->row] = str_view(s, size);
    return true;
}

static bool put_approximate(const struct target *t, const char *s, size_t size)
{
    bool   overflow = false;
    double value = 0;
    if (number_parse_double(s, size, true, &value, &overflow) != size || overflow)
        return refuse(t, s, size);
    if (t->column->type.kind == TYPE_REAL) {
        value = (double)(float)value;
        if (!isfinite(value)) return refuse(t, s, size);
    }
    if (t->v) t->v->f64[t->row] = value;
    return true;
}

static bool put_exact(const struct target *t, const char *s, size_t size)
{
    struct type type = t->column->type;
    bool        exact = true;
    int64_t     value = 0;
    if (type.kind == TYPE_DECIMAL) {
        if (decimal_parse(s, size, type.precision, type.scale, &value, &exact) != 0)
            return refuse(t, s, size);
        return put_i64(t, value);
    }
    int64_t low, high;
    type_integer_range(type, &low, &high);
    if (decimal_parse(s, size, LIMIT_DECIMAL_PRECISION, 0, &value, &exact) != 0)
        return refuse(t, s, size);
    if (!exact || value < low || value > high) return refuse(t, s, size);
    return put_i64(t, value);
}

static bool put_number(const struct target *t, const char *s, size_t size)
{
    return type_is_exact(t->column->type) ? put_exact(t, s, size) : put_approximate(t, s, size);
}

static bool put_datetime(const struct target *t, const char *s, size_t size)
{
    int64_t value = 0;
    bool    ok = false;
    switch ((enum type_kind)t->column->type.kind) {
    case TYPE_DATE:
        ok = calendar_parse_date(s, size, &value);
        break;
    case TYPE_TIME:
        ok = calendar_parse_time(s, size, &value);
        break;
    default:
        ok = calendar_parse_timestamp(s, size, &value);
        break;
    }
    return ok ? put_i64(t, value) : refuse(t, s, size);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes cut at the column's length; BINARY is filled with zero bytes in front (a boolean) or behind (other values). */
static bool put_binary(const struct target *t, const char *bytes, size_t size, bool fill_front)
{
    if (!t->v) return true;
    uint32_t length = t->column->type.length;
    if (length && size > length) size = length;
    size_t fill = t->column->type.kind == TYPE_BINARY && size < length ? length - size : 0;
    char  *out = arena_alloc(t->arena, size + fill + 1);
    memset(out, 0, size + fill);
    memcpy(out + (fill_front ? fill : 0), bytes, size);
    t->v->str[t->row] = str_view(out, size + fill);
    return true;
}

/* X'0AFF' */
static bool put_hex(const struct target *t, const char *s, size_t size)
{
    if (size < 3 || (s[0] != 'X' && s[0] != 'x') || s[1] != '\'' || s[size - 1] != '\'' ||
        size % 2 == 0) {
        return refuse(t, s, size);
    }
    size_t n = (size - 3) / 2;
    char  *bytes = arena_alloc(t->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(s[2 + 2 * i]), low = hex_value(s[3 + 2 * i]);
        if (high < 0 || low < 0) return refuse(t, s, size);
        bytes[i] = (char)(high << 4 | low);
    }
    return put_binary(t, bytes, n, false);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void trim_blanks(const char **s, size_t *size)
{
    while (*size && is_blank(**s)) {
        ++*s;
        --*size;
    }
    while (*size && is_blank((*s)[*size - 1])) --*size;
}

static bool from_string(const struct target *t, const char *s, size_t size)
{
    struct type type = t->column->type;
    if (type_is_text(type)) return put_text(t, s, size);
    if (type_is_binary(type)) return put_hex(t, s, size);
    if (type.kind == TYPE_BOOLEAN)
        return put_bool(t, str_equal_nocase_c(str_view(s, size), "true"));
    trim_blanks(&s, &size);
    if (type_is_number(type)) return put_number(t, s, size);
    return put_datetime(t, s, size);
}

static bool from_boolean(const struct target *t, const struct json_extent *value)
{
    struct type type = t->column->type;
    bool        truth = value->kind == JSON_TRUE;
    if (type.kind == TYPE_BOOLEAN) return put_bool(t, truth);
    if (type_is_number(type)) return put_number(t, truth ? "1" : "0", 1);
    if (type_is_text(type)) return put_text(t, value->start, value->size);
    if (type_is_binary(type)) return put_binary(t, truth ? "\1" : "\0", 1, true);
    return refuse(t, value->start, value->size);
}

static bool number_is_zero(const char *s, size_t size)
{
    for (size_t i = 0; i < size && s[i] != 'e' && s[i] != 'E'; i++) {
        if (s[i] >= '1' && s[i] <= '9') return false;
    }
    return true;
}

static bool from_number(const struct target *t, const struct json_extent *value)
{
    struct type type = t->column->type;
    if (type_is_number(type)) return put_number(t, value->start, value->size);
    if (type_is_text(type)) return put_text(t, value->start, value->size);
    if (type.kind == TYPE_BOOLEAN) return put_bool(t, !number_is_zero(value->start, value->size));
    return refuse(t, value->start, value->size);
}

bool coerce_json(struct arena *a, const struct json_extent *value, const struct column *column,
                 struct vector *v, uint32_t row, uint32_t n_rows, const char **why)
{
    struct target t = { a, column, v, row, n_rows, why };
    switch (value->kind) {
    case JSON_NONE:
    case JSON_NULL:
        return put_null(&t);
    case JSON_TRUE:
    case JSON_FALSE:
        return from_boolean(&t, value);
    case JSON_NUMBER:
        return from_number(&t, value);
    case JSON_STRING: {
        if (!value->escaped) return from_string(&t, value->start, value->size);
        char *text = arena_alloc(a, value->size + 1);
        return from_string(&t, text, json_unescape(value->start, value->size, text));
    }
    case JSON_ARRAY:
    case JSON_OBJECT: {
        if (!type_is_text(column->type)) return refuse(&t, value->start, value->size);
        if (!v) return true;
        char *text = arena_alloc(a, value->size + 1);
        return put_text(&t, text, json_compact(value->start, value->size, text));
    }
    }
    return false;
}

bool coerce_text(struct arena *a, const char *s, size_t size, const struct column *column,
                 struct vector *v, uint32_t row, uint32_t n_rows, const char **why)
{
    struct target t = { a, column, v, row, n_rows, why };
    return from_string(&t, s, size);
}

bool coerce_bytes(struct arena *a, const char *bytes, size_t size, const struct column *column,
                  struct vector *v, uint32_t row, uint32_t n_rows, const char **why)
{
    struct target t = { a, column, v, row, n_rows, why };
    if (type_is_binary(column->type)) return put_binary(&t, bytes, size, false);
    *why = str_format_c(a, "cannot convert a blob of %zu bytes to %s for column \"%.*s\"", size,
                        type_text(a, column->type), STR_ARG(column->name));
    return false;
}
