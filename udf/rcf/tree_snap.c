/*
 * tree_snap.c: trees to bytes and back.
 *
 * Preorder can only describe a tree, whatever the bytes are: no cycles and no shared nodes need to
 * be looked for. What is checked while reading: numbers within their ranges, no leaf twice,
 * coordinates finite, and that each cut lies between the boxes below it, which also makes all
 * points differ. Recursion is as deep as the tree, which has at most TREE_CAPACITY_MAX leaves.
 */
#include "udf/rcf/tree_snap.h"

#include <assert.h>
#include <math.h>

/* Instead of a leaf's number; also the whole of an empty tree. */
#define MARK_INNER 0xFFFEu
#define MARK_EMPTY 0xFFFFu

static void save_node(const struct tree *t, uint16_t v, struct byte_writer *w)
{
    if (v >= t->capacity) {
        uint16_t leaf = (uint16_t)(v - t->capacity);
        put_u16(w, leaf);
        put_u16(w, t->masses[leaf]);
        for (int i = 0; i < t->n_dims; i++) {
            put_f32(w, t->points[leaf * t->stride + i]);
        }
        return;
    }
    put_u16(w, MARK_INNER);
    put_u16(w, t->nodes[v].dim);
    put_f32(w, t->nodes[v].cut);
    save_node(t, t->nodes[v].child[0], w);
    save_node(t, t->nodes[v].child[1], w);
}

void tree_save(const struct tree *t, struct byte_writer *w)
{
    if (t->root == TREE_NONE)
        put_u16(w, MARK_EMPTY);
    else
        save_node(t, t->root, w);
}

static bool load_leaf(struct tree *t, struct byte_reader *r, uint16_t leaf)
{
    uint16_t mass = get_u16(r);
    if (leaf >= t->capacity || t->masses[leaf] > 0) return false;
    if (mass == 0 || mass > t->capacity - t->mass) return false;

    float *point = t->points + leaf * t->stride;
    for (int i = 0; i < t->n_dims; i++) {
        point[i] = get_f32(r);
        if (!(fabsf(point[i]) <= TREE_COORDINATE_MAX)) return false;
        if (point[i] == 0 && signbit(point[i])) return false;
    }
    t->masses[leaf] = mass;
    t->mass += mass;
    t->n_leaves++;
    return r->ok;
}

static bool cut_separates(const struct tree *t, uint16_t v)
{
    const struct tree_node *n = &t->nodes[v];
    return tree_upper(t, n->child[0])[n->dim] <= n->cut &&
           n->cut < tree_lower(t, n->child[1])[n->dim];
}

/* Loads what `mark` has announced: a leaf or an inner node with all that is below it. */
static bool load_node(struct tree *t, struct byte_reader *r, uint16_t mark, uint16_t parent,
                      uint16_t *node)
{
    if (mark != MARK_INNER) {
        *node = (uint16_t)(t->capacity + mark);
        if (!load_leaf(t, r, mark)) return false;
        t->nodes[*node].parent = parent;
        return true;
    }

    /* n leaves have n - 1 inner nodes: one more than fits is damage. */
    if (t->n_inner + 1 >= t->capacity) return false;
    uint16_t v = *node = t->n_inner++;
    struct tree_node *n = &t->nodes[v];
    n->parent = parent;
    n->dim = get_u16(r);
    n->cut = get_f32(r);
    if (n->dim >= t->n_dims) return false;
    for (int i = 0; i < 2; i++) {
        if (!load_node(t, r, get_u16(r), v, &n->child[i])) return false;
    }
    tree_refit(t, v);
    return cut_separates(t, v);
}

/* Numbers that are not in use, lowest on top. */
static void collect_free(struct tree *t)
{
    int n_leaves = 0, n_inner = 0;
    for (int i = t->capacity - 1; i >= 0; i--) {
        if (t->masses[i] == 0) t->free_leaves[n_leaves++] = (uint16_t)i;
        if (i >= t->n_inner) t->free_inner[n_inner++] = (uint16_t)i;
    }
    assert(n_leaves == t->capacity - t->n_leaves);
    assert(n_inner == t->capacity - t->n_inner);
}

bool tree_load(struct tree *t, struct byte_reader *r)
{
    assert(t->root == TREE_NONE);
    uint16_t mark = get_u16(r);
    if (mark == MARK_EMPTY) return r->ok;

    uint16_t root;
    if (!load_node(t, r, mark, TREE_NONE, &root)) return false;
    t->root = root;
    collect_free(t);
    return true;
}

struct tally {
    int n_leaves;
    int n_inner;
    int mass;
};

static bool check_node(const struct tree *t, uint16_t v, uint16_t parent, struct tally *tally)
{
    if (v >= 2 * t->capacity || t->nodes[v].parent != parent) return false;
    if (v >= t->capacity) {
        tally->n_leaves++;
        tally->mass += t->masses[v - t->capacity];
        return t->masses[v - t->capacity] > 0;
    }

    const struct tree_node *n = &t->nodes[v];
    tally->n_inner++;
    if (tally->n_inner > t->n_inner || n->dim >= t->n_dims) return false;
    if (!check_node(t, n->child[0], v, tally)) return false;
    if (!check_node(t, n->child[1], v, tally)) return false;

    double range = 0;
    for (int i = 0; i < t->n_dims; i++) {
        float low = fminf(tree_lower(t, n->child[0])[i], tree_lower(t, n->child[1])[i]);
        float high = fmaxf(tree_upper(t, n->child[0])[i], tree_upper(t, n->child[1])[i]);
        if (tree_lower(t, v)[i] != low || tree_upper(t, v)[i] != high) return false;
        range += (double)high - (double)low;
    }
    return range == t->ranges[v] && cut_separates(t, v);
}

bool tree_check(const struct tree *t)
{
    struct tally tally = { 0 };
    if (t->root != TREE_NONE && !check_node(t, t->root, TREE_NONE, &tally)) return false;
    return tally.n_leaves == t->n_leaves && tally.n_inner == t->n_inner && tally.mass == t->mass;
}
