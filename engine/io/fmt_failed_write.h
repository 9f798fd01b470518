#ifndef IO_FMT_FAILED_WRITE_H
#define IO_FMT_FAILED_WRITE_H

/* fmt_failed_write.h: rows of error_stream in the shape in which a delivery stream leaves failed records. */

#include "io/encode.h"

/* Fails when the rows are not those of error_stream. */
struct status failed_check(struct arena *a, const struct schema *schema) MUST_CHECK;
/* As encoder_rows. */
void failed_rows(const struct batch *rows, uint32_t from, uint32_t to, struct buf *out,
                 size_t *ends);

#endif
