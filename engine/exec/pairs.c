/* pairs.c: two lists that grow together. */

#include "exec/pairs.h"

#include <string.h>

enum { FIRST_ROOM = 64 };

static void grow(struct pairs *p, struct arena *a)
{
    uint32_t  cap = p->cap ? p->cap * 2 : FIRST_ROOM;
    uint32_t *rows = ARENA_ARRAY(a, uint32_t, cap), *matches = ARENA_ARRAY(a, uint32_t, cap);
    if (p->n) {
        memcpy(rows, p->row, p->n * sizeof *rows);
        memcpy(matches, p->match, p->n * sizeof *matches);
    }
    *p = (struct pairs){ rows, matches, p->n, cap };
}

void pairs_add(struct pairs *p, uint32_t row, uint32_t match, struct arena *a)
{
    if (p->n == p->cap) grow(p, a);
    p->row[p->n] = row;
    p->match[p->n++] = match;
}
