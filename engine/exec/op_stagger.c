/*
 * op_stagger.c: WINDOWED BY STAGGER (dialect 6.5).
 *
 * Each key has at most one open window, which opens with a row of the key at t0 and is complete at t0 + length. As
 * all windows are equally long and rows come in order, windows become complete in the order in which they open:
 * they stand in one queue. A batch is taken in as a whole, because a row looks at the window of its own key alone;
 * then those that are complete leave the queue from the front.
 *
 *     queue    first -> | a 10 | b 12 | a 31 |     key id -> window 2, 1       length 20
 *                         due 30  32    51
 *
 * The states of a window have a slot of their own, used again when it has gone. Keys that have had no window for a
 * while are dropped: when most are such, the table is made anew with those that have one.
 */

#include <assert.h>

#include "base/limits.h"
#include "data/key.h"
#include "exec/agg_set.h"
#include "exec/group_window.h"

#define NO_WINDOW UINT64_MAX

/* Windows are numbered from 0 in the order in which they open. */
struct stagger_window {
    rowtime       due;
    uint32_t      key;  /* id in the table */
    uint32_t      slot; /* of its states */
    struct value *shown; /* the key as its first row has it, where that is not as in the table; NULL: it is */
};

struct stagger {
    struct op               op;
    const struct plan_node *node;
    struct window_policy    policy;
    struct program         *program; /* keys, then arguments */
    struct type            *types;   /* of the keys */
    struct key_table       *keys;
    struct agg_set          aggs;
    struct stagger_window  *queue; /* queue[number - first_number] */
    size_t                  count, cap, start; /* in use: queue[start .. start + count) */
    uint64_t                first_number;      /* of the window at `start` */
    uint64_t               *open;              /* by key id: number of its latest window */
    uint32_t                cap_open;
    uint32_t               *free_slots;
    uint32_t                n_free, cap_free;
    uint32_t                n_slots;
};

static struct status stagger_open(struct op *op, const struct plan_node *node)
{
    struct stagger *s = (struct stagger *)op;
    s->node = node;
    s->policy = (struct window_policy){ POLICY_STAGGER, node->window.step_ms, 0 };
    agg_set_open(&s->aggs, op->arena, node);
    s->types = ARENA_ARRAY(op->arena, struct type, node->n_keys);
    struct expr **exprs = ARENA_ARRAY(op->arena, struct expr *, node->n_keys + s->aggs.n_args);
    for (uint32_t i = 0; i < node->n_keys; i++) {
        s->types[i] = node->keys[i]->type;
        exprs[i] = node->keys[i];
    }
    uint32_t n = node->n_keys + agg_set_exprs(node, exprs + node->n_keys);
    TRY(program_compile(op->arena, exprs, n, &s->program));
    s->keys = key_table_new(s->types, node->n_keys);
    return OK;
}

static struct stagger_window *window_at(const struct stagger *s, uint64_t number)
{
    return &s->queue[s->start + (size_t)(number - s->first_number)];
}

static void free_shown(struct stagger *s, struct stagger_window *w)
{
    if (!w->shown) return;
    for (uint32_t k = 0; k < s->node->n_keys; k++) {
        const struct value *v = &w->shown[k];
        if (!v->null && type_form(v->type) == FORM_STR && v->str.len > STR_INLINE) {
            mem_free((void *)(uintptr_t)v->str.far.ptr);
        }
    }
    mem_free(w->shown);
    w->shown = NULL;
}

static void stagger_close(struct op *op)
{
    struct stagger *s = (struct stagger *)op;
    for (size_t i = 0; i < s->count; i++) free_shown(s, &s->queue[s->start + i]);
    agg_set_close(&s->aggs, s->n_slots);
    key_table_free(s->keys);
    mem_free(s->queue);
    mem_free(s->open);
    mem_free(s->free_slots);
}

/* ---- windows ---- */

static uint32_t take_slot(struct stagger *s)
{
    if (s->n_free) return s->free_slots[--s->n_free];
    agg_set_reserve(&s->aggs, s->n_slots + 1);
    return s->n_slots++;
}

static void give_slot(struct stagger *s, uint32_t slot)
{
    if (s->n_free == s->cap_free) {
        s->cap_free = s->cap_free ? s->cap_free * 2 : 16;
        s->free_slots = mem_realloc(s->free_slots, s->cap_free * sizeof *s->free_slots);
    }
    s->free_slots[s->n_free++] = slot;
}

static void grow_open(struct stagger *s, uint32_t n)
{
    if (n <= s->cap_open) return;
    uint32_t cap = s->cap_open ? s->cap_open * 2 : SIZE_HASH_SLOTS;
    if (cap < n) cap = n;
    s->open = mem_realloc(s->open, cap * sizeof *s->open);
    for (uint32_t i = s->cap_open; i < cap; i++) s->open[i] = NO_WINDOW;
    s->cap_open = cap;
}

static struct stagger_window *queue_add(struct stagger *s)
{
    if (s->start + s->count == s->cap) {
        if (s->start > s->count) {
            memcpy(s->queue, s->queue + s->start, s->count * sizeof *s->queue);
            s->start = 0;
        } else {
            s->cap = s->cap ? s->cap * 2 : 16;
            s->queue = mem_realloc(s->queue, s->cap * sizeof *s->queue);
        }
    }
    return &s->queue[s->start + s->count++];
}

/* The key as this row has it, on the heap. */
static struct value *copy_key(struct stagger *s, const struct vector *v, uint32_t row)
{
    struct value *out = mem_alloc(s->node->n_keys * sizeof *out);
    for (uint32_t k = 0; k < s->node->n_keys; k++) {
        out[k] = vector_value(&v[k], row);
        if (out[k].null || type_form(out[k].type) != FORM_STR || out[k].str.len <= STR_INLINE)
            continue;
        char *bytes = mem_alloc(out[k].str.len);
        memcpy(bytes, str_data(&out[k].str), out[k].str.len);
        out[k].str = str_view(bytes, out[k].str.len);
    }
    return out;
}

/* Keys that are equal may be written differently ('a' and 'a '); a window shows its first row's. */
static struct value *shown_key(struct stagger *s, const struct vector *v, uint32_t row,
                               uint32_t key)
{
    for (uint32_t k = 0; k < s->node->n_keys; k++) {
        struct value have = key_table_value(s->keys, key, k), here = vector_value(&v[k], row);
        have.type = here.type;
        bool same = value_equal(&have, &here);
        if (same && !here.null && type_form(here.type) == FORM_F64) {
            same = memcmp(&have.f64, &here.f64, sizeof here.f64) == 0;
        }
        if (!same) return copy_key(s, v, row);
    }
    return NULL;
}

static void open_window(struct stagger *s, const struct vector *v, uint32_t row, uint32_t key,
                        rowtime t)
{
    uint64_t number = s->first_number + s->count;
    struct stagger_window *w = queue_add(s);
    *w = (struct stagger_window){ .due = window_of(&s->policy, t).due,
                                  .key = key,
                                  .slot = take_slot(s),
                                  .shown = shown_key(s, v, row, key) };
    s->open[key] = number;
}

static bool is_open(const struct stagger *s, uint32_t key, rowtime t)
{
    uint64_t number = s->open[key];
    return number != NO_WINDOW && number >= s->first_number && t < window_at(s, number)->due;
}

/* ---- results ---- */

static void key_column(struct stagger *s, uint32_t key, uint32_t n, struct vector *out,
                       struct arena *a)
{
    vector_new(a, s->types[key], n, out);
    for (uint32_t i = 0; i < n; i++) {
        const struct stagger_window *w = &s->queue[s->start + i];
        struct value v = w->shown ? w->shown[key] : key_table_value(s->keys, w->key, key);
        group_put_key(out, i, n, &v, a);
    }
}

/* The first n windows of the queue come out and are gone. how: of the first of them; when the clock completes windows,
 * each has its own time. */
static struct status emit_windows(struct stagger *s, const struct group_close *how, uint32_t n)
{
    const struct plan_node *node = s->node;
    struct batch *out = group_batch(how, n, node->out.n_columns);
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, n);
    uint32_t *slots = ARENA_ARRAY(s->op.scratch, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        times[i] = s->queue[s->start + i].due;
        slots[i] = s->queue[s->start + i].slot;
    }
    out->rowtimes = times;
    if (!s->op.loose) out->cause_times = times;
    for (uint32_t k = 0; k < node->n_keys; k++) key_column(s, k, n, &out->columns[k], out->arena);
    struct faults faults = { 0 };
    agg_set_values(&s->aggs, slots, n, out->columns + node->n_keys, out->arena, s->op.scratch,
                   &faults);
    for (uint32_t i = 0; i < n; i++) {
        struct stagger_window *w = &s->queue[s->start + i];
        agg_set_drop(&s->aggs, w->slot);
        give_slot(s, w->slot);
        free_shown(s, w);
    }
    s->start += n;
    s->count -= n;
    s->first_number += n;
    if (s->count == 0) s->start = 0;
    struct status st = group_emit(&s->op, out, &faults);
    batch_release(out);
    return st;
}

/* Windows of the queue that are due at `time`, but no more than about a batch; those due at one time stay together. */
static uint32_t due_windows(const struct stagger *s, rowtime time)
{
    uint32_t n = 0;
    while (n < s->count && s->queue[s->start + n].due <= time) {
        if (n >= SIZE_BATCH_ROWS && s->queue[s->start + n].due != s->queue[s->start + n - 1].due)
            break;
        n++;
    }
    return n;
}

static struct status complete(struct stagger *s, rowtime time, const struct group_close *how)
{
    uint32_t n;
    while ((n = due_windows(s, time)) > 0) TRY(emit_windows(s, how, n));
    return OK;
}

/* Where rows alone move time, what became due is the doing of the first row that is behind it. */
static struct status complete_by_rows(struct stagger *s, const struct batch *in,
                                      const uint32_t *rows, uint32_t n)
{
    if (!s->op.loose) return complete(s, in->rowtimes[rows[n - 1]], &(struct group_close){ 0 });
    for (uint32_t i = 0; i < n && s->count; i++) {
        if (s->queue[s->start].due > in->rowtimes[rows[i]]) continue;
        struct group_close how = { .cause_time = in->cause_times[rows[i]],
                                   .cause_seq = in->cause_seqs[rows[i]],
                                   .row_of = in,
                                   .row = rows[i] };
        TRY(complete(s, in->rowtimes[rows[i]], &how));
    }
    return OK;
}

/* ---- keys without a window ---- */

/* The table anew, with the keys of open windows in their order. */
static void drop_keys(struct stagger *s)
{
    struct key_table *keys = key_table_new(s->types, s->node->n_keys);
    struct vector *v = ARENA_ARRAY(s->op.scratch, struct vector, s->node->n_keys);
    const uint32_t zero = 0;
    for (size_t i = 0; i < s->count; i++) {
        struct stagger_window *w = &s->queue[s->start + i];
        for (uint32_t k = 0; k < s->node->n_keys; k++) {
            struct value value = key_table_value(s->keys, w->key, k);
            value.type = s->types[k];
            vector_new_constant(s->op.scratch, &value, &v[k]);
        }
        key_table_put(keys, v, &zero, 1, &w->key);
    }
    key_table_free(s->keys);
    s->keys = keys;
    for (uint32_t i = 0; i < s->cap_open; i++) s->open[i] = NO_WINDOW;
    for (size_t i = 0; i < s->count; i++) s->open[s->queue[s->start + i].key] = s->first_number + i;
}

static struct status settle(struct stagger *s)
{
    if (key_table_count(s->keys) > 1024 && key_table_count(s->keys) / 4 > s->count) drop_keys(s);
    size_t bytes = agg_set_bytes(&s->aggs) + key_table_bytes(s->keys) + s->cap * sizeof *s->queue;
    return op_account(&s->op, (int64_t)bytes);
}

/* ---- rows and bounds ---- */

static struct status stagger_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct stagger *s = (struct stagger *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    struct vector *v =
        ARENA_ARRAY(op->scratch, struct vector, s->node->n_keys + s->aggs.n_args + 1);
    struct faults faults = { 0 };
    program_run(s->program, op->env, in, rows, n, op->scratch, op->scratch, v, &faults);
    if (faults.count) {
        uint32_t *good = ARENA_ARRAY(op->scratch, uint32_t, n);
        n = rows_without(rows, n, &faults, good);
        rows = good;
        TRY(op_fault(op, in, &faults));
        if (n == 0) return OK;
    }
    uint32_t *ids = ARENA_ARRAY(op->scratch, uint32_t, n);
    key_table_put(s->keys, v, rows, n, ids);
    grow_open(s, key_table_count(s->keys));
    for (uint32_t i = 0; i < n; i++) {
        rowtime t = in->rowtimes[rows[i]];
        if (!is_open(s, ids[i], t)) open_window(s, v, rows[i], ids[i], t);
        ids[i] = window_at(s, s->open[ids[i]])->slot;
    }
    agg_set_step(&s->aggs, v + s->node->n_keys, rows, ids, n, op->scratch);
    TRY(complete_by_rows(s, in, rows, n));
    return settle(s);
}

static struct status stagger_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct stagger *s = (struct stagger *)op;
    if (!op->loose || bound.time == ROWTIME_END) {
        TRY(complete(s, bound.time, &(struct group_close){ .cause_time = bound.time }));
    }
    struct bound next = window_bound(&s->policy, bound);
    if (s->count) next = bound_min(next, (struct bound){ s->queue[s->start].due, 0 });
    return op_emit_bound(op, next);
}

/* ---- snapshots: windows by the key group of their keys ---- */

static struct status stagger_save(const struct op *op, struct snap_writer *w)
{
    const struct stagger *s = (const struct stagger *)op;
    snap_u32(w, (uint32_t)s->count);
    for (uint32_t kg = 0; kg < KEY_GROUPS; kg++) {
        uint32_t count = 0;
        for (size_t i = 0; i < s->count; i++) {
            count += key_group(key_table_hash(s->keys, s->queue[s->start + i].key)) == kg;
        }
        snap_u32(w, count);
        for (size_t i = 0; count && i < s->count; i++) {
            const struct stagger_window *win = &s->queue[s->start + i];
            if (key_group(key_table_hash(s->keys, win->key)) != kg) continue;
            snap_u32(w, (uint32_t)i);
            snap_i64(w, win->due);
            for (uint32_t k = 0; k < s->node->n_keys; k++) {
                struct value v = win->shown ? win->shown[k] : key_table_value(s->keys, win->key, k);
                snap_value(w, &v);
            }
            agg_set_save(&s->aggs, win->slot, w);
        }
    }
    return OK;
}

struct loaded {
    bool          seen;
    rowtime       due;
    struct value *key;
};

static bool load_window(struct stagger *s, struct snap_reader *r, struct arena *a,
                        struct loaded *all, uint32_t n)
{
    uint32_t i = snap_read_u32(r);
    if (r->failed || i >= n || all[i].seen) return false;
    all[i].seen = true;
    all[i].due = snap_read_i64(r);
    all[i].key = ARENA_ARRAY(a, struct value, s->node->n_keys);
    for (uint32_t k = 0; k < s->node->n_keys; k++) {
        snap_read_value(r, a, &all[i].key[k]);
        if (r->failed || type_form(all[i].key[k].type) != type_form(s->types[k])) return false;
    }
    return agg_set_load(&s->aggs, i, r);
}

static bool load_windows(struct stagger *s, struct snap_reader *r, struct arena *a)
{
    uint32_t n = snap_read_count(r, 12), total = 0;
    agg_set_reserve(&s->aggs, n);
    s->n_slots = n;
    struct loaded *all = arena_calloc(a, n * sizeof *all);
    for (uint32_t kg = 0; kg < KEY_GROUPS; kg++) {
        uint32_t count = snap_read_count(r, 12);
        for (uint32_t i = 0; i < count; i++) {
            if (!load_window(s, r, a, all, n)) return false;
        }
        total += count;
    }
    if (total != n || r->failed) return false;
    struct vector *v = ARENA_ARRAY(a, struct vector, s->node->n_keys);
    const uint32_t zero = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < s->node->n_keys; k++) {
            all[i].key[k].type = s->types[k];
            vector_new_constant(a, &all[i].key[k], &v[k]);
        }
        uint32_t id;
        key_table_put(s->keys, v, &zero, 1, &id);
        grow_open(s, id + 1);
        *queue_add(s) = (struct stagger_window){ .due = all[i].due, .key = id, .slot = i,
                                                 .shown = shown_key(s, v, 0, id) };
        s->open[id] = i;
    }
    return true;
}

static struct status stagger_load(struct op *op, struct snap_reader *r)
{
    struct arena *a = arena_new();
    if (!load_windows((struct stagger *)op, r, a)) r->failed = true;
    arena_free(a);
    return OK;
}

struct open_windows stagger_windows(const struct op *op)
{
    const struct stagger *s = (const struct stagger *)op;
    return (struct open_windows){ s->count, s->count ? s->queue[s->start].due : ROWTIME_END };
}

const struct op_class op_stagger_class = {
    .name = "Group",
    .size = sizeof(struct stagger),
    .stateless = false,
    .open = stagger_open,
    .push = stagger_push,
    .advance = stagger_advance,
    .checkpoint = stagger_save,
    .restore = stagger_load,
    .close = stagger_close,
};
