#ifndef SQL_EXPR_H
#define SQL_EXPR_H

/* expr.h: making and rebuilding bound expressions. Trees are never changed once made; parts are shared. */

#include "sql/plan.h"

struct expr *expr_constant(struct arena *a, const struct value *v, struct span at);
struct expr *expr_boolean(struct arena *a, bool v, struct span at);
struct expr *expr_null(struct arena *a, struct type t, struct span at);
struct expr *expr_column(struct arena *a, uint32_t column, struct type t, struct span at);
struct expr *expr_rowtime(struct arena *a, struct span at);
/* Any other kind; args is shared. */
struct expr *expr_new(struct arena *a, enum expr_kind kind, struct type t, struct span at,
                      struct expr **args, uint32_t n_args);
struct expr *expr_call(struct arena *a, const struct fn_choice *call, struct span at,
                       struct expr **args, uint32_t n_args);
/* left AND right; either may be NULL, and is then left out. */
struct expr *expr_and(struct arena *a, struct expr *left, struct expr *right);
/* The same value under another type of the same form. */
struct expr *expr_retype(struct arena *a, const struct expr *e, struct type t);

static inline bool expr_is_constant(const struct expr *e)
{
    return e->kind == EXPR_CONSTANT;
}
/* A call of the function that has this name. */
bool expr_is_call(const struct expr *e, const char *name);
/* Whether it reads a column or the row's time; otherwise it has one value for all rows (of one instant). */
bool expr_reads_row(const struct expr *e);
bool expr_reads_rowtime(const struct expr *e);

/* A leaf (EXPR_COLUMN or EXPR_ROWTIME) to what stands for it; may return the leaf itself. */
typedef struct expr *(*expr_leaf)(void *arg, struct expr *leaf);
/* The tree with every leaf replaced; parts without one are shared. */
struct expr *expr_map(struct arena *a, struct expr *e, expr_leaf leaf, void *arg);
/* Columns c become c + by. */
struct expr *expr_shift(struct arena *a, struct expr *e, uint32_t by);

/* Parts of a conjunction from the left, appended. */
struct expr_list {
    struct expr **items;
    size_t        count, cap;
};
void expr_conjuncts(struct arena *a, struct expr *e, struct expr_list *out);

#endif
