/*
 * pow10_table.h: the powers of ten as binary fractions of 128 bits.
 *
 * Reading and writing of doubles both multiply by 10^e with an e far outside what a double holds
 * exactly. The table gives, for every e that can occur, the first 128 bits of 10^e and, by a
 * multiplication, the exponent of two that belongs to them. It is data alone: who rounds how is
 * said in number_shortest.c and number_parse.c.
 */
#ifndef BASE_POW10_TABLE_H
#define BASE_POW10_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    POW10_MIN = -342,
    POW10_MAX = 324
};

/* hi·2^64 + lo = floor(10^e · 2^(127 - pow10_log2(e))), so the top bit of hi is always set. */
struct pow10 {
    uint64_t hi;
    uint64_t lo;
};

/* Index 0 is POW10_MIN; tests/unit/test_pow10_table.c computes and prints it. */
extern const struct pow10 pow10_table[POW10_MAX - POW10_MIN + 1];

/* 10^e for POW10_MIN <= e <= POW10_MAX, cut off (never rounded up) after 128 bits. */
static inline struct pow10 pow10_get(int e)
{
    assert(e >= POW10_MIN && e <= POW10_MAX);
    return pow10_table[e - POW10_MIN];
}

/* True if 128 bits hold all of 10^e: 5^55 has 128 bits, 5^56 has 131. */
static inline bool pow10_is_exact(int e)
{
    return (unsigned)e <= 55;
}

/* floor(log2(10^e)) for |e| <= 400. The factor is log2(10) in steps of 2^-19. */
static inline int pow10_log2(int e)
{
    return (e * 1741647) >> 19;
}

/* floor(log10(2^q)) for |q| <= 1100. The factor is log10(2) in steps of 2^-20. */
static inline int pow10_log10_of_pow2(int q)
{
    return (q * 315653) >> 20;
}

#endif
