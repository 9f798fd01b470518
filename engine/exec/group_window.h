#ifndef EXEC_GROUP_WINDOW_H
#define EXEC_GROUP_WINDOW_H

/*
 * group_window.h: the one open window of a tumbling GROUP BY: which rows belong to it, when it is complete, and what
 * is the same for all its groups. Two kinds: windows of time (time/window), and windows of a MONOTONIC value, which end
 * where the value changes.
 */

#include "exec/graph_impl.h"
#include "time/window.h"

struct group_window {
    struct op           *op;
    const struct plan_node *node;
    struct window_policy policy;
    bool                 changing; /* by the value of a key, not by time */
    bool                *fixed;    /* node->n_keys: the same for the whole window */
    struct program      *program;  /* the fixed keys that are evaluated at the first row; NULL: none */
    uint32_t            *program_keys;
    uint32_t             n_program;
    bool                 open;
    struct window_span   span;
    struct value        *keys; /* of the open window, node->n_keys; fixed ones are set */
    struct arena        *text; /* strings of `keys` */
    /* the last row, for windows of a changing value */
    rowtime              last_time;
    uint64_t             last_seq;
};

/* What made a window complete: it gives the results their time, cause and path. */
struct group_close {
    rowtime             time;
    rowtime             cause_time;
    uint64_t            cause_seq;
    const struct batch *row_of; /* the path is that of a row; NULL: none */
    uint32_t            row;
};

struct status group_window_open(struct group_window *w, struct op *op,
                                const struct plan_node *node) MUST_CHECK;
void group_window_close(struct group_window *w);
/* Whether the row is behind the open window. changing: the values of the changing key. */
bool group_window_ends(const struct group_window *w, const struct batch *in,
                       const struct vector *changing, uint32_t row);
/* Opens the window of the row. False: a fixed key fails there, and so it would for each row of the window; why is in
 * *fault. */
bool group_window_start(struct group_window *w, const struct batch *in,
                        const struct vector *changing, uint32_t row, struct fault *fault);
/* How many of the rows, from the first, belong to the open window; at least 1. */
uint32_t group_window_run(const struct group_window *w, const struct batch *in,
                          const struct vector *changing, const uint32_t *rows, uint32_t n);
void group_window_seen(struct group_window *w, const struct batch *in, uint32_t row);
/* Whether the bound completes the open window. */
bool group_window_due(const struct group_window *w, struct bound bound);
struct group_close group_window_at_row(const struct group_window *w, const struct batch *in,
                                       uint32_t row);
struct group_close group_window_at_bound(const struct group_window *w, struct bound bound);
/* What can be promised about results after rows and bounds up to `bound`. */
struct bound group_window_bound(const struct group_window *w, struct bound bound);
/* A fixed key as a constant column. */
void group_window_key(const struct group_window *w, uint32_t key, struct arena *a,
                      struct vector *out);
/* It as one window, or none. */
struct open_windows group_window_open_now(const struct group_window *w);
void group_window_save(const struct group_window *w, struct snap_writer *out);
bool group_window_load(struct group_window *w, struct snap_reader *r);

/* ---- for both kinds of windows ---- */

/* A batch of n rows with the times, cause and path of a completed window; columns to be filled. */
struct batch *group_batch(const struct group_close *how, uint32_t n, uint32_t n_columns);
/* A key's value as row `row` of a column of n_rows. Strings are copied into the arena. */
void group_put_key(struct vector *out, uint32_t row, uint32_t n_rows, const struct value *v,
                   struct arena *a);
/* Emits it without the failed rows, which become error rows that show the group. A row may have several faults: the
 * first counts. */
struct status group_emit(struct op *op, struct batch *out, struct faults *faults) MUST_CHECK;

#endif
