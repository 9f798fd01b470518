#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/*
 * utf8.h: characters of UTF-8 text. A character is a code point. Texts have been checked where they entered (the
 * decoders, the lexer); on bytes that are not UTF-8 nothing here reads out of bounds, but counts mean little.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether s[0..n) is UTF-8 (RFC 3629). */
bool utf8_valid(const char *s, size_t n);
/* Characters of s[0..n). */
size_t utf8_length(const char *s, size_t n);
/* Bytes of the first `count` characters of s[0..n), n if there are no more. */
size_t utf8_prefix(const char *s, size_t n, size_t count);
/* Bytes that a character with this first byte has, 1 for a byte that begins none. */
static inline size_t utf8_width(unsigned char first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2
                          : first < 0xf0   ? 3
                                           : 4;
}
/* The character at s[*at], 0 <= *at < n; *at moves behind it. A cut or stray byte is itself. */
uint32_t utf8_next(const char *s, size_t n, size_t *at);
/* Writes c, returns its 1 to 4 bytes. */
size_t utf8_put(char *out, uint32_t c);
/* Simple case mapping (Unicode), without a locale; c itself where there is none. */
uint32_t utf8_upper(uint32_t c);
uint32_t utf8_lower(uint32_t c);

#endif
