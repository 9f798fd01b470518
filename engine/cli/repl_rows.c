/*
 * repl_rows.c: rows of queries as aligned tables, JSON or CSV.
 *
 * A result is shown when it is complete, so that its columns are as wide as they must be. Rows of a standing query are
 * shown as they come; its columns begin with widths by their types and get wider when a value asks for it.
 */

#include "cli/repl.h"

#include "cli/table.h"
#include "data/text.h"

enum { WAIT_MS = 100, WIDTH_TIMESTAMP = 23, WIDTH_NUMBER = 8, WIDTH_TEXT_MAX = 16 };

struct shown {
    struct repl         *repl;
    const struct schema *columns;
    struct table        *table;
    struct arena        *arena;
    struct buf           text;
    uint64_t             n_rows;
    bool                 headed; /* the line of names of CSV */
};

/* ---- one value ---- */

static void add_value(struct buf *out, const struct vector *v, uint32_t row, bool json)
{
    /* 31.5, not the 3.15E1 of a CAST */
    if (json || (type_is_approximate(v->type) && !vector_is_null(v, row))) {
        text_json_value(out, v, row);
    } else if (!vector_is_null(v, row)) {
        text_sql_value(out, v, row);
    }
}

static void add_csv(struct buf *out, struct str text)
{
    const char *p = str_data(&text);
    bool quote = false;
    for (uint32_t i = 0; i < text.len; i++) quote |= strchr(",\"\r\n", p[i]) != NULL;
    if (quote) buf_append_char(out, '"');
    for (uint32_t i = 0; i < text.len; i++) {
        if (p[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, p[i]);
    }
    if (quote) buf_append_char(out, '"');
}

/* ---- the three forms ---- */

static void table_row(struct shown *s, const struct batch *b, uint32_t row)
{
    for (uint32_t c = 0; c < s->columns->n_columns; c++) {
        buf_clear(&s->text);
        if (s->columns->columns[c].personal) buf_append_c(&s->text, "(personal)");
        else if (vector_is_null(&b->columns[c], row)) buf_append_c(&s->text, "NULL");
        else add_value(&s->text, &b->columns[c], row, false);
        table_cell(s->table, str_view(s->text.data ? s->text.data : "", s->text.len));
    }
}

static void json_row(struct shown *s, const struct batch *b, uint32_t row)
{
    buf_clear(&s->text);
    for (uint32_t c = 0; c < s->columns->n_columns; c++) {
        const struct str *name = &s->columns->columns[c].name;
        buf_append_char(&s->text, c ? ',' : '{');
        text_json_string(&s->text, str_data(name), name->len);
        buf_append_char(&s->text, ':');
        add_value(&s->text, &b->columns[c], row, true);
    }
    buf_append_c(&s->text, s->columns->n_columns ? "}\n" : "{}\n");
    fwrite(s->text.data, 1, s->text.len, s->repl->out);
}

static void csv_line(struct shown *s, const struct batch *b, uint32_t row)
{
    struct buf cell = { 0 };
    buf_clear(&s->text);
    for (uint32_t c = 0; c < s->columns->n_columns; c++) {
        if (c) buf_append_char(&s->text, ',');
        buf_clear(&cell);
        if (b) add_value(&cell, &b->columns[c], row, false);
        else buf_append_str(&cell, s->columns->columns[c].name);
        add_csv(&s->text, str_view(cell.data ? cell.data : "", cell.len));
    }
    buf_append_char(&s->text, '\n');
    /* a file gets what it is, a terminal nothing that steers it */
    if (s->repl->interactive && s->repl->out == stdout) cli_write(stdout, &s->text);
    else fwrite(s->text.data, 1, s->text.len, s->repl->out);
    buf_free(&cell);
}

static void csv_head(struct shown *s)
{
    if (!s->headed) csv_line(s, NULL, 0);
    s->headed = true;
}

/* ---- batches ---- */

static uint32_t usual_width(struct type t)
{
    if (t.kind == TYPE_TIMESTAMP) return WIDTH_TIMESTAMP;
    if (type_is_number(t)) return WIDTH_NUMBER;
    if (type_is_text(t)) return t.length < WIDTH_TEXT_MAX ? t.length : WIDTH_TEXT_MAX;
    return 0;
}

static void begin(struct shown *s, struct repl *r, const struct session_query *q)
{
    *s = (struct shown){ .repl = r, .columns = session_columns(q), .arena = arena_new() };
    uint32_t n = s->columns->n_columns;
    struct str *names = ARENA_ARRAY(s->arena, struct str, n + 1);
    bool *right = ARENA_ARRAY(s->arena, bool, n + 1);
    for (uint32_t c = 0; c < n; c++) {
        names[c] = s->columns->columns[c].name;
        right[c] = type_is_number(s->columns->columns[c].type);
    }
    s->table = table_new(names, right, n);
    for (uint32_t c = 0; session_is_standing(q) && c < n; c++)
        table_widen(s->table, c, usual_width(s->columns->columns[c].type));
}

static void add_rows(struct shown *s, const struct batch *b)
{
    for (uint32_t i = 0; i < batch_live(b); i++) {
        uint32_t row = batch_row(b, i);
        s->n_rows++;
        if (s->repl->format == REPL_JSON) {
            json_row(s, b, row);
        } else if (s->repl->format == REPL_CSV) {
            csv_head(s);
            csv_line(s, b, row);
        } else {
            table_row(s, b, row);
        }
    }
}

static bool is_bold(const struct repl *r)
{
    return r->colours && r->out == stdout;
}

static void flush_rows(struct shown *s)
{
    struct repl *r = s->repl;
    if (r->format == REPL_TABLE && r->expanded) table_flush_expanded(s->table, r->out, is_bold(r));
    else if (r->format == REPL_TABLE) table_flush(s->table, r->out, is_bold(r));
    fflush(r->out);
}

static void end(struct shown *s, const struct session_query *q, bool stopped)
{
    struct repl *r = s->repl;
    if (r->format == REPL_CSV) csv_head(s);
    if (r->format == REPL_TABLE && !(r->expanded && s->n_rows == 0)) flush_rows(s);
    if (r->format == REPL_TABLE || r->interactive) {
        fprintf(r->format == REPL_TABLE ? r->out : stderr, "(%llu %s%s)\n",
                (unsigned long long)s->n_rows, s->n_rows == 1 ? "row" : "rows",
                stopped ? ", stopped" : "");
    }
    if (session_left_out(q))
        cli_say("%llu rows were left out: they came faster than they were shown",
                (unsigned long long)session_left_out(q));
    if (session_faults(q))
        cli_say("%llu %s failed%s", (unsigned long long)session_faults(q),
                session_faults(q) == 1 ? "row" : "rows",
                session_is_connected(r->session) ? " in this query" : " and went to error_stream");
    fflush(r->out);
}

static bool show_all(struct repl *r, struct session_query *q)
{
    struct shown s;
    struct status st = OK;
    enum session_rows got = SESSION_WAIT;
    bool stopped = false;
    begin(&s, r, q);
    while (!stopped && (got == SESSION_WAIT || got == SESSION_ROWS)) {
        struct batch *rows;
        got = session_next(q, WAIT_MS, &rows, &st);
        if (got == SESSION_ROWS) {
            add_rows(&s, rows);
            batch_release(rows);
            if (session_is_standing(q)) flush_rows(&s);
        }
        stopped = repl_interrupted || repl_ended;
        if (ferror(r->out)) stopped = r->quit = true;
    }
    if (repl_interrupted && r->interactive) fputc('\n', stdout); /* behind the ^C */
    repl_interrupted = 0;
    bool none = got == SESSION_FAILED && !session_is_standing(q); /* half an answer is none */
    if (!none) end(&s, q, stopped && got != SESSION_END);
    table_free(s.table);
    buf_free(&s.text);
    arena_free(s.arena);
    if (got != SESSION_FAILED) return !stopped;
    struct buf message = { 0 };
    status_print(&message, &st);
    repl_failed(r, st.err, &message);
    buf_free(&message);
    return false;
}

bool repl_query(struct repl *r, const struct session_text *text)
{
    struct buf messages = { 0 };
    struct session_query *q = NULL;
    struct status st = session_ask(r->session, text, &q, &messages);
    bool done = false;
    if (st.err != ERR_NONE) {
        repl_failed(r, st.err, &messages);
    } else {
        if (messages.len) cli_write_messages(stderr, &messages);
        done = show_all(r, q);
        session_done(q);
    }
    buf_free(&messages);
    return done;
}

void repl_show(struct repl *r, const char *const *headings, uint32_t n, const struct str *cells,
               size_t n_cells)
{
    struct str *names = ARENA_ARRAY(r->arena, struct str, n);
    for (uint32_t i = 0; i < n; i++) names[i] = str_c(headings[i]);
    struct table *t = table_new(names, NULL, n);
    for (size_t i = 0; i < n_cells; i++) table_cell(t, cells[i]);
    table_flush(t, r->out, is_bold(r));
    fflush(r->out);
    table_free(t);
}
