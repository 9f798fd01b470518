/*
 * fmt_csv_write.c: rows as CSV or TSV (RFC 4180 with line feeds).
 *
 * NULL is an empty field. A text is quoted when it holds the delimiter, a quote or a line end, and when it is
 * empty, so that '' and NULL stay apart when the file is read back.
 */

#include "io/fmt_csv_write.h"

#include "base/number.h"
#include "data/text.h"

struct csv_encoder {
    const struct schema *schema;
    bool                 with_rowtime;
    struct str           delimiter;
};

struct csv_encoder *csv_encoder_new(struct arena *a, const struct encode_config *config,
                                    char delimiter)
{
    struct csv_encoder *e = ARENA_NEW(a, struct csv_encoder);
    e->schema = config->schema;
    e->with_rowtime = config->with_rowtime;
    e->delimiter =
        config->column_delimiter.len ? config->column_delimiter : str_view(&delimiter, 1);
    return e;
}

static bool wants_quotes(const struct csv_encoder *e, const char *s, size_t n)
{
    if (n == 0) return true;
    return memchr(s, '"', n) || memchr(s, '\n', n) || memchr(s, '\r', n) ||
           memmem(s, n, str_data(&e->delimiter), e->delimiter.len);
}

static void put_text(const struct csv_encoder *e, const char *s, size_t n, struct buf *out)
{
    if (!wants_quotes(e, s, n)) {
        buf_append(out, s, n);
        return;
    }
    buf_append_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, s[i]);
    }
    buf_append_char(out, '"');
}

static void put_value(const struct csv_encoder *e, const struct vector *v, uint32_t row,
                      struct buf *out)
{
    if (vector_is_null(v, row)) return;
    if (type_is_text(v->type)) {
        const struct str *s = &v->str[vector_at(v, row)];
        put_text(e, str_data(s), s->len, out);
        return;
    }
    size_t start = out->len;
    text_json_value(out, v, row);
    if (out->len - start < 2 || out->data[start] != '"') return;
    out->len -= 2; /* datetimes, binary and intervals: the quotes of JSON go */
    memmove(out->data + start, out->data + start + 1, out->len - start);
}

void csv_encoder_head(const struct csv_encoder *e, struct buf *out)
{
    if (e->with_rowtime) buf_append_c(out, "ROWTIME");
    for (uint32_t c = 0; c < e->schema->n_columns; c++) {
        if (c || e->with_rowtime) buf_append_str(out, e->delimiter);
        struct str name = e->schema->columns[c].name;
        put_text(e, str_data(&name), name.len, out);
    }
    buf_append_char(out, '\n');
}

void csv_encoder_rows(const struct csv_encoder *e, const struct batch *rows, uint32_t from,
                      uint32_t to, struct buf *out, uint32_t *ends)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = batch_row(rows, i);
        if (e->with_rowtime) {
            struct vector time = { .type = type_of(TYPE_TIMESTAMP), .constant = true };
            int64_t       ms = rows->rowtimes[row];
            time.i64 = &ms;
            put_value(e, &time, 0, out);
        }
        for (uint32_t c = 0; c < e->schema->n_columns; c++) {
            if (c || e->with_rowtime) buf_append_str(out, e->delimiter);
            put_value(e, &rows->columns[c], row, out);
        }
        buf_append_char(out, '\n');
        if (ends) ends[i - from] = (uint32_t)out->len;
    }
}
