/*
 * tree.h: one random cut tree over the points of a sample.
 *
 * The tree keeps private copies of its points, at most `capacity` different ones; equal points
 * share a leaf and its mass counts them. Inserting and deleting leave a tree that is distributed
 * as if it had been built from the points that are in it now, whatever the order of updates.
 *
 * Layout. Node numbers below `capacity` are inner nodes, the others are leaves: leaf L is node
 * capacity + L and owns row L of `points`. A leaf's children are the leaf itself, so that a descent
 * may go on past it without a test. A box is a row of `boxes`: `stride` lower sides, then `stride`
 * upper sides. `stride` is n_dims rounded up to a multiple of four; the places behind n_dims hold
 * -infinity and +infinity in boxes, so that whatever finite number stands there in a point counts
 * as inside. Nothing is allocated after tree_init.
 *
 * Source: S. Guha, N. Mishra, G. Roy, O. Schrijvers, "Robust Random Cut Forest Based Anomaly
 * Detection on Streams" (ICML 2016), for the tree; the score is the expected inverse height that
 * AWS's open-source library computes, from its published behaviour.
 */
#ifndef RCF_TREE_H
#define RCF_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "udf/rcf/rng.h"

enum {
    TREE_CAPACITY_MAX = 1000, /* points in a tree */
    TREE_DIMS_MAX = 900,      /* 30 columns, 30 records */
    TREE_NONE = 0xFFFF        /* no node */
};

/* Coordinates are held within this, so that sums of 900 differences stay finite in 32 bits. */
#define TREE_COORDINATE_MAX 1e35f

struct tree_node {
    float cut;         /* x[dim] <= cut goes to child[0] */
    uint16_t dim;      /* 0..n_dims-1 */
    uint16_t child[2]; /* node numbers */
    uint16_t parent;   /* TREE_NONE at the root */
};

struct tree {
    int n_dims;
    int stride;
    int capacity;
    int mass;         /* points in the tree, equal ones counted each */
    int n_leaves;     /* different points */
    uint16_t root;    /* TREE_NONE: empty */
    uint16_t n_inner; /* n_leaves - 1, or 0 */

    struct tree_node *nodes; /* 2 * capacity */
    double *ranges;          /* of inner nodes: sum of the box's side lengths */
    float *boxes;            /* capacity * 2 * stride */
    float *points;           /* capacity * stride */
    uint16_t *masses;        /* of leaves; 0: the leaf is free */
    uint16_t *free_leaves;   /* stack of capacity - n_leaves leaf numbers */
    uint16_t *free_inner;    /* stack of capacity - n_inner node numbers */
};

/* Walks that go down a tree at the same time: one alone waits for memory most of the time. */
enum { TREE_LANES = 8 };

/* The leaf nodes that the cuts lead `count` points to, and how deep they lie. */
void tree_walk(const struct tree *t, const float *points, int step, int count, uint16_t *at,
               int *depth);

/* By how much the box must grow in all to contain x; exactly 0 if it does. Four sums, so that the compiler may use one
 * vector register of any processor; they are always added in this order. */
static inline double tree_gap(const float *box, const float *x, int stride)
{
    const float *lower = box, *upper = box + stride;
    float sum[4] = { 0, 0, 0, 0 };
    for (int i = 0; i < stride; i += 4) {
        for (int j = 0; j < 4; j++) {
            float below = lower[i + j] - x[i + j];
            float above = x[i + j] - upper[i + j];
            float outside = below > above ? below : above;
            sum[j] += outside > 0 ? outside : 0;
        }
    }
    return ((double)sum[0] + sum[1]) + ((double)sum[2] + sum[3]);
}

/* Tests only: from now on no instructions but those that every processor has; false: the widest that there are. */
void tree_force_plain(bool plain);

/* What a score looks up instead of computing it; one for all trees. */
struct score_tables {
    double inverse[TREE_CAPACITY_MAX + 1]; /* [k]: 1 / (k + 1) */
    double log2p1[TREE_CAPACITY_MAX + 1];  /* [m]: log2(m + 1) */
};

void score_tables_init(struct score_tables *tables);

/* Floats from one point to the next in memory. */
int tree_stride(int n_dims);

/* Makes an empty tree; false: the system refused memory. tree_fini frees it. */
bool tree_init(struct tree *t, int n_dims, int capacity);
void tree_fini(struct tree *t);

/* Bytes that tree_init allocates. */
size_t tree_bytes(int n_dims, int capacity);

/*
 * Adds a point and returns the number of its leaf. `point` has n_dims coordinates, finite, within
 * TREE_COORDINATE_MAX, and no negative zero. The tree's mass must be below its capacity. `near` is
 * the leaf that the cuts led the point to before the last point was deleted (a tree_score has found
 * it), which saves the way down; TREE_NONE: not known.
 */
uint16_t tree_insert(struct tree *t, struct rng *rng, const float *point, uint16_t near);

/* Takes one point of `leaf` out. */
void tree_delete(struct tree *t, uint16_t leaf);

/*
 * Adds the score of each of `count` points to scores[0..count-1]. The points stand `step` floats
 * apart and may overlap; behind the last one there must be stride - n_dims readable floats, finite
 * ones. A score is above 0; the tree must not be empty. Returns the leaf that the cuts lead the last
 * point to.
 */
uint16_t tree_score(const struct tree *t, const struct score_tables *tables, const float *points,
                    int step, int count, double *scores);

/*
 * The same scores, and how they come about. slots[k * 2 * n_dims + i] gets the part of point k's score
 * that is due to coordinate i being above the boxes, the one n_dims further that due to its being
 * below. The parts of a point add up to its score, but for rounding.
 */
uint16_t tree_explain(const struct tree *t, const struct score_tables *tables, const float *points,
                      int step, int count, double *scores, double *slots);

/* The box of a node, of a leaf too: its lower and its upper sides, n_dims each. */
static inline const float *tree_lower(const struct tree *t, uint16_t node)
{
    bool leaf = node >= t->capacity;
    size_t row = (size_t)t->stride;
    return leaf ? t->points + (size_t)(node - t->capacity) * row : t->boxes + node * 2 * row;
}
static inline const float *tree_upper(const struct tree *t, uint16_t node)
{
    return node >= t->capacity ? tree_lower(t, node) : tree_lower(t, node) + t->stride;
}

/* Sets box and range of inner node `v` to the union of its children's; true: the box changed. */
bool tree_refit(struct tree *t, uint16_t v);

#endif
