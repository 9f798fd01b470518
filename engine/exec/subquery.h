#ifndef EXEC_SUBQUERY_H
#define EXEC_SUBQUERY_H

/*
 * subquery.h: queries over tables within expressions. Each is prepared once for the tables as they are; any number of
 * threads may ask. When a table is replaced all are prepared anew, and those that are being asked live until they
 * have answered.
 */

#include "exec/program.h"
#include "state/keyed.h"
#include "state/reftable.h"

struct subqueries;

/* All of a plan, into env->subqueries; env outlives them. Tables are retained; keyed: as graph_config.keyed. */
struct status subqueries_open(struct arena *a, const struct app_plan *plan,
                              struct reftable *const *tables, struct keyed *const *keyed,
                              struct program_env *env) MUST_CHECK;
void subqueries_free(struct subqueries *all);
/* New rows of a table; one caller at a time. */
struct status subqueries_set_table(struct subqueries *all, uint32_t table,
                                   struct reftable *rows) MUST_CHECK;
/* The answers of subquery `number` for n rows (ascending) of `args`, whose columns are the expression's args. Failed
 * rows are appended. */
void subquery_run(const struct program_env *env, uint32_t number, const struct batch *args,
                  const uint32_t *rows, uint32_t n, struct arena *results, struct arena *scratch,
                  struct vector *out, struct faults *faults);

#endif
