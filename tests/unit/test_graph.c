/* test_graph.c: whole applications: the outcome is the same wherever batches are cut, after checkpoints into fresh
 * graphs, and through sections. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "graph_harness.h"

enum { RECORDS = 700 };

static struct graph_record records[RECORDS];
static char                texts[RECORDS][160];

/* Two sources, several records a second, values that fail now and then, broken records, clock steps. */
static void make_records(void)
{
    static const char *const keys[] = { "\"a\"", "\"b\"", "\"a  \"", "null", "\"quite a long key\"",
                                        "\"c\"" };
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint64_t h = hash_u64(i + 1);
        rowtime t = 1000000 + (rowtime)(i * 700 + h % 300);
        if (i && h % 5 == 0) t = records[i - 1].time;
        records[i] = (struct graph_record){ (h >> 9) % 3 ? "S" : "R", t, texts[i] };
        int v = (int)((h >> 20) % 100), d = (int)((h >> 30) % 12);
        long long event = (long long)(t - 5000 - (rowtime)((h >> 40) % 3000));
        snprintf(texts[i], sizeof texts[i], "{\"K\": %s, \"V\": %d, \"D\": %d, \"ET\": %lld}",
                 keys[(h >> 12) % 6], v, d, event);
        if (h % 41 == 0) snprintf(texts[i], sizeof texts[i], "{\"K\": \"a\", \"V\": \"x%d\"}", v);
        if (h % 43 == 0) snprintf(texts[i], sizeof texts[i], "{\"K\": ");
        if (h % 47 == 0) records[i].text = NULL;
    }
}

#define SOURCES                                                             \
    "CREATE SOURCE S (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT);\n"    \
    "CREATE SOURCE R (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT);\n"

static void check_ways(const char *sql, const char *table)
{
    struct graph_run run = { .sql = sql, .table = table, .records = records, .n_records = RECORDS,
                             .batch_rows = 1 };
    char *first = graph_run(&run);
    const uint32_t sizes[] = { 3, 1000, 64 };
    for (uint32_t way = 0; way < 12; way++) {
        run.batch_rows = sizes[way % 3];
        run.checkpoints = way / 3 == 1;
        run.sections = way / 3 == 2;
        run.takeovers = way / 3 == 3;
        char *other = graph_run(&run);
        if (strcmp(first, other) != 0) {
            size_t at = 0;
            while (first[at] == other[at]) at++;
            while (at && first[at - 1] != '\n') at--;
            fail_msg("with batches of %u%s%s%s:\n  row by row: %.*s\n  here:       %.*s",
                     run.batch_rows, run.checkpoints ? " and checkpoints" : "",
                     run.takeovers ? " and takeovers" : "",
                     run.sections ? " through sections" : "", (int)strcspn(first + at, "\n"),
                     first + at, (int)strcspn(other + at, "\n"), other + at);
        }
        free(other);
    }
    free(first);
}

static int setup(void **state)
{
    (void)state;
    make_records();
    return 0;
}

/* ---- the outcome does not depend on the way ---- */

static void test_diamond(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM U (K VARCHAR(20), N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S WHERE V > 30;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, V / D FROM S;\n"
        "CREATE PUMP P3 AS INSERT INTO T SELECT STREAM K, V * 10 FROM R WHERE 100 / D > 20;\n"
        "CREATE PUMP P4 AS INSERT INTO U SELECT STREAM K, 1000 / N FROM T;\n"
        "CREATE PUMP P5 AS INSERT INTO U SELECT STREAM K, N FROM T WHERE N < 10;\n",
        NULL);
}

static void test_windows_of_a_diamond(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM W (K VARCHAR(20), N INTEGER, LO INTEGER, HI INTEGER, MEAN DOUBLE);\n"
        "CREATE STREAM Q (N INTEGER, TOTAL INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S WHERE V > 30;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, V / D FROM R;\n"
        "CREATE PUMP P3 AS INSERT INTO W SELECT STREAM K, COUNT(*), MIN(N), MAX(N), AVG(CAST(N "
        "AS DOUBLE))\n"
        "  FROM T GROUP BY K, FLOOR(T.ROWTIME TO MINUTE);\n"
        "CREATE PUMP P4 AS INSERT INTO W SELECT STREAM K, COUNT(*), MIN(V), MAX(V), 100 / "
        "(MAX(V) - 90)\n"
        "  FROM S GROUP BY STEP(S.ROWTIME BY INTERVAL '20' SECOND), K HAVING COUNT(*) > 2;\n"
        "CREATE PUMP P5 AS INSERT INTO Q SELECT STREAM COUNT(*), SUM(N) FROM W\n"
        "  GROUP BY STEP(W.ROWTIME BY INTERVAL '2' MINUTE);\n",
        NULL);
}

static void test_stagger(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM W (K VARCHAR(20), N INTEGER, HI INTEGER);\n"
               "CREATE STREAM X (K VARCHAR(20), N INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO W SELECT STREAM K, COUNT(*), MAX(V) FROM S\n"
               "  WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '10' SECOND);\n"
               "CREATE PUMP P2 AS INSERT INTO W SELECT STREAM K, D, V FROM R;\n"
               "CREATE PUMP P3 AS INSERT INTO X SELECT STREAM K, SUM(N) FROM W\n"
               "  WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '1' MINUTE);\n",
               NULL);
}

static void test_sorting(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM W (K VARCHAR(20), N TINYINT);\n"
               "CREATE STREAM X (K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM Y (K VARCHAR(20), N INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO W SELECT STREAM K, V * 2 FROM S\n"
               "  ORDER BY FLOOR(S.ROWTIME TO MINUTE), 100 / D DESC, K;\n"
               "CREATE PUMP P2 AS INSERT INTO W SELECT STREAM K, D FROM R;\n"
               "CREATE PUMP P3 AS INSERT INTO X SELECT STREAM K, SUM(N) FROM W\n"
               "  GROUP BY STEP(W.ROWTIME BY INTERVAL '20' SECOND), K\n"
               "  ORDER BY STEP(W.ROWTIME BY INTERVAL '20' SECOND), COUNT(*), SUM(N) DESC;\n"
               "CREATE PUMP P4 AS INSERT INTO Y SELECT STREAM K, N FROM X\n"
               "  ORDER BY MONOTONIC(FLOOR(X.ROWTIME TO MINUTE)), N;\n"
               "CREATE PUMP P5 AS INSERT INTO Y SELECT STREAM K, V FROM S ORDER BY ROWTIME, V;\n",
               NULL);
}

static void test_sorting_by_time(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM W (K VARCHAR(20), N TINYINT);\n"
               "CREATE STREAM X (K VARCHAR(20), N INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO W SELECT STREAM a.T AS ROWTIME, a.K, a.V * 2 FROM\n"
               "  (SELECT STREAM TIMESTAMP '1970-01-01 00:00:00' + (ET / 1000) * INTERVAL '1' "
               "SECOND AS T, K, V FROM S) AS a ORDER BY a.T WITHIN INTERVAL '1' SECOND;\n"
               "CREATE PUMP P2 AS INSERT INTO W SELECT STREAM K, D FROM R;\n"
               "CREATE PUMP P3 AS INSERT INTO X SELECT STREAM K, N FROM W\n"
               "  ORDER BY STEP(W.ROWTIME BY INTERVAL '20' SECOND), K, N DESC;\n",
               NULL);
}

static void test_distinct(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM W (T TIMESTAMP, K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM X (K VARCHAR(20), N TINYINT);\n"
               "CREATE PUMP P1 AS INSERT INTO W SELECT STREAM DISTINCT FLOOR(S.ROWTIME TO MINUTE), "
               "K, D FROM S;\n"
               "CREATE PUMP P2 AS INSERT INTO W SELECT STREAM DISTINCT R.ROWTIME, K, D / 6 "
               "FROM R;\n"
               "CREATE PUMP P3 AS INSERT INTO X SELECT STREAM K, N FROM\n"
               "  (SELECT STREAM DISTINCT MONOTONIC(N) AS M, K, 20 / N AS N FROM W) AS D;\n",
               NULL);
}

static void test_windows_of_values_and_times(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM W (D INTEGER, N INTEGER);\n"
        "CREATE STREAM X (T TIMESTAMP, N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO W SELECT STREAM MONOTONIC(D / 4), COUNT(*) FROM S\n"
        "  GROUP BY MONOTONIC(D / 4);\n"
        "CREATE PUMP P2 AS INSERT INTO W SELECT STREAM D, V FROM R;\n"
        "CREATE PUMP P3 AS INSERT INTO X SELECT STREAM S.ROWTIME, COUNT(*) FROM S GROUP BY "
        "S.ROWTIME;\n"
        "CREATE PUMP P4 AS INSERT INTO X SELECT STREAM S.ROWTIME, V FROM S;\n",
        NULL);
}

static void test_unions(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM U (K VARCHAR(4), N INTEGER);\n"
        "CREATE STREAM V2 (N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO U SELECT STREAM K, V FROM S UNION ALL SELECT STREAM K, V "
        "/ D FROM R\n"
        "  UNION ALL SELECT STREAM K, -V FROM S WHERE V > 50;\n"
        "CREATE PUMP P2 AS INSERT INTO V2 SELECT STREAM SUM(N) FROM U\n"
        "  GROUP BY STEP(U.ROWTIME BY INTERVAL '30' SECOND);\n",
        NULL);
}

static void test_times_of_columns(void **state)
{
    (void)state;
    check_ways(
        "CREATE SOURCE S (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT)\n"
        "  WITH (rowtime = 'ET', lateness = INTERVAL '1' SECOND);\n"
        "CREATE SOURCE R (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT) WITH (rowtime = 'ET');\n"
        "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM W (N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V / D FROM S;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, V FROM R;\n"
        "CREATE PUMP P3 AS INSERT INTO W SELECT STREAM COUNT(*) FROM T GROUP BY FLOOR(T.ROWTIME "
        "TO MINUTE);\n",
        NULL);
}

static void test_as_rowtime(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM E (K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM W (K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM X (K VARCHAR(20), N INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO E (ROWTIME, K, N)\n"
               "  SELECT STREAM TO_TIMESTAMP(ET) AS ROWTIME, K, V / D FROM S;\n"
               "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, N FROM E;\n"
               "CREATE PUMP P3 AS INSERT INTO T SELECT STREAM K, V FROM R;\n"
               "CREATE PUMP P4 AS INSERT INTO W SELECT STREAM K, 100 / (COUNT(*) - 2) FROM T\n"
               "  GROUP BY K, STEP(T.ROWTIME BY INTERVAL '10' SECOND);\n"
               "CREATE PUMP P5 AS INSERT INTO X SELECT STREAM K, 100 / (COUNT(*) - 2) FROM E\n"
               "  WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '5' SECOND);\n",
               NULL);
}

static const char *const devices =
    "{\"D\": 1, \"WARD\": \"one\", \"LIMIT_V\": 50}\n"
    "{\"D\": 2, \"WARD\": \"two\", \"LIMIT_V\": 0}\n"
    "{\"D\": 3, \"WARD\": \"a ward with a long name\", \"LIMIT_V\": 20}\n"
    "{\"D\": 3, \"WARD\": \"three again\", \"LIMIT_V\": 70}\n"
    "{\"D\": 5, \"WARD\": null, \"LIMIT_V\": 10}\n";

static void test_lookups(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE REFERENCE TABLE W (D INTEGER, WARD VARCHAR(40), LIMIT_V INTEGER) FROM "
        "'devices.json';\n"
        "CREATE STREAM T (K VARCHAR(20), WARD VARCHAR(40), V INTEGER);\n"
        "CREATE STREAM U (WARD VARCHAR(40), V INTEGER);\n"
        "CREATE STREAM N (N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM S.K, W.WARD, S.V FROM S JOIN W ON S.D = "
        "W.D;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM S.K, W.WARD, 100 / (S.V - W.LIMIT_V)\n"
        "  FROM S LEFT JOIN W ON S.D = W.D AND S.V > W.LIMIT_V;\n"
        "CREATE PUMP P3 AS INSERT INTO U SELECT STREAM W.WARD, R.V FROM R JOIN W ON R.V / "
        "(W.LIMIT_V + R.D) > 1;\n"
        "CREATE PUMP P4 AS INSERT INTO N SELECT STREAM COUNT(*) FROM T GROUP BY FLOOR(T.ROWTIME "
        "TO MINUTE);\n",
        devices);
}

static void test_subqueries(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE REFERENCE TABLE W (D INTEGER, WARD VARCHAR(40), LIMIT_V INTEGER) FROM "
        "'devices.json';\n"
        "CREATE STREAM T (WARD VARCHAR(40), V INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S\n"
        "  WHERE D NOT IN (SELECT D FROM W) OR V IN (SELECT W.LIMIT_V * 2 FROM W WHERE W.D < "
        "S.D);\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM (SELECT W.WARD FROM W WHERE W.D = R.D), V "
        "FROM R\n"
        "  WHERE EXISTS (SELECT * FROM W WHERE 10 / (W.LIMIT_V - R.V) > 0 AND W.D <> R.D);\n",
        devices);
}

/* ---- what comes out ---- */

#define RUN(text, list)                                                                            \
    graph_run(&(struct graph_run){ .sql = text,                                                    \
                                   .records = list,                                                \
                                   .n_records = sizeof list / sizeof *list,                        \
                                   .batch_rows = 1000 })

static void test_rows_of_one_row_go_all_the_way_down(void **state)
{
    (void)state;
    const struct graph_record in[] = { { "S", 1000, "{\"V\": 1}" }, { "S", 1000, "{\"V\": 2}" } };
    char *out = RUN(SOURCES "CREATE STREAM A (N INTEGER);\nCREATE STREAM B (N INTEGER);\n"
                            "CREATE PUMP P1 AS INSERT INTO A SELECT STREAM V FROM S;\n"
                            "CREATE PUMP P2 AS INSERT INTO B SELECT STREAM N * 10 FROM A;\n"
                            "CREATE PUMP P3 AS INSERT INTO A SELECT STREAM V + 100 FROM S;\n"
                            "CREATE PUMP P4 AS INSERT INTO B SELECT STREAM -N FROM A;\n",
                    in);
    assert_string_equal(
        out, "A\n1000 {N: 1}\n1000 {N: 101}\n1000 {N: 2}\n1000 {N: 102}\n"
             "B\n1000 {N: 10}\n1000 {N: -1}\n1000 {N: 1010}\n1000 {N: -101}\n"
             "1000 {N: 20}\n1000 {N: -2}\n1000 {N: 1020}\n1000 {N: -102}\nerror_stream\n");
    free(out);
}

static void test_error_rows(void **state)
{
    (void)state;
    const struct graph_record in[] = { { "S", 1000, "{\"K\": \"k\", \"V\": 1, \"D\": 0}" },
                                       { "S", 2000, "{\"V\": \"x\"}" },
                                       { "S", 3000, "{\"V\": 6, \"D\": 2}" } };
    char *out = RUN(SOURCES "CREATE STREAM A (N INTEGER);\nCREATE STREAM B (N INTEGER);\n"
                            "CREATE PUMP P1 AS INSERT INTO A SELECT STREAM V / D FROM S;\n"
                            "CREATE PUMP P2 AS INSERT INTO B SELECT STREAM 1 / (N - 3) FROM A;\n",
                    in);
    const char *errors = strstr(out, "error_stream\n") + 13;
    const char *first = "1000 {ERROR_TIME: \"1970-01-01 00:00:01.000\", ERROR_LEVEL: \"ERROR\", "
                        "ERROR_NAME: \"DIVISION_BY_ZERO\", ";
    assert_memory_equal(errors, first, strlen(first));
    /* {"K":"k","V":1,"D":0,"ET":null} */
    assert_non_null(strstr(errors,
                           "DATA_ROWTIME: \"1970-01-01 00:00:01.000\", DATA_ROW: "
                           "\"7B224B223A226B222C2256223A312C2244223A302C224554223A6E756C6C7D\", "
                           "PUMP_NAME: \"P1\"}\n2000 {"));
    assert_non_null(strstr(errors, "ERROR_NAME: \"COERCION_ERROR\""));
    assert_non_null(strstr(errors, "DATA_ROW: \"7B2256223A202278227D\", PUMP_NAME: null}\n3000 {"));
    /* {"N":3} */
    assert_non_null(strstr(errors, "DATA_ROW: \"7B224E223A337D\", PUMP_NAME: \"P2\"}\n"));
    free(out);
}

static void test_the_clock_closes_windows(void **state)
{
    (void)state;
    const struct graph_record in[] = { { "S", 1000, "{\"V\": 1}" }, { NULL, 60000, NULL },
                                       { "S", 130000, "{\"V\": 1}" } };
    char *out = RUN(SOURCES "CREATE STREAM A (N INTEGER);\n"
                            "CREATE PUMP P1 AS INSERT INTO A SELECT STREAM COUNT(*) FROM S\n"
                            "  GROUP BY FLOOR(S.ROWTIME TO MINUTE);\n",
                    in);
    assert_string_equal(out, "A\n60000 {N: 1}\n180000 {N: 1}\nerror_stream\n");
    free(out);
}

#define OVER_ALL                                                                                  \
    "CREATE STREAM T (K VARCHAR(20), A BIGINT, B DOUBLE, C VARCHAR(20), D DOUBLE, E INTEGER,\n"    \
    "  F VARCHAR(20), G DOUBLE, H DOUBLE, I BIGINT);\n"                                           \
    "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, SUM(V / D) OVER W,\n"                       \
    "  AVG(CAST(V AS DOUBLE)) OVER W, MAX(K) OVER N, VAR_POP(V) OVER W,\n"                        \
    "  LAG(V, 2, D) IGNORE NULLS OVER N, FIRST_VALUE(K) OVER N,\n"                                \
    "  EXP_AVG(V, INTERVAL '3' SECOND) OVER N, AVG(DISTINCT CAST(V AS DOUBLE)) OVER W,\n"         \
    "  COUNT(V) OVER (ROWS UNBOUNDED PRECEDING) FROM S\n"                                         \
    "  WINDOW W AS (PARTITION BY K RANGE INTERVAL '20' SECOND PRECEDING),\n"                      \
    "    N AS (PARTITION BY D / 4 ROWS 9 PRECEDING);\n"                                           \
    "CREATE PUMP P2 AS INSERT INTO T (K, C, E, F) SELECT STREAM K, LAST_VALUE(K) OVER U,\n"       \
    "  LAG(V, V - 20) OVER (RANGE INTERVAL '5' SECOND PRECEDING), NTH_VALUE(K, 3) OVER U FROM R\n" \
    "  WINDOW U AS (PARTITION BY V RANGE UNBOUNDED PRECEDING);\n"

static void test_distinct_aggregates(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM T (K VARCHAR(20), A BIGINT, B DOUBLE);\n"
               "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, SUM(DISTINCT V),\n"
               "  VAR_SAMP(DISTINCT D) FROM S GROUP BY K, FLOOR(S.ROWTIME TO MINUTE);\n"
               "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, SUM(DISTINCT D), STDDEV_POP(V)\n"
               "  FROM R WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '20' SECOND);\n",
               NULL);
}

static void test_sliding(void **state)
{
    (void)state;
    check_ways(SOURCES OVER_ALL, NULL);
}

static void test_damaged_states_of_sliding_windows(void **state)
{
    (void)state;
    graph_damage(&(struct graph_run){ .sql = SOURCES OVER_ALL, .records = records,
                                      .n_records = 120, .batch_rows = 100 });
}

static void test_damaged_snapshots_are_refused(void **state)
{
    (void)state;
    graph_damage(&(struct graph_run){
        .sql = SOURCES
        "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM W (K VARCHAR(20), N INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S UNION ALL SELECT STREAM K, D "
        "FROM R;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, V / D FROM R;\n"
        "CREATE PUMP P3 AS INSERT INTO W SELECT STREAM K, MAX(N) FROM T\n"
        "  GROUP BY K, FLOOR(T.ROWTIME TO MINUTE);\n"
        "CREATE PUMP P4 AS INSERT INTO W SELECT STREAM K, COUNT(*) FROM T\n"
        "  WINDOWED BY STAGGER (PARTITION BY K RANGE INTERVAL '10' SECOND);\n"
        "CREATE PUMP P5 AS INSERT INTO W SELECT STREAM K, N / 3 FROM T\n"
        "  ORDER BY FLOOR(T.ROWTIME TO MINUTE), N;\n"
        "CREATE PUMP P6 AS INSERT INTO W SELECT STREAM K, 1 FROM\n"
        "  (SELECT STREAM DISTINCT K, FLOOR(T.ROWTIME TO HOUR) AS H FROM T) AS D;\n"
        "CREATE STREAM V (N TINYINT);\n"
        "CREATE PUMP P7 AS INSERT INTO V SELECT STREAM a.X AS ROWTIME, a.N FROM\n"
        "  (SELECT STREAM T.ROWTIME AS X, N FROM T) AS a ORDER BY a.X WITHIN INTERVAL '9' "
        "SECOND;\n",
        .records = records,
        .n_records = 30,
        .batch_rows = 1000,
    });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_one_row_go_all_the_way_down),
        cmocka_unit_test(test_error_rows),
        cmocka_unit_test(test_the_clock_closes_windows),
        cmocka_unit_test(test_damaged_snapshots_are_refused),
        cmocka_unit_test(test_diamond),
        cmocka_unit_test(test_windows_of_a_diamond),
        cmocka_unit_test(test_stagger),
        cmocka_unit_test(test_distinct_aggregates),
        cmocka_unit_test(test_sliding),
        cmocka_unit_test(test_damaged_states_of_sliding_windows),
        cmocka_unit_test(test_sorting),
        cmocka_unit_test(test_sorting_by_time),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_windows_of_values_and_times),
        cmocka_unit_test(test_unions),
        cmocka_unit_test(test_times_of_columns),
        cmocka_unit_test(test_as_rowtime),
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_subqueries),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
