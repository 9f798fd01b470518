#ifndef DATA_BUILDER_H
#define DATA_BUILDER_H

/*
 * builder.h: a batch under construction, row by row. For operators whose rows are not those of an input (groups,
 * joins, merges, tables). Columns grow together; strings are copied into the batch's arena.
 *
 *     builder_init(&b, types, n_columns);
 *     builder_row(&b, time, cause_time, cause_seq, path, path_len);    opens a row
 *     builder_copy(&b, column, &vector, row); builder_value(&b, column, &value); ...   fills it; unfilled is NULL
 *     struct batch *out = builder_take(&b);   published; the builder is empty again
 */

#include "data/batch.h"
#include "data/value.h"

struct builder;

struct builder *builder_new(const struct type *types, uint32_t n_columns);
void builder_free(struct builder *b);
uint32_t builder_rows(const struct builder *b);
void builder_row(struct builder *b, rowtime time, rowtime cause_time, uint64_t cause_seq,
                 const uint64_t *path, uint32_t path_len);
void builder_copy(struct builder *b, uint32_t column, const struct vector *from, uint32_t row);
void builder_value(struct builder *b, uint32_t column, const struct value *v);
/* Takes back the row opened last. */
void builder_drop_row(struct builder *b);
/* The rows so far as a batch (one reference), or NULL when there are none. */
struct batch *builder_take(struct builder *b);

#endif
