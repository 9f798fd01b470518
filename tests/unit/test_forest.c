/*
 * A forest must give the same scores however its records are cut into calls and wherever it is
 * saved and loaded; it must refuse damaged snapshots and keep to its limits.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forest_data.h"
#include "udf/rcf/forest.h"
#include "udf/rcf/tree.h"

enum {
    N = 1500,
    DIMS = 3
};

static double records[N * DIMS];

static const struct forest_params usual = {
    .n_trees = 20,
    .sample_size = 64,
    .time_decay = 500,
    .shingle_size = 1,
    .n_columns = DIMS,
    .seed = 11,
};

static int make_records(void **state)
{
    (void)state;
    static int labels[N];
    data_publish3.make(4, N, records, labels);
    return 0;
}

static struct forest *new_forest(const struct forest_params *params)
{
    struct forest *f = NULL;
    assert_true(forest_new(params, &f));
    return f;
}

static void score_all(const struct forest_params *params, const double *from, size_t n, double *to)
{
    struct forest *f = new_forest(params);
    forest_update(f, from, n, to);
    forest_free(f);
}

struct buffer {
    unsigned char *bytes;
    size_t size;
    size_t taken;
};

static bool append(void *context, const void *bytes, size_t size)
{
    struct buffer *b = context;
    b->bytes = realloc(b->bytes, b->size + size);
    assert_non_null(b->bytes);
    memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
    return true;
}

static bool refuse(void *context, const void *bytes, size_t size)
{
    (void)bytes;
    size_t *left = context;
    if (size > *left) return false;
    *left -= size;
    return true;
}

static struct buffer save(const struct forest *f)
{
    struct buffer b = { NULL, 0, 0 };
    assert_true(forest_save(f, append, &b));
    assert_int_equal(b.size, forest_save_size(f));
    return b;
}

static bool take(void *context, void *bytes, size_t size)
{
    struct buffer *s = context;
    if (size > s->size - s->taken) return false;
    memcpy(bytes, s->bytes + s->taken, size);
    s->taken += size;
    return true;
}

static bool load(const struct forest_params *params, struct buffer *b, struct forest **out)
{
    b->taken = 0;
    return forest_load(params, take, b, out);
}

/* The first sample_size scores are exactly 0, later ones never. */
static void scores_begin_after_the_sample(void **state)
{
    (void)state;
    double scores[N];
    for (int size = 10; size <= 1000; size += 99) {
        struct forest_params params = usual;
        params.sample_size = size;
        score_all(&params, records, N, scores);
        for (int i = 0; i < N; i++) {
            assert_true(i < size ? scores[i] == 0 : scores[i] > 0);
            assert_true(scores[i] <= log2(size + 1) * (1 + 1e-12));
        }
    }
}

/* Same parameters and records: same scores; another seed: others. */
static void seed_decides(void **state)
{
    (void)state;
    double first[N], second[N];
    struct forest_params params = usual;
    score_all(&params, records, N, first);
    score_all(&params, records, N, second);
    assert_memory_equal(first, second, sizeof first);
    params.seed++;
    score_all(&params, records, N, second);
    for (int i = params.sample_size; i < N; i++) assert_true(first[i] != second[i]);
}

/* Calls of 1, 3, 7, 1000 records: the same bits. */
static void cuts_into_calls_do_not_show(void **state)
{
    (void)state;
    static const size_t sizes[] = { 1, 3, 7, 255, 257, 1000 };
    double whole[N], parts[N];
    for (int shingle = 1; shingle <= 9; shingle += 4) {
        struct forest_params params = usual;
        params.shingle_size = shingle;
        score_all(&params, records, N, whole);
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            struct forest *f = new_forest(&params);
            for (size_t at = 0; at < N; at += sizes[s]) {
                size_t n = N - at < sizes[s] ? N - at : sizes[s];
                forest_update(f, records + at * DIMS, n, parts + at);
            }
            forest_free(f);
            assert_memory_equal(whole, parts, sizeof whole);
        }
    }
}

/* Nor do the instructions of the processor, for few and many coordinates, in both regimes and with equal points. */
static void vectors_do_not_show(void **state)
{
    (void)state;
    static const int64_t decays[] = { 100000, 40 };
    static double few[N];
    double wide[N], plain[N];
    for (int i = 0; i < N; i++) few[i] = i % 97 == 0 ? 400 : i * 7 % 11;
    for (int k = 0; k < 12; k++) {
        struct forest_params params = usual;
        params.time_decay = decays[k % 2];
        params.shingle_size = 1 + k / 4 * 4;
        params.n_columns = k / 2 % 2 ? 1 : DIMS;
        const double *from = params.n_columns == 1 ? few : records;
        tree_force_plain(true);
        score_all(&params, from, N, plain);
        tree_force_plain(false);
        score_all(&params, from, N, wide);
        assert_memory_equal(plain, wide, sizeof wide);
    }
}

/* Nor does the number of threads, in either regime; a snapshot made with one number goes on with another. */
static void threads_do_not_show(void **state)
{
    (void)state;
    static const int64_t decays[] = { 100000, 40 };
    double whole[N], parts[N];
    for (int k = 0; k < 4; k++) {
        struct forest_params params = usual;
        params.time_decay = decays[k % 2];
        params.shingle_size = k < 2 ? 1 : 5;
        score_all(&params, records, N, whole);
        for (int threads = 2; threads <= 5; threads++) {
            struct forest *f = new_forest(&params), *loaded;
            forest_use_threads(f, threads);
            forest_update(f, records, 700, parts);
            struct buffer b = save(f);
            forest_free(f);
            assert_true(load(&params, &b, &loaded));
            forest_use_threads(loaded, threads + 1);
            forest_update(loaded, records + 700 * DIMS, 300, parts + 700);
            forest_use_threads(loaded, 1);
            forest_update(loaded, records + 1000 * DIMS, N - 1000, parts + 1000);
            assert_memory_equal(whole, parts, sizeof whole);
            forest_free(loaded);
            free(b.bytes);
        }
    }
}

/* Scoring alone gives the score that updating gives, and changes nothing. */
static void scoring_learns_nothing(void **state)
{
    (void)state;
    double whole[N], alone, updated;
    struct forest_params params = usual;
    params.shingle_size = 4;
    score_all(&params, records, N, whole);
    struct forest *f = new_forest(&params);
    for (int i = 0; i < N; i++) {
        const double strange[DIMS] = { 1e6, NAN, -5 };
        forest_score(f, strange);
        alone = forest_score(f, records + i * DIMS);
        forest_update(f, records + i * DIMS, 1, &updated);
        assert_true(alone == updated && alone == whole[i]);
    }
    forest_free(f);
}

/* A forest that was loaded goes on bit for bit, and saves the same bytes again. */
static void loaded_forest_goes_on(void **state)
{
    (void)state;
    static const size_t places[] = { 0, 1, 5, 63, 64, 65, 300, 1499 };
    double whole[N], rest[N];
    for (int shingle = 1; shingle <= 6; shingle += 5) {
        struct forest_params params = usual;
        params.shingle_size = shingle;
        score_all(&params, records, N, whole);
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
            size_t at = places[p];
            struct forest *f = new_forest(&params), *loaded;
            forest_update(f, records, at, rest);
            struct buffer b = save(f);
            forest_free(f);
            assert_true(load(&params, &b, &loaded));
            struct buffer again = save(loaded);
            assert_int_equal(b.size, again.size);
            assert_memory_equal(b.bytes, again.bytes, b.size);
            forest_update(loaded, records + at * DIMS, N - at, rest + at);
            assert_memory_equal(whole + at, rest + at, (N - at) * sizeof rest[0]);
            forest_free(loaded);
            free(b.bytes);
            free(again.bytes);
        }
    }
}

static struct forest_params small(void)
{
    struct forest_params params = usual;
    params.n_trees = 2;
    params.sample_size = 10;
    params.shingle_size = 2;
    return params;
}

static struct buffer save_small(void)
{
    struct forest_params params = small();
    double scores[100];
    struct forest *f = new_forest(&params);
    forest_update(f, records, 100, scores);
    struct buffer b = save(f);
    forest_free(f);
    return b;
}

/* Every shortened snapshot and every changed byte is noticed. */
static void damaged_snapshots_are_refused(void **state)
{
    (void)state;
    struct forest_params params = small();
    struct buffer b = save_small();
    struct forest *f = NULL;
    size_t whole = b.size;
    for (b.size = 0; b.size < whole; b.size++) assert_false(load(&params, &b, &f));
    for (size_t i = 0; i < b.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            b.bytes[i] ^= (unsigned char)(1 << bit);
            assert_false(load(&params, &b, &f));
            b.bytes[i] ^= (unsigned char)(1 << bit);
        }
    }
    assert_null(f);
    assert_true(load(&params, &b, &f));
    assert_int_equal(b.taken, b.size);
    forest_free(f);
    free(b.bytes);
}

/* A snapshot belongs to its parameters. */
static void snapshots_of_other_forests_are_refused(void **state)
{
    (void)state;
    struct buffer b = save_small();
    struct forest *f = NULL;
    struct forest_params params;
    for (int i = 0; i < 6; i++) {
        params = small();
        switch (i) {
        case 0: params.n_trees++; break;
        case 1: params.sample_size++; break;
        case 2: params.time_decay++; break;
        case 3: params.shingle_size++; break;
        case 4: params.n_columns++; break;
        case 5: params.seed++; break;
        }
        assert_false(load(&params, &b, &f));
    }
    params = small();
    assert_true(load(&params, &b, &f));
    forest_free(f);
    free(b.bytes);
}

/* Saving ends with false as soon as bytes are not taken. */
static void failed_writes_are_told(void **state)
{
    (void)state;
    struct forest_params params = small();
    struct forest *f = new_forest(&params);
    size_t size = forest_save_size(f);
    for (size_t room = 0; room < size; room += 8) {
        size_t left = room;
        assert_false(forest_save(f, refuse, &left));
    }
    assert_true(forest_save(f, refuse, &size));
    forest_free(f);
}

/* NaN and infinities stand for the last finite number of their column, or 0 before there is one. */
static void missing_numbers_repeat_the_last(void **state)
{
    (void)state;
    static double holes[N * DIMS], filled[N * DIMS];
    double expected[N], scores[N];
    memcpy(holes, records, sizeof holes);
    for (int i = 0; i < N; i++) {
        if (i % 5 == 0) holes[i * DIMS] = i % 2 ? NAN : INFINITY;
        if (i < 20 || i % 11 == 3) holes[i * DIMS + 2] = -INFINITY;
    }
    memcpy(filled, holes, sizeof filled);
    for (int i = 0; i < N * DIMS; i++) {
        if (!isfinite(filled[i])) filled[i] = i < DIMS ? 0 : filled[i - DIMS];
    }
    score_all(&usual, filled, N, expected);
    score_all(&usual, holes, N, scores);
    assert_memory_equal(expected, scores, sizeof expected);
}

/* Offsets and a common scale change nothing: epoch milliseconds keep their digits. */
static void offsets_and_scale_do_not_show(void **state)
{
    (void)state;
    static double whole[N * DIMS], moved[N * DIMS];
    double expected[N], scores[N];
    for (int i = 0; i < N * DIMS; i++) {
        whole[i] = round(records[i] * 10);
        moved[i] = (whole[i] + (i % DIMS == 1 ? 1540000000000.0 : -3)) * 0.25;
    }
    score_all(&usual, whole, N, expected);
    score_all(&usual, moved, N, scores);
    assert_memory_equal(expected, scores, sizeof expected);
}

/* A constant column is never cut and draws no random number of its own. */
static void constant_columns_do_not_show(void **state)
{
    (void)state;
    static double with[N * (DIMS + 1)];
    double expected[N], scores[N];
    for (int i = 0; i < N; i++) {
        memcpy(with + i * (DIMS + 1), records + i * DIMS, DIMS * sizeof with[0]);
        with[i * (DIMS + 1) + DIMS] = -1e9;
    }
    struct forest_params params = usual;
    score_all(&params, records, N, expected);
    params.n_columns++;
    score_all(&params, with, N, scores);
    assert_memory_equal(expected, scores, sizeof expected);
}

/* Nothing but one value: 0.5 for it, the largest score for any other. */
static void equal_records_score_one_half(void **state)
{
    (void)state;
    double same[200], scores[200];
    for (int i = 0; i < 200; i++) same[i] = 3.25;
    struct forest_params params = usual;
    params.n_columns = 1;
    struct forest *f = new_forest(&params);
    forest_update(f, same, 200, scores);
    for (int i = params.sample_size; i < 200; i++) assert_true(scores[i] == 0.5);
    assert_true(fabs(forest_score(f, &(double){ 3.5 }) - log2(65)) < 1e-12);
    forest_free(f);
}

/* The ends of all ranges, with numbers as large as they come. */
static void limits_are_kept(void **state)
{
    (void)state;
    static const struct forest_params extremes[] = {
        { 1, 10, 1, 1, 1, 0 },
        { 1, 10, 2147483647, 30, 30, UINT64_MAX },
        { 1000, 10, 50, 1, 2, 1 },
        { 1, 1000, 1, 2, 30, 1 },
        { 3, 10, 100, 30, 1, 1 },
    };
    enum {
        ROWS = 1200
    };
    static double wild[ROWS * FOREST_COLUMNS_MAX], scores[ROWS];
    struct data_rng r;
    data_rng_init(&r, 8);
    for (int i = 0; i < ROWS * FOREST_COLUMNS_MAX; i++) {
        switch (data_int(&r, 0, 3)) {
        case 0: wild[i] = data_uniform(&r, -1, 1) * 1.7e308; break;
        case 1: wild[i] = data_int(&r, -2, 2); break;
        case 2: wild[i] = data_uniform(&r, -1, 1) * 1e-300; break;
        default: wild[i] = data_gauss(&r, 0, 1e20); break;
        }
    }
    for (size_t e = 0; e < sizeof extremes / sizeof extremes[0]; e++) {
        const struct forest_params *p = &extremes[e];
        int silent = p->sample_size > p->shingle_size ? p->sample_size : p->shingle_size;
        score_all(p, wild, ROWS, scores);
        for (int i = 0; i < ROWS; i++) {
            assert_true(i < silent ? scores[i] == 0 : scores[i] > 0 && scores[i] < 10);
        }
    }
}

/* Parameters out of range are refused, each of them. */
static void parameters_have_ranges(void **state)
{
    (void)state;
    struct forest_params bad[10];
    for (int i = 0; i < 10; i++) bad[i] = usual;
    bad[0].n_trees = 0;
    bad[1].n_trees = 1001;
    bad[2].sample_size = 9;
    bad[3].sample_size = 1001;
    bad[4].time_decay = 0;
    bad[5].time_decay = INT64_C(2147483648);
    bad[6].shingle_size = 0;
    bad[7].shingle_size = 31;
    bad[8].n_columns = 0;
    bad[9].n_columns = 31;
    struct forest *f = NULL;
    for (int i = 0; i < 10; i++) {
        assert_false(forest_params_valid(&bad[i]));
        assert_false(forest_new(&bad[i], &f));
    }
    assert_null(f);
    assert_true(forest_params_valid(&usual));
    assert_true(forest_bytes(&usual) > 20 * 64 * 2 * 16);
    forest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_begin_after_the_sample),
        cmocka_unit_test(seed_decides),
        cmocka_unit_test(cuts_into_calls_do_not_show),
        cmocka_unit_test(vectors_do_not_show),
        cmocka_unit_test(threads_do_not_show),
        cmocka_unit_test(scoring_learns_nothing),
        cmocka_unit_test(loaded_forest_goes_on),
        cmocka_unit_test(damaged_snapshots_are_refused),
        cmocka_unit_test(snapshots_of_other_forests_are_refused),
        cmocka_unit_test(failed_writes_are_told),
        cmocka_unit_test(missing_numbers_repeat_the_last),
        cmocka_unit_test(offsets_and_scale_do_not_show),
        cmocka_unit_test(constant_columns_do_not_show),
        cmocka_unit_test(equal_records_score_one_half),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(parameters_have_ranges),
    };
    return cmocka_run_group_tests(tests, make_records, NULL);
}
