/*
 * subquery.c: queries over tables within expressions.
 *
 * The table's rows that pass the filter are known from the start. For the rows of a batch, candidates among them are
 * found by the keys' index, or are all of them; pairs of an outer row and a candidate are made, a few thousand at a
 * time, and the condition, the comparison of IN and the value are evaluated over them. x IN (SELECT column ...) needs
 * no pairs: its key is the comparison.
 *
 * Three-valued logic: IN is TRUE where a comparison is, else UNKNOWN where one is, else FALSE; so it is FALSE over no
 * row at all, and UNKNOWN for a NULL over any.
 */

#include "exec/subquery.h"

#include <stdatomic.h>

#include "base/thread.h"
#include "exec/agg_set.h"
#include "exec/pairs.h"

enum { PAIRS_MAX = 4096 }; /* about how many pairs are looked at together */

#define NO_ROW UINT32_MAX

struct subquery {
    atomic_uint                  count; /* who asks, and the slot */
    struct arena                *arena; /* it lies in it */
    const struct plan_subquery  *plan;
    struct keyed                *keyed;     /* NULL: the table is held whole */
    struct reftable             *table;
    const struct reftable_index *index;     /* NULL: no keys */
    struct program              *keys;
    struct program              *condition; /* NULL: none */
    struct program              *result;    /* the comparison or the value; NULL: none */
    struct plan_node             group;     /* its aggregates */
    struct program              *agg_args;  /* of them all; NULL: none */
    struct type                  type;
    uint32_t                     n_table;   /* columns */
    bool                        *passes;    /* rows of the table */
    uint32_t                    *rows;      /* those that pass */
    uint32_t                     n_rows;
    bool                         has_null;  /* IN by key: a row's column is NULL */
    bool                         failed;    /* the filter is, and so is each asking row */
    struct fault                 fault;
    bool                         known;     /* one answer for all rows */
    struct vector                answer;
    const char *missing; /* what an asking row is told that finds nothing and must */
};

/* ---- asking ---- */

/* One run of a subquery. */
struct asking {
    const struct subquery    *s;
    struct reftable             *table; /* those of s, or what was found by key */
    const struct reftable_index *index;
    const struct program_env *env;
    const struct batch       *args;
    const uint32_t           *rows;
    uint32_t                  n;
    struct arena             *results;
    struct arena             *scratch;
    struct vector            *out;
    struct faults            *faults;
    uint32_t                 *found;   /* an asking row each: pairs that count */
    bool                     *unknown; /* IN: a comparison was UNKNOWN */
    struct agg_set           *aggs;    /* an asking row each; NULL: the query has none */
};

static void take(const struct vector *from, const uint32_t *at, uint32_t n, struct arena *a,
                 struct vector *out)
{
    if (from->constant) {
        *out = *from;
        return;
    }
    vector_new(a, from->type, n, out);
    vector_gather(a, out, 0, n, from, at, n, false);
}

/* Args, then the table's columns, a row a pair. */
static struct batch pair_batch(const struct asking *k, const struct pairs *p)
{
    const struct subquery *s = k->s;
    uint32_t n_args = s->plan->n_args;
    struct batch b = { .n_rows = p->n, .n_columns = n_args + s->n_table };
    b.columns = ARENA_ARRAY(k->scratch, struct vector, b.n_columns);
    uint32_t *rows = ARENA_ARRAY(k->scratch, uint32_t, p->n);
    rowtime *times = ARENA_ARRAY(k->scratch, rowtime, p->n);
    rowtime *causes = ARENA_ARRAY(k->scratch, rowtime, p->n);
    uint64_t *seqs = ARENA_ARRAY(k->scratch, uint64_t, p->n);
    for (uint32_t i = 0; i < p->n; i++) {
        rows[i] = k->rows[p->row[i]];
        times[i] = k->args->rowtimes[rows[i]];
        causes[i] = k->args->cause_times[rows[i]];
        seqs[i] = k->args->cause_seqs[rows[i]];
    }
    b.rowtimes = times;
    b.cause_times = causes;
    b.cause_seqs = seqs;
    for (uint32_t c = 0; c < n_args; c++) {
        take(&k->args->columns[c], rows, p->n, k->scratch, &b.columns[c]);
    }
    for (uint32_t c = 0; c < s->n_table; c++) {
        take(reftable_column(k->table, c), p->match, p->n, k->scratch, &b.columns[n_args + c]);
    }
    return b;
}

static void add_faults(const struct asking *k, const struct pairs *p, const struct faults *of_pairs)
{
    for (size_t i = 0; i < of_pairs->count; i++) {
        struct fault f = of_pairs->items[i];
        f.row = k->rows[p->row[f.row]];
        faults_add(k->faults, k->scratch, f);
    }
}

/* The pairs for which the condition is TRUE, among the n at `at`; returns how many. */
static uint32_t pass_condition(const struct asking *k, const struct batch *b, const struct pairs *p,
                               uint32_t *at, uint32_t n)
{
    if (!k->s->condition) return n;
    struct vector v;
    struct faults faults = { 0 };
    program_run(k->s->condition, k->env, b, at, n, k->scratch, k->scratch, &v, &faults);
    add_faults(k, p, &faults);
    uint32_t kept = 0;
    size_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (next < faults.count && faults.items[next].row < at[i]) next++;
        if (next < faults.count && faults.items[next].row == at[i]) continue;
        uint32_t place = vector_at(&v, at[i]);
        if (!nulls_get(v.nulls, place) && v.b[place]) at[kept++] = at[i];
    }
    return kept;
}

static void put_value(const struct asking *k, uint32_t row, const struct vector *v, uint32_t at)
{
    struct vector *out = k->out;
    if (vector_is_null(v, at)) {
        nulls_set(vector_nulls(k->results, out, k->args->n_rows), row);
        return;
    }
    at = vector_at(v, at);
    switch (type_form(out->type)) {
    case FORM_BOOL: out->b[row] = v->b[at]; break;
    case FORM_I64: out->i64[row] = v->i64[at]; break;
    case FORM_F64: out->f64[row] = v->f64[at]; break;
    case FORM_STR: out->str[row] = str_copy(k->results, v->str[at]); break;
    }
}

/* Whether the value is the one that the asking row has; texts without blanks behind them. */
static bool is_same(const struct asking *k, uint32_t row, const struct vector *v, uint32_t at)
{
    const struct vector *out = k->out;
    bool null = vector_is_null(v, at);
    if (null || nulls_get(out->nulls, row)) return null == nulls_get(out->nulls, row);
    at = vector_at(v, at);
    switch (type_form(out->type)) {
    case FORM_BOOL: return out->b[row] == v->b[at];
    case FORM_I64: return out->i64[row] == v->i64[at];
    case FORM_F64: return !(out->f64[row] < v->f64[at]) && !(out->f64[row] > v->f64[at]);
    case FORM_STR: break;
    }
    struct str x = str_trim_right(out->str[row]), y = str_trim_right(v->str[at]);
    return str_equal(&x, &y);
}

/* A pair that counts; v: its comparison or value. */
static void count_pair(const struct asking *k, uint32_t asker, const struct vector *v, uint32_t at)
{
    switch (k->s->plan->kind) {
    case SUBQUERY_EXISTS: k->found[asker] = 1; return;
    case SUBQUERY_IN:
        if (vector_is_null(v, at)) k->unknown[asker] = true;
        else if (v->b[vector_at(v, at)]) k->found[asker] = 1;
        return;
    case SUBQUERY_SCALAR: break;
    }
    if (k->found[asker] && k->s->plan->distinct && is_same(k, k->rows[asker], v, at)) return;
    if (k->found[asker]++ == 0) put_value(k, k->rows[asker], v, at);
    if (k->found[asker] != 2) return;
    faults_add(k->faults, k->scratch,
               (struct fault){ k->rows[asker], ERR_DATA, "a query as a value gives several rows" });
}

/* The pairs at[0..n) as rows of their asking rows' aggregates. */
static void step_pairs(const struct asking *k, const struct batch *b, const struct pairs *p,
                       const uint32_t *at, uint32_t n)
{
    struct vector *args = ARENA_ARRAY(k->scratch, struct vector, k->aggs->n_args);
    uint32_t *rows = ARENA_ARRAY(k->scratch, uint32_t, n);
    uint32_t *ids = ARENA_ARRAY(k->scratch, uint32_t, n);
    struct faults faults = { 0 };
    if (k->s->agg_args) {
        program_run(k->s->agg_args, k->env, b, at, n, k->scratch, k->scratch, args, &faults);
        add_faults(k, p, &faults);
    }
    uint32_t kept = 0;
    size_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (next < faults.count && faults.items[next].row < at[i]) next++;
        if (next < faults.count && faults.items[next].row == at[i]) continue;
        rows[kept] = at[i];
        ids[kept++] = p->row[at[i]];
    }
    if (kept) agg_set_step(k->aggs, args, rows, ids, kept, k->scratch);
}

static void try_pairs(const struct asking *k, const struct pairs *p)
{
    if (p->n == 0) return;
    struct batch b = pair_batch(k, p);
    uint32_t *at = ARENA_ARRAY(k->scratch, uint32_t, p->n);
    for (uint32_t i = 0; i < p->n; i++) at[i] = i;
    uint32_t n = pass_condition(k, &b, p, at, p->n);
    if (k->aggs) {
        step_pairs(k, &b, p, at, n);
        return;
    }
    struct vector v = { 0 };
    struct faults faults = { 0 };
    if (k->s->result) {
        program_run(k->s->result, k->env, &b, at, n, k->scratch, k->scratch, &v, &faults);
    }
    add_faults(k, p, &faults);
    size_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (next < faults.count && faults.items[next].row < at[i]) next++;
        if (next < faults.count && faults.items[next].row == at[i]) continue;
        count_pair(k, p->row[at[i]], &v, at[i]);
    }
}

static void add_candidates(const struct asking *k, struct pairs *p, uint32_t asker, uint32_t first)
{
    const struct subquery *s = k->s;
    if (!k->index) {
        for (uint32_t i = 0; i < s->n_rows; i++) pairs_add(p, asker, s->rows[i], k->scratch);
        return;
    }
    for (uint32_t m = first; m != NO_ROW; m = reftable_next(k->index, m)) {
        if (s->keyed || s->passes[m]) pairs_add(p, asker, m, k->scratch);
    }
}

static void ask_pairs(const struct asking *k, const uint32_t *first)
{
    struct pairs p = { 0 };
    for (uint32_t i = 0; i < k->n; i++) {
        add_candidates(k, &p, i, first ? first[i] : NO_ROW);
        if (p.n < PAIRS_MAX) continue;
        try_pairs(k, &p);
        p.n = 0;
    }
    try_pairs(k, &p);
}

/* ---- aggregates ---- */

/* Args, columns of the table that nobody reads, aggregates: a row an asking row. */
static struct batch group_batch(const struct asking *k, struct faults *faults)
{
    const struct subquery *s = k->s;
    uint32_t n_args = s->plan->n_args, n_before = n_args + s->n_table;
    struct batch b = { .n_rows = k->n, .n_columns = n_before + s->plan->n_aggs };
    b.columns = ARENA_ARRAY(k->scratch, struct vector, b.n_columns);
    uint32_t *ids = ARENA_ARRAY(k->scratch, uint32_t, k->n);
    rowtime *times = ARENA_ARRAY(k->scratch, rowtime, k->n);
    rowtime *causes = ARENA_ARRAY(k->scratch, rowtime, k->n);
    uint64_t *seqs = ARENA_ARRAY(k->scratch, uint64_t, k->n);
    for (uint32_t i = 0; i < k->n; i++) {
        ids[i] = i;
        times[i] = k->args->rowtimes[k->rows[i]];
        causes[i] = k->args->cause_times[k->rows[i]];
        seqs[i] = k->args->cause_seqs[k->rows[i]];
    }
    b.rowtimes = times;
    b.cause_times = causes;
    b.cause_seqs = seqs;
    for (uint32_t c = 0; c < n_args; c++)
        take(&k->args->columns[c], k->rows, k->n, k->scratch, &b.columns[c]);
    for (uint32_t c = 0; c < s->n_table; c++)
        vector_new_null(k->scratch, type_of(TYPE_BOOLEAN), &b.columns[n_args + c]);
    agg_set_values(k->aggs, ids, k->n, b.columns + n_before, k->scratch, k->scratch, faults);
    return b;
}

static void add_row_faults(const struct asking *k, const struct faults *faults, bool *failed)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct fault f = faults->items[i];
        failed[f.row] = true;
        f.row = k->rows[f.row];
        faults_add(k->faults, k->scratch, f);
    }
}

/* The aggregates of all pairs of an asking row, and the value over them. */
static void ask_groups(struct asking *k, const uint32_t *first)
{
    struct agg_set *set = ARENA_NEW(k->scratch, struct agg_set);
    agg_set_open(set, k->scratch, &k->s->group);
    agg_set_reserve(set, k->n);
    k->aggs = set;
    ask_pairs(k, first);
    bool *failed = arena_calloc(k->scratch, k->n * sizeof *failed);
    struct faults of_aggs = { 0 }, of_values = { 0 };
    struct batch b = group_batch(k, &of_aggs);
    add_row_faults(k, &of_aggs, failed);
    struct vector v = { 0 };
    program_run(k->s->result, k->env, &b, NULL, k->n, k->scratch, k->scratch, &v, &of_values);
    add_row_faults(k, &of_values, failed);
    for (uint32_t i = 0; i < k->n; i++) {
        if (failed[i]) continue;
        put_value(k, k->rows[i], &v, i);
        k->found[i] = 1;
    }
    agg_set_close(set, k->n);
}

/* ---- by key alone ---- */

static bool has_candidate(const struct subquery *s, uint32_t first)
{
    if (s->keyed) return first != NO_ROW;
    for (uint32_t m = first; m != NO_ROW; m = reftable_next(s->index, m)) {
        if (s->passes[m]) return true;
    }
    return false;
}

static void ask_keys(const struct asking *k, const struct vector *keys, const uint32_t *first)
{
    const struct subquery *s = k->s;
    bool in = s->plan->kind == SUBQUERY_IN;
    for (uint32_t i = 0; i < k->n; i++) {
        k->found[i] = has_candidate(s, first[i]);
        /* of a table that is asked by key nobody knows whether it is empty: it is taken not to be */
        bool rows = s->keyed || s->n_rows > 0;
        k->unknown[i] = in && rows && (s->has_null || vector_is_null(keys, k->rows[i]));
    }
}

/* ---- answers ---- */

static void give_answers(const struct asking *k)
{
    enum subquery_kind kind = k->s->plan->kind;
    for (uint32_t i = 0; i < k->n; i++) {
        uint32_t row = k->rows[i];
        bool null = kind == SUBQUERY_IN       ? !k->found[i] && k->unknown[i]
                    : kind == SUBQUERY_SCALAR ? k->found[i] == 0
                                              : false;
        if (null) nulls_set(vector_nulls(k->results, k->out, k->args->n_rows), row);
        if (null && k->s->plan->must_match)
            faults_add(k->faults, k->scratch, (struct fault){ row, ERR_DATA, k->s->missing });
        if (kind != SUBQUERY_SCALAR) k->out->b[row] = k->found[i] > 0;
    }
}

static void fail_all(const struct asking *k)
{
    struct fault f = k->s->fault;
    f.message = str_to_c(k->scratch, str_c(f.message));
    for (uint32_t i = 0; i < k->n; i++) {
        f.row = k->rows[i];
        faults_add(k->faults, k->scratch, f);
    }
}

/* The rows of the keys, first among them. When they cannot be had the run ends: rows count as failed until then. */
static void find_rows(struct asking *k, const struct vector *keys, uint32_t *first)
{
    const struct subquery *s = k->s;
    struct keyed_rows found;
    if (!s->keyed) {
        reftable_find(s->index, keys, k->rows, k->n, first);
        return;
    }
    struct status st = keyed_find(s->keyed, keys, k->rows, k->n, first, &found);
    if (st.err == ERR_NONE) {
        k->table = found.table;
        k->index = found.index;
        return;
    }
    for (uint32_t i = 0; i < k->n; i++)
        faults_add(k->faults, k->scratch, (struct fault){ k->rows[i], ERR_UNREACHABLE,
                                                          "the rows of a key cannot be had" });
    k->n = 0;
}

/* Rows whose key can be had ask; the others have a fault. */
static void ask(struct asking *k)
{
    const struct subquery *s = k->s;
    const struct plan_subquery *p = s->plan;
    struct vector *keys = ARENA_ARRAY(k->scratch, struct vector, p->n_keys);
    uint32_t *first = NULL;
    if (p->n_keys) {
        struct faults faults = { 0 };
        program_run(s->keys, k->env, k->args, k->rows, k->n, k->scratch, k->scratch, keys, &faults);
        uint32_t *good = ARENA_ARRAY(k->scratch, uint32_t, k->n), n = 0;
        size_t next = 0;
        for (uint32_t i = 0; i < k->n; i++) {
            bool failed = next < faults.count && faults.items[next].row == k->rows[i];
            if (failed) faults_add(k->faults, k->scratch, faults.items[next++]);
            else good[n++] = k->rows[i];
        }
        k->rows = good;
        k->n = n;
        first = ARENA_ARRAY(k->scratch, uint32_t, n);
        find_rows(k, keys, first);
    }
    k->found = arena_calloc(k->scratch, k->n * sizeof *k->found);
    k->unknown = arena_calloc(k->scratch, k->n * sizeof *k->unknown);
    if (p->n_keys && !s->condition && !s->result) ask_keys(k, keys, first);
    else if (p->n_aggs) ask_groups(k, first);
    else ask_pairs(k, first);
    give_answers(k);
    if (k->table != s->table) reftable_release(k->table);
}

static void answer_rows(const struct subquery *s, const struct program_env *env,
                        const struct batch *args, const uint32_t *rows, uint32_t n,
                        struct arena *results, struct arena *scratch, struct vector *out,
                        struct faults *faults)
{
    struct asking k = { .s = s,
                        .table = s->table,
                        .index = s->index,
                        .env = env,
                        .args = args,
                        .rows = rows,
                        .n = n,
                        .results = results,
                        .scratch = scratch,
                        .out = out,
                        .faults = faults };
    if (s->known && !s->failed) {
        struct value v = vector_value(&s->answer, 0);
        if (!v.null && type_form(v.type) == FORM_STR) v.str = str_copy(results, v.str);
        vector_new_constant(results, &v, out);
        return;
    }
    vector_new(results, s->type, args->n_rows, out);
    if (s->failed) fail_all(&k);
    else ask(&k);
}

/* ---- preparing ---- */

static void keep_all(struct subquery *s, struct arena *a)
{
    uint32_t n = reftable_rows(s->table);
    s->passes = arena_calloc(a, n);
    s->rows = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        s->passes[i] = true;
        s->rows[s->n_rows++] = i;
    }
}

static void remember_fault(struct subquery *s, struct arena *a, struct fault f)
{
    s->failed = true;
    s->fault = f;
    s->fault.message = str_to_c(a, str_c(f.message));
}

/* The rows that pass, or the fault of the first that fails. */
static void run_filter(struct subquery *s, struct arena *a, struct arena *scratch,
                       const struct program *filter, const struct program_env *env)
{
    uint32_t n = reftable_rows(s->table), n_args = s->plan->n_args;
    struct batch b = { .n_rows = n, .n_columns = n_args + s->n_table };
    b.columns = ARENA_ARRAY(scratch, struct vector, b.n_columns);
    for (uint32_t c = 0; c < n_args; c++) {
        vector_new_null(scratch, type_of(TYPE_BOOLEAN), &b.columns[c]);
    }
    for (uint32_t c = 0; c < s->n_table; c++) b.columns[n_args + c] = *reftable_column(s->table, c);
    rowtime *times = ARENA_ARRAY(scratch, rowtime, n);
    for (uint32_t i = 0; i < n; i++) times[i] = env->started;
    b.rowtimes = b.cause_times = times;
    b.cause_seqs = arena_calloc(scratch, n * sizeof *b.cause_seqs);
    struct vector v;
    struct faults faults = { 0 };
    program_run(filter, env, &b, NULL, n, scratch, scratch, &v, &faults);
    if (faults.count) {
        remember_fault(s, a, faults.items[0]);
        return;
    }
    s->passes = arena_calloc(a, n);
    s->rows = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) {
        s->passes[i] = !vector_is_null(&v, i) && v.b[vector_at(&v, i)];
        if (s->passes[i]) s->rows[s->n_rows++] = i;
    }
}

/* What asks nothing of a row has its answer at once. */
static void answer_once(struct subquery *s, struct arena *a, const struct program_env *env)
{
    struct arena *scratch = arena_new();
    static const uint32_t zero = 0;
    uint64_t seq = 0;
    rowtime now = env->started;
    struct batch b = { .n_rows = 1, .rowtimes = &now, .cause_times = &now, .cause_seqs = &seq };
    struct faults faults = { 0 };
    struct vector answer;
    answer_rows(s, env, &b, &zero, 1, a, scratch, &answer, &faults);
    if (faults.count) remember_fault(s, a, faults.items[0]);
    answer.constant = true;
    s->answer = answer;
    s->known = true;
    arena_free(scratch);
}

static struct status open_programs(struct subquery *s, struct arena *a)
{
    const struct plan_subquery *p = s->plan;
    if (p->n_keys) {
        TRY(program_compile(a, p->keys, p->n_keys, &s->keys));
        if (!s->keyed) s->index = reftable_index(s->table, p->table_keys, p->n_keys);
    }
    struct expr *condition = p->condition, *result = p->match ? p->match : p->value;
    if (condition) TRY(program_compile(a, &condition, 1, &s->condition));
    s->group = (struct plan_node){ .aggs = p->aggs, .n_aggs = p->n_aggs };
    uint32_t n = agg_set_n_exprs(&s->group);
    struct expr **args = ARENA_ARRAY(a, struct expr *, n + 1);
    if (agg_set_exprs(&s->group, args)) TRY(program_compile(a, args, n, &s->agg_args));
    return result ? program_compile(a, &result, 1, &s->result) : OK;
}

static void find_null(struct subquery *s)
{
    const struct plan_subquery *p = s->plan;
    if (p->kind != SUBQUERY_IN || p->match || s->keyed) return;
    const struct vector *v = reftable_column(s->table, p->table_keys[0]);
    for (uint32_t i = 0; i < s->n_rows; i++) {
        s->has_null = s->has_null || vector_is_null(v, s->rows[i]);
    }
}

static struct status subquery_open(struct subquery *s, const struct program_env *env)
{
    struct arena *a = s->arena;
    TRY(open_programs(s, a));
    struct expr *condition = s->plan->filter;
    if (condition) {
        struct program *filter;
        TRY(program_compile(a, &condition, 1, &filter));
        struct arena *scratch = arena_new();
        run_filter(s, a, scratch, filter, env);
        arena_free(scratch);
    } else {
        keep_all(s, a);
    }
    if (!s->failed) find_null(s);
    if (!s->failed && s->plan->n_args == 0 && !s->keyed) answer_once(s, a, env);
    return OK;
}

/* ---- all of them ---- */

struct slot {
    pthread_mutex_t  lock;
    struct subquery *now; /* NULL: not yet */
};

struct subqueries {
    const struct app_plan    *plan;
    struct keyed *const      *keyed; /* NULL: no table is asked by key */
    const struct program_env *env;
    struct slot              *slots;
    uint32_t                  n_slots;
};

static void release(struct subquery *s)
{
    if (!s || atomic_fetch_sub(&s->count, 1) > 1) return;
    reftable_release(s->table);
    arena_free(s->arena);
}

static struct subquery *retain(struct slot *slot)
{
    pthread_mutex_lock(&slot->lock);
    struct subquery *s = slot->now;
    atomic_fetch_add(&s->count, 1);
    pthread_mutex_unlock(&slot->lock);
    return s;
}

static void put(struct slot *slot, struct subquery *s)
{
    pthread_mutex_lock(&slot->lock);
    struct subquery *old = slot->now;
    slot->now = s;
    pthread_mutex_unlock(&slot->lock);
    release(old);
}

void subquery_run(const struct program_env *env, uint32_t number, const struct batch *args,
                  const uint32_t *rows, uint32_t n, struct arena *results, struct arena *scratch,
                  struct vector *out, struct faults *faults)
{
    struct subquery *s = retain(&env->subqueries->slots[number]);
    answer_rows(s, env, args, rows, n, results, scratch, out, faults);
    release(s);
}

static struct status prepare(struct subqueries *all, uint32_t number, struct reftable *table)
{
    const struct plan_subquery *p = all->plan->subqueries[number];
    struct arena *a = arena_new();
    struct subquery *s = ARENA_NEW(a, struct subquery);
    atomic_init(&s->count, 1);
    s->arena = a;
    s->plan = p;
    s->table = reftable_retain(table);
    s->keyed = all->keyed ? all->keyed[p->table] : NULL;
    s->n_table = all->plan->tables[p->table].schema.n_columns;
    s->missing = p->must_match ? str_format_c(a, "reference table %.*s has no row for this key",
                                              STR_ARG(all->plan->tables[p->table].name))
                               : NULL;
    s->type = p->value ? p->value->type : type_of(TYPE_BOOLEAN);
    struct status st = subquery_open(s, all->env);
    if (st.err) release(s);
    else put(&all->slots[number], s);
    return st;
}

struct status subqueries_open(struct arena *a, const struct app_plan *plan,
                              struct reftable *const *tables, struct keyed *const *keyed,
                              struct program_env *env)
{
    struct subqueries *all = ARENA_NEW(a, struct subqueries);
    all->plan = plan;
    all->keyed = keyed;
    all->env = env;
    all->slots = arena_calloc(a, plan->n_subqueries * sizeof *all->slots);
    env->subqueries = all;
    for (uint32_t i = 0; i < plan->n_subqueries; i++) {
        pthread_mutex_init(&all->slots[i].lock, NULL);
        all->n_slots++;
        /* Those within its own expressions come before it. */
        uint32_t table = plan->subqueries[i]->table;
        if (table < plan->n_tables)
            TRY(prepare(all, i, tables[table])); /* else no query here asks it */
    }
    return OK;
}

void subqueries_free(struct subqueries *all)
{
    for (uint32_t i = 0; all && i < all->n_slots; i++) {
        release(all->slots[i].now);
        pthread_mutex_destroy(&all->slots[i].lock);
    }
}

struct status subqueries_set_table(struct subqueries *all, uint32_t table, struct reftable *rows)
{
    for (uint32_t i = 0; i < all->n_slots; i++) {
        bool is_new = all->plan->subqueries[i]->table == table;
        TRY(prepare(all, i, is_new ? rows : all->slots[i].now->table));
    }
    return OK;
}
