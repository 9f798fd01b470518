/*
 * forest.h: scores of a stream of records by a random cut forest.
 *
 * A forest is a number of random cut trees, each over a sample of its own of the records so far.
 * Every record is scored first and learnt then; its score is the mean over the trees of the inverse
 * height that it would have in them: about 0.5 to 1.5 for ordinary records, at most
 * log2(sample_size + 1) for a record that nothing resembles.
 *
 * The result is a function of parameters, seed and records alone: how the records are cut into
 * calls, and how many threads work, changes nothing, and a forest that is saved and loaded goes on bit for bit.
 *
 * Not here: SQL, rows, types (random_cut_forest.c does that).
 */
#ifndef RCF_FOREST_H
#define RCF_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "udf/rcf/bytes.h"

enum {
    FOREST_TREES_MAX = 1000,
    FOREST_SAMPLE_MIN = 10,
    FOREST_SAMPLE_MAX = 1000,
    FOREST_SHINGLE_MAX = 30,
    FOREST_COLUMNS_MAX = 30
};

#define FOREST_TIME_DECAY_MAX INT64_C(2147483647)

struct forest_params {
    int n_trees;        /* 1..FOREST_TREES_MAX */
    int sample_size;    /* records per tree, FOREST_SAMPLE_MIN..FOREST_SAMPLE_MAX */
    int64_t time_decay; /* records that one stays on average, 1..FOREST_TIME_DECAY_MAX */
    int shingle_size;   /* records that make one point, 1..FOREST_SHINGLE_MAX */
    int n_columns;      /* numbers in a record, 1..FOREST_COLUMNS_MAX */
    uint64_t seed;
};

struct forest;

/* Whether all parameters are within their ranges. */
bool forest_params_valid(const struct forest_params *params);

/* Bytes that a forest of these parameters takes, from its start to its end. They must be valid. */
size_t forest_bytes(const struct forest_params *params);

/* Makes an empty forest, to be freed with forest_free. False: parameters out of range, or the
 * system refused memory; *out is then left alone. */
bool forest_new(const struct forest_params *params, struct forest **out);
void forest_free(struct forest *f); /* NULL is fine */

/* From now on blocks of many records are worked on by that many threads, the caller's among them; 1: by it alone, as
 * at the start. Changes no score. What the system refuses, the caller's thread does. */
void forest_use_threads(struct forest *f, int n_threads);

/*
 * Scores and learns `count` records in order. `records` holds n_columns numbers for each; a NaN or
 * infinite one stands for the column's last finite number, or 0 before there is one. scores[i] is
 * exactly 0 for the first sample_size records of the forest, and until a full shingle has been
 * learnt; it is above 0 from then on.
 */
void forest_update(struct forest *f, const double *records, size_t count, double *scores);

/* How much of a record's score is due to one of its columns, over all records of the point. */
struct forest_part {
    double high; /* to its being above what was seen */
    double low;  /* to its being below */
};

/* Numbers that forest_explain works with. */
size_t forest_explain_numbers(const struct forest_params *params);

/* The same as forest_update, with the same scores, and where they come from: n_columns parts a record, which add up to
 * its score but for rounding; 0 where that is 0. `work`: forest_explain_numbers of them, of any value. */
void forest_explain(struct forest *f, const double *records, size_t count, double *scores,
                    struct forest_part *parts, double *work);

/* The score that this record would get if it came next; nothing is learnt. */
double forest_score(struct forest *f, const double *record);
/* The same with its parts; 0 and 0 while the forest is silent. */
double forest_score_parts(struct forest *f, const double *record, struct forest_part *parts,
                          double *work);

/* Writes the whole state; false: `write` has failed. */
bool forest_save(const struct forest *f, bytes_write_fn write, void *context);

/* Bytes that forest_save would write now. */
size_t forest_save_size(const struct forest *f);

/* Makes the forest that was saved. False: the bytes are not what a forest of just these parameters
 * has written, or the system refused memory; *out is then left alone. */
bool forest_load(const struct forest_params *params, bytes_read_fn read, void *context,
                 struct forest **out);

#endif
