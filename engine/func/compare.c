/* compare.c: SQL's order of two values, by the forms in which they lie. */

#include "func/compare.h"

#include "data/decimal.h"

enum compare_how compare_how(struct type a, struct type b)
{
    if (!type_comparable(a, b)) return COMPARE_NOT;
    if (type_is_number(a)) {
        bool a_exact = type_is_exact(a), b_exact = type_is_exact(b);
        if (a_exact != b_exact) return COMPARE_MIXED;
        if (!a_exact) return COMPARE_F64;
        return a.scale == b.scale ? COMPARE_I64 : COMPARE_SCALED;
    }
    if (a.kind == TYPE_BOOLEAN) return COMPARE_BOOL;
    if (type_is_binary(a)) return COMPARE_BYTES;
    return type_is_text(a) ? COMPARE_STR : COMPARE_I64;
}

bool compare_equal_str(const struct str *a, const struct str *b)
{
    if (str_equal(a, b)) return true;
    /* Of equal length they cannot be made equal by blanks; else the first bytes mostly tell. */
    if (a->len == b->len) return false;
    if (a->len >= 4 && b->len >= 4 && memcmp(a->inlined, b->inlined, 4) != 0) return false;
    return str_compare_padded(a, b) == 0;
}

static double as_double(const struct sluice_column *c, uint32_t at)
{
    struct type t = fn_type(c->type);
    return type_is_exact(t) ? decimal_to_double(c->i64[at], t.scale) : c->f64[at];
}

static int compare_double(double x, double y)
{
    return x < y ? -1 : x > y;
}

int compare_at(enum compare_how how, const struct sluice_column *a, uint32_t a_at,
               const struct sluice_column *b, uint32_t b_at)
{
    switch (how) {
    case COMPARE_BOOL: return (int)a->b[a_at] - (int)b->b[b_at];
    case COMPARE_I64: return a->i64[a_at] < b->i64[b_at] ? -1 : a->i64[a_at] > b->i64[b_at];
    case COMPARE_SCALED:
        return decimal_compare(a->i64[a_at], a->type.scale, b->i64[b_at], b->type.scale);
    case COMPARE_F64: return compare_double(a->f64[a_at], b->f64[b_at]);
    case COMPARE_MIXED: return compare_double(as_double(a, a_at), as_double(b, b_at));
    case COMPARE_STR:
        return str_compare_padded((const struct str *)a->data + a_at,
                                  (const struct str *)b->data + b_at);
    case COMPARE_BYTES:
        return str_compare((const struct str *)a->data + a_at, (const struct str *)b->data + b_at);
    default: return 0;
    }
}
