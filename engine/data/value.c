/* value.c: one boxed value and its way from and into vectors. */

#include "data/value.h"

#include <assert.h>

void vector_new_constant(struct arena *a, const struct value *v, struct vector *out)
{
    vector_new_null(a, v->type, out);
    if (v->null) return;
    nulls_clear(out->nulls, 0);
    switch (type_form(v->type)) {
    case FORM_BOOL: out->b[0] = v->b; break;
    case FORM_I64: out->i64[0] = v->i64; break;
    case FORM_F64: out->f64[0] = v->f64; break;
    case FORM_STR: out->str[0] = v->str; break;
    }
    out->nulls = NULL;
}

struct value vector_value(const struct vector *v, uint32_t row)
{
    uint32_t at = vector_at(v, row);
    struct value out = { .type = v->type, .null = nulls_get(v->nulls, at) };
    if (out.null) return out;
    switch (type_form(v->type)) {
    case FORM_BOOL: out.b = v->b[at]; break;
    case FORM_I64: out.i64 = v->i64[at]; break;
    case FORM_F64: out.f64 = v->f64[at]; break;
    case FORM_STR: out.str = v->str[at]; break;
    }
    return out;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->type.kind != b->type.kind || a->type.scale != b->type.scale) return false;
    if (a->null || b->null) return a->null && b->null;
    switch (type_form(a->type)) {
    case FORM_BOOL: return a->b == b->b;
    case FORM_I64: return a->i64 == b->i64;
    case FORM_F64: return a->f64 == b->f64;
    case FORM_STR: return str_equal(&a->str, &b->str);
    }
    return false;
}
