/* agg_set.c: states of aggregates by dense id, and the calls of their functions. */

#include "exec/agg_set.h"

#include <assert.h>

#include "base/checked.h"
#include "base/limits.h"
#include "data/key.h"
#include "func/call.h"
#include "func/kept.h"

uint32_t agg_set_n_exprs(const struct plan_node *node)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->n_aggs; i++) n += node->aggs[i].n_args;
    return n;
}

uint32_t agg_set_exprs(const struct plan_node *node, struct expr **out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < node->n_aggs; i++) {
        for (uint32_t k = 0; k < node->aggs[i].n_args; k++) out[n++] = node->aggs[i].args[k];
    }
    return n;
}

void agg_set_open(struct agg_set *s, struct arena *a, const struct plan_node *node)
{
    *s = (struct agg_set){ .aggs = node->aggs, .n_aggs = node->n_aggs };
    s->offsets = ARENA_ARRAY(a, uint32_t, s->n_aggs);
    s->args = ARENA_ARRAY(a, uint32_t, s->n_aggs);
    size_t size = 0;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        const struct plan_agg *g = &s->aggs[i];
        if (g->distinct) size += sizeof(struct key_table *);
        s->offsets[i] = (uint32_t)size;
        s->args[i] = s->n_args;
        s->n_args += g->n_args;
        size += (g->agg.agg->size + 7) / 8 * 8;
    }
    s->stride = size ? size : 8;
}

void agg_set_close(struct agg_set *s, uint32_t n_ids)
{
    if (!s->base) return;
    agg_set_drop_all(s, n_ids);
    mem_free(s->base);
    s->base = NULL;
}

void agg_set_reserve(struct agg_set *s, uint32_t n)
{
    if (n <= s->cap) return;
    uint32_t cap = s->cap ? s->cap * 2 : SIZE_HASH_SLOTS;
    if (cap < n) cap = n;
    size_t size;
    if (!size_mul(&size, cap, s->stride)) mem_refused(SIZE_MAX);
    s->base = mem_realloc(s->base, size);
    memset(s->base + s->cap * s->stride, 0, (cap - s->cap) * s->stride);
    s->cap = cap;
}

/* ---- rows in ---- */

/* Whether rows with NULL arguments are kept from the aggregate. */
static bool skips_nulls(const struct plan_agg *g)
{
    return !g->agg.agg->sees_nulls || g->ignore_nulls;
}

static bool any_null(const struct vector *args, uint32_t n_args, uint32_t row)
{
    for (uint32_t i = 0; i < n_args; i++) {
        if (vector_is_null(&args[i], row)) return true;
    }
    return false;
}

/* Rows and ids without those that have a NULL argument. */
static uint32_t not_null_rows(const struct vector *args, uint32_t n_args,
                              struct sluice_agg_call *call, struct arena *scratch)
{
    bool nulls = false;
    for (uint32_t i = 0; i < n_args; i++) nulls = nulls || args[i].nulls;
    if (!nulls) return call->n_rows;
    uint32_t *rows = ARENA_ARRAY(scratch, uint32_t, call->n_rows);
    uint32_t *ids = ARENA_ARRAY(scratch, uint32_t, call->n_rows);
    uint32_t n = 0;
    for (uint32_t i = 0; i < call->n_rows; i++) {
        rows[n] = call->rows[i];
        ids[n] = call->ids[i];
        n += !any_null(args, n_args, call->rows[i]);
    }
    call->rows = rows;
    call->ids = ids;
    return n;
}

/* ---- DISTINCT ---- */

/* What an aggregate of an id has seen; NULL: nothing yet. */
static struct key_table **seen_by(const struct agg_set *s, uint32_t agg, uint32_t id)
{
    char *state = s->base + id * s->stride + s->offsets[agg];
    return (struct key_table **)(void *)(state - sizeof(struct key_table *));
}

static struct key_table *seen_new(const struct plan_agg *g)
{
    struct arena *a = arena_new();
    struct type *types = ARENA_ARRAY(a, struct type, g->n_args);
    for (uint32_t i = 0; i < g->n_args; i++) types[i] = g->args[i]->type;
    struct key_table *t = key_table_new(types, g->n_args);
    arena_free(a);
    return t;
}

/* Rows and ids of values that are there for the first time. */
static uint32_t new_rows(struct agg_set *s, uint32_t agg, struct sluice_agg_call *call,
                         struct arena *scratch)
{
    const struct plan_agg *g = &s->aggs[agg];
    uint32_t *rows = ARENA_ARRAY(scratch, uint32_t, call->n_rows);
    uint32_t *ids = ARENA_ARRAY(scratch, uint32_t, call->n_rows);
    uint32_t n = 0;
    for (uint32_t i = 0; i < call->n_rows; i++) {
        struct key_table **seen = seen_by(s, agg, call->ids[i]);
        size_t before = *seen ? key_table_bytes(*seen) : 0;
        if (!*seen) *seen = seen_new(g);
        uint32_t count = key_table_count(*seen), key;
        key_table_put(*seen, (const struct vector *)call->args, &call->rows[i], 1, &key);
        s->seen_bytes += key_table_bytes(*seen) - before;
        rows[n] = call->rows[i];
        ids[n] = call->ids[i];
        n += key == count;
    }
    call->rows = rows;
    call->ids = ids;
    return n;
}

static void seen_drop(struct agg_set *s, uint32_t agg, uint32_t id)
{
    struct key_table **seen = seen_by(s, agg, id);
    if (!*seen) return;
    s->seen_bytes -= key_table_bytes(*seen);
    key_table_free(*seen);
}

static void seen_save(const struct agg_set *s, uint32_t agg, uint32_t id, struct snap_writer *w)
{
    const struct key_table *seen = *seen_by(s, agg, id);
    uint32_t n = seen ? key_table_count(seen) : 0;
    snap_u32(w, n);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < s->aggs[agg].n_args; k++) {
            struct value v = key_table_value(seen, i, k);
            snap_value(w, &v);
        }
    }
}

static bool seen_load(struct agg_set *s, uint32_t agg, uint32_t id, struct snap_reader *r)
{
    const struct plan_agg *g = &s->aggs[agg];
    uint32_t n = snap_read_count(r, 2), zero = 0, key = 0;
    if (r->failed || n == 0) return !r->failed;
    struct key_table **seen = seen_by(s, agg, id);
    *seen = seen_new(g);
    struct arena *a = arena_new();
    struct vector *columns = ARENA_ARRAY(a, struct vector, g->n_args);
    for (uint32_t i = 0; i < n && key == (i ? i - 1 : 0) && !r->failed; i++) {
        for (uint32_t k = 0; k < g->n_args && !r->failed; k++) {
            struct value v = { .null = true };
            snap_read_value(r, a, &v);
            if (type_form(v.type) != type_form(g->args[k]->type)) r->failed = true;
            vector_new_constant(a, &v, &columns[k]);
        }
        if (!r->failed) key_table_put(*seen, columns, &zero, 1, &key);
    }
    arena_free(a);
    s->seen_bytes += key_table_bytes(*seen);
    return !r->failed && key_table_count(*seen) == n;
}

/* ---- steps ---- */

void agg_set_step(struct agg_set *s, const struct vector *args, const uint32_t *rows,
                  const uint32_t *ids, uint32_t n, struct arena *scratch)
{
    int64_t before = kept_bytes;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        const struct plan_agg *g = &s->aggs[i];
        struct sluice_agg_call call = {
            .args = (const struct sluice_column *)(args + s->args[i]),
            .n_args = g->n_args,
            .base = s->base + s->offsets[i],
            .stride = s->stride,
            .rows = rows,
            .ids = ids,
            .n_rows = n,
            .bound = g->agg.bound,
        };
        if (skips_nulls(g))
            call.n_rows = not_null_rows(args + s->args[i], g->n_args, &call, scratch);
        if (g->distinct) call.n_rows = new_rows(s, i, &call, scratch);
        if (call.n_rows) g->agg.agg->step(&call);
    }
    s->text_bytes += kept_bytes - before;
}

/* ---- results out ---- */

/* Strings of a state are gone when it is dropped, so results have their own. */
static void own_strings(struct vector *v, uint32_t n, struct arena *a)
{
    if (type_form(v->type) != FORM_STR) return;
    for (uint32_t i = 0; i < n; i++) {
        if (!nulls_get(v->nulls, i)) v->str[i] = str_copy(a, v->str[i]);
    }
}

void agg_set_values(struct agg_set *s, const uint32_t *ids, uint32_t n, struct vector *columns,
                    struct arena *results, struct arena *scratch, struct faults *faults)
{
    uint32_t *rows = ARENA_ARRAY(scratch, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) rows[i] = i;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        const struct plan_agg *g = &s->aggs[i];
        vector_new(results, g->type, n, &columns[i]);
        if (type_form(g->type) == FORM_STR) memset(columns[i].data, 0, n * sizeof(struct str));
        struct call_host host = {
            .call = { .result = (struct sluice_column *)&columns[i],
                      .rows = rows,
                      .n_rows = n,
                      .dense = true,
                      .bound = g->agg.bound },
            .results = results,
            .scratch = scratch,
            .n_rows_total = n,
        };
        g->agg.agg->value(&host.call, s->base + s->offsets[i], s->stride, ids);
        own_strings(&columns[i], n, results);
        for (size_t k = 0; k < host.n_faults; k++) {
            const struct call_fault *f = &host.faults[k];
            faults_add(faults, scratch, (struct fault){ f->row, f->err, f->message });
        }
    }
}

/* ---- ends ---- */

void agg_set_drop(struct agg_set *s, uint32_t id)
{
    int64_t before = kept_bytes;
    char *state = s->base + id * s->stride;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        if (s->aggs[i].distinct) seen_drop(s, i, id);
        if (s->aggs[i].agg.agg->drop) s->aggs[i].agg.agg->drop(state + s->offsets[i]);
    }
    memset(state, 0, s->stride);
    s->text_bytes += kept_bytes - before;
}

void agg_set_drop_all(struct agg_set *s, uint32_t n_ids)
{
    int64_t before = kept_bytes;
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        for (uint32_t id = 0; s->aggs[i].distinct && id < n_ids; id++) seen_drop(s, i, id);
        if (!s->aggs[i].agg.agg->drop) continue;
        for (uint32_t id = 0; id < n_ids; id++) {
            s->aggs[i].agg.agg->drop(s->base + id * s->stride + s->offsets[i]);
        }
    }
    if (n_ids) memset(s->base, 0, n_ids * s->stride);
    s->text_bytes += kept_bytes - before;
}

void agg_set_save(const struct agg_set *s, uint32_t id, struct snap_writer *w)
{
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        if (s->aggs[i].distinct) seen_save(s, i, id, w);
        s->aggs[i].agg.agg->save(s->base + id * s->stride + s->offsets[i],
                                 (struct sluice_writer *)w);
    }
}

bool agg_set_load(struct agg_set *s, uint32_t id, struct snap_reader *r)
{
    for (uint32_t i = 0; i < s->n_aggs; i++) {
        char *state = s->base + id * s->stride + s->offsets[i];
        if (s->aggs[i].distinct && !seen_load(s, i, id, r)) return false;
        int64_t before = kept_bytes;
        bool sound = s->aggs[i].agg.agg->load(state, (struct sluice_reader *)r);
        s->text_bytes += kept_bytes - before;
        if (!sound) return false;
    }
    return !r->failed;
}
