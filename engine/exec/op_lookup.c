/*
 * op_lookup.c: rows of a stream with their matches in a reference table (dialect 6.7).
 *
 * Usually a row has one match at most and there is no further condition: then the stream's columns
 * are shared, the table's are filled in at the rows' places, and rows without a match drop out of
 * the selection (INNER) or get NULLs (LEFT). Otherwise pairs of rows are made, in table order, and
 * the condition is evaluated over them; a LEFT row is followed by a pair of its own with NULLs,
 * which stays when no other does. A row for which the condition fails becomes an error row and
 * gives nothing.
 *
 * Of a table that is asked by key, the rows that a batch finds stand in the place of the whole table.
 */

#include <assert.h>

#include "exec/graph_impl.h"
#include "exec/pairs.h"

enum {
    PAIRS_MAX = 4096
}; /* about how many pairs are looked at together */

#define NO_ROW UINT32_MAX

struct lookup {
    struct op op;
    const struct plan_lookup *plan;
    struct keyed *keyed;    /* NULL: the table is held whole */
    struct reftable *table; /* or of it what this batch found */
    const struct reftable_index *index; /* NULL: every row of the table is tried */
    struct program *keys;
    struct program *condition;  /* NULL: none */
    uint32_t n_stream, n_table; /* columns */
    uint64_t version;           /* of the table that is at hand */
    bool must_match;            /* on_missing = 'error' */
};

/* The table as it is now: a refresh puts another one in its place between two batches. */
static void take_table(struct lookup *l)
{
    const struct graph *g = l->op.graph;
    struct reftable *table = graph_table(g, l->plan->table, &l->version);
    if (l->table) reftable_release(l->table);
    l->table = table;
    if (l->plan->n_keys) l->index = reftable_index(table, l->plan->table_keys, l->plan->n_keys);
}

static struct status lookup_open(struct op *op, const struct plan_node *node)
{
    struct lookup *l = (struct lookup *)op;
    l->plan = &node->lookup;
    l->must_match = plan_table_must_match(&op->graph->plan->tables[node->lookup.table]);
    l->n_stream = node->inputs[0]->out.n_columns;
    l->n_table = op->graph->plan->tables[node->lookup.table].schema.n_columns;
    assert(node->out.n_columns == l->n_stream + l->n_table);
    l->keyed = graph_keyed(op->graph, l->plan->table);
    if (!l->keyed) take_table(l);
    TRY(program_compile(op->arena, l->plan->stream_keys, l->plan->n_keys, &l->keys));
    struct expr *condition = l->plan->condition;
    return condition ? program_compile(op->arena, &condition, 1, &l->condition) : OK;
}

static void lookup_close(struct op *op)
{
    struct lookup *l = (struct lookup *)op;
    if (l->table) reftable_release(l->table);
    l->table = NULL;
}

static void release_table(void *table)
{
    reftable_release(table);
}

/* Table rows at[0..n) as a column of n_rows rows, that of at[i] at place[i] (NULL: i); NO_ROW gives NULL. */
static void fill_column(const struct vector *from, const uint32_t *at, const uint32_t *place,
                        uint32_t n, uint32_t n_rows, struct arena *a, struct vector *out)
{
    if (from->constant) {
        *out = *from;
        return;
    }
    vector_new(a, from->type, n_rows, out);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to = place ? place[i] : i;
        if (at[i] == NO_ROW || vector_is_null(from, at[i])) {
            nulls_set(vector_nulls(a, out, n_rows), to);
            continue;
        }
        switch (type_form(from->type)) {
        case FORM_BOOL: out->b[to] = from->b[at[i]]; break;
        case FORM_I64: out->i64[to] = from->i64[at[i]]; break;
        case FORM_F64: out->f64[to] = from->f64[at[i]]; break;
        case FORM_STR: out->str[to] = from->str[at[i]]; break;
        }
    }
}

static void fill_table_columns(struct lookup *l, struct batch *out, const uint32_t *at,
                               const uint32_t *place, uint32_t n)
{
    for (uint32_t c = 0; c < l->n_table; c++) {
        fill_column(reftable_column(l->table, c), at, place, n, out->n_rows, out->arena,
                    &out->columns[l->n_stream + c]);
    }
    arena_on_free(out->arena, release_table, reftable_retain(l->table));
}

/* ---- at most one match ---- */

static bool is_simple(const struct lookup *l, const uint32_t *first, uint32_t n)
{
    if (!l->index || l->condition) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (first[i] != NO_ROW && reftable_next(l->index, first[i]) != NO_ROW) return false;
    }
    return true;
}

static struct batch *simple_matches(struct lookup *l, struct batch *in, const uint32_t *rows,
                                    uint32_t *first, uint32_t n)
{
    struct batch *out = batch_derive(in, l->n_stream + l->n_table);
    if (l->n_stream) memcpy(out->columns, in->columns, l->n_stream * sizeof *in->columns);
    uint32_t *sel = ARENA_ARRAY(out->arena, uint32_t, n), n_sel = 0;
    if (l->plan->outer) {
        memcpy(sel, rows, n * sizeof *sel);
        n_sel = n;
    } else {
        for (uint32_t i = 0; i < n; i++) {
            sel[n_sel] = rows[i];
            first[n_sel] = first[i];
            n_sel += first[i] != NO_ROW;
        }
    }
    if (n_sel < in->n_rows) {
        out->sel = sel;
        out->n_sel = n_sel;
    }
    fill_table_columns(l, out, first, sel, n_sel);
    return out;
}

/* ---- matches ---- */

static void add_matches(const struct lookup *l, struct pairs *p, uint32_t row, uint32_t first,
                        struct arena *a)
{
    if (l->index) {
        for (uint32_t m = first; m != NO_ROW; m = reftable_next(l->index, m))
            pairs_add(p, row, m, a);
    } else {
        for (uint32_t m = 0; m < reftable_rows(l->table); m++) pairs_add(p, row, m, a);
    }
    if (l->plan->outer) pairs_add(p, row, NO_ROW, a);
}

static struct path_word pair_word(const struct path_word *w, const struct pairs *p, struct arena *a)
{
    if (!w->words) return *w;
    uint64_t *words = ARENA_ARRAY(a, uint64_t, p->n);
    for (uint32_t i = 0; i < p->n; i++) words[i] = w->words[p->row[i]];
    return (struct path_word){ .words = words };
}

static void pair_times(struct batch *out, const struct batch *in, const struct pairs *p)
{
    rowtime *times = ARENA_ARRAY(out->arena, rowtime, p->n);
    rowtime *causes = ARENA_ARRAY(out->arena, rowtime, p->n);
    uint64_t *seqs = ARENA_ARRAY(out->arena, uint64_t, p->n);
    for (uint32_t i = 0; i < p->n; i++) {
        times[i] = in->rowtimes[p->row[i]];
        causes[i] = in->cause_times[p->row[i]];
        seqs[i] = in->cause_seqs[p->row[i]];
    }
    out->rowtimes = times;
    out->cause_times = causes;
    out->cause_seqs = seqs;
    out->path_len = in->path_len;
    out->path = ARENA_ARRAY(out->arena, struct path_word, in->path_len);
    for (uint32_t k = 0; k < in->path_len; k++)
        out->path[k] = pair_word(&in->path[k], p, out->arena);
}

static void pair_origins(struct batch *out, struct batch *in, const struct pairs *p)
{
    const struct batch_origin *o = &in->origin;
    if (!o->stream) return;
    uint32_t *rows = ARENA_ARRAY(out->arena, uint32_t, p->n);
    for (uint32_t i = 0; i < p->n; i++) rows[i] = o->rows ? o->rows[p->row[i]] : p->row[i];
    out->origin = (struct batch_origin){ .stream = o->stream, .rows = rows };
    if (!o->batches) {
        out->origin.batch = o->batch ? o->batch : in;
        return;
    }
    out->origin.batches = ARENA_ARRAY(out->arena, struct batch *, p->n);
    for (uint32_t i = 0; i < p->n; i++) out->origin.batches[i] = o->batches[p->row[i]];
}

static struct batch *pair_batch(struct lookup *l, struct batch *in, const struct pairs *p)
{
    struct batch *out = batch_new(p->n, l->n_stream + l->n_table);
    batch_hold(out, in);
    pair_times(out, in, p);
    pair_origins(out, in, p);
    for (uint32_t c = 0; c < l->n_stream; c++) {
        const struct vector *v = &in->columns[c];
        fill_column(v, p->row, NULL, p->n, p->n, out->arena, &out->columns[c]);
    }
    fill_table_columns(l, out, p->match, NULL, p->n);
    return out;
}

/* The real pairs whose condition is TRUE are marked; a failing one is the fault of its stream row. */
static void try_condition(struct lookup *l, const struct batch *pairs, const struct pairs *p,
                          bool *good, struct faults *faults)
{
    struct arena *a = l->op.scratch;
    uint32_t *real = ARENA_ARRAY(a, uint32_t, p->n), n = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        real[n] = i;
        n += p->match[i] != NO_ROW;
    }
    struct vector v;
    struct faults of_pairs = { 0 };
    program_run(l->condition, l->op.env, pairs, real, n, a, a, &v, &of_pairs);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = vector_at(&v, real[i]);
        good[real[i]] = !nulls_get(v.nulls, at) && v.b[at];
    }
    for (size_t i = 0; i < of_pairs.count; i++) {
        struct fault f = of_pairs.items[i];
        f.row = p->row[f.row];
        if (faults->count == 0 || faults->items[faults->count - 1].row != f.row) {
            faults_add(faults, a, f);
        }
    }
}

/* Keeps the good pairs of rows without a fault, and the NULLs of rows that have none. */
static void select_pairs(struct batch *out, const struct pairs *p, const bool *good,
                         const struct faults *faults)
{
    uint32_t *sel = ARENA_ARRAY(out->arena, uint32_t, p->n), n = 0;
    size_t fault = 0;
    for (uint32_t i = 0; i < p->n;) {
        uint32_t row = p->row[i], n_before = n;
        while (fault < faults->count && faults->items[fault].row < row) fault++;
        bool failed = fault < faults->count && faults->items[fault].row == row;
        for (; i < p->n && p->row[i] == row; i++) {
            bool keep = p->match[i] == NO_ROW ? n == n_before : good[i];
            if (keep && !failed) sel[n++] = i;
        }
    }
    out->sel = sel;
    out->n_sel = n;
}

static struct status emit_pairs(struct lookup *l, struct batch *in, const struct pairs *p)
{
    if (p->n == 0) return OK;
    struct batch *out = pair_batch(l, in, p);
    struct faults faults = { 0 };
    bool *good = ARENA_ARRAY(l->op.scratch, bool, p->n);
    memset(good, !l->condition, p->n);
    if (l->condition) try_condition(l, out, p, good, &faults);
    select_pairs(out, p, good, &faults);
    struct status st = op_fault(&l->op, in, &faults);
    if (!st.err) st = op_emit(&l->op, out);
    batch_release(out);
    return st;
}

static struct status all_pairs(struct lookup *l, struct batch *in, const uint32_t *rows,
                               const uint32_t *first, uint32_t n)
{
    struct pairs p = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        add_matches(l, &p, rows[i], l->index ? first[i] : 0, l->op.scratch);
        if (p.n < PAIRS_MAX) continue;
        TRY(emit_pairs(l, in, &p));
        p.n = 0;
    }
    return emit_pairs(l, in, &p);
}

/* Rows without a match in a table that must have one. */
static void missing_rows(struct lookup *l, const uint32_t *rows, const uint32_t *first, uint32_t n,
                         struct faults *faults)
{
    struct str name = l->op.graph->plan->tables[l->plan->table].name;
    for (uint32_t i = 0; i < n; i++) {
        if (first[i] != NO_ROW) continue;
        const char *message = str_format_c(
            l->op.scratch, "reference table %.*s has no row for this key", STR_ARG(name));
        faults_add(faults, l->op.scratch, (struct fault){ rows[i], ERR_DATA, message });
    }
}

/* Leaves out rows with a fault, which become error rows; rows and first are replaced. */
static struct status drop_missing(struct lookup *l, struct batch *in, const uint32_t **rows,
                                  uint32_t **first, uint32_t *n)
{
    struct faults faults = { 0 };
    missing_rows(l, *rows, *first, *n, &faults);
    if (faults.count == 0) return OK;
    uint32_t *good = ARENA_ARRAY(l->op.scratch, uint32_t, *n), kept = 0;
    for (uint32_t i = 0; i < *n; i++) {
        if ((*first)[i] == NO_ROW) continue;
        good[kept] = (*rows)[i];
        (*first)[kept++] = (*first)[i];
    }
    *rows = good;
    *n = kept;
    return op_fault(&l->op, in, &faults);
}

/* The rows of a table that is asked by key, in the place of the table. */
static struct status ask_table(struct lookup *l, const struct vector *keys, const uint32_t *rows,
                               uint32_t n, uint32_t *first)
{
    struct keyed_rows found;
    TRY(keyed_find(l->keyed, keys, rows, n, first, &found));
    if (l->table) reftable_release(l->table);
    l->table = found.table;
    l->index = found.index;
    return OK;
}

static struct status lookup_push(struct op *op, uint32_t input, struct batch *in)
{
    assert(input == 0);
    (void)input;
    struct lookup *l = (struct lookup *)op;
    if (!l->keyed && graph_table_is_new(op->graph, l->version)) take_table(l);
    uint32_t n = batch_live(in);
    const uint32_t *rows = live_rows(op->scratch, in);
    struct vector *keys = ARENA_ARRAY(op->scratch, struct vector, l->plan->n_keys);
    struct faults faults = { 0 };
    program_run(l->keys, op->env, in, rows, n, op->scratch, op->scratch, keys, &faults);
    if (faults.count) {
        uint32_t *good = ARENA_ARRAY(op->scratch, uint32_t, n);
        n = rows_without(rows, n, &faults, good);
        rows = good;
        TRY(op_fault(op, in, &faults));
        if (n == 0) return OK;
    }
    uint32_t *first = ARENA_ARRAY(op->scratch, uint32_t, n);
    if (l->keyed) TRY(ask_table(l, keys, rows, n, first));
    else if (l->index) reftable_find(l->index, keys, rows, n, first);
    if (l->index && l->must_match) TRY(drop_missing(l, in, &rows, &first, &n));
    if (n == 0) return OK;
    if (!is_simple(l, first, n)) return all_pairs(l, in, rows, first, n);
    struct batch *out = simple_matches(l, in, rows, first, n);
    struct status st = op_emit(op, out);
    batch_release(out);
    return st;
}

const struct op_class op_lookup_class = {
    .name = "Lookup",
    .size = sizeof(struct lookup),
    .stateless = true,
    .open = lookup_open,
    .push = lookup_push,
    .advance = op_pass_bound,
    .checkpoint = op_save_nothing,
    .restore = op_load_nothing,
    .close = lookup_close,
};
