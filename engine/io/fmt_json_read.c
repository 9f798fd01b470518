/*
 * fmt_json_read.c: NDJSON to batches: the loop over lines, and the careful way through a record.
 *
 * Each line is one record, or several one behind the other. Blank lines are skipped. A record that is not JSON, not an
 * object, or has a value that does not convert, becomes a fault with its text; its neighbours go on.
 */

#include "io/fmt_json_read.h"

#include <assert.h>

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
    if (schema_has_personal(d->config->schema)) {
        struct column hushed = *column; /* a broken record may have anything anywhere */
        hushed.personal = true;
        (void)coerce_json(r->batch->arena, value, &hushed, NULL, r->row, r->cap, &why);
    }
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

/* Reads the text from `start` on, all of it one value, along a tree of paths. False: it is not JSON, which
 * became a fault. */
static bool scan_whole(struct json_decoder *d, struct json_node *root, const char *start,
                       const char *stop)
{
    struct json_error e;
    json_node_reset(root);
    const char *p = json_node_scan(root, start, stop, LIMIT_JSON_DEPTH, &e);
    if (p == stop) return true;
    if (p) e = (struct json_error){ "something follows the record", json_skip_blank(p) };
    add_parse_fault(d, &e, start, stop);
    return false;
}

/* The first element of the array that makes rows, or NULL: there is none, or no array. */
static const char *first_element(const struct json_node *array)
{
    if (!array || array->value.kind != JSON_ARRAY) return NULL;
    const char *p = json_skip_blank(array->value.start + 1);
    return *p == ']' ? NULL : p;
}

/* Reads the element at p, which was checked before, into array->each; returns the next one or NULL. */
static const char *take_element(struct json_node *array, const char *p)
{
    struct json_error e;
    json_node_reset(array->each);
    p = json_node_scan(array->each, p, array->value.start + array->value.size, LIMIT_JSON_DEPTH,
                       &e);
    assert(p);
    p = json_skip_blank(p);
    return *p == ',' ? json_skip_blank(p + 1) : NULL;
}

/* The record in [start, stop): what the row path selects, or the whole line. A row, or one an element of
 * the flattened array; a bad element keeps the whole record out. */
static void careful_record(struct json_decoder *d, const char *start, const char *stop)
{
    if (!scan_whole(d, &d->paths.root, start, stop)) return;
    if (d->paths.root.value.kind != JSON_OBJECT && d->paths.root.n_members) {
        add_parse_fault(d, &(struct json_error){ "expected an object", start }, start, stop);
        return;
    }
    const char *element = first_element(d->paths.flattened);
    uint32_t    first_row = d->rows.row;
    bool        good = true;
    do {
        if (element) element = take_element(d->paths.flattened, element);
        good = convert_row(d, start, stop);
    } while (good && element);
    if (!good) decode_rows_drop(&d->rows, first_row);
}

/* A line, or an element, in which the row path leads nowhere. */
static void add_path_fault(struct json_decoder *d, const char *what, struct json_extent in)
{
    struct buf path = { 0 };
    path_append(&path, &d->config->row_path);
    const char *message = str_format_c(d->rows.batch->arena, "record has %s at the row path %s",
                                       what, buf_c(&path));
    buf_free(&path);
    decode_rows_fault(&d->rows, ERR_PARSE, message, in.start, in.start + in.size);
}

/* What the base selects of the element at hand, or of the line. */
static void careful_selected(struct json_decoder *d, const struct json_node *in)
{
    const struct json_extent *record = &d->base.of_column[0]->value;
    if (record->kind != JSON_NONE) careful_record(d, record->start, record->start + record->size);
    else add_path_fault(d, "nothing", in->value);
}

/* A line with a row path: the records that it leads to. */
static void careful_base(struct json_decoder *d, const char *start, const char *stop)
{
    if (!scan_whole(d, &d->base.root, start, stop)) return;
    if (!d->base.flattened) {
        careful_selected(d, &d->base.root);
        return;
    }
    struct json_node *array = d->base.flattened;
    if (array->value.kind != JSON_ARRAY) add_path_fault(d, "no array", d->base.root.value);
    for (const char *element = first_element(array); element;) {
        element = take_element(array, element);
        careful_selected(d, array->each);
    }
}

/* ---- lines ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Whether an object or array seems to be followed by another one: a quick look, which texts can deceive. */
static bool may_hold_several(const char *p, const char *stop)
{
    static const char ends[] = { '}', ']' };
    for (int i = 0; i < 2; i++) {
        for (const char *at = p; (at = memchr(at, ends[i], (size_t)(stop - at))) != NULL;) {
            at++;
            const char *next = at;
            while (next < stop && is_blank(*next)) next++;
            if (next < stop && (*next == '{' || *next == '[')) return true;
        }
    }
    return false;
}

/* The end of the object or array at p, and of the blanks behind it; NULL: it is none. */
static const char *skip_document(struct json_decoder *d, const char *p, const char *stop)
{
    struct json_error e;
    struct json_node *root = d->has_row_path ? &d->base.root : &d->paths.root;
    if (*p != '{' && *p != '[') return NULL;
    json_node_reset(root);
    p = json_node_scan(root, p, stop, LIMIT_JSON_DEPTH, &e);
    while (p && p < stop && is_blank(*p)) p++;
    return p;
}

static bool holds_several(struct json_decoder *d, const char *start, const char *stop)
{
    const char *p = start;
    if (!may_hold_several(start, stop)) return false;
    while (p && p < stop) p = skip_document(d, p, stop);
    return p != NULL;
}

static void careful_document(struct json_decoder *d, const char *start, const char *stop)
{
    if (d->has_row_path) careful_base(d, start, stop);
    else careful_record(d, start, stop);
    d->rows.n_records++;
}

/* What stands on a line: one record, or several when all of it are such. */
static void careful_documents(struct json_decoder *d, const char *start, const char *stop)
{
    if (!holds_several(d, start, stop)) {
        careful_document(d, start, stop);
        return;
    }
    while (start < stop) {
        const char *next = skip_document(d, start, stop), *end = next;
        while (is_blank(end[-1])) end--;
        careful_document(d, start, end);
        start = next;
    }
}

/* The line at p; returns the next one. */
static const char *careful_line(struct json_decoder *d, const char *start)
{
    const char *p = start;
    const char *feed = memchr(p, '\n', (size_t)(d->end - p));
    const char *stop = feed ? feed : d->end;
    bool        too_long = stop - p > LIMIT_RECORD_BYTES;
    while (p < stop && is_blank(*p)) p++;
    while (stop > p && is_blank(stop[-1])) stop--;
    if (too_long) decode_rows_size_fault(&d->rows, start);
    else if (p < stop) careful_documents(d, p, stop);
    d->rows.n_records += too_long;
    return feed ? feed + 1 : d->end;
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
    if (p - start > LIMIT_RECORD_BYTES) return NULL;
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
    if (d->fast) json_fast_begin(d);
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

/* The row path as the one column of a schema. A last [0:] must stay a step: the elements themselves are the records. */
static void prepare_base(struct json_decoder *d)
{
    const struct path *path = &d->config->row_path;
    struct column      column = { .name = str_c("record"),
                                  .type = type_of(TYPE_VARCHAR),
                                  .path = *path };
    json_paths_new(d->arena, &(struct schema){ .columns = &column, .n_columns = 1 }, &d->base);
    if (path->steps[path->n_steps - 1].kind != STEP_EACH) return;
    struct json_node *array = d->base.of_column[0];
    array->each = ARENA_NEW(d->arena, struct json_node);
    d->base.flattened = array;
    d->base.of_column[0] = array->each;
}

struct json_decoder *json_decoder_new(struct arena *a, const struct decode_config *config)
{
    struct json_decoder *d = ARENA_NEW(a, struct json_decoder);
    d->config = d->rows.config = config;
    d->arena = a;
    json_paths_new(a, config->schema, &d->paths);
    d->has_row_path = config->row_path.n_steps > 0;
    if (d->has_row_path) prepare_base(d);
    else if (d->paths.simple) json_fast_new(d);
    return d;
}
