/* test_calendar.c: dates agree with a day-by-day walk; texts are those of the dialect. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/calendar.h"

static int64_t stamp(const char *s)
{
    int64_t ms = -1;
    assert_true(calendar_parse_timestamp(s, strlen(s), &ms));
    return ms;
}

static int64_t date(const char *s)
{
    int64_t days = -1;
    assert_true(calendar_parse_date(s, strlen(s), &days));
    return days;
}

static void assert_stamp(int64_t ms, const char *expected)
{
    char text[CALENDAR_TEXT_MAX + 1];
    text[calendar_format_timestamp(text, ms)] = '\0';
    assert_string_equal(text, expected);
}

static void days_walk_through_the_years(void **state)
{
    (void)state;
    int64_t year = -801, day_number = calendar_days(year, 1, 1);
    int month = 1, day = 1;
    while (year < 2401) {
        struct civil c;
        calendar_from_days(day_number, &c);
        if (c.year != year || c.month != month || c.day != day)
            fail_msg("day %ld", (long)day_number);
        assert_true(calendar_days(year, month, day) == day_number);
        day_number++;
        if (++day > calendar_month_days(year, month)) {
            day = 1;
            if (++month > 12) month = 1, year++;
        }
    }
    assert_int_equal(calendar_days(1970, 1, 1), 0);
    struct civil far;
    calendar_from_days(INT64_MAX, &far);
    calendar_from_ms(INT64_MIN, &far);
}

static void texts_are_written(void **state)
{
    (void)state;
    assert_stamp(0, "1970-01-01 00:00:00.000");
    assert_stamp(-1, "1969-12-31 23:59:59.999");
    assert_stamp(1565764073618, "2019-08-14 06:27:53.618");
    assert_stamp(calendar_days(12345, 6, 7) * MS_PER_DAY, "12345-06-07 00:00:00.000");
    assert_stamp(calendar_days(-5, 6, 7) * MS_PER_DAY, "-0005-06-07 00:00:00.000");
    char text[CALENDAR_TEXT_MAX];
    assert_int_equal(calendar_format_time(text, 49500250), 12);
    assert_memory_equal(text, "13:45:00.250", 12);
    assert_int_equal(calendar_format_time(text, 49500000), 8);
    assert_int_equal(calendar_format_timestamp(text, INT64_MIN),
                     calendar_format_timestamp(text, INT64_MIN));
}

static void texts_are_read(void **state)
{
    (void)state;
    assert_int_equal(stamp("  2013-5-7 3:7:9 "), stamp("2013-05-07T03:07:09Z"));
    assert_int_equal(stamp("2013-05-17"), date("2013-05-17") * MS_PER_DAY);
    assert_int_equal(stamp("2013-05-17 17:05:48.6259") % 1000, 625);
    assert_int_equal(stamp("2013-05-17 17:05:48.34") % 1000, 340);
    assert_int_equal(date("1969-12-31"), -1);
    static const char *const bad[] = { "",
                                       "2013-02-29",
                                       "2013-13-01",
                                       "2013-00-10",
                                       "20130517",
                                       "213-01-01",
                                       "2013-05-17 25:05:48",
                                       "2013-05-17 17:05",
                                       "2013-05-17 17:05:48.",
                                       "2013-05-17  17:05:48",
                                       "2013-05-17Z",
                                       "12013-05-17",
                                       "2013-05-17 x" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms;
        assert_false(calendar_parse_timestamp(bad[i], strlen(bad[i]), &ms));
    }
}

static bool literal(const char *s, enum type_kind kind)
{
    int64_t v;
    return calendar_parse_literal(s, strlen(s), kind, &v);
}

static void literals_have_one_form(void **state)
{
    (void)state;
    assert_true(literal("2026-01-31", TYPE_DATE));
    assert_true(literal("13:45:00.12345", TYPE_TIME));
    assert_true(literal("2026-01-31 13:45:00", TYPE_TIMESTAMP));
    assert_false(literal("2026-01-31", TYPE_TIMESTAMP));
    assert_false(literal("2026-01-31T13:45:00", TYPE_TIMESTAMP));
    assert_false(literal(" 2026-01-31", TYPE_DATE));
    assert_false(literal("2026-02-30", TYPE_DATE));
    assert_false(literal("25:00:00", TYPE_TIME));
}

static void assert_floor(const char *s, enum time_unit u, const char *floor, const char *ceil)
{
    int64_t down, up;
    assert_true(calendar_floor(stamp(s), u, &down));
    assert_stamp(down, floor);
    assert_true(calendar_ceil(stamp(s), u, &up));
    assert_stamp(up, ceil);
}

static void floor_and_ceil(void **state)
{
    (void)state;
    assert_floor("2026-01-31 13:45:07.250", UNIT_MINUTE, "2026-01-31 13:45:00.000",
                 "2026-01-31 13:46:00.000");
    assert_floor("2026-12-31 13:45:07", UNIT_MONTH, "2026-12-01 00:00:00.000",
                 "2027-01-01 00:00:00.000");
    assert_floor("1969-12-31 23:59:59.5", UNIT_DAY, "1969-12-31 00:00:00.000",
                 "1970-01-01 00:00:00.000");
    assert_floor("2026-01-01", UNIT_YEAR, "2026-01-01 00:00:00.000", "2026-01-01 00:00:00.000");
    int64_t out;
    assert_false(calendar_ceil(INT64_MAX, UNIT_YEAR, &out));
    assert_false(calendar_floor(INT64_MIN, UNIT_SECOND, &out));
    assert_stamp(calendar_step_ms(stamp("2026-01-31 13:45:07.25"), 7 * MS_PER_HOUR),
                 "2026-01-31 08:00:00.000");
    assert_true(calendar_step_months(stamp("1969-11-30"), 3, &out));
    assert_stamp(out, "1969-10-01 00:00:00.000");
}

static void assert_months(const char *from, int64_t months, const char *to)
{
    int64_t days;
    assert_true(calendar_add_months(date(from), months, &days));
    assert_int_equal(days, date(to));
}

static void months_stop_at_the_last_day(void **state)
{
    (void)state;
    assert_months("2026-01-31", 1, "2026-02-28");
    assert_months("2024-02-29", 12, "2025-02-28");
    assert_months("2026-01-31", -2, "2025-11-30");
    assert_months("2024-02-29", -48, "2020-02-29");
    int64_t days;
    assert_false(calendar_add_months(0, INT64_MAX, &days));
    assert_false(calendar_add_months(0, INT64_MIN, &days));
    assert_int_equal(calendar_months_between(stamp("2026-03-15"), stamp("2025-01-31")), 13);
    assert_int_equal(calendar_months_between(stamp("2025-01-31"), stamp("2026-03-15")), -13);
    assert_int_equal(calendar_months_between(stamp("2026-05-05"), stamp("2024-05-05 00:00:01")),
                     23);
}

static void assert_interval(const char *s, enum time_unit from, enum time_unit to, int64_t value,
                            const char *text)
{
    int64_t v;
    struct type t = type_interval(from, to);
    assert_true(interval_parse(s, strlen(s), t, &v));
    assert_int_equal(v, value);
    char out[CALENDAR_TEXT_MAX + 1];
    out[interval_format(out, v, t)] = '\0';
    assert_string_equal(out, text);
}

static bool is_interval(const char *s, struct type t)
{
    int64_t v;
    return interval_parse(s, strlen(s), t, &v);
}

static void intervals(void **state)
{
    (void)state;
    assert_interval("1 2:3:4.5", UNIT_DAY, UNIT_SECOND, 93784500, "+1 02:03:04.500");
    assert_interval("-1 2:03", UNIT_DAY, UNIT_MINUTE, -93780000, "-1 02:03");
    assert_interval("90", UNIT_MINUTE, UNIT_MINUTE, 5400000, "+90");
    assert_interval("+3-4", UNIT_YEAR, UNIT_MONTH, 40, "+3-04");
    assert_interval("0", UNIT_SECOND, UNIT_SECOND, 0, "+0");
    assert_interval("1.5", UNIT_SECOND, UNIT_SECOND, 1500, "+1.500");
    assert_interval("-0:20:52", UNIT_HOUR, UNIT_SECOND, -1252000, "-0:20:52");
    struct type minute = type_interval(UNIT_HOUR, UNIT_MINUTE),
                second = type_interval(UNIT_SECOND, UNIT_SECOND);
    second.precision = 2;
    assert_false(is_interval("1:75", minute) || is_interval("x", minute) ||
                 is_interval("1", minute));
    assert_false(is_interval("1:2:3", minute) || is_interval("", minute) ||
                 is_interval("1:2.5", minute));
    assert_true(is_interval("10", second));
    assert_false(is_interval("100", second));
    assert_false(is_interval("99999999999999999999", type_interval(UNIT_DAY, UNIT_DAY)));
    char out[CALENDAR_TEXT_MAX];
    assert_true(interval_format(out, INT64_MIN, type_interval(UNIT_SECOND, UNIT_SECOND)) <
                CALENDAR_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_walk_through_the_years),
        cmocka_unit_test(texts_are_written),
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(literals_have_one_form),
        cmocka_unit_test(floor_and_ceil),
        cmocka_unit_test(months_stop_at_the_last_day),
        cmocka_unit_test(intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
