/*
 * vector.c: making column vectors and copying between them. What is done with their values is the kernels'
 * business.
 */

#include "data/vector.h"

#include <assert.h>
#include <string.h>

size_t form_width(enum form f)
{
    switch (f) {
    case FORM_BOOL: return sizeof(uint8_t);
    case FORM_I64: return sizeof(int64_t);
    case FORM_F64: return sizeof(double);
    case FORM_STR: return sizeof(struct str);
    }
    return 0;
}

void vector_new(struct arena *a, struct type type, uint32_t n_rows, struct vector *out)
{
    *out = (struct vector){ .type = type };
    out->data = arena_array(a, n_rows ? n_rows : 1, form_width(type_form(type)));
}

void vector_new_null(struct arena *a, struct type type, struct vector *out)
{
    vector_new(a, type, 1, out);
    memset(out->data, 0, form_width(type_form(type)));
    out->constant = true;
    nulls_set(vector_nulls(a, out, 1), 0);
}

uint64_t *vector_nulls(struct arena *a, struct vector *v, uint32_t n_rows)
{
    if (!v->nulls) {
        size_t words = v->constant ? 1 : nulls_words(n_rows ? n_rows : 1);
        v->nulls = arena_calloc(a, words * sizeof *v->nulls);
    }
    return v->nulls;
}

static void gather_nulls(struct arena *a, struct vector *to, uint32_t to_row, uint32_t to_n_rows,
                         const struct vector *from, const uint32_t *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (vector_is_null(from, rows[i])) {
            nulls_set(vector_nulls(a, to, to_n_rows), to_row + i);
        } else if (to->nulls) {
            nulls_clear(to->nulls, to_row + i);
        }
    }
}

/* A NULL's place may hold anything, so it is not followed. */
static void gather_copied(struct arena *a, struct str *to, const struct vector *from,
                          const uint32_t *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = vector_at(from, rows[i]);
        to[i] = nulls_get(from->nulls, at) ? STR_EMPTY : str_copy(a, from->str[at]);
    }
}

/* One value for many places. */
static void gather_constant(struct vector *to, uint32_t to_row, const struct vector *from,
                            uint32_t n)
{
    switch (type_form(to->type)) {
    case FORM_BOOL: memset(to->b + to_row, from->b[0], n); break;
    case FORM_I64:
        for (uint32_t i = 0; i < n; i++) to->i64[to_row + i] = from->i64[0];
        break;
    case FORM_F64:
        for (uint32_t i = 0; i < n; i++) to->f64[to_row + i] = from->f64[0];
        break;
    case FORM_STR:
        for (uint32_t i = 0; i < n; i++) to->str[to_row + i] = from->str[0];
        break;
    }
}

static void gather_rows(struct vector *to, uint32_t to_row, const struct vector *from,
                        const uint32_t *rows, uint32_t n)
{
    switch (type_form(to->type)) {
    case FORM_BOOL:
        for (uint32_t i = 0; i < n; i++) to->b[to_row + i] = from->b[rows[i]];
        break;
    case FORM_I64:
        for (uint32_t i = 0; i < n; i++) to->i64[to_row + i] = from->i64[rows[i]];
        break;
    case FORM_F64:
        for (uint32_t i = 0; i < n; i++) to->f64[to_row + i] = from->f64[rows[i]];
        break;
    case FORM_STR:
        for (uint32_t i = 0; i < n; i++) to->str[to_row + i] = from->str[rows[i]];
        break;
    }
}

/* A bare NULL in a column of another form: nothing of it can be read as a value. */
static void gather_untyped_null(struct vector *to, uint32_t to_row, uint32_t n)
{
    size_t width = form_width(type_form(to->type));
    memset((char *)to->data + to_row * width, 0, n * width);
}

void vector_gather(struct arena *a, struct vector *to, uint32_t to_row, uint32_t to_n_rows,
                   const struct vector *from, const uint32_t *rows, uint32_t n, bool copy_strings)
{
    assert(!to->constant);
    assert(n <= to_n_rows && to_row <= to_n_rows - n);
    if (n == 0) return;
    if (from->nulls || to->nulls) gather_nulls(a, to, to_row, to_n_rows, from, rows, n);
    if (type_form(from->type) != type_form(to->type)) {
        assert(from->type.kind == TYPE_NULL);
        gather_untyped_null(to, to_row, n);
    } else if (copy_strings && type_form(to->type) == FORM_STR) {
        gather_copied(a, to->str + to_row, from, rows, n);
    } else if (from->constant) {
        gather_constant(to, to_row, from, n);
    } else {
        gather_rows(to, to_row, from, rows, n);
    }
}
