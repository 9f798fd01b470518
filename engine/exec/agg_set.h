#ifndef EXEC_AGG_SET_H
#define EXEC_AGG_SET_H

/*
 * agg_set.h: the aggregates of one query, and their states by dense id. The states of one id lie side by side, so
 * that a group of a few aggregates is one cache line:
 *
 *     id 0 | COUNT | AVG      | MIN  | MAX  |   id 1 | COUNT | ...
 *
 * In front of the state of a DISTINCT aggregate stands a pointer to the table of the values it has had.
 */

#include "data/snap.h"
#include "exec/program.h"
#include "sql/plan.h"

struct agg_set {
    const struct plan_agg *aggs;
    uint32_t               n_aggs;
    uint32_t              *offsets; /* in an id's states */
    uint32_t *args; /* of the vectors handed to step: the first argument of each aggregate */
    uint32_t               n_args;
    size_t                 stride;  /* bytes of an id */
    char                  *base;
    uint32_t               cap;     /* ids with room; unused ones are zero */
    size_t                 seen_bytes; /* of the values that DISTINCT has seen */
    int64_t                text_bytes; /* of the texts that states keep */
};

void agg_set_open(struct agg_set *s, struct arena *a, const struct plan_node *node);
/* Drops the states of ids [0, n_ids) and frees the rest. */
void agg_set_close(struct agg_set *s, uint32_t n_ids);
/* The arguments of all aggregates, one after the other, to be evaluated by a program. */
uint32_t agg_set_exprs(const struct plan_node *node, struct expr **out);
uint32_t agg_set_n_exprs(const struct plan_node *node);
/* Room for ids [0, n). */
void agg_set_reserve(struct agg_set *s, uint32_t n);
/* Takes rows in, rows[i] into ids[i]; args as agg_set_exprs gave them. */
void agg_set_step(struct agg_set *s, const struct vector *args, const uint32_t *rows,
                  const uint32_t *ids, uint32_t n, struct arena *scratch);
/* The results of ids[0..n) as columns of `out`, whose rows 0..n-1 they are; failed rows are appended. */
void agg_set_values(struct agg_set *s, const uint32_t *ids, uint32_t n, struct vector *columns,
                    struct arena *results, struct arena *scratch, struct faults *faults);
/* Back to an empty state. */
void agg_set_drop(struct agg_set *s, uint32_t id);
void agg_set_drop_all(struct agg_set *s, uint32_t n_ids);
void agg_set_save(const struct agg_set *s, uint32_t id, struct snap_writer *w);
bool agg_set_load(struct agg_set *s, uint32_t id, struct snap_reader *r);
static inline size_t agg_set_bytes(const struct agg_set *s)
{
    return s->stride * s->cap + s->seen_bytes + (size_t)s->text_bytes;
}

#endif
