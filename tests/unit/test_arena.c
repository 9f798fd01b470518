/* test_arena.c: what is allocated stays apart and aligned; resets keep memory; clean-ups run backwards; arrays
 * and accounts, which stand on arenas. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/account.h"
#include "base/arena.h"
#include "base/array.h"

static void allocations_stay_apart(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    unsigned char *places[200];
    for (size_t i = 0; i < 200; i++) {
        places[i] = arena_alloc(a, i * 7);
        assert_int_equal((uintptr_t)places[i] % 16, 0);
        memset(places[i], (int)i, i * 7);
    }
    for (size_t i = 0; i < 200; i++) {
        for (size_t k = 0; k < i * 7; k++) assert_int_equal(places[i][k], i);
    }
    arena_free(a);
}

static void cleared_and_copied(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (int round = 0; round < 3; round++) {
        unsigned char *p = arena_calloc(a, 300);
        for (int i = 0; i < 300; i++) assert_int_equal(p[i], 0);
        memset(p, 0xab, 300);
        assert_memory_equal(arena_dup(a, p, 300), p, 300);
        arena_reset(a);
    }
    arena_free(a);
}

static void resets_settle_on_one_block(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_int_equal(arena_size_bytes(a), 0);
    for (int i = 0; i < 100; i++) arena_alloc(a, 1000);
    arena_reset(a);
    size_t settled = arena_size_bytes(a);
    assert_true(settled >= 100 * 1000);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 100; i++) arena_alloc(a, 1000);
        arena_reset(a);
        assert_int_equal(arena_size_bytes(a), settled);
    }
    arena_alloc(a, 50 << 20);
    arena_reset(a);
    assert_true(arena_size_bytes(a) < 2 << 20);
    arena_free(a);
}

struct trace {
    int order[4];
    int count;
};

struct mark {
    struct trace *trace;
    int           number;
};

static void note(void *arg)
{
    struct mark *m = arg;
    m->trace->order[m->trace->count++] = m->number;
}

static void cleanups_run_backwards_once(void **state)
{
    (void)state;
    struct trace trace = { .count = 0 };
    struct mark marks[3] = { { &trace, 1 }, { &trace, 2 }, { &trace, 3 } };
    struct arena *a = arena_new();
    for (int i = 0; i < 3; i++) arena_on_free(a, note, &marks[i]);
    arena_reset(a);
    assert_int_equal(trace.count, 3);
    for (int i = 0; i < 3; i++) assert_int_equal(trace.order[i], 3 - i);
    arena_on_free(a, note, &marks[0]);
    arena_free(a);
    assert_int_equal(trace.count, 4);
    arena_free(NULL);
}

struct point {
    int x, y;
};

static void arrays_grow_and_clear(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    ARRAY(struct point) points = { 0 };
    for (int i = 0; i < 1000; i++) {
        assert_int_equal((array_push(a, &points))->y, 0);
        points.items[i].x = points.items[i].y = i;
    }
    for (int i = 0; i < 1000; i++) assert_int_equal(points.items[i].x, i);
    points.count = 10;
    assert_int_equal((array_push(a, &points))->y, 0);
    arena_free(a);
}

static void accounts_refuse_above_their_limit(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct account acc = { .name = "state of STREAM_1", .limit = 100 };
    assert_int_equal(account_add(&acc, a, 60).err, ERR_NONE);
    struct status st = account_add(&acc, a, 60);
    assert_int_equal(st.err, ERR_LIMIT_EXCEEDED);
    assert_non_null(strstr(st.message, "state of STREAM_1"));
    assert_int_equal(acc.bytes, 60);
    assert_int_equal(account_add(&acc, a, 40).err, ERR_NONE);
    assert_int_equal(account_add(&acc, a, -90).err, ERR_NONE);
    assert_int_equal(acc.bytes, 10);
    assert_int_equal(acc.peak, 100);
    assert_int_equal(account_set(&acc, a, 101).err, ERR_LIMIT_EXCEEDED);
    assert_int_equal(account_set(&acc, a, 99).err, ERR_NONE);
    assert_int_equal(account_add(&acc, a, INT64_MAX).err, ERR_LIMIT_EXCEEDED);
    struct account open = { .name = "open" };
    assert_int_equal(account_add(&open, a, INT64_MAX).err, ERR_NONE);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocations_stay_apart),
        cmocka_unit_test(cleared_and_copied),
        cmocka_unit_test(resets_settle_on_one_block),
        cmocka_unit_test(cleanups_run_backwards_once),
        cmocka_unit_test(arrays_grow_and_clear),
        cmocka_unit_test(accounts_refuse_above_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
