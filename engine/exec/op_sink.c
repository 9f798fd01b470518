/* op_sink.c: where rows leave the graph: everything goes to a struct graph_sink. */

#include <assert.h>

#include "exec/graph_impl.h"

struct sink {
    struct op         op;
    struct graph_sink to;
};

void sink_setup(struct op *op, const struct graph_sink *sink)
{
    ((struct sink *)op)->to = *sink;
}

const struct graph_sink *sink_of(const struct op *op)
{
    assert(op->class == &op_sink_class);
    return &((const struct sink *)op)->to;
}

static struct status sink_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    const struct sink *s = (const struct sink *)op;
    return s->to.rows ? s->to.rows(s->to.arg, in) : OK;
}

static struct status sink_advance(struct op *op, uint32_t input, struct bound bound)
{
    (void)input;
    const struct sink *s = (const struct sink *)op;
    op->bound = bound;
    return s->to.bound ? s->to.bound(s->to.arg, bound) : OK;
}

const struct op_class op_sink_class = {
    .name = "Sink",
    .size = sizeof(struct sink),
    .stateless = false,
    .open = op_open_nothing,
    .push = sink_push,
    .advance = sink_advance,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};
