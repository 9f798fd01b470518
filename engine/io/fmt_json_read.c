/*
 * fmt_json_read.c: NDJSON to batches: the loop over lines, and the careful way through a record.
 *
 * Each line is one record. Blank lines are skipped. A record that is not JSON, not an object, or has a value
 * that does not convert, becomes a fault with its text; its neighbours go on.
 */

#include "io/fmt_json_read.h"

#include "base/limits.h"
#include "io/coerce.h"

static void add_parse_fault(struct json_decoder *d, const struct json_error *e, const char *start,
                            const char *stop)
{
    const char *message =
        str_format_c(d->rows.batch->arena, "record is not valid JSON: %s at byte %zu", e->what,
                     (size_t)(e->at - start) + 1);
    decode_rows_fault(&d->rows, ERR_PARSE, message, start, stop);
}

/* ---- the careful way ---- */

static bool convert_column(struct json_decoder *d, uint32_t c, const char *start, const char *stop)
{
    struct decode_rows       *r = &d->rows;
    const struct column      *column = &d->config->schema->columns[c];
    const struct json_extent *value = &d->paths.of_column[c]->value;
    if (column->not_null && (value->kind == JSON_NONE || value->kind == JSON_NULL)) {
        decode_rows_null_fault(r, c, start, stop);
        return false;
    }
    const char    *why = NULL;
    struct vector *v = decode_rows_keeps(r, c) ? &r->vectors[c] : NULL;
    if (coerce_json(r->batch->arena, value, column, v, r->row, r->cap, &why)) return true;
    decode_rows_fault(r, ERR_COERCION, why, start, stop);
    return false;
}

/* One row from the extents at hand. False: a value does not convert; the row is not there. */
static bool convert_row(struct json_decoder *d, const char *start, const char *stop)
{
    decode_rows_open(&d->rows);
    for (uint32_t c = 0; c < d->config->schema->n_columns; c++) {
        if (!convert_column(d, c, start, stop)) return false;
    }
    decode_rows_close(&d->rows, start, (size_t)(stop - start));
    return true;
}

/* A row an element of the flattened array; a bad element keeps the whole record out. */
static void convert_elements(struct json_decoder *d, const char *start, const char *stop)
{
    struct json_node *each = d->paths.flattened->each;
    const char       *end = d->paths.flattened->value.start + d->paths.flattened->value.size;
    const char       *p = json_skip_blank(d->paths.flattened->value.start + 1);
    uint32_t          first_row = d->rows.row;
    while (*p != ']') {
        struct json_error e;
        json_node_reset(each);
        p = json_node_scan(each, p, end, LIMIT_JSON_DEPTH, &e); /* was checked: it cannot fail */
        if (!p || !convert_row(d, start, stop)) {
            d->rows.row = first_row;
            return;
        }
        p = json_skip_blank(p);
        if (*p == ',') p = json_skip_blank(p + 1);
    }
}

static bool has_elements(const struct json_node *flattened)
{
    if (!flattened || flattened->value.kind != JSON_ARRAY) return false;
    return *json_skip_blank(flattened->value.start + 1) != ']';
}

/* The record in [start, stop): what the row path selects, or the whole line. */
static void careful_record(struct json_decoder *d, const char *start, const char *stop)
{
    struct json_error e;
    json_node_reset(&d->paths.root);
    const char *p = json_node_scan(&d->paths.root, start, stop, LIMIT_JSON_DEPTH, &e);
    if (p && json_skip_blank(p) != stop) {
        e = (struct json_error){ "something follows the record", p };
        p = NULL;
    }
    if (!p) {
        add_parse_fault(d, &e, start, stop);
        return;
    }
    if (d->paths.root.value.kind != JSON_OBJECT && d->paths.root.n_members) {
        e = (struct json_error){ "expected an object", start };
        add_parse_fault(d, &e, start, stop);
        return;
    }
    if (has_elements(d->paths.flattened)) convert_elements(d, start, stop);
    else convert_row(d, start, stop);
}

/* ---- the row path ---- */

/* Where the records of a line lie: the extents that the row path leads to. */
static void careful_base(struct json_decoder *d, const char *start, const char *stop)
{
    struct json_error e;
    json_node_reset(&d->base.root);
    const char *p = json_node_scan(&d->base.root, start, stop, LIMIT_JSON_DEPTH, &e);
    if (p && json_skip_blank(p) != stop) {
        e = (struct json_error){ "something follows the record", p };
        p = NULL;
    }
    if (!p) {
        add_parse_fault(d, &e, start, stop);
        return;
    }
    struct json_node *at = d->base.of_column[0];
    if (!d->base.flattened) {
        if (at->value.kind != JSON_NONE)
            careful_record(d, at->value.start, at->value.start + at->value.size);
        return;
    }
    struct json_node *array = d->base.flattened;
    if (!has_elements(array)) return;
    const char *end = array->value.start + array->value.size;
    p = json_skip_blank(array->value.start + 1);
    while (p && *p != ']') {
        json_node_reset(array->each);
        p = json_node_scan(array->each, p, end, LIMIT_JSON_DEPTH, &e);
        if (!p) return;
        if (at->value.kind != JSON_NONE)
            careful_record(d, at->value.start, at->value.start + at->value.size);
        p = json_skip_blank(p);
        if (*p == ',') p = json_skip_blank(p + 1);
    }
}

/* ---- lines ---- */

/* Behind the line that begins at p; *stop: its end without the line feed and a carriage return. */
static const char *line_end(const char *p, const char *end, const char **stop)
{
    const char *feed = memchr(p, '\n', (size_t)(end - p));
    const char *last = feed ? feed : end;
    *stop = last > p && last[-1] == '\r' ? last - 1 : last;
    return feed ? feed + 1 : end;
}

static const char *careful_line(struct json_decoder *d, const char *p)
{
    const char *stop;
    const char *next = line_end(p, d->end, &stop);
    const char *start = json_skip_blank(p);
    while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r')) stop--;
    if (start >= stop) return next;
    if (d->has_row_path) careful_base(d, start, stop);
    else careful_record(d, start, stop);
    d->rows.n_records++;
    return next;
}

/* Columns that the record did not have; false when one of them must not be NULL. */
static bool fill_missing(struct json_decoder *d)
{
    const struct schema *s = d->config->schema;
    for (uint32_t c = 0; c < s->n_columns; c++) {
        if (d->leaves[c]->stamp == d->stamp) continue;
        if (s->columns[c].not_null) return false;
        decode_rows_set_null(&d->rows, c);
    }
    return true;
}

/* One line by the fast way; NULL: it is for the careful one. */
static const char *fast_line(struct json_decoder *d, const char *p)
{
    d->stamp++;
    d->n_seen = 0;
    const char *start = p;
    p = d->fast_record(d, p);
    if (!p) return NULL;
    const char *stop = p;
    if (*p != '\n' || p >= d->end) {
        p = json_skip_blank(p);
        if (p < d->end && *p != '\n') return NULL;
    }
    if (d->n_seen < d->n_leaves && !fill_missing(d)) return NULL;
    decode_rows_close(&d->rows, start, (size_t)(stop - start));
    d->rows.n_records++;
    return p < d->end ? p + 1 : d->end;
}

size_t json_decoder_run(struct json_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                        struct decoded *out)
{
    decode_rows_begin(&d->rows, block, max_rows);
    const char *p = block->data + from;
    d->end = block->data + block->size;
    while (p < d->end && d->rows.row < max_rows) {
        const char *next = d->fast && *p == '{' ? fast_line(d, p) : NULL;
        if (!next) {
            next = careful_line(d, p);
            decode_rows_open(&d->rows); /* what the record left behind is not of the next one */
        }
        p = next;
    }
    decode_rows_take(&d->rows, out);
    return (size_t)(p - block->data);
}

/* ---- making a decoder ---- */

struct status json_decoder_new(struct arena *a, const struct decode_config *config,
                               struct json_decoder **out)
{
    struct json_decoder *d = ARENA_NEW(a, struct json_decoder);
    d->config = d->rows.config = config;
    d->arena = a;
    json_paths_new(a, config->schema, &d->paths);
    d->has_row_path = config->row_path.n_steps > 0;
    if (d->has_row_path) {
        /* one column whose path is the row path; a last [0:] must stay a step, so the element itself is asked for */
        struct column column = { .name = str_c("record"),
                                 .type = type_of(TYPE_VARCHAR),
                                 .path = config->row_path };
        struct schema base = { .columns = &column, .n_columns = 1 };
        json_paths_new(a, &base, &d->base);
        if (config->row_path.steps[config->row_path.n_steps - 1].kind == STEP_EACH) {
            struct json_node *array = d->base.of_column[0];
            array->each = ARENA_NEW(a, struct json_node);
            d->base.flattened = array;
            d->base.of_column[0] = array->each;
        }
    } else if (d->paths.simple) {
        json_fast_new(d);
    }
    *out = d;
    return OK;
}
