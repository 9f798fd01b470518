/*
 * src_sqlite.c: sqlite:PATH?table=T as the source of a reference table.
 *
 * The database is opened for reading only and read by one SELECT of the schema's columns, whose names are
 * looked up first, since SQLite takes an unknown name in double quotes for a text.
 */

#include "io/src_sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "data/text.h"
#include "io/coerce.h"
#include "io/decode_rows.h"
#include "io/url.h"

/* How long a writer of the database may keep us waiting. */
enum { BUSY_MS = 5000 };

struct reading {
    struct arena             *arena;
    const struct io_endpoint *endpoint;
    struct url                url;
    sqlite3                  *db;
    struct decode_rows        rows;
};

static struct status failed(const struct reading *r, enum err err)
{
    return status_new(r->arena, err, r->endpoint->at, "cannot read the database %s of %s: %s",
                      r->url.path, r->endpoint->name, sqlite3_errmsg(r->db));
}

static struct status open_database(struct reading *r)
{
    int result =
        sqlite3_open_v2(r->url.path, &r->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (result != SQLITE_OK) return failed(r, ERR_UNREACHABLE);
    sqlite3_busy_timeout(r->db, BUSY_MS);
    return OK;
}

static struct status prepare(const struct reading *r, const char *sql, const char *parameter,
                             sqlite3_stmt **out)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(r->db, sql, -1, &s, NULL) != SQLITE_OK) return failed(r, ERR_IO);
    if (parameter) sqlite3_bind_text(s, 1, parameter, -1, SQLITE_STATIC);
    *out = s;
    return OK;
}

/* ---- names ---- */

struct name_list {
    struct str *items;
    size_t      count, cap;
};

/* The texts that a query gives, in the order of the query. */
static struct status read_names(const struct reading *r, const char *sql, const char *parameter,
                                struct name_list *out)
{
    sqlite3_stmt *s = NULL;
    TRY(prepare(r, sql, parameter, &s));
    int result;
    while ((result = sqlite3_step(s)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s, 0);
        *array_push(r->arena, out) = str_copy(r->arena, str_c(name ? name : ""));
    }
    struct status st = result == SQLITE_DONE ? OK : failed(r, ERR_IO);
    sqlite3_finalize(s);
    return st;
}

static const char *nearest_hint(const struct reading *r, const struct name_list *names,
                                struct str name)
{
    const struct str *nearest = NULL;
    int               best = 4;
    for (size_t i = 0; i < names->count; i++) {
        int distance = str_distance(name, names->items[i], 3);
        if (distance >= best) continue;
        best = distance;
        nearest = &names->items[i];
    }
    return nearest ? str_format_c(r->arena, "did you mean \"%.*s\"?", STR_ARG(*nearest)) : NULL;
}

static struct status no_table(const struct reading *r)
{
    struct name_list tables = { 0 };
    TRY(read_names(r,
                   "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name",
                   NULL, &tables));
    struct status st = status_new(r->arena, ERR_UNKNOWN_RELATION, r->endpoint->at,
                                  "no table \"%s\" in the database %s of %s", r->url.table,
                                  r->url.path, r->endpoint->name);
    return status_with_hint(st, nearest_hint(r, &tables, str_c(r->url.table)));
}

/* The database's name for a column: in the same case, or else in another. */
static struct status find_column(const struct reading *r, const struct column *c,
                                 const struct name_list *names, struct str *out)
{
    if (c->path.n_steps != 1 || c->path.steps[0].kind != STEP_MEMBER) {
        struct status st = status_new(r->arena, ERR_BAD_PATH, c->at,
                                      "the path of column \"%.*s\" does not name a column of "
                                      "a SQLite table",
                                      STR_ARG(c->name));
        return status_with_hint(st, "PATH '$.name' takes the column of that name");
    }
    struct str        name = c->path.steps[0].name;
    const struct str *other_case = NULL;
    for (size_t i = 0; i < names->count; i++) {
        if (str_equal(&names->items[i], &name)) {
            *out = name;
            return OK;
        }
        if (str_equal_nocase(names->items[i], name)) other_case = &names->items[i];
    }
    if (other_case) {
        *out = *other_case;
        return OK;
    }
    struct status st = status_new(r->arena, ERR_UNKNOWN_COLUMN, c->at,
                                  "no column \"%.*s\" in table \"%s\" of the database %s",
                                  STR_ARG(name), r->url.table, r->url.path);
    return status_with_hint(st, nearest_hint(r, names, name));
}

static void append_quoted(struct buf *sql, struct str name)
{
    const char *p = str_data(&name);
    buf_append_char(sql, '"');
    for (uint32_t i = 0; i < name.len; i++) {
        if (p[i] == '"') buf_append_char(sql, '"');
        buf_append_char(sql, p[i]);
    }
    buf_append_char(sql, '"');
}

/* SELECT "a", "b" FROM "t" */
static struct status append_select(const struct reading *r, struct buf *sql)
{
    const struct schema *schema = r->rows.config->schema;
    struct name_list     names = { 0 };
    TRY(read_names(r, "SELECT name FROM pragma_table_xinfo(?1)", r->url.table, &names));
    if (names.count == 0) return no_table(r);
    buf_append_c(sql, "SELECT ");
    for (uint32_t c = 0; c < schema->n_columns; c++) {
        struct str name;
        TRY(find_column(r, &schema->columns[c], &names, &name));
        if (c) buf_append_c(sql, ", ");
        append_quoted(sql, name);
    }
    buf_append_c(sql, " FROM ");
    append_quoted(sql, str_c(r->url.table));
    return OK;
}

/* ---- rows ---- */

static struct json_extent number_extent(struct arena *a, const char *text, size_t size)
{
    return (struct json_extent){ arena_dup(a, text, size), (uint32_t)size, JSON_NUMBER, false };
}

/* The value as a JSON record would have it; blobs apart. */
static struct json_extent take_value(struct arena *a, sqlite3_stmt *s, int c)
{
    char text[NUMBER_DOUBLE_MAX];
    switch (sqlite3_column_type(s, c)) {
    case SQLITE_INTEGER:
        return number_extent(a, text, number_format_i64(text, sqlite3_column_int64(s, c)));
    case SQLITE_FLOAT: {
        double v = sqlite3_column_double(s, c);
        if (v - v != 0) return (struct json_extent){ "Infinity", 8, JSON_STRING, false };
        return number_extent(a, text, number_format_double(text, v));
    }
    case SQLITE_TEXT: {
        const char *p = (const char *)sqlite3_column_text(s, c);
        size_t      size = (size_t)sqlite3_column_bytes(s, c);
        return (struct json_extent){ arena_dup(a, p ? p : "", size), (uint32_t)size, JSON_STRING,
                                     false };
    }
    default:
        return (struct json_extent){ "", 0, JSON_NULL, false };
    }
}

/* False: the value was refused. */
static bool convert_value(struct decode_rows *rows, sqlite3_stmt *s, uint32_t c)
{
    static const char    empty[] = "";
    struct arena        *a = rows->batch->arena;
    const struct column *column = &rows->config->schema->columns[c];
    struct vector       *v = decode_rows_keeps(rows, c) ? &rows->vectors[c] : NULL;
    const char          *why = NULL;
    bool                 good;
    if (sqlite3_column_type(s, (int)c) == SQLITE_BLOB) {
        const void *bytes = sqlite3_column_blob(s, (int)c);
        size_t      size = (size_t)sqlite3_column_bytes(s, (int)c);
        good = coerce_bytes(a, arena_dup(a, bytes ? bytes : empty, size), size, column, v,
                            rows->row, rows->cap, &why);
    } else {
        struct json_extent value = take_value(a, s, (int)c);
        if (value.kind == JSON_NULL && column->not_null) {
            decode_rows_null_fault(rows, c, empty, empty);
            return false;
        }
        if (value.kind == JSON_STRING && !utf8_valid(value.start, value.size)) {
            why = str_format_c(a, "the text of column \"%.*s\" is not valid UTF-8",
                               STR_ARG(column->name));
            decode_rows_fault(rows, ERR_PARSE, why, empty, empty);
            return false;
        }
        good = coerce_json(a, &value, column, v, rows->row, rows->cap, &why);
    }
    if (!good) decode_rows_fault(rows, ERR_COERCION, why, empty, empty);
    return good;
}

static void convert_row(struct decode_rows *rows, sqlite3_stmt *s)
{
    decode_rows_open(rows);
    bool good = true;
    for (uint32_t c = 0; good && c < rows->config->schema->n_columns; c++)
        good = convert_value(rows, s, c);
    if (good) decode_rows_close(rows, "", 0);
    rows->n_records++;
}

static struct status read_rows(struct reading *r, sqlite3_stmt                                 *s,
                               struct status (*rows)(void *arg, struct decoded *decoded), void *arg)
{
    int result = SQLITE_ROW;
    while (result == SQLITE_ROW) {
        struct decoded decoded;
        decode_rows_begin(&r->rows, NULL, SIZE_BATCH_ROWS);
        while (r->rows.n_records < SIZE_BATCH_ROWS && (result = sqlite3_step(s)) == SQLITE_ROW)
            convert_row(&r->rows, s);
        decode_rows_take(&r->rows, &decoded);
        TRY(rows(arg, &decoded));
    }
    return result == SQLITE_DONE ? OK : failed(r, ERR_IO);
}

struct status sqlite_read_table(struct arena *a, const struct io_endpoint *e,
                                const struct decode_config *config,
                                struct status (*rows)(void *arg, struct decoded *decoded),
                                void *arg)
{
    struct reading r = { .arena = a, .endpoint = e, .rows.config = config };
    struct buf     sql = { 0 };
    sqlite3_stmt  *s = NULL;
    TRY(url_parse(a, e, &r.url));
    struct status st = open_database(&r);
    if (st.err == ERR_NONE) st = append_select(&r, &sql);
    if (st.err == ERR_NONE) st = prepare(&r, buf_c(&sql), NULL, &s);
    if (st.err == ERR_NONE) st = read_rows(&r, s, rows, arg);
    sqlite3_finalize(s);
    sqlite3_close(r.db);
    buf_free(&sql);
    return st;
}

/* ---- by key ---- */

struct sqlite_rows {
    struct reading  reading;
    const uint32_t *key;
    uint32_t        n_key;
    sqlite3_stmt   *statement;
    struct stat     file; /* that is open */
};

static void close_rows(void *arg)
{
    struct sqlite_rows *r = arg;
    sqlite3_finalize(r->statement);
    sqlite3_close(r->reading.db);
    r->statement = NULL;
    r->reading.db = NULL;
}

/* SELECT "a", "b" FROM "t" WHERE "a" = ?1 AND ... */
static struct status append_where(const struct sqlite_rows *r, struct buf *sql)
{
    const struct schema *schema = r->reading.rows.config->schema;
    struct name_list names = { 0 };
    TRY(read_names(&r->reading, "SELECT name FROM pragma_table_xinfo(?1)", r->reading.url.table,
                   &names));
    for (uint32_t i = 0; i < r->n_key; i++) {
        struct str name;
        TRY(find_column(&r->reading, &schema->columns[r->key[i]], &names, &name));
        buf_append_c(sql, i ? " AND " : " WHERE ");
        append_quoted(sql, name);
        buf_printf(sql, " = ?%u", i + 1);
    }
    return OK;
}

static struct status open_rows(struct sqlite_rows *r)
{
    struct buf sql = { 0 };
    struct status st = open_database(&r->reading);
    if (st.err == ERR_NONE) st = append_select(&r->reading, &sql);
    if (st.err == ERR_NONE) st = append_where(r, &sql);
    if (st.err == ERR_NONE) st = prepare(&r->reading, buf_c(&sql), NULL, &r->statement);
    if (st.err == ERR_NONE && stat(r->reading.url.path, &r->file) != 0)
        r->file = (struct stat){ .st_ino = 0 };
    if (st.err != ERR_NONE) close_rows(r);
    buf_free(&sql);
    return st;
}

struct status sqlite_rows_open(struct arena *a, const struct io_endpoint *e,
                               const struct decode_config *config, const uint32_t *key,
                               uint32_t n_key, struct sqlite_rows **out)
{
    struct sqlite_rows *r = ARENA_NEW(a, struct sqlite_rows);
    r->reading = (struct reading){ .arena = a, .endpoint = e, .rows.config = config };
    r->key = key;
    r->n_key = n_key;
    TRY(url_parse(a, e, &r->reading.url));
    arena_on_free(a, close_rows, r);
    TRY(open_rows(r));
    *out = r;
    return OK;
}

/* Numbers as numbers, texts without the blanks that say nothing, the rest as CAST writes it. */
static void bind_key(sqlite3_stmt *s, int at, const struct vector *v, uint32_t row,
                     struct buf *text)
{
    uint32_t place = vector_at(v, row);
    enum form form = type_form(v->type);
    if (type_is_integer(v->type)) {
        sqlite3_bind_int64(s, at, v->i64[place]);
    } else if (form == FORM_F64) {
        sqlite3_bind_double(s, at, v->f64[place]);
    } else if (form == FORM_BOOL) {
        sqlite3_bind_int(s, at, v->b[place]);
    } else if (form == FORM_STR && type_is_binary(v->type)) {
        sqlite3_bind_blob(s, at, str_data(&v->str[place]), (int)v->str[place].len,
                          SQLITE_TRANSIENT);
    } else {
        buf_clear(text);
        if (form == FORM_STR) buf_append_str(text, str_trim_right(v->str[place]));
        else text_sql_value(text, v, row);
        sqlite3_bind_text(s, at, text->data ? text->data : "", (int)text->len, SQLITE_TRANSIENT);
    }
}

static struct status hand_over(struct sqlite_rows *r,
                               struct status (*take)(void *arg, struct decoded *decoded), void *arg)
{
    struct decoded decoded;
    decode_rows_take(&r->reading.rows, &decoded);
    return take(arg, &decoded);
}

/* The rows of one key. */
static struct status step_key(struct sqlite_rows *r,
                              struct status (*take)(void *arg, struct decoded *decoded), void *arg)
{
    int result;
    while ((result = sqlite3_step(r->statement)) == SQLITE_ROW) {
        convert_row(&r->reading.rows, r->statement);
        if (r->reading.rows.n_records < SIZE_BATCH_ROWS) continue;
        TRY(hand_over(r, take, arg));
        decode_rows_begin(&r->reading.rows, NULL, SIZE_BATCH_ROWS);
    }
    struct status st = result == SQLITE_DONE ? OK : failed(&r->reading, ERR_IO);
    sqlite3_reset(r->statement);
    return st;
}

static struct status step_keys(struct sqlite_rows *r, const struct vector *keys,
                               const uint32_t *rows, uint32_t n,
                               struct status (*take)(void *arg, struct decoded *decoded), void *arg)
{
    struct buf text = { 0 };
    struct status st = OK;
    decode_rows_begin(&r->reading.rows, NULL, SIZE_BATCH_ROWS);
    for (uint32_t i = 0; i < n && st.err == ERR_NONE; i++) {
        for (uint32_t c = 0; c < r->n_key; c++)
            bind_key(r->statement, (int)c + 1, &keys[c], rows[i], &text);
        st = step_key(r, take, arg);
    }
    buf_free(&text);
    struct status last = hand_over(r, take, arg);
    return st.err == ERR_NONE ? last : st;
}

static bool is_replaced(const struct sqlite_rows *r)
{
    struct stat now;
    return stat(r->reading.url.path, &now) == 0 &&
           (now.st_ino != r->file.st_ino || now.st_dev != r->file.st_dev);
}

struct status sqlite_rows_ask(struct sqlite_rows *r, struct arena *messages,
                              const struct vector *keys, const uint32_t *rows, uint32_t n,
                              struct status (*take)(void *arg, struct decoded *decoded), void *arg)
{
    struct arena *before = r->reading.arena;
    struct status st = OK;
    r->reading.arena = messages;
    if (r->reading.db && is_replaced(r)) close_rows(r);
    if (!r->reading.db) st = open_rows(r);
    if (st.err == ERR_NONE) st = step_keys(r, keys, rows, n, take, arg);
    r->reading.arena = before;
    return st;
}
