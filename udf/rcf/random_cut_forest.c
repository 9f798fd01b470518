/*
 * random_cut_forest.c: RANDOM_CUT_FOREST, the table function.
 *
 *     SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST(
 *         CURSOR(SELECT STREAM * FROM readings), 100, 256, 100000, 1))
 *
 * Every numeric column of the cursor takes part; the others pass through. A row goes out as it
 * came, with ANOMALY_SCORE behind its columns, in the same order and at the same ROWTIME. A NULL
 * counts as its column's last number. All the mathematics is in forest.c; here is what belongs to
 * SQL: parameters and their ranges, which columns count, rows to records, state.
 */
#include "udf/rcf/random_cut_forest.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "udf/rcf/forest.h"

#define NAME "RANDOM_CUT_FOREST"

/* Same records, same scores, unless a statement gives a seed of its own. */
#define DEFAULT_SEED 1

/* A forest that would take more than this is refused when it is compiled, not when it has begun. */
#define BYTES_MAX ((size_t)4 << 30)

enum {
    BLOCK = 256, /* rows that are handed to the forest at a time */
    REFUSED_CALL = -1,
    REFUSED_CURSOR = -2
};

/* The parameters behind the cursor, in order. */
static const struct parameter {
    const char *name;
    int64_t fallback;
    int64_t min;
    int64_t max;
} parameters[] = {
    { "numberOfTrees", 100, 1, FOREST_TREES_MAX },
    { "subSampleSize", 256, FOREST_SAMPLE_MIN, FOREST_SAMPLE_MAX },
    { "timeDecay", 100000, 1, FOREST_TIME_DECAY_MAX },
    { "shingleSize", 1, 1, FOREST_SHINGLE_MAX },
};

enum {
    N_PARAMETERS = sizeof parameters / sizeof parameters[0]
};

/* What the compiled call knows. */
struct binding {
    struct forest_params params;
    uint32_t columns[FOREST_COLUMNS_MAX]; /* of the cursor: params.n_columns of them take part */
};

struct scorer {
    const struct binding *binding;
    struct forest *forest;
    double *records; /* BLOCK of them */
    double scores[BLOCK];
};

/* ---- compiling ---- */

static bool refuse(struct sluice_table_bind *b, int where, const char *sentence)
{
    b->refused_param = where;
    b->refusal = sentence;
    return false;
}

static bool is_integer(uint8_t kind)
{
    return kind == SLUICE_TINYINT || kind == SLUICE_SMALLINT || kind == SLUICE_INTEGER ||
           kind == SLUICE_BIGINT;
}

static bool takes_part(uint8_t kind)
{
    return is_integer(kind) || kind == SLUICE_REAL || kind == SLUICE_DOUBLE;
}

static bool read_parameter(struct sluice_table_bind *b, uint32_t i, int64_t *value)
{
    const struct parameter *p = &parameters[i];
    *value = p->fallback;
    if (i >= b->n_params) return true;

    const struct sluice_column *given = &b->params[i];
    if (!is_integer(given->type.kind) || sluice_is_null(given, 0)) {
        const char *text = sluice_table_text(
            b, NAME ": %s must be an integer from %" PRId64 " to %" PRId64, p->name, p->min,
            p->max);
        return refuse(b, (int)i, text);
    }
    *value = given->i64[0];
    if (*value < p->min || *value > p->max) {
        const char *text = sluice_table_text(
            b, NAME ": %s is %" PRId64 "; it can be %" PRId64 " to %" PRId64, p->name, *value,
            p->min, p->max);
        return refuse(b, (int)i, text);
    }
    return true;
}

static bool read_parameters(struct sluice_table_bind *b, struct forest_params *params)
{
    if (b->n_params > N_PARAMETERS) {
        const char *text = sluice_table_text(
            b, NAME " takes at most %d parameters behind the cursor, not %" PRIu32, N_PARAMETERS,
            b->n_params);
        return refuse(b, REFUSED_CALL, text);
    }
    int64_t values[N_PARAMETERS];
    for (uint32_t i = 0; i < N_PARAMETERS; i++) {
        if (!read_parameter(b, i, &values[i])) return false;
    }
    *params = (struct forest_params){
        .n_trees = (int)values[0],
        .sample_size = (int)values[1],
        .time_decay = values[2],
        .shingle_size = (int)values[3],
        .seed = b->has_seed ? b->seed : DEFAULT_SEED,
    };
    return true;
}

static bool choose_columns(struct sluice_table_bind *b, struct binding *binding)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_cursor; i++) {
        const struct sluice_field *field = &b->cursor[i];
        if (field->type.kind == SLUICE_DECIMAL) {
            const char *text = sluice_table_text(
                b, NAME ": column \"%s\" is DECIMAL; cast it to DOUBLE", field->name);
            return refuse(b, REFUSED_CURSOR, text);
        }
        if (!takes_part(field->type.kind)) continue;
        if (n < FOREST_COLUMNS_MAX) binding->columns[n] = i;
        n++;
    }
    if (n < 1 || n > FOREST_COLUMNS_MAX) {
        const char *text = sluice_table_text(
            b, NAME ": the cursor has %" PRIu32 " numeric columns; it can have 1 to %d", n,
            FOREST_COLUMNS_MAX);
        return refuse(b, REFUSED_CURSOR, text);
    }
    binding->params.n_columns = (int)n;
    return true;
}

static bool bind(struct sluice_table_bind *b)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    if (!read_parameters(b, &binding->params) || !choose_columns(b, binding)) return false;

    size_t size = forest_bytes(&binding->params);
    if (size > BYTES_MAX) {
        const char *text = sluice_table_text(
            b, NAME " needs %zu MiB with these parameters and columns; it can have %zu",
            size >> 20, BYTES_MAX >> 20);
        return refuse(b, REFUSED_CALL, text);
    }
    b->fields = sluice_table_alloc(b, sizeof *b->fields);
    *b->fields = (struct sluice_field){ "ANOMALY_SCORE", { .kind = SLUICE_DOUBLE } };
    b->n_fields = 1;
    b->pass_through = true;
    b->bound = binding;
    return true;
}

/* ---- running ---- */

static void close_scorer(void *state)
{
    struct scorer *s = state;
    if (!s) return;
    forest_free(s->forest);
    free(s->records);
    free(s);
}

static void *open_scorer(const void *bound)
{
    const struct binding *binding = bound;
    struct scorer *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->binding = binding;
    s->records = calloc((size_t)binding->params.n_columns * BLOCK, sizeof *s->records);
    if (!s->records || !forest_new(&binding->params, &s->forest)) {
        close_scorer(s);
        return NULL;
    }
    return s;
}

/* The values of one column for `count` rows, `step` apart; NaN for NULL. */
static void gather(const struct sluice_column *column, const uint32_t *rows, uint32_t count,
                   double *to, int step)
{
    bool real = !is_integer(column->type.kind);
    for (uint32_t i = 0; i < count; i++, to += step) {
        uint32_t at = sluice_at(column, rows[i]);
        *to = real ? column->f64[at] : (double)column->i64[at];
        if (sluice_is_null(column, rows[i])) *to = NAN;
    }
}

static void push(void *state, struct sluice_table_push *p)
{
    struct scorer *s = state;
    int n_columns = s->binding->params.n_columns;
    for (uint32_t done = 0; done < p->n_rows; done += BLOCK) {
        const uint32_t *rows = p->rows + done;
        uint32_t count = p->n_rows - done < BLOCK ? p->n_rows - done : BLOCK;
        for (int c = 0; c < n_columns; c++) {
            gather(&p->columns[s->binding->columns[c]], rows, count, s->records + c, n_columns);
        }
        forest_update(s->forest, s->records, count, s->scores);
        for (uint32_t i = 0; i < count; i++) p->out->f64[rows[i]] = s->scores[i];
    }
}

static bool write_bytes(void *context, const void *bytes, size_t size)
{
    sluice_write(context, bytes, size);
    return true;
}

static void save(const void *state, struct sluice_writer *w)
{
    forest_save(((const struct scorer *)state)->forest, write_bytes, w);
}

static bool read_bytes(void *context, void *bytes, size_t size)
{
    return sluice_read(context, bytes, size);
}

static bool load(void *state, struct sluice_reader *r)
{
    struct scorer *s = state;
    struct forest *loaded;
    if (!forest_load(&s->binding->params, read_bytes, r, &loaded)) return false;
    forest_free(s->forest);
    s->forest = loaded;
    return true;
}

static size_t bytes(const void *state)
{
    return forest_bytes(&((const struct scorer *)state)->binding->params);
}

static const struct sluice_table_fn table_functions[] = {
    {
        .name = NAME,
        .group = "Anomalies",
        .signature = "RANDOM_CUT_FOREST(CURSOR(query) [, numberOfTrees [, subSampleSize "
                     "[, timeDecay [, shingleSize]]]] [, SEED => n])",
        .bind = bind,
        .open = open_scorer,
        .push = push,
        .save = save,
        .load = load,
        .bytes = bytes,
        .close = close_scorer,
        .doc = "Gives each row of the cursor an ANOMALY_SCORE: how easily it is told apart from "
               "the rows before it. All numeric columns of the cursor take part, at most 30, as "
               "they are: a column with larger numbers weighs more. The first subSampleSize rows "
               "get 0 while the forest learns; ordinary rows then score about 0.5 to 1.5, outliers "
               "up to the logarithm of subSampleSize + 1 to the base 2. numberOfTrees (1 to 1000, "
               "default 100) makes scores steadier; subSampleSize (10 to 1000, default 256) is how "
               "many rows a tree holds; timeDecay (1 to 2147483647, default 100000) is how many "
               "rows one is remembered on average; shingleSize (1 to 30, default 1) is how many "
               "consecutive rows are looked at together. A NULL counts as its column's last "
               "number. The same rows give the same scores; SEED => n gives others.",
    },
    { .name = NULL },
};

const struct sluice_package rcf_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "rcf",
    .table_functions = table_functions,
};
