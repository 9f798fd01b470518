/*
 * vault_keep.c: what is done with a vault beside writing to it: making, reading a row, sealing again, checking.
 *
 * Nothing is shown before it was proved: a row's tag is compared and each of its cells opened before the first byte of
 * it is put out, and the line in the audit is in the file by then.
 */

#include <errno.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/utf8.h"
#include "data/text.h"
#include "io/vault.h"

enum {
    ROTATE_ROWS = 500,
    BUSY_MS = 10000,
    N_OWN = 3 /* sluice_row, sluice_key, sluice_tag */
};

struct vault {
    struct arena *arena;
    const char *path;
    sqlite3 *db;
};

static struct status failed(const struct vault *v, const char *verb)
{
    return status_new(v->arena, ERR_UNREACHABLE, SPAN_NONE, "cannot %s the vault %s: %s", verb,
                      v->path, sqlite3_errmsg(v->db));
}

/* ---- making and opening ---- */

struct status vault_init(struct arena *a, const char *path, const char *keys)
{
    struct vault v = { a, path, NULL };
    if (keys && access(keys, F_OK) != 0) TRY(secret_create_file(a, keys));
    if (keys) TRY(secret_load(a, keys));
    if (access(path, F_OK) == 0)
        return status_new(a, ERR_UNREACHABLE, SPAN_NONE, "cannot make the vault %s: it is there",
                          path);
    mode_t mask = umask(077);
    int result = sqlite3_open_v2(path, &v.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (result == SQLITE_OK) result = vault_make(v.db);
    umask(mask);
    struct status st = result == SQLITE_OK ? OK : failed(&v, "make");
    sqlite3_close(v.db);
    return st;
}

/* SQLite compares the file's size with its header at the first look. */
static struct status not_opened(struct vault *v, int result)
{
    if ((result & 0xff) != SQLITE_CORRUPT && (result & 0xff) != SQLITE_NOTADB)
        return failed(v, "open");
    return status_new(v->arena, ERR_UNREACHABLE, SPAN_NONE, "the vault %s is cut off or damaged",
                      v->path);
}

struct status vault_open(struct arena *a, const char *path, struct vault **out)
{
    static const char first[] = "PRAGMA secure_delete = 1;"
                                "SELECT 1 FROM sluice_vault, sluice_vault_audit LIMIT 1";
    struct vault *v = arena_calloc(a, sizeof *v);
    *v = (struct vault){ a, path, NULL };
    int result = sqlite3_open_v2(path, &v->db, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(v->db, BUSY_MS);
    if (result == SQLITE_OK) result = sqlite3_exec(v->db, first, NULL, NULL, NULL);
    if (result == SQLITE_OK) {
        *out = v;
        return OK;
    }
    struct status st = not_opened(v, result);
    sqlite3_close(v->db);
    return st;
}

void vault_close(struct vault *v)
{
    if (v) sqlite3_close(v->db);
}

/* ---- tables ---- */

struct status vault_tables(struct vault *v, struct arena *a, const char ***names, size_t *n)
{
    ARRAY(const char *)
    found = { 0 };
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(v->db, "SELECT name FROM sluice_vault ORDER BY name", -1, &q, NULL) !=
        SQLITE_OK)
        return failed(v, "read");
    int result;
    while ((result = sqlite3_step(q)) == SQLITE_ROW)
        *array_push(a, &found) = str_to_c(a, str_c((const char *)sqlite3_column_text(q, 0)));
    sqlite3_finalize(q);
    *names = found.items;
    *n = found.count;
    return result == SQLITE_DONE ? OK : failed(v, "read");
}

/* "kind name" lines to columns. */
static struct status read_layout(struct vault *v, const char *layout, struct vault_table *out)
{
    size_t lines = 0;
    for (const char *p = layout; *p; p++) lines += *p == '\n';
    out->layout = layout;
    out->columns = ARENA_ARRAY(v->arena, struct vault_column, lines + 1);
    out->n_columns = 0;
    for (const char *p = layout; *p;) {
        const char *blank = strchr(p, ' '), *end = strchr(p, '\n');
        if (!blank || !end || blank > end)
            return status_new(v->arena, ERR_DATA, SPAN_NONE,
                              "the columns of table %s of the vault %s were changed", out->name,
                              v->path);
        bool both = *p == 'b';
        out->columns[out->n_columns++] = (struct vault_column){
            .name = str_to_c(v->arena, str_view(blank + 1, (size_t)(end - blank - 1))),
            .sealed = both || *p == 's',
            .key = both || *p == 'k',
        };
        p = end + 1;
    }
    return OK;
}

static struct status pick_name(struct vault *v, const char **name)
{
    const char **names;
    size_t n;
    TRY(vault_tables(v, v->arena, &names, &n));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], VAULT_REJECTS) == 0) names[i] = names[--n];
    }
    if (n != 1)
        return status_with_hint(status_new(v->arena, ERR_UNKNOWN_RELATION, SPAN_NONE,
                                           "the vault %s has %zu tables", v->path, n),
                                "name one: --table T");
    *name = names[0];
    return OK;
}

struct status vault_find(struct vault *v, const char *name, struct vault_table *out)
{
    if (!name) TRY(pick_name(v, &name));
    *out = (struct vault_table){ .arena = v->arena, .name = name };
    sqlite3_stmt *q = NULL;
    const char *layout = NULL;
    if (sqlite3_prepare_v2(v->db, "SELECT layout FROM sluice_vault WHERE name = ?", -1, &q, NULL) !=
        SQLITE_OK)
        return failed(v, "read");
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW)
        layout = str_to_c(v->arena, str_c((const char *)sqlite3_column_text(q, 0)));
    sqlite3_finalize(q);
    if (layout) return read_layout(v, layout, out);
    return status_new(v->arena, ERR_UNKNOWN_RELATION, SPAN_NONE, "the vault %s has no table %s",
                      v->path, name);
}

/* sluice_row, sluice_key, sluice_tag, the columns. */
static struct status select_rows(struct vault *v, const struct vault_table *t, const char *where,
                                 sqlite3_stmt **out)
{
    struct buf sql = { 0 };
    buf_append_c(&sql, "SELECT sluice_row, sluice_key, sluice_tag");
    for (uint32_t i = 0; i < t->n_columns; i++) {
        buf_append_c(&sql, ", ");
        vault_append_name(&sql, t->columns[i].name);
    }
    buf_append_c(&sql, " FROM ");
    vault_append_name(&sql, t->name);
    buf_append_c(&sql, where);
    int result = sqlite3_prepare_v2(v->db, buf_c(&sql), -1, out, NULL);
    buf_free(&sql);
    return result == SQLITE_OK ? OK : failed(v, "read");
}

/* ---- rows ---- */

struct row {
    uint8_t id[VAULT_ROW_BYTES];
    char name[2 * VAULT_ROW_BYTES + 1]; /* for messages */
    const struct secret_key *key;
    struct vault_cell *cells;
    uint8_t tag[VAULT_TAG_BYTES];
};

static struct vault_cell cell_of(sqlite3_stmt *q, int at)
{
    struct vault_cell c = { .kind = VAULT_NULL };
    switch (sqlite3_column_type(q, at)) {
    case SQLITE_INTEGER:
        c.kind = VAULT_INTEGER;
        c.i64 = sqlite3_column_int64(q, at);
        return c;
    case SQLITE_FLOAT:
        c.kind = VAULT_REAL;
        c.f64 = sqlite3_column_double(q, at);
        return c;
    case SQLITE_NULL: return c;
    default: break;
    }
    c.kind = sqlite3_column_type(q, at) == SQLITE_TEXT ? VAULT_TEXT : VAULT_BLOB;
    const void *p = sqlite3_column_blob(q, at);
    c.bytes = str_view(p, (size_t)sqlite3_column_bytes(q, at));
    return c;
}

/* The row that the statement stands on; what is wrong with it, or NULL. */
static const char *read_row(const struct vault_table *t, sqlite3_stmt *q, struct row *r)
{
    if (sqlite3_column_bytes(q, 0) != VAULT_ROW_BYTES) return "has another sluice_row";
    memcpy(r->id, sqlite3_column_blob(q, 0), VAULT_ROW_BYTES);
    for (int i = 0; i < VAULT_ROW_BYTES; i++) snprintf(r->name + 2 * i, 3, "%02x", r->id[i]);
    const char *id = (const char *)sqlite3_column_text(q, 1);
    r->key = secret_key(SECRET_SEAL, id ? id : "");
    for (uint32_t i = 0; i < t->n_columns; i++) r->cells[i] = cell_of(q, (int)i + N_OWN);
    if (!r->key) return "was sealed by a key that is not in the key file";
    vault_tag(r->key, t, r->id, r->cells, r->tag);
    if (sqlite3_column_bytes(q, 2) == VAULT_TAG_BYTES &&
        memcmp(r->tag, sqlite3_column_blob(q, 2), VAULT_TAG_BYTES) == 0)
        return NULL;
    return "was changed, or sealed by another key of the same id";
}

/* Opens a cell; what is wrong, or NULL. */
static const char *open_cell(const struct vault_table *t, const struct row *r, uint32_t column,
                             struct buf *out)
{
    const struct vault_cell *c = &r->cells[column];
    if (c->kind == VAULT_BLOB && vault_open_cell(r->key, t, column, r->id, c->bytes, out))
        return NULL;
    return "has a cell that does not open";
}

static struct status row_refused(struct vault *v, const struct vault_table *t, const struct row *r,
                                 const char *wrong)
{
    return status_new(v->arena, ERR_DATA, SPAN_NONE, "row %s of table %s of the vault %s %s",
                      r->name, t->name, v->path, wrong);
}

static struct status count_refused(struct vault *v, const struct vault_table *t)
{
    return status_new(v->arena, ERR_DATA, SPAN_NONE,
                      "the sealed count of table %s of the vault %s does not open: the key file is "
                      "not the vault's, or the vault was changed",
                      t->name, v->path);
}

/* ---- get ---- */

static struct status note(struct vault *v, const char *action, const char *table, const char *row,
                          const char *outcome)
{
    static const char sql[] =
        "INSERT INTO sluice_vault_audit (time, person, action, \"table\", row, outcome) VALUES "
        "(strftime('%Y-%m-%d %H:%M:%S', 'now'), ?, ?, ?, ?, ?)";
    char person[128];
    struct passwd *p = getpwuid(getuid());
    snprintf(person, sizeof person, "%u %s", (unsigned)getuid(), p ? p->pw_name : "");
    const char *values[] = { person, action, table, row, outcome };
    sqlite3_stmt *q = NULL;
    int result = sqlite3_prepare_v2(v->db, sql, -1, &q, NULL);
    for (int i = 0; i < 5 && result == SQLITE_OK; i++)
        result = sqlite3_bind_text(q, i + 1, values[i], -1, SQLITE_STATIC);
    if (result == SQLITE_OK) result = sqlite3_step(q);
    sqlite3_finalize(q);
    return result == SQLITE_DONE ? OK : failed(v, "write the audit of");
}

static void print_plain(struct buf *out, const struct vault_cell *c)
{
    switch (c->kind) {
    case VAULT_NULL: buf_append_c(out, "null"); return;
    case VAULT_INTEGER: buf_printf(out, "%lld", (long long)c->i64); return;
    case VAULT_REAL: buf_printf(out, "%.17g", c->f64); return;
    case VAULT_TEXT: text_json_string(out, str_data(&c->bytes), c->bytes.len); return;
    case VAULT_BLOB: break;
    }
    buf_append_char(out, '"');
    for (uint32_t i = 0; i < c->bytes.len; i++)
        buf_printf(out, "%02X", (unsigned char)str_data(&c->bytes)[i]);
    buf_append_char(out, '"');
}

static const char *print_row(const struct vault_table *t, const struct row *r, struct buf *out)
{
    buf_append_char(out, '{');
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const char *name = t->columns[i].name;
        if (i) buf_append_char(out, ',');
        text_json_string(out, name, strlen(name));
        buf_append_char(out, ':');
        if (!t->columns[i].sealed || r->cells[i].kind == VAULT_NULL) {
            print_plain(out, &r->cells[i]);
            continue;
        }
        struct buf text = { 0 };
        const char *wrong = open_cell(t, r, i, &text);
        if (!wrong) buf_append(out, text.data, text.len);
        if (text.data) secret_wipe(text.data, text.cap);
        buf_free(&text);
        if (wrong) return wrong;
    }
    buf_append_c(out, "}\n");
    return NULL;
}

/* Keys are there, and they are the table's. */
static struct status check_keys(struct vault *v, const struct vault_table *t)
{
    struct vault_count count;
    if (!secret_key(SECRET_SEAL, NULL) || !secret_key(SECRET_PSEUDONYM, NULL))
        return status_with_hint(status_new(v->arena, ERR_BAD_OPTION, SPAN_NONE,
                                           "a sealing and a pseudonym key are needed"),
                                "give a key file by --keys, or SLUICE_KEYS");
    return vault_read_count(v->db, t, &count) == SQLITE_OK ? OK : count_refused(v, t);
}

static struct status check_key(struct vault *v, const struct vault_table *t, size_t n_key)
{
    size_t keys = 0;
    for (uint32_t i = 0; i < t->n_columns; i++) keys += t->columns[i].key;
    TRY(check_keys(v, t));
    if (n_key == keys) return OK;
    return status_new(v->arena, ERR_USAGE, SPAN_NONE, "the key of table %s has %zu values", t->name,
                      keys);
}

static void find_row(const struct vault_table *t, const struct str *key, size_t n_key,
                     struct arena *a, uint8_t id[VAULT_ROW_BYTES])
{
    struct str *parts = ARENA_ARRAY(a, struct str, n_key + 1);
    for (size_t i = 0; i < n_key; i++) parts[i] = str_format(a, "v%.*s", STR_ARG(key[i]));
    vault_row_of(secret_key(SECRET_PSEUDONYM, NULL), t->name, parts, n_key, id);
}

struct status vault_get(struct vault *v, const struct vault_table *t, const struct str *key,
                        size_t n_key, struct buf *out)
{
    struct row r = { .cells = ARENA_ARRAY(v->arena, struct vault_cell, t->n_columns + 1) };
    sqlite3_stmt *q;
    TRY(check_key(v, t, n_key));
    find_row(t, key, n_key, v->arena, r.id);
    for (int i = 0; i < VAULT_ROW_BYTES; i++) snprintf(r.name + 2 * i, 3, "%02x", r.id[i]);
    TRY(note(v, "get", t->name, r.name, "asked"));
    TRY(select_rows(v, t, " WHERE sluice_row = ?", &q));
    sqlite3_bind_blob(q, 1, r.id, VAULT_ROW_BYTES, SQLITE_STATIC);
    int result = sqlite3_step(q);
    const char *wrong = NULL;
    if (result == SQLITE_ROW) wrong = read_row(t, q, &r);
    if (result == SQLITE_ROW && !wrong) wrong = print_row(t, &r, out);
    sqlite3_finalize(q);
    if (result == SQLITE_DONE)
        return status_new(v->arena, ERR_DATA, SPAN_NONE, "table %s has no row with this key",
                          t->name);
    if (result != SQLITE_ROW) return failed(v, "read");
    if (!wrong) return OK;
    if (out->data) secret_wipe(out->data, out->cap);
    buf_clear(out);
    return row_refused(v, t, &r, wrong);
}

/* ---- rejects ---- */

/* A sealed VARBINARY is its hexadecimal digits between quotes. */
static bool read_digits(const struct buf *text, struct buf *bytes)
{
    if (text->len < 2) return false;
    char *out = buf_reserve(bytes, text->len / 2);
    for (size_t i = 1; i + 2 < text->len; i += 2) {
        unsigned byte;
        char pair[3] = { text->data[i], text->data[i + 1], 0 };
        if (sscanf(pair, "%2X", &byte) != 1) return false;
        *out++ = (char)byte;
        bytes->len++;
    }
    return true;
}

/* {"source":"S","number":1,"time":"...","error":"PARSE_ERROR","record":"..."}; what is no text stands there as
 * "record_hex". */
static void print_reject(const struct vault_table *t, const struct row *r, const struct buf *digits,
                         const struct buf *bytes, struct buf *out)
{
    bool text = utf8_valid(bytes->data, bytes->len);
    buf_append_char(out, '{');
    for (uint32_t i = 0; i < t->n_columns; i++) {
        const char *name = t->columns[i].name;
        bool record = strcmp(name, VAULT_REJECTS_RECORD) == 0;
        buf_printf(out, "%s\"%s%s\":", i ? "," : "", name, record && !text ? "_hex" : "");
        if (!record) print_plain(out, &r->cells[i]);
        else if (text) text_json_string(out, bytes->data, bytes->len);
        else buf_append(out, digits->data, digits->len);
    }
    buf_append_c(out, "}\n");
}

/* The row that the statement stands on; what is wrong, or NULL. */
static const char *give_reject(const struct vault_table *t, sqlite3_stmt *q, struct row *r,
                               bool raw, void (*give)(struct str text))
{
    uint32_t record = 0;
    while (record + 1 < t->n_columns && strcmp(t->columns[record].name, VAULT_REJECTS_RECORD) != 0)
        record++;
    struct buf digits = { 0 }, bytes = { 0 }, out = { 0 };
    const char *wrong = read_row(t, q, r);
    if (!wrong) wrong = open_cell(t, r, record, &digits);
    if (!wrong && !read_digits(&digits, &bytes)) wrong = "holds no record";
    if (!wrong && raw) {
        buf_append(&out, bytes.data, bytes.len);
        buf_append_char(&out, '\n');
    } else if (!wrong) {
        print_reject(t, r, &digits, &bytes, &out);
    }
    if (!wrong) give(str_view(out.data, out.len));
    struct buf *const all[] = { &digits, &bytes, &out };
    for (size_t i = 0; i < 3; i++) {
        if (all[i]->data) secret_wipe(all[i]->data, all[i]->cap);
        buf_free(all[i]);
    }
    return wrong;
}

struct status vault_get_rejects(struct vault *v, const char *source, bool raw,
                                void (*give)(struct str text))
{
    struct vault_table t;
    sqlite3_stmt *q;
    TRY(vault_find(v, VAULT_REJECTS, &t));
    struct row r = { .cells = ARENA_ARRAY(v->arena, struct vault_cell, t.n_columns + 1) };
    TRY(check_keys(v, &t));
    TRY(note(v, "get", t.name, source ? source : "all", "asked"));
    TRY(select_rows(v, &t, " WHERE ?1 IS NULL OR source = ?1 ORDER BY source, number, rowid", &q));
    if (source) sqlite3_bind_text(q, 1, source, -1, SQLITE_STATIC);
    struct status st = OK;
    int result;
    while ((result = sqlite3_step(q)) == SQLITE_ROW) {
        const char *wrong = give_reject(&t, q, &r, raw, give);
        if (wrong && st.err == ERR_NONE) st = row_refused(v, &t, &r, wrong);
    }
    sqlite3_finalize(q);
    return result == SQLITE_DONE ? st : failed(v, "read");
}

/* ---- rotate ---- */

static int bind_cell(sqlite3_stmt *q, int at, const struct vault_cell *c)
{
    return sqlite3_bind_blob(q, at, str_data(&c->bytes), (int)c->bytes.len, SQLITE_TRANSIENT);
}

static struct status prepare_update(struct vault *v, const struct vault_table *t,
                                    sqlite3_stmt **out)
{
    struct buf sql = { 0 };
    buf_append_c(&sql, "UPDATE ");
    vault_append_name(&sql, t->name);
    buf_append_c(&sql, " SET sluice_key = ?2, sluice_tag = ?3");
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (!t->columns[i].sealed) continue;
        buf_append_c(&sql, ", ");
        vault_append_name(&sql, t->columns[i].name);
        buf_printf(&sql, " = ?%u", i + 4);
    }
    buf_append_c(&sql, " WHERE sluice_row = ?1");
    int result = sqlite3_prepare_v2(v->db, buf_c(&sql), -1, out, NULL);
    buf_free(&sql);
    return result == SQLITE_OK ? OK : failed(v, "write");
}

/* One row under the key: opened, sealed, put back. What is wrong, or NULL. */
static const char *seal_again(const struct vault_table *t, struct row *r,
                              const struct secret_key *key, sqlite3_stmt *update,
                              struct vault_count *count)
{
    struct buf *texts = mem_calloc(t->n_columns + 1, sizeof *texts);
    const char *wrong = NULL;
    vault_count_take(count, r->tag);
    for (uint32_t i = 0; i < t->n_columns && !wrong; i++) {
        if (!t->columns[i].sealed || r->cells[i].kind == VAULT_NULL) continue;
        struct buf clear = { 0 };
        wrong = open_cell(t, r, i, &clear);
        if (!wrong) {
            vault_seal(key, t, i, r->id, str_view(clear.data, clear.len), &texts[i]);
            r->cells[i].bytes = str_view(texts[i].data, texts[i].len);
            bind_cell(update, (int)i + 4, &r->cells[i]);
        }
        if (clear.data) secret_wipe(clear.data, clear.cap);
        buf_free(&clear);
    }
    if (!wrong) {
        vault_tag(key, t, r->id, r->cells, r->tag);
        vault_count_add(count, r->tag);
        sqlite3_bind_blob(update, 1, r->id, VAULT_ROW_BYTES, SQLITE_TRANSIENT);
        sqlite3_bind_text(update, 2, key->id, -1, SQLITE_STATIC);
        sqlite3_bind_blob(update, 3, r->tag, VAULT_TAG_BYTES, SQLITE_TRANSIENT);
        if (sqlite3_step(update) != SQLITE_DONE) wrong = "could not be written";
        sqlite3_reset(update);
        sqlite3_clear_bindings(update);
    }
    for (uint32_t i = 0; i < t->n_columns; i++) buf_free(&texts[i]);
    mem_free(texts);
    return wrong;
}

/* At most ROTATE_ROWS rows, within a transaction; *rows: how many. */
static struct status rotate_some(struct vault *v, const struct vault_table *t,
                                 const struct secret_key *key, uint64_t *rows)
{
    struct row r = { .cells = ARENA_ARRAY(v->arena, struct vault_cell, t->n_columns + 1) };
    sqlite3_stmt *q, *update;
    struct vault_count count;
    if (vault_read_count(v->db, t, &count) != SQLITE_OK) return count_refused(v, t);
    TRY(select_rows(v, t, " WHERE sluice_key <> ?1 LIMIT ?2", &q));
    struct status st = prepare_update(v, t, &update);
    const char *wrong = NULL;
    int result = SQLITE_DONE;
    sqlite3_bind_text(q, 1, key->id, -1, SQLITE_STATIC);
    sqlite3_bind_int(q, 2, ROTATE_ROWS);
    *rows = 0;
    while (st.err == ERR_NONE && !wrong && (result = sqlite3_step(q)) == SQLITE_ROW) {
        wrong = read_row(t, q, &r);
        if (!wrong) wrong = seal_again(t, &r, key, update, &count);
        ++*rows;
    }
    sqlite3_finalize(q);
    sqlite3_finalize(update);
    if (wrong) return row_refused(v, t, &r, wrong);
    if (st.err == ERR_NONE && result != SQLITE_DONE) st = failed(v, "read");
    if (st.err == ERR_NONE && vault_write_count(v->db, t, key, &count) != SQLITE_OK)
        st = failed(v, "write");
    return st;
}

struct status vault_rotate(struct vault *v, const struct vault_table *t, uint64_t *rows)
{
    const struct secret_key *key = secret_key(SECRET_SEAL, NULL);
    *rows = 0;
    if (!key)
        return status_new(v->arena, ERR_BAD_OPTION, SPAN_NONE, "there is no sealing key");
    for (uint64_t n = 1; n > 0; *rows += n) {
        if (sqlite3_exec(v->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
            return failed(v, "write");
        struct status st = rotate_some(v, t, key, &n);
        if (st.err == ERR_NONE && sqlite3_exec(v->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
            st = failed(v, "write");
        if (st.err != ERR_NONE) {
            sqlite3_exec(v->db, "ROLLBACK", NULL, NULL, NULL);
            return st;
        }
    }
    return note(v, "rotate", t->name, "", key->id);
}

/* ---- verify ---- */

struct check {
    void (*tell)(const char *fault);
    uint64_t faults;
};

static void found(struct check *c, struct vault *v, const char *where, const char *what)
{
    c->faults++;
    c->tell(str_format_c(v->arena, "%s %s", where, what));
}

static int check_file(void *arg, int n, char **texts, char **names)
{
    struct check *c = arg;
    (void)names;
    if (n < 1 || !texts[0] || strcmp(texts[0], "ok") == 0) return 0;
    c->faults++;
    c->tell(texts[0]);
    return 0;
}

static void check_row(struct check *c, struct vault *v, const struct vault_table *t,
                      sqlite3_stmt *q, struct row *r)
{
    struct buf text = { 0 };
    const char *wrong = read_row(t, q, r);
    if (wrong) {
        found(c, v, str_format_c(v->arena, "row %s", r->name), wrong);
        if (!r->key) return;
    }
    for (uint32_t i = 0; i < t->n_columns; i++) {
        if (!t->columns[i].sealed || r->cells[i].kind == VAULT_NULL) continue;
        if (open_cell(t, r, i, &text))
            found(c, v, str_format_c(v->arena, "row %s, column %s", r->name, t->columns[i].name),
                  "does not open: changed, or from another place");
        if (text.data) secret_wipe(text.data, text.cap);
        buf_clear(&text);
    }
    buf_free(&text);
}

static void check_count(struct check *c, struct vault *v, const struct vault_table *t,
                        const struct vault_count *seen, int result, const struct vault_count *count)
{
    const char *where = str_format_c(v->arena, "table %s", t->name);
    if (result != SQLITE_OK)
        found(c, v, where, "has a sealed count that does not open: another key, or changed");
    else if (count->rows != seen->rows)
        found(c, v, where,
              str_format_c(v->arena, "has %lld rows, and %lld by its sealed count",
                           (long long)seen->rows, (long long)count->rows));
    else if (memcmp(count->sum, seen->sum, sizeof seen->sum) != 0)
        found(c, v, where, "has other rows than by its sealed count: some are of an earlier time");
}

static struct status verify_rows(struct vault *v, const struct vault_table *t, struct check *c,
                                 struct vault_count *seen)
{
    struct row r = { .cells = ARENA_ARRAY(v->arena, struct vault_cell, t->n_columns + 1) };
    sqlite3_stmt *q;
    int result;
    TRY(select_rows(v, t, "", &q));
    while ((result = sqlite3_step(q)) == SQLITE_ROW) {
        memset(r.tag, 0, sizeof r.tag);
        check_row(c, v, t, q, &r);
        vault_count_add(seen, r.tag);
    }
    sqlite3_finalize(q);
    return result == SQLITE_DONE ? OK : failed(v, "read");
}

struct status vault_verify(struct vault *v, const struct vault_table *t,
                           void (*tell)(const char *fault), uint64_t *faults, uint64_t *rows)
{
    struct check c = { .tell = tell };
    struct vault_count seen = { 0 }, count;
    if (sqlite3_exec(v->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(v->db, "PRAGMA integrity_check", check_file, &c, NULL) != SQLITE_OK)
        return failed(v, "read");
    int result = vault_read_count(v->db, t, &count);
    struct status st = verify_rows(v, t, &c, &seen);
    check_count(&c, v, t, &seen, result, &count);
    sqlite3_exec(v->db, "COMMIT", NULL, NULL, NULL);
    *faults = c.faults;
    *rows = (uint64_t)seen.rows;
    return st;
}

/* ---- audit ---- */

struct status vault_audit(struct vault *v, void (*tell)(const char *line))
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(v->db,
                           "SELECT time || ' ' || person || ' ' || action || ' ' || \"table\" || "
                           "' ' || row || ' ' || outcome FROM sluice_vault_audit ORDER BY number",
                           -1, &q, NULL) != SQLITE_OK)
        return failed(v, "read");
    int result;
    while ((result = sqlite3_step(q)) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(q, 0);
        tell(line ? line : "");
    }
    sqlite3_finalize(q);
    return result == SQLITE_DONE ? OK : failed(v, "read");
}
