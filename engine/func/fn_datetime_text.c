/*
 * fn_datetime_text.c: datetimes to text and back by a pattern: TIMESTAMP_TO_CHAR and CHAR_TO_TIMESTAMP with
 * their relatives for DATE and TIME.
 *
 * What a pattern means is in datetime_pattern.h. One that is constant is compiled when the call is bound, and a bad
 * one is refused there; another one is compiled for each row, unless it is that of the row before. Years of two digits
 * depend on the current time, which then is an argument behind the others: that of the start, so that a replay reads
 * them alike.
 */

#include "func/bind.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/datetime_pattern.h"
#include "func/kernel.h"
#include "func/text_room.h"

/* ---- patterns ---- */

/* The pattern of a row, and how far it is known. */
struct row_pattern {
    const struct datetime_pattern *pattern; /* NULL: it is bad, for the reason in `wrong` */
    struct datetime_pattern        made;
    struct str                     text;
    bool                           compiled;
    const char                    *wrong;
};

static const struct datetime_pattern *pattern_of(struct kernel_call *k, uint32_t row,
                                                 struct row_pattern *last)
{
    if (k->bound) return k->bound;
    struct str text = arg_str(k, 0)[sluice_at(&k->args[0], row)];
    if (!last->compiled || !str_equal(&text, &last->text)) {
        struct arena *scratch = ((struct call_host *)k)->scratch;
        last->text = text;
        last->compiled = true;
        last->wrong = datetime_pattern_compile(scratch, str_data(&last->text), text.len,
                                               &last->made);
        last->pattern = last->wrong ? NULL : &last->made;
    }
    if (!last->pattern) sluice_fault(k, row, SLUICE_FAULT_PATTERN, "%s", last->wrong);
    return last->pattern;
}

static bool bind_pattern(struct fn_bind *b)
{
    if (!bind_has_constant(b, 0)) return true;
    struct str text = bind_constant_str(b, 0);
    struct datetime_pattern *p = sluice_bind_alloc(b, sizeof *p);
    b->refusal = datetime_pattern_compile(b->host, str_data(&text), text.len, p);
    b->bound = p;
    return !b->refusal;
}

static bool bind_reading(struct fn_bind *b)
{
    if (!bind_pattern(b)) return false;
    const struct datetime_pattern *p = b->bound;
    b->needs_now = !p || p->needs_now;
    return true;
}

/* ---- to text ---- */

/* Room to write one text in, as long as the longest so far can become. */
struct writer {
    struct row_pattern pattern;
    struct text_room   room;
    char              *line;
    size_t             size;
};

static void write_row(struct kernel_call *k, uint32_t row, int64_t days, int64_t ms_of_day,
                      struct writer *w)
{
    const struct datetime_pattern *p = pattern_of(k, row, &w->pattern);
    result_str(k)[row] = STR_EMPTY;
    if (!p) return;
    if (p->size_max > w->size) {
        w->size = p->size_max;
        w->line = arena_alloc(((struct call_host *)k)->scratch, w->size);
    }
    size_t n = datetime_format(p, days, ms_of_day, w->line);
    result_str(k)[row] = text_room_put(k, &w->room, w->line, n);
}

/* The text `null` for a NULL timestamp is the dialect's (S-33). */
static void timestamp_to_char(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 1);
    const uint32_t mask = arg_mask(k, 1);
    struct writer w = { .size = 0 };
    FOR_ROWS(k, row)
    {
        if (sluice_is_null(&k->args[0], row)) {
            sluice_set_null(k, row);
        } else if (sluice_is_null(&k->args[1], row)) {
            result_str(k)[row] = str_c("null");
        } else {
            int64_t v = a[row & mask], rest = calendar_ms_of_day(v);
            int64_t days = v / MS_PER_DAY - (v % MS_PER_DAY < 0);
            write_row(k, row, days, rest, &w);
        }
    }
}

static void date_to_char(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 1);
    const uint32_t mask = arg_mask(k, 1);
    struct writer w = { .size = 0 };
    FOR_ROWS(k, row) write_row(k, row, a[row & mask], 0, &w);
}

static void time_to_char(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 1);
    const uint32_t mask = arg_mask(k, 1);
    struct writer w = { .size = 0 };
    FOR_ROWS(k, row) write_row(k, row, 0, calendar_ms_of_day(a[row & mask]), &w);
}

/* ---- from text ---- */

/* Where nobody says what time it is, it is 1970. */
static int64_t now_of(const struct kernel_call *k, uint32_t row)
{
    return k->n_args > 2 ? k->args[2].i64[sluice_at(&k->args[2], row)] : 0;
}

/* Milliseconds since 1970 for each row that can be read. */
static void read_rows(struct kernel_call *k, enum type_kind kind)
{
    const struct str *s = arg_str(k, 1);
    const uint32_t mask = arg_mask(k, 1);
    int64_t *out = k->result->i64;
    struct row_pattern last = { .compiled = false };
    FOR_ROWS(k, row)
    {
        const struct str *x = &s[row & mask];
        const struct datetime_pattern *p = pattern_of(k, row, &last);
        int64_t ms = 0;
        if (p && !datetime_parse(p, str_data(x), x->len, now_of(k, row), &ms)) {
            sluice_fault(k, row, SLUICE_FAULT_CANNOT_CONVERT_DATETIME,
                         "cannot convert '%.*s' to %s by its pattern", STR_ARG(*x),
                         kind == TYPE_DATE ? "DATE" : kind == TYPE_TIME ? "TIME"
                                                                        : "TIMESTAMP");
        }
        int64_t time = calendar_ms_of_day(ms);
        out[row] = kind == TYPE_TIME ? time : kind == TYPE_DATE ? (ms - time) / MS_PER_DAY
                                                                : ms;
    }
}

static void char_to_timestamp(struct kernel_call *k)
{
    read_rows(k, TYPE_TIMESTAMP);
}

static void char_to_date(struct kernel_call *k)
{
    read_rows(k, TYPE_DATE);
}

static void char_to_time(struct kernel_call *k)
{
    read_rows(k, TYPE_TIME);
}

/* ---- rows ---- */

#define TO_CHAR(called, param, class, run, null_rule, text, example)         \
    {                                                                        \
        .name = called,                                                      \
        .group = "Datetimes",                                                \
        .args = { PARAM("pattern", SLUICE_CLASS_TEXT), PARAM(param, class) },  \
        .returns = { .kind = SLUICE_VARCHAR },                               \
        .nulls = null_rule,                                                  \
        .errors = "22023",                                                   \
        .bind = bind_pattern,                                                \
        .kernel = run,                                                       \
        .doc = text,                                                         \
        .examples = example,                                                 \
    }

#define FROM_CHAR(called, kind_of, run, text, example)                                   \
    {                                                                                    \
        .name = called,                                                                  \
        .group = "Datetimes",                                                            \
        .args = { PARAM("pattern", SLUICE_CLASS_TEXT), PARAM("text", SLUICE_CLASS_TEXT) }, \
        .returns = { .kind = kind_of },                                                  \
        .errors = "22007 22023",                                                         \
        .bind = bind_reading,                                                            \
        .kernel = run,                                                                   \
        .doc = text,                                                                     \
        .examples = example,                                                             \
    }

const struct fn_def fn_datetime_text[] = {
    TO_CHAR("TIMESTAMP_TO_CHAR", "ts", SLUICE_CLASS_TIMESTAMP, timestamp_to_char,
            SLUICE_SEES_NULLS,
            "ts written by a pattern of SimpleDateFormat's letters; a NULL ts is the text null.",
            "TIMESTAMP_TO_CHAR('EEE, d MMM yyyy', TIMESTAMP '2026-01-31 13:05:09') => "
            "\"Sat, 31 Jan 2026\"\n"
            "TIMESTAMP_TO_CHAR('yyyy-MM-dd''T''HH:mm:ss.SSSX', "
            "TIMESTAMP '2026-01-31 13:05:09.042') => \"2026-01-31T13:05:09.042Z\""),
    TO_CHAR("DATE_TO_CHAR", "d", SLUICE_CLASS_DATE, date_to_char, SLUICE_STRICT,
            "d written by a pattern of SimpleDateFormat's letters.",
            "DATE_TO_CHAR('dd.MM.yyyy', DATE '2026-01-31') => \"31.01.2026\""),
    TO_CHAR("TIME_TO_CHAR", "t", SLUICE_CLASS_TIME, time_to_char, SLUICE_STRICT,
            "t written by a pattern of SimpleDateFormat's letters.",
            "TIME_TO_CHAR('h:mm a', TIME '13:05:09') => \"1:05 PM\""),
    FROM_CHAR("CHAR_TO_TIMESTAMP", SLUICE_TIMESTAMP, char_to_timestamp,
              "The beginning of the text read by a pattern of SimpleDateFormat's letters; fields "
              "that it lacks are those of 1970-01-01 00:00:00.",
              "CHAR_TO_TIMESTAMP('dd/MMM/yyyy:HH:mm:ss Z', '02/Nov/2021:20:40:55 -0500') => "
              "\"2021-11-03 01:40:55.000\"\n"
              "CHAR_TO_TIMESTAMP('yyyy-MM', '2014-07-08') => \"2014-07-01 00:00:00.000\""),
    FROM_CHAR("CHAR_TO_DATE", SLUICE_DATE, char_to_date,
              "The day that a text read by a pattern of SimpleDateFormat's letters names.",
              "CHAR_TO_DATE('MMM d, yyyy', 'Jan 31, 2026') => \"2026-01-31\""),
    FROM_CHAR("CHAR_TO_TIME", SLUICE_TIME, char_to_time,
              "The time of day that a text read by a pattern of SimpleDateFormat's letters names.",
              "CHAR_TO_TIME('hh:mm a', '11:15 PM') => \"23:15:00\""),
    { .name = NULL },
};
