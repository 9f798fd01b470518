#ifndef DATA_CALENDAR_H
#define DATA_CALENDAR_H

/*
 * calendar.h: civil dates and rowtimes; FLOOR, CEIL, STEP and interval arithmetic. UTC only, proleptic Gregorian.
 *
 * Every int64_t may be asked for: what lies beyond the years that are allowed gives some date or text, or false
 * where a function can say so. The texts are in calendar_text.c.
 */

#include <stdbool.h>
#include <stdint.h>

#include "data/type.h"

#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_HOUR INT64_C(3600000)
#define MS_PER_DAY INT64_C(86400000)

struct civil {
    int64_t year;
    int     month, day;                        /* from 1 */
    int     hour, minute, second, millisecond; /* from 0 */
};

/* Milliseconds since midnight, of any time whatever. */
static inline int64_t calendar_ms_of_day(int64_t ms)
{
    int64_t rest = ms % MS_PER_DAY;
    return rest < 0 ? rest + MS_PER_DAY : rest;
}

/* Years outside of +-CALENDAR_YEAR_MAX are overflow wherever a datetime is made. */
enum { CALENDAR_YEAR_MAX = 292000000 };

bool calendar_days_in_range(int64_t days);
bool calendar_ms_in_range(int64_t ms);
int64_t calendar_days(int64_t year, int month, int day); /* since 1970-01-01; the date must exist */
void calendar_from_days(int64_t days, struct civil *out); /* time fields 0 */
void calendar_from_ms(int64_t ms, struct civil *out);
int64_t calendar_ms(const struct civil *c);
int calendar_month_days(int64_t year, int month);
bool calendar_is_date(int64_t year, int month, int day);
/* Milliseconds of DAY, HOUR, MINUTE, SECOND; 0 for MONTH and YEAR. */
int64_t calendar_unit_ms(enum time_unit u);
/* TIMESTAMP cut down, or up, to a unit; false on overflow. */
bool calendar_floor(int64_t ms, enum time_unit u, int64_t *out);
bool calendar_ceil(int64_t ms, enum time_unit u, int64_t *out);
/* Down to a multiple of step since 1970 (months: since 1970-01); step > 0. */
int64_t calendar_step_ms(int64_t ms, int64_t step_ms);
bool calendar_step_months(int64_t ms, int64_t step_months, int64_t *out);
/* Days plus months, to the month's last day if there is no such day (S-31); false on overflow. */
bool calendar_add_months(int64_t days, int64_t months, int64_t *out);
/* Complete months from b to a, both TIMESTAMPs (S-31). */
int64_t calendar_months_between(int64_t a_ms, int64_t b_ms);

/* Text forms of dialect L-15 and S-25; leading and trailing blanks are skipped. False: not of the form or
 * no such date. */
bool calendar_parse_date(const char *s, size_t n, int64_t *days);
bool calendar_parse_time(const char *s, size_t n, int64_t *ms);
bool calendar_parse_timestamp(const char *s, size_t n, int64_t *ms);
/* The one form that the text of a DATE, TIME or TIMESTAMP literal may have (dialect S-25): kind is
 * TYPE_DATE, TYPE_TIME or TYPE_TIMESTAMP; the value in days or milliseconds. */
bool calendar_parse_literal(const char *s, size_t n, enum type_kind kind, int64_t *out);
/* Text out; the room must be at least CALENDAR_TEXT_MAX; returns the length. */
enum { CALENDAR_TEXT_MAX = 40 };
size_t calendar_format_date(char *out, int64_t days);
size_t calendar_format_time(char *out, int64_t ms);      /* 13:45:00, .250 only when not zero */
size_t calendar_format_timestamp(char *out, int64_t ms); /* always 3 fraction digits */
/* Interval literals and texts (scalar sheet, section 10); t gives the fields, and a precision that the first field must
 * keep to. Blanks around are skipped. The value is in milliseconds or months. */
bool interval_parse(const char *s, size_t n, struct type t, int64_t *out);
size_t interval_format(char *out, int64_t value, struct type t);

#endif
