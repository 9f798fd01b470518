#ifndef IO_FMT_CSV_READ_H
#define IO_FMT_CSV_READ_H

/* fmt_csv_read.h: delimited text to batches (dialect 4.3, L-25). */

#include "io/decode.h"

struct csv_decoder;

/* delimiter: what parts columns when the configuration names nothing. */
struct status csv_decoder_new(struct arena *a, const struct decode_config *config, char delimiter,
                              struct csv_decoder **out) MUST_CHECK;
size_t csv_decoder_run(struct csv_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                       bool first, struct decoded *out);

/* The byte behind the last whole record of the text, 0 when there is none: for who cuts input into blocks.
 * A line end inside of quotes does not end a record. at_end: nothing follows, so what is left is a record. */
size_t csv_whole_records(const char *p, size_t size, struct str row_delimiter, bool at_end);

#endif
