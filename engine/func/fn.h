#ifndef FUNC_FN_H
#define FUNC_FN_H

/*
 * fn.h: how a function of the engine is written: the rows of engine/sluice.h under short names.
 *
 *     static void char_length(struct kernel_call *k)
 *     {
 *         const struct str *s = arg_str(k, 0);
 *         uint32_t mask = arg_mask(k, 0);
 *         int64_t *out = k->result->i64;
 *         FOR_ROWS(k, row) out[row] = utf8_length(s[row & mask]);
 *     }
 */

#include "sluice.h"

#include "data/vector.h"

#define fn_def sluice_fn
#define agg_def sluice_agg
#define kernel_call sluice_call
#define agg_call sluice_agg_call
#define fn_bind sluice_bind

_Static_assert(sizeof(struct sluice_str) == sizeof(struct str), "the public view is the engine's");
_Static_assert(sizeof(struct sluice_type) == sizeof(struct type),
               "the public type is the engine's");
_Static_assert(sizeof(struct sluice_column) == sizeof(struct vector),
               "the public column is the engine's");
_Static_assert((int)SLUICE_INTERVAL_MONTH == (int)TYPE_INTERVAL_MONTH, "kinds agree");

/* A parameter in the row of a function, and one that may be left out. */
#define PARAM(text, takes)               \
    {                                    \
        .name = (text), .class = (takes) \
    }
#define OPTIONAL(text, takes)                              \
    {                                                      \
        .name = (text), .class = (takes), .optional = true \
    }

/* Rows one after the other; dense ones without the indirection, so that the compiler can make vectors of them. */
#define FOR_ROWS(k, row)                                                                        \
    for (uint32_t row##_i = 0, row; row##_i < (k)->n_rows &&                                      \
                                    (row = (k)->dense ? row##_i : (k)->rows[row##_i], true);      \
         row##_i++)

static inline const struct str *arg_str(const struct kernel_call *k, uint32_t i)
{
    return (const struct str *)k->args[i].data;
}
static inline const int64_t *arg_i64(const struct kernel_call *k, uint32_t i)
{
    return k->args[i].i64;
}
static inline const double *arg_f64(const struct kernel_call *k, uint32_t i)
{
    return k->args[i].f64;
}
static inline const uint8_t *arg_bool(const struct kernel_call *k, uint32_t i)
{
    return k->args[i].b;
}
/* row & mask is the index of a row's value: 0 for constants. */
static inline uint32_t arg_mask(const struct kernel_call *k, uint32_t i)
{
    return k->args[i].constant ? 0 : UINT32_MAX;
}
static inline struct str *result_str(struct kernel_call *k)
{
    return (struct str *)k->result->data;
}
static inline struct type arg_type(const struct kernel_call *k, uint32_t i)
{
    struct type t;
    memcpy(&t, &k->args[i].type, sizeof t);
    return t;
}
static inline struct type fn_type(struct sluice_type s)
{
    struct type t;
    memcpy(&t, &s, sizeof t);
    return t;
}
static inline struct sluice_type fn_public_type(struct type t)
{
    struct sluice_type s;
    memcpy(&s, &t, sizeof s);
    return s;
}

#endif
