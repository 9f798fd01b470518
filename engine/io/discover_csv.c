/*
 * discover_csv.c: a schema from delimited text.
 *
 * The delimiter is the one that cuts all lines into the same number of fields, the more the better. The first line
 * names the columns when each of its fields is a word of its own that no later line repeats there, and when, below
 * one of them at least, stand values that are no texts, or all of them look like names.
 */

#include "io/csv_scan.h"
#include "io/discover.h"

enum {
    GUESS_ROWS = 50
};

struct table {
    struct arena *arena;
    struct csv_delimiters delimiters;
    struct str *cells; /* n_rows of n_columns; missing ones empty */
    uint32_t n_rows, n_columns;
};

static const char *delimiters[] = { ",", "\t", "|", ";" };

/* Fields of a record; -1: its quotes do not end. */
static int count_fields(const char *p, const char *end, const struct csv_delimiters *d)
{
    struct csv_field field;
    int n = 0;
    while (p) {
        const char *next;
        if (!csv_scan_field(p, end, d, &field, &next)) return -1;
        n++;
        p = next;
    }
    return n;
}

/* The record behind *at, without its line end; false: none is left. Empty lines are none. */
static bool next_record(struct str sample, struct csv_scan *scan, const struct csv_delimiters *d,
                        size_t *begin, size_t *stop)
{
    const char *p = str_data(&sample);
    for (;;) {
        *begin = scan->at;
        if (*begin >= sample.len) return false;
        if (!csv_scan_record(scan, p, sample.len, true, d, stop)) {
            *stop = sample.len;
            scan->at = sample.len;
        }
        if (*stop > *begin) return true;
    }
}

/* How many fields the lines have, if they agree; else 0. */
static uint32_t regular(struct str sample, const struct csv_delimiters *d)
{
    struct csv_scan scan = { 0 };
    size_t begin, stop;
    int fields = 0;
    for (int row = 0; row < GUESS_ROWS && next_record(sample, &scan, d, &begin, &stop); row++) {
        const char *p = str_data(&sample);
        int n = count_fields(p + begin, p + stop, d);
        if (row > 0 && n != fields) return 0;
        fields = n;
    }
    return fields > 0 ? (uint32_t)fields : 0;
}

static struct str guess_delimiter(struct str sample)
{
    const char *best = ",";
    uint32_t most = 1;
    for (size_t i = 0; i < sizeof delimiters / sizeof *delimiters; i++) {
        struct csv_delimiters d = csv_delimiters_of("csv", str_c(delimiters[i]), STR_EMPTY);
        uint32_t n = regular(sample, &d);
        if (n > most) {
            most = n;
            best = delimiters[i];
        }
    }
    return str_c(best);
}

static struct str field_text(struct arena *a, const struct csv_field *f)
{
    if (!f->doubled) return str_copy(a, str_view(f->text, f->size));
    char *text = arena_alloc(a, f->size + 1);
    return str_view(text, csv_undouble(f->text, f->size, text));
}

/* ---- cells ---- */

static void read_cells(struct table *t, struct str sample)
{
    ARRAY(struct str)
    cells = { 0 };
    const char *p = str_data(&sample);
    struct csv_scan scan = { 0 };
    size_t begin, stop;
    while (next_record(sample, &scan, &t->delimiters, &begin, &stop)) {
        const char *at = p + begin, *end = p + stop;
        uint32_t n = 0;
        if (t->n_rows == 0) {
            int fields = count_fields(at, end, &t->delimiters);
            t->n_columns = fields > 0 ? (uint32_t)fields : 1;
        }
        while (at && n < t->n_columns) {
            struct csv_field field;
            const char *next = NULL;
            if (!csv_scan_field(at, end, &t->delimiters, &field, &next)) break;
            *array_push(t->arena, &cells) = field_text(t->arena, &field);
            n++;
            at = next;
        }
        for (; n < t->n_columns; n++) *array_push(t->arena, &cells) = STR_EMPTY;
        t->n_rows++;
    }
    t->cells = cells.items;
}

static struct str *cell(const struct table *t, uint32_t row, uint32_t column)
{
    return &t->cells[(size_t)row * t->n_columns + column];
}

static struct seen see_column(const struct table *t, uint32_t column, uint32_t from)
{
    struct seen s = { 0 };
    for (uint32_t row = from; row < t->n_rows; row++) {
        if (cell(t, row, column)->len) seen_text(&s, *cell(t, row, column), false);
    }
    return s;
}

static bool is_name(const struct str *s)
{
    const char *p = str_data(s);
    for (uint32_t i = 0; i < s->len; i++) {
        char c = p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
        if (!letter && (i == 0 || !strchr("0123456789 -.@()/%", c))) return false;
    }
    return s->len > 0;
}

/* A word that stands neither beside nor below. */
static bool heads_column(const struct table *t, uint32_t column)
{
    const struct str *head = cell(t, 0, column);
    if (!is_name(head)) return false;
    for (uint32_t k = 0; k < column; k++) {
        if (str_equal(cell(t, 0, k), head)) return false;
    }
    for (uint32_t row = 1; row < t->n_rows; row++) {
        if (str_equal(cell(t, row, column), head)) return false;
    }
    return true;
}

static bool guess_header(const struct table *t)
{
    uint32_t plain = 0, typed = 0;
    if (t->n_rows < 2) return false;
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (!heads_column(t, i)) return false;
        struct seen s = see_column(t, i, 1);
        if (type_is_text(seen_type(&s))) plain++;
        else typed++;
    }
    return typed > 0;
}

/* ---- the schema ---- */

struct status discover_csv(struct arena *a, struct str sample, const struct discover_config *config,
                           struct discovered *out)
{
    struct table t = { .arena = a };
    bool tsv = config->format && strcmp(config->format, "tsv") == 0;
    struct str delimiter = config->column_delimiter;
    if (delimiter.len == 0) delimiter = tsv ? str_c("\t") : guess_delimiter(sample);
    out->format = str_equal_c(delimiter, "\t") ? "tsv" : "csv";
    out->column_delimiter = delimiter;
    t.delimiters = csv_delimiters_of(out->format, delimiter, STR_EMPTY);
    read_cells(&t, sample);
    if (t.n_rows == 0) return OK;
    out->header = config->header == HEADER_GUESS ? guess_header(&t) : config->header == HEADER_YES;
    for (uint32_t i = 0; i < t.n_columns; i++) {
        struct seen s = see_column(&t, i, out->header);
        struct str name = out->header ? *cell(&t, 0, i) : STR_EMPTY;
        discover_add_column(a, config, name, STR_EMPTY, seen_type(&s), out);
    }
    out->n_records = t.n_rows - out->header;
    return OK;
}
