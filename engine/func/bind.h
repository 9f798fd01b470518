#ifndef FUNC_BIND_H
#define FUNC_BIND_H

/* bind.h: what the `bind` of a built-in function says often: types of arguments, constants, result. */

#include "func/fn.h"

static inline struct type bind_arg(const struct fn_bind *b, uint32_t i)
{
    return fn_type(b->args[i]);
}
static inline void bind_convert(struct fn_bind *b, uint32_t i, struct type to)
{
    b->args[i] = fn_public_type(to);
}
/* Sets the result's type; true, so that it can end a bind. */
static inline bool bind_result(struct fn_bind *b, struct type t)
{
    b->result = fn_public_type(t);
    return true;
}
/* Whether argument i is a constant that is not NULL. */
static inline bool bind_has_constant(const struct fn_bind *b, uint32_t i)
{
    return i < b->n_args && b->constants[i].data && !sluice_is_null(&b->constants[i], 0);
}
static inline struct str bind_constant_str(const struct fn_bind *b, uint32_t i)
{
    struct str s;
    memcpy(&s, b->constants[i].str, sizeof s);
    return s;
}
/* A number to be handed to every call as `bound`. */
static inline const int64_t *bind_number(struct fn_bind *b, int64_t v)
{
    int64_t *bound = sluice_bind_alloc(b, sizeof *bound);
    *bound = v;
    return bound;
}

#endif
