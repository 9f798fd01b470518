#ifndef EXEC_OVER_WINDOW_H
#define EXEC_OVER_WINDOW_H

/*
 * over_window.h: one window of an OVER query: its partitions, each with a frame of recent rows and the states of the
 * window's functions. Functions that read the same argument share the frame's column of it.
 *
 *     partition 0: frame | state of AVG | state of MAX      partition 1: ...
 */

#include "data/key.h"
#include "exec/slide.h"

struct over_window {
    const struct plan_sliding *plan;
    struct frame_layout        layout;
    uint32_t                  *column_args; /* layout.n_columns: vector that a column of the frame is taken from */
    const struct vector      **columns;     /* these vectors of the batch that is being pushed */
    struct slide_fn           *fns;
    uint32_t                  *results;     /* n_fns: number of the function in the plan */
    uint32_t                   n_fns;
    uint32_t                   first_key;   /* among the vectors of a batch */
    struct type               *key_types;
    struct key_table          *keys; /* NULL: one partition for all rows */
    char                      *parts;
    size_t                     stride;
    uint32_t                   n_parts, cap_parts;
    size_t                     bytes; /* of frames and states */
    rowtime                    swept; /* when partitions were last looked through */
};

/* Window `index` of the plan. The expressions that it needs of each row are appended to `exprs`, n_exprs of them so
 * far; exprs has room for all keys and arguments. */
void over_window_open(struct over_window *w, struct arena *a, const struct plan_over *plan,
                      uint32_t index, struct expr **exprs, uint32_t *n_exprs);
void over_window_close(struct over_window *w);
/* Takes the rows in, one after the other, and writes the results of its functions into columns of n_rows, new ones in
 * `out`. vectors: what the expressions gave. Failed rows are appended to faults, in no order. */
void over_window_push(struct over_window *w, const struct batch *in, const struct vector *vectors,
                      const uint32_t *rows, uint32_t n, struct vector *out, struct arena *results,
                      struct arena *scratch, struct faults *faults);
/* No row before t will come: gives up partitions none of whose rows can be in a frame again. */
void over_window_sweep(struct over_window *w, rowtime t);
size_t over_window_bytes(const struct over_window *w);
void over_window_save(const struct over_window *w, struct snap_writer *out);
/* Into a window without rows; false: damaged. */
bool over_window_load(struct over_window *w, struct snap_reader *r);

#endif
