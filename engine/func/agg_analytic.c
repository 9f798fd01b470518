/*
 * agg_analytic.c: functions that stand with OVER only: LAG, NTH_VALUE, EXP_AVG.
 *
 * LAG and NTH_VALUE ask for a row by its number, which the operator of sliding windows finds by itself; only
 * NTH_VALUE in an endless frame counts along. EXP_AVG is an aggregate that merges.
 *
 * EXP_AVG gets x and the row's time. A state is (S, W, t): weighted sum and weights as of its newest time t. Of two
 * states the older one is aged to the time of the newer one and added, which never overflows and, the newest weight
 * being 1, never divides by zero. The decay is that of Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay, ICDE 2009,
 * with a landmark that moves along.
 */

#include <math.h>

#include "func/bind.h"
#include "func/builtin.h"
#include "func/kept.h"

/* ---- EXP_AVG ---- */

struct fading {
    double  sum, weight;
    int64_t time;  /* of the newest value */
    int64_t count; /* 0: no value */
};

/* The state as of a later time. */
static void age(struct fading *s, int64_t time, const void *bound)
{
    double half_life = (double)*(const int64_t *)bound;
    if (time <= s->time) return;
    double factor = exp2(-((double)time - (double)s->time) / half_life);
    s->sum *= factor;
    s->weight *= factor;
    s->time = time;
}

static void fading_step(struct agg_call *c)
{
    const struct sluice_column *x = &c->args[0], *time = &c->args[1];
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct fading *s = (void *)(c->base + c->ids[i] * c->stride);
        int64_t t = time->i64[sluice_at(time, c->rows[i])];
        if (s->count == 0) s->time = t;
        age(s, t, c->bound);
        s->sum += x->f64[sluice_at(x, c->rows[i])];
        s->weight += 1;
        s->count++;
    }
}

/* `from` has the later rows. */
static void fading_merge(void *into, const void *from, const void *bound)
{
    struct fading *s = into, more = *(const struct fading *)from;
    if (more.count == 0) return;
    if (s->count == 0) {
        *s = more;
        return;
    }
    age(s, more.time, bound);
    age(&more, s->time, bound);
    s->sum += more.sum;
    s->weight += more.weight;
    s->count += more.count;
}

static void fading_value(struct kernel_call *k, const char *base, size_t stride,
                         const uint32_t *ids)
{
    FOR_ROWS(k, row)
    {
        const struct fading *s = (const void *)(base + ids[row] * stride);
        double v = s->count > 0 ? s->sum / s->weight : 0;
        k->result->f64[row] = v;
        if (s->count <= 0) {
            sluice_set_null(k, row);
        } else if (!isfinite(v)) {
            sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in EXP_AVG");
        }
    }
}

static void fading_save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(struct fading));
}

static bool fading_load(void *state, struct sluice_reader *r)
{
    struct fading *s = state;
    return sluice_read(r, s, sizeof *s) && s->count >= 0 && s->count < INT64_MAX / 2;
}

static bool fading_bind(struct fn_bind *b)
{
    bool is_span = bind_arg(b, 1).kind == TYPE_INTERVAL_DAY && bind_has_constant(b, 1);
    if (!is_span || b->constants[1].i64[0] <= 0) {
        b->refusal = "the half-life is a day-time interval above zero, the same for all rows";
        return false;
    }
    b->bound = bind_number(b, b->constants[1].i64[0]);
    return true;
}

/* ---- NTH_VALUE ---- */

struct nth {
    struct kept value;
    int64_t     seen;
};

static void nth_step(struct agg_call *c)
{
    int64_t n = *(const int64_t *)c->bound;
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct nth *s = (void *)(c->base + c->ids[i] * c->stride);
        if (s->seen < n && ++s->seen == n) kept_set(&s->value, &c->args[0], c->rows[i]);
    }
}

static void nth_save(const void *state, struct sluice_writer *w)
{
    const struct nth *s = state;
    sluice_write(w, &s->seen, sizeof s->seen);
    kept_save(&s->value, w);
}

static bool nth_load(void *state, struct sluice_reader *r)
{
    struct nth *s = state;
    return sluice_read(r, &s->seen, sizeof s->seen) && kept_load(&s->value, r);
}

static bool nth_bind(struct fn_bind *b)
{
    if (!bind_has_constant(b, 1) || b->constants[1].i64[0] <= 0) {
        b->refusal = "n counts from 1: it is a positive whole number, the same for "
                     "all rows";
        return false;
    }
    b->bound = bind_number(b, b->constants[1].i64[0]);
    return bind_result(b, bind_arg(b, 0));
}

/* ---- LAG ---- */

static bool lag_bind(struct fn_bind *b)
{
    bool is_constant = b->n_args > 1 && b->constants[1].data;
    if (is_constant && (sluice_is_null(&b->constants[1], 0) || b->constants[1].i64[0] < 0)) {
        b->refusal = "n, the number of rows that it goes back, is neither NULL nor negative";
        return false;
    }
    if (b->n_args > 2) b->args[2] = b->args[0];
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

const struct agg_def agg_analytic[] = {
    {
        .name = "EXP_AVG",
        .group = "Analytic functions",
        .args = { PARAM("x", SLUICE_CLASS_AS_DOUBLE), PARAM("half-life", SLUICE_CLASS_INTERVAL) },
        .analytic = true,
        .returns = { .kind = SLUICE_DOUBLE },
        .bind = fading_bind,
        .size = sizeof(struct fading),
        .step = fading_step,
        .merge = fading_merge,
        .value = fading_value,
        .save = fading_save,
        .load = fading_load,
        .doc = "Average of the frame's values that are not NULL, in which a value that is one "
               "half-life older than another has half its weight.",
        .examples = "",
    },
    {
        .name = "LAG",
        .group = "Analytic functions",
        .args = { PARAM("x", SLUICE_ANY), OPTIONAL("n", SLUICE_CLASS_INTEGER),
                  OPTIONAL("default", SLUICE_ANY) },
        .analytic = true,
        .bind = lag_bind,
        .sees_nulls = true,
        .doc = "The value n rows (1) before the current one, if that row is in the frame, else the "
               "default (NULL). With IGNORE NULLS rows where x is NULL are not counted.",
        .examples = "",
    },
    {
        .name = "NTH_VALUE",
        .group = "Analytic functions",
        .args = { PARAM("x", SLUICE_ANY), PARAM("n", SLUICE_CLASS_INTEGER) },
        .analytic = true,
        .bind = nth_bind,
        .size = sizeof(struct nth),
        .sees_nulls = true,
        .step = nth_step,
        .value = kept_value,
        .save = nth_save,
        .load = nth_load,
        .drop = kept_drop,
        .doc = "The value of the frame's n-th row, from the first or FROM LAST; NULL when there "
               "are fewer. With IGNORE NULLS rows where x is NULL are not counted.",
        .examples = "",
    },
    { .name = NULL },
};
