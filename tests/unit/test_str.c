/* test_str.c: views, comparing, distance, the hash, growing texts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"

static const char LONG[] = "a text that is longer than twelve bytes";

static void views_hold_short_and_long(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof LONG; n++) {
        struct str s = str_view(LONG, n);
        assert_int_equal(s.len, n);
        assert_memory_equal(str_data(&s), LONG, n);
    }
}

static void equality_looks_at_all_bytes(void **state)
{
    (void)state;
    char other[sizeof LONG];
    for (size_t n = 0; n < sizeof LONG; n++) {
        memcpy(other, LONG, sizeof LONG);
        struct str a = str_view(LONG, n), b = str_view(other, n);
        assert_true(str_equal(&a, &b));
        assert_int_equal(str_hash(&a), str_hash(&b));
        for (size_t i = 0; i < n; i++) {
            other[i] ^= 1;
            b = str_view(other, n);
            assert_false(str_equal(&a, &b));
            assert_true(str_hash(&a) != str_hash(&b));
            other[i] ^= 1;
        }
    }
}

static void case_is_ascii(void **state)
{
    (void)state;
    assert_true(str_equal_nocase_c(str_c("Select_1"), "sELECT_1"));
    assert_false(str_equal_nocase_c(str_c("a["), "a{"));
    assert_false(str_equal_nocase_c(str_c("ab"), "abc"));
    assert_true(str_equal_c(str_c(LONG), LONG));
    assert_false(str_equal_c(str_c("abc"), "ab"));
    struct arena *a = arena_new();
    assert_true(str_equal_c(str_upper_ascii(a, str_c("grüsse {z}")), "GRüSSE {Z}"));
    arena_free(a);
}

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

static void check_order(const char *x, const char *y, int plain, int padded)
{
    struct str a = str_c(x), b = str_c(y);
    assert_int_equal(sign(str_compare(&a, &b)), plain);
    assert_int_equal(sign(str_compare(&b, &a)), -plain);
    assert_int_equal(sign(str_compare_padded(&a, &b)), padded);
    assert_int_equal(sign(str_compare_padded(&b, &a)), -padded);
}

static void order_is_by_bytes(void **state)
{
    (void)state;
    check_order("a", "b", -1, -1);
    check_order("a", "a  ", -1, 0);
    check_order("a", "a\t", -1, 1);
    check_order("a", "a x", -1, -1);
    check_order("", "   ", -1, 0);
    check_order("z", "\xc3\xa9", -1, -1);
    check_order("a text that is long", "a text that is long   ", -1, 0);
    check_order("same", "same", 0, 0);
}

static void trimming_and_copying(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct str s = str_trim_right(str_c("short              "));
    struct str expected = str_c("short");
    assert_true(str_equal(&s, &expected));
    assert_int_equal(str_trim_right(str_c("    ")).len, 0);
    char gone[] = "a text that will be overwritten";
    struct str kept = str_copy(a, str_view(gone, sizeof gone - 1));
    memset(gone, 'x', sizeof gone - 1);
    assert_string_equal(str_to_c(a, kept), "a text that will be overwritten");
    assert_string_equal(str_format_c(a, "%d-%s", 7, "x"), "7-x");
    assert_true(str_equal_c(str_format(a, "%020d", 5), "00000000000000000005"));
    arena_free(a);
}

static void distance_counts_typing_errors(void **state)
{
    (void)state;
    assert_int_equal(str_distance(str_c("TICKER"), str_c("ticker"), 3), 0);
    assert_int_equal(str_distance(str_c("TICKR"), str_c("TICKER"), 3), 1);
    assert_int_equal(str_distance(str_c("TIKCER"), str_c("TICKER"), 3), 1);
    assert_int_equal(str_distance(str_c("PRICE"), str_c("TICKER"), 3), 4);
    assert_int_equal(str_distance(str_c(""), str_c("abc"), 3), 3);
    assert_int_equal(str_distance(str_c("abc"), str_c(""), 2), 3);
}

/* Hashes are stored, so they must never change. */
#define HASH_EMPTY 0x988fd170bd91ef88u
#define HASH_ABC 0x1ad113949e3c383fu
#define HASH_LONG 0x004111e98e1e6ecau

static void hashes_stay(void **state)
{
    (void)state;
    assert_int_equal(hash_bytes("", 0, 0), HASH_EMPTY);
    assert_int_equal(hash_bytes("abc", 3, 0), HASH_ABC);
    assert_int_equal(hash_bytes(LONG, sizeof LONG - 1, 1), HASH_LONG);
}

static void hashes_spread(void **state)
{
    (void)state;
    unsigned buckets[256] = { 0 };
    for (uint32_t i = 0; i < 65536; i++) buckets[hash_bytes(&i, 4, 0) >> 56]++;
    for (int i = 0; i < 256; i++) assert_in_range(buckets[i], 180, 340);
}

static void texts_grow(void **state)
{
    (void)state;
    struct buf b = { 0 };
    assert_string_equal(buf_c(&b), "");
    for (int i = 0; i < 100; i++) buf_printf(&b, "%d,", i);
    buf_append_char(&b, '!');
    buf_append_str(&b, str_c("end"));
    buf_append(&b, NULL, 0);
    assert_int_equal(b.len, 10 * 2 + 90 * 3 + 4);
    assert_int_equal(strncmp(buf_c(&b), "0,1,2,", 6), 0);
    assert_string_equal(buf_c(&b) + b.len - 4, "!end");
    buf_clear(&b);
    buf_append_c(&b, "again");
    assert_string_equal(buf_c(&b), "again");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_hold_short_and_long),
        cmocka_unit_test(equality_looks_at_all_bytes),
        cmocka_unit_test(case_is_ascii),
        cmocka_unit_test(order_is_by_bytes),
        cmocka_unit_test(trimming_and_copying),
        cmocka_unit_test(distance_counts_typing_errors),
        cmocka_unit_test(hashes_stay),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(texts_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
