/*
 * fn_math.c: EXP, LN, LOG10, POWER and SQRT, all of DOUBLE.
 *
 * The values are those of the C library; outside of a function's domain, and where the result would be
 * infinite, the row has a fault (section 8 of the scalar sheet).
 */

#include <math.h>

#include "func/builtin.h"
#include "func/kernel.h"

static void store(struct kernel_call *k, uint32_t row, double v, const char *name)
{
    k->result->f64[row] = v;
    if (!isfinite(v)) {
        sluice_fault(k, row, SLUICE_FAULT_OVERFLOW, "numeric overflow in %s", name);
    }
}

static void exponential(struct kernel_call *k)
{
    const double *x = arg_f64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row) store(k, row, exp(x[row & mask]), "EXP");
}

static void logarithm(struct kernel_call *k, double (*log_of)(double), const char *name)
{
    const double *x = arg_f64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        double v = x[row & mask];
        if (v > 0) {
            store(k, row, log_of(v), name);
        } else {
            sluice_fault(k, row, SLUICE_FAULT_LOGARITHM, "%s: logarithm of zero or less", name);
        }
    }
}

static void ln(struct kernel_call *k)
{
    logarithm(k, log, "LN");
}

static void log_10(struct kernel_call *k)
{
    logarithm(k, log10, "LOG10");
}

static void square_root(struct kernel_call *k)
{
    const double *x = arg_f64(k, 0);
    uint32_t mask = arg_mask(k, 0);
    FOR_ROWS(k, row)
    {
        double v = x[row & mask];
        if (v >= 0) {
            store(k, row, sqrt(v), "SQRT");
        } else {
            sluice_fault(k, row, SLUICE_FAULT_POWER,
                         "SQRT: power outside its domain: negative number");
        }
    }
}

/* Zero to a negative power, a negative number to a fraction. */
static bool power_is_defined(double x, double y)
{
    if (x == 0) return y >= 0;
    return x > 0 || trunc(y) == y;
}

static void power(struct kernel_call *k)
{
    const double *x = arg_f64(k, 0), *y = arg_f64(k, 1);
    uint32_t x_mask = arg_mask(k, 0), y_mask = arg_mask(k, 1);
    FOR_ROWS(k, row)
    {
        double base = x[row & x_mask], exponent = y[row & y_mask];
        if (power_is_defined(base, exponent)) {
            store(k, row, pow(base, exponent), "POWER");
        } else {
            sluice_fault(k, row, SLUICE_FAULT_POWER, "POWER: power outside its domain");
        }
    }
}

#define OF_DOUBLE(called, run, failures, text, example) \
    {                                                   \
        .name = called,                                 \
        .group = "Numbers",                             \
        .args = { PARAM("x", SLUICE_CLASS_AS_DOUBLE) },    \
        .returns = { .kind = SLUICE_DOUBLE },           \
        .errors = failures,                             \
        .kernel = run,                                  \
        .doc = text,                                    \
        .examples = example,                            \
    }

const struct fn_def fn_math[] = {
    OF_DOUBLE("EXP", exponential, "22003", "e to the power of x.", "EXP(1) => 2.718281828459045"),
    OF_DOUBLE("LN", ln, "2201E", "Natural logarithm of x.", "LN(1) => 0"),
    OF_DOUBLE("LOG10", log_10, "2201E", "Logarithm of x to the base of 10.", "LOG10(1000) => 3"),
    OF_DOUBLE("SQRT", square_root, "2201F", "Square root of x.", "SQRT(6.25) => 2.5"),
    {
        .name = "POWER",
        .group = "Numbers",
        .args = { PARAM("x", SLUICE_CLASS_AS_DOUBLE), PARAM("y", SLUICE_CLASS_AS_DOUBLE) },
        .returns = { .kind = SLUICE_DOUBLE },
        .errors = "2201F 22003",
        .kernel = power,
        .doc = "x to the power of y, a DOUBLE also of integers.",
        .examples = "POWER(7, 2) => 49\nPOWER(4, 0.5) => 2",
    },
    { .name = NULL },
};
