/*
 * str.c: string views, the hash of bytes, and growing texts.
 *
 * The hash is made of the steps of base/hash.h; the treatment of the tail is our own. It must never change: hashes
 * decide key groups in snapshots.
 */

#include "base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/hash.h"

/* --- comparing --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

bool str_equal_c(struct str a, const char *c)
{
    size_t n = strlen(c);
    return a.len == n && memcmp(str_data(&a), c, n) == 0;
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.len != b.len) return false;
    const char *p = str_data(&a), *q = str_data(&b);
    for (uint32_t i = 0; i < a.len; i++) {
        if (lower(p[i]) != lower(q[i])) return false;
    }
    return true;
}

bool str_equal_nocase_c(struct str a, const char *c)
{
    return str_equal_nocase(a, str_c(c));
}

int str_compare(const struct str *a, const struct str *b)
{
    uint32_t n = a->len < b->len ? a->len : b->len;
    int order = memcmp(str_data(a), str_data(b), n);
    if (order != 0) return order;
    return a->len < b->len ? -1 : a->len > b->len;
}

/* How n bytes at p compare with as many blanks. */
static int compare_blanks(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != ' ') return (unsigned char)p[i] < ' ' ? -1 : 1;
    }
    return 0;
}

int str_compare_padded(const struct str *a, const struct str *b)
{
    const char *p = str_data(a), *q = str_data(b);
    uint32_t n = a->len < b->len ? a->len : b->len;
    int order = memcmp(p, q, n);
    if (order != 0) return order;
    return a->len > n ? compare_blanks(p + n, a->len - n) : -compare_blanks(q + n, b->len - n);
}

enum { DISTANCE_CHARS = 128 };

/* One row of the table of optimal string alignment; rows are before[0] (above) and before[1] (two above). */
static int distance_row(struct str a, struct str b, uint32_t i, int *const before[2], int *row)
{
    const char *p = str_data(&a), *q = str_data(&b);
    int least = row[0] = (int)i;
    for (uint32_t k = 1; k <= b.len; k++) {
        char x = lower(p[i - 1]), y = lower(q[k - 1]);
        int d = before[0][k - 1] + (x != y);
        if (before[0][k] + 1 < d) d = before[0][k] + 1;
        if (row[k - 1] + 1 < d) d = row[k - 1] + 1;
        bool swapped = i > 1 && k > 1 && x == lower(q[k - 2]) && y == lower(p[i - 2]);
        if (swapped && before[1][k - 2] + 1 < d) d = before[1][k - 2] + 1;
        row[k] = d;
        if (d < least) least = d;
    }
    return least;
}

int str_distance(struct str a, struct str b, int max)
{
    if (a.len > DISTANCE_CHARS || b.len > DISTANCE_CHARS) return max + 1;
    int rows[3][DISTANCE_CHARS + 1];
    for (uint32_t k = 0; k <= b.len; k++) rows[0][k] = (int)k;
    for (uint32_t i = 1; i <= a.len; i++) {
        int *const before[2] = { rows[(i - 1) % 3], rows[(i + 1) % 3] };
        int least = distance_row(a, b, i, before, rows[i % 3]);
        /* Two rows above can still lead here by one exchange, so one more is granted. */
        if (least > max + 1) return max + 1;
    }
    int d = rows[a.len % 3][b.len];
    return d > max ? max + 1 : d;
}

/* --- making --- */

struct str str_trim_right(struct str s)
{
    const char *p = str_data(&s);
    uint32_t n = s.len;
    while (n > 0 && p[n - 1] == ' ') n--;
    return n == s.len ? s : str_view(p, n);
}

struct str str_copy(struct arena *a, struct str s)
{
    if (s.len <= STR_INLINE) return s;
    s.far.ptr = arena_dup(a, s.far.ptr, s.len);
    return s;
}

const char *str_to_c(struct arena *a, struct str s)
{
    char *c = arena_alloc(a, (size_t)s.len + 1);
    memcpy(c, str_data(&s), s.len);
    c[s.len] = 0;
    return c;
}

struct str str_upper_ascii(struct arena *a, struct str s)
{
    const char *p = str_data(&s);
    char *out = arena_alloc(a, s.len);
    for (uint32_t i = 0; i < s.len; i++) out[i] = upper(p[i]);
    return str_view(out, s.len);
}

/* The text in the arena, terminated; its length without the terminator in *len. */
static char *format_text(struct arena *a, size_t *len, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    *len = n < 0 ? 0 : (size_t)n;
    char *text = arena_alloc(a, *len + 1);
    vsnprintf(text, *len + 1, format, again);
    va_end(again);
    return text;
}

struct str str_format(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t n;
    char *text = format_text(a, &n, format, args);
    va_end(args);
    return str_view(text, n);
}

const char *str_format_c(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t n;
    char *text = format_text(a, &n, format, args);
    va_end(args);
    return text;
}

/* --- hashing --- */

/* The first and the last bytes of 0 to 16, overlapping where they must. */
static void load_short(const unsigned char *p, size_t n, uint64_t *first, uint64_t *last)
{
    if (n >= 8) {
        *first = load_le64(p);
        *last = load_le64(p + n - 8);
    } else if (n >= 4) {
        *first = load_le32(p);
        *last = load_le32(p + n - 4);
    } else if (n > 0) {
        *first = (uint64_t)p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
        *last = 0;
    } else {
        *first = *last = 0;
    }
}

uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *p = bytes;
    size_t left = n;
    uint64_t h = seed ^ HASH_C;
    for (; left > 16; left -= 16, p += 16) {
        h = hash_fold(load_le64(p) ^ HASH_A, load_le64(p + 8) ^ h);
    }
    uint64_t first, last;
    load_short(p, left, &first, &last);
    h = hash_fold(first ^ HASH_A, last ^ h);
    return hash_fold(h ^ HASH_B, (uint64_t)n ^ HASH_C);
}

/* --- growing texts --- */

void buf_free(struct buf *b)
{
    mem_free(b->data);
    *b = (struct buf){ 0 };
}

static void buf_grow(struct buf *b, size_t n)
{
    size_t need;
    if (!size_add(&need, b->len, n)) mem_refused(SIZE_MAX);
    size_t cap = b->cap ? b->cap : 32;
    while (cap < need && cap <= SIZE_MAX / 2) cap *= 2;
    b->cap = cap < need ? need : cap;
    b->data = mem_realloc(b->data, b->cap);
}

char *buf_reserve(struct buf *b, size_t n)
{
    if (!b->data || n > b->cap - b->len) buf_grow(b, n);
    return b->data + b->len;
}

void buf_append(struct buf *b, const void *p, size_t n)
{
    if (n == 0) return;
    memcpy(buf_reserve(b, n), p, n);
    b->len += n;
}

void buf_append_c(struct buf *b, const char *c)
{
    buf_append(b, c, strlen(c));
}

void buf_append_char(struct buf *b, char c)
{
    *buf_reserve(b, 1) = c;
    b->len++;
}

void buf_append_str(struct buf *b, struct str s)
{
    buf_append(b, str_data(&s), s.len);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    if (n > 0) {
        vsnprintf(buf_reserve(b, (size_t)n + 1), (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

const char *buf_c(struct buf *b)
{
    *buf_reserve(b, 1) = 0;
    return b->data;
}
