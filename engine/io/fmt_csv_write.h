#ifndef IO_FMT_CSV_WRITE_H
#define IO_FMT_CSV_WRITE_H

/* fmt_csv_write.h: rows as delimited text; values as in JSON, strings without their quotes unless a
 * delimiter asks for them (K-1). */

#include "io/encode.h"

struct csv_encoder;

/* format: "csv" or "tsv". */
struct csv_encoder *csv_encoder_new(struct arena *a, const char *format,
                                    const struct encode_config *config);
/* As encoder_rows. */
void csv_encoder_rows(const struct csv_encoder *e, const struct batch *rows, uint32_t from,
                      uint32_t to, struct buf *out, size_t *ends);

#endif
