/*
 * agg_first.c: FIRST_VALUE and LAST_VALUE of a group, in the order of arrival.
 *
 * NULLs count, unless the query says IGNORE NULLS; then the caller takes them out before.
 */

#include "func/bind.h"
#include "func/builtin.h"
#include "func/kept.h"

static struct kept *state_of(const struct agg_call *c, uint32_t i)
{
    return (struct kept *)(void *)(c->base + c->ids[i] * c->stride);
}

static void first_step(struct agg_call *c)
{
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct kept *s = state_of(c, i);
        if (!s->present) kept_set(s, &c->args[0], c->rows[i]);
    }
}

/* Values of 8 bytes, whole numbers and doubles alike, without a branch on their form by the row. */
static void last_of_8_bytes(struct agg_call *c, enum form form)
{
    const struct sluice_column *x = &c->args[0];
    const int64_t *values = x->i64;
    const uint32_t mask = x->constant ? 0 : UINT32_MAX;
    for (uint32_t i = 0; i < c->n_rows; i++) {
        struct kept *s = state_of(c, i);
        s->present = true;
        s->null = sluice_is_null(x, c->rows[i]);
        s->form = (uint8_t)form;
        s->i64 = values[c->rows[i] & mask];
    }
}

static void last_step(struct agg_call *c)
{
    enum form form = type_form(fn_type(c->args[0].type));
    if (form == FORM_I64 || form == FORM_F64) {
        last_of_8_bytes(c, form);
        return;
    }
    for (uint32_t i = 0; i < c->n_rows; i++) kept_set(state_of(c, i), &c->args[0], c->rows[i]);
}

/* `from` has the later rows. */
static void first_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    const struct kept *s = into;
    if (!s->present) kept_copy(into, from);
}

static void last_merge(void *into, const void *from, const void *bound)
{
    (void)bound;
    const struct kept *later = from;
    if (later->present) kept_copy(into, later);
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

#define ROW(called, stepper, merger, text, example) \
    {                                               \
        .name = called,                             \
        .group = "Aggregates",                      \
        .args = { PARAM("x", SLUICE_ANY) },         \
        .bind = bind_same,                          \
        .size = sizeof(struct kept),                \
        .sees_nulls = true,                         \
        .step = stepper,                            \
        .merge = merger,                            \
        .value = kept_value,                        \
        .save = kept_save,                          \
        .load = kept_load,                          \
        .drop = kept_drop,                          \
        .doc = text,                                \
        .examples = example,                        \
    }

const struct agg_def agg_first[] = {
    ROW("FIRST_VALUE", first_step, first_merge,
        "The value of the first row, also NULL; the first that is not with IGNORE NULLS.",
        "FIRST_VALUE(x) OVER (3, NULL, 1) => 3"),
    ROW("LAST_VALUE", last_step, last_merge,
        "The value of the last row, also NULL; the last that is not with IGNORE NULLS.",
        "LAST_VALUE(x) OVER (3, NULL, 1) => 1"),
    { .name = NULL },
};
