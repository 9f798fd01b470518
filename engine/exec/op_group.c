/*
 * op_group.c: GROUP BY over tumbling windows.
 *
 * Rows come in ROWTIME order, so one window is open at a time. Its groups are dense ids in the order of their first
 * rows, which is the order in which they come out (L-41); the states of a group lie side by side. A batch that
 * falls into the open window, the usual case, is one run: keys to ids, then each aggregate over all rows.
 *
 *     rows (t, k)    0:58 a   0:59 b   1:02 b         window [0:00, 1:00): ids a 0, b 1
 *     out                            1:00 a, b        at the row of 1:02, or when the bound reaches 1:00
 *
 * Grouping expressions that are the same for a whole window (FLOOR(ROWTIME TO MINUTE)) are evaluated once a window
 * and are no part of the hashed key.
 *
 * The results' cause is the clock step that completed the window. Where rows alone move time (L-57), and for
 * windows of a MONOTONIC value, it is the row that did.
 */

#include <assert.h>

#include "base/limits.h"
#include "data/key.h"
#include "exec/agg_set.h"
#include "exec/group_window.h"

struct group {
    struct op            op;
    const struct plan_node *node;
    struct group_window  window;
    struct program      *program; /* hashed keys, then arguments, then the changing key */
    uint32_t             n_hashed;
    struct key_table    *keys;    /* NULL: nothing to hash */
    struct agg_set       aggs;
    uint32_t             n_groups;
};

/* ---- opening ---- */

static struct status group_open(struct op *op, const struct plan_node *node)
{
    struct group *g = (struct group *)op;
    g->node = node;
    TRY(group_window_open(&g->window, op, node));
    agg_set_open(&g->aggs, op->arena, node);
    struct expr **exprs =
        ARENA_ARRAY(op->arena, struct expr *, node->n_keys + agg_set_n_exprs(node) + 1);
    struct type *types = ARENA_ARRAY(op->arena, struct type, node->n_keys);
    for (uint32_t i = 0; i < node->n_keys; i++) {
        if (g->window.fixed[i]) continue;
        types[g->n_hashed] = node->keys[i]->type;
        exprs[g->n_hashed++] = node->keys[i];
    }
    uint32_t n = g->n_hashed + agg_set_exprs(node, exprs + g->n_hashed);
    if (g->window.changing) exprs[n++] = node->keys[node->window.key];
    TRY(program_compile(op->arena, exprs, n, &g->program));
    if (g->n_hashed) g->keys = key_table_new(types, g->n_hashed);
    return OK;
}

static void group_close(struct op *op)
{
    struct group *g = (struct group *)op;
    agg_set_close(&g->aggs, g->n_groups);
    key_table_free(g->keys);
    group_window_close(&g->window);
}

/* ---- results ---- */

/* A hashed key of groups [first, first + n) as a column. */
static void key_column(struct group *g, uint32_t key, uint32_t first, uint32_t n,
                       struct vector *out, struct arena *a)
{
    vector_new(a, out->type, n, out);
    for (uint32_t i = 0; i < n; i++) {
        struct value v = key_table_value(g->keys, first + i, key);
        group_put_key(out, i, n, &v, a);
    }
}

static struct status emit_groups(struct group *g, const struct group_close *how, uint32_t first,
                                 uint32_t n)
{
    const struct plan_node *node = g->node;
    struct batch *out = group_batch(how, n, node->out.n_columns);
    uint32_t hashed = 0;
    for (uint32_t i = 0; i < node->n_keys; i++) {
        out->columns[i].type = node->keys[i]->type;
        if (g->window.fixed[i]) {
            group_window_key(&g->window, i, out->arena, &out->columns[i]);
        } else {
            key_column(g, hashed++, first, n, &out->columns[i], out->arena);
        }
    }
    uint32_t *ids = ARENA_ARRAY(g->op.scratch, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) ids[i] = first + i;
    struct faults faults = { 0 };
    agg_set_values(&g->aggs, ids, n, out->columns + node->n_keys, out->arena, g->op.scratch,
                   &faults);
    struct status st = group_emit(&g->op, out, &faults);
    batch_release(out);
    return st;
}

/* The window is complete: its groups come out, and there is none open. */
static struct status complete(struct group *g, const struct group_close *how)
{
    struct status st = OK;
    for (uint32_t first = 0; first < g->n_groups && !st.err; first += SIZE_BATCH_ROWS) {
        uint32_t left = g->n_groups - first;
        st = emit_groups(g, how, first, left < SIZE_BATCH_ROWS ? left : SIZE_BATCH_ROWS);
    }
    agg_set_drop_all(&g->aggs, g->n_groups);
    if (g->keys) key_table_clear(g->keys);
    g->n_groups = 0;
    g->window.open = false;
    return st;
}

/* ---- rows ---- */

static struct status take_rows(struct group *g, const struct vector *v, const uint32_t *rows,
                               uint32_t n)
{
    uint32_t *ids = ARENA_ARRAY(g->op.scratch, uint32_t, n);
    if (g->keys) {
        key_table_put(g->keys, v, rows, n, ids);
        g->n_groups = key_table_count(g->keys);
    } else {
        memset(ids, 0, n * sizeof *ids);
        g->n_groups = 1;
    }
    agg_set_reserve(&g->aggs, g->n_groups);
    agg_set_step(&g->aggs, v + g->n_hashed, rows, ids, n, g->op.scratch);
    size_t bytes = agg_set_bytes(&g->aggs) + (g->keys ? key_table_bytes(g->keys) : 0);
    return op_account(&g->op, (int64_t)bytes);
}

/* Rows of a window whose fixed key cannot be had. */
static struct status refuse_rows(struct group *g, const struct batch *in, const uint32_t *rows,
                                 uint32_t n, struct fault why)
{
    struct faults faults = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        why.row = rows[i];
        faults_add(&faults, g->op.scratch, why);
    }
    g->window.open = false;
    return op_fault(&g->op, in, &faults);
}

static struct status group_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct group *g = (struct group *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    uint32_t n_values = g->n_hashed + g->aggs.n_args + 1;
    struct vector *v = ARENA_ARRAY(op->scratch, struct vector, n_values);
    struct faults faults = { 0 };
    program_run(g->program, op->env, in, rows, n, op->scratch, op->scratch, v, &faults);
    if (faults.count) {
        uint32_t *good = ARENA_ARRAY(op->scratch, uint32_t, n);
        n = rows_without(rows, n, &faults, good);
        rows = good;
        TRY(op_fault(op, in, &faults));
    }
    const struct vector *changing = g->window.changing ? &v[n_values - 1] : NULL;
    while (n) {
        if (g->window.open && group_window_ends(&g->window, in, changing, rows[0])) {
            struct group_close how = group_window_at_row(&g->window, in, rows[0]);
            TRY(complete(g, &how));
        }
        struct fault why;
        bool fits = g->window.open || group_window_start(&g->window, in, changing, rows[0], &why);
        uint32_t run = group_window_run(&g->window, in, changing, rows, n);
        TRY(fits ? take_rows(g, v, rows, run) : refuse_rows(g, in, rows, run, why));
        group_window_seen(&g->window, in, rows[run - 1]);
        rows += run;
        n -= run;
    }
    return OK;
}

/* Aggregates of a table without rows: COUNT is 0, the others NULL. Only there GROUP BY has no key. */
static struct status give_empty_group(struct group *g)
{
    rowtime now = g->op.graph->latest;
    struct group_close how = { .time = now, .cause_time = now };
    g->n_groups = 1;
    agg_set_reserve(&g->aggs, 1);
    return complete(g, &how);
}

static struct status group_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct group *g = (struct group *)op;
    if (g->window.open && group_window_due(&g->window, bound)) {
        struct group_close how = group_window_at_bound(&g->window, bound);
        TRY(complete(g, &how));
    } else if (g->node->n_keys == 0 && bound.time == ROWTIME_END) {
        TRY(give_empty_group(g));
    }
    return op_emit_bound(op, group_window_bound(&g->window, bound));
}

/* ---- snapshots: the window, then the groups by key group ---- */

static uint32_t group_of(const struct group *g, uint32_t id)
{
    return g->keys ? key_group(key_table_hash(g->keys, id)) : 0;
}

static struct status group_save(const struct op *op, struct snap_writer *w)
{
    const struct group *g = (const struct group *)op;
    group_window_save(&g->window, w);
    snap_u32(w, g->n_groups);
    for (uint32_t kg = 0; kg < KEY_GROUPS; kg++) {
        uint32_t count = 0;
        for (uint32_t id = 0; id < g->n_groups; id++) count += group_of(g, id) == kg;
        snap_u32(w, count);
        for (uint32_t id = 0; count && id < g->n_groups; id++) {
            if (group_of(g, id) != kg) continue;
            snap_u32(w, id);
            for (uint32_t k = 0; k < g->n_hashed; k++) {
                struct value v = key_table_value(g->keys, id, k);
                snap_value(w, &v);
            }
            agg_set_save(&g->aggs, id, w);
        }
    }
    return OK;
}

/* A group's place, keys and states; false: damaged. */
static bool load_group(struct group *g, struct snap_reader *r, struct arena *a, struct value *keys,
                       bool *seen)
{
    uint32_t id = snap_read_u32(r);
    if (r->failed || id >= g->n_groups || seen[id]) return false;
    seen[id] = true;
    for (uint32_t k = 0; k < g->n_hashed; k++) {
        snap_read_value(r, a, &keys[id * g->n_hashed + k]);
    }
    return agg_set_load(&g->aggs, id, r);
}

/* The keys in the order of their ids into the empty table. */
static bool load_keys(struct group *g, const struct value *keys, struct arena *a)
{
    if (!g->keys) return g->n_groups <= 1;
    struct vector *columns = ARENA_ARRAY(a, struct vector, g->n_hashed);
    uint32_t zero = 0, id;
    uint32_t hashed = 0;
    for (uint32_t i = 0; i < g->n_groups; i++) {
        hashed = 0;
        for (uint32_t k = 0; k < g->node->n_keys; k++) {
            if (g->window.fixed[k]) continue;
            struct value v = keys[i * g->n_hashed + hashed];
            if (type_form(v.type) != type_form(g->node->keys[k]->type)) return false;
            vector_new_constant(a, &v, &columns[hashed++]);
        }
        key_table_put(g->keys, columns, &zero, 1, &id);
        if (id != i) return false;
    }
    return true;
}

static bool load_groups(struct group *g, struct snap_reader *r, struct arena *a)
{
    uint32_t n = snap_read_count(r, 4);
    g->n_groups = n;
    agg_set_reserve(&g->aggs, n);
    struct value *keys = arena_calloc(a, (size_t)n * g->n_hashed * sizeof *keys);
    bool *seen = arena_calloc(a, n);
    uint32_t total = 0;
    for (uint32_t kg = 0; kg < KEY_GROUPS; kg++) {
        uint32_t count = snap_read_count(r, 4);
        for (uint32_t i = 0; i < count; i++) {
            if (!load_group(g, r, a, keys, seen)) return false;
        }
        total += count;
    }
    return total == n && !r->failed && load_keys(g, keys, a) && g->window.open == (n > 0);
}

static struct status group_load(struct op *op, struct snap_reader *r)
{
    struct group *g = (struct group *)op;
    struct arena *a = arena_new();
    if (!group_window_load(&g->window, r) || !load_groups(g, r, a)) r->failed = true;
    arena_free(a);
    return OK;
}

struct open_windows group_windows(const struct op *op)
{
    return group_window_open_now(&((const struct group *)op)->window);
}

const struct op_class op_group_class = {
    .name = "Group",
    .size = sizeof(struct group),
    .stateless = false,
    .open = group_open,
    .push = group_push,
    .advance = group_advance,
    .checkpoint = group_save,
    .restore = group_load,
    .close = group_close,
};
