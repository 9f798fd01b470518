/* reference_text.c: strings as arrays of code points (sheet of scalar functions, 5, 7). */

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "reference.h"

enum {
    MOST = 256
};

struct points {
    uint32_t p[MOST];
    int n;
};

struct reference reference_str(struct arena *a, const char *p, size_t n)
{
    return (struct reference){ .kind = REFERENCE_VALUE,
                               .value = { .str = str_copy(a, str_view(p, n)) } };
}

/* False for texts that are not UTF-8, or too long to be worked with here. */
static bool decode(const struct value *v, struct points *out)
{
    const unsigned char *s = (const unsigned char *)str_data(&v->str);
    uint32_t n = v->str.len;
    out->n = 0;
    for (uint32_t i = 0; i < n;) {
        int more = s[i] < 0x80             ? 0
                   : (s[i] & 0xe0) == 0xc0 ? 1
                   : (s[i] & 0xf0) == 0xe0 ? 2
                   : (s[i] & 0xf8) == 0xf0 ? 3
                                           : -1;
        if (more < 0 || i + (uint32_t)more >= n || out->n == MOST) return false;
        uint32_t c = more ? s[i] & (0x3fu >> more) : s[i];
        for (int k = 1; k <= more; k++) {
            if ((s[i + (uint32_t)k] & 0xc0) != 0x80) return false;
            c = c << 6 | (s[i + (uint32_t)k] & 0x3f);
        }
        static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
        if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return false;
        out->p[out->n++] = c;
        i += (uint32_t)more + 1;
    }
    return true;
}

int reference_code_points(const struct str *s, uint32_t *out, int most)
{
    struct value v = { .str = *s };
    struct points p;
    if (!decode(&v, &p) || p.n > most) return -1;
    memcpy(out, p.p, (size_t)p.n * sizeof *out);
    return p.n;
}

struct reference reference_points(struct arena *a, const uint32_t *p, int n)
{
    char *text = arena_alloc(a, (size_t)n * 4 + 1);
    size_t size = 0;
    for (int i = 0; i < n; i++) {
        uint32_t c = p[i];
        if (c < 0x80) text[size++] = (char)c;
        else if (c < 0x800) {
            text[size++] = (char)(0xc0 | c >> 6);
            text[size++] = (char)(0x80 | (c & 0x3f));
        } else {
            if (c < 0x10000) text[size++] = (char)(0xe0 | c >> 12);
            else {
                text[size++] = (char)(0xf0 | c >> 18);
                text[size++] = (char)(0x80 | (c >> 12 & 0x3f));
            }
            text[size++] = (char)(0x80 | (c >> 6 & 0x3f));
            text[size++] = (char)(0x80 | (c & 0x3f));
        }
    }
    return reference_str(a, text, size);
}

static const struct reference none = { .kind = REFERENCE_NONE };

/* ---- case ---- */

/* Latin 1, Greek and Cyrillic, where capitals and small letters lie at a fixed distance; 0: not known here. */
static uint32_t fold(uint32_t c, bool up)
{
    if (c < 0x80)
        return up ? (c >= 'a' && c <= 'z' ? c - 32 : c) : (c >= 'A' && c <= 'Z' ? c + 32 : c);
    if (c < 0xc0) return c == 0xb5 || c == 0xaa || c == 0xba ? 0 : c;
    if (c == 0xd7 || c == 0xf7 || c == 0xdf) return c;
    if (c == 0xff) return 0;
    if (c < 0x100) return up ? (c >= 0xe0 ? c - 32 : c) : (c < 0xe0 ? c + 32 : c);
    if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) return up ? c : c + 32;
    if (c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) return up ? c - 32 : c;
    if (c >= 0x410 && c <= 0x42f) return up ? c : c + 32;
    if (c >= 0x430 && c <= 0x44f) return up ? c - 32 : c;
    return c >= 0x4e00 && c < 0x9000 ? c : 0;
}

static struct reference change_case(const struct reference_call *c, const struct points *s)
{
    uint32_t out[MOST];
    bool start = true;
    for (int i = 0; i < s->n; i++) {
        bool up = c->name[0] == 'U' || (c->name[0] == 'I' && start);
        out[i] = fold(s->p[i], up);
        if (out[i] == 0 && s->p[i] != 0) return none;
        start = s->p[i] == ' ';
    }
    return reference_points(c->arena, out, s->n);
}

/* ---- pieces ---- */

static struct reference position(const struct points *x, const struct points *s)
{
    for (int at = 0; at + x->n <= s->n; at++)
        if (memcmp(s->p + at, x->p, (size_t)x->n * sizeof *x->p) == 0) return reference_i64(at + 1);
    return reference_i64(0);
}

/* Characters from..to of s, counted from 1, as far as they exist. */
static int cut(const struct points *s, wide from, wide to, uint32_t *out)
{
    int n = 0;
    for (int i = 0; i < s->n; i++)
        if (i + 1 >= from && i + 1 <= to) out[n++] = s->p[i];
    return n;
}

static struct reference substring(const struct reference_call *c, const struct points *s)
{
    uint32_t out[MOST];
    wide from = c->args[1].i64, to = MOST;
    if (c->n_args == 3) {
        if (c->args[2].i64 < 0) return reference_fault(ERR_SUBSTRING);
        to = from + c->args[2].i64 - 1;
    }
    return reference_points(c->arena, out, cut(s, from, to, out));
}

static struct reference bytes_of(const struct reference_call *c)
{
    const struct str *s = &c->args[0].str;
    wide from = c->args[1].i64, to = (wide)s->len;
    if (c->n_args == 3) {
        if (c->args[2].i64 < 0) return reference_fault(ERR_SUBSTRING);
        to = from + c->args[2].i64 - 1;
    }
    char out[4096];
    size_t n = 0;
    for (uint32_t i = 0; i < s->len && n < sizeof out; i++)
        if (i + 1 >= from && i + 1 <= to) out[n++] = str_data(s)[i];
    return reference_str(c->arena, out, n);
}

static struct reference overlay(const struct reference_call *c, const struct points *s,
                                const struct points *r)
{
    uint32_t out[3 * MOST];
    wide p = c->args[2].i64, length = c->n_args == 4 ? c->args[3].i64 : r->n;
    if (length < 0) return reference_fault(ERR_SUBSTRING);
    int n = cut(s, 1, p - 1, out);
    memcpy(out + n, r->p, (size_t)r->n * sizeof *out);
    n += r->n;
    n += cut(s, p + length, MOST, out + n);
    return n <= 2 * MOST ? reference_points(c->arena, out, n) : none;
}

static struct reference trim(const struct reference_call *c, const struct points *x,
                             const struct points *s)
{
    if (x->n != 1) return reference_fault(ERR_TRIM);
    int from = 0, to = s->n;
    int64_t side = c->args[0].i64;
    while (side != 2 && from < to && s->p[from] == x->p[0]) from++;
    while (side != 1 && from < to && s->p[to - 1] == x->p[0]) to--;
    return reference_points(c->arena, s->p + from, to - from);
}

/* ---- LIKE ---- */

static bool like(const uint32_t *s, int n, const uint32_t *p, int m, int64_t escape)
{
    if (m == 0) return n == 0;
    if (p[0] == escape) return n > 0 && s[0] == p[1] && like(s + 1, n - 1, p + 2, m - 2, escape);
    if (p[0] == '%') {
        for (int skip = 0; skip <= n; skip++)
            if (like(s + skip, n - skip, p + 1, m - 1, escape)) return true;
        return false;
    }
    return n > 0 && (p[0] == '_' || s[0] == p[0]) && like(s + 1, n - 1, p + 1, m - 1, escape);
}

static struct reference match_like(const struct reference_call *c, const struct points *s,
                                   const struct points *p)
{
    int64_t escape = -1;
    struct points e;
    if (c->n_args == 3) {
        if (!decode(&c->args[2], &e)) return none;
        if (e.n != 1) return reference_fault(ERR_INVALID_ESCAPE);
        escape = e.p[0];
    }
    int runs = 0;
    for (int i = 0; i < p->n; i++) {
        runs += p->p[i] == '%';
        if (p->p[i] != escape) continue;
        bool good =
            i + 1 < p->n && (p->p[i + 1] == '%' || p->p[i + 1] == '_' || p->p[i + 1] == escape);
        if (!good) return reference_fault(ERR_INVALID_ESCAPE);
        i++;
    }
    if (runs > 4) return none; /* would take too long this way */
    bool is = like(s->p, s->n, p->p, p->n, escape);
    return reference_bool(is == (c->name[0] == 'L'));
}

/* ---- the door ---- */

struct reference reference_text(const struct reference_call *c)
{
    static const char names[] =
        " || CHAR_LENGTH UPPER LOWER INITCAP POSITION OVERLAY SUBSTRING TRIM ";
    bool is_like = strcmp(c->name, "LIKE") == 0 || strcmp(c->name, "NOT LIKE") == 0;
    if (!is_like && !strstr(names, str_format_c(c->arena, " %s ", c->name))) return none;
    if (strcmp(c->name, "SUBSTRING") == 0 && type_is_binary(c->args[0].type)) return bytes_of(c);
    struct points t[3];
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->n_args && i < 3; i++)
        if (type_is_text(c->args[i].type) && !decode(&c->args[i], &t[n++])) return none;
    switch (c->name[0]) {
    case '|':
        return reference_str(
            c->arena,
            str_format_c(c->arena, "%.*s%.*s", STR_ARG(c->args[0].str), STR_ARG(c->args[1].str)),
            c->args[0].str.len + c->args[1].str.len);
    case 'C': return reference_i64(t[0].n);
    case 'P': return position(&t[0], &t[1]);
    case 'O': return overlay(c, &t[0], &t[1]);
    case 'T': return trim(c, &t[0], &t[1]);
    case 'S': return type_is_integer(c->args[1].type) ? substring(c, &t[0]) : none;
    case 'U':
    case 'I': return change_case(c, &t[0]);
    default: break;
    }
    return is_like ? match_like(c, &t[0], &t[1]) : change_case(c, &t[0]);
}
