#ifndef CLI_TABLE_H
#define CLI_TABLE_H

/* table.h: aligned text tables, whole ones and such as grow while they are printed. */

#include <stdio.h>

#include "base/arena.h"
#include "base/str.h"

struct table;

/* n columns with their headings, which are copied; right: which of them hold numbers; NULL: none. */
struct table *table_new(const struct str *headings, const bool *right, uint32_t n);
void table_free(struct table *t);
/* At least so wide, for rows that are still to come. */
void table_widen(struct table *t, uint32_t column, uint32_t width);
/* The next cell, row by row. What would move the cursor is shown as an escape. */
void table_cell(struct table *t, struct str text);
/* Prints the rows since the last call, the headings before the first ones. Columns only ever get wider. */
void table_flush(struct table *t, FILE *out, bool bold);
/* Each row as a block of lines "column | value"; record numbers go on. */
void table_flush_expanded(struct table *t, FILE *out, bool bold);

#endif
