/*
 * fold.c: constants folded.
 *
 * A call of constants is made once, on a batch of one row, by the kernel that would have run on every row: there is no
 * second arithmetic that could differ. AND, OR, CASE and COALESCE lose the parts that constants decide; a part
 * that might fault is only dropped where running would not have reached it.
 */

#include "sql/fold.h"

#include "func/call.h"

/* One row of a kernel's arguments and result. */
static struct expr *call_once(struct arena *a, struct expr *e, struct arena *scratch)
{
    struct vector *args = ARENA_ARRAY(scratch, struct vector, e->n_args + 1);
    for (uint32_t i = 0; i < e->n_args; i++) {
        vector_new_constant(scratch, &e->args[i]->constant, &args[i]);
    }
    struct vector result;
    vector_new(a, e->call.result, 1, &result);
    const uint32_t row = 0;
    struct call_host host = {
        .call = { .args = (const struct sluice_column *)args,
                  .n_args = e->n_args,
                  .result = (struct sluice_column *)&result,
                  .rows = &row,
                  .n_rows = 1,
                  .dense = true,
                  .bound = e->call.bound },
        .results = a,
        .scratch = scratch,
        .n_rows_total = 1,
    };
    e->call.fn->kernel(&host.call);
    if (host.n_faults > 0) return e;
    struct value v = vector_value(&result, 0);
    v.type = e->type;
    if (!v.null && type_form(v.type) == FORM_STR) v.str = str_copy(a, v.str);
    return expr_constant(a, &v, e->at);
}

static struct expr *fold_call(struct arena *a, struct expr *e)
{
    if (e->call.fn->random) return e;
    bool null = false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!expr_is_constant(e->args[i])) return e;
        null = null || e->args[i]->constant.null;
    }
    if (null && e->call.fn->nulls == SLUICE_STRICT) return expr_null(a, e->type, e->at);
    struct arena *scratch = arena_new();
    struct expr *out = call_once(a, e, scratch);
    arena_free(scratch);
    return out;
}

static bool is_boolean(const struct expr *e, bool v)
{
    return expr_is_constant(e) && !e->constant.null && e->constant.b == v;
}

/* AND (decided by FALSE) and OR (decided by TRUE), of any number of parts. */
static struct expr *fold_logic(struct arena *a, struct expr *e, bool deciding)
{
    struct expr **kept = ARENA_ARRAY(a, struct expr *, e->n_args);
    uint32_t n = 0;
    bool harmless = true; /* nothing kept so far can fault */
    for (uint32_t i = 0; i < e->n_args; i++) {
        struct expr *part = e->args[i];
        if (is_boolean(part, !deciding)) continue;
        if (is_boolean(part, deciding)) {
            if (harmless) return expr_boolean(a, deciding, e->at);
            kept[n++] = part;
            break;
        }
        harmless = harmless && !expr_can_fault(part);
        kept[n++] = part;
    }
    if (n == 0) return expr_boolean(a, !deciding, e->at);
    if (n == 1) return kept[0];
    return n == e->n_args ? e : expr_new(a, e->kind, e->type, e->at, kept, n);
}

/* The one part that is left of e, if it can stand for it: a part may be of a narrower type. */
static struct expr *only_part(struct arena *a, struct expr *e, struct expr *part)
{
    if (type_equal(part->type, e->type)) return part;
    return expr_is_constant(part) ? expr_retype(a, part, e->type) : e;
}

/* Branches that are never taken go; what follows one that is always taken as well. */
static struct expr *fold_case(struct arena *a, struct expr *e)
{
    struct expr **kept = ARENA_ARRAY(a, struct expr *, e->n_args);
    uint32_t n = 0;
    struct expr *otherwise = e->args[e->n_args - 1];
    for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
        struct expr *when = e->args[i];
        if (expr_is_constant(when) && !is_boolean(when, true)) continue;
        if (is_boolean(when, true)) {
            otherwise = e->args[i + 1];
            break;
        }
        kept[n++] = when;
        kept[n++] = e->args[i + 1];
    }
    if (n == 0) return only_part(a, e, otherwise);
    kept[n++] = otherwise;
    return n == e->n_args ? e : expr_new(a, EXPR_CASE, e->type, e->at, kept, n);
}

static struct expr *fold_coalesce(struct arena *a, struct expr *e)
{
    struct expr **kept = ARENA_ARRAY(a, struct expr *, e->n_args);
    uint32_t n = 0;
    for (uint32_t i = 0; i < e->n_args; i++) {
        struct expr *part = e->args[i];
        if (expr_is_constant(part) && part->constant.null) continue;
        kept[n++] = part;
        if (expr_is_constant(part)) break;
    }
    if (n == 0) return expr_null(a, e->type, e->at);
    if (n == 1) return only_part(a, e, kept[0]);
    return n == e->n_args ? e : expr_new(a, EXPR_COALESCE, e->type, e->at, kept, n);
}

struct expr *expr_fold(struct arena *a, struct expr *e)
{
    switch (e->kind) {
    case EXPR_CALL: return fold_call(a, e);
    case EXPR_AND: return fold_logic(a, e, false);
    case EXPR_OR: return fold_logic(a, e, true);
    case EXPR_CASE: return fold_case(a, e);
    case EXPR_COALESCE: return fold_coalesce(a, e);
    case EXPR_NOT_NULL:
        return expr_is_constant(e->args[0]) && !e->args[0]->constant.null ? e->args[0] : e;
    default: return e;
    }
}
