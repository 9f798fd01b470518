#ifndef APP_SERVE_H
#define APP_SERVE_H

/*
 * serve.h: the socket through which others look into a running application: what there is, why nothing comes out of a
 * stream, rows of any stream, queries over them, and with leave new pumps (docs/reference/control.md).
 *
 * What clients ask for is done in their own threads, with a small share of one processor for all of them together; the
 * pipeline gives them references to its batches and never waits for them.
 */

#include "app/run_impl.h"

struct serve;

/* Listens at the run's control socket, so that a place that is taken is told before anything else happens; NULL in
 * *out when the run has none. Nobody is answered yet. */
struct status serve_open(struct run *r, struct serve **out) MUST_CHECK;
/* Places for taps at all streams of a graph of the plan; before it starts. */
void serve_attach(struct serve *s, struct graph *g, const struct app_plan *plan);
/* From now on clients are answered: everything of the run is there. */
struct status serve_start(struct serve *s) MUST_CHECK;
/* Ends all conversations, those who read get what is on its way for a moment, and removes the socket. Before what
 * belongs to the run is closed; NULL does nothing. */
void serve_close(struct serve *s);
/* A row went to error_stream; by whoever holds the graph. */
void serve_note_error(struct serve *s, const struct error_told *e);

#endif
