/*
 * archive.c: a connection to SQLite whose tables are archives, and queries on it.
 *
 * The database itself lies in memory and stays empty; only statements that read are taken.
 */

#include "app/archive.h"

#include <sqlite3.h>

#include "app/archive_copy.h"
#include "app/archive_table.h"

enum { TABLES_MAX = 64, NAMES_MAX = 1000 };

struct archive {
    struct arena *arena;
    sqlite3 *db;
    struct archive_table *tables[TABLES_MAX];
    uint32_t count;
};

struct archive_query {
    struct archive *archive;
    sqlite3_stmt *statement;
};

static struct status failed(struct archive *x, enum err err)
{
    return status_new(x->arena, err, SPAN_NONE, "%s", sqlite3_errmsg(x->db));
}

struct status archive_open(struct arena *a, struct archive **out)
{
    struct archive *x = ARENA_NEW(a, struct archive);
    x->arena = a;
    if (sqlite3_open(":memory:", &x->db) != SQLITE_OK ||
        archive_table_register(x->db, x->tables) != SQLITE_OK) {
        struct status st = failed(x, ERR_INTERNAL);
        archive_close(x);
        return st;
    }
    *out = x;
    return OK;
}

void archive_close(struct archive *x)
{
    sqlite3_close_v2(x->db);
    for (uint32_t i = 0; i < x->count; i++) archive_copies_free(x->tables[i]->copies);
}

/* ---- tables ---- */

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static struct status bad_setting(struct archive *x, const char *setting)
{
    struct status st = status_new(x->arena, ERR_USAGE, SPAN_NONE, "\"%s\" is no table", setting);
    return status_with_hint(st, "write NAME=FOLDER, NAME=FILE or NAME(COLUMN, ...)=FILE");
}

/* (a, "b c"): quotes around a name are taken off. */
static const char *parse_columns(struct archive *x, const char *p, struct str *names, uint32_t *n)
{
    while (*p == ' ') p++;
    bool quoted = *p == '"';
    const char *start = p + quoted;
    size_t size = strcspn(start, quoted ? "\"" : ",) ");
    p = start + size + (quoted && start[size]);
    while (*p == ' ') p++;
    if (size == 0 || *n == NAMES_MAX || (*p != ',' && *p != ')')) return NULL;
    names[(*n)++] = str_copy(x->arena, str_view(start, size));
    return *p == ',' ? parse_columns(x, p + 1, names, n) : p + 1;
}

static struct status parse_place(struct archive *x, const char *setting, const char *place,
                                 const char **out)
{
    size_t n = strcspn(place, ":/");
    bool own = strncmp(place, "dir:", 4) == 0 || strncmp(place, "file:", 5) == 0;
    if (place[n] == ':' && n > 1 && !own)
        return status_new(x->arena, ERR_BAD_URL, SPAN_NONE,
                          "\"%s\" is no archive: tables are folders and files", setting);
    place += own ? n + 1 : 0;
    if (!*place) return bad_setting(x, setting);
    /* one slash more at the end would stand in every path */
    size_t size = strlen(place);
    while (size > 1 && place[size - 1] == '/') size--;
    *out = str_format_c(x->arena, "%.*s", (int)size, place);
    return OK;
}

static struct status create(struct archive *x, struct archive_table *t)
{
    struct buf sql = { 0 };
    x->tables[x->count] = t;
    buf_printf(&sql, "CREATE VIRTUAL TABLE \"%s\" USING archive(%u)", t->name, x->count);
    int result = sqlite3_exec(x->db, buf_c(&sql), NULL, NULL, NULL);
    buf_free(&sql);
    if (result != SQLITE_OK) return failed(x, ERR_DUPLICATE_NAME);
    t->copies = archive_copies_new();
    x->count++;
    return OK;
}

struct status archive_add(struct archive *x, const char *setting, bool header)
{
    struct archive_table *t = ARENA_NEW(x->arena, struct archive_table);
    struct str *names = ARENA_ARRAY(x->arena, struct str, NAMES_MAX);
    uint32_t n_names = 0;
    const char *p = setting;
    while (is_name_byte(*p)) p++;
    t->arena = x->arena;
    t->header = header;
    t->losses.arena = x->arena;
    t->name = str_format_c(x->arena, "%.*s", (int)(p - setting), setting);
    if (p > setting && *p == '(') p = parse_columns(x, p + 1, names, &n_names);
    if (!p || p == setting || *p != '=') return bad_setting(x, setting);
    if (x->count == TABLES_MAX)
        return status_new(x->arena, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                          "there can be %d tables, \"%s\" is one more", TABLES_MAX, setting);
    TRY(parse_place(x, setting, p + 1, &t->place));
    TRY(archive_files_list(x->arena, t->place, &(struct time_range){ 0 }, &t->files));
    TRY(archive_columns_find(x->arena, &t->files, header, names, n_names, &t->columns));
    for (size_t i = 0; i < t->files.count; i++) t->bytes += t->files.items[i].size;
    return create(x, t);
}

const char *archive_table(const struct archive *x, uint32_t table, uint64_t *lost,
                          const char **reason)
{
    if (table >= x->count) return NULL;
    *lost = x->tables[table]->losses.count;
    *reason = x->tables[table]->losses.first;
    return x->tables[table]->name;
}

/* ---- queries ---- */

static bool is_blank(const char *p)
{
    return p[strspn(p, " \t\r\n;")] == 0;
}

struct status archive_ask(struct archive *x, const char *sql, struct archive_query **out)
{
    sqlite3_stmt *s = NULL;
    const char *rest = "";
    if (sqlite3_prepare_v2(x->db, sql, -1, &s, &rest) != SQLITE_OK) return failed(x, ERR_SYNTAX);
    const char *what = !s                          ? "there is no query"
                       : !is_blank(rest)           ? "one query is run at a time"
                       : !sqlite3_stmt_readonly(s) ? "an archive is read, not changed"
                       : sqlite3_column_count(s) == 0 ? "this is no query"
                                                      : NULL;
    if (what) {
        sqlite3_finalize(s);
        return status_new(x->arena, ERR_NOT_ALLOWED_HERE, SPAN_NONE, "%s", what);
    }
    struct archive_query *q = ARENA_NEW(x->arena, struct archive_query);
    *q = (struct archive_query){ x, s };
    *out = q;
    return OK;
}

uint32_t archive_query_columns(const struct archive_query *q)
{
    return (uint32_t)sqlite3_column_count(q->statement);
}

const char *archive_query_name(const struct archive_query *q, uint32_t column)
{
    return sqlite3_column_name(q->statement, (int)column);
}

/* A file that cannot be read says so itself, with its path. */
static struct status step_failed(struct archive_query *q, int result)
{
    struct archive *x = q->archive;
    if (result == SQLITE_INTERRUPT)
        return status_new(x->arena, ERR_INTERRUPTED, SPAN_NONE, "stopped");
    for (uint32_t i = 0; i < x->count; i++) {
        if (x->tables[i]->failed.err != ERR_NONE) return x->tables[i]->failed;
    }
    return failed(x, ERR_DATA);
}

struct status archive_query_step(struct archive_query *q, bool *more)
{
    int result = sqlite3_step(q->statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE) return step_failed(q, result);
    *more = result == SQLITE_ROW;
    return OK;
}

struct cell archive_query_cell(const struct archive_query *q, uint32_t column)
{
    static const enum cell_kind kinds[] = { [SQLITE_INTEGER] = CELL_INTEGER,
                                            [SQLITE_FLOAT] = CELL_DOUBLE,
                                            [SQLITE_TEXT] = CELL_TEXT,
                                            [SQLITE_BLOB] = CELL_BLOB,
                                            [SQLITE_NULL] = CELL_NULL };
    sqlite3_stmt *s = q->statement;
    int i = (int)column;
    struct cell cell = { .kind = kinds[sqlite3_column_type(s, i)] };
    if (cell.kind == CELL_INTEGER) cell.integer = sqlite3_column_int64(s, i);
    if (cell.kind == CELL_DOUBLE) cell.number = sqlite3_column_double(s, i);
    if (cell.kind == CELL_TEXT) cell.text = (const char *)sqlite3_column_text(s, i);
    if (cell.kind == CELL_BLOB) cell.text = sqlite3_column_blob(s, i);
    if (cell.text) cell.size = (size_t)sqlite3_column_bytes(s, i);
    return cell;
}

void archive_query_done(struct archive_query *q)
{
    sqlite3_finalize(q->statement);
}

void archive_stop(struct archive *x)
{
    sqlite3_interrupt(x->db);
}
