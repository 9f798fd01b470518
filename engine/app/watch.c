/*
 * watch.c: a thread beside the run.
 *
 * It is not the thread that saves the run and reads its tables again: that one waits for a sink that is slow, and then
 * more than ever somebody wants to see why. About four times a second it shows the state to whoever gave a function for
 * that, and looks whether a signal has asked for it.
 */

#include "app/watch.h"

#include "app/metrics.h"
#include "app/run_impl.h"
#include "base/log.h"
#include "io/http_pages.h"

enum { BEAT_MS = 250 };

static atomic_bool status_requested; /* set by a signal handler */

void run_tell_status(void)
{
    atomic_store(&status_requested, true);
}

struct watch {
    struct run         *run;
    struct gauge_board *board;
    struct http_pages  *pages; /* NULL: nobody asked for metrics */
    struct thread       thread;
    pthread_mutex_t     lock;
    pthread_cond_t      bell;
    bool                stopped;
    atomic_bool         begun;
};

/* ---- pages ---- */

static unsigned health_page(const struct gauges *g, struct buf *body)
{
    if (gauges_ill(g, body)) return 503;
    buf_append_c(body, "ok\n");
    return 200;
}

static unsigned make_early_page(struct buf *body)
{
    buf_append_c(body, "the run is starting\n");
    return 503;
}

static unsigned make_page(void *arg, const char *path, struct buf *body, const char **type)
{
    struct watch *w = arg;
    bool metrics = strcmp(path, "/metrics") == 0, health = strcmp(path, "/healthz") == 0;
    if (!metrics && !health) {
        buf_append_c(body, "there is /metrics and /healthz\n");
        return 404;
    }
    if (!atomic_load(&w->begun)) return make_early_page(body);
    struct arena *a = arena_new();
    struct gauges g;
    unsigned status = 200;
    gauges_look(w->board, a, &g);
    if (metrics) {
        *type = METRICS_TYPE;
        metrics_write(body, &g);
    } else {
        status = health_page(&g, body);
    }
    arena_free(a);
    return status;
}

static struct status open_pages(struct watch *w)
{
    struct run *r = w->run;
    if (!r->config->metrics) return OK;
    TRY(http_pages_open(r->arena, r->config->metrics, "--metrics", make_page, w, &w->pages));
    const char *at = http_pages_address(w->pages);
    log_event(LOG_INFO, LOG_FIELDS(LOG_C("where", at)), "metrics at http://%s/metrics", at);
    return OK;
}

/* ---- the thread ---- */

static void show(struct watch *w)
{
    const struct run_config *config = w->run->config;
    bool asked = atomic_exchange(&status_requested, false);
    if (w->pages) http_pages_sweep(w->pages);
    if (!config->watch && !asked) return;
    struct arena *a = arena_new();
    struct gauges g;
    gauges_look(w->board, a, &g);
    if (config->watch) config->watch(config->arg, &g);
    if (asked) watch_log(&g);
    arena_free(a);
}

/* False: it is time to end. A bell that rings for no reason makes a beat too early. */
static bool wait_for_beat(struct watch *w)
{
    pthread_mutex_lock(&w->lock);
    if (!w->stopped) thread_wait(&w->bell, &w->lock, BEAT_MS);
    bool goes_on = !w->stopped;
    pthread_mutex_unlock(&w->lock);
    return goes_on;
}

static void run_watch(void *arg)
{
    struct watch *w = arg;
    while (wait_for_beat(w)) show(w);
    if (atomic_load(&status_requested)) show(w); /* a short run answers, too */
}

struct status watch_open(struct run *r, struct watch **out)
{
    struct watch *w = arena_calloc(r->arena, sizeof *w);
    w->run = r;
    w->board = gauges_open(r);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->bell, NULL);
    *out = w;
    return open_pages(w);
}

void watch_begin(struct watch *w)
{
    atomic_store(&w->begun, true);
    if (!thread_start(&w->thread, run_watch, w))
        log_message(LOG_WARNING, "the system gives no thread for showing the run's state");
}

void watch_close(struct watch *w)
{
    if (!w) return;
    pthread_mutex_lock(&w->lock);
    w->stopped = true;
    pthread_cond_signal(&w->bell);
    pthread_mutex_unlock(&w->lock);
    thread_join(&w->thread);
    http_pages_close(w->pages);
    gauges_close(w->board);
    pthread_cond_destroy(&w->bell);
    pthread_mutex_destroy(&w->lock);
}
