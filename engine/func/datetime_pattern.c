/*
 * datetime_pattern.c: patterns of SimpleDateFormat taken apart, and datetimes written by them.
 *
 * A pattern becomes a list of parts: runs of one letter, and text between them. What a letter means and how it is
 * padded is in the table of the scalar sheet, section 12. Reading is in datetime_parse.c.
 *
 *     yyyy-MM-dd'T'HH   =>   y*4  "-"  M*2  "-"  d*2  "T"  H*2
 */

#include "func/datetime_pattern.h"

#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

const char *const datetime_months[12] = {
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
};
const char *const datetime_weekdays[7] = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};

/* ---- compiling ---- */

static const char letters[] = "yMdDEuHkKhamsSzZXGwWFY";

/* Digits that any field may have: those of a year that no calendar knows. */
enum { FIELD_BYTES_MAX = 21, ZONE_LETTERS_MAX = 3 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct compiler {
    struct datetime_pattern *out;
    char                    *text; /* where the next byte of literal text goes */
};

static void add_text(struct compiler *c, char byte)
{
    struct datetime_pattern *p = c->out;
    struct pattern_part *last = p->n_parts > 0 ? &p->parts[p->n_parts - 1] : NULL;
    if (!last || last->letter != 0) {
        last = &p->parts[p->n_parts++];
        *last = (struct pattern_part){ .text = c->text };
    }
    *c->text++ = byte;
    last->n++;
    p->size_max++;
}

static void add_field(struct compiler *c, char letter, size_t count)
{
    struct datetime_pattern *p = c->out;
    p->parts[p->n_parts++] = (struct pattern_part){ .letter = letter, .count = (uint32_t)count };
    p->size_max += count + FIELD_BYTES_MAX;
    if (letter == 'y' && count <= 2) p->needs_now = true;
}

/* Text between quotes from s[1] on; returns the bytes with both quotes, 0 if the second one is missing. */
static size_t add_quoted(struct compiler *c, const char *s, size_t n)
{
    if (n > 1 && s[1] == '\'') {
        add_text(c, '\'');
        return 2;
    }
    for (size_t i = 1; i < n; i++) {
        if (s[i] != '\'') {
            add_text(c, s[i]);
        } else if (i + 1 < n && s[i + 1] == '\'') {
            add_text(c, s[i++]);
        } else {
            return i + 1;
        }
    }
    return 0;
}

static size_t run_length(const char *s, size_t n)
{
    size_t count = 1;
    while (count < n && s[count] == s[0]) count++;
    return count;
}

const char *datetime_pattern_compile(struct arena *a, const char *s, size_t n,
                                     struct datetime_pattern *out)
{
    *out = (struct datetime_pattern){ .parts = arena_array(a, n + 1, sizeof *out->parts) };
    struct compiler c = { out, arena_alloc(a, n + 1) };
    for (size_t i = 0; i < n;) {
        if (s[i] == '\'') {
            size_t used = add_quoted(&c, s + i, n - i);
            if (used == 0) return "bad date/time pattern: a quote is not closed";
            i += used;
        } else if (is_letter(s[i])) {
            size_t count = run_length(s + i, n - i);
            if (!strchr(letters, s[i])) {
                return str_format_c(a, "bad date/time pattern: letter %c means nothing", s[i]);
            }
            if (s[i] == 'X' && count > ZONE_LETTERS_MAX) {
                return "bad date/time pattern: X stands at most three times";
            }
            add_field(&c, s[i], count);
            i += count;
        } else {
            add_text(&c, s[i++]);
        }
    }
    return NULL;
}

/* ---- fields ---- */

/* Number of the week that a day (from 0) is in, when day 0 has this weekday. */
static int week_of(int day, int first_weekday)
{
    return (day + first_weekday) / 7 + 1;
}

void datetime_fields_of(int64_t days, int64_t ms_of_day, struct datetime_fields *out)
{
    struct civil c;
    calendar_from_days(days, &c);
    int weekday = (int)(((days % 7) + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
    int day_of_year = c.day;
    for (int m = 1; m < c.month; m++) day_of_year += calendar_month_days(c.year, m);
    int days_of_year = 337 + calendar_month_days(c.year, 2);
    int year_begins = ((weekday - (day_of_year - 1)) % 7 + 7) % 7;
    int month_begins = ((weekday - (c.day - 1)) % 7 + 7) % 7;
    bool next = day_of_year - weekday + 6 > days_of_year; /* its Saturday is in the next year */
    int second = (int)(ms_of_day / MS_PER_SECOND);
    *out = (struct datetime_fields){
        .year = c.year,
        .week_year = next ? c.year + 1 : c.year,
        .month = c.month,
        .day = c.day,
        .day_of_year = day_of_year,
        .week_of_year = next ? 1 : week_of(day_of_year - 1, year_begins),
        .week_of_month = week_of(c.day - 1, month_begins),
        .weekday_in_month = (c.day - 1) / 7 + 1,
        .weekday = weekday,
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
        .millisecond = (int)(ms_of_day % MS_PER_SECOND),
    };
}

/* ---- writing ---- */

static size_t put_number(char *out, int64_t v, uint32_t width)
{
    char digits[24];
    size_t n = 0, at = 0;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do digits[n++] = (char)('0' + u % 10);
    while ((u /= 10) > 0);
    if (v < 0) out[at++] = '-';
    for (size_t i = n; i < width; i++) out[at++] = '0';
    while (n > 0) out[at++] = digits[--n];
    return at;
}

static size_t put_name(char *out, const char *name, uint32_t count)
{
    size_t n = count >= 4 ? strlen(name) : 3;
    memcpy(out, name, n);
    return n;
}

static size_t put_text(char *out, const char *text)
{
    size_t n = strlen(text);
    memcpy(out, text, n);
    return n;
}

static size_t put_year(char *out, int64_t year, uint32_t count)
{
    int64_t of_era = year > 0 ? year : 1 - year;
    return count == 2 ? put_number(out, of_era % 100, 2) : put_number(out, of_era, count);
}

static size_t put_field(char *out, const struct pattern_part *p, const struct datetime_fields *f)
{
    int half = f->hour % 12;
    switch (p->letter) {
    case 'y': return put_year(out, f->year, p->count);
    case 'Y': return put_year(out, f->week_year, p->count);
    case 'M':
        if (p->count >= 3) return put_name(out, datetime_months[f->month - 1], p->count);
        return put_number(out, f->month, p->count);
    case 'E': return put_name(out, datetime_weekdays[f->weekday], p->count);
    case 'a': return put_text(out, f->hour < 12 ? "AM" : "PM");
    case 'G': return put_text(out, f->year > 0 ? "AD" : "BC");
    case 'z': return put_text(out, "UTC");
    case 'Z': return put_text(out, "+0000");
    case 'X': return put_text(out, "Z");
    case 'd': return put_number(out, f->day, p->count);
    case 'D': return put_number(out, f->day_of_year, p->count);
    case 'u': return put_number(out, f->weekday == 0 ? 7 : f->weekday, p->count);
    case 'H': return put_number(out, f->hour, p->count);
    case 'k': return put_number(out, f->hour == 0 ? 24 : f->hour, p->count);
    case 'K': return put_number(out, half, p->count);
    case 'h': return put_number(out, half == 0 ? 12 : half, p->count);
    case 'm': return put_number(out, f->minute, p->count);
    case 's': return put_number(out, f->second, p->count);
    case 'S': return put_number(out, f->millisecond, p->count);
    case 'w': return put_number(out, f->week_of_year, p->count);
    case 'W': return put_number(out, f->week_of_month, p->count);
    default: return put_number(out, f->weekday_in_month, p->count);
    }
}

size_t datetime_format(const struct datetime_pattern *p, int64_t days, int64_t ms_of_day,
                       char *out)
{
    struct datetime_fields f;
    datetime_fields_of(days, ms_of_day, &f);
    size_t at = 0;
    for (uint32_t i = 0; i < p->n_parts; i++) {
        const struct pattern_part *part = &p->parts[i];
        if (part->letter) {
            at += put_field(out + at, part, &f);
        } else {
            memcpy(out + at, part->text, part->n);
            at += part->n;
        }
    }
    return at;
}
