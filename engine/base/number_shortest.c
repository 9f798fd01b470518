/*
 * number_shortest.c: the shortest decimal of c·2^q.
 *
 * The method is Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles", 2020). With
 * 10^k <= 2^q < 10^(k+1), write the number in units of 10^k:
 *
 *     x = c·2^q·10^-k        and half a unit of c is        w = 2^(q-1)·10^-k,  0.5 <= w < 5
 *
 *     multiples of ten    |                              |
 *     ------------------+-[====|====|==x=|====|====|====]-+----->   in units of 10^k
 *                             x - w                 x + w
 *
 * The interval is at least 1 long, so an integer lies in it, and shorter than 10, so at most one
 * multiple of ten does. If one does, it is the answer: whatever is shorter still is a multiple of
 * ten too. If none does, the answer is the integer nearest to x.
 *
 * Giulietti multiplies three times by 10^-k, for x and for both ends. Here the usual case needs one
 * product and compares fixed-point distances, which are exact but for one unit of 2^-60: whenever a
 * distance is within that doubt of what it is compared with (an exact tie, say), the three products
 * of the paper decide. So does it for powers of two, whose interval is not symmetric.
 */
#include "base/number_shortest.h"

#include <assert.h>

#include "base/pow10_table.h"

__extension__ typedef unsigned __int128 uint128;

/* 10^e rounded up, which is what the proofs of the paper start from. */
static struct pow10 pow10_rounded_up(int e)
{
    struct pow10 g = pow10_get(e);
    g.lo += !pow10_is_exact(e);
    return g;
}

/* floor(factor·g / 2^128), its last bit set if anything but g's own rounding was cut off. */
static uint64_t multiply_to_odd(struct pow10 g, uint64_t factor)
{
    uint128 low = (uint128)g.lo * factor;
    uint128 sum = (uint128)g.hi * factor + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

/* The algorithm of the paper, in quarters of 10^k. */
__attribute__((noinline)) static struct shortest shortest_by_paper(uint64_t c, int q,
                                                                   bool lower_is_close)
{
    /* With the close neighbour the interval is 3/4 long; the constant is -log10(3/4). */
    int k = lower_is_close ? (q * 1262611 - 524031) >> 22 : pow10_log10_of_pow2(q);
    int shift = q + pow10_log2(-k) + 1;
    struct pow10 g = pow10_rounded_up(-k);
    bool odd = c & 1;
    uint64_t lower = multiply_to_odd(g, (4 * c - 2 + lower_is_close) << shift) + odd;
    uint64_t middle = multiply_to_odd(g, 4 * c << shift);
    uint64_t upper = multiply_to_odd(g, (4 * c + 2) << shift) - odd;

    uint64_t below = middle / 4;
    uint64_t tens = below / 10;
    bool down = tens > 0 && lower <= 40 * tens;
    bool up = 40 * tens + 40 <= upper;
    if (down != up) return (struct shortest){ (tens + up) * 10, k };

    down = lower <= 4 * below;
    up = 4 * below + 4 <= upper;
    if (down != up) return (struct shortest){ below + up, k };
    uint64_t half = 4 * below + 2;
    return (struct shortest){ below + (middle > half || (middle == half && (below & 1))), k };
}

/* 1 if a and b are too near each other for their order to be sure, else 0. */
static inline uint64_t in_doubt(uint64_t a, uint64_t b)
{
    return a - b + 2 <= 4;
}

struct shortest number_shortest(uint64_t c, int q, bool lower_is_close)
{
    assert(c > 0 && c < 1ULL << 53 && q >= -1074 && q <= 972);
    if (__builtin_expect(lower_is_close, false)) return shortest_by_paper(c, q, true);

    int k = pow10_log10_of_pow2(q);
    int shift = q + pow10_log2(-k); /* 0 to 3 */
    struct pow10 g = pow10_rounded_up(-k);
    uint64_t factor = c << (shift + 1);
    uint128 x = (uint128)g.hi * factor + (uint64_t)((uint128)g.lo * factor >> 64);
    uint64_t whole = (uint64_t)(x >> 64);
    uint64_t fraction = (uint64_t)x;

    /* How far x is above and below multiples of ten, and w; all in units of 2^-60. */
    uint64_t ones = whole % 10;
    uint64_t above = ones << 60 | fraction >> 4;
    uint64_t below = (10ULL << 60) - above;
    uint64_t w = g.hi >> (4 - shift);
    uint64_t doubts = in_doubt(above, w) + in_doubt(below, w) + in_doubt(fraction, 1ULL << 63);
    if (__builtin_expect(doubts != 0, false)) return shortest_by_paper(c, q, false);

    uint64_t nearest = whole + (fraction >> 63);
    uint64_t ten = whole - ones + (below < w ? 10 : 0);
    bool ten_inside = (above < w) != (below < w);
    return (struct shortest){ ten_inside ? ten : nearest, k };
}
