/*
 * calendar.c: days to dates and back, and moving along them.
 *
 * Days to dates follows C. Neri and L. Schneider, "Euclidean affine functions and their application to calendar
 * algorithms" (2022): a year begins in March, so that the leap day is its last one, and the divisions by 1461 and
 * 153 become one multiplication each. It works on 32 bits within one era of 400 years; 64 bits count the eras.
 */

#include "data/calendar.h"

#include "base/checked.h"

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, DAYS_TO_EPOCH = 719468 };

/* Beyond this no day is real; far enough from the ends of int64_t that nothing below overflows. */
#define DAYS_FAR INT64_C(200000000000)

int64_t calendar_days(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = i64_floor_div(y, YEARS_PER_ERA);
    int64_t year_of_era = y - era * YEARS_PER_ERA;
    int64_t from_march = month <= 2 ? month + 9 : month - 3;
    int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

bool calendar_days_in_range(int64_t days)
{
    return days >= calendar_days(-CALENDAR_YEAR_MAX, 1, 1) &&
           days <= calendar_days(CALENDAR_YEAR_MAX, 12, 31);
}

bool calendar_ms_in_range(int64_t ms)
{
    return calendar_days_in_range(i64_floor_div(ms, MS_PER_DAY));
}

void calendar_from_days(int64_t days, struct civil *out)
{
    if (days > DAYS_FAR) days = DAYS_FAR;
    if (days < -DAYS_FAR) days = -DAYS_FAR;
    int64_t shifted = days + DAYS_TO_EPOCH;
    int64_t era = i64_floor_div(shifted, DAYS_PER_ERA);

    uint32_t n1 = 4 * (uint32_t)(shifted - era * DAYS_PER_ERA) + 3;
    uint32_t century = n1 / DAYS_PER_ERA;
    uint32_t n2 = 4 * (n1 % DAYS_PER_ERA / 4) + 3;
    uint64_t p2 = UINT64_C(2939745) * n2; /* 2^32 / 1461, rounded up */
    uint32_t year_of_century = (uint32_t)(p2 >> 32);
    uint32_t day_of_year = (uint32_t)p2 / 2939745 / 4;
    uint32_t n3 = 2141 * day_of_year + 197913; /* 65536 * 5 / 153, rounded up */
    uint32_t month = n3 >> 16;
    bool next_year = day_of_year >= 306; /* January and February */

    out->year = era * YEARS_PER_ERA + 100 * century + year_of_century + next_year;
    out->month = (int)(next_year ? month - 12 : month);
    out->day = (int)((n3 & 0xffff) / 2141) + 1;
    out->hour = out->minute = out->second = out->millisecond = 0;
}

void calendar_from_ms(int64_t ms, struct civil *out)
{
    int64_t days = i64_floor_div(ms, MS_PER_DAY);
    uint32_t rest = (uint32_t)calendar_ms_of_day(ms);
    calendar_from_days(days, out);
    out->millisecond = (int)(rest % 1000);
    rest /= 1000;
    out->second = (int)(rest % 60);
    rest /= 60;
    out->minute = (int)(rest % 60);
    out->hour = (int)(rest / 60);
}

int64_t calendar_ms(const struct civil *c)
{
    int64_t ms = calendar_days(c->year, c->month, c->day) * MS_PER_DAY;
    return ms + c->hour * MS_PER_HOUR + c->minute * MS_PER_MINUTE + c->second * MS_PER_SECOND +
           c->millisecond;
}

int calendar_month_days(int64_t year, int month)
{
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2) return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool calendar_is_date(int64_t year, int month, int day)
{
    return year >= -CALENDAR_YEAR_MAX && year <= CALENDAR_YEAR_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= calendar_month_days(year, month);
}

int64_t calendar_unit_ms(enum time_unit u)
{
    switch (u) {
    case UNIT_DAY: return MS_PER_DAY;
    case UNIT_HOUR: return MS_PER_HOUR;
    case UNIT_MINUTE: return MS_PER_MINUTE;
    case UNIT_SECOND: return MS_PER_SECOND;
    default: return 0;
    }
}

/* ---- months since 1970-01, the calendar's other ruler ---- */

static int64_t month_of_days(int64_t days)
{
    struct civil c;
    calendar_from_days(days, &c);
    return (c.year - 1970) * 12 + c.month - 1;
}

static int64_t days_of_month(int64_t month)
{
    int64_t years = i64_floor_div(month, 12);
    return calendar_days(1970 + years, (int)(month - years * 12) + 1, 1);
}

/* Milliseconds of a month's first day; false beyond the years that are allowed. */
static bool month_start_ms(int64_t month, int64_t *out)
{
    const int64_t far = INT64_C(12) * CALENDAR_YEAR_MAX;
    if (month < -far - 12 * 1970 || month > far) return false;
    int64_t days = days_of_month(month);
    return calendar_days_in_range(days) && i64_mul(out, days, MS_PER_DAY);
}

/* ---- FLOOR, CEIL, STEP ---- */

static int64_t unit_months(enum time_unit u)
{
    return u == UNIT_YEAR ? 12 : 1;
}

int64_t calendar_step_ms(int64_t ms, int64_t step_ms)
{
    int64_t rest = ms % step_ms;
    if (rest < 0) rest += step_ms;
    /* Only within one step of the lowest value can this wrap; such times are out of range anyhow. */
    return (int64_t)((uint64_t)ms - (uint64_t)rest);
}

bool calendar_step_months(int64_t ms, int64_t step_months, int64_t *out)
{
    int64_t month = month_of_days(i64_floor_div(ms, MS_PER_DAY));
    int64_t steps = i64_floor_div(month, step_months);
    int64_t start;
    return i64_mul(&start, steps, step_months) && month_start_ms(start, out);
}

bool calendar_floor(int64_t ms, enum time_unit u, int64_t *out)
{
    int64_t unit = calendar_unit_ms(u);
    if (unit == 0) return calendar_step_months(ms, unit_months(u), out);
    int64_t floor = calendar_step_ms(ms, unit);
    if (!calendar_ms_in_range(floor)) return false;
    *out = floor;
    return true;
}

bool calendar_ceil(int64_t ms, enum time_unit u, int64_t *out)
{
    int64_t floor;
    if (!calendar_floor(ms, u, &floor)) return false;
    if (floor == ms) {
        *out = ms;
        return true;
    }
    int64_t unit = calendar_unit_ms(u);
    if (unit == 0) {
        int64_t month = month_of_days(i64_floor_div(floor, MS_PER_DAY));
        return month_start_ms(month + unit_months(u), out);
    }
    int64_t next;
    if (!i64_add(&next, floor, unit) || !calendar_ms_in_range(next)) return false;
    *out = next;
    return true;
}

/* ---- month arithmetic ---- */

bool calendar_add_months(int64_t days, int64_t months, int64_t *out)
{
    struct civil c;
    calendar_from_days(days, &c);
    int64_t month;
    if (!i64_add(&month, (c.year - 1970) * 12 + c.month - 1, months)) return false;
    int64_t start_ms;
    if (!month_start_ms(month, &start_ms)) return false;

    int64_t start = i64_floor_div(start_ms, MS_PER_DAY);
    struct civil first;
    calendar_from_days(start, &first);
    int length = calendar_month_days(first.year, first.month);
    *out = start + (c.day < length ? c.day : length) - 1;
    return true;
}

/* The month to which a_ms is not yet complete counts for nothing: day and time of b decide, its day being
 * that of the month's end where a's month is shorter. */
int64_t calendar_months_between(int64_t a_ms, int64_t b_ms)
{
    if (a_ms < b_ms) return -calendar_months_between(b_ms, a_ms);
    int64_t a_days = i64_floor_div(a_ms, MS_PER_DAY), b_days = i64_floor_div(b_ms, MS_PER_DAY);
    int64_t months = month_of_days(a_days) - month_of_days(b_days);
    int64_t reached;
    if (!calendar_add_months(b_days, months, &reached)) return months;
    bool in_time = calendar_ms_of_day(b_ms) <= calendar_ms_of_day(a_ms);
    bool complete = reached < a_days || (reached == a_days && in_time);
    return complete ? months : months - 1;
}
