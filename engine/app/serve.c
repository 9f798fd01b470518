/*
 * serve.c: listening, and what clients may use.
 *
 * A thread takes connections; each client has one of its own, which waits for its socket most of the time. What they
 * do for queries is paid from one budget: a share of a processor, and a number of rows a second that no screen can
 * show more of. So ten clients disturb a pipeline at full speed no more than one does.
 */

#include "app/serve.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/serve_impl.h"
#include "base/utf8.h"

/* of one processor, for all clients together; and how much may be saved up */
static const double CPU_SHARE = 0.05, CPU_SAVED_S = 0.02;
static const double ROWS_A_SECOND = 5000, ROWS_SAVED = 2000;

enum { GRACE_MS = 500 };

/* ---- the budget ---- */

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double serve_cpu_seconds(void)
{
    return seconds(CLOCK_THREAD_CPUTIME_ID);
}

static double less(double a, double b)
{
    return a < b ? a : b;
}

static void fill(struct budget *b)
{
    double now = seconds(CLOCK_MONOTONIC), passed = now - b->filled;
    b->filled = now;
    b->cpu_s = less(b->cpu_s + passed * CPU_SHARE, CPU_SAVED_S);
    b->rows = less(b->rows + passed * ROWS_A_SECOND, ROWS_SAVED);
}

bool budget_has_time(struct budget *b)
{
    pthread_mutex_lock(&b->lock);
    fill(b);
    bool has = b->cpu_s > 0;
    pthread_mutex_unlock(&b->lock);
    return has;
}

bool budget_has_rows(struct budget *b)
{
    pthread_mutex_lock(&b->lock);
    fill(b);
    bool has = b->cpu_s > 0 && b->rows > 0;
    pthread_mutex_unlock(&b->lock);
    return has;
}

void budget_take(struct budget *b, double cpu_s, double rows)
{
    pthread_mutex_lock(&b->lock);
    b->cpu_s -= cpu_s;
    b->rows -= rows;
    pthread_mutex_unlock(&b->lock);
}

/* ---- connections ---- */

/* Clients whose conversation is over give their places back. */
static void reap(struct serve *s, bool all)
{
    for (int i = 0; i < SERVE_CLIENTS; i++) {
        struct client *c = &s->clients[i];
        if (!c->used || !(all || atomic_load(&c->done))) continue;
        thread_join(&c->thread);
        close(c->fd);
        c->used = false;
    }
}

static void turn_away(int fd)
{
    static const char message[] = "{\"ok\":false,\"code\":\"LIMIT_EXCEEDED\",\"message\":"
                                  "\"as many clients are connected as may be: 16\"}\n";
    (void)!send(fd, message, sizeof message - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}

static void take_client(struct serve *s, int fd)
{
    struct client *c = NULL;
    for (int i = 0; i < SERVE_CLIENTS && !c; i++) {
        if (!s->clients[i].used) c = &s->clients[i];
    }
    if (!c) {
        turn_away(fd);
        return;
    }
    *c = (struct client){ .serve = s, .fd = fd, .used = true };
    if (thread_start(&c->thread, client_run, c)) return;
    c->used = false;
    close(fd);
}

static void take_clients(void *arg)
{
    struct serve *s = arg;
    struct pollfd polls[] = { { .fd = s->fd, .events = POLLIN },
                              { .fd = s->wake, .events = POLLIN } };
    while (!atomic_load(&s->ending)) {
        if (poll(polls, 2, 1000) < 0 && errno != EINTR) break;
        reap(s, false);
        int fd = polls[0].revents ? accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
        if (fd >= 0) take_client(s, fd);
        else if (polls[0].revents && errno != EAGAIN) poll(NULL, 0, SERVE_LOOK_MS);
    }
}

/* ---- life ---- */

struct status serve_open(struct run *r, struct serve **out)
{
    *out = NULL;
    if (!r->config->control) return OK;
    struct serve *s = ARENA_NEW(r->arena, struct serve);
    s->run = r;
    s->arena = r->arena;
    TRY(control_listen(r->arena, r->config->control, &s->fd, &s->place));
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->budget.lock, NULL);
    s->budget.filled = seconds(CLOCK_MONOTONIC);
    r->taps = taps_new(r->plan->n_streams);
    *out = s;
    return OK;
}

void serve_attach(struct serve *s, struct graph *g, const struct app_plan *plan)
{
    if (!s) return;
    taps_grow(s->run->taps, plan->n_streams);
    for (uint32_t i = 0; i < plan->n_streams; i++) {
        struct graph_sink into = taps_sink(s->run->taps, i);
        graph_add_sink(g, i, 0, &into);
    }
}

struct status serve_start(struct serve *s)
{
    if (!s) return OK;
    TRY(host_open(s));
    if (thread_start(&s->thread, take_clients, s)) return OK;
    return status_new(s->arena, ERR_INTERNAL, SPAN_NONE,
                      "the system gives no thread for the control socket");
}

static bool is_talking(const struct serve *s)
{
    for (int i = 0; i < SERVE_CLIENTS; i++) {
        if (s->clients[i].used && !atomic_load(&s->clients[i].done)) return true;
    }
    return false;
}

void serve_close(struct serve *s)
{
    if (!s) return;
    atomic_store(&s->ending, true);
    uint64_t one = 1;
    (void)!write(s->wake, &one, sizeof one);
    thread_join(&s->thread);
    double until = seconds(CLOCK_MONOTONIC) + GRACE_MS * 1e-3;
    while (is_talking(s) && seconds(CLOCK_MONOTONIC) < until) poll(NULL, 0, 5);
    atomic_store(&s->closing, true);
    for (int i = 0; i < SERVE_CLIENTS; i++) {
        if (s->clients[i].used) shutdown(s->clients[i].fd, SHUT_RDWR);
    }
    reap(s, true);
    host_close(s);
    control_unlisten(s->fd, &s->place);
    close(s->wake);
    taps_free(s->run->taps);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->budget.lock);
}

/* ---- errors ---- */

void serve_note_error(struct serve *s, const struct error_told *e)
{
    if (!s) return;
    struct error_told told = *e;
    if (s->run->plan->personal && !s->run->config->control_personal) told.row = STR_EMPTY;
    last_errors_keep(&s->errors, &told);
}
