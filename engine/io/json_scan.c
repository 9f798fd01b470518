/*
 * json_scan.c: checking JSON text (RFC 8259, UTF-8 by RFC 3629).
 *
 * The careful path: one byte after the other, every rule in the open. The fast path (fmt_json_fast.h) takes what
 * is usual and leaves everything else to this one, which therefore decides what is right.
 */

#include "io/json_scan.h"

#include <string.h>

#include "base/utf8.h"

static const char *fail(struct json_error *e, const char *what, const char *at)
{
    e->what = what;
    e->at = at;
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* The four digits behind \u, or -1. */
static int32_t unicode_escape(const char *p, const char *end)
{
    if (end - p < 4) return -1;
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) return -1;
        code = code << 4 | digit;
    }
    return code;
}

static bool is_high(int32_t code)
{
    return code >= 0xD800 && code < 0xDC00;
}

static bool is_low(int32_t code)
{
    return code >= 0xDC00 && code < 0xE000;
}

const char *json_scan_escape(const char *p, const char *end, struct json_error *e)
{
    if (p >= end) return fail(e, "unfinished escape", p);
    switch (*p) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return p + 1;
    case 'u':
        break;
    default:
        return fail(e, "unknown escape in a string", p);
    }
    int32_t code = unicode_escape(p + 1, end);
    if (code < 0) return fail(e, "\\u without four hexadecimal digits", p);
    p += 5;
    if (is_low(code)) return fail(e, "half of a surrogate pair", p);
    if (!is_high(code)) return p;
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !is_low(unicode_escape(p + 2, end))) {
        return fail(e, "half of a surrogate pair", p);
    }
    return p + 6;
}

const char *json_scan_string(const char *p, const char *end, struct json_extent *out,
                             struct json_error *e)
{
    const char *start = ++p;
    bool        escaped = false, ascii = true;
    for (;;) {
        if (p >= end) return fail(e, "unfinished string", p);
        unsigned char c = (unsigned char)*p;
        if (c == '"') break;
        if (c < 0x20) return fail(e, "control character in a string", p);
        if (c >= 0x80) ascii = false;
        p++;
        if (c == '\\') {
            escaped = true;
            p = json_scan_escape(p, end, e);
            if (!p) return NULL;
        }
    }
    if (!ascii && !utf8_valid(start, (size_t)(p - start))) return fail(e, "invalid UTF-8", start);
    *out = (struct json_extent){ start, (uint32_t)(p - start), JSON_STRING, escaped };
    return p + 1;
}

static const char *scan_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') p++;
    return p;
}

static const char *scan_number(const char *p, const char *end, struct json_extent *out,
                               struct json_error *e)
{
    const char *start = p;
    if (p < end && *p == '-') p++;
    const char *whole = p;
    p = scan_digits(p, end);
    if (p == whole) return fail(e, "a number without digits", start);
    if (*whole == '0' && p - whole > 1) return fail(e, "a number with a leading zero", start);
    if (p < end && *p == '.') {
        const char *fraction = ++p;
        p = scan_digits(p, end);
        if (p == fraction) return fail(e, "a number without digits behind the point", start);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        const char *exponent = p;
        p = scan_digits(p, end);
        if (p == exponent) return fail(e, "a number without digits in its exponent", start);
    }
    *out = (struct json_extent){ start, (uint32_t)(p - start), JSON_NUMBER, false };
    return p;
}

static const char *scan_word(const char *p, const char *end, const char *word, enum json_kind kind,
                             struct json_extent *out, struct json_error *e)
{
    size_t n = strlen(word);
    if ((size_t)(end - p) < n || memcmp(p, word, n) != 0) return fail(e, "unknown word", p);
    *out = (struct json_extent){ p, (uint32_t)n, kind, false };
    return p + n;
}

const char *json_scan_name(const char *p, const char *end, struct json_extent *out,
                           struct json_error *e)
{
    if (p >= end || *p != '"') return fail(e, "expected a member name in quotes", p);
    p = json_scan_string(p, end, out, e);
    if (!p) return NULL;
    p = json_skip_blank(p);
    if (p >= end || *p != ':') return fail(e, "expected : behind a member name", p);
    return json_skip_blank(p + 1);
}

const char *json_scan_separator(const char *p, const char *end, char close, bool *closed,
                                struct json_error *e)
{
    p = json_skip_blank(p);
    if (p >= end) return fail(e, "unfinished value", p);
    *closed = *p == close;
    if (*closed) return p + 1;
    if (*p != ',') return fail(e, close == '}' ? "expected , or }" : "expected , or ]", p);
    return json_skip_blank(p + 1);
}

static const char *scan_array(const char *p, const char *end, int depth, struct json_error *e)
{
    struct json_extent element;
    p = json_skip_blank(p + 1);
    if (p < end && *p == ']') return p + 1;
    for (bool closed = false; p && !closed;) {
        p = json_scan_value(p, end, depth - 1, &element, e);
        if (p) p = json_scan_separator(p, end, ']', &closed, e);
    }
    return p;
}

static const char *scan_object(const char *p, const char *end, int depth, struct json_error *e)
{
    struct json_extent part;
    p = json_skip_blank(p + 1);
    if (p < end && *p == '}') return p + 1;
    for (bool closed = false; p && !closed;) {
        p = json_scan_name(p, end, &part, e);
        if (p) p = json_scan_value(p, end, depth - 1, &part, e);
        if (p) p = json_scan_separator(p, end, '}', &closed, e);
    }
    return p;
}

const char *json_scan_value(const char *p, const char *end, int depth, struct json_extent *out,
                            struct json_error *e)
{
    if (p >= end) return fail(e, "a value is missing", p);
    const char *start = p;
    switch (*p) {
    case '"':
        return json_scan_string(p, end, out, e);
    case 't':
        return scan_word(p, end, "true", JSON_TRUE, out, e);
    case 'f':
        return scan_word(p, end, "false", JSON_FALSE, out, e);
    case 'n':
        return scan_word(p, end, "null", JSON_NULL, out, e);
    case '[':
    case '{':
        if (depth <= 0) return fail(e, "nested too deeply", p);
        p = *p == '[' ? scan_array(p, end, depth, e) : scan_object(p, end, depth, e);
        if (p)
            *out = (struct json_extent){ start, (uint32_t)(p - start),
                                         *start == '[' ? JSON_ARRAY : JSON_OBJECT, false };
        return p;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return scan_number(p, end, out, e);
    default:
        return fail(e, "expected a value", p);
    }
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* The character of the escape at p (the byte behind the backslash), written to out; *n_out raised. */
static const char *take_escape(const char *p, const char *end, char *out, size_t *n_out)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    if (*p != 'u') {
        const char *known = memchr(from, *p, sizeof from - 1);
        out[(*n_out)++] = known ? to[known - from] : *p;
        return p + 1;
    }
    uint32_t code = (uint32_t)unicode_escape(p + 1, end);
    p += 5;
    if (is_high((int32_t)code)) {
        code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)unicode_escape(p + 2, end) - 0xDC00);
        p += 6;
    }
    *n_out += put_utf8(out + *n_out, code);
    return p;
}

size_t json_unescape(const char *s, size_t size, char *out)
{
    const char *end = s + size;
    size_t      n = 0;
    while (s < end) {
        const char *backslash = memchr(s, '\\', (size_t)(end - s));
        size_t      run = (size_t)((backslash ? backslash : end) - s);
        memcpy(out + n, s, run);
        n += run;
        s += run;
        if (backslash) s = take_escape(s + 1, end, out, &n);
    }
    return n;
}

bool json_text_equal(const struct json_extent *string, const char *text, size_t size)
{
    const char *p = string->start, *end = p + string->size;
    if (!string->escaped) return string->size == size && memcmp(p, text, size) == 0;
    for (size_t at = 0; p < end;) {
        char   character[4] = { *p };
        size_t n = 1;
        if (*p++ == '\\') {
            n = 0;
            p = take_escape(p, end, character, &n);
        }
        if (size - at < n || memcmp(text + at, character, n) != 0) return false;
        at += n;
        if (p == end) return at == size;
    }
    return size == 0;
}

size_t json_compact(const char *s, size_t size, char *out)
{
    size_t n = 0;
    bool   quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = s[i];
        if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) continue;
        out[n++] = c;
        if (quoted && c == '\\') out[n++] = s[++i];
        else if (c == '"') quoted = !quoted;
    }
    return n;
}
