/*
 * number_exact.c: the double nearest to a decimal, by comparison with half-way points.
 *
 * The points half-way between neighbouring doubles are (2m+1)·2^(q-1). A decimal D·10^e lies on one
 * side of such a point or on it, which two natural numbers tell once all negative powers stand on
 * the other side:
 *
 *     D·10^e  <=>  h·2^p      becomes      D·5^e·2^(e-p)  <=>  h         with e, e - p made >= 0
 *
 * From a double that is known to be near, the search steps up or down until the decimal lies
 * between the half-way points around it. No locale, no strtod, no allocation.
 */
#include "base/number_exact.h"

#include <assert.h>
#include <string.h>

#define INFINITY_BITS (0x7ffULL << 52)

__extension__ typedef unsigned __int128 uint128;

enum {
    /* 769 digits have 2,555 bits, 5^1200 has 2,787, a shift at most 2,300. */
    BIG_LIMBS = 96,
};

/* A natural number, limbs of 64 bits, lowest first; limb[count - 1] is not 0. */
struct big {
    uint64_t limb[BIG_LIMBS];
    size_t count;
};

/* b = b·factor + addend */
static void big_mul_add(struct big *b, uint64_t factor, uint64_t addend)
{
    uint64_t carry = addend;
    for (size_t i = 0; i < b->count; i++) {
        uint128 product = (uint128)b->limb[i] * factor + carry;
        b->limb[i] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
    if (carry) {
        assert(b->count < BIG_LIMBS);
        b->limb[b->count++] = carry;
    }
}

static void big_mul_pow5(struct big *b, int exponent)
{
    const uint64_t five_27 = 7450580596923828125;
    for (; exponent >= 27; exponent -= 27) big_mul_add(b, five_27, 0);
    for (; exponent > 0; exponent--) big_mul_add(b, 5, 0);
}

static void big_shift_left(struct big *b, int bits)
{
    if (b->count == 0) return;
    big_mul_add(b, 1ULL << (bits % 64), 0);
    size_t limbs = (size_t)bits / 64;
    assert(b->count + limbs <= BIG_LIMBS);
    memmove(b->limb + limbs, b->limb, b->count * sizeof *b->limb);
    memset(b->limb, 0, limbs * sizeof *b->limb);
    b->count += limbs;
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (size_t i = a->count; i-- > 0;) {
        if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
    }
    return 0;
}

static void big_from_digits(struct big *b, const struct exact_decimal *d)
{
    b->count = 0;
    for (size_t i = 0; i < d->count;) {
        uint64_t chunk = 0;
        uint64_t power = 1;
        for (; i < d->count && power < 1000000000000000000; i++, power *= 10) {
            chunk = chunk * 10 + d->value[i];
        }
        big_mul_add(b, power, chunk);
    }
}

/* The decimal against the point half-way between the double of these bits and the next. */
static int compare_with_half_above(const struct exact_decimal *d, uint64_t bits)
{
    uint64_t fraction = bits & ((1ULL << 52) - 1);
    int exponent = (int)(bits >> 52);
    uint64_t m = exponent ? fraction | 1ULL << 52 : fraction;
    int q = exponent ? exponent - 1075 : -1074;

    struct big decimal;
    struct big half = { .limb = { 2 * m + 1 }, .count = 1 };
    big_from_digits(&decimal, d);
    big_mul_pow5(d->exp10 >= 0 ? &decimal : &half, d->exp10 >= 0 ? d->exp10 : -d->exp10);
    int shift = d->exp10 - (q - 1);
    big_shift_left(shift >= 0 ? &decimal : &half, shift >= 0 ? shift : -shift);
    return big_compare(&decimal, &half);
}

uint64_t number_exact_nearest(const struct exact_decimal *d, uint64_t near)
{
    assert(near <= INFINITY_BITS);
    uint64_t bits = near;
    while (bits < INFINITY_BITS) {
        int side = compare_with_half_above(d, bits);
        if (side < 0 || (side == 0 && !(bits & 1))) break;
        bits++;
    }
    while (bits > 0) {
        int side = compare_with_half_above(d, bits - 1);
        if (side > 0 || (side == 0 && !(bits & 1))) break;
        bits--;
    }
    return bits;
}
