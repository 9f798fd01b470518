#ifndef CLI_STATUS_LINE_H
#define CLI_STATUS_LINE_H

/* status_line.h: a run's state as one line, for the last line of a terminal. */

#include "app/gauges.h"

enum { STATUS_LINE_PAST = 4 };

/* What was seen at the last looks, for rates over about a second. Zero-initialise. */
struct status_line {
    struct {
        double   seconds;
        uint64_t records, rows;
    } past[STATUS_LINE_PAST];
    size_t n_past;
};

/* Appends what fits into `columns`: the most important first. */
void status_line_write(struct status_line *s, const struct gauges *g, size_t columns,
                       struct buf *out);

/* 1234567 as 1,234,567. */
const char *status_grouped(uint64_t n, char out[32]);

#endif
