#ifndef IO_ATTEMPTS_H
#define IO_ATTEMPTS_H

/*
 * attempts.h: how deliveries and calls of functions go, for those who watch a run. One thread at a time makes attempts
 * and counts them, any thread reads, at any time and without waiting: so it can be seen that an attempt takes for ever.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct attempts {
    atomic_ullong good, failed;
    atomic_ullong us;      /* that attempts took in all */
    atomic_llong  began;   /* steady microseconds at which the one under way began; 0: none is */
    atomic_llong
        failing; /* steady microseconds of the first failure since the last success; 0: it works */
    atomic_llong told; /* steady microseconds of the last message about a failure; 0: none */
    atomic_ullong failed_told; /* failures until then */
    /* records, of functions */
    atomic_ullong ok, ok_bytes, dropped, refused;
};

/* The same at one moment. */
struct attempts_seen {
    uint64_t good, failed, us;
    int64_t  busy_ms;    /* for how long the one under way has lasted; 0: none is */
    int64_t  failing_ms; /* for how long nothing has succeeded; 0: it works */
    uint64_t ok, ok_bytes, dropped, refused;
};

/* Around what may take long. */
void attempts_begin(struct attempts *a);
void attempts_end(struct attempts *a);
/* What came of it; an attempt that is repeated within one begin and end counts each time. */
void attempts_good(struct attempts *a);
void attempts_failed(struct attempts *a);

/* After a failure: whether it is to be told, as one in ten seconds is that goes on, or comes and goes. *untold: how
 * many were not, since the last one that was. */
bool attempts_tell(struct attempts *a, uint64_t *untold);

struct attempts_seen attempts_look(const struct attempts *a);

/* Adds to a counter that one thread at a time writes. */
static inline void tally_add(atomic_ullong *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static inline uint64_t tally_read(const atomic_ullong *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
