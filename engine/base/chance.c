/* chance.c: xoshiro256**, and what is drawn from its bits. */

#include "base/chance.h"

#include <math.h>

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* Spread by splitmix64, as the authors of the generator advise. */
void chance_seed(struct chance *c, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        c->s[i] = z ^ z >> 31;
    }
}

uint64_t chance_bits(struct chance *c)
{
    uint64_t *s = c->s, out = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return out;
}

double chance_unit(struct chance *c)
{
    return (double)(chance_bits(c) >> 11) * 0x1p-53;
}

uint32_t chance_below(struct chance *c, uint32_t n)
{
    return (uint32_t)((chance_bits(c) >> 32) * n >> 32);
}

double chance_normal(struct chance *c, double mean, double deviation)
{
    double x, y, square;
    do {
        x = chance_unit(c) * 2 - 1;
        y = chance_unit(c) * 2 - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    return mean + deviation * x * sqrt(-2 * log(square) / square);
}
