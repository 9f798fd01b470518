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
#include <float.h>
#include <math.h>
#include <string.h>

#include "udf/rcf/tree.h"

/* The parts of a point while its walk lasts: `stride` above, then `stride` below. 32 bits are enough for shares that
 * are scaled to the score in the end. */
struct parts {
    float side[2 * (TREE_DIMS_MAX + 4)];
};

/* Adds weight times its gap to the part of every side. What comes of the places behind n_dims is of no use, and harms
 * nobody. Fours, as in tree_gap, so that the compiler uses vectors. */
static void add_gaps(const float *lower, const float *upper, const float *x, int stride,
                     double weight, struct parts *parts)
{
    float *above = parts->side, *below = parts->side + stride;
    float w = weight < (double)FLT_MAX ? (float)weight : FLT_MAX;
    for (int i = 0; i < stride; i += 4) {
        float a[4], b[4];
        for (int j = 0; j < 4; j++) {
            float over = x[i + j] - upper[i + j], under = lower[i + j] - x[i + j];
            a[j] = (over > 0 ? over : 0) * w;
            b[j] = (under > 0 ? under : 0) * w;
        }
        for (int j = 0; j < 4; j++) above[i + j] += a[j];
        for (int j = 0; j < 4; j++) below[i + j] += b[j];
    }
}

/* Adds the parts, scaled so that they make up the score, to the slots. */
static void settle(const struct parts *parts, const struct tree *t, double score, double *slots)
{
    const float *above = parts->side, *below = parts->side + t->stride;
    double total = 0;
    for (int i = 0; i < t->n_dims; i++) total += (double)above[i] + (double)below[i];
    double scale = score / total;
    for (int i = 0; i < t->n_dims; i++) slots[i] += (double)above[i] * scale;
    for (int i = 0; i < t->n_dims; i++) slots[t->n_dims + i] += (double)below[i] * scale;
}

static void clear(struct parts *parts, const struct tree *t, float value)
{
    for (int i = 0; i < 2 * t->stride; i++) parts->side[i] = value;
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
    struct parts parts;
    double score = tables->inverse[depth], left = 1;
    clear(&parts, t, 0);
    int n = climb(t, tables, x, node, depth, levels, &score);
    for (int i = n - 1; i >= 0; i--) {
        add_gaps(tree_lower(t, levels[i].node), tree_upper(t, levels[i].node), x, t->stride,
                 left * levels[i].weight, &parts);
        left *= levels[i].keep;
    }
    const float *leaf = tree_lower(t, node);
    double distance[2] = { 0, 0 }; /* two sums: one would wait for itself */
    for (int i = 0; i < t->n_dims; i++) distance[i & 1] += fabs((double)x[i] - (double)leaf[i]);
    add_gaps(leaf, leaf, x, t->stride, left * tables->inverse[depth] / (distance[0] + distance[1]),
             &parts);
    score *= tables->log2p1[t->mass];
    settle(&parts, t, score, slots);
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
                          uint16_t node, int depth, double score, struct parts *parts)
{
    float lower[TREE_DIMS_MAX + 4], upper[TREE_DIMS_MAX + 4];
    score /= tables->log2p1[t->mass]; /* before its scale, as the shares of the levels are */
    clear(parts, t, (float)(score / (2 * t->n_dims)));
    memset(lower, 0, (size_t)t->stride * sizeof *lower);
    memset(upper, 0, (size_t)t->stride * sizeof *upper);
    bool first = true;
    for (uint16_t v = t->nodes[node].parent; v != TREE_NONE; node = v, v = t->nodes[v].parent) {
        const struct tree_node *n = &t->nodes[v];
        merge_box(t, n->child[n->child[0] == node], first, lower, upper);
        first = false;
        depth--;
        double range, gap = gaps_of(lower, upper, x, t->n_dims, &range);
        if (!(gap > 0)) break;
        double separated = gap / (gap + range);
        for (int i = 0; i < 2 * t->stride; i++) parts->side[i] *= (float)(1 - separated);
        add_gaps(lower, upper, x, t->stride, tables->inverse[depth] * separated / gap, parts);
    }
}

/* Parts of leaves that were met during a run of points: whole numbers come again and again, and the tree stays. */
enum { KNOWN_LEAVES = 16, KNOWN_SIDES = 64 };

struct known {
    uint16_t leaf[KNOWN_LEAVES]; /* TREE_NONE: nothing there */
    float parts[KNOWN_LEAVES][KNOWN_SIDES];
};

static double explain_leaf(const struct tree *t, const struct score_tables *tables, const float *x,
                           uint16_t node, int depth, double *slots, struct known *known)
{
    struct parts parts;
    uint16_t leaf = (uint16_t)(node - t->capacity);
    int n_sides = 2 * t->stride, mass = t->masses[leaf], place = leaf % KNOWN_LEAVES;
    size_t size = (size_t)n_sides * sizeof(float);
    double damping = 1 - mass / (2.0 * t->mass);
    double score = damping * tables->log2p1[t->mass] / (depth + tables->log2p1[mass]);
    bool keeps = n_sides <= KNOWN_SIDES;
    if (keeps && known->leaf[place] == leaf) {
        memcpy(parts.side, known->parts[place], size);
    } else {
        explain_known(t, tables, x, node, depth, score, &parts);
        if (keeps) memcpy(known->parts[place], parts.side, size);
        if (keeps) known->leaf[place] = leaf;
    }
    settle(&parts, t, score, slots);
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
    enum { CHUNK = 64 };
    uint16_t at[CHUNK] = { 0 };
    int depth[CHUNK], n = 0;
    struct known known;
    for (int i = 0; i < KNOWN_LEAVES; i++) known.leaf[i] = TREE_NONE;
    for (int done = 0; done < count; done += n) {
        const float *first = points + (size_t)done * (size_t)step;
        n = count - done < CHUNK ? count - done : CHUNK;
        tree_walk(t, first, step, n, at, depth);
        for (int i = 0; i < n; i++) {
            size_t slot = (size_t)(done + i) * 2 * (size_t)t->n_dims;
            scores[done + i] += explain_at(t, tables, first + (size_t)i * (size_t)step, at[i],
                                           depth[i], slots + slot, &known);
        }
    }
    return count > 0 ? (uint16_t)(at[n - 1] - t->capacity) : TREE_NONE;
}
