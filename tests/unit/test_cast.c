/* test_cast.c: the CAST matrix, what INSERT converts by itself, and the pairs that do not exist. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_harness.h"

struct example {
    const char *arg, *type, *expected;
};

static void check(const struct example *rows, size_t n, bool implicit)
{
    struct harness h;
    harness_open(&h);
    for (size_t i = 0; i < n; i++) {
        const char *got = harness_cast(&h, rows[i].arg, rows[i].type, implicit);
        bool error = strncmp(rows[i].expected, "error ", 6) == 0;
        bool good = error ? strncmp(got, "error: ", 7) == 0 && strcasestr(got, rows[i].expected + 6)
                          : strcmp(got, rows[i].expected) == 0;
        if (!good) {
            fail_msg("CAST(%s AS %s): %s, not %s", rows[i].arg, rows[i].type, got,
                     rows[i].expected);
        }
    }
    harness_close(&h);
}

#define CHECK(implicit, ...)                                    \
    do {                                                        \
        (void)state;                                            \
        static const struct example rows_[] = { __VA_ARGS__ };  \
        check(rows_, sizeof rows_ / sizeof *rows_, implicit);   \
    } while (0)

static void text_to_number(void **state)
{
    CHECK(
        false, { "' -208 ", "INTEGER", "-208" }, { "'+7", "INTEGER", "7" },
        { "'3.47", "DECIMAL(3,1)", "3.5" }, { "'.5", "DECIMAL(3,2)", "0.50" },
        { "'0042", "INTEGER", "42" }, { "'-9223372036854775808", "BIGINT", "-9223372036854775808" },
        { "'abc", "INTEGER", "error 22018 cannot convert 'abc' to INTEGER" },
        { "'", "INTEGER", "error cannot convert" }, { "'1 2", "INTEGER", "error cannot convert" },
        { "'1e3", "INTEGER", "error cannot convert" }, { "'1.", "INTEGER", "error cannot convert" },
        { "'2147483648", "INTEGER", "error 22003 numeric overflow" },
        { "'1000", "DECIMAL(4,2)", "error overflow" }, { "' -58 ", "DOUBLE", "-58" },
        { "'1.5E+3", "DOUBLE", "1500" }, { "'x", "DOUBLE", "error cannot convert" },
        { "'0.1", "REAL", "0.1" }, { "'1e400", "DOUBLE", "error overflow" },
        { "'1e39", "REAL", "error overflow" }, { "~VARCHAR(3)", "INTEGER", "null" });
}

static void number_to_number(void **state)
{
    CHECK(false, { "2.5", "INTEGER", "3" }, { "-2.5", "INTEGER", "-3" }, { "0.49", "BIGINT", "0" },
          { "40000", "SMALLINT", "error overflow" },
          { "2147483647.5", "INTEGER", "error overflow" }, { "2.5e0", "INTEGER", "3" },
          { "-1.4e0", "BIGINT", "-1" }, { "1e20", "BIGINT", "error overflow" },
          { "9007199254740993", "BIGINT", "9007199254740993" },
          { "1e18", "BIGINT", "1000000000000000000" }, { "1e10", "INTEGER", "error overflow" },
          { "1.25e0", "DECIMAL(4,2)", "1.25" }, { "1.005", "DECIMAL(5,2)", "1.01" },
          { "9.96", "DECIMAL(2,1)", "error overflow" },
          { "99.5", "DECIMAL(2,0)", "error overflow" }, { "7", "DECIMAL(4,2)", "7.00" },
          { "7", "DOUBLE", "7" }, { "-8.3", "DOUBLE", "-8.3" }, { "0.1", "REAL", "0.1" },
          { "16777217", "REAL", "16777216" }, { "1e39", "REAL", "error overflow" },
          { "REAL|0.1", "DOUBLE", "0.10000000149011612" }, { "SMALLINT|5", "BIGINT", "5" },
          { "BIGINT|5", "DECIMAL(19,0)", "5" }, { "12345", "DECIMAL(4,1)", "error overflow" });
}

static void to_text(void **state)
{
    CHECK(false, { "8203", "VARCHAR(10)", "\"8203\"" }, { "42", "CHAR(5)", "\"42   \"" },
          { "12345", "VARCHAR(4)",
            "error 22001 text of a value of type INTEGER is too long for VARCHAR(4)" },
          { "-1", "CHAR(1)", "error too long" }, { "-1.50", "VARCHAR(10)", "\"-1.50\"" },
          { "0.37", "VARCHAR(10)", "\".37\"" }, { "0.00", "VARCHAR(10)", "\".00\"" },
          { "73e1", "VARCHAR(30)", "\"7.3E2\"" }, { "REAL|0.1", "VARCHAR(20)", "\"1E-1\"" },
          { "true", "VARCHAR(5)", "\"TRUE\"" }, { "true", "CHAR(6)", "\"TRUE  \"" },
          { "false", "VARCHAR(4)", "error too long" },
          { "DATE|2013-05-17", "VARCHAR(9)", "error too long" },
          { "DATE|2013-05-17", "CHAR(12)", "\"2013-05-17  \"" },
          { "TIME|01:02:03", "VARCHAR(8)", "\"01:02:03\"" },
          { "TIME|12:34:56.5", "VARCHAR(12)", "\"12:34:56.500\"" },
          { "TIMESTAMP|2013-05-17 17:05:48.34", "VARCHAR(23)", "\"2013-05-17 17:05:48.340\"" },
          { "TIMESTAMP|2013-05-17 17:05:48.34", "CHAR(30)", "\"2013-05-17 17:05:48.340       \"" },
          { "TIMESTAMP|2013-05-17 17:05:48.34", "VARCHAR(22)", "error too long" },
          { "DAY-MINUTE|2 7:35", "VARCHAR(8)", "\"+2 07:35\"" },
          { "DAY|5", "CHAR(5)", "\"+5   \"" }, { "YEAR-MONTH|2-3", "VARCHAR", "\"+2-03\"" },
          { "9223372036854775807", "VARCHAR", "\"9223372036854775807\"" });
}

static void text_to_text(void **state)
{
    CHECK(false, { "'abcd", "VARCHAR(2)", "\"ab\"" }, { "'ab", "CHAR(4)", "\"ab  \"" },
          { "'", "CHAR(2)", "\"  \"" }, { "'日本語", "VARCHAR(2)", "\"日本\"" },
          { "'abc", "VARCHAR", "\"abc\"" },
          { "'a text longer than a view", "CHAR(30)", "\"a text longer than a view     \"" },
          { "'a text longer than a view", "CHAR(20)", "\"a text longer than a\"" },
          { "BINARY(2)|ab", "BINARY(4)", "\"61620000\"" },
          { "BINARY(2)|ab", "VARBINARY(1)", "\"61\"" });
    CHECK(true, { "'four", "VARCHAR(4)", "\"four\"" }, { "'five  ", "VARCHAR(4)", "\"five\"" },
          { "'fiver", "VARCHAR(4)", "error 22001 text of 5 characters is too long for VARCHAR(4)" },
          { "'ab", "CHAR(6)", "\"ab    \"" }, { "2.5", "INTEGER", "3" },
          { "40000", "SMALLINT", "error overflow" },
          { "1", "VARCHAR(5)", "error cannot convert value of type INTEGER to type VARCHAR(5)" },
          { "'1", "INTEGER", "error cannot convert" },
          { "TIMESTAMP|2026-01-01", "BIGINT", "error BIGINT" },
          { "DATE|2026-01-01", "TIMESTAMP", "error cannot convert" });
}

static void text_to_others(void **state)
{
    CHECK(false, { "'  tRuE ", "BOOLEAN", "true" }, { "'maybe", "BOOLEAN", "error 22018" },
          { "' 2013-5-7 ", "DATE", "\"2013-05-07\"" },
          { "'2013-02-29", "DATE", "error 22007 cannot convert" },
          { "'2013-05-17 17:05:48", "DATE", "error cannot convert" },
          { "'3:7:09", "TIME", "\"03:07:09\"" }, { "'24:00:00", "TIME", "error cannot convert" },
          { "'2013-05-17T17:05:48.625Z", "TIMESTAMP", "\"2013-05-17 17:05:48.625\"" },
          { "'2013-05-17", "TIMESTAMP", "\"2013-05-17 00:00:00.000\"" },
          { "'1 2:03", "DAY-MINUTE", "\"+1 02:03\"" }, { "'7", "MONTH", "\"+7\"" },
          { "'abc", "DAY", "error 22018 cannot convert" });
}

static void datetimes_and_intervals(void **state)
{
    CHECK(false, { "DATE|2013-05-17", "TIMESTAMP", "\"2013-05-17 00:00:00.000\"" },
          { "TIMESTAMP|1969-12-31 23:59:59", "DATE", "\"1969-12-31\"" },
          { "TIMESTAMP|1969-12-31 23:59:59", "TIME", "\"23:59:59\"" },
          { "MINUTE|90", "HOUR-MINUTE", "\"+1:30\"" }, { "DAY|1", "HOUR", "\"+24\"" },
          { "DAY-MINUTE|-1 2:03", "DAY", "\"-1\"" }, { "MINUTE|-90", "BIGINT", "-90" },
          { "DAY|5", "DECIMAL(5,0)", "5" }, { "SECOND|1.5", "DECIMAL(5,1)", "1.5" },
          { "DAY|100", "DECIMAL(2,0)", "error overflow" });
}

static void pairs_that_do_not_exist(void **state)
{
    CHECK(false, { "1", "DATE", "error cannot convert value of type INTEGER to type DATE" },
          { "1", "BOOLEAN", "error cannot convert" }, { "true", "INTEGER", "error cannot convert" },
          { "DATE|2026-01-31", "TIME", "error cannot convert" },
          { "TIME|10:00:00", "DATE", "error cannot convert" },
          { "TIMESTAMP|2026-01-31", "BIGINT", "error cannot convert" },
          { "BINARY(1)|a", "INTEGER", "error cannot convert" },
          { "DAY-HOUR|1 2", "BIGINT", "error cannot convert" },
          { "DAY|5", "INTEGER", "error cannot convert" },
          { "MONTH|5", "BIGINT", "error cannot convert" },
          { "DAY|5", "MONTH", "error cannot convert" }, { "null", "INTEGER", "null" },
          { "~DATE", "TIMESTAMP", "null" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_to_number),
        cmocka_unit_test(number_to_number),
        cmocka_unit_test(to_text),
        cmocka_unit_test(text_to_text),
        cmocka_unit_test(text_to_others),
        cmocka_unit_test(datetimes_and_intervals),
        cmocka_unit_test(pairs_that_do_not_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
