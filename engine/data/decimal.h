#ifndef DATA_DECIMAL_H
#define DATA_DECIMAL_H

/*
 * decimal.h: DECIMAL(p, s) as a 64-bit integer of 10^-s. Results are rounded half away from zero (S-5) and fail
 * (false: overflow) when the whole part needs more digits than p - s. Products and quotients go through 128 bits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const int64_t decimal_pow10[19];

bool decimal_fits(int64_t unscaled, int precision);
/* From one scale to another, rounded. */
bool decimal_rescale(int64_t v, int from_scale, int to_scale, int to_precision, int64_t *out);
bool decimal_add(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out);
bool decimal_sub(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out);
bool decimal_mul(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out);
/* b must not be 0. */
bool decimal_div(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                 int64_t *out);
int decimal_compare(int64_t a, int a_scale, int64_t b, int b_scale);
/* Reads [+-]digits[.digits][e[+-]digits]. 0: read; 1: not a number; 2: overflow. *exact tells whether no
 * nonzero digit was dropped. */
int decimal_parse(const char *s, size_t n, int precision, int scale, int64_t *out, bool *exact);
double decimal_to_double(int64_t v, int scale);
/* The exact binary value, rounded half away from zero (S-26). */
bool decimal_from_double(double v, int precision, int scale, int64_t *out);

#endif
