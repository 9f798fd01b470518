#ifndef DATA_TEXT_H
#define DATA_TEXT_H

/* text.h: a value to text and back, by type, as CAST, the formats and messages need it. */

#include "data/value.h"

/* Appends the value as on JSON output (conformance format: strings quoted and escaped, DECIMAL with its
 * scale, DOUBLE as JavaScript prints it, datetimes, binary and intervals as strings, NULL as null). */
void text_json_value(struct buf *out, const struct vector *v, uint32_t row);
/* A string with its quotes and escapes. Invalid UTF-8 cannot occur: decoders check it. */
void text_json_string(struct buf *out, const char *s, size_t n);
/* For tests: from now on without wide instructions, or with them where the machine has them. */
void text_json_use_plain(bool plain);
/* Appends the value as CAST to VARCHAR gives it (S-23..S-25). Not for NULL. */
void text_sql_value(struct buf *out, const struct vector *v, uint32_t row);

/* Text of CHAR(n), VARCHAR(n): cut to n characters, CHAR padded with blanks (that copy in `a`); else a view
 * of s. */
struct str text_fit(struct arena *a, const char *s, size_t n, struct type t);

/* What a text becomes. */
enum text_result { TEXT_OK, TEXT_NOT, TEXT_OVERFLOW };
/* A text to a value of type t by the rules of CAST (S-9): blanks around are skipped; strings are cut or padded (the
 * padded copy in `a`). */
enum text_result text_parse(struct arena *a, const char *s, size_t n, struct type t,
                            struct value *out);

#endif
