/* decode_rows.c: column arrays that decoders fill row by row. */

#include "io/decode_rows.h"

#include <assert.h>

#include "base/limits.h"

static uint32_t n_vectors(const struct decode_rows *r)
{
    return r->config->schema->n_columns + r->config->keep_record + r->config->keep_topic;
}

void decode_rows_begin(struct decode_rows *r, struct block *block, uint32_t cap)
{
    const struct schema *s = r->config->schema;
    *r = (struct decode_rows){ .config = r->config,
                               .block = block,
                               .cap = cap,
                               .batch = batch_new(0, n_vectors(r)) };
    if (block) arena_on_free(r->batch->arena, block_release_arg, block_retain(block));
    r->vectors = r->batch->columns;
    for (uint32_t c = 0; c < n_vectors(r); c++) {
        struct type type = c < s->n_columns ? s->columns[c].type : type_of(TYPE_VARCHAR);
        if (decode_rows_keeps(r, c)) vector_new(r->batch->arena, type, cap, &r->vectors[c]);
        else vector_new_null(r->batch->arena, type, &r->vectors[c]);
    }
}

/* Twice the room: a flattened array can make many rows of one record. */
static void grow(struct decode_rows *r)
{
    uint32_t cap = r->cap * 2;
    for (uint32_t c = 0; c < n_vectors(r); c++) {
        if (!decode_rows_keeps(r, c)) continue;
        struct vector old = r->vectors[c];
        vector_new(r->batch->arena, old.type, cap, &r->vectors[c]);
        memcpy(r->vectors[c].data, old.data, r->cap * form_width(type_form(old.type)));
        if (!old.nulls) continue;
        uint64_t *nulls = vector_nulls(r->batch->arena, &r->vectors[c], cap);
        memcpy(nulls, old.nulls, nulls_words(r->cap) * sizeof *nulls);
    }
    r->cap = cap;
}

void decode_rows_open(struct decode_rows *r)
{
    if (r->row == r->cap) grow(r);
    for (uint32_t c = 0; c < n_vectors(r); c++) {
        if (decode_rows_keeps(r, c) && r->vectors[c].nulls)
            nulls_clear(r->vectors[c].nulls, r->row);
    }
}

void decode_rows_set_null(struct decode_rows *r, uint32_t column)
{
    if (!decode_rows_keeps(r, column)) return;
    nulls_set(vector_nulls(r->batch->arena, &r->vectors[column], r->cap), r->row);
}

/* The topic that the record came under; NULL where the input has none. */
static void keep_topic(struct decode_rows *r, const char *record)
{
    uint32_t column = r->config->schema->n_columns + r->config->keep_record;
    const struct block *b = r->block;
    if (!b || !b->topics) {
        decode_rows_set_null(r, column);
        return;
    }
    r->vectors[column].str[r->row] = block_topic(b, (size_t)(record - b->data), &r->topic);
}

void decode_rows_close(struct decode_rows *r, const char *record, size_t size)
{
    if (r->config->keep_record)
        r->vectors[r->config->schema->n_columns].str[r->row] = str_view(record, size);
    if (r->config->keep_topic) keep_topic(r, record);
    r->row++;
}

void decode_rows_fault(struct decode_rows *r, enum err err, const char *message, const char *start,
                       const char *stop)
{
    if (r->n_faults == r->cap_faults) {
        uint32_t             cap = r->cap_faults ? r->cap_faults * 2 : 8;
        struct decode_fault *grown = ARENA_ARRAY(r->batch->arena, struct decode_fault, cap);
        if (r->n_faults) memcpy(grown, r->faults, r->n_faults * sizeof *grown);
        r->faults = grown;
        r->cap_faults = cap;
    }
    struct decode_fault *f = &r->faults[r->n_faults++];
    *f = (struct decode_fault){ .at_row = r->row,
                                .err = err,
                                .message = message,
                                .text = str_view(start, (size_t)(stop - start)) };
    const struct block *b = r->block;
    if (!b || !b->path || start < b->data || start >= b->data + b->size) return;
    f->path = b->path;
    f->byte = b->in_file + block_map_back(b, (size_t)(start - b->data)) + 1;
}

void decode_rows_null_fault(struct decode_rows *r, uint32_t column, const char *start,
                            const char *stop)
{
    struct str  name = r->config->schema->columns[column].name;
    const char *message =
        str_format_c(r->batch->arena, "null for the NOT NULL column \"%.*s\"", STR_ARG(name));
    decode_rows_fault(r, ERR_NULL_NOT_ALLOWED, message, start, stop);
}

void decode_rows_size_fault(struct decode_rows *r, const char *start)
{
    const char *message =
        str_format_c(r->batch->arena, "record is longer than %d bytes", LIMIT_RECORD_BYTES);
    decode_rows_fault(r, ERR_LIMIT_EXCEEDED, message, start, start + LIMIT_RECORD_BYTES);
}

void decode_rows_drop(struct decode_rows *r, uint32_t first_row)
{
    assert(r->n_faults > 0 && r->row >= first_row);
    r->row = first_row;
    r->faults[r->n_faults - 1].at_row = first_row;
}

void decode_rows_take(struct decode_rows *r, struct decoded *out)
{
    r->batch->n_rows = r->row;
    *out = (struct decoded){
        .batch = r->batch, .faults = r->faults, .n_faults = r->n_faults, .n_records = r->n_records
    };
    r->batch = NULL;
}
