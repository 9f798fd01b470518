/*
 * utf8_valid.c: whether bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing beyond U+10FFFF.
 *
 * ASCII is passed eight bytes at a time; other characters are checked by their first byte, which fixes the length
 * and the range of the second one.
 */

#include <string.h>

#include "base/utf8.h"

static bool continues(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* Bytes of the character at s, which is not ASCII; 0 when it is none. */
static size_t character(const unsigned char *s, size_t n)
{
    unsigned char first = s[0];
    if (first < 0xC2 || first > 0xF4) return 0;
    size_t width = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (n < width) return 0;
    for (size_t i = 1; i < width; i++) {
        if (!continues(s[i])) return 0;
    }
    if (first == 0xE0 && s[1] < 0xA0) return 0; /* overlong */
    if (first == 0xED && s[1] > 0x9F) return 0; /* surrogates */
    if (first == 0xF0 && s[1] < 0x90) return 0; /* overlong */
    if (first == 0xF4 && s[1] > 0x8F) return 0; /* beyond U+10FFFF */
    return width;
}

bool utf8_valid(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < n;) {
        uint64_t eight;
        if (n - i >= 8 && (memcpy(&eight, s + i, 8), (eight & UINT64_C(0x8080808080808080)) == 0)) {
            i += 8;
        } else if (s[i] < 0x80) {
            i++;
        } else {
            size_t width = character(s + i, n - i);
            if (width == 0) return false;
            i += width;
        }
    }
    return true;
}
