#ifndef SQL_PERSONAL_H
#define SQL_PERSONAL_H

/* personal.h: where PERSONAL values go, and the refusal of the ways out that nobody allowed. */

#include "sql/binder.h"

/*
 * Follows every PERSONAL column through the plan, which is as the statements gave it: not rewritten yet. Reports each
 * way out (ERR_PERSONAL), with the way from the column to the sink as hint. Afterwards `personal` of the columns of
 * streams, sources, tables and operators says which of them hold such values, `personal` of a pump whether a fault of
 * it may quote one, and plan->notes lists what was allowed without proof: rows chosen by such a value, each RELEASE.
 * What was found is for the second call.
 */
struct flow;
struct flow *plan_check_personal(struct binder *b, struct app_plan *plan);
/* Refuses PERSONAL values as keys that are sent to a server (lookup = 'key'). After the rewriting, which makes keys of
 * conditions. */
void plan_check_personal_keys(struct flow *f);

#endif
