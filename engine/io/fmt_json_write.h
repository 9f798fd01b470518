#ifndef IO_FMT_JSON_WRITE_H
#define IO_FMT_JSON_WRITE_H

/* fmt_json_write.h: rows as JSON objects, one a line. */

#include "io/encode.h"

struct json_encoder;

struct json_encoder *json_encoder_new(struct arena *a, const struct encode_config *config);
void json_encoder_rows(const struct json_encoder *e, const struct batch *rows, uint32_t from,
                       uint32_t to, struct buf *out, size_t *ends);

#endif
