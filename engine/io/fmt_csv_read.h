#ifndef IO_FMT_CSV_READ_H
#define IO_FMT_CSV_READ_H

/* fmt_csv_read.h: delimited text to batches (dialect 4.3, L-25). */

#include "io/decode.h"

struct csv_decoder;

/* format: "csv" or "tsv". */
struct csv_decoder *csv_decoder_new(struct arena *a, const char *format,
                                    const struct decode_config *config);
/* As decoder_run. */
size_t csv_decoder_run(struct csv_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                       bool first, struct decoded *out);

#endif
