#ifndef TIME_FRAME_H
#define TIME_FRAME_H

/*
 * frame.h: the rows of one partition that lie in a sliding frame: ROWS n PRECEDING or RANGE n ms PRECEDING, both ends
 * included, the current row last. Of a row only what functions read is kept: its time (RANGE), and some columns.
 *
 * Rows have numbers that count on; the row of a number lies in slot number & (cap - 1) of a ring. A block holds the
 * arrays one after the other:
 *
 *     times[cap] | column 0 [cap] | column 1 [cap] ... | NULL bytes of column 0 [cap] | ...
 */

#include "data/batch.h"
#include "data/snap.h"

struct frame_layout {
    bool       rows; /* ROWS; otherwise RANGE */
    int64_t    size; /* rows before the current one, or milliseconds */
    uint32_t   n_columns;
    enum form *forms;
    bool      *values;     /* false: of the column only which rows are NULL is kept */
    uint32_t  *offsets;    /* of a column's array in a block: bytes a row */
    uint32_t  *at_nulls;   /* the same of its NULL bytes */
    uint32_t   row_bytes;
};

/* Zeroed memory is an empty frame. */
struct frame {
    uint64_t first; /* number of the oldest row */
    uint32_t count;
    uint32_t cap;
    rowtime  newest; /* time of the newest row there has been, when there has been one */
    char    *block;
};

/* forms and values: n_columns of each, copied into the arena. */
void frame_layout_init(struct frame_layout *l, struct arena *a, bool rows, int64_t size,
                       const enum form *forms, const bool *values, uint32_t n_columns);
/* How many of the oldest rows are in no frame any more when a row at t comes. */
uint32_t frame_expired(const struct frame_layout *l, const struct frame *f, rowtime t);
/* Whether no row is in the frame of any row at t or later. */
bool frame_is_over(const struct frame_layout *l, const struct frame *f, rowtime t);
/* Takes the n oldest rows out. bytes, here and below: grows and shrinks with the memory held. */
void frame_drop(const struct frame_layout *l, struct frame *f, uint32_t n, size_t *bytes);
/* Takes a row in as the newest; columns: n_columns vectors. Texts are copied. */
void frame_add(const struct frame_layout *l, struct frame *f, rowtime t,
               const struct vector *const *columns, uint32_t row, size_t *bytes);
/* Empties it and gives all memory back. */
void frame_free(const struct frame_layout *l, struct frame *f, size_t *bytes);

/* What has no frame kept is empty here and saves nothing but that. */
void frame_save(const struct frame_layout *l, const struct frame *f, struct snap_writer *w);
/* Into an empty frame; false, with the frame to be freed: damaged. */
bool frame_load(const struct frame_layout *l, struct frame *f, struct snap_reader *r,
                size_t *bytes);

static inline uint32_t frame_slot(const struct frame *f, uint64_t number)
{
    return (uint32_t)(number & (f->cap - 1));
}
static inline rowtime *frame_times(const struct frame *f)
{
    return (rowtime *)(void *)f->block;
}
/* The array of a column, by slot: int64_t (BOOLEAN, too), double or struct str. */
static inline void *frame_data(const struct frame_layout *l, const struct frame *f, uint32_t column)
{
    return f->block + (size_t)f->cap * l->offsets[column];
}
static inline bool frame_is_null(const struct frame_layout *l, const struct frame *f,
                                 uint32_t column, uint32_t slot)
{
    return f->block[(size_t)f->cap * l->at_nulls[column] + slot] != 0;
}

#endif
