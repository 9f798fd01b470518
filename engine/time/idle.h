#ifndef TIME_IDLE_H
#define TIME_IDLE_H

/*
 * idle.h: how the time of a source goes on that takes its ROWTIME from a column and has nothing to give.
 *
 * Its rows move its time; after a while without any the clock does, from where they left it:
 *
 *     lateness 5, after 10       row of 12:00:20 at 0 s        bound 12:00:15
 *                                nothing for 10 s              bound 12:00:25, and a second further each second
 *
 * So data whose times go with the clock keeps its distance to it, whatever that is. A row that then comes with a time
 * before the bound is late.
 */

#include "data/batch.h"

struct idle {
    int64_t after_ms;    /* 0: its rows alone move its time */
    int64_t lateness_ms;
    int64_t came_ms;     /* by a steady clock: when the latest row came */
    int64_t quiet_ms;    /* ... since when nothing has come that could have */
    rowtime reached;     /* the latest row's time less the lateness; ROWTIME_MIN: there was none */
};

/* reached: by rows of an earlier run. */
void idle_begin(struct idle *i, int64_t after_ms, int64_t lateness_ms, rowtime reached,
                int64_t now_ms);
/* Something came, and the rows have reached this time. */
void idle_heard(struct idle *i, rowtime reached, int64_t now_ms);
/* It could not give anything: its connection is lost. What it has may be older than the clock would say. */
void idle_lost(struct idle *i, int64_t now_ms);
/* Whether it is idle, and its bound by the clock then; one that never had a row follows the wall clock. */
bool idle_bound(const struct idle *i, int64_t now_ms, rowtime wall, rowtime *out);

#endif
