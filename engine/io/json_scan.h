#ifndef IO_JSON_SCAN_H
#define IO_JSON_SCAN_H

/*
 * json_scan.h: checking JSON text byte by byte (RFC 8259) without building anything. Text ends at `end`,
 * behind which BLOCK_PAD bytes may be read. A line feed ends a record, so it is not white space here, and
 * inside of strings it is an error like any control character: a scan never leaves its line.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind {
    JSON_NONE,
    JSON_NULL,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

/* One value: where it lies and what it is. Strings without their quotes. */
struct json_extent {
    const char    *start;
    uint32_t       size;
    enum json_kind kind;
    bool           escaped; /* a string with a backslash in it */
};

/* Why a scan stopped: one phrase, and where. */
struct json_error {
    const char *what;
    const char *at;
};

static inline const char *json_skip_blank(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\r') p++;
    return p;
}

/* Each returns the byte behind what it took, or NULL with *e set. */
/* The value at p (no blanks before it); depth: levels that may still be opened. */
const char *json_scan_value(const char *p, const char *end, int depth, struct json_extent *out,
                            struct json_error *e);
/* The string whose opening quote is at p. */
const char *json_scan_string(const char *p, const char *end, struct json_extent *out,
                             struct json_error *e);
/* A member's name at p and its colon; returns where its value starts. */
const char *json_scan_name(const char *p, const char *end, struct json_extent *out,
                           struct json_error *e);
/* The comma or the closing bracket behind a part of an array or object; returns where the next part
 * starts, or, with *closed, the byte behind the bracket. */
const char *json_scan_separator(const char *p, const char *end, char close, bool *closed,
                                struct json_error *e);
/* The escape whose backslash is before p. */
const char *json_scan_escape(const char *p, const char *end, struct json_error *e);
/* Whether the string, escaped or not, has this text. It was scanned. */
bool json_text_equal(const struct json_extent *string, const char *text, size_t size);
/* Writes the text of an escaped string, without quotes, to out (room for size bytes); returns its length.
 * The string was scanned. */
size_t json_unescape(const char *s, size_t size, char *out);
/* Writes an array or object without blanks between its parts; returns the length, at most size. */
size_t json_compact(const char *s, size_t size, char *out);

#endif
