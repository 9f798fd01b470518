/*
 * spell.c: what the characters of a token mean.
 *
 * Names without quotes are folded to upper case, ASCII letters only (dialect L-1), and every
 * letter of UTF-8 counts as a letter; typographic signs do not, because they come from word
 * processors and are never meant as names.
 */

#include "grammar/spell.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "grammar/words.h"
#include "parser.h"

static void set_fault(struct arena *a, struct token *t, struct status st, const char *hint)
{
    st.hint = hint;
    t->fault = arena_dup(a, &st, sizeof st);
}

void spell_fault(struct lexer *lx, struct token *t, enum err err, const char *hint,
                 const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    set_fault(lx->arena, t, status_new(lx->arena, err, t->at, "%s", text), hint);
}

/* Checks s[0..n) for UTF-8. */
static bool check_utf8(struct lexer *lx, struct token *t, const char *s, size_t n)
{
    if (utf8_valid(s, n)) return true;
    spell_fault(lx, t, ERR_SYNTAX, "save the file as UTF-8",
                "syntax error at line %u: the text here is not UTF-8", t->at.line);
    return false;
}

/* Spaces, dashes, quotes, arrows and other signs beyond ASCII. */
static bool is_sign(uint32_t c)
{
    if (c < 0x80) return false;
    if (c < 0xc0) return c != 0xaa && c != 0xb5 && c != 0xba;
    return c == 0xd7 || c == 0xf7 || (c >= 0x2000 && c <= 0x206f) || (c >= 0x2190 && c <= 0x2bff) ||
           (c >= 0x3000 && c <= 0x303f && c != 0x3005 && c != 0x3007) || c == 0xfeff || c == 0xfffd;
}

/* Bytes of the word at s[0..n): it ends before the first sign. */
static size_t word_length(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n) {
        size_t next = i;
        if (is_sign(utf8_next(s, n, &next))) break;
        unsigned char first = (unsigned char)s[i];
        bool ascii_more = (first >= '0' && first <= '9') || first == '_' || first == '$' ||
                          (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
        if (first < 0x80 && !ascii_more) break;
        i = next;
    }
    return i;
}

static void check_length(struct lexer *lx, struct token *t)
{
    size_t chars = utf8_length(str_data(&t->text), t->text.len);
    if (chars <= LIMIT_NAME_CHARS) return;
    spell_fault(lx, t, ERR_NAME_TOO_LONG, NULL,
                "the name has %zu characters, more than %d (LIMIT_NAME_CHARS)", chars,
                LIMIT_NAME_CHARS);
}

bool spell_word(struct lexer *lx, const char *from, struct token *t)
{
    size_t n = word_length(from, (size_t)(lx->end - from));
    if (n == 0) {
        size_t at = 0;
        uint32_t c = utf8_next(from, (size_t)(lx->end - from), &at);
        t->at.length = (uint32_t)at;
        bool quote = c >= 0x2018 && c <= 0x201f;
        const char *hint = "this is a typographic quote: write ' around a text, \" around a name";
        spell_fault(lx, t, ERR_SYNTAX, quote ? hint : NULL,
                    "syntax error at line %u: unexpected character U+%04X", t->at.line, c);
        return false;
    }
    t->at.length = (uint32_t)n;
    if (!check_utf8(lx, t, from, n)) return false;
    t->text = str_upper_ascii(lx->arena, str_view(from, n));
    word_classify(t->text, &t->kind, &t->use);
    check_length(lx, t);
    return true;
}

/* Copies s[0..n) into the arena, each doubled quote as one; without one, the text itself. */
static struct str undouble(struct arena *a, const char *s, size_t n, char quote)
{
    if (!memchr(s, quote, n)) return str_view(s, n);
    char *out = arena_alloc(a, n);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        out[used++] = s[i];
        if (s[i] == quote) i++;
    }
    return str_view(out, used);
}

bool spell_quoted(struct lexer *lx, const char *from, struct token *t)
{
    size_t n = t->at.length - 2;
    t->kind = TK_ID;
    t->quoted = true;
    t->text = undouble(lx->arena, from + 1, n, '"');
    if (n == 0) {
        spell_fault(lx, t, ERR_SYNTAX, "an empty text is written ''",
                    "syntax error at line %u: a name has at least one character", t->at.line);
        return false;
    }
    if (!check_utf8(lx, t, from, t->at.length)) return false;
    check_length(lx, t);
    return true;
}

bool spell_text(struct lexer *lx, const char *from, struct token *t)
{
    size_t n = t->at.length - (size_t)(from - (lx->start + t->at.offset)) - 2;
    t->kind = TK_STRING;
    t->text = undouble(lx->arena, from + 1, n, '\'');
    return check_utf8(lx, t, from + 1, n);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool spell_binary(struct lexer *lx, const char *from, struct token *t)
{
    if (!spell_text(lx, from, t)) return false;
    t->kind = TK_BINARY;
    const char *s = str_data(&t->text), *hint = NULL;
    if (t->text.len % 2 != 0) hint = "a byte has two digits, so their number is even";
    for (uint32_t i = 0; i < t->text.len; i++) {
        if (hex_value(s[i]) < 0) hint = "a binary literal has hexadecimal digits: 0-9, A-F";
    }
    if (hint) {
        int shown = 0;
        while (shown < (int)t->text.len && shown < 200 && (unsigned char)s[shown] >= ' ') shown++;
        spell_fault(lx, t, ERR_BAD_LITERAL, hint, "illegal binary literal X'%.*s'", shown, s);
    }
    return true;
}

/* Reads `digits` hexadecimal digits at s[at..n) as a character; 0 if they are none, or not one. */
static uint32_t escaped_char(const char *s, size_t n, size_t at, size_t digits)
{
    uint32_t c = 0;
    if (n - at < digits) return 0;
    for (size_t i = 0; i < digits; i++) {
        int v = hex_value(s[at + i]);
        if (v < 0) return 0;
        c = c << 4 | (uint32_t)v;
    }
    return c < 0x110000 && (c < 0xd800 || c > 0xdfff) ? c : 0;
}

/* Adds what is wrong with a Unicode text, which is named in full. */
static void unicode_fault(struct arena *a, struct token *t, const char *hint)
{
    struct str text = t->text;
    struct status st = status_new(a, ERR_BAD_LITERAL, t->at, "illegal Unicode text U&'%.*s'",
                                  text.len > 200 ? 200 : (int)text.len, str_data(&text));
    set_fault(a, t, st, hint);
}

void spell_unicode(struct arena *a, struct token *t, struct str escape)
{
    const char *e = str_data(&escape);
    if (escape.len != 1 || hex_value(*e) >= 0 || strchr("+'\" \t\n", *e)) {
        unicode_fault(a, t, "UESCAPE takes one ASCII character that is no digit of a number");
        return;
    }
    const char *s = str_data(&t->text);
    size_t n = t->text.len, used = 0;
    char *out = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n;) {
        if (s[i] != *e) {
            out[used++] = s[i++];
            continue;
        }
        if (i + 1 < n && s[i + 1] == *e) {
            out[used++] = *e;
            i += 2;
            continue;
        }
        bool six = i + 1 < n && s[i + 1] == '+';
        size_t from = i + (six ? 2 : 1), digits = six ? 6 : 4;
        uint32_t c = from <= n ? escaped_char(s, n, from, digits) : 0;
        if (c == 0) {
            unicode_fault(a, t, "an escape has 4 hexadecimal digits, or + and 6 of them");
            return;
        }
        used += utf8_put(out + used, c);
        i = from + digits;
    }
    t->text = str_view(out, used);
}
