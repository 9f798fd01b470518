#ifndef SQL_EXPR_TEXT_H
#define SQL_EXPR_TEXT_H

/* expr_text.h: bound expressions as SQL, for EXPLAIN. */

#include "sql/expr.h"

/* Appends e, whose columns are those of `columns`. Conversions that the binder added are left out where they change no
 * kind of type. */
void expr_print(struct buf *out, const struct expr *e, const struct schema *columns);
/* SUM(DISTINCT x), COUNT(*) ... */
void expr_print_agg(struct buf *out, const struct plan_agg *agg, const struct schema *columns);
/* Appends a name, quoted when it has to be. */
void expr_print_name(struct buf *out, struct str name);

#endif
