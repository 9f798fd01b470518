#ifndef BASE_THREAD_H
#define BASE_THREAD_H

/*
 * thread.h: threads, and what keeps pieces of work in order.
 *
 * Workers take pieces of an input in turn, work on them side by side, and the results go on in the order of the
 * input. A turnstile lets tickets 0, 1, 2, ... through one after the other; behind the work, a handover takes pieces
 * as they become ready, and whichever worker finds the next one ready passes it on. So nobody waits for a slower one:
 *
 *     for (;;) {
 *         uint64_t ticket = turnstile_ticket(&reading);
 *         if (!turnstile_wait(&reading, ticket)) break;         stopped
 *         handover_reserve(&ready, ticket);                     bounds what is under way
 *         bool more = read_piece(...);
 *         if (more) turnstile_done(&reading, ticket); else { turnstile_stop(&reading); break; }
 *         decode(...);                                          in parallel
 *         handover_give(&ready, ticket);
 *         for (uint64_t t; handover_take(&ready, &t); handover_done(&ready)) pass_on(t);    in the order of the input
 *     }
 *
 * One worker alone makes progress. Waiting sleeps.
 */

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct thread {
    pthread_t id;
    bool      started;
};

/* Runs fn(arg) in a thread of its own, with all signals blocked. False: the system gives no more threads. */
bool thread_start(struct thread *t, void (*fn)(void *arg), void *arg);
/* Waits for its end; nothing for a thread that was not started. */
void thread_join(struct thread *t);
/* Waits for a signal of the condition, at most so many milliseconds; may come back for no reason, as conditions do. */
void thread_wait(pthread_cond_t *signal, pthread_mutex_t *lock, long at_most_ms);
/* Locks, waiting no longer than this; false: somebody else still has it. */
bool thread_lock_soon(pthread_mutex_t *lock, long at_most_ms);
/* Processors this process may use, at least 1. */
uint32_t thread_cpus(void);

enum { TURNSTILE_BELLS = 16 };

struct turnstile {
    pthread_mutex_t lock;
    pthread_cond_t  bells[TURNSTILE_BELLS]; /* ticket t waits at bell t modulo TURNSTILE_BELLS */
    uint64_t        issued;                 /* tickets given out */
    uint64_t        turn;                   /* the ticket that may pass */
    bool            stopped;
};

void turnstile_init(struct turnstile *t);
/* Nobody may wait any more. */
void turnstile_fini(struct turnstile *t);
/* The next ticket. */
uint64_t turnstile_ticket(struct turnstile *t);
/* Waits for the ticket's turn. False when the turnstile has been stopped. */
bool turnstile_wait(struct turnstile *t, uint64_t ticket);
/* Ends the ticket's turn and begins that of the next one. */
void turnstile_done(struct turnstile *t, uint64_t ticket);
/* Wakes all who wait, and lets nobody pass from now on. Any thread may call it, at any time. */
void turnstile_stop(struct turnstile *t);

enum { HANDOVER_PLACES = 64 };

/* Pieces 0, 1, 2, ... that become ready in any order and are passed on in theirs, one at a time. A ticket that was
 * reserved is given, or it is the last one. */
struct handover {
    pthread_mutex_t lock;
    pthread_cond_t  moved;
    uint64_t        next;   /* the piece that is passed on next, or now */
    uint32_t        places; /* pieces between their reservation and their end, at most */
    bool            taken;  /* somebody passes the piece `next` on */
    bool            ready[HANDOVER_PLACES];
};

/* places: from 1 to HANDOVER_PLACES. */
void handover_init(struct handover *h, uint32_t places);
/* Nobody may use it any more. */
void handover_fini(struct handover *h);
/* Waits until the piece has a place: those before it by `places` or more have been passed on. */
void handover_reserve(struct handover *h, uint64_t ticket);
/* The piece is ready. */
void handover_give(struct handover *h, uint64_t ticket);
/* True: the caller is the one who passes piece *ticket on, and says so with handover_done. False: the next piece is not
 * ready yet, or somebody else is at it, who will look for the following ones too. */
bool handover_take(struct handover *h, uint64_t *ticket);
void handover_done(struct handover *h);
/* Waits until the piece has been passed on. */
void handover_wait(struct handover *h, uint64_t ticket);
/* Whether all pieces before this one have been passed on. */
bool handover_is_next(struct handover *h, uint64_t ticket);

#endif
