/*
 * tree.c: insert and delete in a random cut tree.
 *
 * A random cut of the box of a set of points picks a place uniformly along all its sides laid end
 * to end. Let D be the length by which a node's box, with sides of length R in all, must grow to
 * take in a point x: a cut of the grown box separates x from the box with probability D / (D + R).
 * All three operations follow from that number along one path between a leaf and the root:
 *
 *   insert  the highest node of the path at which the coin falls on "separated" gets the new leaf
 *           as its sibling; then the cut is drawn, on condition that it separates
 *   delete  the sibling takes the parent's place; boxes shrink upwards until one does not
 *   score   the expectation of 1 / depth over the places where x might be inserted
 *
 * Walks go upwards and end at the first box that contains x: above it D is 0 for good.
 */
#include "udf/rcf/tree.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void score_tables_init(struct score_tables *tables)
{
    for (int i = 0; i <= TREE_CAPACITY_MAX; i++) {
        tables->inverse[i] = 1.0 / (i + 1);
        tables->log2p1[i] = log2(i + 1);
    }
}

int tree_stride(int n_dims)
{
    return (n_dims + 3) & ~3;
}

static size_t round_to_line(size_t size)
{
    return (size + 63) & ~(size_t)63;
}

/* Places the tree's arrays one behind the other from `base` and returns their size in bytes. */
static size_t lay_out(struct tree *t, char *base)
{
    size_t n = (size_t)t->capacity;
    size_t row = (size_t)t->stride * sizeof(float);
    size_t at = 0;
    struct {
        void **array;
        size_t size;
    } parts[] = {
        { (void **)&t->nodes, 2 * n * sizeof(struct tree_node) },
        { (void **)&t->ranges, n * sizeof(double) },
        { (void **)&t->boxes, 2 * n * row },
        { (void **)&t->points, n * row },
        { (void **)&t->masses, n * sizeof(uint16_t) },
        { (void **)&t->free_leaves, n * sizeof(uint16_t) },
        { (void **)&t->free_inner, n * sizeof(uint16_t) },
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (base) *parts[i].array = base + at;
        at += round_to_line(parts[i].size);
    }
    return at;
}

size_t tree_bytes(int n_dims, int capacity)
{
    struct tree t = { .n_dims = n_dims, .stride = tree_stride(n_dims), .capacity = capacity };
    return lay_out(&t, NULL);
}

bool tree_init(struct tree *t, int n_dims, int capacity)
{
    assert(n_dims >= 1 && n_dims <= TREE_DIMS_MAX);
    assert(capacity >= 1 && capacity <= TREE_CAPACITY_MAX);

    *t = (struct tree){
        .n_dims = n_dims,
        .stride = tree_stride(n_dims),
        .capacity = capacity,
        .root = TREE_NONE,
    };
    size_t size = tree_bytes(n_dims, capacity);
    char *base = aligned_alloc(64, size);
    if (!base) return false;
    memset(base, 0, size);
    lay_out(t, base);

    for (int i = 0; i < capacity; i++) {
        uint16_t self = (uint16_t)(capacity + i);
        t->nodes[self] = (struct tree_node){ .child = { self, self }, .parent = TREE_NONE };
        t->free_leaves[i] = t->free_inner[i] = (uint16_t)(capacity - 1 - i);
        float *box = t->boxes + (size_t)i * 2 * (size_t)t->stride;
        for (int d = n_dims; d < t->stride; d++) {
            box[d] = -INFINITY;
            box[t->stride + d] = INFINITY;
        }
    }
    return true;
}

void tree_fini(struct tree *t)
{
    free(t->nodes); /* the first of the arrays, which are one block */
    *t = (struct tree){ .root = TREE_NONE };
}

static bool is_leaf(const struct tree *t, uint16_t node)
{
    return node >= t->capacity;
}

static float *leaf_point(const struct tree *t, uint16_t leaf)
{
    return t->points + (size_t)leaf * (size_t)t->stride;
}

static float *node_box(const struct tree *t, uint16_t node)
{
    return t->boxes + (size_t)node * 2 * (size_t)t->stride;
}

/* Whether x lies off every side of the box, so that the box does not need it. */
static bool is_inside(const float *box, const float *x, int stride)
{
    const float *lower = box, *upper = box + stride;
    int on_side = 0;
    for (int i = 0; i < stride; i += 4)
        for (int j = 0; j < 4; j++)
            on_side |= (x[i + j] <= lower[i + j]) | (x[i + j] >= upper[i + j]);
    return !on_side;
}

static double box_range(const struct tree *t, const float *box)
{
    double sum = 0;
    for (int i = 0; i < t->n_dims; i++) {
        sum += (double)box[t->stride + i] - (double)box[i];
    }
    return sum;
}

/* Grows the box of `v` to contain x; true: it did not before. */
static bool extend_box(struct tree *t, uint16_t v, const float *x)
{
    float *lower = node_box(t, v), *upper = lower + t->stride;
    int changes = 0;
    for (int i = 0; i < t->stride; i += 4) {
        for (int j = 0; j < 4; j++) {
            int k = i + j;
            changes |= (x[k] < lower[k]) | (x[k] > upper[k]);
            lower[k] = x[k] < lower[k] ? x[k] : lower[k];
            upper[k] = x[k] > upper[k] ? x[k] : upper[k];
        }
    }
    if (changes) t->ranges[v] = box_range(t, lower);
    return changes != 0;
}

bool tree_refit(struct tree *t, uint16_t v)
{
    const struct tree_node *n = &t->nodes[v];
    const float *lower0 = tree_lower(t, n->child[0]), *upper0 = tree_upper(t, n->child[0]);
    const float *lower1 = tree_lower(t, n->child[1]), *upper1 = tree_upper(t, n->child[1]);
    float *lower = node_box(t, v), *upper = lower + t->stride;
    int changes = 0;
    for (int i = 0; i < t->n_dims; i++) {
        float low = lower0[i] < lower1[i] ? lower0[i] : lower1[i];
        float high = upper0[i] > upper1[i] ? upper0[i] : upper1[i];
        changes |= (low != lower[i]) | (high != upper[i]);
        lower[i] = low;
        upper[i] = high;
    }
    if (changes) t->ranges[v] = box_range(t, lower);
    return changes != 0;
}

/* The leaf node that the cuts lead x to. */
static uint16_t descend(const struct tree *t, const float *x)
{
    uint16_t v = t->root;
    while (!is_leaf(t, v)) {
        const struct tree_node *n = &t->nodes[v];
        v = n->child[x[n->dim] > n->cut];
    }
    return v;
}

static bool is_equal(const struct tree *t, uint16_t leaf, const float *x)
{
    if (leaf_point(t, leaf)[0] != x[0]) return false; /* mostly so, and cheaper than a call */
    return memcmp(leaf_point(t, leaf), x, (size_t)t->n_dims * sizeof(float)) == 0;
}

static uint16_t take_leaf(struct tree *t, const float *x)
{
    assert(t->n_leaves < t->capacity);
    uint16_t leaf = t->free_leaves[t->capacity - t->n_leaves - 1];
    t->n_leaves++;
    t->masses[leaf] = 1;
    memcpy(leaf_point(t, leaf), x, (size_t)t->n_dims * sizeof(float));
    return leaf;
}

static uint16_t take_inner(struct tree *t)
{
    assert(t->n_inner < t->capacity);
    uint16_t v = t->free_inner[t->capacity - t->n_inner - 1];
    t->n_inner++;
    return v;
}

/* The node that the new leaf is to stand beside: the highest one that a random cut separates x
 * from. From the leaf itself, which differs from x, any cut does. */
static uint16_t draw_sibling(const struct tree *t, struct rng *rng, const float *x, uint16_t leaf)
{
    uint16_t sibling = leaf;
    for (uint16_t v = t->nodes[leaf].parent; v != TREE_NONE; v = t->nodes[v].parent) {
        double gap = tree_gap(node_box(t, v), x, t->stride);
        if (!(gap > 0)) break;
        if (rng_unit(rng) * (gap + t->ranges[v]) < gap) sibling = v;
    }
    return sibling;
}

/* A cut uniform on [low, high), in 32 bits. */
static float draw_place(struct rng *rng, float low, float high)
{
    float cut = (float)(low + rng_unit(rng) * ((double)high - (double)low));
    if (cut >= high) cut = nextafterf(high, low);
    assert(cut >= low && cut < high);
    return cut;
}

/* Draws a cut on condition that it separates x from the box of `sibling`: uniform along the gaps
 * between them. Sets cut and dimension of `n`; returns the side on which x lies. */
static int draw_cut(const struct tree *t, struct rng *rng, const float *x, uint16_t sibling,
                    struct tree_node *n)
{
    const float *lower = tree_lower(t, sibling), *upper = tree_upper(t, sibling);
    double total = 0, gaps[TREE_DIMS_MAX];
    for (int i = 0; i < t->n_dims; i++) {
        double below = (double)lower[i] - (double)x[i], above = (double)x[i] - (double)upper[i];
        double gap = below > above ? below : above;
        gaps[i] = gap > 0 ? gap : 0;
        total += gaps[i];
    }
    assert(total > 0);

    double left = rng_unit(rng) * total;
    int dim = -1;
    for (int i = 0; i < t->n_dims && left >= 0; i++) {
        if (!(gaps[i] > 0)) continue;
        dim = i;
        left -= gaps[i];
    }
    assert(dim >= 0);

    int side = x[dim] > upper[dim];
    n->dim = (uint16_t)dim;
    n->cut = side ? draw_place(rng, upper[dim], x[dim]) : draw_place(rng, x[dim], lower[dim]);
    return side;
}

static void replace_child(struct tree *t, uint16_t parent, uint16_t old, uint16_t child)
{
    t->nodes[child].parent = parent;
    if (parent == TREE_NONE) {
        t->root = child;
        return;
    }
    struct tree_node *n = &t->nodes[parent];
    n->child[n->child[1] == old] = child;
}

uint16_t tree_insert(struct tree *t, struct rng *rng, const float *x, uint16_t hint)
{
    assert(t->mass < t->capacity);
    t->mass++;
    if (t->root == TREE_NONE) {
        uint16_t first = take_leaf(t, x);
        replace_child(t, TREE_NONE, TREE_NONE, (uint16_t)(t->capacity + first));
        return first;
    }

    /* a delete takes one cut away: the way still ends there, unless that leaf was the one */
    bool known = hint != TREE_NONE && t->masses[hint] > 0;
    uint16_t near = known ? (uint16_t)(t->capacity + hint) : descend(t, x);
    uint16_t near_leaf = (uint16_t)(near - t->capacity);
    if (is_equal(t, near_leaf, x)) {
        t->masses[near_leaf]++;
        return near_leaf;
    }

    uint16_t sibling = draw_sibling(t, rng, x, near);
    uint16_t leaf = take_leaf(t, x);
    uint16_t v = take_inner(t);
    struct tree_node *n = &t->nodes[v];
    int side = draw_cut(t, rng, x, sibling, n);
    uint16_t above = t->nodes[sibling].parent;
    replace_child(t, above, sibling, v);
    n->child[side] = (uint16_t)(t->capacity + leaf);
    n->child[!side] = sibling;
    t->nodes[n->child[0]].parent = t->nodes[n->child[1]].parent = v;

    /* A box left over from an earlier use may fit by chance: then its range does too. */
    tree_refit(t, v);
    while (above != TREE_NONE && extend_box(t, above, x)) {
        above = t->nodes[above].parent;
    }
    return leaf;
}

void tree_delete(struct tree *t, uint16_t leaf)
{
    assert(leaf < t->capacity && t->masses[leaf] > 0);
    t->mass--;
    if (--t->masses[leaf] > 0) return;

    uint16_t node = (uint16_t)(t->capacity + leaf);
    uint16_t v = t->nodes[node].parent;
    t->nodes[node].parent = TREE_NONE;
    t->n_leaves--;
    t->free_leaves[t->capacity - t->n_leaves - 1] = leaf;
    if (v == TREE_NONE) {
        t->root = TREE_NONE;
        return;
    }

    const struct tree_node *n = &t->nodes[v];
    uint16_t sibling = n->child[n->child[0] == node];
    uint16_t above = n->parent;
    replace_child(t, above, v, sibling);
    t->n_inner--;
    t->free_inner[t->capacity - t->n_inner - 1] = v;
    const float *x = leaf_point(t, leaf);
    while (above != TREE_NONE && !is_inside(node_box(t, above), x, t->stride) &&
           tree_refit(t, above)) {
        above = t->nodes[above].parent;
    }
}
