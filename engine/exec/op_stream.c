/*
 * op_stream.c: a stream with at most one writer, and the place where a pump's rows enter their target.
 *
 * A stream hands each batch to its readers, in the order of their creation. Entering appends the pump's word to the
 * paths of the rows, the pump's number and which of the rows that the pump made of one row or clock step it is, and
 * makes them rows of the target (batch.h). Rows of one cause may come in two batches, so the last one is remembered.
 */

#include <assert.h>

#include "base/limits.h"
#include "exec/graph_impl.h"

static struct status stream_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    return op_emit(op, in);
}

const struct op_class op_stream_class = {
    .name = "Stream",
    .size = sizeof(struct op),
    .stateless = true,
    .open = op_open_nothing,
    .push = stream_push,
    .advance = op_pass_bound,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = op_close_nothing,
};

struct enter {
    struct op op;
    uint32_t  stream;
    bool      repeats; /* the pump may make several rows of one */
    /* the last row, when repeats */
    rowtime   cause_time;
    uint64_t  cause_seq;
    uint32_t  ordinal;
    uint32_t  path_len; /* words above 0 behind it do not count */
    uint64_t  path[LIMIT_PUMP_DEPTH];
    bool      any;
};

void enter_setup(struct op *op, uint32_t stream, bool repeats)
{
    struct enter *e = (struct enter *)op;
    e->stream = stream;
    e->repeats = repeats;
}

void enter_setup_like(struct op *op, const struct op *other)
{
    const struct enter *e = (const struct enter *)other;
    enter_setup(op, e->stream, e->repeats);
}

static uint64_t word_at(const struct batch *b, uint32_t k, uint32_t row)
{
    if (k >= b->path_len) return 0;
    return b->path[k].words ? b->path[k].words[row] : b->path[k].all;
}

static bool is_same_cause(const struct enter *e, const struct batch *b, uint32_t row)
{
    if (!e->any || b->cause_seqs[row] != e->cause_seq || b->cause_times[row] != e->cause_time)
        return false;
    uint32_t len = e->path_len > b->path_len ? e->path_len : b->path_len;
    for (uint32_t k = 0; k < len; k++) {
        if (word_at(b, k, row) != (k < e->path_len ? e->path[k] : 0)) return false;
    }
    return true;
}

static void remember(struct enter *e, const struct batch *b, uint32_t row)
{
    e->any = true;
    e->cause_time = b->cause_times[row];
    e->cause_seq = b->cause_seqs[row];
    e->path_len = b->path_len;
    for (uint32_t k = 0; k < b->path_len; k++) e->path[k] = word_at(b, k, row);
    e->ordinal = 0;
}

static struct path_word words_for(struct enter *e, const struct batch *in, struct arena *a)
{
    struct path_word word = { .all = (uint64_t)e->op.pump << 32 };
    if (!e->repeats) return word;
    uint64_t *words = ARENA_ARRAY(a, uint64_t, in->n_rows);
    bool alike = true;
    for (uint32_t i = 0; i < batch_live(in); i++) {
        uint32_t row = batch_row(in, i);
        if (is_same_cause(e, in, row)) {
            e->ordinal++;
        } else {
            remember(e, in, row);
        }
        words[row] = word.all | e->ordinal;
        alike = alike && e->ordinal == 0;
    }
    if (!alike) word.words = words;
    return word;
}

static struct status enter_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct enter *e = (struct enter *)op;
    if (in->path_len >= LIMIT_PUMP_DEPTH) {
        /* graph_build saw to it; a snapshot may say otherwise. */
        return status_new(op->arena, ERR_INTERNAL, SPAN_NONE, "rows went through too many pumps");
    }
    struct batch *out = batch_derive(in, in->n_columns);
    if (in->n_columns) memcpy(out->columns, in->columns, in->n_columns * sizeof *in->columns);
    struct path_word *path = ARENA_ARRAY(out->arena, struct path_word, in->path_len + 1);
    if (in->path_len) memcpy(path, in->path, in->path_len * sizeof *path);
    path[in->path_len] = words_for(e, in, out->arena);
    out->path = path;
    out->path_len = in->path_len + 1;
    out->origin = (struct batch_origin){ .stream = e->stream + 1 };
    struct status st = op_emit(op, out);
    batch_release(out);
    return st;
}

static struct status enter_save(const struct op *op, struct snap_writer *w)
{
    const struct enter *e = (const struct enter *)op;
    snap_u8(w, e->any);
    snap_i64(w, e->cause_time);
    snap_u64(w, e->cause_seq);
    snap_u32(w, e->ordinal);
    snap_u32(w, e->path_len);
    for (uint32_t k = 0; k < e->path_len; k++) snap_u64(w, e->path[k]);
    return OK;
}

static struct status enter_load(struct op *op, struct snap_reader *r)
{
    struct enter *e = (struct enter *)op;
    e->any = snap_read_u8(r);
    e->cause_time = snap_read_i64(r);
    e->cause_seq = snap_read_u64(r);
    e->ordinal = snap_read_u32(r);
    e->path_len = snap_read_count(r, sizeof e->path[0]);
    if (e->path_len > LIMIT_PUMP_DEPTH) r->failed = true;
    if (r->failed) e->path_len = 0;
    for (uint32_t k = 0; k < e->path_len; k++) e->path[k] = snap_read_u64(r);
    return OK;
}

/* Rows of one cause never cross the batches of a source, so copies need not share what they remember. */
const struct op_class op_enter_class = {
    .name = "Enter",
    .size = sizeof(struct enter),
    .stateless = true,
    .open = op_open_nothing,
    .push = enter_push,
    .advance = op_pass_bound,
    .checkpoint = enter_save,
    .restore = enter_load,
    .close = op_close_nothing,
};
