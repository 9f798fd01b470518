/*
 * Records of JSON: the decoder's three ways give the same rows and faults, and jansson agrees with them.
 *
 * The first byte of the input chooses a schema or a row path, the second which columns are needed; the rest
 * is a block of lines. A line is refused as JSON exactly when jansson refuses it, but for jansson's own
 * limits (integers beyond 64 bits, numbers beyond DOUBLE, a NUL in a member's name) and ours (depth). Values
 * of the kinds that jansson knows are compared with its tree.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "data/text.h"
#include "io/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS_MAX = 8, N_SCHEMAS = 5, BATCH_ROWS = 5 };

struct column_def {
    const char *path;
    struct type type;
    bool        not_null;
};

static const struct column_def defs[N_SCHEMAS][COLUMNS_MAX] = {
    {
        { "$.a", { .kind = TYPE_DOUBLE }, false },
        { "$.b", { .kind = TYPE_BIGINT }, false },
        { "$.c", { .kind = TYPE_VARCHAR, .length = 4 }, false },
        { "$.d", { .kind = TYPE_BOOLEAN }, false },
        { "$.e", { .kind = TYPE_TIMESTAMP }, false },
        { "$.f", { .kind = TYPE_DECIMAL, .precision = 5, .scale = 2 }, false },
        { "$.g", { .kind = TYPE_SMALLINT }, false },
        { "$.long_name_beyond_thirty_two_bytes", { .kind = TYPE_VARCHAR }, false },
    },
    {
        { "$.m.a", { .kind = TYPE_DOUBLE }, false },
        { "$.m.b", { .kind = TYPE_VARCHAR }, false },
        { "$.l[0]", { .kind = TYPE_DOUBLE }, false },
        { "$.l[2].x", { .kind = TYPE_BIGINT }, false },
        { "$['k y']", { .kind = TYPE_CHAR, .length = 3 }, false },
        { "$.m.n.o", { .kind = TYPE_VARCHAR }, false },
        { "$.t", { .kind = TYPE_TIME }, false },
        { "$.r", { .kind = TYPE_REAL }, false },
    },
    {
        { "$.c", { .kind = TYPE_VARCHAR, .length = 8 }, false },
        { "$.v[0:].x", { .kind = TYPE_DOUBLE }, false },
        { "$.v[0:].y", { .kind = TYPE_VARCHAR }, false },
        { "$.w[0:]", { .kind = TYPE_VARCHAR }, false },
    },
    {
        { "$.a", { .kind = TYPE_DOUBLE }, false },
        { "$.a", { .kind = TYPE_VARCHAR }, false },
        { "$", { .kind = TYPE_VARCHAR }, false },
        { "$.d", { .kind = TYPE_DATE }, false },
        { "$.b", { .kind = TYPE_VARBINARY, .length = 3 }, false },
    },
    {
        { "$.a", { .kind = TYPE_DOUBLE }, true },
        { "$.b", { .kind = TYPE_VARCHAR, .length = 20 }, true },
        { "$.c", { .kind = TYPE_INTEGER }, false },
        { "$.d", { .kind = TYPE_BINARY, .length = 2 }, false },
    },
};

static struct schema schemas[N_SCHEMAS];

/* Row paths of the inputs that follow the schemas' own; jansson has no say in them. */
static const char *const row_path_texts[] = { "$.records[0:]", "$[0:].m", "$.m" };
enum { N_ROW_PATHS = 3 };
static struct path row_paths[N_ROW_PATHS];

static void make_schemas(void)
{
    static struct arena *a; /* stays, and is known to stay */
    a = arena_new();
    for (int s = 0; s < N_SCHEMAS; s++) {
        struct column *columns = ARENA_ARRAY(a, struct column, COLUMNS_MAX);
        uint32_t       n = 0;
        for (; n < COLUMNS_MAX && defs[s][n].path; n++) {
            const struct column_def *def = &defs[s][n];
            columns[n] = (struct column){ .name = str_c(def->path),
                                          .type = def->type,
                                          .not_null = def->not_null };
            if (path_parse(a, str_c(def->path), SPAN_NONE, &columns[n].path).err != ERR_NONE)
                abort();
        }
        schemas[s] = (struct schema){ columns, n };
    }
    for (int i = 0; i < N_ROW_PATHS; i++) {
        if (path_parse(a, str_c(row_path_texts[i]), SPAN_NONE, &row_paths[i]).err != ERR_NONE)
            abort();
    }
}

static void check(bool holds, const char *what, const char *line, size_t size)
{
    if (holds) return;
    fprintf(stderr, "%s: %.*s\n", what, (int)size, line);
    abort();
}

/* ---- what came out, as text ---- */

/* A line a row ("row 1,null,"x"), then a line a fault, in the order of the input. */
static void describe(struct decoded *d, const struct decode_config *config, struct buf *rows,
                     struct buf *faults)
{
    for (uint32_t row = 0; row < d->batch->n_rows; row++) {
        buf_append_c(rows, "row");
        for (uint32_t c = 0; c < config->schema->n_columns; c++) {
            buf_append_char(rows, ' ');
            if (config->needed[c]) text_json_value(rows, &d->batch->columns[c], row);
        }
        buf_append_char(rows, '\n');
    }
    for (uint32_t i = 0; i < d->n_faults; i++) {
        buf_printf(faults, "row %u %s %s: %.*s\n", d->faults[i].at_row, err_name(d->faults[i].err),
                   d->faults[i].message, STR_ARG(d->faults[i].text));
    }
}

struct outcome {
    struct buf rows, faults;
    uint32_t   n_rows, n_faults;
};

static void decode(enum decode_path path, const struct decode_config *config, const char *text,
                   size_t size, int times, struct outcome *out)
{
    struct arena   *a = arena_new();
    struct decoder *d;
    *out = (struct outcome){ .n_rows = 0 };
    decoder_force(path);
    if (decoder_new(a, "json", config, &d).err != ERR_NONE) abort();
    for (int i = 0; i < times; i++) {
        struct block *block = block_new(size);
        memcpy(block->data, text, size);
        block->size = size;
        buf_clear(&out->rows);
        buf_clear(&out->faults);
        out->n_rows = out->n_faults = 0;
        for (size_t at = 0; at < size;) {
            struct decoded result;
            at = decoder_run(d, block, at, BATCH_ROWS, false, &result);
            describe(&result, config, &out->rows, &out->faults);
            out->n_rows += result.batch->n_rows;
            out->n_faults += result.n_faults;
            batch_release(result.batch);
        }
        block_release(block);
    }
    arena_free(a);
}

static void outcome_free(struct outcome *o)
{
    buf_free(&o->rows);
    buf_free(&o->faults);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* All ways give the same; the second time with what was learned in the first. */
static void compare_ways(const struct decode_config *config, const char *text, size_t size)
{
    struct outcome slow, fast, all;
    decode(DECODE_SLOW, config, text, size, 1, &slow);
    for (int i = 0; i < 4; i++) {
        decode(i & 1 ? DECODE_AVX2 : DECODE_PLAIN, config, text, size, 1 + i / 2, &fast);
        check(same(&slow.rows, &fast.rows), "rows differ", text, size);
        check(same(&slow.faults, &fast.faults), "faults differ", text, size);
        outcome_free(&fast);
    }
    /* which rows enter does not depend on which columns are needed */
    bool                 needed[COLUMNS_MAX] = { true, true, true, true, true, true, true, true };
    struct decode_config every = { .schema = config->schema,
                                   .needed = needed,
                                   .row_path = config->row_path };
    decode(DECODE_AUTO, &every, text, size, 1, &all);
    check(same(&slow.faults, &all.faults) && slow.n_rows == all.n_rows,
          "a column that is needed matters", text, size);
    outcome_free(&all);
    outcome_free(&slow);
}

/* ---- jansson's opinion ---- */

static int depth_of(const json_t *value)
{
    int         deepest = 0;
    const char *key;
    json_t     *part;
    size_t      i;
    if (json_is_array(value)) {
        json_array_foreach(value, i, part) deepest =
            depth_of(part) > deepest ? depth_of(part) : deepest;
        return deepest + 1;
    }
    if (!json_is_object(value)) return 0;
    json_object_foreach((json_t *)(uintptr_t)value, key, part) deepest =
        depth_of(part) > deepest ? depth_of(part) : deepest;
    return deepest + 1;
}

/* Where a path leads; `element` stands for what [0:] in the middle of the path goes through. */
static const json_t *follow(const json_t *at, const struct path *path, const json_t *element)
{
    for (uint32_t i = 0; at && i < path->n_steps; i++) {
        const struct path_step *step = &path->steps[i];
        if (step->kind == STEP_MEMBER) {
            at = json_is_object(at) ? json_object_getn(at, str_data(&step->name), step->name.len)
                                    : NULL;
        } else if (step->kind == STEP_INDEX) {
            at = json_is_array(at) ? json_array_get(at, step->index) : NULL;
        } else if (i + 1 < path->n_steps) {
            at = element;
        }
    }
    return at;
}

/* Whether the vector's value is what the tree says; what jansson cannot tell is taken for right. */
static bool agrees(const struct vector *v, uint32_t row, const json_t *value)
{
    bool null = !value || json_is_null(value);
    if (null || vector_is_null(v, row)) return null && vector_is_null(v, row);
    if (v->type.kind == TYPE_DOUBLE && json_is_number(value))
        return v->f64[row] == json_number_value(value);
    if (v->type.kind == TYPE_DOUBLE && json_is_boolean(value))
        return v->f64[row] == (double)json_is_true(value);
    if (type_is_integer(v->type) && json_is_integer(value))
        return v->i64[row] == json_integer_value(value);
    if (v->type.kind == TYPE_BOOLEAN && json_is_boolean(value))
        return v->b[row] == json_is_true(value);
    if (v->type.kind == TYPE_BOOLEAN && json_is_integer(value))
        return v->b[row] == (json_integer_value(value) != 0);
    if (v->type.kind != TYPE_VARCHAR) return true;

    const struct str *s = &v->str[row];
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        size_t      n = json_string_length(value);
        if (v->type.length) n = utf8_prefix(text, n, v->type.length);
        return s->len == n && memcmp(str_data(s), text, n) == 0;
    }
    if (v->type.length || json_is_number(value)) return true;
    json_t *again = json_loadb(str_data(s), s->len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    bool    equal = again && json_equal(again, value);
    json_decref(again);
    return equal;
}

/* The array that makes rows, when it does. */
static const json_t *flattened(const struct schema *s, const json_t *record)
{
    for (uint32_t c = 0; c < s->n_columns; c++) {
        const struct path *path = &s->columns[c].path;
        for (uint32_t i = 0; i + 1 < path->n_steps; i++) {
            if (path->steps[i].kind != STEP_EACH) continue;
            struct path   to = { path->steps, i };
            const json_t *array = follow(record, &to, NULL);
            return json_array_size(array) ? array : NULL;
        }
    }
    return NULL;
}

static void compare_values(const struct schema *s, const json_t *record, const struct decoded *d,
                           const char *line, size_t size)
{
    const json_t *array = flattened(s, record);
    check(d->batch->n_rows == (array ? json_array_size(array) : 1), "number of rows", line, size);
    for (uint32_t row = 0; row < d->batch->n_rows; row++) {
        const json_t *element = array ? json_array_get(array, row) : NULL;
        for (uint32_t c = 0; c < s->n_columns; c++) {
            const json_t *value = follow(record, &s->columns[c].path, element);
            check(agrees(&d->batch->columns[c], row, value), "value differs from jansson's", line,
                  size);
        }
    }
}

/* Several objects and arrays one behind the other, nothing else. */
static bool is_sequence(const char *p, size_t size)
{
    const char *end = p + size;
    while (p < end) {
        json_error_t e;
        if (*p != '{' && *p != '[') return false;
        json_t *value =
            json_loadb(p, (size_t)(end - p), JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &e);
        if (!value) return false;
        json_decref(value);
        p += e.position;
        while (p < end && strchr(" \t\r", *p)) p++;
    }
    return true;
}

static void compare_line(const struct schema *s, const char *line, size_t size)
{
    bool                 needed[COLUMNS_MAX] = { true, true, true, true, true, true, true, true };
    struct decode_config config = { .schema = s, .needed = needed };
    struct arena        *a = arena_new();
    struct decoder      *d;
    struct block        *block = block_new(size);
    struct decoded       result;
    json_error_t         e;
    memcpy(block->data, line, size);
    block->size = size;
    decoder_force(DECODE_SLOW);
    if (decoder_new(a, "json", &config, &d).err != ERR_NONE) abort();
    decoder_run(d, block, 0, BATCH_ROWS, false, &result);

    bool    refused = result.n_faults && result.faults[0].err == ERR_PARSE;
    json_t *record = json_loadb(line, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &e);
    if (memchr(line, 0, size)) {
        check(refused, "a NUL byte was taken", line,
              size); /* jansson 2.14 overlooks one behind a number */
    } else if (record) {
        bool good = (json_is_object(record) || s->columns[0].path.n_steps == 0) &&
                    depth_of(record) <= LIMIT_JSON_DEPTH;
        check(good == !refused, good ? "refused, jansson takes it" : "taken", line, size);
        if (result.n_faults == 0) compare_values(s, record, &result, line, size);
    } else {
        enum json_error_code why = json_error_code(&e);
        bool own_limit = why == json_error_numeric_overflow || why == json_error_null_byte_in_key ||
                         why == json_error_stack_overflow;
        check(refused || own_limit || is_sequence(line, size), "taken, jansson refuses it", line,
              size);
    }
    json_decref(record);
    batch_release(result.batch);
    block_release(block);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!schemas[0].columns) make_schemas();
    if (size < 3) return 0;
    int                  kind = data[0] % (N_SCHEMAS + N_ROW_PATHS);
    const struct schema *s = &schemas[kind % N_SCHEMAS];
    bool                 needed[COLUMNS_MAX];
    for (int i = 0; i < COLUMNS_MAX; i++) needed[i] = data[1] >> i & 1;
    struct decode_config config = { .schema = s, .needed = needed };
    const char          *text = (const char *)data + 2, *end = (const char *)data + size;
    if (kind >= N_SCHEMAS) config.row_path = row_paths[kind - N_SCHEMAS];
    compare_ways(&config, text, (size_t)(end - text));

    while (text < end && kind < N_SCHEMAS) {
        const char *feed = memchr(text, '\n', (size_t)(end - text));
        const char *stop = feed ? feed : end;
        const char *p = text;
        while (p < stop && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
        if (p < stop) compare_line(s, text, (size_t)(stop - text));
        text = feed ? feed + 1 : end;
    }
    return 0;
}
