#ifndef BASE_THREAD_H
#define BASE_THREAD_H

/*
 * thread.h: threads, and the turnstile that keeps pieces of work in order.
 *
 * Workers take pieces of an input in turn, work on them side by side, and hand the results over in the order of the
 * input. A turnstile lets tickets 0, 1, 2, ... through one after the other; two of them make the pattern:
 *
 *     for (;;) {
 *         uint64_t ticket = turnstile_ticket(&reading);
 *         if (!turnstile_wait(&reading, ticket)) break;         stopped
 *         bool more = read_piece(...);
 *         if (more) turnstile_done(&reading, ticket); else { turnstile_stop(&reading); break; }
 *         decode(...);                                          in parallel
 *         if (!turnstile_wait(&handing, ticket)) break;
 *         hand_over(...);                                       in the order of the input
 *         turnstile_done(&handing, ticket);
 *     }
 *
 * As many pieces are under way as there are workers; one worker alone makes progress. Waiting sleeps.
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
/* Whether the ticket's turn has come: all before it are done. */
bool turnstile_is_turn(struct turnstile *t, uint64_t ticket);
/* Ends the ticket's turn and begins that of the next one. */
void turnstile_done(struct turnstile *t, uint64_t ticket);
/* Wakes all who wait, and lets nobody pass from now on. Any thread may call it, at any time. */
void turnstile_stop(struct turnstile *t);

#endif
