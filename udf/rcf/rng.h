/*
 * rng.h: the random numbers of one tree.
 *
 * A generator with 256 bits of state, small enough to sit beside the tree that it belongs to and to
 * be saved with it. Trees never share one: that is why the order in which trees are worked on, or
 * the number of threads, cannot change a score. Not for anything that must be kept secret.
 *
 * Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators" (2021),
 * xoshiro256++; the seeding is SplitMix64 of G. Steele, D. Lea, C. Flood, "Fast splittable
 * pseudorandom number generators" (2014).
 */
#ifndef RCF_RNG_H
#define RCF_RNG_H

#include <stdint.h>

struct rng {
    uint64_t word[4]; /* never all zero */
};

/* A bijection of 64 bits that leaves no trace of the order of its arguments. */
static inline uint64_t rng_mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* Starts the generator number `stream` of `seed`; streams of one seed are unrelated. */
static inline void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t x = rng_mix(seed) ^ rng_mix(~stream);
    for (int i = 0; i < 4; i++) {
        x += 0x9E3779B97F4A7C15u;
        r->word[i] = rng_mix(x);
    }
    if ((r->word[0] | r->word[1] | r->word[2] | r->word[3]) == 0) r->word[0] = 1;
}

static inline uint64_t rng_rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t *w = r->word;
    uint64_t result = rng_rotate(w[0] + w[3], 23) + w[0];
    uint64_t shifted = w[1] << 17;

    w[2] ^= w[0];
    w[3] ^= w[1];
    w[1] ^= w[2];
    w[0] ^= w[3];
    w[2] ^= shifted;
    w[3] = rng_rotate(w[3], 45);
    return result;
}

/* Uniform on the open interval (0, 1): 52 bits and a half, so that its logarithm is finite. */
static inline double rng_unit(struct rng *r)
{
    return ((double)(rng_next(r) >> 12) + 0.5) * 0x1p-52;
}

#endif
