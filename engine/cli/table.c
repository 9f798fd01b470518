/* table.c: cells are kept until they are printed, so that columns are as wide as what stands in them. */

#include "cli/table.h"

#include "base/array.h"
#include "base/utf8.h"

struct cell {
    size_t   at; /* in the texts */
    uint32_t size, width;
};

struct table {
    struct arena *arena;
    struct str   *headings;
    bool         *right;
    uint32_t     *widths;
    uint32_t      n_columns, name_width;
    ARRAY(struct cell) cells; /* rows that wait */
    struct buf    texts;
    bool          headed;
    uint64_t      n_records;
};

static uint32_t width_of(struct str s)
{
    return (uint32_t)utf8_length(str_data(&s), s.len);
}

struct table *table_new(const struct str *headings, const bool *right, uint32_t n)
{
    struct arena *a = arena_new();
    struct table *t = ARENA_NEW(a, struct table);
    t->arena = a;
    t->n_columns = n;
    t->headings = ARENA_ARRAY(a, struct str, n + 1);
    t->right = arena_calloc(a, (n + 1) * sizeof *t->right);
    t->widths = ARENA_ARRAY(a, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        t->headings[i] = str_copy(a, headings[i]);
        t->right[i] = right && right[i];
        t->widths[i] = width_of(headings[i]);
        if (t->widths[i] > t->name_width) t->name_width = t->widths[i];
    }
    return t;
}

void table_free(struct table *t)
{
    if (!t) return;
    buf_free(&t->texts);
    arena_free(t->arena);
}

void table_widen(struct table *t, uint32_t column, uint32_t width)
{
    if (t->widths[column] < width) t->widths[column] = width;
}

static void add_shown(struct buf *out, const char *p, size_t n)
{
    unsigned char c = (unsigned char)*p;
    if (c == '\n') buf_append_c(out, "\\n");
    else if (c == '\t') buf_append_c(out, "\\t");
    else if (c == '\r') buf_append_c(out, "\\r");
    else if (c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)p[1] < 0xa0 && n == 2))
        buf_printf(out, "\\x%02X", n == 2 ? (unsigned char)p[1] : c);
    else buf_append(out, p, n);
}

void table_cell(struct table *t, struct str text)
{
    const char *p = str_data(&text);
    struct cell c = { .at = t->texts.len };
    for (size_t i = 0; i < text.len;) {
        size_t n = utf8_width((unsigned char)p[i]);
        if (n == 0 || n > text.len - i) n = 1;
        add_shown(&t->texts, p + i, n);
        i += n;
    }
    c.size = (uint32_t)(t->texts.len - c.at);
    c.width = (uint32_t)utf8_length(t->texts.data ? t->texts.data + c.at : "", c.size);
    table_widen(t, (uint32_t)(t->cells.count % t->n_columns), c.width);
    *array_push(t->arena, &t->cells) = c;
}

static void pad(FILE *out, uint32_t n)
{
    fprintf(out, "%*s", (int)n, "");
}

static void print_headings(const struct table *t, FILE *out, bool bold)
{
    for (uint32_t i = 0; i < t->n_columns; i++) {
        fprintf(out, "%s%s", i ? "|" : "", bold ? " \033[1m" : " ");
        fprintf(out, "%.*s", STR_ARG(t->headings[i]));
        if (bold) fputs("\033[0m", out);
        if (i + 1 < t->n_columns) pad(out, t->widths[i] - width_of(t->headings[i]) + 1);
    }
    fputc('\n', out);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (i) fputc('+', out);
        for (uint32_t k = 0; k < t->widths[i] + 2; k++) fputc('-', out);
    }
    fputc('\n', out);
}

static void print_cell(const struct table *t, FILE *out, const struct cell *c, uint32_t column)
{
    uint32_t room = t->widths[column] - c->width;
    bool last = column + 1 == t->n_columns;
    fputs(column ? "| " : " ", out);
    if (t->right[column]) pad(out, room);
    fwrite(t->texts.data + c->at, 1, c->size, out);
    if (!last) pad(out, (t->right[column] ? 0 : room) + 1);
    else fputc('\n', out);
}

static void forget(struct table *t)
{
    t->cells.count = 0;
    buf_clear(&t->texts);
}

void table_flush(struct table *t, FILE *out, bool bold)
{
    if (!t->headed && t->n_columns) print_headings(t, out, bold);
    t->headed = true;
    for (size_t i = 0; i < t->cells.count; i++)
        print_cell(t, out, &t->cells.items[i], (uint32_t)(i % t->n_columns));
    forget(t);
}

void table_flush_expanded(struct table *t, FILE *out, bool bold)
{
    for (size_t i = 0; i < t->cells.count; i++) {
        uint32_t column = (uint32_t)(i % t->n_columns);
        const struct cell *c = &t->cells.items[i];
        if (column == 0)
            fprintf(out, "%s-[ row %llu ]-%s\n", bold ? "\033[1m" : "",
                    (unsigned long long)++t->n_records, bold ? "\033[0m" : "");
        fprintf(out, "%.*s", STR_ARG(t->headings[column]));
        pad(out, t->name_width - width_of(t->headings[column]));
        fprintf(out, " | %.*s\n", (int)c->size, t->texts.data + c->at);
    }
    forget(t);
}
