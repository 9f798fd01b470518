/*
 * log_columns.c: column lists of log parsers, read once when a query is compiled.
 */

#include "func/log_columns.h"

#include "base/limits.h"

struct list {
    const char     *p, *end;
    struct fn_bind *bind;
    const char     *wrong;
};

static bool fail(struct list *l, const char *what)
{
    if (!l->wrong) l->wrong = what;
    return false;
}

static void skip_blanks(struct list *l)
{
    while (l->p < l->end && (*l->p == ' ' || (*l->p >= '\t' && *l->p <= '\r'))) l->p++;
}

static bool take(struct list *l, char c)
{
    skip_blanks(l);
    if (l->p == l->end || *l->p != c) return false;
    l->p++;
    return true;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static struct str peek_word(struct list *l)
{
    skip_blanks(l);
    const char *p = l->p;
    while (p < l->end && is_word(*p)) p++;
    return str_view(l->p, (size_t)(p - l->p));
}

static bool take_word(struct list *l, const char *word)
{
    struct str next = peek_word(l);
    if (!str_equal_nocase_c(next, word)) return false;
    l->p += next.len;
    return true;
}

static bool take_number(struct list *l, int64_t *out)
{
    struct str word = peek_word(l);
    int64_t v = 0;
    for (uint32_t i = 0; i < word.len; i++) {
        char c = str_data(&word)[i];
        if (c < '0' || c > '9' || i > 8) return false;
        v = v * 10 + (c - '0');
    }
    l->p += word.len;
    *out = v;
    return word.len > 0;
}

/* Text between two of `quote`, which doubled is itself. */
static bool take_quoted(struct list *l, char quote, const char **out)
{
    if (!take(l, quote)) return false;
    char *text = sluice_bind_alloc(l->bind, (size_t)(l->end - l->p) + 1), *at = text;
    while (l->p < l->end) {
        char c = *l->p++;
        if (c == quote && (l->p == l->end || *l->p != quote)) {
            *out = text;
            return true;
        }
        if (c == quote) l->p++;
        *at++ = c;
    }
    return fail(l, "a quote is not closed");
}

/* ---- parts ---- */

static bool take_name(struct list *l, const char **out)
{
    if (take_quoted(l, '"', out)) return true;
    struct str word = peek_word(l);
    if (l->wrong || word.len == 0 || (*l->p >= '0' && *l->p <= '9')) return false;
    l->p += word.len;
    *out = str_to_c(l->bind->host, str_upper_ascii(l->bind->host, word));
    return true;
}

static bool take_lengths(struct list *l, int64_t *first, int64_t *second, int *n)
{
    *n = 0;
    if (!take(l, '(')) return true;
    if (!take_number(l, first)) return fail(l, "a type's length is a number");
    *n = 1;
    if (take(l, ',')) {
        if (!take_number(l, second)) return fail(l, "a type's scale is a number");
        *n = 2;
    }
    return take(l, ')') ? true : fail(l, "a type's length is not closed");
}

static bool set_type(struct list *l, enum type_kind kind, int64_t first, int64_t second, int n,
                     struct type *out)
{
    *out = type_of(kind);
    if (kind == TYPE_DECIMAL) {
        int64_t precision = n > 0 ? first : LIMIT_RESULT_PRECISION, scale = n > 1 ? second : 0;
        if (precision < 1 || precision > LIMIT_DECIMAL_PRECISION || scale > precision) {
            return fail(l, "a DECIMAL has at most 19 digits");
        }
        *out = type_decimal((int)precision, (int)scale);
    } else if (type_is_text(*out)) {
        int64_t length = n > 0 ? first : kind == TYPE_CHAR ? 1
                                                           : RECORD_TEXT_MAX;
        if (length < 1 || length > LIMIT_STRING_LENGTH) return fail(l, "a length is 1 to 65535");
        out->length = (uint32_t)length;
    } else if (n > 0 && !type_is_datetime(*out)) {
        return fail(l, "this type has no length");
    }
    return true;
}

static bool take_type(struct list *l, struct type *out)
{
    static const struct {
        const char *name, *second; /* a word that may follow */
        enum type_kind kind;
    } types[] = {
        { "VARCHAR", NULL, TYPE_VARCHAR }, { "CHAR", NULL, TYPE_CHAR },
        { "CHARACTER", NULL, TYPE_CHAR }, { "INTEGER", NULL, TYPE_INTEGER },
        { "INT", NULL, TYPE_INTEGER }, { "BIGINT", NULL, TYPE_BIGINT },
        { "SMALLINT", NULL, TYPE_SMALLINT }, { "TINYINT", NULL, TYPE_TINYINT },
        { "DECIMAL", NULL, TYPE_DECIMAL }, { "DEC", NULL, TYPE_DECIMAL },
        { "NUMERIC", NULL, TYPE_DECIMAL }, { "DOUBLE", "PRECISION", TYPE_DOUBLE },
        { "FLOAT", NULL, TYPE_DOUBLE }, { "REAL", NULL, TYPE_REAL },
        { "BOOLEAN", NULL, TYPE_BOOLEAN }, { "DATE", NULL, TYPE_DATE },
        { "TIME", NULL, TYPE_TIME }, { "TIMESTAMP", NULL, TYPE_TIMESTAMP },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (!take_word(l, types[i].name)) continue;
        if (types[i].second) take_word(l, types[i].second);
        enum type_kind kind = types[i].kind;
        if (kind == TYPE_CHAR && take_word(l, "VARYING")) kind = TYPE_VARCHAR;
        int64_t first = 0, second = 0;
        int n;
        return take_lengths(l, &first, &second, &n) && set_type(l, kind, first, second, n, out);
    }
    return fail(l, "this is no type of a field");
}

static bool take_pattern(struct list *l, struct log_column *c)
{
    const char *pattern = NULL;
    if (!take_quoted(l, '\'', &pattern) && !(l->wrong == NULL && take_quoted(l, '"', &pattern))) {
        return !l->wrong;
    }
    if (!type_is_datetime(fn_type(c->field.type))) {
        return fail(l, "only DATE, TIME and TIMESTAMP have a format");
    }
    c->field.pattern = pattern;
    return true;
}

static bool take_place(struct list *l, struct log_column *c)
{
    if (!take_word(l, "START")) return true;
    c->has_start = true;
    if (!take_number(l, &c->start)) return fail(l, "START needs a position, from 0");
    c->has_length = take_word(l, "FOR");
    if (c->has_length && !take_number(l, &c->length)) return fail(l, "FOR needs a length");
    return true;
}

static bool take_column(struct list *l, struct log_columns_form form, struct log_column *c)
{
    struct type t = type_varchar(RECORD_TEXT_MAX);
    if (!take_name(l, &c->field.name)) return fail(l, "the name of a column is missing");
    c->has_type = take_word(l, "TYPE");
    if (c->has_type && !take_type(l, &t)) return false;
    if (!c->has_type && form.types_optional && peek_word(l).len > 0 && !take_type(l, &t))
        return false;
    if (!c->has_type && !form.types_optional) return fail(l, "TYPE and a type are missing");
    c->field.type = fn_public_type(t);
    if (!take_pattern(l, c)) return false;
    if (take_word(l, "NOT")) {
        c->not_null = take_word(l, "NULL");
        if (!c->not_null) return fail(l, "NULL is missing behind NOT");
    }
    if (form.places && !take_place(l, c)) return false;
    return c->has_start || !form.places ? true : fail(l, "START and a position are missing");
}

/* ---- lists ---- */

static bool is_known(const struct log_columns *c, const char *name)
{
    for (uint32_t i = 0; i < c->n; i++) {
        if (strcmp(c->items[i].field.name, name) == 0) return true;
    }
    return false;
}

bool log_columns_parse(struct fn_bind *b, struct str text, struct log_columns_form form,
                       struct log_columns *out)
{
    const char *p = str_data(&text);
    struct list l = { .p = p, .end = p + text.len, .bind = b };
    uint32_t most = 1;
    for (uint32_t i = 0; i < text.len; i++) most += p[i] == ',';
    *out = (struct log_columns){ sluice_bind_alloc(b, most * sizeof *out->items), 0 };
    do {
        struct log_column c = { .field.name = NULL };
        if (out->n == RECORD_FIELDS_MAX) fail(&l, "there are too many columns");
        else if (take_column(&l, form, &c) && is_known(out, c.field.name))
            fail(&l, "a column is named twice");
        if (l.wrong) break;
        out->items[out->n++] = c;
    } while (take(&l, ','));
    skip_blanks(&l);
    if (!l.wrong && l.p < l.end) fail(&l, "a comma or the end is missing");
    if (!l.wrong) return true;
    int rest = (int)(l.end - l.p);
    b->refusal = sluice_bind_text(b, "bad column list: %s before '%.*s'", l.wrong,
                                  rest < 40 ? rest : 40, l.p);
    return false;
}

const struct sluice_record_field *log_columns_fields(struct fn_bind *b,
                                                     const struct log_columns *c)
{
    struct sluice_record_field *fields = sluice_bind_alloc(b, (c->n + 1) * sizeof *fields);
    for (uint32_t i = 0; i < c->n; i++) fields[i] = c->items[i].field;
    return fields;
}

bool log_columns_null(const struct log_columns *c, uint32_t i, struct kernel_call *k, uint32_t row)
{
    if (!c->items[i].not_null) return true;
    sluice_fault(k, row, SLUICE_FAULT_NULL, "field %s of the line is null", c->items[i].field.name);
    return false;
}

bool log_columns_put(const struct log_columns *c, uint32_t i, const char *p, size_t n,
                     struct record_writer *w, struct kernel_call *k, uint32_t row)
{
    struct type t = fn_type(c->items[i].field.type);
    if (!type_is_text(t)) {
        while (n > 0 && p[0] == ' ') p++, n--;
        while (n > 0 && p[n - 1] == ' ') n--;
        if (n == 0) return log_columns_null(c, i, k, row);
    }
    record_put(w, i, p, n);
    return true;
}
