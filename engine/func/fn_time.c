/*
 * fn_time.c: FLOOR, CEIL and STEP of datetimes and intervals, EXTRACT, MONOTONIC, and milliseconds to
 * datetimes and back (sections 12 and 13 of the scalar sheet).
 *
 * FLOOR to a unit of fixed length and STEP by milliseconds are in the path of every row of a windowed
 * query; they are a division by a number that is known before the loop.
 */

#include "base/checked.h"
#include "data/calendar.h"
#include "data/decimal.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/kernel.h"

static void fault_datetime(struct kernel_call *k, uint32_t row)
{
    k->result->i64[row] = 0;
    sluice_fault(k, row, SLUICE_FAULT_DATETIME_OVERFLOW, "datetime overflow");
}

/* ---- units ---- */

/* The unit that argument i, a constant, names; UNIT_NONE if it is none. */
static enum time_unit bind_unit(const struct fn_bind *b, uint32_t i)
{
    if (!bind_has_constant(b, i)) return UNIT_NONE;
    int64_t u = b->constants[i].i64[0];
    return u >= UNIT_YEAR && u <= UNIT_SECOND ? (enum time_unit)u : UNIT_NONE;
}

/* Whether values of the type have the unit (S-36). */
static bool has_unit(struct type t, enum time_unit u)
{
    switch (t.kind) {
    case TYPE_DATE: return u >= UNIT_YEAR && u <= UNIT_DAY;
    case TYPE_TIME: return u >= UNIT_HOUR;
    case TYPE_TIMESTAMP: return u != UNIT_NONE;
    default: return u >= t.from && u <= t.to && u != UNIT_NONE;
    }
}

/* Milliseconds of a unit, for DATE days, for year-month intervals months; 0: it has no fixed length. */
static int64_t unit_size(struct type t, enum time_unit u)
{
    if (t.kind == TYPE_INTERVAL_MONTH) return u == UNIT_YEAR ? 12 : 1;
    if (t.kind == TYPE_DATE) return u == UNIT_DAY ? 1 : 0;
    return calendar_unit_ms(u);
}

/* ---- FLOOR and CEIL ---- */

/* What a call rounds to: a multiple of `size`, or a calendar unit. */
struct rounding {
    enum time_unit unit;
    int64_t        size;    /* 0: by the calendar */
    bool           wraps;   /* TIME: at midnight */
    bool           checked; /* TIMESTAMP: the years that are allowed */
    int64_t        ms_per_value; /* of the calendar's: DATE counts days */
};

/* Values of neighbouring rows mostly lie in one unit: what came out last holds for [from, to). */
struct memory {
    int64_t from, to, result;
};

static bool floor_to_size(const struct rounding *r, int64_t v, int64_t *out)
{
    int64_t rest = v % r->size;
    if (rest < 0) rest += r->size;
    return i64_sub(out, v, rest) && (!r->checked || calendar_ms_in_range(*out));
}

static bool ceil_to_size(const struct rounding *r, int64_t v, int64_t *out)
{
    int64_t rest = v % r->size;
    if (rest > 0) rest -= r->size;
    if (!i64_sub(out, v, rest)) return false;
    if (r->wraps && *out >= MS_PER_DAY) *out -= MS_PER_DAY;
    return !r->checked || calendar_ms_in_range(*out);
}

static bool round_by_calendar(const struct rounding *r, int64_t v, bool up, int64_t *out)
{
    int64_t ms;
    if (!i64_mul(&ms, v, r->ms_per_value)) return false;
    bool good = up ? calendar_ceil(ms, r->unit, &ms) : calendar_floor(ms, r->unit, &ms);
    *out = ms / r->ms_per_value;
    return good;
}

static void floor_to(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct rounding r = *(const struct rounding *)k->bound;
    int64_t *out = k->result->i64;
    struct memory last = { 1, 0, 0 };
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        if (v >= last.from && v < last.to) {
            out[row] = last.result;
            continue;
        }
        bool good = r.size > 0 ? floor_to_size(&r, v, &out[row])
                               : round_by_calendar(&r, v, false, &out[row]);
        if (!good) fault_datetime(k, row);
        if (good) last = (struct memory){ out[row], v, out[row] };
        if (good && r.size > 0) i64_add(&last.to, out[row], r.size);
    });
}

static void ceil_to(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct rounding r = *(const struct rounding *)k->bound;
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        bool good = r.size > 0 ? ceil_to_size(&r, v, &out[row])
                               : round_by_calendar(&r, v, true, &out[row]);
        if (!good) fault_datetime(k, row);
    });
}

/* An interval may be rounded to any unit of its class (S-41). */
static bool can_round(struct type t, enum time_unit u)
{
    if (!type_is_interval(t)) return has_unit(t, u);
    return u != UNIT_NONE && (u <= UNIT_MONTH) == (t.kind == TYPE_INTERVAL_MONTH);
}

static bool bind_rounding(struct fn_bind *b)
{
    struct type t = bind_arg(b, 0);
    enum time_unit u = bind_unit(b, 1);
    if (!can_round(t, u)) return false;
    struct rounding *r = sluice_bind_alloc(b, sizeof *r);
    *r = (struct rounding){
        .unit = u,
        .size = unit_size(t, u),
        .wraps = t.kind == TYPE_TIME,
        .checked = t.kind == TYPE_TIMESTAMP,
        .ms_per_value = t.kind == TYPE_DATE ? MS_PER_DAY : 1,
    };
    b->bound = r;
    return bind_result(b, t);
}

/* ---- STEP ---- */

/* Months: the interval counts them. For DATE the step's milliseconds are counted from midnight. */
static bool step_at(struct type t, bool months, int64_t step, int64_t v, int64_t *out)
{
    if (t.kind != TYPE_DATE) {
        if (months) return calendar_step_months(v, step, out);
        *out = calendar_step_ms(v, step);
        return t.kind == TYPE_TIME || calendar_ms_in_range(*out);
    }
    int64_t ms;
    if (!i64_mul(&ms, v, MS_PER_DAY)) return false;
    if (months && !calendar_step_months(ms, step, &ms)) return false;
    if (!months) ms = calendar_step_ms(ms, step);
    *out = i64_floor_div(ms, MS_PER_DAY);
    return true;
}

static void step(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct type t = arg_type(k, 0);
    const bool months = k->args[1].type.kind == SLUICE_INTERVAL_MONTH;
    const int64_t by = *(const int64_t *)k->bound;
    int64_t *out = k->result->i64;
    struct memory last = { 1, 0, 0 };
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        if (v >= last.from && v < last.to) {
            out[row] = last.result;
            continue;
        }
        bool good = step_at(t, months, by, v, &out[row]);
        if (!good) fault_datetime(k, row);
        if (good) last = (struct memory){ out[row], v, out[row] };
        if (good && !months && t.kind != TYPE_DATE) i64_add(&last.to, out[row], by);
    });
}

static bool bind_step(struct fn_bind *b)
{
    struct type t = bind_arg(b, 0), by = bind_arg(b, 1);
    if (t.kind == TYPE_TIME && by.kind == TYPE_INTERVAL_MONTH) return false;
    if (!bind_has_constant(b, 1) || b->constants[1].i64[0] <= 0) {
        b->refusal = "the step must be a constant interval greater than 0";
        return false;
    }
    b->bound = bind_number(b, b->constants[1].i64[0]);
    return bind_result(b, t);
}

/* ---- EXTRACT ---- */

/* The field of an interval: what is left by the larger fields that its type has. */
static int64_t interval_field(struct type t, enum time_unit u, int64_t v)
{
    if (u > t.from) v %= unit_size(t, (enum time_unit)(u - 1));
    return u == UNIT_SECOND ? v : v / unit_size(t, u);
}

static int64_t civil_field(enum time_unit u, const struct civil *c)
{
    switch (u) {
    case UNIT_YEAR: return c->year;
    case UNIT_MONTH: return c->month;
    case UNIT_DAY: return c->day;
    case UNIT_HOUR: return c->hour;
    case UNIT_MINUTE: return c->minute;
    default: return c->second * 1000 + c->millisecond;
    }
}

static int64_t datetime_field(struct type t, enum time_unit u, int64_t v)
{
    struct civil c;
    if (t.kind == TYPE_DATE) calendar_from_days(v, &c);
    else calendar_from_ms(v, &c);
    return civil_field(u, &c);
}

static void extract(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 1);
    const uint32_t mask = arg_mask(k, 1);
    const struct type t = arg_type(k, 1);
    const int64_t *unit = k->bound;
    const enum time_unit u = (enum time_unit)unit[0];
    int64_t *out = k->result->i64;
    if (type_is_interval(t)) EACH_ROW(k, row, out[row] = interval_field(t, u, a[row & mask]););
    else EACH_ROW(k, row, out[row] = datetime_field(t, u, a[row & mask]););
}

/* Seconds have two whole digits, but as the first field of an interval any number. */
static bool bind_extract(struct fn_bind *b)
{
    struct type t = bind_arg(b, 1);
    enum time_unit u = bind_unit(b, 0);
    if (!has_unit(t, u)) return false;
    b->bound = bind_number(b, u);
    if (u != UNIT_SECOND) return bind_result(b, type_of(TYPE_BIGINT));
    bool first = type_is_interval(t) && t.from == UNIT_SECOND;
    return bind_result(b, type_decimal(first ? 18 : 5, 3));
}

/* ---- milliseconds ---- */

static void to_timestamp(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        out[row] = v;
        if (!calendar_ms_in_range(v)) fault_datetime(k, row);
    });
}

static bool bind_whole(struct fn_bind *b)
{
    return bind_arg(b, 0).scale == 0;
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

static void tsdiff(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    FOR_ROWS(k, row)
    {
        if (!i64_sub(&k->result->i64[row], b[row & b_mask], a[row & a_mask])) {
            sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in TSDIFF");
        }
    }
}

static void timestamp_of(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    FOR_ROWS(k, row)
    {
        int64_t days = a[row & a_mask];
        if (calendar_days_in_range(days)) {
            k->result->i64[row] = days * MS_PER_DAY + b[row & b_mask] % MS_PER_DAY;
        } else {
            fault_datetime(k, row);
        }
    }
}

/* ---- rows ---- */

#define ROUNDING(called, class, run, text, example)            \
    {                                                          \
        .name = called,                                        \
        .group = "Datetimes",                                  \
        .args = { PARAM("x", class), PARAM("unit", SLUICE_CLASS_INTEGER) }, \
        .errors = "22008",                                     \
        .bind = bind_rounding,                                 \
        .kernel = run,                                         \
        .doc = text,                                           \
        .examples = example,                                   \
    }

#define TSDIFF_ROW(class, example)                       \
    {                                                    \
        .name = "TSDIFF",                                \
        .group = "Datetimes",                            \
        .args = { PARAM("start", class), PARAM("end", class) }, \
        .returns = { .kind = SLUICE_BIGINT },            \
        .errors = "22003",                               \
        .kernel = tsdiff,                                \
        .doc = "Milliseconds from start to end.",        \
        .examples = example,                             \
    }

const struct fn_def fn_time[] = {
    ROUNDING("FLOOR TO", SLUICE_CLASS_DATETIME, floor_to,
             "FLOOR(x TO unit): x cut down to the unit.",
             "FLOOR(TIMESTAMP '2026-01-31 13:45:07.250' TO MINUTE) => \"2026-01-31 13:45:00.000\"\n"
             "FLOOR(DATE '2026-08-17' TO MONTH) => \"2026-08-01\""),
    ROUNDING("FLOOR TO", SLUICE_CLASS_INTERVAL, floor_to,
             "FLOOR(x TO unit): the largest multiple of the unit that is not above x.",
             "FLOOR((INTERVAL '-100' SECOND) TO MINUTE) => \"-120\""),
    ROUNDING("CEIL TO", SLUICE_CLASS_DATETIME, ceil_to,
             "CEIL(x TO unit): x, or the next beginning of the unit; a TIME wraps at midnight.",
             "CEIL(TIMESTAMP '2026-01-31 13:45:07.250' TO HOUR) => \"2026-01-31 14:00:00.000\""),
    ROUNDING("CEIL TO", SLUICE_CLASS_INTERVAL, ceil_to,
             "CEIL(x TO unit): the smallest multiple of the unit that is not below x.",
             "CEIL((INTERVAL '100' SECOND) TO MINUTE) => \"+120\""),
    {
        .name = "STEP",
        .group = "Datetimes",
        .args = { PARAM("x", SLUICE_CLASS_DATETIME), PARAM("interval", SLUICE_CLASS_INTERVAL) },
        .errors = "22008",
        .bind = bind_step,
        .kernel = step,
        .doc = "STEP(x BY interval): x cut down to a multiple of the interval since 1970-01-01 "
               "00:00:00; a TIME counts from midnight, months and years by the calendar.",
        .examples = "STEP(TIMESTAMP '2026-01-31 13:45:07' BY INTERVAL '2' HOUR) => "
                    "\"2026-01-31 12:00:00.000\"\n"
                    "STEP(DATE '2026-01-31' BY INTERVAL '1' MONTH) => \"2026-01-01\"",
    },
    {
        .name = "EXTRACT",
        .group = "Datetimes",
        .args = { PARAM("unit", SLUICE_CLASS_INTEGER), PARAM("x", SLUICE_CLASS_DATETIME) },
        .errors = "",
        .bind = bind_extract,
        .kernel = extract,
        .doc = "EXTRACT(unit FROM x): a field of a datetime; SECOND with its milliseconds.",
        .examples = "EXTRACT(MONTH FROM DATE '1969-07-20') => 7\n"
                    "EXTRACT(SECOND FROM TIME '23:59:58') => 58.000",
    },
    {
        .name = "EXTRACT",
        .group = "Datetimes",
        .args = { PARAM("unit", SLUICE_CLASS_INTEGER), PARAM("x", SLUICE_CLASS_INTERVAL) },
        .errors = "",
        .bind = bind_extract,
        .kernel = extract,
        .doc = "EXTRACT(unit FROM x): a field of an interval; negative if the interval is.",
        .examples = "EXTRACT(MINUTE FROM INTERVAL '-5:06' HOUR TO MINUTE) => -6",
    },
    {
        .name = "MONOTONIC",
        .group = "Datetimes",
        .args = { PARAM("x", SLUICE_ANY) },
        .errors = "",
        .bind = bind_same,
        .kernel = fn_same_kernel,
        .doc = "x itself; says to GROUP BY that x never goes back.",
        .examples = "MONOTONIC(2 + 3) => 5",
    },
    {
        .name = "TO_TIMESTAMP",
        .group = "Datetimes",
        .args = { PARAM("ms", SLUICE_CLASS_EXACT) },
        .returns = { .kind = SLUICE_TIMESTAMP },
        .errors = "22008",
        .bind = bind_whole,
        .kernel = to_timestamp,
        .doc = "The TIMESTAMP that lies so many milliseconds after 1970-01-01 00:00:00.",
        .examples = "TO_TIMESTAMP(1565764073618) => \"2019-08-14 06:27:53.618\"",
    },
    {
        .name = "UNIX_TIMESTAMP",
        .group = "Datetimes",
        .args = { PARAM("ts", SLUICE_CLASS_TIMESTAMP) },
        .returns = { .kind = SLUICE_BIGINT },
        .errors = "",
        .kernel = fn_same_kernel,
        .doc = "Milliseconds (not seconds) from 1970-01-01 00:00:00 to ts.",
        .examples = "UNIX_TIMESTAMP(TIMESTAMP '1969-12-31 23:59:59.999') => -1",
    },
    TSDIFF_ROW(SLUICE_CLASS_TIMESTAMP, "TSDIFF(TIMESTAMP '2026-01-01 00:00:00', "
                                       "TIMESTAMP '2026-01-01 00:00:01.5') => 1500"),
    TSDIFF_ROW(SLUICE_CLASS_INTEGER, "TSDIFF(1000, 2500) => 1500"),
    {
        .name = "TIMESTAMP OF",
        .group = "Datetimes",
        .args = { PARAM("day", SLUICE_CLASS_DATE), PARAM("time", SLUICE_CLASS_TIME) },
        .returns = { .kind = SLUICE_TIMESTAMP },
        .errors = "22008",
        .kernel = timestamp_of,
        .doc = "The TIMESTAMP of a day and a time; CAST(time AS TIMESTAMP) takes the current day.",
        .examples = "CAST(CAST(TIME '12:34:56' AS TIMESTAMP) AS TIME) => \"12:34:56\"",
    },
    { .name = NULL },
};
