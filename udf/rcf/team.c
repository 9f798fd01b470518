/*
 * team.c: workers that sleep between jobs.
 *
 * A job is a number, so that a worker that wakes late sees that there is a new one. Pieces are given out under the
 * lock: a piece is a tree over a block of records, which takes far longer than the lock does.
 */
#include "udf/rcf/team.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct team {
    pthread_mutex_t lock;
    pthread_cond_t has_work; /* pieces to take, or the end */
    pthread_cond_t is_done;  /* the last piece has come back */
    team_work_fn work;
    void *context;
    int next;     /* piece to give out */
    int n_pieces; /* of the job; next == n_pieces: nothing to take */
    int n_under_way;
    bool ends;
    int n_workers;
    pthread_t workers[];
};

/* Takes pieces until there are none; the lock is held on entry and on return. */
static void take_pieces(struct team *t)
{
    while (t->next < t->n_pieces) {
        int piece = t->next++;
        team_work_fn work = t->work;
        void *context = t->context;
        t->n_under_way++;
        pthread_mutex_unlock(&t->lock);
        work(context, piece);
        pthread_mutex_lock(&t->lock);
        t->n_under_way--;
    }
}

static void *work_until_end(void *arg)
{
    struct team *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->ends) {
        take_pieces(t);
        if (t->n_under_way == 0) pthread_cond_signal(&t->is_done);
        while (!t->ends && t->next == t->n_pieces) pthread_cond_wait(&t->has_work, &t->lock);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

/* Signals are for the threads of the program itself. */
static void start_workers(struct team *t, int n)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < n; i++) {
        if (pthread_create(&t->workers[i], NULL, work_until_end, t) != 0) break;
        t->n_workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct team *team_new(int n_threads)
{
    if (n_threads < 2) return NULL;
    struct team *t = calloc(1, sizeof *t + (size_t)(n_threads - 1) * sizeof t->workers[0]);
    if (!t) return NULL;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->has_work, NULL);
    pthread_cond_init(&t->is_done, NULL);
    start_workers(t, n_threads - 1);
    if (t->n_workers > 0) return t;
    team_free(t);
    return NULL;
}

void team_free(struct team *t)
{
    if (!t) return;
    pthread_mutex_lock(&t->lock);
    t->ends = true;
    pthread_cond_broadcast(&t->has_work);
    pthread_mutex_unlock(&t->lock);
    for (int i = 0; i < t->n_workers; i++) pthread_join(t->workers[i], NULL);
    pthread_cond_destroy(&t->is_done);
    pthread_cond_destroy(&t->has_work);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

void team_run(struct team *t, int n_pieces, team_work_fn work, void *context)
{
    pthread_mutex_lock(&t->lock);
    assert(t->next == t->n_pieces && t->n_under_way == 0);
    t->work = work;
    t->context = context;
    t->next = 0;
    t->n_pieces = n_pieces;
    pthread_cond_broadcast(&t->has_work);
    take_pieces(t);
    while (t->n_under_way > 0) pthread_cond_wait(&t->is_done, &t->lock);
    pthread_mutex_unlock(&t->lock);
}
