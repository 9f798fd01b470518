/* fmt_message.c: a message's text is cut once into pieces: plain text and columns. */

#include "io/fmt_message.h"

#include "base/array.h"
#include "data/text.h"

struct piece {
    struct str text;
    int        column; /* -1: the text */
};

struct message {
    struct piece *items;
    size_t        count, cap;
    bool          json;
};

bool message_is_json(struct str text)
{
    const char *p = str_data(&text);
    uint32_t    i = 0;
    while (i < text.len && strchr(" \t\r\n", p[i])) i++;
    return i < text.len && (p[i] == '{' || p[i] == '[') && !(i + 1 < text.len && p[i + 1] == '{');
}

static int find_column(const struct schema *s, struct str name)
{
    int found = schema_find(s, name);
    for (uint32_t i = 0; found < 0 && i < s->n_columns; i++) {
        if (str_equal_nocase(s->columns[i].name, name)) found = (int)i;
    }
    return found;
}

static struct status unknown(struct arena *a, struct span at, const char *what, struct str name,
                             const struct schema *s)
{
    const struct str *nearest = NULL;
    int               best = 4;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        int distance = str_distance(name, s->columns[i].name, 3);
        if (distance >= best) continue;
        best = distance;
        nearest = &s->columns[i].name;
    }
    struct status st = status_new(a, ERR_BAD_OPTION, at,
                                  "option \"%s\" names \"%.*s\", which is no column of its stream",
                                  what, STR_ARG(name));
    return status_with_hint(
        st, nearest ? str_format_c(a, "did you mean \"%.*s\"?", STR_ARG(*nearest)) : NULL);
}

static void add(struct arena *a, struct message *m, const char *p, size_t n, int column)
{
    if (n == 0 && column < 0) return;
    *array_push(a, m) = (struct piece){ str_view(p, n), column };
}

struct status message_new(struct arena *a, struct span at, const char *what, struct str text,
                          const struct schema *schema, struct message **out)
{
    struct message *m = ARENA_NEW(a, struct message);
    const char     *p = str_to_c(a, text), *open;
    m->json = message_is_json(text);
    while ((open = strstr(p, "{{"))) {
        const char *close = strstr(open, "}}");
        if (!close) break;
        struct str name = str_view(open + 2, (size_t)(close - open) - 2);
        int        column = find_column(schema, name);
        if (column < 0) return unknown(a, at, what, name, schema);
        add(a, m, p, (size_t)(open - p), -1);
        add(a, m, NULL, 0, column);
        p = close + 2;
    }
    add(a, m, p, strlen(p), -1);
    *out = m;
    return OK;
}

/* As in CSV: numbers as JSON has them, dates and texts without quotes. */
static void append_value(const struct message *m, const struct vector *v, uint32_t row,
                         struct buf *out)
{
    if (vector_is_null(v, row) && !m->json) return;
    size_t start = out->len;
    if (m->json || type_form(v->type) == FORM_F64) text_json_value(out, v, row);
    else text_sql_value(out, v, row);
    bool quoted = m->json && out->len - start >= 2 && out->data[start] == '"';
    if (!quoted) return;
    /* the message has quotes of its own */
    memmove(out->data + start, out->data + start + 1, out->len - start - 2);
    out->len -= 2;
}

void message_row(const struct message *m, const struct batch *rows, uint32_t row, struct buf *out)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct piece *p = &m->items[i];
        if (p->column < 0) buf_append_str(out, p->text);
        else append_value(m, &rows->columns[p->column], row, out);
    }
}
