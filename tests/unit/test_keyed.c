/* test_keyed.c: tables that are fetched by key: what is asked for, what is kept, and for how long. */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/builder.h"
#include "state/keyed.h"

static struct column columns[] = {
    { .type = { .kind = TYPE_VARCHAR, .length = 40 } },
    { .type = { .kind = TYPE_BIGINT } },
    { .type = { .kind = TYPE_VARCHAR, .length = 40 } },
};
static const struct schema schema = { columns, 3 };
static const bool needed[] = { true, true, true };
static const uint32_t key_column = 0;

static _Thread_local bool     waits;  /* this thread does, as it says ... */
static _Thread_local unsigned waited; /* ... so often */

/* A far place where key number i has i % 3 rows, of the values 1000000 * version + i and a long text. */
struct place {
    int64_t  now;
    int64_t  version;
    unsigned calls, keys, most; /* of fetches; the most keys of one */
    bool     down, refuses, strays, silent;
    struct arena *arena;
};

static void add_row(struct builder *b, const char *key, int64_t value)
{
    struct arena *a = arena_new();
    builder_row(b, 0, 0, 0, NULL, 0);
    struct value k = { .type = columns[0].type, .null = !key };
    if (key) k.str = str_c(key);
    builder_value(b, 0, &k);
    builder_value(b, 1, &(struct value){ .type = columns[1].type, .i64 = value });
    builder_value(b, 2, &(struct value){ .type = columns[2].type,
                                         .str = str_format(a, "a long text of number %lld",
                                                           (long long)value) });
    arena_free(a);
}

static struct status fetch(void *arg, struct keyed_ask *ask)
{
    struct place *p = arg;
    assert_true(waits);
    p->calls++;
    p->keys += ask->n;
    if (ask->n > p->most) p->most = ask->n;
    if (p->refuses) return status_new(p->arena, ERR_UNREACHABLE, SPAN_NONE, "nobody there");
    ask->unavailable = p->down;
    if (p->down) return OK;
    const struct type types[] = { columns[0].type, columns[1].type, columns[2].type };
    for (uint32_t i = 0; i < ask->n; i++) {
        struct builder *b = builder_new(types, 3);
        struct value key = vector_value(&ask->keys[0], ask->rows[i]);
        long number = strtol(str_data(&key.str) + 1, NULL, 10);
        for (long j = 0; j < number % 3; j++)
            add_row(b, p->silent ? NULL : str_to_c(p->arena, key.str),
                    p->version * 1000000 + number);
        if (p->strays) add_row(b, "k77", 1);
        struct batch *rows = builder_take(b);
        if (rows) {
            keyed_give(ask, p->silent ? i : KEYED_ANY, rows);
            batch_release(rows);
        }
        builder_free(b);
    }
    return OK;
}

static void wait_begins(void *arg)
{
    (void)arg;
    assert_false(waits);
    waits = true;
    waited++;
}

static void wait_ends(void *arg)
{
    (void)arg;
    waits = false;
}

static int64_t now_ms(void *arg)
{
    return ((struct place *)arg)->now;
}

static struct keyed *table(struct place *p, uint64_t keys_max, bool unique)
{
    return keyed_new(&(struct keyed_config){ .schema = &schema,
                                             .needed = needed,
                                             .key = &key_column,
                                             .n_key = 1,
                                             .unique = unique,
                                             .keys_max = keys_max,
                                             .bytes_max = 1 << 30,
                                             .ttl_ms = 1000,
                                             .missing_ttl_ms = 100,
                                             .now_ms = now_ms,
                                             .fetch = fetch,
                                             .wait = wait_begins,
                                             .go_on = wait_ends,
                                             .arg = p });
}

enum { ASKED_MAX = 5000 };

/* Asks for the keys from, from + step, ... modulo `keys`; number 9 of each ten asking rows has a NULL. */
static struct status ask(struct keyed *k, const struct place *p, uint32_t from, uint32_t step,
                         uint32_t n, uint32_t keys, bool unique)
{
    struct arena *a = arena_new();
    struct vector v;
    uint32_t rows[ASKED_MAX], first[ASKED_MAX];
    vector_new(a, columns[0].type, n, &v);
    for (uint32_t i = 0; i < n; i++) {
        rows[i] = i;
        v.str[i] = str_format(a, "k%u", (from + i * step) % keys);
        if (i % 10 == 9) nulls_set(vector_nulls(a, &v, n), i);
    }
    struct keyed_rows out;
    struct status st = keyed_find(k, &v, rows, n, first, &out);
    for (uint32_t i = 0; i < n && st.err == ERR_NONE; i++) {
        uint32_t number = (from + i * step) % keys, found = 0, want = number % 3;
        if (unique && want > 1) want = 1;
        if (i % 10 == 9 || p->down) want = 0;
        for (uint32_t row = first[i]; row != UINT32_MAX; row = reftable_next(out.index, row)) {
            assert_int_equal(reftable_column(out.table, 1)->i64[row] % 1000000, number);
            struct str text = reftable_column(out.table, 2)->str[row];
            assert_true(text.len > 20);
            struct str key = reftable_column(out.table, 0)->str[row];
            assert_true(str_equal(&key, &v.str[i]));
            found++;
        }
        assert_int_equal(found, want);
    }
    if (st.err == ERR_NONE) reftable_release(out.table);
    arena_free(a);
    return st;
}

static void expect_rows(struct keyed *k, const struct place *p, uint32_t from, uint32_t n)
{
    assert_int_equal(ask(k, p, from, 1, n, 1000000, false).err, ERR_NONE);
}

static void many_rows_ask_once(void **state)
{
    (void)state;
    struct place p = { .version = 1, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    assert_int_equal(ask(k, &p, 0, 1, 1000, 7, false).err, ERR_NONE);
    assert_int_equal(p.calls, 1);
    assert_int_equal(p.keys, 7); /* of a thousand rows */
    assert_int_equal(ask(k, &p, 3, 1, 1000, 8, false).err, ERR_NONE);
    assert_int_equal(p.calls, 2);
    assert_int_equal(p.keys, 8); /* the one that is new */
    assert_int_equal(keyed_counts(k).asked, 1800);
    assert_int_equal(keyed_counts(k).fetched, 8);
    assert_int_equal(ask(k, &p, 0, 1, 1000, 8, false).err, ERR_NONE);
    assert_int_equal(waited, 2); /* what is known is not waited for */
    assert_false(waits);
    keyed_free(k);
    arena_free(p.arena);
}

static void rows_and_their_absence_are_known_for_a_while(void **state)
{
    (void)state;
    struct place p = { .version = 1, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    expect_rows(k, &p, 0, 9); /* of which 0, 3 and 6 have no row */
    p.now = 99;
    expect_rows(k, &p, 0, 9);
    assert_int_equal(p.keys, 9);
    p.now = 100;
    expect_rows(k, &p, 0, 9);
    assert_int_equal(p.keys, 12);
    p.now = 999;
    expect_rows(k, &p, 1, 2);
    assert_int_equal(p.keys, 12);
    p.now = 1000;
    expect_rows(k, &p, 1, 2);
    assert_int_equal(p.keys, 14);
    keyed_clear(k);
    expect_rows(k, &p, 1, 2);
    assert_int_equal(p.keys, 16);
    keyed_free(k);
    arena_free(p.arena);
}

/* Whatever the room, answers are right, keys of one call together, and what is asked for always stays. */
static void a_small_cache_forgets_what_nobody_asks_for(void **state)
{
    (void)state;
    for (uint64_t room = 1; room < 300; room = room * 3 + 1) {
        struct place p = { .version = 1, .arena = arena_new() };
        struct keyed *k = table(&p, room, false);
        for (uint32_t i = 0; i < 200; i++) {
            expect_rows(k, &p, 1, 1);
            expect_rows(k, &p, i * 5, 20);
        }
        if (room >= 100) assert_true(p.keys < 1000 + 40);
        unsigned before = p.keys;
        if (room >= 100) expect_rows(k, &p, 1, 1);
        assert_int_equal(p.keys, before);
        expect_rows(k, &p, 100, 1);
        assert_int_equal(p.keys, before + 1);
        keyed_free(k);
        arena_free(p.arena);
    }
}

static void of_a_unique_key_the_last_row_counts(void **state)
{
    (void)state;
    struct place p = { .version = 1, .arena = arena_new() };
    struct keyed *k = table(&p, 10, true);
    assert_int_equal(ask(k, &p, 0, 1, 500, 90, true).err, ERR_NONE);
    keyed_free(k);
    arena_free(p.arena);
}

static void rows_without_a_key_are_those_of_the_question(void **state)
{
    (void)state;
    struct place p = { .version = 1, .silent = true, .strays = true, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    expect_rows(k, &p, 0, 70);
    assert_int_equal(keyed_counts(k).strays, 63);
    keyed_free(k);
    arena_free(p.arena);
}

static void what_nobody_asked_for_is_left_out(void **state)
{
    (void)state;
    struct place p = { .version = 1, .strays = true, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    expect_rows(k, &p, 0, 70);
    assert_int_equal(keyed_counts(k).strays, 63);
    keyed_free(k);
    arena_free(p.arena);
}

static void no_answer_is_no_knowledge(void **state)
{
    (void)state;
    struct place p = { .version = 1, .down = true, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    expect_rows(k, &p, 0, 9);
    expect_rows(k, &p, 0, 9);
    assert_int_equal(p.calls, 2);
    assert_int_equal(p.keys, 18);
    p.down = false;
    expect_rows(k, &p, 0, 9);
    assert_int_equal(p.keys, 27);
    keyed_free(k);
    arena_free(p.arena);
}

static void a_failure_is_passed_on(void **state)
{
    (void)state;
    struct place p = { .version = 1, .refuses = true, .arena = arena_new() };
    struct keyed *k = table(&p, 1000, false);
    assert_int_equal(keyed_failure(k).err, ERR_NONE);
    struct status st = ask(k, &p, 0, 1, 5, 10, false);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_string_equal(st.message, "nobody there");
    assert_string_equal(keyed_failure(k).message, "nobody there");
    p.refuses = false;
    assert_int_equal(ask(k, &p, 0, 1, 5, 10, false).err, ERR_NONE);
    keyed_free(k);
    arena_free(p.arena);
}

struct asker {
    struct keyed *table;
    struct place *place;
    uint32_t      from;
    bool          good;
};

static void *ask_often(void *arg)
{
    struct asker *x = arg;
    x->good = true;
    for (uint32_t i = 0; i < 200; i++)
        x->good = x->good &&
                  ask(x->table, x->place, x->from + i, 7, 100, 400, false).err == ERR_NONE;
    return NULL;
}

static void several_threads_get_what_one_would(void **state)
{
    (void)state;
    struct place p = { .version = 1, .arena = arena_new() };
    struct keyed *k = table(&p, 150, false);
    struct asker askers[4];
    pthread_t threads[4];
    for (uint32_t i = 0; i < 4; i++) {
        askers[i] = (struct asker){ k, &p, i * 31, false };
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &askers[i]), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(askers[i].good);
    }
    keyed_free(k);
    arena_free(p.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_rows_ask_once),
        cmocka_unit_test(rows_and_their_absence_are_known_for_a_while),
        cmocka_unit_test(a_small_cache_forgets_what_nobody_asks_for),
        cmocka_unit_test(of_a_unique_key_the_last_row_counts),
        cmocka_unit_test(rows_without_a_key_are_those_of_the_question),
        cmocka_unit_test(what_nobody_asked_for_is_left_out),
        cmocka_unit_test(no_answer_is_no_knowledge),
        cmocka_unit_test(a_failure_is_passed_on),
        cmocka_unit_test(several_threads_get_what_one_would),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
