/* test_functions.c: what functions and operators give, by the scalar sheet; see kernel_harness.h for
 * how arguments are written. */

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

/* An expected error is a part of the message in any case of letters. */
static void check(const struct example *rows, size_t n)
{
    struct harness h;
    harness_open(&h);
    for (size_t i = 0; i < n; i++) {
        const char *got = harness_eval(&h, rows[i].name, rows[i].args);
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

static void integers(void **state)
{
    CHECK({ "+", "1, 2", "3" }, { "-", "7, 10", "-3" }, { "*", "6, 7", "42" }, { "/", "7, 2", "3" },
          { "/", "-7, 2", "-3" }, { "/", "7, -2", "-3" }, { "+", "2147483648, 1", "2147483649" },
          { "+", "2147483647, 1", "error overflow" }, { "-", "-2147483647, 2", "error overflow" },
          { "*", "100000, 100000", "error overflow" },
          { "+", "SMALLINT|30000, SMALLINT|30000", "error overflow" },
          { "+", "9223372036854775807, 1", "error overflow" },
          { "-", "-9223372036854775808, 1", "error overflow" },
          { "*", "5000000000, 5000000000", "error overflow" },
          { "*", "-9223372036854775808, BIGINT|-1", "error overflow" },
          { "/", "-9223372036854775808, BIGINT|-1", "error overflow" },
          { "/", "-2147483648, -1", "error overflow" }, { "/", "1, 0", "error division by zero" },
          { "NEG", "5", "-5" }, { "NEG", "-2147483648", "error overflow" }, { "POS", "5", "5" },
          { "ABS", "-7", "7" }, { "ABS", "-2147483648", "error overflow" },
          { "ABS", "-9223372036854775808", "error overflow" }, { "MOD", "-7, 3", "-1" },
          { "MOD", "7, -3", "1" }, { "MOD", "5, 0", "error division by zero" },
          { "MOD", "-9223372036854775808, BIGINT|-1", "0" }, { "MOD", "5.5, 2", "error mod" },
          { "STEP", "-23, 5", "-25" }, { "STEP", "47, 6", "42" }, { "STEP", "4, 0", "error step" },
          { "+", "~INTEGER, 1", "null" }, { "/", "5, ~INTEGER", "null" });
}

static void decimals(void **state)
{
    CHECK({ "+", "6.0, 5", "11.0" }, { "+", "1.50, 2.5", "4.00" }, { "-", "27.45, 3.8", "23.65" },
          { "+", "1.005, BIGINT|1", "2.005" }, { "*", "1.25, 1.25", "1.5625" },
          { "*", "2, 1.5", "3.0" }, { "/", "20.0, 8.0", "2.500000" },
          { "/", "7.0, 2", "3.500000000000" }, { "/", "2.0, 3.0", "0.666667" },
          { "/", "-2.0, 3.0", "-0.666667" }, { "/", "50.3, 0.0001", "503000.0000000" },
          { "/", "1, 0.0", "error division by zero" },
          { "*", "DECIMAL(18,0)|999999999999999999, 2.0", "error overflow" },
          { "+", "DECIMAL(18,2)|9999999999999999.99, 0.01", "error overflow" },
          { "+", "123456789012.34, 0.66", "123456789013.00" }, { "NEG", "2.50", "-2.50" },
          { "CEIL", "2.1", "3" }, { "CEILING", "-0.5", "0" }, { "FLOOR", "-2.1", "-3" },
          { "FLOOR", "-2.0", "-2" }, { "MOD", "DECIMAL(3,0)|9, 4", "1" },
          { "ABS", "-2.50", "2.50" });
}

static void doubles(void **state)
{
    CHECK({ "+", "1.5e0, 2", "3.5" }, { "*", "REAL|0.5, 3", "1.5" }, { "/", "7, 2e0", "3.5" },
          { "-", "1e0, 1.5", "-0.5" }, { "/", "1e0, 0e0", "error division by zero" },
          { "/", "0e0, 0", "error division by zero" }, { "*", "1e308, 10", "error overflow" },
          { "FLOOR", "-2.5e0", "-3" }, { "CEIL", "-2.5e0", "-2" }, { "ABS", "-1.5e0", "1.5" },
          { "NEG", "1e0", "-1" }, { "EXP", "1", "2.718281828459045" },
          { "EXP", "1000", "error overflow" }, { "LN", "3", "1.0986122886681098" },
          { "LN", "0", "error logarithm" }, { "LOG10", "1000", "3" },
          { "LOG10", "-0.5", "error logarithm" }, { "SQRT", "6.25", "2.5" },
          { "SQRT", "-1", "error power" }, { "POWER", "5, -2", "0.04" }, { "POWER", "0, 0", "1" },
          { "POWER", "-2, -1", "-0.5" }, { "POWER", "0, -1", "error power" },
          { "POWER", "-8, 0.5", "error power" }, { "POWER", "1e300, 2", "error overflow" });
}

static void comparisons(void **state)
{
    CHECK({ "=", "1, 1.0", "true" }, { "=", "1, 1e0", "true" }, { "<>", "1, 2", "true" },
          { ">", "2, 1.999", "true" }, { ">=", "2, 3", "false" }, { "<=", "-1, 0", "true" },
          { "<", "1.5, 1.50001", "true" }, { "<", "1.5, 1", "false" },
          { "=", "1.50, DECIMAL(18,17)|1.5", "true" },
          { ">", "9223372036854775807, 9223372036854775806", "true" },
          { "=", "DECIMAL(19,19)|0.1, 1", "false" }, { "=", "0e0, 0", "true" },
          { "=", "'a, 'a  ", "true" }, { "=", "'a, 'A", "false" }, { "=", "' a, 'a", "false" },
          { "<", "'ab, 'abc", "true" }, { ">", "'é, 'z", "true" },
          { "<>", "'abcdefghijklm, 'abcdefghijklm  ", "false" },
          { "=", "'abcdefghijklm, 'abcdefghijkln ", "false" }, { "<", "', 'a", "true" },
          { "=", "true, true", "true" }, { "<", "true, false", "error cannot apply" },
          { "=", "DATE|2026-01-31, '2026-01-31", "true" },
          { ">", "TIMESTAMP|2026-01-31 10:00:00, '2026-02-01", "false" },
          { "=", "'true, true", "true" }, { "=", "DATE|2026-01-31, 'soon", "error illegal" },
          { "=", "1, '1", "error cannot apply" }, { "=", "true, 1", "error cannot apply" },
          { "<", "DATE|2026-01-31, TIME|10:00:00", "error cannot apply" },
          { "=", "DAY|1, MONTH|1", "error cannot apply" }, { "=", "MINUTE|60, HOUR|1", "true" },
          { "=", "~INTEGER, 1", "null" }, { "=", "null, 'a", "null" },
          { "=", "null, null", "error null" }, { "=", "BINARY(2)|ab, BINARY(2)|ab", "true" },
          { "=", "BINARY(1)|a, BINARY(2)|a ", "false" },
          { "IS DISTINCT FROM", "1, ~INTEGER", "true" },
          { "IS DISTINCT FROM", "~INTEGER, ~INTEGER", "false" },
          { "IS DISTINCT FROM", "1, 1.0", "false" }, { "IS NOT DISTINCT FROM", "'a, 'b", "false" },
          { "IS NOT DISTINCT FROM", "~INTEGER, ~INTEGER", "true" }, { "NULLIF", "8, 8.0", "null" },
          { "NULLIF", "8, 3", "8" }, { "NULLIF", "8, 8e0", "null" },
          { "NULLIF", "'a, ~VARCHAR(3)", "\"a\"" }, { "NULLIF", "~VARCHAR(3), 'a", "null" },
          { "NULLIF", "3, DATE|2026-01-31", "error cannot apply" });
}

static void logic(void **state)
{
    CHECK({ "NOT", "true", "false" }, { "NOT", "~BOOLEAN", "null" },
          { "NOT", "1", "error cannot apply" }, { "IS TRUE", "~BOOLEAN", "false" },
          { "IS NOT TRUE", "~BOOLEAN", "true" }, { "IS FALSE", "false", "true" },
          { "IS NOT FALSE", "~BOOLEAN", "true" }, { "IS UNKNOWN", "~BOOLEAN", "true" },
          { "IS NOT UNKNOWN", "true", "true" }, { "IS UNKNOWN", "'abc", "error cannot apply" },
          { "IS NULL", "'", "false" }, { "IS NULL", "~DATE", "true" },
          { "IS NOT NULL", "1.5", "true" }, { "IS NULL", "null", "error null" });
}

static void strings(void **state)
{
    CHECK({ "||", "'ab, 'cd", "\"abcd\"" }, { "||", "CHAR(4)|ab, 'x", "\"ab  x\"" },
          { "||", "VARCHAR(4)|ab, 'x", "\"abx\"" }, { "||", "'a, ~VARCHAR(3)", "null" },
          { "||", "'a, null", "null" }, { "||", "'abcdefgh, 'ijklmnop", "\"abcdefghijklmnop\"" },
          { "||", "'a, 1", "error cannot apply" },
          { "||", "BINARY(1)|a, BINARY(1)|b", "error cannot apply" },
          { "CHAR_LENGTH", "'größe", "5" }, { "CHARACTER_LENGTH", "CHAR(7)|ab", "7" },
          { "CHAR_LENGTH", "5", "error cannot apply" }, { "UPPER", "'ünï", "\"ÜNÏ\"" },
          { "LOWER", "'ÀÉ", "\"àé\"" },
          { "UPPER", "'a longer text with ß", "\"A LONGER TEXT WITH ß\"" },
          { "UPPER", "'ɐɐɐɐɐ", "\"ⱯⱯⱯⱯⱯ\"" }, { "UPPER", "null", "null" },
          { "UPPER", "1", "error cannot apply" },
          { "INITCAP", "'jean-luc o'NEIL", "\"Jean-luc O'neil\"" },
          { "INITCAP", "'two  sPaces", "\"Two  Spaces\"" },
          { "SUBSTRING", "'abcdefgh, 2, 3", "\"bcd\"" }, { "SUBSTRING", "'abcdefgh, 6", "\"fgh\"" },
          { "SUBSTRING", "'abcdefgh, -2, 5", "\"ab\"" },
          { "SUBSTRING", "'abcdefgh, -9, 2", "\"\"" }, { "SUBSTRING", "'abcdefgh, 30", "\"\"" },
          { "SUBSTRING", "'日本語, 2, 1", "\"本\"" },
          { "SUBSTRING", "'a text of more than twelve bytes, 8, 14", "\"of more than t\"" },
          { "SUBSTRING", "'abc, 9223372036854775807, 9223372036854775807", "\"\"" },
          { "SUBSTRING", "'abc, -9223372036854775808, 9223372036854775807", "\"\"" },
          { "SUBSTRING", "'abc, 2, -1", "error substring" },
          { "SUBSTRING", "BINARY(3)|abc, 2, 1", "\"62\"" },
          { "SUBSTRING", "5, 1", "error cannot apply" }, { "POSITION", "'cb, 'abcb", "3" },
          { "POSITION", "'é, 'caféé", "4" }, { "POSITION", "', 'abc", "1" },
          { "POSITION", "'abc, 'ab", "0" }, { "TRIM", "0, ' , '  ab c  ", "\"ab c\"" },
          { "TRIM", "1, 'x, 'xxaxbxx", "\"axbxx\"" }, { "TRIM", "2, 'x, 'xxaxbxx", "\"xxaxb\"" },
          { "TRIM", "0, 'x, 'xxx", "\"\"" }, { "TRIM", "0, 'xy, 'abc", "error trim" },
          { "TRIM", "0, ', 'abc", "error trim" }, { "OVERLAY", "'abcdef, 'XY, 3", "\"abXYef\"" },
          { "OVERLAY", "'abcdef, 'XY, 2, 99", "\"aXY\"" },
          { "OVERLAY", "'abcdef, 'XYZ, -1", "\"XYZbcdef\"" },
          { "OVERLAY", "'abcdef, 'XYZ, -3", "\"XYZabcdef\"" },
          { "OVERLAY", "'abcdef, 'XY, 20", "\"abcdefXY\"" },
          { "OVERLAY", "'abc, 'x, 1, -1", "error substring" });
}

static void like(void **state)
{
    CHECK({ "LIKE", "'abc, 'abc", "true" }, { "LIKE", "'abc, 'a_c", "true" },
          { "LIKE", "'abc, 'a_", "false" }, { "LIKE", "'abc, 'a%", "true" },
          { "LIKE", "'abc, '%c", "true" }, { "LIKE", "'abc, '%b%", "true" },
          { "LIKE", "'abc, '____", "false" }, { "LIKE", "'a, '_%_", "false" },
          { "LIKE", "', '%", "true" }, { "LIKE", "', '_", "false" }, { "LIKE", "'abc, '", "false" },
          { "LIKE", "'aXbXc, 'a%X%c", "true" }, { "LIKE", "'aab, 'a%ab", "true" },
          { "LIKE", "'ab, 'ab%ab", "false" }, { "LIKE", "'日本語, '日_語", "true" },
          { "LIKE", "'日本語, '%_語", "true" }, { "LIKE", "'xayabz, '%a_%b_", "true" },
          { "LIKE", "'50%, '50#%, '#", "true" }, { "LIKE", "'505, '50#%, '#", "false" },
          { "LIKE", "'a#b, 'a##b, '#", "true" }, { "LIKE", "'aéb, 'aééb, 'é", "true" },
          { "LIKE", "'abc, 'a#bc, '#", "error invalid escape" },
          { "LIKE", "'abc, 'abc#, '#", "error invalid escape" },
          { "LIKE", "'abc, 'abc, '##", "error invalid escape" },
          { "LIKE", "'abc, 'abc, '", "error invalid escape" },
          { "LIKE", "'a, 'a, ~VARCHAR(1)", "null" }, { "NOT LIKE", "'abc, 'b%", "true" },
          { "LIKE", "1, '1", "error cannot apply" }, { "LIKE", "'mississippi, '%issip%", "true" },
          { "LIKE", "'mississippi, '%iss_ss%", "true" },
          { "LIKE", "'mississippi, 'm%iss%iss%p%i", "true" },
          { "LIKE", "'mississippi, 'm%iss%iss%iss%", "false" });
}

/* Units are the numbers of enum time_unit: YEAR 1, MONTH 2, DAY 3, HOUR 4, MINUTE 5, SECOND 6. */
static void datetimes(void **state)
{
    CHECK({ "FLOOR TO", "TIMESTAMP|2026-01-31 13:45:07.250, 5", "\"2026-01-31 13:45:00.000\"" },
          { "FLOOR TO", "TIMESTAMP|1969-12-31 23:59:59, 3", "\"1969-12-31 00:00:00.000\"" },
          { "FLOOR TO", "DATE|2026-08-17, 2", "\"2026-08-01\"" },
          { "CEIL TO", "DATE|2026-08-17, 2", "\"2026-09-01\"" },
          { "CEIL TO", "TIMESTAMP|2026-01-31 13:45:07.250, 1", "\"2027-01-01 00:00:00.000\"" },
          { "CEIL TO", "TIME|23:48:23, 4", "\"00:00:00\"" },
          { "FLOOR TO", "TIME|13:48:23, 4", "\"13:00:00\"" },
          { "FLOOR TO", "DATE|2026-08-17, 4", "error cannot apply" },
          { "FLOOR TO", "'x, 4", "error cannot apply" },
          { "FLOOR TO", "SECOND|-100, 5", "\"-120\"" }, { "CEIL TO", "SECOND|-100, 5", "\"-60\"" },
          { "FLOOR TO", "HOUR|3, 5", "\"+3\"" },
          { "FLOOR TO", "DAY-SECOND|1 02:03:04, 4", "\"+1 02:00:00\"" },
          { "STEP", "TIMESTAMP|2026-01-31 13:45:07.250, HOUR|7", "\"2026-01-31 08:00:00.000\"" },
          { "STEP", "TIMESTAMP|2026-01-31 13:45:07.250, DAY|5", "\"2026-01-27 00:00:00.000\"" },
          { "STEP", "TIMESTAMP|2026-01-31 13:45:07.250, YEAR|1", "\"2026-01-01 00:00:00.000\"" },
          { "STEP", "TIME|13:48:23, MINUTE|15", "\"13:45:00\"" },
          { "STEP", "DATE|2026-01-31, MONTH|1", "\"2026-01-01\"" },
          { "STEP", "DATE|2026-01-31, DAY|-1", "error step" },
          { "EXTRACT", "1, TIMESTAMP|2026-01-31 13:45:07.250", "2026" },
          { "EXTRACT", "6, TIME|23:59:58", "58.000" },
          { "EXTRACT", "6, TIMESTAMP|1969-12-31 23:59:59.5", "59.500" },
          { "EXTRACT", "4, DATE|2026-01-31", "error cannot apply" },
          { "EXTRACT", "1, 5", "error cannot apply" },
          { "EXTRACT", "4, DAY-SECOND|6 7:8:9.123", "7" },
          { "EXTRACT", "6, DAY-SECOND|6 7:8:9.123", "9.123" },
          { "EXTRACT", "5, HOUR-MINUTE|-5:06", "-6" }, { "EXTRACT", "6, SECOND|100", "100.000" },
          { "EXTRACT", "2, YEAR-MONTH|5-3", "3" }, { "MONOTONIC", "'ab", "\"ab\"" },
          { "TO_TIMESTAMP", "-1", "\"1969-12-31 23:59:59.999\"" },
          { "TO_TIMESTAMP", "9223372036854775807", "error overflow" },
          { "TO_TIMESTAMP", "1.5", "error cannot apply" },
          { "UNIX_TIMESTAMP", "TIMESTAMP|2026-01-31 13:45:00", "1769867100000" },
          { "TSDIFF", "TIMESTAMP|2026-01-01, TIMESTAMP|2026-01-01 00:00:01.5", "1500" },
          { "TSDIFF", "2500, 1000", "-1500" },
          { "TSDIFF", "5, TIMESTAMP|2026-01-01", "error cannot apply" },
          { "TIMESTAMP OF", "DATE|2026-01-01, TIME|12:34:56", "\"2026-01-01 12:34:56.000\"" });
}

static void similar(void **state)
{
    CHECK({ "SIMILAR TO", "'abbc, 'ab+c", "true" }, { "SIMILAR TO", "'abbcx, 'ab+c", "false" },
          { "SIMILAR TO", "'cats, 'cat|cats", "true" }, { "SIMILAR TO", "'größe, 'gr__e", "true" },
          { "SIMILAR TO", "'a\nb, 'a_b", "true" }, { "SIMILAR TO", "'a.b, 'a.b", "true" },
          { "SIMILAR TO", "'x$^, 'x$^", "true" }, { "SIMILAR TO", "'b, '[a-d^b-c]", "false" },
          { "SIMILAR TO", "'d, '[a-d^b-c]", "true" }, { "SIMILAR TO", "'d, '[^a-c^x]", "true" },
          { "SIMILAR TO", "'x, '[^a-c^x]", "false" }, { "SIMILAR TO", "'-, '[a-]", "true" },
          { "SIMILAR TO", "'aaa, 'a{2}", "false" }, { "SIMILAR TO", "'a%, 'a#%, '#", "true" },
          { "SIMILAR TO", "'a%, 'a#b, '#", "error invalid escape" },
          { "SIMILAR TO", "'a, 'a#, '#", "error invalid escape" },
          { "SIMILAR TO", "'a, 'a, '##", "error invalid escape" },
          { "SIMILAR TO", "'a, 'a, '", "error invalid escape" },
          { "SIMILAR TO", "'a, 'a**", "error regular expression" },
          { "SIMILAR TO", "'a, 'a{3", "error regular expression" },
          { "SIMILAR TO", "'a, 'a{3,2}", "error regular expression" },
          { "SIMILAR TO", "'a, '[(a)]", "error regular expression" },
          { "SIMILAR TO", "'a, '[]", "error regular expression" },
          { "SIMILAR TO", "'a, 'a)", "error regular expression" },
          { "SIMILAR TO", "'a, 'a]", "error regular expression" },
          { "SIMILAR TO", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab, '((a*)*)*[c-d]",
            "error regular expression" },
          { "NOT SIMILAR TO", "'abc, '(ab)+", "true" },
          { "SUBSTRING SIMILAR", "'id=42; , '%=#\"[0-9]+#\";%, '#", "\"42\"" },
          { "SUBSTRING SIMILAR", "'aXbXc, '%#\"X%#\"%, '#", "\"XbXc\"" },
          { "SUBSTRING SIMILAR", "'abc, 'a#\"x#\"c, '#", "null" },
          { "SUBSTRING SIMILAR", "'abc, 'a#\"b, '#", "error regular expression" },
          { "SUBSTRING SIMILAR", "'abc, 'a#\"b#\"c#\", '#", "error regular expression" },
          { "SUBSTRING SIMILAR", "'abc, 'a#\"(b#\"c), '#", "error regular expression" });
}

static void regular_expressions(void **state)
{
    CHECK(
        { "SUBSTRING", "'xay, '[a-z&&[^x]]+", "\"ay\"" },
        { "SUBSTRING", "'b1c, '[^b[c]]", "\"1\"" }, { "SUBSTRING", "'-x9, '[\\w&&\\D]", "\"x\"" },
        { "SUBSTRING", "'a]b, '[]b]", "\"]\"" }, { "SUBSTRING", "'a-, '[b-]", "\"-\"" },
        { "SUBSTRING", "'a\\Eb, '\\Qa\\E\\\\", "\"a\\\\\"" },
        { "SUBSTRING", "'ÀB, '\\p{Upper}", "\"B\"" }, { "SUBSTRING", "'xÀB, '\\p{Lu}", "\"À\"" },
        { "SUBSTRING", "'ab, '\\P{Lower}", "null" }, { "SUBSTRING", "'a,b, '\\p{Punct}", "\",\"" },
        { "SUBSTRING", "'aß9, '[\\P{Alpha}&&\\P{Digit}]", "\"ß\"" },
        { "SUBSTRING", "'xAy, '\\u0041\\x79", "\"Ay\"" },
        { "SUBSTRING", "'x😀, '\\uD83D\\uDE00", "\"😀\"" }, { "SUBSTRING", "'xAy, '\\0101", "\"A\"" },
        { "SUBSTRING", "'abab, '(?<t>ab)\\k<t>", "\"abab\"" },
        { "SUBSTRING", "'aa0, '(a)\\10", "\"aa0\"" },
        { "SUBSTRING", "'abc, '(?x) a b # it is\n c", "\"abc\"" },
        { "SUBSTRING", "'ABc, '(?i:ab)c", "\"ABc\"" }, { "SUBSTRING", "'a\nb, 'a.b", "null" },
        { "SUBSTRING", "'a\nb, '(?s)a.b", "\"a\\nb\"" }, { "SUBSTRING", "'a\nb, '(?m)^b", "\"b\"" },
        { "SUBSTRING", "'foobar, '(?<=foo)bar", "\"bar\"" },
        { "SUBSTRING", "'aaa, 'a{2}+", "\"aa\"" }, { "SUBSTRING", "'aaa, 'a++a", "null" },
        { "SUBSTRING", "'a{, 'a\\{", "\"a{\"" }, { "SUBSTRING", "'a}, 'a}", "\"a}\"" },
        { "SUBSTRING", "'é1, '\\w+", "\"1\"" }, { "SUBSTRING", "'a, 'b*", "\"\"" },
        { "SUBSTRING", "'a, 'a{", "error regular expression" },
        { "SUBSTRING", "'a, 'a{,3}", "error regular expression" },
        { "SUBSTRING", "'a, 'a**", "error regular expression" },
        { "SUBSTRING", "'a, '(?R)", "error regular expression" },
        { "SUBSTRING", "'a, '(*UTF)a", "error regular expression" },
        { "SUBSTRING", "'a, '(?P<n>a)", "error regular expression" },
        { "SUBSTRING", "'a, '\\K", "error regular expression" },
        { "SUBSTRING", "'a, '\\xZ", "error regular expression" },
        { "SUBSTRING", "'a, 'a)", "error regular expression" },
        { "SUBSTRING", "'a, '[b-a]", "error regular expression" },
        { "SUBSTRING", "'a, '[a&&]", "error regular expression" },
        { "SUBSTRING", "'a, '\\", "error regular expression" },
        { "SUBSTRING", "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab, '(a+a+)+[cd]",
          "error regular expression" },
        { "REGEX_REPLACE", "'aXbX, 'X, '-, 1, 0", "\"a-b-\"" },
        { "REGEX_REPLACE", "'aXbX, 'X, '-, 3, 1", "\"aXb-\"" },
        { "REGEX_REPLACE", "'ab, 'x*, '-, 1, 0", "\"-a-b-\"" },
        { "REGEX_REPLACE", "'aaa, 'a*, 'x, 1, 0", "\"xx\"" },
        { "REGEX_REPLACE", "'ñandú, '\\b, '|, 2, 0", "\"ñ|and|ú\"" },
        { "REGEX_REPLACE", "'aab, '^a, '-, 2, 0", "\"a-b\"" },
        { "REGEX_REPLACE", "'ab, '(?<x>a)(z)?, '${x}$1$2$10, 1, 0", "\"aaa0b\"" },
        { "REGEX_REPLACE", "'ab, 'a, '$1, 1, 0", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, '$x, 1, 0", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, '${x}, 1, 0", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, 'x\\, 1, 0", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, 'x, 0, 0", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, 'x, 1, -1", "error invalid parameter" },
        { "REGEX_REPLACE", "'ab, 'a, 'x, 9223372036854775807, 0", "\"ab\"" });
}

static void datetime_texts(void **state)
{
    CHECK({ "TIMESTAMP_TO_CHAR", "'yyyy-MM-dd HH:mm:ss.SSS G, TIMESTAMP|2026-01-31 13:05:09.042",
            "\"2026-01-31 13:05:09.042 AD\"" },
          { "TIMESTAMP_TO_CHAR", "'w W F D u EEEE YYYY, TIMESTAMP|2026-12-31 00:00:00",
            "\"1 5 5 365 4 Thursday 2027\"" },
          { "TIMESTAMP_TO_CHAR", "'X XX XXX z Z, TIMESTAMP|2026-12-31 00:00:00",
            "\"Z Z Z UTC +0000\"" },
          { "TIMESTAMP_TO_CHAR", "'yyyy, ~TIMESTAMP", "\"null\"" },
          { "TIMESTAMP_TO_CHAR", "~VARCHAR(9), TIMESTAMP|2026-12-31 00:00:00", "null" },
          { "TIMESTAMP_TO_CHAR", "'yyyy'a, TIMESTAMP|2026-12-31 00:00:00", "error pattern" },
          { "TIMESTAMP_TO_CHAR", "'XXXX, TIMESTAMP|2026-12-31 00:00:00", "error pattern" },
          { "TIMESTAMP_TO_CHAR", "'L, TIMESTAMP|2026-12-31 00:00:00", "error pattern" },
          { "TIME_TO_CHAR", "'kk KK hh a, TIME|00:00:00", "\"24 00 12 AM\"" },
          { "DATE_TO_CHAR", "'yy.M.d, DATE|2026-01-05", "\"26.1.5\"" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-MM-dd, '2024-02-29", "\"2024-02-29 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-MM-dd, '2023-02-29", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-D, '2023-366", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-D, '2024-366", "\"2024-12-31 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'EEE yyyy-MM-dd, 'Mon 2026-01-31", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'u yyyy-MM-dd, '6 2026-01-31", "\"2026-01-31 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'YYYY-ww-EEE, '2026-05-sat", "\"2026-01-31 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-MM W E, '2026-01 5 Saturday",
            "\"2026-01-31 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yyyy-MM F E, '2026-01 5 Saturday",
            "\"2026-01-31 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm a, '13:00 AM", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm z, '10:00 PST", "\"1970-01-01 18:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm z, '10:00 GMT+5:30", "\"1970-01-01 04:30:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm X, '10:00 +0530", "\"1970-01-01 05:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm XX, '10:00 +05", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'HH:mm z, '10:00 XYZ", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'yyyy G, '44 BC", "\"-0043-01-01 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yyyy, '0", "error cannot convert" },
          { "CHAR_TO_TIMESTAMP", "'yyyy, '99999999999999999999", "error cannot convert" },
          /* Without a current time behind the arguments it is 1970. */
          { "CHAR_TO_TIMESTAMP", "'yy, '00", "\"1900-01-01 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yy, '90", "\"1890-01-01 00:00:00.000\"" },
          { "CHAR_TO_TIMESTAMP", "'yy, '89, TIMESTAMP|2026-01-01 00:00:00", "error no match" },
          { "CHAR_TO_TIMESTAMP", "'yy, '100", "\"0100-01-01 00:00:00.000\"" },
          { "CHAR_TO_DATE", "'yyyyMMddHHmmss, '20260131230509", "\"2026-01-31\"" },
          { "CHAR_TO_TIME", "'HH:mm Z, '01:00 +0200", "\"23:00:00\"" },
          { "CHAR_TO_TIME", "''at' HH, 'at 7", "\"07:00:00\"" });
}

static void intervals(void **state)
{
    CHECK({ "+", "DAY|3, MINUTE|7", "\"+3 00:07\"" }, { "-", "DAY|2, DAY-HOUR|5 6", "\"-3 06\"" },
          { "+", "DAY|1, MONTH|1", "error cannot apply" },
          { "+", "DAY|1, 1", "error cannot apply" }, { "*", "HOUR-MINUTE|1:25, 3", "\"+4:15\"" },
          { "*", "3, DAY-HOUR|2 6", "\"+6 18\"" }, { "/", "MINUTE-SECOND|2:15, 0.5", "\"+4:30\"" },
          { "/", "MINUTE|15, 2", "\"+7\"" }, { "/", "DAY|2, 0", "error division by zero" },
          { "*", "HOUR|1, 1.5e0", "\"+1\"" }, { "/", "YEAR-MONTH|21-4, 8", "\"+2-08\"" },
          { "*", "DAY|100000000000, 2", "error overflow" }, { "NEG", "HOUR|-6", "\"+6\"" },
          { "ABS", "DAY-MINUTE|-2 7:35", "\"+2 07:35\"" },
          { "+", "TIMESTAMP|2026-01-31 13:45:00, MINUTE|5", "\"2026-01-31 13:50:00.000\"" },
          { "+", "DAY|5, DATE|2026-02-25", "\"2026-03-02\"" },
          { "-", "DATE|2026-03-02, DAY|5", "\"2026-02-25\"" },
          { "+", "TIME|23:30:00, HOUR|1", "\"00:30:00\"" },
          { "-", "TIME|00:10:00, MINUTE|20", "\"23:50:00\"" },
          { "+", "DATE|2026-01-31, MONTH|1", "\"2026-02-28\"" },
          { "-", "TIMESTAMP|2026-03-31 10:00:00, MONTH|1", "\"2026-02-28 10:00:00.000\"" },
          { "+", "DATE|2026-01-31, 1", "\"2026-02-01\"" },
          { "-", "DATE|2026-03-01, 2", "\"2026-02-27\"" },
          { "+", "TIMESTAMP|2026-01-31 10:00:00, 0.5", "\"2026-01-31 22:00:00.000\"" },
          { "+", "TIME|10:00:00, 1", "error cannot apply" },
          { "+", "DATE|2026-01-31, DATE|2026-01-31", "error cannot apply" },
          { "+", "TIMESTAMP|2026-01-31 10:00:00, 9223372036854775807", "error overflow" },
          { "+", "TIMESTAMP|2026-01-31, null", "null" },
          { "*", "DATE|2026-01-31, 2", "error cannot apply" },
          { "DATETIME DIFFERENCE", "TIME|18:22:41, TIME|18:13:05, 5, 6", "\"+9:36\"" },
          { "DATETIME DIFFERENCE",
            "TIMESTAMP|2026-01-01 18:22:41, TIMESTAMP|2026-01-01 18:13:05, 5, 5", "\"+9\"" },
          { "DATETIME DIFFERENCE", "DATE|2025-03-01, DATE|2024-02-28, 3, 3", "\"+367\"" },
          { "DATETIME DIFFERENCE", "DATE|2026-03-15, DATE|2025-01-31, 1, 2", "\"+1-01\"" },
          { "DATETIME DIFFERENCE", "TIMESTAMP|2026-05-05, TIMESTAMP|2024-05-05 00:00:01, 1, 1",
            "\"+1\"" },
          { "DATETIME DIFFERENCE", "DATE|2026-03-15, TIMESTAMP|2025-01-31, 1, 2",
            "error cannot apply" });
}

static void unknown_names(void **state)
{
    CHECK({ "NO_SUCH_FUNCTION", "1", "error no match" }, { "LENGTH", "'abc", "error no match" },
          { "UPPER", "'a, 'b", "error no match" }, { "+", "null, null", "error null" },
          { "+", "null, 1", "null" }, { "+", "1, 'a", "error cannot apply" });
    struct harness h;
    harness_open(&h);
    assert_string_equal(fn_nearest(h.catalog, h.arena, str_c("UPPR")), "UPPER");
    assert_null(fn_nearest(h.catalog, h.arena, str_c("NO_SUCH_FUNCTION")));
    struct fn_row *rows;
    assert_true(fn_catalog_rows(h.catalog, h.arena, &rows) > 50);
    assert_true(fn_is_aggregate(h.catalog, str_c("SUM")));
    assert_false(fn_is_aggregate(h.catalog, str_c("UPPER")));
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(decimals),
        cmocka_unit_test(doubles),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(logic),
        cmocka_unit_test(strings),
        cmocka_unit_test(like),
        cmocka_unit_test(datetimes),
        cmocka_unit_test(similar),
        cmocka_unit_test(regular_expressions),
        cmocka_unit_test(datetime_texts),
        cmocka_unit_test(intervals),
        cmocka_unit_test(unknown_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
