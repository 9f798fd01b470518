#ifndef SQL_PERSONAL_TRACE_H
#define SQL_PERSONAL_TRACE_H

/* personal_trace.h: the way of a PERSONAL value, from its column through pumps. Traces live in the arena given. */

#include "sql/plan.h"

struct trace;

/* What a refusal advises. */
#define TRACE_WAYS_OUT "what may leave it: a de-identifying function, RELEASE(expr, 'reason')"

/* Begins a way at each PERSONAL column among the first n, into ways. with_paths: a column whose
 * path holds, or lies in, that of a PERSONAL one has its values, too. */
void trace_begin(struct arena *a, struct str name, const struct schema *s, uint32_t n,
                 bool with_paths, const struct trace **ways);
/* Begins a way at a call whose result is PERSONAL by itself. */
const struct trace *trace_call(struct arena *a, const char *function, struct span at);
/* The way goes on through a pump into a column of a stream. */
const struct trace *trace_through(struct arena *a, const struct trace *from,
                                  const struct plan_pump *pump, const struct plan_stream *to,
                                  uint32_t column, struct span at);
/* PERSONAL column "NAME" of "S": where the way begins. */
const char *trace_origin(struct arena *a, const struct trace *t);
/* "S"."NAME" -> pump "P" -> "OUT"."WHO" */
const char *trace_path(struct arena *a, const struct trace *t);
/* The place of the last expression on it; line 0: it has gone through none. */
struct span trace_place(const struct trace *t);

#endif
