/*
 * fuzz_kernels.c: kernels are total. Any function or cast, bound to any types and constants and called
 * with any bits, gives a value or a fault for each row; constants, arrays, dense and chosen rows agree.
 *
 * The input chooses a row of the catalogue (or a cast), a type for each argument, whether it is a
 * constant, and the values' bits. Strings are bytes of any kind: the decoders keep bad UTF-8 out, but a
 * kernel must not read or write out of bounds on it.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "func/catalog.h"

enum { ARGS = 5, ROWS = 5 };

struct input {
    const uint8_t *p, *end;
};

static uint8_t take(struct input *in)
{
    return in->p < in->end ? *in->p++ : 0;
}

static int64_t take_i64(struct input *in)
{
    static const int64_t special[] = { 0, 1, -1, INT64_MAX, INT64_MIN, INT32_MAX, 86400000, 1000 };
    uint8_t how = take(in);
    if (how < 64) return special[how % 8];
    int64_t v = 0;
    for (int i = 0; i < 8 && (how >= 128 || i < 3); i++) v = (int64_t)((uint64_t)v << 8) | take(in);
    return v;
}

/* Mostly a kind that the class takes: first and number of its kinds. */
static enum type_kind take_kind(struct input *in, enum sluice_class class)
{
    static const uint8_t kinds[][2] = {
        [SLUICE_ANY] = { TYPE_BOOLEAN, TYPE_KIND_COUNT - 1 },
        [SLUICE_CLASS_INTEGER] = { TYPE_TINYINT, 4 },
        [SLUICE_CLASS_EXACT] = { TYPE_TINYINT, 5 },
        [SLUICE_CLASS_NUMBER] = { TYPE_TINYINT, 7 },
        [SLUICE_CLASS_AS_DOUBLE] = { TYPE_REAL, 2 },
        [SLUICE_CLASS_TEXT] = { TYPE_CHAR, 2 },
        [SLUICE_CLASS_BINARY] = { TYPE_BINARY, 2 },
        [SLUICE_CLASS_BOOLEAN] = { TYPE_BOOLEAN, 1 },
        [SLUICE_CLASS_DATE] = { TYPE_DATE, 1 },
        [SLUICE_CLASS_TIME] = { TYPE_TIME, 1 },
        [SLUICE_CLASS_TIMESTAMP] = { TYPE_TIMESTAMP, 1 },
        [SLUICE_CLASS_DATETIME] = { TYPE_DATE, 3 },
        [SLUICE_CLASS_INTERVAL] = { TYPE_INTERVAL_DAY, 2 },
    };
    uint8_t b = take(in);
    const uint8_t *of = kinds[b < 16 ? SLUICE_ANY : class];
    return (enum type_kind)(of[0] + b % of[1]);
}

static struct type take_type(struct input *in, enum sluice_class class)
{
    struct type t = type_of(take_kind(in, class));
    uint8_t a = take(in), b = take(in);
    if (t.kind == TYPE_DECIMAL) {
        t.precision = 1 + a % 19;
        t.scale = b % (t.precision + 1);
    }
    if (t.kind == TYPE_INTERVAL_DAY || t.kind == TYPE_INTERVAL_MONTH) {
        bool day = t.kind == TYPE_INTERVAL_DAY;
        int first = day ? UNIT_DAY : UNIT_YEAR, n = day ? 4 : 2, from = a % n;
        t = type_interval((enum time_unit)(first + from),
                          (enum time_unit)(first + from + b % (n - from)));
    }
    if (type_form(t) == FORM_STR) t.length = a % 40;
    return t;
}

/* No column holds a NaN, which has no order to agree on, or an infinity, which is an overflow; a REAL has 32 bits. */
static double storable(double v, struct type t)
{
    if (t.kind == TYPE_REAL) v = (float)v;
    return isfinite(v) ? v : 0.5;
}

static struct value take_value(struct input *in, struct arena *a, struct type t)
{
    struct value v = { .type = t };
    switch (type_form(t)) {
    case FORM_BOOL: v.b = take(in) & 1; break;
    case FORM_I64: v.i64 = take_i64(in); break;
    case FORM_F64: {
        int64_t bits = take_i64(in);
        if (bits > -1000 && bits < 1000) v.f64 = (double)bits;
        else memcpy(&v.f64, &bits, sizeof bits);
        v.f64 = storable(v.f64, t);
        break;
    }
    case FORM_STR: {
        size_t n = take(in) % 40, left = (size_t)(in->end - in->p);
        if (n > left) n = left;
        v.str = str_copy(a, str_view((const char *)in->p, n));
        in->p += n;
    }
    }
    return v;
}

static struct vector column_of(struct arena *a, const struct value *v, bool constant)
{
    struct vector c;
    if (constant) {
        vector_new_constant(a, v, &c);
        return c;
    }
    vector_new(a, v->type, ROWS, &c);
    for (uint32_t row = 0; row < ROWS; row++) {
        switch (type_form(v->type)) {
        case FORM_BOOL: c.b[row] = v->b; break;
        case FORM_I64: c.i64[row] = v->i64; break;
        case FORM_F64: c.f64[row] = v->f64; break;
        case FORM_STR: c.str[row] = v->str; break;
        }
    }
    return c;
}

/* What a row came to: fault, NULL or the bytes of its value. */
static uint64_t outcome(const struct vector *result, const struct call_host *host, uint32_t row)
{
    for (size_t i = 0; i < host->n_faults; i++) {
        if (host->faults[i].row == row) return 1;
    }
    if (vector_is_null(result, row)) return 2;
    switch (type_form(result->type)) {
    case FORM_BOOL: return result->b[row];
    case FORM_I64: return (uint64_t)result->i64[row];
    case FORM_F64: return hash_bytes(&result->f64[row], 8, 0);
    default: return str_hash(&result->str[row]);
    }
}

_Noreturn static void disagree(struct arena *a, const struct fn_choice *choice, const char *what)
{
    fprintf(stderr, "%s: %s\n", choice->fn->name, what);
    for (uint32_t i = 0; choice->fn->args[i].name; i++) {
        fprintf(stderr, "  argument %s\n", type_text(a, choice->args[i]));
    }
    fprintf(stderr, "  result %s\n", type_text(a, choice->result));
    abort();
}

static uint64_t call(struct arena *a, const struct fn_choice *choice, const struct value *values,
                     uint32_t n, unsigned constants, bool dense)
{
    struct vector columns[ARGS], result;
    for (uint32_t i = 0; i < n; i++) columns[i] = column_of(a, &values[i], constants >> i & 1);
    vector_new(a, choice->result, ROWS, &result);
    static const uint32_t all[] = { 0, 1, 2, 3, 4 }, some[] = { 1, 4 };
    struct call_host host = { .call = { .args = (const struct sluice_column *)columns,
                                        .n_args = n,
                                        .result = (struct sluice_column *)&result,
                                        .rows = dense ? all : some,
                                        .n_rows = dense ? ROWS : 2,
                                        .dense = dense,
                                        .bound = choice->bound },
                              .results = a,
                              .scratch = a,
                              .n_rows_total = ROWS };
    choice->fn->kernel(&host.call);
    uint64_t first = outcome(&result, &host, host.call.rows[0]);
    for (uint32_t i = 1; i < host.call.n_rows; i++) {
        if (outcome(&result, &host, host.call.rows[i]) != first) disagree(a, choice, "rows differ");
    }
    return first;
}

static struct fn_catalog *the_catalog(void)
{
    static struct fn_catalog *catalog;
    if (!catalog) {
        catalog = fn_catalog_new();
        fn_catalog_seal(catalog);
    }
    return catalog;
}

/* A function or cast and its arguments; false when they do not go together. */
static bool choose(struct input *in, struct arena *a, struct value *values, uint32_t *n,
                   struct fn_choice *choice)
{
    struct fn_row *rows;
    size_t n_rows = fn_catalog_rows(the_catalog(), a, &rows);
    const struct fn_row *row = &rows[take(in) % n_rows];
    struct type types[ARGS];
    const struct value *constants[ARGS];
    uint8_t shape = take(in), constant = take(in);
    *n = 1 + shape % ARGS;
    for (uint32_t i = 0; i < *n; i++) {
        types[i] = take_type(in, row->fn ? row->fn->args[i].class : SLUICE_ANY);
        values[i] = take_value(in, a, types[i]);
        constants[i] = constant >> i & 1 ? &values[i] : NULL;
    }
    if (!row->fn) {
        *n = 1;
        struct type to = take_type(in, SLUICE_ANY);
        return cast_resolve(a, types[0], to, shape & 1, SPAN_NONE, choice).err == ERR_NONE;
    }
    if (fn_resolve(the_catalog(), a, str_c(row->fn->name), SPAN_NONE, types, constants, *n, choice)
            .err) {
        return false;
    }
    for (uint32_t i = 0; i < *n; i++) {
        /* The binder casts; here other bits of the right form do. A constant the bind has seen stays. */
        if (type_form(choice->args[i]) != type_form(types[i])) {
            values[i] = take_value(in, a, choice->args[i]);
        }
        values[i].type = choice->args[i];
        if (type_form(values[i].type) == FORM_F64)
            values[i].f64 = storable(values[i].f64, values[i].type);
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = { data, data + size };
    struct arena *a = arena_new();
    struct value values[ARGS];
    struct fn_choice choice;
    uint32_t n;
    if (choose(&in, a, values, &n, &choice)) {
        uint64_t first = call(a, &choice, values, n, 0, true);
        for (unsigned way = 1; way < 2u << n; way++) {
            if (call(a, &choice, values, n, way >> 1, way & 1) != first) {
                disagree(a, &choice, "constants and arrays differ");
            }
        }
    }
    arena_free(a);
    return 0;
}
