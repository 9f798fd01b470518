/*
 * number_format.c: numbers to text.
 *
 * Most numbers of real streams have few decimals: 79, 98.2, 0.125. They never see the shortest
 * algorithm: thousandths() finds in a few integer operations whether a double is the nearest one to
 * a multiple of 0.001, and if so of which. The digits of such a multiple are the shortest, because
 * two decimals of at most 15 digits (6 for floats) never share their nearest double. Whole numbers
 * below 2^53 are as simple. All others go through number_shortest().
 *
 * Digits are made eight at a time in one 64-bit word, the first digit in the lowest byte, so that
 * leading and trailing zeros are counted by one instruction and nothing is written digit by digit.
 * Copies have fixed sizes and may write garbage behind the number, within the room asked for.
 */
#include "base/number.h"

#include <assert.h>

#include "base/number_shortest.h"
#include "base/pow10_table.h"

/* Below these, decimals survive a double (15 digits) and a float (6 digits). */
#define DOUBLE_SAFE 1000000000000000
#define FLOAT_SAFE  1000000

#define ASCII_ZEROS 0x3030303030303030ULL
#define TEN_8       100000000ULL
#define TEN_16      (TEN_8 * TEN_8)

/* The first bytes of a word in memory order. */
static void store8(char *out, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(out, &word, sizeof word);
}

/*
 * The eight digits of n < 10^8 as values 0 to 9, the first in the lowest byte. n is cut in halves
 * three times, all parts of a step at once: 4 + 4 digits, 2 + 2 + 2 + 2, eight times 1. Divisions
 * by 100 and 10 are multiplications by 10486/2^20 and 103/2^10, exact below 10,000 and 100. With
 * h = x / 100, the halves side by side are h + (x - 100h)·2^16, which is x·2^16 - h·(100·2^16 - 1).
 */
static inline uint64_t digits8(uint32_t n)
{
    uint64_t high = n / 10000;
    uint64_t fours = ((uint64_t)n << 32) - high * ((10000ULL << 32) - 1);
    uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007f;
    uint64_t twos = (fours << 16) - hundreds * ((100 << 16) - 1);
    uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
    return (twos << 8) - tens * ((10 << 8) - 1);
}

/* n < 10^8 without leading zeros; writes 8 bytes, returns the length. */
static inline size_t write_up_to_8(char *out, uint32_t n)
{
    uint64_t word = digits8(n);
    int zeros = __builtin_ctzll(word | 1ULL << 56) / 8;
    store8(out, (word | ASCII_ZEROS) >> (8 * zeros));
    return (size_t)(8 - zeros);
}

/* n < 10^8 with leading zeros. */
static inline void write_8(char *out, uint32_t n)
{
    store8(out, digits8(n) | ASCII_ZEROS);
}

/* Any n, up to 20 digits, the last 16 of them and at least 8 bytes being written whole. */
static size_t write_u64(char *out, uint64_t n)
{
    if (n < 10) {
        *out = (char)('0' + n);
        return 1;
    }
    if (n < TEN_8) return write_up_to_8(out, (uint32_t)n);

    uint64_t high = n / TEN_8;
    uint32_t low = (uint32_t)(n % TEN_8);
    size_t length;
    if (high < TEN_8) {
        length = write_up_to_8(out, (uint32_t)high);
    } else {
        length = write_up_to_8(out, (uint32_t)(high / TEN_8));
        write_8(out + length, (uint32_t)(high % TEN_8));
        length += 8;
    }
    write_8(out + length, low);
    return length + 8;
}

size_t number_format_i64(char *out, int64_t v)
{
    size_t sign = v < 0;
    *out = '-';
    return sign + write_u64(out + sign, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

/* c·2^q, the magnitude of a finite double or float other than 0. */
struct binary {
    uint64_t c;
    int q;
    bool lower_is_close; /* c is the smallest of its exponent: see number_shortest() */
    bool is_float;
};

static struct binary binary_from_double(uint64_t bits)
{
    uint64_t fraction = bits & ((1ULL << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    if (exponent == 0) return (struct binary){ fraction, -1074, false, false };
    return (struct binary){ fraction | 1ULL << 52, exponent - 1075, fraction == 0 && exponent > 1,
                            false };
}

static struct binary binary_from_float(uint32_t bits)
{
    uint32_t fraction = bits & ((1U << 23) - 1);
    int exponent = (int)(bits >> 23 & 0xff);
    if (exponent == 0) return (struct binary){ fraction, -149, false, true };
    return (struct binary){ fraction | 1U << 23, exponent - 150, fraction == 0 && exponent > 1,
                            true };
}

/*
 * If b is the nearest number of its kind to some m/1000 with m of so few digits that no other
 * decimal as short can have the same nearest: stores m. In units of 2^q/1000 the number is 1000·c,
 * the decimal is m·2^-q, and half a unit of c is 500. (A power of two has 250 below it, but is
 * either hit exactly, from 0.125 up, or missed by far.)
 */
static inline bool thousandths(struct binary b, uint64_t *out_m)
{
    int shift = -b.q;
    if (shift < 1 || shift > 62) return false;
    uint64_t scaled = b.c * 1000;
    uint64_t m = (scaled + (1ULL << (shift - 1))) >> shift;
    int64_t miss = (int64_t)(scaled - (m << shift));
    *out_m = m;
    return miss < 500 && miss > -500 && m < (b.is_float ? FLOAT_SAFE : DOUBLE_SAFE);
}

/* Whole numbers below 2^53 in a double, 2^24 in a float: all neighbours are at most 1 away. */
static inline bool whole(struct binary b, uint64_t *out_n)
{
    int shift = -b.q;
    if (shift < 0 || shift > 52 || (b.c & ((1ULL << shift) - 1))) return false;
    *out_n = b.c >> shift;
    return true;
}

/* A point and the last three digits of a word, without trailing zeros; nothing for 000. */
static inline size_t write_fraction3(char *out, uint64_t word)
{
    uint32_t text = (uint32_t)((word | ASCII_ZEROS) >> 40 << 8 | '.');
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    text = __builtin_bswap32(text);
#endif
    memcpy(out, &text, sizeof text);
    size_t count = 3 - (size_t)__builtin_clzll(word | 1ULL << 39) / 8;
    return count + (count > 0);
}

/* m/1000 without needless zeros, m < 10^8: 98200 is 98.2, 5000 is 5, 50 is 0.05. */
static inline size_t write_thousandths(char *out, uint64_t m)
{
    uint64_t word = digits8((uint32_t)m);
    int zeros = __builtin_ctzll(word | 1ULL << 32) / 8; /* the digit before the point stays */
    store8(out, (word | ASCII_ZEROS) >> (8 * zeros));
    size_t length = (size_t)(5 - zeros);
    return length + write_fraction3(out + length, word);
}

/*
 * The significant digits of a number, D0.D1 D2 … D16 · 10^exponent, as characters. They stay in
 * registers until they are where they belong: memory written in words and read back at another
 * place at once would stall the processor for longer than all else here takes.
 */
struct digits {
    uint64_t first;  /* D0, not 0 */
    uint64_t middle; /* D1 in the lowest byte, to D8 */
    uint64_t last;   /* D9 to D16 */
    size_t count;    /* 1 to 17: how many are left without trailing zeros */
    int exponent;
};

static const uint64_t small_powers[] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    TEN_8,
    10 * TEN_8,
    100 * TEN_8,
    1000 * TEN_8,
    10000 * TEN_8,
    100000 * TEN_8,
    1000000 * TEN_8,
    10000000 * TEN_8,
    TEN_16,
};

/* floor(log10(n)) for 0 < n < 10^17. */
static inline int log10_of(uint64_t n)
{
    int guess = pow10_log10_of_pow2(64 - __builtin_clzll(n));
    return guess - (n < small_powers[guess]);
}

/* How many of eight digits are zeros at the end, 8 if all are. */
static inline int trailing_zeros8(uint64_t word)
{
    return __builtin_clzll(word | 1) / 8 + (word == 0);
}

/* The same decimal with 16 digits, of which zeros may be the last. */
__attribute__((noinline)) static struct shortest shortest_widen(struct shortest s)
{
    int missing = 15 - log10_of(s.digits);
    return (struct shortest){ s.digits * small_powers[missing], s.exp10 - missing };
}

static inline struct digits digits_from(struct shortest s)
{
    assert(s.digits > 0 && s.digits < 10 * TEN_16);
    /* Doubles but for subnormal ones have 16 or 17 digits here. */
    if (__builtin_expect(s.digits < TEN_16 / 10, false)) s = shortest_widen(s);
    uint64_t n = s.digits < TEN_16 ? s.digits * 10 : s.digits;
    int exponent = s.exp10 + 15 + (s.digits >= TEN_16);
    uint64_t first = n / TEN_16;
    uint64_t high = n / TEN_8; /* not by way of the rest of n / 10^16, so that both start at once */
    uint64_t middle = digits8((uint32_t)(high - first * TEN_8));
    uint64_t last = digits8((uint32_t)(n % TEN_8));
    int zeros = trailing_zeros8(last);
    zeros += trailing_zeros8(middle) & -(zeros == 8);
    return (struct digits){ first | '0', middle | ASCII_ZEROS, last | ASCII_ZEROS,
                            (size_t)(17 - zeros), exponent };
}

/* 0.00001234: at most five zeros behind the point. */
static size_t write_small(char *out, const struct digits *d)
{
    size_t before = (size_t)(1 - d->exponent);
    memcpy(out, "0.000000", 8);
    out[before] = (char)d->first;
    store8(out + before + 1, d->middle);
    store8(out + before + 9, d->last);
    return before + d->count;
}

/* 123.4: the point within the first eight bytes, behind digit number `before` >= 1. */
static size_t write_early_point(char *out, const struct digits *d, size_t before)
{
    uint64_t word = d->first | d->middle << 8;
    uint64_t kept = (1ULL << (8 * before)) - 1;
    store8(out + 2, d->middle);
    store8(out + 10, d->last);
    store8(out, (word & kept) | (uint64_t)'.' << (8 * before) | (word & ~kept) << 8);
    return d->count > before ? d->count + 1 : before;
}

/* 12345678.9 or 1234567890000: the point later, or behind all digits. */
static size_t write_late_point(char *out, const struct digits *d, size_t before)
{
    out[0] = (char)d->first;
    store8(out + 1, d->middle);
    store8(out + 9, d->last);
    store8(out + 17, ASCII_ZEROS);
    if (d->count <= before) return before;
    /* Of at most nine digits behind the point, eight move together, D16 by itself. */
    memmove(out + before + 1, out + before, 8);
    out[17] = (char)(d->last >> 56);
    out[before] = '.';
    return d->count + 1;
}

/* 1.234 and the letters; the exponent follows, with "-" or `plus` before it. */
static size_t write_scientific(char *out, const struct digits *d, const char *letter_and_plus)
{
    out[0] = (char)d->first;
    out[1] = '.';
    store8(out + 2, d->middle);
    store8(out + 10, d->last);
    size_t length = d->count > 1 ? d->count + 1 : 1;
    out[length++] = *letter_and_plus++;
    if (d->exponent < 0) {
        out[length++] = '-';
    } else if (*letter_and_plus) {
        out[length++] = *letter_and_plus;
    }
    uint32_t magnitude = (uint32_t)(d->exponent < 0 ? -d->exponent : d->exponent);
    if (magnitude >= 100) out[length++] = (char)('0' + magnitude / 100);
    if (magnitude >= 10) out[length++] = (char)('0' + magnitude / 10 % 10);
    out[length++] = (char)('0' + magnitude % 10);
    return length;
}

/* What has more than three decimals or very many digits. */
__attribute__((noinline)) static size_t write_long(char *out, size_t sign, struct binary b)
{
    uint64_t n;
    if (whole(b, &n)) return sign + write_u64(out, n);

    struct digits d = digits_from(number_shortest(b.c, b.q, b.lower_is_close));
    size_t before = (size_t)d.exponent + 1;
    if (d.exponent >= 0 && d.exponent < 7) return sign + write_early_point(out, &d, before);
    if (d.exponent >= 0 && d.exponent < 21) return sign + write_late_point(out, &d, before);
    if (d.exponent < 0 && d.exponent > -7) return sign + write_small(out, &d);
    return sign + write_scientific(out, &d, "e+");
}

/* Thousandths of any size. */
__attribute__((noinline)) static size_t write_many_thousandths(char *out, size_t sign, uint64_t m)
{
    size_t length = write_u64(out, m / 1000);
    return sign + length + write_fraction3(out + length, digits8((uint32_t)(m % 1000)));
}

/* The form of JavaScript, whose Number::toString (ECMA-262) sets the limits. */
static inline size_t write_javascript(char *out, size_t sign, struct binary b)
{
    uint64_t m;
    if (!thousandths(b, &m)) return write_long(out + sign, sign, b);
    if (m >= TEN_8) return write_many_thousandths(out + sign, sign, m);
    return sign + write_thousandths(out + sign, m);
}

static size_t write_sql(char *out, struct binary b)
{
    uint64_t m;
    struct shortest s = { 0, -3 };
    if (thousandths(b, &m)) {
        s.digits = m;
    } else {
        s = number_shortest(b.c, b.q, b.lower_is_close);
    }
    struct digits d = digits_from(s);
    return write_scientific(out, &d, "E");
}

static uint64_t bits_of_double(double v)
{
    assert(__builtin_isfinite(v));
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static uint32_t bits_of_float(float v)
{
    assert(__builtin_isfinite(v));
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static size_t write_zero(char *out)
{
    *out = '0';
    return 1;
}

static size_t write_zero_sql(char *out)
{
    memcpy(out, "0E0", 3);
    return 3;
}

size_t number_format_double(char *out, double v)
{
    uint64_t bits = bits_of_double(v);
    if (bits << 1 == 0) return write_zero(out);
    size_t sign = bits >> 63;
    *out = '-';
    return write_javascript(out, sign, binary_from_double(bits));
}

size_t number_format_float(char *out, float v)
{
    uint32_t bits = bits_of_float(v);
    if (bits << 1 == 0) return write_zero(out);
    size_t sign = bits >> 31;
    *out = '-';
    return write_javascript(out, sign, binary_from_float(bits));
}

size_t number_format_double_sql(char *out, double v)
{
    uint64_t bits = bits_of_double(v);
    if (bits << 1 == 0) return write_zero_sql(out);
    size_t sign = bits >> 63;
    *out = '-';
    return sign + write_sql(out + sign, binary_from_double(bits));
}

size_t number_format_float_sql(char *out, float v)
{
    uint32_t bits = bits_of_float(v);
    if (bits << 1 == 0) return write_zero_sql(out);
    size_t sign = bits >> 31;
    *out = '-';
    return sign + write_sql(out + sign, binary_from_float(bits));
}

size_t number_format_decimal(char *out, int64_t unscaled, int scale, bool leading_zero)
{
    assert(scale >= 0 && scale <= 19);
    if (scale == 0) return number_format_i64(out, unscaled);

    /* Zeros, then the digits; those that count begin at `start` and end at `end`. */
    char buffer[64];
    memset(buffer, '0', 24);
    size_t sign = unscaled < 0;
    uint64_t magnitude = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
    size_t end = 24 + write_u64(buffer + 24, magnitude);
    size_t fraction = (size_t)scale;
    size_t start = end - fraction - leading_zero < 24 ? end - fraction - leading_zero : 24;
    size_t before = end - fraction - start;

    *out = '-';
    out += sign;
    memcpy(out, buffer + start, 20);
    memmove(out + before + 1, buffer + end - fraction, fraction);
    out[before] = '.';
    return sign + before + 1 + fraction;
}
