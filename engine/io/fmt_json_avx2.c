/* fmt_json_avx2.c: the fast way with 32 bytes at a time; chosen at the start where the processor has AVX2. */

#include "io/fmt_json_read.h"

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
#endif

#include <immintrin.h>

#define FAST_NAME json_fast_record_avx2

static inline size_t fast_text_run(const char *p)
{
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\'),
                  blank = _mm256_set1_epi8(' ');
    for (size_t n = 0;; n += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i_u *)(const void *)(p + n));
        /* bytes from 0x80 on are negative: less than a blank, as control characters are */
        __m256i stop = _mm256_or_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(x, backslash)),
            _mm256_cmpgt_epi8(blank, x));
        uint32_t mask = (uint32_t)_mm256_movemask_epi8(stop);
        if (mask) return n + (size_t)__builtin_ctz(mask);
    }
}

static inline bool fast_literal_at(const struct fast_member *m, const char *p)
{
    __m256i  at = _mm256_loadu_si256((const __m256i_u *)(const void *)p);
    __m256i  literal = _mm256_loadu_si256((const __m256i_u *)(const void *)m->literal);
    uint32_t equal = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(at, literal));
    return (equal & m->literal_mask) == m->literal_mask;
}

#include "io/fmt_json_fast.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

bool json_fast_has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

#else

const char *json_fast_record_avx2(struct json_decoder *d, const char *p)
{
    return json_fast_record_plain(d, p);
}

bool json_fast_has_avx2(void)
{
    return false;
}

#endif
