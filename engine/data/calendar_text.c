/*
 * calendar_text.c: dates, times and intervals to text and back (language sheet L-15; scalar sheet S-25 and
 * section 10).
 *
 * Writing a TIMESTAMP is in the path of every row that is put out: divisions are by constants, digits come in
 * pairs from a table. Reading moves a cursor over the text; each small reader leaves it alone when it fails.
 */

#include <string.h>

#include "base/checked.h"
#include "data/calendar.h"

/* ---- writing ---- */

static const char digit_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

static inline void put2(char *out, uint32_t v)
{
    memcpy(out, digit_pairs + 2 * v, 2);
}

/* At least `width` digits. */
static size_t put_digits(char *out, uint64_t v, size_t width)
{
    char text[20];
    size_t n = 0;
    while (v > 0 || n < width) {
        text[sizeof text - ++n] = (char)('0' + v % 10);
        v /= 10;
    }
    memcpy(out, text + sizeof text - n, n);
    return n;
}

static size_t put_year(char *out, int64_t year)
{
    if (year >= 0 && year <= 9999) {
        put2(out, (uint32_t)year / 100);
        put2(out + 2, (uint32_t)year % 100);
        return 4;
    }
    size_t sign = year < 0;
    if (sign) out[0] = '-';
    uint64_t magnitude = year < 0 ? (uint64_t)-year : (uint64_t)year;
    return sign + put_digits(out + sign, magnitude, 4);
}

/* 13:45:00.250 of the milliseconds since midnight: 12 bytes, the fraction may be left off by the caller. */
static void put_clock(char *out, uint32_t ms)
{
    uint32_t seconds = ms / 1000, fraction = ms % 1000;
    uint32_t minutes = seconds / 60;
    put2(out, minutes / 60);
    out[2] = ':';
    put2(out + 3, minutes % 60);
    out[5] = ':';
    put2(out + 6, seconds % 60);
    out[8] = '.';
    out[9] = (char)('0' + fraction / 100);
    put2(out + 10, fraction % 100);
}

size_t calendar_format_date(char *out, int64_t days)
{
    struct civil c;
    calendar_from_days(days, &c);
    size_t n = put_year(out, c.year);
    out[n] = '-';
    put2(out + n + 1, (uint32_t)c.month);
    out[n + 3] = '-';
    put2(out + n + 4, (uint32_t)c.day);
    return n + 6;
}

size_t calendar_format_time(char *out, int64_t ms)
{
    uint32_t of_day = (uint32_t)calendar_ms_of_day(ms);
    put_clock(out, of_day);
    return of_day % 1000 == 0 ? 8 : 12;
}

size_t calendar_format_timestamp(char *out, int64_t ms)
{
    size_t n = calendar_format_date(out, i64_floor_div(ms, MS_PER_DAY));
    out[n] = ' ';
    put_clock(out + n + 1, (uint32_t)calendar_ms_of_day(ms));
    return n + 13;
}

/* ---- reading ---- */

struct cursor {
    const char *p, *end;
};

/* The text without the blanks around it. */
static struct cursor trimmed(const char *s, size_t n)
{
    struct cursor c = { s, s + n };
    while (c.p < c.end && *c.p == ' ') c.p++;
    while (c.p < c.end && c.end[-1] == ' ') c.end--;
    return c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(struct cursor *c, char wanted)
{
    if (c->p == c->end || *c->p != wanted) return false;
    c->p++;
    return true;
}

/* A number of `min` to `max` digits, all that there are. */
static bool take_digits(struct cursor *c, int min, int max, int *out)
{
    int value = 0, n = 0;
    const char *p = c->p;
    for (; p < c->end && is_digit(*p) && n <= max; p++, n++) value = value * 10 + (*p - '0');
    if (n < min || n > max) return false;
    c->p = p;
    *out = value;
    return true;
}

/* [.f...]: milliseconds; later digits are dropped. */
static bool take_fraction(struct cursor *c, int *out)
{
    *out = 0;
    if (!take(c, '.')) return true;
    const char *first = c->p;
    for (int unit = 100; c->p < c->end && is_digit(*c->p); c->p++, unit /= 10) {
        *out += (*c->p - '0') * unit;
    }
    return c->p > first;
}

static bool take_date(struct cursor *c, int min_digits, int64_t *days)
{
    int year, month, day;
    if (!take_digits(c, 4, 4, &year) || !take(c, '-')) return false;
    if (!take_digits(c, min_digits, 2, &month) || !take(c, '-')) return false;
    if (!take_digits(c, min_digits, 2, &day)) return false;
    if (!calendar_is_date(year, month, day)) return false;
    *days = calendar_days(year, month, day);
    return true;
}

static bool take_time(struct cursor *c, int min_digits, int64_t *ms)
{
    int hour, minute, second, fraction;
    if (!take_digits(c, min_digits, 2, &hour) || !take(c, ':')) return false;
    if (!take_digits(c, min_digits, 2, &minute) || !take(c, ':')) return false;
    if (!take_digits(c, min_digits, 2, &second) || !take_fraction(c, &fraction)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    *ms = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND + fraction;
    return true;
}

bool calendar_parse_date(const char *s, size_t n, int64_t *days)
{
    struct cursor c = trimmed(s, n);
    int64_t value;
    if (!take_date(&c, 1, &value) || c.p != c.end) return false;
    *days = value;
    return true;
}

bool calendar_parse_time(const char *s, size_t n, int64_t *ms)
{
    struct cursor c = trimmed(s, n);
    int64_t value;
    if (!take_time(&c, 1, &value) || c.p != c.end) return false;
    *ms = value;
    return true;
}

bool calendar_parse_timestamp(const char *s, size_t n, int64_t *ms)
{
    struct cursor c = trimmed(s, n);
    int64_t days, of_day = 0;
    if (!take_date(&c, 1, &days)) return false;
    if (c.p < c.end) {
        if (!take(&c, ' ') && !take(&c, 'T')) return false;
        if (!take_time(&c, 1, &of_day)) return false;
        take(&c, 'Z');
    }
    if (c.p != c.end) return false;
    *ms = days * MS_PER_DAY + of_day;
    return true;
}

bool calendar_parse_literal(const char *s, size_t n, enum type_kind kind, int64_t *out)
{
    struct cursor c = { s, s + n };
    int64_t days = 0, ms = 0;
    if (kind != TYPE_TIME && !take_date(&c, 2, &days)) return false;
    if (kind == TYPE_TIMESTAMP && !take(&c, ' ')) return false;
    if (kind != TYPE_DATE && !take_time(&c, 2, &ms)) return false;
    if (c.p != c.end) return false;
    *out = kind == TYPE_DATE ? days : days * MS_PER_DAY + ms;
    return true;
}

/* ---- intervals ---- */

/* How many of a unit make the next larger one: what a field after the first must stay below. */
static int unit_count(enum time_unit u)
{
    switch (u) {
    case UNIT_MONTH: return 12;
    case UNIT_HOUR: return 24;
    case UNIT_MINUTE:
    case UNIT_SECOND: return 60;
    default: return 0;
    }
}

/* Milliseconds of a unit, months of YEAR and MONTH. */
static int64_t unit_size(enum time_unit u)
{
    if (u == UNIT_YEAR) return 12;
    return u == UNIT_MONTH ? 1 : calendar_unit_ms(u);
}

/* The character before a field that is not the first. */
static char separator(enum time_unit u)
{
    return u == UNIT_MONTH ? '-' : u == UNIT_HOUR ? ' '
                                                  : ':';
}

static bool take_first_field(struct cursor *c, int precision, int64_t *out)
{
    const char *first = c->p;
    int64_t value = 0;
    for (; c->p < c->end && is_digit(*c->p); c->p++) {
        if (!i64_mul(&value, value, 10) || !i64_add(&value, value, *c->p - '0')) return false;
    }
    *out = value;
    return c->p > first && (precision == 0 || c->p - first <= precision);
}

static bool take_interval(struct cursor *c, struct type t, int64_t *out)
{
    int64_t value, field;
    if (!take_first_field(c, t.precision, &value)) return false;
    if (!i64_mul(&value, value, unit_size(t.from))) return false;
    for (int u = t.from + 1; u <= t.to; u++) {
        int number;
        if (!take(c, separator((enum time_unit)u)) || !take_digits(c, 1, 2, &number)) return false;
        if (number >= unit_count((enum time_unit)u)) return false;
        field = number * unit_size((enum time_unit)u);
        if (!i64_add(&value, value, field)) return false;
    }
    int fraction = 0;
    if (t.to == UNIT_SECOND && !take_fraction(c, &fraction)) return false;
    return i64_add(out, value, fraction);
}

bool interval_parse(const char *s, size_t n, struct type t, int64_t *out)
{
    struct cursor c = trimmed(s, n);
    bool negative = take(&c, '-');
    if (!negative) take(&c, '+');
    int64_t value;
    if (!take_interval(&c, t, &value) || c.p != c.end) return false;
    *out = negative ? -value : value;
    return true;
}

size_t interval_format(char *out, int64_t value, struct type t)
{
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    size_t n = 0;
    out[n++] = value < 0 ? '-' : '+';
    for (int u = t.from; u <= t.to; u++) {
        uint64_t size = (uint64_t)unit_size((enum time_unit)u);
        if (size == 0) break; /* no interval type has such a unit */
        if (u > t.from) out[n++] = separator((enum time_unit)u);
        n += put_digits(out + n, rest / size, u > t.from ? 2 : 1);
        rest %= size;
    }
    if (t.to == UNIT_SECOND && rest > 0) {
        out[n++] = '.';
        n += put_digits(out + n, rest, 3);
    }
    return n;
}
