/*
 * test_pow10_table.c: every entry of the table of powers of ten equals what plain long arithmetic
 * gives, and the two logarithms are right wherever they are used.
 *
 * The same arithmetic prints the table: `test_pow10_table --print > engine/base/pow10_table.c`.
 */
#include "base/pow10_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    LIMBS = 48
}; /* 1,536 bits; 2^1264 and 10^324 both fit */

/* A natural number in limbs of 32 bits, lowest first. */
struct wide {
    uint32_t limb[LIMBS];
};

static void wide_mul(struct wide *w, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)w->limb[i] * factor;
        w->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    assert_int_equal(carry, 0);
}

static void wide_div(struct wide *w, uint32_t divisor)
{
    uint64_t rest = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        rest = rest << 32 | w->limb[i];
        w->limb[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
}

static int wide_bits(const struct wide *w)
{
    for (int i = LIMBS - 1; i >= 0; i--) {
        if (w->limb[i]) return 32 * i + 32 - __builtin_clz(w->limb[i]);
    }
    return 0;
}

static int wide_bit(const struct wide *w, int bit)
{
    return bit < 0 ? 0 : (int)(w->limb[bit / 32] >> (bit % 32) & 1);
}

/* The first 128 bits of w, which has `bits` of them; zeros follow where w is shorter. */
static struct pow10 wide_top(const struct wide *w, int bits)
{
    struct pow10 top = { 0, 0 };
    for (int i = 1; i <= 64; i++) {
        top.hi = top.hi << 1 | (uint64_t)wide_bit(w, bits - i);
        top.lo = top.lo << 1 | (uint64_t)wide_bit(w, bits - 64 - i);
    }
    return top;
}

/* 10^e: its first 128 bits, and floor(log2(10^e)) in *out_log2. */
static struct pow10 pow10_by_hand(int e, int *out_log2)
{
    struct wide w = { { 1 } };
    for (int i = 0; i < e; i++) wide_mul(&w, 10);
    if (e >= 0) {
        *out_log2 = wide_bits(&w) - 1;
        return wide_top(&w, wide_bits(&w));
    }
    /* Dividing step by step cuts off exactly what dividing once by 10^-e would. */
    const int point = 32 * (LIMBS - 1);
    w.limb[0] = 0;
    w.limb[LIMBS - 1] = 1;
    for (int i = 0; i < -e; i++) wide_div(&w, 10);
    *out_log2 = wide_bits(&w) - 1 - point;
    return wide_top(&w, wide_bits(&w));
}

/* Every power has the bits and the logarithm that long arithmetic gives. */
static void test_entries(void **state)
{
    (void)state;
    for (int e = POW10_MIN; e <= POW10_MAX; e++) {
        int log2;
        struct pow10 want = pow10_by_hand(e, &log2);
        assert_int_equal(pow10_get(e).hi, want.hi);
        assert_int_equal(pow10_get(e).lo, want.lo);
        assert_int_equal(pow10_log2(e), log2);
    }
}

/* Rounding an inexact power up never carries into hi: number_shortest.c adds one to lo alone. */
static void test_lo_can_be_raised(void **state)
{
    (void)state;
    for (int e = POW10_MIN; e <= POW10_MAX; e++) {
        assert_true(pow10_is_exact(e) || pow10_get(e).lo != UINT64_MAX);
    }
}

/* k = floor(log10(2^q)) means 10^k <= 2^q < 10^(k+1). */
static void test_log10(void **state)
{
    (void)state;
    for (int q = -1074; q <= 971; q++) {
        int k = pow10_log10_of_pow2(q);
        assert_true(k == 0 ? q >= 0 : pow10_log2(k) < q);
        assert_true(k == -1 ? q < 0 : pow10_log2(k + 1) >= q);
    }
}

static void print_table(void)
{
    printf(
        "/*\n"
        " * pow10_table.c: the first 128 bits of 10^-342 to 10^324.\n"
        " *\n"
        " * Printed by `test_pow10_table --print` (tests/unit), which also checks it; the header\n"
        " * says what an entry means. Two powers a line, ascending.\n"
        " */\n"
        "#include \"base/pow10_table.h\"\n"
        "\n"
        "/* clang-format off */\n"
        "const struct pow10 pow10_table[POW10_MAX - POW10_MIN + 1] = {\n");
    for (int e = POW10_MIN; e <= POW10_MAX; e++) {
        int log2;
        struct pow10 p = pow10_by_hand(e, &log2);
        bool first = (e - POW10_MIN) % 2 == 0;
        printf("%s{ 0x%016llx, 0x%016llx },%s", first ? "    " : " ", (unsigned long long)p.hi,
               (unsigned long long)p.lo, first && e < POW10_MAX ? "" : "\n");
    }
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        print_table();
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_lo_can_be_raised),
        cmocka_unit_test(test_log10),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
