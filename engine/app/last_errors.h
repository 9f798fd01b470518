#ifndef APP_LAST_ERRORS_H
#define APP_LAST_ERRORS_H

/* last_errors.h: rows of error_stream for somebody who watches: a line of the log each, and the last ones kept. */

#include "exec/fault.h"

enum {
    ERRORS_LOGGED = 5, /* the first ones, where error_stream has no sink */
    ERRORS_KEPT = 20,  /* the last ones */
    ERRORS_NAME_BYTES = 160,
    ERRORS_TEXT_BYTES = 1024
};

/* A warning: whose row or record it was, and why it was refused. */
void error_told_log(const struct error_told *e);

/* A ring; the lock is the caller's. Texts are kept up to their bytes. */
struct last_errors {
    struct kept_error {
        int64_t time;
        char    name[ERRORS_NAME_BYTES], pump[ERRORS_NAME_BYTES], source[ERRORS_NAME_BYTES];
        char    message[ERRORS_TEXT_BYTES], row[ERRORS_TEXT_BYTES];
    }        items[ERRORS_KEPT];
    uint64_t count; /* that were ever kept */
};

void last_errors_keep(struct last_errors *l, const struct error_told *e);
/* The last `most` of them as lines, the oldest first; whole: with the time and the row itself. */
void last_errors_print(const struct last_errors *l, uint32_t most, bool whole, struct buf *out);

#endif
