/*
 * agg_basic.c: COUNT, SUM and AVG.
 *
 * Integers and DECIMALs are summed in 128 bits and checked when a result is asked for, so that values
 * which cancel out never fail, and rows can be taken back exactly. DOUBLE is added up in the order
 * of arrival, nothing else, and can not be taken back.
 */

#include <math.h>

#include "base/limits.h"
#include "data/decimal.h"
#include "func/bind.h"
#include "func/builtin.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

static inline void *state_of(const struct agg_call *c, uint32_t i)
{
    return c->base + c->ids[i] * c->stride;
}

/* ---- COUNT ---- */

static void count_step(struct agg_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) ++*(int64_t *)state_of(c, i);
}

static void count_inverse(struct agg_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) --*(int64_t *)state_of(c, i);
}

static void count_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    *(int64_t *)into += *(const int64_t *)from;
}

static void count_value(struct kernel_call *k, const char *base, size_t stride, const uint32_t *ids)
{
    FOR_ROWS(k, row)
    k->result->i64[row] = *(const int64_t *)(const void *)(base + ids[row] * stride);
}

static void count_save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(int64_t));
}

static bool count_load(void *state, struct sluice_reader *r)
{
    int64_t *count = state;
    return sluice_read(r, count, sizeof *count) && *count >= 0;
}

/* ---- exact sums ---- */

/* A 128-bit sum in two halves, so that eight bytes of alignment do. */
struct exact_sum {
    uint64_t low, high;
    int64_t  count;
};

static wide sum_get(const struct exact_sum *s)
{
    return (wide)((uwide)s->high << 64 | s->low);
}

static void sum_put(struct exact_sum *s, wide v)
{
    s->low = (uint64_t)v;
    s->high = (uint64_t)((uwide)v >> 64);
}

static void exact_step(struct agg_call *c)
{
    const struct sluice_column *x = &c->args[0];
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct exact_sum *s = state_of(c, i);
        sum_put(s, sum_get(s) + x->i64[sluice_at(x, c->rows[i])]);
        s->count++;
    }
}

static void exact_inverse(struct agg_call *c)
{
    const struct sluice_column *x = &c->args[0];
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct exact_sum *s = state_of(c, i);
        sum_put(s, sum_get(s) - x->i64[sluice_at(x, c->rows[i])]);
        s->count--;
    }
}

static void exact_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    struct exact_sum *s = into;
    const struct exact_sum *more = from;
    /* As unsigned: a damaged snapshot may hold any sum. */
    sum_put(s, (wide)((uwide)sum_get(s) + (uwide)sum_get(more)));
    s->count += more->count;
}

static void exact_save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(struct exact_sum));
}

static bool exact_load(void *state, struct sluice_reader *r)
{
    struct exact_sum *s = state;
    const wide most = (wide)INT64_MAX << 60;
    return sluice_read(r, s, sizeof *s) && s->count >= 0 && sum_get(s) <= most &&
           sum_get(s) >= -most;
}

/* The state of a row, NULL (and the row made NULL) when it has no values. */
static const struct exact_sum *exact_state(struct kernel_call *k, uint32_t row, const char *base,
                                           size_t stride, const uint32_t *ids)
{
    const struct exact_sum *s = (const void *)(base + ids[row] * stride);
    k->result->i64[row] = 0;
    if (s->count > 0) return s;
    sluice_set_null(k, row);
    return NULL;
}

static void exact_sum_value(struct kernel_call *k, const char *base, size_t stride,
                            const uint32_t *ids)
{
    const struct type t = fn_type(k->result->type);
    const int precision = t.kind == TYPE_DECIMAL ? t.precision : 19;
    FOR_ROWS(k, row)
    {
        const struct exact_sum *s = exact_state(k, row, base, stride, ids);
        if (!s) continue;
        wide v = sum_get(s);
        if (v > INT64_MAX || v < INT64_MIN || !decimal_fits((int64_t)v, precision)) {
            sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in SUM");
        } else {
            k->result->i64[row] = (int64_t)v;
        }
    }
}

/* Cut towards zero. */
static void integer_avg_value(struct kernel_call *k, const char *base, size_t stride,
                              const uint32_t *ids)
{
    FOR_ROWS(k, row)
    {
        const struct exact_sum *s = exact_state(k, row, base, stride, ids);
        if (s) k->result->i64[row] = (int64_t)(sum_get(s) / s->count);
    }
}

/* Half away from zero. */
static void decimal_avg_value(struct kernel_call *k, const char *base, size_t stride,
                              const uint32_t *ids)
{
    FOR_ROWS(k, row)
    {
        const struct exact_sum *s = exact_state(k, row, base, stride, ids);
        if (!s) continue;
        wide v = sum_get(s), q = v / s->count, rest = v % s->count;
        if (rest < 0) rest = -rest;
        if (rest >= s->count - rest) q += v < 0 ? -1 : 1;
        k->result->i64[row] = (int64_t)q;
    }
}

/* ---- sums of DOUBLE ---- */

struct double_sum {
    double  sum;
    int64_t count;
};

static void double_step(struct agg_call *c)
{
    const struct sluice_column *x = &c->args[0];
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct double_sum *s = state_of(c, i);
        s->sum += x->f64[sluice_at(x, c->rows[i])];
        s->count++;
    }
}

static void double_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    struct double_sum *s = into;
    const struct double_sum *more = from;
    s->sum += more->sum;
    s->count += more->count;
}

static void double_save(const void *state, struct sluice_writer *w)
{
    sluice_write(w, state, sizeof(struct double_sum));
}

static bool double_load(void *state, struct sluice_reader *r)
{
    struct double_sum *s = state;
    return sluice_read(r, s, sizeof *s) && s->count >= 0;
}

static void double_value(struct kernel_call *k, const char *base, size_t stride,
                         const uint32_t *ids, bool average)
{
    FOR_ROWS(k, row)
    {
        const struct double_sum *s = (const void *)(base + ids[row] * stride);
        double v = average && s->count > 0 ? s->sum / (double)s->count : s->sum;
        k->result->f64[row] = v;
        if (s->count <= 0) {
            sluice_set_null(k, row);
        } else if (!isfinite(v)) {
            sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in %s",
                         average ? "AVG" : "SUM");
        }
    }
}

static void double_sum_value(struct kernel_call *k, const char *base, size_t stride,
                             const uint32_t *ids)
{
    double_value(k, base, stride, ids, false);
}

static void double_avg_value(struct kernel_call *k, const char *base, size_t stride,
                             const uint32_t *ids)
{
    double_value(k, base, stride, ids, true);
}

/* ---- binding ---- */

static bool bind_decimal_sum(struct fn_bind *b)
{
    return bind_result(b, type_decimal(LIMIT_RESULT_PRECISION, bind_arg(b, 0).scale));
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

#define COUNT_ROW(is_star, params, text, example)   \
    {                                               \
        .name = "COUNT",                            \
        .group = "Aggregates",                      \
        .args = { params },                         \
        .star = is_star,                            \
        .returns = { .kind = SLUICE_BIGINT },       \
        .size = sizeof(int64_t),                    \
        .step = count_step,                         \
        .inverse = count_inverse,                   \
        .merge = count_merge,                       \
        .value = count_value,                       \
        .save = count_save,                         \
        .load = count_load,                         \
        .doc = text,                                \
        .examples = example,                        \
    }

#define EXACT_ROW(called, class, result_kind, binder, result, text, example) \
    {                                                           \
        .name = called,                                         \
        .group = "Aggregates",                                  \
        .args = { PARAM("x", class) },                             \
        .returns = { .kind = result_kind },                     \
        .bind = binder,                                         \
        .size = sizeof(struct exact_sum),                       \
        .step = exact_step,                                     \
        .inverse = exact_inverse,                               \
        .merge = exact_merge,                                   \
        .value = result,                                        \
        .save = exact_save,                                     \
        .load = exact_load,                                     \
        .doc = text,                                            \
        .examples = example,                                    \
    }

#define DOUBLE_ROW(called, result, text, example)               \
    {                                                           \
        .name = called,                                         \
        .group = "Aggregates",                                  \
        .args = { PARAM("x", SLUICE_CLASS_NUMBER) },               \
        .returns = { .kind = SLUICE_DOUBLE },                   \
        .size = sizeof(struct double_sum),                      \
        .step = double_step,                                    \
        .merge = double_merge,                                  \
        .value = result,                                        \
        .save = double_save,                                    \
        .load = double_load,                                    \
        .doc = text,                                            \
        .examples = example,                                    \
    }

static const char sum_doc[] =
    "Sum of the values that are not NULL: BIGINT of integers, DECIMAL(18, s) of DECIMALs, "
    "else DOUBLE; NULL when there are none.";
static const char avg_doc[] =
    "Average of the values that are not NULL, in their type: of integers cut towards zero, "
    "of DECIMALs rounded; DOUBLE of approximate numbers.";

const struct agg_def agg_basic[] = {
    COUNT_ROW(true, { .name = NULL }, "Number of rows.", "COUNT(*) OVER (1, NULL, 3) => 3"),
    COUNT_ROW(false, PARAM("x", SLUICE_ANY), "Number of values that are not NULL.",
              "COUNT(x) OVER (1, NULL, 3) => 2"),
    EXACT_ROW("SUM", SLUICE_CLASS_INTEGER, SLUICE_BIGINT, NULL, exact_sum_value, sum_doc,
              "SUM(x) OVER (1, NULL, 3) => 4"),
    EXACT_ROW("SUM", SLUICE_CLASS_EXACT, SLUICE_DECIMAL, bind_decimal_sum, exact_sum_value, sum_doc,
              "SUM(x) OVER (1.5, 2.25) => 3.75"),
    DOUBLE_ROW("SUM", double_sum_value, sum_doc, "SUM(x) OVER (1.5e0, 2e0) => 3.5"),
    EXACT_ROW("AVG", SLUICE_CLASS_INTEGER, SLUICE_INTEGER, bind_same, integer_avg_value, avg_doc,
              "AVG(x) OVER (-29, -32) => -30"),
    EXACT_ROW("AVG", SLUICE_CLASS_EXACT, SLUICE_DECIMAL, bind_same, decimal_avg_value, avg_doc,
              "AVG(x) OVER (0.1, 0.2) => 0.2"),
    DOUBLE_ROW("AVG", double_avg_value, avg_doc, "AVG(x) OVER (1e0, 2e0) => 1.5"),
    { .name = NULL },
};
