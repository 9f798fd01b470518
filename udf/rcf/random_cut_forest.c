/*
 * random_cut_forest.c: RANDOM_CUT_FOREST and RANDOM_CUT_FOREST_WITH_EXPLANATION, the table functions.
 *
 *     SELECT STREAM * FROM TABLE(RANDOM_CUT_FOREST(
 *         CURSOR(SELECT STREAM * FROM readings), 100, 256, 100000, 1))
 *
 * Every numeric column of the cursor takes part; the others pass through. A row goes out as it
 * came, with ANOMALY_SCORE behind its columns, in the same order and at the same ROWTIME. A NULL
 * counts as its column's last number. The second function says in JSON, behind the score, how much of
 * it each column has to answer for, and whether its value was high or low. All the mathematics is in
 * forest.c; here is what belongs to SQL: parameters and their ranges, which columns count, rows to
 * records, state.
 */
#include "udf/rcf/random_cut_forest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "udf/rcf/forest.h"

#define NAME "RANDOM_CUT_FOREST"
#define NAME_EXPLAINED "RANDOM_CUT_FOREST_WITH_EXPLANATION"

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
    N_PARAMETERS = sizeof parameters / sizeof parameters[0],
    EXPLANATION_MAX = 20480 /* characters, as published examples declare it */
};

/* What the compiled call knows. */
struct binding {
    const char *name; /* of the function, for messages */
    struct forest_params params;
    uint32_t columns[FOREST_COLUMNS_MAX]; /* of the cursor: params.n_columns of them take part */
    bool explains;
    bool directions; /* DIRECTION and STRENGTH, too */
    const char *keys[FOREST_COLUMNS_MAX]; /* the columns' names as JSON strings */
};

struct scorer {
    const struct binding *binding;
    struct forest *forest;
    double *records; /* BLOCK of them */
    double scores[BLOCK];
    struct forest_part *parts; /* of BLOCK records; NULL: not asked for */
    double *work;              /* for them */
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

static bool read_parameter(struct sluice_table_bind *b, const char *name, uint32_t i,
                           int64_t *value)
{
    const struct parameter *p = &parameters[i];
    *value = p->fallback;
    if (i >= b->n_params) return true;

    const struct sluice_column *given = &b->params[i];
    if (!is_integer(given->type.kind) || sluice_is_null(given, 0)) {
        const char *text = sluice_table_text(
            b, "%s: %s must be an integer from %" PRId64 " to %" PRId64, name, p->name, p->min,
            p->max);
        return refuse(b, (int)i, text);
    }
    *value = given->i64[0];
    if (*value < p->min || *value > p->max) {
        const char *text = sluice_table_text(
            b, "%s: %s is %" PRId64 "; it can be %" PRId64 " to %" PRId64, name, p->name, *value,
            p->min, p->max);
        return refuse(b, (int)i, text);
    }
    return true;
}

/* withDirectionality, the last parameter of the explained function. */
static bool read_directions(struct sluice_table_bind *b, struct binding *binding)
{
    if (b->n_params <= N_PARAMETERS) return true;
    const struct sluice_column *given = &b->params[N_PARAMETERS];
    if (given->type.kind != SLUICE_BOOLEAN || sluice_is_null(given, 0)) {
        return refuse(
            b, N_PARAMETERS,
            sluice_table_text(b, "%s: withDirectionality is TRUE or FALSE", binding->name));
    }
    binding->directions = given->b[0];
    return true;
}

static bool read_parameters(struct sluice_table_bind *b, struct binding *binding)
{
    uint32_t most = N_PARAMETERS + binding->explains;
    if (b->n_params > most) {
        const char *text = sluice_table_text(
            b, "%s takes at most %" PRIu32 " parameters behind the cursor, not %" PRIu32,
            binding->name, most, b->n_params);
        return refuse(b, REFUSED_CALL, text);
    }
    int64_t values[N_PARAMETERS];
    for (uint32_t i = 0; i < N_PARAMETERS; i++) {
        if (!read_parameter(b, binding->name, i, &values[i])) return false;
    }
    binding->params = (struct forest_params){
        .n_trees = (int)values[0],
        .sample_size = (int)values[1],
        .time_decay = values[2],
        .shingle_size = (int)values[3],
        .seed = b->has_seed ? b->seed : DEFAULT_SEED,
    };
    return read_directions(b, binding);
}

/* A name as a JSON string. */
static const char *quote(struct sluice_table_bind *b, const char *name)
{
    char *text = sluice_table_alloc(b, 6 * strlen(name) + 3), *to = text;
    *to++ = '"';
    for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
        if (*p < ' ') to += snprintf(to, 7, "\\u%04x", *p);
        else if (*p == '"' || *p == '\\') to += snprintf(to, 3, "\\%c", *p);
        else *to++ = (char)*p;
    }
    *to++ = '"';
    *to = 0;
    return text;
}

static bool choose_columns(struct sluice_table_bind *b, struct binding *binding)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n_cursor; i++) {
        const struct sluice_field *field = &b->cursor[i];
        if (field->type.kind == SLUICE_DECIMAL) {
            const char *text = sluice_table_text(
                b, "%s: column \"%s\" is DECIMAL; cast it to DOUBLE", binding->name, field->name);
            return refuse(b, REFUSED_CURSOR, text);
        }
        if (!takes_part(field->type.kind)) continue;
        if (n < FOREST_COLUMNS_MAX) {
            binding->columns[n] = i;
            binding->keys[n] = quote(b, field->name);
        }
        n++;
    }
    if (n < 1 || n > FOREST_COLUMNS_MAX) {
        const char *text = sluice_table_text(
            b, "%s: the cursor has %" PRIu32 " numeric columns; it can have 1 to %d", binding->name,
            n, FOREST_COLUMNS_MAX);
        return refuse(b, REFUSED_CURSOR, text);
    }
    binding->params.n_columns = (int)n;
    return true;
}

/* All that decides a score, as EXPLAIN shows it. */
static const char *describe(struct sluice_table_bind *b, const struct forest_params *p)
{
    return sluice_table_text(b,
                             "numberOfTrees %d, subSampleSize %d, timeDecay %" PRId64
                             ", shingleSize %d, SEED %" PRId64 "; %d column%s",
                             p->n_trees, p->sample_size, p->time_decay, p->shingle_size,
                             (int64_t)p->seed, p->n_columns, p->n_columns == 1 ? "" : "s");
}

static bool bind_as(struct sluice_table_bind *b, const char *name, bool explains)
{
    struct binding *binding = sluice_table_alloc(b, sizeof *binding);
    *binding = (struct binding){ .name = name, .explains = explains };
    if (!read_parameters(b, binding) || !choose_columns(b, binding)) return false;

    size_t size = forest_bytes(&binding->params);
    if (size > BYTES_MAX) {
        const char *text = sluice_table_text(
            b, "%s needs %zu MiB with these parameters and columns; it can have %zu", name,
            size >> 20, BYTES_MAX >> 20);
        return refuse(b, REFUSED_CALL, text);
    }
    b->n_fields = explains ? 2 : 1;
    b->fields = sluice_table_alloc(b, b->n_fields * sizeof *b->fields);
    b->fields[0] = (struct sluice_field){ "ANOMALY_SCORE", { .kind = SLUICE_DOUBLE } };
    if (explains) {
        b->fields[1] = (struct sluice_field){
            "ANOMALY_EXPLANATION", { .kind = SLUICE_VARCHAR, .length = EXPLANATION_MAX }
        };
    }
    b->pass_through = true;
    b->detail = describe(b, &binding->params);
    b->bound = binding;
    return true;
}

static bool bind(struct sluice_table_bind *b)
{
    return bind_as(b, NAME, false);
}

static bool bind_explained(struct sluice_table_bind *b)
{
    return bind_as(b, NAME_EXPLAINED, true);
}

/* ---- running ---- */

static void close_scorer(void *state)
{
    struct scorer *s = state;
    if (!s) return;
    forest_free(s->forest);
    free(s->records);
    free(s->parts);
    free(s->work);
    free(s);
}

static void *open_scorer(const void *bound)
{
    const struct binding *binding = bound;
    struct scorer *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->binding = binding;
    s->records = calloc((size_t)binding->params.n_columns * BLOCK, sizeof *s->records);
    if (binding->explains) {
        s->parts = calloc((size_t)binding->params.n_columns * BLOCK, sizeof *s->parts);
        s->work = calloc(forest_explain_numbers(&binding->params), sizeof *s->work);
    }
    bool made = s->records && (!binding->explains || (s->parts && s->work));
    if (!made || !forest_new(&binding->params, &s->forest)) {
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

/* {"A":{"DIRECTION":"HIGH","STRENGTH":"0.8567","ATTRIBUTION_SCORE":"1.7447"}} */
static void put_explanation(const struct binding *b, const struct forest_part *parts, double score,
                            struct sluice_table_push *p, struct sluice_str *out)
{
    char text[EXPLANATION_MAX + 1];
    size_t n = 0;
    text[n++] = '{';
    for (int c = 0; c < b->params.n_columns; c++) {
        double high = parts[c].high, low = parts[c].low;
        char body[160];
        int size = 0;
        if (b->directions) {
            size = snprintf(body, sizeof body, "\"DIRECTION\":\"%s\",\"STRENGTH\":\"%.4f\",",
                            high > low ? "HIGH" : "LOW", fabs(high - low) * score);
        }
        size += snprintf(body + size, sizeof body - (size_t)size, "\"ATTRIBUTION_SCORE\":\"%.4f\"",
                         high + low);
        size_t key = strlen(b->keys[c]);
        if (n + key + (size_t)size + 5 > EXPLANATION_MAX) break; /* names beyond all measure */
        if (c > 0) text[n++] = ',';
        memcpy(text + n, b->keys[c], key);
        n += key;
        n += (size_t)snprintf(text + n, sizeof text - n, ":{%s}", body);
    }
    text[n++] = '}';
    char *kept = n > 12 ? sluice_table_row_alloc(p, n) : text;
    memcpy(kept, text, n);
    *out = sluice_str_view(kept, n);
}

/* Scores and learns a block; the explanations go behind the scores. */
static void push_block(struct scorer *s, struct sluice_table_push *p, const uint32_t *rows,
                       uint32_t count)
{
    const struct binding *b = s->binding;
    if (s->parts)
        forest_explain(s->forest, s->records, count, s->scores, s->parts, s->work);
    else
        forest_update(s->forest, s->records, count, s->scores);
    for (uint32_t i = 0; i < count; i++) p->out[0].f64[rows[i]] = s->scores[i];
    for (uint32_t i = 0; s->parts && i < count; i++) {
        put_explanation(b, s->parts + i * (size_t)b->params.n_columns, s->scores[i], p,
                        &p->out[1].str[rows[i]]);
    }
}

static void push(void *state, struct sluice_table_push *p)
{
    struct scorer *s = state;
    int n_columns = s->binding->params.n_columns;
    forest_use_threads(s->forest, (int)sluice_table_threads(p));
    for (uint32_t done = 0; done < p->n_rows; done += BLOCK) {
        const uint32_t *rows = p->rows + done;
        uint32_t count = p->n_rows - done < BLOCK ? p->n_rows - done : BLOCK;
        for (int c = 0; c < n_columns; c++) {
            gather(&p->columns[s->binding->columns[c]], rows, count, s->records + c, n_columns);
        }
        push_block(s, p, rows, count);
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
    {
        .name = NAME_EXPLAINED,
        .group = "Anomalies",
        .signature = NAME_EXPLAINED "(CURSOR(query) [, numberOfTrees [, subSampleSize [, timeDecay "
                                    "[, shingleSize [, withDirectionality]]]]] [, SEED => n])",
        .bind = bind_explained,
        .open = open_scorer,
        .push = push,
        .save = save,
        .load = load,
        .bytes = bytes,
        .close = close_scorer,
        .doc =
            "RANDOM_CUT_FOREST, with the same scores, and ANOMALY_EXPLANATION behind them: a JSON "
            "object with a member for each numeric column of the cursor. Its ATTRIBUTION_SCORE "
            "is the "
            "part of the score that is due to the column; the parts add up to the score. With "
            "withDirectionality (FALSE unless given) DIRECTION says whether the column's value "
            "was HIGH "
            "or LOW, and STRENGTH how clearly: at least 0, and to be compared within a stream "
            "only. "
            "While the forest learns all numbers are 0.",
    },
    { .name = NULL },
};

const struct sluice_package rcf_package = {
    .api_version = SLUICE_API_VERSION,
    .name = "rcf",
    .table_functions = table_functions,
};
