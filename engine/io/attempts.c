/* attempts.c: counters and two times, each an atomic of its own: who looks may see one of them a moment before
 * another. */

#include "io/attempts.h"

#include "time/clock.h"

enum {
    TOLD_US = 10000000
};

void attempts_begin(struct attempts *a)
{
    atomic_store_explicit(&a->began, clock_steady_us(), memory_order_relaxed);
}

void attempts_end(struct attempts *a)
{
    int64_t began = atomic_load_explicit(&a->began, memory_order_relaxed);
    tally_add(&a->us, (uint64_t)(clock_steady_us() - began));
    atomic_store_explicit(&a->began, 0, memory_order_relaxed);
}

void attempts_good(struct attempts *a)
{
    tally_add(&a->good, 1);
    if (atomic_load_explicit(&a->failing, memory_order_relaxed))
        atomic_store_explicit(&a->failing, 0, memory_order_relaxed);
}

void attempts_failed(struct attempts *a)
{
    tally_add(&a->failed, 1);
    if (!atomic_load_explicit(&a->failing, memory_order_relaxed))
        atomic_store_explicit(&a->failing, clock_steady_us(), memory_order_relaxed);
}

bool attempts_tell(struct attempts *a, uint64_t *untold)
{
    int64_t now = clock_steady_us();
    int64_t told = atomic_load_explicit(&a->told, memory_order_relaxed);
    uint64_t failed = tally_read(&a->failed), before = tally_read(&a->failed_told);
    if (told && now < told + TOLD_US) return false;
    *untold = told && failed > before ? failed - before - 1 : 0;
    atomic_store_explicit(&a->told, now, memory_order_relaxed);
    atomic_store_explicit(&a->failed_told, failed, memory_order_relaxed);
    return true;
}

static int64_t ms_since(const atomic_llong *us)
{
    int64_t then = atomic_load_explicit(us, memory_order_relaxed);
    int64_t past = then ? (clock_steady_us() - then) / 1000 : 0;
    return then && past < 1 ? 1 : past;
}

struct attempts_seen attempts_look(const struct attempts *a)
{
    return (struct attempts_seen){ .good = tally_read(&a->good),
                                   .failed = tally_read(&a->failed),
                                   .us = tally_read(&a->us),
                                   .busy_ms = ms_since(&a->began),
                                   .failing_ms = ms_since(&a->failing),
                                   .ok = tally_read(&a->ok),
                                   .ok_bytes = tally_read(&a->ok_bytes),
                                   .dropped = tally_read(&a->dropped),
                                   .refused = tally_read(&a->refused) };
}
