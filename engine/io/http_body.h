#ifndef IO_HTTP_BODY_H
#define IO_HTTP_BODY_H

/*
 * http_body.h: the body of a request as what a source reads: unpacked, a record a line, and counted.
 *
 * A JSON document that goes over several lines becomes one line. What does not look like one stays as it is: its
 * lines are records, each good or bad by itself.
 */

#include "io/csv_scan.h"

struct http_body_format {
    bool csv;
    bool header; /* of CSV: the first record names columns */
    struct csv_delimiters delimiters;
};

enum http_body_result {
    HTTP_BODY_DONE,
    HTTP_BODY_DAMAGED, /* *why says how */
    HTTP_BODY_TOO_LONG /* more than `most` bytes, unpacked */
};

/* Takes the body's bytes and gives what a source reads instead. packed: they are said to be gzip; it is also known by
 * its first bytes. *records: lines that are not blank, elements of an array at the top, or rows of CSV. */
enum http_body_result http_body_prepare(struct buf *body, const struct http_body_format *format,
                                        bool packed, size_t most, uint32_t *records,
                                        const char **why);

#endif
