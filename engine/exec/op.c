/* op.c: what all operators share: handing rows and bounds on, counting, and the usual members of classes. */

#include "exec/op.h"

#include <assert.h>

#include "exec/fault.h"
#include "time/bound.h"

struct status op_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input < op->n_inputs && batch_live(in) > 0);
    op->metrics.rows_in += batch_live(in);
    op->metrics.batches_in++;
    struct status st = op->class->push(op, input, in);
    arena_reset(op->scratch);
    return st;
}

struct status op_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input < op->n_inputs);
    struct status st = op->class->advance(op, input, bound);
    arena_reset(op->scratch);
    return st;
}

struct status op_emit(struct op *op, struct batch *out)
{
    uint32_t live = batch_live(out);
    if (live == 0) return OK;
    op->metrics.rows_out += live;
    for (uint32_t i = 0; i < op->n_outputs; i++) {
        TRY(op_push(op->outputs[i].op, op->outputs[i].input, out));
    }
    return OK;
}

struct status op_emit_bound(struct op *op, struct bound bound)
{
    if (bound_compare(bound, op->bound) <= 0) return OK;
    op->bound = bound;
    for (uint32_t i = 0; i < op->n_outputs; i++) {
        TRY(op_advance(op->outputs[i].op, op->outputs[i].input, bound));
    }
    return OK;
}

struct status op_fault(struct op *op, const struct batch *in, const struct faults *faults)
{
    if (faults->count == 0) return OK;
    op->metrics.faults += faults->count;
    const struct plan_node *from = op->node && op->node->n_inputs ? op->node->inputs[0] : op->node;
    errors_add_rows(op->errors, op->pump, in, from ? &from->out : NULL, faults);
    return OK;
}

struct status op_open_nothing(struct op *op, const struct plan_node *node)
{
    (void)op;
    (void)node;
    return OK;
}

struct status op_pass_bound(struct op *op, uint32_t input, struct bound bound)
{
    assert(op->n_inputs == 1 && input == 0);
    (void)input;
    return op_emit_bound(op, bound);
}

struct status op_save_nothing(const struct op *op, struct snap_writer *w)
{
    (void)op;
    (void)w;
    return OK;
}

struct status op_load_nothing(struct op *op, struct snap_reader *r)
{
    (void)op;
    (void)r;
    return OK;
}

void op_close_nothing(struct op *op)
{
    (void)op;
}

struct status op_account(struct op *op, int64_t bytes)
{
    return account_set(op->account, op->arena, bytes);
}
