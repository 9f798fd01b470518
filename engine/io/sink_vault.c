/*
 * sink_vault.c: vault:PATH?table=T: rows whose columns of `encrypt` lie sealed in a table, in the place of the row that
 * has the same columns of `key`. PERSONAL columns are sealed whether they are named or not; a PERSONAL key column
 * is found by a keyed hash and lies sealed beside it. See vault.h for the form.
 *
 * A run that goes on from its state file writes its last rows again: they replace themselves.
 */

#include <sqlite3.h>

#include "data/text.h"
#include "io/database.h"
#include "io/vault.h"

struct vault_sink {
    struct table_writer writer;
    struct database *database;
    struct vault_table table;
    uint32_t n_keys;
    uint32_t *keys; /* numbers of columns, in the order of the table's */
    struct vault_cell *cells;
    struct buf *texts; /* of one row's cells */
    struct str *key_texts;
    sqlite3_stmt *old, *put;
    const char *refusal; /* why a write was refused, or NULL */
};

static struct vault_sink *sink_of(const struct output *o)
{
    return o->vault;
}

/* ---- options ---- */

static int find_column(const struct schema *s, struct str name)
{
    int column = schema_find(s, name);
    for (uint32_t i = 0; column < 0 && i < s->n_columns; i++) {
        if (str_equal_nocase(s->columns[i].name, name)) column = (int)i;
    }
    return column;
}

/* Names with commas between them: marks the columns. */
static struct status read_names(struct output *o, const char *option, bool *marks)
{
    struct str text = option_text(o->endpoint, option, "");
    const char *p = str_data(&text), *end = p + text.len;
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p)), *stop = comma ? comma : end;
        while (p < stop && *p == ' ') p++;
        const char *last = stop;
        while (last > p && last[-1] == ' ') last--;
        struct str name = str_view(p, (size_t)(last - p));
        int column = find_column(o->schema, name);
        if (column < 0)
            return status_new(
                o->arena, ERR_BAD_OPTION, o->endpoint->at,
                "option \"%s\" of %s names \"%.*s\", which is no column of its stream", option,
                o->endpoint->name, STR_ARG(name));
        marks[column] = true;
        p = comma ? comma + 1 : end;
    }
    return OK;
}

static struct status read_columns(struct output *o, struct vault_sink *v)
{
    uint32_t n = o->schema->n_columns;
    bool *keys = arena_calloc(o->arena, n + 1), *sealed = arena_calloc(o->arena, n + 1);
    TRY(read_names(o, "key", keys));
    TRY(read_names(o, "encrypt", sealed));
    v->table.columns = ARENA_ARRAY(o->arena, struct vault_column, n + 1);
    v->keys = ARENA_ARRAY(o->arena, uint32_t, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        const struct column *c = &o->schema->columns[i];
        const char *name = str_to_c(o->arena, c->name);
        if (strncmp(name, "sluice_", 7) == 0 || strchr(name, '\n'))
            return status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at,
                              "column \"%s\" cannot be part of a vault: the name is kept for it",
                              name);
        v->table.columns[i] = (struct vault_column){ .name = name,
                                                     .sealed = sealed[i] || c->personal,
                                                     .key = keys[i] };
        if (keys[i]) v->keys[v->n_keys++] = i;
    }
    v->table.n_columns = n;
    v->table.layout = vault_layout(o->arena, v->table.columns, n);
    if (v->n_keys > 0) return OK;
    return status_with_hint(status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at,
                                       "vault %s has no key", o->endpoint->name),
                            "name what a row is found by: WITH (key = 'column', encrypt = ...)");
}

static struct status check_keys(struct output *o)
{
    const char *refusal = NULL;
    if (!secret_key(SECRET_SEAL, NULL)) refusal = "no sealing key";
    if (!secret_key(SECRET_PSEUDONYM, NULL)) refusal = "no pseudonym key, which finds rows";
    if (!refusal) return OK;
    return status_with_hint(status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at,
                                       "vault %s: there is %s", o->endpoint->name, refusal),
                            "give a key file by --keys, or SLUICE_KEYS");
}

struct io_endpoint *vault_rejects_endpoint(struct arena *a, const struct io_endpoint *vault)
{
    struct io_endpoint *out = arena_dup(a, vault, sizeof *vault);
    struct io_option *key = arena_calloc(a, sizeof *key);
    const char *url = str_data(&vault->url), *end = url + vault->url.len, *mark = url;
    while (mark < end && *mark != '?') mark++;
    *key = (struct io_option){ .name = str_c("key"),
                               .text = str_c("source, number, " VAULT_REJECTS_RECORD),
                               .ms = -1,
                               .at = vault->at };
    out->url = str_format(a, "%.*s?table=" VAULT_REJECTS, (int)(mark - url), url);
    out->options = key;
    out->n_options = 1;
    out->own = true;
    return out;
}

/* ---- the table ---- */

/* The columns that the vault has for this table, NULL: it has no such table. */
static int read_layout(struct vault_sink *v, struct arena *a, const char **layout)
{
    sqlite3_stmt *q = NULL;
    int result =
        sqlite3_prepare_v2(database_handle(v->database),
                           "SELECT layout FROM sluice_vault WHERE name = ?", -1, &q, NULL);
    *layout = NULL;
    if (result == SQLITE_OK) sqlite3_bind_text(q, 1, v->table.name, -1, SQLITE_STATIC);
    if (result == SQLITE_OK) result = sqlite3_step(q);
    if (result == SQLITE_ROW) *layout = str_to_c(a, str_c((const char *)sqlite3_column_text(q, 0)));
    sqlite3_finalize(q);
    return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

/* The table and its count together: a run that is killed here leaves both or none. */
static struct status make_table(struct output *o, struct vault_sink *v)
{
    struct buf sql = { 0 };
    struct vault_count none = { 0 };
    TRY(database_run(v->database, o, "BEGIN IMMEDIATE"));
    buf_append_c(&sql, "CREATE TABLE ");
    vault_append_name(&sql, v->table.name);
    buf_append_c(&sql, " (sluice_row BLOB PRIMARY KEY NOT NULL, sluice_key TEXT NOT NULL, "
                       "sluice_tag BLOB NOT NULL");
    for (uint32_t i = 0; i < v->table.n_columns; i++) {
        buf_append_c(&sql, ", ");
        vault_append_name(&sql, v->table.columns[i].name);
    }
    buf_append_c(&sql, ")");
    sqlite3 *db = database_handle(v->database);
    bool made = sqlite3_exec(db, buf_c(&sql), NULL, NULL, NULL) == SQLITE_OK &&
                vault_write_count(db, &v->table, secret_key(SECRET_SEAL, NULL), &none) == SQLITE_OK;
    buf_free(&sql);
    if (made) return database_run(v->database, o, "COMMIT");
    struct status st = database_failed(v->database, o, "write");
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}

static struct status count_refused(const struct output *o)
{
    return status_with_hint(
        status_new(o->arena, ERR_DATA, o->endpoint->at,
                   "vault %s: the sealed count of table %s does not open", o->endpoint->name,
                   sink_of(o)->table.name),
        "either the key file is not the vault's, or the vault was changed: sluice vault verify");
}

static struct status open_table(struct output *o, struct vault_sink *v)
{
    const char *layout;
    struct vault_count count;
    if (vault_make(database_handle(v->database)) != SQLITE_OK ||
        read_layout(v, o->arena, &layout) != SQLITE_OK)
        return database_failed(v->database, o, "open");
    if (!layout) return make_table(o, v);
    if (strcmp(layout, v->table.layout) != 0)
        return status_with_hint(
            status_new(o->arena, ERR_BAD_OPTION, o->endpoint->at,
                       "table %s of vault %s has other columns, keys or sealed columns",
                       v->table.name, o->path),
            "name another table");
    return vault_read_count(database_handle(v->database), &v->table, &count) == SQLITE_OK
               ? OK
               : count_refused(o);
}

static struct status prepare(struct output *o, struct vault_sink *v)
{
    sqlite3 *db = database_handle(v->database);
    struct buf old = { 0 }, put = { 0 };
    buf_append_c(&old, "SELECT sluice_tag FROM ");
    vault_append_name(&old, v->table.name);
    buf_append_c(&old, " WHERE sluice_row = ?");
    buf_append_c(&put, "INSERT OR REPLACE INTO ");
    vault_append_name(&put, v->table.name);
    buf_append_c(&put, " VALUES (?, ?, ?");
    for (uint32_t i = 0; i < v->table.n_columns; i++) buf_append_c(&put, ", ?");
    buf_append_c(&put, ")");
    bool good = sqlite3_prepare_v2(db, buf_c(&old), -1, &v->old, NULL) == SQLITE_OK &&
                sqlite3_prepare_v2(db, buf_c(&put), -1, &v->put, NULL) == SQLITE_OK;
    buf_free(&old);
    buf_free(&put);
    return good ? OK : database_failed(v->database, o, "write");
}

/* ---- rows ---- */

static struct vault_cell plain_cell(const struct vector *c, uint32_t row, struct buf *text)
{
    uint32_t at = vector_at(c, row);
    switch (type_form(c->type)) {
    case FORM_BOOL: return (struct vault_cell){ .kind = VAULT_INTEGER, .i64 = c->b[at] };
    case FORM_F64:
        if (c->f64[at] != c->f64[at]) return (struct vault_cell){ .kind = VAULT_NULL };
        return (struct vault_cell){ .kind = VAULT_REAL, .f64 = c->f64[at] + 0.0 };
    case FORM_I64:
        if (type_is_integer(c->type))
            return (struct vault_cell){ .kind = VAULT_INTEGER, .i64 = c->i64[at] };
        break;
    case FORM_STR:
        if (type_is_binary(c->type))
            return (struct vault_cell){ .kind = VAULT_BLOB, .bytes = c->str[at] };
        break;
    }
    text_sql_value(text, c, row);
    return (struct vault_cell){ .kind = VAULT_TEXT, .bytes = str_view(text->data, text->len) };
}

/* Key values as texts, "v" before them, a NULL as "n". */
static void hash_key(struct vault_sink *v, const struct batch *rows, uint32_t row,
                     const struct secret_key *key, uint8_t out[VAULT_ROW_BYTES])
{
    for (uint32_t i = 0; i < v->n_keys; i++) {
        const struct vector *c = &rows->columns[v->keys[i]];
        struct buf *text = &v->texts[v->keys[i]];
        buf_clear(text);
        bool null = vector_is_null(c, row);
        buf_append_c(text, null ? "n" : "v");
        if (!null) text_sql_value(text, c, row);
        v->key_texts[i] = str_view(text->data, text->len);
    }
    vault_row_of(key, v->table.name, v->key_texts, v->n_keys, out);
}

static void make_cells(struct vault_sink *v, const struct batch *rows, uint32_t row,
                       const struct secret_key *key, const uint8_t *id)
{
    for (uint32_t i = 0; i < v->table.n_columns; i++) {
        const struct vector *c = &rows->columns[i];
        buf_clear(&v->texts[i]);
        v->cells[i] = (struct vault_cell){ .kind = VAULT_NULL };
        if (vector_is_null(c, row)) continue;
        if (!v->table.columns[i].sealed) {
            v->cells[i] = plain_cell(c, row, &v->texts[i]);
            continue;
        }
        struct buf clear = { 0 };
        text_json_value(&clear, c, row);
        vault_seal(key, &v->table, i, id, str_view(clear.data, clear.len), &v->texts[i]);
        if (clear.data) secret_wipe(clear.data, clear.cap);
        buf_free(&clear);
        v->cells[i] = (struct vault_cell){ .kind = VAULT_BLOB,
                                           .bytes = str_view(v->texts[i].data, v->texts[i].len) };
    }
}

static int bind_cell(sqlite3_stmt *q, int at, const struct vault_cell *c)
{
    switch (c->kind) {
    case VAULT_NULL: return sqlite3_bind_null(q, at);
    case VAULT_INTEGER: return sqlite3_bind_int64(q, at, c->i64);
    case VAULT_REAL: return sqlite3_bind_double(q, at, c->f64);
    case VAULT_TEXT:
        return sqlite3_bind_text(q, at, str_data(&c->bytes), (int)c->bytes.len, SQLITE_STATIC);
    case VAULT_BLOB: break;
    }
    return sqlite3_bind_blob(q, at, str_data(&c->bytes), (int)c->bytes.len, SQLITE_STATIC);
}

/* The row that is replaced leaves the count. */
static int take_old(struct vault_sink *v, const uint8_t *id, struct vault_count *count)
{
    sqlite3_bind_blob(v->old, 1, id, VAULT_ROW_BYTES, SQLITE_STATIC);
    int result = sqlite3_step(v->old);
    if (result == SQLITE_ROW && sqlite3_column_bytes(v->old, 0) == VAULT_TAG_BYTES)
        vault_count_take(count, sqlite3_column_blob(v->old, 0));
    sqlite3_reset(v->old);
    return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

static int put_row(struct vault_sink *v, const struct secret_key *key, const uint8_t *id,
                   struct vault_count *count)
{
    uint8_t tag[VAULT_TAG_BYTES];
    int result = take_old(v, id, count);
    if (result != SQLITE_OK) return result;
    vault_tag(key, &v->table, id, v->cells, tag);
    vault_count_add(count, tag);
    sqlite3_bind_blob(v->put, 1, id, VAULT_ROW_BYTES, SQLITE_STATIC);
    sqlite3_bind_text(v->put, 2, key->id, -1, SQLITE_STATIC);
    sqlite3_bind_blob(v->put, 3, tag, sizeof tag, SQLITE_STATIC);
    for (uint32_t i = 0; i < v->table.n_columns && result == SQLITE_OK; i++)
        result = bind_cell(v->put, (int)i + 4, &v->cells[i]);
    if (result == SQLITE_OK) result = sqlite3_step(v->put);
    sqlite3_reset(v->put);
    sqlite3_clear_bindings(v->put);
    return result == SQLITE_DONE ? SQLITE_OK : result;
}

/* The count is read and written with each batch, as another process may re-seal rows between two transactions. */
static int insert_rows(struct table_writer *w, const struct batch *rows)
{
    struct vault_sink *v = (struct vault_sink *)w;
    sqlite3 *db = database_handle(v->database);
    const struct secret_key *finds = secret_key(SECRET_PSEUDONYM, NULL);
    struct vault_count count;
    int result = vault_read_count(db, &v->table, &count);
    const struct secret_key *key = secret_key(SECRET_SEAL, NULL);
    if (result == SQLITE_AUTH) v->refusal = "count";
    for (uint32_t i = 0; i < batch_live(rows) && result == SQLITE_OK; i++) {
        uint8_t id[VAULT_ROW_BYTES];
        uint32_t row = batch_row(rows, i);
        hash_key(v, rows, row, finds, id);
        make_cells(v, rows, row, key, id);
        result = put_row(v, key, id, &count);
    }
    return result == SQLITE_OK ? vault_write_count(db, &v->table, key, &count) : result;
}

/* ---- the driver ---- */

static struct status vault_sink_open(struct output *o, const struct url *u)
{
    uint32_t n = o->schema->n_columns;
    struct vault_sink *v = mem_calloc(1, sizeof *v);
    o->vault = v;
    o->path = u->path;
    v->writer = (struct table_writer){ .output = o, .insert = insert_rows };
    v->table.name = u->table;
    v->table.arena = o->arena;
    v->cells = ARENA_ARRAY(o->arena, struct vault_cell, n + 1);
    v->texts = arena_calloc(o->arena, (n + 1) * sizeof *v->texts);
    v->key_texts = ARENA_ARRAY(o->arena, struct str, n + 1);
    if (strncmp(u->table, "sluice_", 7) == 0 && !o->endpoint->own)
        return status_new(o->arena, ERR_BAD_URL, o->endpoint->at,
                          "no table of vault %s can be called %s", o->endpoint->name, u->table);
    TRY(read_columns(o, v));
    TRY(check_keys(o));
    TRY(output_make_folders(o, u->path));
    TRY(database_open(o, u->path, &v->database));
    TRY(open_table(o, v));
    return prepare(o, v);
}

static struct status vault_sink_write(struct output *o, const struct encoded *rows,
                                      const struct batch *batch)
{
    (void)rows;
    struct vault_sink *v = sink_of(o);
    struct status st = database_insert(v->database, &v->writer, batch);
    return v->refusal ? count_refused(o) : st;
}

static struct status vault_sink_advance(struct output *o, rowtime bound)
{
    (void)bound;
    return database_tick(sink_of(o)->database, o);
}

static struct status vault_sink_flush(struct output *o)
{
    return database_commit(sink_of(o)->database, o);
}

static struct status vault_sink_save(struct output *o, struct snap_writer *w)
{
    (void)w;
    return database_commit(sink_of(o)->database, o);
}

static struct status vault_sink_restore(struct output *o, struct snap_reader *r)
{
    return snap_read_end(o->arena, r);
}

static struct status vault_sink_close(struct output *o)
{
    struct vault_sink *v = sink_of(o);
    struct status st = v->put && !v->refusal ? database_commit(v->database, o) : OK;
    sqlite3_finalize(v->old);
    sqlite3_finalize(v->put);
    database_close(v->database);
    for (uint32_t i = 0; i < o->schema->n_columns; i++) buf_free(&v->texts[i]);
    mem_free(v);
    return st;
}

const struct output_class output_vault_class = {
    .kind = URL_VAULT,
    .takes_rows = true,
    .open = vault_sink_open,
    .write = vault_sink_write,
    .advance = vault_sink_advance,
    .flush = vault_sink_flush,
    .save = vault_sink_save,
    .restore = vault_sink_restore,
    .close = vault_sink_close,
};
