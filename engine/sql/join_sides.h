#ifndef SQL_JOIN_SIDES_H
#define SQL_JOIN_SIDES_H

/* join_sides.h: conditions of a join of streams, cut into filters of a side, keys and the rest. */

#include "sql/binder.h"

/* Adds a condition of ON, or of WHERE behind an inner join (over the operator's row; NULL: none), to a PLAN_JOIN. */
struct status join_sides_split(struct binder *b, struct plan_node *join, struct expr *condition,
                               const char *clause) MUST_CHECK;
/* Parts of a WHERE behind a PLAN_JOIN that change nothing else when they stand below or in it go there; the others
 * come back (NULL: none). */
struct status join_sides_where(struct binder *b, struct plan_node *join, struct expr *where,
                               struct expr **above) MUST_CHECK;

#endif
