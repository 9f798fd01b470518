/* encode.c: the door to the output formats. */

#include "io/encode.h"

#include "io/fmt_csv_write.h"
#include "io/fmt_json_write.h"

struct encoder {
    struct json_encoder *json; /* one of the two */
    struct csv_encoder  *csv;
};

struct status encoder_new(struct arena *a, const char *format, const struct encode_config *config,
                          struct encoder **out)
{
    struct encoder *e = ARENA_NEW(a, struct encoder);
    if (strcmp(format, "json") == 0) e->json = json_encoder_new(a, config);
    else e->csv = csv_encoder_new(a, format, config);
    *out = e;
    return OK;
}

void encoder_rows(const struct encoder *e, const struct batch *rows, uint32_t from, uint32_t to,
                  struct buf *out, size_t *ends)
{
    if (e->json) json_encoder_rows(e->json, rows, from, to, out, ends);
    else csv_encoder_rows(e->csv, rows, from, to, out, ends);
}
