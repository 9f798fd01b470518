/* test_aggregates.c: COUNT, SUM, AVG, MIN and MAX over a few values, through snapshots, merged from
 * halves, and with rows taken back where that is offered. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_harness.h"

struct example {
    const char *name, *args, *expected;
};

static void check(const struct example *rows, size_t n)
{
    struct harness h;
    harness_open(&h);
    for (size_t i = 0; i < n; i++) {
        const char *got = harness_aggregate(&h, rows[i].name, rows[i].args);
        bool error = strncmp(rows[i].expected, "error ", 6) == 0;
        bool good = error ? strncmp(got, "error: ", 7) == 0 && strcasestr(got, rows[i].expected + 6)
                          : strcmp(got, rows[i].expected) == 0;
        if (!good)
            fail_msg("%s(%s): %s, not %s", rows[i].name, rows[i].args, got, rows[i].expected);
    }
    harness_close(&h);
}

#define CHECK(...)                                              \
    do {                                                        \
        (void)state;                                            \
        static const struct example rows_[] = { __VA_ARGS__ };  \
        check(rows_, sizeof rows_ / sizeof *rows_);             \
    } while (0)

static void counts(void **state)
{
    CHECK({ "COUNT", "*", "3" }, { "COUNT", "1, ~INTEGER, 3", "2" }, { "COUNT", "~DATE", "0" },
          { "SUM", "*", "error no match" });
}

static void sums(void **state)
{
    CHECK({ "SUM", "1, ~INTEGER, 3", "4" }, { "SUM", "~INTEGER", "null" },
          { "SUM", "1.5, -2.5", "-1.0" },
          { "SUM", "9223372036854775807, BIGINT|1", "error 22003 numeric overflow" },
          { "SUM", "9223372036854775807, BIGINT|1, BIGINT|-1", "9223372036854775807" },
          { "SUM", "DECIMAL(18,0)|999999999999999999, DECIMAL(18,0)|1", "error overflow" },
          { "SUM", "1.5e0, 2e0", "3.5" }, { "SUM", "1e308, 1e308", "error overflow" },
          { "SUM", "~DOUBLE", "null" }, { "SUM", "'a", "error cannot apply 'SUM'" },
          { "SUM", "DAY|1", "error cannot apply" }, { "SUM", "true", "error cannot apply" });
}

static void averages(void **state)
{
    CHECK({ "AVG", "-29, -32", "-30" }, { "AVG", "1, 2, ~INTEGER", "1" },
          { "AVG", "0.1, 0.2", "0.2" }, { "AVG", "-0.1, -0.2", "-0.2" },
          { "AVG", "1e0, 2e0, ~DOUBLE", "1.5" }, { "AVG", "~DOUBLE", "null" });
}

static void extremes(void **state)
{
    CHECK({ "MIN", "3, ~INTEGER, 1", "1" }, { "MAX", "3, ~INTEGER, 1", "3" },
          { "MIN", "~INTEGER", "null" }, { "MIN", "-1.5e0, 1e0", "-1.5" },
          { "MAX", "-1.5, 1.0", "1.0" }, { "MAX", "true, false", "true" },
          { "MIN", "DATE|2026-01-02, DATE|2026-01-01", "\"2026-01-01\"" },
          { "MAX", "'a, 'a text longer than a view, 'Z", "\"a text longer than a view\"" },
          { "MIN", "VARCHAR(3)|a, VARCHAR(3)|a  , VARCHAR(3)|b", "\"a\"" },
          { "MAX", "VARCHAR(3)|a  , VARCHAR(3)|a", "\"a  \"" }, { "MAX", "', '", "\"\"" },
          { "MAX", "~VARCHAR(3)", "null" });
}

static void positions(void **state)
{
    CHECK({ "FIRST_VALUE", "3, ~INTEGER, 1", "3" }, { "LAST_VALUE", "3, 1, ~INTEGER", "null" },
          { "FIRST_VALUE", "~VARCHAR(30), VARCHAR(30)|a text longer than a view", "null" },
          { "LAST_VALUE", "~VARCHAR(30), VARCHAR(30)|a text longer than a view",
            "\"a text longer than a view\"" },
          { "LAST_VALUE", "VARCHAR(3)|a, ~VARCHAR(3), ~VARCHAR(3)", "null" },
          { "LAST_VALUE", "true, false", "false" }, { "FIRST_VALUE", "1.5e0, 2e0", "1.5" });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(sums),
        cmocka_unit_test(averages),
        cmocka_unit_test(extremes),
        cmocka_unit_test(positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
