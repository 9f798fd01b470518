/*
 * keyed_source.c: rows by key: how often is asked, and what becomes of keys without an answer.
 *
 * With on_error = 'missing' a server that is gone costs its timeouts once: until a pause has passed, which doubles as
 * long as it stays away, its keys count as missing without being asked for.
 *
 * A run that is stopped works off what it has read, as long as answers come. Who waits and for how long is there to be
 * looked at all the time, and the log says it when it takes long.
 */

#include "io/keyed_source.h"

#include <stdio.h>

#include "base/log.h"
#include "base/thread.h"
#include "io/output.h"
#include "time/clock.h"

enum {
    RETRIES = 3,
    REST_MS = 100,
    GRACE_MS = 2000,  /* that a run to be stopped waits for another answer */
    LONG_MS = 5000,   /* that rows have waited when the log says so for the first time ... */
    AGAIN_MS = 60000 /* ... and between two such messages */
};
enum on_error { ERROR_WAIT, ERROR_MISSING, ERROR_STOP };

struct keyed_source {
    const struct keyed_class *class;
    struct arena             *messages; /* apart: the endpoint's may be in use by other threads */
    const struct io_endpoint *endpoint;
    const char               *place; /* for messages */
    void                     *driver;
    const atomic_bool        *stop;
    int64_t                   retries;
    enum on_error             on_error;
    struct backoff            pauses; /* between tries */
    struct backoff            quiet;  /* between failures, when keys count as missing */
    atomic_llong              quiet_until_ms; /* steady */
    bool                      told;
    int64_t                   began_ms, reminded_ms; /* steady; reminded_ms 0: not yet */
    int64_t                   alive_ms; /* of a run to be stopped: when the last answer came; 0: it is not */
    size_t                    answered; /* by then */
    /* for who watches */
    struct attempts           asking;
    atomic_llong              tries;
    pthread_mutex_t           lock; /* of the reason */
    char                      reason[KEYED_REASON_MAX];
};

static const struct keyed_class *class_of(enum url_kind kind)
{
    return kind == URL_HTTP ? &keyed_http_class : kind == URL_SQLITE ? &keyed_sqlite_class : NULL;
}

static struct status read_on_error(struct arena *a, const struct io_endpoint *e,
                                   enum on_error *out)
{
    static const char *const words[] = { "wait", "missing", "stop" };
    struct str word = option_text(e, "on_error", "wait");
    for (int i = 0; i < 3; i++) {
        if (!str_equal_nocase_c(word, words[i])) continue;
        *out = (enum on_error)i;
        return OK;
    }
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "option \"on_error\" of %s is '%.*s', not 'wait', 'missing' or 'stop'",
                      e->name, STR_ARG(word));
}

struct status keyed_source_check(struct arena *a, const struct keyed_table *t)
{
    struct url u;
    enum on_error ignored;
    TRY(url_parse(a, t->endpoint, &u));
    TRY(read_on_error(a, t->endpoint, &ignored));
    if (u.kind == URL_HTTP) return keyed_http_check(a, t, &u);
    if (class_of(u.kind)) return OK;
    struct status st = status_new(a, ERR_BAD_OPTION, t->endpoint->at,
                                  "'%.*s' of %s cannot be asked by key", STR_ARG(t->endpoint->url),
                                  t->endpoint->name);
    return status_with_hint(st, "lookup = 'key' is for sqlite:, http: and https:");
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

struct status keyed_source_open(struct arena *a, const struct keyed_table *t,
                                struct keyed_source **out)
{
    struct url u;
    const struct io_endpoint *e = t->endpoint;
    struct keyed_source *s = ARENA_NEW(a, struct keyed_source);
    TRY(url_parse(a, e, &u));
    TRY(read_on_error(a, e, &s->on_error));
    s->class = class_of(u.kind);
    s->stop = t->stop;
    pthread_mutex_init(&s->lock, NULL);
    if (!t->waits && s->on_error == ERROR_WAIT) s->on_error = ERROR_MISSING;
    s->messages = arena_new();
    arena_on_free(a, free_arena, s->messages);
    s->endpoint = e;
    s->place = web_public_url(a, u.path);
    s->retries = option_count(e, "retries", RETRIES);
    s->pauses = s->quiet = backoff_new(option_interval(e, "backoff", BACKOFF_MS));
    TRY(s->class->open(a, t, &u, &s->driver));
    *out = s;
    return OK;
}

/* ---- messages ---- */

static struct status failed(struct keyed_source *s, const struct keyed_asking *x, int64_t tries)
{
    return status_new(s->messages, ERR_UNREACHABLE, s->endpoint->at,
                      "cannot look up in %s of %s (%lld %s): %s", s->place, s->endpoint->name,
                      (long long)tries, tries == 1 ? "try" : "tries", x->reason);
}

static void tell(struct keyed_source *s, const struct keyed_asking *x, int64_t tries)
{
    if (s->told) return;
    s->told = true;
    s->reminded_ms = clock_steady_ms();
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("table", s->endpoint->name), LOG_C("where", s->place)),
              "cannot look up in %s of %s (%lld %s): %s; %s", s->place, s->endpoint->name,
              (long long)tries, tries == 1 ? "try" : "tries", x->reason,
              s->on_error == ERROR_WAIT ? "rows wait" : "keys count as missing");
}

static void tell_success(struct keyed_source *s)
{
    if (s->told)
        log_message(LOG_INFO, "looking up in %s of %s works again", s->place, s->endpoint->name);
    s->told = false;
    atomic_store(&s->quiet_until_ms, 0);
    backoff_reset(&s->quiet);
}

/* Rows that wait for long are told of, with or without a failure. */
static void remind(struct keyed_source *s)
{
    int64_t now = clock_steady_ms(), waited = now - s->began_ms;
    if (waited < LONG_MS || (s->reminded_ms && now - s->reminded_ms < AGAIN_MS)) return;
    s->reminded_ms = now;
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("table", s->endpoint->name), LOG_C("where", s->place)),
              "rows have waited %lld s for the lookup in %s of %s (try %lld)%s%s",
              (long long)(waited / 1000), s->place, s->endpoint->name,
              (long long)atomic_load(&s->tries), s->reason[0] ? "; before: " : "", s->reason);
}

static void note_reason(struct keyed_source *s, const char *reason)
{
    pthread_mutex_lock(&s->lock);
    snprintf(s->reason, sizeof s->reason, "%s", reason);
    pthread_mutex_unlock(&s->lock);
}

void keyed_source_look(struct keyed_source *s, struct keyed_look *out)
{
    *out = (struct keyed_look){ .asking = attempts_look(&s->asking),
                                .tries = atomic_load(&s->tries),
                                .skips = atomic_load(&s->quiet_until_ms) > clock_steady_ms(),
                                .place = s->place };
    pthread_mutex_lock(&s->lock);
    memcpy(out->reason, s->reason, sizeof out->reason);
    pthread_mutex_unlock(&s->lock);
}

/* ---- stops ---- */

static bool is_stopped(const struct keyed_source *s)
{
    return output_is_stopped() || (s->stop && atomic_load(s->stop));
}

/* While requests are under way: what the run has read is worked off as long as answers come. */
static bool gives_up(void *arg, size_t answered)
{
    struct keyed_source *s = arg;
    int64_t now = clock_steady_ms();
    remind(s);
    if (!is_stopped(s)) return false;
    if (!s->alive_ms || answered != s->answered) s->alive_ms = now;
    s->answered = answered;
    return now - s->alive_ms >= GRACE_MS;
}

static void rest(struct keyed_source *s, int64_t ms)
{
    for (; ms > 0 && !is_stopped(s); ms -= REST_MS) {
        remind(s);
        output_pause(ms < REST_MS ? ms : REST_MS);
    }
}

static void be_quiet(struct keyed_source *s)
{
    atomic_store(&s->quiet_until_ms, clock_steady_ms() + s->quiet.most_ms);
    (void)backoff_next(&s->quiet);
}

/* ---- asking ---- */

/* What ends the tries, if anything does: the run, or the knowledge that there is nothing. */
static bool is_fatal(const struct keyed_source *s, enum web_answer answer, bool spent)
{
    if (s->on_error == ERROR_MISSING) return false;
    if (is_stopped(s) || (spent && s->on_error == ERROR_STOP)) return true;
    return answer == WEB_NEVER;
}

static enum web_answer try_once(struct keyed_source *s, struct keyed_asking *x, int64_t tries)
{
    atomic_store(&s->tries, tries);
    s->answered = 0;
    enum web_answer answer = s->class->ask(s->driver, x);
    if (answer == WEB_DONE) attempts_good(&s->asking);
    else attempts_failed(&s->asking);
    if (answer == WEB_DONE && s->alive_ms) s->alive_ms = clock_steady_ms();
    if (answer != WEB_DONE || s->reason[0]) note_reason(s, answer == WEB_DONE ? "" : x->reason);
    return answer;
}

/* Tries until there is an answer. *unavailable: none will come now, and the run goes on. */
static struct status ask(struct keyed_source *s, struct keyed_asking *x, bool *unavailable)
{
    backoff_reset(&s->pauses);
    for (int64_t tries = 1;; tries++) {
        enum web_answer answer = try_once(s, x, tries);
        if (answer == WEB_DONE) {
            tell_success(s);
            return OK;
        }
        bool spent = answer == WEB_NEVER || tries > s->retries;
        if (is_fatal(s, answer, spent)) return failed(s, x, tries);
        if (spent) tell(s, x, tries);
        if ((spent || is_stopped(s)) && s->on_error == ERROR_MISSING) {
            be_quiet(s);
            *unavailable = true;
            return OK;
        }
        rest(s, backoff_next(&s->pauses));
    }
}

struct status keyed_source_ask(struct keyed_source *s, const struct vector *keys,
                               const uint32_t *rows, uint32_t n, keyed_take take, void *arg,
                               bool *unavailable)
{
    *unavailable = atomic_load(&s->quiet_until_ms) > clock_steady_ms();
    if (*unavailable || n == 0) return OK;
    struct arena *a = arena_new();
    struct keyed_asking x = { .arena = a, .keys = keys, .rows = rows, .n = n, .take = take,
                              .arg = arg, .gives_up = gives_up, .gives_up_arg = s };
    x.done = arena_calloc(a, n * sizeof *x.done);
    s->began_ms = clock_steady_ms();
    attempts_begin(&s->asking);
    struct status st = ask(s, &x, unavailable);
    attempts_end(&s->asking);
    atomic_store(&s->tries, 0);
    arena_free(a);
    return st;
}
