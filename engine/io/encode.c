/* encode.c: the door to the output formats. */

#include "io/encode.h"

#include "io/fmt_csv_write.h"
#include "io/fmt_failed_write.h"
#include "io/fmt_json_write.h"
#include "io/fmt_message.h"

struct encoder {
    bool                 failed; /* rows of error_stream as failed records */
    struct json_encoder *json; /* otherwise one of the three, or none: lines of text */
    struct csv_encoder  *csv;
    struct message      *message;
};

struct status encoder_new(struct arena *a, const char *format, const struct encode_config *config,
                          struct encoder **out)
{
    struct encoder *e = ARENA_NEW(a, struct encoder);
    const struct schema *columns = config->schema;
    if (config->message.len) {
        TRY(message_new(a, config->at, "body", config->message, columns, &e->message));
        *out = e;
        return OK;
    }
    if (strcmp(format, "text") == 0 &&
        (columns->n_columns != 1 || type_form(columns->columns[0].type) != FORM_STR))
        return status_new(
            a, ERR_BAD_OPTION, SPAN_NONE,
            "format 'text' is for a stream of one text column; this one has %u columns",
            columns->n_columns);
    e->failed = strcmp(format, "processing-failed") == 0;
    if (e->failed) TRY(failed_check(a, columns));
    else if (strcmp(format, "json") == 0) e->json = json_encoder_new(a, config);
    else if (strcmp(format, "text") != 0) e->csv = csv_encoder_new(a, format, config);
    *out = e;
    return OK;
}

static void text_rows(const struct batch *rows, uint32_t from, uint32_t to, struct buf *out,
                      size_t *ends)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = batch_row(rows, i);
        const struct vector *v = &rows->columns[0];
        if (!vector_is_null(v, row)) buf_append_str(out, v->str[vector_at(v, row)]);
        buf_append_char(out, '\n');
        if (ends) ends[i - from] = out->len;
    }
}

static void message_rows(const struct message *m, const struct batch *rows, uint32_t from,
                         uint32_t to, struct buf *out, size_t *ends)
{
    for (uint32_t i = from; i < to; i++) {
        message_row(m, rows, batch_row(rows, i), out);
        buf_append_char(out, '\n');
        if (ends) ends[i - from] = out->len;
    }
}

void encoder_rows(const struct encoder *e, const struct batch *rows, uint32_t from, uint32_t to,
                  struct buf *out, size_t *ends)
{
    if (e->message) message_rows(e->message, rows, from, to, out, ends);
    else if (e->failed) failed_rows(rows, from, to, out, ends);
    else if (e->json) json_encoder_rows(e->json, rows, from, to, out, ends);
    else if (e->csv) csv_encoder_rows(e->csv, rows, from, to, out, ends);
    else text_rows(rows, from, to, out, ends);
}
