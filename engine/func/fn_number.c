/*
 * fn_number.c: arithmetic of numbers, ABS, MOD, CEIL, FLOOR and STEP of numbers.
 *
 * Integers, and DECIMALs whose operands have the scale that the result asks for, are added, subtracted
 * and multiplied as 64-bit integers in one leaf a sign; so is DOUBLE. A leaf computes all rows and only
 * notes whether anything left the range of the result; if so, the rows are gone through once more to
 * find which. Other DECIMALs go row by row through data/decimal. Type rules: section 3 of the sheet.
 */

#include <math.h>

#include "base/checked.h"
#include "data/decimal.h"
#include "func/bind.h"
#include "func/builtin.h"
#include "func/call.h"
#include "func/kernel.h"

/* ---- what the result may be ---- */

struct range {
    int64_t low, high;
};

static struct range range_of(struct type t)
{
    struct range r = { INT64_MIN, INT64_MAX };
    if (type_is_integer(t)) {
        type_integer_range(t, &r.low, &r.high);
    } else if (t.precision <= 18) {
        r.high = decimal_pow10[t.precision] - 1;
        r.low = -r.high;
    }
    return r;
}

static struct type result_type(const struct kernel_call *k)
{
    return fn_type(k->result->type);
}

static void fault_overflow(struct kernel_call *k, uint32_t row)
{
    struct arena *a = ((struct call_host *)k)->scratch;
    sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow: the result does not fit %s",
                 type_text(a, result_type(k)));
}

static void fault_division(struct kernel_call *k, uint32_t row)
{
    sluice_fault(k, row, SLUICE_FAULT_DIVISION_BY_ZERO, "division by zero");
}

/* ---- integers ---- */

/* Sum and difference wrap; the sign bit of `bad` says that one of them did or left the range. */
#define WRAPPING_LEAF(name, sign, wrapped)                                                      \
    KERNEL_WIDE static bool name(int64_t *restrict out, const int64_t *a, bool a_constant,      \
                                 const int64_t *b, bool b_constant, uint32_t n, struct range r) \
    {                                                                                           \
        int64_t bad = 0;                                                                        \
        EACH_PAIR(int64_t, n, a, a_constant, b, b_constant, i, x, y, {                          \
            int64_t v = (int64_t)((uint64_t)x sign(uint64_t) y);                                \
            bad |= (wrapped) | -(int64_t)(v < r.low) | -(int64_t)(v > r.high);                  \
            out[i] = v;                                                                         \
        });                                                                                     \
        return bad < 0;                                                                         \
    }

WRAPPING_LEAF(add_leaf, +, (x ^ v) & (y ^ v))
WRAPPING_LEAF(sub_leaf, -, (x ^ y) & (x ^ v))

static bool mul_leaf(int64_t *restrict out, const int64_t *a, bool a_constant, const int64_t *b,
                     bool b_constant, uint32_t n, struct range r)
{
    bool bad = false;
    EACH_PAIR(int64_t, n, a, a_constant, b, b_constant, i, x, y, {
        int64_t v;
        bad |= __builtin_mul_overflow(x, y, &v);
        bad |= v < r.low || v > r.high;
        out[i] = v;
    });
    return bad;
}

typedef bool (*i64_leaf)(int64_t *restrict out, const int64_t *a, bool a_constant, const int64_t *b,
                         bool b_constant, uint32_t n, struct range r);
typedef bool (*i64_op)(int64_t *out, int64_t a, int64_t b);

/* Row by row, with a fault where the result has no place. */
static void i64_rows(struct kernel_call *k, i64_op op)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    const struct range r = range_of(result_type(k));
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = 0;
        bool fits = op(&v, a[row & a_mask], b[row & b_mask]) && v >= r.low && v <= r.high;
        out[row] = v;
        if (!fits) fault_overflow(k, row);
    });
}

static void i64_arithmetic(struct kernel_call *k, i64_leaf leaf, i64_op op)
{
    const struct sluice_column *a = &k->args[0], *b = &k->args[1];
    bool done = kernel_is_dense(k) && !leaf(k->result->i64, a->i64, a->constant, b->i64,
                                            b->constant, k->n_rows, range_of(result_type(k)));
    if (!done) i64_rows(k, op);
}

static void integer_div(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    const struct range r = range_of(result_type(k));
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t x = a[row & a_mask], y = b[row & b_mask], v = 0;
        if (y == 0) {
            fault_division(k, row);
        } else if (y == -1) {
            if (!i64_sub(&v, 0, x) || v > r.high) fault_overflow(k, row);
        } else {
            v = x / y;
        }
        out[row] = v;
    });
}

/* ---- DECIMAL ---- */

typedef bool (*decimal_op)(int64_t a, int a_scale, int64_t b, int b_scale, int scale, int precision,
                           int64_t *out);

static void decimal_rows(struct kernel_call *k, decimal_op op, bool divides)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    const int a_scale = k->args[0].type.scale, b_scale = k->args[1].type.scale;
    const int scale = k->result->type.scale, precision = k->result->type.precision;
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t y = b[row & b_mask], v = 0;
        if (divides && y == 0) fault_division(k, row);
        else if (!op(a[row & a_mask], a_scale, y, b_scale, scale, precision, &v))
            fault_overflow(k, row);
        out[row] = v;
    });
}

static bool scales_are_equal(const struct kernel_call *k)
{
    int scale = k->result->type.scale;
    return k->args[0].type.scale == scale && k->args[1].type.scale == scale;
}

static void exact_add(struct kernel_call *k)
{
    if (scales_are_equal(k)) i64_arithmetic(k, add_leaf, i64_add);
    else decimal_rows(k, decimal_add, false);
}

static void exact_sub(struct kernel_call *k)
{
    if (scales_are_equal(k)) i64_arithmetic(k, sub_leaf, i64_sub);
    else decimal_rows(k, decimal_sub, false);
}

static void exact_mul(struct kernel_call *k)
{
    bool scales_add_up = k->args[0].type.scale + k->args[1].type.scale == k->result->type.scale;
    if (scales_add_up) i64_arithmetic(k, mul_leaf, i64_mul);
    else decimal_rows(k, decimal_mul, false);
}

static void exact_div(struct kernel_call *k)
{
    if (type_is_integer(result_type(k))) integer_div(k);
    else decimal_rows(k, decimal_div, true);
}

/* ---- DOUBLE ---- */

/* All bits of the exponent: infinite or not a number. */
static inline uint64_t not_finite(double v)
{
    const uint64_t exponent = UINT64_C(0x7ff0000000000000);
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return (bits & exponent) == exponent;
}

#define F64_ARITHMETIC(name, sign, divides)                                                   \
    KERNEL_WIDE static bool name##_leaf(double *restrict out, const double *a, bool a_constant, \
                                        const double *b, bool b_constant, uint32_t n)         \
    {                                                                                         \
        uint64_t bad = 0;                                                                     \
        EACH_PAIR(double, n, a, a_constant, b, b_constant, i, x, y, {                         \
            double v = x sign y;                                                              \
            bad |= not_finite(v);                                                             \
            out[i] = v;                                                                       \
        });                                                                                   \
        return bad != 0;                                                                      \
    }                                                                                         \
    static void name(struct kernel_call *k)                                                   \
    {                                                                                         \
        const struct sluice_column *a = &k->args[0], *b = &k->args[1];                        \
        const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);                      \
        double *out = k->result->f64;                                                         \
        if (kernel_is_dense(k) &&                                                             \
            !name##_leaf(out, a->f64, a->constant, b->f64, b->constant, k->n_rows)) return;   \
        EACH_ROW(k, row, {                                                                    \
            double y = b->f64[row & b_mask], v = a->f64[row & a_mask] sign y;                 \
            out[row] = v;                                                                     \
            if (not_finite(v)) fault_f64(k, row, (divides) && y == 0);                         \
        });                                                                                   \
    }

static void fault_f64(struct kernel_call *k, uint32_t row, bool by_zero)
{
    if (by_zero) fault_division(k, row);
    else fault_overflow(k, row);
}

F64_ARITHMETIC(f64_add, +, false)
F64_ARITHMETIC(f64_sub, -, false)
F64_ARITHMETIC(f64_mul, *, false)
F64_ARITHMETIC(f64_div, /, true)

/* ---- one argument ---- */

static void negate_i64(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct range r = range_of(result_type(k));
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = 0;
        bool fits = i64_sub(&v, 0, a[row & mask]) && v <= r.high;
        out[row] = v;
        if (!fits) fault_overflow(k, row);
    });
}

static void negate_f64(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    double *out = k->result->f64;
    EACH_ROW(k, row, out[row] = -a[row & mask];);
}

static void abs_i64(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct range r = range_of(result_type(k));
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        bool fits = v >= 0 || (i64_sub(&v, 0, v) && v <= r.high);
        out[row] = v;
        if (!fits) fault_overflow(k, row);
    });
}

static void abs_f64(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    double *out = k->result->f64;
    EACH_ROW(k, row, out[row] = fabs(a[row & mask]););
}

/* Down or up to a whole number: DECIMAL(p, s) to DECIMAL(p, 0). */
static void decimal_to_whole(struct kernel_call *k, bool up)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const int scale = k->args[0].type.scale;
    int64_t *out = k->result->i64;
    if (scale > 18) {
        /* Below one in any case: 64 bits hold no more. */
        EACH_ROW(k, row, out[row] = up ? a[row & mask] > 0 : -(int64_t)(a[row & mask] < 0););
        return;
    }
    const int64_t unit = decimal_pow10[scale];
    EACH_ROW(k, row, {
        int64_t v = a[row & mask];
        out[row] = i64_floor_div(v, unit) + (up && v % unit != 0);
    });
}

static void floor_decimal(struct kernel_call *k)
{
    decimal_to_whole(k, false);
}

static void ceil_decimal(struct kernel_call *k)
{
    decimal_to_whole(k, true);
}

static void floor_f64(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    double *out = k->result->f64;
    EACH_ROW(k, row, out[row] = floor(a[row & mask]););
}

static void ceil_f64(struct kernel_call *k)
{
    const double *a = arg_f64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    double *out = k->result->f64;
    EACH_ROW(k, row, out[row] = ceil(a[row & mask]););
}

/* ---- MOD, STEP ---- */

static void mod(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0), *b = arg_i64(k, 1);
    const uint32_t a_mask = arg_mask(k, 0), b_mask = arg_mask(k, 1);
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t y = b[row & b_mask];
        if (y == 0) fault_division(k, row);
        out[row] = y == 0 || y == -1 ? 0 : a[row & a_mask] % y;
    });
}

static void step(struct kernel_call *k)
{
    const int64_t *a = arg_i64(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    const struct range r = range_of(result_type(k));
    const int64_t size = *(const int64_t *)k->bound;
    int64_t *out = k->result->i64;
    EACH_ROW(k, row, {
        int64_t v = 0;
        bool fits = i64_mul(&v, i64_floor_div(a[row & mask], size), size) && v >= r.low;
        out[row] = v;
        if (!fits) fault_overflow(k, row);
    });
}

/* ---- binding ---- */

static bool bind_arithmetic(struct fn_bind *b, char op)
{
    return bind_result(b, type_arithmetic(op, bind_arg(b, 0), bind_arg(b, 1)));
}

static bool bind_add(struct fn_bind *b)
{
    return bind_arithmetic(b, '+');
}

static bool bind_sub(struct fn_bind *b)
{
    return bind_arithmetic(b, '-');
}

static bool bind_mul(struct fn_bind *b)
{
    return bind_arithmetic(b, '*');
}

static bool bind_div(struct fn_bind *b)
{
    return bind_arithmetic(b, '/');
}

static bool bind_same(struct fn_bind *b)
{
    return bind_result(b, bind_arg(b, 0));
}

static bool bind_approximate(struct fn_bind *b)
{
    return type_is_approximate(bind_arg(b, 0)) && bind_same(b);
}

static bool bind_whole(struct fn_bind *b)
{
    struct type t = bind_arg(b, 0);
    return bind_result(b, type_decimal(t.precision, 0));
}

static bool bind_mod(struct fn_bind *b)
{
    if (bind_arg(b, 0).scale != 0 || bind_arg(b, 1).scale != 0) {
        b->refusal = "cannot apply MOD to numbers with a fraction";
        return false;
    }
    return bind_result(b, bind_arg(b, 1));
}

static bool bind_step(struct fn_bind *b)
{
    if (!bind_has_constant(b, 1) || b->constants[1].i64[0] <= 0) {
        b->refusal = "the step must be a constant greater than 0";
        return false;
    }
    b->bound = bind_number(b, b->constants[1].i64[0]);
    return bind_same(b);
}

/* ---- rows ---- */

#define BINARY(sign, class, binder, run, text, example)               \
    {                                                                 \
        .name = sign,                                                 \
        .group = "Operators",                                         \
        .args = { PARAM("a", class), PARAM("b", class) },                   \
        .returns = { .kind = SLUICE_DOUBLE },                         \
        .errors = "22003 22012",                                      \
        .bind = binder,                                               \
        .kernel = run,                                                \
        .doc = text,                                                  \
        .examples = example,                                          \
    }

#define UNARY(called, also, chapter, class, binder, run, failures, text, example) \
    {                                                                             \
        .name = called,                                                           \
        .aliases = also,                                                          \
        .group = chapter,                                                         \
        .args = { PARAM("x", class) },                                               \
        .errors = failures,                                                       \
        .bind = binder,                                                           \
        .kernel = run,                                                            \
        .doc = text,                                                              \
        .examples = example,                                                      \
    }

static const char add_doc[] =
    "Sum. Integers stay integers of the wider type, DECIMAL stays exact, else it is DOUBLE.";
static const char sub_doc[] = "Difference, with the result types of +.";
static const char mul_doc[] = "Product; the scales of DECIMALs add up.";
static const char div_doc[] = "Quotient. That of integers is cut towards zero.";

const struct fn_def fn_number[] = {
    BINARY("+", SLUICE_CLASS_EXACT, bind_add, exact_add, add_doc, "1 + 2 => 3\n6.0 + 5 => 11.0"),
    BINARY("+", SLUICE_CLASS_AS_DOUBLE, NULL, f64_add, add_doc, "1.5e0 + 2 => 3.5"),
    BINARY("-", SLUICE_CLASS_EXACT, bind_sub, exact_sub, sub_doc, "7 - 10 => -3"),
    BINARY("-", SLUICE_CLASS_AS_DOUBLE, NULL, f64_sub, sub_doc, "1e0 - 1.5 => -0.5"),
    BINARY("*", SLUICE_CLASS_EXACT, bind_mul, exact_mul, mul_doc, "1.25 * 1.25 => 1.5625"),
    BINARY("*", SLUICE_CLASS_AS_DOUBLE, NULL, f64_mul, mul_doc, "2e0 * 3.5 => 7"),
    BINARY("/", SLUICE_CLASS_EXACT, bind_div, exact_div, div_doc,
           "7 / 2 => 3\n20.0 / 8.0 => 2.500000"),
    BINARY("/", SLUICE_CLASS_AS_DOUBLE, NULL, f64_div, div_doc, "1e0 / 4 => 0.25"),
    UNARY("NEG", NULL, "Operators", SLUICE_CLASS_EXACT, bind_same, negate_i64, "22003",
          "Unary minus.", "-(3 - 8) => 5"),
    UNARY("NEG", NULL, "Operators", SLUICE_CLASS_NUMBER, bind_approximate, negate_f64, "",
          "Unary minus.", "-1e0 => -1"),
    UNARY("POS", NULL, "Operators", SLUICE_CLASS_NUMBER, bind_same, fn_same_kernel, "",
          "Unary plus: the number itself.", "+5 => 5"),
    UNARY("ABS", NULL, "Numbers", SLUICE_CLASS_EXACT, bind_same, abs_i64, "22003",
          "The number without its sign.", "ABS(-7) => 7\nABS(-2.50) => 2.50"),
    UNARY("ABS", NULL, "Numbers", SLUICE_CLASS_NUMBER, bind_approximate, abs_f64, "",
          "The number without its sign.", "ABS(-1.5e0) => 1.5"),
    UNARY("FLOOR", NULL, "Numbers", SLUICE_CLASS_INTEGER, bind_same, fn_same_kernel, "",
          "The largest whole number that is not above x.", "FLOOR(-5) => -5"),
    UNARY("FLOOR", NULL, "Numbers", SLUICE_CLASS_EXACT, bind_whole, floor_decimal, "",
          "The largest whole number that is not above x.", "FLOOR(2.9) => 2\nFLOOR(-2.1) => -3"),
    UNARY("FLOOR", NULL, "Numbers", SLUICE_CLASS_NUMBER, bind_approximate, floor_f64, "",
          "The largest whole number that is not above x.", "FLOOR(-2.5e0) => -3"),
    UNARY("CEIL", "CEILING", "Numbers", SLUICE_CLASS_INTEGER, bind_same, fn_same_kernel, "",
          "The smallest whole number that is not below x.", "CEIL(5) => 5"),
    UNARY("CEIL", "CEILING", "Numbers", SLUICE_CLASS_EXACT, bind_whole, ceil_decimal, "",
          "The smallest whole number that is not below x.", "CEIL(2.1) => 3\nCEILING(-0.5) => 0"),
    UNARY("CEIL", "CEILING", "Numbers", SLUICE_CLASS_NUMBER, bind_approximate, ceil_f64, "",
          "The smallest whole number that is not below x.", "CEIL(2.5e0) => 3"),
    {
        .name = "MOD",
        .group = "Numbers",
        .args = { PARAM("a", SLUICE_CLASS_EXACT), PARAM("b", SLUICE_CLASS_EXACT) },
        .errors = "22012",
        .bind = bind_mod,
        .kernel = mod,
        .doc = "Remainder of a / b, with the sign of a and the type of b.",
        .examples = "MOD(7, 3) => 1\nMOD(-7, 3) => -1\nMOD(7, -3) => 1",
    },
    {
        .name = "STEP",
        .group = "Numbers",
        .args = { PARAM("x", SLUICE_CLASS_INTEGER), PARAM("n", SLUICE_CLASS_INTEGER) },
        .errors = "22003",
        .bind = bind_step,
        .kernel = step,
        .doc = "x cut down to a multiple of n, a constant above 0.",
        .examples = "STEP(47 BY 6) => 42\nSTEP(-23 BY 5) => -25",
    },
    { .name = NULL },
};
