#ifndef APP_SERVE_IMPL_H
#define APP_SERVE_IMPL_H

/* serve_impl.h: the control socket as its own files see it: serve.c listens and shares out the processor;
 * serve_client.c talks with one client; serve_query.c runs a query of one; serve_host.c shows the run as a session. */

#include "app/gauges.h"
#include "app/last_errors.h"
#include "app/serve.h"
#include "app/session_impl.h"
#include "io/control.h"

enum {
    SERVE_CLIENTS = 16,
    SERVE_ERRORS = 5, /* the last rows of error_stream that \why tells */
    SERVE_LOOK_MS = 20 /* how often a query looks for rows */
};

/* What clients may use together; each takes what is there. */
struct budget {
    pthread_mutex_t lock;
    double          cpu_s;  /* of one processor; below 0: it was overdrawn */
    double          rows;   /* that may be sent */
    double          filled; /* monotonic seconds */
};

struct client {
    struct serve *serve;
    int           fd;
    struct thread thread;
    atomic_bool   done; /* the thread has nothing more to do */
    bool          used;
};

struct serve {
    struct run           *run;
    struct arena         *arena;
    int                   fd, wake; /* an eventfd: the run is ending */
    struct control_place  place;
    struct thread         thread;
    atomic_bool           ending, closing; /* the run ends; nobody is waited for any more */
    pthread_mutex_t       lock; /* one client at a time compiles, describes or changes */
    struct session       *view; /* the run as a session; under the lock */
    struct session_host   host;
    struct app           *known; /* the run's application compiled from the view's definitions; NULL: not yet */
    struct arena         *view_arena; /* the view's own, while it has another */
    bool                  knows_run; /* it is the run's own */
    struct gauge_board   *board;
    struct budget         budget;
    struct client         clients[SERVE_CLIENTS];
    struct last_errors    errors; /* within the run's gate */
};

/* ---- serve.c ---- */

/* Processor time of the thread. */
double serve_cpu_seconds(void);
/* Whether something may be done for a client just now, and rows be sent to it. */
bool budget_has_time(struct budget *b);
bool budget_has_rows(struct budget *b);
/* It took so much. */
void budget_take(struct budget *b, double cpu_s, double rows);

/* ---- serve_client.c ---- */

/* A thread's function; arg is the client. */
void client_run(void *arg);

/* ---- serve_host.c ---- */

struct status host_open(struct serve *s) MUST_CHECK;
/* Between these two the view is the caller's. What it says lives in the arena: a client that asks without end costs no
 * memory that stays. NULL: what is defined stays. */
struct session *host_view(struct serve *s, struct arena *a);
void            host_done(struct serve *s);
void          host_close(struct serve *s);
/* The run's numbers as members of a message. */
void host_put_metrics(struct serve *s, struct buf *out);
/* The last errors, as lines: those of \why, or all that are kept. */
void host_tell_errors(struct serve *s, bool all, struct buf *out);

/* ---- serve_query.c ---- */

struct live_query;

/* Compiles and starts a query, under the lock. messages: the errors, and warnings. */
struct status live_ask(struct serve *s, const struct session_text *text, struct live_query **out,
                       struct buf *messages) MUST_CHECK;
void live_free(struct live_query *q);
/* The members that tell of its columns. */
void live_put_columns(const struct live_query *q, struct buf *out);
/* Works on the next rows, and appends what came of them as a message; false: there was nothing to do. */
bool live_step(struct live_query *q, struct buf *out, uint32_t *rows);
/* Whether nothing more will come; then the members of the last message. */
bool     live_has_ended(const struct live_query *q);
void     live_put_end(const struct live_query *q, struct buf *out);
uint64_t live_left_out(struct live_query *q);

#endif
