/*
 * agg_extreme.c: MIN and MAX.
 *
 * A state keeps the best value so far; of equal values the first stays. A value that leaves cannot
 * be taken back, so there is no inverse.
 */

#include "func/bind.h"
#include "func/builtin.h"
#include "func/kept.h"

/* ---- whether a value is better than the one that is kept ---- */

static bool better_text(const struct kept *s, const struct str *text, bool greatest)
{
    if (!s->present) return true;
    struct str kept = kept_text(s);
    int order = str_compare_padded(text, &kept);
    return greatest ? order > 0 : order < 0;
}

#define BETTER(s, field, v, greatest) \
    (!(s)->present || ((greatest) ? (v) > (s)->field : (v) < (s)->field))

/* ---- step and merge for a form ---- */

#define STATE(c, i) ((struct kept *)(void *)((c)->base + (c)->ids[i] * (c)->stride))

#define SCALAR_FORM(name, field, type, of_form, greatest)                                \
    static void name##_step(struct agg_call *c)                                          \
    {                                                                                    \
        const struct sluice_column *x = &c->args[0];                                     \
        for (uint32_t i = 0; i < c->n_rows; i++) {                                       \
            struct kept *s = STATE(c, i);                                                \
            type v = x->field[sluice_at(x, c->rows[i])];                                 \
            if (BETTER(s, field, v, greatest)) s->field = v;                             \
            s->present = true;                                                           \
            s->form = of_form;                                                           \
        }                                                                                \
    }                                                                                    \
    static void name##_merge(void *into, const void *from, const void *bound)            \
    {                                                                                    \
        (void)bound;                                                                     \
        struct kept *s = into;                                                           \
        const struct kept *more = from;                                                  \
        if (more->present && BETTER(s, field, more->field, greatest)) kept_copy(s, more); \
    }

#define TEXT_FORM(name, greatest)                                                           \
    static void name##_step(struct agg_call *c)                                             \
    {                                                                                       \
        const struct sluice_column *x = &c->args[0];                                        \
        for (uint32_t i = 0; i < c->n_rows; i++) {                                          \
            struct kept *s = STATE(c, i);                                                   \
            const struct str *text = (const struct str *)x->data + sluice_at(x, c->rows[i]); \
            if (better_text(s, text, greatest)) kept_set_text(s, text);                     \
        }                                                                                   \
    }                                                                                       \
    static void name##_merge(void *into, const void *from, const void *bound)               \
    {                                                                                       \
        (void)bound;                                                                        \
        struct kept *s = into;                                                              \
        const struct kept *more = from;                                                     \
        if (!more->present) return;                                                         \
        struct str text = kept_text(more);                                                  \
        if (better_text(s, &text, greatest)) kept_set_text(s, &text);                       \
    }

SCALAR_FORM(min_bool, b, uint8_t, FORM_BOOL, false)
SCALAR_FORM(max_bool, b, uint8_t, FORM_BOOL, true)
SCALAR_FORM(min_i64, i64, int64_t, FORM_I64, false)
SCALAR_FORM(max_i64, i64, int64_t, FORM_I64, true)
SCALAR_FORM(min_f64, f64, double, FORM_F64, false)
SCALAR_FORM(max_f64, f64, double, FORM_F64, true)
TEXT_FORM(min_text, false)
TEXT_FORM(max_text, true)

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

#define ROW(called, class, form, text, example) \
    {                                           \
        .name = called,                         \
        .group = "Aggregates",                  \
        .args = { PARAM("x", class) },          \
        .bind = bind_same,                      \
        .size = sizeof(struct kept),            \
        .step = form##_step,                    \
        .merge = form##_merge,                  \
        .value = kept_value,                    \
        .save = kept_save,                      \
        .load = kept_load,                      \
        .drop = kept_drop,                      \
        .doc = text,                            \
        .examples = example,                    \
    }

static const char min_doc[] =
    "The least of the values that are not NULL; NULL when there are none. Texts are compared by "
    "code point, trailing blanks ignored.";
static const char max_doc[] =
    "The greatest of the values that are not NULL; NULL when there are none. Texts are compared "
    "by code point, trailing blanks ignored.";

const struct agg_def agg_extreme[] = {
    ROW("MIN", SLUICE_CLASS_EXACT, min_i64, min_doc, "MIN(x) OVER (3, NULL, 1) => 1"),
    ROW("MIN", SLUICE_CLASS_NUMBER, min_f64, min_doc, "MIN(x) OVER (1.5e0, 1e0) => 1"),
    ROW("MIN", SLUICE_CLASS_DATETIME, min_i64, min_doc, ""),
    ROW("MIN", SLUICE_CLASS_INTERVAL, min_i64, min_doc, ""),
    ROW("MIN", SLUICE_CLASS_BOOLEAN, min_bool, min_doc, "MIN(x) OVER (TRUE, FALSE) => false"),
    ROW("MIN", SLUICE_CLASS_TEXT, min_text, min_doc, "MIN(x) OVER ('b', 'a') => \"a\""),
    ROW("MAX", SLUICE_CLASS_EXACT, max_i64, max_doc, "MAX(x) OVER (3, NULL, 1) => 3"),
    ROW("MAX", SLUICE_CLASS_NUMBER, max_f64, max_doc, "MAX(x) OVER (1.5e0, 1e0) => 1.5"),
    ROW("MAX", SLUICE_CLASS_DATETIME, max_i64, max_doc, ""),
    ROW("MAX", SLUICE_CLASS_INTERVAL, max_i64, max_doc, ""),
    ROW("MAX", SLUICE_CLASS_BOOLEAN, max_bool, max_doc, "MAX(x) OVER (TRUE, FALSE) => true"),
    ROW("MAX", SLUICE_CLASS_TEXT, max_text, max_doc, "MAX(x) OVER ('b', 'a') => \"b\""),
    { .name = NULL },
};
