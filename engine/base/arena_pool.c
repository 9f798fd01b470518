/*
 * arena_pool.c: used arenas, the last one given taken first, while its memory is still in the cache. Small and
 * large ones are kept apart, so that a single row that is kept for long does not hold on to the memory of a
 * thousand. What is kept is bounded by POOL_ARENAS of each and POOL_BYTES in all.
 */

#include "base/arena_pool.h"

#include <pthread.h>

enum { POOL_ARENAS = 64, POOL_BYTES = 8 << 20, SMALL_BYTES = 16 << 10 };

struct pool {
    struct arena *arenas[POOL_ARENAS];
    uint32_t      count;
};

static struct {
    pthread_mutex_t lock;
    struct pool     small, large;
    size_t          bytes;
} pools = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct pool *pool_for(size_t size_bytes)
{
    return size_bytes <= SMALL_BYTES ? &pools.small : &pools.large;
}

struct arena *arena_take(size_t size_bytes)
{
    struct arena *a = NULL;
    pthread_mutex_lock(&pools.lock);
    struct pool *p = pool_for(size_bytes);
    if (p->count > 0) {
        a = p->arenas[--p->count];
        pools.bytes -= arena_size_bytes(a);
    }
    pthread_mutex_unlock(&pools.lock);
    return a ? a : arena_new();
}

void arena_give(struct arena *a)
{
    arena_reset(a);
    size_t size = arena_size_bytes(a);
    pthread_mutex_lock(&pools.lock);
    struct pool *p = pool_for(size);
    bool kept = p->count < POOL_ARENAS && pools.bytes + size <= POOL_BYTES;
    if (kept) {
        p->arenas[p->count++] = a;
        pools.bytes += size;
    }
    pthread_mutex_unlock(&pools.lock);
    if (!kept) arena_free(a);
}
