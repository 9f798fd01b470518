/*
 * number_parse.c: text to the nearest double.
 *
 * A number is scanned into a mantissa of up to 19 digits and a power of ten. Three ways lead from
 * there to the double, each taken where the one before does not decide:
 *
 *   1. at most 15 digits and |exponent| <= 22: both are doubles, one multiplication or division is
 *      rounded once (William Clinger, "How to read floating point numbers accurately", 1990);
 *   2. mantissa times the first 128 bits of the power of ten, which says the 54 leading bits of the
 *      result unless all that follow are ones (Eisel and Lemire; Daniel Lemire, "Number parsing at
 *      a gigabyte per second", 2021). Here the product is a lower bound with a known error, and
 *      the error is looked at; no property of the table is taken on trust;
 *   3. long arithmetic: number_exact.c.
 *
 * More than 19 digits: the mantissa and its successor enclose the value; if both give the same
 * double, that is it, else all digits are read.
 */
#include "base/number.h"

#include <assert.h>

#include "base/number_exact.h"
#include "base/pow10_table.h"

__extension__ typedef unsigned __int128 uint128;

enum {
    MANTISSA_DIGITS = 19, /* any 19 digits fit into 64 bits */
    /* Below 10^-342 even 2^64 is less than half the smallest double; above 10^308 one is more than
     * the largest. */
    EXPONENT_MIN = -342,
    EXPONENT_MAX = 308,
};

/* All up to 2^53 are doubles. The next way is no slower, and whether a mean has 16 or 17 digits is
 * anybody's guess: so it takes both. */
#define EXACT_MANTISSA 999999999999999

#define INFINITY_BITS (0x7ffULL << 52)

/* Exponents are counted up to here: more than any text has bytes, less than 64 bits. */
#define EXPONENT_CAP (1LL << 60)

static double double_from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/*
 * A lower bound of a product: the value is hi·2^64 + lo or, if `more`, somewhat above that: by less
 * than two units of lo where the last nine bits of hi are ones, by less than one of hi elsewhere.
 */
struct product {
    uint64_t hi;
    uint64_t lo;
    bool more;
};

/* w·10^e / 2^64 in the scale of the table; w has its top bit set. */
static inline struct product multiply_pow10(uint64_t w, int e)
{
    struct pow10 power = pow10_get(e);
    uint128 p = (uint128)w * power.hi;
    struct product out = { (uint64_t)(p >> 64), (uint64_t)p, e < 0 || e > 27 };
    if (__builtin_expect((out.hi & 0x1ff) != 0x1ff, true)) return out;

    /* Only here can the lower half of the power reach the bits that matter. */
    uint128 rest = (uint128)w * power.lo;
    p += (uint64_t)(rest >> 64);
    return (struct product){ (uint64_t)(p >> 64), (uint64_t)p,
                             (uint64_t)rest != 0 || !pow10_is_exact(e) };
}

/*
 * The double nearest to w·10^e, as bits, of infinity if beyond; true if that is certain. If not,
 * the bits are near.
 */
static inline bool nearest_by_product(uint64_t w, int e, uint64_t *out_bits)
{
    if (w == 0 || e < EXPONENT_MIN || e > EXPONENT_MAX) {
        *out_bits = w == 0 || e < EXPONENT_MIN ? 0 : INFINITY_BITS;
        return true;
    }
    int zeros = __builtin_clzll(w);
    struct product p = multiply_pow10(w << zeros, e);

    /* The top bit of the product is bit 62 or 63 of hi; keep 53 bits and the one that rounds, or
     * less if the result is subnormal. */
    int top = (int)(p.hi >> 63);
    int exponent = 1023 + 63 + top + pow10_log2(e) - zeros;
    int drop = 9 + top;
    if (__builtin_expect(exponent <= 0, false)) {
        drop += 1 - exponent;
        exponent = 1;
        if (drop > 63) {
            *out_bits = 0;
            return false;
        }
    }
    uint64_t mask = (1ULL << drop) - 1;
    uint64_t dropped = p.hi & mask;
    bool certain = dropped != mask || p.lo < UINT64_MAX - 1 || !p.more; /* else it may carry */
    uint64_t halves = p.hi >> drop;
    bool beyond_half = dropped != 0 || p.lo != 0 || p.more;
    uint64_t m = (halves >> 1) + ((halves & 1) & (beyond_half | (halves >> 1 & 1)));

    /* m has its own top bit, which adds one to the exponent, two if rounding made it 2^53, and
     * nothing if the number is subnormal. */
    uint64_t bits = ((uint64_t)(exponent - 1) << 52) + m;
    *out_bits = bits < INFINITY_BITS ? bits : INFINITY_BITS;
    return certain;
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* An exponent after its "e" or "E", or nothing; moves *s behind what it has read. */
static int64_t scan_exponent(const char **s, const char *end)
{
    const char *p = *s;
    if (p == end || (*p | 0x20) != 'e') return 0;
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end || !is_digit(*p)) return 0;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++) {
        if (value < EXPONENT_CAP / 16) value = value * 10 + (*p - '0');
    }
    *s = p;
    return negative ? -value : value;
}

/* What a decimal exponent is as an int: far enough out, all exponents are the same. */
static int exponent_to_int(int64_t e)
{
    return e < -100000 ? -100000 : e > 100000 ? 100000
                                              : (int)e;
}

/* All digits of a number in the lenient form, up to what number_exact.h takes. */
static void read_all_digits(const char *text, size_t n, struct exact_decimal *d, int64_t *out_exp10)
{
    const char *p = text;
    const char *end = text + n;
    if (p < end && (*p == '-' || *p == '+')) p++;
    d->count = 0;
    int64_t exp10 = 0;
    bool point = false;
    bool cut = false;
    for (; p < end && (is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        exp10 -= point;
        if (d->count == 0 && *p == '0') continue;
        if (d->count < NUMBER_EXACT_DIGITS_MAX) {
            d->value[d->count++] = (uint8_t)(*p - '0');
        } else {
            cut |= *p != '0';
            exp10++;
        }
    }
    if (cut) {
        d->value[d->count++] = 1;
        exp10--;
    }
    *out_exp10 = exp10 + scan_exponent(&p, end);
}

/* The slowest way: reads all of the text again. */
__attribute__((noinline)) static uint64_t nearest_by_text(const char *text, size_t n)
{
    struct exact_decimal d;
    int64_t exp10;
    read_all_digits(text, n, &d, &exp10);
    if (d.count == 0) return 0;

    uint64_t w = 0;
    size_t taken = d.count < MANTISSA_DIGITS ? d.count : MANTISSA_DIGITS;
    for (size_t i = 0; i < taken; i++) w = w * 10 + d.value[i];
    int e = exponent_to_int(exp10 + (int64_t)(d.count - taken));
    uint64_t near;
    bool certain = nearest_by_product(w, e, &near);
    if (certain && (e < EXPONENT_MIN || e > EXPONENT_MAX || taken == d.count)) return near;
    d.exp10 = e - (int)(d.count - taken);
    return number_exact_nearest(&d, near);
}

/* The same for a mantissa that is not truncated. */
__attribute__((noinline)) static uint64_t nearest_by_mantissa(uint64_t w, int e, uint64_t near)
{
    struct exact_decimal d = { .count = 20, .exp10 = e };
    for (size_t i = d.count; i-- > 0; w /= 10) d.value[i] = (uint8_t)(w % 10);
    return number_exact_nearest(&d, near);
}

static const double exact_powers[] = {
    1e0,
    1e1,
    1e2,
    1e3,
    1e4,
    1e5,
    1e6,
    1e7,
    1e8,
    1e9,
    1e10,
    1e11,
    1e12,
    1e13,
    1e14,
    1e15,
    1e16,
    1e17,
    1e18,
    1e19,
    1e20,
    1e21,
    1e22,
};

static inline double from_decimal(uint64_t mantissa, int exp10, bool truncated, const char *text,
                                  size_t n)
{
    if (mantissa <= EXACT_MANTISSA && exp10 >= -22 && exp10 <= 22 && !truncated) {
        double m = (double)mantissa;
        return exp10 < 0 ? m / exact_powers[-exp10] : m * exact_powers[exp10];
    }
    uint64_t bits;
    bool certain = nearest_by_product(mantissa, exp10, &bits);
    if (__builtin_expect(truncated, false)) {
        uint64_t next;
        certain &= nearest_by_product(mantissa + 1, exp10, &next) && next == bits;
        return double_from_bits(certain ? bits : nearest_by_text(text, n));
    }
    return double_from_bits(certain ? bits : nearest_by_mantissa(mantissa, exp10, bits));
}

double number_from_decimal(uint64_t mantissa, int exp10, bool truncated, const char *text, size_t n)
{
    assert(!truncated || (text && mantissa < UINT64_MAX));
    return from_decimal(mantissa, exp10, truncated, text, n);
}

/* Two characters, the first in the lowest byte. */
static inline uint64_t load2(const char *s)
{
    return (uint64_t)(unsigned char)s[0] | (uint64_t)(unsigned char)s[1] << 8;
}

/* The first n characters at s, 0 < n < 8, with zero bytes behind them: pairs that overlap. */
static inline uint64_t load_up_to_7(const char *s, size_t n)
{
    if (n == 1) return (unsigned char)*s;
    size_t last = n - 2;
    size_t second = last < 2 ? last : 2;
    size_t third = last < 4 ? last : 4;
    return load2(s) | load2(s + second) << (8 * second) | load2(s + third) << (8 * third) |
           load2(s + last) << (8 * last);
}

/* The first eight characters at s, or the n > 0 that there are and zero bytes. */
static inline uint64_t load_up_to_8(const char *s, size_t n)
{
    return n >= 8 ? number_load8(s) : load_up_to_7(s, n);
}

/* Appends the digits at p to *w, up to eight at a time; returns their end. */
static inline const char *scan_digits(const char *p, const char *end, uint64_t *w)
{
    static const uint32_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
    uint64_t value = *w;
    while (p < end) {
        uint64_t word = load_up_to_8(p, (size_t)(end - p));
        int count = number_count_digits8(word);
        if (count < 8) {
            /* The other bytes are shifted out, zeros move in before the digits. */
            value = value * powers[count] + number_value_digits8(word << 8 << (56 - 8 * count));
            p += count;
            break;
        }
        value = value * 100000000 + number_value_digits8(word);
        p += 8;
    }
    *w = value;
    return p;
}

/*
 * A number whose digits do not all fit into 64 bits, or only seem not to because it begins with
 * zeros: the first 19 significant digits of [s, end), the rest being counted into *exp10.
 */
__attribute__((noinline)) static uint64_t scan_many_digits(const char *s, const char *end,
                                                           int64_t *exp10, bool *truncated)
{
    uint64_t w = 0;
    int taken = 0;
    for (const char *p = s; p < end; p++) {
        if (*p == '.' || (taken == 0 && *p == '0')) continue;
        if (taken < MANTISSA_DIGITS) {
            w = w * 10 + (uint64_t)(*p - '0');
            taken++;
        } else {
            *truncated |= *p != '0';
            ++*exp10;
        }
    }
    return w;
}

/*
 * The usual number: at most seven characters behind the sign with a point anywhere but at the ends,
 * no exponent. Stores its value and returns its length, or 0 if s[0..n) begins otherwise. Nothing
 * here branches on where the point is and how many digits there are.
 */
static inline size_t parse_short(const char *s, size_t n, double *out)
{
    uint64_t word = load_up_to_8(s, n);
    uint64_t others = number_mark_others8(word);

    /* Positions are in bits. Without a point, `stop` is where a point would be. */
    unsigned point = (unsigned)__builtin_ctzll(others | 1ULL << 63) & 56;
    uint64_t pointed = (word >> point & 0xff) == '.';
    uint64_t behind = others & (others - pointed);
    if (behind == 0) return 0;
    unsigned stop = (unsigned)__builtin_ctzll(behind) & 56;
    bool has_exponent = (word >> stop & 0xdf) == 'E';
    bool zeros_lead = (word & 0xf0ff) == 0x3030; /* 0 and a digit, or nearly one */
    if (point == 0 || stop == point + 8 || has_exponent || zeros_lead) return 0;

    uint64_t moved = -pointed << point;
    uint64_t digits = (word & ~moved) | (word >> 8 & moved);
    unsigned skipped = 8 * (unsigned)pointed;
    uint64_t value = number_value_digits8(digits << (64 + skipped - stop));
    *out = (double)(int64_t)value / exact_powers[(stop - point - skipped) / 8];
    return stop / 8;
}

static inline double negate_if(bool negative, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return double_from_bits(bits ^ (uint64_t)negative << 63);
}

/* Any number: what number_parse_double() promises. */
__attribute__((noinline)) static size_t parse_long(const char *s, size_t n, bool lenient,
                                                   double *out, bool *overflow)
{
    const char *end = s + n;
    bool minus = n > 0 && *s == '-';
    const char *digits = s + (minus || (n > 0 && lenient && *s == '+'));
    const char *p = digits;
    uint64_t w = 0;
    if (p < end && *p == '0' && !lenient) {
        p++;
    } else {
        p = scan_digits(p, end, &w);
    }
    size_t n_digits = (size_t)(p - digits);
    if (n_digits == 0 && !lenient) return 0;

    int64_t exp10 = 0;
    if (end - p >= 2 && *p == '.' && is_digit(p[1])) {
        const char *fraction = p + 1;
        p = scan_digits(fraction, end, &w);
        exp10 = fraction - p;
        n_digits += (size_t)(p - fraction);
    }
    if (n_digits == 0) return 0;

    bool truncated = false;
    if (__builtin_expect(n_digits > MANTISSA_DIGITS, false)) {
        w = scan_many_digits(digits, p, &exp10, &truncated);
    }
    exp10 += scan_exponent(&p, end);
    double v = from_decimal(w, exponent_to_int(exp10), truncated, digits, (size_t)(p - digits));
    *overflow = v > __DBL_MAX__;
    *out = negate_if(minus, v);
    return (size_t)(p - s);
}

size_t number_parse_double(const char *s, size_t n, bool lenient, double *out, bool *overflow)
{
    bool minus = n > 0 && *s == '-';
    if (n > minus) {
        double v;
        size_t length = parse_short(s + minus, n - minus, &v);
        if (length > 0) {
            *overflow = false;
            *out = negate_if(minus, v);
            return minus + length;
        }
    }
    return parse_long(s, n, lenient, out, overflow);
}
