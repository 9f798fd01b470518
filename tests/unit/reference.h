#ifndef TESTS_UNIT_REFERENCE_H
#define TESTS_UNIT_REFERENCE_H

/*
 * reference.h: what functions and casts give, worked out a value at a time and as plainly as can be: whole numbers in
 * 128 bits, civil dates by gmtime_r(3) and timegm(3), texts as arrays of code points. Kernels are compared with it on
 * random values.
 */

#include "func/catalog.h"

enum reference_kind {
    REFERENCE_NONE, /* it does not say: values beyond what it works with, or no reference for the function */
    REFERENCE_VALUE,
    REFERENCE_NULL,
    REFERENCE_FAULT
};

struct reference {
    enum reference_kind kind;
    struct value value; /* its form is the result's */
    enum err fault;     /* ERR_NONE: any */
    bool about;         /* a DOUBLE that may differ in the last two bits */
};

/* One call: arguments of the types that the function asked for, any of them NULL, and the result's type. */
struct reference_call {
    struct arena *arena;
    const char *name;
    const struct value *args;
    uint32_t n_args;
    struct type result;
};

/* The parts look at the name in turn. */
struct reference reference_number(const struct reference_call *c);
struct reference reference_text(const struct reference_call *c);
struct reference reference_pattern(const struct reference_call *c);
struct reference reference_reading(const struct reference_call *c);
struct reference reference_time(const struct reference_call *c);
struct reference reference_cast(struct arena *a, const struct value *from, struct type to);

/* All of them: NULL in, NULL out for strict functions first. */
struct reference reference_of(const struct reference_call *c, bool strict);

/* ---- shared by the parts ---- */

__extension__ typedef __int128 wide;

static inline struct reference reference_fault(enum err e)
{
    return (struct reference){ .kind = REFERENCE_FAULT, .fault = e };
}
static inline struct reference reference_i64(int64_t v)
{
    return (struct reference){ .kind = REFERENCE_VALUE, .value = { .i64 = v } };
}
static inline struct reference reference_bool(bool v)
{
    return (struct reference){ .kind = REFERENCE_VALUE, .value = { .b = v } };
}
struct reference reference_str(struct arena *a, const char *p, size_t n);
/* A text of these code points; and those of a text: their number, -1 if they are more or no UTF-8. */
struct reference reference_points(struct arena *a, const uint32_t *p, int n);
int reference_code_points(const struct str *s, uint32_t *out, int most);
/* The number rounded from scale to the type's own, or an overflow. */
struct reference reference_exact(wide unscaled, int scale, struct type to);
struct reference reference_double(double v, struct type to);
wide reference_power_of_ten(int n);
/* As DOUBLE, correctly rounded. */
double reference_as_double(const struct value *v);
/* English names, from January and from Sunday. */
extern const char *const reference_months[], *const reference_days[];
/* <0, 0, >0; false: they do not compare here. */
bool reference_compare(const struct value *a, const struct value *b, int *out);

#endif
