/* test_testrow.c: when a value of a test is the expected one, and how expected rows are laid beside those that came. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/testrow.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool equal(enum type_kind kind, const char *want, const char *got)
{
    struct member w, g;
    assert_int_equal(member_read_value(arena, str_c(want), &w).err, ERR_NONE);
    assert_int_equal(member_read_value(arena, str_c(got), &g).err, ERR_NONE);
    return test_value_equal(type_of(kind), &w, &g);
}

static void exact_numbers_compare_by_value(void **state)
{
    (void)state;
    assert_true(equal(TYPE_DECIMAL, "2.5", "2.50"));
    assert_true(equal(TYPE_DECIMAL, "100", "100.00"));
    assert_true(equal(TYPE_DECIMAL, "0", "-0.00"));
    assert_true(equal(TYPE_DECIMAL, "0.05", "5e-2"));
    assert_true(equal(TYPE_BIGINT, "1e3", "1000"));
    assert_true(equal(TYPE_BIGINT, "9223372036854775807", "9223372036854775807"));
    assert_false(equal(TYPE_BIGINT, "9223372036854775807", "9223372036854775806"));
    assert_false(equal(TYPE_DECIMAL, "0.123456789012345678", "0.123456789012345679"));
    assert_false(equal(TYPE_INTEGER, "10", "100"));
    assert_false(equal(TYPE_INTEGER, "1", "-1"));
    assert_false(equal(TYPE_DECIMAL, "1.05", "1.5"));
}

static void approximate_numbers_compare_by_digits(void **state)
{
    (void)state;
    assert_true(equal(TYPE_DOUBLE, "0.333333333", "0.3333333333333333"));
    assert_false(equal(TYPE_DOUBLE, "0.33333333", "0.3333333333333333"));
    assert_true(equal(TYPE_REAL, "0.333333", "0.33333334"));
    assert_false(equal(TYPE_REAL, "0.33333", "0.33333334"));
    assert_true(equal(TYPE_DOUBLE, "1e300", "1.0000000001e300"));
    assert_true(equal(TYPE_DOUBLE, "0", "0.0"));
    assert_false(equal(TYPE_DOUBLE, "0", "1e-300"));
    /* the two sides of a rounding border */
    assert_true(equal(TYPE_DOUBLE, "1.0000000005", "1.00000000049999"));
}

static void other_values_compare_exactly(void **state)
{
    (void)state;
    assert_true(equal(TYPE_VARCHAR, "\"a\\u0062\"", "\"ab\""));
    assert_false(equal(TYPE_VARCHAR, "\"a\"", "\"a \""));
    assert_false(equal(TYPE_VARCHAR, "\"1\"", "1"));
    assert_false(equal(TYPE_INTEGER, "\"1\"", "1"));
    assert_true(equal(TYPE_BOOLEAN, "true", "true"));
    assert_false(equal(TYPE_BOOLEAN, "true", "false"));
    assert_true(equal(TYPE_DOUBLE, "null", "null"));
    assert_false(equal(TYPE_DOUBLE, "null", "0"));
}

/* A block of expected rows against rows of one INTEGER column V. */
static const char *difference(const char *expected, bool unordered, size_t n,
                              const char *const *came)
{
    const char *text =
        str_format_c(arena, "expect T%s\n%s----\n", unordered ? " unordered" : "", expected);
    struct test_file *file;
    assert_int_equal(test_file_parse(arena, "x.test", text, strlen(text), &file).err, ERR_NONE);
    struct column column = { .name = str_c("V"), .type = type_of(TYPE_INTEGER) };
    struct replay_rows rows = { .columns = &column, .n_columns = 1, .count = n };
    rows.items = ARENA_ARRAY(arena, struct replay_row, n);
    for (size_t i = 0; i < n; i++) {
        rows.items[i].time = TEST_START;
        rows.items[i].values = ARENA_ARRAY(arena, struct str, 1);
        rows.items[i].values[0] = str_c(came[i]);
    }
    struct row_match *m;
    const struct test_block *block = &file->cases.items[0].blocks.items[0];
    assert_int_equal(row_match_new(arena, file, block, &rows, &m).err, ERR_NONE);
    if (m->equal) return "equal";
    struct buf out = { 0 };
    row_match_print(m, &out);
    const char *copy = str_to_c(arena, str_view(out.data, out.len));
    buf_free(&out);
    return copy;
}

static void rows_are_aligned(void **state)
{
    (void)state;
    const char *const came[] = { "1", "2", "3" };
    assert_string_equal(difference("{\"V\":1}\n{\"V\":2}\n{\"V\":3}\n", false, 3, came), "equal");
    assert_string_equal(difference("{\"V\":1}\n{\"V\":3}\n", false, 3, came),
                        "      {\"V\":1}\n    + {\"V\": 2}\n      {\"V\":3}\n");
    assert_string_equal(difference("{\"V\":1}\n{\"V\":9}\n{\"V\":2}\n{\"V\":3}\n", false, 3, came),
                        "      {\"V\":1}\n    - {\"V\":9}\n      {\"V\":2}\n      {\"V\":3}\n");
    assert_string_equal(difference("", false, 1, came), "    + {\"V\": 1}\n");
    assert_string_equal(difference("{\"V\":1}\n", false, 0, came), "    - {\"V\":1}\n");
}

static void order_may_not_matter(void **state)
{
    (void)state;
    const char *const came[] = { "3", "1", "1" };
    assert_string_equal(difference("{\"V\":1}\n{\"V\":3}\n{\"V\":1}\n", true, 3, came), "equal");
    assert_string_equal(difference("{\"V\":1}\n{\"V\":3}\n{\"V\":3}\n", true, 3, came),
                        "      {\"V\":1}\n      {\"V\":3}\n    - {\"V\":3}\n    + {\"V\": 1}\n");
}

static void long_stretches_are_left_out(void **state)
{
    (void)state;
    const char *const came[] = { "1", "1", "1", "1", "1", "2" };
    const char *expected = "{\"V\":1}\n{\"V\":1}\n{\"V\":1}\n{\"V\":1}\n{\"V\":1}\n{\"V\":3}\n";
    assert_string_equal(difference(expected, false, 6, came),
                        "      (3 equal rows)\n      {\"V\":1}\n      {\"V\":1}\n"
                        "    - {\"V\":3}\n    + {\"V\": 2}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_numbers_compare_by_value),
        cmocka_unit_test(approximate_numbers_compare_by_digits),
        cmocka_unit_test(other_values_compare_exactly),
        cmocka_unit_test(rows_are_aligned),
        cmocka_unit_test(order_may_not_matter),
        cmocka_unit_test(long_stretches_are_left_out),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
