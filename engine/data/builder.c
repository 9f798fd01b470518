/*
 * builder.c: a batch under construction, row by row.
 *
 * Columns grow together by doubling, in the arena of the batch that they will be; the first size is that of the
 * batch taken before. A new row is NULL everywhere, and filling a column takes its mark away. The path of a row
 * may be longer than those before it: words that a row has not are 0, as in all of batch.h.
 */

#include "data/builder.h"

#include <assert.h>

#include "base/limits.h"

enum { FIRST_ROWS = 16 < SIZE_BATCH_ROWS ? 16 : SIZE_BATCH_ROWS };

struct builder {
    struct type   *types;
    uint32_t       n_columns;
    uint32_t       n_rows;
    uint32_t       cap;       /* rows that the arrays have room for */
    uint32_t       next_cap;  /* at first, of the next batch */
    struct batch  *batch;     /* NULL: no row yet */
    rowtime       *rowtimes;
    rowtime       *cause_times;
    uint64_t      *cause_seqs;
    uint64_t     **path;      /* path_len arrays of cap words */
    uint32_t       path_len;
};

struct builder *builder_new(const struct type *types, uint32_t n_columns)
{
    struct builder *b = mem_calloc(1, sizeof *b);
    b->types = mem_calloc(n_columns, sizeof *types);
    if (n_columns) memcpy(b->types, types, n_columns * sizeof *types);
    b->n_columns = n_columns;
    b->next_cap = FIRST_ROWS;
    return b;
}

void builder_free(struct builder *b)
{
    if (!b) return;
    batch_release(b->batch);
    mem_free(b->types);
    mem_free(b);
}

uint32_t builder_rows(const struct builder *b)
{
    return b->n_rows;
}

static void *grown(struct builder *b, const void *old, uint32_t cap, size_t width)
{
    void *p = arena_array(b->batch->arena, cap, width);
    if (b->n_rows) memcpy(p, old, b->n_rows * width);
    return p;
}

static void grow_column(struct builder *b, struct vector *v, uint32_t cap)
{
    struct vector wider;
    vector_new(b->batch->arena, v->type, cap, &wider);
    uint64_t *nulls = vector_nulls(b->batch->arena, &wider, cap);
    if (b->n_rows) {
        memcpy(wider.data, v->data, b->n_rows * form_width(type_form(v->type)));
        memcpy(nulls, v->nulls, nulls_words(b->n_rows) * sizeof *nulls);
    }
    *v = wider;
}

static void grow(struct builder *b, uint32_t cap)
{
    b->rowtimes = grown(b, b->rowtimes, cap, sizeof *b->rowtimes);
    b->cause_times = grown(b, b->cause_times, cap, sizeof *b->cause_times);
    b->cause_seqs = grown(b, b->cause_seqs, cap, sizeof *b->cause_seqs);
    for (uint32_t i = 0; i < b->path_len; i++) {
        b->path[i] = grown(b, b->path[i], cap, sizeof *b->path[i]);
    }
    for (uint32_t i = 0; i < b->n_columns; i++) grow_column(b, &b->batch->columns[i], cap);
    b->cap = cap;
}

static void start(struct builder *b)
{
    b->batch = batch_new(b->next_cap, b->n_columns);
    for (uint32_t i = 0; i < b->n_columns; i++) {
        b->batch->columns[i] = (struct vector){ .type = b->types[i] };
    }
    b->path = NULL;
    b->path_len = 0;
    grow(b, b->next_cap);
}

/* Rows so far get zeros as further words. */
static void widen_path(struct builder *b, uint32_t path_len)
{
    struct arena *a = b->batch->arena;
    uint64_t **path = ARENA_ARRAY(a, uint64_t *, path_len);
    if (b->path_len) memcpy(path, b->path, b->path_len * sizeof *path);
    for (uint32_t i = b->path_len; i < path_len; i++) {
        path[i] = arena_array(a, b->cap, sizeof **path);
        memset(path[i], 0, b->n_rows * sizeof **path);
    }
    b->path = path;
    b->path_len = path_len;
}

void builder_row(struct builder *b, rowtime time, rowtime cause_time, uint64_t cause_seq,
                 const uint64_t *path, uint32_t path_len)
{
    if (!b->batch) start(b);
    if (b->n_rows == b->cap) {
        if (b->cap > UINT32_MAX / 2) mem_refused(SIZE_MAX);
        grow(b, b->cap * 2);
    }
    if (path_len > b->path_len) widen_path(b, path_len);

    uint32_t row = b->n_rows++;
    b->rowtimes[row] = time;
    b->cause_times[row] = cause_time;
    b->cause_seqs[row] = cause_seq;
    for (uint32_t i = 0; i < b->path_len; i++) b->path[i][row] = i < path_len ? path[i] : 0;
    for (uint32_t i = 0; i < b->n_columns; i++) nulls_set(b->batch->columns[i].nulls, row);
}

void builder_copy(struct builder *b, uint32_t column, const struct vector *from, uint32_t row)
{
    assert(b->n_rows > 0 && column < b->n_columns);
    struct vector *to = &b->batch->columns[column];
    uint32_t at = vector_at(from, row), place = b->n_rows - 1;
    if (nulls_get(from->nulls, at)) {
        nulls_set(to->nulls, place);
        return;
    }
    assert(type_form(from->type) == type_form(to->type));
    nulls_clear(to->nulls, place);
    switch (type_form(to->type)) {
    case FORM_BOOL: to->b[place] = from->b[at]; break;
    case FORM_I64: to->i64[place] = from->i64[at]; break;
    case FORM_F64: to->f64[place] = from->f64[at]; break;
    case FORM_STR: to->str[place] = str_copy(b->batch->arena, from->str[at]); break;
    }
}

void builder_value(struct builder *b, uint32_t column, const struct value *v)
{
    assert(b->n_rows > 0 && column < b->n_columns);
    struct vector *to = &b->batch->columns[column];
    uint32_t place = b->n_rows - 1;
    if (v->null) {
        nulls_set(to->nulls, place);
        return;
    }
    assert(type_form(v->type) == type_form(to->type));
    nulls_clear(to->nulls, place);
    switch (type_form(to->type)) {
    case FORM_BOOL: to->b[place] = v->b; break;
    case FORM_I64: to->i64[place] = v->i64; break;
    case FORM_F64: to->f64[place] = v->f64; break;
    case FORM_STR: to->str[place] = str_copy(b->batch->arena, v->str); break;
    }
}

void builder_drop_row(struct builder *b)
{
    assert(b->n_rows > 0);
    b->n_rows--;
}

/* Takes a bitmap without a mark away; places of NULLs become zeros, so that equal rows are equal bytes. */
static void seal_column(struct vector *v, uint32_t n_rows)
{
    size_t width = form_width(type_form(v->type));
    bool any = false;
    for (uint32_t w = 0; w < nulls_words(n_rows); w++) {
        uint64_t bits = v->nulls[w];
        if (n_rows - w * 64 < 64) bits &= ((uint64_t)1 << (n_rows & 63)) - 1;
        v->nulls[w] = bits;
        if (bits) any = true;
        for (; bits; bits &= bits - 1) {
            size_t row = (size_t)w * 64 + (size_t)__builtin_ctzll(bits);
            memset((char *)v->data + row * width, 0, width);
        }
    }
    if (!any) v->nulls = NULL;
}

static struct path_word seal_word(const uint64_t *words, uint32_t n_rows)
{
    for (uint32_t i = 1; i < n_rows; i++) {
        if (words[i] != words[0]) return (struct path_word){ .words = words };
    }
    return (struct path_word){ .all = words[0] };
}

struct batch *builder_take(struct builder *b)
{
    if (b->n_rows == 0) return NULL;
    struct batch *out = b->batch;
    out->n_rows = b->n_rows;
    out->rowtimes = b->rowtimes;
    out->cause_times = b->cause_times;
    out->cause_seqs = b->cause_seqs;
    out->path = ARENA_ARRAY(out->arena, struct path_word, b->path_len);
    out->path_len = b->path_len;
    for (uint32_t i = 0; i < b->path_len; i++) out->path[i] = seal_word(b->path[i], b->n_rows);
    for (uint32_t i = 0; i < b->n_columns; i++) seal_column(&out->columns[i], b->n_rows);

    b->next_cap = b->n_rows < FIRST_ROWS        ? FIRST_ROWS
                  : b->n_rows > SIZE_BATCH_ROWS ? SIZE_BATCH_ROWS
                                                : b->n_rows;
    b->batch = NULL;
    b->n_rows = 0;
    return out;
}
