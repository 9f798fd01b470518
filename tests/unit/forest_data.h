/*
 * forest_data.h: streams of records with planted anomalies, for the tests of the forest.
 *
 * Made with a generator of its own (SplitMix64), so that a seed gives the same records everywhere:
 * the reference scores in tests/data/rcf belong to seed 1.
 */
#ifndef FOREST_DATA_H
#define FOREST_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct data_rng {
    uint64_t state;
    double spare;
    bool has_spare;
};

void data_rng_init(struct data_rng *r, uint64_t seed);
double data_unit(struct data_rng *r);                      /* [0, 1) */
double data_uniform(struct data_rng *r, double lo, double hi);
int data_int(struct data_rng *r, int lo, int hi);          /* both ends included */
double data_gauss(struct data_rng *r, double mean, double sd);

enum {
    DATA_COLUMNS_MAX = 5
};

/*
 * A stream: writes n records of n_columns numbers each, one behind the other, and a label for each:
 * 0 for an ordinary record, 1 for a planted anomaly, 2 for one that hardly is one, or the 30
 * records behind a glitch.
 */
struct data_stream {
    const char *name;
    int n_columns;
    void (*make)(uint64_t seed, size_t n, double *records, int *labels);
};

extern const struct data_stream data_lifesupport; /* 5 integer columns, no anomaly */
extern const struct data_stream data_planted;     /* the same, one column far off in 1 of 200 */
extern const struct data_stream data_publish3;    /* pulse, systolic, diastolic: low pulses */
extern const struct data_stream data_iot;         /* one integer column with spikes */
extern const struct data_stream data_clusters;    /* three round clusters in the plane */
extern const struct data_stream data_heart;       /* one integer column, 1 % high */
extern const struct data_stream data_pressure;    /* two integer columns, 0.5 % low, 0.5 % high */
extern const struct data_stream data_sine;        /* a noisy sine whose phase jumps */
extern const struct data_stream data_dip;         /* a noisy sine that drops by 150 */

/* Reads tests/data/rcf/NAME.csv: n_columns numbers a line behind a header, into rows[0..n_rows-1]; fails the test
 * where it is anything else. */
void data_read_table(const char *name, int n_columns, int n_rows, double *rows);

#endif
