/*
 * reorder.c: rows within the allowed lateness put in order.
 *
 * Rows wait in one array in their order, as places in the batches that they came in. New ones are sorted among
 * themselves if they are not in order already, then merged in from the end, which for rows that are nearly in order
 * is where they belong. A batch in order that nothing waits before goes through as it is.
 */

#include "time/reorder.h"

#include <assert.h>

#include "base/limits.h"
#include "time/gather.h"

struct waiting {
    rowtime       time;
    uint64_t      seq;
    struct batch *batch;
    uint32_t      row;
};

struct reorder {
    struct type    *types;
    uint32_t        n_columns;
    int64_t         lateness;
    struct bound    bound;     /* rows up to it, by (time, seq), can go */
    rowtime         reached;   /* what rows alone have moved it to */
    uint64_t        seq_next;  /* greater than that of any row so far */
    struct waiting *rows;      /* rows[first .. first + count), in order */
    size_t          first, count, cap;
    struct waiting *fresh;     /* room for sorting */
    size_t          cap_fresh;
    struct batch   *whole;     /* goes through as it is */
};

/* ---- order ---- */

static bool is_before(const struct waiting *a, const struct waiting *b)
{
    return a->time != b->time ? a->time < b->time : a->seq < b->seq;
}

/* Merge sort, bottom up; `room` holds as many as `w`. */
static void sort_rows(struct waiting *w, struct waiting *room, size_t n)
{
    struct waiting *from = w, *to = room;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t start = 0; start < n; start += 2 * run) {
            size_t a = start, a_end = start + run < n ? start + run : n;
            size_t b = a_end, b_end = a_end + run < n ? a_end + run : n;
            for (size_t k = start; k < b_end; k++) {
                bool left = a < a_end && (b == b_end || !is_before(&from[b], &from[a]));
                to[k] = from[left ? a++ : b++];
            }
        }
        struct waiting *swap = from;
        from = to;
        to = swap;
    }
    if (from != w) memcpy(w, from, n * sizeof *w);
}

static void make_room(struct reorder *r, size_t n)
{
    if (r->first + r->count + n <= r->cap) return;
    if (r->count) memmove(r->rows, r->rows + r->first, r->count * sizeof *r->rows);
    r->first = 0;
    if (r->count + n <= r->cap) return;
    r->cap = (r->count + n) * 2;
    r->rows = mem_realloc(r->rows, r->cap * sizeof *r->rows);
}

/* n sorted rows into those that wait. */
static void merge_in(struct reorder *r, const struct waiting *fresh, size_t n)
{
    make_room(r, n);
    struct waiting *w = r->rows + r->first;
    size_t old = r->count, to = r->count + n;
    r->count = to;
    while (n) {
        if (old && is_before(&fresh[n - 1], &w[old - 1])) {
            w[--to] = w[--old];
        } else {
            w[--to] = fresh[--n];
        }
    }
}

/* ---- rows ---- */

static rowtime less(rowtime t, int64_t ms)
{
    int64_t out;
    return i64_sub(&out, t, ms) ? out : ROWTIME_MIN;
}

/* In order, nothing late, nothing waiting and nothing to wait for. */
static bool goes_through(const struct reorder *r, const struct batch *in)
{
    if (r->lateness || r->count || r->whole) return false;
    rowtime last = r->bound.time;
    uint32_t n = batch_live(in);
    for (uint32_t i = 0; i < n; i++) {
        rowtime t = in->rowtimes[batch_row(in, i)];
        if (t < last) return false;
        last = t;
    }
    return true;
}

static void raise_bound(struct reorder *r, rowtime time)
{
    if (time > r->reached) r->reached = time;
    r->bound = bound_max(r->bound, (struct bound){ time, r->seq_next });
}

static void grow_fresh(struct reorder *r, size_t n)
{
    if (n * 2 <= r->cap_fresh) return;
    r->cap_fresh = n * 2;
    mem_free(r->fresh);
    r->fresh = mem_alloc(r->cap_fresh * sizeof *r->fresh);
}

static void wait_for_order(struct reorder *r, size_t n)
{
    if (n == 0) return;
    bool sorted = true;
    for (size_t i = 1; i < n; i++) sorted = sorted && is_before(&r->fresh[i - 1], &r->fresh[i]);
    if (!sorted) sort_rows(r->fresh, r->fresh + n, n);
    merge_in(r, r->fresh, n);
}

size_t reorder_push(struct reorder *r, struct batch *in, struct arena *a, struct late_row **late)
{
    uint32_t n = batch_live(in);
    *late = NULL;
    if (n == 0) return 0;
    if (goes_through(r, in)) {
        uint32_t last = batch_row(in, n - 1);
        r->whole = batch_retain(in);
        r->seq_next = in->cause_seqs[last] + 1;
        raise_bound(r, in->rowtimes[last]);
        return 0;
    }
    grow_fresh(r, n);
    size_t n_fresh = 0, n_late = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = batch_row(in, i);
        rowtime t = in->rowtimes[row];
        if (t < r->bound.time) {
            if (!*late) *late = ARENA_ARRAY(a, struct late_row, n);
            (*late)[n_late++] = (struct late_row){ row, r->bound.time };
            continue;
        }
        r->seq_next = in->cause_seqs[row] + 1;
        r->fresh[n_fresh++] = (struct waiting){ t, in->cause_seqs[row], batch_retain(in), row };
        raise_bound(r, less(t, r->lateness));
    }
    wait_for_order(r, n_fresh);
    return n_late;
}

void reorder_advance(struct reorder *r, struct bound bound)
{
    r->bound = bound_max(r->bound, bound);
}

/* How many of the rows that wait can go. */
static uint32_t ready_rows(const struct reorder *r)
{
    if (r->count == 0) return 0;
    uint32_t n = 0;
    const struct waiting *w = r->rows + r->first;
    while (n < r->count && n < SIZE_BATCH_ROWS &&
           bound_compare((struct bound){ w[n].time, w[n].seq }, r->bound) < 0) n++;
    return n;
}

struct batch *reorder_take(struct reorder *r)
{
    if (r->whole) {
        struct batch *b = r->whole;
        r->whole = NULL;
        return b;
    }
    uint32_t n = ready_rows(r);
    if (n == 0) return NULL;
    struct row_ref *refs = mem_alloc(n * sizeof *refs);
    struct waiting *w = r->rows + r->first;
    for (uint32_t i = 0; i < n; i++) refs[i] = (struct row_ref){ w[i].batch, w[i].row };
    n = gather_span(refs, n, n);
    struct batch *out = gather_rows(refs, n, r->types, r->n_columns);
    for (uint32_t i = 0; i < n; i++) batch_release(w[i].batch);
    mem_free(refs);
    r->first += n;
    r->count -= n;
    if (r->count == 0) r->first = 0;
    return out;
}

struct bound reorder_bound(const struct reorder *r)
{
    return r->bound;
}

rowtime reorder_reached(const struct reorder *r)
{
    return r->reached;
}

uint64_t reorder_rows(const struct reorder *r)
{
    return r->count + (r->whole ? batch_live(r->whole) : 0);
}

/* ---- life ---- */

struct reorder *reorder_new(const struct type *types, uint32_t n_columns, int64_t lateness_ms)
{
    struct reorder *r = mem_calloc(1, sizeof *r);
    r->types = mem_alloc(n_columns * sizeof *types);
    if (n_columns) memcpy(r->types, types, n_columns * sizeof *types);
    r->n_columns = n_columns;
    r->lateness = lateness_ms;
    r->bound = BOUND_NONE;
    r->reached = ROWTIME_MIN;
    return r;
}

void reorder_free(struct reorder *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->count; i++) batch_release(r->rows[r->first + i].batch);
    batch_release(r->whole);
    mem_free(r->rows);
    mem_free(r->fresh);
    mem_free(r->types);
    mem_free(r);
}

void reorder_save(const struct reorder *r, struct snap_writer *w)
{
    assert(!r->whole);
    snap_i64(w, r->bound.time);
    snap_u64(w, r->bound.seq);
    snap_u64(w, r->seq_next);
    snap_u8(w, r->count > 0);
    if (r->count == 0) return;
    struct row_ref *refs = mem_alloc(r->count * sizeof *refs);
    for (size_t i = 0; i < r->count; i++) {
        refs[i] = (struct row_ref){ r->rows[r->first + i].batch, r->rows[r->first + i].row };
    }
    struct batch *all = gather_rows(refs, (uint32_t)r->count, r->types, r->n_columns);
    snap_batch(w, all);
    batch_release(all);
    mem_free(refs);
}

bool reorder_load(struct reorder *r, struct snap_reader *in)
{
    r->bound.time = snap_read_i64(in);
    r->bound.seq = snap_read_u64(in);
    r->reached = r->bound.time;
    r->seq_next = snap_read_u64(in);
    if (!snap_read_u8(in)) return !in->failed;
    struct batch *b = snap_read_batch(in, r->types, r->n_columns);
    if (!b) return false;
    if (b->path_len > 0) {
        batch_release(b);
        return false;
    }
    grow_fresh(r, b->n_rows);
    for (uint32_t i = 0; i < b->n_rows; i++) {
        r->fresh[i] = (struct waiting){ b->rowtimes[i], b->cause_seqs[i], batch_retain(b), i };
    }
    wait_for_order(r, b->n_rows);
    batch_release(b);
    return true;
}
