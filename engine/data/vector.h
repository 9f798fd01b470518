#ifndef DATA_VECTOR_H
#define DATA_VECTOR_H

/* vector.h: one column of a batch: a typed array, a null bitmap, or one value for all rows. */

#include "base/arena.h"
#include "data/type.h"

struct vector {
    struct type type;
    bool        constant; /* one value, at index 0, holds for all rows */
    union {
        uint8_t    *b;
        int64_t    *i64;
        double     *f64;
        struct str *str;
        void       *data;
    };
    uint64_t *nulls; /* bit set: NULL. A null pointer: there are none */
};

/* 64 rows a word. */
static inline size_t nulls_words(size_t n_rows)
{
    return (n_rows + 63) / 64;
}
static inline bool nulls_get(const uint64_t *nulls, uint32_t row)
{
    return nulls && (nulls[row >> 6] >> (row & 63) & 1);
}
static inline void nulls_set(uint64_t *nulls, uint32_t row)
{
    nulls[row >> 6] |= (uint64_t)1 << (row & 63);
}
static inline void nulls_clear(uint64_t *nulls, uint32_t row)
{
    nulls[row >> 6] &= ~((uint64_t)1 << (row & 63));
}

/* The index at which the value of `row` lies. */
static inline uint32_t vector_at(const struct vector *v, uint32_t row)
{
    return v->constant ? 0 : row;
}
static inline bool vector_is_null(const struct vector *v, uint32_t row)
{
    return nulls_get(v->nulls, vector_at(v, row));
}

/* Bytes of one value of a form: 1, 8, 8, 16. */
size_t form_width(enum form f);
/* An array for n_rows values, not cleared, without nulls. */
void vector_new(struct arena *a, struct type type, uint32_t n_rows, struct vector *out);
/* A constant NULL. */
void vector_new_null(struct arena *a, struct type type, struct vector *out);
/* The null bitmap of v for n_rows rows, made (all clear) when there is none yet. */
uint64_t *vector_nulls(struct arena *a, struct vector *v, uint32_t n_rows);
/* Copies rows[0..n) of `from` to places to_row.. of `to`, an array of the same form with room; strings are copied into
 * `a` when it is given, else shared. to_n_rows is the size of `to`, for its null bitmap. */
void vector_gather(struct arena *a, struct vector *to, uint32_t to_row, uint32_t to_n_rows,
                   const struct vector *from, const uint32_t *rows, uint32_t n, bool copy_strings);

#endif
