/*
 * op_tsort.c: ORDER BY ts WITHIN interval (dialect 6.8, L-53).
 *
 * Rows come out in the order of ts, those with the same one in the order of their arrival, once the greatest ts so far
 * is more than the interval ahead; ts becomes their ROWTIME. A row that is itself so far behind is an error, one
 * without a ts drops out. From here on rows alone move time (L-57).
 *
 *     WITHIN 10      ts    50  47  55  70              80
 *                    out               47  50  55      (70 waits for 81)
 */

#include <assert.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/heap.h"
#include "base/limits.h"
#include "data/calendar.h"
#include "exec/held.h"

/* Rows that came together. */
struct kept {
    struct batch *batch;
    uint32_t      n_waiting;
    int64_t       bytes;
};

struct waiting {
    rowtime      ts;
    uint64_t     number; /* of arrival */
    struct kept *kept;
    uint32_t     row;
};

/* A row on its way out, and the row of the batch that let it go. */
struct leaving {
    struct waiting row;
    uint32_t       by;
};

struct leaving_list {
    struct leaving *items;
    size_t          count, cap;
};

struct tsort {
    struct op               op;
    const struct plan_node *node;
    struct held             held; /* how rows are kept; none is in it */
    struct heap             rows; /* struct waiting, by (ts, number) */
    uint64_t                n_seen;
    bool                    any;
    rowtime                 greatest; /* ts so far, if any */
    int64_t                 bytes;
};

static bool is_before(const void *left, const void *right, void *context)
{
    (void)context;
    const struct waiting *a = left, *b = right;
    return a->ts != b->ts ? a->ts < b->ts : a->number < b->number;
}

static struct status tsort_open(struct op *op, const struct plan_node *node)
{
    struct tsort *t = (struct tsort *)op;
    t->node = node;
    assert(node->n_keys == 1 && node->keys[0]->kind == EXPR_COLUMN);
    held_open(&t->held, op, node);
    heap_init(&t->rows, sizeof(struct waiting), is_before, NULL);
    return OK;
}

static void drop(struct tsort *t, struct kept *k)
{
    if (--k->n_waiting) return;
    t->bytes -= k->bytes;
    batch_release(k->batch);
    mem_free(k);
}

static void tsort_close(struct op *op)
{
    struct tsort *t = (struct tsort *)op;
    struct waiting w;
    if (!t->node) return;
    while (heap_pop(&t->rows, &w)) drop(t, w.kept);
    heap_fini(&t->rows);
    held_close(&t->held);
}

/* ---- rows in ---- */

/* No row before this one comes any more. */
static rowtime limit_of(const struct tsort *t)
{
    rowtime limit;
    return i64_sub(&limit, t->greatest, t->node->sort.within_ms) ? limit : ROWTIME_MIN;
}

static struct fault too_late(struct tsort *t, uint32_t row, rowtime ts)
{
    char text[CALENDAR_TEXT_MAX], limit[CALENDAR_TEXT_MAX];
    size_t n = calendar_format_timestamp(text, ts);
    size_t m = calendar_format_timestamp(limit, limit_of(t));
    const char *message =
        str_format_c(t->op.scratch,
                     "row is out of time order: its time %.*s is before %.*s, to which rows have "
                     "come out",
                     (int)n, text, (int)m, limit);
    return (struct fault){ row, ERR_OUT_OF_ORDER, message };
}

static void add(struct tsort *t, struct kept *kept, uint32_t row, rowtime ts)
{
    struct waiting w = { ts, t->n_seen++, kept, row };
    heap_push(&t->rows, &w);
    kept->n_waiting++;
    if (!t->any || ts > t->greatest) t->greatest = ts;
    t->any = true;
}

/* The rows that are due, to be let go by row `by`. */
static void take_due(struct tsort *t, rowtime limit, uint32_t by, struct leaving_list *out)
{
    const struct waiting *top;
    while ((top = heap_top(&t->rows)) != NULL && top->ts < limit) {
        struct leaving *l = array_push(t->op.scratch, out);
        l->by = by;
        (void)heap_pop(&t->rows, &l->row);
    }
}

/* ---- rows out ---- */

static struct path_word path_of(const struct path_word *w, const struct leaving *rows,
                                const struct batch *at, struct arena *a)
{
    if (!w->words) return *w;
    uint64_t *words = ARENA_ARRAY(a, uint64_t, at->n_rows);
    for (uint32_t i = 0; i < batch_live(at); i++) words[batch_row(at, i)] = w->words[rows[i].by];
    return (struct path_word){ .words = words };
}

/* Times, causes and paths; by: the batch whose rows let them go, NULL: the end of input. */
static void set_times(struct batch *out, const struct leaving *rows, const struct batch *by)
{
    rowtime  *times = ARENA_ARRAY(out->arena, rowtime, out->n_rows);
    rowtime  *causes = ARENA_ARRAY(out->arena, rowtime, out->n_rows);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, out->n_rows);
    for (uint32_t i = 0; i < batch_live(out); i++) {
        uint32_t at = batch_row(out, i);
        times[at] = rows[i].row.ts;
        causes[at] = by ? by->cause_times[rows[i].by] : ROWTIME_END;
        seqs[at] = by ? by->cause_seqs[rows[i].by] : 0;
    }
    out->rowtimes = times;
    out->cause_times = causes;
    out->cause_seqs = seqs;
    out->path_len = by ? by->path_len : 0;
    out->path = ARENA_ARRAY(out->arena, struct path_word, out->path_len);
    for (uint32_t k = 0; k < out->path_len; k++) {
        out->path[k] = path_of(&by->path[k], rows, out, out->arena);
    }
}

static struct status emit(struct tsort *t, const struct leaving *rows, uint32_t n,
                          const struct batch *by)
{
    struct row_ref *refs = ARENA_ARRAY(t->op.scratch, struct row_ref, n);
    for (uint32_t i = 0; i < n; i++) {
        refs[i] = (struct row_ref){ rows[i].row.kept->batch, rows[i].row.row };
    }
    for (uint32_t i = 0; i < n;) {
        uint32_t span = gather_span(refs + i, n - i, SIZE_BATCH_ROWS);
        struct batch *gathered = gather_rows(refs + i, span, t->held.types, t->held.n_columns);
        struct batch *out = batch_derive(gathered, gathered->n_columns);
        if (out->n_columns) {
            memcpy(out->columns, gathered->columns, out->n_columns * sizeof *out->columns);
        }
        set_times(out, rows + i, by);
        struct status st = op_emit(&t->op, out);
        batch_release(out);
        batch_release(gathered);
        TRY(st);
        i += span;
    }
    return OK;
}

static struct status let_go(struct tsort *t, const struct leaving_list *rows,
                            const struct batch *by)
{
    struct status st = emit(t, rows->items, (uint32_t)rows->count, by);
    for (size_t i = 0; i < rows->count; i++) drop(t, rows->items[i].row.kept);
    return st;
}

static struct status tsort_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct tsort *t = (struct tsort *)op;
    const struct vector *key = &in->columns[t->node->keys[0]->column];
    uint32_t n = batch_live(in), n_good = 0;
    uint32_t *good = ARENA_ARRAY(op->scratch, uint32_t, n);
    struct leaving_list leaving = { 0 };
    struct faults faults = { 0 };
    struct kept *kept = mem_calloc(1, sizeof *kept);
    kept->n_waiting = 1; /* until all rows are in */
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = batch_row(in, i);
        if (vector_is_null(key, row)) continue;
        rowtime ts = key->i64[vector_at(key, row)];
        if (t->any && ts < limit_of(t)) {
            faults_add(&faults, op->scratch, too_late(t, row, ts));
            continue;
        }
        /* A copy has these rows alone. */
        add(t, kept, t->held.copier ? n_good : row, ts);
        good[n_good++] = row;
        take_due(t, limit_of(t), row, &leaving);
    }
    if (n_good) {
        kept->batch = held_batch(&t->held, in, good, n_good);
        kept->bytes = held_bytes(kept->batch);
        t->bytes += kept->bytes;
    }
    struct status st = op_fault(op, in, &faults);
    if (!st.err) st = let_go(t, &leaving, in);
    drop(t, kept);
    TRY(st);
    TRY(account_set(op->account, op->scratch, t->bytes));
    return t->any ? op_emit_bound(op, (struct bound){ limit_of(t), 0 }) : OK;
}

static struct status tsort_advance(struct op *op, uint32_t input, struct bound bound)
{
    (void)input;
    if (!bound_is_end(bound)) return OK;
    struct tsort *t = (struct tsort *)op;
    struct leaving_list leaving = { 0 };
    take_due(t, ROWTIME_END, 0, &leaving);
    TRY(let_go(t, &leaving, NULL));
    return op_emit_bound(op, bound);
}

/* ---- snapshots: what is known of time, then each row that waits ---- */

static int compare_number(const void *left, const void *right)
{
    const struct waiting *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static struct status tsort_save(const struct op *op, struct snap_writer *w)
{
    const struct tsort *t = (const struct tsort *)op;
    size_t n = t->rows.count;
    struct waiting *rows = mem_alloc(n * sizeof *rows);
    if (n) memcpy(rows, t->rows.items, n * sizeof *rows);
    qsort(rows, n, sizeof *rows, compare_number);
    snap_u8(w, t->any);
    snap_i64(w, t->greatest);
    snap_u32(w, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        struct batch *one = batch_narrow(rows[i].kept->batch, &rows[i].row, 1);
        snap_i64(w, rows[i].ts);
        merge_save_rows(w, one, 0);
        batch_release(one);
    }
    mem_free(rows);
    return OK;
}

static bool load_row(struct tsort *t, struct snap_reader *r, const struct merge_streams *streams)
{
    rowtime ts = snap_read_i64(r);
    struct batch *b = merge_load_rows(r, t->held.types, t->held.n_columns, streams);
    if (!b || batch_live(b) != 1 || !t->any || ts < limit_of(t) || ts > t->greatest) {
        batch_release(b);
        return false;
    }
    struct kept *kept = mem_calloc(1, sizeof *kept);
    kept->batch = b;
    kept->bytes = held_bytes(b);
    t->bytes += kept->bytes;
    add(t, kept, batch_row(b, 0), ts);
    return true;
}

static struct status tsort_load(struct op *op, struct snap_reader *r)
{
    struct tsort *t = (struct tsort *)op;
    struct merge_streams streams = graph_stream_types(op->graph);
    t->any = snap_read_u8(r);
    t->greatest = snap_read_i64(r);
    uint32_t n = snap_read_count(r, 8);
    for (uint32_t i = 0; i < n; i++) {
        if (load_row(t, r, &streams)) continue;
        r->failed = true;
        break;
    }
    return account_set(op->account, op->scratch, t->bytes);
}

const struct op_class op_tsort_class = {
    .name = "TimeSort",
    .size = sizeof(struct tsort),
    .stateless = false,
    .open = tsort_open,
    .push = tsort_push,
    .advance = tsort_advance,
    .checkpoint = tsort_save,
    .restore = tsort_load,
    .close = tsort_close,
};
