/* cut.c: statements by their tokens: the lexer knows what is a text, a name or a comment, so that a `;` in one of them
 * ends nothing. */

#include "grammar/cut.h"

#include "grammar/lexer.h"
#include "parser.h"

/* The words in front that say what a statement is about. */
enum { HEAD = 8 };

static bool begins_query(int kind)
{
    return kind == TK_SELECT || kind == TK_WITH || kind == TK_LP || kind == TK_VALUES;
}

static enum cut_kind kind_of(const struct token *head)
{
    switch (head[0].kind) {
    case 0:
    case TK_SEMI: return CUT_NOTHING;
    case TK_CREATE: return CUT_CREATE;
    case TK_DROP: return CUT_DROP;
    case TK_ALTER: return CUT_ALTER;
    case TK_INSERT: return CUT_INSERT;
    default: return begins_query(head[0].kind) ? CUT_QUERY : CUT_OTHER;
    }
}

/* CREATE [OR REPLACE] [REFERENCE] object name. */
static void read_object(struct arena *a, const struct token *head, struct cut *out)
{
    if (out->kind != CUT_CREATE && out->kind != CUT_DROP) return;
    uint32_t i = 1;
    out->or_replace = head[i].kind == TK_OR && head[i + 1].kind == TK_REPLACE;
    if (out->or_replace) i += 2;
    if (str_equal_nocase_c(head[i].text, "REFERENCE")) i++;
    out->object = str_upper_ascii(a, head[i].text);
    out->name = str_copy(a, head[i + 1].text);
}

struct cut cut_statement(struct arena *a, const char *text, size_t size)
{
    struct text_file file = { .data = text, .size = size };
    struct diags ignored;
    diags_init(&ignored, a);
    struct lexer lx;
    lexer_init(&lx, a, &file, &ignored);
    struct cut out = { .size = size };
    struct token head[HEAD] = { { 0 } };
    int before = 0;
    for (uint32_t n = 0;; n++) {
        struct token t;
        lexer_next(&lx, &t);
        if (n < HEAD - 1) head[n] = t;
        if (before == TK_SELECT && t.kind == TK_STREAM) out.streams = true;
        before = t.kind;
        if (t.kind != TK_SEMI && t.kind != 0) continue;
        out.complete = t.kind == TK_SEMI;
        if (out.complete) out.size = t.at.offset + t.at.length;
        break;
    }
    out.kind = kind_of(head);
    read_object(a, head, &out);
    return out;
}

const char *cut_keyword(size_t i)
{
    static const struct {
        const char *text;
        int kind;
    } words[] = {
#define KEYWORD(text, token, use) { text, TK_##token },
#include "grammar/keywords.def"
#undef KEYWORD
    };
    static const char *const types[] = { "BIGINT", "BOOLEAN", "CHAR", "DATE", "DECIMAL", "DOUBLE",
                                         "INTEGER", "REAL", "SMALLINT", "TIMESTAMP", "TINYINT",
                                         "VARBINARY", "VARCHAR", "ROWTIME" };
    size_t seen = 0;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (words[k].kind != TK_ID && seen++ == i) return words[k].text;
    }
    return i - seen < sizeof types / sizeof *types ? types[i - seen] : NULL;
}
