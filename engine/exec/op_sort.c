/*
 * op_sort.c: ORDER BY of a stream (dialect 6.8).
 *
 * Rows wait while the first key does not change; then they come out sorted by the other keys, those that are alike in
 * the order of their arrival, NULL as the smallest value (L-52). The window of the first key is that of a GROUP BY by
 * it, so it is complete when that would be: by the clock, or by the row that changes the key.
 *
 *     ORDER BY FLOOR(ROWTIME TO MINUTE), N DESC
 *     in     0:58 n 1   0:59 n 5        1:02 n 3
 *     out                       1:00    0:59 n 5   0:59 n 1
 *
 * The stream stays ascending: a batch that sorting would take out of the order of its times gets the time of its last
 * row (L-51).
 */

#include <assert.h>
#include <stdlib.h>

#include "exec/group_window.h"
#include "exec/held.h"

struct sort {
    struct op               op;
    const struct plan_node *node;
    struct group_window     window;
    struct held             held;
};

static struct status sort_open(struct op *op, const struct plan_node *node)
{
    struct sort *s = (struct sort *)op;
    s->node = node;
    held_open(&s->held, op, node);
    return group_window_open(&s->window, op, node);
}

static void sort_close(struct op *op)
{
    struct sort *s = (struct sort *)op;
    held_close(&s->held);
    group_window_close(&s->window);
}

/* ---- comparing ---- */

/* A row and its number in order of arrival. */
struct sortable {
    struct row_ref ref;
    uint32_t       number;
};

static int compare_i64(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_values(const struct vector *a, uint32_t a_at, const struct vector *b,
                          uint32_t b_at)
{
    bool a_null = nulls_get(a->nulls, a_at), b_null = nulls_get(b->nulls, b_at);
    if (a_null || b_null) return (int)b_null - (int)a_null;
    switch (type_form(a->type)) {
    case FORM_BOOL: return (int)a->b[a_at] - (int)b->b[b_at];
    case FORM_I64: return compare_i64(a->i64[a_at], b->i64[b_at]);
    case FORM_F64: return a->f64[a_at] < b->f64[b_at] ? -1 : a->f64[a_at] > b->f64[b_at];
    case FORM_STR: return str_compare_padded(&a->str[a_at], &b->str[b_at]);
    }
    return 0;
}

static int compare_key(const struct expr *key, struct row_ref a, struct row_ref b)
{
    if (key->kind == EXPR_ROWTIME) {
        return compare_i64(a.batch->rowtimes[a.row], b.batch->rowtimes[b.row]);
    }
    const struct vector *x = &a.batch->columns[key->column], *y = &b.batch->columns[key->column];
    return compare_values(x, vector_at(x, a.row), y, vector_at(y, b.row));
}

/* The first key is the same for all rows that wait. */
static int compare_rows(const void *left, const void *right, void *node)
{
    const struct sortable *a = left, *b = right;
    const struct plan_node *n = node;
    for (uint32_t i = 1; i < n->n_keys; i++) {
        int c = compare_key(n->keys[i], a->ref, b->ref);
        if (c != 0) return n->sort.descending[i] ? -c : c;
    }
    return a->number < b->number ? -1 : 1;
}

/* ---- the end of a window ---- */

static void sort_refs(const struct plan_node *node, struct row_ref *refs, uint32_t n,
                      struct arena *a)
{
    struct sortable *rows = ARENA_ARRAY(a, struct sortable, n);
    for (uint32_t i = 0; i < n; i++) rows[i] = (struct sortable){ refs[i], i };
    qsort_r(rows, n, sizeof *rows, compare_rows, (void *)(uintptr_t)node);
    for (uint32_t i = 0; i < n; i++) refs[i] = rows[i].ref;
}

/* The times that sorted rows get; NULL: they keep their own. */
static const rowtime *new_times(const struct row_ref *refs, uint32_t n, struct arena *a)
{
    bool ascending = true;
    rowtime last = ROWTIME_MIN, before = ROWTIME_MIN;
    for (uint32_t i = 0; i < n; i++) {
        rowtime t = refs[i].batch->rowtimes[refs[i].row];
        ascending = ascending && t >= before;
        before = t;
        if (t > last) last = t;
    }
    if (ascending) return NULL;
    rowtime *times = ARENA_ARRAY(a, rowtime, n);
    for (uint32_t i = 0; i < n; i++) times[i] = last;
    return times;
}

static struct status complete(struct sort *s, const struct group_close *how)
{
    struct arena *a = s->op.scratch;
    uint32_t n = s->held.n_rows;
    struct row_ref *refs = held_refs(&s->held, a);
    sort_refs(s->node, refs, n, a);
    const rowtime *times = new_times(refs, n, a);
    struct held_cause cause = { how->cause_time, how->cause_seq, how->row_of, how->row };
    struct status st = held_emit(&s->held, refs, times, &cause, n);
    held_clear(&s->held);
    s->window.open = false;
    TRY(st);
    return account_set(s->op.account, a, 0);
}

/* ---- rows ---- */

/* The values of the key whose change ends a window; NULL: time does. */
static const struct vector *changing_key(const struct sort *s, const struct batch *in)
{
    if (!s->window.changing) return NULL;
    const struct expr *key = s->node->keys[s->node->window.key];
    assert(key->kind == EXPR_COLUMN);
    return &in->columns[key->column];
}

static struct status sort_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct sort *s = (struct sort *)op;
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    const struct vector *changing = changing_key(s, in);
    while (n) {
        if (s->window.open && group_window_ends(&s->window, in, changing, rows[0])) {
            struct group_close how = group_window_at_row(&s->window, in, rows[0]);
            TRY(complete(s, &how));
        }
        struct fault why;
        if (!s->window.open && !group_window_start(&s->window, in, changing, rows[0], &why)) {
            return status_new(op->arena, ERR_INTERNAL, SPAN_NONE, "a sort key failed");
        }
        uint32_t run = group_window_run(&s->window, in, changing, rows, n);
        TRY(held_add(&s->held, in, rows, run));
        group_window_seen(&s->window, in, rows[run - 1]);
        rows += run;
        n -= run;
    }
    return OK;
}

static rowtime first_time(const struct held *h)
{
    const struct batch *b = h->batches[0];
    return b->rowtimes[batch_row(b, 0)];
}

static struct status sort_advance(struct op *op, uint32_t input, struct bound bound)
{
    assert(input == 0);
    (void)input;
    struct sort *s = (struct sort *)op;
    if (s->window.open && group_window_due(&s->window, bound)) {
        struct group_close how = group_window_at_bound(&s->window, bound);
        TRY(complete(s, &how));
    }
    if (bound_is_end(bound)) return op_emit_bound(op, bound);
    struct bound own = { bound.time, 0 };
    if (s->window.open) own = bound_min(own, (struct bound){ first_time(&s->held), 0 });
    return op_emit_bound(op, own);
}

/* ---- snapshots ---- */

static struct status sort_save(const struct op *op, struct snap_writer *w)
{
    const struct sort *s = (const struct sort *)op;
    group_window_save(&s->window, w);
    held_save(&s->held, w);
    return OK;
}

static struct status sort_load(struct op *op, struct snap_reader *r)
{
    struct sort *s = (struct sort *)op;
    bool ok = group_window_load(&s->window, r) && held_load(&s->held, r) &&
              s->window.open == (s->held.n_rows > 0);
    if (!ok) r->failed = true;
    return account_set(op->account, op->scratch, s->held.bytes);
}

struct open_windows sort_windows(const struct op *op)
{
    return group_window_open_now(&((const struct sort *)op)->window);
}

const struct op_class op_sort_class = {
    .name = "Sort",
    .size = sizeof(struct sort),
    .stateless = false,
    .open = sort_open,
    .push = sort_push,
    .advance = sort_advance,
    .checkpoint = sort_save,
    .restore = sort_load,
    .close = sort_close,
};
