/*
 * op_join.c: joins of two streams (dialect 6.6).
 *
 * Rows of both inputs are put in one order (time/merge) and handled one after the other: rows that are too old leave
 * the sides' windows; the row meets the rows of the other side with its key, in the order of their arrival (L-47);
 * then it enters the window of its own side. What a row makes has its time, cause and path.
 *
 *     A OVER 1 minute, B without a window, LEFT JOIN on id
 *
 *     0:10  A 1            A holds 1
 *     0:20  A 2            A holds 1, 2
 *     0:40  B 1            0:40 (1, 1)
 *     1:10  B 1            1:10 (1, 1): both ends belong to the window (L-46)
 *     1:20.001             1:20 (2, NULL): A 2 has left; A 1 left before it, and had matched (L-45)
 *
 * A row that leaves without a match comes out at its ROWTIME + window, when the clock is past that: its cause is the
 * clock step 1 ms later, or, where rows of that time have later causes, what follows the last of them. Everything is
 * evaluated for whole batches first, keys, and then the condition for many pairs together (join_result).
 *
 * For the order alone the rows of both inputs have the columns of the operator's row, and one more that tells the side;
 * columns that nobody reads are one NULL and cost nothing.
 */

#include <assert.h>

#include "base/checked.h"
#include "data/key.h"
#include "exec/graph_impl.h"
#include "exec/join_result.h"

enum { LEFT, RIGHT };

struct join {
    struct op               op;
    const struct plan_join *plan;
    struct merge           *merge;
    uint32_t                n_left, n; /* columns of the left side, of both */
    struct type            *types;     /* of the operator's row, then the side: BOOLEAN, TRUE is the right one */
    struct vector          *absent;    /* NULL of each type */
    struct program         *keys[2];
    struct key_table       *table;     /* keys of both sides; NULL: there are none, all rows have key 0 */
    struct join_side        sides[2];
    struct join_result      result;
    uint64_t                arrivals;  /* rows that were kept so far */
    /* the last row */
    rowtime                 last_time, last_cause_time;
    uint64_t                last_cause_seq;
};

/* Rows of one merged batch. */
struct arrivals {
    struct batch  *in;
    uint32_t       n[2];
    uint32_t      *rows[2]; /* by side, without those whose keys fail */
    struct vector *keys[2];
    uint32_t      *ids;     /* by row: its key, JOIN_NO_KEY: it equals none */
    uint8_t       *side;    /* by row; DROPPED */
};
enum { DROPPED = 2 };

/* ---- opening ---- */

static struct status join_open(struct op *op, const struct plan_node *node)
{
    struct join *j = (struct join *)op;
    j->plan = &node->join;
    j->n_left = node->inputs[LEFT]->out.n_columns;
    j->n = node->out.n_columns - 2;
    assert(j->n == j->n_left + node->inputs[RIGHT]->out.n_columns);
    j->last_time = ROWTIME_MIN;
    j->types = ARENA_ARRAY(op->arena, struct type, j->n + 3);
    for (uint32_t i = 0; i < j->n + 2; i++) j->types[i] = node->out.columns[i].type;
    j->types[j->n + 2] = type_of(TYPE_BOOLEAN);
    j->absent = ARENA_ARRAY(op->arena, struct vector, j->n + 2);
    for (uint32_t i = 0; i < j->n + 2; i++) {
        vector_new_null(op->arena, j->types[i], &j->absent[i]);
    }
    j->merge = merge_new(j->types, j->n + 3, 2, op->loose);
    struct join_columns c = { .row = j->types, .n_row = j->n + 2, .n = j->n_left,
                              .used = node->join.used };
    join_side_open(&j->sides[LEFT], op->arena, j->plan, LEFT, &c);
    c.first = j->n_left;
    c.n = j->n - j->n_left;
    join_side_open(&j->sides[RIGHT], op->arena, j->plan, RIGHT, &c);
    uint32_t n_keys = j->plan->n_keys;
    struct type *key_types = ARENA_ARRAY(op->arena, struct type, n_keys);
    for (uint32_t k = 0; k < n_keys; k++) key_types[k] = j->plan->sides[LEFT].keys[k]->type;
    if (n_keys) j->table = key_table_new(key_types, n_keys);
    for (uint32_t s = 0; s < 2; s++) {
        TRY(program_compile(op->arena, j->plan->sides[s].keys, n_keys, &j->keys[s]));
    }
    struct program *condition = NULL;
    struct expr *e = j->plan->condition;
    if (e) TRY(program_compile(op->arena, &e, 1, &condition));
    join_result_open(&j->result, op, j->sides, j->types, condition);
    return OK;
}

static void join_close(struct op *op)
{
    struct join *j = (struct join *)op;
    if (j->result.op) {
        join_result_close(&j->result);
        join_side_close(&j->sides[LEFT]);
        join_side_close(&j->sides[RIGHT]);
    }
    key_table_free(j->table);
    merge_free(j->merge);
}

/* ---- rows of an input with the columns of the operator's row ---- */

static struct batch *widen(const struct join *j, uint32_t side, struct batch *in)
{
    struct batch *out = batch_derive(in, j->n + 3);
    uint32_t first = side == LEFT ? 0 : j->n_left;
    for (uint32_t i = 0; i < j->n + 2; i++) {
        bool own = i < j->n && i >= first && i - first < in->n_columns;
        out->columns[i] = own && j->plan->used[i] ? in->columns[i - first] : j->absent[i];
    }
    if (j->plan->used[j->n + side]) {
        struct vector *time = &out->columns[j->n + side];
        *time = (struct vector){ .type = j->types[j->n + side] };
        time->i64 = (int64_t *)(uintptr_t)in->rowtimes;
    }
    struct vector *flag = &out->columns[j->n + 2];
    vector_new(out->arena, j->types[j->n + 2], 1, flag);
    flag->b[0] = side == RIGHT;
    flag->constant = true;
    return out;
}

/* ---- what is known of a merged batch ---- */

static void split_sides(const struct join *j, struct arrivals *a, struct arena *scratch)
{
    const struct vector *flag = &a->in->columns[j->n + 2];
    uint32_t n = batch_live(a->in);
    a->rows[LEFT] = ARENA_ARRAY(scratch, uint32_t, n);
    a->rows[RIGHT] = ARENA_ARRAY(scratch, uint32_t, n);
    a->side = ARENA_ARRAY(scratch, uint8_t, a->in->n_rows);
    a->ids = ARENA_ARRAY(scratch, uint32_t, a->in->n_rows);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t row = batch_row(a->in, i);
        uint8_t side = flag->b[vector_at(flag, row)];
        a->side[row] = side;
        a->rows[side][a->n[side]++] = row;
    }
}

/* The keys of a side; a row whose key fails is an error row and nothing else. */
static void run_keys(struct join *j, struct arrivals *a, uint32_t side)
{
    struct arena *scratch = j->op.scratch;
    a->keys[side] = ARENA_ARRAY(scratch, struct vector, j->plan->n_keys + 1);
    if (a->n[side] == 0) return;
    struct faults faults = { 0 };
    program_run(j->keys[side], j->op.env, a->in, a->rows[side], a->n[side], scratch, scratch,
                a->keys[side], &faults);
    if (faults.count == 0) return;
    for (size_t i = 0; i < faults.count; i++) a->side[faults.items[i].row] = DROPPED;
    uint32_t *good = ARENA_ARRAY(scratch, uint32_t, a->n[side]);
    a->n[side] = rows_without(a->rows[side], a->n[side], &faults, good);
    a->rows[side] = good;
    j->op.metrics.faults += faults.count;
    errors_add_rows(j->op.errors, j->op.pump, a->in, &j->op.node->out, &faults);
}

static bool has_null(const struct join *j, const struct vector *keys, uint32_t row)
{
    for (uint32_t k = 0; k < j->plan->n_keys; k++) {
        if (vector_is_null(&keys[k], row)) return true;
    }
    return false;
}

/* Ids of rows[0..n); make: also of keys that are new. */
static void find_ids(const struct join *j, const struct vector *keys, const uint32_t *rows,
                     uint32_t n, bool make, uint32_t *ids)
{
    if (!j->table) {
        memset(ids, 0, n * sizeof *ids);
        return;
    }
    if (make) key_table_put(j->table, keys, rows, n, ids);
    else key_table_find(j->table, keys, rows, n, ids);
    for (uint32_t i = 0; i < n; i++) {
        if (has_null(j, keys, rows[i])) ids[i] = JOIN_NO_KEY;
    }
}

static void set_ids(struct join *j, struct arrivals *a, uint32_t side)
{
    uint32_t n = a->n[side];
    uint32_t *ids = ARENA_ARRAY(j->op.scratch, uint32_t, n);
    if (n) find_ids(j, a->keys[side], a->rows[side], n, join_side_keeps(&j->sides[side]), ids);
    for (uint32_t i = 0; i < n; i++) a->ids[a->rows[side][i]] = ids[i];
}

static bool is_kept(const struct join_side *s, uint32_t id)
{
    return join_side_keeps(s) && (id != JOIN_NO_KEY || join_side_keeps_all(s));
}

/* Copies of the rows that will be kept. */
static void append_rows(struct join *j, const struct arrivals *a, uint32_t side)
{
    struct join_side *s = &j->sides[side];
    uint32_t *rows = ARENA_ARRAY(j->op.scratch, uint32_t, a->n[side]), n = 0;
    for (uint32_t i = 0; i < a->n[side]; i++) {
        rows[n] = a->rows[side][i];
        n += is_kept(s, a->ids[rows[n]]);
    }
    join_side_append(s, a->in, a->keys[side], rows, n);
}

/* ---- time ---- */

/* The first row of a side leaves at a time; the side's row `row` pushed it out, or (JOIN_NO_KEY) the clock did. */
static void leave(struct join *j, uint32_t side, uint32_t row, rowtime time)
{
    struct join_side *s = &j->sides[side];
    uint64_t place = s->first;
    bool gone = join_chunk_of(s, place)->matched[join_row_of(place)];
    join_side_unlink(s);
    if (!s->plan->outer || gone) return;
    struct join_candidate c = { .kind = JOIN_LEFT, .side = (uint8_t)side, .row = row,
                                .kept = place, .time = time, .cause_time = time + 1 };
    bool later = j->last_cause_time > c.cause_time || j->last_cause_time == c.cause_time;
    if (j->last_time == time && later) {
        c.cause_time = j->last_cause_time;
        c.cause_seq = j->last_cause_seq + 1;
    }
    join_result_add(&j->result, &c);
}

static uint64_t first_arrival(const struct join_side *s)
{
    return join_chunk_of(s, s->first)->arrival[join_row_of(s->first)];
}

/* The side whose first row is the next to leave before `now`; 2: none. */
static uint32_t next_to_leave(const struct join *j, rowtime now)
{
    rowtime due[2] = { join_side_due(&j->sides[LEFT]), join_side_due(&j->sides[RIGHT]) };
    uint32_t side = due[RIGHT] < due[LEFT];
    if (due[side] >= now) return 2;
    if (due[LEFT] != due[RIGHT]) return side;
    return first_arrival(&j->sides[RIGHT]) < first_arrival(&j->sides[LEFT]) ? RIGHT : LEFT;
}

static struct status pass_time(struct join *j, rowtime now, struct batch *in)
{
    for (uint32_t side; (side = next_to_leave(j, now)) < 2;) {
        leave(j, side, JOIN_NO_KEY, join_side_due(&j->sides[side]));
        if (join_result_is_full(&j->result)) TRY(join_result_emit(&j->result, in));
    }
    return OK;
}

/* ---- rows ---- */

static struct status meet(struct join *j, struct batch *in, uint32_t side, uint32_t row,
                          uint32_t id, bool kept)
{
    struct join_side *other = &j->sides[1 - side];
    struct join_candidate c = { .kind = JOIN_PAIR, .side = (uint8_t)side, .row = row,
                                .own = kept ? j->sides[side].linked : JOIN_NO_ROW };
    for (c.kept = join_side_head(other, id); c.kept != JOIN_NO_ROW;
         c.kept = join_chunk_of(other, c.kept)->next[join_row_of(c.kept)]) {
        join_result_add(&j->result, &c);
        if (join_result_is_full(&j->result)) TRY(join_result_emit(&j->result, in));
    }
    return OK;
}

static struct status take_row(struct join *j, const struct arrivals *a, uint32_t row)
{
    uint32_t side = a->side[row], id = a->ids[row];
    struct join_side *own = &j->sides[side];
    bool kept = is_kept(own, id);
    TRY(pass_time(j, a->in->rowtimes[row], a->in));
    if (id != JOIN_NO_KEY) TRY(meet(j, a->in, side, row, id, kept));
    if (!kept && own->plan->outer) {
        struct join_candidate alone = { .kind = JOIN_ALONE, .side = (uint8_t)side, .row = row };
        join_result_add(&j->result, &alone);
    }
    j->last_time = a->in->rowtimes[row];
    j->last_cause_time = a->in->cause_times[row];
    j->last_cause_seq = a->in->cause_seqs[row];
    if (!kept) return OK;
    join_side_link(own, id, j->arrivals++);
    if (own->plan->window == JOIN_ROWS && join_side_rows(own) > (uint64_t)own->plan->size) {
        leave(j, side, row, j->last_time);
    }
    return OK;
}

/* Keys that no row has any more are forgotten, before they are more than the others. */
static void rekey_rows(void *arg, const struct vector *keys, const uint32_t *rows, uint32_t n,
                       uint32_t *ids)
{
    find_ids(arg, keys, rows, n, true, ids);
}

static void forget_keys(struct join *j)
{
    if (!j->table) return;
    uint64_t live = join_side_rows(&j->sides[LEFT]) + join_side_rows(&j->sides[RIGHT]);
    if (key_table_count(j->table) < 2 * live + 4 * SIZE_BATCH_ROWS) return;
    key_table_clear(j->table);
    for (uint32_t s = 0; s < 2; s++) join_side_rekey(&j->sides[s], rekey_rows, j);
}

static struct status count_bytes(struct join *j)
{
    uint64_t waiting = merge_rows(j->merge) * (j->n + 6) * sizeof(int64_t);
    int64_t bytes = j->sides[LEFT].bytes + j->sides[RIGHT].bytes + (int64_t)waiting;
    if (j->table) bytes += (int64_t)key_table_bytes(j->table);
    return op_account(&j->op, bytes);
}

static struct status take_batch(struct join *j, struct batch *in)
{
    struct arrivals a = { .in = in };
    forget_keys(j);
    split_sides(j, &a, j->op.scratch);
    for (uint32_t s = 0; s < 2; s++) run_keys(j, &a, s);
    /* Keys that are made come first: then the other side finds them. */
    uint32_t first = join_side_keeps(&j->sides[LEFT]) ? LEFT : RIGHT;
    set_ids(j, &a, first);
    set_ids(j, &a, 1 - first);
    for (uint32_t s = 0; s < 2; s++) append_rows(j, &a, s);
    j->result.matched_row = JOIN_NO_KEY;
    for (uint32_t i = 0; i < batch_live(in); i++) {
        uint32_t row = batch_row(in, i);
        if (a.side[row] == DROPPED) continue;
        TRY(take_row(j, &a, row));
        if (join_result_is_full(&j->result)) TRY(join_result_emit(&j->result, in));
    }
    TRY(join_result_emit(&j->result, in));
    for (uint32_t s = 0; s < 2; s++) join_side_trim(&j->sides[s]);
    return count_bytes(j);
}

static struct status drain(struct join *j)
{
    struct batch *in;
    while ((in = merge_take(j->merge)) != NULL) {
        struct status st = take_batch(j, in);
        batch_release(in);
        if (st.err) return st;
    }
    return OK;
}

static struct status join_push(struct op *op, uint32_t input, struct batch *in)
{
    struct join *j = (struct join *)op;
    struct batch *wide = widen(j, input, in);
    merge_push(j->merge, input, wide);
    batch_release(wide);
    TRY(drain(j));
    return count_bytes(j);
}

/* ---- bounds ---- */

/* The input has ended: rows under ROWS come out with the time of the last row, all others when they are due. */
static struct status end_sides(struct join *j)
{
    if (j->last_time != ROWTIME_MIN) TRY(pass_time(j, j->last_time + 1, NULL));
    for (uint32_t s = 0; s < 2; s++) {
        if (j->sides[s].plan->window != JOIN_ROWS) continue;
        while (join_side_rows(&j->sides[s])) {
            leave(j, s, JOIN_NO_KEY, j->last_time);
            if (join_result_is_full(&j->result)) TRY(join_result_emit(&j->result, NULL));
        }
    }
    return pass_time(j, ROWTIME_END, NULL);
}

static struct status join_advance(struct op *op, uint32_t input, struct bound bound)
{
    struct join *j = (struct join *)op;
    merge_advance(j->merge, input, bound);
    TRY(drain(j));
    struct bound all = merge_bound(j->merge);
    TRY(all.time == ROWTIME_END ? end_sides(j) : pass_time(j, all.time, NULL));
    TRY(join_result_emit(&j->result, NULL));
    for (uint32_t s = 0; s < 2; s++) join_side_trim(&j->sides[s]);
    TRY(count_bytes(j));
    return op_emit_bound(op, all);
}

struct bound join_held(const struct op *op)
{
    const struct join *j = (const struct join *)op;
    return merge_rows(j->merge) ? merge_cause(j->merge) : BOUND_END;
}

/* ---- snapshots ---- */

static uint64_t hash_of(void *arg, uint32_t key)
{
    const struct join *j = arg;
    return j->table ? key_table_hash(j->table, key) : 0;
}

static struct status join_save(const struct op *op, struct snap_writer *w)
{
    const struct join *j = (const struct join *)op;
    merge_save(j->merge, w);
    snap_u64(w, j->arrivals);
    snap_i64(w, j->last_time);
    snap_i64(w, j->last_cause_time);
    snap_u64(w, j->last_cause_seq);
    for (uint32_t s = 0; s < 2; s++) {
        join_side_save(&j->sides[s], w, hash_of, (void *)(uintptr_t)j);
    }
    return OK;
}

static struct status join_load(struct op *op, struct snap_reader *r)
{
    struct join *j = (struct join *)op;
    struct merge_streams streams = graph_stream_types(op->graph);
    if (!merge_load(j->merge, r, &streams)) {
        r->failed = true;
        return OK;
    }
    j->arrivals = snap_read_u64(r);
    j->last_time = snap_read_i64(r);
    j->last_cause_time = snap_read_i64(r);
    j->last_cause_seq = snap_read_u64(r);
    for (uint32_t s = 0; s < 2 && !r->failed; s++) {
        if (!join_side_load(&j->sides[s], r)) r->failed = true;
        else join_side_rekey(&j->sides[s], rekey_rows, j);
    }
    return OK;
}

const struct op_class op_join_class = {
    .name = "Join",
    .size = sizeof(struct join),
    .stateless = false,
    .open = join_open,
    .push = join_push,
    .advance = join_advance,
    .checkpoint = join_save,
    .restore = join_load,
    .close = join_close,
};
