/*
 * personal_origin.c: sets of columns, as sorted numbers without doubles.
 *
 * Nearly all have one to three members, and are shared by all copies of a column: sorted arrays are smaller than bits
 * for every column of an application, and are joined by one walk.
 */

#include "sql/personal_origin.h"

#include <string.h>

struct origins {
    uint32_t n;
    uint32_t columns[];
};

static struct origins *origins_new(struct arena *a, uint32_t n)
{
    struct origins *o = arena_alloc(a, sizeof *o + n * sizeof o->columns[0]);
    o->n = n;
    return o;
}

const struct origins *origins_one(struct arena *a, uint32_t column)
{
    struct origins *o = origins_new(a, 1);
    o->columns[0] = column;
    return o;
}

/* How many of y are not in x. */
static uint32_t count_missing(const struct origins *x, const struct origins *y)
{
    uint32_t n = 0;
    for (uint32_t i = 0, k = 0; k < y->n; k++) {
        while (i < x->n && x->columns[i] < y->columns[k]) i++;
        n += i == x->n || x->columns[i] != y->columns[k];
    }
    return n;
}

const struct origins *origins_join(struct arena *a, const struct origins *x,
                                   const struct origins *y)
{
    if (!y || x == y) return x;
    if (!x) return y;
    uint32_t missing = count_missing(x, y);
    if (missing == 0) return x;
    struct origins *o = origins_new(a, x->n + missing);
    uint32_t i = 0, k = 0;
    for (uint32_t n = 0; n < o->n; n++) {
        bool both = i < x->n && k < y->n && x->columns[i] == y->columns[k];
        bool from_x = k == y->n || (i < x->n && x->columns[i] <= y->columns[k]);
        o->columns[n] = from_x ? x->columns[i++] : y->columns[k++];
        if (both) k++;
    }
    return o;
}

bool origins_meet(const struct origins *x, const struct origins *y)
{
    if (!x || !y || x == y) return x && y;
    for (uint32_t i = 0, k = 0; i < x->n && k < y->n;) {
        if (x->columns[i] == y->columns[k]) return true;
        if (x->columns[i] < y->columns[k]) i++;
        else k++;
    }
    return false;
}
