/*
 * reference_time.c: datetimes and intervals (sheet of scalar functions, 10, 12, 13), by gmtime_r(3) and timegm(3), for
 * the years 1 to 9999.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "reference.h"

#define DAY_MS 86400000

static const struct reference none = { .kind = REFERENCE_NONE };

static const int64_t first_ms = -62135596800000, end_ms = 253402300800000;

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;
    return a % b < 0 ? q - 1 : q;
}

static bool in_years(wide ms)
{
    return ms >= first_ms && ms < end_ms;
}

/* Milliseconds since 1970 of a DATE or TIMESTAMP, of a TIME those since midnight. */
static bool to_ms(const struct value *v, int64_t *ms)
{
    if (v->type.kind == TYPE_TIME) {
        *ms = v->i64;
        return v->i64 >= 0 && v->i64 < DAY_MS;
    }
    wide all = v->type.kind == TYPE_DATE ? (wide)v->i64 * DAY_MS : v->i64;
    *ms = (int64_t)all;
    return in_years(all);
}

static struct reference from_ms(int64_t ms, struct type t)
{
    if (t.kind == TYPE_DATE) return in_years(ms) ? reference_i64(floor_div(ms, DAY_MS)) : none;
    if (t.kind == TYPE_TIME) return reference_i64(ms - floor_div(ms, DAY_MS) * DAY_MS);
    return in_years(ms) ? reference_i64(ms) : none;
}

static struct tm civil(int64_t ms)
{
    struct tm t;
    time_t s = (time_t)floor_div(ms, 1000);
    gmtime_r(&s, &t);
    return t;
}

static int64_t unit_ms(int64_t unit)
{
    return unit == UNIT_DAY      ? DAY_MS
           : unit == UNIT_HOUR   ? 3600000
           : unit == UNIT_MINUTE ? 60000
                                 : 1000;
}

/* ---- FLOOR, CEIL, STEP, EXTRACT ---- */

static struct reference round_interval(const struct reference_call *c, int64_t unit, bool up)
{
    int64_t v = c->args[0].i64, size = unit == UNIT_YEAR    ? 12
                                       : unit == UNIT_MONTH ? 1
                                                            : unit_ms(unit);
    if (v > INT64_MAX / 2 || v < INT64_MIN / 2) return none;
    int64_t down = floor_div(v, size) * size;
    return reference_i64(up && down < v ? down + size : down);
}

static struct reference round_datetime(const struct reference_call *c, bool up)
{
    int64_t unit = c->args[1].i64, ms, down;
    if (type_is_interval(c->args[0].type)) return round_interval(c, unit, up);
    if (!to_ms(&c->args[0], &ms)) return none;
    if (unit > UNIT_MONTH) {
        down = floor_div(ms, unit_ms(unit)) * unit_ms(unit);
        return from_ms(up && down < ms ? down + unit_ms(unit) : down, c->result);
    }
    struct tm t = civil(ms);
    t.tm_sec = t.tm_min = t.tm_hour = 0;
    t.tm_mday = 1;
    if (unit == UNIT_YEAR) t.tm_mon = 0;
    down = (int64_t)timegm(&t) * 1000;
    if (up && down < ms) {
        if (unit == UNIT_YEAR) t.tm_year++;
        else t.tm_mon++;
        down = (int64_t)timegm(&t) * 1000;
    }
    return from_ms(down, c->result);
}

static struct reference extract_of_interval(int64_t unit, int64_t v, struct type t)
{
    int64_t whole = v, parts[7] = { 0 };
    if (t.kind == TYPE_INTERVAL_MONTH) {
        parts[UNIT_YEAR] = t.from == UNIT_YEAR ? v / 12 : 0;
        parts[UNIT_MONTH] = v - parts[UNIT_YEAR] * 12;
        return reference_i64(parts[unit]);
    }
    for (int u = t.from; u < UNIT_SECOND; u++) {
        parts[u] = whole / unit_ms(u);
        whole %= unit_ms(u);
    }
    parts[UNIT_SECOND] = whole; /* DECIMAL(5, 3) */
    return unit == UNIT_SECOND && (whole >= 100000 || whole <= -100000)
               ? none
               : reference_i64(parts[unit]);
}

static struct reference extract(const struct reference_call *c)
{
    int64_t unit = c->args[0].i64, ms;
    const struct value *v = &c->args[1];
    if (type_is_interval(v->type)) return extract_of_interval(unit, v->i64, v->type);
    if (!to_ms(v, &ms)) return none;
    struct tm t = civil(ms);
    const int64_t fields[] = { 0, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                               t.tm_sec * 1000 + (ms - floor_div(ms, 1000) * 1000) };
    return reference_i64(fields[unit]);
}

static struct reference step(const struct reference_call *c)
{
    const struct value *v = &c->args[0], *by = &c->args[1];
    int64_t ms;
    if (type_is_number(v->type))
        return reference_exact((wide)floor_div(v->i64, by->i64) * by->i64, 0, c->result);
    if (!to_ms(v, &ms) || by->type.kind != TYPE_INTERVAL_DAY || v->type.kind == TYPE_DATE)
        return none;
    return from_ms(floor_div(ms, by->i64) * by->i64, c->result);
}

/* ---- + and - ---- */

static int days_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 1 && leap ? 29 : days[month];
}

static struct reference add_months(const struct reference_call *c, int64_t ms, int64_t months)
{
    if (months > 120000 || months < -120000) return none;
    struct tm t = civil(ms);
    int64_t in_day = ms - floor_div(ms, DAY_MS) * DAY_MS;
    int64_t all = (int64_t)(t.tm_year + 1900) * 12 + t.tm_mon + months;
    int year = (int)floor_div(all, 12), month = (int)(all - (int64_t)year * 12);
    if (year < 1 || year > 9999) return none;
    int day = t.tm_mday < days_of(year, month) ? t.tm_mday : days_of(year, month);
    struct tm to = { .tm_year = year - 1900, .tm_mon = month, .tm_mday = day };
    return from_ms((int64_t)timegm(&to) * 1000 + in_day, c->result);
}

static struct reference move(const struct reference_call *c, const struct value *at,
                             const struct value *by, int sign)
{
    int64_t ms;
    wide shift = (wide)by->i64 * sign;
    if (!to_ms(at, &ms)) return none;
    if (by->type.kind == TYPE_INTERVAL_MONTH)
        return at->type.kind == TYPE_TIME ? none : add_months(c, ms, (int64_t)shift);
    if (type_is_number(by->type)) {
        if (!type_is_integer(by->type)) return none;
        shift *= DAY_MS;
    } else if (at->type.kind == TYPE_DATE) {
        shift = shift / DAY_MS * DAY_MS;
    }
    wide sum = ms + shift;
    if (at->type.kind == TYPE_TIME) {
        sum %= DAY_MS;
        return reference_i64((int64_t)(sum < 0 ? sum + DAY_MS : sum));
    }
    return in_years(sum) ? from_ms((int64_t)sum, c->result) : none;
}

static struct reference add(const struct reference_call *c)
{
    const struct value *a = &c->args[0], *b = &c->args[1];
    int sign = c->name[0] == '-' ? -1 : 1;
    if (type_is_interval(a->type) && type_is_interval(b->type)) {
        wide sum = (wide)a->i64 + sign * (wide)b->i64;
        return sum == (int64_t)sum ? reference_i64((int64_t)sum)
                                   : reference_fault(ERR_INTERVAL_OVERFLOW);
    }
    return type_is_datetime(a->type) ? move(c, a, b, sign) : move(c, b, a, sign);
}

/* interval * exact number, interval / exact number: exactly, cut towards zero. */
static struct reference scale(const struct reference_call *c)
{
    bool first = type_is_interval(c->args[0].type);
    const struct value *i = &c->args[first ? 0 : 1], *n = &c->args[first ? 1 : 0];
    if (!type_is_exact(n->type)) return none;
    wide by = reference_power_of_ten(n->type.kind == TYPE_DECIMAL ? n->type.scale : 0);
    if (c->name[0] == '/' && n->i64 == 0) return reference_fault(ERR_DIVISION_BY_ZERO);
    if (by > reference_power_of_ten(18)) return none;
    wide v = c->name[0] == '*' ? (wide)i->i64 * n->i64 / by : (wide)i->i64 * by / n->i64;
    return v == (int64_t)v ? reference_i64((int64_t)v) : reference_fault(ERR_INTERVAL_OVERFLOW);
}

static struct reference complete_months(int64_t a, int64_t b, int64_t last)
{
    /* the greatest n with b + n months <= a, counted towards zero */
    int sign = a >= b ? 1 : -1;
    struct tm x = civil(a), y = civil(b);
    int64_t n = ((int64_t)x.tm_year - y.tm_year) * 12 + x.tm_mon - y.tm_mon;
    int64_t rest_x = (x.tm_mday * (int64_t)DAY_MS) + a - floor_div(a, DAY_MS) * DAY_MS;
    int64_t rest_y = (y.tm_mday * (int64_t)DAY_MS) + b - floor_div(b, DAY_MS) * DAY_MS;
    if (sign > 0 && rest_x < rest_y) n--;
    if (sign < 0 && rest_x > rest_y) n++;
    if (x.tm_mday > 27 || y.tm_mday > 27)
        return none; /* ends of months: decided by the sheet's examples */
    return reference_i64(last == UNIT_YEAR ? n / 12 * 12 : n);
}

static struct reference difference(const struct reference_call *c)
{
    int64_t a, b, last = c->args[3].i64;
    if (!to_ms(&c->args[0], &a) || !to_ms(&c->args[1], &b)) return none;
    if (last <= UNIT_MONTH)
        return c->args[0].type.kind == TYPE_TIME ? none : complete_months(a, b, last);
    return last == UNIT_SECOND ? reference_i64(a - b)
                               : reference_i64((a - b) / unit_ms(last) * unit_ms(last));
}

static struct reference scalar(const struct reference_call *c)
{
    if (strcmp(c->name, "UNIX_TIMESTAMP") == 0) return reference_i64(c->args[0].i64);
    if (strcmp(c->name, "TO_TIMESTAMP") == 0)
        return in_years(c->args[0].i64) ? reference_i64(c->args[0].i64) : none;
    if (strcmp(c->name, "MONOTONIC") == 0)
        return (struct reference){ .kind = REFERENCE_VALUE, .value = c->args[0] };
    if (strcmp(c->name, "TIMESTAMP OF") == 0) {
        wide ms = (wide)c->args[0].i64 * DAY_MS + c->args[1].i64;
        return in_years(ms) ? reference_i64((int64_t)ms) : none;
    }
    wide d = (wide)c->args[1].i64 - c->args[0].i64; /* TSDIFF */
    return d == (int64_t)d ? reference_i64((int64_t)d) : reference_fault(ERR_NONE);
}

/* ---- by a pattern: the letters of a plain date and time ---- */

/* Four letters or more: in full. */
static void put_name(struct buf *out, const char *name, int letters)
{
    buf_printf(out, "%.*s", letters > 3 ? 20 : 3, name);
}

static struct reference to_char(const struct reference_call *c)
{
    const char *pattern = str_to_c(c->arena, c->args[0].str);
    struct buf out = { 0 };
    int64_t ms;
    if (!to_ms(&c->args[1], &ms)) return none;
    struct tm t = civil(ms);
    for (const char *p = pattern; *p;) {
        int n = 1;
        while (p[n] == *p) n++;
        int hour = t.tm_hour % 12 == 0 ? 12 : t.tm_hour % 12;
        switch (*p) {
        case 'y':
            buf_printf(&out, "%0*d", n == 2 ? 2 : n,
                       n == 2 ? (t.tm_year + 1900) % 100 : t.tm_year + 1900);
            break;
        case 'M':
            if (n >= 3) put_name(&out, reference_months[t.tm_mon], n);
            else buf_printf(&out, "%0*d", n, t.tm_mon + 1);
            break;
        case 'd': buf_printf(&out, "%0*d", n, t.tm_mday); break;
        case 'H': buf_printf(&out, "%0*d", n, t.tm_hour); break;
        case 'h': buf_printf(&out, "%0*d", n, hour); break;
        case 'k': buf_printf(&out, "%0*d", n, t.tm_hour ? t.tm_hour : 24); break;
        case 'K': buf_printf(&out, "%0*d", n, t.tm_hour % 12); break;
        case 'D': buf_printf(&out, "%0*d", n, t.tm_yday + 1); break;
        case 'E': put_name(&out, reference_days[t.tm_wday], n); break;
        case 'Z': buf_append_c(&out, "+0000"); break;
        case 'm': buf_printf(&out, "%0*d", n, t.tm_min); break;
        case 's': buf_printf(&out, "%0*d", n, t.tm_sec); break;
        case 'S': buf_printf(&out, "%0*d", n, (int)(ms - floor_div(ms, 1000) * 1000)); break;
        case 'a': buf_append_c(&out, t.tm_hour < 12 ? "AM" : "PM"); break;
        case '-': case ':': case '/': case ' ': case '.': case ',':
            for (int i = 0; i < n; i++) buf_append_char(&out, *p);
            break;
        default: goto unknown;
        }
        p += n;
    }
    struct reference r = reference_str(c->arena, buf_c(&out), out.len);
    buf_free(&out);
    return r;
unknown:
    buf_free(&out);
    return none;
}

struct reference reference_time(const struct reference_call *c)
{
    static const struct {
        const char *name;
        struct reference (*work)(const struct reference_call *c);
    } parts[] = {
        { "EXTRACT", extract },
        { "STEP", step },
        { "DATETIME DIFFERENCE", difference },
        { "UNIX_TIMESTAMP", scalar },
        { "TO_TIMESTAMP", scalar },
        { "MONOTONIC", scalar },
        { "TSDIFF", scalar },
        { "TIMESTAMP OF", scalar },
        { "TIMESTAMP_TO_CHAR", to_char },
        { "DATE_TO_CHAR", to_char },
        { "TIME_TO_CHAR", to_char },
    };
    if (strcmp(c->name, "FLOOR TO") == 0 || strcmp(c->name, "CEIL TO") == 0)
        return round_datetime(c, c->name[0] == 'C');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(c->name, parts[i].name) == 0) return parts[i].work(c);
    bool interval =
        c->n_args == 2 && (type_is_interval(c->args[0].type) || type_is_interval(c->args[1].type));
    bool datetime =
        c->n_args == 2 && (type_is_datetime(c->args[0].type) || type_is_datetime(c->args[1].type));
    if ((interval || datetime) && (strcmp(c->name, "+") == 0 || strcmp(c->name, "-") == 0))
        return add(c);
    if (interval && !datetime && (strcmp(c->name, "*") == 0 || strcmp(c->name, "/") == 0))
        return scale(c);
    return none;
}
