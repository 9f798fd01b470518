/*
 * op_distinct.c: SELECT STREAM DISTINCT (dialect 6.8, L-49).
 *
 * A row goes on, with its own time, when its combination of values is the first of its kind since a monotonic item
 * changed; then everything seen is forgotten. Equality is that of keys: NULL equals NULL, ROWTIME takes no part.
 * What is seen is kept as keys, and forgotten by the clock too where time alone ends the window.
 */

#include <assert.h>

#include "base/limits.h"
#include "data/key.h"
#include "exec/group_window.h"

struct distinct {
    struct op               op;
    const struct plan_node *node;
    struct group_window     window;
    struct key_table       *keys; /* NULL: rows are alike while the window is open */
    uint32_t                n_seen;
};

static struct status distinct_open(struct op *op, const struct plan_node *node)
{
    struct distinct *d = (struct distinct *)op;
    d->node = node;
    struct type *types = ARENA_ARRAY(op->arena, struct type, node->n_keys);
    for (uint32_t i = 0; i < node->n_keys; i++) types[i] = node->keys[i]->type;
    if (node->n_keys) d->keys = key_table_new(types, node->n_keys);
    return group_window_open(&d->window, op, node);
}

static void distinct_close(struct op *op)
{
    struct distinct *d = (struct distinct *)op;
    key_table_free(d->keys);
    group_window_close(&d->window);
}

static void forget(struct distinct *d)
{
    if (d->keys) key_table_clear(d->keys);
    d->n_seen = 0;
    d->window.open = false;
}

/* The rows of the open window that are the first of their kind, into `out`; returns how many. */
static uint32_t first_rows(struct distinct *d, const struct vector *keys, const uint32_t *rows,
                           uint32_t n, uint32_t *out)
{
    if (!d->keys) {
        if (d->n_seen) return 0;
        d->n_seen = 1;
        out[0] = rows[0];
        return 1;
    }
    uint32_t *ids = ARENA_ARRAY(d->op.scratch, uint32_t, n), count = 0;
    key_table_put(d->keys, keys, rows, n, ids);
    for (uint32_t i = 0; i < n; i++) {
        if (ids[i] < d->n_seen) continue;
        d->n_seen++;
        out[count++] = rows[i];
    }
    return count;
}

static struct status start_window(struct distinct *d, const struct batch *in,
                                  const struct vector *changing, uint32_t row)
{
    struct fault why;
    if (d->window.open && !group_window_ends(&d->window, in, changing, row)) return OK;
    forget(d);
    if (group_window_start(&d->window, in, changing, row, &why)) return OK;
    return status_new(d->op.arena, ERR_INTERNAL, SPAN_NONE, "an item of DISTINCT failed");
}

static struct status distinct_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct distinct *d = (struct distinct *)op;
    uint32_t n = batch_live(in), n_first = 0;
    const uint32_t *rows = live_rows(op->scratch, in);
    uint32_t *first = ARENA_ARRAY(op->scratch, uint32_t, n);
    struct vector *keys = ARENA_ARRAY(op->scratch, struct vector, d->node->n_keys);
    for (uint32_t i = 0; i < d->node->n_keys; i++) {
        keys[i] = in->columns[d->node->keys[i]->column];
    }
    const struct vector *changing = d->window.changing ? &keys[d->node->window.key] : NULL;
    while (n) {
        TRY(start_window(d, in, changing, rows[0]));
        uint32_t run = group_window_run(&d->window, in, changing, rows, n);
        n_first += first_rows(d, keys, rows, run, first + n_first);
        group_window_seen(&d->window, in, rows[run - 1]);
        rows += run;
        n -= run;
    }
    if (d->keys) TRY(account_set(op->account, op->scratch, (int64_t)key_table_bytes(d->keys)));
    if (n_first == batch_live(in)) return op_emit(op, in);
    if (n_first == 0) return OK;
    struct batch *out = batch_narrow(in, first, n_first);
    struct status st = op_emit(op, out);
    batch_release(out);
    return st;
}

static struct status distinct_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct distinct *d = (struct distinct *)op;
    if (d->window.open && group_window_due(&d->window, bound)) forget(d);
    return op_emit_bound(op, bound);
}

/* ---- snapshots: the window, then what was seen by key group ---- */

static uint32_t group_of(const struct distinct *d, uint32_t id)
{
    return key_group(key_table_hash(d->keys, id));
}

static struct status distinct_save(const struct op *op, struct snap_writer *w)
{
    const struct distinct *d = (const struct distinct *)op;
    group_window_save(&d->window, w);
    snap_u32(w, d->n_seen);
    for (uint32_t kg = 0; d->keys && kg < KEY_GROUPS; kg++) {
        uint32_t count = 0;
        for (uint32_t id = 0; id < d->n_seen; id++) count += group_of(d, id) == kg;
        snap_u32(w, count);
        for (uint32_t id = 0; count && id < d->n_seen; id++) {
            if (group_of(d, id) != kg) continue;
            for (uint32_t k = 0; k < d->node->n_keys; k++) {
                struct value v = key_table_value(d->keys, id, k);
                snap_value(w, &v);
            }
        }
    }
    return OK;
}

/* One combination; which number it gets is of no consequence. */
static bool load_key(struct distinct *d, struct snap_reader *r, struct arena *a)
{
    struct vector *columns = ARENA_ARRAY(a, struct vector, d->node->n_keys);
    for (uint32_t k = 0; k < d->node->n_keys; k++) {
        struct value v;
        snap_read_value(r, a, &v);
        if (r->failed || type_form(v.type) != type_form(d->node->keys[k]->type)) return false;
        vector_new_constant(a, &v, &columns[k]);
    }
    uint32_t zero = 0, id;
    key_table_put(d->keys, columns, &zero, 1, &id);
    return id == key_table_count(d->keys) - 1;
}

static bool load_keys(struct distinct *d, struct snap_reader *r, struct arena *a)
{
    uint32_t total = 0;
    for (uint32_t kg = 0; kg < KEY_GROUPS; kg++) {
        uint32_t count = snap_read_count(r, 1);
        for (uint32_t i = 0; i < count; i++) {
            if (!load_key(d, r, a)) return false;
        }
        total += count;
    }
    return total == d->n_seen && key_table_count(d->keys) == total;
}

static struct status distinct_load(struct op *op, struct snap_reader *r)
{
    struct distinct *d = (struct distinct *)op;
    struct arena *a = arena_new();
    bool ok = group_window_load(&d->window, r);
    d->n_seen = snap_read_u32(r);
    ok = ok && (d->keys ? load_keys(d, r, a) : d->n_seen <= 1);
    if (!ok || d->window.open != (d->n_seen > 0)) r->failed = true;
    arena_free(a);
    return OK;
}

struct open_windows distinct_windows(const struct op *op)
{
    return group_window_open_now(&((const struct distinct *)op)->window);
}

const struct op_class op_distinct_class = {
    .name = "Distinct",
    .size = sizeof(struct distinct),
    .stateless = false,
    .open = distinct_open,
    .push = distinct_push,
    .advance = distinct_advance,
    .checkpoint = distinct_save,
    .restore = distinct_load,
    .close = distinct_close,
};
