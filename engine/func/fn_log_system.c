/*
 * fn_log_system.c: SYS_LOG_PARSE: lines of syslog as RFC 3164 has them (section 8.5 of the aggregates sheet).
 *
 *     <13>Feb  5 17:32:18 host su: message     =>     COLUMN1 2026-02-05 17:32:18.000, COLUMN2 host su: message
 *
 * A line has no year; it is the one that brings the time nearest to the row's.
 */

#include "data/calendar.h"
#include "func/builtin.h"
#include "func/datetime_pattern.h"
#include "func/record.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Two digits below `limit`; blank: the first one may be one. */
static bool two_digits(const char *p, bool blank, int limit, int *out)
{
    if (!(is_digit(p[0]) || (blank && p[0] == ' ')) || !is_digit(p[1])) return false;
    *out = (p[0] == ' ' ? 0 : p[0] - '0') * 10 + (p[1] - '0');
    return *out < limit;
}

/* Month 1-12 by the first three letters of its name; 0: it is none. */
static int month_of(const char *p)
{
    for (int m = 0; m < 12; m++) {
        if (memcmp(p, datetime_months[m], 3) == 0) return m + 1;
    }
    return 0;
}

static const char *behind_priority(const char *p, const char *end)
{
    if (p == end || *p != '<') return p;
    const char *at = p + 1;
    while (at < end && is_digit(*at)) at++;
    return at > p + 1 && at < end && *at == '>' ? at + 1 : p;
}

enum { TIME_BYTES = 16 }; /* "Mon DD HH:MM:SS " */

/* The time at p without its year; false: there is none. */
static bool read_time(const char *p, const char *end, struct civil *out)
{
    if (end - p < TIME_BYTES) return false;
    *out = (struct civil){ .month = month_of(p) };
    bool separated = p[3] == ' ' && p[6] == ' ' && p[9] == ':' && p[12] == ':' && p[15] == ' ';
    return out->month > 0 && separated && two_digits(p + 4, true, 32, &out->day) && out->day > 0 &&
           two_digits(p + 7, false, 24, &out->hour) &&
           two_digits(p + 10, false, 60, &out->minute) &&
           two_digits(p + 13, false, 60, &out->second);
}

static uint64_t distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* The time in that year, of those in which there is such a day, that lies nearest to `rowtime`. A leap year may be
 * eight years away. */
static bool nearest_year(struct civil c, int64_t rowtime, int64_t *out)
{
    struct civil row;
    calendar_from_ms(rowtime, &row);
    bool found = false;
    for (int64_t year = row.year - 8; year <= row.year + 8; year++) {
        if (!calendar_is_date(year, c.month, c.day)) continue;
        c.year = year;
        int64_t ms = calendar_ms(&c);
        if (!found || distance(ms, rowtime) < distance(*out, rowtime)) *out = ms;
        found = true;
    }
    return found && calendar_ms_in_range(*out);
}

static bool read_line(const struct str *line, int64_t rowtime, struct record_writer *w)
{
    const char *end = str_data(line) + line->len, *p = behind_priority(str_data(line), end);
    struct civil c;
    int64_t ms = 0;
    if (!calendar_ms_in_range(rowtime)) return false;
    if (!read_time(p, end, &c) || !nearest_year(c, rowtime, &ms)) return false;
    char text[CALENDAR_TEXT_MAX];
    record_begin(w, 2);
    record_put(w, 0, text, calendar_format_timestamp(text, ms));
    record_put(w, 1, p + TIME_BYTES, (size_t)(end - p) - TIME_BYTES);
    return true;
}

static void sys_log_parse(struct kernel_call *k)
{
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct record_writer w = { .b.data = NULL };
    FOR_ROWS(k, row)
    {
        int64_t rowtime = k->n_args > 1 ? arg_i64(k, 1)[row & arg_mask(k, 1)] : 0;
        result_str(k)[row] = STR_EMPTY;
        if (read_line(&lines[row & mask], rowtime, &w)) record_end(&w, k, row);
        else sluice_set_null(k, row);
    }
    record_free(&w);
}

static bool bind_sys_log(struct fn_bind *b)
{
    struct sluice_record_field *fields = record_numbered(b, 2);
    fields[0].type = fn_public_type(type_of(TYPE_TIMESTAMP));
    b->needs_rowtime = true;
    return bind_record(b, fields, 2);
}

const struct fn_def fn_log_system[] = {
    {
        .name = "SYS_LOG_PARSE",
        .group = "Log parsing",
        .args = { PARAM("line", SLUICE_CLASS_TEXT) },
        .errors = "",
        .bind = bind_sys_log,
        .kernel = sys_log_parse,
        .doc = "A record of a syslog line: COLUMN1 is its time, in the year that is nearest to the "
               "row's time, COLUMN2 what follows.",
        .examples = "",
    },
    { .name = NULL },
};
