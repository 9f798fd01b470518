/*
 * cmd_query.c: `sluice query`: SQL over delivered archives, shown as a table, JSON or CSV.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/archive.h"
#include "base/number.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "data/text.h"

enum layout { LAYOUT_TABLE, LAYOUT_JSON, LAYOUT_CSV };

/* A table shows its rows when so many are there, so that endless answers take no memory. */
enum { ROWS_SHOWN = 1000, FLUSH_BYTES = 64 << 10 };

struct answer {
    struct archive_query *query;
    enum layout             layout;
    uint32_t              n_columns;
    struct table         *table;
    struct buf            text, cell;
    uint64_t              n_rows;
};

static struct archive *running;

static void on_signal(int number)
{
    (void)number;
    archive_stop(running);
}

static void watch_signals(struct archive *x)
{
    struct sigaction action = { .sa_handler = on_signal };
    running = x;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- rows ---- */

/* Blobs are shown as X'...', numbers as in JSON. */
static void append_value(struct buf *out, const struct cell *v)
{
    char number[NUMBER_DOUBLE_MAX];
    switch (v->kind) {
    case CELL_NULL:    break;
    case CELL_INTEGER: buf_append(out, number, number_format_i64(number, v->integer)); break;
    case CELL_DOUBLE:
        if (v->number - v->number != 0) buf_append_c(out, v->number > 0 ? "Infinity" : "-Infinity");
        else buf_append(out, number, number_format_double(number, v->number));
        break;
    case CELL_TEXT: buf_append(out, v->text ? v->text : "", v->size); break;
    case CELL_BLOB:
        buf_append_c(out, "X'");
        for (size_t i = 0; i < v->size; i++) buf_printf(out, "%02X", (unsigned char)v->text[i]);
        buf_append_char(out, '\'');
        break;
    }
}

static void table_row(struct answer *a)
{
    for (uint32_t c = 0; c < a->n_columns; c++) {
        struct cell v = archive_query_cell(a->query, c);
        buf_clear(&a->cell);
        if (v.kind == CELL_NULL) buf_append_c(&a->cell, "NULL");
        else append_value(&a->cell, &v);
        table_cell(a->table, str_view(a->cell.len ? a->cell.data : "", a->cell.len));
    }
    if (a->n_rows % ROWS_SHOWN == 0) table_flush(a->table, stdout, false);
}

static void json_row(struct answer *a)
{
    for (uint32_t c = 0; c < a->n_columns; c++) {
        struct cell v = archive_query_cell(a->query, c);
        const char *name = archive_query_name(a->query, c);
        bool bare = v.kind == CELL_INTEGER || (v.kind == CELL_DOUBLE && v.number - v.number == 0);
        buf_append_char(&a->text, c ? ',' : '{');
        text_json_string(&a->text, name, strlen(name));
        buf_append_char(&a->text, ':');
        buf_clear(&a->cell);
        append_value(&a->cell, &v);
        if (v.kind == CELL_NULL) buf_append_c(&a->text, "null");
        else if (bare) buf_append(&a->text, a->cell.data, a->cell.len);
        else text_json_string(&a->text, a->cell.len ? a->cell.data : "", a->cell.len);
    }
    buf_append_c(&a->text, "}\n");
}

static void append_field(struct buf *out, const char *p, size_t n, bool is_null)
{
    bool quote = n == 0 && !is_null;
    for (size_t i = 0; i < n; i++) quote |= memchr(",\"\r\n", p[i], 4) != NULL;
    if (quote) buf_append_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, p[i]);
    }
    if (quote) buf_append_char(out, '"');
}

static void csv_head(struct answer *a)
{
    for (uint32_t c = 0; c < a->n_columns; c++) {
        const char *name = archive_query_name(a->query, c);
        if (c) buf_append_char(&a->text, ',');
        append_field(&a->text, name, strlen(name), false);
    }
    buf_append_char(&a->text, '\n');
}

static void csv_row(struct answer *a)
{
    for (uint32_t c = 0; c < a->n_columns; c++) {
        struct cell v = archive_query_cell(a->query, c);
        buf_clear(&a->cell);
        append_value(&a->cell, &v);
        if (c) buf_append_char(&a->text, ',');
        append_field(&a->text, a->cell.len ? a->cell.data : "", a->cell.len, v.kind == CELL_NULL);
    }
    buf_append_char(&a->text, '\n');
}

static void write_text(struct answer *a)
{
    if (a->text.len) fwrite(a->text.data, 1, a->text.len, stdout);
    buf_clear(&a->text);
}

/* ---- the answer ---- */

static void show_row(struct answer *a)
{
    a->n_rows++;
    if (a->layout == LAYOUT_TABLE) table_row(a);
    else if (a->layout == LAYOUT_JSON) json_row(a);
    else csv_row(a);
    if (a->text.len >= FLUSH_BYTES) write_text(a);
}

/* The first row decides which columns hold numbers. */
static void begin_table(struct answer *a, struct arena *arena)
{
    struct str *names = ARENA_ARRAY(arena, struct str, a->n_columns);
    bool *right = ARENA_ARRAY(arena, bool, a->n_columns);
    for (uint32_t c = 0; c < a->n_columns; c++) {
        names[c] = str_c(archive_query_name(a->query, c));
        enum cell_kind kind = archive_query_cell(a->query, c).kind;
        right[c] = kind == CELL_INTEGER || kind == CELL_DOUBLE;
    }
    a->table = table_new(names, right, a->n_columns);
}

static struct status show(struct answer *a, struct arena *arena)
{
    bool more;
    TRY(archive_query_step(a->query, &more));
    begin_table(a, arena);
    if (a->layout == LAYOUT_CSV) csv_head(a);
    while (more && !ferror(stdout)) {
        show_row(a);
        struct status st = archive_query_step(a->query, &more);
        if (st.err != ERR_NONE) {
            write_text(a);
            return st;
        }
    }
    write_text(a);
    if (a->layout == LAYOUT_TABLE) {
        table_flush(a->table, stdout, false);
        printf("(%llu %s)\n", (unsigned long long)a->n_rows, a->n_rows == 1 ? "row" : "rows");
    }
    return OK;
}

static void tell_losses(const struct archive *x)
{
    const char *name, *reason;
    uint64_t    lost;
    for (uint32_t i = 0; (name = archive_table(x, i, &lost, &reason)); i++) {
        if (lost)
            cli_say("%llu %s of %s could not be read; the first: %s", (unsigned long long)lost,
                    lost == 1 ? "record" : "records", name, reason);
    }
}

/* What people type instead of SQL, and tables that were not named. */
static struct status with_hint(struct arena *a, struct status st, const char *sql)
{
    if (st.err == ERR_NONE || st.hint || !st.message) return st;
    if (access(sql, F_OK) == 0)
        st = status_with_hint(st, str_format_c(a, "the argument is the SQL itself: sluice query "
                                                  "\"$(cat %s)\"", sql));
    else if (strncmp(st.message, "no such table", 13) == 0)
        st = status_with_hint(st, "--table NAME=PLACE makes a folder or file a table");
    return st;
}

static enum exit_code ask(struct archive *x, const struct cli_args *args, enum layout layout)
{
    struct answer a = { .layout = layout };
    struct status st = archive_ask(x, args->operands[0], &a.query);
    if (st.err == ERR_NONE) {
        a.n_columns = archive_query_columns(a.query);
        watch_signals(x);
        st = show(&a, args->arena);
        tell_losses(x);
        archive_query_done(a.query);
        if (a.table) table_free(a.table);
        buf_free(&a.text);
        buf_free(&a.cell);
    }
    st = with_hint(args->arena, st, args->operands[0]);
    return st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
}

static bool read_layout(const struct cli_args *args, enum layout *out)
{
    static const char *const names[] = { "table", "json", "csv" };
    const char *text = cli_value(args, "format");
    *out = LAYOUT_TABLE;
    if (!text) return true;
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum layout)i;
            return true;
        }
    }
    cli_usage("query", "--format takes table, json or csv, not \"%s\"", text);
    return false;
}

static enum exit_code query(const struct cli_args *args)
{
    enum layout       layout;
    struct archive *x;
    if (!read_layout(args, &layout)) return EXIT_USAGE;
    struct status st = archive_open(args->arena, &x);
    if (st.err != ERR_NONE) return cli_failed(&st);
    for (size_t i = 0; i < args->settings.count && st.err == ERR_NONE; i++) {
        const struct cli_setting *s = &args->settings.items[i];
        if (strcmp(s->option->name, "table") == 0)
            st = archive_add(x, s->value, cli_has(args, "header"));
    }
    enum exit_code code = st.err == ERR_NONE ? ask(x, args, layout) : cli_failed(&st);
    archive_close(x);
    return cli_flush(code);
}

static const struct cli_option options[] = {
    { "table", "NAME=PLACE", true,
      "a folder or file as table NAME; of CSV without names of its own:\n"
      "NAME(COLUMN, ...)=PLACE" },
    { "header", NULL, false, "the first line of CSV files names their columns" },
    { "format", "FORMAT", false, "table, json or csv; without it table" },
    { 0 },
};

const struct command cmd_query = {
    .name = "query",
    .operands = "SQL",
    .summary = "asks delivered archives by SQL",
    .text = "Folders of NDJSON, CSV or TSV, gzipped or not, are tables of SQLite. The hidden\n"
            "column DELIVERED is the time of a record's folder; comparing it keeps other\n"
            "folders closed.\n"
            "\n"
            "  sluice query --table R=archive \"SELECT device, COUNT(*) FROM R\n"
            "      WHERE DELIVERED >= '2026-01-31' GROUP BY device\"\n",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = query,
};
