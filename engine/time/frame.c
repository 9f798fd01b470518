/*
 * frame.c: the ring of a partition's recent rows.
 *
 * A ring doubles when it is full and shrinks when an eighth of it is used, so a row costs a constant time on average.
 * A frame that runs empty begins again at number 0: what comes later depends on the rows in the frame alone, not on
 * those that were there long ago.
 */

#include "time/frame.h"

#include <assert.h>

enum { SIZE_RING = 4 };

void frame_layout_init(struct frame_layout *l, struct arena *a, bool rows, int64_t size,
                       const enum form *forms, const bool *values, uint32_t n_columns)
{
    *l = (struct frame_layout){ .rows = rows, .size = size, .n_columns = n_columns };
    l->forms = arena_dup(a, forms, n_columns * sizeof *forms);
    l->values = arena_dup(a, values, n_columns * sizeof *values);
    l->offsets = ARENA_ARRAY(a, uint32_t, n_columns);
    l->at_nulls = ARENA_ARRAY(a, uint32_t, n_columns);
    uint32_t at = rows ? 0 : (uint32_t)sizeof(rowtime);
    for (uint32_t i = 0; i < n_columns; i++) {
        l->offsets[i] = at;
        if (values[i]) at += forms[i] == FORM_STR ? (uint32_t)sizeof(struct str) : 8;
    }
    for (uint32_t i = 0; i < n_columns; i++) l->at_nulls[i] = at++;
    l->row_bytes = at;
}

/* ---- what leaves ---- */

static rowtime begin_of(const struct frame_layout *l, rowtime t)
{
    rowtime begin;
    return __builtin_sub_overflow(t, l->size, &begin) ? ROWTIME_MIN : begin;
}

uint32_t frame_expired(const struct frame_layout *l, const struct frame *f, rowtime t)
{
    if (l->rows) {
        return (uint64_t)f->count > (uint64_t)l->size ? f->count - (uint32_t)l->size : 0;
    }
    if (f->count == 0) return 0;
    rowtime begin = begin_of(l, t);
    if (f->newest < begin) return f->count;
    const rowtime *times = frame_times(f);
    uint32_t n = 0;
    while (n < f->count && times[frame_slot(f, f->first + n)] < begin) n++;
    return n;
}

bool frame_is_over(const struct frame_layout *l, const struct frame *f, rowtime t)
{
    return !l->rows && f->newest < begin_of(l, t);
}

/* ---- texts are the ring's own ---- */

static size_t long_bytes(struct str s)
{
    return s.len > STR_INLINE ? s.len : 0;
}

static void free_texts(const struct frame_layout *l, struct frame *f, uint32_t column, uint32_t n,
                       size_t *bytes)
{
    struct str *texts = frame_data(l, f, column);
    for (uint32_t i = 0; i < n; i++) {
        struct str *s = &texts[frame_slot(f, f->first + i)];
        size_t size = long_bytes(*s);
        if (size == 0) continue;
        mem_free((char *)(uintptr_t)str_data(s));
        *bytes -= size;
    }
}

static struct str own_text(struct str s, size_t *bytes)
{
    size_t size = long_bytes(s);
    if (size == 0) return s;
    char *copy = mem_alloc(size);
    memcpy(copy, str_data(&s), size);
    *bytes += size;
    return str_view(copy, s.len);
}

/* ---- the ring ---- */

/* Copies an array of the old ring into the new one, where rows lie by the same numbers. */
static void move_array(const struct frame *from, const char *old, struct frame *to, char *into,
                       size_t width)
{
    uint32_t done = 0;
    while (done < from->count) {
        uint32_t a = frame_slot(from, from->first + done), b = frame_slot(to, from->first + done);
        uint32_t run = from->count - done;
        if (run > from->cap - a) run = from->cap - a;
        if (run > to->cap - b) run = to->cap - b;
        memcpy(into + b * width, old + a * width, run * width);
        done += run;
    }
}

static void resize(const struct frame_layout *l, struct frame *f, uint32_t cap, size_t *bytes)
{
    size_t size;
    if (!size_mul(&size, cap, l->row_bytes)) mem_refused(SIZE_MAX);
    struct frame to = { .cap = cap, .block = size ? mem_alloc(size) : NULL };
    if (!l->rows) move_array(f, f->block, &to, to.block, sizeof(rowtime));
    for (uint32_t i = 0; i < l->n_columns; i++) {
        size_t width = l->forms[i] == FORM_STR ? sizeof(struct str) : 8;
        if (l->values[i] && f->count) {
            move_array(f, frame_data(l, f, i), &to, frame_data(l, &to, i), width);
        }
        if (f->count) {
            move_array(f, f->block + (size_t)f->cap * l->at_nulls[i], &to,
                       to.block + (size_t)cap * l->at_nulls[i], 1);
        }
    }
    *bytes += size;
    *bytes -= (size_t)f->cap * l->row_bytes;
    mem_free(f->block);
    f->block = to.block;
    f->cap = cap;
}

void frame_drop(const struct frame_layout *l, struct frame *f, uint32_t n, size_t *bytes)
{
    assert(n <= f->count);
    for (uint32_t i = 0; i < l->n_columns; i++) {
        if (l->forms[i] == FORM_STR && l->values[i]) free_texts(l, f, i, n, bytes);
    }
    f->first += n;
    f->count -= n;
    if (f->count == 0) f->first = 0;
    if (f->cap > 64 && f->count < f->cap / 8) resize(l, f, f->cap / 4, bytes);
}

static void put_value(const struct frame_layout *l, struct frame *f, uint32_t column, uint32_t slot,
                      const struct vector *v, uint32_t at, bool null, size_t *bytes)
{
    void *data = frame_data(l, f, column);
    switch (l->forms[column]) {
    case FORM_BOOL: ((int64_t *)data)[slot] = null ? 0 : v->b[at]; return;
    case FORM_I64: ((int64_t *)data)[slot] = null ? 0 : v->i64[at]; return;
    case FORM_F64: ((double *)data)[slot] = null ? 0 : v->f64[at]; return;
    case FORM_STR:
        ((struct str *)data)[slot] = null ? STR_EMPTY : own_text(v->str[at], bytes);
        return;
    }
}

void frame_add(const struct frame_layout *l, struct frame *f, rowtime t,
               const struct vector *const *columns, uint32_t row, size_t *bytes)
{
    if (f->count == f->cap) {
        if (f->cap > UINT32_MAX / 2) mem_refused(SIZE_MAX);
        resize(l, f, f->cap ? f->cap * 2 : SIZE_RING, bytes);
    }
    uint32_t slot = frame_slot(f, f->first + f->count);
    if (!l->rows) frame_times(f)[slot] = t;
    for (uint32_t i = 0; i < l->n_columns; i++) {
        uint32_t at = vector_at(columns[i], row);
        bool null = nulls_get(columns[i]->nulls, at);
        f->block[(size_t)f->cap * l->at_nulls[i] + slot] = null;
        if (l->values[i]) put_value(l, f, i, slot, columns[i], at, null, bytes);
    }
    f->count++;
    f->newest = t;
}

void frame_free(const struct frame_layout *l, struct frame *f, size_t *bytes)
{
    for (uint32_t i = 0; i < l->n_columns; i++) {
        if (f->count && l->forms[i] == FORM_STR && l->values[i]) {
            free_texts(l, f, i, f->count, bytes);
        }
    }
    *bytes -= (size_t)f->cap * l->row_bytes;
    mem_free(f->block);
    *f = (struct frame){ 0 };
}

/* ---- snapshots: oldest row first ---- */

void frame_save(const struct frame_layout *l, const struct frame *f, struct snap_writer *w)
{
    snap_u64(w, f->first);
    snap_u32(w, f->count);
    snap_i64(w, f->newest);
    for (uint32_t n = 0; n < f->count; n++) {
        uint32_t slot = frame_slot(f, f->first + n);
        if (!l->rows) snap_i64(w, frame_times(f)[slot]);
        for (uint32_t i = 0; i < l->n_columns; i++) {
            bool null = frame_is_null(l, f, i, slot);
            snap_u8(w, null);
            if (null || !l->values[i]) continue;
            if (l->forms[i] == FORM_STR) snap_str(w, ((struct str *)frame_data(l, f, i))[slot]);
            else snap_i64(w, ((int64_t *)frame_data(l, f, i))[slot]);
        }
    }
}

static void load_value(const struct frame_layout *l, struct frame *f, uint32_t column,
                       uint32_t slot, bool null, struct snap_reader *r, size_t *bytes)
{
    void *data = frame_data(l, f, column);
    if (l->forms[column] == FORM_STR) {
        ((struct str *)data)[slot] = null ? STR_EMPTY : own_text(snap_read_str(r), bytes);
    } else {
        ((int64_t *)data)[slot] = null ? 0 : snap_read_i64(r);
    }
}

static bool load_row(const struct frame_layout *l, struct frame *f, struct snap_reader *r,
                     size_t *bytes)
{
    uint32_t slot = frame_slot(f, f->first + f->count);
    if (!l->rows) {
        rowtime t = snap_read_i64(r);
        bool back = f->count && t < frame_times(f)[frame_slot(f, f->first + f->count - 1)];
        if (back || t > f->newest) return false;
        frame_times(f)[slot] = t;
    }
    f->count++;
    for (uint32_t i = 0; i < l->n_columns; i++) {
        uint8_t null = snap_read_u8(r);
        f->block[(size_t)f->cap * l->at_nulls[i] + slot] = null != 0;
        if (l->values[i]) load_value(l, f, i, slot, null != 0, r, bytes);
        if (null > 1) r->failed = true;
    }
    return !r->failed;
}

bool frame_load(const struct frame_layout *l, struct frame *f, struct snap_reader *r, size_t *bytes)
{
    f->first = snap_read_u64(r);
    size_t least = (l->rows ? 0 : 8) + l->n_columns;
    uint32_t n = least ? snap_read_count(r, least) : snap_read_u32(r);
    f->newest = snap_read_i64(r);
    if (r->failed || f->first > UINT64_MAX / 2 || n > UINT32_MAX / 4) return false;
    if (least == 0) {
        /* Nothing is kept of a row but that it is there. */
        if (n > (uint64_t)l->size + 1) return false;
        uint32_t cap = n ? SIZE_RING : 0;
        while (cap < n) cap *= 2;
        f->cap = cap;
        f->count = n;
        return true;
    }
    uint32_t cap = n ? SIZE_RING : 0;
    while (cap < n) cap *= 2;
    if (cap) resize(l, f, cap, bytes);
    for (uint32_t i = 0; i < n; i++) {
        if (!load_row(l, f, r, bytes)) return false;
    }
    return true;
}
