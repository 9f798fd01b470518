#ifndef APP_DISCOVER_H
#define APP_DISCOVER_H

/* discover.h: a sample of any source, the CREATE SOURCE that fits it, and its rows as that reads them. */

#include "base/status.h"

enum discover_header {
    DISCOVER_HEADER_GUESS,
    DISCOVER_HEADER_YES,
    DISCOVER_HEADER_NO
};

struct discover_request {
    const char *url;
    const char *name;             /* of the source; NULL: SOURCE_SQL_STREAM_001 */
    const char *format;           /* "json", "csv", "tsv"; NULL: by the sample */
    const char *column_delimiter; /* NULL: by the sample */
    const char *processor;        /* function that sees the records first; NULL: none */
    enum discover_header header;
    uint32_t records; /* at most so many are looked at */
    uint32_t rows;    /* of the table */
};

struct discover_result {
    struct str sql;
    struct str notes; /* what was noticed, lines; may be empty */
    struct str *headings;
    bool *numbers; /* which columns hold numbers */
    uint32_t n_columns, n_rows;
    struct str *cells; /* n_rows of n_columns; NULL is shown as "NULL" */
};

/* Reads until there are enough records, the input ends, or nothing comes for two seconds. Fails as sources do, and
 * with ERR_PARSE when nothing in the sample is a record. Results live in `a`. */
struct status discover_source(struct arena *a, const struct discover_request *request,
                              struct discover_result *out) MUST_CHECK;

#endif
