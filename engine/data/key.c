/*
 * key.c: rows to dense ids of their keys.
 *
 * Open addressing with linear probing, at most half full. A slot is one word: the upper half of the hash and the
 * id + 1 (0: empty), so that a probe looks at the values of a key only when 32 bits of the hash agree. Values lie
 * in columns by id, as in a batch.
 *
 *     slots   | tag 7c31.. id 2 |  0  | tag 0b9e.. id 0 | tag 0b77.. id 1 | ...
 *     hashes  id 0, 1, 2, ...               (growing needs no look at the values)
 *     column  id 0, 1, 2, ...   strings without the blanks at their end: two words tell equality of short ones
 *     shown   id 0, 1, 2, ...   the strings as they came first; only made when one of them had blanks at its end
 *
 * Rows are taken CHUNK at a time: hashes first, column by column; then, when the table is larger than a near cache,
 * the slots and keys of the whole chunk are fetched before the first is needed; then the probes.
 */

#include "data/key.h"

#include <assert.h>

#include "base/hash.h"
#include "base/limits.h"

enum { CHUNK = 256, FAR_SLOTS = 1 << 14, NULL_LENGTH = -1 };

/* Hash of NULL in a column; the factor by which hashes of columns are joined. */
#define HASH_NULL 0x5851f42d4c957f2du
#define HASH_JOIN 0xd6e8feb86659fd93u

struct key_column {
    struct type type;
    enum form   form;
    void       *data;  /* by id: uint8_t, int64_t, double or trimmed struct str */
    struct str *shown; /* by id, or NULL */
    uint64_t   *nulls; /* by id, or NULL */
};

struct key_table {
    struct key_column *columns;
    uint32_t           n_columns;
    bool               one_string; /* the only column is one of strings */
    uint32_t           count, cap; /* ids, and room for them */
    uint64_t          *hashes;     /* by id */
    uint64_t          *slots;
    size_t             mask; /* number of slots - 1 */
    struct arena      *text; /* bytes of long strings */
};

/* --- one value --- */

/* Without the blanks at its end. */
static inline struct str trimmed(const struct str *s)
{
    if (__builtin_expect(s->len == 0 || str_data(s)[s->len - 1] != ' ', 1)) return *s;
    return str_trim_right(*s);
}

/* What a NULL is among trimmed strings: equal to itself alone. */
static inline struct str null_string(void)
{
    return (struct str){ .len = (uint32_t)NULL_LENGTH };
}

static inline bool same_string(const struct str *a, const struct str *b)
{
    uint64_t head[2], tail[2];
    memcpy(&head[0], a, 8);
    memcpy(&head[1], b, 8);
    memcpy(&tail[0], a->inlined + 4, 8);
    memcpy(&tail[1], b->inlined + 4, 8);
    if (head[0] != head[1]) return false;
    if (tail[0] == tail[1]) return true;
    return a->len > STR_INLINE && memcmp(a->far.ptr, b->far.ptr, a->len) == 0;
}

static inline uint64_t hash_string(const struct str *s)
{
    if (s->len > STR_INLINE) return hash_bytes(s->far.ptr, s->len, 0);
    uint64_t head = (uint64_t)s->len | (uint64_t)load_le32(s->inlined) << 32;
    return hash_fold(hash_fold(head ^ HASH_A, load_le64(s->inlined + 4) ^ HASH_B), HASH_C);
}

static inline uint64_t hash_double(double v)
{
    uint64_t bits;
    v = v == 0 ? 0 : v; /* -0 is 0 */
    memcpy(&bits, &v, 8);
    return hash_u64(bits);
}

static inline bool same_double(double a, double b)
{
    return a == b || memcmp(&a, &b, sizeof a) == 0;
}

static uint64_t hash_value(const struct vector *v, uint32_t at)
{
    if (nulls_get(v->nulls, at)) return HASH_NULL;
    switch (type_form(v->type)) {
    case FORM_BOOL: return hash_u64(v->b[at]);
    case FORM_I64: return hash_u64((uint64_t)v->i64[at]);
    case FORM_F64: return hash_double(v->f64[at]);
    case FORM_STR: {
        struct str s = trimmed(&v->str[at]);
        return hash_string(&s);
    }
    }
    return 0;
}

/* --- hashes of a chunk, column by column --- */

static inline uint64_t join(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * HASH_JOIN;
}

static void hash_column(const struct vector *v, const uint32_t *rows, uint32_t n, uint64_t *hashes)
{
    if (v->constant) {
        uint64_t h = hash_value(v, 0);
        for (uint32_t i = 0; i < n; i++) hashes[i] = join(hashes[i], h);
    } else if (v->nulls || type_form(v->type) == FORM_BOOL || type_form(v->type) == FORM_F64) {
        for (uint32_t i = 0; i < n; i++) hashes[i] = join(hashes[i], hash_value(v, rows[i]));
    } else if (type_form(v->type) == FORM_I64) {
        for (uint32_t i = 0; i < n; i++) {
            hashes[i] = join(hashes[i], hash_u64((uint64_t)v->i64[rows[i]]));
        }
    } else {
        for (uint32_t i = 0; i < n; i++) {
            struct str s = trimmed(&v->str[rows[i]]);
            hashes[i] = join(hashes[i], hash_string(&s));
        }
    }
}

static void hash_rows(const struct key_table *t, const struct vector *columns, const uint32_t *rows,
                      uint32_t n, uint64_t *hashes)
{
    for (uint32_t i = 0; i < n; i++) hashes[i] = HASH_C;
    for (uint32_t c = 0; c < t->n_columns; c++) hash_column(&columns[c], rows, n, hashes);
}

/* --- probing --- */

static inline uint32_t slot_id(uint64_t slot)
{
    return (uint32_t)slot - 1;
}

static bool column_equal(const struct key_column *k, uint32_t id, const struct vector *v,
                         uint32_t row)
{
    uint32_t at = vector_at(v, row);
    bool null = nulls_get(v->nulls, at);
    if (null || nulls_get(k->nulls, id)) return null && nulls_get(k->nulls, id);
    switch (k->form) {
    case FORM_BOOL: return ((const uint8_t *)k->data)[id] == v->b[at];
    case FORM_I64: return ((const int64_t *)k->data)[id] == v->i64[at];
    case FORM_F64: return same_double(((const double *)k->data)[id], v->f64[at]);
    case FORM_STR: {
        struct str s = trimmed(&v->str[at]);
        return same_string((const struct str *)k->data + id, &s);
    }
    }
    return false;
}

static bool row_equal(const struct key_table *t, uint32_t id, const struct vector *columns,
                      uint32_t row)
{
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (!column_equal(&t->columns[c], id, &columns[c], row)) return false;
    }
    return true;
}

/* The slot that holds the row's key, or the empty one where it belongs. */
static inline size_t probe(const struct key_table *t, const struct vector *columns, uint32_t row,
                           uint64_t hash)
{
    for (size_t at = hash & t->mask;; at = (at + 1) & t->mask) {
        uint64_t slot = t->slots[at];
        if (slot == 0) return at;
        if ((slot ^ hash) >> 32 == 0 && row_equal(t, slot_id(slot), columns, row)) return at;
    }
}

/* The same for a table whose only column is one of strings. */
static inline size_t probe_string(const struct key_table *t, const struct vector *v, uint32_t row,
                                  uint64_t hash)
{
    const struct str *keys = t->columns[0].data;
    uint32_t index = vector_at(v, row);
    struct str s = nulls_get(v->nulls, index) ? null_string() : trimmed(&v->str[index]);
    for (size_t at = hash & t->mask;; at = (at + 1) & t->mask) {
        uint64_t slot = t->slots[at];
        if (slot == 0) return at;
        if ((slot ^ hash) >> 32 == 0 && same_string(&keys[slot_id(slot)], &s)) return at;
    }
}

/* Asks for the slots, then for the keys in them, of a chunk whose table lies in a far cache. */
static void fetch_ahead(const struct key_table *t, const uint64_t *hashes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) __builtin_prefetch(&t->slots[hashes[i] & t->mask]);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t slot = t->slots[hashes[i] & t->mask];
        for (uint32_t c = 0; slot && c < t->n_columns; c++) {
            const struct key_column *k = &t->columns[c];
            __builtin_prefetch((const char *)k->data + slot_id(slot) * form_width(k->form));
        }
    }
}

/* --- growing --- */

static void set_slots(struct key_table *t, size_t count)
{
    mem_free(t->slots);
    t->slots = mem_calloc(count, sizeof *t->slots);
    t->mask = count - 1;
    for (uint32_t id = 0; id < t->count; id++) {
        size_t at = t->hashes[id] & t->mask;
        while (t->slots[at]) at = (at + 1) & t->mask;
        t->slots[at] = t->hashes[id] >> 32 << 32 | (id + 1);
    }
}

static void *grown(void *p, size_t cap, size_t width)
{
    size_t size;
    if (!size_mul(&size, cap, width)) mem_refused(SIZE_MAX);
    return mem_realloc(p, size);
}

static void grow_ids(struct key_table *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : SIZE_HASH_SLOTS / 2;
    if (cap > UINT32_MAX / 4) mem_refused(SIZE_MAX);
    t->hashes = grown(t->hashes, cap, sizeof *t->hashes);
    for (uint32_t c = 0; c < t->n_columns; c++) {
        struct key_column *k = &t->columns[c];
        k->data = grown(k->data, cap, form_width(k->form));
        if (k->shown) k->shown = grown(k->shown, cap, sizeof *k->shown);
        if (!k->nulls) continue;
        size_t words = nulls_words(t->cap), more = nulls_words(cap);
        k->nulls = grown(k->nulls, more, sizeof *k->nulls);
        memset(k->nulls + words, 0, (more - words) * sizeof *k->nulls);
    }
    t->cap = cap;
}

static void keep_string(struct key_table *t, struct key_column *k, uint32_t id, const struct str *s)
{
    struct str *keys = k->data;
    struct str whole = str_copy(t->text, *s);
    keys[id] = trimmed(&whole);
    if (keys[id].len != whole.len && !k->shown) {
        k->shown = grown(NULL, t->cap, sizeof *k->shown);
        memcpy(k->shown, keys, id * sizeof *keys);
    }
    if (k->shown) k->shown[id] = whole;
}

static void keep_null(struct key_table *t, struct key_column *k, uint32_t id)
{
    if (!k->nulls) k->nulls = mem_calloc(nulls_words(t->cap), sizeof *k->nulls);
    nulls_set(k->nulls, id);
    size_t width = form_width(k->form);
    memset((char *)k->data + id * width, 0, width);
    if (k->form == FORM_STR) ((struct str *)k->data)[id] = null_string();
    if (k->shown) k->shown[id] = STR_EMPTY;
}

static void keep_column(struct key_table *t, uint32_t c, uint32_t id, const struct vector *v,
                        uint32_t row)
{
    struct key_column *k = &t->columns[c];
    uint32_t at = vector_at(v, row);
    if (nulls_get(v->nulls, at)) {
        keep_null(t, k, id);
        return;
    }
    assert(type_form(v->type) == k->form);
    switch (k->form) {
    case FORM_BOOL: ((uint8_t *)k->data)[id] = v->b[at]; break;
    case FORM_I64: ((int64_t *)k->data)[id] = v->i64[at]; break;
    case FORM_F64: ((double *)k->data)[id] = v->f64[at]; break;
    case FORM_STR: keep_string(t, k, id, &v->str[at]); break;
    }
}

/* A new id for the row's key, in the empty slot `at`. */
static uint32_t insert(struct key_table *t, const struct vector *columns, uint32_t row,
                       uint64_t hash, size_t at)
{
    if (t->count == t->cap) grow_ids(t);
    uint32_t id = t->count++;
    t->hashes[id] = hash;
    for (uint32_t c = 0; c < t->n_columns; c++) keep_column(t, c, id, &columns[c], row);
    t->slots[at] = hash >> 32 << 32 | (id + 1);
    if (t->count > t->mask / 2) set_slots(t, (t->mask + 1) * 2);
    return id;
}

/* --- the table --- */

struct key_table *key_table_new(const struct type *types, uint32_t n_columns)
{
    struct key_table *t = mem_calloc(1, sizeof *t);
    t->columns = mem_calloc(n_columns, sizeof *t->columns);
    t->n_columns = n_columns;
    for (uint32_t c = 0; c < n_columns; c++) {
        t->columns[c].type = types[c];
        t->columns[c].form = type_form(types[c]);
    }
    t->one_string = n_columns == 1 && t->columns[0].form == FORM_STR;
    t->text = arena_new();
    grow_ids(t);
    set_slots(t, SIZE_HASH_SLOTS);
    return t;
}

void key_table_free(struct key_table *t)
{
    if (!t) return;
    for (uint32_t c = 0; c < t->n_columns; c++) {
        mem_free(t->columns[c].data);
        mem_free(t->columns[c].shown);
        mem_free(t->columns[c].nulls);
    }
    mem_free(t->columns);
    mem_free(t->hashes);
    mem_free(t->slots);
    arena_free(t->text);
    mem_free(t);
}

void key_table_clear(struct key_table *t)
{
    for (uint32_t c = 0; c < t->n_columns; c++) {
        struct key_column *k = &t->columns[c];
        mem_free(k->shown);
        mem_free(k->nulls);
        k->shown = NULL;
        k->nulls = NULL;
    }
    arena_reset(t->text);
    /* A table that was nearly empty shrinks, so that clearing it does not stay dear. */
    size_t slots = t->mask + 1;
    bool wide = slots > SIZE_HASH_SLOTS && t->count < slots / 16;
    t->count = 0;
    if (wide) {
        set_slots(t, slots / 2);
    } else {
        memset(t->slots, 0, slots * sizeof *t->slots);
    }
}

uint32_t key_table_count(const struct key_table *t)
{
    return t->count;
}

size_t key_table_bytes(const struct key_table *t)
{
    size_t row = sizeof *t->hashes, bytes = sizeof *t + (t->mask + 1) * sizeof *t->slots;
    for (uint32_t c = 0; c < t->n_columns; c++) {
        const struct key_column *k = &t->columns[c];
        row += form_width(k->form) + (k->shown ? sizeof *k->shown : 0);
        if (k->nulls) bytes += nulls_words(t->cap) * sizeof *k->nulls;
    }
    return bytes + row * t->cap + arena_size_bytes(t->text);
}

static void put_chunk(struct key_table *t, const struct vector *columns, const uint32_t *rows,
                      uint32_t n, const uint64_t *hashes, uint32_t *ids)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t at = t->one_string ? probe_string(t, columns, rows[i], hashes[i])
                                  : probe(t, columns, rows[i], hashes[i]);
        uint64_t slot = t->slots[at];
        ids[i] = slot ? slot_id(slot) : insert(t, columns, rows[i], hashes[i], at);
    }
}

void key_table_put(struct key_table *t, const struct vector *columns, const uint32_t *rows,
                   uint32_t n, uint32_t *ids)
{
    uint64_t hashes[CHUNK];
    for (uint32_t done = 0; done < n; done += CHUNK) {
        uint32_t part = n - done < CHUNK ? n - done : CHUNK;
        hash_rows(t, columns, rows + done, part, hashes);
        if (t->mask >= FAR_SLOTS) fetch_ahead(t, hashes, part);
        put_chunk(t, columns, rows + done, part, hashes, ids + done);
    }
}

static void find_chunk(const struct key_table *t, const struct vector *columns,
                       const uint32_t *rows, uint32_t n, const uint64_t *hashes, uint32_t *ids)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t at = t->one_string ? probe_string(t, columns, rows[i], hashes[i])
                                  : probe(t, columns, rows[i], hashes[i]);
        ids[i] = slot_id(t->slots[at]); /* an empty slot gives UINT32_MAX */
    }
}

void key_table_find(const struct key_table *t, const struct vector *columns, const uint32_t *rows,
                    uint32_t n, uint32_t *ids)
{
    uint64_t hashes[CHUNK];
    for (uint32_t done = 0; done < n; done += CHUNK) {
        uint32_t part = n - done < CHUNK ? n - done : CHUNK;
        hash_rows(t, columns, rows + done, part, hashes);
        if (t->mask >= FAR_SLOTS) fetch_ahead(t, hashes, part);
        find_chunk(t, columns, rows + done, part, hashes, ids + done);
    }
}

struct value key_table_value(const struct key_table *t, uint32_t id, uint32_t column)
{
    assert(id < t->count && column < t->n_columns);
    const struct key_column *k = &t->columns[column];
    struct value v = { .type = k->type, .null = nulls_get(k->nulls, id) };
    if (v.null) return v;
    switch (k->form) {
    case FORM_BOOL: v.b = ((const uint8_t *)k->data)[id]; break;
    case FORM_I64: v.i64 = ((const int64_t *)k->data)[id]; break;
    case FORM_F64: v.f64 = ((const double *)k->data)[id]; break;
    case FORM_STR: v.str = k->shown ? k->shown[id] : ((const struct str *)k->data)[id]; break;
    }
    return v;
}

bool key_table_has_null(const struct key_table *t, uint32_t id)
{
    assert(id < t->count);
    for (uint32_t c = 0; c < t->n_columns; c++) {
        if (nulls_get(t->columns[c].nulls, id)) return true;
    }
    return false;
}

uint64_t key_table_hash(const struct key_table *t, uint32_t id)
{
    assert(id < t->count);
    return t->hashes[id];
}
