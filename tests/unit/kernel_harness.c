/* kernel_harness.c: plays the part of exec/program for one call at a time. */

#include "kernel_harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "data/snap.h"
#include "data/text.h"

enum { ROWS = 7 };

void harness_open(struct harness *h)
{
    h->arena = arena_new();
    h->catalog = fn_catalog_new();
    fn_catalog_seal(h->catalog);
}

void harness_close(struct harness *h)
{
    fn_catalog_free(h->catalog);
    arena_free(h->arena);
}

/* ---- values from text ---- */

static const struct {
    const char    *name;
    enum type_kind kind;
} kinds[] = {
    { "BOOLEAN", TYPE_BOOLEAN },
    { "TINYINT", TYPE_TINYINT },
    { "SMALLINT", TYPE_SMALLINT },
    { "INTEGER", TYPE_INTEGER },
    { "BIGINT", TYPE_BIGINT },
    { "DECIMAL", TYPE_DECIMAL },
    { "REAL", TYPE_REAL },
    { "DOUBLE", TYPE_DOUBLE },
    { "CHAR", TYPE_CHAR },
    { "VARCHAR", TYPE_VARCHAR },
    { "BINARY", TYPE_BINARY },
    { "VARBINARY", TYPE_VARBINARY },
    { "DATE", TYPE_DATE },
    { "TIMESTAMP", TYPE_TIMESTAMP },
    { "TIME", TYPE_TIME },
};

static const char *const units[] = { "", "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };

static enum time_unit unit_at(const char **text)
{
    for (int u = UNIT_YEAR; u <= UNIT_SECOND; u++) {
        size_t n = strlen(units[u]);
        if (strncmp(*text, units[u], n) == 0) {
            *text += n;
            return (enum time_unit)u;
        }
    }
    return UNIT_NONE;
}

struct type harness_type(const char *text)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i].name);
        if (strncmp(text, kinds[i].name, n) != 0) continue;
        struct type t = type_of(kinds[i].kind);
        unsigned first = 0, second = 0;
        sscanf(text + n, "(%u,%u)", &first, &second);
        if (t.kind == TYPE_DECIMAL) return type_decimal((int)first, (int)second);
        t.length = first;
        return t;
    }
    enum time_unit from = unit_at(&text), to = from;
    if (*text == '-') {
        text++;
        to = unit_at(&text);
    }
    return from == UNIT_NONE ? type_of(TYPE_NULL) : type_interval(from, to);
}

static struct type literal_type(const char *text)
{
    if (strchr(text, 'e')) return type_of(TYPE_DOUBLE);
    const char *point = strchr(text, '.');
    if (point) {
        size_t digits = strlen(text) - 1 - (*text == '-');
        return type_decimal((int)digits, (int)strlen(point + 1));
    }
    long long v = strtoll(text, NULL, 10);
    return type_of(v >= INT32_MIN && v <= INT32_MAX ? TYPE_INTEGER : TYPE_BIGINT);
}

struct value harness_value(struct arena *a, const char *text)
{
    if (strcmp(text, "null") == 0) return (struct value){ .null = true };
    if (strcmp(text, "true") == 0)
        return (struct value){ .type = type_of(TYPE_BOOLEAN), .b = true };
    if (strcmp(text, "false") == 0) return (struct value){ .type = type_of(TYPE_BOOLEAN) };
    if (*text == '~') return (struct value){ .type = harness_type(text + 1), .null = true };
    struct value v = { .null = false };
    if (*text == '\'') {
        v.str = str_copy(a, str_c(text + 1));
        v.type = type_char((uint32_t)utf8_length(text + 1, v.str.len));
        return v;
    }
    const char *bar = strchr(text, '|');
    struct type t = bar ? harness_type(text) : literal_type(text);
    const char *body = bar ? bar + 1 : text;
    if (type_is_binary(t)) {
        v = (struct value){ .type = t, .str = str_copy(a, str_c(body)) };
    } else if (text_parse(a, body, strlen(body), t, &v) != TEXT_OK) {
        v = (struct value){ .type = t, .null = true };
    }
    return v;
}

struct args {
    struct value        values[HARNESS_ARGS];
    struct type         types[HARNESS_ARGS];
    const struct value *constants[HARNESS_ARGS];
    uint32_t            n;
};

static struct args *parse_args(struct arena *a, const char *text)
{
    struct args *args = ARENA_NEW(a, struct args);
    while (*text && args->n < HARNESS_ARGS) {
        const char *end = strstr(text, ", ");
        size_t n = end ? (size_t)(end - text) : strlen(text);
        const char *one = str_to_c(a, str_view(text, n));
        uint32_t i = args->n++;
        args->values[i] = harness_value(a, one);
        args->types[i] = args->values[i].type;
        args->constants[i] = &args->values[i];
        text += n + (end ? 2 : 0);
    }
    return args;
}

/* ---- one way to call ---- */

/* The value in all of ROWS rows. */
static struct vector column_of(struct arena *a, const struct value *v, bool constant)
{
    struct vector c;
    if (constant) {
        vector_new_constant(a, v, &c);
        return c;
    }
    vector_new(a, v->type, ROWS, &c);
    for (uint32_t row = 0; row < ROWS; row++) {
        if (v->null) {
            nulls_set(vector_nulls(a, &c, ROWS), row);
            continue;
        }
        switch (type_form(v->type)) {
        case FORM_BOOL: c.b[row] = v->b; break;
        case FORM_I64: c.i64[row] = v->i64; break;
        case FORM_F64: c.f64[row] = v->f64; break;
        case FORM_STR: c.str[row] = v->str; break;
        }
    }
    return c;
}

static const char *json_of(struct arena *a, const struct vector *v, uint32_t row)
{
    struct buf out = { 0 };
    text_json_value(&out, v, row);
    const char *text = str_to_c(a, str_view(out.data, out.len));
    buf_free(&out);
    return text;
}

static const char *fault_text(struct arena *a, const struct call_fault *f)
{
    return str_format_c(a, "error: %s %s", err_sqlstate(f->err), f->message);
}

/* Which of the arguments are constants, as bits; which rows are asked for. */
struct way {
    unsigned constants;
    bool     dense;
};

static const char *call_once(struct arena *a, const struct fn_choice *choice, struct value *values,
                             uint32_t n, struct way way)
{
    struct vector columns[HARNESS_ARGS], result;
    bool null = false;
    for (uint32_t i = 0; i < n; i++) {
        columns[i] = column_of(a, &values[i], way.constants >> i & 1);
        columns[i].type = choice->args[i];
        null = null || values[i].null;
    }
    vector_new(a, choice->result, ROWS, &result);
    static const uint32_t all[ROWS] = { 0, 1, 2, 3, 4, 5, 6 }, some[] = { 1, 3, 6 };
    struct call_host host = {
        .call = { .args = (const struct sluice_column *)columns,
                  .n_args = n,
                  .result = (struct sluice_column *)&result,
                  .rows = way.dense ? all : some,
                  .n_rows = way.dense ? ROWS : 3,
                  .dense = way.dense,
                  .bound = choice->bound },
        .results = a,
        .scratch = a,
        .n_rows_total = ROWS,
    };
    if (null && choice->fn->nulls == SLUICE_STRICT) return "null";
    choice->fn->kernel(&host.call);
    if (host.n_faults > 0 && host.n_faults != host.call.n_rows) return "some rows fail";
    if (host.n_faults > 0) return fault_text(a, &host.faults[0]);
    const char *text = json_of(a, &result, host.call.rows[0]);
    for (uint32_t i = 1; i < host.call.n_rows; i++) {
        if (strcmp(text, json_of(a, &result, host.call.rows[i])) != 0) return "rows differ";
    }
    return text;
}

static const char *call_all_ways(struct arena *a, const struct fn_choice *choice,
                                 struct value *values, uint32_t n)
{
    const char *first = NULL;
    for (unsigned constants = 0; constants < 1u << n; constants++) {
        for (int dense = 0; dense < 2; dense++) {
            struct way way = { constants, dense };
            const char *text = call_once(a, choice, values, n, way);
            if (!first) first = text;
            if (strcmp(first, text) != 0) {
                return str_format_c(a, "constants %x, dense %d: %s, not %s", constants, dense, text,
                                    first);
            }
        }
    }
    return first ? first : "no way to call";
}

/* ---- functions and casts ---- */

static const char *status_text(struct arena *a, struct status st)
{
    return str_format_c(a, "error: %s %s", err_sqlstate(st.err), st.message);
}

/* The value in type t, as the binder's cast makes it. */
static struct status convert(struct arena *a, struct value *v, struct type t)
{
    if (type_equal(v->type, t) || v->null) {
        v->type = t;
        return OK;
    }
    struct fn_choice choice;
    TRY(cast_resolve(a, v->type, t, false, SPAN_NONE, &choice));
    struct vector in, out;
    vector_new_constant(a, v, &in);
    vector_new(a, t, 1, &out);
    static const uint32_t row = 0;
    struct call_host host = { .call = { .args = (const struct sluice_column *)&in,
                                        .n_args = 1,
                                        .result = (struct sluice_column *)&out,
                                        .rows = &row,
                                        .n_rows = 1,
                                        .dense = true,
                                        .bound = choice.bound },
                              .results = a,
                              .scratch = a,
                              .n_rows_total = 1 };
    choice.fn->kernel(&host.call);
    if (host.n_faults > 0) {
        return status_new(a, host.faults[0].err, SPAN_NONE, "%s", host.faults[0].message);
    }
    *v = vector_value(&out, 0);
    return OK;
}

const char *harness_eval(struct harness *h, const char *name, const char *args_text)
{
    struct args *args = parse_args(h->arena, args_text);
    struct fn_choice choice;
    struct status st = fn_resolve(h->catalog, h->arena, str_c(name), SPAN_NONE, args->types,
                                  args->constants, args->n, &choice);
    for (uint32_t i = 0; i < args->n && st.err == ERR_NONE; i++) {
        st = convert(h->arena, &args->values[i], choice.args[i]);
    }
    if (st.err != ERR_NONE) return status_text(h->arena, st);
    return call_all_ways(h->arena, &choice, args->values, args->n);
}

const char *harness_cast(struct harness *h, const char *arg, const char *type, bool implicit)
{
    struct value v = harness_value(h->arena, arg);
    struct fn_choice choice;
    struct status st =
        cast_resolve(h->arena, v.type, harness_type(type), implicit, SPAN_NONE, &choice);
    if (st.err != ERR_NONE) return status_text(h->arena, st);
    return call_all_ways(h->arena, &choice, &v, 1);
}

/* ---- aggregates ---- */

static void step_one(const struct agg_choice *choice, void *state, const struct value *v,
                     struct arena *a, bool back)
{
    if (v && v->null && !choice->agg->sees_nulls) return;
    struct vector c;
    if (v) vector_new_constant(a, v, &c);
    static const uint32_t zero = 0;
    struct agg_call call = { .args = v ? (const struct sluice_column *)&c : NULL,
                             .n_args = v ? 1 : 0,
                             .base = state,
                             .stride = choice->agg->size,
                             .rows = &zero,
                             .ids = &zero,
                             .n_rows = 1,
                             .bound = choice->bound };
    (back ? choice->agg->inverse : choice->agg->step)(&call);
}

static const char *aggregate_value(const struct agg_choice *choice, const void *state,
                                   struct arena *a)
{
    struct vector out;
    vector_new(a, choice->result, 1, &out);
    static const uint32_t zero = 0;
    struct call_host host = { .call = { .result = (struct sluice_column *)&out,
                                        .rows = &zero,
                                        .n_rows = 1,
                                        .dense = true,
                                        .bound = choice->bound },
                              .results = a,
                              .scratch = a,
                              .n_rows_total = 1 };
    choice->agg->value(&host.call, state, choice->agg->size, &zero);
    return host.n_faults > 0 ? fault_text(a, &host.faults[0]) : json_of(a, &out, 0);
}

static void *new_state(struct arena *a, const struct agg_choice *choice)
{
    return arena_calloc(a, choice->agg->size);
}

static void drop_state(const struct agg_choice *choice, void *state)
{
    if (choice->agg->drop) choice->agg->drop(state);
}

/* A copy by way of a snapshot. */
static void *reloaded(struct arena *a, const struct agg_choice *choice, void *state)
{
    struct snap_writer w = { { 0 } };
    choice->agg->save(state, (struct sluice_writer *)&w);
    drop_state(choice, state);
    struct snap_reader r = { .p = w.out.data, .end = w.out.data + w.out.len };
    void *copy = new_state(a, choice);
    bool loaded = choice->agg->load(copy, (struct sluice_reader *)&r) && r.p == r.end;
    buf_free(&w.out);
    return loaded ? copy : NULL;
}

static const char *aggregate_plain(struct arena *a, const struct agg_choice *choice,
                                   const struct args *args, uint32_t n)
{
    void *state = new_state(a, choice);
    for (uint32_t i = 0; i < n && state; i++) {
        step_one(choice, state, args->n > 0 ? &args->values[i] : NULL, a, false);
        state = reloaded(a, choice, state);
    }
    const char *text = state ? aggregate_value(choice, state, a) : "the snapshot does not load";
    if (state) drop_state(choice, state);
    return text;
}

static const char *aggregate_merged(struct arena *a, const struct agg_choice *choice,
                                    const struct args *args, uint32_t n)
{
    void *left = new_state(a, choice), *right = new_state(a, choice);
    for (uint32_t i = 0; i < n; i++) {
        step_one(choice, i < n / 2 ? left : right, args->n > 0 ? &args->values[i] : NULL, a, false);
    }
    choice->agg->merge(left, right, choice->bound);
    const char *text = aggregate_value(choice, left, a);
    drop_state(choice, left);
    drop_state(choice, right);
    return text;
}

/* With rows more than once, the surplus taken back. */
static const char *aggregate_back(struct arena *a, const struct agg_choice *choice,
                                  const struct args *args, uint32_t n)
{
    void *state = new_state(a, choice);
    for (uint32_t i = 0; i < 2 * n; i++) {
        step_one(choice, state, args->n > 0 ? &args->values[i % n] : NULL, a, false);
    }
    for (uint32_t i = 0; i < n; i++) {
        step_one(choice, state, args->n > 0 ? &args->values[i] : NULL, a, true);
    }
    return aggregate_value(choice, state, a);
}

const char *harness_aggregate(struct harness *h, const char *name, const char *args_text)
{
    bool star = strcmp(args_text, "*") == 0;
    struct args *args = parse_args(h->arena, star ? "" : args_text);
    struct agg_choice choice;
    struct status st = agg_resolve(h->catalog, h->arena, str_c(name), SPAN_NONE, star, args->types,
                                   NULL, star ? 0 : 1, &choice);
    if (st.err != ERR_NONE) return status_text(h->arena, st);
    for (uint32_t i = 0; i < args->n; i++) args->values[i].type = choice.args[0];
    uint32_t n = star ? 3 : args->n;
    const char *plain = aggregate_plain(h->arena, &choice, args, n);
    const char *merged = aggregate_merged(h->arena, &choice, args, n);
    if (strcmp(plain, merged) != 0)
        return str_format_c(h->arena, "merged %s, not %s", merged, plain);
    if (!choice.agg->inverse) return plain;
    const char *back = aggregate_back(h->arena, &choice, args, n);
    return strcmp(plain, back) == 0 ? plain
                                    : str_format_c(h->arena, "back %s, not %s", back, plain);
}
