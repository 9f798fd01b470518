/* window.c: the arithmetic of tumbling and stagger windows. */

#include "time/window.h"

#include <assert.h>

#include "base/checked.h"
#include "data/calendar.h"

/* Behind every row, before the end of input. */
#define TIME_LAST (ROWTIME_END - 1)

static rowtime plus(rowtime t, int64_t ms)
{
    int64_t out;
    return i64_add(&out, t, ms) && out < TIME_LAST ? out : TIME_LAST;
}

static struct window_span step_of(const struct window_policy *p, rowtime t)
{
    int64_t shifted, start;
    if (!i64_sub(&shifted, t, p->origin) ||
        !i64_mul(&start, i64_floor_div(shifted, p->step), p->step) ||
        !i64_add(&start, start, p->origin)) {
        return (struct window_span){ t, plus(t, 1) };
    }
    return (struct window_span){ start, plus(start, p->step) };
}

static struct window_span months_of(const struct window_policy *p, rowtime t)
{
    int64_t start, days;
    if (!calendar_step_months(t, p->step, &start) ||
        !calendar_add_months(i64_floor_div(start, MS_PER_DAY), p->step, &days) ||
        !i64_mul(&days, days, MS_PER_DAY)) {
        return (struct window_span){ t, plus(t, 1) };
    }
    return (struct window_span){ start, days < TIME_LAST ? days : TIME_LAST };
}

struct window_span window_of(const struct window_policy *p, rowtime t)
{
    switch (p->kind) {
    case POLICY_STEP: return step_of(p, t);
    case POLICY_MONTHS: return months_of(p, t);
    case POLICY_ROWTIME: return (struct window_span){ t, plus(t, 1) };
    case POLICY_STAGGER: break;
    }
    return (struct window_span){ t, plus(t, p->step) };
}

rowtime window_result_time(const struct window_policy *p, struct window_span w)
{
    return p->kind == POLICY_ROWTIME ? w.start : w.due;
}

struct bound window_bound(const struct window_policy *p, struct bound bound)
{
    if (bound.time == ROWTIME_END || bound.time == ROWTIME_MIN) return bound;
    return (struct bound){ window_result_time(p, window_of(p, bound.time)), 0 };
}
