/*
 * mono.c: how expressions move along a stream.
 *
 * The rules are those of dialect 6.2; what they add here is the place of the steps. Where exact arithmetic on the
 * steps has no answer (a step that the next one does not divide, months shifted by days) the expression is still
 * monotonic: its groups then end when its value changes from row to row.
 */

#include "sql/mono.h"

#include "base/checked.h"
#include "data/calendar.h"

static struct mono none(bool of_rowtime)
{
    return (struct mono){ .kind = MONO_NONE, .of_rowtime = of_rowtime };
}

static bool is_falling(struct mono m)
{
    return m.kind == MONO_FALLING || (m.kind == MONO_STEPS && m.num < 0);
}

/* Of the same direction, with steps nobody knows. */
static struct mono loose(struct mono m, bool reverse)
{
    if (!mono_is_known(m)) return m;
    bool falling = is_falling(m) != reverse;
    return (struct mono){ .kind = falling ? MONO_FALLING : MONO_RISING,
                          .of_rowtime = m.of_rowtime };
}

static struct mono time_itself(void)
{
    return (struct mono){
        .kind = MONO_STEPS, .of_rowtime = true, .step_ms = 1, .num = 1, .den = 1
    };
}

/* ---- arithmetic with constants ---- */

static struct mono add_constant(struct mono m, int64_t ms)
{
    if (m.kind != MONO_STEPS) return m.kind == MONO_MONTHS && ms != 0 ? loose(m, false) : m;
    return i64_add(&m.shift, m.shift, ms) ? m : loose(m, false);
}

static struct mono reverse(struct mono m)
{
    if (m.kind != MONO_STEPS) return loose(m, true);
    m.num = -m.num;
    m.shift = -m.shift;
    return m;
}

static int64_t divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a < 0 ? -a : a;
}

/* m * (n / d); n != 0, d > 0. */
static struct mono scale(struct mono m, int64_t n, int64_t d)
{
    if (m.kind != MONO_STEPS) return loose(m, n < 0);
    struct mono r = m;
    int64_t shift;
    bool exact = i64_mul(&r.num, m.num, n) && i64_mul(&r.den, m.den, d) &&
                 i64_mul(&shift, m.shift, n) && shift % d == 0;
    if (!exact) return loose(m, n < 0);
    r.shift = shift / d;
    int64_t common = divisor(r.num, r.den);
    r.num /= common;
    r.den /= common;
    return r;
}

/* A number as a fraction; false when it is none that fits. */
static bool fraction_of(const struct value *v, int64_t *n, int64_t *d)
{
    *d = 1;
    if (v->null) return false;
    if (type_is_approximate(v->type)) {
        if (v->f64 < -1e15 || v->f64 > 1e15 || v->f64 != (double)(int64_t)v->f64) return false;
        *n = (int64_t)v->f64;
    } else if (type_is_exact(v->type)) {
        *n = v->i64;
        for (int i = 0; i < v->type.scale && v->type.kind == TYPE_DECIMAL; i++) *d *= 10;
    } else {
        return false;
    }
    return *n != 0;
}

/* Milliseconds of a datetime or day-time interval, or of a number of days. */
static bool ms_of(const struct value *v, int64_t *ms)
{
    if (v->null) return false;
    if (v->type.kind == TYPE_DATE || type_is_integer(v->type)) {
        return i64_mul(ms, v->i64, MS_PER_DAY);
    }
    *ms = v->i64;
    return v->type.kind == TYPE_TIMESTAMP || v->type.kind == TYPE_INTERVAL_DAY;
}

/* ---- down to a unit ---- */

static int64_t ceil_div(int64_t a, int64_t b)
{
    return -i64_floor_div(-a, b);
}

/* Down to a multiple of unit: the steps of m that reach the next multiple begin the new ones. */
static struct mono floor_ms(struct mono m, int64_t unit)
{
    if (m.kind != MONO_STEPS || m.num < 0 || unit <= 0) return loose(m, false);
    int64_t width, first, per_step;
    bool fits = i64_mul(&width, unit, m.den) && width % m.num == 0 &&
                i64_mul(&per_step, m.num, m.step_ms) && i64_mul(&first, m.shift, m.den);
    width = fits ? width / m.num : 0;
    if (!fits || width % m.step_ms != 0) return loose(m, false);
    int64_t offset;
    struct mono r = m;
    if (!i64_mul(&offset, ceil_div(-first, per_step), m.step_ms) ||
        !i64_add(&r.origin_ms, m.origin_ms, offset)) {
        return loose(m, false);
    }
    r.step_ms = width;
    r.shift = 0;
    return r;
}

/* Down to a multiple of months: of whole days that were not moved. */
static struct mono floor_months(struct mono m, int64_t months)
{
    bool days = m.kind == MONO_STEPS && m.num == m.den && m.shift == m.origin_ms &&
                MS_PER_DAY % m.step_ms == 0 && m.origin_ms % m.step_ms == 0;
    bool finer = m.kind == MONO_MONTHS && months % m.months == 0;
    if ((!days && !finer) || months <= 0) return loose(m, false);
    return (struct mono){ .kind = MONO_MONTHS, .of_rowtime = m.of_rowtime, .months = months };
}

static struct mono floor_unit(struct mono m, enum time_unit unit)
{
    if (unit == UNIT_YEAR || unit == UNIT_MONTH) return floor_months(m, unit == UNIT_YEAR ? 12 : 1);
    /* Months begin with a day, so a smaller unit changes nothing. */
    return m.kind == MONO_MONTHS ? m : floor_ms(m, calendar_unit_ms(unit));
}

static struct mono step_of(struct mono m, const struct expr *by)
{
    if (!expr_is_constant(by) || by->constant.null) return none(m.of_rowtime);
    if (by->type.kind == TYPE_INTERVAL_DAY) return floor_ms(m, by->constant.i64);
    if (by->type.kind == TYPE_INTERVAL_MONTH) return floor_months(m, by->constant.i64);
    return loose(m, false);
}

/* CEIL makes the windows of FLOOR and shows their other end. */
static struct mono ceil_unit(struct mono m, enum time_unit unit)
{
    struct mono floor = floor_unit(m, unit);
    return floor.kind == MONO_STEPS ? add_constant(floor, calendar_unit_ms(unit)) : floor;
}

/* ---- calls ---- */

static struct mono sum_of(struct mono x, struct mono y)
{
    bool of_rowtime = x.of_rowtime || y.of_rowtime;
    if (!mono_is_known(x) || !mono_is_known(y) || is_falling(x) != is_falling(y)) {
        return none(of_rowtime);
    }
    struct mono m = loose(x, false);
    m.of_rowtime = of_rowtime;
    return m;
}

static struct mono add_of(const struct expr *e, struct mono x, struct mono y)
{
    int64_t ms;
    if (x.kind == MONO_CONSTANT) {
        bool known = ms_of(&e->args[0]->constant, &ms);
        return known ? add_constant(y, ms) : loose(y, false);
    }
    if (y.kind == MONO_CONSTANT) {
        bool known = ms_of(&e->args[1]->constant, &ms);
        return known ? add_constant(x, ms) : loose(x, false);
    }
    return sum_of(x, y);
}

static struct mono subtract_of(const struct expr *e, struct mono x, struct mono y)
{
    int64_t ms;
    if (y.kind == MONO_CONSTANT) {
        bool known = ms_of(&e->args[1]->constant, &ms) && ms != INT64_MIN;
        return known ? add_constant(x, -ms) : loose(x, false);
    }
    if (x.kind == MONO_CONSTANT) {
        bool known = ms_of(&e->args[0]->constant, &ms);
        return known ? add_constant(reverse(y), ms) : loose(y, true);
    }
    return sum_of(x, reverse(y));
}

static struct mono product_of(const struct expr *e, struct mono x, struct mono y)
{
    bool left = x.kind == MONO_CONSTANT;
    int64_t n, d;
    if (left == (y.kind == MONO_CONSTANT)) return none(x.of_rowtime || y.of_rowtime);
    if (!fraction_of(&e->args[left ? 0 : 1]->constant, &n, &d)) return none(x.of_rowtime);
    return scale(left ? y : x, n, d);
}

static struct mono quotient_of(const struct expr *e, struct mono x, struct mono y)
{
    int64_t n, d;
    if (y.kind != MONO_CONSTANT || !fraction_of(&e->args[1]->constant, &n, &d)) {
        return none(x.of_rowtime || y.of_rowtime);
    }
    return n < 0 ? scale(x, -d, -n) : scale(x, d, n);
}

/* (m - constant) qualifier, and the reverse: cut to the qualifier's last field. */
static struct mono difference_of(const struct expr *e, struct mono x, struct mono y)
{
    struct mono m = subtract_of(e, x, y);
    return mono_is_known(m) ? floor_unit(m, e->type.to) : m;
}

static enum time_unit unit_of(const struct expr *e)
{
    return expr_is_constant(e) ? (enum time_unit)e->constant.i64 : UNIT_NONE;
}

/* CAST of a datetime to a coarser one (L-39). */
static struct mono cast_of(const struct expr *e, struct mono x)
{
    enum type_kind from = e->args[0]->type.kind;
    if (e->type.kind == TYPE_DATE) return floor_unit(x, UNIT_DAY);
    bool same = e->type.kind == TYPE_TIMESTAMP && (from == TYPE_TIMESTAMP || from == TYPE_DATE);
    return same ? x : none(x.of_rowtime);
}

static struct mono unary_of(const struct expr *e, struct mono x)
{
    if (expr_is_call(e, "MONOTONIC")) {
        if (x.kind != MONO_NONE) return x;
        return (struct mono){ .kind = MONO_RISING, .of_rowtime = x.of_rowtime };
    }
    if (expr_is_call(e, "NEG")) return reverse(x);
    if (expr_is_call(e, "POS")) return x;
    return type_is_datetime(e->type) ? cast_of(e, x) : none(x.of_rowtime);
}

static struct mono binary_of(const struct expr *e, struct mono x, struct mono y)
{
    if (expr_is_call(e, "FLOOR TO")) return floor_unit(x, unit_of(e->args[1]));
    if (expr_is_call(e, "CEIL TO")) return ceil_unit(x, unit_of(e->args[1]));
    if (expr_is_call(e, "STEP")) return step_of(x, e->args[1]);
    if (expr_is_call(e, "+")) return add_of(e, x, y);
    if (expr_is_call(e, "-")) return subtract_of(e, x, y);
    if (expr_is_call(e, "*")) return product_of(e, x, y);
    if (expr_is_call(e, "/")) return quotient_of(e, x, y);
    return none(x.of_rowtime || y.of_rowtime);
}

static struct mono call_of(const struct expr *e, const struct mono *columns)
{
    struct mono m[2] = { { .kind = MONO_NONE }, { .kind = MONO_NONE } };
    bool of_rowtime = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        struct mono arg = mono_of(e->args[i], columns);
        of_rowtime = of_rowtime || arg.of_rowtime;
        if (i < 2) m[i] = arg;
    }
    struct mono r = none(of_rowtime);
    if (e->n_args == 1) r = unary_of(e, m[0]);
    if (e->n_args == 2) r = binary_of(e, m[0], m[1]);
    if (expr_is_call(e, "DATETIME DIFFERENCE")) r = difference_of(e, m[0], m[1]);
    if (e->n_args == 3 && expr_is_call(e, "SUBSTRING")) r = loose(m[0], false);
    r.of_rowtime = of_rowtime;
    return r;
}

struct mono mono_of(const struct expr *e, const struct mono *columns)
{
    switch (e->kind) {
    case EXPR_CONSTANT: return (struct mono){ .kind = MONO_CONSTANT };
    case EXPR_ROWTIME: return time_itself();
    case EXPR_COLUMN: return columns ? columns[e->column] : none(false);
    case EXPR_CLOCK: return (struct mono){ .kind = e->per_row ? MONO_RISING : MONO_NONE };
    case EXPR_CALL: return call_of(e, columns);
    default: break;
    }
    bool of_rowtime = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        of_rowtime = of_rowtime || mono_of(e->args[i], columns).of_rowtime;
    }
    return none(of_rowtime);
}

/* ---- windows ---- */

struct plan_window mono_window(struct mono m, uint32_t key)
{
    if (m.kind == MONO_MONTHS) {
        return (struct plan_window){ .kind = WINDOW_MONTHS, .months = m.months };
    }
    if (m.kind != MONO_STEPS) return (struct plan_window){ .kind = WINDOW_CHANGE, .key = key };
    if (m.step_ms == 1) return (struct plan_window){ .kind = WINDOW_ROWTIME };
    int64_t origin = m.origin_ms % m.step_ms;
    return (struct plan_window){ .kind = WINDOW_STEP,
                                 .step_ms = m.step_ms,
                                 .origin_ms = origin < 0 ? origin + m.step_ms : origin };
}

struct mono mono_after(struct mono m, struct plan_window w, bool is_window_key)
{
    if (m.kind == MONO_CONSTANT) return m;
    if (!is_window_key) return none(false);
    if (w.kind == WINDOW_ROWTIME) return m;
    if (w.kind != WINDOW_STEP) return loose(m, false);
    /* Results stand on the ends of windows; the value belongs to the one that ends there. */
    if (!i64_add(&m.origin_ms, m.origin_ms, m.step_ms)) return loose(m, false);
    m.step_ms = 1;
    return m;
}
