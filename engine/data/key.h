#ifndef DATA_KEY_H
#define DATA_KEY_H

/*
 * key.h: rows to comparable, hashable keys, for GROUP BY, PARTITION BY, DISTINCT and joins. Equality is SQL's:
 * numbers by value, trailing blanks of strings ignored, -0 = 0, NULL equal to NULL.
 *
 * A key is found by hash and then compared with the columns kept by a key table: dense ids from 0 in the order of
 * first appearance, with the values as they came first.
 */

#include "data/batch.h"
#include "data/value.h"

struct key_table;

struct key_table *key_table_new(const struct type *types, uint32_t n_columns);
void key_table_free(struct key_table *t);
void key_table_clear(struct key_table *t);
uint32_t key_table_count(const struct key_table *t);
size_t key_table_bytes(const struct key_table *t);
/* For each of the n rows (row numbers in rows) the id of its key, made when it is new. ids has room for n. Columns may
 * be constant vectors. */
void key_table_put(struct key_table *t, const struct vector *columns, const uint32_t *rows,
                   uint32_t n, uint32_t *ids);
/* The same without making keys: UINT32_MAX where there is none. */
void key_table_find(const struct key_table *t, const struct vector *columns, const uint32_t *rows,
                    uint32_t n, uint32_t *ids);
/* Value of a key's column; strings live in the table. */
struct value key_table_value(const struct key_table *t, uint32_t id, uint32_t column);
/* Whether any column of the key is NULL (joins do not match then). */
bool key_table_has_null(const struct key_table *t, uint32_t id);
uint64_t key_table_hash(const struct key_table *t, uint32_t id);
static inline uint32_t key_group(uint64_t hash)
{
    return (uint32_t)(hash >> 57); /* modulo KEY_GROUPS, of the upper bits */
}

#endif
