/*
 * bind_type.c: types as they are written to types, with the limits of dialect section 2.
 */

#include "sql/bind_expr.h"

/* What a name may be followed by. */
enum type_shape { SHAPE_PLAIN, SHAPE_LENGTH, SHAPE_DECIMAL, SHAPE_FLOAT, SHAPE_TIME };

struct type_name {
    const char     *name;
    uint8_t         kind;
    enum type_shape shape;
};

static const struct type_name type_names[] = {
    { "BOOLEAN", TYPE_BOOLEAN, SHAPE_PLAIN },
    { "TINYINT", TYPE_TINYINT, SHAPE_PLAIN },
    { "SMALLINT", TYPE_SMALLINT, SHAPE_PLAIN },
    { "INTEGER", TYPE_INTEGER, SHAPE_PLAIN },
    { "INT", TYPE_INTEGER, SHAPE_PLAIN },
    { "BIGINT", TYPE_BIGINT, SHAPE_PLAIN },
    { "DECIMAL", TYPE_DECIMAL, SHAPE_DECIMAL },
    { "DEC", TYPE_DECIMAL, SHAPE_DECIMAL },
    { "NUMERIC", TYPE_DECIMAL, SHAPE_DECIMAL },
    { "REAL", TYPE_REAL, SHAPE_PLAIN },
    { "FLOAT", TYPE_DOUBLE, SHAPE_FLOAT },
    { "DOUBLE", TYPE_DOUBLE, SHAPE_PLAIN },
    { "DOUBLE PRECISION", TYPE_DOUBLE, SHAPE_PLAIN },
    { "CHAR", TYPE_CHAR, SHAPE_LENGTH },
    { "CHARACTER", TYPE_CHAR, SHAPE_LENGTH },
    { "VARCHAR", TYPE_VARCHAR, SHAPE_LENGTH },
    { "CHARACTER VARYING", TYPE_VARCHAR, SHAPE_LENGTH },
    { "CHAR VARYING", TYPE_VARCHAR, SHAPE_LENGTH },
    { "BINARY", TYPE_BINARY, SHAPE_LENGTH },
    { "VARBINARY", TYPE_VARBINARY, SHAPE_LENGTH },
    { "BINARY VARYING", TYPE_VARBINARY, SHAPE_LENGTH },
    { "DATE", TYPE_DATE, SHAPE_PLAIN },
    { "TIME", TYPE_TIME, SHAPE_TIME },
    { "TIMESTAMP", TYPE_TIMESTAMP, SHAPE_TIME },
};
enum { TYPE_NAMES = sizeof type_names / sizeof type_names[0] };

static struct status bad_type(struct binder *b, const struct ast_type *t, const char *why)
{
    return status_new(b->arena, ERR_BAD_TYPE, t->at, "bad type %.*s: %s", STR_ARG(t->name), why);
}

static struct status unknown_type(struct binder *b, const struct ast_type *t)
{
    struct nearest n = nearest_start(t->name);
    for (size_t i = 0; i < TYPE_NAMES; i++) nearest_try(&n, str_c(type_names[i].name));
    struct status st = status_new(b->arena, ERR_UNKNOWN_TYPE, t->at, "no type %.*s",
                                  STR_ARG(t->name));
    const char *hint = nearest_hint(b->arena, &n);
    if (!hint && str_equal_c(t->name, "STRING")) hint = "text is VARCHAR(length)";
    return status_with_hint(st, hint);
}

/* CHAR, VARCHAR and their binary kin. A length of 0 in the result means: as long as needed. */
static struct status length_of(struct binder *b, const struct ast_type *t, bool of_column,
                               struct type *out)
{
    bool varying = out->kind == TYPE_VARCHAR || out->kind == TYPE_VARBINARY;
    if (!t->has_length) {
        if (varying && of_column) {
            struct status st = bad_type(b, t, "a column needs its length");
            return status_with_hint(st, str_format_c(b->arena, "for example %.*s(256)",
                                                     STR_ARG(t->name)));
        }
        out->length = varying ? 0 : 1;
        return OK;
    }
    if (t->length < 1 || t->length > LIMIT_STRING_LENGTH) {
        return bad_type(b, t, str_format_c(b->arena, "the length must be 1 to %d, not %lld",
                                           LIMIT_STRING_LENGTH, (long long)t->length));
    }
    out->length = (uint32_t)t->length;
    return OK;
}

static struct status decimal_of(struct binder *b, const struct ast_type *t, struct type *out)
{
    int64_t precision = t->has_length ? t->length : LIMIT_RESULT_PRECISION;
    int64_t scale = t->has_scale ? t->scale : 0;
    if (precision < 1 || precision > LIMIT_DECIMAL_PRECISION) {
        return bad_type(b, t, str_format_c(b->arena, "the precision must be 1 to %d, not %lld",
                                           LIMIT_DECIMAL_PRECISION, (long long)precision));
    }
    if (scale < 0 || scale > precision) {
        return bad_type(b, t, str_format_c(b->arena,
                                           "the scale must be 0 to the precision %lld, not %lld",
                                           (long long)precision, (long long)scale));
    }
    *out = type_decimal((int)precision, (int)scale);
    return OK;
}

static struct status float_of(struct binder *b, const struct ast_type *t, struct type *out)
{
    if (!t->has_length) return OK;
    if (t->length < 1 || t->length > 53) return bad_type(b, t, "the precision must be 1 to 53");
    *out = type_of(t->length <= 24 ? TYPE_REAL : TYPE_DOUBLE);
    return OK;
}

static struct status interval_of(struct binder *b, const struct ast_type *t, bool of_column,
                                 struct type *out)
{
    if (of_column) {
        struct status st = bad_type(b, t, "intervals stand in expressions only");
        return status_with_hint(st, "store a number: CAST((a - b) SECOND AS BIGINT)");
    }
    if (t->has_length && (t->length < 1 || t->length > LIMIT_RESULT_PRECISION)) {
        return bad_type(b, t, "the precision of the first field must be 1 to 18");
    }
    if (t->has_scale && (t->scale < 0 || t->scale > 9)) {
        return bad_type(b, t, "SECOND has 0 to 9 fraction digits");
    }
    if (t->from > t->to || (t->from <= UNIT_MONTH) != (t->to <= UNIT_MONTH)) {
        return bad_type(b, t, "its fields fall from YEAR TO MONTH, or from DAY TO SECOND");
    }
    *out = type_interval(t->from, t->to);
    out->precision = t->has_length ? (uint8_t)t->length : 0;
    out->scale = t->has_scale ? (uint8_t)t->scale : 0;
    return OK;
}

struct status bind_type(struct binder *b, const struct ast_type *t, bool of_column,
                        struct type *out)
{
    if (str_equal_c(t->name, "INTERVAL")) return interval_of(b, t, of_column, out);
    for (size_t i = 0; i < TYPE_NAMES; i++) {
        if (!str_equal_c(t->name, type_names[i].name)) continue;
        *out = type_of(type_names[i].kind);
        switch (type_names[i].shape) {
        case SHAPE_LENGTH: return length_of(b, t, of_column, out);
        case SHAPE_DECIMAL: return decimal_of(b, t, out);
        case SHAPE_FLOAT: return float_of(b, t, out);
        case SHAPE_TIME:
            if (t->has_length && (t->length < 0 || t->length > 3)) {
                return bad_type(b, t, "the precision must be 0 to 3");
            }
            return OK;
        case SHAPE_PLAIN:
            return t->has_length ? bad_type(b, t, "it takes no length or precision") : OK;
        }
    }
    return unknown_type(b, t);
}
