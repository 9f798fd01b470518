/*
 * fmt_csv_read.c: CSV, TSV and text with delimiters of its own (dialect 4.3, DECISION L-25).
 *
 * Columns are taken in order from the fields of a record. A field may be in double quotes, doubled inside;
 * then delimiters and line ends are text. An empty unquoted field is NULL, but '' for CHAR and VARCHAR;
 * missing fields at the end are NULL, more fields than columns are left alone. Values convert as JSON strings
 * do.
 */

#include "io/fmt_csv_read.h"

#include "base/utf8.h"
#include "data/vector.h"
#include "io/coerce.h"
#include "io/decode_rows.h"

struct csv_decoder {
    const struct decode_config *config;
    struct str                  column_delimiter, row_delimiter;

    struct decode_rows rows;
};

/* One field: its text with the quotes undone. */
struct field {
    const char *start;
    size_t      size;
    bool        quoted;
};

static bool at_delimiter(const char *p, const char *end, const struct str *delimiter)
{
    return (size_t)(end - p) >= delimiter->len &&
           memcmp(p, str_data(delimiter), delimiter->len) == 0;
}

/* Behind the record that starts at p; *stop: its end without the delimiter. Quotes count where a field
 * begins with one. */
static const char *record_end(const char *p, const char *end, const struct str *column,
                              const struct str *row, const char **stop)
{
    bool field_start = true;
    while (p < end) {
        if (field_start && *p == '"') {
            for (p++; p < end; p++) {
                if (*p != '"') continue;
                if (p + 1 < end && p[1] == '"') p++;
                else break;
            }
            if (p < end) p++;
            field_start = false;
            continue;
        }
        if (at_delimiter(p, end, row)) {
            *stop = p;
            return p + row->len;
        }
        field_start = column && at_delimiter(p, end, column);
        p += field_start ? column->len : 1;
    }
    *stop = end;
    return end;
}

size_t csv_whole_records(const char *p, size_t size, struct str row_delimiter, bool at_end)
{
    if (at_end) return size;
    struct str feed = str_c("\n");
    if (row_delimiter.len == 0) row_delimiter = feed;
    /* an even number of quotes up to a delimiter means that it stands outside of them */
    size_t whole = 0;
    bool   quoted = false;
    for (size_t i = 0; i < size; i++) {
        if (p[i] == '"') quoted = !quoted;
        if (!quoted && at_delimiter(p + i, p + size, &row_delimiter)) whole = i + row_delimiter.len;
    }
    return whole;
}

/* The field at p; *next: behind its delimiter, or NULL after the last one. False: text follows a closing quote. */
static bool take_field(struct csv_decoder *d, const char *p, const char *end, struct field *out,
                       const char **next)
{
    *next = NULL;
    if (p < end && *p == '"') {
        char *text = arena_alloc(d->rows.batch->arena, (size_t)(end - p));
        *out = (struct field){ .start = text, .quoted = true };
        for (p++;; p++) {
            if (p >= end) return false;
            if (*p == '"') {
                if (p + 1 < end && p[1] == '"') p++;
                else break;
            }
            text[out->size++] = *p;
        }
        p++;
        if (p < end && !at_delimiter(p, end, &d->column_delimiter)) return false;
        if (p < end) *next = p + d->column_delimiter.len;
        return true;
    }
    const char *start = p;
    while (p < end && !at_delimiter(p, end, &d->column_delimiter)) p++;
    *out = (struct field){ .start = start, .size = (size_t)(p - start) };
    if (p < end) *next = p + d->column_delimiter.len;
    return true;
}

/* A field into column c; false: it was refused. */
static bool convert_field(struct csv_decoder *d, uint32_t c, const struct field *f,
                          const char *start, const char *stop)
{
    const struct column *column = &d->config->schema->columns[c];
    struct decode_rows  *r = &d->rows;
    bool missing = !f->start || (f->size == 0 && !f->quoted && !type_is_text(column->type));
    if (missing && column->not_null) {
        decode_rows_null_fault(r, c, start, stop);
        return false;
    }
    if (missing) {
        decode_rows_set_null(r, c);
        return true;
    }
    const char    *why = NULL;
    struct vector *v = decode_rows_keeps(r, c) ? &r->vectors[c] : NULL;
    if (coerce_text(r->batch->arena, f->start, f->size, column, v, r->row, r->cap, &why))
        return true;
    decode_rows_fault(r, ERR_COERCION, why, start, stop);
    return false;
}

static void take_record(struct csv_decoder *d, const char *start, const char *stop)
{
    struct decode_rows *r = &d->rows;
    const char         *next = start;
    if (!utf8_valid(start, (size_t)(stop - start))) {
        decode_rows_fault(r, ERR_PARSE, "record is not valid UTF-8 text", start, stop);
        return;
    }
    decode_rows_open(r);
    for (uint32_t c = 0; c < d->config->schema->n_columns; c++) {
        struct field f = { 0 };
        if (next && !take_field(d, next, stop, &f, &next)) {
            const char *message = str_format_c(
                r->batch->arena, "the quotes of field %u do not end with the field", c + 1);
            decode_rows_fault(r, ERR_PARSE, message, start, stop);
            return;
        }
        if (!convert_field(d, c, &f, start, stop)) return;
    }
    decode_rows_close(r, start, (size_t)(stop - start));
}

size_t csv_decoder_run(struct csv_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                       bool first, struct decoded *out)
{
    decode_rows_begin(&d->rows, block, max_rows);
    const char *p = block->data + from, *end = block->data + block->size;
    bool        skip = first && d->config->header;
    while (p < end && d->rows.row < max_rows) {
        const char *stop;
        const char *start = p;
        p = record_end(p, end, &d->column_delimiter, &d->row_delimiter, &stop);
        if (stop > start && stop[-1] == '\r' && d->config->row_delimiter.len == 0) stop--;
        if (stop == start) continue;
        if (!skip) take_record(d, start, stop);
        d->rows.n_records += !skip;
        skip = false;
    }
    decode_rows_take(&d->rows, out);
    return (size_t)(p - block->data);
}

struct status csv_decoder_new(struct arena *a, const struct decode_config *config, char delimiter,
                              struct csv_decoder **out)
{
    struct csv_decoder *d = ARENA_NEW(a, struct csv_decoder);
    d->config = d->rows.config = config;
    d->column_delimiter =
        config->column_delimiter.len ? config->column_delimiter : str_view(&delimiter, 1);
    d->row_delimiter = config->row_delimiter.len ? config->row_delimiter : str_c("\n");
    *out = d;
    return OK;
}
