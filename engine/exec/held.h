#ifndef EXEC_HELD_H
#define EXEC_HELD_H

/*
 * held.h: rows that wait in an operator until they come out in another order, and how they then get their times.
 * Where nothing behind the operator can fail, values are copied, so that a row that waits keeps no batch of its
 * neighbours; otherwise batches are kept, so that a fault can show the row of the stream.
 */

#include "exec/graph_impl.h"
#include "time/gather.h"

struct held {
    struct op       *op;
    const struct type *types;
    uint32_t         n_columns;
    struct builder  *copier;  /* NULL: batches are kept */
    struct batch   **batches; /* in order of arrival, each with live rows alone */
    uint32_t         n_batches, cap;
    uint32_t         n_rows;
    int64_t          bytes;
};

/* What lets rows go: it gives them their cause and path; NULL row_of: no path. */
struct held_cause {
    rowtime             time;
    uint64_t            seq;
    const struct batch *row_of;
    uint32_t            row;
};

void held_open(struct held *h, struct op *op, const struct plan_node *node);
void held_close(struct held *h);
/* Takes n rows of the batch (ascending) in, behind those that are there. */
struct status held_add(struct held *h, struct batch *in, const uint32_t *rows,
                       uint32_t n) MUST_CHECK;
/* The same rows as a batch of their own (one reference), for who keeps rows himself. */
struct batch *held_batch(struct held *h, struct batch *in, const uint32_t *rows, uint32_t n);
/* Bytes that a batch keeps from being used otherwise, the stream's rows behind it included. */
int64_t held_bytes(const struct batch *b);
/* All of them, in order of arrival, in the arena. */
struct row_ref *held_refs(const struct held *h, struct arena *a);
/* Emits these rows with new causes and, times given, new times (n of them). */
struct status held_emit(struct held *h, const struct row_ref *refs, const rowtime *times,
                        const struct held_cause *cause, uint32_t n) MUST_CHECK;
/* Forgets all rows. */
void held_clear(struct held *h);
void held_save(const struct held *h, struct snap_writer *w);
bool held_load(struct held *h, struct snap_reader *r);

#endif
