/*
 * fmt_failed_write.c: rows of error_stream as the objects of a folder processing-failed/ (dialect K, 11).
 *
 *     {"attemptsMade":1,"arrivalTimestamp":1520280173000,"errorCode":"DATA_ERROR","errorMessage":"text",
 *      "attemptEndingTimestamp":1520280173000,"rawData":"base64 of the row","lambdaArn":"name of the pump"}
 *
 * Nothing is tried twice but a function that fails, which is asked four times. rawData is what DATA_ROW shows: the
 * row as JSON, without PERSONAL columns; empty where there is none.
 */

#include "io/fmt_failed_write.h"

#include "data/text.h"
#include "io/processor.h"

/* The columns of error_stream. */
enum { TIME, LEVEL, NAME, MESSAGE, DATA_ROWTIME, DATA_ROW, PUMP_NAME, COLUMNS };

struct status failed_check(struct arena *a, const struct schema *schema)
{
    static const char *const names[COLUMNS] = { "ERROR_TIME",   "ERROR_LEVEL", "ERROR_NAME",
                                                "MESSAGE",      "DATA_ROWTIME", "DATA_ROW",
                                                "PUMP_NAME" };
    bool same = schema->n_columns == COLUMNS;
    for (uint32_t i = 0; same && i < COLUMNS; i++)
        same = str_equal_c(schema->columns[i].name, names[i]);
    if (same) return OK;
    return status_new(a, ERR_BAD_OPTION, SPAN_NONE,
                      "format 'processing-failed' is for the rows of error_stream");
}

static void put_time(struct buf *out, const char *name, const struct batch *b, int column,
                     int otherwise, uint32_t row)
{
    const struct vector *v = &b->columns[column];
    if (vector_is_null(v, row)) v = &b->columns[otherwise];
    buf_printf(out, "\"%s\":%lld,", name, (long long)v->i64[vector_at(v, row)]);
}

static struct str text_at(const struct batch *b, int column, uint32_t row)
{
    const struct vector *v = &b->columns[column];
    return vector_is_null(v, row) ? STR_EMPTY : v->str[vector_at(v, row)];
}

static void put_text(struct buf *out, const char *name, const struct batch *b, int column,
                     uint32_t row)
{
    struct str s = text_at(b, column, row);
    buf_printf(out, "\"%s\":", name);
    text_json_string(out, str_data(&s), s.len);
}

static uint32_t digit(char c)
{
    return (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Bytes written as hexadecimal digits, in base64 (RFC 4648). */
static void put_base64(struct buf *out, const char *hex, size_t n_hex)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = n_hex / 2;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++) {
            uint32_t byte = i + k < n ? digit(hex[2 * (i + k)]) << 4 | digit(hex[2 * (i + k) + 1])
                                      : 0;
            bits = bits << 8 | byte;
        }
        for (size_t k = 0; k < 4; k++) {
            bool given = i + k <= n;
            buf_append_char(out, given ? alphabet[bits >> (18 - 6 * k) & 63] : '=');
        }
    }
}

static void put_row(struct buf *out, const struct batch *b, uint32_t row)
{
    struct str hex = text_at(b, DATA_ROW, row);
    bool again = str_equal_c(text_at(b, NAME, row), "Lambda.FunctionError");
    buf_printf(out, "{\"attemptsMade\":%d,", again ? PROCESSOR_TRIES : 1);
    put_time(out, "arrivalTimestamp", b, DATA_ROWTIME, TIME, row);
    put_text(out, "errorCode", b, NAME, row);
    buf_append_char(out, ',');
    put_text(out, "errorMessage", b, MESSAGE, row);
    buf_append_char(out, ',');
    put_time(out, "attemptEndingTimestamp", b, TIME, TIME, row);
    buf_append_c(out, "\"rawData\":\"");
    put_base64(out, str_data(&hex), hex.len);
    buf_append_c(out, "\",");
    put_text(out, "lambdaArn", b, PUMP_NAME, row);
    buf_append_c(out, "}\n");
}

void failed_rows(const struct batch *rows, uint32_t from, uint32_t to, struct buf *out,
                 size_t *ends)
{
    for (uint32_t i = from; i < to; i++) {
        put_row(out, rows, batch_row(rows, i));
        if (ends) ends[i - from] = out->len;
    }
}
