#ifndef BASE_ARENA_POOL_H
#define BASE_ARENA_POOL_H

/*
 * arena_pool.h: arenas of what has ended, for what begins. A pipeline makes and drops thousands of batches a
 * second; in a steady state they cost no call to the system. Any thread may take and give.
 */

#include "base/arena.h"

/* An empty arena that will be asked for about size_bytes. */
struct arena *arena_take(size_t size_bytes);
/* Ends the arena's use, as arena_free does; its memory may serve again. */
void arena_give(struct arena *a);

#endif
