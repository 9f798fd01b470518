/* fmt_json_plain.c: the fast way in plain C, eight bytes at a time, for processors without AVX2. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "io/fmt_json_read.h"

#define FAST_NAME json_fast_record_plain

/* Bit 7 of each byte that is zero in x (exact in its lowest set bit, which is all that is looked at). */
static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

static inline size_t fast_text_run(const char *p)
{
    for (size_t n = 0;; n += 8) {
        uint64_t x;
        memcpy(&x, p + n, 8);
        uint64_t quote = zero_bytes(x ^ UINT64_C(0x2222222222222222));
        uint64_t backslash = zero_bytes(x ^ UINT64_C(0x5c5c5c5c5c5c5c5c));
        uint64_t control = zero_bytes(x & UINT64_C(0xe0e0e0e0e0e0e0e0));
        uint64_t stop = quote | backslash | control | (x & UINT64_C(0x8080808080808080));
        if (stop) return n + (size_t)__builtin_ctzll(stop) / 8;
    }
}

static inline bool fast_literal_at(const struct fast_member *m, const char *p)
{
    return m->literal_size && memcmp(m->literal, p, m->literal_size) == 0;
}

#include "io/fmt_json_fast.h"
