#ifndef BASE_STR_H
#define BASE_STR_H

/*
 * str.h: strings as views, and a builder for new ones.
 *
 * A struct str is 16 bytes: a length in bytes, then either the bytes themselves (up to STR_INLINE)
 * or the first four of them and a pointer. A view owns nothing: what it points into (an input block,
 * an arena) must outlive it. The four-byte prefix decides most comparisons without a look at memory;
 * the form is that of Neumann and Freitag, "Umbra" (CIDR 2020).
 *
 * Invariant that equality relies on: unused inline bytes are zero.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

enum { STR_INLINE = 12 };

struct str {
    union {
        struct {
            uint32_t len; /* bytes */
            char     inlined[STR_INLINE];
        };
        struct {
            uint32_t    len_again; /* the same field */
            char        prefix[4];
            const char *ptr;
        } far;
    };
};

_Static_assert(sizeof(struct str) == 16, "a string view is 16 bytes");

#define STR_EMPTY ((struct str){ .len = 0 })
/* For printf's %.*s: the argument must be an lvalue. */
#define STR_ARG(s) (int)(s).len, str_data(&(s))

/* The bytes of a view; not terminated. For an inline string they lie in *s itself. */
static inline const char *str_data(const struct str *s)
{
    return s->len <= STR_INLINE ? s->inlined : s->far.ptr;
}

/* A view of n bytes at p, which must stay where they are unless n <= STR_INLINE. */
static inline struct str str_view(const char *p, size_t n)
{
    struct str s = { .len = (uint32_t)n };
    if (n <= STR_INLINE) {
        if (n) memcpy(s.inlined, p, n);
    } else {
        memcpy(s.far.prefix, p, 4);
        s.far.ptr = p;
    }
    return s;
}

/* A view of a terminated C string. */
static inline struct str str_c(const char *c)
{
    return str_view(c, strlen(c));
}

static inline bool str_equal(const struct str *a, const struct str *b)
{
    uint64_t a_head, b_head;
    memcpy(&a_head, a, 8);
    memcpy(&b_head, b, 8);
    if (a_head != b_head) return false;
    if (a->len <= STR_INLINE) {
        uint64_t a_tail, b_tail;
        memcpy(&a_tail, a->inlined + 4, 8);
        memcpy(&b_tail, b->inlined + 4, 8);
        return a_tail == b_tail;
    }
    return memcmp(a->far.ptr, b->far.ptr, a->len) == 0;
}

bool str_equal_c(struct str a, const char *c);
/* ASCII letters compared without case. */
bool str_equal_nocase(struct str a, struct str b);
bool str_equal_nocase_c(struct str a, const char *c);
/* By bytes, which for UTF-8 is by code point; <0, 0, >0. */
int str_compare(const struct str *a, const struct str *b);
/* The same with the shorter one padded by blanks (SQL's PAD SPACE). */
int str_compare_padded(const struct str *a, const struct str *b);
/* Without the blanks at the end. */
struct str str_trim_right(struct str s);
/* A copy whose bytes live in the arena. */
struct str str_copy(struct arena *a, struct str s);
/* A terminated copy in the arena. */
const char *str_to_c(struct arena *a, struct str s);
/* ASCII upper case, in the arena. */
struct str str_upper_ascii(struct arena *a, struct str s);
/* A text made as by printf, in the arena. */
struct str str_format(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *str_format_c(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Damerau-Levenshtein distance without case, at most `max` + 1; for "did you mean". */
int str_distance(struct str a, struct str b, int max);

/* 64-bit hash with a fixed seed: the same in every process, so that it may be stored. */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);
static inline uint64_t hash_u64(uint64_t v)
{
    v ^= v >> 32;
    v *= 0xd6e8feb86659fd93u;
    v ^= v >> 32;
    v *= 0xd6e8feb86659fd93u;
    v ^= v >> 32;
    return v;
}
static inline uint64_t str_hash(const struct str *s)
{
    return hash_bytes(str_data(s), s->len, 0);
}

/* A growing text on the heap. Zero-initialise, append, then take `data` and `len`; free with buf_free. */
struct buf {
    char  *data; /* not terminated unless buf_c is called */
    size_t len;
    size_t cap;
};

void buf_free(struct buf *b);
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}
/* Makes room for n more bytes and returns where they go; the caller raises len by what it used. */
char *buf_reserve(struct buf *b, size_t n);
void buf_append(struct buf *b, const void *p, size_t n);
void buf_append_c(struct buf *b, const char *c);
void buf_append_char(struct buf *b, char c);
void buf_append_str(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text with a terminator behind it. */
const char *buf_c(struct buf *b);

#endif
