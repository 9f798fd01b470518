/*
 * Scores must agree with those of the hosted RANDOM_CUT_FOREST and of AWS's open-source library, as
 * well as two forests of that library that differ in their random seeds agree with each other.
 *
 * Every test is a function of fixed seeds; the bounds are about twice what the library's own
 * forests need among themselves. What optimisation and sanitizers cannot change is left out in
 * their modes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forest_data.h"
#include "udf/rcf/forest.h"

enum {
    N_MADE = 10000, /* the sine places its glitches by the length of the stream */
    N_RECORDS = 3000,
    WARM_UP = 256,
    N_SCORED = N_RECORDS - WARM_UP,
    N_FORESTS = 20
};

#ifdef SMALL_LIMITS
enum {
    N_STREAMS = 2
};
#else
enum {
    N_STREAMS = 10
};
#endif

static double mean_of(const double *values, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += values[i];
    return sum / n;
}

static double root_mean_square(const double *values, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += values[i] * values[i];
    return sqrt(sum / n);
}

static double correlation(const double *a, const double *b, int n)
{
    double mean_a = mean_of(a, n), mean_b = mean_of(b, n);
    double ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < n; i++) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return ab / sqrt(aa * bb);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *values, int n, double share)
{
    qsort(values, (size_t)n, sizeof *values, compare_doubles);
    return values[(int)(share * n)];
}

struct reference {
    const struct data_stream *stream;
    int64_t time_decay;
    int shingle_size;
    double correlation_min; /* of one of the library's forests with the mean of all */
};

static struct forest *new_forest(const struct reference *ref, uint64_t seed)
{
    struct forest_params params = {
        .n_trees = 100,
        .sample_size = WARM_UP,
        .time_decay = ref->time_decay,
        .shingle_size = ref->shingle_size,
        .n_columns = ref->stream->n_columns,
        .seed = seed,
    };
    struct forest *f;
    assert_true(forest_new(&params, &f));
    return f;
}

/* Scores of seeds 1..N_FORESTS for the records behind the warm-up. */
static void score_stream(const struct reference *ref, double scores[N_FORESTS][N_SCORED])
{
    static double records[N_MADE * DATA_COLUMNS_MAX], all[N_RECORDS];
    static int labels[N_MADE];
    ref->stream->make(1, N_MADE, records, labels);
    for (int i = 0; i < N_FORESTS; i++) {
        struct forest *f = new_forest(ref, (uint64_t)i + 1);
        forest_update(f, records, N_RECORDS, all);
        forest_free(f);
        for (int r = 0; r < N_RECORDS; r++) {
            assert_true(r < WARM_UP ? all[r] == 0 : all[r] > 0);
            if (r >= WARM_UP) scores[i][r - WARM_UP] = all[r];
        }
    }
}

/* The mean of 20 forests, record by record, and the spread between forests. */
static void check_mean(double scores[N_FORESTS][N_SCORED], const double *mean, const double *sd)
{
    static double ours[N_SCORED], our_sd[N_SCORED], off[N_SCORED];
    for (int r = 0; r < N_SCORED; r++) {
        double column[N_FORESTS], square = 0;
        for (int i = 0; i < N_FORESTS; i++) column[i] = scores[i][r];
        ours[r] = mean_of(column, N_FORESTS);
        for (int i = 0; i < N_FORESTS; i++) square += pow(column[i] - ours[r], 2);
        our_sd[r] = sqrt(square / (N_FORESTS - 1));
        off[r] = fabs(ours[r] - mean[r]) / mean[r];
    }
    double spread = root_mean_square(our_sd, N_SCORED) / root_mean_square(sd, N_SCORED);
    assert_true(fabs(mean_of(ours, N_SCORED) / mean_of(mean, N_SCORED) - 1) <= 0.005);
    assert_true(mean_of(off, N_SCORED) <= 0.015);
    assert_true(quantile(off, N_SCORED, 0.99) <= 0.04);
    assert_true(spread >= 0.85 && spread <= 1.15);
}

/* Each forest alone. */
static void check_singles(double scores[N_FORESTS][N_SCORED], const double *mean, const double *sd,
                          double correlation_min)
{
    double off[N_FORESTS] = { 0 };
    for (int i = 0; i < N_FORESTS; i++) {
        for (int r = 0; r < N_SCORED; r++) {
            off[i] += pow((scores[i][r] - mean[r]) / fmax(sd[r], 0.01 * mean[r]), 2) / N_SCORED;
        }
        assert_true(off[i] < 3.5);
        assert_true(correlation(scores[i], mean, N_SCORED) >= correlation_min - 0.01);
    }
    assert_true(quantile(off, N_FORESTS, 0.5) < 2);
}

static void check_reference(void **state)
{
    const struct reference *ref = *state;
    static double table[2 * N_SCORED], mean[N_SCORED], sd[N_SCORED];
    static double scores[N_FORESTS][N_SCORED];
    data_read_table(ref->stream->name, 2, N_SCORED, table);
    for (int r = 0; r < N_SCORED; r++) {
        mean[r] = table[2 * r];
        sd[r] = table[2 * r + 1];
    }
    score_stream(ref, scores);
    check_mean(scores, mean, sd);
    check_singles(scores, mean, sd, ref->correlation_min);
}

enum {
    N_SPIKES = 380,
    N_SPIKE_RECORDS = 12000,
    N_LIBRARY_FORESTS = 40
};

#ifdef SMALL_LIMITS
enum {
    N_SPIKE_SEEDS = 1,
    N_SPIKE_FORESTS = 2
};
#else
enum {
    N_SPIKE_SEEDS = 10,
    N_SPIKE_FORESTS = 8
};
#endif

/* Mean scores of every record of the stream of this seed. */
static void score_spikes(uint64_t seed, double *mean)
{
    static const struct reference spikes = { &data_iot, 120, 1, 0 };
    static double records[N_SPIKE_RECORDS], scores[N_SPIKE_RECORDS];
    static int labels[N_SPIKE_RECORDS];
    data_iot.make(seed, N_SPIKE_RECORDS, records, labels);
    memset(mean, 0, N_SPIKE_RECORDS * sizeof *mean);
    for (uint64_t i = 0; i < N_SPIKE_FORESTS; i++) {
        struct forest *f = new_forest(&spikes, seed + 1000 * i);
        forest_use_threads(f, 2);
        forest_update(f, records, N_SPIKE_RECORDS, scores);
        forest_free(f);
        for (int r = 0; r < N_SPIKE_RECORDS; r++) mean[r] += scores[r] / N_SPIKE_FORESTS;
    }
}

/* Spikes behind spikes, the hardest ones included: no bias, and no more scatter than the forests' own. */
static void spikes_agree(void **state)
{
    (void)state;
    static double table[4 * N_SPIKES], mean[N_SPIKE_RECORDS];
    double off = 0, square = 0;
    uint64_t seed = 0;
    int n = 0;
    data_read_table("spikes", 4, N_SPIKES, table);
    for (int i = 0; i < N_SPIKES && table[4 * i] <= N_SPIKE_SEEDS; i++, n++) {
        const double *spike = table + 4 * i;
        if (seed != (uint64_t)spike[0]) score_spikes(seed = (uint64_t)spike[0], mean);
        double ours = mean[(int)spike[1]];
        double error = spike[3] * sqrt(1.0 / N_SPIKE_FORESTS + 1.0 / N_LIBRARY_FORESTS);
        off += ours / spike[2] - 1;
        square += pow((ours - spike[2]) / error, 2);
    }
    assert_true(fabs(off / n) <= 0.04 / sqrt(N_SPIKE_FORESTS * N_SPIKE_SEEDS));
    assert_true(square / n <= 1.3 * 1.3);
}

enum {
    N_PUBLISHED = 11,
    N_TRAINED = 1000
};

/* Scores of the published records by a forest that has learnt N_TRAINED records of their kind. */
static void score_published(const double *table, uint64_t seed, double *scores)
{
    static const struct reference defaults = { &data_lifesupport, 100000, 1, 0 };
    static double records[N_TRAINED * DATA_COLUMNS_MAX], ignored[N_TRAINED];
    static int labels[N_TRAINED];
    data_lifesupport.make(seed, N_TRAINED, records, labels);
    struct forest *f = new_forest(&defaults, seed);
    forest_update(f, records, N_TRAINED, ignored);
    for (int i = 0; i < N_PUBLISHED; i++) scores[i] = forest_score(f, table + 7 * i);
    forest_free(f);
}

/* Scores of the hosted function in public documents must be what ours would be. */
static void published_scores_agree(void **state)
{
    (void)state;
    double table[7 * N_PUBLISHED], published[N_PUBLISHED], mean[N_PUBLISHED] = { 0 };
    data_read_table("published", 7, N_PUBLISHED, table);
    for (int i = 0; i < N_PUBLISHED; i++) published[i] = table[7 * i + 5];

    for (uint64_t seed = 1; seed <= 10; seed++) {
        double scores[N_PUBLISHED];
        score_published(table, seed, scores);
        assert_true(correlation(scores, published, N_PUBLISHED) >= 0.90);
        for (int i = 0; i < N_PUBLISHED; i++) mean[i] += scores[i] / 10;
    }
    double square = 0;
    for (int i = 0; i < N_PUBLISHED; i++) {
        square += pow((mean[i] - published[i]) / table[7 * i + 6], 2);
    }
    assert_true(correlation(mean, published, N_PUBLISHED) >= 0.95);
    assert_true(square / N_PUBLISHED <= 2.5);
}

/* Low pulses must be found by the workshop's threshold, and little else. */
static void low_pulses_score_above_threshold(void **state)
{
    (void)state;
    enum {
        N = 20000
    };
    static const struct reference defaults = { &data_publish3, 100000, 1, 0 };
    static double records[N * 3], scores[N];
    static int labels[N];
    int flagged = 0, planted = 0;
    for (uint64_t seed = 1; seed <= N_STREAMS; seed++) {
        data_publish3.make(seed, N, records, labels);
        struct forest *f = new_forest(&defaults, 1);
        forest_update(f, records, N, scores);
        forest_free(f);
        for (int r = WARM_UP; r < N; r++) {
            if (labels[r] == 2) continue;
            assert_true(labels[r] == 0 || scores[r] > 1.5);
            flagged += scores[r] > 1.5;
            planted += labels[r] == 1;
        }
    }
    assert_true(planted > 0 && planted >= 0.98 * flagged);
}

#define REFERENCE_TEST(title, ...)                                                                 \
    {                                                                                              \
        .name = title, .test_func = check_reference,                                               \
        .initial_state = &(struct reference)         \
        {                                            \
            __VA_ARGS__                              \
        }                                            \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_scores_agree),
        cmocka_unit_test(spikes_agree),
        cmocka_unit_test(low_pulses_score_above_threshold),
        REFERENCE_TEST("iot, time decay 120", &data_iot, 120, 1, 0.9982),
#ifndef SMALL_LIMITS
        REFERENCE_TEST("lifesupport", &data_lifesupport, 100000, 1, 0.9662),
        REFERENCE_TEST("publish3", &data_publish3, 100000, 1, 0.9778),
        REFERENCE_TEST("clusters", &data_clusters, 100000, 1, 0.9946),
        REFERENCE_TEST("heart", &data_heart, 100000, 1, 0.9947),
        REFERENCE_TEST("pressure", &data_pressure, 100000, 1, 0.9950),
        REFERENCE_TEST("sine, shingle 10", &data_sine, 100000, 10, 0.9688),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
