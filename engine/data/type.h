#ifndef DATA_TYPE_H
#define DATA_TYPE_H

/*
 * type.h: the types of SQL, and the four forms in which their values lie in memory.
 *
 * Many types, few forms: kernels are written once for a form, not once for a type. Narrow integers take eight
 * bytes in a column; a column of a thousand rows lives in the cache either way, and the number of kernels is a
 * quarter.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum type_kind {
    TYPE_NULL = 0, /* a bare NULL before its place gives it a type */
    TYPE_BOOLEAN,
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INTEGER,
    TYPE_BIGINT,
    TYPE_DECIMAL,
    TYPE_REAL,
    TYPE_DOUBLE,
    TYPE_CHAR,
    TYPE_VARCHAR,
    TYPE_BINARY,
    TYPE_VARBINARY,
    TYPE_DATE,
    TYPE_TIME,
    TYPE_TIMESTAMP,
    TYPE_INTERVAL_DAY,   /* DAY to SECOND */
    TYPE_INTERVAL_MONTH, /* YEAR to MONTH */
    TYPE_KIND_COUNT
};

/* How a value lies in memory. */
enum form {
    FORM_BOOL, /* uint8_t, 0 or 1: BOOLEAN */
    FORM_I64, /* int64_t: integers; DECIMAL unscaled; DATE days and TIMESTAMP, TIME, day-time intervals
                  milliseconds (dates and times since 1970, TIME since midnight); year-month intervals months */
    FORM_F64,  /* double: DOUBLE; REAL, already rounded to 32 bits */
    FORM_STR   /* struct str: CHAR (padded), VARCHAR (UTF-8), BINARY, VARBINARY (bytes) */
};

enum time_unit {
    UNIT_NONE = 0,
    UNIT_YEAR,
    UNIT_MONTH,
    UNIT_DAY,
    UNIT_HOUR,
    UNIT_MINUTE,
    UNIT_SECOND
};

struct type {
    uint8_t  kind;      /* enum type_kind */
    uint8_t  precision; /* DECIMAL digits; intervals: digits of the leading field, 0 not declared */
    uint8_t  scale;     /* DECIMAL digits after the point; intervals: fraction digits of SECOND */
    uint8_t  from, to;  /* intervals: enum time_unit, first and last field; equal for one field */
    uint32_t length; /* characters or bytes; 0: as long as needed (VARCHAR of CAST, dialect L-5) */
};

static inline struct type type_of(enum type_kind kind)
{
    return (struct type){ .kind = (uint8_t)kind };
}
static inline struct type type_varchar(uint32_t length)
{
    return (struct type){ .kind = TYPE_VARCHAR, .length = length };
}
static inline struct type type_char(uint32_t length)
{
    return (struct type){ .kind = TYPE_CHAR, .length = length };
}
static inline struct type type_decimal(int precision, int scale)
{
    return (struct type){ .kind = TYPE_DECIMAL,
                          .precision = (uint8_t)precision,
                          .scale = (uint8_t)scale };
}
static inline struct type type_interval(enum time_unit from, enum time_unit to)
{
    return (struct type){ .kind = from <= UNIT_MONTH ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_DAY,
                          .from = (uint8_t)from,
                          .to = (uint8_t)to };
}

static inline bool type_is_integer(struct type t)
{
    return t.kind >= TYPE_TINYINT && t.kind <= TYPE_BIGINT;
}
static inline bool type_is_exact(struct type t)
{
    return t.kind >= TYPE_TINYINT && t.kind <= TYPE_DECIMAL;
}
static inline bool type_is_approximate(struct type t)
{
    return t.kind == TYPE_REAL || t.kind == TYPE_DOUBLE;
}
static inline bool type_is_number(struct type t)
{
    return t.kind >= TYPE_TINYINT && t.kind <= TYPE_DOUBLE;
}
static inline bool type_is_text(struct type t)
{
    return t.kind == TYPE_CHAR || t.kind == TYPE_VARCHAR;
}
static inline bool type_is_binary(struct type t)
{
    return t.kind == TYPE_BINARY || t.kind == TYPE_VARBINARY;
}
/* Whether texts, byte strings or any other kind, whatever their length, precision and padding. */
static inline bool type_is_same_kind(struct type a, struct type b)
{
    if (type_is_text(a) && type_is_text(b)) return true;
    return type_is_binary(a) ? type_is_binary(b) : a.kind == b.kind;
}
static inline bool type_is_datetime(struct type t)
{
    return t.kind == TYPE_DATE || t.kind == TYPE_TIME || t.kind == TYPE_TIMESTAMP;
}
static inline bool type_is_interval(struct type t)
{
    return t.kind == TYPE_INTERVAL_DAY || t.kind == TYPE_INTERVAL_MONTH;
}

enum form type_form(struct type t);
bool type_equal(struct type a, struct type b);
/* Lowest and highest value of an integer type. */
void type_integer_range(struct type t, int64_t *low, int64_t *high);
/* Decimal digits of an exact type: 3, 5, 10, 19 for integers, precision for DECIMAL (dialect S-3). */
int type_digits(struct type t);
/* The SQL text, "DECIMAL(10, 2)", "INTERVAL DAY TO SECOND"; in the arena. */
const char *type_text(struct arena *a, struct type t);
/* "YEAR" .. "SECOND"; "" for UNIT_NONE. */
const char *type_unit_name(enum time_unit u);
/* What CASE, COALESCE and set operators agree on (dialect L-56, S-12); TYPE_NULL gives way to anything. False when
 * the types are of unlike kinds. */
bool type_common(struct type a, struct type b, struct type *out);
/* Whether INSERT converts `from` to `to` by itself (dialect 2.3). */
bool type_assignable(struct type from, struct type to);
/* Whether CAST has this pair (dialect S-9). */
bool type_castable(struct type from, struct type to);
/* Whether = and < take this pair, string literals aside (dialect S-4). */
bool type_comparable(struct type a, struct type b);
/* Result type of + - * / on numbers (dialect S-3); op is one of '+', '-', '*', '/'. */
struct type type_arithmetic(char op, struct type a, struct type b);

#endif
