/*
 * fn_compare.c: = <> < <= > >=.
 *
 * Three things keep the loops short. Arguments are brought to one form when the call is bound: an exact
 * number beside an approximate one becomes DOUBLE, a constant takes the scale of the column where that
 * loses nothing, a string constant beside a datetime or boolean is read as such (S-10). Dense rows of
 * integers and doubles go through leaves that become vector instructions. Everything else goes row by
 * row through compare.c.
 */

#include "data/calendar.h"
#include "data/decimal.h"
#include "data/text.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/compare.h"
#include "func/kernel.h"

/* ---- binding ---- */

static bool is_datetime_or_boolean(struct type t)
{
    return type_is_datetime(t) || t.kind == TYPE_BOOLEAN;
}

/* Argument i is a string constant and the other of type t: it becomes one of type t. */
static bool bind_string_constant(struct fn_bind *b, uint32_t i, struct type t)
{
    struct str s = bind_constant_str(b, i);
    struct value v;
    if (text_parse(b->host, str_data(&s), s.len, t, &v) != TEXT_OK) {
        b->refusal = sluice_bind_text(b, "illegal %s literal '%.*s'", type_text(b->host, t),
                                      STR_ARG(s));
        return false;
    }
    bind_convert(b, i, t);
    return true;
}

/* The constant i in the scale of the other argument, when no digit is lost. */
static void bind_scale(struct fn_bind *b, uint32_t i, int scale)
{
    struct type t = bind_arg(b, i);
    int64_t there, back;
    if (!bind_has_constant(b, i) || scale > 18) return;
    int64_t v = b->constants[i].i64[0];
    if (decimal_rescale(v, t.scale, scale, 18, &there) &&
        decimal_rescale(there, scale, t.scale, 19, &back) && back == v) {
        bind_convert(b, i, type_decimal(18, scale));
    }
}

static bool bind_numbers(struct fn_bind *b, struct type x, struct type y)
{
    if (compare_how(x, y) == COMPARE_MIXED) {
        bind_convert(b, type_is_exact(x) ? 0 : 1, type_of(TYPE_DOUBLE));
    } else if (compare_how(x, y) == COMPARE_SCALED) {
        bind_scale(b, 1, x.scale);
        if (bind_arg(b, 1).scale != x.scale) bind_scale(b, 0, bind_arg(b, 1).scale);
    }
    return true;
}

/* Makes two arguments comparable; false when they are not. */
static bool bind_pair(struct fn_bind *b)
{
    struct type x = bind_arg(b, 0), y = bind_arg(b, 1);
    if (type_is_text(x) && is_datetime_or_boolean(y) && bind_has_constant(b, 0)) {
        return bind_string_constant(b, 0, y);
    }
    if (type_is_text(y) && is_datetime_or_boolean(x) && bind_has_constant(b, 1)) {
        return bind_string_constant(b, 1, x);
    }
    if (compare_how(x, y) == COMPARE_NOT) return false;
    return type_is_number(x) ? bind_numbers(b, x, y) : true;
}

static bool bind_equality(struct fn_bind *b)
{
    return bind_pair(b);
}

/* TRUE and FALSE have no order for the operators (section 4). */
static bool bind_order(struct fn_bind *b)
{
    return bind_arg(b, 0).kind != TYPE_BOOLEAN && bind_arg(b, 1).kind != TYPE_BOOLEAN &&
           bind_pair(b);
}

/* NULLIF keeps the type of its first argument, so nothing but the second may be converted. */
static bool bind_nullif(struct fn_bind *b)
{
    struct type x = bind_arg(b, 0), y = bind_arg(b, 1);
    if (type_is_text(y) && is_datetime_or_boolean(x) && bind_has_constant(b, 1)) {
        return bind_string_constant(b, 1, x) && bind_result(b, x);
    }
    return compare_how(x, y) != COMPARE_NOT && bind_result(b, x);
}

/* ---- leaves ---- */

#define LEAVES(name, sign)                                                                        \
    KERNEL_WIDE static void name##_i64(uint8_t *restrict out, const int64_t *a, bool a_constant,  \
                                       const int64_t *b, bool b_constant, uint32_t n)             \
    {                                                                                             \
        EACH_PAIR(int64_t, n, a, a_constant, b, b_constant, i, x, y, out[i] = x sign y;);          \
    }                                                                                             \
    KERNEL_WIDE static void name##_f64(uint8_t *restrict out, const double *a, bool a_constant,   \
                                       const double *b, bool b_constant, uint32_t n)              \
    {                                                                                             \
        EACH_PAIR(double, n, a, a_constant, b, b_constant, i, x, y, out[i] = x sign y;);           \
    }

LEAVES(equal, ==)
LEAVES(unequal, !=)
LEAVES(less, <)
LEAVES(at_most, <=)

/* ---- kernels ---- */

typedef void (*i64_leaf)(uint8_t *restrict out, const int64_t *a, bool a_constant, const int64_t *b,
                         bool b_constant, uint32_t n);
typedef void (*f64_leaf)(uint8_t *restrict out, const double *a, bool a_constant, const double *b,
                         bool b_constant, uint32_t n);

/* The truth of an order: is -1 (less), 0 and 1 (greater) TRUE? */
struct truth {
    bool less, equal, greater;
};

/* x and y are the arguments' numbers: 0, 1, or swapped for > and >=, which have no leaves. */
static bool run_leaf(struct kernel_call *k, enum compare_how how, uint32_t x, uint32_t y,
                     i64_leaf on_i64, f64_leaf on_f64)
{
    if (!kernel_is_dense(k)) return false;
    const struct sluice_column *a = &k->args[x], *b = &k->args[y];
    if (how == COMPARE_I64) {
        on_i64(k->result->b, a->i64, a->constant, b->i64, b->constant, k->n_rows);
    } else if (how == COMPARE_F64) {
        on_f64(k->result->b, a->f64, a->constant, b->f64, b->constant, k->n_rows);
    } else {
        return false;
    }
    return true;
}

static void each_row(struct kernel_call *k, enum compare_how how, struct truth t)
{
    const struct sluice_column *a = &k->args[0], *b = &k->args[1];
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    uint8_t *out = k->result->b;
    EACH_ROW(k, row, {
        int order = compare_at(how, a, row & a_mask, b, row & b_mask);
        out[row] = order < 0 ? t.less : order > 0 ? t.greater
                                                  : t.equal;
    });
}

static enum compare_how how_of(const struct kernel_call *k)
{
    return compare_how(arg_type(k, 0), arg_type(k, 1));
}

static void each_text_equality(struct kernel_call *k, bool equal)
{
    const struct str *a = arg_str(k, 0), *b = arg_str(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    uint8_t *out = k->result->b;
    EACH_ROW(k, row, out[row] = compare_equal_str(&a[row & a_mask], &b[row & b_mask]) == equal;);
}

static void equal(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 0, 1, equal_i64, equal_f64)) return;
    if (how == COMPARE_STR) each_text_equality(k, true);
    else each_row(k, how, (struct truth){ .equal = true });
}

static void unequal(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 0, 1, unequal_i64, unequal_f64)) return;
    if (how == COMPARE_STR) each_text_equality(k, false);
    else each_row(k, how, (struct truth){ .less = true, .greater = true });
}

static void less(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 0, 1, less_i64, less_f64)) return;
    each_row(k, how, (struct truth){ .less = true });
}

static void at_most(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 0, 1, at_most_i64, at_most_f64)) return;
    each_row(k, how, (struct truth){ .less = true, .equal = true });
}

static void greater(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 1, 0, less_i64, less_f64)) return;
    each_row(k, how, (struct truth){ .greater = true });
}

static void at_least(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    if (run_leaf(k, how, 1, 0, at_most_i64, at_most_f64)) return;
    each_row(k, how, (struct truth){ .equal = true, .greater = true });
}

/* ---- with NULLs ---- */

/* Two NULLs are not distinct, a NULL is from any value. */
static bool distinct(const struct kernel_call *k, enum compare_how how, uint32_t row)
{
    const struct sluice_column *a = &k->args[0], *b = &k->args[1];
    bool a_null = sluice_is_null(a, row), b_null = sluice_is_null(b, row);
    if (a_null || b_null) return a_null != b_null;
    return compare_at(how, a, sluice_at(a, row), b, sluice_at(b, row)) != 0;
}

static void is_distinct(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    FOR_ROWS(k, row) k->result->b[row] = distinct(k, how, row);
}

static void is_not_distinct(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    FOR_ROWS(k, row) k->result->b[row] = !distinct(k, how, row);
}

static void copy_value(struct sluice_column *to, uint32_t to_at, const struct sluice_column *from,
                       uint32_t at)
{
    switch (type_form(fn_type(from->type))) {
    case FORM_BOOL: to->b[to_at] = from->b[at]; break;
    case FORM_I64: to->i64[to_at] = from->i64[at]; break;
    case FORM_F64: to->f64[to_at] = from->f64[at]; break;
    case FORM_STR: to->str[to_at] = from->str[at]; break;
    }
}

static void nullif(struct kernel_call *k)
{
    enum compare_how how = how_of(k);
    const struct sluice_column *a = &k->args[0];
    FOR_ROWS(k, row)
    {
        bool a_null = sluice_is_null(a, row);
        if (a_null || !distinct(k, how, row)) sluice_set_null(k, row);
        else copy_value(k->result, row, a, sluice_at(a, row));
    }
}

/* ---- rows ---- */

#define OPERATOR(sign, binder, run, text, example) \
    {                                               \
        .name = sign,                               \
        .group = "Operators",                       \
        .args = { PARAM("a", SLUICE_ANY), PARAM("b", SLUICE_ANY) }, \
        .returns = { .kind = SLUICE_BOOLEAN },      \
        .errors = "",                               \
        .bind = binder,                             \
        .kernel = run,                              \
        .doc = text,                                \
        .examples = example,                        \
    }

const struct fn_def fn_compare[] = {
    OPERATOR("=", bind_equality, equal,
             "Whether a and b are equal: numbers by value, texts without their trailing blanks.",
             "1 = 1.0 => true\n'a' = 'a  ' => true\nDATE '2026-01-31' = '2026-01-31' => true"),
    OPERATOR("<>", bind_equality, unequal, "Whether a and b are unequal; also written !=.",
             "1 <> 2 => true\n'a' <> 'A' => true"),
    OPERATOR("<", bind_order, less, "Whether a is less than b; texts compare by code point.",
             "-1 < 0 => true\n'Z' < 'a' => true"),
    OPERATOR("<=", bind_order, at_most, "Whether a is at most b.", "1 <= 1 => true"),
    OPERATOR(">", bind_order, greater, "Whether a is greater than b.", "2 > 1.5 => true"),
    OPERATOR(">=", bind_order, at_least, "Whether a is at least b.", "2 >= 3 => false"),
    {
        .name = "IS DISTINCT FROM",
        .group = "Operators",
        .args = { PARAM("a", SLUICE_ANY), PARAM("b", SLUICE_ANY) },
        .returns = { .kind = SLUICE_BOOLEAN },
        .nulls = SLUICE_SEES_NULLS,
        .errors = "",
        .bind = bind_equality,
        .kernel = is_distinct,
        .doc = "Like <>, but two NULLs are equal and a NULL is unlike any value.",
        .examples =
            "1 IS DISTINCT FROM CAST(NULL AS INTEGER) => true\n1 IS DISTINCT FROM 1.0 => false",
    },
    {
        .name = "IS NOT DISTINCT FROM",
        .group = "Operators",
        .args = { PARAM("a", SLUICE_ANY), PARAM("b", SLUICE_ANY) },
        .returns = { .kind = SLUICE_BOOLEAN },
        .nulls = SLUICE_SEES_NULLS,
        .errors = "",
        .bind = bind_equality,
        .kernel = is_not_distinct,
        .doc = "Like =, but two NULLs are equal and a NULL is unlike any value.",
        .examples = "1 IS NOT DISTINCT FROM 1 => true",
    },
    {
        .name = "NULLIF",
        .group = "Conditions",
        .args = { PARAM("a", SLUICE_ANY), PARAM("b", SLUICE_ANY) },
        .nulls = SLUICE_SEES_NULLS,
        .errors = "",
        .bind = bind_nullif,
        .kernel = nullif,
        .doc = "NULL when a = b is TRUE, else a.",
        .examples = "NULLIF(8, 3) => 8\nNULLIF(8, 8.0) => null",
    },
    { .name = NULL },
};
