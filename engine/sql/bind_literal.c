/*
 * bind_literal.c: literals to values (dialect 2.1). What is malformed is refused here, with its text.
 */

#include "base/number.h"
#include "base/utf8.h"
#include "data/calendar.h"
#include "sql/bind_expr.h"

static struct status out_of_range(struct binder *b, const struct ast_expr *e)
{
    return status_new(b->arena, ERR_OUT_OF_RANGE_LITERAL, e->at, "literal %.*s is out of range",
                      STR_ARG(e->text));
}

static struct status bad_literal(struct binder *b, const struct ast_expr *e, const char *kind,
                                 const char *form)
{
    struct status st = status_new(b->arena, ERR_BAD_LITERAL, e->at, "illegal %s literal '%.*s'",
                                  kind, STR_ARG(e->text));
    return status_with_hint(st, form);
}

/* ---- numbers ---- */

/* Digits and at most one point; DECIMAL of as many digits as are written. */
static struct status bind_exact(struct binder *b, const struct ast_expr *e, struct value *out)
{
    const char *s = str_data(&e->text);
    int digits = 0, scale = 0;
    bool point = false;
    int64_t v = 0;
    for (uint32_t i = 0; i < e->text.len; i++) {
        if (s[i] == '.') {
            point = true;
            continue;
        }
        if (!i64_mul(&v, v, 10) || !i64_add(&v, v, s[i] - '0')) return out_of_range(b, e);
        digits++;
        scale += point;
    }
    if (point && digits > LIMIT_RESULT_PRECISION) return out_of_range(b, e);
    out->i64 = v;
    out->type = point ? type_decimal(digits, scale)
                      : type_of(v <= INT32_MAX ? TYPE_INTEGER : TYPE_BIGINT);
    return OK;
}

static struct status bind_number(struct binder *b, const struct ast_expr *e, struct value *out)
{
    const char *s = str_data(&e->text);
    if (!memchr(s, 'e', e->text.len) && !memchr(s, 'E', e->text.len)) return bind_exact(b, e, out);
    bool overflow = false;
    size_t read = number_parse_double(s, e->text.len, true, &out->f64, &overflow);
    if (read == 0 || overflow) return out_of_range(b, e);
    out->type = type_of(TYPE_DOUBLE);
    return OK;
}

/* ---- text and bytes ---- */

static struct status bind_string(struct binder *b, const struct ast_expr *e, struct value *out)
{
    size_t length = utf8_length(str_data(&e->text), e->text.len);
    if (length > LIMIT_STRING_LENGTH) {
        return status_new(b->arena, ERR_OUT_OF_RANGE_LITERAL, e->at,
                          "a text of %zu characters is out of range: at most %d", length,
                          LIMIT_STRING_LENGTH);
    }
    out->type = type_char((uint32_t)length);
    out->str = str_copy(b->arena, e->text);
    return OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct status bind_binary(struct binder *b, const struct ast_expr *e, struct value *out)
{
    const char *s = str_data(&e->text);
    const char *form = "an even number of hexadecimal digits: X'0FA0'";
    if (e->text.len % 2 != 0) return bad_literal(b, e, "binary", form);
    char *bytes = arena_alloc(b->arena, e->text.len / 2 + 1);
    for (uint32_t i = 0; i < e->text.len; i += 2) {
        int high = hex_digit(s[i]), low = hex_digit(s[i + 1]);
        if (high < 0 || low < 0) return bad_literal(b, e, "binary", form);
        bytes[i / 2] = (char)(high * 16 + low);
    }
    out->type = type_of(TYPE_BINARY);
    out->type.length = e->text.len / 2;
    out->str = str_view(bytes, e->text.len / 2);
    return OK;
}

/* ---- datetimes ---- */

/* Whether s begins as the form does, where 9 stands for any digit; n is left behind it. */
static bool has_form(const char *s, size_t len, const char *form, size_t *n)
{
    size_t i = 0;
    for (; form[i]; i++) {
        if (i >= len) return false;
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (form[i] == '9' ? !digit : s[i] != form[i]) return false;
    }
    *n = i;
    return true;
}

/* [.fff...] and nothing else. */
static bool ends_with_fraction(const char *s, size_t len)
{
    if (len == 0) return true;
    if (s[0] != '.' || len == 1) return false;
    for (size_t i = 1; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') return false;
    }
    return true;
}

/* CAST takes more forms than a literal (S-25), so the form is looked at first. */
static bool read_datetime(const struct ast_expr *e, enum type_kind kind, int64_t *out)
{
    const char *s = str_data(&e->text);
    size_t len = e->text.len, n;
    switch (kind) {
    case TYPE_DATE:
        return has_form(s, len, "9999-99-99", &n) && n == len && calendar_parse_date(s, len, out);
    case TYPE_TIME:
        return has_form(s, len, "99:99:99", &n) && ends_with_fraction(s + n, len - n) &&
               calendar_parse_time(s, len, out);
    default:
        return has_form(s, len, "9999-99-99 99:99:99", &n) && ends_with_fraction(s + n, len - n) &&
               calendar_parse_timestamp(s, len, out);
    }
}

static struct status bind_datetime(struct binder *b, const struct ast_expr *e, struct value *out)
{
    TRY(bind_type(b, &e->type, false, &out->type));
    if (read_datetime(e, out->type.kind, &out->i64)) return OK;
    const char *form = out->type.kind == TYPE_DATE   ? "the form is DATE 'yyyy-MM-dd'"
                       : out->type.kind == TYPE_TIME ? "the form is TIME 'HH:mm:ss[.fff]'"
                                                     : "the form is TIMESTAMP "
                                                       "'yyyy-MM-dd HH:mm:ss[.fff]'";
    return bad_literal(b, e, type_text(b->arena, out->type), form);
}

static struct status bind_interval(struct binder *b, const struct ast_expr *e, struct value *out)
{
    TRY(bind_type(b, &e->type, false, &out->type));
    if (interval_parse(str_data(&e->text), e->text.len, out->type, &out->i64)) return OK;
    return bad_literal(b, e, type_text(b->arena, out->type),
                       "examples: INTERVAL '90' SECOND, INTERVAL '1 12:30' DAY TO MINUTE");
}

struct status bind_literal(struct binder *b, const struct ast_expr *e, struct expr **out)
{
    struct value v = { .type = type_of(TYPE_NULL) };
    switch (e->kind) {
    case AST_NUMBER: TRY(bind_number(b, e, &v)); break;
    case AST_STRING: TRY(bind_string(b, e, &v)); break;
    case AST_BINARY: TRY(bind_binary(b, e, &v)); break;
    case AST_DATETIME: TRY(bind_datetime(b, e, &v)); break;
    case AST_INTERVAL: TRY(bind_interval(b, e, &v)); break;
    case AST_BOOLEAN:
        v.type = type_of(TYPE_BOOLEAN);
        v.null = e->op == 'U';
        v.b = e->op == 'T';
        break;
    default: v.null = true; break;
    }
    *out = expr_constant(b->arena, &v, e->at);
    return OK;
}
