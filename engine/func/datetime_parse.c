/*
 * datetime_parse.c: datetimes read by a pattern, strictly.
 *
 * The pattern's parts are read one after the other; each field that is there is noted. The day is
 * then made from the fields that name one best (month and day, else the day of the year, else a
 * week), and at the end every field that was read must be one of the day and time that came out: so
 * there is one rule for 31 February, for a Tuesday that was none and for hour 13 with AM.
 */

#include <string.h>

#include "func/datetime_pattern.h"

/* Fields are noted under their letter; hours of all kinds and E, u besides in fields of their own. */
struct reading {
    const char *p, *end;
    int64_t     value[128];
    bool        has[128];
    int64_t     zone_ms;
    bool        short_year; /* two digits: within a hundred years around now */
};

static void note(struct reading *r, char field, int64_t v)
{
    r->has[(unsigned char)field] = true;
    r->value[(unsigned char)field] = v;
}

static bool given(const struct reading *r, char field)
{
    return r->has[(unsigned char)field];
}

static int64_t value_or(const struct reading *r, char field, int64_t otherwise)
{
    return given(r, field) ? r->value[(unsigned char)field] : otherwise;
}

/* ---- pieces of text ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool take_word(struct reading *r, const char *word, size_t n)
{
    if ((size_t)(r->end - r->p) < n) return false;
    for (size_t i = 0; i < n; i++) {
        if (lower(r->p[i]) != lower(word[i])) return false;
    }
    r->p += n;
    return true;
}

static bool take_char(struct reading *r, char c)
{
    if (r->p == r->end || *r->p != c) return false;
    r->p++;
    return true;
}

/* Up to `most` digits, at least one; numbers past all ranges stop growing. */
static bool take_number(struct reading *r, size_t most, int64_t *out)
{
    const char *start = r->p;
    int64_t v = 0;
    while (r->p < r->end && *r->p >= '0' && *r->p <= '9' && (size_t)(r->p - start) < most) {
        if (v < INT64_C(1000000000000)) v = v * 10 + (*r->p - '0');
        r->p++;
    }
    *out = v;
    return r->p > start;
}

/* One of the names, whole or by its first three letters; from 0. */
static bool take_name(struct reading *r, const char *const *names, int n, int64_t *out)
{
    for (int i = 0; i < n; i++) {
        if (take_word(r, names[i], strlen(names[i])) || take_word(r, names[i], 3)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* ---- zones ---- */

/* Names that logs and mail headers use, as minutes east of UTC. */
static const struct {
    const char *name;
    int         minutes;
} zones[] = {
    { "UTC", 0 }, { "UT", 0 }, { "WET", 0 }, { "WEST", 60 }, { "BST", 60 }, { "CET", 60 },
    { "CEST", 120 }, { "EET", 120 }, { "EEST", 180 }, { "MSK", 180 }, { "IST", 330 },
    { "SGT", 480 }, { "HKT", 480 }, { "JST", 540 }, { "KST", 540 }, { "AEST", 600 },
    { "AEDT", 660 }, { "NZST", 720 }, { "NZDT", 780 }, { "NST", -210 }, { "AST", -240 },
    { "ADT", -180 }, { "EST", -300 }, { "EDT", -240 }, { "CST", -360 }, { "CDT", -300 },
    { "MST", -420 }, { "MDT", -360 }, { "PST", -480 }, { "PDT", -420 }, { "AKST", -540 },
    { "AKDT", -480 }, { "HST", -600 },
};

enum zone_form { ZONE_HH, ZONE_HHMM, ZONE_HH_MM, ZONE_H_MM };

/* A sign, hours and minutes. */
static bool take_offset(struct reading *r, enum zone_form form)
{
    int sign = take_char(r, '-') ? -1 : take_char(r, '+') ? 1
                                                          : 0;
    const char *start = r->p;
    int64_t hours, minutes = 0;
    if (sign == 0 || !take_number(r, 2, &hours) || hours > 23) return false;
    if (form != ZONE_H_MM && r->p - start != 2) return false;
    if ((form == ZONE_HH_MM || form == ZONE_H_MM) && !take_char(r, ':')) return false;
    start = r->p;
    if (form != ZONE_HH && (!take_number(r, 2, &minutes) || r->p - start != 2)) return false;
    r->zone_ms = sign * (hours * MS_PER_HOUR + minutes * MS_PER_MINUTE);
    return minutes < 60;
}

static bool take_zone_name(struct reading *r)
{
    if (take_word(r, "GMT", 3)) {
        bool more = r->p < r->end && (*r->p == '+' || *r->p == '-');
        return !more || take_offset(r, ZONE_H_MM);
    }
    size_t best = 0, found = 0;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct reading at = *r;
        size_t n = strlen(zones[i].name);
        if (n <= best || !take_word(&at, zones[i].name, n)) continue;
        best = n;
        found = i;
    }
    r->p += best;
    r->zone_ms = zones[found].minutes * MS_PER_MINUTE;
    return best > 0;
}

static bool take_zone(struct reading *r, char letter, uint32_t count)
{
    r->zone_ms = 0;
    if (letter == 'X') {
        if (take_char(r, 'Z')) return true;
        return take_offset(r, count == 1 ? ZONE_HH : count == 2 ? ZONE_HHMM
                                                                : ZONE_HH_MM);
    }
    bool sign = r->p < r->end && (*r->p == '+' || *r->p == '-');
    return sign ? take_offset(r, ZONE_HHMM) : take_zone_name(r);
}

/* ---- fields ---- */

static bool take_half_of_day(struct reading *r)
{
    bool am = take_word(r, "AM", 2);
    if (!am && !take_word(r, "PM", 2)) return false;
    note(r, 'a', am ? 0 : 1);
    return true;
}

static bool take_era(struct reading *r)
{
    bool ad = take_word(r, "AD", 2);
    if (!ad && !take_word(r, "BC", 2)) return false;
    note(r, 'G', ad ? 1 : 0);
    return true;
}

static bool take_weekday(struct reading *r)
{
    int64_t day;
    if (!take_name(r, datetime_weekdays, 7, &day)) return false;
    note(r, 'E', day);
    return true;
}

static bool take_numeric(struct reading *r, const struct pattern_part *part, bool abuts)
{
    const char *start = r->p;
    int64_t v;
    if (!take_number(r, abuts ? part->count : SIZE_MAX, &v)) return false;
    note(r, part->letter, v);
    if (part->letter == 'y') r->short_year = part->count <= 2 && r->p - start == 2;
    return true;
}

static bool take_month(struct reading *r, const struct pattern_part *part, bool abuts)
{
    int64_t month;
    if (!take_name(r, datetime_months, 12, &month)) return take_numeric(r, part, abuts);
    note(r, 'M', month + 1);
    return true;
}

/* abuts: another field follows without text between. */
static bool take_field(struct reading *r, const struct pattern_part *part, bool abuts)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t')) r->p++;
    switch (part->letter) {
    case 'M': return take_month(r, part, abuts);
    case 'E': return take_weekday(r);
    case 'a': return take_half_of_day(r);
    case 'G': return take_era(r);
    case 'z':
    case 'Z':
    case 'X': return take_zone(r, part->letter, part->count);
    default: return take_numeric(r, part, abuts);
    }
}

static bool read_parts(struct reading *r, const struct datetime_pattern *p)
{
    for (uint32_t i = 0; i < p->n_parts; i++) {
        const struct pattern_part *part = &p->parts[i];
        if (part->letter) {
            bool abuts = i + 1 < p->n_parts && p->parts[i + 1].letter != 0;
            if (!take_field(r, part, abuts)) return false;
        } else {
            if ((size_t)(r->end - r->p) < part->n || memcmp(r->p, part->text, part->n) != 0) {
                return false;
            }
            r->p += part->n;
        }
    }
    return true;
}

/* ---- the day ---- */

static int weekday_of(int64_t days)
{
    return (int)(((days % 7) + 7 + 4) % 7);
}

/* From 0 Sunday; a week without a day begins with it. */
static int64_t weekday_given(const struct reading *r)
{
    return given(r, 'E') ? value_or(r, 'E', 0) : value_or(r, 'u', 0) % 7;
}

/* The weekday in week 1, 2 ... of what begins with the day `first`. */
static int64_t day_of_week(int64_t first, int64_t week, int64_t weekday)
{
    return first - weekday_of(first) + (week - 1) * 7 + weekday;
}

static int64_t day_in_month(const struct reading *r, int64_t first)
{
    if (given(r, 'd')) return first + value_or(r, 'd', 1) - 1;
    if (given(r, 'W')) return day_of_week(first, value_or(r, 'W', 1), weekday_given(r));
    if (!given(r, 'F')) return first;
    int64_t ahead = (weekday_given(r) - weekday_of(first) + 7) % 7;
    return first + ahead + (value_or(r, 'F', 1) - 1) * 7;
}

/* The century that puts a year of two digits behind `start`'s year or on it. */
static int64_t whole_year(int64_t year, int64_t start_year)
{
    int64_t whole = start_year - start_year % 100 + year;
    return whole < start_year ? whole + 100 : whole;
}

static int64_t year_of(const struct reading *r, int64_t century_year)
{
    int64_t year = value_or(r, 'y', value_or(r, 'Y', 1970));
    if (r->short_year) year = whole_year(year, century_year);
    return given(r, 'G') && value_or(r, 'G', 1) == 0 ? 1 - year : year;
}

static bool find_day(const struct reading *r, int64_t year, int64_t *out)
{
    int64_t month = value_or(r, 'M', 1);
    if (month < 1 || month > 12) return false;
    int64_t begin = calendar_days(year, 1, 1);
    bool in_month = given(r, 'M') || given(r, 'd');
    if (!in_month && given(r, 'D')) *out = begin + value_or(r, 'D', 1) - 1;
    else if (!in_month && (given(r, 'w') || given(r, 'Y')))
        *out = day_of_week(begin, value_or(r, 'w', 1), weekday_given(r));
    else *out = day_in_month(r, calendar_days(year, (int)month, 1));
    return true;
}

/* ---- the time ---- */

static bool find_hour(const struct reading *r, int64_t *out)
{
    static const struct {
        char letter;
        int  first, last;
        bool half; /* needs AM or PM */
    } kinds[] = {
        { 'H', 0, 23, false }, { 'k', 1, 24, false }, { 'K', 0, 11, true }, { 'h', 1, 12, true }
    };
    bool found = false;
    int64_t hour = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!given(r, kinds[i].letter)) continue;
        int64_t v = value_or(r, kinds[i].letter, 0);
        if (v < kinds[i].first || v > kinds[i].last) return false;
        v %= kinds[i].half ? 12 : 24;
        if (kinds[i].half) v += 12 * value_or(r, 'a', found ? hour / 12 : 0);
        if (found && v != hour) return false;
        hour = v;
        found = true;
    }
    if (!found) hour = 12 * value_or(r, 'a', 0);
    *out = hour;
    return !given(r, 'a') || hour / 12 == value_or(r, 'a', 0);
}

static bool find_time(const struct reading *r, int64_t *out)
{
    int64_t hour, minute = value_or(r, 'm', 0), second = value_or(r, 's', 0);
    int64_t ms = value_or(r, 'S', 0);
    if (!find_hour(r, &hour) || minute > 59 || second > 59 || ms > 999) return false;
    *out = hour * MS_PER_HOUR + minute * MS_PER_MINUTE + second * MS_PER_SECOND + ms;
    return true;
}

/* ---- the whole ---- */

static bool agrees(const struct reading *r, char letter, int64_t actual)
{
    return value_or(r, letter, actual) == actual;
}

static bool all_agree(const struct reading *r, int64_t days, int64_t year)
{
    struct datetime_fields f;
    datetime_fields_of(days, 0, &f);
    return (!given(r, 'y') || f.year == year) && agrees(r, 'Y', f.week_year) &&
           agrees(r, 'M', f.month) && agrees(r, 'd', f.day) && agrees(r, 'D', f.day_of_year) &&
           agrees(r, 'E', f.weekday) && agrees(r, 'u', f.weekday == 0 ? 7 : f.weekday) &&
           agrees(r, 'w', f.week_of_year) && agrees(r, 'W', f.week_of_month) &&
           agrees(r, 'F', f.weekday_in_month);
}

/* 80 years before now: from there on, years of two digits count. */
static int64_t century_start(int64_t now_ms)
{
    int64_t days = (now_ms - calendar_ms_of_day(now_ms)) / MS_PER_DAY;
    return calendar_add_months(days, -80 * 12, &days)
               ? days * MS_PER_DAY + calendar_ms_of_day(now_ms)
               : now_ms;
}

static bool assemble(const struct reading *r, int64_t year, int64_t *ms)
{
    int64_t days, time;
    if ((value_or(r, 'y', 1) < 1 && !r->short_year) || value_or(r, 'Y', 1) < 1) return false;
    if (year > CALENDAR_YEAR_MAX || year < -CALENDAR_YEAR_MAX) return false;
    if (!find_day(r, year, &days) || !all_agree(r, days, year) || !find_time(r, &time))
        return false;
    *ms = days * MS_PER_DAY + time - r->zone_ms;
    return calendar_ms_in_range(*ms);
}

bool datetime_parse(const struct datetime_pattern *p, const char *s, size_t n, int64_t now_ms,
                    int64_t *ms)
{
    struct reading r = { .p = s, .end = s + n };
    if (!read_parts(&r, p)) return false;
    if (!r.short_year) return assemble(&r, year_of(&r, 0), ms);
    if (!calendar_ms_in_range(now_ms)) return false;
    int64_t start = century_start(now_ms), value;
    struct civil century;
    calendar_from_ms(start, &century);
    int64_t year = year_of(&r, century.year);
    if (!assemble(&r, year, &value)) return false;
    if (value < start && !assemble(&r, year + 100, &value)) return false;
    *ms = value;
    return true;
}
