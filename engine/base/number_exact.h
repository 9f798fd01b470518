/*
 * number_exact.h: decides by long arithmetic which double is nearest to a decimal, where 128 bits
 * leave a doubt. number_parse.c alone needs it, for about one number in many millions.
 */
#ifndef BASE_NUMBER_EXACT_H
#define BASE_NUMBER_EXACT_H

#include <stddef.h>
#include <stdint.h>

/* More digits than any point half-way between two doubles has (767). */
enum {
    NUMBER_EXACT_DIGITS_MAX = 768
};

/*
 * A decimal of up to 769 digits: value[0..count)·10^exp10, value[i] from 0 to 9, exp10 between
 * -1,200 and 400, the whole below 10^400. Longer ones are cut after NUMBER_EXACT_DIGITS_MAX digits
 * and get a last digit 1 if anything but zeros was cut: on which side of a half-way point they lie
 * stays the same.
 */
struct exact_decimal {
    uint8_t value[NUMBER_EXACT_DIGITS_MAX + 1];
    size_t count;
    int exp10;
};

/*
 * The bits of the nearest double, ties to even, of infinity if beyond the doubles. `near` are the
 * bits of a double some few places off at most: each place costs a comparison.
 */
uint64_t number_exact_nearest(const struct exact_decimal *d, uint64_t near);

#endif
