/*
 * A random cut tree must be one after any updates, be distributed as if built afresh, and score by
 * the formula; a sample must hold records with the chances that their weights give.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "udf/rcf/sample.h"
#include "udf/rcf/tree.h"
#include "udf/rcf/tree_snap.h"

/* Scores are read with vectors: points in these tests have room for one. */
enum {
    DIMS = 2,
    ROW = 4
};

#define assert_near(a, b, off) assert_true(fabs((a) - (b)) <= (off))

static struct score_tables tables;

static double score_of(const struct tree *t, const float *point)
{
    double score = 0;
    tree_score(t, &tables, point, ROW, 1, &score);
    return score;
}

/* One point scores 1/2 against itself whatever its mass, and log2(M + 1) against another. */
static void equal_points_are_one_leaf(void **state)
{
    (void)state;
    struct tree t;
    struct rng rng;
    const float here[ROW] = { 7, -2 }, there[ROW] = { 7, -3 };
    rng_init(&rng, 1, 0);
    assert_true(tree_init(&t, DIMS, 256));
    for (int m = 1; m <= 256; m++) {
        uint16_t leaf = tree_insert(&t, &rng, here, TREE_NONE);
        assert_int_equal(t.masses[leaf], m);
        assert_int_equal(t.n_leaves, 1);
        assert_true(score_of(&t, here) == 0.5);
        assert_true(score_of(&t, there) == log2(m + 1));
    }
    assert_true(tree_check(&t));
    tree_fini(&t);
}

/* Two points: the score does not depend on where the only cut is. */
static void two_points_score_by_hand(void **state)
{
    (void)state;
    const float low[ROW] = { 0, 0 }, high[ROW] = { 4, 2 };
    const float outside[ROW] = { 5, 4 }, inside[ROW] = { 1, 1 };
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct tree t;
        struct rng rng;
        rng_init(&rng, seed, 0);
        assert_true(tree_init(&t, DIMS, 10));
        tree_insert(&t, &rng, low, TREE_NONE);
        tree_insert(&t, &rng, high, TREE_NONE);

        /* Sides 4 + 2; (5, 4) is 1 + 2 outside: separated at the root by 3 / 9. */
        double scale = log2(3);
        assert_near(score_of(&t, outside), (1 / 3.0 * 1 + 2 / 3.0 * 1 / 2) * scale, 1e-12);
        assert_near(score_of(&t, inside), 1 / 2.0 * scale, 1e-12);
        assert_near(score_of(&t, low), (1 - 1 / 4.0) / (1 + 1) * scale, 1e-12);

        /* Mass 3 of 4. */
        tree_insert(&t, &rng, low, TREE_NONE);
        tree_insert(&t, &rng, low, TREE_NONE);
        assert_near(score_of(&t, low), (1 - 3 / 8.0) / (1 + 2) * log2(5), 1e-12);
        assert_near(score_of(&t, high), (1 - 1 / 8.0) / (1 + 1) * log2(5), 1e-12);
        tree_fini(&t);
    }
}

/* Points at 0, 1 and 10: the first cut falls between 1 and 10 nine times in ten. */
static void three_points_are_cut_by_length(void **state)
{
    (void)state;
    enum {
        N = 20000
    };
    const float points[3][ROW] = { { 0 }, { 10 }, { 1 } };
    const float beyond[ROW] = { 20 };
    int wide = 0;
    for (uint64_t seed = 0; seed < N; seed++) {
        struct tree t;
        struct rng rng;
        rng_init(&rng, seed, 7);
        assert_true(tree_init(&t, 1, 10));
        for (int i = 0; i < 3; i++) tree_insert(&t, &rng, points[i], TREE_NONE);
        bool cut_wide = t.nodes[t.root].cut >= 1;
        wide += cut_wide;

        /* 20 reaches the leaf of 10: at depth 1, or at depth 2 below the box 1..10. */
        double below = cut_wide ? 1 / 2.0 : 10 / 19.0 * 1 / 2 + 9 / 19.0 * 1 / 3;
        assert_near(score_of(&t, beyond), (0.5 * 1 + 0.5 * below) * log2(4), 1e-12);
        tree_fini(&t);
    }
    assert_near(wide / (double)N, 0.9, 4 * sqrt(0.09 / N));
}

/* A point of kind `kind`: few integers, one constant column, reals, or numbers close together. */
static void draw_point(struct rng *rng, int kind, int n_dims, float *point)
{
    for (int i = 0; i < n_dims; i++) {
        float unit = (float)rng_unit(rng);
        switch (kind) {
        case 0: point[i] = floorf(unit * 4); break;
        case 1: point[i] = i == 0 ? 42 : unit; break;
        case 2: point[i] = (unit - 0.5f) * 2e30f; break;
        default: point[i] = 1.0f + floorf(unit * 3) * 0x1p-23f; break;
        }
    }
}

/* Insert and delete in any order: boxes tight, cuts between their boxes, masses right. */
static void tree_stays_a_tree(void **state)
{
    (void)state;
    enum {
        CAPACITY = 40,
        STEPS = 2000
    };
    for (int kind = 0; kind < 4; kind++) {
        int n_dims = 1 + kind * 2;
        struct tree t;
        struct rng rng;
        uint16_t held[CAPACITY];
        int n_held = 0;
        rng_init(&rng, 5, (uint64_t)kind);
        assert_true(tree_init(&t, n_dims, CAPACITY));
        for (int i = 0; i < STEPS; i++) {
            bool grow = n_held == 0 || (n_held < CAPACITY && rng_unit(&rng) < 0.55);
            if (grow) {
                float point[8] = { 0 };
                draw_point(&rng, kind, n_dims, point);
                held[n_held++] = tree_insert(&t, &rng, point, TREE_NONE);
            } else {
                int which = (int)(rng_unit(&rng) * n_held);
                tree_delete(&t, held[which]);
                held[which] = held[--n_held];
            }
            assert_int_equal(t.mass, n_held);
            assert_true(tree_check(&t));
        }
        while (n_held > 0) {
            tree_delete(&t, held[--n_held]);
            assert_true(tree_check(&t));
        }
        assert_int_equal(t.root, TREE_NONE);
        assert_int_equal(t.n_leaves, 0);
        tree_fini(&t);
    }
}

/* Lanes and single walks, overlapping points: each score is that of the point alone. */
static void scores_do_not_depend_on_neighbours(void **state)
{
    (void)state;
    enum {
        N = 37
    };
    struct tree t;
    struct rng rng;
    float values[N + ROW] = { 0 };
    double together[N] = { 0 };
    rng_init(&rng, 9, 0);
    draw_point(&rng, 1, N, values);
    assert_true(tree_init(&t, 3, 30));
    for (int i = 0; i < 30; i++) tree_insert(&t, &rng, values + i, TREE_NONE);
    tree_score(&t, &tables, values, 1, N, together);
    for (int i = 0; i < N; i++) {
        double alone = 0;
        tree_score(&t, &tables, values + i, 1, 1, &alone);
        assert_true(alone == together[i] && alone > 0);
    }
    tree_fini(&t);
}

/* ---- maintained against rebuilt ---- */

enum {
    N_LAST = 24,
    N_STREAM = 150,
    N_TREES = 6000,
    N_QUERIES = 4
};

struct moments {
    double sum;
    double square;
};

static void moments_add(struct moments *m, double x)
{
    m->sum += x;
    m->square += x * x;
}

/* Two means of n numbers each that a common distribution explains. */
static void assert_same_mean(const struct moments *a, const struct moments *b, int n)
{
    double mean_a = a->sum / n, mean_b = b->sum / n;
    double variance_a = a->square / n - mean_a * mean_a;
    double variance_b = b->square / n - mean_b * mean_b;
    assert_near(mean_a, mean_b, 4.5 * sqrt((variance_a + variance_b) / n) + 1e-9);
}

/* A stream that drifts, has two columns of different width and many equal points. */
static void make_stream(float stream[N_STREAM][ROW])
{
    struct rng rng;
    rng_init(&rng, 77, 0);
    memset(stream, 0, N_STREAM * sizeof stream[0]);
    for (int i = 0; i < N_STREAM; i++) {
        stream[i][0] = floorf((float)rng_unit(&rng) * 6) + (float)(i / 30);
        stream[i][1] = floorf((float)rng_unit(&rng) * 3) * 4;
    }
}

static const float queries[N_QUERIES][ROW] = { { 5, 5 }, { 30, 4 }, { 7, -6 }, { 6.5f, 4 } };

/*
 * The definition, by recursion: depth of `watched` in a random cut tree over the points, whose
 * first n stand in `set`. Equal points stay together.
 */
static int draw_depth(struct rng *rng, const float (*set)[ROW], const int *members, int n,
                      const float *watched)
{
    float low[DIMS], high[DIMS];
    double range = 0;
    for (int d = 0; d < DIMS; d++) {
        low[d] = high[d] = set[members[0]][d];
        for (int i = 1; i < n; i++) {
            low[d] = fminf(low[d], set[members[i]][d]);
            high[d] = fmaxf(high[d], set[members[i]][d]);
        }
        range += high[d] - low[d];
    }
    if (range <= 0) return 0;

    double place = rng_unit(rng) * range;
    int dim = place < high[0] - low[0] ? 0 : 1;
    double cut = dim == 0 ? low[0] + place : low[1] + place - (high[0] - low[0]);
    int side[N_LAST + 1], n_side = 0;
    for (int i = 0; i < n; i++) {
        if ((set[members[i]][dim] > cut) == (watched[dim] > cut)) side[n_side++] = members[i];
    }
    return 1 + draw_depth(rng, set, side, n_side, watched);
}

static int depth_of(const struct tree *t, uint16_t leaf)
{
    int depth = 0;
    uint16_t v = t->nodes[t->capacity + leaf].parent;
    for (; v != TREE_NONE; v = t->nodes[v].parent) depth++;
    return depth;
}

/* A tree through which the whole stream has passed; only its last points are left. */
static void maintain(struct tree *t, struct rng *rng, float stream[N_STREAM][ROW],
                     uint16_t leaves[N_STREAM])
{
    assert_true(tree_init(t, DIMS, N_LAST));
    for (int i = 0; i < N_STREAM; i++) {
        if (i >= N_LAST) tree_delete(t, leaves[i - N_LAST]);
        leaves[i] = tree_insert(t, rng, stream[i], TREE_NONE);
    }
}

/* Depths of points in maintained trees have the distribution of trees built from the definition. */
static void maintained_depths_are_those_of_rebuilt_trees(void **state)
{
    (void)state;
    float stream[N_STREAM][ROW];
    make_stream(stream);
    const float(*last)[ROW] = (const float(*)[ROW])stream + N_STREAM - N_LAST;
    int members[N_LAST];
    for (int i = 0; i < N_LAST; i++) members[i] = i;

    struct moments ours[N_LAST] = { 0 }, built[N_LAST] = { 0 };
    struct moments our_square[N_LAST] = { 0 }, built_square[N_LAST] = { 0 };
    for (uint64_t seed = 0; seed < N_TREES; seed++) {
        struct tree t;
        struct rng rng;
        uint16_t leaves[N_STREAM];
        rng_init(&rng, 1, seed);
        maintain(&t, &rng, stream, leaves);
        for (int i = 0; i < N_LAST; i++) {
            int depth = depth_of(&t, leaves[N_STREAM - N_LAST + i]);
            int rebuilt = draw_depth(&rng, last, members, N_LAST, last[i]);
            moments_add(&ours[i], depth);
            moments_add(&built[i], rebuilt);
            moments_add(&our_square[i], depth * depth);
            moments_add(&built_square[i], rebuilt * rebuilt);
        }
        tree_fini(&t);
    }
    for (int i = 0; i < N_LAST; i++) {
        assert_same_mean(&ours[i], &built[i], N_TREES);
        assert_same_mean(&our_square[i], &built_square[i], N_TREES);
    }
}

/* Scores of maintained and of rebuilt trees have the same mean and spread, and that mean is what
 * the score is: the expectation of 1 / depth in a tree that has the query among its points. */
static void maintained_scores_are_expected_inverse_heights(void **state)
{
    (void)state;
    float stream[N_STREAM][ROW], with_query[N_LAST + 1][ROW];
    make_stream(stream);
    memcpy(with_query, stream + N_STREAM - N_LAST, N_LAST * sizeof stream[0]);
    int members[N_LAST + 1];
    for (int i = 0; i <= N_LAST; i++) members[i] = i;

    for (int q = 0; q < N_QUERIES; q++) {
        struct moments ours = { 0 }, our_square = { 0 }, fresh = { 0 }, fresh_square = { 0 };
        struct moments inverse = { 0 };
        memcpy(with_query[N_LAST], queries[q], sizeof queries[q]);
        for (uint64_t seed = 0; seed < N_TREES; seed++) {
            struct tree t;
            struct rng rng;
            uint16_t leaves[N_STREAM];
            rng_init(&rng, 2, seed);
            maintain(&t, &rng, stream, leaves);
            double score = score_of(&t, queries[q]) / log2(N_LAST + 1);
            tree_fini(&t);

            assert_true(tree_init(&t, DIMS, N_LAST));
            for (int i = 0; i < N_LAST; i++)
                tree_insert(&t, &rng, with_query[N_LAST - 1 - i], TREE_NONE);
            double rebuilt = score_of(&t, queries[q]) / log2(N_LAST + 1);
            tree_fini(&t);

            int depth = draw_depth(&rng, (const float(*)[ROW])with_query, members, N_LAST + 1,
                                   queries[q]);
            moments_add(&ours, score);
            moments_add(&our_square, score * score);
            moments_add(&fresh, rebuilt);
            moments_add(&fresh_square, rebuilt * rebuilt);
            moments_add(&inverse, 1.0 / depth);
        }
        assert_same_mean(&ours, &fresh, N_TREES);
        assert_same_mean(&our_square, &fresh_square, N_TREES);
        assert_same_mean(&ours, &inverse, N_TREES);
    }
}

/* ---- samples ---- */

/* Offers points 0..n-1 to a sample; age[a] counts how often the point of age a is in it at the end.
 * Returns how many points entered behind the first `from`. */
static int run_sample(uint64_t seed, int size, int64_t decay, int n, int from, int *age, int n_ages)
{
    struct sample s;
    struct rng rng;
    int point_at[TREE_CAPACITY_MAX], entered = 0;
    assert_true(sample_init(&s, size, decay));
    rng_init(&rng, seed, 3);
    for (int t = 0; t < n; t++) {
        if (s.next > t) continue;
        uint16_t leaf = (uint16_t)s.count;
        if (s.count == size) leaf = sample_evict(&s);
        sample_add(&s, &rng, t, leaf);
        point_at[leaf] = t;
        entered += t >= from;
    }
    for (int i = 0; i < s.count; i++) {
        int a = n - 1 - point_at[i];
        if (a < n_ages) age[a]++;
    }
    assert_int_equal(s.count, size);
    sample_fini(&s);
    return entered;
}

/* The integral of (1 - exp(-y)) / y from 0 to x. */
static double entire_exponential_integral(double x)
{
    double term = 1, sum = 0;
    for (int k = 1; k < 60; k++) {
        term *= -x / k;
        sum -= term / k;
    }
    return sum;
}

/* In the steady state a point of age a is in the sample with probability
 * 1 - exp(-q exp(-a / decay)) where Ein(q) = size / decay. */
static void samples_forget_as_weights_say(void **state)
{
    (void)state;
    static const struct {
        int size, decay;
    } cases[] = { { 256, 1000 }, { 256, 120 }, { 50, 200 } };
    enum {
        RUNS = 300,
        N_AGES = 1200
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        int size = cases[c].size, decay = cases[c].decay;
        double low = 0, high = 20;
        for (int i = 0; i < 100; i++) {
            double q = (low + high) / 2;
            if (entire_exponential_integral(q) < (double)size / decay)
                low = q;
            else
                high = q;
        }

        static int age[N_AGES];
        memset(age, 0, sizeof age);
        double entered = 0;
        int n = 20 * decay, from = 10 * decay;
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            entered += run_sample(seed, size, decay, n, from, age, N_AGES);
        }
        assert_near(entered / ((double)RUNS * (n - from)), 1 - exp(-low), 0.01);
        for (int a = 0; a + 20 <= N_AGES; a += 20) {
            double expected = 0, seen = 0;
            for (int i = a; i < a + 20; i++) {
                expected += 1 - exp(-low * exp(-(double)i / decay));
                seen += age[i] / (double)RUNS;
            }
            assert_near(seen / 20, expected / 20, 0.035);
        }
    }
}

/* Before decay matters, each point so far is in the sample equally often. */
static void young_samples_are_uniform(void **state)
{
    (void)state;
    enum {
        RUNS = 2000,
        N = 400,
        SIZE = 50
    };
    int age[N] = { 0 }, entered = 0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        entered += run_sample(seed, SIZE, 2147483647, N, SIZE, age, N);
    }
    /* Point t enters with chance SIZE / (t + 1). */
    double expected = 0;
    for (int t = SIZE; t < N; t++) expected += SIZE / (t + 1.0);
    assert_near(entered / (double)RUNS, expected, 0.6);
    for (int a = 0; a < N; a++) {
        assert_near(age[a] / (double)RUNS, SIZE / (double)N, 0.035);
    }
}

/* Time decay 1, until keys have been moved to a new base: the newest points fill the sample. */
static void shortest_decay_keeps_the_newest(void **state)
{
    (void)state;
    enum {
        SIZE = 1000,
        N = 9000
    };
    static int age[N];
    memset(age, 0, sizeof age);
    assert_int_equal(run_sample(1, SIZE, 1, N, SIZE, age, N), N - SIZE);
    for (int a = 0; a < SIZE - 40; a++) assert_int_equal(age[a], 1);
    for (int a = SIZE + 40; a < N; a++) assert_int_equal(age[a], 0);
}

int main(void)
{
    score_tables_init(&tables);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_points_are_one_leaf),
        cmocka_unit_test(two_points_score_by_hand),
        cmocka_unit_test(three_points_are_cut_by_length),
        cmocka_unit_test(tree_stays_a_tree),
        cmocka_unit_test(scores_do_not_depend_on_neighbours),
        cmocka_unit_test(maintained_depths_are_those_of_rebuilt_trees),
        cmocka_unit_test(maintained_scores_are_expected_inverse_heights),
        cmocka_unit_test(samples_forget_as_weights_say),
        cmocka_unit_test(young_samples_are_uniform),
        cmocka_unit_test(shortest_decay_keeps_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
