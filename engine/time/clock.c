/* clock.c: the only place of the engine that asks the system for the time. */

#include "time/clock.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

void clock_init_wall(struct clock *c)
{
    c->test = false;
    atomic_init(&c->last, ROWTIME_MIN);
}

void clock_init_test(struct clock *c, rowtime start)
{
    c->test = true;
    atomic_init(&c->last, start);
}

/* The later of what the clock shows and `time`, which it then shows. */
static rowtime raise(struct clock *c, rowtime time)
{
    rowtime last = atomic_load_explicit(&c->last, memory_order_relaxed);
    while (time > last) {
        if (atomic_compare_exchange_weak(&c->last, &last, time)) return time;
    }
    return last;
}

void clock_set(struct clock *c, rowtime time)
{
    assert(c->test);
    raise(c, time);
}

rowtime clock_now(struct clock *c)
{
    if (c->test) return atomic_load_explicit(&c->last, memory_order_relaxed);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return raise(c, (rowtime)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

int64_t clock_steady_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_steady_ms(void)
{
    return clock_steady_us() / 1000;
}

void clock_wait_until(int64_t steady_ms, const atomic_bool *stop)
{
    struct timespec until = { .tv_sec = steady_ms / 1000, .tv_nsec = steady_ms % 1000 * 1000000 };
    while (!atomic_load(stop) &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}
