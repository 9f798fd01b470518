/*
 * op_filter.c: WHERE and HAVING.
 *
 * Keeps the rows whose predicate is TRUE. FALSE and UNKNOWN drop out; a row whose predicate fails becomes an error
 * row. Copies nothing: the batch that it emits shares the columns of its input and has a narrower selection.
 */

#include <assert.h>

#include "exec/graph_impl.h"

struct filter {
    struct op       op;
    struct program *predicate;
};

static struct status filter_open(struct op *op, const struct plan_node *node)
{
    struct filter *f = (struct filter *)op;
    return program_compile(op->arena, &node->predicate, 1, &f->predicate);
}

/* The rows where `keep` is TRUE. A fault's row has a value of no meaning: it is taken out afterwards. */
static uint32_t true_rows(const struct vector *keep, const uint32_t *rows, uint32_t n,
                          uint32_t *out)
{
    uint32_t mask = keep->constant ? 0 : UINT32_MAX, count = 0;
    if (!keep->nulls) {
        for (uint32_t i = 0; i < n; i++) {
            out[count] = rows[i];
            count += keep->b[rows[i] & mask] == 1;
        }
        return count;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = rows[i] & mask;
        out[count] = rows[i];
        count += !nulls_get(keep->nulls, at) && keep->b[at] == 1;
    }
    return count;
}

static struct status filter_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct filter *f = (struct filter *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    struct vector keep;
    struct faults faults = { 0 };
    program_run(f->predicate, op->env, in, rows, n, op->scratch, op->scratch, &keep, &faults);
    uint32_t *sel = ARENA_ARRAY(op->scratch, uint32_t, n);
    if (faults.count) {
        n = rows_without(rows, n, &faults, sel);
        rows = sel;
        TRY(op_fault(op, in, &faults));
    }
    uint32_t n_sel = true_rows(&keep, rows, n, sel);
    if (n_sel == 0) return OK;
    if (n_sel == batch_live(in)) return op_emit(op, in);
    struct batch *out = batch_narrow(in, sel, n_sel);
    struct status st = op_emit(op, out);
    batch_release(out);
    return st;
}

const struct op_class op_filter_class = {
    .name = "Filter",
    .size = sizeof(struct filter),
    .stateless = true,
    .open = filter_open,
    .push = filter_push,
    .advance = op_pass_bound,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};
