#ifndef DATA_VALUE_H
#define DATA_VALUE_H

/* value.h: one boxed value, for literals, defaults, options and tests; never for rows. */

#include "data/vector.h"

struct value {
    struct type type;
    bool        null;
    union {
        bool       b;
        int64_t    i64;
        double     f64;
        struct str str;
    };
};

/* A constant vector of the value. Strings are shared. */
void vector_new_constant(struct arena *a, const struct value *v, struct vector *out);
/* The value at a row. Strings are shared. */
struct value vector_value(const struct vector *v, uint32_t row);
/* The same kind of type, the same scale, and the same value, blanks at the end of strings included; NULL equals
 * NULL. */
bool value_equal(const struct value *a, const struct value *b);

#endif
