/*
 * roc.h: how well scores tell labelled records from the others.
 */
#ifndef ROC_H
#define ROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

struct roc_record {
    double score;
    bool positive;
};

static inline int roc_compare(const void *a, const void *b)
{
    double x = ((const struct roc_record *)a)->score, y = ((const struct roc_record *)b)->score;
    return (x > y) - (x < y);
}

/* The area below the ROC curve: the share of pairs of a positive and another record in which the positive one has the
 * higher score; a tie counts one half. Sorts the records. Both kinds must be there. */
static inline double roc_auc(struct roc_record *records, size_t n)
{
    qsort(records, n, sizeof *records, roc_compare);
    double n_positive = 0, ranks = 0;
    for (size_t i = 0, j; i < n; i = j) {
        double positive = 0;
        for (j = i; j < n && !(records[j].score > records[i].score); j++)
            positive += records[j].positive;
        n_positive += positive;
        ranks += positive * (double)(i + j + 1) / 2; /* the mean rank of equal scores, from 1 */
    }
    return (ranks - n_positive * (n_positive + 1) / 2) / (n_positive * ((double)n - n_positive));
}

#endif
