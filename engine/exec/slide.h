#ifndef EXEC_SLIDE_H
#define EXEC_SLIDE_H

/*
 * slide.h: one function OVER a sliding frame. Its work for a row does not grow with the frame; how that is done differs
 * from function to function:
 *
 *     slide_exact     COUNT, SUM and AVG of exact numbers: rows that leave are taken back; endless frames
 *     slide_stacks    what merges but can not be taken back (DOUBLE sums, variance, EXP_AVG): two stacks
 *     slide_extreme   MIN, MAX: a queue of the values that may still become the result
 *     slide_position  FIRST_VALUE, LAST_VALUE, NTH_VALUE, LAG: by the number of the row
 *     slide_distinct  DISTINCT: a tree over the frame, with one leaf a value
 *
 * What comes out depends on the rows in the frame alone, and on nothing that batches' cuts or snapshots change.
 */

#include "data/snap.h"
#include "exec/program.h"
#include "time/frame.h"

enum { SLIDE_ARGS_MAX = 4 };

struct slide_fn;

/* Members get the function's state of one partition and the partition's frame; zeroed memory is an empty state. */
struct slide_class {
    size_t (*size)(const struct slide_fn *f);
    /* The n oldest rows of the frame leave; they are still there. */
    void (*leave)(const struct slide_fn *f, void *state, const struct frame *frame, uint32_t n);
    /* The row of the batch has become the frame's newest: takes it in and writes its result. */
    void (*enter)(const struct slide_fn *f, void *state, const struct frame *frame, uint32_t row);
    void (*save)(const struct slide_fn *f, const void *state, const struct frame *frame,
                 struct snap_writer *w);
    /* Into an empty state, beside the frame that was saved with it; false: damaged. */
    bool (*load)(const struct slide_fn *f, void *state, const struct frame *frame,
                 struct snap_reader *r);
    void (*drop)(const struct slide_fn *f, void *state);
    /* A row of the partition comes soon: fetches into the cache what it will touch. */
    void (*fetch)(const struct slide_fn *f, const void *state);
};

struct slide_fn {
    const struct slide_class  *class;
    const struct plan_over_fn *plan;
    const struct agg_def      *agg;
    const struct frame_layout *layout;
    uint32_t                   n_args;
    struct type                types[SLIDE_ARGS_MAX];
    uint32_t                   columns[SLIDE_ARGS_MAX]; /* of the frame; of arguments that are kept */
    uint32_t                   n_kept; /* the first n_kept arguments are columns of the frame */
    bool                       keeps_values; /* of them; otherwise only which are NULL */
    uint32_t                   first_arg; /* among the vectors of a batch */
    uint32_t                   offset;    /* of its state in a partition */
    size_t                    *bytes;     /* held by states */
    /* of the batch that is being pushed */
    const struct vector *args;
    struct vector       *result;
    char                *states; /* one a row, of which the aggregate makes the result; NULL: written by enter */
    uint32_t             n_rows;
    struct arena        *results, *scratch;
    struct faults       *faults;
};

/* Chooses how the function is computed, and what the frame keeps for it. */
void slide_open(struct slide_fn *f, const struct plan_over_fn *plan,
                const struct plan_frame *frame);
/* Before the rows of a batch: n_rows with results in `result`. */
void slide_begin(struct slide_fn *f, const struct vector *args, struct vector *result,
                 uint32_t n_rows, struct arena *results, struct arena *scratch,
                 struct faults *faults);
/* Behind them: what is still a state becomes a result. */
void slide_end(struct slide_fn *f, const uint32_t *rows, uint32_t n);

/* ---- what the files of functions share ---- */

/* Whether an argument is NULL in a row of the batch; in a slot of the frame. */
bool slide_arg_null(const struct slide_fn *f, uint32_t row);
bool slide_kept_null(const struct slide_fn *f, const struct frame *frame, uint32_t slot);
/* Takes a row of the batch, or of the frame, into the aggregate's state. */
void slide_step(const struct slide_fn *f, void *state, uint32_t row);
void slide_step_kept(const struct slide_fn *f, void *state, const struct frame *frame,
                     uint32_t slot);
void slide_fetch_nothing(const struct slide_fn *f, const void *state);
/* The state is what the row's result is made of. */
static inline void slide_give_state(const struct slide_fn *f, const void *state, uint32_t row)
{
    memcpy(f->states + (size_t)row * f->agg->size, state, f->agg->size);
}
void slide_give_null(const struct slide_fn *f, uint32_t row);
/* The first argument's value in a slot of the frame. */
void slide_give_kept(const struct slide_fn *f, const struct frame *frame, uint32_t slot,
                     uint32_t row);
/* An argument's value in the row itself. */
void slide_give_arg(const struct slide_fn *f, uint32_t arg, uint32_t row);

/* A queue of row numbers, ascending, with 8 bytes beside each. */
struct slide_entry {
    uint64_t number;
    union {
        int64_t i64;
        double  f64;
    };
};
struct slide_queue {
    struct slide_entry *items; /* a ring of cap */
    uint32_t            first, count, cap;
};
static inline struct slide_entry *slide_queue_at(const struct slide_queue *q, uint32_t i)
{
    return &q->items[(q->first + i) & (q->cap - 1)];
}
void slide_queue_push(struct slide_queue *q, struct slide_entry e, size_t *bytes);
/* Drops entries of rows before `number`. */
void slide_queue_before(struct slide_queue *q, uint64_t number, size_t *bytes);
void slide_queue_free(struct slide_queue *q, size_t *bytes);
void slide_queue_save(const struct slide_queue *q, struct snap_writer *w);
bool slide_queue_load(struct slide_queue *q, const struct frame *frame, struct snap_reader *r,
                      size_t *bytes);

extern const struct slide_class slide_exact, slide_endless, slide_stacks, slide_extreme,
    slide_position, slide_distinct;

#endif
