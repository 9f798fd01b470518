/*
 * test_join.c: joins of streams: random inputs and joins against nested loops over single rows, and the same outcome
 * wherever batches are cut, after checkpoints, and through sections.
 *
 * The seed is printed when a case fails and is taken back from the environment: SEED=n; CASES=n tries so many.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/str.h"
#include "graph_harness.h"

enum { ROWS_MAX = 60, CASES_USUAL = 400 };

/* ---- a case ---- */

enum window { NOW, RANGE, ROWS };
static const char *const kinds[] = { "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN" };

struct test_case {
    uint64_t            seed, state;
    uint32_t            kind;
    bool                windowless;
    enum window         window[2];
    int                 size[2]; /* seconds or rows */
    uint32_t            condition;
    struct graph_record records[ROWS_MAX];
    char                texts[ROWS_MAX][64];
    int                 side[ROWS_MAX], key[ROWS_MAX], value[ROWS_MAX]; /* key 0: NULL; side 2: the clock */
    uint32_t            n;
};

static uint32_t next(struct test_case *c, uint32_t below)
{
    c->state = hash_u64(c->state + 1);
    return (uint32_t)(c->state >> 33) % below;
}

static const char *const conditions[] = { "a.K = b.K", "a.K = b.K AND a.V < b.V", "a.V < b.V",
                                          "a.K = b.K AND b.V > 3",
                                          "b.K = a.K AND a.V + 1 > 4 AND b.V = a.V" };

static bool on(const struct test_case *c, uint32_t a, uint32_t b)
{
    bool keys = c->key[a] && c->key[a] == c->key[b];
    switch (c->condition) {
    case 0: return keys;
    case 1: return keys && c->value[a] < c->value[b];
    case 2: return c->value[a] < c->value[b];
    case 3: return keys && c->value[b] > 3;
    default: return keys && c->value[a] + 1 > 4 && c->value[a] == c->value[b];
    }
}

static void make_rows(struct test_case *c)
{
    c->n = 2 + next(c, ROWS_MAX - 2);
    rowtime t = 100000;
    for (uint32_t i = 0; i < c->n; i++) {
        t += (rowtime)next(c, 3) * 1000 * (rowtime)next(c, 3);
        c->side[i] = next(c, 12) ? (int)next(c, 2) : 2;
        c->key[i] = (int)next(c, 4);
        c->value[i] = (int)next(c, 8);
        c->records[i] = (struct graph_record){ c->side[i] == 1 ? "B" : "A", t, c->texts[i] };
        if (c->side[i] == 2) c->records[i].text = NULL;
        int n = snprintf(c->texts[i], sizeof c->texts[i], "{\"I\": %u, \"V\": %d", i, c->value[i]);
        char *end = c->texts[i] + n;
        size_t room = sizeof c->texts[i] - (size_t)n;
        if (c->key[i]) {
            snprintf(end, room, ", \"K\": \"a key of the row %d\"}", c->key[i]);
        } else {
            snprintf(end, room, "}");
        }
    }
}

static void make_case(struct test_case *c, uint64_t seed)
{
    *c = (struct test_case){ .seed = seed, .state = seed };
    c->kind = next(c, 4);
    c->condition = next(c, 5);
    c->windowless = next(c, 5) == 0;
    for (uint32_t s = 0; s < 2; s++) {
        c->window[s] = c->windowless ? RANGE : (enum window)next(c, 3);
        c->size[s] = c->windowless ? 0 : (int)next(c, 6);
        if (c->window[s] == ROWS && c->size[s] == 0) c->size[s] = 1;
    }
    /* At least one window, or it is the join without any. */
    if (c->window[0] == NOW && c->window[1] == NOW) c->window[0] = RANGE;
    make_rows(c);
}

static void write_side(struct buf *sql, const struct test_case *c, uint32_t s)
{
    buf_append_c(sql, s ? "B" : "A");
    if (!c->windowless && c->window[s] == RANGE) {
        buf_printf(sql, " OVER (RANGE INTERVAL '%d' SECOND PRECEDING)", c->size[s]);
    } else if (c->window[s] == ROWS) {
        buf_printf(sql, " OVER (ROWS %d PRECEDING)", c->size[s]);
    }
    buf_printf(sql, " AS %c", s ? 'b' : 'a');
}

static void write_sql(struct buf *sql, const struct test_case *c)
{
    buf_append_c(sql, "CREATE SOURCE A (I INTEGER, K VARCHAR(20), V INTEGER);\n"
                      "CREATE SOURCE B (I INTEGER, K VARCHAR(20), V INTEGER);\n"
                      "CREATE STREAM O (AI INTEGER, BI INTEGER);\n"
                      "CREATE PUMP P AS INSERT INTO O SELECT STREAM a.I, b.I FROM ");
    write_side(sql, c, 0);
    buf_printf(sql, " %s ", kinds[c->kind]);
    write_side(sql, c, 1);
    buf_printf(sql, " ON %s;\n", conditions[c->condition]);
}

/* ---- nested loops ---- */

struct model {
    const struct test_case *c;
    uint32_t   window[2][ROWS_MAX], count[2]; /* rows in a side's window, oldest first */
    bool       matched[ROWS_MAX];
    struct buf out;
};

static rowtime time_of(const struct model *m, uint32_t row)
{
    return m->c->records[row].time;
}

static bool is_outer(const struct model *m, uint32_t side)
{
    return (m->c->kind >> side & 1) != 0;
}

static void put(struct model *m, rowtime t, int a, int b)
{
    buf_printf(&m->out, "%lld {AI: ", (long long)t);
    if (a < 0) buf_append_c(&m->out, "null");
    else buf_printf(&m->out, "%d", a);
    buf_append_c(&m->out, ", BI: ");
    if (b < 0) buf_append_c(&m->out, "null");
    else buf_printf(&m->out, "%d", b);
    buf_append_c(&m->out, "}\n");
}

static void put_alone(struct model *m, rowtime t, uint32_t side, uint32_t row)
{
    if (side == 0) put(m, t, (int)row, -1);
    else put(m, t, -1, (int)row);
}

static void drop_first(struct model *m, uint32_t side, rowtime t)
{
    uint32_t row = m->window[side][0];
    m->count[side]--;
    memmove(m->window[side], m->window[side] + 1, m->count[side] * sizeof row);
    if (is_outer(m, side) && !m->matched[row]) put_alone(m, t, side, row);
}

/* Rows whose last moment is before `now` leave, the earliest first. */
static void pass(struct model *m, rowtime now)
{
    for (;;) {
        rowtime due[2] = { now, now };
        for (uint32_t s = 0; s < 2; s++) {
            if (m->c->window[s] != RANGE || m->count[s] == 0) continue;
            due[s] = time_of(m, m->window[s][0]) + m->c->size[s] * 1000;
        }
        uint32_t s = due[1] < due[0];
        if (due[s] >= now) return;
        if (due[0] == due[1]) s = m->window[1][0] < m->window[0][0];
        drop_first(m, s, due[s]);
    }
}

static void arrive(struct model *m, uint32_t row)
{
    uint32_t side = (uint32_t)m->c->side[row], other = 1 - side;
    for (uint32_t i = 0; i < m->count[other]; i++) {
        uint32_t with = m->window[other][i], a = side ? with : row, b = side ? row : with;
        if (!on(m->c, a, b)) continue;
        m->matched[row] = m->matched[with] = true;
        put(m, time_of(m, row), (int)a, (int)b);
    }
    if (m->c->window[side] == NOW) {
        if (is_outer(m, side) && !m->matched[row]) put_alone(m, time_of(m, row), side, row);
        return;
    }
    m->window[side][m->count[side]++] = row;
    bool full = m->c->window[side] == ROWS && m->count[side] > (uint32_t)m->c->size[side];
    if (full) drop_first(m, side, time_of(m, row));
}

static char *nested_loops(const struct test_case *c)
{
    struct model m = { .c = c };
    rowtime last = 0;
    buf_append_c(&m.out, "O\n");
    for (uint32_t i = 0; i < c->n; i++) {
        pass(&m, time_of(&m, i));
        if (c->side[i] == 2) continue;
        arrive(&m, i);
        last = time_of(&m, i);
    }
    pass(&m, last + 1);
    for (uint32_t s = 0; s < 2; s++) {
        while (c->window[s] == ROWS && m.count[s]) drop_first(&m, s, last);
    }
    pass(&m, ROWTIME_END);
    buf_append_c(&m.out, "error_stream\n");
    buf_c(&m.out);
    return m.out.data;
}

static void check_case(uint64_t seed)
{
    static struct test_case c;
    make_case(&c, seed);
    struct buf sql = { 0 };
    write_sql(&sql, &c);
    char *expected = nested_loops(&c);
    static const uint32_t sizes[] = { 1, 3, 1000 };
    for (uint32_t way = 0; way < 6; way++) {
        struct graph_run run = { .sql = buf_c(&sql), .records = c.records, .n_records = c.n,
                                 .batch_rows = sizes[way % 3], .checkpoints = way >= 3 };
        char *got = graph_run(&run);
        if (strcmp(got, expected) != 0) {
            struct buf rows = { 0 };
            for (uint32_t i = 0; i < c.n; i++) {
                buf_printf(&rows, "%lld %s %s\n", (long long)c.records[i].time,
                           c.records[i].source, c.side[i] == 2 ? "(clock)" : c.texts[i]);
            }
            fprintf(stderr, "%s%s--- expected\n%s--- got\n%s", buf_c(&sql), buf_c(&rows), expected,
                    got);
            fail_msg("SEED=%llu, batches of %u%s", (unsigned long long)seed, run.batch_rows,
                     run.checkpoints ? ", checkpoints" : "");
        }
        free(got);
    }
    free(expected);
    buf_free(&sql);
}

static void test_random_joins(void **state)
{
    (void)state;
    const char *seed = getenv("SEED");
    if (seed) {
        check_case(strtoull(seed, NULL, 10));
        return;
    }
    const char *cases = getenv("CASES");
    uint64_t n = cases ? strtoull(cases, NULL, 10) : CASES_USUAL;
    for (uint64_t i = 1; i <= n; i++) check_case(i);
}

/* ---- the outcome does not depend on the way ---- */

enum { RECORDS = 500 };

static struct graph_record records[RECORDS];
static char                texts[RECORDS][96];

/* Two sources, several records a second, values that fail now and then, broken records, clock steps. */
static int make_records(void **state)
{
    (void)state;
    static const char *const keys[] = { "\"a\"", "\"b\"", "\"a  \"", "null",
                                        "\"a long long key\"" };
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint64_t h = hash_u64(i + 77);
        rowtime t = 1000000 + (rowtime)(i * 700 + h % 300);
        if (i && h % 3 == 0) t = records[i - 1].time;
        records[i] = (struct graph_record){ (h >> 9) % 3 ? "S" : "R", t, texts[i] };
        long long event = (long long)(t - 4000 - (rowtime)((h >> 40) % 3000));
        snprintf(texts[i], sizeof texts[i], "{\"K\": %s, \"V\": %d, \"D\": %d, \"ET\": %lld}",
                 keys[(h >> 12) % 5], (int)((h >> 20) % 30), (int)((h >> 30) % 12), event);
        if (h % 43 == 0) snprintf(texts[i], sizeof texts[i], "{\"K\": ");
        if (h % 47 == 0) records[i].text = NULL;
    }
    return 0;
}

#define SOURCES                                                             \
    "CREATE SOURCE S (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT);\n"    \
    "CREATE SOURCE R (K VARCHAR(20), V INTEGER, D INTEGER, ET BIGINT);\n"

static void check_ways(const char *sql)
{
    struct graph_run run = { .sql = sql, .table = "{\"D\": 1, \"NAME\": \"one\"}\n"
                                                  "{\"D\": 2, \"NAME\": \"two\"}\n"
                                                  "{\"D\": 2, \"NAME\": \"another two\"}\n",
                             .records = records, .n_records = RECORDS, .batch_rows = 1 };
    char *first = graph_run(&run);
    const uint32_t sizes[] = { 3, 1000, 64 };
    for (uint32_t way = 0; way < 9; way++) {
        run.batch_rows = sizes[way % 3];
        run.checkpoints = way / 3 == 1;
        run.sections = way / 3 == 2;
        char *other = graph_run(&run);
        if (strcmp(first, other) != 0) {
            size_t at = 0;
            while (first[at] == other[at]) at++;
            while (at && first[at - 1] != '\n') at--;
            fail_msg("with batches of %u%s%s:\n  row by row: %.*s\n  here:       %.*s",
                     run.batch_rows, run.checkpoints ? " and checkpoints" : "",
                     run.sections ? " through sections" : "", (int)strcspn(first + at, "\n"),
                     first + at, (int)strcspn(other + at, "\n"), other + at);
        }
        free(other);
    }
    assert_true(strlen(first) > 2000);
    free(first);
}

static void test_inputs_that_fail(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO O SELECT STREAM a.K, 100 / a.D, b.V FROM\n"
               "  S OVER (RANGE INTERVAL '5' SECOND PRECEDING) AS a LEFT JOIN R AS b\n"
               "  ON a.K = b.K AND a.V / b.D > 3;\n"
               "CREATE PUMP P2 AS INSERT INTO O SELECT STREAM a.K, a.V, b.V FROM S AS a FULL JOIN\n"
               "  R OVER (ROWS 7 PRECEDING) AS b ON 60 / a.D = 60 / b.D AND a.V > b.V;\n");
}

static void test_joins_of_joins(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE REFERENCE TABLE T (D INTEGER, NAME VARCHAR(20)) FROM 't.json';\n"
        "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER, NAME VARCHAR(20), T TIMESTAMP);\n"
        "CREATE PUMP P1 AS INSERT INTO O SELECT STREAM a.K, b.V, c.V, t.NAME, a.ROWTIME FROM\n"
        "  S OVER (RANGE INTERVAL '2' SECOND PRECEDING) AS a\n"
        "  JOIN R OVER (RANGE INTERVAL '3' SECOND PRECEDING) AS b ON a.K = b.K\n"
        "  LEFT JOIN S OVER (ROWS 3 PRECEDING) AS c ON c.D = b.D\n"
        "  LEFT JOIN T AS t ON t.D = b.D;\n"
        "CREATE PUMP P2 AS INSERT INTO O SELECT STREAM x.K, x.V, x.W, 'x', x.ROWTIME FROM\n"
        "  (SELECT STREAM a.K, a.V, b.V AS W FROM S a, R b WHERE a.K = b.K UNION ALL\n"
        "   SELECT STREAM K, V, D FROM S) AS x JOIN R y ON x.V = y.V;\n");
}

static void test_a_stream_with_itself(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM T (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM W (K VARCHAR(20), N INTEGER);\n"
        "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO T SELECT STREAM K, V FROM S WHERE V > 5;\n"
        "CREATE PUMP P2 AS INSERT INTO T SELECT STREAM K, D FROM R;\n"
        "CREATE PUMP P3 AS INSERT INTO W SELECT STREAM K, COUNT(*) FROM T\n"
        "  GROUP BY K, STEP(T.ROWTIME BY INTERVAL '5' SECOND);\n"
        "CREATE PUMP P4 AS INSERT INTO O SELECT STREAM a.K, a.N, b.N FROM\n"
        "  T OVER (RANGE INTERVAL '4' SECOND PRECEDING) AS a LEFT JOIN\n"
        "  T OVER (RANGE INTERVAL '1' SECOND PRECEDING) AS b ON a.K = b.K AND a.N < b.N;\n"
        "CREATE PUMP P5 AS INSERT INTO O SELECT STREAM t.K, t.N, w.N FROM T AS t JOIN\n"
        "  W OVER (RANGE INTERVAL '5' SECOND PRECEDING) AS w ON t.K = w.K;\n"
        "CREATE PUMP P6 AS INSERT INTO O SELECT STREAM a.K, a.N, b.N FROM W a, W b\n"
        "  WHERE a.N > b.N;\n");
}

static void test_what_is_made_of_joins(void **state)
{
    (void)state;
    check_ways(
        SOURCES
        "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO O SELECT STREAM K, COUNT(*) OVER w, MAX(M) OVER w FROM\n"
        "  (SELECT STREAM a.K, b.V AS M FROM S OVER (RANGE INTERVAL '3' SECOND PRECEDING) AS a\n"
        "   FULL JOIN R OVER (RANGE INTERVAL '3' SECOND PRECEDING) AS b ON a.K = b.K) AS x\n"
        "  WINDOW w AS (PARTITION BY K RANGE INTERVAL '5' SECOND PRECEDING);\n"
        "CREATE PUMP P2 AS INSERT INTO O SELECT STREAM b.K, COUNT(*), SUM(a.V) FROM\n"
        "  S OVER (RANGE INTERVAL '9' SECOND PRECEDING) AS a JOIN R AS b ON a.K = b.K\n"
        "  GROUP BY b.K, STEP(b.ROWTIME BY INTERVAL '5' SECOND) HAVING COUNT(*) > 2;\n"
        "CREATE PUMP P3 AS INSERT INTO O SELECT STREAM K, V, D FROM R;\n"
        "CREATE STREAM O2 (K VARCHAR(20), N INTEGER, M INTEGER);\n"
        "CREATE PUMP P4 AS INSERT INTO O2 SELECT STREAM a.K, a.D, x.N FROM S AS a RIGHT JOIN\n"
        "  O OVER (ROWS 4 PRECEDING) AS x ON a.K = x.K AND a.D > x.N;\n");
}

static void test_times_of_values(void **state)
{
    (void)state;
    check_ways(SOURCES
               "CREATE STREAM E (K VARCHAR(20), N INTEGER);\n"
               "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER);\n"
               "CREATE STREAM C (N INTEGER);\n"
               "CREATE PUMP P1 AS INSERT INTO E (ROWTIME, K, N)\n"
               "  SELECT STREAM TO_TIMESTAMP(ET) AS ROWTIME, K, V FROM S;\n"
               "CREATE PUMP P2 AS INSERT INTO O SELECT STREAM a.K, a.N, b.V FROM\n"
               "  E OVER (RANGE INTERVAL '10' SECOND PRECEDING) AS a FULL JOIN\n"
               "  R OVER (RANGE INTERVAL '2' SECOND PRECEDING) AS b ON a.K = b.K;\n"
               "CREATE PUMP P3 AS INSERT INTO C SELECT STREAM COUNT(*) FROM O\n"
               "  GROUP BY STEP(O.ROWTIME BY INTERVAL '10' SECOND);\n");
}

static void test_damaged_snapshots_are_refused(void **state)
{
    (void)state;
    graph_damage(&(struct graph_run){
        .sql = SOURCES
        "CREATE STREAM O (K VARCHAR(20), N INTEGER, M INTEGER);\n"
        "CREATE PUMP P1 AS INSERT INTO O SELECT STREAM a.K, a.V, b.V FROM\n"
        "  S OVER (RANGE INTERVAL '1' MINUTE PRECEDING) AS a FULL JOIN\n"
        "  R OVER (ROWS 4 PRECEDING) AS b ON a.K = b.K AND a.D < b.D + 3;\n",
        .records = records,
        .n_records = 30,
        .batch_rows = 1000,
    });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_joins),
        cmocka_unit_test(test_inputs_that_fail),
        cmocka_unit_test(test_joins_of_joins),
        cmocka_unit_test(test_a_stream_with_itself),
        cmocka_unit_test(test_what_is_made_of_joins),
        cmocka_unit_test(test_times_of_values),
        cmocka_unit_test(test_damaged_snapshots_are_refused),
    };
    return cmocka_run_group_tests(tests, make_records, NULL);
}
