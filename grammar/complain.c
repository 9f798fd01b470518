/*
 * complain.c: syntax errors in words.
 *
 * The parser's tables know which tokens would fit. They are asked for every kind, and kinds that mean one thing to
 * the reader of a message are given as one: "an expression" stands for some thirty of them.
 */

#include "grammar/complain.h"

#include "grammar/build.h"
#include "grammar/words.h"
#include "parser.h"

enum { EXPECTED_MAX = 7 };

/* ---- what would fit ---- */

struct expected {
    const char *items[16];
    int         count;
};

static bool fits(const struct scene *s, int kind)
{
    return machine_accepts(s->machine, kind);
}

static void expect(struct expected *e, const char *what)
{
    if (e->count < (int)(sizeof e->items / sizeof e->items[0])) e->items[e->count] = what;
    e->count++;
}

/* The kinds that expect_groups has words for. */
static bool is_grouped(int kind)
{
    switch (kind) {
    case TK_ID: case TK_NUMBER: case TK_STRING: case TK_BINARY: case TK_NULL: case TK_TRUE:
    case TK_FALSE: case TK_UNKNOWN: case TK_DATETIME: case TK_INTERVAL: case TK_ROW: case TK_EXISTS:
    case TK_CASE: case TK_CAST: case TK_FLOOR: case TK_CEIL: case TK_STEP: case TK_EXTRACT:
    case TK_TRIM: case TK_SUBSTRING: case TK_POSITION: case TK_OVERLAY: case TK_NOT: case TK_PLUS:
    case TK_MINUS: case TK_STAR: case TK_SLASH: case TK_CONCAT: case TK_EQ: case TK_NE: case TK_LT:
    case TK_LE: case TK_GT: case TK_GE: case TK_IS: case TK_IN: case TK_LIKE: case TK_SIMILAR:
    case TK_BETWEEN: case TK_PERIOD: case TK_AND: case TK_OR: case TK_UNIT: case TK_JOIN:
    case TK_INNER: case TK_LEFT: case TK_RIGHT: case TK_FULL: case TK_CROSS: case TK_NATURAL:
    case TK_UNION: case TK_EXCEPT: case TK_INTERSECT: case TK_FROM: case TK_WHERE: case TK_GROUP:
    case TK_WINDOWED: case TK_HAVING: case TK_WINDOW: case TK_ORDER: case TK_LIMIT: case TK_WITHIN:
    case TK_FROM_FIRST: case TK_FROM_LAST: case TK_IGNORE_NULLS: case TK_RESPECT_NULLS: case TK_DOT:
    case TK_ALL: case TK_DISTINCT: case TK_STREAM: case TK_OUTER: case TK_SYMMETRIC:
    case TK_ASYMMETRIC: case TK_EXPEDITED: case TK_TO_UNIT: case TK_OVER: return true;
    default: return false;
    }
}

/* "a name", "a text", "an expression": what begins here. */
static void expect_operands(const struct scene *s, struct expected *e)
{
    bool id = fits(s, TK_ID), number = fits(s, TK_NUMBER);
    if (id && number) {
        expect(e, "an expression");
        return;
    }
    if (id && fits(s, TK_UNIT)) {
        expect(e, "a unit such as MINUTE");
    } else if (id) {
        expect(e, fits(s, TK_INTERVAL) ? "a type" : "a name");
    } else if (fits(s, TK_UNIT)) {
        expect(e, "a unit such as MINUTE");
    }
    if (number) expect(e, "a number");
    if (fits(s, TK_STRING)) expect(e, "a text in single quotes");
}

/* Words that only fit as themselves where nothing larger does: STREAM behind CREATE, but not behind SELECT. */
static void expect_lone_words(const struct scene *s, struct expected *e)
{
    static const int kinds[] = { TK_STREAM, TK_NULL, TK_NOT, TK_TRUE, TK_FALSE, TK_UNKNOWN, TK_ROW,
                                 TK_DISTINCT, TK_CASE };
    if (fits(s, TK_NUMBER)) return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == TK_NOT && fits(s, TK_PLUS)) continue;
        if (fits(s, kinds[i])) expect(e, word_of_kind(kinds[i]));
    }
}

static void expect_groups(const struct scene *s, struct expected *e)
{
    static const int clauses[] = { TK_FROM, TK_WHERE, TK_GROUP, TK_HAVING, TK_WINDOW, TK_ORDER, TK_LIMIT };
    expect_operands(s, e);
    expect_lone_words(s, e);
    if (fits(s, TK_PLUS) && !fits(s, TK_NUMBER)) {
        expect(e, "an operator");
    } else if (fits(s, TK_EQ)) {
        expect(e, "=");
    }
    if (fits(s, TK_JOIN)) expect(e, "JOIN");
    for (size_t i = 0; i < sizeof clauses / sizeof clauses[0]; i++) {
        if (!fits(s, clauses[i])) continue;
        expect(e, word_of_kind(clauses[i]));
        break;
    }
}

/* Appends "a, b or c" for what fits, if that is short enough to help. */
static void describe_expected(const struct scene *s, struct buf *out)
{
    struct expected e = { .count = 0 };
    expect_groups(s, &e);
    for (int kind = 1; kind < machine_kind_count(); kind++) {
        if (is_grouped(kind) || !fits(s, kind)) continue;
        const char *word = word_of_kind(kind);
        if (word) expect(&e, word);
    }
    if (fits(s, 0)) expect(&e, ";");
    if (e.count == 0 || e.count > EXPECTED_MAX) return;
    buf_append_c(out, ": expected ");
    for (int i = 0; i < e.count; i++) {
        if (i > 0) buf_append_c(out, i + 1 < e.count ? ", " : " or ");
        buf_append_c(out, e.items[i]);
    }
}

/* ---- what was found ---- */

static void describe_token(const struct token *t, struct buf *out)
{
    enum { SHOWN = 40 };
    if (t->kind == 0) {
        buf_append_c(out, "end of the text");
        return;
    }
    struct str text = str_view(t->at.file->data + t->at.offset, t->at.length);
    const char *quote = t->kind == TK_STRING || t->quoted ? "" : "\"";
    uint32_t shown = text.len <= SHOWN ? text.len : SHOWN;
    while (shown < text.len && shown > 0 && ((unsigned char)str_data(&text)[shown] & 0xc0) == 0x80) shown--;
    buf_append_c(out, quote);
    for (uint32_t i = 0; i < shown; i++) {
        char c = str_data(&text)[i];
        buf_append_char(out, (unsigned char)c < ' ' ? ' ' : c);
    }
    if (shown < text.len) buf_append_c(out, "...");
    buf_append_c(out, quote);
}

/* ---- what was meant ---- */

/* Words of other dialects, each with what to write here. */
static const struct {
    const char *word, *hint;
} refused[] = {
    { "ANY", "compare with each value, joined by OR" },
    { "CUBE", "write one pump for each grouping" },
    { "DELETE", "rows of a stream cannot be taken back" },
    { "FETCH", "a stream has no end to count from: for the first rows of each window use TOP_K_ITEMS_TUMBLING or GROUP_RANK" },
    { "FILTER", "put the condition into the argument: SUM(CASE WHEN condition THEN x END)" },
    { "GROUPING", "write one pump for each grouping" },
    { "IF", "CREATE OR REPLACE replaces what is there" },
    { "LATERAL", "join with the stream instead" },
    { "MERGE", "a sink with a key updates rows" },
    { "NULLS", "NULL sorts as the smallest value" },
    { "OFFSET", "a stream has no rows to skip" },
    { "QUALIFY", "filter in an outer query: SELECT STREAM ... FROM (SELECT STREAM ...) WHERE ..." },
    { "RENAME", "create the stream with the new name" },
    { "ROLLUP", "write one pump for each grouping" },
    { "TABLESAMPLE", NULL },
    { "TOP", "use TOP_K_ITEMS_TUMBLING or GROUP_RANK" },
    { "UPDATE", "rows of a stream cannot be changed" },
};

static const char *refused_hint(const struct token *t, bool *found)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (t->quoted || t->kind != TK_ID || !str_equal_c(t->text, refused[i].word)) continue;
        *found = true;
        return refused[i].hint;
    }
    *found = false;
    return NULL;
}

static bool is_clause_word(int kind)
{
    return kind == TK_FROM || kind == TK_WHERE || kind == TK_GROUP || kind == TK_HAVING ||
           kind == TK_WINDOW || kind == TK_ORDER || kind == TK_WINDOWED;
}

/* The unit that MINUTES and the like are the plural of. */
static const char *plural_hint(const struct scene *s, const struct token *t)
{
    if (t->quoted || t->kind != TK_ID || t->text.len < 4 || !fits(s, TK_UNIT)) return NULL;
    struct token one = { .text = str_view(str_data(&t->text), t->text.len - 1) };
    if (str_data(&t->text)[t->text.len - 1] != 'S' || build_unit(&one) == UNIT_NONE) return NULL;
    return str_format_c(s->parse->arena, "write %.*s", STR_ARG(one.text));
}

/* Hints that follow from the token itself. */
static const char *hint_of_token(const struct scene *s, const struct token *t)
{
    const struct token *before = &s->reader->before[0];
    if (t->quoted && fits(s, TK_STRING)) return "a text stands in single quotes, a name in double quotes";
    if (t->kind == TK_STRING && fits(s, TK_ID)) return "a name stands in double quotes, a text in single quotes";
    if (before->kind == TK_INTERVAL) return "write INTERVAL '5' MINUTE";
    if (t->kind == TK_EQ && before->kind == TK_EQ) return "\"is equal\" is written with one =";
    if (t->kind == TK_TABLE && before->kind == TK_CREATE) {
        return "rows flow through CREATE STREAM; CREATE REFERENCE TABLE loads a file to join with";
    }
    return plural_hint(s, t);
}

/* Hints that follow from what is open or was left behind. */
static const char *hint_of_place(const struct scene *s, const struct token *t)
{
    const struct token *before = &s->reader->before[0];
    bool ends = t->kind == 0 || t->kind == TK_SEMI;
    if (before->kind == TK_STRING && memchr(before->at.file->data + before->at.offset, '\n', before->at.length)) {
        return str_format_c(s->parse->arena, "the text before it begins at line %u: is a quote missing?",
                            before->at.line);
    }
    if (before->kind == TK_COMMA && (ends || t->kind == TK_RP || is_clause_word(t->kind))) {
        return "there may be a comma too many before it";
    }
    if (ends && s->n_open > 0) {
        return str_format_c(s->parse->arena, "the ( at line %u, column %u is not closed",
                            s->open[s->n_open - 1].line, s->open[s->n_open - 1].column);
    }
    if (t->kind == TK_RP && s->n_open == 0) return "no ( is open here";
    if (t->use == WORD_CLAUSE && fits(s, TK_ID)) {
        return str_format_c(s->parse->arena, "it is a reserved word: as a name it needs double quotes, \"%.*s\"",
                            STR_ARG(t->text));
    }
    if (is_clause_word(t->kind) && before->kind != 0) {
        return "the clauses come in this order: SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW, ORDER BY";
    }
    return NULL;
}

/* ---- the messages ---- */

void complain_unexpected(struct scene *s)
{
    const struct token *t = &s->reader->window[0];
    s->parse->failed = true;
    if (t->kind == TK_ILLEGAL) return;

    bool known;
    const char *hint = refused_hint(t, &known);
    if (known) {
        build_fault(s->parse, ERR_NOT_SUPPORTED, t->at, hint,
                    "syntax error at line %u: %.*s is not supported here", t->at.line, STR_ARG(t->text));
        return;
    }
    struct buf text = { 0 };
    describe_token(t, &text);
    describe_expected(s, &text);
    hint = hint_of_token(s, t);
    if (!hint) hint = hint_of_place(s, t);
    build_fault(s->parse, ERR_SYNTAX, t->at, hint, "syntax error at line %u: unexpected %s", t->at.line,
                buf_c(&text));
    buf_free(&text);
}

void complain_semicolon(struct scene *s)
{
    const struct token *t = &s->reader->window[0];
    bool failed = s->parse->failed;
    build_fault(s->parse, ERR_SYNTAX, t->at, "end each statement with ;",
                "syntax error at line %u: a ; is missing before %.*s", t->at.line, STR_ARG(t->text));
    s->parse->failed = failed; /* the statement itself is complete */
}
