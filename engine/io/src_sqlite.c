/*
 * src_sqlite.c: a table of an SQLite database as the rows of a reference table.
 *
 * SQLite's values have their own types, whatever a column was declared as, so each converts like the JSON value it resembles: NULL,
 * number, string; a blob counts as hexadecimal text.
 */

#include "io/src_sqlite.h"

#include <sqlite3.h>

#include "base/limits.h"
#include "io/coerce.h"
#include "io/decode_rows.h"
#include "io/url.h"

static struct status failed(struct arena *a, const struct io_endpoint *e, sqlite3 *db, const char *path)
{
    return status_new(a, ERR_UNREACHABLE, e->at, "cannot read %s for %s: %s", path, e->name, sqlite3_errmsg(db));
}

static void put_quoted(struct buf *sql, struct str name)
{
    buf_append_char(sql, '"');
    for (uint32_t i = 0; i < name.len; i++) {
        char c = str_data(&name)[i];
        if (c == '"') buf_append_char(sql, '"');
        buf_append_char(sql, c);
    }
    buf_append_char(sql, '"');
}

/* Columns are qualified: SQLite reads an unknown name in double quotes as a string, but not behind a dot. */
static void write_select(struct buf *sql, const struct schema *s, const char *table)
{
    buf_append_c(sql, "SELECT ");
    for (uint32_t c = 0; c < s->n_columns; c++) {
        buf_append_c(sql, c ? ", t." : "t.");
        put_quoted(sql, s->columns[c].name);
    }
    buf_append_c(sql, " FROM ");
    put_quoted(sql, str_c(table));
    buf_append_c(sql, " AS t");
}

/* The value as the JSON value it resembles; its text lives until the next step. */
static struct json_extent extent_of(sqlite3_stmt *q, int column)
{
    static const enum json_kind kinds[] = { [SQLITE_INTEGER] = JSON_NUMBER, [SQLITE_FLOAT] = JSON_NUMBER,
                                            [SQLITE_TEXT] = JSON_STRING, [SQLITE_BLOB] = JSON_STRING,
                                            [SQLITE_NULL] = JSON_NULL };
    int type = sqlite3_column_type(q, column);
    const char *text = (const char *)sqlite3_column_text(q, column);
    return (struct json_extent){ text ? text : "", (uint32_t)sqlite3_column_bytes(q, column), kinds[type], false };
}

static void take_row(struct decode_rows *r, sqlite3_stmt *q)
{
    struct arena *a = r->batch->arena;
    decode_rows_open(r);
    r->n_records++;
    for (uint32_t c = 0; c < r->config->schema->n_columns; c++) {
        const struct column *column = &r->config->schema->columns[c];
        struct json_extent   value = extent_of(q, (int)c);
        if (column->not_null && value.kind == JSON_NULL) {
            decode_rows_null_fault(r, c, "", "");
            return;
        }
        const char *why = NULL;
        value.start = arena_dup(a, value.start, value.size + 1); /* SQLite's text does not stay */
        struct vector *v = decode_rows_keeps(r, c) ? &r->vectors[c] : NULL;
        if (!coerce_json(a, &value, column, v, r->row, r->cap, &why)) {
            decode_rows_fault(r, ERR_COERCION, why, value.start, value.start + value.size);
            return;
        }
    }
    decode_rows_close(r, "", 0);
}

static struct status read_rows(struct arena *a, sqlite3_stmt *q, const struct decode_config *config, int *result,
                               struct status (*rows)(void *arg, struct decoded *decoded), void *arg)
{
    (void)a;
    do {
        struct block      *none = block_new(0);
        struct decode_rows r = { .config = config };
        struct decoded     decoded;
        decode_rows_begin(&r, none, SIZE_BATCH_ROWS);
        block_release(none);
        while (r.row < SIZE_BATCH_ROWS && (*result = sqlite3_step(q)) == SQLITE_ROW) take_row(&r, q);
        decode_rows_take(&r, &decoded);
        TRY(rows(arg, &decoded));
    } while (*result == SQLITE_ROW);
    return OK;
}

struct status sqlite_read_table(struct arena *a, const struct io_endpoint *e, const struct decode_config *config,
                                struct status (*rows)(void *arg, struct decoded *decoded), void *arg)
{
    struct url    u;
    sqlite3      *db = NULL;
    sqlite3_stmt *q = NULL;
    struct buf    sql = { 0 };
    struct status st = OK;
    TRY(url_parse(a, e, &u));
    write_select(&sql, config->schema, u.table);
    int result = sqlite3_open_v2(u.path, &db, SQLITE_OPEN_READONLY, NULL);
    if (result == SQLITE_OK) result = sqlite3_prepare_v2(db, buf_c(&sql), -1, &q, NULL);
    if (result == SQLITE_OK) st = read_rows(a, q, config, &result, rows, arg);
    if (st.err == ERR_NONE && result != SQLITE_OK && result != SQLITE_DONE) st = failed(a, e, db, u.path);
    sqlite3_finalize(q);
    sqlite3_close(db);
    buf_free(&sql);
    return st;
}
