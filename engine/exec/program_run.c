/*
 * program_run.c: programs over batches.
 *
 * Every instruction works on the rows that are active where it stands. Rows leave the active ones in three ways: AND,
 * OR, CASE and COALESCE narrow them for their operands; a NULL argument takes a row out of a strict call, decided 64
 * rows at a time; a fault takes it out for good. As long as nothing leaves, rows are dense and kernels run without
 * indirection. Bytes of strings always go to the arena of results, because a kernel may return a view into its
 * argument; arrays of values that are no output go to the scratch arena.
 */

#include <assert.h>

#include "exec/program.h"
#include "exec/program_code.h"
#include "exec/subquery.h"

/* The rows that an instruction works on, ascending. */
struct active {
    const uint32_t *rows;
    uint32_t        n;
    bool            dense; /* rows[i] == i */
};

struct run {
    const struct program     *p;
    const struct program_env *env;
    const struct batch       *in;
    struct arena             *results;
    struct arena             *scratch;
    struct vector            *regs;
    struct sluice_column     *args;   /* room for the arguments of a call */
    struct faults            *faults;
    size_t                    first;  /* faults of this run begin here */
    uint64_t                 *failed; /* rows with a fault; NULL: none yet */
};

static struct arena *arena_of(const struct run *r, const struct instr *in)
{
    return in->keep ? r->results : r->scratch;
}

/* ---- rows ---- */

static struct active all_rows(struct arena *a, uint32_t n)
{
    uint32_t *rows = ARENA_ARRAY(a, uint32_t, n);
    for (uint32_t i = 0; i < n; i++) rows[i] = i;
    return (struct active){ rows, n, true };
}

/* The active rows without those that are marked. */
static struct active without(struct arena *a, const struct active *from, const uint64_t *marks)
{
    uint32_t *rows = ARENA_ARRAY(a, uint32_t, from->n);
    uint32_t n = 0;
    for (uint32_t i = 0; i < from->n; i++) {
        uint32_t row = from->rows[i];
        rows[n] = row;
        n += !(marks[row >> 6] >> (row & 63) & 1);
    }
    if (n == from->n) return *from;
    return (struct active){ rows, n, n == 0 || rows[n - 1] == n - 1 };
}

static void add_fault(struct run *r, uint32_t row, enum err err, const char *message)
{
    if (!r->failed)
        r->failed = arena_calloc(r->scratch, nulls_words(r->in->n_rows) * sizeof *r->failed);
    if (nulls_get(r->failed, row)) return;
    nulls_set(r->failed, row);
    faults_add(r->faults, r->scratch, (struct fault){ row, err, message });
}

/* ---- calls ---- */

static struct call_host host_for(struct run *r, const struct instr *in, struct vector *result,
                                 const struct active *rows, uint32_t n_total)
{
    const struct fn_choice *choice = &in->expr->call;
    return (struct call_host){
        .call = { .args = r->args,
                  .n_args = in->n_args,
                  .result = (struct sluice_column *)result,
                  .rows = rows->rows,
                  .n_rows = rows->n,
                  .dense = rows->dense,
                  .bound = choice->bound },
        .results = r->results,
        .scratch = r->scratch,
        .n_rows_total = n_total,
    };
}

/* Constant arguments give a constant; when it fails, it fails for every row. */
static void call_constant(struct run *r, const struct instr *in, const struct active *rows)
{
    static const uint32_t zero = 0;
    const struct active one = { &zero, 1, true };
    struct vector result;
    vector_new(arena_of(r, in), in->expr->type, 1, &result);
    result.constant = true;
    struct call_host host = host_for(r, in, &result, &one, 1);
    in->expr->call.fn->kernel(&host.call);
    if (host.n_faults) {
        for (uint32_t i = 0; i < rows->n; i++) {
            add_fault(r, rows->rows[i], host.faults[0].err, host.faults[0].message);
        }
    }
    r->regs[in->reg] = result;
}

static uint64_t tail_mask(uint32_t n_rows)
{
    return n_rows & 63 ? ((uint64_t)1 << (n_rows & 63)) - 1 : ~(uint64_t)0;
}

/* The rows where any argument is NULL; NULL when there is no such row. */
static uint64_t *nulls_of_args(struct run *r, const struct instr *in)
{
    uint32_t n_rows = r->in->n_rows;
    size_t words = nulls_words(n_rows);
    uint64_t *all = NULL;
    for (uint32_t i = 0; i < in->n_args; i++) {
        const struct vector *v = &r->regs[in->args[i].reg];
        if (!v->nulls || v->constant) continue;
        if (!all) {
            all = arena_dup(arena_of(r, in), v->nulls, words * sizeof *all);
        } else {
            for (size_t w = 0; w < words; w++) all[w] |= v->nulls[w];
        }
    }
    if (!all) return NULL;
    all[words - 1] &= tail_mask(n_rows);
    uint64_t any = 0;
    for (size_t w = 0; w < words; w++) any |= all[w];
    return any ? all : NULL;
}

static void take_faults(struct run *r, const struct call_host *host)
{
    for (size_t i = 0; i < host->n_faults; i++) {
        add_fault(r, host->faults[i].row, host->faults[i].err, host->faults[i].message);
    }
}

static void run_call(struct run *r, const struct instr *in, const struct active *rows)
{
    const struct fn_def *fn = in->expr->call.fn;
    bool strict = fn->nulls == SLUICE_STRICT;
    bool constant = in->n_args > 0 && !fn->random; /* another value for each row */
    for (uint32_t i = 0; i < in->n_args; i++) {
        const struct vector *v = &r->regs[in->args[i].reg];
        memcpy(&r->args[i], v, sizeof *v);
        if (!v->constant) {
            constant = false;
        } else if (strict && nulls_get(v->nulls, 0)) {
            vector_new_null(arena_of(r, in), in->expr->type, &r->regs[in->reg]);
            return;
        }
    }
    if (constant) {
        call_constant(r, in, rows);
        return;
    }
    struct active seen = *rows;
    struct vector result;
    vector_new(arena_of(r, in), in->expr->type, r->in->n_rows, &result);
    if (strict) {
        result.nulls = nulls_of_args(r, in);
        if (result.nulls) seen = without(r->scratch, rows, result.nulls);
    }
    struct call_host host = host_for(r, in, &result, &seen, r->in->n_rows);
    if (seen.n) fn->kernel(&host.call);
    if (host.n_faults) take_faults(r, &host);
    r->regs[in->reg] = result;
}

static void run_row_clock(struct run *r, const struct instr *in, const struct active *rows)
{
    struct vector v;
    vector_new(arena_of(r, in), in->expr->type, r->in->n_rows, &v);
    for (uint32_t i = 0; i < rows->n; i++) {
        v.i64[rows->rows[i]] = r->env->now(r->env->arg, r->in, rows->rows[i]);
    }
    r->regs[in->reg] = v;
}

/* No active row is NULL behind it, so the bitmap goes. */
static void run_not_null(struct run *r, const struct instr *in, const struct active *rows)
{
    struct vector v = r->regs[in->args[0].reg];
    if (v.nulls) {
        const char *message = NULL;
        for (uint32_t i = 0; i < rows->n; i++) {
            if (!vector_is_null(&v, rows->rows[i])) continue;
            if (!message) {
                message = str_format_c(r->scratch, "null for the NOT NULL column \"%.*s\"",
                                       STR_ARG(in->expr->label));
            }
            add_fault(r, rows->rows[i], ERR_NULL_NOT_ALLOWED, message);
        }
    }
    v.nulls = NULL;
    r->regs[in->reg] = v;
}

static void run_subquery(struct run *r, const struct instr *in, const struct active *rows)
{
    struct vector *args = ARENA_ARRAY(r->scratch, struct vector, in->n_args);
    for (uint32_t i = 0; i < in->n_args; i++) args[i] = r->regs[in->args[i].reg];
    struct batch seen = { .n_rows = r->in->n_rows,
                          .n_columns = in->n_args,
                          .columns = args,
                          .rowtimes = r->in->rowtimes,
                          .cause_times = r->in->cause_times,
                          .cause_seqs = r->in->cause_seqs };
    struct faults faults = { 0 };
    subquery_run(r->env, in->expr->subquery->number, &seen, rows->rows, rows->n, r->results,
                 r->scratch, &r->regs[in->reg], &faults);
    for (size_t i = 0; i < faults.count; i++) {
        add_fault(r, faults.items[i].row, faults.items[i].err, faults.items[i].message);
    }
}

/* ---- what narrows ---- */

static void run_code(struct run *r, uint32_t begin, uint32_t end, struct active *rows);

static void run_operand(struct run *r, const struct operand *o, struct active *rows)
{
    run_code(r, o->begin, o->end, rows);
}

/*
 * One operand of AND or OR over the rows not yet decided: writes what it gives and returns the rows that stay
 * undecided, those where it is not `decides` (FALSE for AND, TRUE for OR). A NULL stays, and marks the result NULL
 * until a later operand decides.
 */
static struct active take_logic(struct run *r, struct arena *a, struct vector *out,
                                const struct vector *v, const struct active *rows, uint8_t decides)
{
    uint32_t *left = ARENA_ARRAY(r->scratch, uint32_t, rows->n);
    uint32_t n = 0;
    uint32_t mask = v->constant ? 0 : UINT32_MAX;
    if (!v->nulls && !out->nulls) {
        for (uint32_t i = 0; i < rows->n; i++) {
            uint32_t row = rows->rows[i];
            uint8_t b = v->b[row & mask];
            out->b[row] = b;
            left[n] = row;
            n += b != decides;
        }
    } else {
        uint64_t *nulls = vector_nulls(a, out, r->in->n_rows);
        for (uint32_t i = 0; i < rows->n; i++) {
            uint32_t row = rows->rows[i];
            left[n] = row;
            if (nulls_get(v->nulls, row & mask)) {
                out->b[row] = !decides;
                nulls_set(nulls, row);
                n++;
                continue;
            }
            uint8_t b = v->b[row & mask];
            out->b[row] = b;
            if (b == decides) nulls_clear(nulls, row);
            n += b != decides;
        }
    }
    if (n == rows->n) return *rows;
    return (struct active){ left, n, n == 0 || left[n - 1] == n - 1 };
}

/* An operand of AND or OR over the undecided rows, or over all when that is cheaper and meets no row with a fault. */
static void run_undecided(struct run *r, const struct operand *o, const struct active *rows,
                          struct active *left)
{
    if (o->eager && !r->failed && rows->dense && left->n >= rows->n / 4) {
        struct active all = *rows;
        run_operand(r, o, &all);
    } else {
        run_operand(r, o, left);
    }
}

static void run_logic(struct run *r, const struct instr *in, const struct active *rows)
{
    uint8_t decides = in->code == CODE_OR;
    struct vector out;
    vector_new(arena_of(r, in), in->expr->type, r->in->n_rows, &out);
    struct active left = *rows;
    for (uint32_t i = 0; i < in->n_args && left.n; i++) {
        run_undecided(r, &in->args[i], rows, &left);
        left = take_logic(r, arena_of(r, in), &out, &r->regs[in->args[i].reg], &left, decides);
    }
    r->regs[in->reg] = out;
}

static void copy_values(struct vector *out, const struct vector *v, const struct active *rows)
{
    uint32_t mask = v->constant ? 0 : UINT32_MAX;
    switch (type_form(out->type)) {
    case FORM_BOOL:
        for (uint32_t i = 0; i < rows->n; i++) out->b[rows->rows[i]] = v->b[rows->rows[i] & mask];
        break;
    case FORM_I64:
        for (uint32_t i = 0; i < rows->n; i++)
            out->i64[rows->rows[i]] = v->i64[rows->rows[i] & mask];
        break;
    case FORM_F64:
        for (uint32_t i = 0; i < rows->n; i++)
            out->f64[rows->rows[i]] = v->f64[rows->rows[i] & mask];
        break;
    case FORM_STR:
        for (uint32_t i = 0; i < rows->n; i++)
            out->str[rows->rows[i]] = v->str[rows->rows[i] & mask];
        break;
    }
}

static void set_null_rows(struct run *r, struct arena *a, struct vector *out,
                          const struct active *rows)
{
    if (!rows->n) return;
    uint64_t *nulls = vector_nulls(a, out, r->in->n_rows);
    for (uint32_t i = 0; i < rows->n; i++) nulls_set(nulls, rows->rows[i]);
}

/* The values of v at the rows, into out; NULL ones are marked and returned when `left` is given. */
static void blend(struct run *r, struct arena *a, struct vector *out, const struct vector *v,
                  const struct active *rows, struct active *left)
{
    struct active nulls = { NULL, 0, true };
    if (v->nulls) {
        uint32_t *list = ARENA_ARRAY(r->scratch, uint32_t, rows->n);
        uint32_t mask = v->constant ? 0 : UINT32_MAX;
        for (uint32_t i = 0; i < rows->n; i++) {
            list[nulls.n] = rows->rows[i];
            nulls.n += nulls_get(v->nulls, rows->rows[i] & mask);
        }
        nulls.rows = list;
        nulls.dense = nulls.n == 0 || list[nulls.n - 1] == nulls.n - 1;
    }
    if (nulls.n < rows->n) copy_values(out, v, rows);
    if (left) {
        *left = nulls;
    } else {
        set_null_rows(r, a, out, &nulls);
    }
}

/* Rows where the condition is TRUE, and the others. */
static void split_true(struct run *r, const struct vector *v, const struct active *rows,
                       struct active *yes, struct active *no)
{
    uint32_t *y = ARENA_ARRAY(r->scratch, uint32_t, rows->n),
             *n = ARENA_ARRAY(r->scratch, uint32_t, rows->n);
    uint32_t n_yes = 0, n_no = 0;
    uint32_t mask = v->constant ? 0 : UINT32_MAX;
    for (uint32_t i = 0; i < rows->n; i++) {
        uint32_t row = rows->rows[i];
        bool is = !nulls_get(v->nulls, row & mask) && v->b[row & mask];
        y[n_yes] = row;
        n[n_no] = row;
        n_yes += is;
        n_no += !is;
    }
    *yes = (struct active){ y, n_yes, n_yes == 0 || y[n_yes - 1] == n_yes - 1 };
    *no = (struct active){ n, n_no, n_no == 0 || n[n_no - 1] == n_no - 1 };
}

static void run_case(struct run *r, const struct instr *in, const struct active *rows)
{
    struct arena *a = arena_of(r, in);
    struct vector out;
    vector_new(a, in->expr->type, r->in->n_rows, &out);
    struct active left = *rows;
    uint32_t i = 0;
    for (; i + 1 < in->n_args && left.n; i += 2) {
        run_operand(r, &in->args[i], &left);
        struct active yes;
        split_true(r, &r->regs[in->args[i].reg], &left, &yes, &left);
        if (!yes.n) continue;
        run_operand(r, &in->args[i + 1], &yes);
        blend(r, a, &out, &r->regs[in->args[i + 1].reg], &yes, NULL);
    }
    if (left.n && in->n_args % 2) {
        run_operand(r, &in->args[in->n_args - 1], &left);
        blend(r, a, &out, &r->regs[in->args[in->n_args - 1].reg], &left, NULL);
    } else {
        set_null_rows(r, a, &out, &left);
    }
    r->regs[in->reg] = out;
}

static void run_coalesce(struct run *r, const struct instr *in, const struct active *rows)
{
    struct arena *a = arena_of(r, in);
    struct active left = *rows;
    run_operand(r, &in->args[0], &left);
    const struct vector *first = &r->regs[in->args[0].reg];
    if (!first->nulls || in->n_args == 1) {
        r->regs[in->reg] = *first;
        return;
    }
    struct vector out;
    vector_new(a, in->expr->type, r->in->n_rows, &out);
    blend(r, a, &out, first, &left, &left);
    for (uint32_t i = 1; i < in->n_args && left.n; i++) {
        run_operand(r, &in->args[i], &left);
        blend(r, a, &out, &r->regs[in->args[i].reg], &left, &left);
    }
    set_null_rows(r, a, &out, &left);
    r->regs[in->reg] = out;
}

/* ---- the loop ---- */

static void run_code(struct run *r, uint32_t begin, uint32_t end, struct active *rows)
{
    for (uint32_t at = begin; at < end && rows->n;) {
        const struct instr *in = &r->p->code[at];
        size_t before = r->faults->count;
        switch (in->code) {
        case CODE_CALL: run_call(r, in, rows); break;
        case CODE_SAME:
            r->regs[in->reg] = r->regs[in->args[0].reg];
            r->regs[in->reg].type = in->expr->type;
            break;
        case CODE_ROW_CLOCK: run_row_clock(r, in, rows); break;
        case CODE_NOT_NULL: run_not_null(r, in, rows); break;
        case CODE_SUBQUERY: run_subquery(r, in, rows); break;
        case CODE_AND:
        case CODE_OR: run_logic(r, in, rows); break;
        case CODE_CASE: run_case(r, in, rows); break;
        case CODE_COALESCE: run_coalesce(r, in, rows); break;
        }
        if (r->faults->count != before) *rows = without(r->scratch, rows, r->failed);
        at = in->next;
    }
}

static void load_leaves(struct run *r)
{
    for (uint32_t i = 0; i < r->p->n_leaves; i++) {
        const struct leaf *leaf = &r->p->leaves[i];
        struct vector *reg = &r->regs[leaf->reg];
        switch (leaf->kind) {
        case LEAF_COLUMN:
            assert(leaf->column < r->in->n_columns);
            *reg = r->in->columns[leaf->column];
            break;
        case LEAF_ROWTIME:
            reg->type = type_of(TYPE_TIMESTAMP);
            reg->i64 = (int64_t *)(uintptr_t)r->in->rowtimes; /* read-only, as all arguments are */
            break;
        case LEAF_CONSTANT: *reg = leaf->constant; break;
        case LEAF_STARTED: {
            struct value now = { .type = type_of(TYPE_TIMESTAMP), .i64 = r->env->started };
            vector_new_constant(r->results, &now, reg);
            break;
        }
        }
    }
}

/* Kernels meet rows in their order, but the instructions of one run follow each other. */
static void sort_faults(struct run *r)
{
    size_t n = r->faults->count - r->first;
    if (n < 2) return;
    struct fault *f = r->faults->items + r->first;
    bool sorted = true;
    for (size_t i = 1; i < n; i++) sorted = sorted && f[i - 1].row < f[i].row;
    if (sorted) return;
    /* A row has one fault, so places follow from the marks alone. */
    uint32_t *place = ARENA_ARRAY(r->scratch, uint32_t, r->in->n_rows);
    struct fault *copy = arena_dup(r->scratch, f, n * sizeof *f);
    for (size_t i = 0; i < n; i++) place[copy[i].row] = (uint32_t)i;
    size_t at = 0;
    for (uint32_t row = 0; row < r->in->n_rows; row++) {
        if (nulls_get(r->failed, row)) f[at++] = copy[place[row]];
    }
    assert(at == n);
}

void program_run(const struct program *p, const struct program_env *env, const struct batch *in,
                 const uint32_t *rows, uint32_t n, struct arena *results, struct arena *scratch,
                 struct vector *out, struct faults *faults)
{
    struct run r = { .p = p,
                     .env = env,
                     .in = in,
                     .results = results,
                     .scratch = scratch,
                     .faults = faults,
                     .first = faults->count };
    r.regs = arena_calloc(scratch, p->n_regs * sizeof *r.regs);
    r.args = ARENA_ARRAY(scratch, struct sluice_column, p->max_args);
    load_leaves(&r);
    struct active active = rows ? (struct active){ rows, n, n == 0 || rows[n - 1] == n - 1 }
                                : all_rows(scratch, in->n_rows);
    run_code(&r, 0, p->n_code, &active);
    for (uint32_t i = 0; i < p->n_outs; i++) {
        out[i] = r.regs[p->outs[i]];
        if (!out[i].data) vector_new_null(results, p->types[i], &out[i]); /* no row came so far */
    }
    sort_faults(&r);
}

void faults_add(struct faults *f, struct arena *a, struct fault fault)
{
    if (f->count == f->cap) {
        size_t cap = f->cap ? f->cap * 2 : 8;
        struct fault *items = ARENA_ARRAY(a, struct fault, cap);
        if (f->count) memcpy(items, f->items, f->count * sizeof *items);
        f->items = items;
        f->cap = cap;
    }
    f->items[f->count++] = fault;
}
