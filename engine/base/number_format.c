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

enum {
    DOUBLE_SAFE_DIGITS = 15, /* decimals of so many digits survive a double, */
    FLOAT_SAFE_DIGITS = 6,   /* and of so many a float */
};

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
 * by 100 and 10 are multiplications by 10486/2^20 and 103/2^10, exact below 10,000 and 100.
 */
static inline uint64_t digits8(uint32_t n)
{
    uint64_t high = n / 10000;
    uint64_t fours = high | (n - high * 10000) << 32;
    uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007f;
    uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
    uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
    return tens | (twos - tens * 10) << 8;
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
    int safe_digits;
};

static struct binary binary_from_double(uint64_t bits)
{
    uint64_t fraction = bits & ((1ULL << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    if (exponent == 0) return (struct binary){ fraction, -1074, false, DOUBLE_SAFE_DIGITS };
    return (struct binary){ fraction | 1ULL << 52, exponent - 1075, fraction == 0 && exponent > 1,
                            DOUBLE_SAFE_DIGITS };
}

static struct binary binary_from_float(uint32_t bits)
{
    uint32_t fraction = bits & ((1U << 23) - 1);
    int exponent = (int)(bits >> 23 & 0xff);
    if (exponent == 0) return (struct binary){ fraction, -149, false, FLOAT_SAFE_DIGITS };
    return (struct binary){ fraction | 1U << 23, exponent - 150, fraction == 0 && exponent > 1,
                            FLOAT_SAFE_DIGITS };
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
    uint64_t limit = b.safe_digits == DOUBLE_SAFE_DIGITS ? 1000000000000000 : 1000000;
    return miss < 500 && miss > -500 && m < limit;
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
    int zeros = __builtin_clzll(word | 1ULL << 39) / 8;
    uint32_t text = (uint32_t)((word | ASCII_ZEROS) >> 40 << 8 | '.');
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    text = __builtin_bswap32(text);
#endif
    memcpy(out, &text, sizeof text);
    return zeros == 3 ? 0 : (size_t)(4 - zeros);
}

/* m/1000 without needless zeros: 98200 is 98.2, 5000 is 5, 50 is 0.05. */
static inline size_t write_thousandths(char *out, uint64_t m)
{
    if (__builtin_expect(m >= TEN_8, false)) {
        size_t length = write_u64(out, m / 1000);
        return length + write_fraction3(out + length, digits8((uint32_t)(m % 1000)));
    }
    uint64_t word = digits8((uint32_t)m);
    int zeros = __builtin_ctzll(word | 1ULL << 32) / 8; /* the digit before the point stays */
    store8(out, (word | ASCII_ZEROS) >> (8 * zeros));
    size_t length = (size_t)(5 - zeros);
    return length + write_fraction3(out + length, word);
}

/* The significant digits of a number: 0.D1 D2 D3 … · 10^point. */
struct digits {
    char buffer[48];  /* leading zeros, the digits, zeros to the end */
    const char *text; /* the first significant digit; 24 bytes can be read from here */
    int count;        /* 1 to 17; D1 and the last one are not 0 */
    int point;
};

static inline void digits_expand(struct digits *d, struct shortest s)
{
    assert(s.digits > 0 && s.digits < 10 * TEN_16);
    if (s.digits < TEN_8) {
        s.digits *= TEN_8;
        s.exp10 -= 8;
    }
    uint64_t high = s.digits / TEN_8;
    uint64_t first = high / TEN_8;
    uint64_t middle = digits8((uint32_t)(high % TEN_8));
    uint64_t last = digits8((uint32_t)(s.digits % TEN_8));
    d->buffer[0] = (char)('0' + first);
    store8(d->buffer + 1, middle | ASCII_ZEROS);
    store8(d->buffer + 9, last | ASCII_ZEROS);
    memset(d->buffer + 17, '0', sizeof d->buffer - 17);

    int leading = first ? 0 : 1 + __builtin_ctzll(middle) / 8;
    int trailing = last ? __builtin_clzll(last) / 8 : 8 + __builtin_clzll(middle | 1) / 8;
    if (!last && !middle) trailing = 16;
    d->text = d->buffer + leading;
    d->count = 17 - leading - trailing;
    d->point = s.exp10 + 17 - leading;
}

/* 0.001234: at most six places before the first digit. */
static size_t write_small(char *out, const struct digits *d)
{
    memcpy(out, "0.000000", 8);
    size_t before = (size_t)(2 - d->point);
    memcpy(out + before, d->text, 17);
    return before + (size_t)d->count;
}

/* 123.4 or 123400: the point within or behind the digits. */
static size_t write_plain(char *out, const struct digits *d)
{
    size_t point = (size_t)d->point;
    size_t count = (size_t)d->count;
    memcpy(out, d->text, 24);
    if (count <= point) return point;
    /* What is left has at most 17 - point digits; neither copy leaves the room. */
    if (point <= 8) {
        memcpy(out + point + 1, d->text + point, 16);
    } else {
        memcpy(out + point + 1, d->text + point, 8);
    }
    out[point] = '.';
    return count + 1;
}

/* 1.234 and the letters; the exponent follows, with "-" or `plus` before it. */
static size_t write_scientific(char *out, const struct digits *d, const char *letter_and_plus)
{
    size_t length = 1;
    out[0] = d->text[0];
    if (d->count > 1) {
        out[1] = '.';
        memcpy(out + 2, d->text + 1, 16);
        length = (size_t)d->count + 1;
    }
    out[length++] = *letter_and_plus++;
    int exponent = d->point - 1;
    if (exponent < 0) {
        out[length++] = '-';
    } else if (*letter_and_plus) {
        out[length++] = *letter_and_plus;
    }
    uint32_t magnitude = (uint32_t)(exponent < 0 ? -exponent : exponent);
    if (magnitude >= 100) out[length++] = (char)('0' + magnitude / 100);
    if (magnitude >= 10) out[length++] = (char)('0' + magnitude / 10 % 10);
    out[length++] = (char)('0' + magnitude % 10);
    return length;
}

/* The form of JavaScript, whose Number::toString (ECMA-262) has these limits. */
static inline size_t write_javascript(char *out, struct binary b)
{
    uint64_t n;
    if (__builtin_expect(thousandths(b, &n), true)) return write_thousandths(out, n);
    if (whole(b, &n)) return write_u64(out, n);

    struct digits d;
    digits_expand(&d, number_shortest(b.c, b.q, b.lower_is_close));
    if (d.point > 0 && d.point <= 21) return write_plain(out, &d);
    if (d.point <= 0 && d.point > -6) return write_small(out, &d);
    return write_scientific(out, &d, "e+");
}

static size_t write_sql(char *out, struct binary b)
{
    uint64_t m;
    struct digits d;
    if (thousandths(b, &m)) {
        digits_expand(&d, (struct shortest){ m, -3 });
    } else {
        digits_expand(&d, number_shortest(b.c, b.q, b.lower_is_close));
    }
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
    return sign + write_javascript(out + sign, binary_from_double(bits));
}

size_t number_format_float(char *out, float v)
{
    uint32_t bits = bits_of_float(v);
    if (bits << 1 == 0) return write_zero(out);
    size_t sign = bits >> 31;
    *out = '-';
    return sign + write_javascript(out + sign, binary_from_float(bits));
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
