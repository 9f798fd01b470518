/*
 * fn_logic.c: NOT and the truth tests. AND and OR belong to exec/program: what they evaluate depends on
 * what came out before.
 */

#include "func/builtin.h"
#include "func/kernel.h"

static void not_kernel(struct kernel_call *k)
{
    const uint8_t *x = arg_bool(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    uint8_t *out = k->result->b;
    EACH_ROW(k, row, out[row] = !x[row & mask];);
}

/* Whether the value is not NULL and equals `wanted`; `negated` turns the answer around. */
static void test(struct kernel_call *k, bool wanted, bool negated)
{
    const struct sluice_column *x = &k->args[0];
    uint8_t *out = k->result->b;
    EACH_ROW(k, row, {
        bool is = !sluice_is_null(x, row) && (x->b[sluice_at(x, row)] != 0) == wanted;
        out[row] = is != negated;
    });
}

static void is_true(struct kernel_call *k)
{
    test(k, true, false);
}

static void is_not_true(struct kernel_call *k)
{
    test(k, true, true);
}

static void is_false(struct kernel_call *k)
{
    test(k, false, false);
}

static void is_not_false(struct kernel_call *k)
{
    test(k, false, true);
}

static void null_test(struct kernel_call *k, bool negated)
{
    const struct sluice_column *x = &k->args[0];
    uint8_t *out = k->result->b;
    EACH_ROW(k, row, out[row] = sluice_is_null(x, row) != negated;);
}

static void is_null(struct kernel_call *k)
{
    null_test(k, false);
}

static void is_not_null(struct kernel_call *k)
{
    null_test(k, true);
}

#define PREDICATE(called, class, run, text, example) \
    {                                                \
        .name = called,                              \
        .group = "Logic",                            \
        .args = { PARAM("x", class) },                  \
        .returns = { .kind = SLUICE_BOOLEAN },       \
        .nulls = SLUICE_SEES_NULLS,                  \
        .errors = "",                                \
        .kernel = run,                               \
        .doc = text,                                 \
        .examples = example,                         \
    }

const struct fn_def fn_logic[] = {
    {
        .name = "NOT",
        .group = "Logic",
        .args = { PARAM("x", SLUICE_CLASS_BOOLEAN) },
        .returns = { .kind = SLUICE_BOOLEAN },
        .errors = "",
        .kernel = not_kernel,
        .doc = "TRUE becomes FALSE, FALSE becomes TRUE, unknown stays unknown.",
        .examples = "NOT TRUE => false\nNOT CAST(NULL AS BOOLEAN) => null",
    },
    PREDICATE("IS TRUE", SLUICE_CLASS_BOOLEAN, is_true, "Whether x is TRUE; never NULL.",
              "CAST(NULL AS BOOLEAN) IS TRUE => false"),
    PREDICATE("IS NOT TRUE", SLUICE_CLASS_BOOLEAN, is_not_true,
              "Whether x is FALSE or unknown; never NULL.", "(1 = 2) IS NOT TRUE => true"),
    PREDICATE("IS FALSE", SLUICE_CLASS_BOOLEAN, is_false, "Whether x is FALSE; never NULL.",
              "FALSE IS FALSE => true"),
    PREDICATE("IS NOT FALSE", SLUICE_CLASS_BOOLEAN, is_not_false,
              "Whether x is TRUE or unknown; never NULL.", "FALSE IS NOT FALSE => false"),
    PREDICATE("IS UNKNOWN", SLUICE_CLASS_BOOLEAN, is_null, "Whether a BOOLEAN is NULL; never NULL.",
              "(1 = CAST(NULL AS INTEGER)) IS UNKNOWN => true"),
    PREDICATE("IS NOT UNKNOWN", SLUICE_CLASS_BOOLEAN, is_not_null,
              "Whether a BOOLEAN is not NULL; never NULL.", "FALSE IS NOT UNKNOWN => true"),
    PREDICATE("IS NULL", SLUICE_ANY, is_null, "Whether x is NULL; never NULL itself.",
              "1 IS NULL => false"),
    PREDICATE("IS NOT NULL", SLUICE_ANY, is_not_null, "Whether x is not NULL; never NULL itself.",
              "'' IS NOT NULL => true"),
    { .name = NULL },
};
