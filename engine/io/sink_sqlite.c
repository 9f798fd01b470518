/*
 * sink_sqlite.c: sqlite:PATH?table=T: rows inserted into a table, or with `key` put in the place of the row that has an
 * equal key.
 *
 * The table is made when it is not there; one that is must have the stream's columns. A run with a state file must be
 * able to take back what it wrote after its last checkpoint: in the same transaction as the rows, the table sluice_tail
 * notes which ones they are, by sink and checkpoint. Rows with a key need no notes: the rows that come again replace
 * themselves.
 */

#include <sqlite3.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/array.h"
#include "data/text.h"
#include "io/database.h"

/* Rows inserted one after the other, not yet noted in sluice_tail. */
struct rowid_range {
    int64_t first, last;
};

struct table_sink {
    struct table_writer writer;
    struct database    *database;
    const char         *table;
    struct str         *keys;
    uint32_t            n_keys;
    sqlite3_stmt       *insert, *note;
    struct buf          text; /* of one value */
    bool                tracked; /* the run has a state file */
    char                id[17];  /* of this sink in sluice_tail */
    uint64_t            saves;
    ARRAY(struct rowid_range) ranges;
    struct arena *ranges_arena;
};

static struct table_sink *sink_of(const struct output *o)
{
    return o->table;
}

/* ---- names ---- */

static void append_name(struct buf *sql, struct str name)
{
    buf_append_char(sql, '"');
    for (uint32_t i = 0; i < name.len; i++) {
        if (str_data(&name)[i] == '"') buf_append_char(sql, '"');
        buf_append_char(sql, str_data(&name)[i]);
    }
    buf_append_char(sql, '"');
}

/* The option `key`: names of columns with commas between them. */
static struct status read_keys(struct output *o, struct table_sink *t)
{
    struct str  text = option_text(o->endpoint, "key", "");
    const char *p = str_data(&text), *end = p + text.len;
    t->keys = ARENA_ARRAY(o->arena, struct str, o->schema->n_columns + 1);
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        while (p < stop && *p == ' ') p++;
        const char *last = stop;
        while (last > p && last[-1] == ' ') last--;
        struct str name = str_copy(o->arena, str_view(p, (size_t)(last - p)));
        int        column = schema_find(o->schema, name);
        for (uint32_t i = 0; column < 0 && i < o->schema->n_columns; i++) {
            if (str_equal_nocase(o->schema->columns[i].name, name)) column = (int)i;
        }
        if (column < 0 || t->n_keys == o->schema->n_columns)
            return status_new(
                o->arena, ERR_BAD_OPTION, o->endpoint->at,
                "option \"key\" of %s names \"%.*s\", which is no column of its stream",
                o->endpoint->name, STR_ARG(name));
        t->keys[t->n_keys++] = o->schema->columns[column].name;
        p = comma ? comma + 1 : end;
    }
    return OK;
}

static bool is_key(const struct table_sink *t, struct str name)
{
    for (uint32_t i = 0; i < t->n_keys; i++) {
        if (str_equal(&t->keys[i], &name)) return true;
    }
    return false;
}

/* ---- the table ---- */

/* A declared type whose affinity keeps the values: dates, times and intervals are texts. */
static const char *declared_type(struct type type)
{
    switch (type.kind) {
    case TYPE_BOOLEAN: return "BOOLEAN";
    case TYPE_DECIMAL: return "DECIMAL";
    case TYPE_BINARY:
    case TYPE_VARBINARY: return "BLOB";
    default: break;
    }
    switch (type_form(type)) {
    case FORM_F64: return "REAL";
    case FORM_STR: return "TEXT";
    default:       return type_is_integer(type) ? "INTEGER" : "TEXT";
    }
}

static void append_columns(struct buf *sql, const struct output *o, bool with_types)
{
    const struct table_sink *t = sink_of(o);
    for (uint32_t i = 0; i < o->schema->n_columns; i++) {
        const struct column *c = &o->schema->columns[i];
        if (i) buf_append_c(sql, ", ");
        append_name(sql, c->name);
        if (with_types) buf_printf(sql, " %s", declared_type(c->type));
        if (with_types && is_key(t, c->name)) buf_append_c(sql, " NOT NULL");
    }
}

static void append_key(struct buf *sql, const struct table_sink *t)
{
    buf_append_char(sql, '(');
    for (uint32_t i = 0; i < t->n_keys; i++) {
        if (i) buf_append_c(sql, ", ");
        append_name(sql, t->keys[i]);
    }
    buf_append_char(sql, ')');
}

static struct status make_table(struct output *o)
{
    struct table_sink *t = sink_of(o);
    struct buf         sql = { 0 };
    buf_append_c(&sql, "CREATE TABLE IF NOT EXISTS ");
    append_name(&sql, str_c(t->table));
    buf_append_c(&sql, " (");
    append_columns(&sql, o, true);
    if (t->n_keys) {
        buf_append_c(&sql, ", PRIMARY KEY ");
        append_key(&sql, t);
    }
    buf_append_char(&sql, ')');
    struct status st = database_run(t->database, o, buf_c(&sql));
    buf_free(&sql);
    return st;
}

/* INSERT, or with a key the row in place of the one that is there. */
static void append_insert(struct buf *sql, const struct output *o)
{
    const struct table_sink *t = sink_of(o);
    buf_append_c(sql, "INSERT INTO ");
    append_name(sql, str_c(t->table));
    buf_append_c(sql, " (");
    append_columns(sql, o, false);
    buf_append_c(sql, ") VALUES (");
    for (uint32_t i = 0; i < o->schema->n_columns; i++) buf_append_c(sql, i ? ", ?" : "?");
    buf_append_char(sql, ')');
    if (!t->n_keys) return;
    buf_append_c(sql, " ON CONFLICT ");
    append_key(sql, t);
    bool first = true;
    for (uint32_t i = 0; i < o->schema->n_columns; i++) {
        struct str name = o->schema->columns[i].name;
        if (is_key(t, name)) continue;
        buf_append_c(sql, first ? " DO UPDATE SET " : ", ");
        append_name(sql, name);
        buf_append_c(sql, " = excluded.");
        append_name(sql, name);
        first = false;
    }
    if (first) buf_append_c(sql, " DO NOTHING");
}

static struct status prepare_insert(struct output *o)
{
    struct table_sink *t = sink_of(o);
    struct buf         sql = { 0 };
    append_insert(&sql, o);
    int result = sqlite3_prepare_v3(database_handle(t->database), buf_c(&sql), -1,
                                    SQLITE_PREPARE_PERSISTENT, &t->insert, NULL);
    buf_free(&sql);
    if (result == SQLITE_OK) return OK;
    const char *hint =
        t->n_keys ? "the table needs the stream's columns, and a primary key or unique index "
                    "of the columns of \"key\""
                  : "the table needs the stream's columns";
    return status_with_hint(database_failed(t->database, o, "write"), hint);
}

/* ---- rows ---- */

static int bind_text(struct table_sink *t, int place, const struct vector *v, uint32_t row)
{
    buf_clear(&t->text);
    text_sql_value(&t->text, v, row);
    return sqlite3_bind_text(t->insert, place, t->text.data, (int)t->text.len, SQLITE_TRANSIENT);
}

static int bind_value(struct table_sink *t, int place, const struct vector *v, uint32_t row)
{
    if (vector_is_null(v, row)) return sqlite3_bind_null(t->insert, place);
    uint32_t at = vector_at(v, row);
    switch (type_form(v->type)) {
    case FORM_BOOL: return sqlite3_bind_int(t->insert, place, v->b[at]);
    case FORM_F64:  return sqlite3_bind_double(t->insert, place, v->f64[at]);
    case FORM_I64:
        if (!type_is_integer(v->type)) return bind_text(t, place, v, row);
        return sqlite3_bind_int64(t->insert, place, v->i64[at]);
    case FORM_STR: break;
    }
    const struct str *s = &v->str[at];
    if (type_is_binary(v->type))
        return sqlite3_bind_blob(t->insert, place, str_data(s), (int)s->len, SQLITE_STATIC);
    return sqlite3_bind_text(t->insert, place, str_data(s), (int)s->len, SQLITE_STATIC);
}

static void note_row(struct table_sink *t, int64_t rowid)
{
    struct rowid_range *last = t->ranges.count ? &t->ranges.items[t->ranges.count - 1] : NULL;
    if (last && last->last + 1 == rowid) last->last = rowid;
    else *array_push(t->ranges_arena, &t->ranges) = (struct rowid_range){ rowid, rowid };
}

static int insert_rows(struct table_writer *w, const struct batch *rows)
{
    struct table_sink *t = (struct table_sink *)w;
    bool               notes = t->tracked && !t->n_keys;
    for (uint32_t i = 0; i < batch_live(rows); i++) {
        uint32_t row = batch_row(rows, i);
        int      result = SQLITE_OK;
        for (uint32_t c = 0; c < w->output->schema->n_columns && result == SQLITE_OK; c++)
            result = bind_value(t, (int)c + 1, &rows->columns[c], row);
        if (result == SQLITE_OK) result = sqlite3_step(t->insert);
        sqlite3_reset(t->insert);
        if (result != SQLITE_DONE) return result;
        if (notes) note_row(t, sqlite3_last_insert_rowid(database_handle(t->database)));
    }
    return SQLITE_OK;
}

static int note_ranges(struct table_writer *w)
{
    struct table_sink *t = (struct table_sink *)w;
    for (size_t i = 0; i < t->ranges.count; i++) {
        sqlite3_bind_text(t->note, 1, t->id, -1, SQLITE_STATIC);
        sqlite3_bind_int64(t->note, 2, (int64_t)t->saves);
        sqlite3_bind_int64(t->note, 3, t->ranges.items[i].first);
        sqlite3_bind_int64(t->note, 4, t->ranges.items[i].last);
        int result = sqlite3_step(t->note);
        sqlite3_reset(t->note);
        if (result != SQLITE_DONE) return result;
    }
    t->ranges.count = 0;
    return SQLITE_OK;
}

static void forget_ranges(struct table_writer *w)
{
    struct table_sink *t = (struct table_sink *)w;
    arena_reset(t->ranges_arena);
    t->ranges.items = NULL;
    t->ranges.count = t->ranges.cap = 0;
}

/* ---- the driver ---- */

static struct status table_open(struct output *o, const struct url *u)
{
    struct table_sink *t = mem_calloc(1, sizeof *t);
    o->table = t;
    o->path = u->path;
    t->table = u->table;
    t->ranges_arena = arena_new();
    t->writer = (struct table_writer){ o, insert_rows, note_ranges, forget_ranges };
    TRY(read_keys(o, t));
    TRY(output_make_folders(o, u->path));
    TRY(database_open(o, u->path, &t->database));
    TRY(make_table(o));
    return prepare_insert(o);
}

static struct status table_write(struct output *o, const struct encoded *rows,
                                 const struct batch *batch)
{
    (void)rows;
    struct table_sink *t = sink_of(o);
    return database_insert(t->database, &t->writer, batch);
}

static struct status table_advance(struct output *o, rowtime bound)
{
    (void)bound;
    return database_tick(sink_of(o)->database, o);
}

static struct status table_flush(struct output *o)
{
    return database_commit(sink_of(o)->database, o);
}

/* ---- positions: the sink's id, and how often it was saved ---- */

/* From now on rows are noted. */
static struct status track(struct output *o)
{
    struct table_sink *t = sink_of(o);
    if (t->tracked || t->n_keys) return OK;
    TRY(database_run(
        t->database, o,
        "CREATE TABLE IF NOT EXISTS sluice_tail (sink TEXT NOT NULL, checkpoint INTEGER NOT NULL, "
        "first INTEGER NOT NULL, last INTEGER NOT NULL)"));
    static const char note[] = "INSERT INTO sluice_tail VALUES (?, ?, ?, ?)";
    struct buf        probe = { 0 };
    buf_append_c(&probe, "SELECT rowid FROM ");
    append_name(&probe, str_c(t->table));
    sqlite3      *db = database_handle(t->database);
    sqlite3_stmt *rowid = NULL;
    int           result = sqlite3_prepare_v2(db, buf_c(&probe), -1, &rowid, NULL);
    sqlite3_finalize(rowid);
    buf_free(&probe);
    if (result != SQLITE_OK)
        return status_with_hint(
            database_failed(t->database, o, "take rows back from"),
            "with --state a table without rowids needs a key: WITH (key = 'column')");
    if (sqlite3_prepare_v3(db, note, -1, SQLITE_PREPARE_PERSISTENT, &t->note, NULL) != SQLITE_OK)
        return database_failed(t->database, o, "write");
    t->tracked = true;
    return OK;
}

static void make_id(struct table_sink *t)
{
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, 0) != sizeof id) id = (uint64_t)(uintptr_t)t;
    snprintf(t->id, sizeof t->id, "%016llx", (unsigned long long)id);
}

/* Rows of the last checkpoint but one will not be taken back any more: its state is the oldest that can come. */
static struct status table_save(struct output *o, struct snap_writer *w)
{
    struct table_sink *t = sink_of(o);
    TRY(database_commit(t->database, o));
    TRY(track(o));
    if (!t->id[0]) make_id(t);
    snap_str(w, str_c(t->id));
    snap_u64(w, t->saves + 1);
    if (t->tracked && t->saves > 0) {
        char sql[128];
        snprintf(sql, sizeof sql, "DELETE FROM sluice_tail WHERE sink = '%s' AND checkpoint < %llu",
                 t->id, (unsigned long long)t->saves);
        TRY(database_run(t->database, o, sql));
    }
    t->saves++;
    return OK;
}

static struct status take_back(struct output *o)
{
    struct table_sink *t = sink_of(o);
    struct buf         sql = { 0 };
    buf_append_c(&sql, "BEGIN IMMEDIATE; DELETE FROM ");
    append_name(&sql, str_c(t->table));
    buf_printf(&sql,
               " WHERE rowid IN (SELECT m.rowid FROM sluice_tail AS s CROSS JOIN ");
    append_name(&sql, str_c(t->table));
    buf_printf(
        &sql,
        " AS m ON m.rowid BETWEEN s.first AND s.last WHERE s.sink = '%s' AND s.checkpoint >= %llu);"
        " DELETE FROM sluice_tail WHERE sink = '%s' AND checkpoint >= %llu; COMMIT",
        t->id, (unsigned long long)t->saves, t->id, (unsigned long long)t->saves);
    struct status st = database_run(t->database, o, buf_c(&sql));
    buf_free(&sql);
    return st;
}

static struct status table_restore(struct output *o, struct snap_reader *r)
{
    struct table_sink *t = sink_of(o);
    struct str         id = snap_read_str(r);
    uint64_t           saves = snap_read_u64(r);
    TRY(snap_read_end(o->arena, r));
    snprintf(t->id, sizeof t->id, "%.*s", STR_ARG(id));
    if (strspn(t->id, "0123456789abcdef") != strlen(t->id))
        return status_new(o->arena, ERR_SNAPSHOT, SPAN_NONE, "damaged snapshot of %s",
                          o->endpoint->name);
    t->saves = saves;
    TRY(track(o));
    return t->tracked ? take_back(o) : OK;
}

static struct status table_close(struct output *o)
{
    struct table_sink *t = sink_of(o);
    struct status      st = t->insert ? database_commit(t->database, o) : OK;
    sqlite3_finalize(t->insert);
    sqlite3_finalize(t->note);
    database_close(t->database);
    buf_free(&t->text);
    arena_free(t->ranges_arena);
    mem_free(t);
    return st;
}

const struct output_class output_sqlite_class = {
    .kind = URL_SQLITE,
    .takes_rows = true,
    .open = table_open,
    .write = table_write,
    .advance = table_advance,
    .flush = table_flush,
    .save = table_save,
    .restore = table_restore,
    .close = table_close,
};
