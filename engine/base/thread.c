/*
 * thread.c: POSIX threads behind the few calls that the engine needs.
 *
 * Who waits at a turnstile sleeps at a bell that few others share, so that the end of a turn wakes the next
 * ticket and not everyone.
 */

#include "base/thread.h"

#include <time.h>

#include <assert.h>
#include <sched.h>
#include <signal.h>

#include "base/arena.h"

struct start {
    void (*fn)(void *arg);
    void *arg;
};

static void *run(void *p)
{
    struct start s = *(struct start *)p;
    mem_free(p);
    s.fn(s.arg);
    return NULL;
}

bool thread_start(struct thread *t, void (*fn)(void *arg), void *arg)
{
    struct start *s = mem_alloc(sizeof *s);
    *s = (struct start){ fn, arg };
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    t->started = pthread_create(&t->id, NULL, run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!t->started) mem_free(s);
    return t->started;
}

void thread_join(struct thread *t)
{
    if (!t->started) return;
    pthread_join(t->id, NULL);
    t->started = false;
}

/* So many milliseconds from now. */
static struct timespec after(long ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000L;
    t.tv_sec += t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

void thread_wait(pthread_cond_t *signal, pthread_mutex_t *lock, long at_most_ms)
{
    struct timespec until = after(at_most_ms);
    pthread_cond_timedwait(signal, lock, &until);
}

bool thread_lock_soon(pthread_mutex_t *lock, long at_most_ms)
{
    if (pthread_mutex_trylock(lock) == 0) return true;
    struct timespec until = after(at_most_ms);
    return pthread_mutex_timedlock(lock, &until) == 0;
}

uint32_t thread_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? (uint32_t)n : 1;
}

void turnstile_init(struct turnstile *t)
{
    pthread_mutex_init(&t->lock, NULL);
    for (int i = 0; i < TURNSTILE_BELLS; i++) pthread_cond_init(&t->bells[i], NULL);
    t->issued = t->turn = 0;
    t->stopped = false;
}

void turnstile_fini(struct turnstile *t)
{
    for (int i = 0; i < TURNSTILE_BELLS; i++) pthread_cond_destroy(&t->bells[i]);
    pthread_mutex_destroy(&t->lock);
}

uint64_t turnstile_ticket(struct turnstile *t)
{
    pthread_mutex_lock(&t->lock);
    uint64_t ticket = t->issued++;
    pthread_mutex_unlock(&t->lock);
    return ticket;
}

bool turnstile_wait(struct turnstile *t, uint64_t ticket)
{
    pthread_mutex_lock(&t->lock);
    assert(ticket >= t->turn);
    while (t->turn != ticket && !t->stopped) {
        pthread_cond_wait(&t->bells[ticket % TURNSTILE_BELLS], &t->lock);
    }
    bool mine = !t->stopped;
    pthread_mutex_unlock(&t->lock);
    return mine;
}

void turnstile_done(struct turnstile *t, uint64_t ticket)
{
    pthread_mutex_lock(&t->lock);
    assert(t->turn == ticket);
    t->turn = ticket + 1;
    pthread_cond_broadcast(&t->bells[t->turn % TURNSTILE_BELLS]);
    pthread_mutex_unlock(&t->lock);
}

void turnstile_stop(struct turnstile *t)
{
    pthread_mutex_lock(&t->lock);
    t->stopped = true;
    for (int i = 0; i < TURNSTILE_BELLS; i++) pthread_cond_broadcast(&t->bells[i]);
    pthread_mutex_unlock(&t->lock);
}

void handover_init(struct handover *h, uint32_t places)
{
    assert(places > 0 && places <= HANDOVER_PLACES);
    *h = (struct handover){ .places = places };
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->moved, NULL);
}

void handover_fini(struct handover *h)
{
    pthread_cond_destroy(&h->moved);
    pthread_mutex_destroy(&h->lock);
}

void handover_reserve(struct handover *h, uint64_t ticket)
{
    pthread_mutex_lock(&h->lock);
    while (ticket - h->next >= h->places) pthread_cond_wait(&h->moved, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

void handover_give(struct handover *h, uint64_t ticket)
{
    pthread_mutex_lock(&h->lock);
    assert(ticket - h->next < h->places);
    h->ready[ticket % h->places] = true;
    pthread_mutex_unlock(&h->lock);
}

bool handover_take(struct handover *h, uint64_t *ticket)
{
    pthread_mutex_lock(&h->lock);
    bool mine = !h->taken && h->ready[h->next % h->places];
    if (mine) {
        h->taken = true;
        *ticket = h->next;
    }
    pthread_mutex_unlock(&h->lock);
    return mine;
}

void handover_done(struct handover *h)
{
    pthread_mutex_lock(&h->lock);
    assert(h->taken);
    h->taken = h->ready[h->next % h->places] = false;
    h->next++;
    pthread_cond_broadcast(&h->moved);
    pthread_mutex_unlock(&h->lock);
}

void handover_wait(struct handover *h, uint64_t ticket)
{
    pthread_mutex_lock(&h->lock);
    while (h->next <= ticket) pthread_cond_wait(&h->moved, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

bool handover_is_next(struct handover *h, uint64_t ticket)
{
    pthread_mutex_lock(&h->lock);
    bool is_next = h->next == ticket;
    pthread_mutex_unlock(&h->lock);
    return is_next;
}
