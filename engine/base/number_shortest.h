/*
 * number_shortest.h: the shortest decimal of a binary floating-point number, as digits and
 * exponent. number_format.c lays them out; nobody else needs this.
 */
#ifndef BASE_NUMBER_SHORTEST_H
#define BASE_NUMBER_SHORTEST_H

#include <stdbool.h>
#include <stdint.h>

/* digits·10^exp10; digits may end in zeros, which count for nothing. */
struct shortest {
    uint64_t digits; /* > 0, < 10^17 */
    int exp10;
};

/*
 * The decimal with the fewest digits that lies within the rounding interval of c·2^q, and the
 * nearest of those: the interval reaches half a unit of c up and down, its ends belong to it if c
 * is even. `lower_is_close`: c is a power of two whose lower neighbour is only half a unit away, so
 * that the interval reaches a quarter down. 0 < c < 2^53, -1074 <= q <= 972.
 */
struct shortest number_shortest(uint64_t c, int q, bool lower_is_close);

#endif
