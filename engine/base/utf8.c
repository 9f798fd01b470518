/* utf8.c: counting, cutting and stepping; see utf8_case.c for case. */

#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080u

static uint64_t load8(const char *s)
{
    uint64_t w;
    memcpy(&w, s, sizeof w);
    return w;
}

/* Bytes of w that continue a character: 10xxxxxx. */
static size_t continuations(uint64_t w)
{
    uint64_t cont = (w & ~(w << 1)) & HIGH_BITS;
    return (size_t)__builtin_popcountll(cont);
}

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

size_t utf8_length(const char *s, size_t n)
{
    size_t count = n, i = 0;
    for (; i + 8 <= n; i += 8) count -= continuations(load8(s + i));
    for (; i < n; i++) count -= !starts_character(s[i]);
    return count;
}

size_t utf8_prefix(const char *s, size_t n, size_t count)
{
    if (count >= n) return n;
    size_t i = 0;
    while (i + 8 <= n) {
        size_t starts = 8 - continuations(load8(s + i));
        if (starts > count) break;
        count -= starts;
        i += 8;
    }
    for (; i < n; i++) {
        if (!starts_character(s[i])) continue;
        if (count == 0) break;
        count--;
    }
    return i;
}

uint32_t utf8_next(const char *s, size_t n, size_t *at)
{
    size_t i = *at;
    unsigned char first = (unsigned char)s[i];
    size_t width = utf8_width(first);
    if (width == 1 || width > n - i) {
        *at = i + 1;
        return first;
    }
    uint32_t c = first & (0x7fu >> width);
    for (size_t k = 1; k < width; k++) c = c << 6 | ((unsigned char)s[i + k] & 0x3f);
    *at = i + width;
    return c;
}

size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18 & 0x07));
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}
