#ifndef APP_WATCH_H
#define APP_WATCH_H

/* watch.h: those who look at a run while it goes on: a thread that shows and logs its state, and the HTTP server of
 * metrics. Neither takes part in the run. */

#include "app/gauges.h"

struct watch;

/* Before anything of the run is touched; fails when the address of metrics cannot be had. */
struct status watch_open(struct run *r, struct watch **out) MUST_CHECK;
/* All sources and sinks are open: there is something to see. */
void watch_begin(struct watch *w);
/* Before they are closed. NULL is fine. */
void watch_close(struct watch *w);

/* What the run has done and how it fares, as lines of the log. */
void watch_log(const struct gauges *g);

#endif
