/*
 * keyed.c: tables that are asked by key: what asks (state/keyed) and what answers (io/keyed_source) joined. Declared in
 * feed.h.
 */

#include "app/feed.h"
#include "base/limits.h"
#include "base/log.h"
#include "time/clock.h"

enum {
    CACHE_KEYS = 1000000,
    CACHE_BYTES = 64 << 20,
    TTL_MS = 5 * 60 * 1000,
    MISSING_MS = 30 * 1000
};
enum { TOLD = 3 };

/* One table. */
struct answerer {
    const struct plan_table *table;
    struct io_endpoint      *endpoint;
    struct decode_config     config;
    struct keyed_table       place;
    struct keyed_source     *source;
    struct feed_waiting      waiting;
    uint64_t                 dropped; /* rows that did not convert */
};

struct taking {
    struct answerer  *from;
    struct keyed_ask *ask;
};

/* Rows that do not convert are left out, as those of a table that is read whole (L-27). */
static void take(void *arg, uint32_t of, struct decoded *rows)
{
    struct taking *t = arg;
    for (uint32_t i = 0; i < rows->n_faults; i++) {
        if (t->from->dropped++ >= TOLD) continue;
        log_message(LOG_WARNING, "row left out of reference table %.*s: %s",
                    STR_ARG(t->from->table->name), rows->faults[i].message);
    }
    keyed_give(t->ask, of, rows->batch);
    batch_release(rows->batch);
}

static struct status fetch(void *arg, struct keyed_ask *ask)
{
    struct taking t = { arg, ask };
    return keyed_source_ask(t.from->source, ask->keys, ask->rows, ask->n, take, &t,
                            &ask->unavailable);
}

static void wait_begins(void *arg)
{
    const struct feed_waiting *w = &((struct answerer *)arg)->waiting;
    if (w->gate) gate_wait(w->gate);
}

static void wait_ends(void *arg)
{
    const struct feed_waiting *w = &((struct answerer *)arg)->waiting;
    if (w->gate) gate_go_on(w->gate);
}

static int64_t steady_ms(void *arg)
{
    (void)arg;
    return clock_steady_ms();
}

/* The key's columns are needed even if nobody reads them. */
static bool *needed_columns(struct arena *a, const struct plan_table *t)
{
    bool *needed = arena_dup(a, t->needed, (t->schema.n_columns + 1) * sizeof *needed);
    for (uint32_t i = 0; i < t->n_lookup_key; i++) needed[t->lookup_key[i]] = true;
    return needed;
}

static struct status describe(struct arena *a, const struct plan_table *t, struct answerer *out)
{
    *out = (struct answerer){ .table = t, .endpoint = feed_endpoint(a, &t->endpoint, t->name) };
    out->config = (struct decode_config){ .schema = &t->schema, .needed = needed_columns(a, t) };
    out->place = (struct keyed_table){ .endpoint = out->endpoint,
                                       .config = &out->config,
                                       .key = t->lookup_key,
                                       .n_key = t->n_lookup_key };
    return feed_decode_options(a, out->endpoint, &out->config);
}

struct status feed_keyed_check(struct arena *a, const struct plan_table *t)
{
    struct answerer x;
    if (!t->n_lookup_key) return OK;
    TRY(describe(a, t, &x));
    return keyed_source_check(a, &x.place);
}

static struct status open_table(struct arena *a, const struct plan_table *t,
                                const struct feed_waiting *waiting, struct keyed **out)
{
    struct answerer *x = ARENA_NEW(a, struct answerer);
    TRY(describe(a, t, x));
    x->waiting = *waiting;
    x->place.stop = waiting->stop;
    x->place.waits = waiting->ever;
    const struct io_endpoint *e = x->endpoint;
    TRY(keyed_source_open(a, &x->place, &x->source));
    const struct keyed_config config = {
        .schema = &t->schema,
        .needed = x->config.needed,
        .key = t->lookup_key,
        .n_key = t->n_lookup_key,
        .unique = t->n_primary_key > 0,
        .keys_max = (uint64_t)option_count(e, "cache_keys", CACHE_KEYS),
        .bytes_max = (size_t)option_size(e, "cache_size", CACHE_BYTES),
        .ttl_ms = option_interval(e, "ttl", TTL_MS),
        .missing_ttl_ms = option_interval(e, "missing_ttl", MISSING_MS),
        .now_ms = steady_ms,
        .fetch = fetch,
        .wait = wait_begins,
        .go_on = wait_ends,
        .arg = x,
    };
    *out = keyed_new(&config);
    return OK;
}

struct status feed_keyed_open(struct arena *a, const struct app_plan *plan,
                              const struct feed_waiting *waiting, struct keyed ***out)
{
    struct keyed **all = arena_calloc(a, (plan->n_tables + 1) * sizeof *all);
    *out = all;
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        if (plan->tables[i].n_lookup_key) TRY(open_table(a, &plan->tables[i], waiting, &all[i]));
    }
    return OK;
}

void feed_keyed_look(struct keyed *keyed, struct keyed_look *out)
{
    keyed_source_look(((struct answerer *)keyed_arg(keyed))->source, out);
}

void feed_keyed_clear(struct keyed **keyed, const struct app_plan *plan)
{
    for (uint32_t i = 0; i < plan->n_tables; i++) {
        if (keyed[i]) keyed_clear(keyed[i]);
    }
}

/* An answer about other keys than those that were asked for is a mistake somewhere. */
static void tell_strays(struct keyed *k, const struct plan_table *t)
{
    uint64_t n = keyed_counts(k).strays;
    if (n)
        log_message(LOG_WARNING,
                    "%llu rows that came for reference table %.*s were left out: their key "
                    "is none that was asked for",
                    (unsigned long long)n, STR_ARG(t->name));
}

void feed_keyed_close(struct keyed **keyed, const struct app_plan *plan)
{
    for (uint32_t i = 0; keyed && i < plan->n_tables; i++) {
        if (keyed[i]) tell_strays(keyed[i], &plan->tables[i]);
        keyed_free(keyed[i]);
        keyed[i] = NULL;
    }
}
