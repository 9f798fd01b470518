/* idle.c: arithmetic on two clocks: a steady one that says how long, and that of the rows. */

#include "time/idle.h"

#include "base/checked.h"

void idle_begin(struct idle *i, int64_t after_ms, int64_t lateness_ms, rowtime reached,
                int64_t now_ms)
{
    *i = (struct idle){ .after_ms = after_ms, .lateness_ms = lateness_ms, .came_ms = now_ms,
                        .quiet_ms = now_ms, .reached = reached };
}

void idle_heard(struct idle *i, rowtime reached, int64_t now_ms)
{
    i->quiet_ms = now_ms;
    if (reached <= i->reached) return;
    i->reached = reached;
    i->came_ms = now_ms;
}

void idle_lost(struct idle *i, int64_t now_ms)
{
    i->quiet_ms = now_ms;
}

bool idle_bound(const struct idle *i, int64_t now_ms, rowtime wall, rowtime *out)
{
    if (i->after_ms == 0 || now_ms - i->quiet_ms < i->after_ms) return false;
    if (i->reached == ROWTIME_MIN) return i64_sub(out, wall, i->lateness_ms);
    return i64_add(out, i->reached, now_ms - i->came_ms);
}
