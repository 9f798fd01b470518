/*
 * reftable.c: a reference table in memory.
 *
 * Rows lie in columns as in one large batch. An index is a key table over some of the columns, the first row of each
 * key, and for each row the next one with the same key; where each key has one row and none is NULL, the id of the
 * key is the row. Nothing changes after sealing but the list of indexes, which is complete before threads
 * start.
 */

#include "state/reftable.h"

#include <assert.h>

#include "base/limits.h"
#include "data/key.h"

enum { CHUNK = 256 };

struct reftable_index {
    struct reftable_index *older;
    uint32_t              *columns;
    uint32_t               n_columns;
    struct key_table      *keys;  /* NULL: of a chain */
    uint32_t              *first; /* by key; NULL: the id is the row */
    uint32_t              *next;  /* by row; NULL: no key has two rows */
};

struct reftable {
    atomic_uint            count; /* references */
    struct arena          *text;  /* bytes of long strings, and the NULLs of columns not kept */
    struct vector         *columns;
    bool                  *kept;
    uint32_t               n_columns;
    uint32_t               n_rows, cap;
    bool                   sealed;
    struct reftable_index *indexes;
};

struct reftable *reftable_new(const struct schema *schema, const bool *needed)
{
    struct reftable *t = mem_calloc(1, sizeof *t);
    atomic_init(&t->count, 1);
    t->text = arena_new();
    t->n_columns = schema->n_columns;
    t->columns = mem_calloc(t->n_columns, sizeof *t->columns);
    t->kept = mem_calloc(t->n_columns, sizeof *t->kept);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        struct type type = schema->columns[i].type;
        t->kept[i] = !needed || needed[i];
        if (t->kept[i]) {
            t->columns[i].type = type;
        } else {
            vector_new_null(t->text, type, &t->columns[i]);
        }
    }
    return t;
}

struct reftable *reftable_retain(struct reftable *t)
{
    atomic_fetch_add_explicit(&t->count, 1, memory_order_relaxed);
    return t;
}

static void index_free(struct reftable_index *ix)
{
    if (ix->keys) key_table_free(ix->keys);
    mem_free(ix->columns);
    mem_free(ix->first);
    mem_free(ix->next);
    mem_free(ix);
}

static void column_free(struct vector *v)
{
    mem_free(v->data);
    mem_free(v->nulls);
}

void reftable_release(struct reftable *t)
{
    if (!t || atomic_fetch_sub_explicit(&t->count, 1, memory_order_acq_rel) > 1) return;
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (t->kept[i]) column_free(&t->columns[i]);
    }
    for (struct reftable_index *ix = t->indexes; ix;) {
        struct reftable_index *older = ix->older;
        index_free(ix);
        ix = older;
    }
    arena_free(t->text);
    mem_free(t->columns);
    mem_free(t->kept);
    mem_free(t);
}

/* --- filling --- */

static void resize_column(struct vector *v, uint32_t from, uint32_t to)
{
    size_t size, before = nulls_words(from), after = nulls_words(to);
    if (!size_mul(&size, to, form_width(type_form(v->type)))) mem_refused(SIZE_MAX);
    v->data = mem_realloc(v->data, size);
    v->nulls = mem_realloc(v->nulls, after * sizeof *v->nulls);
    if (after > before) memset(v->nulls + before, 0, (after - before) * sizeof *v->nulls);
}

static void reserve(struct reftable *t, uint32_t more)
{
    uint64_t need = (uint64_t)t->n_rows + more, cap = t->cap ? t->cap : SIZE_HASH_SLOTS;
    if (need <= t->cap) return;
    while (cap < need) cap *= 2;
    if (cap >= UINT32_MAX) mem_refused(SIZE_MAX);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (t->kept[i]) resize_column(&t->columns[i], t->cap, (uint32_t)cap);
    }
    t->cap = (uint32_t)cap;
}

void reftable_append(struct reftable *t, const struct batch *rows)
{
    assert(!t->sealed && rows->n_columns == t->n_columns);
    uint32_t live = batch_live(rows);
    reserve(t, live);
    for (uint32_t done = 0; done < live; done += CHUNK) {
        uint32_t numbers[CHUNK], n = live - done < CHUNK ? live - done : CHUNK;
        for (uint32_t i = 0; i < n; i++) numbers[i] = batch_row(rows, done + i);
        for (uint32_t c = 0; c < t->n_columns; c++) {
            if (!t->kept[c]) continue;
            vector_gather(t->text, &t->columns[c], t->n_rows, t->cap, &rows->columns[c], numbers, n,
                          true);
        }
        t->n_rows += n;
    }
}

static void release_table(void *t)
{
    reftable_release(t);
}

void reftable_share(struct reftable *t, struct reftable *from, const uint32_t *rows, uint32_t n)
{
    assert(!t->sealed && from->n_columns == t->n_columns);
    reserve(t, n);
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (t->kept[c])
            vector_gather(t->text, &t->columns[c], t->n_rows, t->cap, &from->columns[c], rows, n,
                          false);
    }
    t->n_rows += n;
    arena_on_free(t->text, release_table, reftable_retain(from));
}

/* A key table over some columns of all rows, and the key of each row in ids (n_rows). */
static struct key_table *keys_of_rows(const struct reftable *t, const uint32_t *columns,
                                      uint32_t n_columns, uint32_t *ids)
{
    struct type *types = mem_calloc(n_columns, sizeof *types);
    struct vector *vectors = mem_calloc(n_columns, sizeof *vectors);
    for (uint32_t i = 0; i < n_columns; i++) {
        assert(columns[i] < t->n_columns && t->kept[columns[i]]);
        vectors[i] = t->columns[columns[i]];
        types[i] = vectors[i].type;
    }
    struct key_table *keys = key_table_new(types, n_columns);
    for (uint32_t done = 0; done < t->n_rows; done += CHUNK) {
        uint32_t rows[CHUNK], n = t->n_rows - done < CHUNK ? t->n_rows - done : CHUNK;
        for (uint32_t i = 0; i < n; i++) rows[i] = done + i;
        key_table_put(keys, vectors, rows, n, ids + done);
    }
    mem_free(types);
    mem_free(vectors);
    return keys;
}

/* Leaves the rows named: row i becomes what row rows[i] was. */
static void pick_rows(struct reftable *t, const uint32_t *rows, uint32_t n)
{
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (!t->kept[c]) continue;
        struct vector picked = { .type = t->columns[c].type };
        resize_column(&picked, 0, n);
        vector_gather(t->text, &picked, 0, n, &t->columns[c], rows, n, false);
        column_free(&t->columns[c]);
        t->columns[c] = picked;
    }
    t->n_rows = t->cap = n;
}

static void keep_last_of_key(struct reftable *t, const uint32_t *columns, uint32_t n_columns)
{
    uint32_t *ids = mem_calloc(t->n_rows, sizeof *ids);
    struct key_table *keys = keys_of_rows(t, columns, n_columns, ids);
    uint32_t count = key_table_count(keys);
    key_table_free(keys);
    if (count < t->n_rows) {
        uint32_t *last = mem_calloc(count, sizeof *last);
        for (uint32_t row = 0; row < t->n_rows; row++) last[ids[row]] = row;
        pick_rows(t, last, count);
        mem_free(last);
    }
    mem_free(ids);
}

/* ---- sets ---- */

/* All rows of the other table behind those of t. */
static void copy_rows(struct reftable *t, const struct reftable *other)
{
    reserve(t, other->n_rows);
    for (uint32_t done = 0; done < other->n_rows; done += CHUNK) {
        uint32_t rows[CHUNK], n = other->n_rows - done < CHUNK ? other->n_rows - done : CHUNK;
        for (uint32_t i = 0; i < n; i++) rows[i] = done + i;
        for (uint32_t c = 0; c < t->n_columns; c++)
            vector_gather(t->text, &t->columns[c], t->n_rows, t->cap, &other->columns[c], rows, n,
                          true);
        t->n_rows += n;
    }
}

/* Of each key that the operator wants the first row. ids: of t's own n_own rows, then of the other side's. */
static void pick_keys(struct reftable *t, const uint32_t *ids, uint32_t n_own, uint32_t n_keys,
                      enum reftable_set set)
{
    uint32_t *rows = mem_calloc(n_keys, sizeof *rows), n = 0;
    uint8_t *state = mem_calloc(n_keys, 1); /* 1: of the other side; 2: taken */
    for (uint32_t row = n_own; set != REFTABLE_UNION && row < t->n_rows; row++) state[ids[row]] = 1;
    uint32_t last = set == REFTABLE_UNION ? t->n_rows : n_own;
    for (uint32_t row = 0; row < last; row++) {
        uint8_t *s = &state[ids[row]];
        bool wanted = set == REFTABLE_INTERSECT ? *s == 1 : *s == 0;
        if (!wanted) continue;
        *s = 2;
        rows[n++] = row;
    }
    pick_rows(t, rows, n);
    mem_free(rows);
    mem_free(state);
}

void reftable_combine(struct reftable *t, const struct reftable *other, enum reftable_set set)
{
    assert(!t->sealed && t->n_columns == other->n_columns);
    uint32_t n_own = t->n_rows;
    copy_rows(t, other);
    uint32_t *columns = mem_calloc(t->n_columns, sizeof *columns);
    uint32_t *ids = mem_calloc(t->n_rows, sizeof *ids);
    for (uint32_t c = 0; c < t->n_columns; c++) columns[c] = c;
    struct key_table *keys = keys_of_rows(t, columns, t->n_columns, ids);
    pick_keys(t, ids, n_own, key_table_count(keys), set);
    key_table_free(keys);
    mem_free(columns);
    mem_free(ids);
}

/* Bitmaps without a mark go, so that readers need not look. */
static void drop_empty_nulls(struct vector *v, uint32_t n_rows)
{
    for (uint32_t row = 0; row < n_rows; row++) {
        if (nulls_get(v->nulls, row)) return;
    }
    mem_free(v->nulls);
    v->nulls = NULL;
}

void reftable_seal(struct reftable *t, const uint32_t *primary_key, uint32_t n_primary_key)
{
    assert(!t->sealed);
    reserve(t, 1); /* readers of an empty table get arrays too */
    if (n_primary_key) keep_last_of_key(t, primary_key, n_primary_key);
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (t->kept[c]) drop_empty_nulls(&t->columns[c], t->n_rows);
    }
    t->sealed = true;
}

/* --- reading --- */

uint32_t reftable_rows(const struct reftable *t)
{
    return t->n_rows;
}

const struct vector *reftable_column(const struct reftable *t, uint32_t column)
{
    assert(column < t->n_columns);
    return &t->columns[column];
}

size_t reftable_bytes(const struct reftable *t)
{
    size_t bytes = sizeof *t + arena_size_bytes(t->text) + t->n_columns * sizeof *t->columns;
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (!t->kept[c]) continue;
        bytes += t->cap * form_width(type_form(t->columns[c].type));
        if (t->columns[c].nulls) bytes += nulls_words(t->cap) * sizeof(uint64_t);
    }
    for (const struct reftable_index *ix = t->indexes; ix; ix = ix->older) {
        bytes += sizeof *ix + (ix->keys ? key_table_bytes(ix->keys) : 0);
        if (ix->first) bytes += key_table_count(ix->keys) * sizeof *ix->first;
        if (ix->next) bytes += t->n_rows * sizeof *ix->next;
    }
    return bytes;
}

/* --- indexes --- */

/* Rows of each key as a chain in table order; a key with a NULL has none. */
static void chain_rows(struct reftable_index *ix, const uint32_t *ids, uint32_t n_rows)
{
    uint32_t n_keys = key_table_count(ix->keys);
    bool any_null = false;
    ix->first = mem_calloc(n_keys, sizeof *ix->first);
    ix->next = mem_calloc(n_rows, sizeof *ix->next);
    memset(ix->first, 0xff, n_keys * sizeof *ix->first);
    for (uint32_t row = n_rows; row-- > 0;) {
        ix->next[row] = ix->first[ids[row]];
        ix->first[ids[row]] = row;
    }
    for (uint32_t key = 0; key < n_keys; key++) {
        if (!key_table_has_null(ix->keys, key)) continue;
        ix->first[key] = UINT32_MAX;
        any_null = true;
    }
    if (n_keys < n_rows) return;
    mem_free(ix->next);
    ix->next = NULL;
    if (any_null) return;
    mem_free(ix->first);
    ix->first = NULL;
}

static const struct reftable_index *index_find(const struct reftable *t, const uint32_t *columns,
                                               uint32_t n_columns)
{
    for (const struct reftable_index *ix = t->indexes; ix; ix = ix->older) {
        if (ix->n_columns == n_columns &&
            memcmp(ix->columns, columns, n_columns * sizeof *columns) == 0) {
            return ix;
        }
    }
    return NULL;
}

const struct reftable_index *reftable_index(struct reftable *t, const uint32_t *columns,
                                            uint32_t n_columns)
{
    assert(t->sealed && n_columns > 0);
    const struct reftable_index *known = index_find(t, columns, n_columns);
    if (known) return known;

    struct reftable_index *ix = mem_calloc(1, sizeof *ix);
    uint32_t *ids = mem_calloc(t->n_rows, sizeof *ids);
    ix->columns = mem_calloc(n_columns, sizeof *columns);
    memcpy(ix->columns, columns, n_columns * sizeof *columns);
    ix->n_columns = n_columns;
    ix->keys = keys_of_rows(t, columns, n_columns, ids);
    chain_rows(ix, ids, t->n_rows);
    mem_free(ids);
    ix->older = t->indexes;
    t->indexes = ix;
    return ix;
}

const struct reftable_index *reftable_chain(struct reftable *t, const uint32_t *next)
{
    struct reftable_index *ix = mem_calloc(1, sizeof *ix);
    if (next) {
        ix->next = mem_alloc(t->n_rows * sizeof *next);
        memcpy(ix->next, next, t->n_rows * sizeof *next);
    }
    ix->older = t->indexes;
    t->indexes = ix;
    return ix;
}

void reftable_find(const struct reftable_index *ix, const struct vector *keys, const uint32_t *rows,
                   uint32_t n, uint32_t *first)
{
    key_table_find(ix->keys, keys, rows, n, first);
    if (!ix->first) return;
    for (uint32_t i = 0; i < n; i++) {
        if (first[i] != UINT32_MAX) first[i] = ix->first[first[i]];
    }
}

uint32_t reftable_next(const struct reftable_index *ix, uint32_t table_row)
{
    return ix->next ? ix->next[table_row] : UINT32_MAX;
}
