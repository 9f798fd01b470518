#ifndef SQL_EXPLAIN_H
#define SQL_EXPLAIN_H

/* explain.h: a plan as text, dot, mermaid or JSON. Nothing runs. */

#include "sql/plan.h"

/* Appends the plan. format: "text", "dot", "mermaid" or "json"; another one fails with ERR_USAGE, in static memory. */
struct status explain_write(struct buf *out, const struct app_plan *plan,
                            const char *format) MUST_CHECK;

/* Appends what decides the state of a pump's operators: what they do, and the types of their columns. Pumps of two
 * plans with the same text and this the same can go on from each other's state. */
void explain_identity(struct buf *out, const struct app_plan *plan, const struct plan_pump *pump);

#endif
