/*
 * batch.c: making, sharing and freeing batches. A batch lies in an arena of its own, which comes from the pool of
 * arenas and goes back there with the last reference.
 */

#include "data/batch.h"

#include <assert.h>

#include "base/arena_pool.h"

/* A batch whose arena will be asked for about size_bytes. */
static struct batch *new_sized(uint32_t n_rows, uint32_t n_columns, size_t size_bytes)
{
    struct arena *a = arena_take(size_bytes);
    struct batch *b = ARENA_NEW(a, struct batch);
    atomic_init(&b->count, 1);
    b->arena = a;
    b->n_rows = n_rows;
    b->n_columns = n_columns;
    b->columns = ARENA_ARRAY(a, struct vector, n_columns);
    return b;
}

struct batch *batch_new(uint32_t n_rows, uint32_t n_columns)
{
    return new_sized(n_rows, n_columns, (size_t)n_rows * ((size_t)n_columns + 2) * sizeof(int64_t));
}

struct batch *batch_retain(struct batch *b)
{
    unsigned before = atomic_fetch_add_explicit(&b->count, 1, memory_order_relaxed);
    assert(before > 0);
    (void)before;
    return b;
}

void batch_release(struct batch *b)
{
    if (!b) return;
    unsigned before = atomic_fetch_sub_explicit(&b->count, 1, memory_order_release);
    assert(before > 0);
    if (before > 1) return;
    /* Reads the count once more, so that all that other threads did with the batch comes before this. */
    (void)atomic_load_explicit(&b->count, memory_order_acquire);
    arena_give(b->arena);
}

static void release_held(void *held)
{
    batch_release(held);
}

void batch_hold(struct batch *b, struct batch *other)
{
    assert(b != other);
    arena_on_free(b->arena, release_held, batch_retain(other));
}

static struct batch *derive_sized(struct batch *of, uint32_t n_columns, size_t size_bytes)
{
    struct batch *b = new_sized(of->n_rows, n_columns, size_bytes);
    b->rowtimes = of->rowtimes;
    b->cause_times = of->cause_times;
    b->cause_seqs = of->cause_seqs;
    b->path = of->path;
    b->path_len = of->path_len;
    b->sel = of->sel;
    b->n_sel = of->n_sel;
    b->origin = of->origin;
    if (of->origin.stream && !of->origin.batch && !of->origin.batches) b->origin.batch = of;
    batch_hold(b, of);
    return b;
}

struct batch *batch_derive(struct batch *of, uint32_t n_columns)
{
    return derive_sized(of, n_columns, (size_t)of->n_rows * n_columns * sizeof(int64_t));
}

struct batch *batch_narrow(struct batch *of, const uint32_t *sel, uint32_t n_sel)
{
    assert(n_sel <= of->n_rows);
    struct batch *b = derive_sized(of, of->n_columns, n_sel * sizeof *sel);
    if (of->n_columns) memcpy(b->columns, of->columns, of->n_columns * sizeof *of->columns);
    b->sel = arena_dup(b->arena, sel, n_sel * sizeof *sel);
    b->n_sel = n_sel;
    return b;
}

static uint64_t path_word_at(const struct batch *b, uint32_t i, uint32_t row)
{
    if (i >= b->path_len) return 0;
    return b->path[i].words ? b->path[i].words[row] : b->path[i].all;
}

int batch_row_compare(const struct batch *a, uint32_t a_row, const struct batch *b, uint32_t b_row)
{
    if (a->rowtimes[a_row] != b->rowtimes[b_row]) {
        return a->rowtimes[a_row] < b->rowtimes[b_row] ? -1 : 1;
    }
    if (a->cause_times[a_row] != b->cause_times[b_row]) {
        return a->cause_times[a_row] < b->cause_times[b_row] ? -1 : 1;
    }
    if (a->cause_seqs[a_row] != b->cause_seqs[b_row]) {
        return a->cause_seqs[a_row] < b->cause_seqs[b_row] ? -1 : 1;
    }
    uint32_t words = a->path_len > b->path_len ? a->path_len : b->path_len;
    for (uint32_t i = 0; i < words; i++) {
        uint64_t x = path_word_at(a, i, a_row), y = path_word_at(b, i, b_row);
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}
