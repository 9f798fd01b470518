/*
 * fn_log_columns.c: VARIABLE_COLUMN_LOG_PARSE and FIXED_COLUMN_LOG_PARSE: lines cut into columns by a delimiter, or by
 * positions (sections 8.3 and 8.4 of the aggregates sheet).
 *
 * Positions and lengths count characters. Columns that a line lacks are NULL, those that it has too many are left out
 * (A-62, A-63).
 */

#include "func/builtin.h"
#include "func/log_columns.h"

#include "base/utf8.h"

static bool refuse(struct fn_bind *b, const char *why)
{
    b->refusal = why;
    return false;
}

/* ---- VARIABLE_COLUMN_LOG_PARSE ---- */

struct variable {
    struct log_columns columns;
    struct str         delimiter, escape, opening, closing; /* empty: there is none */
};

static bool begins_with(const char *p, const char *end, const struct str *what)
{
    return what->len > 0 && (size_t)(end - p) >= what->len &&
           memcmp(p, str_data(what), what->len) == 0;
}

static size_t width_at(const char *p, const char *end)
{
    size_t width = utf8_width((unsigned char)*p), left = (size_t)(end - p);
    return width < left ? width : left;
}

/* The text of the field that begins at *p, without escapes and quotes; *p is then behind its delimiter. False: the
 * line ends with it. */
static bool take_field(const struct variable *v, const char **p, const char *end, struct buf *out)
{
    bool quoted = false;
    buf_clear(out);
    while (*p < end) {
        if (begins_with(*p, end, &v->escape)) {
            *p += v->escape.len;
            if (*p == end) break;
        } else if (begins_with(*p, end, quoted ? &v->closing : &v->opening)) {
            *p += quoted ? v->closing.len : v->opening.len;
            quoted = !quoted;
            continue;
        } else if (!quoted && begins_with(*p, end, &v->delimiter)) {
            *p += v->delimiter.len;
            return true;
        }
        size_t width = width_at(*p, end);
        buf_append(out, *p, width);
        *p += width;
    }
    return false;
}

static bool split(const struct variable *v, const struct str *line, struct buf *field,
                  struct record_writer *w, struct kernel_call *k, uint32_t row)
{
    const char *p = str_data(line), *end = p + line->len;
    record_begin(w, v->columns.n);
    bool more = true;
    for (uint32_t i = 0; i < v->columns.n; i++) {
        if (!more) {
            if (!log_columns_null(&v->columns, i, k, row)) return false;
            continue;
        }
        more = take_field(v, &p, end, field);
        if (!log_columns_put(&v->columns, i, field->data ? field->data : "", field->len, w, k, row))
            return false;
    }
    return true;
}

static void variable_column_log_parse(struct kernel_call *k)
{
    const struct variable *v = k->bound;
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct record_writer w = { .b.data = NULL };
    struct buf field = { .data = NULL };
    FOR_ROWS(k, row)
    {
        result_str(k)[row] = STR_EMPTY;
        if (split(v, &lines[row & mask], &field, &w, k, row)) record_end(&w, k, row);
    }
    buf_free(&field);
    record_free(&w);
}

/* A quote is one character, or two: one that begins and one that ends. */
static bool bind_quote(struct fn_bind *b, struct str quote, struct variable *v)
{
    size_t n = utf8_length(str_data(&quote), quote.len);
    if (n > 2) return refuse(b, "the quote must be one character, or two");
    size_t first = utf8_prefix(str_data(&quote), quote.len, 1);
    struct str opening = str_view(str_data(&quote), first);
    struct str closing = str_view(str_data(&quote) + first, quote.len - first);
    v->opening = str_copy(b->host, opening);
    v->closing = str_copy(b->host, n == 2 ? closing : opening);
    return true;
}

static bool bind_variable(struct fn_bind *b, struct variable *v)
{
    for (uint32_t i = 1; i < b->n_args; i++) {
        if (!bind_has_constant(b, i)) {
            return refuse(b, "columns, delimiter, escape and quote must be constants");
        }
    }
    v->delimiter = str_copy(b->host, bind_constant_str(b, 2));
    if (v->delimiter.len == 0) return refuse(b, "the delimiter is empty");
    if (b->n_args > 3) v->escape = str_copy(b->host, bind_constant_str(b, 3));
    return b->n_args < 5 || bind_quote(b, bind_constant_str(b, 4), v);
}

static bool bind_number_of_columns(struct fn_bind *b)
{
    struct variable *v = sluice_bind_alloc(b, sizeof *v);
    b->bound = v;
    if (!bind_variable(b, v)) return false;
    int64_t n = b->constants[1].i64[0];
    if (n < 1 || n > RECORD_FIELDS_MAX) {
        return refuse(b, sluice_bind_text(b, "the number of columns must be 1 to %d",
                                          RECORD_FIELDS_MAX));
    }
    const struct sluice_record_field *fields = record_numbered(b, (uint32_t)n);
    v->columns.n = (uint32_t)n;
    v->columns.items = sluice_bind_alloc(b, (size_t)n * sizeof *v->columns.items);
    for (uint32_t i = 0; i < v->columns.n; i++) v->columns.items[i].field = fields[i];
    return bind_record(b, fields, v->columns.n);
}

static bool bind_list_of_columns(struct fn_bind *b)
{
    struct variable *v = sluice_bind_alloc(b, sizeof *v);
    b->bound = v;
    if (!bind_variable(b, v)) return false;
    struct log_columns_form form = { .places = false };
    if (!log_columns_parse(b, bind_constant_str(b, 1), form, &v->columns)) return false;
    return bind_record(b, log_columns_fields(b, &v->columns), v->columns.n);
}

/* ---- FIXED_COLUMN_LOG_PARSE ---- */

static bool cut(const struct log_columns *c, const struct str *line, struct record_writer *w,
                struct kernel_call *k, uint32_t row)
{
    const char *p = str_data(line);
    record_begin(w, c->n);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct log_column *column = &c->items[i];
        size_t from = utf8_prefix(p, line->len, (size_t)column->start), n = line->len - from;
        if (column->has_length) n = utf8_prefix(p + from, n, (size_t)column->length);
        bool there = from < line->len;
        if (there ? !log_columns_put(c, i, p + from, n, w, k, row)
                  : !log_columns_null(c, i, k, row)) {
            return false;
        }
    }
    return true;
}

static void fixed_column_log_parse(struct kernel_call *k)
{
    const struct str *lines = arg_str(k, 0);
    const uint32_t mask = arg_mask(k, 0);
    struct record_writer w = { .b.data = NULL };
    FOR_ROWS(k, row)
    {
        result_str(k)[row] = STR_EMPTY;
        if (cut(k->bound, &lines[row & mask], &w, k, row)) record_end(&w, k, row);
    }
    record_free(&w);
}

static bool bind_fixed(struct fn_bind *b)
{
    struct log_columns *c = sluice_bind_alloc(b, sizeof *c);
    b->bound = c;
    if (!bind_has_constant(b, 1)) return refuse(b, "the column list must be a constant");
    struct log_columns_form form = { .places = true };
    if (!log_columns_parse(b, bind_constant_str(b, 1), form, c)) return false;
    return bind_record(b, log_columns_fields(b, c), c->n);
}

/* ---- rows ---- */

#define VARIABLE_ROW(class, run_bind)                                                  \
    {                                                                                  \
        .name = "VARIABLE_COLUMN_LOG_PARSE",                                           \
        .group = "Log parsing",                                                        \
        .args = { PARAM("line", SLUICE_CLASS_TEXT), PARAM("columns", class),             \
                  PARAM("delimiter", SLUICE_CLASS_TEXT),                               \
                  OPTIONAL("escape", SLUICE_CLASS_TEXT),                               \
                  OPTIONAL("quote", SLUICE_CLASS_TEXT) },                              \
        .errors = "22004",                                                             \
        .bind = run_bind,                                                              \
        .kernel = variable_column_log_parse,                                           \
        .doc = "A record of the fields between delimiters. columns is how many there are, for " \
               "COLUMN1, COLUMN2 and so on, or a list: 'name TYPE type [''format''] [NOT NULL], " \
               "...'.",                                                                \
        .examples = "",                                                                \
    }

const struct fn_def fn_log_columns[] = {
    VARIABLE_ROW(SLUICE_CLASS_INTEGER, bind_number_of_columns),
    VARIABLE_ROW(SLUICE_CLASS_TEXT, bind_list_of_columns),
    {
        .name = "FIXED_COLUMN_LOG_PARSE",
        .group = "Log parsing",
        .args = { PARAM("line", SLUICE_CLASS_TEXT), PARAM("columns", SLUICE_CLASS_TEXT) },
        .errors = "22004",
        .bind = bind_fixed,
        .kernel = fixed_column_log_parse,
        .doc = "A record of pieces of the line by their places: 'name TYPE type [''format''] [NOT "
               "NULL] START n [FOR m], ...', where n counts characters from 0.",
        .examples = "",
    },
    { .name = NULL },
};
