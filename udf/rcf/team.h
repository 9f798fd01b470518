/*
 * team.h: a few threads that share the pieces of one job.
 *
 * The caller works too, and goes on when all pieces are done. Who takes which piece is left to chance: pieces must not
 * depend on each other, and what is made of their results must not depend on who made them.
 */
#ifndef RCF_TEAM_H
#define RCF_TEAM_H

struct team;

/* Works on piece number `piece`; other pieces are worked on at the same time. */
typedef void (*team_work_fn)(void *context, int piece);

/* A team of n_threads, the caller's among them; fewer when the system gives fewer. NULL: none at all, or n_threads
 * is below 2. */
struct team *team_new(int n_threads);
/* Ends the threads; NULL is fine. */
void team_free(struct team *t);

/* Calls work for the pieces 0..n_pieces-1 and returns when all calls have. Only one thread may run jobs of a team. */
void team_run(struct team *t, int n_pieces, team_work_fn work, void *context);

#endif
