/*
 * merge.c: several inputs to one order.
 *
 * Each input is a queue of batches with a place in the first. Inputs are few, so the least of their next rows is
 * found by looking at all of them; then rows are taken from that input as long as they come before the next rows of
 * the others, which is one comparison a row.
 */

#include "time/merge.h"

#include <assert.h>

#include "base/limits.h"
#include "time/gather.h"

struct queue {
    struct batch **batches; /* batches[first .. first + count) */
    size_t         first, count, cap;
    uint32_t       at; /* place among the live rows of the first batch */
};

struct merge {
    struct arena   *arena;
    struct type    *types;
    uint32_t        n_columns;
    struct queue   *queues;
    uint32_t        n_inputs;
    bool            loose;
    struct bounds   bounds;
    uint64_t        n_rows; /* that wait */
    struct row_ref *refs;   /* room for one output batch */
    struct batch  **done;   /* used up while refs still point into them */
    size_t          n_done, cap_done;
};

/* ---- queues ---- */

static struct row_ref queue_row(const struct queue *q)
{
    struct batch *b = q->batches[q->first];
    return (struct row_ref){ b, batch_row(b, q->at) };
}

static void queue_add(struct queue *q, struct batch *b)
{
    if (q->first + q->count == q->cap) {
        if (q->first > q->count) {
            memcpy(q->batches, q->batches + q->first, q->count * sizeof *q->batches);
            q->first = 0;
        } else {
            q->cap = q->cap ? q->cap * 2 : 4;
            q->batches = mem_realloc(q->batches, q->cap * sizeof *q->batches);
        }
    }
    q->batches[q->first + q->count++] = batch_retain(b);
}

static void keep_done(struct merge *m, struct batch *b)
{
    if (m->n_done == m->cap_done) {
        m->cap_done = m->cap_done ? m->cap_done * 2 : 4;
        m->done = mem_realloc(m->done, m->cap_done * sizeof *m->done);
    }
    m->done[m->n_done++] = b;
}

/* To the next row; a batch that is used up is kept until the output is made. */
static void queue_step(struct merge *m, struct queue *q)
{
    struct batch *b = q->batches[q->first];
    if (++q->at < batch_live(b)) return;
    keep_done(m, b);
    q->at = 0;
    q->first++;
    if (--q->count == 0) q->first = 0;
}

/* ---- one order ---- */

static int compare(struct row_ref a, struct row_ref b)
{
    return batch_row_compare(a.batch, a.row, b.batch, b.row);
}

/* Whether the row comes before all that an input with this bound can still bring. */
static bool is_before(const struct merge *m, struct row_ref r, struct bound bound)
{
    rowtime time = r.batch->rowtimes[r.row];
    if (time != bound.time) return time < bound.time;
    if (m->loose) return false;
    rowtime cause = r.batch->cause_times[r.row];
    if (cause != bound.time) return cause < bound.time;
    return r.batch->cause_seqs[r.row] < bound.seq;
}

/* The input with the least next row, the first of equal ones; n_inputs when nothing waits. */
static uint32_t least_input(const struct merge *m)
{
    uint32_t best = m->n_inputs;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        if (m->queues[i].count == 0) continue;
        if (best == m->n_inputs ||
            compare(queue_row(&m->queues[i]), queue_row(&m->queues[best])) < 0) best = i;
    }
    return best;
}

/* The least next row of the inputs but one. */
static uint32_t rival_of(const struct merge *m, uint32_t input)
{
    uint32_t best = m->n_inputs;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        if (i == input || m->queues[i].count == 0) continue;
        if (best == m->n_inputs ||
            compare(queue_row(&m->queues[i]), queue_row(&m->queues[best])) < 0) best = i;
    }
    return best;
}

/* The weakest promise of the inputs that have no row waiting. */
static struct bound silent_bound(const struct merge *m)
{
    struct bound min = BOUND_END;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        if (m->queues[i].count == 0) min = bound_min(min, m->bounds.items[i]);
    }
    return min;
}

/* Takes rows while they come first, of *input and then of the rival that comes before it, until one has nothing
 * waiting, a bound holds the next row back, or there are enough. Returns how many refs there are then. */
static uint32_t take_run(struct merge *m, uint32_t input, uint32_t n)
{
    uint32_t rival = rival_of(m, input);
    struct bound silent = silent_bound(m);
    struct row_ref next = { 0 };
    if (rival < m->n_inputs) next = queue_row(&m->queues[rival]);
    for (struct queue *q = &m->queues[input]; n < SIZE_BATCH_ROWS && q->count;) {
        struct row_ref r = queue_row(q);
        if (rival < m->n_inputs) {
            int c = compare(r, next);
            if (c > 0 || (c == 0 && rival < input)) {
                uint32_t other = input;
                input = rival;
                rival = m->n_inputs == 2 ? other : rival_of(m, input);
                q = &m->queues[input];
                next = queue_row(&m->queues[rival]);
                continue;
            }
        }
        if (!bound_is_end(silent) && !is_before(m, r, silent)) break;
        m->refs[n++] = r;
        m->n_rows--;
        queue_step(m, q);
    }
    return n;
}

static void release_done(struct merge *m)
{
    for (size_t i = 0; i < m->n_done; i++) batch_release(m->done[i]);
    m->n_done = 0;
}

/* A whole batch that comes before everything else needs no look at its rows. */
static struct batch *take_whole(struct merge *m, uint32_t input)
{
    struct queue *q = &m->queues[input];
    if (q->at != 0) return NULL;
    struct batch *b = q->batches[q->first];
    struct row_ref last = { b, batch_row(b, batch_live(b) - 1) };
    uint32_t rival = rival_of(m, input);
    if (rival < m->n_inputs) {
        int c = compare(last, queue_row(&m->queues[rival]));
        if (c > 0 || (c == 0 && rival < input)) return NULL;
    }
    struct bound silent = m->n_inputs == 1 ? BOUND_END : silent_bound(m);
    if (!bound_is_end(silent) && !is_before(m, last, silent)) return NULL;
    m->n_rows -= batch_live(b);
    q->first++;
    if (--q->count == 0) q->first = 0;
    return b;
}

struct batch *merge_take(struct merge *m)
{
    uint32_t input = least_input(m);
    if (input == m->n_inputs) return NULL;
    struct batch *whole = take_whole(m, input);
    if (whole) return whole;
    uint32_t n = 0;
    for (;;) {
        uint32_t before = n;
        n = take_run(m, input, n);
        if (n == before || n == SIZE_BATCH_ROWS) break;
        input = least_input(m);
        if (input == m->n_inputs) break;
    }
    struct batch *out = n ? gather_rows(m->refs, n, m->types, m->n_columns) : NULL;
    release_done(m);
    return out;
}

struct batch *merge_rest(struct merge *m, uint32_t input)
{
    struct queue *q = &m->queues[input];
    if (q->count == 0) return NULL;
    struct batch *b = q->batches[q->first];
    uint32_t n = batch_live(b) - q->at;
    m->n_rows -= n;
    q->first++;
    if (--q->count == 0) q->first = 0;
    if (q->at == 0) return b;
    uint32_t *sel = mem_alloc(n * sizeof *sel);
    for (uint32_t i = 0; i < n; i++) sel[i] = batch_row(b, q->at + i);
    struct batch *rest = batch_narrow(b, sel, n);
    mem_free(sel);
    batch_release(b);
    q->at = 0;
    return rest;
}

void merge_push(struct merge *m, uint32_t input, struct batch *in)
{
    assert(input < m->n_inputs);
    if (batch_live(in) == 0) return;
    m->n_rows += batch_live(in);
    queue_add(&m->queues[input], in);
}

void merge_advance(struct merge *m, uint32_t input, struct bound bound)
{
    bounds_raise(&m->bounds, input, bound);
}

struct bound merge_bound(const struct merge *m)
{
    return m->n_rows ? bound_min(bounds_min(&m->bounds), (struct bound){ ROWTIME_END - 1, 0 })
                     : bounds_min(&m->bounds);
}

uint64_t merge_rows(const struct merge *m)
{
    return m->n_rows;
}

/* The least cause of the rows of a batch from place `at` on. Unless they are loose, causes rise with rowtimes. */
static struct bound batch_cause(const struct merge *m, const struct batch *b, uint32_t at)
{
    struct bound least = BOUND_END;
    uint32_t end = m->loose ? batch_live(b) : at + 1;
    for (uint32_t i = at; i < end; i++) {
        uint32_t row = batch_row(b, i);
        least = bound_min(least, (struct bound){ b->cause_times[row], b->cause_seqs[row] });
    }
    return least;
}

struct bound merge_cause(const struct merge *m)
{
    struct bound least = BOUND_END;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        const struct queue *q = &m->queues[i];
        size_t n = m->loose || q->count == 0 ? q->count : 1;
        for (size_t k = 0; k < n; k++) {
            const struct batch *b = q->batches[q->first + k];
            least = bound_min(least, batch_cause(m, b, k ? 0 : q->at));
        }
    }
    return least;
}

/* ---- life ---- */

struct merge *merge_new(const struct type *types, uint32_t n_columns, uint32_t n_inputs, bool loose)
{
    struct arena *a = arena_new();
    struct merge *m = ARENA_NEW(a, struct merge);
    m->arena = a;
    m->types = arena_dup(a, types, n_columns * sizeof *types);
    m->n_columns = n_columns;
    m->n_inputs = n_inputs;
    m->loose = loose;
    m->queues = arena_calloc(a, n_inputs * sizeof *m->queues);
    m->refs = ARENA_ARRAY(a, struct row_ref, SIZE_BATCH_ROWS);
    bounds_init(&m->bounds, a, n_inputs);
    return m;
}

void merge_free(struct merge *m)
{
    if (!m) return;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        struct queue *q = &m->queues[i];
        for (size_t k = 0; k < q->count; k++) batch_release(q->batches[q->first + k]);
        mem_free(q->batches);
    }
    mem_free(m->done);
    arena_free(m->arena);
}

/* ---- snapshots ---- */

/* The rows of b from place `at` on, and then the rows that they were made of, where that is another batch. */
void merge_save_rows(struct snap_writer *w, struct batch *b, uint32_t at)
{
    uint32_t n = batch_live(b) - at;
    uint32_t *sel = mem_alloc(n * sizeof *sel);
    for (uint32_t i = 0; i < n; i++) sel[i] = batch_row(b, at + i);
    struct batch *rest = batch_narrow(b, sel, n);
    snap_batch(w, rest);
    bool any = b->origin.batch || b->origin.batches;
    snap_u8(w, any);
    for (uint32_t i = 0; any && i < n; i++) {
        struct row_ref o = gather_origin(b, sel[i]);
        struct batch *one = batch_narrow(o.batch, &o.row, 1);
        snap_u32(w, o.batch->origin.stream);
        snap_batch(w, one);
        batch_release(one);
    }
    batch_release(rest);
    mem_free(sel);
}

void merge_save(const struct merge *m, struct snap_writer *w)
{
    snap_u32(w, m->n_inputs);
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        const struct queue *q = &m->queues[i];
        snap_i64(w, m->bounds.items[i].time);
        snap_u64(w, m->bounds.items[i].seq);
        snap_u32(w, (uint32_t)q->count);
        for (size_t k = 0; k < q->count; k++) {
            merge_save_rows(w, q->batches[q->first + k], k ? 0 : q->at);
        }
    }
}

/* The rows behind those of b, one batch each. */
static bool load_origins(struct snap_reader *r, struct batch *b,
                         const struct merge_streams *streams)
{
    struct batch **batches = ARENA_ARRAY(b->arena, struct batch *, b->n_rows);
    uint32_t *rows = arena_calloc(b->arena, b->n_rows * sizeof *rows);
    for (uint32_t i = 0; i < b->n_rows; i++) {
        uint32_t stream = snap_read_u32(r), n_columns = 0;
        const struct type *types = stream ? streams->types(streams->arg, stream, &n_columns) : NULL;
        struct batch *one = types ? snap_read_batch(r, types, n_columns) : NULL;
        if (!one || one->n_rows != 1) {
            batch_release(one);
            return false;
        }
        one->origin.stream = stream;
        batch_hold(b, one);
        batches[i] = one;
        batch_release(one);
    }
    if (b->n_rows == 0) return false;
    b->origin = (struct batch_origin){ .stream = batches[0]->origin.stream, .batches = batches,
                                       .rows = rows };
    return true;
}

struct batch *merge_load_rows(struct snap_reader *r, const struct type *types, uint32_t n_columns,
                              const struct merge_streams *streams)
{
    struct batch *b = snap_read_batch(r, types, n_columns);
    if (!b) return NULL;
    bool ok = b->path_len <= LIMIT_PUMP_DEPTH;
    if (snap_read_u8(r)) ok = ok && load_origins(r, b, streams);
    if (ok && !r->failed) return b;
    batch_release(b);
    return NULL;
}

static bool load_rows(struct merge *m, uint32_t input, struct snap_reader *r,
                      const struct merge_streams *streams)
{
    struct batch *b = merge_load_rows(r, m->types, m->n_columns, streams);
    if (!b) return false;
    merge_push(m, input, b);
    batch_release(b);
    return true;
}

bool merge_load(struct merge *m, struct snap_reader *r, const struct merge_streams *streams)
{
    if (snap_read_u32(r) != m->n_inputs) return false;
    for (uint32_t i = 0; i < m->n_inputs; i++) {
        m->bounds.items[i].time = snap_read_i64(r);
        m->bounds.items[i].seq = snap_read_u64(r);
        uint32_t count = snap_read_count(r, 4);
        for (uint32_t k = 0; k < count; k++) {
            if (!load_rows(m, i, r, streams)) return false;
        }
    }
    return !r->failed;
}
