#ifndef BASE_HASH_H
#define BASE_HASH_H

/*
 * hash.h: the step that our hashes are made of. Two words are multiplied to 128 bits and the halves are folded
 * together, after the idea of wyhash (Wang Yi, "wyhash", public domain). What is made of it is stored in snapshots:
 * the same in every process and on every machine, so words are read little-endian.
 */

#include <stdint.h>
#include <string.h>

#define HASH_A 0x9fb21c651e98df25u
#define HASH_B 0xc2b2ae3d27d4eb4fu
#define HASH_C 0xa0761d6478bd642fu

__extension__ typedef unsigned __int128 u128;

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    u128 product = (u128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load_le64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

static inline uint32_t load_le32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

#endif
