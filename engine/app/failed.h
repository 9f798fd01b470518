#ifndef APP_FAILED_H
#define APP_FAILED_H

/*
 * failed.h: what did not reach a folder: beside its objects a folder sink has processing-failed/ with the rows and
 * records that failed on the way to it, in the shape in which a delivery stream leaves failed records (dialect K, 11).
 *
 * On the way to a sink are the pumps that write its stream, those that write what they read, and so on up to the
 * sources. Two folders of one stream both get what failed, as both lack it.
 */

#include "exec/graph.h"
#include "io/sink.h"

/* Who is on the way to a stream. */
struct failed_way {
    bool *pumps;   /* plan->n_pumps */
    bool *sources; /* plan->n_sources */
};

/* For a sink that has no such folder, NULL. Touches nothing. */
struct io_endpoint *failed_endpoint(struct arena *a, const struct app_plan *plan, uint32_t sink);
struct failed_way failed_way(struct arena *a, const struct app_plan *plan, uint32_t stream);
/* Of rows of error_stream those that failed on the way, or NULL for none; one reference. Times are those of the rows
 * that failed instead of the clock's, so that a replay fails at the same times. */
struct batch *failed_rows_of(const struct app_plan *plan, const struct failed_way *way,
                             struct batch *errors);

/* A row that the function before a folder refused, as a row of error_stream; one reference. `schema` is the rows',
 * bytes what would have been written: told without PERSONAL columns. */
struct batch *failed_row_refused(const struct app_plan *plan, const struct io_endpoint *sink,
                                 const struct schema *schema, const struct batch *rows,
                                 uint32_t row, struct str bytes, bool unanswered);

#endif
