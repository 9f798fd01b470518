/*
 * agg_extreme.c: MIN and MAX.
 *
 * A state holds the best value so far in the form of its argument; of equal values the first stays.
 * Texts are copied: what a window keeps must not keep the batch it came from. A value that leaves cannot
 * be taken back, so there is no inverse.
 */

#include "func/bind.h"
#include "func/builtin.h"
#include "func/call.h"

struct extreme {
    bool present;
    union {
        uint8_t b;
        int64_t i64;
        double  f64;
        struct {
            char    *p;
            uint32_t n, cap;
        } text;
    };
};

/* ---- texts that a state owns ---- */

static struct str text_of(const struct extreme *e)
{
    return str_view(e->text.p, e->text.n);
}

static void keep_text(struct extreme *e, const struct str *s)
{
    if (s->len > e->text.cap) {
        e->text.p = mem_realloc(e->text.p, s->len);
        e->text.cap = s->len;
    }
    if (s->len > 0) memcpy(e->text.p, str_data(s), s->len);
    e->text.n = s->len;
}

static void drop_text(void *state)
{
    struct extreme *e = state;
    mem_free(e->text.p);
    *e = (struct extreme){ .present = false };
}

/* ---- whether a value is better than the one that is kept ---- */

static bool better_text(const struct extreme *e, const struct str *s, bool greatest)
{
    if (!e->present) return true;
    struct str kept = text_of(e);
    int order = str_compare_padded(s, &kept);
    return greatest ? order > 0 : order < 0;
}

#define BETTER(e, field, v, greatest) \
    (!(e)->present || ((greatest) ? (v) > (e)->field : (v) < (e)->field))

/* ---- step, merge, value for a form ---- */

#define STATE(c, i) ((struct extreme *)(void *)((c)->base + (c)->ids[i] * (c)->stride))

#define SCALAR_FORM(name, field, type, greatest)                                                 \
    static void name##_step(struct agg_call *c)                                                  \
    {                                                                                            \
        const struct sluice_column *x = &c->args[0];                                             \
        for (uint32_t i = 0; i < c->n_rows; i++) {                                               \
            struct extreme *e = STATE(c, i);                                                     \
            type v = x->field[sluice_at(x, c->rows[i])];                                         \
            if (BETTER(e, field, v, greatest)) e->field = v;                                     \
            e->present = true;                                                                   \
        }                                                                                        \
    }                                                                                            \
    static void name##_merge(void *into, const void *from, const void *bound)                    \
    {                                                                                            \
        (void)bound;                                                                             \
        struct extreme *e = into;                                                                \
        const struct extreme *more = from;                                                       \
        if (more->present && BETTER(e, field, more->field, greatest)) *e = *more;                \
    }

#define TEXT_FORM(name, greatest)                                                                \
    static void name##_step(struct agg_call *c)                                                  \
    {                                                                                            \
        const struct sluice_column *x = &c->args[0];                                             \
        for (uint32_t i = 0; i < c->n_rows; i++) {                                               \
            struct extreme *e = STATE(c, i);                                                     \
            const struct str *s = (const struct str *)x->data + sluice_at(x, c->rows[i]);        \
            if (better_text(e, s, greatest)) keep_text(e, s);                                    \
            e->present = true;                                                                   \
        }                                                                                        \
    }                                                                                            \
    static void name##_merge(void *into, const void *from, const void *bound)                    \
    {                                                                                            \
        (void)bound;                                                                             \
        struct extreme *e = into;                                                                \
        const struct extreme *more = from;                                                       \
        if (!more->present) return;                                                              \
        struct str s = text_of(more);                                                            \
        if (better_text(e, &s, greatest)) keep_text(e, &s);                                      \
        e->present = true;                                                                       \
    }

SCALAR_FORM(min_bool, b, uint8_t, false)
SCALAR_FORM(max_bool, b, uint8_t, true)
SCALAR_FORM(min_i64, i64, int64_t, false)
SCALAR_FORM(max_i64, i64, int64_t, true)
SCALAR_FORM(min_f64, f64, double, false)
SCALAR_FORM(max_f64, f64, double, true)
TEXT_FORM(min_text, false)
TEXT_FORM(max_text, true)

static void put_value(struct kernel_call *k, uint32_t row, const struct extreme *e)
{
    switch (type_form(fn_type(k->result->type))) {
    case FORM_BOOL: k->result->b[row] = e->b; break;
    case FORM_I64: k->result->i64[row] = e->i64; break;
    case FORM_F64: k->result->f64[row] = e->f64; break;
    case FORM_STR: {
        char *p = e->text.n > STR_INLINE ? sluice_alloc(k, e->text.n) : e->text.p;
        if (e->text.n > STR_INLINE) memcpy(p, e->text.p, e->text.n);
        result_str(k)[row] = str_view(p, e->text.n);
    }
    }
}

static void value(struct kernel_call *k, const char *base, size_t stride, const uint32_t *ids)
{
    FOR_ROWS(k, row)
    {
        const struct extreme *e = (const void *)(base + ids[row] * stride);
        if (e->present) put_value(k, row, e);
        else sluice_set_null(k, row);
    }
}

/* ---- snapshots ---- */

static void scalar_save(const void *state, struct sluice_writer *w)
{
    const struct extreme *e = state;
    sluice_write(w, &e->present, sizeof e->present);
    sluice_write(w, &e->i64, sizeof e->i64); /* the widest of the scalars */
}

static bool scalar_load(void *state, struct sluice_reader *r)
{
    struct extreme *e = state;
    uint8_t present;
    if (!sluice_read(r, &present, sizeof present) || present > 1) return false;
    e->present = present;
    return sluice_read(r, &e->i64, sizeof e->i64);
}

static void text_save(const void *state, struct sluice_writer *w)
{
    const struct extreme *e = state;
    sluice_write(w, &e->present, sizeof e->present);
    sluice_write(w, &e->text.n, sizeof e->text.n);
    if (e->text.n > 0) sluice_write(w, e->text.p, e->text.n);
}

/* The length is not believed: room grows with what is read. */
static bool text_load(void *state, struct sluice_reader *r)
{
    struct extreme *e = state;
    uint8_t present;
    uint32_t n;
    if (!sluice_read(r, &present, sizeof present) || present > 1) return false;
    if (!sluice_read(r, &n, sizeof n)) return false;
    while (e->text.n < n) {
        uint32_t more = n - e->text.n < 4096 ? n - e->text.n : 4096;
        e->text.p = mem_realloc(e->text.p, (size_t)e->text.n + more);
        e->text.cap = e->text.n + more;
        if (!sluice_read(r, e->text.p + e->text.n, more)) return false;
        e->text.n += more;
    }
    e->present = present;
    return true;
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

/* ---- rows ---- */

#define ROW(called, class, form, saver, loader, dropper, text, example) \
    {                                                                   \
        .name = called,                                                 \
        .group = "Aggregates",                                          \
        .args = { PARAM("x", class) },                                     \
        .bind = bind_same,                                              \
        .size = sizeof(struct extreme),                                 \
        .step = form##_step,                                            \
        .merge = form##_merge,                                          \
        .value = value,                                                 \
        .save = saver,                                                  \
        .load = loader,                                                 \
        .drop = dropper,                                                \
        .doc = text,                                                    \
        .examples = example,                                            \
    }

#define MIN_ROW(class, form, example)                                     \
    ROW("MIN", class, form, scalar_save, scalar_load, NULL,               \
        "The least of the values that are not NULL; NULL when there are none.", example)
#define MAX_ROW(class, form, example)                                     \
    ROW("MAX", class, form, scalar_save, scalar_load, NULL,               \
        "The greatest of the values that are not NULL; NULL when there are none.", example)

const struct agg_def agg_extreme[] = {
    MIN_ROW(SLUICE_CLASS_EXACT, min_i64, "MIN(x) OVER (3, NULL, 1) => 1"),
    MIN_ROW(SLUICE_CLASS_NUMBER, min_f64, "MIN(x) OVER (1.5e0, 1e0) => 1"),
    MIN_ROW(SLUICE_CLASS_DATETIME, min_i64, ""),
    MIN_ROW(SLUICE_CLASS_INTERVAL, min_i64, ""),
    MIN_ROW(SLUICE_CLASS_BOOLEAN, min_bool, "MIN(x) OVER (TRUE, FALSE) => false"),
    ROW("MIN", SLUICE_CLASS_TEXT, min_text, text_save, text_load, drop_text,
        "The least text, by code point, trailing blanks ignored.",
        "MIN(x) OVER ('b', 'a') => \"a\""),
    MAX_ROW(SLUICE_CLASS_EXACT, max_i64, "MAX(x) OVER (3, NULL, 1) => 3"),
    MAX_ROW(SLUICE_CLASS_NUMBER, max_f64, "MAX(x) OVER (1.5e0, 1e0) => 1.5"),
    MAX_ROW(SLUICE_CLASS_DATETIME, max_i64, ""),
    MAX_ROW(SLUICE_CLASS_INTERVAL, max_i64, ""),
    MAX_ROW(SLUICE_CLASS_BOOLEAN, max_bool, "MAX(x) OVER (TRUE, FALSE) => true"),
    ROW("MAX", SLUICE_CLASS_TEXT, max_text, text_save, text_load, drop_text,
        "The greatest text, by code point, trailing blanks ignored.",
        "MAX(x) OVER ('b', 'a') => \"b\""),
    { .name = NULL },
};
