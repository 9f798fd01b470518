#ifndef EXEC_PROGRAM_H
#define EXEC_PROGRAM_H

/* program.h: expressions as flat programs of vector kernels. CASE, AND, OR and COALESCE evaluate their parts only
 * for the rows that need them. A row whose expression fails becomes a fault; its neighbours go on. */

#include "data/batch.h"
#include "sql/plan.h"

struct program;
struct subqueries;

/* Failed rows of one run, in ascending order of row; in the scratch arena. */
struct fault {
    uint32_t    row;
    enum err    err;
    const char *message;
};

struct faults {
    struct fault *items;
    size_t        count, cap;
};

/* Zero-initialised, a list is empty. Growing copies into new memory of the arena. */
void faults_add(struct faults *f, struct arena *a, struct fault fault);

/* What an expression may ask of its surroundings. */
struct program_env {
    rowtime started;                                  /* CURRENT_TIMESTAMP */
    rowtime (*now)(void *arg, const struct batch *in, uint32_t row); /* CURRENT_ROW_TIMESTAMP */
    void *arg;
    struct subqueries *subqueries;
};

/* Several expressions over the same rows, compiled together: equal parts are evaluated once. */
struct status program_compile(struct arena *a, struct expr *const *exprs, uint32_t n_exprs,
                              struct program **out);
/* Evaluates for the given rows of `in` (ascending, n of them; rows NULL: all of them). The faults of the run are
 * appended. out: n_exprs vectors for in->n_rows rows, allocated in `results`, or those of `in` itself where an
 * expression is a column. Rows with a fault have no value in any of them. */
void program_run(const struct program *p, const struct program_env *env, const struct batch *in,
                 const uint32_t *rows, uint32_t n, struct arena *results, struct arena *scratch,
                 struct vector *out, struct faults *faults);

#endif
