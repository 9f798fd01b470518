#ifndef FUNC_DATETIME_PATTERN_H
#define FUNC_DATETIME_PATTERN_H

/*
 * datetime_pattern.h: date and time patterns with the letters of Java's SimpleDateFormat (scalar sheet, section 12):
 * compiled once, then used to write datetimes and to read them. English names, UTC, strict.
 */

#include "base/arena.h"
#include "data/calendar.h"

/* A run of one letter, or text that stands for itself. */
struct pattern_part {
    char        letter; /* 0: text */
    uint32_t    count;  /* how many letters */
    const char *text;
    uint32_t    n;
};

struct datetime_pattern {
    struct pattern_part *parts;
    uint32_t             n_parts;
    size_t               size_max; /* bytes that a datetime takes at most */
    bool                 needs_now; /* reads years of two digits */
};

/* Compiles s[0..n) into the arena, where its texts are copied to. NULL, or one sentence that says what is wrong,
 * in the arena. */
const char *datetime_pattern_compile(struct arena *a, const char *s, size_t n,
                                     struct datetime_pattern *out);

/* Writes the day and the milliseconds since its midnight, any number of both; returns the bytes, at most size_max. */
size_t datetime_format(const struct datetime_pattern *p, int64_t days, int64_t ms_of_day,
                       char *out);

/* Reads the beginning of s[0..n); *ms in UTC since 1970. Years of two digits lie within -80 and +20 years of now_ms.
 * False: the text does not match, or there is no such time. */
bool datetime_parse(const struct datetime_pattern *p, const char *s, size_t n, int64_t now_ms,
                    int64_t *ms);

/* ---- what writing and reading share ---- */

/* A day and a time as a calendar of weeks sees them: Sunday begins a week, 1 January is in the first. */
struct datetime_fields {
    int64_t year;      /* proleptic: 0 is 1 BC */
    int64_t week_year;
    int     month, day, day_of_year;   /* from 1 */
    int     week_of_year, week_of_month, weekday_in_month;
    int     weekday;                   /* 0 Sunday .. 6 */
    int     hour, minute, second, millisecond;
};
void datetime_fields_of(int64_t days, int64_t ms_of_day, struct datetime_fields *out);

extern const char *const datetime_months[12];
extern const char *const datetime_weekdays[7]; /* Sunday first */

#endif
