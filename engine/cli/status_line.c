/*
 * status_line.c: parts in the order of their weight, joined while there is room.
 *
 *     in 152,000/s, out 2,300/s, 0 errors, lag 0 ms, 45 %, time 2018-03-18 03:20:00, 3 open windows, 1,234,567 records
 *
 * What does not work stands before all others.
 */

#include "cli/status_line.h"

#include <stdio.h>

#include "base/utf8.h"
#include "data/calendar.h"

struct line {
    struct buf *out;
    size_t start, columns;
};

const char *status_grouped(uint64_t n, char out[32])
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    int at = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static void put(struct line *l, const char *part)
{
    bool first = l->out->len == l->start;
    size_t used = first ? 0 : utf8_length(l->out->data + l->start, l->out->len - l->start) + 2;
    if (used + utf8_length(part, strlen(part)) > l->columns) return;
    if (!first) buf_append_c(l->out, ", ");
    buf_append_c(l->out, part);
}

/* ---- parts ---- */

/* The first trouble, cut if it must be. */
static void put_trouble(struct line *l, const struct gauges *g)
{
    struct buf why = { 0 };
    if (gauges_ill(g, &why)) {
        size_t n = 0;
        for (; why.data[n] != '\n'; n++) {
            if ((unsigned char)why.data[n] < ' ' || why.data[n] == 0x7f) why.data[n] = '?';
        }
        why.data[utf8_prefix(why.data, n, l->columns)] = 0;
        put(l, why.data);
    }
    buf_free(&why);
}

static uint64_t rate(uint64_t now, uint64_t before, double seconds)
{
    return seconds > 0 && now > before ? (uint64_t)((double)(now - before) / seconds + 0.5) : 0;
}

static void put_rates(struct line *l, struct status_line *s, const struct gauges *g)
{
    size_t oldest = s->n_past < STATUS_LINE_PAST ? 0 : s->n_past % STATUS_LINE_PAST;
    double since = s->n_past ? g->seconds - s->past[oldest].seconds : g->seconds;
    uint64_t records = s->n_past ? s->past[oldest].records : 0;
    uint64_t rows = s->n_past ? s->past[oldest].rows : g->rows_out;
    char n[32], part[64];
    snprintf(part, sizeof part, "in %s/s", status_grouped(rate(g->records, records, since), n));
    put(l, part);
    snprintf(part, sizeof part, "out %s/s", status_grouped(rate(g->rows_out, rows, since), n));
    put(l, part);
    size_t at = s->n_past++ % STATUS_LINE_PAST;
    s->past[at].seconds = g->seconds;
    s->past[at].records = g->records;
    s->past[at].rows = g->rows_out;
}

static void put_count(struct line *l, uint64_t n, const char *one, const char *many)
{
    char digits[32], part[64];
    snprintf(part, sizeof part, "%s %s", status_grouped(n, digits), n == 1 ? one : many);
    put(l, part);
}

/* Recorded input is behind until its end: that tells nothing. */
static void put_lag(struct line *l, const struct gauges *g)
{
    char part[64];
    int64_t ms = -1;
    for (uint32_t i = 0; i < g->n_sources; i++) {
        const struct source_look *s = &g->sources[i].look;
        if (s->live && !g->sources[i].ended && s->behind_ms > ms) ms = s->behind_ms;
    }
    if (ms < 0) return;
    if (ms < 1000) snprintf(part, sizeof part, "lag %lld ms", (long long)ms);
    else if (ms < 100000) snprintf(part, sizeof part, "lag %.1f s", (double)ms * 1e-3);
    else snprintf(part, sizeof part, "lag %lld min", (long long)(ms / 60000));
    put(l, part);
}

static void put_share(struct line *l, const struct gauges *g)
{
    char part[64];
    if (g->bytes_all == 0) return;
    snprintf(part, sizeof part, "%.0f %%", 100.0 * (double)g->bytes / (double)g->bytes_all);
    put(l, part);
}

static void put_clock(struct line *l, rowtime t)
{
    enum { FRACTION = 4 };
    char text[CALENDAR_TEXT_MAX], part[96];
    if (t == ROWTIME_MIN || t == ROWTIME_END) return;
    int n = (int)calendar_format_timestamp(text, t) - FRACTION;
    snprintf(part, sizeof part, "time %.*s", n, text);
    put(l, part);
}

void status_line_write(struct status_line *s, const struct gauges *g, size_t columns,
                       struct buf *out)
{
    struct line l = { .out = out, .start = out->len, .columns = columns };
    put_trouble(&l, g);
    put_rates(&l, s, g);
    put_count(&l, g->faults, "error", "errors");
    put_lag(&l, g);
    put_share(&l, g);
    put_clock(&l, g->clock.time);
    put_count(&l, g->windows, "open window", "open windows");
    put_count(&l, g->records, "record", "records");
}
