/*
 * over_window.c: partitions of a sliding window.
 *
 * A row first lets those leave that are not in its frame, then enters, then each function gives its result. A partition
 * with a RANGE frame is given up when all its rows are too old for any row to come. Partitions are looked through once
 * in the length of a frame: what is still there then has got a row since, which pays for the look.
 */

#include "exec/over_window.h"

#include "base/limits.h"

/* ---- opening ---- */

/* Place of an expression among exprs[from..n); n: it is not there. */
static uint32_t place_of(struct expr *const *exprs, uint32_t from, uint32_t n, const struct expr *e)
{
    while (from < n && !expr_equal(exprs[from], e)) from++;
    return from;
}

struct columns {
    uint32_t  *args; /* vector of each */
    enum form *forms;
    bool      *values;
    uint32_t   n;
};

static uint32_t column_of(struct columns *c, uint32_t arg, enum form form, bool values)
{
    uint32_t i = 0;
    while (i < c->n && c->args[i] != arg) i++;
    if (i == c->n) {
        c->n++;
        c->args[i] = arg;
        c->forms[i] = form;
        c->values[i] = false;
    }
    c->values[i] = c->values[i] || values;
    return i;
}

static void open_keys(struct over_window *w, struct arena *a, struct expr **exprs, uint32_t *n)
{
    uint32_t n_keys = w->plan->n_partition;
    w->first_key = *n;
    w->key_types = ARENA_ARRAY(a, struct type, n_keys + 1);
    for (uint32_t i = 0; i < n_keys; i++) {
        w->key_types[i] = w->plan->partition[i]->type;
        exprs[(*n)++] = w->plan->partition[i];
    }
    if (n_keys) w->keys = key_table_new(w->key_types, n_keys);
}

/* Arguments of one function stand side by side; the frame keeps equal ones of several functions once. */
static void open_fn(struct over_window *w, struct slide_fn *f, const struct plan_over_fn *plan,
                    struct columns *columns, struct expr **exprs, uint32_t *n)
{
    slide_open(f, plan, &w->plan->frame);
    f->layout = &w->layout;
    f->bytes = &w->bytes;
    f->first_arg = *n;
    for (uint32_t i = 0; i < f->n_args; i++) exprs[(*n)++] = plan->agg.args[i];
    for (uint32_t i = 0; i < f->n_kept; i++) {
        uint32_t arg = place_of(exprs, w->first_key + w->plan->n_partition, *n, plan->agg.args[i]);
        f->columns[i] = column_of(columns, arg, type_form(f->types[i]), f->keeps_values);
    }
    f->offset = (uint32_t)w->stride;
    w->stride += (f->class->size(f) + 7) / 8 * 8;
}

void over_window_open(struct over_window *w, struct arena *a, const struct plan_over *plan,
                      uint32_t index, struct expr **exprs, uint32_t *n_exprs)
{
    *w = (struct over_window){ .plan = &plan->windows[index], .swept = ROWTIME_MIN };
    w->fns = ARENA_ARRAY(a, struct slide_fn, plan->n_fns);
    w->results = ARENA_ARRAY(a, uint32_t, plan->n_fns);
    w->stride = sizeof(struct frame);
    open_keys(w, a, exprs, n_exprs);
    uint32_t most = plan->n_fns * SLIDE_ARGS_MAX;
    struct columns columns = { .args = ARENA_ARRAY(a, uint32_t, most),
                               .forms = ARENA_ARRAY(a, enum form, most),
                               .values = ARENA_ARRAY(a, bool, most) };
    for (uint32_t i = 0; i < plan->n_fns; i++) {
        if (plan->fns[i].window != index) continue;
        w->results[w->n_fns] = i;
        open_fn(w, &w->fns[w->n_fns++], &plan->fns[i], &columns, exprs, n_exprs);
    }
    const struct plan_frame *frame = &w->plan->frame;
    frame_layout_init(&w->layout, a, frame->rows, frame->size, columns.forms, columns.values,
                      columns.n);
    w->column_args = columns.args;
    w->columns = ARENA_ARRAY(a, const struct vector *, columns.n + 1);
}

/* ---- partitions ---- */

static char *part_at(const struct over_window *w, uint32_t id)
{
    return w->parts + id * w->stride;
}

static void reserve_parts(struct over_window *w, uint32_t n)
{
    if (n > w->cap_parts) {
        uint32_t cap = w->cap_parts ? w->cap_parts * 2 : SIZE_HASH_SLOTS;
        if (cap < n) cap = n;
        size_t size;
        if (!size_mul(&size, cap, w->stride)) mem_refused(SIZE_MAX);
        w->parts = mem_realloc(w->parts, size);
        w->cap_parts = cap;
    }
    if (n > w->n_parts) memset(part_at(w, w->n_parts), 0, (n - w->n_parts) * w->stride);
    if (n > w->n_parts) w->n_parts = n;
}

static void free_part(struct over_window *w, uint32_t id)
{
    char *part = part_at(w, id);
    for (uint32_t i = 0; i < w->n_fns; i++) {
        w->fns[i].class->drop(&w->fns[i], part + w->fns[i].offset);
    }
    frame_free(&w->layout, (struct frame *)(void *)part, &w->bytes);
}

void over_window_close(struct over_window *w)
{
    for (uint32_t i = 0; i < w->n_parts; i++) free_part(w, i);
    mem_free(w->parts);
    key_table_free(w->keys);
}

size_t over_window_bytes(const struct over_window *w)
{
    return w->bytes + w->cap_parts * w->stride + (w->keys ? key_table_bytes(w->keys) : 0);
}

/* ---- rows ---- */

static void take_row(struct over_window *w, char *part, rowtime t, uint32_t row)
{
    struct frame *frame = (struct frame *)(void *)part;
    if (!w->plan->frame.endless) {
        uint32_t gone = frame_expired(&w->layout, frame, t);
        for (uint32_t i = 0; gone && i < w->n_fns; i++) {
            w->fns[i].class->leave(&w->fns[i], part + w->fns[i].offset, frame, gone);
        }
        if (gone) frame_drop(&w->layout, frame, gone, &w->bytes);
        frame_add(&w->layout, frame, t, w->columns, row, &w->bytes);
    }
    for (uint32_t i = 0; i < w->n_fns; i++) {
        w->fns[i].class->enter(&w->fns[i], part + w->fns[i].offset, frame, row);
    }
}

/* Partitions are far apart in memory: what a row touches is asked for some rows ahead, first the partition itself, then
 * what it points to. */
enum { AHEAD_PART = 16, AHEAD_ROWS = 8 };

static void fetch_part(const struct over_window *w, const char *part)
{
    __builtin_prefetch(part);
    __builtin_prefetch(part + w->stride - 1);
}

static void fetch_rows(const struct over_window *w, const char *part)
{
    const struct frame *f = (const struct frame *)(const void *)part;
    if (f->count) {
        uint32_t oldest = frame_slot(f, f->first), next = frame_slot(f, f->first + f->count);
        if (!w->layout.rows) {
            __builtin_prefetch(&frame_times(f)[oldest]);
            __builtin_prefetch(&frame_times(f)[next], 1);
        }
        for (uint32_t i = 0; i < w->layout.n_columns; i++) {
            __builtin_prefetch((char *)frame_data(&w->layout, f, i) + next * sizeof(int64_t), 1);
            __builtin_prefetch(f->block + (size_t)f->cap * w->layout.at_nulls[i] + next, 1);
        }
    }
    for (uint32_t i = 0; i < w->n_fns; i++) {
        w->fns[i].class->fetch(&w->fns[i], part + w->fns[i].offset);
    }
}

static uint32_t *ids_of(struct over_window *w, const struct vector *vectors, const uint32_t *rows,
                        uint32_t n, struct arena *scratch)
{
    uint32_t *ids = ARENA_ARRAY(scratch, uint32_t, n);
    if (w->keys) {
        key_table_put(w->keys, vectors + w->first_key, rows, n, ids);
        reserve_parts(w, key_table_count(w->keys));
    } else {
        memset(ids, 0, n * sizeof *ids);
        reserve_parts(w, 1);
    }
    return ids;
}

void over_window_push(struct over_window *w, const struct batch *in, const struct vector *vectors,
                      const uint32_t *rows, uint32_t n, struct vector *out, struct arena *results,
                      struct arena *scratch, struct faults *faults)
{
    uint32_t *ids = ids_of(w, vectors, rows, n, scratch);
    for (uint32_t i = 0; i < w->layout.n_columns; i++) {
        w->columns[i] = &vectors[w->column_args[i]];
    }
    for (uint32_t i = 0; i < w->n_fns; i++) {
        slide_begin(&w->fns[i], vectors + w->fns[i].first_arg, &out[w->results[i]], in->n_rows,
                    results, scratch, faults);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i + AHEAD_PART < n) fetch_part(w, part_at(w, ids[i + AHEAD_PART]));
        if (i + AHEAD_ROWS < n) fetch_rows(w, part_at(w, ids[i + AHEAD_ROWS]));
        take_row(w, part_at(w, ids[i]), in->rowtimes[rows[i]], rows[i]);
    }
    for (uint32_t i = 0; i < w->n_fns; i++) slide_end(&w->fns[i], rows, n);
}

/* ---- giving up partitions ---- */

/* The keys of the partitions that stay, in a new table. */
static void keep_key(struct over_window *w, struct key_table *to, uint32_t id, struct arena *a,
                     uint32_t *new_id)
{
    uint32_t n = w->plan->n_partition, zero = 0;
    struct vector *columns = ARENA_ARRAY(a, struct vector, n);
    for (uint32_t k = 0; k < n; k++) {
        struct value v = key_table_value(w->keys, id, k);
        vector_new_constant(a, &v, &columns[k]);
    }
    key_table_put(to, columns, &zero, 1, new_id);
}

static void drop_dead(struct over_window *w, const bool *dead)
{
    struct key_table *keys = key_table_new(w->key_types, w->plan->n_partition);
    struct arena *a = arena_new();
    uint32_t kept = 0;
    for (uint32_t id = 0; id < w->n_parts; id++) {
        if (dead[id]) {
            free_part(w, id);
            continue;
        }
        uint32_t new_id;
        keep_key(w, keys, id, a, &new_id);
        memmove(part_at(w, kept++), part_at(w, id), w->stride);
        arena_reset(a);
    }
    arena_free(a);
    key_table_free(w->keys);
    w->keys = keys;
    w->n_parts = kept;
}

void over_window_sweep(struct over_window *w, rowtime t)
{
    const struct plan_frame *frame = &w->plan->frame;
    if (frame->rows || frame->endless || !w->keys || t == ROWTIME_END) return;
    rowtime next;
    bool never = w->swept == ROWTIME_MIN;
    if (!never && (__builtin_add_overflow(w->swept, frame->size + 1, &next) || t < next)) return;
    w->swept = t;
    bool *dead = mem_calloc(w->n_parts + 1, sizeof *dead);
    uint32_t n_dead = 0;
    for (uint32_t id = 0; id < w->n_parts; id++) {
        dead[id] = frame_is_over(&w->layout, (struct frame *)(void *)part_at(w, id), t);
        n_dead += dead[id];
    }
    if (n_dead) drop_dead(w, dead);
    mem_free(dead);
}

/* ---- snapshots: partitions by key group ---- */

static uint32_t group_of(const struct over_window *w, uint32_t id)
{
    return w->keys ? key_group(key_table_hash(w->keys, id)) : 0;
}

/* Partitions in the order of their key groups; starts[g] is where group g begins. */
static uint32_t *by_group(const struct over_window *w, uint32_t starts[KEY_GROUPS + 1])
{
    uint32_t *order = mem_alloc((w->n_parts + 1) * sizeof *order);
    uint32_t next[KEY_GROUPS];
    memset(starts, 0, (KEY_GROUPS + 1) * sizeof *starts);
    for (uint32_t id = 0; id < w->n_parts; id++) starts[group_of(w, id) + 1]++;
    for (uint32_t g = 0; g < KEY_GROUPS; g++) {
        starts[g + 1] += starts[g];
        next[g] = starts[g];
    }
    for (uint32_t id = 0; id < w->n_parts; id++) order[next[group_of(w, id)]++] = id;
    return order;
}

static void save_part(const struct over_window *w, uint32_t id, struct snap_writer *out)
{
    for (uint32_t k = 0; k < w->plan->n_partition; k++) {
        struct value v = key_table_value(w->keys, id, k);
        snap_value(out, &v);
    }
    const char *part = part_at(w, id);
    const struct frame *frame = (const struct frame *)(const void *)part;
    frame_save(&w->layout, frame, out);
    for (uint32_t i = 0; i < w->n_fns; i++) {
        w->fns[i].class->save(&w->fns[i], part + w->fns[i].offset, frame, out);
    }
}

void over_window_save(const struct over_window *w, struct snap_writer *out)
{
    uint32_t starts[KEY_GROUPS + 1];
    uint32_t *order = by_group(w, starts);
    for (uint32_t g = 0; g < KEY_GROUPS; g++) {
        snap_u32(out, starts[g + 1] - starts[g]);
        for (uint32_t i = starts[g]; i < starts[g + 1]; i++) save_part(w, order[i], out);
    }
    mem_free(order);
}

/* The partition of the next key; false: damaged, or there already. */
static bool load_key(struct over_window *w, struct snap_reader *r, struct arena *a)
{
    uint32_t n = w->plan->n_partition, zero = 0, id = 0;
    struct vector *columns = ARENA_ARRAY(a, struct vector, n);
    for (uint32_t k = 0; k < n; k++) {
        struct value v = { .null = true };
        snap_read_value(r, a, &v);
        if (r->failed || type_form(v.type) != type_form(w->key_types[k])) return false;
        vector_new_constant(a, &v, &columns[k]);
    }
    if (w->keys) key_table_put(w->keys, columns, &zero, 1, &id);
    if (id != w->n_parts) return false;
    reserve_parts(w, id + 1);
    return true;
}

static bool load_part(struct over_window *w, struct snap_reader *r, struct arena *a)
{
    if (!load_key(w, r, a)) return false;
    char *part = part_at(w, w->n_parts - 1);
    struct frame *frame = (struct frame *)(void *)part;
    if (!frame_load(&w->layout, frame, r, &w->bytes)) return false;
    for (uint32_t i = 0; i < w->n_fns; i++) {
        if (!w->fns[i].class->load(&w->fns[i], part + w->fns[i].offset, frame, r)) return false;
    }
    return true;
}

bool over_window_load(struct over_window *w, struct snap_reader *r)
{
    struct arena *a = arena_new();
    bool ok = true;
    for (uint32_t g = 0; ok && g < KEY_GROUPS; g++) {
        uint32_t count = snap_read_count(r, 4);
        for (uint32_t i = 0; ok && i < count; i++) {
            ok = load_part(w, r, a);
            arena_reset(a);
        }
    }
    arena_free(a);
    return ok && !r->failed;
}
