/*
 * functions.c: what each function of the catalogue costs a row, and what it asks of the allocator.
 *
 *     functions [PATTERN]        names that contain PATTERN
 *
 * A scalar function runs on the values of its own examples: their literals become columns of 1,024 equal rows, as
 * far as the function takes columns there (patterns stay constants), and its kernel alone is timed. Casts run on a
 * value a type, aggregates take rows into 16 groups. A figure is the best of several runs in nanoseconds a row; the
 * last column counts calls of malloc and its kin in one batch, after the first one: more than a few would be one a row,
 * and make the program fail.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/app.h"
#include "data/text.h"
#include "exec/program.h"
#include "grammar/parse.h"
#include "sql/ast_print.h"

enum { ROWS = 1024, LITERALS = 6, RUNS = 15, GROUPS = 16 };

/* ---- the allocator, counted (linked with --wrap) ---- */

static size_t n_allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_malloc(size_t size)
{
    n_allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    n_allocations++;
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    n_allocations++;
    return __real_realloc(p, size);
}

/* ---- figures ---- */

static const struct text_file *file_of(struct arena *a, const char *name, const char *text,
                                       size_t n)
{
    struct text_file *f = ARENA_NEW(a, struct text_file);
    *f = (struct text_file){ .name = name, .data = arena_dup(a, text, n), .size = n };
    return f;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

struct figure {
    double ns; /* a row */
    size_t allocations; /* a batch */
};

/* Results grow in blocks, a pattern is compiled once a batch; more than this would grow with the rows. */
enum { ALLOCATIONS_MAX = 32 };

static int n_greedy;

static void print(const char *kind, const char *what, struct figure f)
{
    bool greedy = f.allocations > ALLOCATIONS_MAX;
    printf("%-10s %-58.58s %9.2f %6zu%s\n", kind, what, f.ns, f.allocations,
           greedy ? "  ALLOCATES BY THE ROW" : "");
    n_greedy += greedy;
}

static uint32_t all_rows[ROWS];

/* One batch through a kernel; faults would make the figure one of something else. */
static bool run_kernel(const struct fn_choice *choice, const struct vector *args, uint32_t n_args,
                       struct vector *result, struct arena *results, struct arena *scratch)
{
    struct call_host host = { .call = { .args = (const struct sluice_column *)args,
                                        .n_args = n_args,
                                        .result = (struct sluice_column *)result,
                                        .rows = all_rows,
                                        .n_rows = ROWS,
                                        .dense = true,
                                        .bound = choice->bound },
                              .results = results,
                              .scratch = scratch,
                              .n_rows_total = ROWS };
    choice->fn->kernel(&host.call);
    return host.n_faults == 0;
}

static bool measure_kernel(const struct fn_choice *choice, const struct vector *args,
                           uint32_t n_args, struct figure *out)
{
    struct arena *results = arena_new(), *scratch = arena_new();
    bool good = true;
    out->ns = 1e9;
    for (int run = 0; run < RUNS && good; run++) {
        arena_reset(results);
        arena_reset(scratch);
        struct vector result;
        vector_new(results, choice->result, ROWS, &result);
        size_t before = n_allocations;
        double start = now_ns();
        good = run_kernel(choice, args, n_args, &result, results, scratch);
        double ns = (now_ns() - start) / ROWS;
        if (ns < out->ns) out->ns = ns;
        out->allocations = n_allocations - before;
    }
    arena_free(results);
    arena_free(scratch);
    return good;
}

/* A column of equal values that lie one after the other, as decoded ones do. */
static struct vector column_of(struct arena *a, const struct value *v)
{
    struct vector c;
    vector_new(a, v->type, ROWS, &c);
    for (uint32_t row = 0; row < ROWS; row++) {
        switch (type_form(v->type)) {
        case FORM_BOOL: c.b[row] = v->b; break;
        case FORM_I64: c.i64[row] = v->i64; break;
        case FORM_F64: c.f64[row] = v->f64; break;
        case FORM_STR: c.str[row] = str_copy(a, v->str); break;
        }
    }
    return c;
}

/* ---- scalar functions, by their examples ---- */

struct example {
    struct arena *arena;
    const struct fn_catalog *functions;
    struct ast_expr *tree;
    struct ast_expr *literals[LITERALS];
    struct ast_expr as_written[LITERALS];
    struct value values[LITERALS];
    uint32_t n_literals;
    const struct fn_def *fn; /* to be found in the bound tree */
    const char *field; /* of the record, for a log parser */
    const struct expr *call;
    const struct plan_node *node; /* that makes the call */
};

static bool is_literal(const struct ast_expr *e)
{
    return e->kind <= AST_INTERVAL ||
           (e->kind == AST_CALL && str_equal_c(e->name, "NEG") && is_literal(e->args[0]));
}

static void collect_literals(struct example *x, struct ast_expr *e)
{
    bool sign = strcmp(x->fn->name, "NEG") == 0;
    if (sign ? e->kind <= AST_INTERVAL : is_literal(e)) {
        if (e->kind != AST_NULL && x->n_literals < LITERALS) x->literals[x->n_literals++] = e;
        return;
    }
    for (uint32_t i = 0; i < e->n_args; i++)
        if (e->args[i]) collect_literals(x, e->args[i]);
}

/* The value of a literal, or of the same one as another type. */
static bool value_of(struct example *x, const struct ast_expr *literal, const char *as,
                     struct value *out)
{
    struct app *app = app_new(x->functions);
    struct buf text = { 0 };
    if (as) buf_append_c(&text, "CAST(");
    ast_print_expr(&text, literal);
    if (as) buf_printf(&text, " AS %s)", as);
    const struct text_file *file = file_of(x->arena, "value", buf_c(&text), text.len);
    struct ast_expr *tree = parse_expression(x->arena, file, app_diags(app));
    struct expr *e = NULL;
    bool good = tree && bind_scalar(app_binder(app), tree, &e).err == ERR_NONE &&
                e->kind == EXPR_CONSTANT && !e->constant.null;
    if (good) {
        *out = e->constant;
        if (type_form(out->type) == FORM_STR) out->str = str_copy(x->arena, out->str);
    }
    buf_free(&text);
    app_free(app);
    return good;
}

static const struct expr *find_call(const struct expr *e, const struct fn_def *fn)
{
    if (e->kind == EXPR_CALL && e->call.fn == fn) return e;
    for (uint32_t i = 0; i < e->n_args; i++) {
        const struct expr *found = e->args[i] ? find_call(e->args[i], fn) : NULL;
        if (found) return found;
    }
    return NULL;
}

static void find_in_node(struct example *x, const struct plan_node *n)
{
    for (uint32_t i = 0; n->exprs && i < n->out.n_columns && !x->call; i++) {
        if (n->exprs[i]) x->call = find_call(n->exprs[i], x->fn);
        if (x->call) x->node = n;
    }
    for (uint32_t i = 0; i < n->n_inputs && !x->call; i++) find_in_node(x, n->inputs[i]);
}

/* Binds the example over columns: those literals whose bit is set. The call's column c stands for literal c. */
static struct app *bind_columns(struct example *x, unsigned mask)
{
    struct buf text = { 0 };
    buf_append_c(&text, "CREATE SOURCE s (unused INTEGER");
    for (uint32_t i = 0; i < x->n_literals; i++) {
        *x->literals[i] = x->as_written[i];
        if (!(mask >> i & 1) || type_is_interval(x->values[i].type))
            continue; /* no column is one */
        buf_printf(&text, ", c%u %s", i, type_text(x->arena, x->values[i].type));
        struct ast_name *name = ARENA_NEW(x->arena, struct ast_name);
        name->text = str_format(x->arena, "C%u", i);
        *x->literals[i] = (struct ast_expr){ .kind = AST_COLUMN, .names = name, .n_names = 1 };
    }
    bool record = strcmp(x->fn->group, "Log parsing") == 0;
    buf_append_c(&text, ") FROM '-'; SELECT STREAM ");
    if (record) buf_printf(&text, "t.r.%s AS outcome FROM (SELECT STREAM ", x->field);
    ast_print_expr(&text, x->tree);
    buf_append_c(&text, record ? " AS r FROM s) AS t;" : " AS outcome FROM s;");
    struct app *app = app_new(x->functions);
    app_add_text(app, "example", arena_dup(x->arena, text.data, text.len), text.len, ".");
    buf_free(&text);
    const struct app_plan *plan = app_compile(app);
    x->call = NULL;
    for (uint32_t i = 0; plan && i < plan->n_pumps && !x->call; i++)
        find_in_node(x, plan->pumps[i].root);
    for (uint32_t i = 0; x->call && i < x->call->n_args; i++) {
        enum expr_kind kind = x->call->args[i]->kind;
        if (kind != EXPR_COLUMN && kind != EXPR_CONSTANT) x->call = NULL;
    }
    if (x->call) return app;
    app_free(app);
    return NULL;
}

/* Columns of the types that the function converts its arguments to, so that no cast stands between. */
static void retype(struct example *x)
{
    unsigned all = (1u << x->n_literals) - 1;
    for (uint32_t i = 0; i < x->n_literals; i++) {
        static const char *const types[] = { "DOUBLE", "BIGINT" };
        struct app *app = bind_columns(x, all);
        if (app) {
            app_free(app);
            return;
        }
        for (int k = 0; k < 2 && type_is_number(x->values[i].type); k++) {
            struct value old = x->values[i];
            if (!value_of(x, &x->as_written[i], types[k], &x->values[i])) continue;
            app = bind_columns(x, all);
            if (app) {
                app_free(app);
                return;
            }
            x->values[i] = old;
        }
    }
}

static bool measure_call(struct example *x, struct figure *f)
{
    struct vector *args = ARENA_ARRAY(x->arena, struct vector, x->call->n_args + 1);
    for (uint32_t i = 0; i < x->call->n_args; i++) {
        const struct expr *arg = x->call->args[i];
        if (arg->kind == EXPR_CONSTANT) {
            vector_new_constant(x->arena, &arg->constant, &args[i]);
            continue;
        }
        struct str name = x->node->inputs[0]->out.columns[arg->column].name; /* C0, C1 */
        struct value v = x->values[atoi(str_data(&name) + 1)];
        args[i] = column_of(x->arena, &v);
        args[i].type = arg->type;
    }
    return measure_kernel(&x->call->call, args, x->call->n_args, f);
}

/* Intervals are no columns; what has no others is called with them as they are. */
static bool measure_direct(struct example *x, struct figure *f)
{
    struct type types[LITERALS];
    struct vector args[LITERALS];
    struct fn_choice choice;
    if (x->tree->kind != AST_CALL || x->tree->n_args != x->n_literals || !x->n_literals)
        return false;
    for (uint32_t i = 0; i < x->n_literals; i++) types[i] = x->values[i].type;
    if (fn_resolve(x->functions, x->arena, str_c(x->fn->name), SPAN_NONE, types, NULL,
                   x->n_literals, &choice)
                .err != ERR_NONE ||
        choice.fn != x->fn)
        return false;
    for (uint32_t i = 0; i < x->n_literals; i++) {
        if (type_form(choice.args[i]) != type_form(types[i])) return false;
        args[i] = column_of(x->arena, &x->values[i]);
        args[i].type = choice.args[i];
    }
    return measure_kernel(&choice, args, x->n_literals, f);
}

static bool measure_example(const struct fn_catalog *functions, const struct fn_def *fn,
                            const char *line, size_t length, const char *field)
{
    struct example x = {
        .arena = arena_new(), .functions = functions, .fn = fn, .field = field
    };
    struct diags diags = { .arena = x.arena };
    const struct text_file *file =
        file_of(x.arena, "example", arena_dup(x.arena, line, length), length);
    x.tree = parse_expression(x.arena, file, &diags);
    bool good = x.tree != NULL;
    if (good) collect_literals(&x, x.tree);
    for (uint32_t i = 0; i < x.n_literals && good; i++) {
        x.as_written[i] = *x.literals[i];
        good = value_of(&x, x.literals[i], NULL, &x.values[i]);
    }
    if (good) retype(&x);
    bool measured = false;
    for (unsigned mask = 1u << x.n_literals; good && !measured && mask-- > 1;) {
        struct app *app = bind_columns(&x, mask);
        if (!app) continue;
        struct figure f;
        measured = measure_call(&x, &f);
        if (measured) print("scalar", str_to_c(x.arena, str_view(line, length)), f);
        app_free(app);
    }
    struct figure f;
    for (uint32_t i = 0; i < x.n_literals && good; i++) *x.literals[i] = x.as_written[i];
    if (good && !measured && measure_direct(&x, &f)) {
        print("scalar", str_to_c(x.arena, str_view(line, length)), f);
        measured = true;
    }
    arena_free(x.arena);
    return measured;
}

/* For functions whose own examples have NULLs, or no arguments that a column could be; of log parsers, with a field. */
static const struct {
    const char *name, *call, *field;
} more[] = {
    { "POWER", "POWER(7e0, 2e0)", NULL },
    { "IS TRUE", "TRUE IS TRUE", NULL },
    { "IS NOT TRUE", "TRUE IS NOT TRUE", NULL },
    { "IS UNKNOWN", "TRUE IS UNKNOWN", NULL },
    { "TIMESTAMP OF", "CAST(TIME '12:34:56' AS TIMESTAMP)", NULL },
    { "FLOOR TO", "FLOOR(DATE '2026-08-17' TO MONTH)", NULL },
    { "CEIL TO", "CEIL(DATE '2026-08-17' TO MONTH)", NULL },
    { "EXTRACT", "EXTRACT(HOUR FROM TIMESTAMP '2026-08-17 13:14:15')", NULL },
    { "NEG", "-CAST(1.25 AS DECIMAL(5, 2))", NULL },
    { "SYS_LOG_PARSE", "SYS_LOG_PARSE('<34>Oct 11 22:14:15 mymachine su: failed for lonvick')",
      "COLUMN1" },
    { "W3C_LOG_PARSE",
      "W3C_LOG_PARSE('127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a.gif HTTP/1.0\" 200 "
      "2326', "
      "'COMMON')",
      "COLUMN1" },
    { "REGEX_LOG_PARSE", "REGEX_LOG_PARSE('id=42 name=x', 'id=(\\d+) name=(\\w+)')", "COLUMN1" },
    { "FAST_REGEX_LOG_PARSE", "FAST_REGEX_LOG_PARSE('id=42 name=x', 'id=(.*) name=(.*)')",
      "COLUMN1" },
    { "FIXED_COLUMN_LOG_PARSE",
      "FIXED_COLUMN_LOG_PARSE('0042frank', 'A TYPE VARCHAR(8) START 0 FOR 4, B TYPE VARCHAR(8) "
      "START 4 FOR 5')",
      "A" },
    { "VARIABLE_COLUMN_LOG_PARSE",
      "VARIABLE_COLUMN_LOG_PARSE('42,frank,7', 'A TYPE VARCHAR(4), B TYPE VARCHAR(9), C TYPE "
      "VARCHAR(4)', ',')",
      "A" },
};

static void measure_function(const struct fn_catalog *functions, const struct fn_def *fn)
{
    const char *line = fn->examples ? fn->examples : "";
    bool measured = false;
    while (*line && !measured) {
        const char *arrow = strstr(line, " => "), *end = strchr(line, '\n');
        if (arrow) measured = measure_example(functions, fn, line, (size_t)(arrow - line), NULL);
        line = end ? end + 1 : "";
    }
    for (size_t i = 0; i < sizeof more / sizeof *more && !measured; i++)
        if (strcmp(more[i].name, fn->name) == 0)
            measured =
                measure_example(functions, fn, more[i].call, strlen(more[i].call), more[i].field);
    if (!measured)
        printf("%-10s %-58s not measured: no example has columns for arguments\n", "scalar",
               fn->name);
}

/* ---- casts ---- */

/* Type and a literal of it; texts are written so that the target's literal can be read from them. */
struct sample {
    const char *type, *literal;
};

static struct ast_expr *parse_sample(struct arena *a, const char *literal)
{
    struct diags diags = { .arena = a };
    return parse_expression(a, file_of(a, "sample", literal, strlen(literal)), &diags);
}

static void measure_cast(const struct fn_catalog *functions, struct sample from, struct sample to)
{
    struct example x = { .arena = arena_new(), .functions = functions };
    bool read = strstr(from.type, "CHAR") && !strstr(to.type, "CHAR");
    struct ast_expr *tree = parse_sample(x.arena, read ? to.literal : from.literal);
    struct ast_expr *target = parse_sample(x.arena, to.literal);
    struct value value, like;
    struct fn_choice choice;
    struct figure f;
    if (value_of(&x, tree, from.type, &value) && value_of(&x, target, to.type, &like) &&
        !type_equal(value.type, like.type) &&
        cast_resolve(x.arena, value.type, like.type, false, SPAN_NONE, &choice).err == ERR_NONE) {
        struct vector arg = column_of(x.arena, &value);
        if (measure_kernel(&choice, &arg, 1, &f))
            print("cast", str_format_c(x.arena, "CAST %s AS %s", from.type, to.type), f);
    }
    arena_free(x.arena);
}

static void measure_casts(const struct fn_catalog *functions)
{
    static const struct sample samples[] = {
        { "BOOLEAN", "TRUE" }, { "SMALLINT", "7" }, { "INTEGER", "7" }, { "BIGINT", "7" },
        { "DECIMAL(9, 2)", "7" }, { "DOUBLE", "7" }, { "VARCHAR(30)", "'7'" }, { "CHAR(4)", "'7'" },
        { "DATE", "DATE '2026-02-25'" }, { "TIME", "TIME '06:27:53'" },
        { "TIMESTAMP", "TIMESTAMP '2026-02-25 06:27:53.618'" },
    };
    enum { N = sizeof samples / sizeof *samples };
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) measure_cast(functions, samples[i], samples[k]);
}

/* ---- aggregates ---- */

/* Rows into groups, again and again. */
static struct figure measure_step(const struct agg_choice *choice, const struct vector *arg)
{
    const struct agg_def *agg = choice->agg;
    size_t stride = (agg->size + 7) / 8 * 8 + 8;
    char *states = calloc(GROUPS, stride);
    uint32_t ids[ROWS];
    for (uint32_t row = 0; row < ROWS; row++) ids[row] = row % GROUPS;
    struct sluice_agg_call call = { .args = (const struct sluice_column *)arg,
                                    .n_args = agg->args[0].name ? 1 : 0,
                                    .base = states,
                                    .stride = stride,
                                    .rows = all_rows,
                                    .ids = ids,
                                    .n_rows = ROWS,
                                    .bound = choice->bound };
    struct figure f = { 1e9, 0 };
    for (int run = 0; run < RUNS; run++) {
        size_t before = n_allocations;
        double start = now_ns();
        agg->step(&call);
        double ns = (now_ns() - start) / ROWS;
        if (ns < f.ns) f.ns = ns;
        f.allocations = n_allocations - before;
    }
    for (uint32_t g = 0; g < GROUPS && agg->drop; g++) agg->drop(states + g * stride);
    free(states);
    return f;
}

static void measure_aggregate_of(const struct fn_catalog *functions, const struct agg_def *agg,
                                 const struct value *v)
{
    struct arena *a = arena_new();
    bool star = !agg->args[0].name;
    struct value two = { .type = type_of(TYPE_INTEGER), .i64 = 2 };
    struct type types[] = { v->type, two.type };
    const struct value *constants[] = { NULL, &two };
    struct agg_choice choice;
    bool good = false;
    for (uint32_t n = star ? 0 : 1; n < 3 && !good; n++)
        good = agg_resolve(functions, a, str_c(agg->name), SPAN_NONE, star, types, constants, n,
                           &choice)
                       .err == ERR_NONE &&
               choice.agg == agg && (star || choice.args[0].kind == v->type.kind);
    if (good && agg->step) {
        struct vector arg = column_of(a, v);
        print("aggregate", str_format_c(a, "%s(%s)", agg->name, star ? "*" : type_text(a, v->type)),
              measure_step(&choice, &arg));
    }
    arena_free(a);
}

static void measure_aggregate(const struct fn_catalog *functions, const struct agg_def *agg)
{
    struct value values[] = {
        { .type = type_of(TYPE_INTEGER), .i64 = 7 },
        { .type = type_of(TYPE_DOUBLE), .f64 = 7.5 },
        { .type = type_of(TYPE_VARCHAR), .str = str_c("seven or eight") },
    };
    for (int i = 0; i < (agg->args[0].name ? 3 : 1); i++)
        measure_aggregate_of(functions, agg, &values[i]);
}

int main(int argc, char **argv)
{
    const char *pattern = argc > 1 ? argv[1] : "";
    for (uint32_t row = 0; row < ROWS; row++) all_rows[row] = row;
    struct arena *a = arena_new();
    struct fn_catalog *functions = fn_catalog_new();
    fn_catalog_seal(functions);
    struct fn_row *rows;
    size_t n = fn_catalog_rows(functions, a, &rows);
    printf("%-10s %-58s %9s %6s\n", "", "", "ns a row", "malloc");
    for (size_t i = 0; i < n; i++)
        if (rows[i].fn && strstr(rows[i].fn->name, pattern))
            measure_function(functions, rows[i].fn);
    if (strstr("CAST", pattern)) measure_casts(functions);
    for (size_t i = 0; i < n; i++)
        if (rows[i].agg && strstr(rows[i].agg->name, pattern))
            measure_aggregate(functions, rows[i].agg);
    fn_catalog_free(functions);
    arena_free(a);
    return n_greedy > 0;
}
