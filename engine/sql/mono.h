#ifndef SQL_MONO_H
#define SQL_MONO_H

/*
 * mono.h: what is known of how a value moves along a stream (dialect 6.2), exactly enough to say when a window of
 * rows with an equal value ends.
 *
 * A function of ROWTIME that rises in steps is known as such: it is constant on [origin + i * step, origin +
 * (i + 1) * step), and there it is (start of that step - origin) * num / den + shift. ROWTIME itself has steps of 1 ms.
 * So FLOOR((ROWTIME - TIMESTAMP '1970-01-01 00:00:00') MINUTE / 5 TO MINUTE) has steps of 5 minutes with num / den =
 * 1 / 5, whatever is added to it or multiplied with it afterwards (L-61).
 */

#include "sql/expr.h"

enum mono_kind {
    MONO_NONE,    /* nothing is known */
    MONO_CONSTANT,
    MONO_STEPS,   /* a function of ROWTIME, in steps of milliseconds */
    MONO_MONTHS,  /* a function of ROWTIME, in steps of calendar months since 1970-01 */
    MONO_RISING,  /* only rises or only falls from row to row, who knows when */
    MONO_FALLING
};

struct mono {
    enum mono_kind kind;
    bool           of_rowtime; /* reads ROWTIME, directly or through a column of a sub-query */
    int64_t        step_ms, origin_ms;
    int64_t        num, den, shift; /* num != 0, den > 0 */
    int64_t        months;
};

/* columns: what is known of the columns that e reads; NULL: nothing. */
struct mono mono_of(const struct expr *e, const struct mono *columns);
static inline bool mono_is_known(struct mono m)
{
    return m.kind >= MONO_STEPS;
}
/* The window of rows with an equal value of a monotonic expression, which is grouping key number `key`. */
struct plan_window mono_window(struct mono m, uint32_t key);
/* What is known of a grouping key in the rows that the window gives, whose ROWTIME is its end. */
struct mono mono_after(struct mono m, struct plan_window w, bool is_window_key);

#endif
