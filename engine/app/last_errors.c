/* last_errors.c: rows of error_stream as lines. */

#include "app/last_errors.h"

#include <stdio.h>

#include "base/log.h"
#include "base/utf8.h"
#include "data/calendar.h"

enum { PLACE_BYTES = 512 };

/* ---- the log ---- */

/* A record that did not enter its stream: whose it is, and where it stands; a row of a query without a name. */
static void log_record(const struct error_told *e)
{
    struct log_field fields[4];
    size_t n = 0;
    char place[PLACE_BYTES] = "";
    fields[n++] = LOG_C("error", e->name);
    if (e->source.len) fields[n++] = LOG_S("source", e->source);
    if (e->path.len) {
        fields[n++] = LOG_S("where", e->path);
        fields[n++] = LOG_N("byte", e->byte);
        snprintf(place, sizeof place, " (record at byte %llu of %.*s)", (unsigned long long)e->byte,
                 STR_ARG(e->path));
    }
    if (e->source.len == 0)
        log_event(LOG_WARNING, fields, n, "row refused, %s: %.*s", e->name, STR_ARG(e->message));
    else
        log_event(LOG_WARNING, fields, n, "record of %.*s refused, %s: %.*s%s", STR_ARG(e->source),
                  e->name, STR_ARG(e->message), place);
}

void error_told_log(const struct error_told *e)
{
    if (e->pump.len == 0)
        log_record(e);
    else
        log_event(LOG_WARNING, LOG_FIELDS(LOG_S("pump", e->pump), LOG_C("error", e->name)),
                  "row refused by pump %.*s, %s: %.*s", STR_ARG(e->pump), e->name,
                  STR_ARG(e->message));
}

/* ---- the last ones ---- */

static void keep_text(char *out, size_t size, struct str text)
{
    size_t n = text.len;
    if (n > size - 1) n = utf8_prefix(str_data(&text), n, size / 4 - 1);
    memcpy(out, str_data(&text), n);
    out[n] = 0;
}

void last_errors_keep(struct last_errors *l, const struct error_told *e)
{
    struct kept_error *k = &l->items[l->count++ % ERRORS_KEPT];
    k->time = e->time;
    keep_text(k->name, sizeof k->name, str_c(e->name));
    keep_text(k->pump, sizeof k->pump, e->pump);
    keep_text(k->source, sizeof k->source, e->source);
    keep_text(k->message, sizeof k->message, e->message);
    keep_text(k->row, sizeof k->row, e->row);
}

static void print_error(const struct kept_error *k, bool whole, struct buf *out)
{
    buf_append_c(out, "  ");
    if (whole) {
        char time[CALENDAR_TEXT_MAX];
        buf_append(out, time, calendar_format_timestamp(time, k->time));
        buf_append_c(out, "  ");
    }
    if (k->pump[0]) buf_printf(out, "row of pump %s", k->pump);
    else if (k->source[0]) buf_printf(out, "record of %s", k->source);
    else buf_append_c(out, "row of a query");
    buf_printf(out, ", %s: %s\n", k->name, k->message);
    if (whole && k->row[0]) buf_printf(out, "    %s\n", k->row);
}

void last_errors_print(const struct last_errors *l, uint32_t most, bool whole, struct buf *out)
{
    uint64_t n = l->count < ERRORS_KEPT ? l->count : ERRORS_KEPT;
    if (n > most) n = most;
    for (uint64_t i = l->count - n; i < l->count; i++)
        print_error(&l->items[i % ERRORS_KEPT], whole, out);
}
