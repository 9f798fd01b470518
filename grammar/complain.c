/*
 * complain.c: syntax errors in words.
 *
 * The parser's tables know which tokens would fit. They are asked for every kind, and kinds that
 * mean one thing to the reader of a message are given as one: "an expression" stands for some
 * thirty of them.
 */

#include "grammar/complain.h"

#include "grammar/build.h"
#include "grammar/words.h"
#include "parser.h"

enum {
    EXPECTED_MAX = 7
};

/* ---- what would fit ---- */

struct expected {
    const char *items[16];
    int count;
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

/* The kinds that are given as one of a group, or not worth a word. */
static bool is_grouped(int kind)
{
    static const int kinds[] = {
        TK_ID,
        TK_NUMBER,
        TK_STRING,
        TK_BINARY,
        TK_NULL,
        TK_TRUE,
        TK_FALSE,
        TK_UNKNOWN,
        TK_DATETIME,
        TK_INTERVAL,
        TK_ROW,
        TK_EXISTS,
        TK_CASE,
        TK_CAST,
        TK_FLOOR,
        TK_CEIL,
        TK_STEP,
        TK_EXTRACT,
        TK_TRIM,
        TK_SUBSTRING,
        TK_POSITION,
        TK_OVERLAY,
        TK_NOT,
        TK_PLUS,
        TK_MINUS,
        TK_STAR,
        TK_SLASH,
        TK_CONCAT,
        TK_EQ,
        TK_NE,
        TK_LT,
        TK_LE,
        TK_GT,
        TK_GE,
        TK_IS,
        TK_IN,
        TK_LIKE,
        TK_SIMILAR,
        TK_BETWEEN,
        TK_PERIOD,
        TK_AND,
        TK_OR,
        TK_UNIT,
        TK_JOIN,
        TK_INNER,
        TK_LEFT,
        TK_RIGHT,
        TK_FULL,
        TK_CROSS,
        TK_NATURAL,
        TK_UNION,
        TK_EXCEPT,
        TK_INTERSECT,
        TK_FROM,
        TK_WHERE,
        TK_GROUP,
        TK_WINDOWED,
        TK_HAVING,
        TK_WINDOW,
        TK_ORDER,
        TK_LIMIT,
        TK_WITHIN,
        TK_FROM_FIRST,
        TK_FROM_LAST,
        TK_IGNORE_NULLS,
        TK_RESPECT_NULLS,
        TK_DOT,
        TK_ALL,
        TK_DISTINCT,
        TK_STREAM,
        TK_OUTER,
        TK_SYMMETRIC,
        TK_ASYMMETRIC,
        TK_EXPEDITED,
        TK_TO_UNIT,
        TK_OVER,
        TK_VARYING,
        TK_PRECISION,
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == kind) return true;
    }
    return false;
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

/* Words that are worth naming only where no expression fits, such as NULL behind IS. */
static void expect_lone_words(const struct scene *s, struct expected *e)
{
    static const int kinds[] = { TK_STREAM, TK_NULL, TK_NOT, TK_TRUE, TK_FALSE, TK_UNKNOWN, TK_ROW,
                                 TK_DISTINCT, TK_CASE };
    if (fits(s, TK_NUMBER)) return;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i] == TK_NOT && fits(s, TK_PLUS)) continue;
        if (fits(s, kinds[i])) expect(e, word_of_kind(kinds[i]));
    }
    if (fits(s, TK_AND) && !fits(s, TK_OR)) expect(e, "AND");
    if (fits(s, TK_LIKE) && !fits(s, TK_EQ)) expect(e, "BETWEEN, IN, LIKE or SIMILAR TO");
}

static void expect_groups(const struct scene *s, struct expected *e)
{
    static const int clauses[] = { TK_FROM, TK_WHERE, TK_GROUP, TK_HAVING,
                                   TK_WINDOW, TK_ORDER, TK_LIMIT };
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

/* All that fits; without the words that may but need not follow if signs_only. */
static void expect_all(const struct scene *s, struct expected *e, bool signs_only)
{
    e->count = 0;
    expect_groups(s, e);
    for (int kind = 1; kind < machine_kind_count(); kind++) {
        if (is_grouped(kind) || !fits(s, kind)) continue;
        const char *word = word_of_kind(kind);
        bool sign = word && *word < 'A';
        if (!word || (signs_only && !sign)) continue;
        /* Behind or within an expression a parenthesis goes without saying. */
        if (kind == TK_LP && (fits(s, TK_PLUS) || fits(s, TK_NUMBER))) continue;
        expect(e, sign ? str_format_c(s->parse->arena, "\"%s\"", word) : word);
    }
    if (fits(s, 0)) expect(e, "\";\"");
}

/* Appends "a, b or c" for what fits, if that is short enough to help. */
static void describe_expected(const struct scene *s, struct buf *out)
{
    if (s->reader->before[0].kind == 0 && fits(s, TK_CREATE)) {
        buf_append_c(out, ": expected CREATE, INSERT, SELECT, ALTER or DROP");
        return;
    }
    struct expected e;
    expect_all(s, &e, false);
    if (e.count > EXPECTED_MAX) expect_all(s, &e, true);
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
    enum {
        SHOWN = 40
    };
    if (t->kind == 0) {
        buf_append_c(out, "end of the text");
        return;
    }
    struct str text = str_view(t->at.file->data + t->at.offset, t->at.length);
    const char *quote = t->kind == TK_STRING || t->quoted ? "" : "\"";
    uint32_t shown = text.len <= SHOWN ? text.len : SHOWN;
    const char *s = str_data(&text);
    while (shown < text.len && shown > 0 && ((unsigned char)s[shown] & 0xc0) == 0x80) shown--;
    buf_append_c(out, quote);
    for (uint32_t i = 0; i < shown; i++) {
        buf_append_char(out, (unsigned char)s[i] < ' ' ? ' ' : s[i]);
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
    { "FETCH", "for the first rows of each window use GROUP_RANK" },
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
    { "TOP", "for the first rows of each window use GROUP_RANK" },
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
    if ((t->quoted && fits(s, TK_STRING)) || (t->kind == TK_STRING && fits(s, TK_ID))) {
        return "a text stands in single quotes, a name in double quotes";
    }
    if (t->kind == TK_STRING && before->at.offset + before->at.length == t->at.offset) {
        return "a quote within a text is doubled: 'it''s'";
    }
    if (before->kind == TK_INTERVAL) return "write INTERVAL '5' MINUTE";
    if (t->kind == TK_EQ && before->kind == TK_EQ) return "\"is equal\" is written with one =";
    if (t->kind == TK_TABLE && before->kind == TK_CREATE) {
        return "rows flow through CREATE STREAM; CREATE REFERENCE TABLE loads a file to join with";
    }
    return plural_hint(s, t);
}

static bool spans_lines(struct span at)
{
    return memchr(at.file->data + at.offset, '\n', at.length) != NULL;
}

/* Hints that follow from what is open or was left behind. */
static const char *hint_of_place(const struct scene *s, const struct token *t)
{
    struct arena *a = s->parse->arena;
    const struct token *before = &s->reader->before[0];
    bool ends = t->kind == 0 || t->kind == TK_SEMI;
    if (before->kind == TK_STRING && spans_lines(before->at)) {
        return str_format_c(a, "the text before it begins at line %u: is a quote missing?",
                            before->at.line);
    }
    if (before->kind == TK_COMMA && (ends || t->kind == TK_RP || is_clause_word(t->kind))) {
        return "there may be a comma too many before it";
    }
    if (ends && s->n_open > 0) {
        const struct span *open = &s->open[s->n_open - 1];
        return str_format_c(a, "the ( at line %u, column %u is not closed", open->line,
                            open->column);
    }
    if (t->kind == TK_RP && s->n_open == 0) return "no ( is open here";
    if (t->use == WORD_CLAUSE && fits(s, TK_ID)) {
        return str_format_c(a, "it is a reserved word: as a name it needs double quotes: \"%.*s\"",
                            STR_ARG(t->text));
    }
    if (is_clause_word(t->kind) && before->kind != 0 && !fits(s, TK_END)) {
        return "clauses come in this order: "
               "SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW, ORDER BY";
    }
    return NULL;
}

/* ---- the messages ---- */

bool complain_refuses(const struct scene *s)
{
    const struct token *t = &s->reader->window[0], *next = &s->reader->window[1];
    if (t->quoted || t->kind != TK_ID || t->use == WORD_NONE) return false;
    if (str_equal_c(t->text, "FILTER")) {
        return next->kind == TK_LP && s->reader->before[0].kind == TK_RP;
    }
    if (str_equal_c(t->text, "LATERAL")) return next->kind == TK_LP || next->kind == TK_TABLE;
    return str_equal_c(t->text, "FETCH") &&
           (str_equal_c(next->text, "FIRST") || str_equal_c(next->text, "NEXT"));
}

void complain_unexpected(struct scene *s)
{
    const struct token *t = &s->reader->window[0];
    s->parse->failed = true;
    if (t->kind == TK_ILLEGAL || t->kind == TK_UNCLOSED) {
        complain_spelling(s, t);
        return;
    }

    bool known;
    const char *hint = refused_hint(t, &known);
    if (known) {
        build_fault(s->parse, ERR_NOT_SUPPORTED, t->at, hint,
                    "syntax error at line %u: %.*s is not supported here", t->at.line,
                    STR_ARG(t->text));
        return;
    }
    struct buf text = { 0 };
    describe_token(t, &text);
    describe_expected(s, &text);
    hint = hint_of_token(s, t);
    if (!hint) hint = hint_of_place(s, t);
    /* A word of another dialect may have been taken for a name before. */
    if (!hint) hint = refused_hint(&s->reader->before[0], &known);
    build_fault(s->parse, ERR_SYNTAX, t->at, hint, "syntax error at line %u: unexpected %s",
                t->at.line, buf_c(&text));
    buf_free(&text);
}

void complain_spelling(struct scene *s, const struct token *t)
{
    if (!t->fault) return;
    s->parse->failed = true;
    diags_error(s->parse->diags, *t->fault);
}

void complain_semicolon(struct scene *s)
{
    const struct token *t = &s->reader->window[0];
    bool failed = s->parse->failed;
    build_fault(s->parse, ERR_SYNTAX, t->at, "end each statement with ;",
                "syntax error at line %u: a ; is missing before %.*s", t->at.line,
                STR_ARG(t->text));
    s->parse->failed = failed; /* the statement itself is complete */
}
