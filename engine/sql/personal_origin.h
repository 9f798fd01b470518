#ifndef SQL_PERSONAL_ORIGIN_H
#define SQL_PERSONAL_ORIGIN_H

/* personal_origin.h: sets of the columns that a value is computed from. They are never changed, and live in the arena
 * given; NULL is the empty one. */

#include "base/arena.h"

struct origins;

/* The set of one column, whatever its number stands for. */
const struct origins *origins_one(struct arena *a, uint32_t column);
/* What is in either; x itself when it has all of y, so that a loop sees that nothing is new. */
const struct origins *origins_join(struct arena *a, const struct origins *x,
                                   const struct origins *y);
bool origins_meet(const struct origins *x, const struct origins *y);

#endif
