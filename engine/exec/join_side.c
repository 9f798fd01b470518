/* join_side.c: the rows that one side of a join of streams keeps. */

#include "exec/join_side.h"

#include <assert.h>
#include <stdlib.h>

#include "data/key.h"

/* ---- opening ---- */

static uint32_t keep_column(struct join_side *s, uint32_t from, struct type type)
{
    s->types[s->n_kept] = type;
    s->from[s->n_kept] = from;
    return s->n_kept++;
}

void join_side_open(struct join_side *s, struct arena *a, const struct plan_join *plan,
                    uint32_t side, const struct join_columns *columns)
{
    const struct plan_join_side *p = &plan->sides[side];
    *s = (struct join_side){ .plan = p, .arena = a, .n_row = columns->n_row,
                             .n_keys = plan->n_keys };
    uint32_t most = columns->n + plan->n_keys;
    s->types = ARENA_ARRAY(a, struct type, most);
    s->from = ARENA_ARRAY(a, uint32_t, most);
    s->place = ARENA_ARRAY(a, uint32_t, columns->n_row);
    s->keys = ARENA_ARRAY(a, uint32_t, plan->n_keys);
    for (uint32_t i = 0; i < columns->n_row; i++) {
        bool own = i >= columns->first && i - columns->first < columns->n;
        s->place[i] = own && columns->used[i] ? keep_column(s, i, columns->row[i]) : UINT32_MAX;
    }
    for (uint32_t k = 0; k < plan->n_keys; k++) {
        const struct expr *e = p->keys[k];
        bool kept = e->kind == EXPR_COLUMN && s->place[e->column] != UINT32_MAX;
        s->keys[k] = kept ? s->place[e->column] : keep_column(s, columns->n_row + k, e->type);
    }
}

void join_side_close(struct join_side *s)
{
    for (size_t i = 0; i < s->count; i++) batch_release(s->chunks[s->base + i]->rows);
    mem_free(s->chunks);
    mem_free(s->heads);
    mem_free(s->tails);
}

/* ---- chunks ---- */

static struct join_chunk *new_chunk(const struct join_side *s)
{
    struct batch *b = batch_new(SIZE_BATCH_ROWS, s->n_kept);
    struct arena *a = b->arena;
    struct join_chunk *c = ARENA_NEW(a, struct join_chunk);
    c->rows = b;
    c->times = ARENA_ARRAY(a, rowtime, SIZE_BATCH_ROWS);
    c->arrival = ARENA_ARRAY(a, uint64_t, SIZE_BATCH_ROWS);
    c->next = ARENA_ARRAY(a, uint64_t, SIZE_BATCH_ROWS);
    c->key = ARENA_ARRAY(a, uint32_t, SIZE_BATCH_ROWS);
    c->matched = ARENA_ARRAY(a, bool, SIZE_BATCH_ROWS);
    b->rowtimes = c->times;
    b->cause_times = c->times;
    b->cause_seqs = c->arrival;
    for (uint32_t i = 0; i < s->n_kept; i++) {
        vector_new(a, s->types[i], SIZE_BATCH_ROWS, &b->columns[i]);
    }
    return c;
}

static void add_chunk(struct join_side *s)
{
    if (s->base + s->count == s->cap) {
        if (s->base > s->count) {
            memcpy(s->chunks, s->chunks + s->base, s->count * sizeof *s->chunks);
            s->base = 0;
        } else {
            s->cap = s->cap ? s->cap * 2 : 4;
            s->chunks = mem_realloc(s->chunks, s->cap * sizeof *s->chunks);
        }
    }
    struct join_chunk *c = new_chunk(s);
    s->chunks[s->base + s->count++] = c;
    s->bytes += (int64_t)arena_size_bytes(c->rows->arena);
}

void join_side_trim(struct join_side *s)
{
    while (s->count && (s->first_chunk + 1) * SIZE_BATCH_ROWS <= s->first) {
        struct batch *b = s->chunks[s->base]->rows;
        s->bytes -= (int64_t)arena_size_bytes(b->arena);
        batch_release(b);
        s->base++;
        s->count--;
        s->first_chunk++;
    }
}

/* ---- rows ---- */

static void fill_chunk(struct join_side *s, struct join_chunk *c, uint32_t at,
                       const struct batch *in, const struct vector *keys, const uint32_t *rows,
                       uint32_t n)
{
    struct arena *a = c->rows->arena;
    int64_t before = (int64_t)arena_size_bytes(a);
    for (uint32_t i = 0; i < s->n_kept; i++) {
        uint32_t from = s->from[i];
        const struct vector *v = from < s->n_row ? &in->columns[from] : &keys[from - s->n_row];
        vector_gather(a, &c->rows->columns[i], at, SIZE_BATCH_ROWS, v, rows, n, true);
    }
    for (uint32_t i = 0; i < n; i++) c->times[at + i] = in->rowtimes[rows[i]];
    memset(c->matched + at, false, n * sizeof *c->matched);
    s->bytes += (int64_t)arena_size_bytes(a) - before;
}

void join_side_append(struct join_side *s, const struct batch *in, const struct vector *keys,
                      const uint32_t *rows, uint32_t n)
{
    while (n) {
        uint32_t at = join_row_of(s->end), room = SIZE_BATCH_ROWS - at;
        if (at == 0) {
            if (s->count == 0) s->first_chunk = s->end / SIZE_BATCH_ROWS;
            add_chunk(s);
        }
        uint32_t run = n < room ? n : room;
        fill_chunk(s, join_chunk_of(s, s->end), at, in, keys, rows, run);
        s->end += run;
        rows += run;
        n -= run;
    }
}

static void reserve_keys(struct join_side *s, uint32_t key)
{
    if (key < s->n_keys_cap) return;
    uint32_t cap = s->n_keys_cap ? s->n_keys_cap : SIZE_HASH_SLOTS;
    while (cap <= key) cap *= 2;
    s->bytes += (int64_t)((cap - s->n_keys_cap) * 2 * sizeof *s->heads);
    s->heads = mem_realloc(s->heads, cap * sizeof *s->heads);
    s->tails = mem_realloc(s->tails, cap * sizeof *s->tails);
    for (uint32_t i = s->n_keys_cap; i < cap; i++) s->heads[i] = JOIN_NO_ROW;
    s->n_keys_cap = cap;
}

static void chain(struct join_side *s, uint64_t place, uint32_t key)
{
    struct join_chunk *c = join_chunk_of(s, place);
    c->key[join_row_of(place)] = key;
    c->next[join_row_of(place)] = JOIN_NO_ROW;
    if (key == JOIN_NO_KEY) return;
    reserve_keys(s, key);
    if (s->heads[key] == JOIN_NO_ROW) {
        s->heads[key] = place;
    } else {
        join_chunk_of(s, s->tails[key])->next[join_row_of(s->tails[key])] = place;
    }
    s->tails[key] = place;
}

void join_side_link(struct join_side *s, uint32_t key, uint64_t arrival)
{
    assert(s->linked < s->end);
    struct join_chunk *c = join_chunk_of(s, s->linked);
    c->arrival[join_row_of(s->linked)] = arrival;
    chain(s, s->linked++, key);
}

void join_side_unlink(struct join_side *s)
{
    assert(s->first < s->linked);
    struct join_chunk *c = join_chunk_of(s, s->first);
    uint32_t row = join_row_of(s->first);
    if (c->key[row] != JOIN_NO_KEY) {
        assert(s->heads[c->key[row]] == s->first);
        s->heads[c->key[row]] = c->next[row];
    }
    s->first++;
}

rowtime join_side_due(const struct join_side *s)
{
    rowtime due;
    if (s->plan->window != JOIN_RANGE || s->first == s->linked) return ROWTIME_END;
    rowtime t = join_chunk_of(s, s->first)->times[join_row_of(s->first)];
    /* A window without end ends with the input. */
    return i64_add(&due, t, s->plan->size) && due < ROWTIME_END - 1 ? due : ROWTIME_END - 2;
}

static void forget_chains(struct join_side *s)
{
    s->bytes -= (int64_t)(s->n_keys_cap * 2 * sizeof *s->heads);
    mem_free(s->heads);
    mem_free(s->tails);
    s->heads = s->tails = NULL;
    s->n_keys_cap = 0;
}

void join_side_rekey(struct join_side *s, join_rekey_fn keys, void *arg)
{
    forget_chains(s);
    struct vector *v = mem_alloc((s->n_keys + 1) * sizeof *v);
    uint32_t rows[SIZE_BATCH_ROWS], ids[SIZE_BATCH_ROWS];
    for (uint64_t place = s->first; place < s->linked;) {
        struct join_chunk *c = join_chunk_of(s, place);
        uint32_t n = 0;
        for (uint32_t k = 0; k < s->n_keys; k++) v[k] = c->rows->columns[s->keys[k]];
        uint32_t at = join_row_of(place);
        for (; at < SIZE_BATCH_ROWS && place + n < s->linked; at++) rows[n++] = at;
        keys(arg, v, rows, n, ids);
        for (uint32_t i = 0; i < n; i++) chain(s, place + i, ids[i]);
        place += n;
    }
    mem_free(v);
}

/* ---- snapshots ---- */

/* Key group of each row in the window, by its place from `first` on. */
static uint8_t *groups_of(const struct join_side *s, join_hash_fn hash, void *arg)
{
    uint64_t n = join_side_rows(s);
    uint8_t *groups = mem_alloc(n + 1);
    for (uint64_t i = 0; i < n; i++) {
        uint32_t key = join_chunk_of(s, s->first + i)->key[join_row_of(s->first + i)];
        groups[i] = key == JOIN_NO_KEY ? 0 : (uint8_t)key_group(hash(arg, key));
    }
    return groups;
}

/* Places of the rows, group by group, in each in their order; ends: behind each group. */
static uint64_t *places_by_group(const struct join_side *s, const uint8_t *groups, uint64_t *ends)
{
    uint64_t n = join_side_rows(s), sum = 0;
    uint64_t *places = mem_alloc((n + 1) * sizeof *places);
    memset(ends, 0, KEY_GROUPS * sizeof *ends);
    for (uint64_t i = 0; i < n; i++) ends[groups[i]]++;
    for (uint32_t g = 0; g < KEY_GROUPS; g++) {
        uint64_t count = ends[g];
        ends[g] = sum;
        sum += count;
    }
    for (uint64_t i = 0; i < n; i++) places[ends[groups[i]]++] = s->first + i;
    return places;
}

static void copy_column(const struct join_side *s, uint32_t column, const uint64_t *places,
                        uint32_t n, struct batch *out)
{
    struct vector *to = &out->columns[column];
    vector_new(out->arena, s->types[column], n, to);
    for (uint32_t i = 0; i < n; i++) {
        const struct vector *from = &join_chunk_of(s, places[i])->rows->columns[column];
        uint32_t at = join_row_of(places[i]);
        vector_gather(out->arena, to, i, n, from, &at, 1, false);
    }
}

static void save_slice(const struct join_side *s, struct snap_writer *w, const uint64_t *places,
                       uint32_t n)
{
    struct batch *b = batch_new(n, s->n_kept);
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, n);
    uint64_t *arrivals = ARENA_ARRAY(b->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        times[i] = join_chunk_of(s, places[i])->times[join_row_of(places[i])];
        arrivals[i] = join_chunk_of(s, places[i])->arrival[join_row_of(places[i])];
    }
    b->rowtimes = b->cause_times = times;
    b->cause_seqs = arrivals;
    for (uint32_t c = 0; c < s->n_kept; c++) copy_column(s, c, places, n, b);
    snap_batch(w, b);
    batch_release(b);
    for (uint32_t i = 0; i < n; i++) {
        snap_u8(w, join_chunk_of(s, places[i])->matched[join_row_of(places[i])]);
    }
}

void join_side_save(const struct join_side *s, struct snap_writer *w, join_hash_fn hash, void *arg)
{
    assert(s->linked == s->end);
    uint64_t ends[KEY_GROUPS], at = 0;
    uint8_t *groups = groups_of(s, hash, arg);
    uint64_t *places = places_by_group(s, groups, ends);
    snap_u64(w, join_side_rows(s));
    for (uint32_t g = 0; g < KEY_GROUPS; g++) {
        while (at < ends[g]) {
            uint64_t left = ends[g] - at;
            uint32_t n = left < SIZE_BATCH_ROWS ? (uint32_t)left : SIZE_BATCH_ROWS;
            snap_u32(w, g);
            save_slice(s, w, places + at, n);
            at += n;
        }
    }
    mem_free(places);
    mem_free(groups);
}

struct loaded_row {
    struct batch *batch;
    uint32_t      row;
    bool          matched;
};

static int compare_loaded(const void *x, const void *y)
{
    const struct loaded_row *a = x, *b = y;
    uint64_t p = a->batch->cause_seqs[a->row], q = b->batch->cause_seqs[b->row];
    return p < q ? -1 : p > q;
}

static void release_batch(void *batch)
{
    batch_release(batch);
}

/* A slice into rows[*at ..) of n; false: damaged. */
static bool load_slice(struct join_side *s, struct snap_reader *r, struct arena *a,
                       struct loaded_row *rows, uint64_t *at, uint64_t n)
{
    if (snap_read_u32(r) >= KEY_GROUPS) return false;
    struct batch *b = snap_read_batch(r, s->types, s->n_kept);
    if (!b) return false;
    arena_on_free(a, release_batch, b);
    if (b->n_rows == 0 || b->n_rows > n - *at) return false;
    for (uint32_t i = 0; i < b->n_rows; i++) {
        rows[(*at)++] = (struct loaded_row){ b, i, snap_read_u8(r) != 0 };
    }
    return !r->failed;
}

static void append_loaded(struct join_side *s, const struct loaded_row *l, struct arena *a)
{
    struct vector *columns = ARENA_ARRAY(a, struct vector, s->n_row + s->n_keys);
    for (uint32_t i = 0; i < s->n_kept; i++) columns[s->from[i]] = l->batch->columns[i];
    struct batch in = { .columns = columns, .rowtimes = l->batch->rowtimes };
    join_side_append(s, &in, columns + s->n_row, &l->row, 1);
    join_side_link(s, JOIN_NO_KEY, l->batch->cause_seqs[l->row]);
    uint64_t place = s->linked - 1;
    join_chunk_of(s, place)->matched[join_row_of(place)] = l->matched;
}

bool join_side_load(struct join_side *s, struct snap_reader *r)
{
    uint64_t n = snap_read_u64(r), at = 0;
    if (r->failed || n > (uint64_t)(r->end - r->p)) return false;
    struct arena *a = arena_new(), *scratch = arena_new();
    struct loaded_row *rows = ARENA_ARRAY(a, struct loaded_row, n + 1);
    bool ok = true;
    while (ok && at < n) ok = load_slice(s, r, a, rows, &at, n);
    if (ok) qsort(rows, n, sizeof *rows, compare_loaded);
    for (uint64_t i = 0; ok && i < n; i++) {
        ok = i == 0 || rows[i - 1].batch->rowtimes[rows[i - 1].row] <=
                           rows[i].batch->rowtimes[rows[i].row];
        if (ok) append_loaded(s, &rows[i], scratch);
        arena_reset(scratch);
    }
    arena_free(scratch);
    arena_free(a);
    return ok;
}
