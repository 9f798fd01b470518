/*
 * tree_explain.c: which coordinates a score comes from.
 *
 * A cut that separates x from a box lies in one of the gaps between them, so the chance of being separated at a node
 * falls into the gaps of the coordinates, each above or below the box. With D the sum of the gaps and R that of the
 * sides, the expectation that is the score splits over the path from leaf (depth L) to root:
 *
 *     part(i) = gap_i(leaf) / D * 1 / (L + 1)                                     at the leaf
 *     part(i) <- gap_i / (D + R) * 1 / (k + 1) + (1 - D / (D + R)) * part(i)      at an ancestor of depth k
 *
 * A point that is in the tree already has no gaps. Its score is split as if it were not there: the boxes are those of
 * its siblings, and the parts are scaled to what it does score.
 *
 * Source: attribution of AWS's open-source library, by its published behaviour.
 */
#include <assert.h>
#include <string.h>

#include "udf/rcf/tree.h"

/* Adds weight times its gap to the part of every side: first those above, then those below. Not inlined, as the
 * compiler forgets then that the arrays are apart, and uses no vectors. */
static __attribute__((noinline)) void add_gaps(const float *restrict lower, const float *restrict upper,
                     const float *restrict x, int n_dims, double weight, double *restrict parts)
{
    double *restrict above = parts, *restrict below = parts + n_dims;
    for (int i = 0; i < n_dims; i++) {
        float a = x[i] - upper[i], b = lower[i] - x[i];
        above[i] += weight * (double)(a > 0 ? a : 0);
        below[i] += weight * (double)(b > 0 ? b : 0);
    }
}

/* Adds the parts, scaled so that they make up the score, to the slots. Gaps are of 32 bits: without that the parts
 * would be off by as little. */
static void settle(const double *parts, int n_slots, double score, double *slots)
{
    double total = 0;
    for (int i = 0; i < n_slots; i++) total += parts[i];
    double scale = score / total;
    for (int i = 0; i < n_slots; i++) slots[i] += parts[i] * scale;
}

/* A box on the way up, and what the walk met there. */
struct level {
    uint16_t node;
    double weight; /* of its gaps, before what is above takes its part */
    double keep;   /* 1 - the chance of being separated there */
};

/* The ancestors that do not contain x, from below; returns how many. */
static int climb(const struct tree *t, const struct score_tables *tables, const float *x,
                 uint16_t node, int depth, struct level *levels, double *score)
{
    int n = 0;
    for (uint16_t v = t->nodes[node].parent; v != TREE_NONE; v = t->nodes[v].parent) {
        double gap = tree_gap(t->boxes + (size_t)v * 2 * (size_t)t->stride, x, t->stride);
        if (!(gap > 0)) break;
        depth--;
        double separated = gap / (gap + t->ranges[v]);
        *score = separated * tables->inverse[depth] + (1 - separated) * *score;
        levels[n++] = (struct level){ v, tables->inverse[depth] * separated / gap, 1 - separated };
    }
    return n;
}

/* A point that differs from its leaf. */
static double explain_new(const struct tree *t, const struct score_tables *tables, const float *x,
                          uint16_t node, int depth, double *slots)
{
    struct level levels[TREE_CAPACITY_MAX];
    double parts[2 * TREE_DIMS_MAX];
    double score = tables->inverse[depth], left = 1;
    memset(parts, 0, 2 * (size_t)t->n_dims * sizeof *parts);
    int n = climb(t, tables, x, node, depth, levels, &score);
    for (int i = n - 1; i >= 0; i--) {
        add_gaps(tree_lower(t, levels[i].node), tree_upper(t, levels[i].node), x, t->n_dims,
                 left * levels[i].weight, parts);
        left *= levels[i].keep;
    }
    const float *leaf = tree_lower(t, node);
    double distance = 0;
    for (int i = 0; i < t->n_dims; i++) {
        double d = (double)x[i] - (double)leaf[i];
        distance += d < 0 ? -d : d;
    }
    add_gaps(leaf, leaf, x, t->n_dims, left * tables->inverse[depth] / distance, parts);
    score *= tables->log2p1[t->mass];
    settle(parts, 2 * t->n_dims, score, slots);
    return score;
}

/* Gaps of x to a box that is not a node's; returns their sum, and that of the box's sides. */
static double gaps_of(const float *lower, const float *upper, const float *x, int n_dims,
                      double *range)
{
    double sum = 0;
    *range = 0;
    for (int i = 0; i < n_dims; i++) {
        double above = (double)x[i] - (double)upper[i], below = (double)lower[i] - (double)x[i];
        sum += (above > 0 ? above : 0) + (below > 0 ? below : 0);
        *range += (double)upper[i] - (double)lower[i];
    }
    return sum;
}

static void merge_box(const struct tree *t, uint16_t node, bool first, float *lower, float *upper)
{
    const float *low = tree_lower(t, node), *high = tree_upper(t, node);
    for (int i = 0; i < t->n_dims; i++) {
        if (first || low[i] < lower[i]) lower[i] = low[i];
        if (first || high[i] > upper[i]) upper[i] = high[i];
    }
}

/* A point that is its leaf's: parts as if the leaf were not there. */
static void explain_known(const struct tree *t, const struct score_tables *tables, const float *x,
                          uint16_t node, int depth, double score, double *parts)
{
    float lower[TREE_DIMS_MAX], upper[TREE_DIMS_MAX];
    int n_slots = 2 * t->n_dims;
    for (int i = 0; i < n_slots; i++) parts[i] = score / n_slots;
    bool first = true;
    for (uint16_t v = t->nodes[node].parent; v != TREE_NONE; node = v, v = t->nodes[v].parent) {
        const struct tree_node *n = &t->nodes[v];
        merge_box(t, n->child[n->child[0] == node], first, lower, upper);
        first = false;
        depth--;
        double range, gap = gaps_of(lower, upper, x, t->n_dims, &range);
        if (!(gap > 0)) break;
        double separated = gap / (gap + range);
        for (int i = 0; i < n_slots; i++) parts[i] *= 1 - separated;
        add_gaps(lower, upper, x, t->n_dims, tables->inverse[depth] * separated / gap, parts);
    }
}

/* Parts of leaves that were met during a run of points: whole numbers come again and again, and the tree is the same. */
enum { KNOWN_LEAVES = 16, KNOWN_SLOTS = 64 };

struct known {
    uint16_t leaf[KNOWN_LEAVES]; /* TREE_NONE: nothing there */
    double parts[KNOWN_LEAVES][KNOWN_SLOTS];
};

static double explain_leaf(const struct tree *t, const struct score_tables *tables, const float *x,
                           uint16_t node, int depth, double *slots, struct known *known)
{
    double room[2 * TREE_DIMS_MAX], *parts = room;
    uint16_t leaf = (uint16_t)(node - t->capacity);
    int n_slots = 2 * t->n_dims, mass = t->masses[leaf], place = leaf % KNOWN_LEAVES;
    double damping = 1 - mass / (2.0 * t->mass);
    double score = damping * tables->log2p1[t->mass] / (depth + tables->log2p1[mass]);
    bool kept = n_slots <= KNOWN_SLOTS;
    if (kept) parts = known->parts[place];
    if (!kept || known->leaf[place] != leaf) {
        explain_known(t, tables, x, node, depth, score, parts);
        if (kept) known->leaf[place] = leaf;
    }
    settle(parts, n_slots, score, slots);
    return score;
}

static double explain_at(const struct tree *t, const struct score_tables *tables, const float *x,
                         uint16_t node, int depth, double *slots, struct known *known)
{
    const float *point = tree_lower(t, node);
    if (memcmp(point, x, (size_t)t->n_dims * sizeof(float)) != 0)
        return explain_new(t, tables, x, node, depth, slots);
    return explain_leaf(t, tables, x, node, depth, slots, known);
}

uint16_t tree_explain(const struct tree *t, const struct score_tables *tables, const float *points,
                      int step, int count, double *scores, double *slots)
{
    uint16_t at[TREE_LANES] = { 0 };
    int depth[TREE_LANES], n = 0;
    struct known known;
    for (int i = 0; i < KNOWN_LEAVES; i++) known.leaf[i] = TREE_NONE;
    for (int done = 0; done < count; done += n) {
        const float *first = points + (size_t)done * (size_t)step;
        n = count - done < TREE_LANES ? count - done : TREE_LANES;
        tree_walk(t, first, step, n, at, depth);
        for (int i = 0; i < n; i++) {
            size_t slot = (size_t)(done + i) * 2 * (size_t)t->n_dims;
            scores[done + i] += explain_at(t, tables, first + (size_t)i * (size_t)step, at[i],
                                           depth[i], slots + slot, &known);
        }
    }
    return count > 0 ? (uint16_t)(at[n - 1] - t->capacity) : TREE_NONE;
}
