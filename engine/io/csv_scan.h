#ifndef IO_CSV_SCAN_H
#define IO_CSV_SCAN_H

/*
 * csv_scan.h: where records and fields of delimited text end (dialect 4.3, L-25). A field that begins with a
 * double quote runs to the next quote that stands alone; delimiters and line ends inside of it are text.
 * Quotes anywhere else are text.
 */

#include "base/str.h"

struct csv_delimiters {
    struct str column, row;
    bool       line_end; /* row is a line feed, and a carriage return before it belongs to it */
};

/* What is given, or else the comma (tab for the format "tsv") and the line end. */
struct csv_delimiters csv_delimiters_of(const char *format, struct str column, struct str row);

/* A record that is being looked for, in a text that may grow and move between calls. Zero is the start of a text. */
struct csv_scan {
    size_t at;       /* bytes of the text that were looked at */
    bool   quoted;   /* inside of a field's quotes */
    bool   in_field; /* behind the first byte of a field */
};

/* Goes on to the end of the record. True: *stop is where it ends, its delimiter left out; at is behind
 * that, and the next record may be looked for. False: the text ends before; with `at_end` what is there is
 * the last record. */
bool csv_scan_record(struct csv_scan *s, const char *text, size_t n, bool at_end,
                     const struct csv_delimiters *d, size_t *stop);

struct csv_field {
    const char *text; /* without the quotes around it */
    size_t      size;
    bool        quoted;
    bool        doubled; /* quotes inside of it are still doubled */
};

/* The field at p; *next: behind its delimiter, or NULL after the last one of the record. False: its quotes
 * do not end with it. */
bool csv_scan_field(const char *p, const char *end, const struct csv_delimiters *d,
                    struct csv_field *out, const char **next);
/* Writes the text with single quotes to out (room for size bytes); returns its length. */
size_t csv_undouble(const char *s, size_t size, char *out);

#endif
