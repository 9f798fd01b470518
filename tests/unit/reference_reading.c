/*
 * reference_reading.c: datetimes read by a pattern of SimpleDateFormat's letters (sheet of scalar functions, 12), a
 * field after the other; for the years 1 to 9999 written in full, without week numbers.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "reference.h"

static const struct reference none = { .kind = REFERENCE_NONE };

const char *const reference_months[] = { "January", "February", "March",     "April",
                                         "May",     "June",     "July",      "August",
                                         "September", "October", "November", "December" };
const char *const reference_days[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday" };

struct reading {
    const char *s;
    int year, month, day, yday, weekday; /* month and day from 1; yday, weekday: -1 not given */
    int hour, half, minute, second, ms;  /* half: 12 for PM */
    int shift;                           /* minutes east of UTC */
};

/* All digits there are, or at most so many. */
static bool number(struct reading *r, int most, int low, int high, int *out)
{
    long v = 0;
    int n = 0;
    for (; n < most && *r->s >= '0' && *r->s <= '9'; n++)
        v = v > 100000 ? v : v * 10 + (*r->s++ - '0');
    while (n == most && most == 1000 && *r->s >= '0' && *r->s <= '9') r->s++;
    *out = (int)v;
    return n > 0 && v >= low && v <= high;
}

/* A whole name or its first three letters; the longer counts. */
static int name(struct reading *r, const char *const *names, int n)
{
    for (int size = 20; size >= 3; size -= 17)
        for (int i = 0; i < n; i++) {
            size_t length = size == 3 ? 3 : strlen(names[i]);
            if (strncasecmp(r->s, names[i], length) != 0) continue;
            r->s += length;
            return i;
        }
    return -1;
}

static bool zone(struct reading *r)
{
    int sign = *r->s == '-' ? -1 : 1, h, m;
    if (*r->s != '-' && *r->s != '+') return false;
    const char *start = ++r->s;
    if (!number(r, 2, 0, 23, &h) || !number(r, 2, 0, 59, &m) || r->s - start != 4) return false;
    r->shift = sign * (h * 60 + m);
    return true;
}

static bool field(struct reading *r, char letter, int most, bool *known)
{
    int v;
    while (*r->s == ' ') r->s++;
    switch (letter) {
    case 'y':
        if (!number(r, most, 0, 10000000, &r->year)) return false;
        *known = r->year >= 1 && r->year <= 9999;
        return *known;
    case 'M':
        if (*r->s >= '0' && *r->s <= '9') return number(r, most, 1, 12, &r->month);
        r->month = name(r, reference_months, 12) + 1;
        return r->month > 0;
    case 'd': return number(r, most, 1, 31, &r->day);
    case 'D': return number(r, most, 1, 366, &r->yday);
    case 'E': return (r->weekday = name(r, reference_days, 7)) >= 0;
    case 'H': return number(r, most, 0, 23, &r->hour);
    case 'K': return number(r, most, 0, 11, &r->hour);
    case 'k':
    case 'h':
        if (!number(r, most, 1, letter == 'k' ? 24 : 12, &v)) return false;
        r->hour = v % (letter == 'k' ? 24 : 12);
        return true;
    case 'a':
        if (strncasecmp(r->s, "AM", 2) != 0 && strncasecmp(r->s, "PM", 2) != 0) return false;
        r->half = tolower((unsigned char)*r->s) == 'p' ? 12 : 0;
        r->s += 2;
        return true;
    case 'm': return number(r, most, 0, 59, &r->minute);
    case 's': return number(r, most, 0, 59, &r->second);
    case 'S': return number(r, most, 0, 999, &r->ms);
    case 'Z': return zone(r);
    default: *known = false; return false;
    }
}

/* The milliseconds that the fields come to; false: there is no such day. */
static bool together(const struct reading *r, int64_t *ms)
{
    struct tm t = { .tm_year = r->year - 1900, .tm_mon = r->month - 1, .tm_mday = r->day };
    if (r->yday >= 0) {
        t.tm_mon = 0;
        t.tm_mday = r->yday;
    }
    time_t day = timegm(&t);
    if (t.tm_year != r->year - 1900) return false;
    if (r->yday < 0 && (t.tm_mon != r->month - 1 || t.tm_mday != r->day)) return false;
    if (r->weekday >= 0 && t.tm_wday != r->weekday) return false;
    int64_t minutes = (int64_t)(r->hour + r->half) * 60 + r->minute - r->shift;
    *ms = (int64_t)day * 1000 + minutes * 60000 + r->second * 1000 + r->ms;
    return true;
}

struct reference reference_reading(const struct reference_call *c)
{
    if (strncmp(c->name, "CHAR_TO_", 8) != 0) return none;
    const char *pattern = str_to_c(c->arena, c->args[0].str);
    struct reading r = { .s = str_to_c(c->arena, c->args[1].str), .year = 1970, .month = 1,
                         .day = 1, .yday = -1, .weekday = -1 };
    const struct reference bad = reference_fault(ERR_CANNOT_CONVERT_DATETIME);
    bool known = true;
    for (const char *p = pattern; *p;) {
        int n = 1;
        if (!isalpha((unsigned char)*p)) {
            if (*r.s++ != *p++) return bad;
            continue;
        }
        while (p[n] == *p) n++;
        if (*p == 'y' && n < 3) return none;
        bool adjacent = isalpha((unsigned char)p[n]);
        if (!field(&r, *p, adjacent ? n : 1000, &known)) return known ? bad : none;
        p += n;
    }
    int64_t ms, day = 86400000;
    if (!together(&r, &ms)) return bad;
    int64_t rest = (ms % day + day) % day;
    if (c->result.kind == TYPE_TIME) return reference_i64(rest);
    return reference_i64(c->result.kind == TYPE_DATE ? (ms - rest) / day : ms);
}
