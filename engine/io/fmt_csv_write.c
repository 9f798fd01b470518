/*
 * fmt_csv_write.c: rows as CSV or TSV (RFC 4180 with line feeds; DECISION K-1).
 *
 * NULL is an empty field. What holds the delimiter, a quote or a line end is quoted, and the empty text, so
 * that '' and NULL stay apart for other readers. There is no header.
 */

#include "io/fmt_csv_write.h"

#include "data/text.h"

struct csv_encoder {
    const struct schema *schema;
    bool                 with_rowtime;
    struct str           delimiter;
};

struct csv_encoder *csv_encoder_new(struct arena *a, const char *format,
                                    const struct encode_config *config)
{
    struct csv_encoder *e = ARENA_NEW(a, struct csv_encoder);
    e->schema = config->schema;
    e->with_rowtime = config->with_rowtime;
    e->delimiter = config->column_delimiter;
    if (e->delimiter.len == 0) e->delimiter = str_c(strcmp(format, "tsv") == 0 ? "\t" : ",");
    return e;
}

static bool wants_quotes(const struct csv_encoder *e, const char *s, size_t n)
{
    return memchr(s, '"', n) || memchr(s, '\n', n) || memchr(s, '\r', n) ||
           memmem(s, n, str_data(&e->delimiter), e->delimiter.len);
}

static void put_quoted(const char *s, size_t n, struct buf *out)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, s[i]);
    }
    buf_append_char(out, '"');
}

static void put_text(const struct csv_encoder *e, const char *s, size_t n, struct buf *out)
{
    if (n == 0 || wants_quotes(e, s, n)) put_quoted(s, n, out);
    else buf_append(out, s, n);
}

/* A value whose JSON has no escapes: a number, a truth value, or a datetime, an interval or binary in
 * quotes, which go unless a delimiter asks for them. */
static void put_scalar(const struct csv_encoder *e, const struct vector *v, uint32_t row,
                       struct buf *out)
{
    size_t start = out->len;
    text_json_value(out, v, row);
    char  *text = out->data + start;
    size_t n = out->len - start;
    bool   quoted = n >= 2 && text[0] == '"';
    if (memmem(text, n, str_data(&e->delimiter), e->delimiter.len)) {
        if (quoted) return;
        buf_append_c(out, "\"\"");
        text = out->data + start;
        memmove(text + 1, text, n);
        text[0] = text[n + 1] = '"';
    } else if (quoted) {
        memmove(text, text + 1, n - 2);
        out->len -= 2;
    }
}

static void put_value(const struct csv_encoder *e, const struct vector *v, uint32_t row,
                      struct buf *out)
{
    if (vector_is_null(v, row)) return;
    if (type_is_text(v->type)) {
        const struct str *s = &v->str[vector_at(v, row)];
        put_text(e, str_data(s), s->len, out);
    } else {
        put_scalar(e, v, row, out);
    }
}

static void put_rowtime(const struct csv_encoder *e, rowtime time, struct buf *out)
{
    struct vector v = { .type = type_of(TYPE_TIMESTAMP), .constant = true, .i64 = &time };
    put_scalar(e, &v, 0, out);
}

void csv_encoder_rows(const struct csv_encoder *e, const struct batch *rows, uint32_t from,
                      uint32_t to, struct buf *out, size_t *ends)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = batch_row(rows, i);
        if (e->with_rowtime) put_rowtime(e, rows->rowtimes[row], out);
        for (uint32_t c = 0; c < e->schema->n_columns; c++) {
            if (c || e->with_rowtime) buf_append_str(out, e->delimiter);
            put_value(e, &rows->columns[c], row, out);
        }
        buf_append_char(out, '\n');
        if (ends) ends[i - from] = out->len;
    }
}
