/*
 * Planted anomalies must be found: by the thresholds that applications use, and by the order of the scores as well as
 * AWS's open-source library finds them.
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
#include "roc.h"
#include "udf/rcf/forest.h"

enum {
    N_MAX = 20000,
    WARM_UP = 256
};

#ifdef SMALL_LIMITS
enum {
    N_SEEDS = 2
};
#else
enum {
    N_SEEDS = 10
};
#endif

struct set {
    const char *name;
    const struct data_stream *stream;
    int n;
    int64_t time_decay;
    int shingle;
    double auc, auc_sd; /* of the library, over ten seeds */
    double threshold;   /* that applications alert above; 0: none */
    double recall_min;
};

/*
 * With a time decay of 120 four of the 380 spikes, each about 100 records behind one like it, score 3.8 to 4.3 from
 * forest to forest. So which of them are above 4 is up to the seeds, here as in the library: over 40 sets of ten of
 * its forests on these data 377 to 380 were, all 380 in 9 of the sets; over 40 sets of ours 377 to 380, all in 11.
 * That both score spikes alike is tested spike by spike in test_forest_reference.c.
 */
static const struct set sets[] = {
    { "spikes, timeDecay 120", &data_iot, 12000, 120, 1, 1, 0, 4, 0.99 },
    { "spikes", &data_iot, 12000, 100000, 1, 1, 0, 4, 1 },
    { "heart rate", &data_heart, 10000, 100000, 1, 1, 0, 1.5, 1 },
#ifndef SMALL_LIMITS
    { "low pulses", &data_publish3, 20000, 100000, 1, 1, 0, 1.5, 1 },
    { "blood pressure", &data_pressure, 10000, 100000, 1, 1, 0, 1.5, 1 },
    { "one column of five", &data_planted, 10000, 100000, 1, 0.9996, 0.0001, 0, 0 },
    { "clusters", &data_clusters, 10000, 100000, 1, 0.9996, 0.0001, 0, 0 },
    { "phase, record by record", &data_sine, 10000, 100000, 1, 0.4879, 0.0201, 0, 0 },
    { "phase, shingle 10", &data_sine, 10000, 100000, 10, 0.6948, 0.0260, 0, 0 },
    { "phase, shingle 25", &data_sine, 10000, 100000, 25, 0.9967, 0.0025, 0, 0 },
    { "dip, record by record", &data_dip, 10000, 100000, 1, 0.8548, 0.0399, 0, 0 },
    { "dip, shingle 4", &data_dip, 10000, 100000, 4, 0.9233, 0.0155, 0, 0 },
    { "dip, shingle 10", &data_dip, 10000, 100000, 10, 0.9985, 0.0011, 0, 0 },
#endif
};

struct tally {
    int planted, found, flagged;
};

static void count_alerts(const struct set *set, const double *scores, const int *labels,
                         struct tally *tally)
{
    for (int i = WARM_UP; i < set->n; i++) {
        if (labels[i] == 2) continue;
        bool alert = scores[i] > set->threshold;
        tally->planted += labels[i] == 1;
        tally->found += labels[i] == 1 && alert;
        tally->flagged += alert;
    }
}

static double area(const struct set *set, const double *scores, const int *labels)
{
    static struct roc_record records[N_MAX];
    size_t n = 0;
    for (int i = WARM_UP; i < set->n; i++)
        if (labels[i] != 2) records[n++] = (struct roc_record){ scores[i], labels[i] == 1 };
    return roc_auc(records, n);
}

/* The recall of the table and a precision of at least 0.98 at the threshold; the library's area below the ROC curve. */
static void check_set(void **state)
{
    const struct set *set = *state;
    static double records[N_MAX * DATA_COLUMNS_MAX], scores[N_MAX];
    static int labels[N_MAX];
    struct tally tally = { 0 };
    double auc = 0;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct forest_params params = {
            100, 256, set->time_decay, set->shingle, set->stream->n_columns, seed
        };
        struct forest *f;
        assert_true(forest_new(&params, &f));
        set->stream->make(seed, (size_t)set->n, records, labels);
        forest_use_threads(f, 2);
        forest_update(f, records, (size_t)set->n, scores);
        forest_free(f);
        count_alerts(set, scores, labels, &tally);
        auc += area(set, scores, labels) / N_SEEDS;
    }
    double slack = fmax(3 * set->auc_sd, 0.02);
    if (fabs(auc - set->auc) > slack) fail_msg("ROC-AUC %.4f, not %.4f", auc, set->auc);
    if (!(set->threshold > 0)) return;
    if (tally.found < set->recall_min * tally.planted || tally.found < 0.98 * tally.flagged)
        fail_msg("%d planted, %d found, %d alerts", tally.planted, tally.found, tally.flagged);
    assert_true(tally.planted > 0);
}

int main(void)
{
    struct CMUnitTest tests[sizeof sets / sizeof *sets];
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        tests[i] = (struct CMUnitTest){ .name = sets[i].name,
                                        .test_func = check_set,
                                        .initial_state = (void *)(uintptr_t)&sets[i] };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
