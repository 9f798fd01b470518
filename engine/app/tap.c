/* tap.c: places for taps, and their queues. */

#include "app/tap.h"

#include <stdatomic.h>

#include "base/thread.h"

enum {
    TAP_ROWS = 2048,   /* that wait for a reader */
    TAP_BATCHES = 512, /* each may keep a block of input in memory */
    SPANS = 32         /* of whole rows that are remembered: more than are on their way */
};

/* Numbers of rows, ends included. */
struct seq_span {
    uint64_t first, last;
};

struct tap_place {
    pthread_mutex_t lock;
    atomic_uint     n_taps;
    atomic_bool     wants_whole;
    struct tap     *taps; /* a list */
    struct bound    bound;
    struct seq_span spans[SPANS]; /* a ring */
    uint32_t        n_spans;      /* that were ever put there */
};

struct taps {
    struct arena      *arena;
    struct tap_place **places; /* they stay where they are */
    uint32_t           n_places;
};

struct tap {
    struct tap_place *place;
    struct tap       *next;
    bool              whole;
    bool              begun; /* it has had a row; those before were on their way when it came */
    bool              ended; /* the stream is another one */
    struct batch     *batches[TAP_BATCHES]; /* a ring */
    uint32_t          first, n_batches;
    uint32_t          n_rows;
    uint64_t          left_out;
};

void taps_grow(struct taps *t, uint32_t n_streams)
{
    if (n_streams <= t->n_places) return;
    struct tap_place **places = arena_calloc(t->arena, n_streams * sizeof(struct tap_place *));
    if (t->n_places) memcpy(places, t->places, t->n_places * sizeof(struct tap_place *));
    for (uint32_t i = t->n_places; i < n_streams; i++) {
        places[i] = ARENA_NEW(t->arena, struct tap_place);
        pthread_mutex_init(&places[i]->lock, NULL);
        places[i]->bound = BOUND_NONE;
    }
    t->places = places;
    t->n_places = n_streams;
}

struct taps *taps_new(uint32_t n_streams)
{
    struct arena *a = arena_new();
    struct taps *t = ARENA_NEW(a, struct taps);
    t->arena = a;
    taps_grow(t, n_streams);
    return t;
}

void taps_free(struct taps *t)
{
    if (!t) return;
    for (uint32_t i = 0; i < t->n_places; i++) pthread_mutex_destroy(&t->places[i]->lock);
    arena_free(t->arena);
}

/* ---- whole rows ---- */

static bool has_room(const struct tap *tap)
{
    return tap->n_rows < TAP_ROWS / 2 && tap->n_batches < TAP_BATCHES / 2;
}

/* Under the lock. */
static void weigh(struct tap_place *p)
{
    bool wants = false;
    for (const struct tap *t = p->taps; t; t = t->next) wants |= t->whole && has_room(t);
    atomic_store_explicit(&p->wants_whole, wants, memory_order_relaxed);
}

bool taps_want_whole(struct taps *t, uint32_t stream)
{
    return atomic_load_explicit(&t->places[stream]->wants_whole, memory_order_relaxed);
}

void taps_note_whole(struct taps *t, uint32_t stream, uint64_t first, uint64_t last)
{
    struct tap_place *p = t->places[stream];
    pthread_mutex_lock(&p->lock);
    struct seq_span *latest = p->n_spans ? &p->spans[(p->n_spans - 1) % SPANS] : NULL;
    if (latest && latest->last + 1 == first) latest->last = last;
    else p->spans[p->n_spans++ % SPANS] = (struct seq_span){ first, last };
    pthread_mutex_unlock(&p->lock);
}

static bool is_whole(const struct tap_place *p, uint64_t seq)
{
    uint32_t n = p->n_spans < SPANS ? p->n_spans : SPANS;
    for (uint32_t i = 1; i <= n; i++) {
        const struct seq_span *s = &p->spans[(p->n_spans - i) % SPANS];
        if (seq >= s->first && seq <= s->last) return true;
    }
    return false;
}

/* The rows that have all their columns; the caller's reference, or NULL: none. before: those in front of the first. */
static struct batch *whole_rows(const struct tap_place *p, struct batch *rows, uint32_t *before)
{
    uint32_t live = batch_live(rows), n = 0;
    *before = live;
    uint32_t *sel = mem_alloc((live + 1) * sizeof *sel);
    for (uint32_t i = 0; i < live; i++) {
        uint32_t row = batch_row(rows, i);
        if (!is_whole(p, rows->cause_seqs[row])) continue;
        if (n == 0) *before = i;
        sel[n++] = row;
    }
    struct batch *out = NULL;
    if (n == live) out = batch_retain(rows);
    else if (n > 0) out = batch_narrow(rows, sel, n);
    mem_free(sel);
    return out;
}

/* ---- rows come ---- */

static void keep(struct tap *t, struct batch *rows)
{
    if (t->ended) return;
    uint32_t live = batch_live(rows), before = 0;
    bool full = t->n_batches == TAP_BATCHES || t->n_rows >= TAP_ROWS;
    struct batch *b = full       ? NULL
                      : t->whole ? whole_rows(t->place, rows, &before)
                                 : batch_retain(rows);
    uint32_t n = b ? batch_live(b) : 0;
    t->left_out += live - n - (t->begun ? 0 : before);
    if (!b) return;
    t->begun = true;
    t->batches[(t->first + t->n_batches++) % TAP_BATCHES] = b;
    t->n_rows += n;
}

static struct status take_rows(void *arg, struct batch *rows)
{
    struct tap_place *p = arg;
    if (atomic_load_explicit(&p->n_taps, memory_order_relaxed) == 0) return OK;
    pthread_mutex_lock(&p->lock);
    for (struct tap *t = p->taps; t; t = t->next) keep(t, rows);
    weigh(p);
    pthread_mutex_unlock(&p->lock);
    return OK;
}

static struct status take_bound(void *arg, struct bound bound)
{
    struct tap_place *p = arg;
    bool watched = atomic_load_explicit(&p->n_taps, memory_order_relaxed) > 0;
    if (!watched && bound.time != ROWTIME_END) return OK;
    pthread_mutex_lock(&p->lock);
    p->bound = bound;
    pthread_mutex_unlock(&p->lock);
    return OK;
}

struct graph_sink taps_sink(struct taps *t, uint32_t stream)
{
    return (struct graph_sink){ .arg = t->places[stream], .rows = take_rows, .bound = take_bound };
}

/* ---- readers ---- */

struct tap *tap_open(struct taps *t, uint32_t stream, bool whole)
{
    struct tap *tap = mem_calloc(1, sizeof *tap);
    tap->place = t->places[stream];
    tap->whole = whole;
    struct tap_place *p = tap->place;
    pthread_mutex_lock(&p->lock);
    tap->next = p->taps;
    p->taps = tap;
    atomic_fetch_add(&p->n_taps, 1);
    weigh(p);
    pthread_mutex_unlock(&p->lock);
    return tap;
}

void taps_end(struct taps *t, uint32_t stream)
{
    struct tap_place *p = t->places[stream];
    pthread_mutex_lock(&p->lock);
    for (struct tap *tap = p->taps; tap; tap = tap->next) tap->ended = true;
    p->bound = BOUND_NONE;
    pthread_mutex_unlock(&p->lock);
}

void tap_close(struct tap *tap)
{
    struct tap_place *p = tap->place;
    pthread_mutex_lock(&p->lock);
    struct tap **at = &p->taps;
    while (*at != tap) at = &(*at)->next;
    *at = tap->next;
    atomic_fetch_sub(&p->n_taps, 1);
    weigh(p);
    pthread_mutex_unlock(&p->lock);
    for (uint32_t i = 0; i < tap->n_batches; i++)
        batch_release(tap->batches[(tap->first + i) % TAP_BATCHES]);
    mem_free(tap);
}

struct batch *tap_take(struct tap *tap, struct bound *bound)
{
    struct tap_place *p = tap->place;
    struct batch *rows = NULL;
    pthread_mutex_lock(&p->lock);
    *bound = tap->ended ? BOUND_END : p->bound;
    if (tap->n_batches > 0) {
        rows = tap->batches[tap->first];
        tap->first = (tap->first + 1) % TAP_BATCHES;
        tap->n_batches--;
        tap->n_rows -= batch_live(rows);
        weigh(p);
    }
    pthread_mutex_unlock(&p->lock);
    return rows;
}

uint64_t tap_left_out(struct tap *tap)
{
    pthread_mutex_lock(&tap->place->lock);
    uint64_t n = tap->left_out;
    pthread_mutex_unlock(&tap->place->lock);
    return n;
}
