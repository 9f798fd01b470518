#ifndef EXEC_PAIRS_H
#define EXEC_PAIRS_H

/* pairs.h: rows that ask, each with the rows of a table that answer it. */

#include "base/arena.h"

struct pairs {
    uint32_t *row;   /* that asks */
    uint32_t *match; /* of the table, or what the caller puts for none */
    uint32_t  n, cap;
};

/* Appends a pair; the lists live in a. */
void pairs_add(struct pairs *p, uint32_t row, uint32_t match, struct arena *a);

#endif
