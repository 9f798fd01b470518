/*
 * gate.c: two locks, one within the other. Who works has both and gives the inner one away while it waits; who looks
 * takes that one alone. Without a contender a lock costs some twenty nanoseconds, and there are two a batch.
 */

#include "app/gate.h"

#include <assert.h>

static _Thread_local char me; /* its place is the thread's */

void gate_init(struct gate *g)
{
    pthread_mutex_init(&g->work, NULL);
    pthread_mutex_init(&g->look, NULL);
    atomic_init(&g->worker, NULL);
}

void gate_fini(struct gate *g)
{
    pthread_mutex_destroy(&g->work);
    pthread_mutex_destroy(&g->look);
}

static void begin(struct gate *g)
{
    pthread_mutex_lock(&g->look);
    atomic_store_explicit(&g->worker, &me, memory_order_relaxed);
}

void gate_enter(struct gate *g)
{
    pthread_mutex_lock(&g->work);
    begin(g);
}

bool gate_enter_soon(struct gate *g, long at_most_ms)
{
    if (!thread_lock_soon(&g->work, at_most_ms)) return false;
    begin(g);
    return true;
}

/* Only the thread itself ever stores its own place, so that no other can take it for the one that works. */
static bool is_worker(struct gate *g)
{
    return atomic_load_explicit(&g->worker, memory_order_relaxed) == &me;
}

void gate_leave(struct gate *g)
{
    assert(is_worker(g));
    atomic_store_explicit(&g->worker, NULL, memory_order_relaxed);
    pthread_mutex_unlock(&g->look);
    pthread_mutex_unlock(&g->work);
}

void gate_wait(struct gate *g)
{
    if (is_worker(g)) pthread_mutex_unlock(&g->look);
}

void gate_go_on(struct gate *g)
{
    if (is_worker(g)) pthread_mutex_lock(&g->look);
}

void gate_look(struct gate *g)
{
    pthread_mutex_lock(&g->look);
}

bool gate_look_soon(struct gate *g, long at_most_ms)
{
    return thread_lock_soon(&g->look, at_most_ms);
}

void gate_look_away(struct gate *g)
{
    pthread_mutex_unlock(&g->look);
}
