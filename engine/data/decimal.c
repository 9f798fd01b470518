/*
 * decimal.c: DECIMAL arithmetic on 64-bit integers of 10^-scale.
 *
 * Operands may have up to 19 digits and 19 after the point, so that a product, or a dividend brought to the scale of
 * its quotient by 18 digits, stays below 2^127. Longer quotients are made digit by digit.
 */

#include "data/decimal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/number.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

const int64_t decimal_pow10[19] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

/* 10^n for n up to 38. */
static wide wide_pow10(int n)
{
    assert(n >= 0 && n <= 38);
    if (n <= 18) return decimal_pow10[n];
    if (n <= 36) return (wide)decimal_pow10[18] * decimal_pow10[n - 18];
    return (wide)decimal_pow10[18] * decimal_pow10[18] * decimal_pow10[n - 36];
}

bool decimal_fits(int64_t unscaled, int precision)
{
    if (precision > 18) return true;
    int64_t limit = decimal_pow10[precision];
    return unscaled < limit && unscaled > -limit;
}

static bool store(wide v, int precision, int64_t *out)
{
    if (v > INT64_MAX || v < INT64_MIN || !decimal_fits((int64_t)v, precision)) return false;
    *out = (int64_t)v;
    return true;
}

/* v / divisor, half away from zero; divisor positive. */
static wide divide_rounded(wide v, wide divisor)
{
    if (v == (int64_t)v && divisor == (int64_t)divisor) {
        int64_t n = (int64_t)v, d = (int64_t)divisor; /* several times faster */
        int64_t quotient = n / d, rest = n % d;
        if (rest < 0) rest = -rest;
        if (rest >= d - rest) quotient += n < 0 ? -1 : 1;
        return quotient;
    }
    wide q = v / divisor, r = v % divisor;
    if (r < 0) r = -r;
    if (r >= divisor - r) q += v < 0 ? -1 : 1;
    return q;
}

/* From one scale to another; false when 128 bits do not hold it. */
static bool rescale_wide(wide v, int from, int to, wide *out)
{
    if (to <= from) {
        *out = to == from ? v : divide_rounded(v, wide_pow10(from - to));
        return true;
    }
    return !__builtin_mul_overflow(v, wide_pow10(to - from), out);
}

bool decimal_rescale(int64_t v, int from_scale, int to_scale, int to_precision, int64_t *out)
{
    wide r;
    return rescale_wide(v, from_scale, to_scale, &r) && store(r, to_precision, out);
}

static bool add_wide(wide a, int a_scale, wide b, int b_scale, int scale, int precision,
                     int64_t *out)
{
    /* Brought to the larger scale first: two operands of at most 19 digits, moved by at most 19. */
    int common = a_scale > b_scale ? a_scale : b_scale;
    wide x, y, sum;
    if (!rescale_wide(a, a_scale, common, &x) || !rescale_wide(b, b_scale, common, &y))
        return false;
    if (__builtin_add_overflow(x, y, &sum)) return false;
    return rescale_wide(sum, common, scale, &sum) && store(sum, precision, out);
}

bool decimal_add(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out)
{
    return add_wide(a, a_scale, b, b_scale, scale, precision, out);
}

bool decimal_sub(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out)
{
    return add_wide(a, a_scale, -(wide)b, b_scale, scale, precision, out);
}

bool decimal_mul(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out)
{
    wide product;
    return rescale_wide((wide)a * b, a_scale + b_scale, scale, &product) &&
           store(product, precision, out);
}

/* dividend * 10^digits / divisor, rounded half away from zero; false beyond 20 digits. */
static bool divide_long(uwide dividend, uwide divisor, int digits, uwide *out)
{
    uwide limit = (uwide)wide_pow10(20);
    uwide q = dividend / divisor, r = dividend % divisor;
    for (; digits > 0; digits--) {
        if (q >= limit) return false;
        r *= 10;
        q = q * 10 + r / divisor;
        r %= divisor;
    }
    *out = q + (r >= divisor - r);
    return true;
}

bool decimal_div(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out)
{
    assert(b != 0);
    bool negative = (a < 0) != (b < 0);
    uwide dividend = a < 0 ? -(uwide)a : (uwide)a;
    uwide divisor = b < 0 ? -(uwide)b : (uwide)b;
    int digits = scale + b_scale - a_scale;
    int at_once = digits > 18 ? 18 : digits;
    if (at_once > 0) dividend *= (uint64_t)decimal_pow10[at_once];
    if (digits < 0) divisor *= (uwide)wide_pow10(-digits);

    uwide q;
    if (!divide_long(dividend, divisor, digits - at_once, &q) || q > INT64_MAX) return false;
    return store(negative ? -(wide)q : (wide)q, precision, out);
}

int decimal_compare(int64_t a, int a_scale, int64_t b, int b_scale)
{
    wide x = a, y = b;
    if (a_scale < b_scale) x *= wide_pow10(b_scale - a_scale);
    if (b_scale < a_scale) y *= wide_pow10(a_scale - b_scale);
    return x < y ? -1 : x > y;
}

/* ---- text and doubles ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The parts of a number's text: digits with at most one point among them, and the exponent behind. */
struct number_text {
    bool        negative;
    const char *digits, *end; /* of the digits and the point */
    int64_t     point;        /* power of ten of the place before the first digit: 12.5 has 2 */
};

static bool scan_exponent(const char *p, const char *end, int64_t *out)
{
    if (p == end) return true;
    if (*p != 'e' && *p != 'E') return false;
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *first = p;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++) {
        if (value < 100000000) value = value * 10 + (*p - '0');
    }
    *out += negative ? -value : value;
    return p == end && p > first;
}

static bool scan_number(const char *s, size_t n, struct number_text *out)
{
    const char *p = s, *end = s + n;
    out->negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    out->digits = p;
    while (p < end && is_digit(*p)) p++;
    out->point = p - out->digits;
    bool any = p > out->digits;
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        while (p < end && is_digit(*p)) p++;
        if (p == fraction) return false;
        any = true;
    }
    out->end = p;
    return any && scan_exponent(p, end, &out->point);
}

int decimal_parse(const char *s, size_t n, int precision, int scale, int64_t *out, bool *exact)
{
    struct number_text t;
    if (!scan_number(s, n, &t)) return 1;

    int64_t wanted = t.point + scale; /* digits that stay; those before the first are zeros */
    uwide value = 0;
    bool rest_zero = true, round_up = false;
    for (const char *p = t.digits; p < t.end; p++) {
        if (*p == '.') continue;
        uint32_t digit = (uint32_t)(*p - '0');
        if (wanted > 0) {
            value = value * 10 + digit;
            if (value > (uwide)INT64_MAX + 1) return 2;
        } else {
            if (wanted == 0) round_up = digit >= 5;
            rest_zero = rest_zero && digit == 0;
        }
        wanted--;
    }
    for (; wanted > 0 && value > 0; wanted--) {
        value *= 10;
        if (value > (uwide)INT64_MAX + 1) return 2;
    }
    value += round_up;
    if (!store(t.negative ? -(wide)value : (wide)value, precision, out)) return 2;
    *exact = rest_zero;
    return 0;
}

double decimal_to_double(int64_t v, int scale)
{
    /* Both are exact as doubles, so that their quotient is the nearest one (D. Gay's and W. Clinger's fast path). */
    if (scale <= 18 && v > -(INT64_C(1) << 53) && v < INT64_C(1) << 53) {
        return (double)v / (double)decimal_pow10[scale];
    }
    uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
    double d = number_from_decimal(magnitude, -scale, false, NULL, 0);
    return v < 0 ? -d : d;
}

bool decimal_from_double(double v, int precision, int scale, int64_t *out)
{
    if (!(fabs(v) < 1e19)) return false;
    int exponent;
    double fraction = frexp(fabs(v), &exponent); /* v = mantissa * 2^exponent, 53 bits */
    uwide value = (uwide)(uint64_t)ldexp(fraction, 53) * (uwide)wide_pow10(scale);
    exponent -= 53;
    if (exponent >= 0) {
        value <<= exponent; /* at most 2^64 * 10^19 */
    } else if (exponent > -127) {
        value = (value + ((uwide)1 << (-exponent - 1))) >> -exponent;
    } else {
        value = 0;
    }
    if (value > (uwide)INT64_MAX + 1) return false;
    return store(v < 0 ? -(wide)value : (wide)value, precision, out);
}
