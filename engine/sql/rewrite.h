#ifndef SQL_REWRITE_H
#define SQL_REWRITE_H

/* rewrite.h: from bound statements to the plan that runs. None of it changes a row of any stream, error_stream
 * included. */

#include "sql/binder.h"

/* assemble.c: the catalogue's live objects as a plan, numbered anew. */
struct app_plan *plan_assemble(struct binder *b);
/* assemble.c: reports pumps that feed each other in a circle, and chains that are too long. */
void plan_check_circles(struct binder *b, const struct app_plan *plan);
/* rewrite.c: projections merged, filters moved towards the source, operators marked. */
void plan_rewrite(struct binder *b, struct app_plan *plan);
/* prune.c: which columns of streams and tables anybody reads. */
void plan_prune(struct arena *a, struct app_plan *plan);

#endif
