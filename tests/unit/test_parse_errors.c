/* test_parse_errors.c: every fault of a text is found in one run, at its place, in clear words. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "grammar/parse.h"

/* A text, and the only fault in it: what the message and the hint contain. */
struct example {
    const char *text;
    enum err err;
    uint32_t line, column;
    const char *message, *hint;
};

struct run {
    struct arena *arena;
    struct text_file file;
    struct ast_statements statements;
    struct diags diags;
};

static void run_open(struct run *r, const char *text, size_t size)
{
    *r = (struct run){ .arena = arena_new(), .file = { "t", text, size } };
    diags_init(&r->diags, r->arena);
    parse_file(r->arena, &r->file, &r->statements, &r->diags);
}

static void check(const struct example *e)
{
    struct run r;
    run_open(&r, e->text, strlen(e->text));
    struct buf all = { 0 };
    diags_print(&all, &r.diags);
    if (r.diags.count != 1) fail_msg("%s\n%zu faults\n%s", e->text, r.diags.count, buf_c(&all));
    const struct status *st = &r.diags.items[0].status;
    bool good = st->err == e->err && st->at.line == e->line && st->at.column == e->column &&
                strstr(st->message, e->message) &&
                (!e->hint || (st->hint && strstr(st->hint, e->hint)));
    if (!good) fail_msg("%s\n%s", e->text, buf_c(&all));
    buf_free(&all);
    arena_free(r.arena);
}

#define CHECK(...)                                                                      \
    do {                                                                                \
        (void)state;                                                                    \
        static const struct example rows_[] = { __VA_ARGS__ };                          \
        for (size_t i_ = 0; i_ < sizeof rows_ / sizeof *rows_; i_++) check(&rows_[i_]); \
    } while (0)

static void unexpected_tokens(void **state)
{
    CHECK({ "CREATE STREAM A (V INTEGER;", ERR_SYNTAX, 1, 27, "at line 1: unexpected \";\"",
            "( at line 1, column 17" },
          { "\n\nSELECT a FROM\n  s WHERE x = ;", ERR_SYNTAX, 4, 15,
            "line 4: unexpected \";\": expected an expression", 0 },
          { "SELECT a, FROM s", ERR_SYNTAX, 1, 11, "unexpected \"FROM\": expected an expression",
            "comma too many" },
          { "SELECT a b c FROM s", ERR_SYNTAX, 1, 12,
            "unexpected \"c\": expected FROM, \",\" or \";\"", 0 },
          { "CREATE STREAM A (V, W INTEGER)", ERR_SYNTAX, 1, 19, "expected a type", 0 },
          { "SELECT a) FROM s", ERR_SYNTAX, 1, 9, "unexpected \")\"", "no ( is open" },
          { "SELECT a FROM s JOIN t", ERR_SYNTAX, 1, 23,
            "unexpected end of the text: expected a name, AS, ON or USING", 0 },
          { "SELECT a FROM s GROUP BY a WHERE b = 1", ERR_SYNTAX, 1, 28, "unexpected \"WHERE\"",
            "in this order" },
          { "SELECT a FROM s WHERE a BETWEEN 1", ERR_SYNTAX, 1, 34, "expected AND or an operator",
            0 },
          { "SELECT a FROM s WHERE a IS 5", ERR_SYNTAX, 1, 28, "expected NULL, NOT, TRUE, FALSE",
            0 },
          { "FOO BAR;", ERR_SYNTAX, 1, 1, "\"FOO\": expected CREATE, INSERT, SELECT", 0 },
          { "CREATE GARBAGE TRUCK;", ERR_SYNTAX, 1, 8,
            "unexpected \"GARBAGE\": expected STREAM, PUMP", 0 },
          { "CREATE TABLE t (a INT)", ERR_SYNTAX, 1, 8, "unexpected \"TABLE\"", "CREATE STREAM" },
          { "CREATE PUMP p AS SELECT 1", ERR_SYNTAX, 1, 18, "expected INSERT", 0 },
          { "SELECT\t'é' é ü", ERR_SYNTAX, 1, 14, "unexpected \"ü\"", 0 });
}

static void wrong_quotes(void **state)
{
    CHECK({ "SELECT t > TIMESTAMP \"2026-01-01\" FROM s", ERR_SYNTAX, 1, 22,
            "a text in single quotes", "single quotes" },
          { "SELECT INTERVAL \"5\" MINUTE", ERR_SYNTAX, 1, 17, "unexpected", "single quotes" },
          { "SELECT a AS 'x' FROM s", ERR_SYNTAX, 1, 13, "unexpected 'x': expected a name",
            "double quotes" },
          { "SELECT a FROM 's'", ERR_SYNTAX, 1, 15, "expected a name", "double quotes" },
          { "SELECT 'it's' FROM s WHERE a = 'x'", ERR_SYNTAX, 1, 13, "unexpected ' FROM s",
            "is doubled" });
}

static void unclosed_quotes(void **state)
{
    CHECK({ "SELECT 1;\nSELECT 'abc FROM s;\nSELECT 2;", ERR_SYNTAX, 2, 8,
            "at line 2: the text that begins here", 0 },
          { "SELECT \"abc FROM s;\n", ERR_SYNTAX, 1, 8,
            "at line 1: the quoted name that begins here", 0 },
          { "SELECT U&'abc", ERR_SYNTAX, 1, 8, "line 1", 0 },
          { "SELECT \"\"", ERR_SYNTAX, 1, 8, "at least one character", "''" });
}

static void literals(void **state)
{
    CHECK({ "SELECT X'0FA'", ERR_BAD_LITERAL, 1, 8, "X'0FA'", "even" },
          { "SELECT X'0G'", ERR_BAD_LITERAL, 1, 8, "X'0G'", "0-9" },
          { "SELECT U&'\\12'", ERR_BAD_LITERAL, 1, 8, "U&'\\12'", "4 hexadecimal digits" },
          { "SELECT U&'a' UESCAPE 'xx'", ERR_BAD_LITERAL, 1, 8, "U&'a'", "UESCAPE" },
          { "SELECT U&'a\\d800'", ERR_BAD_LITERAL, 1, 8, "U&'a", 0 },
          { "SELECT INTERVAL 5 MINUTE", ERR_SYNTAX, 1, 17, "unexpected \"5\"",
            "INTERVAL '5' MINUTE" },
          { "SELECT INTERVAL '5' MINUTES", ERR_SYNTAX, 1, 21, "a unit such as MINUTE",
            "write MINUTE" },
          { "SELECT INTERVAL '5'", ERR_SYNTAX, 1, 20, "a unit such as MINUTE", 0 },
          { "SELECT 1st FROM s", ERR_SYNTAX, 1, 8, "\"1st\" is neither", "double quotes" },
          { "CREATE STREAM s (a VARCHAR(1.5))", ERR_BAD_TYPE, 1, 28, "1.5", 0 },
          { "SELECT FLOOR(a TO WEEK)", ERR_CANNOT_APPLY, 1, 19, "cannot apply FLOOR", "MINUTE" },
          { "SELECT EXTRACT(DOW FROM a)", ERR_CANNOT_APPLY, 1, 16, "cannot apply EXTRACT", 0 });
}

static void characters(void **state)
{
    CHECK({ "SELECT a % 2", ERR_SYNTAX, 1, 10, "unexpected character \"%\"", "MOD" },
          { "SELECT `a`", ERR_SYNTAX, 1, 8, "\"`\"", "double quotes" },
          { "SELECT \\\"a\\\"", ERR_SYNTAX, 1, 8, "\"\\\"", "backslash" },
          { "SELECT ${x}", ERR_SYNTAX, 1, 8, "\"$\"", "templates" },
          { "SELECT “a” FROM s", ERR_SYNTAX, 1, 8, "U+201C", "typographic" },
          { "SELECT a – b", ERR_SYNTAX, 1, 10, "U+2013", 0 },
          { "SELECT \xff", ERR_SYNTAX, 1, 8, "line 1", 0 },
          { "SELECT 'a\xff'", ERR_SYNTAX, 1, 8, "not UTF-8", "UTF-8" },
          { "SELECT a == b", ERR_SYNTAX, 1, 11, "unexpected \"=\"", "one =" },
          { "SELECT \x01", ERR_SYNTAX, 1, 8, "U+0001", 0 });
}

static void reserved_words(void **state)
{
    CHECK({ "CREATE STREAM s (user VARCHAR(10))", ERR_RESERVED_NAME, 1, 18,
            "\"USER\" is a reserved word", "\"USER\"" },
          { "CREATE STREAM values (v INTEGER)", ERR_RESERVED_NAME, 1, 15, "VALUES", 0 },
          { "CREATE STREAM order (v INTEGER)", ERR_RESERVED_NAME, 1, 15, "ORDER", 0 },
          { "CREATE STREAM s (a INT, end TIMESTAMP)", ERR_RESERVED_NAME, 1, 25, "END", 0 },
          { "SELECT timestamp FROM s", ERR_RESERVED_NAME, 1, 8, "TIMESTAMP", 0 },
          { "SELECT s.value FROM s", ERR_RESERVED_NAME, 1, 10, "VALUE", 0 },
          { "SELECT s.order FROM s", ERR_RESERVED_NAME, 1, 10, "ORDER", 0 },
          { "SELECT a AS date FROM s", ERR_RESERVED_NAME, 1, 13, "DATE", 0 },
          { "SELECT a year FROM s", ERR_RESERVED_NAME, 1, 10, "YEAR", 0 },
          { "SELECT a FROM s AS left", ERR_RESERVED_NAME, 1, 20, "LEFT", 0 },
          { "INSERT INTO t (a, count) SELECT 1, 2", ERR_RESERVED_NAME, 1, 19, "COUNT", 0 },
          { "SELECT a FROM s WHERE interval > 1", ERR_RESERVED_NAME, 1, 23, "INTERVAL", 0 },
          { "SELECT a FROM WHERE b = 1", ERR_SYNTAX, 1, 15, "unexpected \"WHERE\"",
            "reserved word" });
}

static void refused(void **state)
{
    CHECK({ "SELECT COUNT(*) FILTER (WHERE x > 1) FROM s", ERR_NOT_SUPPORTED, 1, 17, "FILTER",
            "CASE WHEN" },
          { "SELECT a FROM s, LATERAL (SELECT 1)", ERR_NOT_SUPPORTED, 1, 18, "LATERAL", 0 },
          { "SELECT a FROM s FETCH FIRST 3 ROWS ONLY", ERR_NOT_SUPPORTED, 1, 17, "FETCH", 0 },
          { "SELECT a FROM s ORDER BY a NULLS FIRST", ERR_NOT_SUPPORTED, 1, 28, "NULLS", 0 },
          { "UPDATE s SET a = 1", ERR_NOT_SUPPORTED, 1, 1, "UPDATE", 0 },
          { "CREATE STREAM s (a INT PATH '$.x')", ERR_NOT_ALLOWED_HERE, 1, 29, "PATH",
            "CREATE SOURCE" },
          { "CREATE FUNCTION f () RETURNS INT LANGUAGE JAVA EXTERNAL NAME 'x'",
            ERR_NOT_SUPPORTED, 1, 43, "JAVA", 0 },
          { "CREATE FUNCTION f () RETURNS INT", ERR_SYNTAX, 1, 17, "RETURN", 0 },
          { "CREATE FUNCTION f () RETURNS INT LANGUAGE C RETURN 1", ERR_SYNTAX, 1, 17,
            "EXTERNAL NAME", 0 },
          { "CREATE SOURCE s (a INT) WITH (a = b + 1)", ERR_BAD_OPTION, 1, 35, "option", 0 },
          { "(SELECT 1 ORDER BY 1) ORDER BY 2", ERR_NOT_SUPPORTED, 1, 23, "ORDER BY", 0 },
          { "SELECT TOP 5 a FROM s", ERR_SYNTAX, 1, 12, "unexpected \"5\"", "GROUP_RANK" },
          { "CREATE STREAM IF NOT EXISTS s (a INT)", ERR_SYNTAX, 1, 18, "\"NOT\"", "OR REPLACE" },
          { "SELECT NEG(1)", ERR_UNKNOWN_FUNCTION, 1, 8, "no match", "-x" },
          { "SELECT (a, b) OVERLAPS (c)", ERR_SYNTAX, 1, 24, "OVERLAPS", "(start, end)" });
}

static void semicolons(void **state)
{
    CHECK({ "CREATE STREAM a (x INT)\nCREATE STREAM b (x INT);", ERR_SYNTAX, 2, 1,
            "line 2: a ; is missing before CREATE", 0 },
          { "SELECT a FROM s INSERT INTO t SELECT 1", ERR_SYNTAX, 1, 17,
            "; is missing before INSERT", 0 });
    struct run r;
    const char *text = "CREATE STREAM a (x INT)\nCREATE STREAM b (x INT);";
    run_open(&r, text, strlen(text));
    assert_int_equal(r.statements.count, 2);
    arena_free(r.arena);
}

/* An unclosed comment is a warning: what stands before it still counts. */
static void unclosed_comment(void **state)
{
    CHECK({ "SELECT 1;\n/* SELECT 2;", ERR_SYNTAX, 2, 1, "line 2 is never closed", "*/" });
    struct run r;
    run_open(&r, "SELECT 1; /*", 12);
    assert_int_equal(r.diags.error_count, 0);
    assert_int_equal(r.statements.count, 1);
    arena_free(r.arena);
}

/* One run shows the errors of all statements, and keeps the good ones. */
static void all_errors_in_one_run(void **state)
{
    (void)state;
    const char *text = "CREATE STREAM a (value INT, timestamp INT);\n"
                       "SELECT FROM s;\n"
                       "CREATE STREAM b (x INT);\n"
                       "CREATE PUMP p INSERT INTO b SELECT 1 FROM s CREATE STREAM c (x INT);\n"
                       "SELECT 'x'';\n";
    static const uint32_t lines[] = { 1, 1, 2, 4, 5 };
    struct run r;
    run_open(&r, text, strlen(text));
    assert_int_equal(r.diags.count, 5);
    for (size_t i = 0; i < 5; i++) assert_int_equal(r.diags.items[i].status.at.line, lines[i]);
    assert_int_equal(r.statements.count, 2);
    arena_free(r.arena);
}

/* ---- limits ---- */

/* A text of `open` n times, `middle`, `close` n times. */
static char *nested(const char *before, const char *open, const char *middle, const char *close,
                    int n)
{
    struct buf b = { 0 };
    buf_append_c(&b, before);
    for (int i = 0; i < n; i++) buf_append_c(&b, open);
    buf_append_c(&b, middle);
    for (int i = 0; i < n; i++) buf_append_c(&b, close);
    buf_c(&b);
    return b.data;
}

static size_t nested_errors(const char *open, const char *middle, const char *close, int n)
{
    struct run r;
    char *text = nested("SELECT ", open, middle, close, n);
    run_open(&r, text, strlen(text));
    size_t errors = r.diags.error_count;
    assert_true(errors <= 1);
    if (errors == 1) {
        assert_int_equal(r.diags.items[0].status.err, ERR_LIMIT_EXCEEDED);
        assert_non_null(strstr(r.diags.items[0].status.message, "LIMIT_"));
    }
    mem_free(text);
    arena_free(r.arena);
    return errors;
}

static void depths(void **state)
{
    (void)state;
    assert_int_equal(nested_errors("(", "1", ")", LIMIT_EXPR_DEPTH), 0);
    assert_int_equal(nested_errors("(", "1", ")", LIMIT_EXPR_DEPTH + 1), 1);
    assert_int_equal(nested_errors("(", "1", ")", 100000), 1);
    assert_int_equal(nested_errors("f(1 + ", "1", ")", LIMIT_EXPR_DEPTH), 0);
    assert_int_equal(nested_errors("f(1 + ", "1", ")", 5000), 1);
    assert_int_equal(nested_errors("1 + ", "1", "", LIMIT_TREE_DEPTH - 2), 0);
    assert_int_equal(nested_errors("1 + ", "1", "", 100000), 1);
    assert_int_equal(nested_errors("- ", "1", "", 500), 0);
    assert_int_equal(nested_errors("- ", "1", "", 100000), 1);
    assert_int_equal(nested_errors("NOT ", "a", "", 100000), 1);
    assert_int_equal(nested_errors("CASE WHEN a THEN ", "1", " END", 100), 0);
    assert_int_equal(nested_errors("CASE WHEN a THEN ", "1", " END", 100000), 1);
    assert_int_equal(nested_errors("(SELECT ", "1", ")", LIMIT_EXPR_DEPTH), 0);
    assert_int_equal(nested_errors("(SELECT ", "1", ")", 100000), 1);
    assert_int_equal(nested_errors("1 UNION SELECT ", "1", "", 100000), 1);
    assert_int_equal(nested_errors("a, ", "a", "", 100000), 0);
    assert_int_equal(nested_errors("a FROM (SELECT ", "1", ")", 1000), 1);
}

static void long_names(void **state)
{
    (void)state;
    char name[400];
    for (int chars = LIMIT_NAME_CHARS; chars <= LIMIT_NAME_CHARS + 1; chars++) {
        for (int quoted = 0; quoted < 2; quoted++) {
            char *at = name;
            at += sprintf(at, "SELECT %s", quoted ? "\"" : "");
            for (int i = 0; i < chars; i++) at += sprintf(at, "é");
            sprintf(at, "%s", quoted ? "\"" : "");
            struct run r;
            run_open(&r, name, strlen(name));
            assert_int_equal(r.diags.error_count, chars > LIMIT_NAME_CHARS);
            if (chars > LIMIT_NAME_CHARS) {
                assert_int_equal(r.diags.items[0].status.err, ERR_NAME_TOO_LONG);
                assert_non_null(strstr(r.diags.items[0].status.message, "128"));
            }
            arena_free(r.arena);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unexpected_tokens),
        cmocka_unit_test(wrong_quotes),
        cmocka_unit_test(unclosed_quotes),
        cmocka_unit_test(literals),
        cmocka_unit_test(characters),
        cmocka_unit_test(reserved_words),
        cmocka_unit_test(refused),
        cmocka_unit_test(semicolons),
        cmocka_unit_test(unclosed_comment),
        cmocka_unit_test(all_errors_in_one_run),
        cmocka_unit_test(depths),
        cmocka_unit_test(long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
