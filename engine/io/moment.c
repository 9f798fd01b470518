/* moment.c: times as texts, by the letters of moment.js (https://momentjs.com/docs/#/displaying/format/), in UTC. */

#include <stdio.h>

#include "base/number.h"
#include "data/calendar.h"
#include "io/template_impl.h"

static const char *const months[] = { "January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December" };
static const char *const weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday" };

const char *moment_month(int month)
{
    return months[month - 1];
}

const char *moment_weekday(int weekday)
{
    return weekdays[weekday];
}

struct moment {
    int64_t      ms;
    struct civil c;
    int          weekday, year_day; /* from 0: Sunday; from 1 */
};

static struct moment moment_of(int64_t ms)
{
    struct moment m = { .ms = ms };
    calendar_from_ms(ms, &m.c);
    int64_t days = calendar_days(m.c.year, m.c.month, m.c.day);
    m.weekday = (int)(((days + 4) % 7 + 7) % 7);
    m.year_day = (int)(days - calendar_days(m.c.year, 1, 1)) + 1;
    return m;
}

static void number(struct buf *out, int64_t n, int width)
{
    char   digits[24];
    size_t size = number_format_i64(digits, n);
    for (int i = (int)size; i < width; i++) buf_append_char(out, '0');
    buf_append(out, digits, size);
}

static const char *ordinal(int n)
{
    if (n / 10 % 10 == 1) return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static void fraction(struct buf *out, int ms, size_t digits)
{
    char text[16];
    snprintf(text, sizeof text, "%03d000000", ms);
    buf_append(out, text, digits > 9 ? 9 : digits);
}

static int hour12(int hour)
{
    return hour % 12 == 0 ? 12 : hour % 12;
}

/* One run of a letter. False: it has no meaning, and stands for itself. */
static bool letter(const struct moment *m, char letter, size_t n, struct buf *out)
{
    const struct civil *c = &m->c;
    int width = n == 2 ? 2 : 1;
    switch (letter) {
    case 'Y':
        if (n == 2) number(out, c->year % 100, 2);
        else number(out, c->year, n == 4 ? 4 : 1);
        return true;
    case 'Q': number(out, (c->month + 2) / 3, 1); return true;
    case 'M':
        if (n >= 3)
            buf_append(out, months[c->month - 1], n == 3 ? 3 : strlen(months[c->month - 1]));
        else number(out, c->month, width);
        return true;
    case 'D': number(out, n > 2 ? m->year_day : c->day, n == 4 ? 3 : width); return true;
    case 'd':
        if (n == 1) number(out, m->weekday, 1);
        else buf_append(out, weekdays[m->weekday], n < 4 ? n : strlen(weekdays[m->weekday]));
        return true;
    case 'E': number(out, m->weekday ? m->weekday : 7, 1); return true;
    case 'e': number(out, m->weekday, 1); return true;
    case 'H': number(out, c->hour, width); return true;
    case 'h': number(out, hour12(c->hour), width); return true;
    case 'k': number(out, c->hour ? c->hour : 24, width); return true;
    case 'm': number(out, c->minute, width); return true;
    case 's': number(out, c->second, width); return true;
    case 'S': fraction(out, c->millisecond, n); return true;
    case 'A': buf_append_c(out, c->hour < 12 ? "AM" : "PM"); return true;
    case 'a': buf_append_c(out, c->hour < 12 ? "am" : "pm"); return true;
    case 'Z': buf_append_c(out, n == 1 ? "+00:00" : "+0000"); return true;
    case 'z': buf_append_c(out, "UTC"); return true;
    case 'X': number(out, m->ms / 1000, 1); return true;
    case 'x': number(out, m->ms, 1); return true;
    default:  return false;
    }
}

/* How many of a letter make one token: YYYYYYYY is YYYY twice. */
static size_t token_max(char c)
{
    switch (c) {
    case 'Y': case 'M': case 'D': case 'd': return 4;
    case 'S': return 9;
    case 'H': case 'h': case 'k': case 'm': case 's': case 'Z': return 2;
    default:  return 1;
    }
}

void moment_format(int64_t ms, struct str format, struct buf *out)
{
    struct moment m = moment_of(ms);
    const char *p = str_data(&format), *end = p + format.len;
    while (p < end) {
        const char *close = *p == '[' ? memchr(p, ']', (size_t)(end - p)) : NULL;
        if (close) {
            buf_append(out, p + 1, (size_t)(close - p - 1));
            p = close + 1;
            continue;
        }
        if (end - p >= 2 && p[0] == 'D' && p[1] == 'o') {
            buf_printf(out, "%d%s", m.c.day, ordinal(m.c.day));
            p += 2;
            continue;
        }
        size_t n = 1, most = token_max(*p);
        while (n < most && p + n < end && p[n] == *p) n++;
        if (!letter(&m, *p, n, out)) buf_append_char(out, *p);
        p += n;
    }
}

void moment_format_date(int64_t ms, struct buf *out)
{
    moment_format(ms, str_c("ddd MMM DD YYYY HH:mm:ss [GMT+0000 (Coordinated Universal Time)]"),
                  out);
}
