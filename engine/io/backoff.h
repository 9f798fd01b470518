#ifndef IO_BACKOFF_H
#define IO_BACKOFF_H

/*
 * backoff.h: pauses between tries that fail: each is between nothing and a most that doubles from try to try ("full
 * jitter": many who lost one server do not come back at one moment). Pauses decide nothing about what is sent or read.
 */

#include <unistd.h>

#include "base/str.h"

enum { BACKOFF_MS = 500, BACKOFF_MAX_MS = 60000 };

struct backoff {
    int64_t  first_ms, max_ms; /* the most that the first pause, and any, may be */
    int64_t  most_ms;          /* ... that the next one may be */
    uint64_t jitter;
};

static inline struct backoff backoff_new(int64_t first_ms)
{
    int64_t max_ms = first_ms > BACKOFF_MAX_MS ? first_ms : BACKOFF_MAX_MS;
    return (struct backoff){ first_ms, max_ms, first_ms, (uint64_t)getpid() };
}

/* After a success, or for another message. */
static inline void backoff_reset(struct backoff *b)
{
    b->most_ms = b->first_ms;
}

/* Milliseconds to wait before the next try. */
static inline int64_t backoff_next(struct backoff *b)
{
    int64_t most = b->most_ms;
    b->most_ms = most * 2 < b->max_ms ? most * 2 : b->max_ms;
    b->jitter = hash_u64(b->jitter + 1);
    return most > 0 ? 1 + (int64_t)(b->jitter % (uint64_t)most) : 0;
}

#endif
