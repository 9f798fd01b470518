#ifndef IO_JSON_FLAT_H
#define IO_JSON_FLAT_H

/*
 * json_flat.h: JSON documents as records of one line each, for reference tables: an array of objects, or objects over
 * several lines. Bytes are changed where they lie, and their number stays:
 *
 *     [                           .
 *       { "K": 1,                   { "K": 1,.      "V": "a" }\n
 *         "V": "a" },    -->
 *       { "K": 2 }                  { "K": 2 }.
 *     ]                           .
 *
 * What has a whole record in its first line is left alone from there on: damage in it is that of a record.
 */

#include "io/decode.h"

struct json_flat {
    bool     splits;   /* the elements of an array are records */
    bool     begun;    /* something stood there */
    bool     document; /* a record goes over several lines, or an array has begun */
    bool     lines;    /* a record a line: nothing to do */
    bool     in_string, escaped;
    bool     in_array; /* one whose elements are records */
    bool     damaged;  /* something was closed that is not open */
    uint32_t depth;
};

/* Arrays are split when rows are objects and the records are asked for as they are. */
void json_flat_init(struct json_flat *f, const struct decode_config *config);
/* The next bytes of the document. */
void json_flat_run(struct json_flat *f, char *p, size_t n);
/* Whether a document may end here; NULL: it may. */
const char *json_flat_end(const struct json_flat *f);

#endif
