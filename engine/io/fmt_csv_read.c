/*
 * fmt_csv_read.c: CSV, TSV and text with delimiters of its own (dialect 4.3, DECISION L-25).
 *
 * Columns are taken in order from the fields of a record. A field may be in double quotes, doubled inside;
 * then delimiters and line ends are text. An empty unquoted field is NULL, but '' for CHAR and VARCHAR;
 * missing fields at the end are NULL, more fields than columns are left alone. Blank records are skipped.
 * Values convert as JSON strings do.
 */

#include "io/fmt_csv_read.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "io/coerce.h"
#include "io/csv_scan.h"
#include "io/decode_rows.h"

struct csv_decoder {
    const struct decode_config *config;
    struct csv_delimiters       delimiters;

    struct decode_rows rows;
};

/* A field into column c; NULL: the record has none for it. False: it was refused. */
static bool convert_field(struct csv_decoder *d, uint32_t c, const struct csv_field *f,
                          const char *start, const char *stop)
{
    const struct column *column = &d->config->schema->columns[c];
    struct decode_rows  *r = &d->rows;
    bool                 null = !f || (f->size == 0 && !f->quoted && !type_is_text(column->type));
    if (null && column->not_null) {
        decode_rows_null_fault(r, c, start, stop);
        return false;
    }
    if (null) {
        decode_rows_set_null(r, c);
        return true;
    }
    const char *text = f->text, *why = NULL;
    size_t      size = f->size;
    if (f->doubled) {
        char *room = arena_alloc(r->batch->arena, size);
        size = csv_undouble(text, size, room);
        text = room;
    }
    struct vector *v = decode_rows_keeps(r, c) ? &r->vectors[c] : NULL;
    if (coerce_text(r->batch->arena, text, size, column, v, r->row, r->cap, &why)) return true;
    if (schema_has_personal(r->config->schema)) {
        struct column hushed = *column; /* a field too few or too many, and it is another column's value */
        hushed.personal = true;
        (void)coerce_text(r->batch->arena, text, size, &hushed, NULL, r->row, r->cap, &why);
    }
    decode_rows_fault(r, ERR_COERCION, why, start, stop);
    return false;
}

static void take_record(struct csv_decoder *d, const char *start, const char *stop)
{
    struct decode_rows *r = &d->rows;
    if (stop - start > LIMIT_RECORD_BYTES) {
        decode_rows_size_fault(r, start);
        return;
    }
    if (!utf8_valid(start, (size_t)(stop - start))) {
        decode_rows_fault(r, ERR_PARSE, "record is not valid UTF-8 text", start, stop);
        return;
    }
    decode_rows_open(r);
    const char *next = start;
    for (uint32_t c = 0; c < d->config->schema->n_columns; c++) {
        struct csv_field f;
        bool             there = next;
        if (there && !csv_scan_field(next, stop, &d->delimiters, &f, &next)) {
            const char *message =
                str_format_c(r->batch->arena, "the quotes of field %u do not end with it", c + 1);
            decode_rows_fault(r, ERR_PARSE, message, start, stop);
            return;
        }
        if (!convert_field(d, c, there ? &f : NULL, start, stop)) return;
    }
    decode_rows_close(r, start, (size_t)(stop - start));
}

/* The end of the record that s is at. */
static size_t record_stop(struct csv_scan *s, const char *text, size_t size,
                          const struct csv_delimiters *d)
{
    size_t stop;
    if (csv_scan_record(s, text, size, true, d, &stop)) return stop;
    s->at = size;
    return d->line_end && text[size - 1] == '\r' ? size - 1 : size;
}

size_t csv_decoder_run(struct csv_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                       bool first, struct decoded *out)
{
    decode_rows_begin(&d->rows, block, max_rows);
    struct csv_scan s = { .at = from };
    bool            skip = first && d->config->header;
    while (s.at < block->size && d->rows.row < max_rows) {
        size_t start = s.at;
        size_t stop = record_stop(&s, block->data, block->size, &d->delimiters);
        if (stop == start) continue;
        if (!skip) take_record(d, block->data + start, block->data + stop);
        d->rows.n_records += !skip;
        skip = false;
    }
    decode_rows_take(&d->rows, out);
    return s.at;
}

struct csv_decoder *csv_decoder_new(struct arena *a, const char *format,
                                    const struct decode_config *config)
{
    struct csv_decoder *d = ARENA_NEW(a, struct csv_decoder);
    d->config = d->rows.config = config;
    d->delimiters = csv_delimiters_of(format, config->column_delimiter, config->row_delimiter);
    return d;
}
