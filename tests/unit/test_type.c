/* test_type.c: names of types, which of them go together, and the formulas of arithmetic. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/type.h"

static void assert_text(struct type t, const char *expected)
{
    struct arena *a = arena_new();
    assert_string_equal(type_text(a, t), expected);
    arena_free(a);
}

static void names_are_sql(void **state)
{
    (void)state;
    assert_text(type_of(TYPE_INTEGER), "INTEGER");
    assert_text(type_decimal(10, 2), "DECIMAL(10, 2)");
    assert_text(type_varchar(9), "VARCHAR(9)");
    assert_text(type_varchar(0), "VARCHAR");
    assert_text(type_char(0), "CHAR(0)");
    assert_text(type_interval(UNIT_DAY, UNIT_SECOND), "INTERVAL DAY TO SECOND");
    assert_text(type_interval(UNIT_YEAR, UNIT_YEAR), "INTERVAL YEAR");
    struct type exact = type_interval(UNIT_DAY, UNIT_HOUR);
    exact.precision = 4;
    assert_text(exact, "INTERVAL DAY(4) TO HOUR");
}

static void assert_common(struct type a, struct type b, struct type expected)
{
    struct type out;
    assert_true(type_common(a, b, &out));
    assert_true(type_equal(out, expected));
    assert_true(type_common(b, a, &out));
    assert_true(type_equal(out, expected));
}

static void common_types_hold_both(void **state)
{
    (void)state;
    struct type integer = type_of(TYPE_INTEGER), real = type_of(TYPE_REAL);
    assert_common(integer, type_of(TYPE_NULL), integer);
    assert_common(integer, type_of(TYPE_BIGINT), type_of(TYPE_BIGINT));
    assert_common(type_decimal(3, 1), type_decimal(4, 3), type_decimal(5, 3));
    assert_common(integer, type_decimal(4, 2), type_decimal(12, 2));
    assert_common(type_decimal(19, 5), type_decimal(19, 5), type_decimal(19, 5));
    assert_common(real, real, real);
    assert_common(real, integer, type_of(TYPE_DOUBLE));
    assert_common(type_char(1), type_char(3), type_varchar(3));
    assert_common(type_char(3), type_char(3), type_char(3));
    assert_common(type_char(0), type_char(3), type_varchar(3));
    assert_common(type_varchar(0), type_char(3), type_varchar(0));
    assert_common(type_interval(UNIT_DAY, UNIT_DAY), type_interval(UNIT_MINUTE, UNIT_MINUTE),
                  type_interval(UNIT_DAY, UNIT_MINUTE));
}

static void unlike_kinds_have_none(void **state)
{
    (void)state;
    struct type out, date = type_of(TYPE_DATE), integer = type_of(TYPE_INTEGER);
    assert_false(type_common(integer, type_char(1), &out));
    assert_false(type_common(date, type_of(TYPE_TIMESTAMP), &out));
    assert_false(type_comparable(type_interval(UNIT_DAY, UNIT_DAY),
                                 type_interval(UNIT_MONTH, UNIT_MONTH)));
    assert_false(type_assignable(type_of(TYPE_TIMESTAMP), type_of(TYPE_BIGINT)));
    assert_true(type_assignable(type_of(TYPE_DOUBLE), integer));
}

static void casts_are_those_of_the_table(void **state)
{
    (void)state;
    struct type integer = type_of(TYPE_INTEGER), text = type_varchar(9);
    struct type date = type_of(TYPE_DATE), time = type_of(TYPE_TIME);
    struct type stamp = type_of(TYPE_TIMESTAMP), binary = type_of(TYPE_BINARY);
    struct type day = type_interval(UNIT_DAY, UNIT_DAY),
                month = type_interval(UNIT_MONTH, UNIT_MONTH);
    assert_true(type_castable(integer, text) && type_castable(text, integer));
    assert_true(type_castable(date, stamp) && type_castable(stamp, date));
    assert_true(type_castable(time, stamp) && type_castable(day, type_of(TYPE_BIGINT)));
    assert_true(type_castable(day, type_decimal(5, 0)) && type_castable(text, month));
    assert_false(type_castable(day, integer) || type_castable(month, type_of(TYPE_BIGINT)));
    assert_false(type_castable(type_interval(UNIT_DAY, UNIT_HOUR), type_of(TYPE_BIGINT)));
    assert_false(type_castable(date, time) || type_castable(time, date));
    assert_false(type_castable(integer, date) || type_castable(integer, type_of(TYPE_BOOLEAN)));
    assert_false(type_castable(text, binary) || type_castable(binary, integer));
    assert_false(type_castable(day, month));
}

static void arithmetic_follows_the_formulas(void **state)
{
    (void)state;
    struct type integer = type_of(TYPE_INTEGER), big = type_of(TYPE_BIGINT);
    assert_true(type_equal(type_arithmetic('/', integer, big), big));
    assert_true(
        type_equal(type_arithmetic('*', type_of(TYPE_REAL), integer), type_of(TYPE_DOUBLE)));
    assert_true(type_equal(type_arithmetic('/', type_decimal(3, 1), type_decimal(2, 1)),
                           type_decimal(9, 6)));
    assert_true(
        type_equal(type_arithmetic('/', type_decimal(2, 1), integer), type_decimal(13, 12)));
    assert_true(type_equal(type_arithmetic('+', type_decimal(18, 2), type_decimal(3, 2)),
                           type_decimal(18, 2)));
    assert_true(type_equal(type_arithmetic('*', type_decimal(10, 9), type_decimal(10, 9)),
                           type_decimal(18, 18)));
    assert_true(type_equal(type_arithmetic('-', big, type_decimal(3, 1)), type_decimal(18, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_sql),
        cmocka_unit_test(common_types_hold_both),
        cmocka_unit_test(unlike_kinds_have_none),
        cmocka_unit_test(casts_are_those_of_the_table),
        cmocka_unit_test(arithmetic_follows_the_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
