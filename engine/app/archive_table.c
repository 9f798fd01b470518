/*
 * archive_table.c: the virtual table: what SQLite asks for becomes a scan of files, or a look into a copy.
 *
 * The plan of a scan is a text that SQLite hands from xBestIndex to xFilter: the columns that are read, in hexadecimal,
 * then one word an argument: a comparison of DELIVERED (= < l > g, with l and g for <= and >=), or the number of the
 * column whose value the rows must equal:
 *
 *     5 g l k0      columns 0 and 2; DELIVERED >= and <=; column 0 equals
 *
 * None of it is promised to SQLite, which checks every row again: bounds only close folders, keys only choose between
 * scan and copy.
 */

#include "app/archive_table.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "app/archive.h"
#include "app/archive_copy.h"
#include "base/number.h"

enum { MANY_COLUMNS = 63 }; /* the last bit of colUsed stands for all columns from here on */

_Static_assert(SQLITE_VERSION_NUMBER >= 3031000, "hidden columns, collations of constraints");

struct table {
    sqlite3_vtab base;
    struct archive_table *archive;
};

struct cursor {
    sqlite3_vtab_cursor base;
    struct archive_table *archive;
    struct arena *arena; /* of one scan */
    struct archive_files files;
    struct archive_rows *rows;
    const struct batch *batch;
    uint32_t row;
    sqlite3_stmt *copy; /* instead of rows */
    bool ended;
    int64_t number;
};

static uint32_t n_columns(const struct archive_table *a)
{
    return a->columns.schema.n_columns;
}

/* ---- the table ---- */

/* A file of names beside an archive needs no DELIVERED, which would make that of the archive ambiguous. */
static bool has_time(const struct archive_table *a)
{
    for (size_t i = 0; i < a->files.count; i++) {
        if (a->files.items[i].time.parts > 1) return true;
    }
    return a->files.count == 0 || n_columns(a) == 0;
}

static void append_declaration(struct buf *sql, const struct archive_table *a)
{
    buf_append_c(sql, "CREATE TABLE x(");
    for (uint32_t c = 0; c < n_columns(a); c++) {
        struct str name = a->columns.schema.columns[c].name;
        buf_append_char(sql, '"');
        for (uint32_t i = 0; i < name.len; i++) {
            if (str_data(&name)[i] == '"') buf_append_char(sql, '"');
            buf_append_char(sql, str_data(&name)[i]);
        }
        buf_printf(sql, "\" %s, ", a->columns.declared[c]);
    }
    if (has_time(a)) {
        buf_append_c(sql, "DELIVERED TEXT HIDDEN)");
    } else {
        sql->len -= 2;
        buf_append_char(sql, ')');
    }
}

static int table_connect(sqlite3 *db, void *tables, int argc, const char *const *argv,
                         sqlite3_vtab **out, char **message)
{
    (void)message;
    if (argc < 4) return SQLITE_ERROR;
    struct archive_table *archive = ((struct archive_table **)tables)[strtoul(argv[3], NULL, 10)];
    struct buf sql = { 0 };
    append_declaration(&sql, archive);
    int result = sqlite3_declare_vtab(db, buf_c(&sql));
    buf_free(&sql);
    if (result != SQLITE_OK) return result;
    struct table *t = mem_calloc(1, sizeof *t);
    t->archive = archive;
    *out = &t->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *t)
{
    mem_free(t);
    return SQLITE_OK;
}

/* ---- planning ---- */

/* Whether a comparison compares bytes, as folders and copies do. */
static bool is_binary(sqlite3_index_info *info, int i)
{
    return sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
}

static char bound_word(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return '=';
    case SQLITE_INDEX_CONSTRAINT_LT: return '<';
    case SQLITE_INDEX_CONSTRAINT_LE: return 'l';
    case SQLITE_INDEX_CONSTRAINT_GT: return '>';
    case SQLITE_INDEX_CONSTRAINT_GE: return 'g';
    default:                         return 0;
    }
}

/* A key of a join: a value that another table gives, one after the other. */
static bool is_join_key(sqlite3_index_info *info, int i)
{
#if SQLITE_VERSION_NUMBER >= 3038000
    sqlite3_value *known = NULL;
    if (sqlite3_vtab_rhs_value(info, i, &known) == SQLITE_OK && known) return false;
    return !sqlite3_vtab_in(info, i, -1);
#else
    (void)info;
    (void)i;
    return true;
#endif
}

struct choice {
    struct buf words;
    int n_args;
    double part; /* of the rows that are left */
};

static void take(sqlite3_index_info *info, int i, struct choice *c, double part)
{
    info->aConstraintUsage[i].argvIndex = ++c->n_args;
    c->part *= part;
}

static void choose_bounds(sqlite3_index_info *info, int delivered, struct choice *c)
{
    for (int i = 0; i < info->nConstraint; i++) {
        char word = bound_word(info->aConstraint[i].op);
        if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != delivered || !word ||
            !is_binary(info, i))
            continue;
        take(info, i, c, word == '=' ? 0.01 : 0.3);
        buf_printf(&c->words, " %c", word);
    }
}

static void choose_key(sqlite3_index_info *info, int delivered, struct choice *c)
{
    bool chosen = false;
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn;
        if (!info->aConstraint[i].usable || column < 0 || column == delivered ||
            info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ || !is_binary(info, i))
            continue;
        if (chosen || !is_join_key(info, i)) {
            c->part *= 0.1;
            continue;
        }
        chosen = true;
        take(info, i, c, 0.001);
        buf_printf(&c->words, " k%d", column);
    }
}

static int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct archive_table *a = ((struct table *)base)->archive;
    int delivered = (int)n_columns(a);
    struct choice c = { .part = 1 };
    buf_printf(&c.words, "%llx", (unsigned long long)info->colUsed);
    choose_bounds(info, delivered, &c);
    choose_key(info, delivered, &c);
    uint64_t width = a->columns.records ? a->columns.bytes / a->columns.records + 1 : 100;
    double rows = 1 + (double)(a->bytes / width) * c.part;
    info->estimatedRows = (sqlite3_int64)rows;
    info->estimatedCost = rows * 10 + 100;
    info->idxStr = sqlite3_mprintf("%s", buf_c(&c.words));
    info->needToFreeIdxStr = 1;
    buf_free(&c.words);
    return info->idxStr ? SQLITE_OK : SQLITE_NOMEM;
}

/* ---- scans ---- */

static int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
    struct cursor *c = mem_calloc(1, sizeof *c);
    c->archive = ((struct table *)base)->archive;
    c->arena = arena_new();
    *out = &c->base;
    return SQLITE_OK;
}

static void cursor_clear(struct cursor *c)
{
    archive_rows_free(c->rows);
    sqlite3_finalize(c->copy);
    c->rows = NULL;
    c->copy = NULL;
    c->files = (struct archive_files){ 0 };
    arena_reset(c->arena);
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    cursor_clear(c);
    arena_free(c->arena);
    mem_free(c);
    return SQLITE_OK;
}

/* SQLite tells the message as its own. */
static int fail(struct cursor *c, struct status st)
{
    st.message = str_format_c(c->archive->arena, "%s", st.message);
    c->archive->failed = st;
    sqlite3_free(c->base.pVtab->zErrMsg);
    c->base.pVtab->zErrMsg = sqlite3_mprintf("%s", st.message);
    return SQLITE_ERROR;
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
    struct cursor *c = (struct cursor *)base;
    c->number++;
    if (c->copy) {
        int result = sqlite3_step(c->copy);
        c->ended = result != SQLITE_ROW;
        return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
    }
    struct status st;
    c->ended = !archive_rows_next(c->rows, &c->batch, &c->row, &st);
    return st.err == ERR_NONE ? SQLITE_OK : fail(c, st);
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
    return ((struct cursor *)base)->ended;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = ((struct cursor *)base)->number;
    return SQLITE_OK;
}

/* The plan, read again, with its arguments. */
struct plan {
    uint64_t used;
    struct time_range range;
    bool nothing; /* compared with NULL */
    int key;      /* -1: none */
    sqlite3_value *key_value;
};

/* Only texts bound a text; a number or a blob is left to SQLite. */
static void add_bound(struct plan *p, struct arena *a, char word, sqlite3_value *v)
{
    if (sqlite3_value_type(v) == SQLITE_NULL) p->nothing = true;
    if (sqlite3_value_type(v) != SQLITE_TEXT) return;
    const char *text = str_format_c(a, "%s", (const char *)sqlite3_value_text(v));
    bool low = word == '=' || word == '>' || word == 'g';
    bool high = word == '=' || word == '<' || word == 'l';
    if (low && (!p->range.low || strcmp(text, p->range.low) > 0)) p->range.low = text;
    if (high && (!p->range.high || strcmp(text, p->range.high) < 0)) p->range.high = text;
}

static void read_plan(struct plan *p, struct arena *a, const char *words, sqlite3_value **args,
                      int n_args)
{
    char *rest;
    *p = (struct plan){ .key = -1 };
    p->used = strtoull(words, &rest, 16);
    for (int i = 0; i < n_args && *rest == ' '; i++) {
        rest++;
        if (*rest == 'k') {
            p->key = (int)strtol(rest + 1, &rest, 10);
            p->key_value = args[i];
        } else {
            add_bound(p, a, *rest++, args[i]);
        }
    }
}

static bool is_used(const struct plan *p, uint32_t column)
{
    return p->used >> (column < MANY_COLUMNS ? column : MANY_COLUMNS) & 1;
}

static int begin_rows(struct cursor *c, const struct plan *p)
{
    bool *needed = ARENA_ARRAY(c->arena, bool, n_columns(c->archive) + 1);
    for (uint32_t i = 0; i < n_columns(c->archive); i++) needed[i] = is_used(p, i);
    struct status st = OK;
    if (!p->range.low && !p->range.high) c->files = c->archive->files;
    else st = archive_files_list(c->arena, c->archive->place, &p->range, &c->files);
    if (st.err != ERR_NONE) return fail(c, st);
    c->rows = archive_rows_new(&c->files, &c->archive->columns, needed, c->archive->header,
                               &c->archive->losses);
    return SQLITE_OK;
}

/* ---- values ---- */

/* A text in a column that also has numbers or truth values: what it stands for. */
static struct cell convert_text(const char *declared, const char *text, size_t n)
{
    struct cell cell = { .kind = CELL_TEXT, .text = text, .size = n };
    bool overflow;
    if (declared[0] == 'T') return cell;
    if ((declared[0] == 'B' || declared[0] == 'N') && ((n == 4 && memcmp(text, "true", n) == 0) ||
                                                       (n == 5 && memcmp(text, "false", n) == 0)))
        return (struct cell){ .kind = CELL_INTEGER, .integer = n == 4 };
    if (n == 0 || number_parse_double(text, n, false, &cell.number, &overflow) != n) return cell;
    bool whole = n < 19;
    for (size_t i = 0; i < n; i++) whole &= text[i] == '-' || (text[i] >= '0' && text[i] <= '9');
    cell.kind = whole ? CELL_INTEGER : CELL_DOUBLE;
    for (size_t i = 0; whole && i < n; i++)
        cell.integer = text[i] == '-' ? 0 : cell.integer * 10 + (text[i] - '0');
    if (text[0] == '-') cell.integer = -cell.integer;
    return cell;
}

static struct cell value_of(const struct cursor *c, uint32_t column)
{
    if (column == n_columns(c->archive)) {
        const char *time = archive_rows_delivered(c->rows);
        return time ? (struct cell){ .kind = CELL_TEXT, .text = time, .size = strlen(time) }
                    : (struct cell){ .kind = CELL_NULL };
    }
    const struct vector *v = &c->batch->columns[column];
    uint32_t row = vector_at(v, c->row);
    if (vector_is_null(v, c->row)) return (struct cell){ .kind = CELL_NULL };
    if (type_form(v->type) == FORM_I64)
        return (struct cell){ .kind = CELL_INTEGER, .integer = v->i64[row] };
    if (type_form(v->type) == FORM_F64)
        return (struct cell){ .kind = CELL_DOUBLE, .number = v->f64[row] };
    return convert_text(c->archive->columns.declared[column], str_data(&v->str[row]),
                        v->str[row].len);
}

/* SQLite may keep a value longer than its row, so that texts are copied. */
static void give_value(sqlite3_context *x, struct cell v)
{
    switch (v.kind) {
    case CELL_INTEGER: sqlite3_result_int64(x, v.integer); break;
    case CELL_DOUBLE:  sqlite3_result_double(x, v.number); break;
    case CELL_TEXT:
    case CELL_BLOB:    sqlite3_result_text(x, v.text, (int)v.size, SQLITE_TRANSIENT); break;
    case CELL_NULL:    sqlite3_result_null(x); break;
    }
}

static int bind_value(sqlite3_stmt *s, int i, struct cell v)
{
    switch (v.kind) {
    case CELL_INTEGER: return sqlite3_bind_int64(s, i, v.integer);
    case CELL_DOUBLE:  return sqlite3_bind_double(s, i, v.number);
    case CELL_TEXT:
    case CELL_BLOB:    return sqlite3_bind_text(s, i, v.text, (int)v.size, SQLITE_STATIC);
    case CELL_NULL:    break;
    }
    return sqlite3_bind_null(s, i);
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *x, int column)
{
    const struct cursor *c = (const struct cursor *)base;
    if (c->copy) sqlite3_result_value(x, sqlite3_column_value(c->copy, column));
    else give_value(x, value_of(c, (uint32_t)column));
    return SQLITE_OK;
}

/* ---- copies ---- */

static int copy_row(struct cursor *c, struct archive_copy *copy, const struct plan *p)
{
    sqlite3_stmt *s = archive_copy_row(copy);
    for (uint32_t i = 0; i <= n_columns(c->archive); i++) {
        struct cell v = { .kind = CELL_NULL };
        if (is_used(p, i) || (int)i == p->key) v = value_of(c, i);
        int result = bind_value(s, (int)i + 1, v);
        if (result != SQLITE_OK) return result;
    }
    return archive_copy_add(copy);
}

static int fill_copy(struct cursor *c, struct archive_copy *copy, const struct plan *p)
{
    const struct archive_table *a = c->archive;
    uint32_t n = n_columns(a);
    const char **declared = ARENA_ARRAY(c->arena, const char *, n + 1);
    for (uint32_t i = 0; i < n; i++) declared[i] = a->columns.declared[i];
    declared[n] = "TEXT";
    int result = archive_copy_begin(copy, declared, n + 1, (uint32_t)p->key);
    if (result == SQLITE_OK) result = begin_rows(c, p);
    if (result == SQLITE_OK) result = cursor_next(&c->base);
    while (result == SQLITE_OK && !c->ended) {
        result = copy_row(c, copy, p);
        if (result == SQLITE_OK) result = cursor_next(&c->base);
    }
    if (result == SQLITE_OK) result = archive_copy_end(copy);
    else archive_copy_drop(copy);
    archive_rows_free(c->rows);
    c->rows = NULL;
    return result;
}

/* Whether the index finds all that SQLite would call equal: a number may equal a text that is written otherwise. */
static bool index_decides(const struct archive_table *a, const struct plan *p)
{
    int type = sqlite3_value_type(p->key_value);
    bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    return !(number && a->columns.declared[p->key][0] == 'T');
}

/* Sets c->copy when there is one for this plan, or it is time to make it. */
static int look_into_copy(struct cursor *c, const struct plan *p, const char *words)
{
    bool fresh = false;
    const char *low = p->range.low ? p->range.low : "", *high = p->range.high ? p->range.high : "";
    struct archive_copy *copy = archive_copies_get(
        c->archive->copies, str_format_c(c->arena, "%s/%s/%s", words, low, high), &fresh);
    if (!copy) return SQLITE_OK;
    int result = fresh ? fill_copy(c, copy, p) : SQLITE_OK;
    if (result != SQLITE_OK) return result;
    c->copy = archive_copy_find(copy, p->key_value);
    return c->copy ? SQLITE_OK : SQLITE_NOMEM;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int number, const char *words, int n_args,
                         sqlite3_value **args)
{
    struct cursor *c = (struct cursor *)base;
    struct plan p;
    (void)number;
    cursor_clear(c);
    c->number = 0;
    read_plan(&p, c->arena, words, args, n_args);
    c->ended = p.nothing || (p.key >= 0 && sqlite3_value_type(p.key_value) == SQLITE_NULL);
    if (c->ended) return SQLITE_OK;
    int result = SQLITE_OK;
    if (p.key >= 0 && index_decides(c->archive, &p)) result = look_into_copy(c, &p, words);
    if (result == SQLITE_OK && !c->copy) result = begin_rows(c, &p);
    return result == SQLITE_OK ? cursor_next(base) : result;
}

/* ---- the module ---- */

static const sqlite3_module module = {
    .iVersion = 1,
    .xCreate = table_connect,
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xDestroy = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

int archive_table_register(sqlite3 *db, struct archive_table **tables)
{
    return sqlite3_create_module(db, "archive", &module, tables);
}
