/* held.c: rows that wait in an operator until they come out in another order. */

#include "exec/held.h"

#include <assert.h>

#include "base/limits.h"

enum { COPIED_ROWS_MAX = 1024 }; /* batches of copied rows grow together up to this size */

void held_open(struct held *h, struct op *op, const struct plan_node *node)
{
    h->op = op;
    h->n_columns = node->out.n_columns;
    h->types = schema_types(op->arena, &node->out);
    if (!node->sort.can_fault) h->copier = builder_new(h->types, h->n_columns);
}

void held_clear(struct held *h)
{
    for (uint32_t i = 0; i < h->n_batches; i++) batch_release(h->batches[i]);
    h->n_batches = h->n_rows = 0;
    h->bytes = 0;
}

void held_close(struct held *h)
{
    held_clear(h);
    mem_free(h->batches);
    builder_free(h->copier);
}

/* ---- taking in ---- */

int64_t held_bytes(const struct batch *b)
{
    const struct batch *origin = b->origin.batch;
    size_t bytes = arena_size_bytes(b->arena) + (origin ? arena_size_bytes(origin->arena) : 0);
    return (int64_t)bytes;
}

static void append(struct held *h, struct batch *b)
{
    if (h->n_batches == h->cap) {
        h->cap = h->cap ? h->cap * 2 : 16;
        h->batches = mem_realloc(h->batches, h->cap * sizeof(struct batch *));
    }
    h->batches[h->n_batches++] = b;
    h->n_rows += batch_live(b);
    h->bytes += held_bytes(b);
}

static void copy_row(struct held *h, const struct batch *in, uint32_t row)
{
    builder_row(h->copier, in->rowtimes[row], in->cause_times[row], in->cause_seqs[row], NULL, 0);
    for (uint32_t c = 0; c < h->n_columns; c++) {
        const struct vector *v = &in->columns[c];
        /* A column that nobody reads is NULL without a type of its own. */
        if (!vector_is_null(v, row)) builder_copy(h->copier, c, v, row);
    }
}

static struct batch *last_of(const struct held *h, uint32_t from_end)
{
    return h->n_batches > from_end ? h->batches[h->n_batches - 1 - from_end] : NULL;
}

/* Few large batches instead of many small ones: a row is copied again only into one of twice the size. */
static void join_small(struct held *h)
{
    for (;;) {
        struct batch *last = last_of(h, 0), *before = last_of(h, 1);
        if (!before || batch_live(last) < batch_live(before)) return;
        if (batch_live(last) + batch_live(before) > COPIED_ROWS_MAX) return;
        h->n_batches -= 2;
        struct batch *both[] = { before, last };
        for (int k = 0; k < 2; k++) {
            h->n_rows -= batch_live(both[k]);
            h->bytes -= held_bytes(both[k]);
            for (uint32_t i = 0; i < batch_live(both[k]); i++) {
                copy_row(h, both[k], batch_row(both[k], i));
            }
            batch_release(both[k]);
        }
        append(h, builder_take(h->copier));
    }
}

struct batch *held_batch(struct held *h, struct batch *in, const uint32_t *rows, uint32_t n)
{
    if (!h->copier) return n == in->n_rows ? batch_retain(in) : batch_narrow(in, rows, n);
    for (uint32_t i = 0; i < n; i++) copy_row(h, in, rows[i]);
    return builder_take(h->copier);
}

struct status held_add(struct held *h, struct batch *in, const uint32_t *rows, uint32_t n)
{
    assert(n > 0);
    append(h, held_batch(h, in, rows, n));
    if (h->copier) join_small(h);
    return account_set(h->op->account, h->op->scratch, h->bytes);
}

struct row_ref *held_refs(const struct held *h, struct arena *a)
{
    struct row_ref *refs = ARENA_ARRAY(a, struct row_ref, h->n_rows);
    uint32_t n = 0;
    for (uint32_t k = 0; k < h->n_batches; k++) {
        struct batch *b = h->batches[k];
        for (uint32_t i = 0; i < batch_live(b); i++) {
            refs[n++] = (struct row_ref){ b, batch_row(b, i) };
        }
    }
    return refs;
}

/* ---- letting go ---- */

static void set_path(struct batch *out, const struct held_cause *cause)
{
    const struct batch *from = cause->row_of;
    out->path = NULL;
    out->path_len = 0;
    if (!from) return;
    out->path = ARENA_ARRAY(out->arena, struct path_word, from->path_len);
    out->path_len = from->path_len;
    for (uint32_t k = 0; k < from->path_len; k++) {
        uint64_t word = from->path[k].words ? from->path[k].words[cause->row] : from->path[k].all;
        out->path[k] = (struct path_word){ .all = word };
    }
}

/* The rows of `gathered` (one of refs each, in their order) with their new places in time. */
static struct batch *retimed(struct batch *gathered, const rowtime *times,
                             const struct held_cause *cause)
{
    uint32_t n = gathered->n_rows;
    struct batch *out = batch_derive(gathered, gathered->n_columns);
    if (out->n_columns) {
        memcpy(out->columns, gathered->columns, out->n_columns * sizeof *out->columns);
    }
    rowtime *causes = ARENA_ARRAY(out->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        causes[i] = cause->time;
        seqs[i] = cause->seq;
    }
    out->cause_times = causes;
    out->cause_seqs = seqs;
    set_path(out, cause);
    if (!times) return out;
    rowtime *own = ARENA_ARRAY(out->arena, rowtime, n);
    for (uint32_t i = 0; i < batch_live(out); i++) own[batch_row(out, i)] = times[i];
    out->rowtimes = own;
    return out;
}

struct status held_emit(struct held *h, const struct row_ref *refs, const rowtime *times,
                        const struct held_cause *cause, uint32_t n)
{
    for (uint32_t i = 0; i < n;) {
        uint32_t span = gather_span(refs + i, n - i, SIZE_BATCH_ROWS);
        struct batch *rows = gather_rows(refs + i, span, h->types, h->n_columns);
        struct batch *out = retimed(rows, times ? times + i : NULL, cause);
        struct status st = op_emit(h->op, out);
        batch_release(out);
        batch_release(rows);
        TRY(st);
        i += span;
    }
    return OK;
}

/* ---- snapshots ---- */

void held_save(const struct held *h, struct snap_writer *w)
{
    snap_u32(w, h->n_batches);
    for (uint32_t i = 0; i < h->n_batches; i++) merge_save_rows(w, h->batches[i], 0);
}

bool held_load(struct held *h, struct snap_reader *r)
{
    struct merge_streams streams = graph_stream_types(h->op->graph);
    uint32_t n = snap_read_count(r, 4);
    for (uint32_t i = 0; i < n; i++) {
        struct batch *b = merge_load_rows(r, h->types, h->n_columns, &streams);
        if (!b) return false;
        append(h, b);
    }
    return !r->failed;
}
