/*
 * utf8_valid.c: whether bytes are UTF-8, as Unicode defines it (The Unicode Standard, table 3-7): no overlong forms,
 * no surrogates, nothing above U+10FFFF. Runs of ASCII are skipped 16 bytes at a time.
 */

#include <string.h>

#include "base/utf8.h"

/* Bytes of ASCII at the start of s[0..n), in steps of 16. */
static size_t ascii_run(const char *s, size_t n)
{
    size_t i = 0;
    for (; n - i >= 16; i += 16) {
        uint64_t a, b;
        memcpy(&a, s + i, 8);
        memcpy(&b, s + i + 8, 8);
        if ((a | b) & 0x8080808080808080u) break;
    }
    return i;
}

/* Bytes of the well-formed character at p, n > 0 bytes there; 0: there is none. */
static size_t well_formed(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80) return 1;
    if (c < 0xc2 || c > 0xf4) return 0;
    size_t width = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (width > n) return 0;
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < width; i++) {
        if ((p[i] & 0xc0) != 0x80) return 0;
    }
    return width;
}

bool utf8_valid(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n) {
        i += ascii_run(s + i, n - i);
        /* Other text comes in runs as well: a while by characters before the next try. */
        for (int k = 0; k < 16 && i < n; k++) {
            size_t width = well_formed((const unsigned char *)s + i, n - i);
            if (width == 0) return false;
            i += width;
        }
    }
    return true;
}
