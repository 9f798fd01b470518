#ifndef SQL_PERSONAL_TRACE_H
#define SQL_PERSONAL_TRACE_H

/* personal_trace.h: the way of a PERSONAL value, from its column through pumps. Traces live in the arena given. */

#include "sql/plan.h"

struct trace;

/* What a refusal advises. */
#define TRACE_WAYS_OUT "what may leave it: a de-identifying function, RELEASE(expr, 'reason')"

/* Whether one of the two values of a document lies in the other, or is it. */
bool path_overlaps(const struct path *a, const struct path *b);
/* The PERSONAL column among the first n whose values a column has, or NULL: itself, or with_paths one whose path holds,
 * or lies in, its own. */
const struct column *trace_holder(const struct schema *s, uint32_t n, uint32_t column,
                                  bool with_paths);
/* Begins a way at a PERSONAL column. */
const struct trace *trace_begin(struct arena *a, struct str relation, const struct column *c);
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
