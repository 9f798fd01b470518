/*
 * test_bind.c: statements to plans, seen through EXPLAIN, and the messages of what is refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/limits.h"
#include "grammar/parse.h"
#include "sql/bind.h"
#include "sql/explain.h"
#include "udf/udf.h"

static struct fn_catalog *functions;

static int setup(void **state)
{
    (void)state;
    functions = fn_catalog_new();
    struct arena *a = arena_new();
    for (size_t i = 0; udf_packages[i]; i++) {
        struct status st = fn_catalog_add(functions, a, udf_packages[i]);
        assert_int_equal(st.err, ERR_NONE);
    }
    arena_free(a);
    fn_catalog_seal(functions);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fn_catalog_free(functions);
    return 0;
}

/* What most tests read: a source and a table. */
#define SOURCE                                                                                \
    "CREATE SOURCE S (K VARCHAR(4), V INTEGER, D DOUBLE, ET TIMESTAMP, \"status\" VARCHAR(8)) " \
    "FROM 'in.json';\n"
#define TABLE_T "CREATE REFERENCE TABLE T (ID INTEGER, NAME VARCHAR(8), W DOUBLE) FROM 't.csv';\n"
#define OUT_STREAM "CREATE STREAM O (A VARCHAR(8), N INTEGER);\n"

struct compiled {
    struct arena          *arena;
    struct diags           diags;
    const struct app_plan *plan;
    struct buf             text; /* messages, then the plan when there were none */
    struct text_file       file;
};

static void compile(const char *sql, struct compiled *c)
{
    *c = (struct compiled){ .arena = arena_new() };
    diags_init(&c->diags, c->arena);
    struct binder *b = binder_new(c->arena, functions, &c->diags);
    c->file = (struct text_file){ "test.sql", sql, strlen(sql) };
    struct ast_statements statements = { 0 };
    parse_file(c->arena, &c->file, &statements, &c->diags);
    bind_statements(b, &statements, ".");
    c->plan = bind_finish(b);
    diags_print(&c->text, &c->diags);
    if (c->diags.error_count > 0) return;
    struct status st = explain_write(&c->text, c->plan, "text");
    assert_int_equal(st.err, ERR_NONE);
}

static void drop(struct compiled *c)
{
    buf_free(&c->text);
    arena_free(c->arena);
}

static void expect_text(const char *sql, const char *text)
{
    struct compiled c;
    compile(sql, &c);
    assert_string_equal(buf_c(&c.text), text);
    drop(&c);
}

/* The text must hold each of the parts, which end with NULL. */
static void expect_parts(const char *sql, const char *const *parts)
{
    struct compiled c;
    compile(sql, &c);
    for (size_t i = 0; parts[i]; i++) {
        if (strstr(buf_c(&c.text), parts[i])) continue;
        fail_msg("%s\ndoes not hold: %s\nbut is: %s", sql, parts[i], buf_c(&c.text));
    }
    drop(&c);
}

#define EXPECT(sql, ...) expect_parts(sql, (const char *const[]){ __VA_ARGS__, NULL })

static const struct app_plan *plan_of(const char *sql, struct compiled *c)
{
    compile(sql, c);
    if (c->diags.error_count > 0) fail_msg("%s\n%s", sql, buf_c(&c->text));
    return c->plan;
}

/* ---- shapes of plans ---- */

static void a_pump_is_one_projection(void **state)
{
    (void)state;
    expect_text(SOURCE OUT_STREAM
                "CREATE PUMP P AS INSERT INTO O SELECT STREAM K, V * 2 FROM S WHERE V > 0;",
                "source S from in.json: reads K, V\n"
                "pump P -> O\n"
                "  Project [stateless] K AS A, V * 2 AS N\n"
                "    Filter [stateless] WHERE V > 0\n"
                "      Stream S\n");
}

static void subqueries_melt_away(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM c * 2 FROM (SELECT STREAM b + 1 AS "
           "c FROM "
           "(SELECT STREAM V AS b FROM S WHERE V > 0) AS i) AS o WHERE c < 6;",
           "    Filter [stateless] WHERE C < 6\n      Project [stateless] V + 1 AS C\n");
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM c * 2 FROM (SELECT STREAM V AS c "
           "FROM S) "
           "AS o WHERE c < 6;",
           "  Project [stateless] NULL AS A, V * 2 AS N\n    Filter [stateless] WHERE V < 6\n"
           "      Stream S\n");
}

static void what_can_fail_stays_below_its_filter(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM c FROM (SELECT STREAM V AS c, 1 / V "
           "AS d "
           "FROM S) AS o WHERE c < 6;",
           "Filter [stateless] WHERE C < 6\n      Project [stateless] V AS C, 1 / V AS D\n");
}

static void windows_of_rowtime(void **state)
{
    (void)state;
    static const struct {
        const char *key, *window;
    } cases[] = {
        { "STEP(s.ROWTIME BY INTERVAL '30' SECOND)", "window 30 SECOND;" },
        { "FLOOR(s.ROWTIME TO MINUTE)", "window 1 MINUTE;" },
        { "CEIL(s.ROWTIME TO HOUR)", "window 1 HOUR;" },
        { "FLOOR(s.ROWTIME TO MONTH)", "window 1 MONTH;" },
        { "FLOOR(s.ROWTIME TO YEAR)", "window 12 MONTH;" },
        { "STEP(s.ROWTIME BY INTERVAL '3' MONTH)", "window 3 MONTH;" },
        { "CAST(s.ROWTIME AS DATE)", "window 1 DAY;" },
        { "s.ROWTIME", "window of one ROWTIME;" },
        { "FLOOR(s.ROWTIME TO MINUTE) - INTERVAL '1' DAY", "window 1 MINUTE;" },
        { "STEP(s.ROWTIME - INTERVAL '30' SECOND BY INTERVAL '1' MINUTE)",
          "window 1 MINUTE shifted by 30 SECOND;" },
        { "FLOOR(STEP(s.ROWTIME BY INTERVAL '30' SECOND) TO HOUR)", "window 1 HOUR;" },
        { "FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') MINUTE / 5 TO MINUTE)",
          "window 5 MINUTE;" },
        { "FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') SECOND / 10 TO SECOND) * 10 + "
          "TIMESTAMP '1970-01-01 00:00:00'",
          "window 10 SECOND;" },
        { "FLOOR((s.ROWTIME - TIMESTAMP '1970-01-01 00:00:01') SECOND / 10 TO SECOND)",
          "window 10 SECOND shifted by 1 SECOND;" },
        { "STEP(STEP(s.ROWTIME BY INTERVAL '7' SECOND) BY INTERVAL '10' SECOND)",
          "window until a change of" },
        { "MONOTONIC(V)", "window until a change of MONOTONIC(V);" },
        { "STEP(V BY 10), STEP(s.ROWTIME BY INTERVAL '1' HOUR), MONOTONIC(V)", "window 1 HOUR;" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *a = arena_new();
        EXPECT(str_format_c(a,
                            SOURCE OUT_STREAM
                            "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM COUNT(*) FROM S AS s "
                            "GROUP BY %s;",
                            cases[i].key),
               cases[i].window);
        arena_free(a);
    }
}

static void windows_over_windows(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM COUNT(*) FROM (SELECT STREAM K, "
           "FLOOR(s.ROWTIME TO MINUTE) AS m FROM S AS s GROUP BY K, FLOOR(s.ROWTIME TO MINUTE)) "
           "AS q "
           "GROUP BY FLOOR(q.m TO HOUR);",
           "Group [global] window 1 HOUR shifted by 1 MINUTE; by FLOOR(M TO HOUR); COUNT(*)");
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM COUNT(*) FROM (SELECT ROWTIME AS t "
           "FROM S) "
           "AS q GROUP BY STEP(q.t BY INTERVAL '1' MINUTE);",
           "Group [global] window 1 MINUTE; by STEP(T BY INTERVAL '1' MINUTE)");
}

static void groups_have_keys_then_aggregates(void **state)
{
    (void)state;
    expect_text(SOURCE OUT_STREAM
                "CREATE PUMP P AS INSERT INTO O SELECT STREAM K, SUM(V) + COUNT(*) FROM S AS s "
                "GROUP BY K, "
                "FLOOR(s.ROWTIME TO MINUTE) HAVING COUNT(*) > 1;",
                "source S from in.json: reads K, V\n"
                "pump P -> O\n"
                "  Project [stateless] K AS A, SUM(V) + COUNT(*) AS N\n"
                "    Filter [stateless] HAVING COUNT(*) > 1\n"
                "      Group [keyed] window 1 MINUTE; by K, FLOOR(ROWTIME TO MINUTE); SUM(V), "
                "COUNT(*)\n"
                "        Stream S\n");
}

static void another_spelling_of_the_window_is_its_key(void **state)
{
    (void)state;
    EXPECT(SOURCE "CREATE STREAM W (T TIMESTAMP, E TIMESTAMP);"
                  "CREATE PUMP P AS INSERT INTO W SELECT STREAM FLOOR(s.ROWTIME TO MINUTE), "
                  "s.rowtime "
                  "FROM S AS s GROUP BY STEP(s.ROWTIME BY INTERVAL '60' SECOND);",
           "Project [stateless] STEP(ROWTIME BY INTERVAL '60' SECOND) AS T, ROWTIME AS E");
}

static void stagger_windows(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM K, COUNT(*) FROM S WINDOWED BY STAGGER "
           "(PARTITION BY K RANGE INTERVAL '1' MINUTE);",
           "Group [keyed] stagger window 1 MINUTE; by K; COUNT(*)");
}

static void joins_look_keys_up(void **state)
{
    (void)state;
    EXPECT(SOURCE TABLE_T OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM t.NAME, s.V FROM S AS s LEFT JOIN T AS "
           "t ON "
           "s.V = t.ID AND s.D > t.W;",
           "Lookup [stateless] LEFT T ON V = T.ID; then D > W");
    /* The condition of a comma join, and what reads the stream alone below it. */
    EXPECT(SOURCE TABLE_T OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM t.NAME, s.V FROM S AS s, T AS t WHERE "
           "s.V = t.ID "
           "AND s.D > 1.5 AND t.W > s.D;",
           "Lookup [stateless] T ON V = T.ID; then W > D\n"
           "      Filter [stateless] WHERE D > 1.5");
    /* An approximate number compares as DOUBLE with an integer column: no key. */
    EXPECT(SOURCE TABLE_T OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM s.V FROM S AS s JOIN T AS t ON s.D "
           "= t.ID;",
           "Lookup [stateless] T ON D = ");
    /* What can fail is tried before the key. */
    EXPECT(SOURCE TABLE_T OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM s.V FROM S AS s JOIN T AS t ON 1 / "
           "s.V > 0 "
           "AND s.V = t.ID;",
           "Lookup [stateless] T ON ((1 / V) > 0) AND (V = ID)");
    EXPECT(SOURCE TABLE_T OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM NAME, V FROM T RIGHT JOIN S ON ID = V;",
           "Lookup [stateless] LEFT T ON V = T.ID");
}

static void unions_take_common_types(void **state)
{
    (void)state;
    EXPECT(SOURCE "CREATE STREAM F (X DOUBLE);"
                  "CREATE PUMP P AS INSERT INTO F SELECT STREAM V FROM S UNION ALL SELECT STREAM "
                  "D FROM S "
                  "UNION ALL SELECT STREAM 1 FROM S;",
           "  Project [stateless] V AS X\n    Union [global] \n      Project [stateless] V\n"
           "        Stream S\n      Project [stateless] D AS V\n",
           "      Project [stateless] 1E0 AS V\n");
}

static void macros_are_expanded(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE FUNCTION twice(x INTEGER) RETURNS INTEGER RETURN x * 2;"
           "CREATE VIEW BIG AS SELECT STREAM K, twice(V) AS W FROM S WHERE V > 10;"
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM * FROM BIG;",
           "  Project [stateless] K AS A, V * 2 AS N\n    Filter [stateless] WHERE V > 10\n");
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) WITH q AS (SELECT STREAM V AS x FROM S) SELECT "
           "STREAM x "
           "FROM q;",
           "V AS N\n    Stream S\n");
}

static void constants_are_folded(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM CASE WHEN 1 = 2 THEN 'x' ELSE "
           "UPPER('ab') || "
           "'c' END, 2 + 3 * 4 FROM S WHERE TRUE AND V > 1 + 1;",
           "Project [stateless] 'ABc' AS A, 14 AS N", "WHERE V > 2\n");
    /* What fails stays: it is an error of each row. */
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM 1 / 0 FROM S;",
           "1 / 0 AS N");
}

static void rowtime_is_set_by_its_alias_alone(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (ROWTIME, N) SELECT STREAM s.ET AS ROWTIME, s.V FROM "
           "S AS s;",
           "Project [global] NULL AS A, V AS N, ET AS ROWTIME");
    EXPECT(SOURCE "CREATE STREAM W (T TIMESTAMP);"
                  "CREATE PUMP P AS INSERT INTO W SELECT STREAM \"ROWTIME\" FROM S;",
           "Project [stateless] ROWTIME AS T");
}

static void top_level_queries(void **state)
{
    (void)state;
    EXPECT(SOURCE "SELECT STREAM K FROM S;", "query -> standard output\n  Project [stateless] K\n");
}

/* ---- the application ---- */

static void only_what_is_read_is_needed(void **state)
{
    (void)state;
    struct compiled c;
    const struct app_plan *plan = plan_of(SOURCE OUT_STREAM
                                          "CREATE PUMP P AS INSERT INTO O (A) SELECT STREAM K "
                                          "FROM S;",
                                          &c);
    const struct plan_stream *s = &plan->streams[0];
    assert_true(s->is_source && s->is_read);
    assert_int_equal(s->n_visible, 5);
    assert_int_equal(s->schema.n_columns, 5 + HIDDEN_COUNT);
    for (uint32_t i = 0; i < s->schema.n_columns; i++) assert_int_equal(s->needed[i], i == 0);
    drop(&c);

    /* A row that may fault is shown by its record. */
    plan = plan_of(SOURCE OUT_STREAM
                   "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM 1 / V FROM S;",
                   &c);
    assert_true(plan->streams[0].needed[1]);
    assert_true(plan->streams[0].needed[5 + HIDDEN_RECORD]);
    assert_false(plan->streams[0].needed[0]);
    drop(&c);

    /* A sink gets all columns. */
    plan = plan_of(SOURCE "CREATE SINK K FROM S INTO 'x.json';", &c);
    for (uint32_t i = 0; i < 5; i++) assert_true(plan->streams[0].needed[i]);
    drop(&c);
}

static void parallelism_numbers_streams(void **state)
{
    (void)state;
    struct compiled c;
    const struct app_plan *plan = plan_of("CREATE SOURCE IN_STREAM (A INTEGER) FROM 'x' WITH "
                                          "(parallelism = 2, "
                                          "rowtime = 'a', lateness = INTERVAL '5' SECOND);",
                                          &c);
    assert_int_equal(plan->n_streams, 2);
    assert_true(str_equal_c(plan->streams[0].name, "IN_STREAM_001"));
    assert_true(str_equal_c(plan->streams[1].name, "IN_STREAM_002"));
    assert_int_equal(plan_source_rowtime(&plan->sources[0]), 0);
    assert_int_equal(plan_source_lateness_ms(&plan->sources[0]), 5000);
    assert_true(plan->streams[1].needed[0]);
    drop(&c);
}

static void replaced_objects_are_gone(void **state)
{
    (void)state;
    struct compiled c;
    const struct app_plan *plan = plan_of(SOURCE
                                          "CREATE STREAM GONE (A INTEGER); DROP STREAM GONE;"
                                          "CREATE OR REPLACE STREAM O (X VARCHAR(3));"
                                          "CREATE OR REPLACE STREAM O (N INTEGER);"
                                          "CREATE OR REPLACE PUMP P AS INSERT INTO O SELECT "
                                          "STREAM V FROM S;"
                                          "CREATE PUMP Q AS INSERT INTO O SELECT STREAM V + 1 "
                                          "FROM S;"
                                          "CREATE OR REPLACE PUMP P AS INSERT INTO O SELECT "
                                          "STREAM 7 FROM S;"
                                          "ALTER PUMP Q STOP;",
                                          &c);
    assert_int_equal(plan->n_streams, 2);
    assert_int_equal(plan->n_pumps, 2);
    assert_true(str_equal_c(plan->pumps[0].name, "Q") && plan->pumps[0].stopped);
    assert_true(str_equal_c(plan->pumps[1].name, "P"));
    assert_int_equal(plan->pumps[1].number, 2);
    assert_int_equal(plan->pumps[1].target, 1);
    drop(&c);
}

static void urls_can_be_given_later(void **state)
{
    (void)state;
    struct compiled c = { .arena = arena_new() };
    diags_init(&c.diags, c.arena);
    struct binder *b = binder_new(c.arena, functions, &c.diags);
    const char *sql = SOURCE OUT_STREAM;
    c.file = (struct text_file){ "test.sql", sql, strlen(sql) };
    struct ast_statements statements = { 0 };
    parse_file(c.arena, &c.file, &statements, &c.diags);
    bind_statements(b, &statements, "sql");
    assert_int_equal(bind_set_source_url(b, str_c("S"), str_c("-")).err, ERR_NONE);
    assert_int_equal(bind_set_sink_url(b, str_c("O"), str_c("out.json")).err, ERR_NONE);
    assert_int_equal(bind_set_sink_url(b, str_c("ERROR_STREAM"), str_c("e.json")).err, ERR_NONE);
    struct status st = bind_set_source_url(b, str_c("s"), str_c("-"));
    assert_int_equal(st.err, ERR_UNKNOWN_NAME);
    assert_string_equal(st.hint, "did you mean \"S\"?");
    const struct app_plan *plan = bind_finish(b);
    assert_true(str_equal_c(plan->sources[0].endpoint.url, "-"));
    assert_string_equal(plan->sources[0].endpoint.base_dir, ".");
    assert_int_equal(plan->n_sinks, 2);
    assert_int_equal(plan->sinks[1].stream, PLAN_ERROR_STREAM);
    drop(&c);
}

static void explain_has_four_forms(void **state)
{
    (void)state;
    struct compiled c;
    const struct app_plan *plan = plan_of(SOURCE TABLE_T OUT_STREAM
                                          "CREATE PUMP P AS INSERT INTO O SELECT STREAM NAME, V "
                                          "FROM S "
                                          "JOIN T ON V = ID WHERE \"status\" = 'a\"b';"
                                          "CREATE SINK K FROM error_stream INTO 'e.json';",
                                          &c);
    static const char *const forms[][2] = {
        { "json", "\"operator\": \"Lookup\", \"keying\": \"stateless\", \"detail\": \"T ON V = "
                  "T.ID\"" },
        { "dot", "digraph application {" },
        { "dot", "\\\"status\\\" = 'a\\\"b'" },
        { "mermaid", "flowchart LR\n" },
        { "mermaid", "#quot;status#quot; = 'a#quot;b'" },
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct buf out = { 0 };
        struct status st = explain_write(&out, plan, forms[i][0]);
        assert_int_equal(st.err, ERR_NONE);
        if (!strstr(buf_c(&out), forms[i][1])) fail_msg("%s: %s", forms[i][0], buf_c(&out));
        buf_free(&out);
    }
    struct buf out = { 0 };
    assert_int_equal(explain_write(&out, plan, "xml").err, ERR_USAGE);
    drop(&c);
}

/* ---- messages ---- */

static void messages_name_what_is_near(void **state)
{
    (void)state;
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM VV FROM S;",
           "test.sql:3:50: error 42703: no column \"VV\" here", "did you mean \"V\"?");
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM status FROM S;",
           "no column \"STATUS\" here", "did you mean \"status\"?");
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM V FROM S WHERE K "
                             "= \"open\";",
           "text stands in single quotes: 'open'");
    EXPECT("CREATE SOURCE SOURCE_SQL_STREAM (A INTEGER) FROM 'x' WITH (parallelism = 1);" OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM A FROM SOURCE_SQL_STREAM;",
           "no stream or table \"SOURCE_SQL_STREAM\"", "did you mean \"SOURCE_SQL_STREAM_001\"?");
    EXPECT(OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM A FROM \"Elsewhere\";",
           "CREATE SOURCE \"Elsewhere\" (column type, ...) FROM 'url';");
    EXPECT(SOURCE "CREATE PUMP P AS INSERT INTO NOWHERE SELECT STREAM V FROM S;",
           "create it before the pump: CREATE STREAM \"NOWHERE\"");
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O SELECT STREAM V FROM S;",
           "stream \"O\" has 2 columns, the query gives 1", "its columns are A, N");
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM K FROM S;",
           "column \"N\" is INTEGER, the query gives VARCHAR(4)", "CAST(... AS INTEGER) converts "
               "it");
    EXPECT(SOURCE OUT_STREAM
           "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM COUNT(*) AS c FROM S AS s GROUP BY "
           "FLOOR(s.ROWTIME TO MINUTE) HAVING c > 1;",
           "\"C\" is an alias of the select list, which HAVING does not see");
    EXPECT(SOURCE OUT_STREAM "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM S.V FROM S AS x;",
           "its alias takes its place: \"X\"");
}

static void a_refused_name_is_reported_once(void **state)
{
    (void)state;
    expect_text(SOURCE "CREATE STREAM BAD (X MONEY);\n"
                       "CREATE PUMP P AS INSERT INTO BAD SELECT STREAM K FROM S;\n"
                       "CREATE PUMP Q AS INSERT INTO BAD SELECT STREAM K FROM BAD;",
                "test.sql:2:22: error 42704: no type MONEY\n"
                "CREATE STREAM BAD (X MONEY);\n"
                "                     ^~~~~\n");
}

static void all_errors_of_a_file_come_at_once(void **state)
{
    (void)state;
    struct compiled c;
    compile(SOURCE OUT_STREAM
            "CREATE PUMP P AS INSERT INTO O (N) SELECT STREAM X1, X2, X3 FROM S;\n"
            "CREATE PUMP Q AS INSERT INTO O (N) SELECT STREAM X4 FROM S;\n"
            "CREATE STREAM Z (A MONEY, B VARCHAR(70000), C INTERVAL DAY);\n",
            &c);
    assert_int_equal(c.diags.error_count, 7);
    drop(&c);
}

static void circles_are_refused(void **state)
{
    (void)state;
    EXPECT("CREATE STREAM A (N INTEGER); CREATE STREAM B (N INTEGER);"
           "CREATE PUMP P AS INSERT INTO B SELECT STREAM N FROM A;"
           "CREATE PUMP Q AS INSERT INTO A SELECT STREAM N FROM B;",
           "error 42P19: pump \"Q\" closes a circle: stream \"A\" feeds itself");
}

static void long_chains_are_refused(void **state)
{
    (void)state;
    struct buf sql = { 0 };
    buf_append_c(&sql, "CREATE STREAM S0 (N INTEGER);\n");
    for (int i = 1; i <= LIMIT_PUMP_DEPTH + 1; i++) {
        buf_printf(&sql,
                   "CREATE STREAM S%d (N INTEGER); CREATE PUMP P%d AS INSERT INTO S%d SELECT "
                   "STREAM N "
                   "FROM S%d;\n",
                   i, i, i, i - 1);
    }
    EXPECT(buf_c(&sql), "a row would go through more than 24 pumps");
    buf_free(&sql);
}

static void macros_do_not_explode(void **state)
{
    (void)state;
    struct buf sql = { 0 };
    buf_append_c(&sql, SOURCE OUT_STREAM "CREATE VIEW V0 AS SELECT STREAM V FROM S;\n"
                                         "CREATE FUNCTION f0(x INTEGER) RETURNS INTEGER RETURN x "
                                         "+ x;\n");
    for (int i = 1; i <= 40; i++) {
        buf_printf(&sql,
                   "CREATE VIEW V%d AS SELECT STREAM V FROM V%d UNION ALL SELECT STREAM V FROM "
                   "V%d;\n"
                   "CREATE FUNCTION f%d(x INTEGER) RETURNS INTEGER RETURN f%d(f%d(x));\n",
                   i, i - 1, i - 1, i, i - 1, i - 1);
    }
    EXPECT(buf_c(&sql), "a query of more than", "an expression of more than");
    buf_free(&sql);
}

static void order_by_rowtime_alone_is_pointed_out(void **state)
{
    (void)state;
    EXPECT(SOURCE "SELECT STREAM K FROM S ORDER BY ROWTIME;", "warning", "changes nothing");
}

/* ---- scalars ---- */

static void scalars_without_columns(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct diags diags;
    diags_init(&diags, a);
    struct binder *b = binder_new(a, functions, &diags);
    const char *sql = "CAST('2026-01-31' AS DATE) + INTERVAL '1' MONTH";
    struct text_file file = { "<eval>", sql, strlen(sql) };
    struct ast_expr *tree = parse_expression(a, &file, &diags);
    assert_non_null(tree);
    struct expr *e;
    struct status st = bind_scalar(b, tree, &e);
    assert_int_equal(st.err, ERR_NONE);
    assert_int_equal(e->kind, EXPR_CONSTANT);
    assert_int_equal(e->type.kind, TYPE_DATE);
    assert_int_equal(e->constant.i64, 20512);
    struct text_file null = { "<eval>", "NULL", 4 };
    st = bind_scalar(b, parse_expression(a, &null, &diags), &e);
    assert_int_equal(st.err, ERR_UNTYPED_NULL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pump_is_one_projection),
        cmocka_unit_test(subqueries_melt_away),
        cmocka_unit_test(what_can_fail_stays_below_its_filter),
        cmocka_unit_test(windows_of_rowtime),
        cmocka_unit_test(windows_over_windows),
        cmocka_unit_test(groups_have_keys_then_aggregates),
        cmocka_unit_test(another_spelling_of_the_window_is_its_key),
        cmocka_unit_test(stagger_windows),
        cmocka_unit_test(joins_look_keys_up),
        cmocka_unit_test(unions_take_common_types),
        cmocka_unit_test(macros_are_expanded),
        cmocka_unit_test(constants_are_folded),
        cmocka_unit_test(rowtime_is_set_by_its_alias_alone),
        cmocka_unit_test(top_level_queries),
        cmocka_unit_test(only_what_is_read_is_needed),
        cmocka_unit_test(parallelism_numbers_streams),
        cmocka_unit_test(replaced_objects_are_gone),
        cmocka_unit_test(urls_can_be_given_later),
        cmocka_unit_test(explain_has_four_forms),
        cmocka_unit_test(messages_name_what_is_near),
        cmocka_unit_test(a_refused_name_is_reported_once),
        cmocka_unit_test(all_errors_of_a_file_come_at_once),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(long_chains_are_refused),
        cmocka_unit_test(macros_do_not_explode),
        cmocka_unit_test(order_by_rowtime_alone_is_pointed_out),
        cmocka_unit_test(scalars_without_columns),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
