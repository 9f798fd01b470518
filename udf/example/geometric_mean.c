/* geometric_mean.c: an aggregate. Its state is a few bytes a group, and goes through checkpoints by save and load. */
#include <math.h>

#include "sluice.h"

struct mean {
    double   logs; /* the sum of logarithms */
    uint64_t n;
};

/* The state that row i of the call belongs to. */
static struct mean *state_of(const struct sluice_agg_call *call, uint32_t i)
{
    return (struct mean *)(void *)(call->base + call->ids[i] * call->stride);
}

static void step(struct sluice_agg_call *call)
{
    const struct sluice_column *x = &call->args[0];
    for (uint32_t i = 0; i < call->n_rows; i++) {
        struct mean *m = state_of(call, i);
        m->logs += log(x->f64[sluice_at(x, call->rows[i])]);
        m->n++;
    }
}

static void merge(void *into, const void *from, const void *bound)
{
    struct mean       *a = into;
    const struct mean *b = from;
    (void)bound;
    a->logs += b->logs;
    a->n += b->n;
}

static void value(struct sluice_call *call, const char *base, size_t stride, const uint32_t *ids)
{
    for (uint32_t i = 0; i < call->n_rows; i++) {
        uint32_t           row = call->rows[i];
        const struct mean *m = (const void *)(base + ids[row] * stride);
        if (m->n == 0) sluice_set_null(call, row);
        else if (!isfinite(m->logs))
            sluice_fault(call, row, SLUICE_FAULT_LOGARITHM,
                         "a geometric mean is of positive numbers");
        else call->result->f64[row] = exp(m->logs / (double)m->n);
    }
}

static void save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(struct mean));
}

static bool load(void *state, struct sluice_reader *r)
{
    return sluice_read(r, state, sizeof(struct mean));
}

static const struct sluice_agg row = {
    .args = { { .name = "x", .class = SLUICE_CLASS_AS_DOUBLE } },
    .returns = { .kind = SLUICE_DOUBLE },
    .size = sizeof(struct mean),
    .step = step,
    .merge = merge,
    .value = value,
    .save = save,
    .load = load,
};

SLUICE_EXPORT(geometric_mean, AGGREGATE, &row);
