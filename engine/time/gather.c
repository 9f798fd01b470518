/* gather.c: rows of several batches as one batch. */

#include "time/gather.h"

#include <assert.h>

#include "base/array.h"

enum { RUN_SHARED = 64 }; /* rows of one batch in a row that are worth a batch of their own */

struct gather {
    struct batch        *out;
    const struct row_ref *refs;
    uint32_t             n;
    uint32_t            *which; /* a row's batch, as a place in `from` */
    ARRAY(struct batch *) from;
};

struct row_ref gather_origin(struct batch *b, uint32_t row)
{
    const struct batch_origin *o = &b->origin;
    uint32_t at = o->rows ? o->rows[row] : row;
    if (o->batches) return (struct row_ref){ o->batches[row], at };
    if (o->batch) return (struct row_ref){ o->batch, at };
    return (struct row_ref){ b, row };
}

uint32_t gather_span(const struct row_ref *refs, uint32_t n, uint32_t max)
{
    if (n > max) n = max;
    uint32_t run_start = 0;
    for (uint32_t i = 1; i < n; i++) {
        if (refs[i].batch == refs[i - 1].batch) continue;
        if (i - run_start >= RUN_SHARED) return run_start ? run_start : i;
        run_start = i;
    }
    if (run_start && n - run_start >= RUN_SHARED) return run_start;
    return n;
}

static void find_batches(struct gather *g)
{
    g->which = ARENA_ARRAY(g->out->arena, uint32_t, g->n);
    uint32_t last = 0;
    for (uint32_t i = 0; i < g->n; i++) {
        struct batch *b = g->refs[i].batch;
        if (g->from.count == 0 || g->from.items[last] != b) {
            for (last = 0; last < g->from.count && g->from.items[last] != b; last++) continue;
            if (last == g->from.count) {
                *array_push(g->out->arena, &g->from) = b;
                batch_hold(g->out, b);
            }
        }
        g->which[i] = last;
    }
}

static void gather_times(struct gather *g)
{
    rowtime  *times = ARENA_ARRAY(g->out->arena, rowtime, g->n);
    rowtime  *cause_times = ARENA_ARRAY(g->out->arena, rowtime, g->n);
    uint64_t *seqs = ARENA_ARRAY(g->out->arena, uint64_t, g->n);
    for (uint32_t i = 0; i < g->n; i++) {
        const struct batch *b = g->refs[i].batch;
        times[i] = b->rowtimes[g->refs[i].row];
        cause_times[i] = b->cause_times[g->refs[i].row];
        seqs[i] = b->cause_seqs[g->refs[i].row];
    }
    g->out->rowtimes = times;
    g->out->cause_times = cause_times;
    g->out->cause_seqs = seqs;
}

static void gather_path(struct gather *g)
{
    uint32_t len = 0;
    for (size_t i = 0; i < g->from.count; i++) {
        if (g->from.items[i]->path_len > len) len = g->from.items[i]->path_len;
    }
    g->out->path = ARENA_ARRAY(g->out->arena, struct path_word, len);
    g->out->path_len = len;
    for (uint32_t k = 0; k < len; k++) {
        uint64_t *words = ARENA_ARRAY(g->out->arena, uint64_t, g->n);
        for (uint32_t i = 0; i < g->n; i++) {
            const struct batch *b = g->refs[i].batch;
            if (k >= b->path_len) {
                words[i] = 0;
            } else {
                words[i] = b->path[k].words ? b->path[k].words[g->refs[i].row] : b->path[k].all;
            }
        }
        g->out->path[k] = (struct path_word){ .words = words };
    }
}

static void gather_origins(struct gather *g)
{
    bool any = false;
    for (size_t i = 0; i < g->from.count; i++) any = any || g->from.items[i]->origin.stream;
    if (!any) return;
    struct batch **batches = ARENA_ARRAY(g->out->arena, struct batch *, g->n);
    uint32_t      *rows = ARENA_ARRAY(g->out->arena, uint32_t, g->n);
    for (uint32_t i = 0; i < g->n; i++) {
        struct row_ref o = gather_origin(g->refs[i].batch, g->refs[i].row);
        batches[i] = o.batch;
        rows[i] = o.row;
    }
    g->out->origin = (struct batch_origin){ .stream = g->from.items[0]->origin.stream,
                                            .batches = batches,
                                            .rows = rows };
}

static bool all_null(const struct gather *g, uint32_t column)
{
    for (size_t i = 0; i < g->from.count; i++) {
        const struct vector *v = &g->from.items[i]->columns[column];
        if (!v->constant || !nulls_get(v->nulls, 0)) return false;
    }
    return true;
}

#define COPY(field)                                                              \
    for (uint32_t i = 0; i < g->n; i++) {                                        \
        const struct vector *v = &from[g->which[i]];                             \
        to->field[i] = v->field[v->constant ? 0 : g->refs[i].row];               \
    }

static void gather_values(const struct gather *g, struct vector *to, const struct vector *from)
{
    switch (type_form(to->type)) {
    case FORM_BOOL: COPY(b) break;
    case FORM_I64: COPY(i64) break;
    case FORM_F64: COPY(f64) break;
    case FORM_STR: COPY(str) break;
    }
}

static void gather_column(struct gather *g, uint32_t column, struct type type)
{
    struct vector *to = &g->out->columns[column];
    if (all_null(g, column)) {
        vector_new_null(g->out->arena, type, to);
        return;
    }
    vector_new(g->out->arena, type, g->n, to);
    struct vector *from = ARENA_ARRAY(g->out->arena, struct vector, g->from.count);
    bool nulls = false;
    for (size_t i = 0; i < g->from.count; i++) {
        from[i] = g->from.items[i]->columns[column];
        nulls = nulls || from[i].nulls;
        if (type_form(from[i].type) != type_form(type)) {
            assert(from[i].constant && nulls_get(from[i].nulls, 0));
            vector_new_null(g->out->arena, type, &from[i]);
        }
    }
    gather_values(g, to, from);
    for (uint32_t i = 0; nulls && i < g->n; i++) {
        if (vector_is_null(&from[g->which[i]], g->refs[i].row)) {
            nulls_set(vector_nulls(g->out->arena, to, g->n), i);
        }
    }
}

/* Rows of one batch, ascending: nothing is copied. */
static struct batch *share(const struct row_ref *refs, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        if (refs[i].batch != refs[0].batch || refs[i].row <= refs[i - 1].row) return NULL;
    }
    if (n == batch_live(refs[0].batch)) return batch_retain(refs[0].batch);
    uint32_t *sel = mem_alloc(n * sizeof *sel);
    for (uint32_t i = 0; i < n; i++) sel[i] = refs[i].row;
    struct batch *out = batch_narrow(refs[0].batch, sel, n);
    mem_free(sel);
    return out;
}

struct batch *gather_rows(const struct row_ref *refs, uint32_t n, const struct type *types,
                          uint32_t n_columns)
{
    assert(n > 0);
    struct batch *shared = share(refs, n);
    if (shared) return shared;
    struct gather g = { .out = batch_new(n, n_columns), .refs = refs, .n = n };
    find_batches(&g);
    gather_times(&g);
    gather_path(&g);
    gather_origins(&g);
    for (uint32_t c = 0; c < n_columns; c++) gather_column(&g, c, types[c]);
    return g.out;
}
