/*
 * fn_interval.c: arithmetic of intervals and datetimes (section 10 of the scalar sheet).
 *
 * Day-time intervals and datetimes are milliseconds (DATE: days), year-month intervals months. Products
 * and quotients are exact in 128 bits and cut towards zero; where a DOUBLE takes part, in the 64 bits of
 * a long double's mantissa.
 */

#include <math.h>

#include "base/checked.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/kernel.h"

__extension__ typedef __int128 wide;

static void fault_interval(struct kernel_call *k, uint32_t row)
{
    k->result->i64[row] = 0;
    sluice_fault(k, row, SLUICE_FAULT_INTERVAL_OVERFLOW, "interval overflow");
}

static void fault_datetime(struct kernel_call *k, uint32_t row)
{
    k->result->i64[row] = 0;
    sluice_fault(k, row, SLUICE_FAULT_DATETIME_OVERFLOW, "datetime overflow");
}

/* ---- interval and interval ---- */

static void interval_pair(struct kernel_call *k, bool (*op)(int64_t *out, int64_t a, int64_t b))
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    FOR_ROWS(k, row)
    {
        if (!op(&k->result->i64[row], a[row & a_mask], b[row & b_mask])) fault_interval(k, row);
    }
}

static void interval_add(struct kernel_call *k)
{
    interval_pair(k, i64_add);
}

static void interval_sub(struct kernel_call *k)
{
    interval_pair(k, i64_sub);
}

static void interval_negate(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        if (!i64_sub(&k->result->i64[row], 0, a[row & mask])) fault_interval(k, row);
    }
}

static void interval_abs(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        int64_t v = a[row & mask];
        if (v < 0 && !i64_sub(&v, 0, v)) fault_interval(k, row);
        else k->result->i64[row] = v;
    }
}

/* ---- interval and number ---- */

/* A number of any type: exactly unscaled / 10^scale, or approximate. */
struct factor {
    bool    exact;
    int64_t unscaled;
    int64_t unit; /* 10^scale */
    double  approximate;
};

static struct factor factor_at(const struct kernel_call *k, uint32_t i, uint32_t row)
{
    const struct sluice_column *c = &k->args[i];
    uint32_t at = sluice_at(c, row);
    struct type t = fn_type(c->type);
    if (!type_is_exact(t)) return (struct factor){ .approximate = c->f64[at] };
    /* DECIMAL(19, 19) is the one scale beyond the table; its last digit is below a millisecond's worth. */
    if (t.scale > 18) return (struct factor){ true, c->i64[at] / 10, decimal_pow10[18], 0 };
    return (struct factor){ true, c->i64[at], decimal_pow10[t.scale], 0 };
}

static bool store_wide(wide v, int64_t *out)
{
    if (v > INT64_MAX || v < INT64_MIN) return false;
    *out = (int64_t)v;
    return true;
}

static bool store_long_double(long double v, int64_t *out)
{
    if (!(fabsl(v) < 9223372036854775808.0L)) return false;
    *out = (int64_t)truncl(v);
    return true;
}

static bool times(int64_t v, struct factor f, int64_t *out)
{
    if (!f.exact) return store_long_double((long double)v * f.approximate, out);
    return store_wide((wide)v * f.unscaled / f.unit, out);
}

static bool is_zero(struct factor f)
{
    return f.exact ? f.unscaled == 0 : f.approximate == 0;
}

static bool divided(int64_t v, struct factor f, int64_t *out)
{
    if (!f.exact) return store_long_double((long double)v / f.approximate, out);
    return store_wide((wide)v * f.unit / f.unscaled, out);
}

static void interval_times(struct kernel_call *k, uint32_t interval, uint32_t number)
{
    const int64_t *a = arg_i64(k, interval);
    uint32_t mask = arg_mask(k, interval);
    FOR_ROWS(k, row)
    {
        struct factor f = factor_at(k, number, row);
        if (!times(a[row & mask], f, &k->result->i64[row])) fault_interval(k, row);
    }
}

static void interval_mul(struct kernel_call *k)
{
    interval_times(k, 0, 1);
}

static void mul_interval(struct kernel_call *k)
{
    interval_times(k, 1, 0);
}

static void interval_div(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        struct factor f = factor_at(k, 1, row);
        if (is_zero(f)) {
            k->result->i64[row] = 0;
            sluice_fault(k, row, SLUICE_FAULT_DIVISION_BY_ZERO, "division by zero");
        } else if (!divided(a[row & mask], f, &k->result->i64[row])) {
            fault_interval(k, row);
        }
    }
}

/* ---- datetime and interval ---- */

static bool move_timestamp(int64_t ms, int64_t by, int64_t *out)
{
    int64_t v;
    if (!i64_add(&v, ms, by) || !calendar_ms_in_range(v)) return false;
    *out = v;
    return true;
}

static bool move_date(int64_t days, int64_t by, int64_t *out)
{
    int64_t v;
    if (!i64_add(&v, days, by) || !calendar_days_in_range(v)) return false;
    *out = v;
    return true;
}

static bool move_timestamp_months(int64_t ms, int64_t months, int64_t *out)
{
    int64_t days = i64_floor_div(ms, MS_PER_DAY), moved;
    if (!calendar_add_months(days, months, &moved)) return false;
    *out = moved * MS_PER_DAY + calendar_ms_of_day(ms);
    return true;
}

/* A datetime of this type moved by an interval of that one. */
static bool move(struct type datetime, struct type interval, int64_t v, int64_t by, int64_t *out)
{
    if (interval.kind == TYPE_INTERVAL_MONTH) {
        return datetime.kind == TYPE_DATE ? calendar_add_months(v, by, out)
                                          : move_timestamp_months(v, by, out);
    }
    switch (datetime.kind) {
    case TYPE_DATE: return move_date(v, by / MS_PER_DAY, out);
    case TYPE_TIME:
        *out = calendar_ms_of_day(v % MS_PER_DAY + by % MS_PER_DAY);
        return true;
    default: return move_timestamp(v, by, out);
    }
}

/* The numbers of the arguments; by: 1 or -1. */
static void move_rows(struct kernel_call *k, uint32_t datetime, uint32_t interval, bool back)
{
    const int64_t *a = arg_i64(k, datetime), *b = arg_i64(k, interval);
    const uint32_t a_mask = arg_mask(k, datetime), b_mask = arg_mask(k, interval);
    const struct type of = arg_type(k, datetime), by = arg_type(k, interval);
    FOR_ROWS(k, row)
    {
        int64_t distance = b[row & b_mask];
        bool good = !back || i64_sub(&distance, 0, distance);
        if (!good || !move(of, by, a[row & a_mask], distance, &k->result->i64[row])) {
            fault_datetime(k, row);
        }
    }
}

static void datetime_add(struct kernel_call *k)
{
    move_rows(k, 0, 1, false);
}

static void add_datetime(struct kernel_call *k)
{
    move_rows(k, 1, 0, false);
}

static void datetime_sub(struct kernel_call *k)
{
    move_rows(k, 0, 1, true);
}

/* ---- datetime and days (S-9) ---- */

static void move_days(struct kernel_call *k, bool back)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type of = arg_type(k, 0), by = type_interval(UNIT_DAY, UNIT_DAY);
    FOR_ROWS(k, row)
    {
        int64_t distance;
        bool good = times(MS_PER_DAY, factor_at(k, 1, row), &distance) &&
                    (!back || i64_sub(&distance, 0, distance)) &&
                    move(of, by, a[row & mask], distance, &k->result->i64[row]);
        if (!good) fault_datetime(k, row);
    }
}

static void datetime_add_days(struct kernel_call *k)
{
    move_days(k, false);
}

static void datetime_sub_days(struct kernel_call *k)
{
    move_days(k, true);
}

/* ---- datetime minus datetime ---- */

/* What both sides are, and the size of the last field that is kept. */
struct difference {
    bool    months;
    int64_t unit;
    int64_t ms_per_value; /* DATE counts days */
};

static bool difference_at(const struct difference *d, int64_t a, int64_t b, int64_t *out)
{
    if (!d->months) {
        int64_t v;
        if (!i64_sub(&v, a, b) || !i64_mul(&v, v, d->ms_per_value)) return false;
        *out = v - v % d->unit;
        return true;
    }
    int64_t a_ms, b_ms;
    if (!i64_mul(&a_ms, a, d->ms_per_value) || !i64_mul(&b_ms, b, d->ms_per_value)) return false;
    int64_t months = calendar_months_between(a_ms, b_ms);
    *out = months - months % d->unit;
    return true;
}

static void datetime_difference(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    const struct difference *d = k->bound;
    FOR_ROWS(k, row)
    {
        int64_t x = a[row & a_mask], y = b[row & b_mask];
        if (!difference_at(d, x, y, &k->result->i64[row])) fault_interval(k, row);
    }
}

/* ---- binding ---- */

static bool bind_intervals(struct fn_bind *b)
{
    struct type common;
    return type_common(bind_arg(b, 0), bind_arg(b, 1), &common) && bind_result(b, common);
}

static bool bind_first(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

static bool bind_second(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 1));
}

/* Months mean nothing to a time of day. */
static bool can_move(struct type datetime, struct type interval)
{
    return datetime.kind != TYPE_TIME || interval.kind == TYPE_INTERVAL_DAY;
}

static bool bind_move(struct fn_bind *b)
{
    return can_move(bind_arg(b, 0), bind_arg(b, 1)) && bind_first(b);
}

static bool bind_moved(struct fn_bind *b)
{
    return can_move(bind_arg(b, 1), bind_arg(b, 0)) && bind_second(b);
}

static bool bind_days(struct fn_bind *b)
{
    return bind_arg(b, 0).kind != TYPE_TIME && bind_first(b);
}

static bool bind_difference(struct fn_bind *b)
{
    struct type t = bind_arg(b, 0);
    if (t.kind != bind_arg(b, 1).kind || !bind_has_constant(b, 2) || !bind_has_constant(b, 3)) {
        return false;
    }
    int64_t from = b->constants[2].i64[0], to = b->constants[3].i64[0];
    if (from < UNIT_YEAR || from > to || to > UNIT_SECOND) return false;
    if ((from <= UNIT_MONTH) != (to <= UNIT_MONTH)) return false;
    bool months = to <= UNIT_MONTH;
    if (months && t.kind == TYPE_TIME) return false;

    struct difference *d = sluice_bind_alloc(b, sizeof *d);
    d->months = months;
    d->unit = to == UNIT_YEAR                         ? 12
              : to == UNIT_MONTH || to == UNIT_SECOND ? 1
                                                      : calendar_unit_ms((enum time_unit)to);
    d->ms_per_value = t.kind == TYPE_DATE ? MS_PER_DAY : 1;
    b->bound = d;
    return bind_result(b, type_interval((enum time_unit)from, (enum time_unit)to));
}

/* ---- rows ---- */

#define BINARY(sign, a_class, b_class, binder, run, failures, text, example) \
    {                                                                        \
        .name = sign,                                                        \
        .group = "Operators",                                                \
        .args = { PARAM("a", a_class), PARAM("b", b_class) },                      \
        .errors = failures,                                                  \
        .bind = binder,                                                      \
        .kernel = run,                                                       \
        .doc = text,                                                         \
        .examples = example,                                                 \
    }

#define UNARY(called, chapter, run, failures, text, example) \
    {                                                        \
        .name = called,                                      \
        .group = chapter,                                    \
        .args = { PARAM("i", SLUICE_CLASS_INTERVAL) },          \
        .errors = failures,                                  \
        .bind = bind_first,                                  \
        .kernel = run,                                       \
        .doc = text,                                         \
        .examples = example,                                 \
    }

const struct fn_def fn_interval[] = {
    BINARY("+", SLUICE_CLASS_INTERVAL, SLUICE_CLASS_INTERVAL, bind_intervals, interval_add, "22015",
           "Sum of two intervals of one class, with all fields of both.",
           "INTERVAL '3' DAY + INTERVAL '7' MINUTE => \"+3 00:07\""),
    BINARY("-", SLUICE_CLASS_INTERVAL, SLUICE_CLASS_INTERVAL, bind_intervals, interval_sub, "22015",
           "Difference of two intervals of one class, with all fields of both.",
           "INTERVAL '2' DAY - INTERVAL '5 6' DAY TO HOUR => \"-3 06\""),
    BINARY("*", SLUICE_CLASS_INTERVAL, SLUICE_CLASS_NUMBER, bind_first, interval_mul, "22015",
           "An interval so many times, cut towards zero to a millisecond or month.",
           "INTERVAL '15' MINUTE * 4 => \"+60\""),
    BINARY("*", SLUICE_CLASS_NUMBER, SLUICE_CLASS_INTERVAL, bind_second, mul_interval, "22015",
           "An interval so many times, cut towards zero to a millisecond or month.",
           "3 * INTERVAL '2 6' DAY TO HOUR => \"+6 18\""),
    BINARY("/", SLUICE_CLASS_INTERVAL, SLUICE_CLASS_NUMBER, bind_first, interval_div, "22015 22012",
           "A part of an interval, cut towards zero to a millisecond or month.",
           "INTERVAL '2:15' MINUTE TO SECOND / 0.5 => \"+4:30\""),
    BINARY("+", SLUICE_CLASS_DATETIME, SLUICE_CLASS_INTERVAL, bind_move, datetime_add, "22008",
           "A datetime moved by an interval. A day that the month lacks becomes its last one; "
           "a TIME wraps at midnight; a DATE moves by whole days.",
           "TIMESTAMP '2026-01-31 13:45:00' + INTERVAL '5' MINUTE => \"2026-01-31 13:50:00.000\"\n"
           "DATE '2026-01-31' + INTERVAL '1' MONTH => \"2026-02-28\""),
    BINARY("+", SLUICE_CLASS_INTERVAL, SLUICE_CLASS_DATETIME, bind_moved, add_datetime, "22008",
           "A datetime moved by an interval.",
           "INTERVAL '5' DAY + DATE '2026-02-25' => \"2026-03-02\""),
    BINARY("-", SLUICE_CLASS_DATETIME, SLUICE_CLASS_INTERVAL, bind_move, datetime_sub, "22008",
           "A datetime moved back by an interval.",
           "TIME '00:10:00' - INTERVAL '20' MINUTE => \"23:50:00\""),
    BINARY("+", SLUICE_CLASS_DATETIME, SLUICE_CLASS_NUMBER, bind_days, datetime_add_days, "22008",
           "A DATE or TIMESTAMP so many days later.", "DATE '2026-01-31' + 1 => \"2026-02-01\""),
    BINARY("-", SLUICE_CLASS_DATETIME, SLUICE_CLASS_NUMBER, bind_days, datetime_sub_days, "22008",
           "A DATE or TIMESTAMP so many days earlier.", "DATE '2026-03-01' - 2 => \"2026-02-27\""),
    {
        .name = "DATETIME DIFFERENCE",
        .group = "Operators",
        .args = { PARAM("a", SLUICE_CLASS_DATETIME),
                  PARAM("b", SLUICE_CLASS_DATETIME),
                  PARAM("from", SLUICE_CLASS_INTEGER),
                  PARAM("to", SLUICE_CLASS_INTEGER) },
        .errors = "22015",
        .bind = bind_difference,
        .kernel = datetime_difference,
        .doc =
            "(a - b) qualifier: the interval between two datetimes of one type, cut towards zero "
            "to the qualifier's last field; of YEAR and MONTH the complete ones.",
        .examples = "(TIMESTAMP '2026-01-01 18:22:41' - TIMESTAMP '2026-01-01 18:13:05') MINUTE "
                    "=> \"+9\"\n(DATE '2026-03-15' - DATE '2025-01-31') MONTH => \"+13\"",
    },
    UNARY("NEG", "Operators", interval_negate, "22015", "The interval the other way.",
          "-INTERVAL '-6' HOUR => \"+6\""),
    UNARY("POS", "Operators", fn_same_kernel, "", "The interval itself.",
          "+INTERVAL '6' HOUR => \"+6\""),
    UNARY("ABS", "Datetimes", interval_abs, "22015", "The length of an interval, without its sign.",
          "ABS(INTERVAL '-2' DAY) => \"+2\""),
    { .name = NULL },
};
