#ifndef SQL_FOLD_H
#define SQL_FOLD_H

/* fold.h: the parts of an expression that are known before any row is. */

#include "sql/expr.h"

/* e, whose arguments are folded already, or what is simpler and gives the same value or fault for each row. A constant
 * call that faults stays: its rows fail one by one, as the dialect has it. */
struct expr *expr_fold(struct arena *a, struct expr *e);

#endif
