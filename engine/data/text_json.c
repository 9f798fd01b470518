/*
 * text_json.c: strings on JSON output.
 *
 * Most strings have nothing to escape. So they are copied 32 bytes at a time, and each block is looked at while it is
 * in a register: a byte below blank, a quote or a backslash ends the copy there. A block is written whole, beyond
 * what is kept of it; the room for that is reserved before. The wide path needs AVX2 and is chosen once at start; the
 * plain one does the same with eight bytes in a word.
 */

#include <string.h>

#include "data/text.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_WIDE 1
#endif

enum { BLOCK = 32, ESCAPE_MAX = 6 };

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* ---- copies until a byte that needs an escape: how many bytes were taken, at most n ---- */

static size_t copy_bytes(char *out, const char *s, size_t n)
{
    size_t i = 0;
    for (; i < n && !needs_escape((unsigned char)s[i]); i++) out[i] = s[i];
    return i;
}

/* The highest bit of each byte that is zero; bits above the lowest one that is set may be wrong. */
static uint64_t zero_bytes(uint64_t w)
{
    return (w - EACH_BYTE(0x01)) & ~w & EACH_BYTE(0x80);
}

static uint64_t escapes8(uint64_t w)
{
    uint64_t control = (w - EACH_BYTE(0x20)) & ~w & EACH_BYTE(0x80);
    return control | zero_bytes(w ^ EACH_BYTE('"')) | zero_bytes(w ^ EACH_BYTE('\\'));
}

static size_t copy_plain(char *out, const char *s, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t w;
        memcpy(&w, s + i, 8);
        memcpy(out + i, &w, 8);
        if (escapes8(w) != 0) break;
    }
    return i + copy_bytes(out + i, s + i, n - i);
}

#if HAVE_WIDE
__attribute__((target("avx2"))) static size_t copy_wide(char *out, const char *s, size_t n)
{
    const __m256i quote = _mm256_set1_epi8('"');
    const __m256i backslash = _mm256_set1_epi8('\\');
    const __m256i last_control = _mm256_set1_epi8(0x1f);
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(s + i));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), v);
        __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, last_control), v);
        __m256i quoted = _mm256_or_si256(_mm256_cmpeq_epi8(v, quote),
                                         _mm256_cmpeq_epi8(v, backslash));
        uint32_t found = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(control, quoted));
        if (found != 0) return i + (size_t)__builtin_ctz(found);
    }
    /* gcc 12 leaves it out before this call; what follows with SSE, all arithmetic of doubles, would be slow */
    _mm256_zeroupper();
    return i + copy_plain(out + i, s + i, n - i);
}
#endif

static size_t (*copy_run)(char *out, const char *s, size_t n) = copy_plain;

void text_json_use_plain(bool plain)
{
    copy_run = copy_plain;
#if HAVE_WIDE
    if (!plain && __builtin_cpu_supports("avx2")) copy_run = copy_wide;
#else
    (void)plain;
#endif
}

__attribute__((constructor)) static void choose_path(void)
{
    text_json_use_plain(false);
}

/* ---- escapes ---- */

static size_t put_escape(char *out, unsigned char c)
{
    static const char names[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
    out[0] = '\\';
    const char *named = memchr(names, c, sizeof names - 1);
    if (named) {
        out[1] = letters[named - names];
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = "0123456789abcdef"[c >> 4];
    out[5] = "0123456789abcdef"[c & 15];
    return ESCAPE_MAX;
}

void text_json_string(struct buf *out, const char *s, size_t n)
{
    char *to = buf_reserve(out, n + 2 + ESCAPE_MAX);
    size_t used = 0;
    to[used++] = '"';
    for (;;) {
        size_t run = copy_run(to + used, s, n);
        used += run;
        s += run;
        n -= run;
        if (n == 0) break;
        used += put_escape(to + used, (unsigned char)*s);
        s++;
        n--;
        out->len += used;
        to = buf_reserve(out, n + 2 + ESCAPE_MAX);
        used = 0;
    }
    to[used++] = '"';
    out->len += used;
}
