#ifndef FUNC_COMPARE_H
#define FUNC_COMPARE_H

/*
 * compare.h: SQL's order of two values, for whatever compares row by row: NULLIF, DISTINCT FROM, MIN and
 * MAX. The comparison operators have loops of their own for the common forms.
 */

#include "func/fn.h"

enum compare_how {
    COMPARE_NOT,    /* the types do not compare */
    COMPARE_BOOL,
    COMPARE_I64,    /* same unit on both sides: integers, datetimes, DECIMAL of one scale */
    COMPARE_SCALED, /* exact numbers of unlike scale */
    COMPARE_F64,
    COMPARE_MIXED,  /* an exact number and an approximate one, both as DOUBLE */
    COMPARE_STR,    /* texts, trailing blanks ignored (S-11) */
    COMPARE_BYTES
};

enum compare_how compare_how(struct type a, struct type b);
/* <0, 0, >0 for the values at index a_at of a and b_at of b, neither NULL; -0.0 equals 0.0. */
int compare_at(enum compare_how how, const struct sluice_column *a, uint32_t a_at,
               const struct sluice_column *b, uint32_t b_at);
/* = of two texts. */
bool compare_equal_str(const struct str *a, const struct str *b);

#endif
