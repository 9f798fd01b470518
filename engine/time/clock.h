#ifndef TIME_CLOCK_H
#define TIME_CLOCK_H

/*
 * clock.h: the wall clock and the test clock behind one interface. Only sources and what an application says about
 * itself (ERROR_TIME, CURRENT_ROW_TIMESTAMP) look at a clock; all else gets bounds.
 */

#include <stdatomic.h>

#include "data/batch.h"

struct clock {
    bool            test;
    _Atomic rowtime last; /* test: what it shows; wall: the latest time it gave */
};

/* The time of the system in milliseconds. It never goes back, whatever the system's does. Any thread may ask. */
void clock_init_wall(struct clock *c);
/* Shows `start` until it is set. */
void clock_init_test(struct clock *c, rowtime start);
/* Moves a test clock forward; a time before the one it shows changes nothing. */
void clock_set(struct clock *c, rowtime time);
rowtime clock_now(struct clock *c);
/* Milliseconds of a clock that nobody sets, from any start. */
int64_t clock_steady_ms(void);
/* The same, finer. */
int64_t clock_steady_us(void);
/* Sleeps until then by that clock, or until *stop, which a signal handler may set. */
void clock_wait_until(int64_t steady_ms, const atomic_bool *stop);

#endif
