/*
 * tree_snap.h: a tree as bytes, and the proof that a tree is one.
 *
 * Saved are the nodes in preorder and the points; boxes are not, since the points determine them.
 * A loaded tree gives the same scores and goes on with the same updates as the saved one.
 */
#ifndef RCF_TREE_SNAP_H
#define RCF_TREE_SNAP_H

#include <stdbool.h>

#include "udf/rcf/bytes.h"
#include "udf/rcf/tree.h"

/* Writes the tree; failure shows in w->ok. */
void tree_save(const struct tree *t, struct byte_writer *w);

/* Fills an empty tree of the same shape. False: the bytes are no such tree; `t` is then good for
 * tree_fini alone. */
bool tree_load(struct tree *t, struct byte_reader *r);

/* Whether counts agree, every box is the exact union of its points, every cut separates what is
 * below it, and no point stands twice. For tests and asserts: takes time for every point. */
bool tree_check(const struct tree *t);

#endif
