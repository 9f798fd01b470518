/*
 * test_reference.c: kernels against their plain references, on random values, NULLs and extremes of each type. The
 * seed is fixed; SLUICE_SEED=n takes another one, SLUICE_CALLS=n more calls of each function.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "data/snap.h"
#include "data/text.h"
#include "func/call.h"
#include "reference.h"

enum {
    ARGS = 5,
    CALLS = 4000,
    MOST_ROWS = 12
};

static uint64_t seed = 42;

static uint64_t draw(void)
{
    /* splitmix64 (Steele, Lea, Flood 2014) */
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(draw() % n);
}

/* ---- values ---- */

static enum type_kind draw_kind(enum sluice_class class)
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
    return (enum type_kind)(kinds[class][0] + below(kinds[class][1]));
}

static struct type draw_type(enum sluice_class class)
{
    struct type t = type_of(draw_kind(class));
    if (t.kind == TYPE_DECIMAL) {
        t.precision = (uint8_t)(1 + below(18));
        t.scale = (uint8_t)below(t.precision + 1u);
    }
    if (type_is_interval(t)) {
        bool day = t.kind == TYPE_INTERVAL_DAY;
        uint32_t first = day ? UNIT_DAY : UNIT_YEAR, n = day ? 4 : 2, from = below(n);
        t = type_interval((enum time_unit)(first + from),
                          (enum time_unit)(first + from + below(n - from)));
    }
    if (type_form(t) == FORM_STR) t.length = 1 + below(30);
    return t;
}

static int64_t draw_integer(int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)low;
    switch (below(8)) {
    case 0: return low;
    case 1: return high;
    case 2: return low <= 0 && high >= 0 ? 0 : low;
    case 3:
    case 4:
    case 5: {
        int64_t v = (int64_t)below(41) - 20;
        return v < low || v > high ? low : v;
    }
    default: return (int64_t)((uint64_t)low + (span == UINT64_MAX ? draw() : draw() % (span + 1)));
    }
}

static double draw_double(void)
{
    static const double special[] = { 0, -0.0, 1, -1, 0.5, 2.5,
                                      -2.5, 1e300, -1e300, 1e-300, 2147483647.5, 0.1 };
    double v;
    switch (below(4)) {
    case 0: return special[below(12)];
    case 1: return (double)(int64_t)draw() / 1e12;
    case 2: return (double)((int64_t)below(2001) - 1000) / 8;
    default: {
        uint64_t bits = draw();
        memcpy(&v, &bits, sizeof v);
        return isfinite(v) ? v : 3.25;
    }
    }
}

/* Words that numbers, truths and datetimes are read from, and others. */
static const char *draw_text(struct arena *a)
{
    static const char *const plain[] = {
        "",        " ",    "a",    "ab",      "aba", "b%_a",   "Zürich",          "ÀÉÎ straße",
        "ΑΒΓ дом", "日本", "true", " FALSE ", "tru", "x y  z", "jean-luc o'neil", "abcdefgh",
        "%",       "_b"
    };
    switch (below(9)) {
    case 0: return str_format_c(a, "%s%d", below(4) ? "" : " ", (int)draw());
    case 1:
        return str_format_c(a, "%d.%u%s", (int)below(2001) - 1000, below(100000),
                            below(3) ? "" : "  ");
    case 2: return str_format_c(a, "%de%d", (int)below(2001) - 1000, (int)below(80) - 40);
    case 3: return str_format_c(a, "%04u-%02u-%02u", below(3000), below(14), below(33));
    case 4:
        return str_format_c(a, "%u:%02u:%02u%s", below(26), below(62), below(62),
                            below(2) ? ".25" : "");
    case 5:
        return str_format_c(a, "20%02u-%u-%u%c%02u:%02u:%02u.%03u", below(100), 1 + below(12),
                            1 + below(31), below(3) ? ' ' : 'T', below(24), below(60), below(60),
                            below(1000));
    default: return plain[below(sizeof plain / sizeof *plain)];
    }
}

static int64_t draw_i64(struct type t)
{
    switch (t.kind) {
    case TYPE_TINYINT: return draw_integer(INT8_MIN, INT8_MAX);
    case TYPE_SMALLINT: return draw_integer(INT16_MIN, INT16_MAX);
    case TYPE_INTEGER: return draw_integer(INT32_MIN, INT32_MAX);
    case TYPE_DECIMAL: {
        int64_t most = (int64_t)reference_power_of_ten(t.precision) - 1;
        return draw_integer(-most, most);
    }
    case TYPE_DATE: return draw_integer(-719162, 2932896);
    case TYPE_TIME: return draw_integer(0, 86399999);
    case TYPE_TIMESTAMP: return below(2) ? draw_integer(-62135596800000, 253402300799999)
                                         : (int64_t)(draw() % 2000000000000u) / 1000 * 1000;
    case TYPE_INTERVAL_DAY:
        return below(4) ? draw_integer(-200000000, 200000000)
                        : draw_integer(INT64_MIN + 1, INT64_MAX);
    case TYPE_INTERVAL_MONTH: return draw_integer(-1000, 1000);
    default: return draw_integer(INT64_MIN, INT64_MAX);
    }
}

/* As a column of the type holds it: cut, and padded where it is a CHAR. */
static struct str stored(struct arena *a, const char *s, struct type t)
{
    size_t bytes = 0, n = 0;
    for (; s[bytes] && n < t.length; n++) {
        do bytes++;
        while (type_is_text(t) && (s[bytes] & 0xc0) == 0x80);
    }
    bool pads = t.kind == TYPE_CHAR;
    return str_c(str_format_c(a, "%.*s%*s", (int)bytes, s, pads ? (int)(t.length - n) : 0, ""));
}

static struct value draw_value(struct arena *a, struct type t)
{
    struct value v = { .type = t, .null = below(16) == 0 };
    switch (type_form(t)) {
    case FORM_BOOL: v.b = below(2); break;
    case FORM_I64: v.i64 = draw_i64(t); break;
    case FORM_F64:
        v.f64 = t.kind == TYPE_REAL ? (double)(float)draw_double() : draw_double();
        if (!isfinite(v.f64)) v.f64 = 1.5;
        break;
    case FORM_STR: {
        v.str = stored(a, draw_text(a), t);
        break;
    }
    }
    return v;
}

/* ---- a call, and what comes of it ---- */

struct outcome {
    enum reference_kind kind;
    struct value value;
    enum err fault;
};

static struct outcome run(struct arena *a, const struct fn_choice *choice,
                          const struct value *values, uint32_t n)
{
    struct vector columns[ARGS], result;
    static const uint32_t rows[] = { 0 };
    for (uint32_t i = 0; i < n; i++) vector_new_constant(a, &values[i], &columns[i]);
    vector_new(a, choice->result, 1, &result);
    for (uint32_t i = 0; i < n && choice->fn->nulls == SLUICE_STRICT; i++)
        if (values[i].null) return (struct outcome){ .kind = REFERENCE_NULL };
    struct call_host host = { .call = { .args = (const struct sluice_column *)columns,
                                        .n_args = n,
                                        .result = (struct sluice_column *)&result,
                                        .rows = rows,
                                        .n_rows = 1,
                                        .dense = true,
                                        .bound = choice->bound },
                              .results = a,
                              .scratch = a,
                              .n_rows_total = 1 };
    choice->fn->kernel(&host.call);
    if (host.n_faults)
        return (struct outcome){ .kind = REFERENCE_FAULT, .fault = host.faults[0].err };
    if (vector_is_null(&result, 0)) return (struct outcome){ .kind = REFERENCE_NULL };
    return (struct outcome){ .kind = REFERENCE_VALUE, .value = vector_value(&result, 0) };
}

static bool same(const struct reference *r, const struct outcome *o)
{
    if (r->kind != o->kind) return false;
    if (r->kind == REFERENCE_FAULT) return r->fault == ERR_NONE || r->fault == o->fault;
    if (r->kind == REFERENCE_NULL) return true;
    switch (type_form(o->value.type)) {
    case FORM_BOOL: return r->value.b == o->value.b;
    case FORM_I64: return r->value.i64 == o->value.i64;
    case FORM_F64: {
        double x = r->value.f64, y = o->value.f64;
        if (x == y) return true;
        return r->about && fabs(x - y) <= 4.5e-16 * fabs(x);
    }
    default: return str_equal(&r->value.str, &o->value.str);
    }
}

static void print_value(struct buf *out, struct arena *a, enum reference_kind kind,
                        const struct value *v, struct type t, enum err fault)
{
    struct value shown = *v;
    shown.type = t;
    struct vector column;
    if (kind == REFERENCE_FAULT) {
        buf_printf(out, "error %d", (int)fault);
        return;
    }
    shown.null = kind == REFERENCE_NULL || v->null;
    vector_new_constant(a, &shown, &column);
    text_json_value(out, &column, 0);
}

static void differ(struct arena *a, const char *name, const struct value *args, uint32_t n,
                   struct type result, const struct reference *r, const struct outcome *o)
{
    struct buf text = { 0 };
    buf_printf(&text, "%s(", name);
    for (uint32_t i = 0; i < n; i++) {
        if (i) buf_append_c(&text, ", ");
        print_value(&text, a, REFERENCE_VALUE, &args[i], args[i].type, ERR_NONE);
        buf_printf(&text, " %s", type_text(a, args[i].type));
    }
    buf_printf(&text, ") as %s: ", type_text(a, result));
    print_value(&text, a, o->kind, &o->value, result, o->fault);
    buf_append_c(&text, ", the reference says ");
    print_value(&text, a, r->kind, &r->value, result, r->fault);
    fail_msg("%s", buf_c(&text));
}

/* ---- all functions ---- */

static const char *const patterns[] = {
    "yyyy-MM-dd HH:mm:ss.SSS", "dd/MM/yy", "h:mm a", "MMM d, yyyy", "HHmmss", "S/s/m/H",
    "yyyyMMddHHmmss", "EEE, d MMMM yyyy K:mm a", "D yyyy kk", "yyyy-MM-dd HH:mm Z", "EEEEHHmm",
};

/* Arguments that the parser writes as constants: a unit, a side, a step. */
static void draw_constants(const char *name, struct value *values, uint32_t n,
                           const struct value **constants)
{
    static const struct {
        const char *name;
        uint32_t at, first, count;
    } units[] = {
        { "FLOOR TO", 1, UNIT_YEAR, 6 },
        { "CEIL TO", 1, UNIT_YEAR, 6 },
        { "EXTRACT", 0, UNIT_YEAR, 6 },
        { "DATETIME DIFFERENCE", 2, UNIT_YEAR, 6 },
        { "DATETIME DIFFERENCE", 3, UNIT_YEAR, 6 },
        { "TRIM", 0, 0, 3 },
        { "STEP", 1, 1, 5000 },
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(name, units[i].name) != 0 || units[i].at >= n) continue;
        struct value *v = &values[units[i].at];
        if (strcmp(name, "STEP") != 0 || !type_is_interval(v->type))
            v->type = type_of(TYPE_INTEGER);
        v->null = false;
        v->i64 = units[i].first + below(units[i].count);
        constants[units[i].at] = v;
    }
    if (strstr(name, "_TO_CHAR") || strncmp(name, "CHAR_TO_", 8) == 0) {
        values[0].type = type_varchar(40);
        values[0].null = false;
        values[0].str = str_c(patterns[below(sizeof patterns / sizeof *patterns)]);
        constants[0] = &values[0];
    }
}

/* A text for a pattern, as a TIMESTAMP is written by it, with one character more, less or other now and then. */
static struct str draw_written(struct arena *a, const struct value *pattern)
{
    struct value args[] = { *pattern, { .type = type_of(TYPE_TIMESTAMP) } };
    struct reference_call call = { a, "TIMESTAMP_TO_CHAR", args, 2, type_varchar(60) };
    args[1].i64 = draw_i64(args[1].type);
    struct reference r = reference_time(&call);
    if (r.kind != REFERENCE_VALUE) return str_c("12");
    struct str s = r.value.str;
    int at = (int)below(s.len + 1), change = (int)below(6), rest = (int)s.len - at;
    const char *p = str_data(&s), *other = &"0\0001\0009\000 \000-\000+\000:\000a"[2 * below(8)];
    if (change > 2) return s;
    int skipped = change && rest > 0;
    return str_format(a, "%.*s%s%.*s", at, p, change == 1 ? "" : other, rest - skipped,
                      p + at + skipped);
}

static struct str draw_pieces(struct arena *a, const char *const *pieces, uint32_t n_pieces,
                              uint32_t most)
{
    const char *text = "";
    for (uint32_t n = below(most + 1); n > 0; n--)
        text = str_format_c(a, "%s%s", text, pieces[below(n_pieces)]);
    return str_c(text);
}

#define DRAW_PIECES(a, pieces, most) draw_pieces(a, pieces, sizeof(pieces) / sizeof *(pieces), most)

static struct str draw_similar(struct arena *a)
{
    static const char *const pieces[] = { "a", "b", "a", "é", "%", "_", "a*", "b+", "_?", "(", ")",
                                          "(a|b)", "(ab|a)", "|", "[ab]", "[^a]", "[a-z^b]*", "{2}",
                                          "a{1,2}", "b{1,}", "#%", "#_", "##", "#a", "[a", "*",
                                          "[a#-]", "[-b]", "(ba)+", ".", "^", "$" };
    return DRAW_PIECES(a, pieces, 4);
}

/* Texts that patterns match, and patterns of the function's language. */
static void draw_patterns(struct arena *a, const char *name, struct value *values, uint32_t n)
{
    static const char *const letters[] = { "a", "b", "ab", "é", "%", "#", "_", " ", "1" };
    static const char *const regexes[] = { "a", "b", "é", ".", "a*", "b+", ".*", ".+?", "a??",
                                           "(a|b)", "(ab|a)", "|", "[ab]", "[^a]+", "(b)?",
                                           "(a)(b)?", "\\d", "\\w+", "\\s*", "a{2}", "[a-c]{1,2}",
                                           "(", "*", "[", "(a|(b))+", "\\.", "\\W" };
    static const char *const replacements[] = {
        "x", "", "$0", "$1", "<$2>", "\\$", "\\", "$", "é"
    };
    bool parts = strcmp(name, "SUBSTRING SIMILAR") == 0,
         replaces = strcmp(name, "REGEX_REPLACE") == 0;
    bool similar = strstr(name, "SIMILAR") != NULL;
    bool finds = strcmp(name, "SUBSTRING") == 0 && type_is_text(values[1].type);
    if (!similar && !replaces && !finds) return;
    for (uint32_t i = 0; i < n; i++) {
        values[i].type = type_is_text(values[i].type) ? type_varchar(200) : type_of(TYPE_INTEGER);
        values[i].i64 = i == 3 ? 1 + below(8) : below(4);
    }
    values[0].str = DRAW_PIECES(a, letters, 6);
    values[1].str = similar ? draw_similar(a) : DRAW_PIECES(a, regexes, 4);
    if (parts) {
        struct str before = draw_similar(a), after = draw_similar(a);
        values[1].str = str_format(a, "%.*s#\"%.*s#\"%.*s", STR_ARG(before), STR_ARG(values[1].str),
                                   STR_ARG(after));
    }
    if (similar && n > 2) values[2].str = str_c(below(20) ? "#" : "##");
    if (replaces) values[2].str = DRAW_PIECES(a, replacements, 2);
}

static bool choose(const struct fn_catalog *catalog, struct arena *a, const struct fn_def *fn,
                   struct value *values, uint32_t *n, struct fn_choice *choice)
{
    struct type types[ARGS];
    const struct value *constants[ARGS] = { NULL };
    uint32_t most = 0;
    while (most < ARGS && fn->args[most].name) most++;
    *n = most > 1 && fn->args[most - 1].optional && below(2) ? most - 1 : most;
    enum sluice_class same_class = fn->args[0].class;
    for (uint32_t i = 0; i < *n; i++) {
        bool like_first = i > 0 && fn->args[i].class == SLUICE_ANY && same_class == SLUICE_ANY;
        types[i] = like_first ? types[0] : draw_type(fn->args[i].class);
        if (like_first && type_is_number(types[0])) types[i] = draw_type(SLUICE_CLASS_NUMBER);
        values[i] = draw_value(a, types[i]);
    }
    draw_constants(fn->name, values, *n, constants);
    draw_patterns(a, fn->name, values, *n);
    if (strncmp(fn->name, "CHAR_TO_", 8) == 0) {
        values[1].type = type_varchar(60);
        values[1].str = draw_written(a, &values[0]);
    }
    for (uint32_t i = 0; i < *n; i++) types[i] = values[i].type;
    if (fn_resolve(catalog, a, str_c(fn->name), SPAN_NONE, types, constants, *n, choice).err)
        return false;
    if (choice->fn != fn || choice->needs_now || choice->needs_rowtime) return false;
    for (uint32_t i = 0; i < *n; i++) {
        if (type_equal(values[i].type, choice->args[i])) continue;
        /* what the binder casts; another value of that type does as well */
        if (constants[i]) return false;
        values[i] = draw_value(a, choice->args[i]);
    }
    return true;
}

/*
 * Functions without a reference of their own, and why. Any other one fails unless enough of its calls are compared;
 * forms like CASE and table functions have no kernel.
 */
static const char *const without[][2] = {
    { "REGEX_LOG_PARSE", "gives a record; the sheet's examples are tests" },
    { "FAST_REGEX_LOG_PARSE", "as above" },
    { "FIXED_COLUMN_LOG_PARSE", "as above" },
    { "VARIABLE_COLUMN_LOG_PARSE", "as above" },
    { "SYS_LOG_PARSE", "as above" },
    { "W3C_LOG_PARSE", "as above" },
    { "RECORD FIELD", "takes a record apart" },
    { "CURRENT_PATH", "no arguments" },
    { "CURRENT_ROLE", "no arguments" },
    { "CURRENT_USER", "no arguments" },
};

static bool has_none(const char *name)
{
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (strcmp(without[i][0], name) == 0) return true;
    return false;
}

static int calls(void)
{
    const char *text = getenv("SLUICE_CALLS"), *other = getenv("SLUICE_SEED");
    if (other) seed = strtoull(other, NULL, 10);
    return text ? atoi(text) : CALLS;
}

static void functions_give_what_their_references_give(void **unused)
{
    (void)unused;
    struct arena *a = arena_new(), *scratch = arena_new();
    struct fn_catalog *catalog = fn_catalog_new();
    fn_catalog_seal(catalog);
    struct fn_row *rows;
    size_t n_rows = fn_catalog_rows(catalog, a, &rows);
    int n_calls = calls(), compared = 0;
    for (size_t i = 0; i < n_rows; i++) {
        const struct fn_def *fn = rows[i].fn;
        if (!fn || has_none(fn->name)) continue;
        for (int k = 0; k < n_calls; k++) {
            struct value values[ARGS];
            struct fn_choice choice;
            uint32_t n;
            arena_reset(scratch);
            if (!choose(catalog, scratch, fn, values, &n, &choice)) continue;
            struct reference_call call = { scratch, fn->name, values, n, choice.result };
            struct reference r = reference_of(&call, fn->nulls == SLUICE_STRICT);
            if (r.kind == REFERENCE_NONE) continue;
            struct outcome o = run(scratch, &choice, values, n);
            if (!same(&r, &o)) differ(scratch, fn->name, values, n, choice.result, &r, &o);
            compared += r.kind != REFERENCE_NULL;
        }
        /* overloads of a name share the count: one may be beyond the reference */
        if (i + 1 < n_rows && rows[i + 1].fn && strcmp(rows[i + 1].fn->name, fn->name) == 0)
            continue;
        if (compared < n_calls / 50)
            fail_msg("%s: %d of %d calls were compared", fn->name, compared, n_calls);
        compared = 0;
    }
    fn_catalog_free(catalog);
    arena_free(scratch);
    arena_free(a);
}

static void casts_give_what_their_reference_gives(void **unused)
{
    (void)unused;
    struct arena *a = arena_new();
    int n_calls = calls() * 100, compared = 0;
    for (int k = 0; k < n_calls; k++) {
        arena_reset(a);
        struct value v = draw_value(a, draw_type(SLUICE_ANY));
        struct type to = draw_type(SLUICE_ANY);
        struct fn_choice choice;
        if (v.type.kind == TYPE_TIME && to.kind == TYPE_TIMESTAMP) continue; /* is "TIMESTAMP OF" */
        if (cast_resolve(a, v.type, to, false, SPAN_NONE, &choice).err) continue;
        struct reference r = reference_cast(a, &v, to);
        if (r.kind == REFERENCE_NONE) continue;
        struct outcome o = run(a, &choice, &v, 1);
        if (!same(&r, &o)) differ(a, "CAST", &v, 1, to, &r, &o);
        compared++;
    }
    assert_true(compared > n_calls / 4);
    arena_free(a);
}

/* ---- aggregates: two halves, merged, taken back in part and saved, against one pass over the values ---- */

/* Sum of numbers as the result's type has it; a DOUBLE one may differ by its rounding. */
static struct reference sum_of(const struct value *v, uint32_t n, struct type to, bool average)
{
    int scale = v[0].type.kind == TYPE_DECIMAL ? v[0].type.scale : 0;
    wide sum = 0;
    double total = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (type_form(v[i].type) == FORM_F64) total += v[i].f64;
        else sum += v[i].i64;
    }
    if (type_form(to) == FORM_F64) {
        struct reference r = reference_double(average ? total / n : total, to);
        r.about = true;
        return r;
    }
    if (!average) return reference_exact(sum, scale, to);
    if (type_is_integer(to)) return reference_exact(sum / n, 0, to);
    /* three more digits, with the last one odd when there is a rest, decide the rounding as all of them would */
    wide fine = sum * 1000 / n;
    if (sum * 1000 % n && fine % 10 == 0) fine += sum < 0 ? -1 : 1;
    return reference_exact(fine, scale + 3, to);
}

static struct reference variance_of(const struct value *v, uint32_t n, const char *name)
{
    bool sample = strstr(name, "SAMP") || strcmp(name, "STD_DEV") == 0;
    long double mean = 0, squares = 0;
    if (n == 0 || (sample && n == 1)) return (struct reference){ .kind = REFERENCE_NULL };
    for (uint32_t i = 0; i < n; i++) mean += (long double)reference_as_double(&v[i]) / n;
    for (uint32_t i = 0; i < n; i++) {
        long double d = (long double)reference_as_double(&v[i]) - mean;
        squares += d * d;
    }
    double variance = (double)(squares / (sample ? n - 1 : n));
    struct reference r =
        reference_double(name[0] == 'S' ? sqrt(variance) : variance, type_of(TYPE_DOUBLE));
    r.about = true;
    return r;
}

static struct reference extreme_of(const struct value *v, uint32_t n, bool most)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++) {
        int o;
        if (!reference_compare(&v[i], &v[best], &o))
            return (struct reference){ .kind = REFERENCE_NONE };
        if (most ? o > 0 : o < 0) best = i;
    }
    return (struct reference){ .kind = REFERENCE_VALUE, .value = v[best] };
}

static struct reference aggregate(const char *name, const struct value *v, uint32_t n,
                                  struct type to)
{
    struct value some[MOST_ROWS];
    uint32_t n_some = 0;
    for (uint32_t i = 0; i < n; i++)
        if (!v[i].null) some[n_some++] = v[i];
    if (strcmp(name, "COUNT") == 0) return reference_i64(n_some);
    bool first = strcmp(name, "FIRST_VALUE") == 0;
    if (first || strcmp(name, "LAST_VALUE") == 0) {
        const struct value *one = n ? &v[first ? 0 : n - 1] : NULL;
        if (!one || one->null) return (struct reference){ .kind = REFERENCE_NULL };
        return (struct reference){ .kind = REFERENCE_VALUE, .value = *one };
    }
    if (strncmp(name, "VAR", 3) == 0 || strncmp(name, "STD", 3) == 0)
        return variance_of(some, n_some, name);
    if (n_some == 0) return (struct reference){ .kind = REFERENCE_NULL };
    if (strcmp(name, "SUM") == 0 || strcmp(name, "AVG") == 0)
        return sum_of(some, n_some, to, *name == 'A');
    if (strcmp(name, "MIN") == 0 || strcmp(name, "MAX") == 0)
        return extreme_of(some, n_some, name[1] == 'A');
    return (struct reference){ .kind = REFERENCE_NONE };
}

/* Analytic functions want a frame: test_over compares them with a plain look at each row's. COUNT(*) has no values. */
static bool agg_has_none(const struct agg_def *agg)
{
    return agg->analytic || !agg->args[0].name;
}

static bool draw_aggregate(const struct fn_catalog *catalog, struct arena *a,
                           const struct agg_def *agg, struct value *v, uint32_t n,
                           struct agg_choice *choice)
{
    struct type t = draw_type(agg->args[0].class);
    const struct value *constants[] = { NULL };
    if (agg_resolve(catalog, a, str_c(agg->name), SPAN_NONE, false, &t, constants, 1, choice).err)
        return false;
    if (choice->agg != agg) return false;
    for (uint32_t i = 0; i < n; i++) {
        v[i] = draw_value(a, choice->args[0]);
        /* sums of doubles in another order are compared to their last bits: none of them may swallow the rest */
        if (type_form(choice->args[0]) == FORM_F64)
            v[i].f64 = (double)((int64_t)below(2001) - 1000) / 8;
    }
    return true;
}

static void use_rows(void (*use)(struct sluice_agg_call *call), const struct agg_choice *choice,
                     const struct vector *column, const struct value *v, uint32_t from,
                     uint32_t to, char *state)
{
    uint32_t rows[MOST_ROWS], ids[MOST_ROWS] = { 0 }, n = 0;
    for (uint32_t i = from; i < to; i++)
        if (!v[i].null || choice->agg->sees_nulls) rows[n++] = i;
    struct sluice_agg_call call = { .args = (const struct sluice_column *)column,
                                    .n_args = 1,
                                    .base = state,
                                    .stride = choice->agg->size,
                                    .rows = rows,
                                    .ids = ids,
                                    .n_rows = n,
                                    .bound = choice->bound };
    if (n) use(&call);
}

static void drop_state(const struct agg_def *agg, char *state)
{
    if (agg->drop) agg->drop(state);
    memset(state, 0, agg->size);
}

/* Saved, forgotten and loaded again. */
static void go_through_snapshot(const struct agg_def *agg, char *state)
{
    struct snap_writer w = { { 0 } };
    agg->save(state, (struct sluice_writer *)&w);
    drop_state(agg, state);
    struct snap_reader r = { w.out.data, w.out.data + w.out.len, false };
    assert_true(agg->load(state, (struct sluice_reader *)&r));
    assert_true(!r.failed && r.p == r.end);
    buf_free(&w.out);
}

static void column_of(struct arena *a, struct type t, const struct value *v, uint32_t n,
                      struct vector *column)
{
    vector_new(a, t, n + 1, column);
    column->nulls = arena_calloc(a, nulls_words(n + 1) * sizeof *column->nulls);
    for (uint32_t i = 0; i < n; i++) {
        switch (type_form(t)) {
        case FORM_BOOL: column->b[i] = v[i].b; break;
        case FORM_I64: column->i64[i] = v[i].i64; break;
        case FORM_F64: column->f64[i] = v[i].f64; break;
        case FORM_STR: column->str[i] = v[i].str; break;
        }
        if (v[i].null) nulls_set(column->nulls, i);
    }
}

/* The values from `gone` on; those before were taken in as well, and back again. */
static struct outcome run_aggregate(struct arena *a, const struct agg_choice *choice,
                                    const struct value *v, uint32_t n, uint32_t gone)
{
    const struct agg_def *agg = choice->agg;
    struct vector column, result;
    static const uint32_t rows[] = { 0 }, ids[] = { 0 };
    column_of(a, choice->args[0], v, n, &column);
    char *state = calloc(1, agg->size + 8), *other = calloc(1, agg->size + 8);
    uint32_t half = agg->merge ? below(n + 1) : n;
    use_rows(agg->step, choice, &column, v, 0, half, state);
    if (half < n) {
        use_rows(agg->step, choice, &column, v, half, n, other);
        agg->merge(state, other, choice->bound);
    }
    if (gone) use_rows(agg->inverse, choice, &column, v, 0, gone, state);
    if (below(2)) go_through_snapshot(agg, state);
    vector_new(a, choice->result, 1, &result);
    struct call_host host = { .call = { .result = (struct sluice_column *)&result,
                                        .rows = rows,
                                        .n_rows = 1,
                                        .dense = true,
                                        .bound = choice->bound },
                              .results = a,
                              .scratch = a,
                              .n_rows_total = 1 };
    agg->value(&host.call, state, agg->size, ids);
    struct outcome o = { .kind = REFERENCE_VALUE };
    if (host.n_faults) o = (struct outcome){ .kind = REFERENCE_FAULT, .fault = host.faults[0].err };
    else if (vector_is_null(&result, 0)) o.kind = REFERENCE_NULL;
    else o.value = vector_value(&result, 0);
    if (o.kind == REFERENCE_VALUE && type_form(choice->result) == FORM_STR)
        o.value.str = str_copy(a, o.value.str);
    drop_state(agg, state);
    drop_state(agg, other);
    free(state);
    free(other);
    return o;
}

static bool close_to(const struct reference *r, const struct outcome *o)
{
    return r->kind == REFERENCE_VALUE && o->kind == REFERENCE_VALUE &&
           fabs(r->value.f64 - o->value.f64) <= 1e-9 * (1 + fabs(r->value.f64));
}

static void aggregates_give_what_their_reference_gives(void **unused)
{
    (void)unused;
    struct arena *a = arena_new(), *scratch = arena_new();
    struct fn_catalog *catalog = fn_catalog_new();
    fn_catalog_seal(catalog);
    struct fn_row *rows;
    size_t n_rows = fn_catalog_rows(catalog, a, &rows);
    int n_calls = calls();
    for (size_t i = 0; i < n_rows; i++) {
        const struct agg_def *agg = rows[i].agg;
        int compared = 0;
        if (!agg || agg_has_none(agg)) continue;
        for (int k = 0; k < n_calls; k++) {
            struct value v[MOST_ROWS];
            uint32_t n = below(MOST_ROWS);
            struct agg_choice choice;
            arena_reset(scratch);
            if (!draw_aggregate(catalog, scratch, agg, v, n, &choice)) continue;
            uint32_t gone = agg->inverse ? below(n + 1) : 0;
            struct reference r = aggregate(agg->name, v + gone, n - gone, choice.result);
            if (r.kind == REFERENCE_NONE) continue;
            struct outcome o = run_aggregate(scratch, &choice, v, n, gone);
            if (!same(&r, &o) && !(r.about && close_to(&r, &o)))
                differ(scratch, agg->name, v + gone, n - gone, choice.result, &r, &o);
            compared++;
        }
        if (compared < n_calls / 50)
            fail_msg("%s: %d of %d calls were compared", agg->name, compared, n_calls);
    }
    fn_catalog_free(catalog);
    arena_free(scratch);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_give_what_their_references_give),
        cmocka_unit_test(casts_give_what_their_reference_gives),
        cmocka_unit_test(aggregates_give_what_their_reference_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
