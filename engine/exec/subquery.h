#ifndef EXEC_SUBQUERY_H
#define EXEC_SUBQUERY_H

/*
 * subquery.h: queries over tables within expressions: prepared once, before rows come, then read-only, so that any
 * number of threads may ask.
 */

#include "exec/program.h"
#include "state/reftable.h"

struct subquery;

/* All of a plan, into env->subqueries. What reads nothing of the row outside is answered here. */
struct status subqueries_open(struct arena *a, const struct app_plan *plan,
                              struct reftable *const *tables, struct program_env *env) MUST_CHECK;
/* The answers for n rows (ascending) of `args`, whose columns are the expression's args. Failed rows are appended. */
void subquery_run(const struct subquery *s, const struct program_env *env, const struct batch *args,
                  const uint32_t *rows, uint32_t n, struct arena *results, struct arena *scratch,
                  struct vector *out, struct faults *faults);

#endif
