/* test_idle.c: the time of a source that has nothing to give. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "time/idle.h"

enum { AFTER = 10, LATENESS = 5, WALL = 100000 };

static rowtime bound_at(const struct idle *i, int64_t now_ms)
{
    rowtime t = -1;
    return idle_bound(i, now_ms, WALL + now_ms, &t) ? t : -1;
}

/* A row of 1000 at 50: nothing until 60, then as far on as the clock. */
static void the_clock_goes_on_from_the_latest_row(void **state)
{
    (void)state;
    struct idle i;
    idle_begin(&i, AFTER, LATENESS, ROWTIME_MIN, 40);
    idle_heard(&i, 1000 - LATENESS, 50);
    assert_int_equal(bound_at(&i, 59), -1);
    assert_int_equal(bound_at(&i, 60), 1005);
    assert_int_equal(bound_at(&i, 61), 1006);
    assert_int_equal(bound_at(&i, 1050), 1995);
}

/* A row that is no later than the latest ends the pause, and does not move what is counted from. */
static void an_earlier_row_moves_nothing(void **state)
{
    (void)state;
    struct idle i;
    idle_begin(&i, AFTER, LATENESS, ROWTIME_MIN, 0);
    idle_heard(&i, 995, 50);
    idle_heard(&i, 995, 58); /* of 999, say */
    assert_int_equal(bound_at(&i, 60), -1);
    assert_int_equal(bound_at(&i, 68), 1013);
    idle_heard(&i, 1020, 70);
    assert_int_equal(bound_at(&i, 80), 1030);
}

/* Without a row it is the clock on the wall, and with one of an earlier run that one. */
static void what_there_is_to_begin_with(void **state)
{
    (void)state;
    struct idle i;
    idle_begin(&i, AFTER, LATENESS, ROWTIME_MIN, 40);
    assert_int_equal(bound_at(&i, 49), -1);
    assert_int_equal(bound_at(&i, 50), WALL + 50 - LATENESS);
    idle_heard(&i, ROWTIME_MIN, 55); /* a record that was refused */
    assert_int_equal(bound_at(&i, 60), -1);
    assert_int_equal(bound_at(&i, 65), WALL + 65 - LATENESS);
    idle_begin(&i, AFTER, LATENESS, 700, 40);
    assert_int_equal(bound_at(&i, 50), 710);
}

/* A source that is away is not idle: it may come back with what it has had since. */
static void a_lost_connection_is_no_pause(void **state)
{
    (void)state;
    struct idle i;
    idle_begin(&i, AFTER, LATENESS, ROWTIME_MIN, 0);
    idle_heard(&i, 1000, 50);
    idle_lost(&i, 70);
    assert_int_equal(bound_at(&i, 79), -1);
    assert_int_equal(bound_at(&i, 80), 1030);
}

static void without_the_option_rows_alone_move_it(void **state)
{
    (void)state;
    struct idle i;
    idle_begin(&i, 0, LATENESS, ROWTIME_MIN, 0);
    assert_int_equal(bound_at(&i, 1000000), -1);
    idle_heard(&i, 1000, 50);
    assert_int_equal(bound_at(&i, 1000000), -1);
    /* nor does a time at the end of all times */
    idle_begin(&i, AFTER, LATENESS, INT64_MAX - 3, 0);
    assert_int_equal(bound_at(&i, 1000), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_goes_on_from_the_latest_row),
        cmocka_unit_test(an_earlier_row_moves_nothing),
        cmocka_unit_test(what_there_is_to_begin_with),
        cmocka_unit_test(a_lost_connection_is_no_pause),
        cmocka_unit_test(without_the_option_rows_alone_move_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
