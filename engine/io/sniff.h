#ifndef IO_SNIFF_H
#define IO_SNIFF_H

/* sniff.h: whether bytes look like text, and what they may be instead. */

#include "base/str.h"

struct sniffed {
    bool is_text;      /* false: the sample holds a zero byte, or much that no UTF-8 text has */
    bool is_utf8;      /* false for text in another encoding, such as Latin-1 */
    size_t at;         /* the first byte, from 0, that speaks against it; text in UTF-8: 0 */
    size_t bad_lines;  /* of text: lines that are not UTF-8 */
    const char *kind;  /* what begins like that: "a Parquet file"; NULL: it is not known */
    const char *advice; /* what to do with that kind, one sentence; NULL: nothing is known */
};

/* Looks at all of the sample. */
struct sniffed sniff_text(struct str sample);

#endif
