/*
 * generate.c: random cases for the differential test.
 *
 *   generate SEED FIRST COUNT > cases.test
 *
 * Each case has random rows, a random query over them, and as its expectation what SQLite makes of the same rows by the
 * equivalent batch SQL: arrival order is a column (ID), ROWTIME another (T), windows are conditions on both. The same
 * seed and number give the same case. Numbers are small and fractions quarters, so that sums are exact and the order of
 * additions cannot matter.
 */

#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_START_MS INT64_C(1767225600000) /* 2026-01-01 00:00:00, where a test's times begin */

/* One case: its random numbers, the tables of its rows, and the batch SQL that grows beside the streaming one. */
struct cas {
    uint64_t state;
    sqlite3 *db;
    FILE *lite;
    char *lite_text;
    size_t lite_size;
    int64_t gap_ms; /* rows are up to this far apart */
};

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int below(struct cas *c, int n)
{
    return (int)(next(&c->state) % (uint64_t)n);
}

static const char *pick(struct cas *c, const char *const *choices, size_t count)
{
    return choices[below(c, (int)count)];
}
#define PICK(c, choices) pick(c, choices, sizeof(choices) / sizeof *(choices))

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "generate: %s: %s\n", what, why);
    exit(2);
}

static void execute(struct cas *c, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(c->db, sql, NULL, NULL, &message) != SQLITE_OK) fail(sql, message);
}

/* ---- rows ---- */

/* A column's value as SQL text, NULL once in `nulls`; also what JSON calls it. */
static void random_value(struct cas *c, char kind, int nulls, char *sql, char *json, size_t size)
{
    if (nulls && below(c, nulls) == 0) {
        snprintf(sql, size, "NULL");
        snprintf(json, size, "null");
    } else if (kind == 'k') {
        char letter = (char)('a' + below(c, 4));
        snprintf(sql, size, "'%c'", letter);
        snprintf(json, size, "\"%c\"", letter);
    } else {
        if (kind == 'v') snprintf(sql, size, "%d", below(c, 13) - 6);
        else snprintf(sql, size, "%.2f", (below(c, 81) - 40) * 0.25);
        snprintf(json, size, "%s", sql);
    }
}

/* Quarters of a second, mostly, so that rows meet at one time and at the very ends of windows. */
static int64_t random_gap(struct cas *c)
{
    switch (below(c, 16)) {
    case 0:
    case 1:
    case 2:
    case 3: return 0;
    case 4:
    case 5:
    case 6:
    case 7: return 250 * (1 + below(c, 3));
    case 8: return 1 + below(c, 999);
    case 9:
    case 10:
    case 11: return 1000 * (1 + below(c, 5));
    default: return 250 * below(c, (int)(c->gap_ms / 250) + 1);
    }
}

static void print_clock(int64_t t_ms)
{
    int64_t ms = t_ms - DAY_START_MS;
    printf("@%02d:%02d:%02d.%03d ", (int)(ms / 3600000), (int)(ms / 60000 % 60),
           (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* The input of a stream; at equal times the streams of a case arrive in the order of their blocks. */
static void make_rows(struct cas *c, const char *stream, int nulls)
{
    char insert[256], k[2][16], v[2][16], d[2][16];
    printf("schema %s\nID INTEGER, K VARCHAR(4), V INTEGER, D DOUBLE\n----\n", stream);
    printf("input %s\n", stream);
    snprintf(insert, sizeof insert,
             "CREATE TABLE %s (ID INTEGER, T INTEGER, K TEXT, V INTEGER, D REAL)", stream);
    execute(c, insert);
    int64_t t = DAY_START_MS + 1000 * below(c, 10);
    for (int id = 1, count = below(c, 25); id <= count; id++) {
        t += random_gap(c);
        random_value(c, 'k', nulls, k[0], k[1], sizeof k[0]);
        random_value(c, 'v', nulls, v[0], v[1], sizeof v[0]);
        random_value(c, 'd', nulls, d[0], d[1], sizeof d[0]);
        print_clock(t);
        printf("{\"ID\": %d, \"K\": %s, \"V\": %s, \"D\": %s}\n", id, k[1], v[1], d[1]);
        snprintf(insert, sizeof insert, "INSERT INTO %s VALUES (%d, %" PRId64 ", %s, %s, %s)",
                 stream,
                 id, t, k[0], v[0], d[0]);
        execute(c, insert);
    }
    puts("----");
}

static void make_table(struct cas *c)
{
    char insert[256], k[2][16], x[2][16];
    puts("schema R\nN INTEGER, K VARCHAR(4), X INTEGER\n----\nrows R");
    execute(c, "CREATE TABLE R (N INTEGER, K TEXT, X INTEGER)");
    for (int n = 1, count = below(c, 7); n <= count; n++) {
        random_value(c, 'k', 6, k[0], k[1], sizeof k[0]);
        random_value(c, 'v', 6, x[0], x[1], sizeof x[0]);
        printf("{\"N\": %d, \"K\": %s, \"X\": %s}\n", n, k[1], x[1]);
        snprintf(insert, sizeof insert, "INSERT INTO R VALUES (%d, %s, %s)", n, k[0], x[0]);
        execute(c, insert);
    }
    puts("----");
}

/* ---- expectations ---- */

static void print_time(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
    printf("\"%s.%03d\"", text, (int)(ms % 1000));
}

static void print_cell(sqlite3_stmt *rows, int i)
{
    printf("%s\"%s\": ", i ? ", " : "", sqlite3_column_name(rows, i));
    switch (sqlite3_column_type(rows, i)) {
    case SQLITE_NULL: fputs("null", stdout); break;
    case SQLITE_FLOAT: printf("%.15g", sqlite3_column_double(rows, i)); break;
    case SQLITE_TEXT: printf("\"%s\"", (const char *)sqlite3_column_text(rows, i)); break;
    default:
        if (strcmp(sqlite3_column_name(rows, i), "ROWTIME") == 0) {
            print_time(sqlite3_column_int64(rows, i));
        } else {
            printf("%lld", (long long)sqlite3_column_int64(rows, i));
        }
    }
}

/* Runs the batch SQL gathered in c->lite and prints its rows as what O must get. */
static void expect(struct cas *c, bool ordered)
{
    fflush(c->lite);
    sqlite3_stmt *rows;
    if (sqlite3_prepare_v2(c->db, c->lite_text, -1, &rows, NULL) != SQLITE_OK) {
        fail(c->lite_text, sqlite3_errmsg(c->db));
    }
    printf("expect O%s\n", ordered ? "" : " unordered");
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        putchar('{');
        for (int i = 0; i < sqlite3_column_count(rows); i++) print_cell(rows, i);
        puts("}");
    }
    if (code != SQLITE_DONE) fail(c->lite_text, sqlite3_errmsg(c->db));
    sqlite3_finalize(rows);
    puts("----\nexpect-count error_stream 0");
}

/* ---- aggregates ---- */

/* "@" stands behind each call, where an OVER may follow. */
struct aggregate {
    const char *sluice, *lite, *type;
    bool rows_only; /* SQLite says it by a window function alone */
};

static const struct aggregate aggregates[] = {
    { "COUNT(*)@", "COUNT(*)@", "INTEGER", false },
    { "COUNT(V)@", "COUNT(V)@", "INTEGER", false },
    { "SUM(V)@", "SUM(V)@", "INTEGER", false },
    { "AVG(V)@", "SUM(V)@ / COUNT(V)@", "INTEGER", false },
    { "MIN(V)@", "MIN(V)@", "INTEGER", false },
    { "MAX(V)@", "MAX(V)@", "INTEGER", false },
    { "SUM(D)@", "SUM(D)@", "DOUBLE", false },
    { "AVG(D)@", "AVG(D)@", "DOUBLE", false },
    { "MIN(D)@", "MIN(D)@", "DOUBLE", false },
    { "MAX(D)@", "MAX(D)@", "DOUBLE", false },
    { "MIN(K)@", "MIN(K)@", "VARCHAR(4)", false },
    { "MAX(K)@", "MAX(K)@", "VARCHAR(4)", false },
    { "SUM(CASE WHEN V > 0 THEN 1 ELSE 0 END)@", "SUM(CASE WHEN V > 0 THEN 1 ELSE 0 END)@",
      "INTEGER", false },
    { "SUM(V * V)@", "SUM(V * V)@", "BIGINT", false },
    { "FIRST_VALUE(V)@", "FIRST_VALUE(V)@", "INTEGER", true },
    { "LAST_VALUE(D)@", "LAST_VALUE(D)@", "DOUBLE", true },
};

#define AGGREGATES_MAX 4

static int pick_aggregates(struct cas *c, bool rows, const struct aggregate **out)
{
    int count = 1 + below(c, AGGREGATES_MAX);
    for (int i = 0; i < count; i++) {
        do out[i] = &aggregates[below(c, (int)(sizeof aggregates / sizeof *aggregates))];
        while (out[i]->rows_only && !rows);
    }
    return count;
}

static void put_over(FILE *out, const char *text, const char *over)
{
    for (; *text; text++) {
        if (*text == '@') fputs(over, out);
        else fputc(*text, out);
    }
}

static const char *const filters[] = {
    "",
    "",
    "V > 0",
    "K = 'a' OR K = 'b'",
    "V IS NOT NULL",
    "D < 3.5 AND NOT V = 2",
    "K <> 'c'",
    "V + 1 <> 2 OR D IS NULL",
};

/* The rows of S that pass a filter; prints nothing of Sluice's text. */
static const char *begin_filtered(struct cas *c)
{
    const char *filter = PICK(c, filters);
    fprintf(c->lite, "WITH F AS (SELECT * FROM S%s%s)\n", *filter ? " WHERE " : "", filter);
    return filter;
}

static void print_filter(const char *filter)
{
    if (*filter) printf(" WHERE %s", filter);
}

/* ---- tumbling windows ---- */

/* A time key in one of its spellings; its length in milliseconds. */
static int64_t time_key(struct cas *c, char *text, size_t size)
{
    static const char *const units[] = { "SECOND", "MINUTE", "HOUR" };
    static const int64_t unit_ms[] = { 1000, 60000, 3600000 };
    int unit = below(c, 3), n = 1 + below(c, 12);
    switch (below(c, 3)) {
    case 0:
        snprintf(text, size, "STEP(S.ROWTIME BY INTERVAL '%d' %s)", n, units[unit]);
        return n * unit_ms[unit];
    case 1: snprintf(text, size, "FLOOR(S.ROWTIME TO %s)", units[unit]); return unit_ms[unit];
    default: break;
    }
    snprintf(text, size, "FLOOR((S.ROWTIME - TIMESTAMP '1970-01-01 00:00:00') %s / %d TO %s)",
             units[unit], n, units[unit]);
    return n * unit_ms[unit];
}

static void tumbling(struct cas *c)
{
    static const char *const keys[] = { "K", "V / 3", "CASE WHEN D > 0 THEN 1 ELSE 0 END" };
    static const char *const havings[] = { "", "", "COUNT(*) > 1", "SUM(V) >= 0",
                                           "MAX(D) IS NOT NULL" };
    const struct aggregate *a[AGGREGATES_MAX];
    char time[128];
    int64_t w = time_key(c, time, sizeof time);
    c->gap_ms = w + w / 2;
    if (c->gap_ms > 600000) c->gap_ms = 600000;
    make_rows(c, "S", 8);
    int n = pick_aggregates(c, false, a), key = below(c, 4);
    const char *filter = begin_filtered(c), *having = PICK(c, havings);

    printf("sql\nCREATE STREAM O (");
    if (key < 3) printf("G %s, ", key == 0 ? "VARCHAR(4)" : "INTEGER");
    for (int i = 0; i < n; i++) printf("%sA%d %s", i ? ", " : "", i, a[i]->type);
    printf(");\nCREATE PUMP P AS INSERT INTO O SELECT STREAM ");
    fprintf(c->lite, "SELECT (T / %" PRId64 " + 1) * %" PRId64 " AS ROWTIME", w, w);
    if (key < 3) {
        printf("%s, ", keys[key]);
        fprintf(c->lite, ", %s AS G", keys[key]);
    }
    for (int i = 0; i < n; i++) {
        printf("%s", i ? ", " : "");
        put_over(stdout, a[i]->sluice, "");
        fprintf(c->lite, ", ");
        put_over(c->lite, a[i]->lite, "");
        fprintf(c->lite, " AS A%d", i);
    }
    printf(" FROM S");
    print_filter(filter);
    printf(" GROUP BY %s%s%s%s%s;\n----\n", time, key < 3 ? ", " : "", key < 3 ? keys[key] : "",
           *having ? " HAVING " : "", having);
    fprintf(c->lite,
            " FROM F GROUP BY T / %" PRId64 "%s%s%s%s ORDER BY T / %" PRId64 ", MIN(ID)", w,
            key < 3 ? ", " : "", key < 3 ? keys[key] : "", *having ? " HAVING " : "", having, w);
    expect(c, true);
}

/* ---- sliding windows ---- */

static void sliding(struct cas *c)
{
    static const char *const partitions[] = { "", "K", "V / 3" };
    const struct aggregate *a[AGGREGATES_MAX];
    bool rows = below(c, 2);
    int length = below(c, rows ? 6 : 30), n = pick_aggregates(c, rows, a);
    const char *partition = PICK(c, partitions);
    c->gap_ms = length * 1500;
    make_rows(c, "S", 8);
    const char *filter = begin_filtered(c);

    printf("sql\nCREATE STREAM O (ID INTEGER");
    for (int i = 0; i < n; i++) printf(", A%d %s", i, a[i]->type);
    printf(");\nCREATE PUMP P AS INSERT INTO O SELECT STREAM ID");
    fprintf(c->lite, "SELECT T AS ROWTIME, ID");
    for (int i = 0; i < n; i++) {
        printf(", ");
        put_over(stdout, a[i]->sluice, " OVER W");
        fprintf(c->lite, rows ? ", " : ", (SELECT ");
        put_over(c->lite, a[i]->lite, rows ? " OVER W" : "");
        if (!rows) {
            fprintf(c->lite, " FROM F B WHERE B.ID <= A.ID AND B.T >= A.T - %d", length * 1000);
            if (strcmp(partition, "K") == 0) fprintf(c->lite, " AND B.K IS A.K");
            else if (*partition) fprintf(c->lite, " AND B.V / 3 IS A.V / 3");
            fputc(')', c->lite);
        }
        fprintf(c->lite, " AS A%d", i);
    }
    printf(" FROM S");
    print_filter(filter);
    printf(" WINDOW W AS (%s%s ", *partition ? "PARTITION BY " : "", partition);
    if (rows) printf("ROWS %d PRECEDING);\n----\n", length);
    else printf("RANGE INTERVAL '%d' SECOND PRECEDING);\n----\n", length);
    fprintf(c->lite, " FROM F A");
    if (rows) {
        fprintf(c->lite,
                " WINDOW W AS (%s%s ORDER BY ID ROWS BETWEEN %d PRECEDING AND CURRENT ROW)",
                *partition ? "PARTITION BY " : "", partition, length);
    }
    fprintf(c->lite, " ORDER BY ID");
    expect(c, true);
}

/* ---- joins ---- */

static void reference_join(struct cas *c)
{
    static const char *const conditions[] = {
        "s.K = r.K",
        "s.K = r.K AND s.V > r.X",
        "s.V = r.X",
        "s.V > r.X",
        "s.K = r.K AND s.V = r.X",
        "s.K = r.K OR s.V = r.X",
        "s.V + 1 = r.X AND s.K <> r.K",
    };
    const char *join = below(c, 2) ? "LEFT JOIN" : "JOIN", *on = PICK(c, conditions);
    c->gap_ms = 5000;
    make_rows(c, "S", 8);
    make_table(c);
    printf("sql\nCREATE STREAM O (ID INTEGER, N INTEGER, Y INTEGER);\n"
           "CREATE PUMP P AS INSERT INTO O\n"
           "SELECT STREAM s.ID, r.N, s.V - r.X FROM S AS s %s R AS r ON %s;\n----\n",
           join, on);
    fprintf(c->lite,
            "SELECT s.T AS ROWTIME, s.ID AS ID, r.N AS N, s.V - r.X AS Y FROM S s %s R r ON %s "
            "ORDER BY s.ID, r.N",
            join, on);
    expect(c, true);
}

/* A side's window: nothing, or RANGE or ROWS of a length. */
struct side {
    char kind; /* '-', 't', 'r' */
    int length;
    int64_t range_ms;
};

static struct side random_side(struct cas *c, bool rows)
{
    struct side s = { .kind = "-ttr"[below(c, rows ? 4 : 3)], .length = 1 + below(c, 8) };
    s.range_ms = s.kind == 't' ? s.length * 1000 : 0;
    return s;
}

static void print_side(const char *stream, const struct side *s)
{
    printf("%s", stream);
    if (s->kind == 't') printf(" OVER (RANGE INTERVAL '%d' SECOND PRECEDING)", s->length);
    if (s->kind == 'r') printf(" OVER (ROWS %d PRECEDING)", s->length);
}

/* SQLite's condition that the row `old` of `table` is in its side's window when the row `new` arrives after it. */
static void put_held(FILE *out, const struct side *s, bool no_window, const char *table,
                     const char *old, const char *new)
{
    fprintf(out, "(%s.Q < %s.Q AND ", old, new);
    if (s->kind == 't' || no_window) {
        fprintf(out, "%s.T - %s.T <= %" PRId64 ")", new, old, s->range_ms);
    } else if (s->kind == '-') {
        fprintf(out, "0)");
    } else {
        fprintf(out, "(SELECT COUNT(*) FROM %s x WHERE x.Q >= %s.Q AND x.Q < %s.Q) <= %d)", table,
                old, new, s->length);
    }
}

static void stream_join(struct cas *c)
{
    static const char *const joins[] = { "JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN" };
    static const char *const conditions[] = {
        "a.K = b.K",
        "a.K = b.K AND a.V < b.V",
        "a.V = b.V",
        "a.V < b.V",
        "a.K = b.K AND a.V = b.V",
        "a.K = b.K OR a.V = b.V",
    };
    const char *join = PICK(c, joins), *on = PICK(c, conditions);
    bool inner = join[0] == 'J';
    struct side a = random_side(c, inner), b = random_side(c, inner);
    bool none = a.kind == '-' && b.kind == '-';
    c->gap_ms = 6000;
    make_rows(c, "S1", 8);
    make_rows(c, "S2", 8);
    printf("sql\nCREATE STREAM O (A INTEGER, B INTEGER);\n"
           "CREATE PUMP P AS INSERT INTO O\nSELECT STREAM a.ID, b.ID FROM ");
    print_side("S1", &a);
    printf(" AS a %s ", join);
    print_side("S2", &b);
    printf(" AS b ON %s;\n----\n", on);

    /* Q is the order of arrival over both streams; H what each pair is due after, and G its place among them */
    fprintf(c->lite,
            "WITH S1Q AS (SELECT *, T * 1000 + ID AS Q FROM S1),\n"
            "S2Q AS (SELECT *, T * 1000 + 500 + ID AS Q FROM S2),\n"
            "PAIRS AS (SELECT MAX(a.T, b.T) AS ROWTIME, a.ID AS A, b.ID AS B,\n"
            " MAX(a.Q, b.Q) AS H, MIN(a.Q, b.Q) AS G\n"
            " FROM S1Q a JOIN S2Q b ON (%s) WHERE ",
            on);
    put_held(c->lite, &b, none, "S2Q", "b", "a");
    fprintf(c->lite, " OR ");
    put_held(c->lite, &a, none, "S1Q", "a", "b");
    fprintf(c->lite, ")\nSELECT ROWTIME, A, B FROM (SELECT * FROM PAIRS");
    if (join[0] == 'L' || join[0] == 'F') {
        fprintf(c->lite,
                " UNION ALL SELECT T + %" PRId64
                ", ID, NULL, 0, 0 FROM S1 WHERE ID NOT IN (SELECT A FROM PAIRS)",
                a.range_ms);
    }
    if (join[0] == 'R' || join[0] == 'F') {
        fprintf(c->lite,
                " UNION ALL SELECT T + %" PRId64
                ", NULL, ID, 0, 0 FROM S2 WHERE ID NOT IN (SELECT B FROM PAIRS)",
                b.range_ms);
    }
    fprintf(c->lite, ") ORDER BY H, G");
    expect(c, inner);
}

/* ---- order and duplicates ---- */

static void ordering(struct cas *c)
{
    static const char *const orders[] = { "V DESC", "V, D DESC", "K, V", "D" };
    const char *order = PICK(c, orders);
    c->gap_ms = 1500;
    make_rows(c, "S", 8);
    const char *filter = begin_filtered(c);
    printf("sql\nCREATE STREAM O (ID INTEGER, V INTEGER);\n"
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM ID, V FROM S");
    print_filter(filter);
    printf(" ORDER BY FLOOR(S.ROWTIME TO SECOND), %s;\n----\n", order);
    fprintf(c->lite, "SELECT ID, V FROM F ORDER BY T / 1000, %s, ID", order);
    expect(c, true);
}

static void distinct(struct cas *c)
{
    c->gap_ms = 4000;
    make_rows(c, "S", 8);
    const char *filter = begin_filtered(c);
    printf("sql\nCREATE STREAM O (X INTEGER, K VARCHAR(4));\n"
           "CREATE PUMP P AS INSERT INTO O SELECT STREAM X, K FROM (\n"
           "SELECT STREAM DISTINCT FLOOR(S.ROWTIME TO MINUTE) AS M, V / 4 AS X, K FROM S");
    print_filter(filter);
    printf(");\n----\n");
    fprintf(c->lite, "SELECT T AS ROWTIME, V / 4 AS X, K FROM F WHERE ID IN "
                     "(SELECT MIN(ID) FROM F GROUP BY T / 60000, V / 4, K) ORDER BY ID");
    expect(c, true);
}

/* ---- cases ---- */

static const struct kind {
    const char *name;
    void (*make)(struct cas *c);
} kinds[] = {
    { "tumbling", tumbling },
    { "sliding", sliding },
    { "reference join", reference_join },
    { "stream join", stream_join },
    { "ordering", ordering },
    { "distinct", distinct },
};

static void make_case(uint64_t seed, int number)
{
    struct cas c = { .state = seed * 0x2545f4914f6cdd1du + (uint64_t)number };
    const struct kind *kind = &kinds[(size_t)number % (sizeof kinds / sizeof *kinds)];
    if (sqlite3_open(":memory:", &c.db) != SQLITE_OK) fail("SQLite", sqlite3_errmsg(c.db));
    c.lite = open_memstream(&c.lite_text, &c.lite_size);
    printf("# %s: seed %" PRIu64 ", case %d.\n", kind->name, seed, number);
    kind->make(&c);
    fclose(c.lite);
    free(c.lite_text);
    sqlite3_close(c.db);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: generate SEED FIRST COUNT\n");
        return 2;
    }
    uint64_t seed = strtoull(argv[1], NULL, 10);
    int first = atoi(argv[2]), count = atoi(argv[3]);
    for (int i = 0; i < count; i++) {
        if (i) puts("====");
        make_case(seed, first + i);
    }
    return ferror(stdout) ? 2 : 0;
}
