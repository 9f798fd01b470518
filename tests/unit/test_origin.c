/* test_origin.c: sets of columns, which two columns may hold the same value by. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/personal_origin.h"

/* Whatever is put together in whatever order has all its members, and no others. */
static void a_set_has_what_was_joined(void **state)
{
    struct arena *a = *state;
    for (uint32_t bits = 0; bits < 64; bits++) {
        const struct origins *up = NULL, *down = NULL;
        for (uint32_t i = 0; i < 6; i++) {
            if (bits >> i & 1) up = origins_join(a, up, origins_one(a, i));
            if (bits >> (5 - i) & 1) down = origins_join(a, origins_one(a, 5 - i), down);
        }
        for (uint32_t i = 0; i < 8; i++) {
            assert_int_equal(origins_meet(up, origins_one(a, i)), bits >> i & 1);
            assert_int_equal(origins_meet(origins_one(a, i), down), bits >> i & 1);
        }
        assert_ptr_equal(origins_join(a, up, down), up);
        assert_ptr_equal(origins_join(a, down, up), down);
    }
}

/* Two sets meet in what both have. */
static void sets_meet(void **state)
{
    struct arena *a = *state;
    const struct origins *even = NULL, *odd = NULL;
    for (uint32_t i = 0; i < 100; i += 2) {
        even = origins_join(a, origins_one(a, 98 - i), even);
        odd = origins_join(a, odd, origins_one(a, i + 1));
    }
    assert_false(origins_meet(even, odd));
    assert_true(origins_meet(even, origins_join(a, odd, origins_one(a, 98))));
    assert_false(origins_meet(even, NULL));
    assert_false(origins_meet(NULL, NULL));
}

static int begin(void **state)
{
    *state = arena_new();
    return 0;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_set_has_what_was_joined, begin, end),
        cmocka_unit_test_setup_teardown(sets_meet, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
