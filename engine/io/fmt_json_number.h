#ifndef IO_FMT_JSON_NUMBER_H
#define IO_FMT_JSON_NUMBER_H

/*
 * fmt_json_number.h: numbers of records, as the fast way reads them (fmt_json_fast.h). What is too long or too odd is
 * left to the careful way: then every function returns NULL. Reads run over the number's end by up to 16 bytes.
 */

#include "base/number.h"

#define FAST_INLINE inline __attribute__((always_inline))
#define FAST_APART __attribute__((noinline))

/* A number in its parts: value = (-1)^negative * mantissa * 10^exponent. */
struct fast_number {
    uint64_t mantissa;
    int      exponent;
    bool     negative;
    bool     whole; /* digits alone */
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static const char *take_exponent(const char *p, struct fast_number *out)
{
    bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    if (!is_digit(*p)) return NULL;
    int         exponent = 0;
    const char *start = p;
    while (is_digit(*p) && p - start < 4) exponent = exponent * 10 + (*p++ - '0');
    if (is_digit(*p)) return NULL;
    out->exponent += negative ? -exponent : exponent;
    return p;
}

/* The value of the first n8 / 8 bytes of the word, which are digits; n8 is 8 to 64. */
static inline uint64_t first_digits(uint64_t word, unsigned n8)
{
    return number_value_digits8(word << (64 - n8));
}

/* Bits of the bytes in front of the first one that is marked. */
static inline unsigned bits_before(uint64_t marks)
{
    return (unsigned)__builtin_ctzll(marks) - 7;
}

/* Digits behind what was taken, onto the mantissa; their number. */
static inline int more_digits(const char *p, uint64_t *mantissa)
{
    static const uint32_t pow10[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
    int                   digits = 0;
    for (;;) {
        uint64_t word = number_load8(p + digits);
        uint64_t marks = number_mark_others8(word);
        if (marks) {
            unsigned n8 = bits_before(marks);
            if (n8) *mantissa = *mantissa * pow10[n8 / 8] + first_digits(word, n8);
            return digits + (int)(n8 / 8);
        }
        *mantissa = *mantissa * 100000000 + number_value_digits8(word);
        digits += 8;
    }
}

/* The number at p without sign and exponent. */
static const char *take_digits(const char *p, struct fast_number *out)
{
    out->mantissa = 0;
    out->exponent = 0;
    out->whole = true;
    int digits = more_digits(p, &out->mantissa);
    if (digits == 0 || (*p == '0' && digits > 1)) return NULL;
    p += digits;
    if (*p == '.') {
        int fraction = more_digits(p + 1, &out->mantissa);
        if (fraction == 0) return NULL;
        out->exponent = -fraction;
        out->whole = false;
        digits += fraction;
        p += 1 + fraction;
    }
    return digits > 18 ? NULL : p;
}

/* A number of up to 18 digits; others are for the careful way. */
static FAST_APART const char *take_any_number(const char *p, struct fast_number *out)
{
    out->negative = *p == '-';
    p = take_digits(p + out->negative, out);
    if (!p || (*p | 0x20) != 'e') return p;
    out->whole = false;
    return take_exponent(p + 1, out);
}

static inline double number_value(const struct fast_number *n)
{
    double v = number_from_decimal(n->mantissa, n->exponent, false, "", 0);
    return n->negative ? -v : v;
}

/*
 * A number without sign of at most seven characters, as most are: they come with one word, whose bytes that are no
 * digits are marked. The first one is the point or ends the number, then the second one does. Where the next text
 * begins hangs on few instructions; what the digits are worth can be found out beside that.
 */
struct short_number {
    const char *end; /* NULL: it is not one of these */
    uint32_t    mantissa;
    uint32_t    decimals;
};

/* Its value without a sign: both numbers are exact, so the division rounds once (Clinger). */
static inline double short_value(const struct short_number *n)
{
    static const double pow10[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
    return (double)n->mantissa / pow10[n->decimals];
}

static FAST_INLINE struct short_number take_short_number(const char *p)
{
    struct short_number n = { .end = NULL, .decimals = 0 };
    uint64_t            word = number_load8(p), marks = number_mark_others8(word);
    if (marks == 0) return n;
    unsigned whole = bits_before(marks), all = whole;
    if (whole == 0 || ((char)word == '0' && whole > 8)) return n;
    if (p[whole / 8] == '.') {
        marks &= marks - 1;
        if (marks == 0) return n;
        all = bits_before(marks) - 8;
        if (all == whole) return n;
        uint64_t before = ((uint64_t)1 << whole) - 1;
        word = (word & before) | (word >> 8 & ~before);
        n.decimals = (all - whole) / 8;
        p++;
    }
    p += all / 8;
    if ((*p | 0x20) == 'e') return n;
    n.mantissa = (uint32_t)first_digits(word, all);
    n.end = p;
    return n;
}

/* A whole number of 8 to 15 digits: times in milliseconds are of this kind. */
static inline const char *take_long_integer(const char *p, uint64_t *out)
{
    static const uint32_t pow10[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
    uint64_t              head = number_load8(p), tail = number_load8(p + 8);
    uint64_t              marks = number_mark_others8(tail);
    if (number_mark_others8(head) || marks == 0 || (char)head == '0') return NULL;
    unsigned n8 = bits_before(marks);
    p += 8 + n8 / 8;
    if (*p == '.' || (*p | 0x20) == 'e') return NULL;
    *out = (uint64_t)number_value_digits8(head) * pow10[n8 / 8];
    if (n8) *out += first_digits(tail, n8);
    return p;
}

/* A number that nobody asks for: checked alone. */
static const char *skip_digits(const char *p)
{
    if (!is_digit(*p)) return NULL;
    while (is_digit(*p)) p++;
    return p;
}

static const char *skip_number(const char *p)
{
    p += *p == '-';
    if (*p == '0' && is_digit(p[1])) return NULL;
    p = skip_digits(p);
    if (p && *p == '.') p = skip_digits(p + 1);
    if (!p || (*p | 0x20) != 'e') return p;
    p++;
    return skip_digits(p + (*p == '-' || *p == '+'));
}

#endif
