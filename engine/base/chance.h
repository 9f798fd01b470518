#ifndef BASE_CHANCE_H
#define BASE_CHANCE_H

/* chance.h: random numbers that a seed decides, for data that is made: never for keys or tokens. */

#include <stdint.h>

/* xoshiro256** of Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021). */
struct chance {
    uint64_t s[4];
};

void     chance_seed(struct chance *c, uint64_t seed);
uint64_t chance_bits(struct chance *c);
/* Even in [0, 1). */
double   chance_unit(struct chance *c);
/* A whole number in [0, n), n > 0. */
uint32_t chance_below(struct chance *c, uint32_t n);
/* Normally distributed, by the polar method of Marsaglia and Bray (1964). */
double   chance_normal(struct chance *c, double mean, double deviation);

#endif
