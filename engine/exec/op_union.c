/*
 * op_union.c: rows of several inputs in one order: UNION ALL, and a stream with several writers.
 *
 * Rows wait until no input can bring an earlier one (time/merge). What waits is state.
 */

#include <assert.h>

#include "exec/graph_impl.h"

struct merging {
    struct op            op;
    const struct schema *schema;
    struct merge        *merge;
};

void merge_setup(struct op *op, const struct schema *schema)
{
    ((struct merging *)op)->schema = schema;
}

static struct status merging_open(struct op *op, const struct plan_node *node)
{
    struct merging *m = (struct merging *)op;
    if (node) m->schema = &node->out;
    struct type *types = schema_types(op->arena, m->schema);
    m->merge = merge_new(types, m->schema->n_columns, op->n_inputs, op->loose);
    return OK;
}

static struct status drain(struct merging *m)
{
    struct batch *out;
    while ((out = merge_take(m->merge)) != NULL) {
        struct status st = op_emit(&m->op, out);
        batch_release(out);
        if (st.err) return st;
    }
    return OK;
}

static struct status merging_push(struct op *op, uint32_t input, struct batch *in)
{
    struct merging *m = (struct merging *)op;
    merge_push(m->merge, input, in);
    TRY(drain(m));
    return op_account(op, op_rows_bytes(merge_rows(m->merge), m->schema->n_columns));
}

static struct status merging_advance(struct op *op, uint32_t input, struct bound bound)
{
    struct merging *m = (struct merging *)op;
    merge_advance(m->merge, input, bound);
    TRY(drain(m));
    TRY(op_account(op, op_rows_bytes(merge_rows(m->merge), m->schema->n_columns)));
    return op_emit_bound(op, merge_bound(m->merge));
}

struct bound merge_held(const struct op *op)
{
    const struct merging *m = (const struct merging *)op;
    return merge_rows(m->merge) ? merge_cause(m->merge) : BOUND_END;
}

struct batch *merge_held_rest(struct op *op, uint32_t input)
{
    return merge_rest(((struct merging *)op)->merge, input);
}

static struct status merging_save(const struct op *op, struct snap_writer *w)
{
    merge_save(((const struct merging *)op)->merge, w);
    return OK;
}

static struct status merging_load(struct op *op, struct snap_reader *r)
{
    struct merge_streams streams = graph_stream_types(op->graph);
    if (!merge_load(((struct merging *)op)->merge, r, &streams)) r->failed = true;
    return OK;
}

static void merging_close(struct op *op)
{
    merge_free(((struct merging *)op)->merge);
}

const struct op_class op_union_class = {
    .name = "Union",
    .size = sizeof(struct merging),
    .stateless = false,
    .open = merging_open,
    .push = merging_push,
    .advance = merging_advance,
    .checkpoint = merging_save,
    .restore = merging_load,
    .close = merging_close,
};

const struct op_class op_merge_class = {
    .name = "Stream",
    .size = sizeof(struct merging),
    .stateless = false,
    .open = merging_open,
    .push = merging_push,
    .advance = merging_advance,
    .checkpoint = merging_save,
    .restore = merging_load,
    .close = merging_close,
};
