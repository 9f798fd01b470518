#ifndef SQL_JOIN_KEYS_H
#define SQL_JOIN_KEYS_H

/* join_keys.h: conditions of a join with a table, cut into keys to look up and the rest. */

#include "sql/binder.h"

/* Adds a condition (over the operator's row; NULL: none) to a PLAN_LOOKUP: as keys where that changes nothing, else to
 * its condition. */
struct status join_split(struct binder *b, struct plan_node *lookup,
                         struct expr *condition) MUST_CHECK;

#endif
