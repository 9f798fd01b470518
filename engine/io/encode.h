#ifndef IO_ENCODE_H
#define IO_ENCODE_H

/* encode.h: rows as bytes: NDJSON, CSV, TSV, and lines of text. Stateless, so that workers can do it. */

#include "data/batch.h"
#include "data/schema.h"

struct encoder;

struct encode_config {
    const struct schema *schema;
    bool       with_rowtime;     /* a ROWTIME member first (top-level queries do not show it) */
    struct str column_delimiter; /* CSV */
    struct str message;          /* instead of a format: rows as this text (fmt_message.h) */
    struct span at;              /* of the endpoint, for messages */
};

/* format: "json", "csv", "tsv", "processing-failed" (error_stream alone), or "text" (one column, as it is; other
 * schemas are refused). Immutable after this: any thread may use it. */
struct status encoder_new(struct arena *a, const char *format, const struct encode_config *config,
                          struct encoder **out) MUST_CHECK;
/* Rows i in [from, to) of the live rows, each with its line end, appended. ends, if given: where each of
 * them ends in out. */
void encoder_rows(const struct encoder *e, const struct batch *rows, uint32_t from, uint32_t to,
                  struct buf *out, size_t *ends);

#endif
