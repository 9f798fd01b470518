/* test_over.c: sliding windows against what a plain look at each row's frame gives, on random rows. The seed is
 * printed; SLUICE_SEED=n has a run again. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "graph_harness.h"

enum { ROWS = 240, ROUNDS = 60 };

struct row {
    rowtime time;
    int     key;
    bool    has_v, has_d;
    int64_t v;
    double  d;
};

static uint64_t            seed;
static struct row          rows[ROWS];
static struct graph_record records[ROWS];
static char                texts[ROWS][120];

static uint64_t next_random(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 33;
}

static void make_rows(void)
{
    rowtime t = 1000000;
    uint32_t gap = 1u << next_random() % 13, values = 1 + (uint32_t)(next_random() % 40);
    for (int i = 0; i < ROWS; i++) {
        struct row *r = &rows[i];
        if (next_random() % 3) t += (rowtime)(next_random() % gap);
        if (next_random() % 60 == 0) t += 20000;
        *r = (struct row){ .time = t, .key = (int)(next_random() % 4) };
        r->has_v = next_random() % 6 != 0;
        r->has_d = next_random() % 6 != 0;
        r->v = (int64_t)(next_random() % values) - 10;
        r->d = (double)(next_random() % values) / 8 + 1;
        if (next_random() % 50 == 0) r->d = 1e17;
        char v[24] = "null", d[40] = "null";
        if (r->has_v) snprintf(v, sizeof v, "%lld", (long long)r->v);
        if (r->has_d) snprintf(d, sizeof d, "%.17g", r->d);
        snprintf(texts[i], sizeof texts[i], "{\"K\": %d, \"V\": %s, \"D\": %s}", r->key, v, d);
        records[i] = (struct graph_record){ "S", t, texts[i] };
    }
}

/* ---- plain answers ---- */

struct frame {
    int rows[ROWS]; /* oldest first */
    int n;
};

static struct frame frame_of(int at, bool by_rows, int64_t size)
{
    struct frame f = { .n = 0 };
    int found[ROWS], n = 0;
    for (int i = at; i >= 0; i--) {
        if (rows[i].key != rows[at].key) continue;
        if (by_rows ? n > size : rows[i].time < rows[at].time - size) break;
        found[n++] = i;
    }
    for (int i = 0; i < n; i++) f.rows[f.n++] = found[n - 1 - i];
    return f;
}

static const double nothing = NAN;

static double v_at(int row)
{
    return rows[row].has_v ? (double)rows[row].v : nothing;
}

/* The n-th row that has a V, from the first or the last. */
static double nth_known(const struct frame *f, int n, bool from_last)
{
    for (int i = 0; i < f->n; i++) {
        int row = f->rows[from_last ? f->n - 1 - i : i];
        if (rows[row].has_v && --n == 0) return v_at(row);
    }
    return nothing;
}

static bool seen_before(const struct frame *f, int i, bool of_v)
{
    const struct row *r = &rows[f->rows[i]];
    for (int k = 0; k < i; k++) {
        const struct row *o = &rows[f->rows[k]];
        if (of_v ? o->has_v && o->v == r->v : o->has_d && o->d == r->d) return true;
    }
    return false;
}

struct spread {
    int    n;
    double sum, mean, q;
};

static struct spread spread_of(const struct frame *f, bool distinct)
{
    long double sum = 0, q = 0;
    int n = 0;
    for (int i = 0; i < f->n; i++) {
        if (!rows[f->rows[i]].has_d || (distinct && seen_before(f, i, false))) continue;
        sum += (long double)rows[f->rows[i]].d;
        n++;
    }
    for (int i = 0; i < f->n; i++) {
        if (!rows[f->rows[i]].has_d || (distinct && seen_before(f, i, false))) continue;
        long double away = (long double)rows[f->rows[i]].d - sum / n;
        q += away * away;
    }
    return (struct spread){ n, (double)sum, (double)(n ? sum / n : 0), (double)q };
}

static double exp_avg(const struct frame *f, int at)
{
    long double sum = 0, weight = 0;
    for (int i = 0; i < f->n; i++) {
        const struct row *r = &rows[f->rows[i]];
        if (!r->has_d) continue;
        long double w = exp2l(-(long double)(rows[at].time - r->time) / 2000);
        sum += w * (long double)r->d;
        weight += w;
    }
    return weight > 0 ? (double)(sum / weight) : nothing;
}

enum { COLUMNS = 20 };
static const char *const functions[COLUMNS] = {
    "COUNT(*)", "COUNT(V)", "SUM(V)", "AVG(D)", "SUM(D)", "MIN(D)", "MAX(V)", "FIRST_VALUE(V)",
    "FIRST_VALUE(V) IGNORE NULLS", "LAST_VALUE(V)", "LAST_VALUE(V) IGNORE NULLS",
    "NTH_VALUE(V, 2)", "NTH_VALUE(V, 2) FROM LAST", "NTH_VALUE(V, 3) FROM LAST IGNORE NULLS",
    "LAG(V)", "LAG(V, 2, -99) IGNORE NULLS", "SUM(DISTINCT V)", "VAR_POP(D)",
    "VAR_SAMP(DISTINCT D)", "EXP_AVG(D, INTERVAL '2' SECOND)",
};

static void plain(int at, bool by_rows, int64_t size, double *out)
{
    struct frame f = frame_of(at, by_rows, size);
    int known = 0;
    double sum = 0, greatest = nothing, least = nothing, distinct = nothing;
    for (int i = 0; i < f.n; i++) {
        const struct row *r = &rows[f.rows[i]];
        if (r->has_d && !(least <= r->d)) least = r->d;
        if (!r->has_v) continue;
        known++;
        sum += (double)r->v;
        if (!(greatest >= (double)r->v)) greatest = (double)r->v;
        if (!seen_before(&f, i, true)) distinct = (isnan(distinct) ? 0 : distinct) + (double)r->v;
    }
    struct spread d = spread_of(&f, false), once = spread_of(&f, true);
    int back = rows[at].has_v ? 3 : 2;
    double lag = nth_known(&f, back, true);
    const double answers[COLUMNS] = {
        f.n, known, known ? sum : nothing, d.n ? d.mean : nothing, d.n ? d.sum : nothing, least,
        greatest, v_at(f.rows[0]), nth_known(&f, 1, false), v_at(at), nth_known(&f, 1, true),
        f.n > 1 ? v_at(f.rows[1]) : nothing, f.n > 1 ? v_at(f.rows[f.n - 2]) : nothing,
        nth_known(&f, 3, true), f.n > 1 ? v_at(f.rows[f.n - 2]) : nothing,
        isnan(lag) ? -99 : lag, distinct, d.n ? d.q / d.n : nothing,
        once.n > 1 ? once.q / (once.n - 1) : nothing, exp_avg(&f, at),
    };
    memcpy(out, answers, sizeof answers);
}

/* ---- comparing ---- */

static char *application(char *sql, size_t size, const char *frame)
{
    size_t n = (size_t)snprintf(sql, size,
                                "CREATE SOURCE S (K INTEGER, V INTEGER, D DOUBLE);\n"
                                "CREATE STREAM T (");
    for (int i = 0; i < COLUMNS; i++) {
        n += (size_t)snprintf(sql + n, size - n, "%sC%d DOUBLE", i ? ", " : "", i);
    }
    n += (size_t)snprintf(sql + n, size - n, ");\nCREATE PUMP P AS INSERT INTO T SELECT STREAM ");
    for (int i = 0; i < COLUMNS; i++) {
        n += (size_t)snprintf(sql + n, size - n, "%s%s OVER W", i ? ", " : "", functions[i]);
    }
    snprintf(sql + n, size - n, " FROM S WINDOW W AS (PARTITION BY K %s PRECEDING);\n", frame);
    return sql;
}

static bool close_to(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b)) + 1e-300;
}

static void check_line(const char *line, int at, bool by_rows, int64_t size, const char *frame)
{
    double expected[COLUMNS];
    plain(at, by_rows, size, expected);
    for (int i = 0; i < COLUMNS; i++) {
        char name[16];
        snprintf(name, sizeof name, "C%d:", i);
        const char *value = strstr(line, name);
        assert_non_null(value);
        value += strlen(name);
        while (*value == ' ') value++;
        double got = strncmp(value, "null", 4) == 0 ? nothing : strtod(value, NULL);
        if (close_to(got, expected[i])) continue;
        fail_msg("row %d, %s OVER (%s): %.17g instead of %.17g", at, functions[i], frame, got,
                 expected[i]);
    }
}

static void check_round(bool by_rows, int64_t size, uint32_t batch_rows, bool checkpoints)
{
    char frame[64], sql[4096];
    if (by_rows) snprintf(frame, sizeof frame, "ROWS %lld", (long long)size);
    else snprintf(frame, sizeof frame, "RANGE INTERVAL '%lld.%03lld' SECOND(6, 3)",
                  (long long)(size / 1000), (long long)(size % 1000));
    struct graph_run run = { .sql = application(sql, sizeof sql, frame), .records = records,
                             .n_records = ROWS, .batch_rows = batch_rows,
                             .checkpoints = checkpoints };
    char *got = graph_run(&run);
    const char *line = strstr(got, "{C0:");
    for (int i = 0; i < ROWS; i++) {
        assert_non_null(line);
        check_line(line, i, by_rows, size, frame);
        line = strstr(line + 1, "{C0:");
    }
    assert_null(line);
    free(got);
}

static void test_random_frames(void **state)
{
    (void)state;
    static const uint32_t sizes[] = { 1, 3, 64, 1000 };
    for (int round = 0; round < ROUNDS; round++) {
        make_rows();
        bool by_rows = next_random() % 2;
        int64_t most = by_rows ? 70 : 30000;
        int64_t size = (int64_t)(next_random() % (uint64_t)(next_random() % 3 ? most : 5));
        check_round(by_rows, size, sizes[next_random() % 4], next_random() % 4 == 0);
    }
}

int main(void)
{
    const char *given = getenv("SLUICE_SEED");
    seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_random_frames) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
