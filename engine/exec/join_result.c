/* join_result.c: what a join of streams may put out, in order, and the batch of it that comes out. */

#include "exec/join_result.h"

#include <assert.h>

#include "exec/graph_impl.h"

void join_result_open(struct join_result *r, struct op *op, struct join_side *sides,
                      const struct type *types, struct program *condition)
{
    uint32_t n_left = op->node->inputs[0]->out.n_columns;
    *r = (struct join_result){ .op = op, .sides = sides, .node = op->node, .condition = condition,
                               .n_left = n_left, .n = op->node->out.n_columns - 2,
                               .matched_row = JOIN_NO_KEY };
    r->work = arena_new();
    r->types = arena_dup(op->arena, types, op->node->out.n_columns * sizeof *types);
}

void join_result_close(struct join_result *r)
{
    mem_free(r->items);
    arena_free(r->work);
}

void join_result_add(struct join_result *r, const struct join_candidate *c)
{
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 4 * SIZE_BATCH_ROWS;
        r->items = mem_realloc(r->items, r->cap * sizeof *r->items);
    }
    r->items[r->count++] = *c;
}

/* ---- where the values are ---- */

/* A side's part of a joined row. */
struct part {
    const struct vector *columns; /* NULL: there is none, its values are NULL */
    const rowtime       *times;
    uint32_t             row;
    bool                 kept;    /* columns are those that the side keeps, not the operator's */
};

struct build {
    struct join_result *r;
    struct batch       *in, *out;
    struct part        *parts[2]; /* a candidate each */
};

static struct part kept_part(struct build *b, uint32_t side, uint64_t place)
{
    struct join_chunk *c = join_chunk_of(&b->r->sides[side], place);
    if (c->held_by != b->r->number) {
        c->held_by = b->r->number;
        batch_hold(b->out, c->rows); /* its strings */
    }
    return (struct part){ c->rows->columns, c->times, join_row_of(place), true };
}

static void find_parts(struct build *b)
{
    struct join_result *r = b->r;
    for (uint32_t s = 0; s < 2; s++) {
        b->parts[s] = arena_calloc(r->work, r->count * sizeof *b->parts[s]);
    }
    for (uint32_t i = 0; i < r->count; i++) {
        const struct join_candidate *c = &r->items[i];
        struct part *own = &b->parts[c->side][i], *other = &b->parts[1 - c->side][i];
        if (c->kind == JOIN_LEFT) {
            *own = kept_part(b, c->side, c->kept);
            continue;
        }
        *own = (struct part){ b->in->columns, b->in->rowtimes, c->row, false };
        if (c->kind == JOIN_PAIR) *other = kept_part(b, 1u - c->side, c->kept);
    }
}

/* ---- columns ---- */

static void copy_value(struct vector *to, uint32_t i, const struct vector *from, uint32_t at)
{
    switch (type_form(to->type)) {
    case FORM_BOOL: to->b[i] = from->b[at]; break;
    case FORM_I64: to->i64[i] = from->i64[at]; break;
    case FORM_F64: to->f64[i] = from->f64[at]; break;
    case FORM_STR: to->str[i] = from->str[at]; break;
    }
}

static void fill_column(struct build *b, uint32_t column, uint32_t side)
{
    struct vector *to = &b->out->columns[column];
    const struct part *parts = b->parts[side];
    uint32_t kept = b->r->sides[side].place[column], n = b->out->n_rows;
    vector_new(b->out->arena, b->r->types[column], n, to);
    for (uint32_t i = 0; i < n; i++) {
        const struct part *p = &parts[i];
        const struct vector *from = p->columns ? &p->columns[p->kept ? kept : column] : NULL;
        if (!from || vector_is_null(from, p->row)) {
            nulls_set(vector_nulls(b->out->arena, to, n), i);
        } else {
            copy_value(to, i, from, vector_at(from, p->row));
        }
    }
}

static void fill_time(struct build *b, uint32_t column, uint32_t side)
{
    struct vector *to = &b->out->columns[column];
    const struct part *parts = b->parts[side];
    uint32_t n = b->out->n_rows;
    vector_new(b->out->arena, b->r->types[column], n, to);
    for (uint32_t i = 0; i < n; i++) {
        if (parts[i].columns) to->i64[i] = parts[i].times[parts[i].row];
        else nulls_set(vector_nulls(b->out->arena, to, n), i);
    }
}

static void fill_columns(struct build *b)
{
    const struct join_result *r = b->r;
    const bool *used = r->node->join.used;
    for (uint32_t c = 0; c < r->n + 2; c++) {
        if (!used[c]) vector_new_null(b->out->arena, r->types[c], &b->out->columns[c]);
        else if (c >= r->n) fill_time(b, c, c - r->n);
        else fill_column(b, c, c >= r->n_left);
    }
}

/* ---- times, causes, paths ---- */

static uint64_t word_of(const struct path_word *w, uint32_t row)
{
    return w->words ? w->words[row] : w->all;
}

/* Those of the arriving row; a row that leaves with the clock is caused by that alone. */
static void fill_times(struct build *b)
{
    struct batch *in = b->in, *out = b->out;
    uint32_t n = out->n_rows;
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, n);
    rowtime *causes = ARENA_ARRAY(out->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, n);
    out->path_len = in ? in->path_len : 0;
    out->path = ARENA_ARRAY(out->arena, struct path_word, out->path_len);
    for (uint32_t i = 0; i < n; i++) {
        const struct join_candidate *c = &b->r->items[i];
        bool clock = c->row == JOIN_NO_KEY;
        times[i] = clock ? c->time : in->rowtimes[c->row];
        causes[i] = clock ? c->cause_time : in->cause_times[c->row];
        seqs[i] = clock ? c->cause_seq : in->cause_seqs[c->row];
    }
    for (uint32_t k = 0; k < out->path_len; k++) {
        uint64_t *words = ARENA_ARRAY(out->arena, uint64_t, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t row = b->r->items[i].row;
            words[i] = row == JOIN_NO_KEY ? 0 : word_of(&in->path[k], row);
        }
        out->path[k] = (struct path_word){ .words = words };
    }
    out->rowtimes = times;
    out->cause_times = causes;
    out->cause_seqs = seqs;
}

/* ---- what holds ---- */

/* For each candidate whether it is a pair whose condition is TRUE. One that fails is an error row and no match. */
static struct status try_pairs(struct build *b, bool *good)
{
    const struct join_result *r = b->r;
    struct arena *a = r->work;
    uint32_t *pairs = ARENA_ARRAY(a, uint32_t, r->count), n = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        good[i] = r->items[i].kind == JOIN_PAIR;
        if (good[i]) pairs[n++] = i;
    }
    if (!r->condition || n == 0) return OK;
    struct vector v;
    struct faults faults = { 0 };
    program_run(r->condition, r->op->env, b->out, pairs, n, a, a, &v, &faults);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = vector_at(&v, pairs[i]);
        good[pairs[i]] = !nulls_get(v.nulls, at) && v.b[at];
    }
    for (size_t i = 0; i < faults.count; i++) good[faults.items[i].row] = false;
    if (faults.count == 0) return OK;
    r->op->metrics.faults += faults.count;
    errors_add_rows(r->op->errors, r->op->pump, b->out, &r->node->out, &faults);
    return OK;
}

static bool *matched_flag(const struct join_result *r, uint32_t side, uint64_t place)
{
    return &join_chunk_of(&r->sides[side], place)->matched[join_row_of(place)];
}

static bool holds(struct join_result *r, const struct join_candidate *c, bool good)
{
    switch (c->kind) {
    case JOIN_PAIR:
        if (!good) return false;
        r->matched_row = c->row;
        *matched_flag(r, 1u - c->side, c->kept) = true;
        if (c->own != JOIN_NO_ROW) *matched_flag(r, c->side, c->own) = true;
        return true;
    case JOIN_ALONE: return r->matched_row != c->row;
    default: return !*matched_flag(r, c->side, c->kept);
    }
}

static struct status select_rows(struct build *b)
{
    struct join_result *r = b->r;
    bool *good = ARENA_ARRAY(r->work, bool, r->count);
    TRY(try_pairs(b, good));
    uint32_t *sel = ARENA_ARRAY(b->out->arena, uint32_t, r->count), n = 0;
    for (uint32_t i = 0; i < r->count; i++) {
        if (holds(r, &r->items[i], good[i])) sel[n++] = i;
    }
    if (n == r->count) return OK;
    b->out->sel = sel;
    b->out->n_sel = n;
    return OK;
}

struct status join_result_emit(struct join_result *r, struct batch *in)
{
    if (r->count == 0) return OK;
    r->number++;
    struct build b = { .r = r, .in = in, .out = batch_new(r->count, r->n + 2) };
    if (in) batch_hold(b.out, in);
    find_parts(&b);
    fill_columns(&b);
    fill_times(&b);
    struct status st = select_rows(&b);
    r->count = 0;
    arena_reset(r->work);
    if (!st.err) st = op_emit(r->op, b.out);
    batch_release(b.out);
    return st;
}
