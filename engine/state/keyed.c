/*
 * keyed.c: rows that are fetched by key, and a cache of them.
 *
 * The cache is two shelves. What is fetched goes onto the young one, and so does what is found on the old one; when the
 * young one holds half of what is allowed, it becomes the old one and the old one goes. So a key that is asked for
 * stays, one that is not goes after a while, nothing is ever taken out of a hash table, and rows of one shelf are one
 * growing reference table, whose strings answers can share.
 *
 *     keys ----> young shelf --valid--> answer
 *                  ^   | not there, or too old
 *                  |   v
 *                  +- old shelf --valid--> copied to the young one
 *                  |   |
 *                  |   v
 *                  +- fetch, all at once; keys without rows become entries without rows
 *
 * (Two generations stand for an exact order of last use.)
 */

#include "state/keyed.h"

#include <assert.h>

#include "base/array.h"
#include "base/thread.h"
#include "data/key.h"

#define NO_ROW UINT32_MAX

/* What is known of a key. */
struct entry {
    int64_t  until; /* by the clock of the configuration */
    uint32_t first; /* of its rows, which stand one behind the other */
    uint32_t n;     /* 0: it has none */
};

struct shelf {
    struct reftable  *rows; /* never sealed: it grows */
    struct key_table *keys;
    struct entry     *entries; /* by id of the key */
    uint32_t          cap;
};

struct keyed {
    struct keyed_config config;
    struct type        *types;   /* of the key's columns */
    pthread_mutex_t     lock;    /* of all below */
    pthread_mutex_t     fetching; /* who fetches; taken before the lock */
    struct shelf        young, old;
    struct keyed_counts counts;
    struct status       failure;
};

/* ---- shelves ---- */

static void shelf_open(const struct keyed *k, struct shelf *s)
{
    *s = (struct shelf){ .rows = reftable_new(k->config.schema, k->config.needed),
                         .keys = key_table_new(k->types, k->config.n_key) };
}

static void shelf_close(struct shelf *s)
{
    reftable_release(s->rows);
    key_table_free(s->keys);
    mem_free(s->entries);
    *s = (struct shelf){ .rows = NULL };
}

static size_t shelf_bytes(const struct shelf *s)
{
    return reftable_bytes(s->rows) + key_table_bytes(s->keys) + s->cap * sizeof *s->entries;
}

static bool is_full(const struct keyed *k, const struct shelf *s)
{
    return key_table_count(s->keys) * UINT64_C(2) >= k->config.keys_max ||
           shelf_bytes(s) * 2 >= k->config.bytes_max;
}

/* The entry of a key on the young shelf, made when it is new. */
static struct entry *entry_of(struct shelf *s, uint32_t id)
{
    while (id >= s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 64;
        s->entries = mem_realloc(s->entries, cap * sizeof *s->entries);
        memset(s->entries + s->cap, 0, (cap - s->cap) * sizeof *s->entries);
        s->cap = cap;
    }
    return &s->entries[id];
}

/* Rows of a table as a batch, for as long as the table does not change. */
static struct batch batch_of(const struct keyed *k, const struct reftable *t,
                             struct vector *columns, const uint32_t *sel, uint32_t n)
{
    uint32_t n_columns = k->config.schema->n_columns;
    for (uint32_t c = 0; c < n_columns; c++) columns[c] = *reftable_column(t, c);
    return (struct batch){ .n_rows = reftable_rows(t), .n_columns = n_columns, .columns = columns,
                           .sel = sel, .n_sel = n };
}

/* Puts keys on the young shelf: key i stands in row at[i] of `keys`, and has rows[starts[i] .. starts[i + 1]) of
 * `from`. */
static void shelve(struct keyed *k, const struct vector *keys, const uint32_t *at, uint32_t n,
                   const struct reftable *from, const uint32_t *rows, const uint32_t *starts,
                   const int64_t *until)
{
    struct vector *columns = mem_calloc(k->config.schema->n_columns + 1, sizeof *columns);
    uint32_t *ids = mem_calloc(n + 1, sizeof *ids);
    uint32_t first = reftable_rows(k->young.rows);
    struct batch b = batch_of(k, from, columns, rows, starts[n]);
    reftable_append(k->young.rows, &b);
    key_table_put(k->young.keys, keys, at, n, ids);
    for (uint32_t i = 0; i < n; i++) {
        struct entry *e = entry_of(&k->young, ids[i]);
        *e = (struct entry){ until[i], first + starts[i], starts[i + 1] - starts[i] };
    }
    mem_free(ids);
    mem_free(columns);
}

/* ---- what comes ---- */

struct keyed_bag {
    struct keyed     *table;
    struct arena     *arena;
    struct key_table *asked;
    struct reftable  *rows; /* in the order in which they came */
    ARRAY(uint32_t)   ids;  /* of their keys, the same */
    uint64_t          strays;
};

/* A column of a batch; where it is NULL, that value. */
static void fill_nulls(struct arena *a, const struct vector *given, uint32_t n,
                       const struct value *value, struct vector *out)
{
    struct vector constant;
    vector_new_constant(a, value, &constant);
    vector_new(a, value->type, n, out);
    for (uint32_t row = 0; row < n; row++) {
        const struct vector *from = vector_is_null(given, row) ? &constant : given;
        vector_gather(a, out, row, n, from, &row, 1, false);
    }
}

/* The batch with columns of its own; its key's columns are filled in when it is known whose rows they are. */
static struct batch with_keys(const struct keyed_ask *ask, uint32_t of, const struct batch *rows,
                              struct arena *a)
{
    const struct keyed_config *c = &ask->bag->table->config;
    struct batch b = *rows;
    b.columns = ARENA_ARRAY(a, struct vector, b.n_columns);
    memcpy(b.columns, rows->columns, b.n_columns * sizeof *b.columns);
    for (uint32_t i = 0; of != KEYED_ANY && i < c->n_key; i++) {
        struct value value = key_table_value(ask->bag->asked, of, i);
        fill_nulls(a, &rows->columns[c->key[i]], rows->n_rows, &value, &b.columns[c->key[i]]);
    }
    return b;
}

void keyed_give(struct keyed_ask *ask, uint32_t of, const struct batch *rows)
{
    struct keyed_bag *bag = ask->bag;
    const struct keyed_config *c = &bag->table->config;
    struct arena *a = arena_new();
    struct batch b = with_keys(ask, of, rows, a);
    struct vector *keys = ARENA_ARRAY(a, struct vector, c->n_key);
    uint32_t n = batch_live(rows), n_kept = 0;
    uint32_t *numbers = ARENA_ARRAY(a, uint32_t, n), *ids = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < c->n_key; i++) keys[i] = b.columns[c->key[i]];
    for (uint32_t i = 0; i < n; i++) numbers[i] = batch_row(rows, i);
    key_table_find(bag->asked, keys, numbers, n, ids);
    for (uint32_t i = 0; i < n; i++) {
        if (ids[i] == UINT32_MAX || (of != KEYED_ANY && ids[i] != of)) continue;
        *array_push(bag->arena, &bag->ids) = ids[i];
        numbers[n_kept++] = numbers[i];
    }
    bag->strays += n - n_kept;
    b.sel = numbers;
    b.n_sel = n_kept;
    reftable_append(bag->rows, &b);
    arena_free(a);
}

/* The rows of the bag by key: key i has rows[starts[i] .. starts[i + 1]). */
static void sort_bag(const struct keyed_bag *bag, uint32_t n_keys, bool unique, uint32_t *starts,
                     uint32_t *rows)
{
    memset(starts, 0, (n_keys + 1) * sizeof *starts);
    for (size_t i = 0; i < bag->ids.count; i++) {
        uint32_t *n = &starts[bag->ids.items[i] + 1];
        *n = unique ? 1 : *n + 1;
    }
    for (uint32_t i = 0; i < n_keys; i++) starts[i + 1] += starts[i];
    uint32_t *next = mem_calloc(n_keys + 1, sizeof *next);
    for (size_t i = 0; i < bag->ids.count; i++) {
        uint32_t id = bag->ids.items[i];
        rows[starts[id] + (unique ? 0 : next[id]++)] = (uint32_t)i;
    }
    mem_free(next);
}

/* What came, onto the young shelf. Keys without rows are known to have none, if they had an answer. */
static void keep_bag(struct keyed *k, const struct keyed_ask *ask)
{
    const struct keyed_bag *bag = ask->bag;
    int64_t now = k->config.now_ms(k->config.arg);
    struct arena *a = arena_new();
    uint32_t *starts = ARENA_ARRAY(a, uint32_t, ask->n + 1), *at = ARENA_ARRAY(a, uint32_t, ask->n);
    uint32_t *rows = ARENA_ARRAY(a, uint32_t, bag->ids.count + 1), n = 0;
    int64_t *until = ARENA_ARRAY(a, int64_t, ask->n);
    sort_bag(bag, ask->n, k->config.unique, starts, rows);
    for (uint32_t i = 0; i < ask->n; i++) {
        bool none = starts[i + 1] == starts[i];
        if (none && ask->unavailable) continue;
        at[n] = ask->rows[i];
        until[n] = now + (none ? k->config.missing_ttl_ms : k->config.ttl_ms);
        starts[++n] = starts[i + 1]; /* those left out have no rows */
    }
    shelve(k, ask->keys, at, n, bag->rows, rows, starts, until);
    k->counts.fetched += ask->n;
    k->counts.strays += bag->strays;
    arena_free(a);
}

/* ---- finding ---- */

/* One call. */
struct search {
    struct keyed        *k;
    struct arena        *arena;
    const struct vector *keys;
    const uint32_t      *rows; /* of the call, without those that have a NULL in their key */
    uint32_t             n;
    int64_t              now;
    uint32_t            *ids;     /* on the young shelf */
    uint32_t            *missing; /* row numbers that no shelf has */
    uint32_t             n_missing;
};

static bool is_known(const struct shelf *s, uint32_t id, int64_t now)
{
    return id != UINT32_MAX && s->entries[id].until > now;
}

/* Keys of the old shelf that are asked for again. */
static void promote(struct search *x, const uint32_t *rows, const uint32_t *ids, uint32_t n)
{
    struct keyed *k = x->k;
    uint32_t *starts = ARENA_ARRAY(x->arena, uint32_t, n + 1), total = 0;
    int64_t *until = ARENA_ARRAY(x->arena, int64_t, n);
    for (uint32_t i = 0; i < n; i++) total += k->old.entries[ids[i]].n;
    uint32_t *of_old = ARENA_ARRAY(x->arena, uint32_t, total + 1);
    starts[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct entry *e = &k->old.entries[ids[i]];
        for (uint32_t j = 0; j < e->n; j++) of_old[starts[i] + j] = e->first + j;
        starts[i + 1] = starts[i] + e->n;
        until[i] = e->until;
    }
    shelve(k, x->keys, rows, n, k->old.rows, of_old, starts, until);
}

/* Looks on the old shelf for what the young one does not have. */
static void look_behind(struct search *x)
{
    struct keyed *k = x->k;
    uint32_t n = x->n_missing, n_found = 0, n_left = 0;
    uint32_t *ids = ARENA_ARRAY(x->arena, uint32_t, n), *rows = ARENA_ARRAY(x->arena, uint32_t, n);
    key_table_find(k->old.keys, x->keys, x->missing, n, ids);
    for (uint32_t i = 0; i < n; i++) {
        if (is_known(&k->old, ids[i], x->now)) {
            rows[n_found] = x->missing[i];
            ids[n_found++] = ids[i];
        } else {
            x->missing[n_left++] = x->missing[i];
        }
    }
    x->n_missing = n_left;
    if (n_found) promote(x, rows, ids, n_found);
}

static void note_missing(struct search *x)
{
    x->n_missing = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        if (!is_known(&x->k->young, x->ids[i], x->now)) x->missing[x->n_missing++] = x->rows[i];
    }
}

/* After it all that is known stands on the young shelf. Under the lock. */
static void look(struct search *x)
{
    struct keyed *k = x->k;
    key_table_find(k->young.keys, x->keys, x->rows, x->n, x->ids);
    note_missing(x);
    if (!x->n_missing || !k->old.rows) return;
    uint32_t n = x->n_missing;
    look_behind(x);
    if (n == x->n_missing) return;
    key_table_find(k->young.keys, x->keys, x->rows, x->n, x->ids);
    note_missing(x);
}

static void make_room(struct keyed *k)
{
    if (!is_full(k, &k->young)) return;
    if (k->old.rows) shelf_close(&k->old);
    k->old = k->young;
    shelf_open(k, &k->young);
}

/* Rows with equal keys ask once. */
static void begin_ask(struct search *x, struct keyed_bag *bag, struct keyed_ask *ask)
{
    struct keyed *k = x->k;
    uint32_t *ids = ARENA_ARRAY(x->arena, uint32_t, x->n_missing), n = 0;
    uint32_t *first = ARENA_ARRAY(x->arena, uint32_t, x->n_missing);
    *bag = (struct keyed_bag){ .table = k, .arena = x->arena };
    bag->asked = key_table_new(k->types, k->config.n_key);
    bag->rows = reftable_new(k->config.schema, k->config.needed);
    key_table_put(bag->asked, x->keys, x->missing, x->n_missing, ids);
    for (uint32_t i = 0; i < x->n_missing; i++) {
        if (ids[i] == n) first[n++] = x->missing[i]; /* ids are in the order of their first row */
    }
    *ask = (struct keyed_ask){ .keys = x->keys, .rows = first, .n = n, .bag = bag };
}

static void end_ask(struct keyed_bag *bag)
{
    key_table_free(bag->asked);
    reftable_release(bag->rows);
}

static void note_failure(struct keyed *k, struct status st)
{
    if (k->failure.err == ERR_NONE) k->failure = st;
}

/* Fetches what is missing; *done: what is still missing stays so. Who fetches holds `fetching`, takes the lock for what
 * it brought, and ends without it. */
static struct status fetch(struct search *x, bool *done)
{
    struct keyed *k = x->k;
    struct keyed_bag bag;
    struct keyed_ask ask;
    begin_ask(x, &bag, &ask);
    struct status st = k->config.fetch(k->config.arg, &ask);
    pthread_mutex_lock(&k->lock);
    if (st.err == ERR_NONE) keep_bag(k, &ask);
    else note_failure(k, st);
    if (st.err != ERR_NONE) st = k->failure;
    *done = ask.unavailable;
    pthread_mutex_unlock(&k->lock);
    end_ask(&bag);
    return st;
}

/* What is missing, by whoever is the first to fetch it. */
static struct status wait_for_rows(struct search *x, bool *done)
{
    struct keyed *k = x->k;
    struct status st = OK;
    if (k->config.wait) k->config.wait(k->config.arg);
    pthread_mutex_lock(&k->fetching);
    pthread_mutex_lock(&k->lock);
    look(x); /* somebody may have brought it meanwhile */
    pthread_mutex_unlock(&k->lock);
    if (x->n_missing) st = fetch(x, done);
    pthread_mutex_unlock(&k->fetching);
    if (k->config.go_on) k->config.go_on(k->config.arg);
    return st;
}

/* Ends with the lock held, and everything on the young shelf that can be had. */
static struct status resolve(struct search *x)
{
    struct keyed *k = x->k;
    struct status st = OK;
    pthread_mutex_lock(&k->lock);
    k->counts.asked += x->n;
    make_room(k);
    look(x);
    for (bool done = false; x->n_missing && !done && st.err == ERR_NONE;) {
        pthread_mutex_unlock(&k->lock);
        st = wait_for_rows(x, &done);
        pthread_mutex_lock(&k->lock);
        look(x);
    }
    return st;
}

/* The rows that were found, as a table of their own. Under the lock. */
static void gather(struct search *x, uint32_t *first, struct keyed_rows *out)
{
    struct keyed *k = x->k;
    uint32_t n = 0, cap = x->n;
    for (uint32_t i = 0; i < x->n; i++) {
        if (is_known(&k->young, x->ids[i], x->now)) cap += k->young.entries[x->ids[i]].n;
    }
    uint32_t *rows = ARENA_ARRAY(x->arena, uint32_t, cap),
             *next = ARENA_ARRAY(x->arena, uint32_t, cap);
    bool chained = false;
    for (uint32_t i = 0; i < x->n; i++) {
        struct entry e = { .n = 0 };
        if (is_known(&k->young, x->ids[i], x->now)) e = k->young.entries[x->ids[i]];
        first[i] = e.n ? n : NO_ROW;
        chained = chained || e.n > 1;
        for (uint32_t j = 0; j < e.n; j++, n++) {
            rows[n] = e.first + j;
            next[n] = j + 1 < e.n ? n + 1 : NO_ROW;
        }
    }
    out->table = reftable_new(k->config.schema, k->config.needed);
    reftable_share(out->table, k->young.rows, rows, n);
    pthread_mutex_unlock(&k->lock);
    reftable_seal(out->table, NULL, 0);
    out->index = reftable_chain(out->table, chained ? next : NULL);
}

/* Rows whose key has a NULL find nothing and do not ask. */
static void leave_out_nulls(struct search *x, const uint32_t *rows, uint32_t n, uint32_t *kept)
{
    uint32_t *good = ARENA_ARRAY(x->arena, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        bool null = false;
        for (uint32_t c = 0; c < x->k->config.n_key; c++)
            null = null || vector_is_null(&x->keys[c], rows[i]);
        if (null) continue;
        kept[x->n] = i;
        good[x->n++] = rows[i];
    }
    x->rows = good;
}

struct status keyed_find(struct keyed *k, const struct vector *keys, const uint32_t *rows,
                         uint32_t n, uint32_t *first, struct keyed_rows *out)
{
    struct arena *a = arena_new();
    struct search x = { .k = k, .arena = a, .keys = keys, .now = k->config.now_ms(k->config.arg) };
    uint32_t *kept = ARENA_ARRAY(a, uint32_t, n), *found = ARENA_ARRAY(a, uint32_t, n);
    leave_out_nulls(&x, rows, n, kept);
    x.ids = ARENA_ARRAY(a, uint32_t, x.n);
    x.missing = ARENA_ARRAY(a, uint32_t, x.n);
    struct status st = resolve(&x);
    if (st.err == ERR_NONE) {
        gather(&x, found, out);
        memset(first, 0xff, n * sizeof *first);
        for (uint32_t i = 0; i < x.n; i++) first[kept[i]] = found[i];
    } else {
        pthread_mutex_unlock(&k->lock);
    }
    arena_free(a);
    return st;
}

/* ---- the table ---- */

struct keyed *keyed_new(const struct keyed_config *config)
{
    struct keyed *k = mem_calloc(1, sizeof *k);
    k->config = *config;
    k->types = mem_calloc(config->n_key, sizeof *k->types);
    for (uint32_t i = 0; i < config->n_key; i++) {
        assert(config->needed[config->key[i]]);
        k->types[i] = config->schema->columns[config->key[i]].type;
    }
    pthread_mutex_init(&k->lock, NULL);
    pthread_mutex_init(&k->fetching, NULL);
    shelf_open(k, &k->young);
    return k;
}

void keyed_free(struct keyed *k)
{
    if (!k) return;
    shelf_close(&k->young);
    if (k->old.rows) shelf_close(&k->old);
    pthread_mutex_destroy(&k->lock);
    pthread_mutex_destroy(&k->fetching);
    mem_free(k->types);
    mem_free(k);
}

void *keyed_arg(const struct keyed *k)
{
    return k->config.arg;
}

struct status keyed_failure(struct keyed *k)
{
    pthread_mutex_lock(&k->lock);
    struct status st = k->failure;
    pthread_mutex_unlock(&k->lock);
    return st;
}

void keyed_clear(struct keyed *k)
{
    pthread_mutex_lock(&k->lock);
    shelf_close(&k->young);
    if (k->old.rows) shelf_close(&k->old);
    shelf_open(k, &k->young);
    pthread_mutex_unlock(&k->lock);
}

struct keyed_counts keyed_counts(struct keyed *k)
{
    pthread_mutex_lock(&k->lock);
    struct keyed_counts c = k->counts;
    c.kept = reftable_rows(k->young.rows) + (k->old.rows ? reftable_rows(k->old.rows) : 0);
    pthread_mutex_unlock(&k->lock);
    return c;
}
