#ifndef IO_COERCE_H
#define IO_COERCE_H

/*
 * coerce.h: values of records to values of columns (dialect 4.2, L-24). Stricter than CAST where the dialect
 * is: a fraction does not become an integer; laxer elsewhere: a string that is too long is cut.
 */

#include "base/status.h"
#include "data/schema.h"
#include "data/vector.h"
#include "io/json_scan.h"

/* Writes the value into row `row` of v (an array of n_rows), or sets its null; with v NULL only checks.
 * Text that must be made (escapes, padding) lives in a. False: the value does not convert; *why is then a
 * sentence in a. */
bool coerce_json(struct arena *a, const struct json_extent *value, const struct column *column,
                 struct vector *v, uint32_t row, uint32_t n_rows, const char **why);
/* The same for a field of delimited text, whose quotes are undone: as a JSON string. */
bool coerce_text(struct arena *a, const char *s, size_t size, const struct column *column,
                 struct vector *v, uint32_t row, uint32_t n_rows, const char **why);
/* Bytes as they are, which stay where they are, into a binary column; other columns refuse them. */
bool coerce_bytes(struct arena *a, const char *bytes, size_t size, const struct column *column,
                  struct vector *v, uint32_t row, uint32_t n_rows, const char **why);

#endif
