/*
 * type.c: what types are called, which of them go together, and what comes out when they do.
 *
 * Everything here is a table or a formula of the dialect (sections 1, 3, 4 and 9 of the scalar sheet, 2 of the
 * language sheet); no values are touched.
 */

#include "data/type.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

enum form type_form(struct type t)
{
    switch (t.kind) {
    case TYPE_NULL:
    case TYPE_BOOLEAN: return FORM_BOOL;
    case TYPE_REAL:
    case TYPE_DOUBLE: return FORM_F64;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY: return FORM_STR;
    default: return FORM_I64;
    }
}

bool type_equal(struct type a, struct type b)
{
    if (a.kind != b.kind) return false;
    if (a.kind == TYPE_DECIMAL) return a.precision == b.precision && a.scale == b.scale;
    if (type_is_interval(a)) return a.from == b.from && a.to == b.to;
    if (type_form(a) == FORM_STR) return a.length == b.length;
    return true;
}

void type_integer_range(struct type t, int64_t *low, int64_t *high)
{
    assert(type_is_integer(t));
    int bits = t.kind == TYPE_TINYINT ? 8 : t.kind == TYPE_SMALLINT ? 16
                                        : t.kind == TYPE_INTEGER    ? 32
                                                                    : 64;
    *high = (int64_t)(UINT64_MAX >> (65 - bits));
    *low = -*high - 1;
}

int type_digits(struct type t)
{
    switch (t.kind) {
    case TYPE_TINYINT: return 3;
    case TYPE_SMALLINT: return 5;
    case TYPE_INTEGER: return 10;
    case TYPE_BIGINT: return 19;
    case TYPE_DECIMAL: return t.precision;
    default: return 0;
    }
}

/* ---- names ---- */

static const char *const kind_names[TYPE_KIND_COUNT] = {
    [TYPE_NULL] = "NULL",
    [TYPE_BOOLEAN] = "BOOLEAN",
    [TYPE_TINYINT] = "TINYINT",
    [TYPE_SMALLINT] = "SMALLINT",
    [TYPE_INTEGER] = "INTEGER",
    [TYPE_BIGINT] = "BIGINT",
    [TYPE_DECIMAL] = "DECIMAL",
    [TYPE_REAL] = "REAL",
    [TYPE_DOUBLE] = "DOUBLE",
    [TYPE_CHAR] = "CHAR",
    [TYPE_VARCHAR] = "VARCHAR",
    [TYPE_BINARY] = "BINARY",
    [TYPE_VARBINARY] = "VARBINARY",
    [TYPE_DATE] = "DATE",
    [TYPE_TIME] = "TIME",
    [TYPE_TIMESTAMP] = "TIMESTAMP",
    [TYPE_INTERVAL_DAY] = "INTERVAL",
    [TYPE_INTERVAL_MONTH] = "INTERVAL",
};

static const char *const unit_names[] = {
    [UNIT_NONE] = "",
    [UNIT_YEAR] = "YEAR",
    [UNIT_MONTH] = "MONTH",
    [UNIT_DAY] = "DAY",
    [UNIT_HOUR] = "HOUR",
    [UNIT_MINUTE] = "MINUTE",
    [UNIT_SECOND] = "SECOND",
};

const char *type_unit_name(enum time_unit u)
{
    return u <= UNIT_SECOND ? unit_names[u] : "";
}

static const char *interval_text(struct arena *a, struct type t)
{
    const char *from = type_unit_name(t.from);
    const char *first = t.precision == 0 ? from : str_format_c(a, "%s(%d)", from, t.precision);
    if (t.from == t.to) return str_format_c(a, "INTERVAL %s", first);
    return str_format_c(a, "INTERVAL %s TO %s", first, type_unit_name(t.to));
}

const char *type_text(struct arena *a, struct type t)
{
    if (t.kind >= TYPE_KIND_COUNT) return "?";
    const char *name = kind_names[t.kind];
    if (type_is_interval(t)) return interval_text(a, t);
    if (t.kind == TYPE_DECIMAL) {
        return str_format_c(a, "%s(%d, %d)", name, t.precision, t.scale);
    }
    bool sized = type_form(t) == FORM_STR && (t.length > 0 || t.kind == TYPE_CHAR);
    return sized ? str_format_c(a, "%s(%u)", name, t.length) : name;
}

/* ---- which types go together ---- */

/* DECIMAL of all whole digits and all fraction digits of both, an integer counting by its digits. */
static struct type common_exact(struct type a, struct type b)
{
    if (type_is_integer(a) && type_is_integer(b)) return a.kind > b.kind ? a : b;
    int scale = max_int(a.scale, b.scale);
    int whole = max_int(type_digits(a) - a.scale, type_digits(b) - b.scale);
    if (type_equal(a, b)) return a;
    return type_decimal(min_int(LIMIT_RESULT_PRECISION, whole + scale),
                        min_int(LIMIT_RESULT_PRECISION, scale));
}

static struct type common_number(struct type a, struct type b)
{
    if (a.kind == TYPE_REAL && b.kind == TYPE_REAL) return a;
    if (type_is_approximate(a) || type_is_approximate(b)) return type_of(TYPE_DOUBLE);
    return common_exact(a, b);
}

/* A length of 0 is no limit for VARCHAR and VARBINARY; a CHAR(0), the empty literal, has none to add. */
static uint32_t common_length(struct type a, struct type b, enum type_kind fixed)
{
    bool endless = (a.kind != fixed && a.length == 0) || (b.kind != fixed && b.length == 0);
    return endless ? 0 : a.length > b.length ? a.length : b.length;
}

static struct type common_string(struct type a, struct type b, enum type_kind fixed,
                                 enum type_kind varying)
{
    if (type_equal(a, b)) return a;
    struct type t = type_of(varying);
    t.length = common_length(a, b, fixed);
    return t;
}

static struct type common_interval(struct type a, struct type b)
{
    return type_interval(a.from < b.from ? a.from : b.from, a.to > b.to ? a.to : b.to);
}

bool type_common(struct type a, struct type b, struct type *out)
{
    if (a.kind == TYPE_NULL || b.kind == TYPE_NULL) {
        *out = a.kind == TYPE_NULL ? b : a;
    } else if (type_is_number(a) && type_is_number(b)) {
        *out = common_number(a, b);
    } else if (type_is_text(a) && type_is_text(b)) {
        *out = common_string(a, b, TYPE_CHAR, TYPE_VARCHAR);
    } else if (type_is_binary(a) && type_is_binary(b)) {
        *out = common_string(a, b, TYPE_BINARY, TYPE_VARBINARY);
    } else if (a.kind != b.kind) {
        return false;
    } else {
        *out = type_is_interval(a) ? common_interval(a, b) : a;
    }
    return true;
}

bool type_comparable(struct type a, struct type b)
{
    struct type common;
    return type_common(a, b, &common);
}

bool type_assignable(struct type from, struct type to)
{
    /* The groups are those of the common type: numbers, texts, binaries, else the same kind. */
    return type_comparable(from, to);
}

static bool castable_interval(struct type from, struct type to)
{
    if (type_is_text(to) || to.kind == from.kind) return true;
    bool one_field = from.from == from.to;
    return from.kind == TYPE_INTERVAL_DAY && one_field &&
           (to.kind == TYPE_BIGINT || to.kind == TYPE_DECIMAL);
}

bool type_castable(struct type from, struct type to)
{
    if (from.kind == TYPE_NULL) return true;
    if (type_is_binary(from) || type_is_binary(to)) {
        return type_is_binary(from) && type_is_binary(to);
    }
    if (type_is_text(from) || type_is_text(to)) return true;
    if (type_is_number(from)) return type_is_number(to);
    if (type_is_interval(from)) return castable_interval(from, to);
    if (from.kind == TYPE_DATE || from.kind == TYPE_TIME) {
        return to.kind == from.kind || to.kind == TYPE_TIMESTAMP;
    }
    if (from.kind == TYPE_TIMESTAMP) return type_is_datetime(to);
    return from.kind == to.kind;
}

/* ---- arithmetic ---- */

/* The three rules of section 3 for DECIMAL with DECIMAL; digits and scales may still be those of a BIGINT. */
static struct type decimal_arithmetic(char op, int p1, int s1, int p2, int s2)
{
    int cap = LIMIT_RESULT_PRECISION;
    int p, s;
    if (op == '*') {
        s = s1 + s2;
        p = p1 + p2;
    } else if (op == '/') {
        int d = min_int(cap, p1 - s1 + s2);
        s = max_int(s1, min_int(max_int(6, s1 + p2 + 1), cap - d));
        p = d + s;
    } else {
        s = max_int(s1, s2);
        p = max_int(p1 - s1, p2 - s2) + s + 1;
    }
    return type_decimal(min_int(cap, p), min_int(cap, s));
}

struct type type_arithmetic(char op, struct type a, struct type b)
{
    assert(type_is_number(a) && type_is_number(b));
    if (type_is_approximate(a) || type_is_approximate(b)) return type_of(TYPE_DOUBLE);
    if (type_is_integer(a) && type_is_integer(b)) return a.kind > b.kind ? a : b;
    return decimal_arithmetic(op, type_digits(a), a.scale, type_digits(b), b.scale);
}
