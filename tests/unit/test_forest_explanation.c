/*
 * The parts of a score: they add up, name the column that is off and its side, and are those of AWS's open-source
 * library, as well as ten of its models agree with each other.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forest_data.h"
#include "udf/rcf/forest.h"

enum {
    N = 6000,
    N_TRAINED = 10000
};

#ifdef SMALL_LIMITS
enum {
    N_MODELS = 2
};
#else
enum {
    N_MODELS = 10
};
#endif

struct explained {
    struct forest *forest;
    double *work;
};

static struct explained open_forest(const struct forest_params *params)
{
    struct explained e;
    assert_true(forest_new(params, &e.forest));
    e.work = malloc(forest_explain_numbers(params) * sizeof *e.work);
    assert_non_null(e.work);
    return e;
}

static void close_forest(struct explained *e)
{
    forest_free(e->forest);
    free(e->work);
}

/* Parts add up to the score, and the score is the one without them, whatever the regime and the blocks. */
static void parts_add_up(void **state)
{
    (void)state;
    static const struct data_stream *const streams[] = { &data_lifesupport, &data_iot,
                                                         &data_clusters, &data_sine };
    static const int64_t decays[] = { 100000, 120 };
    static double records[N * DATA_COLUMNS_MAX], plain[N], scores[N];
    static struct forest_part parts[N * DATA_COLUMNS_MAX];
    static int labels[N];
    for (int k = 0; k < 8; k++) {
        const struct data_stream *stream = streams[k % 4];
        struct forest_params params = { .n_trees = 30,
                                        .sample_size = 256,
                                        .time_decay = decays[k / 4],
                                        .shingle_size = k % 4 == 3 ? 10 : 1,
                                        .n_columns = stream->n_columns,
                                        .seed = 3 };
        stream->make(2, N, records, labels);
        struct explained e = open_forest(&params), f = open_forest(&params);
        forest_update(f.forest, records, N, plain);
        for (size_t done = 0, size = 1; done < N; done += size, size = size * 7 % 997 + 1) {
            size_t n = (size_t)params.n_columns;
            if (size > N - done) size = N - done;
            forest_explain(e.forest, records + done * n, size, scores + done, parts + done * n,
                           e.work);
        }
        for (int i = 0; i < N; i++) {
            double sum = 0;
            if (scores[i] != plain[i])
                fail_msg("stream %d, record %d: %.17g, not %.17g", k, i, scores[i], plain[i]);
            for (int c = 0; c < params.n_columns; c++) {
                const struct forest_part *p = &parts[i * params.n_columns + c];
                assert_true(p->high >= 0 && p->low >= 0);
                sum += p->high + p->low;
            }
            assert_true(fabs(sum - scores[i]) < 1e-9);
        }
        close_forest(&e);
        close_forest(&f);
    }
}

/* Of records with one column far outside, that column has the largest part, on the right side. */
static void planted_columns_are_named(void **state)
{
    (void)state;
    static const double outside[5][2] = {
        { 60, 150 }, { -30, 210 }, { -150, 250 }, { -60, 220 }, { -60, 220 }
    };
    static double records[N_TRAINED * 5], scores[N_TRAINED];
    static struct forest_part parts[N_TRAINED * 5];
    static int labels[N_TRAINED];
    int planted = 0, right = 0;
    for (uint64_t seed = 1; seed <= (uint64_t)N_MODELS / 2; seed++) {
        struct forest_params params = { .n_trees = 100,
                                        .sample_size = 256,
                                        .time_decay = 100000,
                                        .shingle_size = 1,
                                        .n_columns = 5,
                                        .seed = seed };
        data_lifesupport.make(seed, N_TRAINED, records, labels);
        for (int i = 1000; i < N_TRAINED; i += 200)
            records[5 * i + i / 200 % 5] = outside[i / 200 % 5][i / 1000 % 2];
        struct explained e = open_forest(&params);
        forest_explain(e.forest, records, N_TRAINED, scores, parts, e.work);
        close_forest(&e);
        for (int i = 1000; i < N_TRAINED; i += 200) {
            int column = i / 200 % 5, best = 0;
            const struct forest_part *p = &parts[5 * i];
            for (int c = 1; c < 5; c++)
                if (p[c].high + p[c].low > p[best].high + p[best].low) best = c;
            planted++;
            right += best == column && (p[best].high > p[best].low) == (i / 1000 % 2 == 1);
        }
    }
    assert_true(right >= 0.99 * planted);
}

/* Score and parts of constructed records, as means over models that learnt 10,000 records. */
static void check_points(const struct data_stream *stream, const char *table, int n_points)
{
    static double records[N_TRAINED * DATA_COLUMNS_MAX], scores[N_TRAINED], rows[20 * 32];
    static int labels[N_TRAINED];
    int n = stream->n_columns, width = n + 2 + 4 * n;
    double sums[20 * 11] = { 0 };
    data_read_table(table, width, n_points, rows);
    for (uint64_t seed = 1; seed <= N_MODELS; seed++) {
        struct forest_params params = { .n_trees = 100,
                                        .sample_size = 256,
                                        .time_decay = 100000,
                                        .shingle_size = 1,
                                        .n_columns = n,
                                        .seed = seed };
        stream->make(seed, N_TRAINED, records, labels);
        struct explained e = open_forest(&params);
        forest_update(e.forest, records, N_TRAINED, scores);
        for (int i = 0; i < n_points; i++) {
            struct forest_part parts[DATA_COLUMNS_MAX];
            sums[i * 11] += forest_score_parts(e.forest, rows + i * width, parts, e.work);
            for (int c = 0; c < n; c++) {
                sums[i * 11 + 1 + 2 * c] += parts[c].high;
                sums[i * 11 + 2 + 2 * c] += parts[c].low;
            }
        }
        close_forest(&e);
    }
    for (int i = 0; i < n_points; i++) {
        for (int q = 0; q < 1 + 2 * n; q++) {
            double mean = rows[i * width + n + 2 * q], sd = rows[i * width + n + 2 * q + 1];
            double ours = sums[i * 11 + q] / N_MODELS;
            /* both are means of ten; the data of the streams are not the same */
            if (fabs(ours - mean) > 2.5 * sd + 0.03)
                fail_msg("%s, point %d, quantity %d: %f, not %f +- %f", stream->name, i, q, ours,
                         mean, sd);
        }
    }
}

static void parts_are_those_of_the_library(void **state)
{
    (void)state;
    check_points(&data_lifesupport, "attribution_lifesupport", 12);
    check_points(&data_pressure, "attribution_pressure", 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(planted_columns_are_named),
        cmocka_unit_test(parts_are_those_of_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
