#ifndef FUNC_CATALOG_H
#define FUNC_CATALOG_H

/*
 * catalog.h: the one catalogue of functions. The binder, `sluice functions`, the REPL's help and the manual read it.
 *
 * Operators and the forms that SQL writes with words are functions, too. The binder asks for them by these names, and
 * `sluice functions` lists none of those that stand in the right column alone:
 *
 *     a + b, a - b, a * b, a / b, a || b   "+" "-" "*" "/" "||"        -a, +a    "NEG" "POS"
 *     = <> < <= > >=                       the same                    NOT a     "NOT"
 *     IS [NOT] NULL, TRUE, FALSE, UNKNOWN  "IS NULL", "IS NOT NULL" ...
 *     IS [NOT] DISTINCT FROM               "IS DISTINCT FROM", "IS NOT DISTINCT FROM"
 *     [NOT] LIKE, SIMILAR TO [ESCAPE e]    "LIKE", "NOT LIKE", "SIMILAR TO", "NOT SIMILAR TO": 2 or 3 arguments
 *     (a - b) qualifier                    "DIFFERENCE": a, b, and a NULL constant of the interval type
 *     FLOOR(x TO u), CEIL(x TO u)          "FLOOR TO", "CEIL TO": x, u as INTEGER constant (enum time_unit)
 *     STEP(x BY y)                         "STEP": x, y
 *     EXTRACT(u FROM x)                    "EXTRACT": u as INTEGER constant, x
 *     TRIM(side c FROM s)                  "TRIM BOTH", "TRIM LEADING", "TRIM TRAILING": c, s
 *     SUBSTRING(s SIMILAR p ESCAPE e)      "SUBSTRING SIMILAR": s, p, e
 *     POSITION(x IN s), OVERLAY(...), SUBSTRING(...)   their names, arguments in order of writing
 *
 * AND, OR, CASE, COALESCE and CAST are known to the binder and to exec/program, because they decide what is evaluated;
 * CAST's kernels are found by cast_resolve. BETWEEN, IN and NULLIF are made of comparisons.
 */

#include "data/value.h"
#include "func/call.h"
#include "func/fn.h"

struct fn_catalog;

/* The built-in rows of func/; packages are added before sealing. One catalogue a process, read-only after sealing. */
struct fn_catalog *fn_catalog_new(void);
void fn_catalog_free(struct fn_catalog *c);
struct status fn_catalog_add(struct fn_catalog *c, struct arena *a, const struct sluice_package *p);
void fn_catalog_seal(struct fn_catalog *c);

/* An overload with its arguments and result decided. */
struct fn_choice {
    const struct fn_def *fn;
    struct type         *args; /* what each argument is converted to before the call */
    struct type          result;
    const void          *bound;
};

/* The overload of name (as stored, upper case) for these argument types. constants[i] is NULL where the argument is not a constant;
 * a TYPE_NULL argument takes its parameter's type. Fails with UNKNOWN_FUNCTION ("no match found for function signature NAME(types)",
 * nearest name as hint), CANNOT_APPLY ("cannot apply 'NAME' to arguments of type ...") or what bind says. */
struct status fn_resolve(const struct fn_catalog *c, struct arena *a, struct str name, struct span at,
                         const struct type *args, const struct value *const *constants, uint32_t n_args,
                         struct fn_choice *out);

struct agg_choice {
    const struct agg_def *agg;
    struct type          *args;
    struct type           result;
    const void           *bound;
};
bool fn_is_aggregate(const struct fn_catalog *c, struct str name);
struct status agg_resolve(const struct fn_catalog *c, struct arena *a, struct str name, struct span at, bool star,
                          const struct type *args, const struct value *const *constants, uint32_t n_args,
                          struct agg_choice *out);
const struct sluice_table_fn *fn_find_table_function(const struct fn_catalog *c, struct str name);

/* The cast of a pair: kernel with one argument. implicit: as INSERT converts (a string that is too long is a fault,
 * L-16, where CAST cuts). Fails with CANNOT_CAST when there is no such pair. */
struct status cast_resolve(struct arena *a, struct type from, struct type to, bool implicit, struct span at,
                           struct fn_choice *out);

/* For lists and help: all rows in order of group and name. */
struct fn_row {
    const struct fn_def          *fn; /* one of the three is set */
    const struct agg_def         *agg;
    const struct sluice_table_fn *table_fn;
};
size_t fn_catalog_rows(const struct fn_catalog *c, struct arena *a, struct fn_row **out);
/* Whether any function of whatever kind has this name; and the nearest name, or NULL. */
bool fn_exists(const struct fn_catalog *c, struct str name);
const char *fn_nearest(const struct fn_catalog *c, struct arena *a, struct str name);

#endif
