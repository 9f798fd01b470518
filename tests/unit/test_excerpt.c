/* test_excerpt.c: lines with carets below them on narrow terminals. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli.h"

#define WIDE "\xe6\x97\xa5\xe6\x9c\xac"
#define UMLAUTS "\xc3\xa9\xc3\xa9\xc3\xa9"

static void expect(size_t width, const char *given, const char *fitting)
{
    struct buf in = { 0 }, out = { 0 };
    buf_append_c(&in, given);
    cli_fit_excerpts(&out, &in, width);
    assert_string_equal(buf_c(&out), fitting);
    buf_free(&in);
    buf_free(&out);
}

static void what_fits_stays(void **state)
{
    (void)state;
    expect(40, "", "");
    expect(40, "error: no column\nSELECT a\n\tFROM b\n       ^\nhint: c\n",
           "error: no column\nSELECT a\n\tFROM b\n       ^\nhint: c\n");
    expect(20, "SELECT a FROM bcdefg\n              ^~~~~~\n",
           "SELECT a FROM bcdefg\n              ^~~~~~\n");
    /* messages are the terminal's to break */
    expect(20, "error 42703: no column that is called so long\nSELECT\n^~~~~~\n",
           "error 42703: no column that is called so long\nSELECT\n^~~~~~\n");
}

static void long_lines_show_the_place(void **state)
{
    (void)state;
    expect(26, "SELECT STREAM tickr, price FROM trades\n              ^~~~~\n",
           "...CT STREAM tickr, pri...\n             ^~~~~\n");
    expect(26, "SELCT STREAM ticker, price FROM trades\n^~~~~\n",
           "SELCT STREAM ticker,...\n^~~~~\n");
    expect(26, "SELECT STREAM ticker, price FROM trades\n                                 ^~~~~~\n",
           "...r, price FROM trades\n                 ^~~~~~\n");
    /* carets end with the part that is shown */
    expect(26,
           "SELECT STREAM abcdefghijklmnopqrstuvwxyz FROM b\n"
           "              ^~~~~~~~~~~~~~~~~~~~~~~~~~\n",
           "...CT STREAM abcdefghij...\n             ^~~~~~~~~~\n");
}

static void characters_and_tabs_count_once(void **state)
{
    (void)state;
    expect(26,
           "SELECT\t'" UMLAUTS WIDE "',\t'\xc3\xa4', x, price FROM t\n      \t        \t     ^\n",
           "..." WIDE "', '\xc3\xa4', x, price F...\n             ^\n");
}

static void nothing_is_too_narrow(void **state)
{
    (void)state;
    expect(3, "SELECT a FROM b\n       ^\n", "SELECT a FROM b\n       ^\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays),
        cmocka_unit_test(long_lines_show_the_place),
        cmocka_unit_test(characters_and_tabs_count_once),
        cmocka_unit_test(nothing_is_too_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
