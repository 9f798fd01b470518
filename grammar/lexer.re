/*
 * lexer.re: text to tokens.
 *
 * The rules below say where a token ends; spell.c says what its characters mean. The text has no
 * terminator: reading at its end gives NUL, which no rule but the last one takes, so that every
 * match stops there.
 */

#include "grammar/lexer.h"

#include "base/utf8.h"
#include "grammar/spell.h"
#include "parser.h"

void lexer_init(struct lexer *lx, struct arena *a, const struct text_file *file,
                struct diags *diags)
{
    *lx = (struct lexer){ .arena = a, .file = file, .diags = diags, .line = 1, .column = 1 };
    lx->start = file->data ? file->data : "";
    lx->at = lx->start;
    lx->end = lx->start + file->size;
    if (file->size >= 3 && memcmp(lx->at, "\xEF\xBB\xBF", 3) == 0) lx->at += 3;
}

/* Moves to `to`, counting lines and characters. */
static void advance(struct lexer *lx, const char *to)
{
    for (; lx->at < to; lx->at++) {
        if (*lx->at == '\n') {
            lx->line++;
            lx->column = 1;
        } else if (((unsigned char)*lx->at & 0xc0) != 0x80) {
            lx->column++;
        }
    }
}

/* Behind the end of a block comment whose inside begins at c; the end of the text if it is never
 * closed, which is a warning: what stood in front of it still counts. */
static const char *comment_end(struct lexer *lx, const char *c)
{
    for (; c + 1 < lx->end; c++) {
        if (c[0] == '*' && c[1] == '/') return c + 2;
    }
    struct span at = { lx->file, lx->line, lx->column, (uint32_t)(lx->at - lx->start), 2 };
    struct status st = status_new(lx->arena, ERR_SYNTAX, at,
                                  "the comment that begins at line %u is never closed: "
                                  "all text behind it is left out", lx->line);
    st.hint = "end it with */";
    diags_add(lx->diags, DIAG_WARNING, st);
    return lx->end;
}

/* A character that begins no token. */
static bool illegal(struct lexer *lx, struct token *t)
{
    size_t at = 0;
    uint32_t c = utf8_next(lx->at, (size_t)(lx->end - lx->at), &at);
    const char *hint = NULL;
    switch (c) {
    case '%': hint = "the remainder of a division is MOD(a, b)"; break;
    case '\\': hint = "a backslash before a quote belongs to other languages: leave it out"; break;
    case '`': hint = "a name stands in double quotes"; break;
    case '!': hint = "\"is not equal\" is written <>"; break;
    case '|': hint = "texts are joined by ||"; break;
    case '{':
    case '$':
    case '?': hint = "templates must be filled in before the text is compiled"; break;
    case 0x2018:
    case 0x2019: hint = "this is a typographic quote: a text stands in '...'"; break;
    case 0x201c:
    case 0x201d: hint = "this is a typographic quote: a name stands in \"...\""; break;
    case 0x2013:
    case 0x2014: hint = "this is a dash: minus is written -"; break;
    default: break;
    }
    t->at.length = (uint32_t)at;
    if (c > 0x20 && c < 0x7f) {
        spell_fault(lx, t, ERR_SYNTAX, hint,
                    "syntax error at line %u: unexpected character \"%c\"", lx->line, (int)c);
    } else {
        spell_fault(lx, t, ERR_SYNTAX, hint,
                    "syntax error at line %u: unexpected character U+%04X", lx->line, c);
    }
    advance(lx, lx->at + at);
    return false;
}

/* A quote without its partner. */
static bool unclosed(struct lexer *lx, struct token *t, const char *what, const char *quote)
{
    t->kind = TK_UNCLOSED;
    t->at.length = 1;
    spell_fault(lx, t, ERR_SYNTAX, NULL,
                "syntax error at line %u: the %s that begins here is never closed: %s is missing",
                lx->line, what, quote);
    const char *stop = memchr(lx->at, '\n', (size_t)(lx->end - lx->at));
    advance(lx, *quote == '"' && stop ? stop : lx->end);
    return false;
}

/* The sign [from, c). */
static bool sign(struct token *t, int kind, const char *text)
{
    t->kind = kind;
    t->text = str_c(text);
    return true;
}

/* One token; false: an error was added. */
static bool scan(struct lexer *lx, struct token *t)
{
    const char *c, *marker, *from;

again:
    c = marker = from = lx->at;
    uint32_t offset = (uint32_t)(from - lx->start);
    *t = (struct token){ .at = { lx->file, lx->line, lx->column, offset, 0 } };
    if (from >= lx->end) return true;

/*!re2c
    re2c:flags:input       = custom;
    re2c:api:style         = free-form;
    re2c:yyfill:enable     = 0;
    re2c:define:YYCTYPE    = "unsigned char";
    re2c:define:YYPEEK     = "(c < lx->end ? (unsigned char)*c : 0)";
    re2c:define:YYSKIP     = "++c;";
    re2c:define:YYBACKUP   = "marker = c;";
    re2c:define:YYRESTORE  = "c = marker;";

    digits  = [0-9]+;
    first   = [A-Za-z_\x80-\xff];
    more    = [A-Za-z0-9_$\x80-\xff];
    number  = (digits ("." digits?)? | "." digits) ([eE] [+-]? digits)?;
    text    = "'" ([^'\x00] | "''")* "'";

    [ \t\r\n\f\v]+ | "\xC2\xA0"   { advance(lx, c); goto again; }
    ("--" | "//") [^\n\x00]*      { advance(lx, c); goto again; }
    "/*"                          { advance(lx, comment_end(lx, c)); goto again; }

    first more* {
        if (c - from > 2 && memcmp(from, "\xC2\xA0", 2) == 0) {
            advance(lx, from + 2);
            goto again;
        }
        bool ok = spell_word(lx, from, t);
        advance(lx, from + t->at.length);
        return ok;
    }
    '"' ([^"\x00-\x1f] | '""')* '"' {
        t->at.length = (uint32_t)(c - from);
        bool ok = spell_quoted(lx, from, t);
        advance(lx, c);
        return ok;
    }
    '"'                           { return unclosed(lx, t, "quoted name", "\""); }

    text {
        t->at.length = (uint32_t)(c - from);
        bool ok = spell_text(lx, from, t);
        advance(lx, c);
        return ok;
    }
    [uU] "&" text {
        t->at.length = (uint32_t)(c - from);
        bool ok = spell_text(lx, from + 2, t);
        t->kind = TK_USTRING;
        advance(lx, c);
        return ok;
    }
    [xX] text {
        t->at.length = (uint32_t)(c - from);
        bool ok = spell_binary(lx, from + 1, t);
        advance(lx, c);
        return ok;
    }
    "'" | [uU] "&'" | [xX] "'"    { return unclosed(lx, t, "text", "'"); }

    number {
        t->kind = TK_NUMBER;
        t->text = str_view(from, (size_t)(c - from));
        t->at.length = (uint32_t)(c - from);
        advance(lx, c);
        return true;
    }
    number first more* {
        t->at.length = (uint32_t)(c - from);
        struct str word = str_view(from, (size_t)(c - from));
        spell_fault(lx, t, ERR_SYNTAX, "a name that begins with a digit needs double quotes",
                    "syntax error at line %u: \"%.*s\" is neither a number nor a name", lx->line,
                    word.len > 40 ? 40 : (int)word.len, str_data(&word));
        advance(lx, c);
        return false;
    }

    "("   { advance(lx, c); return sign(t, TK_LP, "("); }
    ")"   { advance(lx, c); return sign(t, TK_RP, ")"); }
    ","   { advance(lx, c); return sign(t, TK_COMMA, ","); }
    ";"   { advance(lx, c); return sign(t, TK_SEMI, ";"); }
    "."   { advance(lx, c); return sign(t, TK_DOT, "."); }
    "+"   { advance(lx, c); return sign(t, TK_PLUS, "+"); }
    "-"   { advance(lx, c); return sign(t, TK_MINUS, "-"); }
    "*"   { advance(lx, c); return sign(t, TK_STAR, "*"); }
    "/"   { advance(lx, c); return sign(t, TK_SLASH, "/"); }
    "||"  { advance(lx, c); return sign(t, TK_CONCAT, "||"); }
    "="   { advance(lx, c); return sign(t, TK_EQ, "="); }
    "<>"  { advance(lx, c); return sign(t, TK_NE, "<>"); }
    "!="  { advance(lx, c); return sign(t, TK_NE, "<>"); }
    "<"   { advance(lx, c); return sign(t, TK_LT, "<"); }
    "<="  { advance(lx, c); return sign(t, TK_LE, "<="); }
    ">"   { advance(lx, c); return sign(t, TK_GT, ">"); }
    ">="  { advance(lx, c); return sign(t, TK_GE, ">="); }
    "=>"  { advance(lx, c); return sign(t, TK_ARROW, "=>"); }

    *     { return illegal(lx, t); }
*/
}

void lexer_next(struct lexer *lx, struct token *t)
{
    if (!scan(lx, t) && t->kind != TK_UNCLOSED) t->kind = TK_ILLEGAL;
    if (t->at.length == 0) t->at.length = (uint32_t)(lx->at - lx->start) - t->at.offset;
}
