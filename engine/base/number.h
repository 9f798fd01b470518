/*
 * number.h: numbers to their shortest text and back.
 *
 * What is written reads back as the very same number and has the fewest digits that do so; of
 * several such texts it is the one nearest to the number. What is read is rounded as IEEE 754
 * asks (to nearest, ties to even), however many digits the text has. No locale has a say.
 *
 * Nothing here ends its output with a zero byte. Every function that writes may use all the room
 * it asks for: bytes between the returned length and the end of the room are undefined afterwards.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Room in bytes that `out` must have. */
enum {
    NUMBER_DOUBLE_MAX = 32,
    NUMBER_INT_MAX = 21
};

/* Decimal digits, with "-" if negative. `out` has NUMBER_INT_MAX bytes; returns the length. */
size_t number_format_i64(char *out, int64_t v);

/*
 * The form of JavaScript and JSON: 5, 0.001, 1e-7, 123456789012345680000, 1e+21; -0 becomes 0. v is
 * finite. `out` has NUMBER_DOUBLE_MAX bytes; returns the length (at most 25).
 */
size_t number_format_double(char *out, double v);

/* The same with the fewest digits that tell v from other 32-bit floats: 0.1f is 0.1. */
size_t number_format_float(char *out, float v);

/*
 * The form of a CAST to text: one digit, a point and more digits if there are any, E, exponent:
 * 0E0, 4E1, 7.3E2, -8.2E-3; -0 becomes 0E0. v is finite. `out` has NUMBER_DOUBLE_MAX bytes; returns
 * the length (at most 24).
 */
size_t number_format_double_sql(char *out, double v);
size_t number_format_float_sql(char *out, float v);

/*
 * unscaled·10^-scale with all `scale` digits after the point (0 <= scale <= 19), no point if scale
 * is 0: (-150, 2) is -1.50. Below one, `leading_zero` decides between 0.37 and .37. `out` has
 * NUMBER_DOUBLE_MAX bytes; returns the length.
 */
size_t number_format_decimal(char *out, int64_t unscaled, int scale, bool leading_zero);

/*
 * Reads the number at the start of s[0..n) and returns how many bytes it has, 0 if there is none.
 * Strict is JSON's grammar: [-] digits [. digits] [e|E [+|-] digits], where more than one digit
 * before the point may not begin with 0. `lenient` also takes "+", leading zeros and a leading
 * point (+1, 007, .5). What follows the number is the caller's to judge: of "01" strict reads "0",
 * of "1.", "1e" and "1e+" both read "1".
 *
 * *out is the nearest double, -0.0 for -0, 0 if too small. Beyond the doubles *overflow is set and
 * *out is infinite; otherwise *overflow is cleared. Both are left alone if 0 is returned. At most n
 * bytes are touched; passing all that is left of a buffer is as well as passing the number alone.
 */
size_t number_parse_double(const char *s, size_t n, bool lenient, double *out, bool *overflow);

/*
 * The second half of reading, for a decoder that has scanned the number itself: the double nearest
 * to mantissa·10^exp10, infinite if beyond the doubles; no sign. If `truncated`, digits beyond the
 * first 19 were dropped and the value is taken to be at least mantissa·10^exp10 and less than
 * (mantissa + 1)·10^exp10; where that does not decide, text[0..n) is read instead, which is the
 * whole number in the lenient form (a sign is skipped). Otherwise text may be NULL.
 */
double number_from_decimal(uint64_t mantissa, int exp10, bool truncated, const char *text,
                           size_t n);

/* Eight characters at s as one word, the first in the lowest byte, on every machine. */
static inline uint64_t number_load8(const char *s)
{
    uint64_t word;
    memcpy(&word, s, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/*
 * The top bit of each byte of a word that is no decimal digit. Behind a byte that is not ASCII, a 9
 * may be marked too.
 */
static inline uint64_t number_mark_others8(uint64_t word)
{
    /* Digits become 0 to 9; what is above 9 has its top bit before or after the addition. Only
     * bytes from 0x8a up send a carry into the next. */
    uint64_t values = word ^ 0x3030303030303030;
    return (values | (values + 0x7676767676767676)) & 0x8080808080808080;
}

/* How many of the eight characters of a word, counted from the first, are decimal digits: 0 to 8. */
static inline int number_count_digits8(uint64_t word)
{
    uint64_t others = number_mark_others8(word);
    return others == 0 ? 8 : __builtin_ctzll(others) / 8;
}

/* The value of eight digits; neighbours are joined three times: 8 × 1, 4 × 2, 2 × 4 digits. */
static inline uint32_t number_value_digits8(uint64_t word)
{
    word = (word & 0x0f0f0f0f0f0f0f0f) * (1 + (10 << 8)) >> 8;
    word = (word & 0x00ff00ff00ff00ff) * (1 + (100 << 16)) >> 16;
    return (uint32_t)((word & 0x0000ffff0000ffff) * (1 + (10000ULL << 32)) >> 32);
}

#endif
