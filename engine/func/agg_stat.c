/*
 * agg_stat.c: VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP.
 *
 * A state is (n, mean, q = sum of squared distances from the mean). A value is added as Welford does it (Note on a
 * Method for Calculating Corrected Sums of Squares and Products, Technometrics 4(3), 1962), two states are combined as
 * by Chan, Golub and LeVeque (Algorithms for Computing the Sample Variance, The American Statistician 37(3), 1983). No
 * squares of large numbers are subtracted, so a common offset costs no digits, and equal values give exactly 0.
 */

#include <math.h>

#include "func/bind.h"
#include "func/builtin.h"

struct spread {
    int64_t n;
    double  mean, q;
};

static void spread_step(struct agg_call *c)
{
    const struct sluice_column *x = &c->args[0];
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct spread *s = (void *)(c->base + c->ids[i] * c->stride);
        double v = x->f64[sluice_at(x, c->rows[i])];
        double distance = v - s->mean;
        s->n++;
        s->mean += distance / (double)s->n;
        s->q += distance * (v - s->mean);
    }
}

static void spread_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    struct spread *s = into;
    const struct spread *more = from;
    if (more->n == 0) return;
    if (s->n == 0) {
        *s = *more;
        return;
    }
    double n = (double)s->n + (double)more->n;
    double distance = more->mean - s->mean;
    s->q += more->q + distance * distance * ((double)s->n * (double)more->n / n);
    s->mean += distance * ((double)more->n / n);
    s->n += more->n;
}

static void spread_save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(struct spread));
}

static bool spread_load(void *state, struct sluice_reader *r)
{
    struct spread *s = state;
    return sluice_read(r, s, sizeof *s) && s->n >= 0 && s->n < INT64_MAX / 2;
}

static void spread_value(struct kernel_call *k, const char *base, size_t stride,
                         const uint32_t *ids, bool sample, bool root)
{
    FOR_ROWS(k, row)
    {
        const struct spread *s = (const void *)(base + ids[row] * stride);
        k->result->f64[row] = 0;
        if (s->n <= (sample ? 1 : 0)) {
            sluice_set_null(k, row);
            continue;
        }
        double v = s->q / (double)(sample ? s->n - 1 : s->n);
        if (root) v = sqrt(v);
        if (isfinite(v)) k->result->f64[row] = v;
        else sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in a variance");
    }
}

#define VALUE(name, sample, root)                                                        \
    static void name##_value(struct kernel_call *k, const char *base, size_t stride,      \
                             const uint32_t *ids)                                        \
    {                                                                                    \
        spread_value(k, base, stride, ids, sample, root);                                \
    }

VALUE(var_pop, false, false)
VALUE(var_samp, true, false)
VALUE(stddev_pop, false, true)
VALUE(stddev_samp, true, true)

/* ---- rows ---- */

#define ROW(called, others, result, text, example)        \
    {                                                     \
        .name = called,                                   \
        .aliases = others,                                \
        .group = "Aggregates",                            \
        .args = { PARAM("x", SLUICE_CLASS_AS_DOUBLE) },    \
        .returns = { .kind = SLUICE_DOUBLE },             \
        .size = sizeof(struct spread),                    \
        .step = spread_step,                              \
        .merge = spread_merge,                            \
        .value = result,                                  \
        .save = spread_save,                              \
        .load = spread_load,                              \
        .doc = text,                                      \
        .examples = example,                              \
    }

const struct agg_def agg_stat[] = {
    ROW("VAR_POP", NULL, var_pop_value,
        "Variance of the values that are not NULL, as of a whole population; NULL without any.",
        "VAR_POP(x) OVER (1, 3, NULL) => 1"),
    ROW("VAR_SAMP", NULL, var_samp_value,
        "Variance of the values that are not NULL, as of a sample; NULL with fewer than two.",
        "VAR_SAMP(x) OVER (1, 3, NULL) => 2"),
    ROW("STDDEV_POP", NULL, stddev_pop_value, "Square root of VAR_POP.",
        "STDDEV_POP(x) OVER (1, 5) => 2"),
    ROW("STDDEV_SAMP", "STD_DEV", stddev_samp_value, "Square root of VAR_SAMP.",
        "STDDEV_SAMP(x) OVER (1, 2, 3) => 1"),
    { .name = NULL },
};
