#ifndef FUNC_CATALOG_H
#define FUNC_CATALOG_H

/*
 * catalog.h: the one catalogue of functions. The binder, `sluice functions`, the REPL's help and the
 * manual read it.
 *
 * Operators and the forms of SQL that have a syntax of their own are functions, too, under names that
 * no call can have (signs, or words with a blank) or with arguments in a fixed order:
 *
 *     "+" "-" "*" "/"             a, b: numbers, intervals, datetime and interval or days
 *     "NEG" "POS"                 a: unary minus and plus
 *     "=" "<>" "<" "<=" ">" ">="  a, b; a string constant beside a datetime or BOOLEAN is read as one
 *     "IS DISTINCT FROM" "IS NOT DISTINCT FROM"     a, b
 *     "IS NULL" "IS NOT NULL"                       a
 *     "NOT" "IS TRUE" "IS NOT TRUE" "IS FALSE" "IS NOT FALSE" "IS UNKNOWN" "IS NOT UNKNOWN"   a
 *     "NULLIF"                                      a, b
 *     "||"                                          a, b
 *     "LIKE" "NOT LIKE"                             s, pattern[, escape]
 *     "SIMILAR TO" "NOT SIMILAR TO"                 s, pattern[, escape]
 *     "SUBSTRING"                                   s, from[, for]: numbers; or s, regular expression
 *     "SUBSTRING SIMILAR"                           s, pattern, escape
 *     "POSITION"                                    x, s
 *     "OVERLAY"                                     s, r, from[, for]
 *     "TRIM"                                        INTEGER 0 both, 1 leading, 2 trailing; c; s
 *     "FLOOR TO" "CEIL TO"                          x, INTEGER enum time_unit
 *     "STEP"                                        x, interval or integer (a constant above 0)
 *     "EXTRACT"                                     INTEGER enum time_unit, x
 *     "DATETIME DIFFERENCE"                         a, b, INTEGER from unit, INTEGER to unit: an interval
 *     "RECORD FIELD"                                record, INTEGER: its text
 *     "TIMESTAMP OF"                                DATE, TIME: CAST(time AS TIMESTAMP) is this with
 *                                                   CURRENT_DATE, which a cast cannot ask for
 *
 * The unit and mode arguments are constants. AND, OR, CASE, COALESCE and CAST are known to the binder
 * and to exec/program, because they decide what is evaluated; CAST's kernels are found by cast_resolve.
 * BETWEEN and IN are comparisons.
 */

#include "data/value.h"
#include "func/call.h"
#include "func/fn.h"

struct fn_catalog;

/* The built-in rows of func/; packages are added before sealing. One catalogue a process, read-only after
 * sealing. */
struct fn_catalog *fn_catalog_new(void);
void fn_catalog_free(struct fn_catalog *c);
struct status fn_catalog_add(struct fn_catalog *c, struct arena *a, const struct sluice_package *p);
void fn_catalog_seal(struct fn_catalog *c);

/* ---- functions of an application ---- */

/* What CREATE FUNCTION says of one: its arguments and result have these types exactly (dialect 5). */
struct fn_declared {
    struct str   name; /* as stored */
    struct type *args; /* of a table function: those behind the cursor */
    uint32_t     n_args;
    struct type  returns; /* of a table function: TYPE_NULL */
};

/* A catalogue of an application's own functions before a sealed one, which must outlive it. It lives in the arena. */
struct fn_catalog *fn_catalog_over(struct arena *a, const struct fn_catalog *base);
/* Adds a plug-in's row under a declared name. `strict`: RETURNS NULL ON NULL INPUT, whatever the row says. Fails with
 * DUPLICATE_NAME where the base has the name, or the catalogue has one with these arguments and `replace` is false;
 * with TYPE_MISMATCH where the row does not take or give the declared types. */
struct status fn_catalog_declare(struct fn_catalog *c, struct arena *a,
                                 const struct sluice_export *e, const struct fn_declared *declared,
                                 bool strict, bool replace, struct span at) MUST_CHECK;
bool fn_catalog_has_own(const struct fn_catalog *c, struct str name);
/* Takes all of the application's own functions of a name away; false: there are none. */
bool fn_catalog_remove(struct fn_catalog *c, struct str name);

/* An overload with its arguments and result decided. */
struct fn_choice {
    const struct fn_def *fn;
    struct type         *args; /* what each argument is converted to before the call */
    struct type          result;
    const void          *bound;
    bool                 needs_now; /* the call wants CURRENT_TIMESTAMP behind its arguments */
    bool                 needs_rowtime; /* or the row's time */
    const struct sluice_record *record; /* what the result is taken apart by; NULL: it is a value */
    /* what arguments are converted to first, as by INSERT, and the result last; NULL: nothing was declared */
    const struct fn_declared *declared;
};

/* The overload of name (as stored, upper case) for these argument types. constants (or any of
 * constants[i]) is NULL where the argument is not a constant. A TYPE_NULL argument takes the type of
 * another one that its parameter takes as well, else that of its parameter; UNTYPED_NULL where nothing
 * gives one (S-42). Fails with UNKNOWN_FUNCTION ("no match found for function signature NAME(types)",
 * nearest name as hint), CANNOT_APPLY ("cannot apply 'NAME' to arguments of type ...") or what bind
 * says. */
struct status fn_resolve(const struct fn_catalog *c, struct arena *a, struct str name,
                         struct span at, const struct type *args,
                         const struct value *const *constants, uint32_t n_args,
                         struct fn_choice *out);

struct agg_choice {
    const struct agg_def *agg;
    struct type          *args;
    struct type           result;
    const void           *bound;
    const struct fn_declared *declared; /* as in fn_choice */
};
bool fn_is_aggregate(const struct fn_catalog *c, struct str name);
/* One that stands with OVER only. */
bool fn_is_analytic(const struct fn_catalog *c, struct str name);
struct status agg_resolve(const struct fn_catalog *c, struct arena *a, struct str name,
                          struct span at, bool star, const struct type *args,
                          const struct value *const *constants, uint32_t n_args,
                          struct agg_choice *out);
/* *declared: its parameters, NULL where none were declared. */
const struct sluice_table_fn *fn_find_table_function(const struct fn_catalog *c, struct str name,
                                                     const struct fn_declared **declared);

/* The cast of a pair: kernel with one argument. implicit: as INSERT converts (a string that is too long
 * is a fault, L-16, where CAST cuts). Fails with CANNOT_CAST ("cast function cannot convert value of
 * type A to type B") when there is no such pair. TIME to TIMESTAMP is for "TIMESTAMP OF" above; here it
 * is ERR_INTERNAL. */
struct status cast_resolve(struct arena *a, struct type from, struct type to, bool implicit,
                           struct span at, struct fn_choice *out);
/* Whether the result's array may be the first argument's own, with the result's type: casts that widen,
 * MONOTONIC. */
bool fn_choice_is_same(const struct fn_choice *c);

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
