/* test_decimal.c: DECIMAL arithmetic rounds half away from zero and knows where its digits end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/decimal.h"

static int64_t parsed(const char *s, int precision, int scale)
{
    int64_t v = -1;
    bool exact;
    assert_int_equal(decimal_parse(s, strlen(s), precision, scale, &v, &exact), 0);
    return v;
}

static int parse_result(const char *s, int precision, int scale)
{
    int64_t v;
    bool exact;
    return decimal_parse(s, strlen(s), precision, scale, &v, &exact);
}

static void reads_numbers(void **state)
{
    (void)state;
    assert_int_equal(parsed("3.47", 3, 1), 35);
    assert_int_equal(parsed("-2.41", 3, 1), -24);
    assert_int_equal(parsed(".5", 3, 2), 50);
    assert_int_equal(parsed("+0042", 19, 0), 42);
    assert_int_equal(parsed("12.5", 6, 3), 12500);
    assert_int_equal(parsed("1.5e3", 18, 2), 150000);
    assert_int_equal(parsed("5e-1", 18, 0), 1);
    assert_int_equal(parsed("49e-2", 18, 0), 0);
    assert_int_equal(parsed("0.000000000000000000000000000000009e33", 18, 0), 9);
    assert_int_equal(parsed("9223372036854775807", 19, 0), INT64_MAX);
    assert_int_equal(parsed("-9223372036854775808", 19, 0), INT64_MIN);
    assert_int_equal(parsed("0e999999999999", 18, 2), 0);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const bad[] = { "",    "-",   ".",  "1.", "1.2.3", "--1",
                                       "1 2", "12x", "1e", "e5", "1e+" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(parse_result(bad[i], 18, 2), 1);
    }
    assert_int_equal(parse_result("9223372036854775808", 19, 0), 2);
    assert_int_equal(parse_result("1000", 4, 2), 2);
    assert_int_equal(parse_result("99.995", 4, 2), 2);
    assert_int_equal(parse_result("1e400", 18, 0), 2);
}

static void tells_dropped_digits(void **state)
{
    (void)state;
    int64_t v;
    bool exact;
    assert_int_equal(decimal_parse("1.500", 5, 5, 1, &v, &exact), 0);
    assert_true(exact && v == 15);
    assert_int_equal(decimal_parse("1.501", 5, 5, 1, &v, &exact), 0);
    assert_true(!exact && v == 15);
}

static void rescales_with_rounding(void **state)
{
    (void)state;
    int64_t v;
    assert_true(decimal_rescale(325, 2, 1, 3, &v) && v == 33);
    assert_true(decimal_rescale(-325, 2, 1, 3, &v) && v == -33);
    assert_true(decimal_rescale(324, 2, 1, 3, &v) && v == 32);
    assert_true(decimal_rescale(7, 0, 2, 4, &v) && v == 700);
    assert_false(decimal_rescale(996, 2, 1, 2, &v));
    assert_false(decimal_rescale(INT64_MAX, 0, 18, 18, &v));
    assert_true(decimal_rescale(INT64_MIN, 0, 0, 19, &v) && v == INT64_MIN);
}

static void computes(void **state)
{
    (void)state;
    int64_t v;
    assert_true(decimal_add(2745, 2, 38, 1, 2, 5, &v) && v == 3125);
    assert_true(decimal_sub(1, 0, 1, 1, 1, 12, &v) && v == 9);
    assert_true(decimal_mul(125, 2, 125, 2, 4, 6, &v) && v == 15625);
    assert_true(decimal_div(20, 1, 30, 1, 6, 8, &v) && v == 666667);
    assert_true(decimal_div(-20, 1, 30, 1, 6, 8, &v) && v == -666667);
    assert_true(decimal_div(70, 1, 2, 0, 12, 13, &v) && v == 3500000000000);
    assert_true(decimal_div(1, 18, 3, 0, 18, 18, &v) && v == 0);
    assert_true(decimal_div(INT64_MIN, 0, -1, 18, 0, 19, &v) == false);
    assert_false(decimal_mul(INT64_MAX, 0, INT64_MAX, 0, 0, 18, &v));
    assert_false(decimal_add(INT64_MAX, 0, INT64_MAX, 0, 0, 19, &v));
    assert_int_equal(decimal_compare(150, 2, 15, 1), 0);
    assert_int_equal(decimal_compare(-1, 1, 0, 0), -1);
    assert_int_equal(decimal_compare(INT64_MAX, 0, INT64_MAX, 18), 1);
}

static void goes_to_double_and_back(void **state)
{
    (void)state;
    int64_t v;
    assert_true(decimal_to_double(-83, 1) == -8.3);
    assert_true(decimal_to_double(INT64_C(123456789012345678), 9) == 123456789.012345678);
    assert_true(decimal_to_double(INT64_MIN, 0) == -9223372036854775808.0);
    assert_true(decimal_from_double(2.5, 10, 0, &v) && v == 3);
    assert_true(decimal_from_double(-2.5, 10, 0, &v) && v == -3);
    assert_true(decimal_from_double(1.005, 5, 2, &v) && v == 100); /* 1.00499999999999989... */
    assert_true(decimal_from_double(0.1, 18, 18, &v) && v == 100000000000000006);
    assert_true(decimal_from_double(-9223372036854775808.0, 19, 0, &v) && v == INT64_MIN);
    assert_true(decimal_from_double(1e-300, 18, 18, &v) && v == 0);
    assert_false(decimal_from_double(9223372036854775808.0, 19, 0, &v));
    assert_false(decimal_from_double(99.5, 2, 0, &v));
    assert_false(decimal_from_double(1e300, 18, 0, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(tells_dropped_digits),
        cmocka_unit_test(rescales_with_rounding),
        cmocka_unit_test(computes),
        cmocka_unit_test(goes_to_double_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
