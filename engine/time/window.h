#ifndef TIME_WINDOW_H
#define TIME_WINDOW_H

/*
 * window.h: which window a rowtime belongs to, and when that is complete. The kinds of windows differ in this
 * arithmetic alone; what is kept for a window is the operator's.
 *
 *     kind      a row at t belongs to           complete at        rows of the result have
 *     STEP      [start, start + step)           start + step       the time at which it is complete
 *     MONTHS    the months around t             the next start     the same
 *     ROWTIME   [t, t]                          t + 1 ms           t
 *     STAGGER   its key's, which opened at t0   t0 + length        t0 + length
 *
 * Windows of changing values (MONOTONIC) know no time and are not here.
 */

#include "data/batch.h"

enum window_policy_kind { POLICY_STEP, POLICY_MONTHS, POLICY_ROWTIME, POLICY_STAGGER };

struct window_policy {
    enum window_policy_kind kind;
    int64_t                 step;   /* > 0: milliseconds, or months */
    int64_t                 origin; /* POLICY_STEP: a time at which a window starts */
};

struct window_span {
    rowtime start; /* first rowtime in it */
    rowtime due;   /* first rowtime behind it, at which it is complete */
};

/* The window of a row at t; for POLICY_STAGGER the one that it opens. At the ends of time the span is cut. */
struct window_span window_of(const struct window_policy *p, rowtime t);
/* ROWTIME of the results of a window. */
rowtime window_result_time(const struct window_policy *p, struct window_span w);
/* What can be promised about results when no row before `bound` will come and what was due has been given:
 * no result before the end of the window that a row at the bound belongs to. */
struct bound window_bound(const struct window_policy *p, struct bound bound);

#endif
