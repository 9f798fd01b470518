/*
 * regex_java.c: java.util.regex written again in PCRE2's language.
 *
 * The two agree in most of what patterns use. Translated is: what PCRE2 lacks (unions and intersections of classes,
 * \p{Alpha} and its kin, \uXXXX, \0n), what it reads otherwise (\x of one digit, numbers of references, white space of
 * (?x), a brace that begins no quantifier). Refused is what Java has and PCRE2 cannot do ((?d), (?U), \N{name}, blocks)
 * and what PCRE2 alone has (verbs, conditions, recursion, \K).
 *
 *     [a-z&&[^aeiou]]   =>   (?:(?=[a-z])[^aeiou])
 *     [^a[0-9]]         =>   (?:(?!(?:[a]|[0-9]))(?s:.))
 *
 * Letters without case are found by Unicode's rules with (?i), where Java needs (?iu) for those beyond ASCII.
 */

#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "func/regex.h"

struct java {
    struct arena *arena;
    const char   *p, *end;
    bool          extended; /* (?x) is on */
    uint32_t      n_groups; /* begun so far */
    uint32_t      depth;
    const char   *wrong;
};

static bool fail(struct java *j, const char *what)
{
    if (!j->wrong) j->wrong = what;
    return false;
}

/* ---- characters ---- */

static bool at_end(const struct java *j)
{
    return j->p == j->end;
}

/* The byte `ahead` of the next one; 0 behind the end. */
static char peek(const struct java *j, size_t ahead)
{
    return (size_t)(j->end - j->p) > ahead ? j->p[ahead] : '\0';
}

static bool take(struct java *j, char c)
{
    if (at_end(j) || *j->p != c) return false;
    j->p++;
    return true;
}

static uint32_t next(struct java *j)
{
    size_t at = 0;
    uint32_t c = utf8_next(j->p, (size_t)(j->end - j->p), &at);
    j->p += at;
    return c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* White space and comments of (?x). */
static void skip_blanks(struct java *j)
{
    while (j->extended && !at_end(j)) {
        if (*j->p == '#') {
            while (!at_end(j) && *j->p != '\n' && *j->p != '\r') j->p++;
        } else if (*j->p == ' ' || (*j->p >= '\t' && *j->p <= '\r')) {
            j->p++;
        } else {
            return;
        }
    }
}

static int digit_value(char c)
{
    if (is_digit(c)) return c - '0';
    char l = (char)(c | 0x20);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : 99;
}

static bool take_digits(struct java *j, int base, size_t least, size_t most, uint32_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && !at_end(j) && digit_value(*j->p) < base) {
        if (*out < 0x1000000) *out = *out * (uint32_t)base + (uint32_t)digit_value(*j->p);
        j->p++;
        n++;
    }
    return n >= least;
}

/* \uXXXX behind the u; two of them may be one character. */
static bool unicode_escape(struct java *j, uint32_t *c)
{
    uint32_t low;
    if (!take_digits(j, 16, 4, 4, c)) return fail(j, "\\u needs four hexadecimal digits");
    if (*c < 0xd800 || *c > 0xdfff) return true;
    if (*c > 0xdbff || !take(j, '\\') || !take(j, 'u') || !take_digits(j, 16, 4, 4, &low) ||
        low < 0xdc00 || low > 0xdfff) {
        return fail(j, "half of a surrogate pair");
    }
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool hex_escape(struct java *j, uint32_t *c)
{
    bool braces = take(j, '{');
    bool good = take_digits(j, 16, braces ? 1 : 2, braces ? 8 : 2, c) && (!braces || take(j, '}'));
    bool is_character = *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
    return good && is_character ? true : fail(j, "\\x needs two hexadecimal digits or {digits}");
}

static bool octal_escape(struct java *j, uint32_t *c)
{
    size_t most = peek(j, 0) <= '3' ? 3 : 2;
    return take_digits(j, 8, 1, most, c) ? true : fail(j, "\\0 needs octal digits");
}

/* The character that an escape stands for, with j behind the backslash; *found false: it is none. */
static bool character_escape(struct java *j, uint32_t *c, bool *found)
{
    static const char names[] = "tnrfae", values[] = "\t\n\r\f\a\x1b";
    *found = true;
    char e = peek(j, 0);
    const char *simple = e ? strchr(names, e) : NULL;
    if (simple) {
        *c = (uint32_t)values[simple - names];
        j->p++;
        return true;
    }
    if (take(j, 'u')) return unicode_escape(j, c);
    if (take(j, 'x')) return hex_escape(j, c);
    if (take(j, '0')) return octal_escape(j, c);
    if (take(j, 'c')) {
        if (at_end(j)) return fail(j, "\\c needs a character");
        *c = next(j) ^ 64;
        return true;
    }
    *found = !is_letter(e) && !is_digit(e);
    if (*found) *c = next(j);
    return true;
}

static void put_quoted(struct java *j, struct buf *out)
{
    while (!at_end(j)) {
        if (peek(j, 0) == '\\' && peek(j, 1) == 'E') {
            j->p += 2;
            return;
        }
        regex_put_literal(out, next(j));
    }
}

/* ---- \p ---- */

/* What stands in brackets for a name; NULL: it is no name of these. */
static const char *ascii_class(const char *name)
{
    static const struct {
        const char *name, *set;
    } classes[] = {
        { "Lower", "a-z" }, { "Upper", "A-Z" }, { "ASCII", "\\x{0}-\\x{7f}" },
        { "Alpha", "a-zA-Z" }, { "Digit", "0-9" }, { "Alnum", "a-zA-Z0-9" },
        { "Punct", "!-\\/:-@\\[-`{-~" }, { "Graph", "!-~" }, { "Print", " -~" },
        { "Blank", " \\t" }, { "Cntrl", "\\x{0}-\\x{1f}\\x{7f}" },
        { "XDigit", "0-9a-fA-F" }, { "Space", "\\t-\\r " }, { "L1", "\\x{0}-\\x{ff}" },
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(classes[i].name, name) == 0) return classes[i].set;
    }
    return NULL;
}

/* The name that PCRE2 has for a category or script. */
static const char *unicode_class(const char *name)
{
    static const struct {
        const char *name, *is;
    } others[] = {
        { "javaLowerCase", "Ll" }, { "javaUpperCase", "Lu" }, { "javaWhitespace", "Xps" },
        { "IsLetter", "L" }, { "IsDigit", "Nd" }, { "IsPunctuation", "P" },
        { "IsLowercase", "Ll" }, { "IsUppercase", "Lu" }, { "IsWhite_Space", "Xps" },
        { "LC", "L&" }, { "all", "Any" },
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(others[i].name, name) == 0) return others[i].is;
    }
    static const char *const prefixes[] = { "Is", "script=", "sc=", "general_category=", "gc=" };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(name, prefixes[i], n) == 0 && name[n]) return name + n;
    }
    return name;
}

/* A name behind \p or \P; the empty text: it is none. */
static const char *property_name(struct java *j)
{
    const char *start = j->p, *close;
    if (take(j, '{')) {
        start = j->p;
        close = memchr(start, '}', (size_t)(j->end - start));
        if (!close) return "";
        j->p = close + 1;
    } else {
        if (at_end(j) || !is_letter(*j->p)) return "";
        close = ++j->p;
    }
    for (const char *c = start; c < close; c++) {
        if (!is_letter(*c) && !is_digit(*c) && *c != '_' && *c != '=') return "";
    }
    return str_to_c(j->arena, str_view(start, (size_t)(close - start)));
}

/* The property behind \p as an item of a class: what is in brackets, or a class of its own when it
 * is the complement of some ASCII one (*apart). */
static bool put_property(struct java *j, bool negated, struct buf *out, bool *apart)
{
    const char *name = property_name(j);
    if (!name[0]) return fail(j, "\\p needs the name of a class of characters");
    const char *set = ascii_class(name);
    *apart = set && negated;
    if (set) buf_printf(out, negated ? "[^%s]" : "%s", set);
    else buf_printf(out, "\\%c{%s}", negated ? 'P' : 'p', unicode_class(name));
    return true;
}

/* ---- classes ---- */

/* What lies between two && of a class: items of brackets, and classes beside them. */
struct operand {
    struct buf items;
    struct buf others; /* each begins with | */
};

static void operand_free(struct operand *o)
{
    buf_free(&o->items);
    buf_free(&o->others);
}

static void put_operand(struct buf *out, const struct operand *o)
{
    bool several = o->others.len > 0;
    if (several) buf_append_c(out, "(?:");
    if (o->items.len > 0) {
        buf_append_char(out, '[');
        buf_append(out, o->items.data, o->items.len);
        buf_append_char(out, ']');
    }
    size_t skip = o->items.len > 0 ? 0 : 1;
    if (several) {
        buf_append(out, o->others.data + skip, o->others.len - skip);
        buf_append_char(out, ')');
    }
}

static bool put_class(struct java *j, struct buf *out);

/* A character, or the range that begins with it. */
static bool put_range(struct java *j, uint32_t first, struct operand *o)
{
    regex_put_literal(&o->items, first);
    skip_blanks(j);
    char behind = peek(j, 1);
    if (peek(j, 0) != '-' || behind == ']' || behind == '[' || behind == '\0') return true;
    j->p++;
    skip_blanks(j);
    uint32_t last;
    bool found = true;
    if (!take(j, '\\')) last = next(j);
    else if (!character_escape(j, &last, &found)) return false;
    if (!found || last < first) return fail(j, "bad range of characters");
    buf_append_char(&o->items, '-');
    regex_put_literal(&o->items, last);
    return true;
}

static bool put_class_escape(struct java *j, struct operand *o)
{
    char e = peek(j, 0);
    if (at_end(j)) return fail(j, "backslash at the end");
    if (e && strchr("dDwWsShHvV", e)) {
        buf_append_char(&o->items, '\\');
        buf_append_char(&o->items, e);
        j->p++;
        return true;
    }
    if (take(j, 'Q')) {
        put_quoted(j, &o->items);
        return true;
    }
    if (take(j, 'p') || take(j, 'P')) {
        struct buf item = { .data = NULL };
        bool apart = false, good = put_property(j, e == 'P', &item, &apart);
        if (apart) buf_append_char(&o->others, '|');
        if (good) buf_append(apart ? &o->others : &o->items, item.data, item.len);
        buf_free(&item);
        return good;
    }
    uint32_t c;
    bool found;
    if (!character_escape(j, &c, &found)) return false;
    return found ? put_range(j, c, o) : fail(j, "this escape has no meaning in a class");
}

static bool put_class_item(struct java *j, struct operand *o)
{
    if (take(j, '\\')) return put_class_escape(j, o);
    if (*j->p != '[') return put_range(j, next(j), o);
    j->p++;
    buf_append_char(&o->others, '|');
    return put_class(j, &o->others);
}

/* One operand up to && or the closing bracket, neither of which is taken. */
static bool read_operand(struct java *j, struct operand *o, bool first)
{
    for (;; first = false) {
        skip_blanks(j);
        if (at_end(j)) return fail(j, "a class of characters is not closed");
        if (*j->p == ']' && !first) break;
        if (*j->p == '&' && peek(j, 1) == '&') break;
        if (!put_class_item(j, o)) return false;
    }
    return o->items.len + o->others.len > 0 ? true : fail(j, "a class of characters is empty");
}

/* A class whose opening bracket has been taken, as something that matches one character. */
static bool read_class(struct java *j, struct buf *out)
{
    bool negated = take(j, '^');
    struct buf before = { .data = NULL };
    struct operand o = { .items.data = NULL };
    bool good = read_operand(j, &o, true);
    while (good && take(j, '&')) {
        j->p++;
        buf_append_c(&before, "(?=");
        put_operand(&before, &o);
        buf_append_char(&before, ')');
        operand_free(&o);
        o = (struct operand){ .items.data = NULL };
        good = read_operand(j, &o, false);
    }
    if (good && before.len == 0 && o.others.len == 0) {
        buf_append_c(out, negated ? "[^" : "[");
        buf_append(out, o.items.data, o.items.len);
        buf_append_char(out, ']');
    } else if (good) {
        buf_append_c(out, negated ? "(?:(?!" : "(?:");
        if (before.len > 0) buf_append(out, before.data, before.len);
        put_operand(out, &o);
        buf_append_c(out, negated ? ")(?s:.))" : ")");
    }
    if (good) j->p++;
    operand_free(&o);
    buf_free(&before);
    return good;
}

static bool put_class(struct java *j, struct buf *out)
{
    if (++j->depth > LIMIT_EXPR_DEPTH) return fail(j, "too deeply nested");
    bool good = read_class(j, out);
    j->depth--;
    return good;
}

/* ---- escapes outside of classes ---- */

/* A number takes digits as long as there are so many groups before it. */
static void put_reference(struct java *j, struct buf *out)
{
    uint32_t number = (uint32_t)(*j->p++ - '0');
    while (is_digit(peek(j, 0))) {
        uint32_t longer = number * 10 + (uint32_t)(*j->p - '0');
        if (longer > j->n_groups) break;
        number = longer;
        j->p++;
    }
    buf_printf(out, "\\g{%u}", number);
}

static bool put_name(struct java *j, struct buf *out)
{
    const char *start = j->p;
    while (is_letter(peek(j, 0)) || (j->p > start && is_digit(peek(j, 0)))) j->p++;
    buf_append(out, start, (size_t)(j->p - start));
    buf_append_char(out, '>');
    return j->p > start && take(j, '>') ? true : fail(j, "bad name of a group");
}

static bool put_escape(struct java *j, struct buf *out)
{
    char e = peek(j, 0);
    if (at_end(j)) return fail(j, "backslash at the end");
    if (e && strchr("dDwWsShHvVRbBAGzZX", e)) {
        buf_append_char(out, '\\');
        buf_append_char(out, *j->p++);
        return true;
    }
    if (e >= '1' && e <= '9') {
        put_reference(j, out);
        return true;
    }
    if (take(j, 'Q')) {
        put_quoted(j, out);
        return true;
    }
    if (take(j, 'k')) {
        buf_append_c(out, "\\k<");
        return take(j, '<') ? put_name(j, out) : fail(j, "\\k needs <name>");
    }
    if (take(j, 'p') || take(j, 'P')) {
        bool apart;
        struct buf item = { .data = NULL };
        bool good = put_property(j, e == 'P', &item, &apart);
        if (good && !apart) buf_append_char(out, '[');
        if (good) buf_append(out, item.data, item.len);
        if (good && !apart) buf_append_char(out, ']');
        buf_free(&item);
        return good;
    }
    uint32_t c;
    bool found;
    if (!character_escape(j, &c, &found)) return false;
    if (!found) return fail(j, str_format_c(j->arena, "\\%c has no meaning", e));
    regex_put_literal(out, c);
    return true;
}

/* ---- groups and quantifiers ---- */

static bool put_alternatives(struct java *j, struct buf *out);

/* What follows up to the closing parenthesis; flags set within end there. */
static bool put_rest_of_group(struct java *j, struct buf *out)
{
    if (++j->depth > LIMIT_EXPR_DEPTH) return fail(j, "too deeply nested");
    bool extended = j->extended;
    if (!put_alternatives(j, out)) return false;
    j->extended = extended;
    j->depth--;
    buf_append_char(out, ')');
    return take(j, ')') ? true : fail(j, "a parenthesis is not closed");
}

/* Flags behind (?, and what they are for: the group that follows, or the rest of the one around.
 * *operand: whether a quantifier may follow. */
static bool put_flags(struct java *j, struct buf *out, bool *operand)
{
    bool on = true, extended = j->extended, before = j->extended;
    char text[16];
    size_t n = 0;
    while (peek(j, 0) != ')' && peek(j, 0) != ':') {
        char f = at_end(j) ? '?' : *j->p++;
        if (f == 'x') extended = on;
        else if ((f == '-' && on) || f == 'i' || f == 'm' || f == 's') {
            if (n < sizeof text - 1) text[n++] = f;
            on = on && f != '-';
        } else if (f != 'u') {
            return fail(j, "this kind of group or flag is not known");
        }
    }
    text[n] = '\0';
    j->extended = extended;
    if (take(j, ')')) {
        *operand = false;
        if (n > 0) buf_printf(out, "(?%s)", text);
        return true;
    }
    j->p++;
    buf_printf(out, "(?%s:", text);
    bool good = put_rest_of_group(j, out);
    j->extended = before;
    return good;
}

static bool put_group(struct java *j, struct buf *out, bool *operand)
{
    skip_blanks(j);
    if (!take(j, '?')) {
        j->n_groups++;
        buf_append_char(out, '(');
        return put_rest_of_group(j, out);
    }
    char kind = peek(j, 0), behind = peek(j, 1);
    bool look_behind = kind == '<' && (behind == '=' || behind == '!');
    if (kind != 0 && (look_behind || strchr(":=!>", kind))) {
        j->p += look_behind ? 2 : 1;
        buf_append_c(out, "(?");
        buf_append_char(out, kind);
        if (look_behind) buf_append_char(out, behind);
        return put_rest_of_group(j, out);
    }
    if (kind != '<') return put_flags(j, out, operand);
    j->p++;
    j->n_groups++;
    buf_append_c(out, "(?<");
    return put_name(j, out) && put_rest_of_group(j, out);
}

static bool put_atom(struct java *j, struct buf *out, bool *operand)
{
    *operand = true;
    switch (*j->p) {
    case '\\': j->p++; return put_escape(j, out);
    case '[': j->p++; return put_class(j, out);
    case '(': j->p++; return put_group(j, out, operand);
    case '^':
    case '$':
    case '.': buf_append_char(out, *j->p++); return true;
    default: regex_put_literal(out, next(j)); return true;
    }
}

static bool put_braces(struct java *j, struct buf *out)
{
    uint32_t least, most;
    j->p++;
    bool good = take_digits(j, 10, 1, 9, &least);
    if (good) buf_printf(out, "{%u", least);
    if (good && take(j, ',')) {
        buf_append_char(out, ',');
        if (is_digit(peek(j, 0))) {
            good = take_digits(j, 10, 1, 9, &most) && most >= least;
            buf_printf(out, "%u", most);
        }
    }
    buf_append_char(out, '}');
    return good && take(j, '}') ? true : fail(j, "bad repetition in braces");
}

static bool is_quantifier(char c)
{
    return c == '*' || c == '+' || c == '?' || c == '{';
}

static bool put_quantifier(struct java *j, struct buf *out)
{
    skip_blanks(j);
    if (!is_quantifier(peek(j, 0))) return true;
    if (*j->p == '{') {
        if (!put_braces(j, out)) return false;
    } else {
        buf_append_char(out, *j->p++);
    }
    if (peek(j, 0) == '?' || peek(j, 0) == '+') buf_append_char(out, *j->p++);
    return true;
}

/* Up to a closing parenthesis, which is not taken, or the end. */
static bool put_alternatives(struct java *j, struct buf *out)
{
    for (;;) {
        skip_blanks(j);
        if (at_end(j) || *j->p == ')') return true;
        if (take(j, '|')) {
            buf_append_char(out, '|');
            continue;
        }
        if (is_quantifier(*j->p)) {
            return fail(j, str_format_c(j->arena, "nothing before %c to repeat", *j->p));
        }
        bool operand;
        if (!put_atom(j, out, &operand)) return false;
        if (operand && !put_quantifier(j, out)) return false;
    }
}

static const char *translate(struct arena *a, struct str pattern, struct str escape,
                             struct buf *out, bool *escape_is_bad)
{
    (void)escape;
    (void)escape_is_bad;
    const char *p = str_data(&pattern);
    struct java j = { .arena = a, .p = p, .end = p + pattern.len };
    if (put_alternatives(&j, out) && !at_end(&j)) return "a parenthesis is closed, but not opened";
    return j.wrong;
}

const struct regex_language regex_java = { translate, 0, false };
const struct regex_language regex_java_whole = {
    translate, PCRE2_ANCHORED | PCRE2_ENDANCHORED, false
};
