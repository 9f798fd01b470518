/* test_utf8.c: what is UTF-8, and the characters of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/utf8.h"

static void assert_valid(const char *s, size_t n, bool valid)
{
    /* At each distance from the start, so that it meets every place of the sixteen-byte steps. */
    char text[80];
    for (size_t before = 0; before < 36; before++) {
        memset(text, 'a', sizeof text);
        memcpy(text + before, s, n);
        assert_int_equal(utf8_valid(text, before + n), valid);
        assert_int_equal(utf8_valid(text, sizeof text), valid);
    }
}

static void every_character_is_valid(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c += c < 0x10000 ? 1 : 37) {
        if (c == 0xd800) c = 0xe000;
        char text[8];
        size_t n = utf8_put(text, c), at = 0;
        assert_true(utf8_valid(text, n));
        assert_int_equal(utf8_width((unsigned char)text[0]), n);
        assert_int_equal(utf8_next(text, n, &at), c);
        assert_int_equal(at, n);
        for (size_t cut = 1; cut < n; cut++) assert_false(utf8_valid(text, cut));
    }
}

static void other_bytes_are_not(void **state)
{
    (void)state;
    assert_valid("z\xc3\xbcrich", 7, true);
    assert_valid("\xf0\x9f\x98\x80", 4, true);
    assert_valid("\x80", 1, false);
    assert_valid("\xc0\xaf", 2, false);
    assert_valid("\xc1\xbf", 2, false);
    assert_valid("\xe0\x9f\xbf", 3, false);
    assert_valid("\xed\xa0\x80", 3, false);
    assert_valid("\xed\xbf\xbf", 3, false);
    assert_valid("\xf0\x8f\xbf\xbf", 4, false);
    assert_valid("\xf4\x90\x80\x80", 4, false);
    assert_valid("\xf5\x80\x80\x80", 4, false);
    assert_valid("\xff", 1, false);
    assert_valid("\xe2\x82z", 3, false);
    assert_true(utf8_valid(NULL, 0));
}

static void counts_and_cuts(void **state)
{
    (void)state;
    const char text[] = "Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x98\x80 and more than sixteen bytes";
    size_t n = sizeof text - 1;
    assert_int_equal(utf8_length(text, n), n - 1 - 2 - 3);
    assert_int_equal(utf8_prefix(text, n, 2), 3);
    assert_int_equal(utf8_prefix(text, n, 0), 0);
    assert_int_equal(utf8_prefix(text, n, 1000), n);
    assert_int_equal(utf8_length(text, 0), 0);
}

static void case_maps_one_to_one(void **state)
{
    (void)state;
    assert_int_equal(utf8_upper('q'), 'Q');
    assert_int_equal(utf8_lower(0xdc), 0xfc);
    assert_int_equal(utf8_upper(0x3c3), 0x3a3);
    assert_int_equal(utf8_lower(0x41f), 0x43f);
    assert_int_equal(utf8_upper(0xdf), 0xdf);
    assert_int_equal(utf8_upper(0xff), 0x178);
    assert_int_equal(utf8_lower('1'), '1');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_valid),
        cmocka_unit_test(other_bytes_are_not),
        cmocka_unit_test(counts_and_cuts),
        cmocka_unit_test(case_maps_one_to_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
