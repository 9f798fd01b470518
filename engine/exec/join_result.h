#ifndef EXEC_JOIN_RESULT_H
#define EXEC_JOIN_RESULT_H

/*
 * join_result.h: what a join of streams may put out, in order, and the batch of it that comes out.
 *
 * Which kept rows a row meets is known at once; whether they match may hang on a condition, which is evaluated for
 * many pairs together. So candidates are noted first: pairs, and rows that come out with NULLs if nothing matched them
 * until then. join_result_make makes rows of all of them, evaluates, and leaves out what does not hold.
 */

#include "exec/join_side.h"

enum join_candidate_kind {
    JOIN_PAIR,  /* an arriving row with a kept one of the other side */
    JOIN_ALONE, /* an arriving row that is not kept, behind its pairs */
    JOIN_LEFT   /* a kept row that leaves its side */
};

struct join_candidate {
    uint8_t  kind;
    uint8_t  side;  /* of the arriving row, or of the one that leaves */
    uint32_t row;   /* arriving row, also one that pushes another out; JOIN_NO_KEY: the clock */
    uint64_t kept;  /* place in the other side (JOIN_PAIR), in its own (JOIN_LEFT) */
    uint64_t own;   /* JOIN_PAIR: place of the arriving row in its own side; JOIN_NO_ROW: not kept, or without need */
    rowtime  time;  /* JOIN_LEFT by the clock: ROWTIME, and the cause */
    rowtime  cause_time;
    uint64_t cause_seq;
};

struct join_result {
    struct op              *op;
    struct join_side       *sides;     /* 2 */
    const struct plan_node *node;
    struct program         *condition; /* NULL: none */
    struct arena           *work;      /* reset behind each batch */
    struct type            *types;     /* of the operator's row */
    uint32_t                n_left, n; /* columns of the left side, of both */
    struct join_candidate  *items;
    uint32_t                count, cap;
    uint64_t                number;    /* of the last batch */
    uint32_t                matched_row; /* last arriving row that matched; JOIN_NO_KEY: none of this batch */
};

void join_result_open(struct join_result *r, struct op *op, struct join_side *sides,
                      const struct type *types, struct program *condition);
void join_result_close(struct join_result *r);
void join_result_add(struct join_result *r, const struct join_candidate *c);
static inline bool join_result_is_full(const struct join_result *r)
{
    return r->count >= 4 * SIZE_BATCH_ROWS;
}
/* What holds of the candidates goes out; none is left. in: the arriving rows, NULL without them. */
struct status join_result_emit(struct join_result *r, struct batch *in) MUST_CHECK;

#endif
