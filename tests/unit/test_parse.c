/* test_parse.c: what is read and printed again is the text in its canonical form, reads back as the
 * same, and has the shape that ast.h promises. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "grammar/parse.h"
#include "sql/ast_print.h"

/* A text, and what is printed of it; NULL: the text itself. */
struct example {
    const char *text, *printed;
};

#define CHECK(how, ...)                                                                 \
    do {                                                                                \
        (void)state;                                                                    \
        static const struct example rows_[] = { __VA_ARGS__ };                          \
        for (size_t i_ = 0; i_ < sizeof rows_ / sizeof *rows_; i_++) {                  \
            const char *want_ = rows_[i_].printed ? rows_[i_].printed : rows_[i_].text; \
            check(how, rows_[i_].text, want_);                                          \
            check(how, want_, want_);                                                   \
        }                                                                               \
    } while (0)

enum how {
    AS_EXPR,
    AS_FILE
};

static void print_file(struct arena *a, const struct text_file *file, struct diags *d,
                       struct buf *out)
{
    struct ast_statements s = { 0 };
    parse_file(a, file, &s, d);
    for (size_t i = 0; i < s.count; i++) {
        if (i > 0) buf_append_c(out, "; ");
        ast_print_statement(out, s.items[i]);
    }
}

static void check(enum how how, const char *text, const char *want)
{
    struct arena *a = arena_new();
    struct text_file file = { "t", text, strlen(text) };
    struct diags d;
    struct buf out = { 0 };
    diags_init(&d, a);
    if (how == AS_FILE) {
        print_file(a, &file, &d, &out);
    } else {
        struct ast_expr *e = parse_expression(a, &file, &d);
        if (e) ast_print_expr(&out, e);
    }
    if (d.error_count > 0) {
        struct buf errors = { 0 };
        diags_print(&errors, &d);
        fail_msg("%s\n%s", text, buf_c(&errors));
    }
    if (strcmp(buf_c(&out), want) != 0) {
        fail_msg("%s\n  printed as %s\n  instead of %s", text, buf_c(&out), want);
    }
    buf_free(&out);
    arena_free(a);
}

/* ---- expressions ---- */

static void literals(void **state)
{
    CHECK(AS_EXPR, { "12", 0 }, { ".5", 0 }, { "12.50", 0 }, { "12.", 0 }, { "1.5E-6", 0 },
          { "1e2", 0 },
          { "-3", 0 }, { "+ 3", "+3" }, { "- -3", 0 }, { "-(-3)", 0 }, { "'it''s'", 0 },
          { "''", 0 },
          { "'a -- b /* c */ // d'", 0 }, { "U&'caf\\00e9'", "'café'" }, { "u&'\\\\'", "'\\'" },
          { "U&'tab!0009' UESCAPE '!'", "'tab\t'" }, { "U&'\\+01F600'", "'😀'" },
          { "x'0fA0'", "X'0fA0'" },
          { "true", "TRUE" }, { "FALSE", 0 }, { "UNKNOWN", 0 }, { "null", "NULL" },
          { "date '2026-02-03'", "DATE '2026-02-03'" }, { "TIME '10:20:30'", 0 },
          { "TIMESTAMP '2026-02-03 10:20:30.456'", 0 },
          { "INTERVAL '3 04:05:06.7' DAY TO SECOND", 0 },
          { "INTERVAL '360' SECOND(3)", 0 }, { "INTERVAL '59:59.999' MINUTE TO SECOND(3)", 0 },
          { "INTERVAL '1' SECOND(2, 3)", 0 }, { "INTERVAL '1' DAY(4) TO SECOND(3)", 0 },
          { "INTERVAL '1-2' YEAR TO MONTH", 0 }, { "INTERVAL - '5' DAY", "INTERVAL '-5' DAY" },
          { "INTERVAL +'5' DAY", "INTERVAL '+5' DAY" });
}

static void names(void **state)
{
    CHECK(AS_EXPR, { "Temp", "TEMP" }, { "\"temp\"", 0 }, { "\"5\"\" disk\"", 0 },
          { "_a$0", "_A$0" },
          { "s.\"Price\"", "S.\"Price\"" }, { "t.rec.column1", "T.REC.COLUMN1" },
          { "rowtime", "ROWTIME" },
          { "s.ROWTIME", "S.ROWTIME" }, { "APPROXIMATE_ARRIVAL_TIME", 0 }, { "größe", "GRößE" },
          { "\"USER\"", 0 }, { "user", "USER" }, { "current_timestamp", "CURRENT_TIMESTAMP" },
          { "CURRENT_TIMESTAMP(3)", 0 }, { "CURRENT_ROW_TIMESTAMP", 0 }, { "LOCALTIMESTAMP", 0 });
}

static void operators(void **state)
{
    CHECK(AS_EXPR, { "1+2*3-4/5", "1 + 2 * 3 - 4 / 5" }, { "(1+2)*3", "(1 + 2) * 3" },
          { "a-(b-c)", "A - (B - C)" },
          { "a||b||'c'", "A || B || 'c'" }, { "-a*b", "-A * B" }, { "-(a*b)", "-(A * B)" },
          { "a = 1 AND b <> 2 OR NOT c < 3", "A = 1 AND B <> 2 OR NOT C < 3" },
          { "a != b", "A <> B" },
          { "(a OR b) AND c", "(A OR B) AND C" }, { "not not a", "NOT NOT A" },
          { "a = b IS TRUE", "A = B IS TRUE" },
          { "a <= b", "A <= B" }, { "a >= b = c", "A >= B = C" }, { "a*-1", "A * -1" },
          { "a//*\n/2", "A / 2" },
          { "(a, b) = (c, d)", "(A, B) = (C, D)" }, { "ROW(1)", 0 }, { "ROW(1, 2)", "(1, 2)" },
          { "((1))", "(1)" }, { "a - INTERVAL '1' DAY", "A - INTERVAL '1' DAY" });
}

static void predicates(void **state)
{
    CHECK(AS_EXPR, { "A IS NULL", 0 }, { "A IS NOT NULL", 0 }, { "A IS NOT TRUE", 0 },
          { "A IS FALSE", 0 },
          { "A IS UNKNOWN", 0 }, { "A IS DISTINCT FROM B + 1", 0 },
          { "A IS NOT DISTINCT FROM B", 0 },
          { "A BETWEEN 1 AND 2", 0 }, { "A NOT BETWEEN SYMMETRIC 2 AND 1 AND B", 0 },
          { "A BETWEEN ASYMMETRIC 1 AND 2", "A BETWEEN 1 AND 2" }, { "A IN (1, 2)", 0 },
          { "A NOT IN (1)", 0 },
          { "(A, B) IN ((1, 2), (3, 4))", 0 }, { "A IN (SELECT B FROM T)", 0 },
          { "A IN (VALUES (1), (2))", 0 },
          { "A IN ((SELECT B FROM T))", "A IN (SELECT B FROM T)" }, { "A LIKE 'x%'", 0 },
          { "A NOT LIKE 'x!%' ESCAPE '!'", 0 }, { "A SIMILAR TO '[a-z]+'", 0 },
          { "A NOT SIMILAR TO B || 'x' ESCAPE '\\'", 0 }, { "EXISTS (SELECT 1 FROM T)", 0 },
          { "NOT EXISTS (SELECT 1 FROM T)", 0 }, { "NOT (EXISTS (SELECT 1 FROM T))", 0 },
          { "(SELECT 1) + 1", 0 }, { "((SELECT 1))", "(SELECT 1)" }, { "A = B LIKE C", 0 });
}

static void periods(void **state)
{
    CHECK(AS_EXPR, { "(A, B) CONTAINS (C, D)", 0 }, { "(A, B) OVERLAPS (C, INTERVAL '1' DAY)", 0 },
          { "(A, B) EQUALS (C, D)", 0 }, { "(A, B) PRECEDES (C, D)", 0 },
          { "(A, B) SUCCEEDS (C, D)", 0 },
          { "(A, B) IMMEDIATELY PRECEDES (C, D)", 0 }, { "(A, B) IMMEDIATELY SUCCEEDS (C, D)", 0 },
          { "(A, B) LEADS (C, D)", 0 }, { "(A, B) LAGS (C, D)", 0 },
          { "(A, B) STRICTLY CONTAINS (C, D)", 0 },
          { "(A, B) STRICTLY OVERLAPS (C, D)", 0 }, { "(A, B) STRICTLY PRECEDES (C, D)", 0 },
          { "(A, B) STRICTLY SUCCEEDS (C, D)", 0 }, { "(A, B) STRICTLY LEADS (C, D)", 0 },
          { "(A, B) strictly lags (C, D)", "(A, B) STRICTLY LAGS (C, D)" },
          { "(A, B) IMMEDIATELY LEADS (C, D)", 0 },
          { "(A, B) IMMEDIATELY LAGS (C, D) OR FALSE", 0 });
}

static void calls(void **state)
{
    CHECK(AS_EXPR, { "f()", "F()" }, { "f(1, 'a')", "F(1, 'a')" }, { "\"f\"(1)", 0 },
          { "COUNT(*)", 0 },
          { "COUNT(DISTINCT A)", 0 }, { "SUM(ALL A)", "SUM(A)" }, { "MOD(A, 2)", 0 },
          { "LEFT('ab', 1)", 0 },
          { "REPLACE(A, 'b', 'c')", 0 }, { "CAST(A AS DECIMAL(5, 2))", 0 },
          { "CAST(NULL AS VARCHAR)", 0 },
          { "CAST(A AS double  precision)", "CAST(A AS DOUBLE PRECISION)" },
          { "CAST(A AS CHARACTER VARYING (5))", "CAST(A AS CHARACTER VARYING(5))" },
          { "CAST(A AS INTERVAL DAY TO SECOND)", 0 }, { "CAST(A AS TIMESTAMP(3))", 0 },
          { "CASE A WHEN 1 THEN 'x' ELSE 'y' END", 0 },
          { "CASE WHEN A = 1 THEN 2 WHEN B THEN 3 END", 0 },
          { "FLOOR(A)", 0 }, { "FLOOR(A TO MINUTE)", 0 },
          { "CEILING(A TO HOUR)", "CEIL(A TO HOUR)" },
          { "STEP(S.ROWTIME BY INTERVAL '30' SECOND)", 0 }, { "EXTRACT(YEAR FROM A)", 0 },
          { "TRIM(A)", "TRIM(BOTH ' ' FROM A)" }, { "TRIM('x' FROM A)", "TRIM(BOTH 'x' FROM A)" },
          { "TRIM(LEADING FROM A)", "TRIM(LEADING ' ' FROM A)" },
          { "TRIM(TRAILING 'x' FROM A)", 0 },
          { "SUBSTRING(A, 2)", "SUBSTRING(A FROM 2)" }, { "SUBSTRING(A FROM 2 FOR 3)", 0 },
          { "SUBSTRING(A, 2, 3)", "SUBSTRING(A FROM 2 FOR 3)" },
          { "SUBSTRING(A SIMILAR 'a#\"b#\"' ESCAPE '#')", 0 },
          { "POSITION('a' IN B)", 0 }, { "POSITION('a' IN (B) || 'c')", 0 },
          { "OVERLAY(A PLACING 'b' FROM 1)", 0 },
          { "OVERLAY(A PLACING 'b' FROM 1 FOR 2)", 0 });
}

static void differences(void **state)
{
    CHECK(AS_EXPR, { "(A - B) MINUTE", 0 },
          { "(a-b) day to second(3)", "(A - B) DAY TO SECOND(3)" },
          { "FLOOR((A - B) MINUTE / 5 TO MINUTE)", 0 }, { "FLOOR((A - B) MINUTE TO MINUTE)", 0 },
          { "FLOOR((A - B) SECOND TO MINUTE)", 0 }, { "FLOOR((A - B) DAY TO HOUR TO DAY)", 0 },
          { "FLOOR((INTERVAL '100' SECOND) TO MINUTE)", 0 },
          { "CAST((A - B) SECOND AS BIGINT)", 0 });
}

static void windows(void **state)
{
    CHECK(AS_EXPR, { "SUM(A) OVER W", 0 }, { "SUM(A) OVER (W ROWS 5 PRECEDING)", 0 },
          { "AVG(A) OVER ()", 0 },
          { "SUM(A) OVER (PARTITION BY B, C RANGE INTERVAL '1' HOUR PRECEDING)", 0 },
          { "SUM(A) OVER (ORDER BY ROWTIME DESC ROWS BETWEEN 4 PRECEDING AND 2 PRECEDING)", 0 },
          { "SUM(A) OVER (ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)",
            "SUM(A) OVER (ROWS 4 PRECEDING)" },
          { "SUM(A) OVER (RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", 0 },
          { "SUM(A) OVER (ROWS CURRENT ROW)", 0 }, { "SUM(A) OVER (ROWS 4 FOLLOWING)", 0 },
          { "LAG(A, 1, B) IGNORE NULLS OVER W", 0 },
          { "NTH_VALUE(A, 2) FROM LAST RESPECT NULLS OVER W", 0 },
          { "NTH_VALUE(A, 2) FROM FIRST OVER W", "NTH_VALUE(A, 2) OVER W" },
          { "FIRST_VALUE(A IGNORE NULLS) OVER W", "FIRST_VALUE(A) IGNORE NULLS OVER W" },
          { "FIRST_VALUE(ABS(A) IGNORE NULLS)", "FIRST_VALUE(ABS(A)) IGNORE NULLS" },
          { "ABS(FIRST_VALUE(A) IGNORE NULLS)", 0 }, { "SUM(A) OVER W / COUNT(*) OVER W", 0 });
}

/* ---- queries ---- */

static void selects(void **state)
{
    CHECK(AS_FILE, { "SELECT STREAM * FROM S", 0 },
          { "select a.*, b from s as a", "SELECT A.*, B FROM S AS A" },
          { "SELECT STREAM DISTINCT A X, B AS \"y\" FROM S",
            "SELECT STREAM DISTINCT A AS X, B AS \"y\" FROM S" },
          { "SELECT STREAM ALL A FROM S", "SELECT STREAM A FROM S" }, { "SELECT 1", 0 },
          { "SELECT A FROM S WHERE A > 1 GROUP BY FLOOR(T TO MINUTE), A HAVING COUNT(*) > 1", 0 },
          { "SELECT A FROM S ORDER BY STEP(ROWTIME BY INTERVAL '1' MINUTE), 2 DESC, B ASC",
            "SELECT A FROM S ORDER BY STEP(ROWTIME BY INTERVAL '1' MINUTE), 2 DESC, B" },
          { "SELECT T AS ROWTIME, A FROM S ORDER BY T WITHIN INTERVAL '10' SECOND", 0 },
          { "SELECT A FROM S LIMIT 10", 0 },
          { "SELECT A FROM S WINDOW W AS (ROWS 1 PRECEDING), V AS (W)", 0 },
          { "SELECT A FROM S WINDOWED BY STAGGER (PARTITION BY A RANGE INTERVAL '1' MINUTE)", 0 },
          { "VALUES (1, 'a'), (2, 'b')", 0 }, { "(SELECT A FROM S)", "SELECT A FROM S" },
          { "WITH V AS (SELECT 1), W AS (SELECT 2) SELECT * FROM V ORDER BY 1", 0 });
}

static void sets(void **state)
{
    CHECK(AS_FILE, { "SELECT A FROM S UNION ALL SELECT B FROM T", 0 },
          { "SELECT 1 UNION DISTINCT SELECT 2 EXCEPT SELECT 3 INTERSECT ALL SELECT 4",
            "SELECT 1 UNION SELECT 2 EXCEPT SELECT 3 INTERSECT ALL SELECT 4" },
          { "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3", 0 },
          { "SELECT 1 UNION (SELECT 2 UNION SELECT 3)", 0 },
          { "(SELECT 1 ORDER BY 1) UNION SELECT 2 ORDER BY 1", 0 },
          { "((SELECT 1)) UNION ((SELECT 2))", "SELECT 1 UNION SELECT 2" });
}

static void froms(void **state)
{
    CHECK(AS_FILE, { "SELECT * FROM A, B AS C, D", 0 },
          { "SELECT * FROM A X JOIN B ON X.I = B.I", "SELECT * FROM A AS X JOIN B ON X.I = B.I" },
          { "SELECT * FROM A INNER JOIN B USING (I, J)", "SELECT * FROM A JOIN B USING (I, J)" },
          { "SELECT * FROM A LEFT OUTER JOIN B ON TRUE RIGHT JOIN C ON TRUE FULL JOIN D ON TRUE",
            "SELECT * FROM A LEFT JOIN B ON TRUE RIGHT JOIN C ON TRUE FULL JOIN D ON TRUE" },
          { "SELECT * FROM A CROSS JOIN B NATURAL LEFT JOIN C", 0 },
          { "SELECT * FROM A JOIN (B JOIN C ON X) ON Y", 0 },
          { "SELECT * FROM A OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS X, B OVER W", 0 },
          { "SELECT * FROM A AS X OVER W", "SELECT * FROM A OVER W AS X" },
          { "SELECT * FROM (SELECT A FROM S) AS T (B)", 0 },
          { "SELECT * FROM (SELECT A FROM S) WHERE A = 1", 0 },
          { "SELECT * FROM (VALUES (1, 'a')) AS T (K, N)", 0 },
          { "SELECT * FROM sch.s t", "SELECT * FROM SCH.S AS T" },
          { "SELECT * FROM A, B JOIN C ON TRUE", 0 },
          { "SELECT STREAM * FROM TABLE (RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM S), "
            "100, 'x', SEED => 1)) AS T",
            "SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST(CURSOR(SELECT STREAM * FROM S), "
            "100, 'x', SEED => 1)) AS T" },
          { "SELECT * FROM LAST, FIRST", 0 });
}

/* ---- statements ---- */

static void creates(void **state)
{
    CHECK(AS_FILE,
          { "CREATE STREAM S (A INTEGER, \"b\" VARCHAR (8) NOT NULL)",
            "CREATE STREAM S (A INTEGER, \"b\" VARCHAR(8) NOT NULL)" },
          { "CREATE OR REPLACE STREAM S (A INT) DESCRIPTION 'x;y' OPTIONS (K 'v', L 5)", 0 },
          { "CREATE\nOR REPLACE  PUMP p STARTED AS INSERT INTO t SELECT STREAM * FROM s",
            "CREATE OR REPLACE PUMP P AS INSERT INTO T SELECT STREAM * FROM S" },
          { "CREATE PUMP P STOPPED DESCRIPTION 'it''s' AS INSERT INTO T (A, B) SELECT 1, 2", 0 },
          { "CREATE VIEW V (A, B) DESCRIPTION 'v' AS SELECT 1, 2", 0 },
          { "CREATE FUNCTION F (A INTEGER, B DOUBLE) RETURNS DOUBLE LANGUAGE SQL SPECIFIC F1 "
            "NOT DETERMINISTIC CONTAINS SQL CALLED ON NULL INPUT RETURN A * B",
            "CREATE FUNCTION F (A INTEGER, B DOUBLE) RETURNS DOUBLE RETURN A * B" },
          { "CREATE FUNCTION F () RETURNS INT READS SQL DATA RETURNS NULL ON NULL INPUT RETURN 1",
            "CREATE FUNCTION F () RETURNS INT RETURNS NULL ON NULL INPUT RETURN 1" },
          { "CREATE FUNCTION F (A INT) RETURNS DECIMAL(5) LANGUAGE C EXTERNAL NAME 'f.so:f'", 0 },
          { "CREATE SOURCE S (A INT NOT NULL PERSONAL PATH '$.a', B TIMESTAMP) FROM 'file:x' "
            "WITH (FORMAT = 'csv', HEADER = TRUE, LATENESS = INTERVAL '5' SECOND, "
            "N = -1, KEY = (A, B))",
            0 },
          { "CREATE SOURCE S (A INT)", 0 },
          { "CREATE SINK K FROM S INTO 'mail:' WITH (from = 'a', to = 'b', interval = 5)",
            "CREATE SINK K FROM S INTO 'mail:' WITH (FROM = 'a', TO = 'b', INTERVAL = 5)" },
          { "CREATE REFERENCE TABLE R (A INT, B INT, PRIMARY KEY (A, B)) FROM 'r.csv' "
            "WITH (REFRESH = INTERVAL '15' MINUTE)",
            0 });
}

static void others(void **state)
{
    CHECK(AS_FILE, { "ALTER PUMP A, \"b\" STOP", 0 }, { "ALTER PUMP A START", 0 },
          { "DROP STREAM A", 0 }, { "DROP PUMP A", 0 },
          { "DROP FUNCTION A", 0 }, { "DROP VIEW A", 0 },
          { "INSERT EXPEDITED INTO T VALUES (1)", "INSERT INTO T VALUES (1)" },
          { "INSERT INTO T (A) (SELECT 1)", "INSERT INTO T (A) SELECT 1" },
          { ";;SELECT 1;;SELECT 2", "SELECT 1; SELECT 2" },
          { "", "" }, { "-- nothing", "" });
}

static void layouts(void **state)
{
    CHECK(AS_FILE, { "\xEF\xBB\xBFselect 1", "SELECT 1" },
          { "SELECT\r\n\t1 -- é ü 'x\r\n;", "SELECT 1" },
          { "SELECT 1 // it's\n, 2 /* ; ' */ FROM\xC2\xA0S", "SELECT 1, 2 FROM S" },
          { "SELECT 1 /* never closed", "SELECT 1" },
          { "SELECT\"a\"FROM\"b\"", "SELECT \"a\" FROM \"b\"" },
          { "SELECT 1 /**/ /***/", "SELECT 1" });
}

/* ---- words ---- */

struct word {
    const char *text, *token, *use;
};

static const struct word words[] = {
#define KEYWORD(text, token, use) { text, #token, #use },
#include "grammar/keywords.def"
#undef KEYWORD
};

enum {
    WORD_COUNT = sizeof words / sizeof *words
};

static void words_are_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < WORD_COUNT; i++) {
        if (strcmp(words[i - 1].text, words[i].text) >= 0) fail_msg("%s", words[i].text);
    }
}

/* Parses a text made as by printf from one word; the number of errors. */
static size_t errors_with(const char *format, const char *word)
{
    char text[400];
    snprintf(text, sizeof text, format, word, word, word);
    struct arena *a = arena_new();
    struct text_file file = { "t", text, strlen(text) };
    struct diags d;
    diags_init(&d, a);
    struct ast_statements s = { 0 };
    parse_file(a, &file, &s, &d);
    size_t n = d.error_count;
    arena_free(a);
    return n;
}

static void free_words_are_names(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "SELECT %s FROM S",
        "SELECT A AS %s, %s.B FROM %s",
        "SELECT A FROM S AS %s WHERE %s = 1 GROUP BY %s",
        "CREATE STREAM %s (%s INTEGER)",
        "SELECT A FROM S ORDER BY %s DESC",
        "SELECT %s(1) FROM S",
        "SELECT SUM(A) OVER %s FROM S WINDOW %s AS (PARTITION BY %s ROWS 1 PRECEDING)",
        "CREATE PUMP %s AS INSERT INTO %s (%s) SELECT 1",
    };
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strcmp(words[i].use, "FREE") != 0) continue;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            if (errors_with(texts[k], words[i].text) == 0) continue;
            fail_msg("%s in %s", words[i].text, texts[k]);
        }
    }
}

static void reserved_words_are_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        const char *word = words[i].text;
        bool called = strcmp(words[i].use, "CALLED") == 0;
        bool readable = strcmp(words[i].use, "READABLE") == 0;
        enum keyword_use use = parse_keyword(str_c(words[i].text));
        assert_int_equal(use, strcmp(words[i].use, "FREE") == 0 ? KEYWORD_FREE : KEYWORD_RESERVED);
        if (use == KEYWORD_FREE) continue;
        bool good = (errors_with("CREATE STREAM S (%s INTEGER)", word) == 0) == readable &&
                    (errors_with("CREATE STREAM %s (A INTEGER)", word) == 0) == readable &&
                    (!called || errors_with("SELECT %s FROM S", word) == 0) &&
                    errors_with("CREATE STREAM \"%s\" (\"%s\" INTEGER)", word) == 0;
        if (!good) fail_msg("%s", word);
    }
    assert_int_equal(parse_keyword(str_c("value")), KEYWORD_RESERVED);
    assert_int_equal(parse_keyword(str_c("ticker")), KEYWORD_NONE);
}

/* Reserved words without a syntax of their own are callable: COUNT, SUM, MOD. */
static void reserved_words_are_callable(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strcmp(words[i].token, "ID") != 0 || strchr(words[i].text, '-')) continue;
        if (strcmp(words[i].text, "LATERAL") == 0) continue; /* LATERAL ( is refused */
        if (errors_with("SELECT %s(1) FROM S", words[i].text) > 0) fail_msg("%s", words[i].text);
    }
}

/* ---- shapes ---- */

static struct ast_expr *expr(struct arena *a, const char *text)
{
    struct text_file *file = ARENA_NEW(a, struct text_file);
    *file = (struct text_file){ "t", text, strlen(text) };
    struct diags d;
    diags_init(&d, a);
    struct ast_expr *e = parse_expression(a, file, &d);
    assert_non_null(e);
    return e;
}

static void trees_have_their_shape(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct ast_expr *e = expr(a, "CASE WHEN x THEN 1 END");
    assert_int_equal(e->n_args, 4);
    assert_null(e->args[0]);
    assert_null(e->args[3]);
    e = expr(a, "x NOT IN (1, 2, 3)");
    assert_int_equal(e->n_args, 4);
    assert_true(e->negated);
    e = expr(a, "(a, b) STRICTLY LEADS (c, INTERVAL '1' DAY)");
    assert_true(str_equal_c(e->name, "STRICTLY LEADS"));
    assert_true(str_equal_c(e->text, "01"));
    assert_int_equal(e->n_args, 4);
    e = expr(a, "INTERVAL '1' DAY(4) TO SECOND(3)");
    assert_int_equal(e->type.from, UNIT_DAY);
    assert_int_equal(e->type.to, UNIT_SECOND);
    assert_int_equal(e->type.length, 4);
    assert_int_equal(e->type.scale, 3);
    e = expr(a, "(a - b) MINUTE / 5");
    assert_true(str_equal_c(e->name, "/"));
    assert_int_equal(e->args[0]->kind, AST_INTERVAL_OF);
    assert_int_equal(e->args[0]->type.to, UNIT_MINUTE);
    assert_int_equal(e->depth, 4);
    e = expr(a, "TRIM(LEADING 'x' FROM y)");
    assert_int_equal(e->op, 'L');
    assert_int_equal(e->n_args, 2);
    arena_free(a);
}

static void places_are_exact(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct ast_expr *e = expr(a, "é +\n  f(größe, (2))");
    assert_int_equal(e->at.line, 1);
    assert_int_equal(e->at.column, 1);
    assert_int_equal(e->at.length, strlen("é +\n  f(größe, (2))"));
    const struct ast_expr *call = e->args[1];
    assert_int_equal(call->at.line, 2);
    assert_int_equal(call->at.column, 3);
    assert_int_equal(call->name_at.length, 1);
    assert_int_equal(call->args[1]->at.column, 12);
    assert_int_equal(call->args[1]->at.length, 3);
    arena_free(a);
}

static void columns_and_options(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct diags d;
    diags_init(&d, a);
    struct text_file columns = { "t", "a INTEGER NOT NULL PATH '$.x', \"b\" VARCHAR(4)", 0 };
    columns.size = strlen(columns.data);
    struct ast_column_def *defs;
    uint32_t n;
    assert_true(parse_columns(a, &columns, &defs, &n, &d));
    assert_int_equal(n, 2);
    assert_true(defs[0].not_null && defs[0].has_path && str_equal_c(defs[0].path, "$.x"));
    struct text_file text = { "t", "format = 'csv', row_path = '$.items[0:]', end = 1", 0 };
    text.size = strlen(text.data);
    struct ast_option *options;
    assert_true(parse_options(a, &text, &options, &n, &d));
    assert_int_equal(n, 3);
    assert_true(str_equal_c(options[1].name.text, "ROW_PATH"));
    struct text_file two = { "t", "a INTEGER; b INTEGER", 20 };
    assert_false(parse_columns(a, &two, &defs, &n, &d));
    assert_int_equal(d.error_count, 1);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals),
        cmocka_unit_test(names),
        cmocka_unit_test(operators),
        cmocka_unit_test(predicates),
        cmocka_unit_test(periods),
        cmocka_unit_test(calls),
        cmocka_unit_test(differences),
        cmocka_unit_test(windows),
        cmocka_unit_test(selects),
        cmocka_unit_test(sets),
        cmocka_unit_test(froms),
        cmocka_unit_test(creates),
        cmocka_unit_test(others),
        cmocka_unit_test(layouts),
        cmocka_unit_test(words_are_sorted),
        cmocka_unit_test(free_words_are_names),
        cmocka_unit_test(reserved_words_are_not),
        cmocka_unit_test(reserved_words_are_callable),
        cmocka_unit_test(trees_have_their_shape),
        cmocka_unit_test(places_are_exact),
        cmocka_unit_test(columns_and_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
