/*
 * vault.c: what a vault's cells, rows and counts are made of, the same for the sink and for the commands.
 *
 * Nothing here is invented: cells are sealed by XChaCha20-Poly1305 with their place as associated data, hashes are
 * keyed BLAKE2b, and the sum of tags is the additive multiset hash of Bellare and Micciancio ("A new paradigm for
 * collision-free hashing", 1997), sealed in its turn.
 */

#include "io/vault.h"

#include <sqlite3.h>
#include <stdio.h>

/* ---- cells and rows ---- */

void vault_row_of(const struct secret_key *key, const char *table, const struct str *values,
                  size_t n_values, uint8_t row[VAULT_ROW_BYTES])
{
    struct str *parts = mem_alloc((n_values + 1) * sizeof *parts);
    parts[0] = str_c(table);
    for (size_t i = 0; i < n_values; i++) parts[i + 1] = values[i];
    secret_hash(key, "sluice vault row", parts, n_values + 1, row, VAULT_ROW_BYTES);
    mem_free(parts);
}

static void append_part(struct buf *b, const void *p, size_t n)
{
    uint32_t size = (uint32_t)n;
    for (int i = 0; i < 4; i++) buf_append_char(b, (char)(size >> (8 * i)));
    buf_append(b, p, n);
}

/* Where a cell stands. */
static void append_place(struct buf *b, const struct secret_key *key, const struct vault_table *t,
                         const char *column, const uint8_t *row)
{
    buf_append_c(b, "sluice vault cell");
    append_part(b, key->id, strlen(key->id));
    append_part(b, t->name, strlen(t->name));
    append_part(b, column, strlen(column));
    append_part(b, row, VAULT_ROW_BYTES);
}

void vault_seal(const struct secret_key *key, const struct vault_table *t, uint32_t column,
                const uint8_t row[VAULT_ROW_BYTES], struct str text, struct buf *out)
{
    struct buf place = { 0 };
    append_place(&place, key, t, t->columns[column].name, row);
    secret_seal(key, str_view(place.data, place.len), text, out);
    buf_free(&place);
}

bool vault_open_cell(const struct secret_key *key, const struct vault_table *t, uint32_t column,
                     const uint8_t row[VAULT_ROW_BYTES], struct str sealed, struct buf *out)
{
    struct buf place = { 0 };
    append_place(&place, key, t, t->columns[column].name, row);
    bool opens = secret_open(key, str_view(place.data, place.len), sealed, out);
    buf_free(&place);
    return opens;
}

static struct str cell_bytes(const struct vault_cell *c)
{
    switch (c->kind) {
    case VAULT_INTEGER: return str_view((const char *)&c->i64, sizeof c->i64);
    case VAULT_REAL: return str_view((const char *)&c->f64, sizeof c->f64);
    case VAULT_NULL: return STR_EMPTY;
    default: return c->bytes;
    }
}

void vault_tag(const struct secret_key *key, const struct vault_table *t,
               const uint8_t row[VAULT_ROW_BYTES], const struct vault_cell *cells,
               uint8_t tag[VAULT_TAG_BYTES])
{
    static const char kinds[] = "nirtb";
    size_t n = 4 + 2 * (size_t)t->n_columns, at = 0;
    struct str *parts = mem_alloc(n * sizeof *parts);
    parts[at++] = str_c(key->id);
    parts[at++] = str_c(t->name);
    parts[at++] = str_c(t->layout);
    parts[at++] = str_view((const char *)row, VAULT_ROW_BYTES);
    for (uint32_t i = 0; i < t->n_columns; i++) {
        parts[at++] = str_view(&kinds[cells[i].kind], 1);
        parts[at++] = cell_bytes(&cells[i]);
    }
    secret_hash(key, "sluice vault tag", parts, n, tag, VAULT_TAG_BYTES);
    mem_free(parts);
}

/* ---- the count ---- */

void vault_count_add(struct vault_count *c, const uint8_t tag[VAULT_TAG_BYTES])
{
    for (int i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, tag + 8 * i, 8);
        c->sum[i] += word;
    }
    c->rows++;
}

void vault_count_take(struct vault_count *c, const uint8_t tag[VAULT_TAG_BYTES])
{
    for (int i = 0; i < 4; i++) {
        uint64_t word;
        memcpy(&word, tag + 8 * i, 8);
        c->sum[i] -= word;
    }
    c->rows--;
}

/* Bound to key, table and columns; no column is called so. */
static void append_count_place(struct buf *b, const struct secret_key *key,
                               const struct vault_table *t)
{
    static const uint8_t no_row[VAULT_ROW_BYTES];
    append_place(b, key, t, "", no_row);
    append_part(b, t->layout, strlen(t->layout));
}

/* A key that is not known may be one that a rotation has just put into the key file. */
static const struct secret_key *known_key(const char *id)
{
    if (!id) return NULL;
    const struct secret_key *key = secret_key(SECRET_SEAL, id);
    if (key) return key;
    secret_reload_soon();
    return secret_key(SECRET_SEAL, id);
}

static bool open_count(sqlite3_stmt *q, const struct vault_table *t, struct vault_count *out)
{
    const char *id = (const char *)sqlite3_column_text(q, 0);
    const void *blob = sqlite3_column_blob(q, 1);
    struct str sealed = str_view(blob, (size_t)sqlite3_column_bytes(q, 1));
    const struct secret_key *key = known_key(id);
    struct buf place = { 0 }, text = { 0 };
    if (!key || !blob) return false;
    append_count_place(&place, key, t);
    bool opens = secret_open(key, str_view(place.data, place.len), sealed, &text) &&
                 text.len == sizeof *out;
    if (opens) memcpy(out, text.data, sizeof *out);
    buf_free(&place);
    buf_free(&text);
    return opens;
}

int vault_read_count(sqlite3 *db, const struct vault_table *t, struct vault_count *out)
{
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(
        db, "SELECT key, count FROM sluice_vault WHERE name = ?", -1, &q, NULL);
    if (result == SQLITE_OK) sqlite3_bind_text(q, 1, t->name, -1, SQLITE_STATIC);
    if (result == SQLITE_OK) result = sqlite3_step(q);
    if (result == SQLITE_ROW) result = open_count(q, t, out) ? SQLITE_OK : SQLITE_AUTH;
    else if (result == SQLITE_DONE) result = SQLITE_AUTH;
    sqlite3_finalize(q);
    return result;
}

int vault_write_count(sqlite3 *db, const struct vault_table *t, const struct secret_key *key,
                      const struct vault_count *count)
{
    struct buf place = { 0 }, sealed = { 0 };
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(
        db,
        "INSERT INTO sluice_vault (name, layout, key, count) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET key = excluded.key, count = excluded.count",
        -1, &q, NULL);
    append_count_place(&place, key, t);
    secret_seal(key, str_view(place.data, place.len), str_view((const char *)count, sizeof *count),
                &sealed);
    if (result == SQLITE_OK) {
        sqlite3_bind_text(q, 1, t->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, t->layout, -1, SQLITE_STATIC);
        sqlite3_bind_text(q, 3, key->id, -1, SQLITE_STATIC);
        sqlite3_bind_blob(q, 4, sealed.data, (int)sealed.len, SQLITE_STATIC);
        result = sqlite3_step(q) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(db);
    }
    sqlite3_finalize(q);
    buf_free(&place);
    buf_free(&sealed);
    return result;
}

/* ---- tables ---- */

int vault_make(sqlite3 *db)
{
    return sqlite3_exec(
        db,
        "CREATE TABLE IF NOT EXISTS sluice_vault (name TEXT PRIMARY KEY NOT NULL, "
        "layout TEXT NOT NULL, key TEXT NOT NULL, count BLOB NOT NULL);"
        "CREATE TABLE IF NOT EXISTS sluice_vault_audit (number INTEGER PRIMARY KEY, "
        "time TEXT NOT NULL, person TEXT NOT NULL, action TEXT NOT NULL, \"table\" TEXT NOT NULL, "
        "row TEXT NOT NULL, outcome TEXT NOT NULL)",
        NULL, NULL, NULL);
}

void vault_append_name(struct buf *sql, const char *name)
{
    buf_append_char(sql, '"');
    for (; *name; name++) {
        if (*name == '"') buf_append_char(sql, '"');
        buf_append_char(sql, *name);
    }
    buf_append_char(sql, '"');
}

const char *vault_layout(struct arena *a, const struct vault_column *columns, uint32_t n)
{
    struct buf b = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        const struct vault_column *c = &columns[i];
        buf_printf(&b, "%s %s\n",
                   c->key ? (c->sealed ? "both" : "key") : c->sealed ? "sealed"
                                                                     : "plain",
                   c->name);
    }
    const char *text = arena_dup(a, buf_c(&b), b.len + 1);
    buf_free(&b);
    return text;
}
