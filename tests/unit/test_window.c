/* test_window.c: windows of time, and bounds of several inputs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/calendar.h"
#include "time/bound.h"
#include "time/clock.h"
#include "time/window.h"

static void check(const struct window_policy *p, rowtime t, rowtime start, rowtime due)
{
    struct window_span w = window_of(p, t);
    assert_int_equal(w.start, start);
    assert_int_equal(w.due, due);
}

static void test_steps_stand_on_1970(void **state)
{
    (void)state;
    const struct window_policy minute = { POLICY_STEP, MS_PER_MINUTE, 0 };
    check(&minute, 0, 0, 60000);
    check(&minute, 59999, 0, 60000);
    check(&minute, 60000, 60000, 120000);
    check(&minute, -1, -60000, 0);
    const struct window_policy shifted = { POLICY_STEP, MS_PER_MINUTE, 15000 };
    check(&shifted, 14999, -45000, 15000);
    check(&shifted, 15000, 15000, 75000);
}

static void test_months_have_their_days(void **state)
{
    (void)state;
    const struct window_policy month = { POLICY_MONTHS, 1, 0 };
    rowtime february = calendar_days(2024, 2, 1) * MS_PER_DAY,
            march = calendar_days(2024, 3, 1) * MS_PER_DAY;
    check(&month, february, february, march);
    check(&month, march - 1, february, march);
    assert_int_equal(march - february, 29 * MS_PER_DAY);
}

static void test_one_window_a_time(void **state)
{
    (void)state;
    const struct window_policy each = { POLICY_ROWTIME, 1, 0 };
    check(&each, 7, 7, 8);
    assert_int_equal(window_result_time(&each, window_of(&each, 7)), 7);
    struct bound b = window_bound(&each, (struct bound){ 7, 9 });
    assert_int_equal(b.time, 7);
    assert_int_equal(b.seq, 0);
}

static void test_stagger_opens_at_its_row(void **state)
{
    (void)state;
    const struct window_policy p = { POLICY_STAGGER, 20000, 0 };
    check(&p, 5123, 5123, 25123);
    assert_int_equal(window_result_time(&p, window_of(&p, 5123)), 25123);
}

static void test_ends_of_time_are_cut(void **state)
{
    (void)state;
    const struct window_policy step = { POLICY_STEP, 7, 3 }, stagger = { POLICY_STAGGER, 7, 0 };
    const rowtime times[] = { ROWTIME_MIN, ROWTIME_MIN + 1, ROWTIME_END - 1, ROWTIME_END - 8 };
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct window_span w = window_of(&step, times[i]);
        assert_true(w.start <= times[i] && w.due < ROWTIME_END && w.due >= times[i]);
        w = window_of(&stagger, times[i]);
        assert_true(w.due < ROWTIME_END && w.due >= times[i]);
    }
}

static void test_bound_is_the_next_result(void **state)
{
    (void)state;
    const struct window_policy minute = { POLICY_STEP, MS_PER_MINUTE, 0 };
    assert_int_equal(window_bound(&minute, (struct bound){ 61000, 4 }).time, 120000);
    assert_int_equal(window_bound(&minute, BOUND_END).time, ROWTIME_END);
    assert_int_equal(window_bound(&minute, BOUND_NONE).time, ROWTIME_MIN);
}

static void test_several_inputs_promise_the_least(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct bounds b;
    bounds_init(&b, a, 2);
    assert_int_equal(bounds_min(&b).time, ROWTIME_MIN);
    assert_true(bounds_raise(&b, 0, (struct bound){ 10, 2 }));
    assert_int_equal(bounds_min(&b).time, ROWTIME_MIN);
    assert_true(bounds_raise(&b, 1, (struct bound){ 10, 1 }));
    assert_int_equal(bounds_min(&b).seq, 1);
    assert_false(bounds_raise(&b, 1, (struct bound){ 9, 8 }));
    assert_true(bounds_raise(&b, 1, BOUND_END));
    assert_int_equal(bounds_min(&b).seq, 2);
    assert_true(bounds_raise(&b, 0, BOUND_END));
    assert_true(bound_is_end(bounds_min(&b)));
    arena_free(a);
}

static void test_clocks_do_not_go_back(void **state)
{
    (void)state;
    struct clock c;
    clock_init_test(&c, 100);
    clock_set(&c, 90);
    assert_int_equal(clock_now(&c), 100);
    clock_set(&c, 110);
    assert_int_equal(clock_now(&c), 110);
    clock_init_wall(&c);
    rowtime first = clock_now(&c);
    assert_true(clock_now(&c) >= first && first > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_stand_on_1970),
        cmocka_unit_test(test_months_have_their_days),
        cmocka_unit_test(test_one_window_a_time),
        cmocka_unit_test(test_stagger_opens_at_its_row),
        cmocka_unit_test(test_ends_of_time_are_cut),
        cmocka_unit_test(test_bound_is_the_next_result),
        cmocka_unit_test(test_several_inputs_promise_the_least),
        cmocka_unit_test(test_clocks_do_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
