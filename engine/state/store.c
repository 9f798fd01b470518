/*
 * store.c: a state file in SQLite (https://www.sqlite.org/lang_transaction.html).
 *
 * One table of names and bytes, each with a checksum, as a disk may give back what was not written. The file is
 * opened exclusively, so that two runs cannot share it, and every commit is synchronised to the disk.
 *
 * Sealed bytes are a mark, the id of the key with its length before it, and the sealed text, to which the name is
 * bound.
 */

#include "state/store.h"

#include <sqlite3.h>
#include <string.h>

#include "base/secret.h"

/* "SlSt": tells a state file from other databases; the version is that of the table. */
enum {
    APPLICATION_ID = 0x536c5374,
    VERSION = 2
};

struct store {
    struct arena *arena; /* of messages */
    const char *path;
    sqlite3 *db;
    bool empty;
    bool sealed; /* its bytes are */
};

static const char sealed_mark[] = "\1sealed\1";
enum {
    MARK_BYTES = sizeof sealed_mark - 1
};

static struct status failed(const struct store *s, const char *verb)
{
    int code = sqlite3_errcode(s->db);
    struct status st = status_new(s->arena, ERR_IO, SPAN_NONE, "cannot %s the state file %s: %s",
                                  verb, s->path, sqlite3_errmsg(s->db));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        return status_with_hint(
            st,
            "another run of Sluice seems to use it: stop that one, or give this one another file");
    }
    if (code == SQLITE_FULL || code == SQLITE_IOERR) {
        int cause = sqlite3_system_errno(s->db);
        return status_with_hint(
            st,
            str_format_c(s->arena, "%s%smake room and start again: the last checkpoint is whole",
                         cause ? strerror(cause) : "", cause ? "; " : ""));
    }
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
        return status_with_hint(st, "restore it from a copy, or remove it to begin anew");
    }
    return st;
}

static struct status run_sql(struct store *s, const char *sql, const char *verb)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : failed(s, verb);
}

static struct status get_int(struct store *s, const char *sql, int64_t *out)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK ||
        sqlite3_step(q) != SQLITE_ROW) {
        struct status st = failed(s, "read");
        sqlite3_finalize(q);
        return st;
    }
    *out = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return OK;
}

static struct status make_table(struct store *s)
{
    char sql[256];
    sqlite3_snprintf(
        sizeof sql, sql,
        "PRAGMA application_id = %d; PRAGMA user_version = %d;"
        "CREATE TABLE state (name TEXT PRIMARY KEY, checksum INTEGER NOT NULL, bytes BLOB NOT NULL)"
        " WITHOUT ROWID",
        APPLICATION_ID, VERSION);
    return run_sql(s, sql, "make");
}

/* The file is ours and of a version that we know; a new one is made so. */
static struct status check_file(struct store *s)
{
    int64_t id = 0, version = 0, tables = 0, rows = 0;
    TRY(get_int(s, "PRAGMA application_id", &id));
    TRY(get_int(s, "PRAGMA user_version", &version));
    TRY(get_int(s, "SELECT count(*) FROM sqlite_master", &tables));
    s->empty = true;
    if (tables == 0) return make_table(s);
    if (id != APPLICATION_ID) {
        struct status st = status_new(s->arena, ERR_IO, SPAN_NONE,
                                      "%s is an SQLite database, but no state file", s->path);
        return status_with_hint(st, "give --state a file of its own");
    }
    if (version != VERSION) {
        return status_new(s->arena, ERR_IO, SPAN_NONE,
                          "the state file %s has version %lld, this program reads version %d",
                          s->path, (long long)version, VERSION);
    }
    TRY(get_int(s, "SELECT count(*) FROM state", &rows));
    s->empty = rows == 0;
    return OK;
}

struct status store_open(struct arena *a, const char *path, struct store **out)
{
    struct store *s = ARENA_NEW(a, struct store);
    s->arena = a;
    s->path = arena_dup(a, path, strlen(path) + 1);
    struct status st = OK;
    if (sqlite3_open(path, &s->db) != SQLITE_OK) st = failed(s, "open");
    /* the lock is taken by the first write and kept; a full disk or a crash leaves the last commit */
    if (st.err == ERR_NONE) {
        st = run_sql(
            s,
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE;"
            "PRAGMA synchronous = FULL;"
            "BEGIN EXCLUSIVE; COMMIT",
            "open");
    }
    if (st.err == ERR_NONE) st = check_file(s);
    if (st.err == ERR_NONE) *out = s;
    else store_close(s);
    return st;
}

void store_close(struct store *s)
{
    if (!s) return;
    sqlite3_close(s->db);
    s->db = NULL;
}

bool store_is_empty(const struct store *s)
{
    return s->empty;
}

static int64_t checksum(const char *name, const void *bytes, size_t size)
{
    return (int64_t)hash_bytes(bytes, size, hash_bytes(name, strlen(name), 0));
}

static struct status damaged(const struct store *s, const char *name)
{
    struct status st =
        status_new(s->arena, ERR_IO, SPAN_NONE,
                   "the state file %s is damaged: the bytes of \"%s\" are not those that were "
                   "written",
                   s->path, name);
    return status_with_hint(st, "restore it from a copy, or remove it to begin anew");
}

/* ---- sealing ---- */

struct status store_seal(struct store *s)
{
    if (!secret_key(SECRET_SEAL, NULL)) {
        struct status st = status_new(s->arena, ERR_BAD_OPTION, SPAN_NONE,
                                      "the state file %s of an application with PERSONAL columns "
                                      "is sealed, and there is no sealing key",
                                      s->path);
        return status_with_hint(st, "--keys FILE or the variable SLUICE_KEYS gives one");
    }
    s->sealed = true;
    return OK;
}

static void seal(const char *name, const void *bytes, size_t size, struct buf *out)
{
    const struct secret_key *key = secret_key(SECRET_SEAL, NULL);
    size_t id_size = strlen(key->id);
    buf_append(out, sealed_mark, MARK_BYTES);
    buf_append_char(out, (char)id_size);
    buf_append(out, key->id, id_size);
    secret_seal(key, str_c(name), str_view(bytes, size), out);
}

static struct status refuse_sealed(const struct store *s, bool sealed)
{
    const char *what = sealed ? "is sealed, and the application has no PERSONAL columns"
                              : "is not sealed, and the application has PERSONAL columns";
    struct status st = status_new(s->arena, ERR_BAD_OPTION, SPAN_NONE, "the state file %s %s",
                                  s->path, what);
    return status_with_hint(
        st, "run the application that the state is of, or begin anew with another state file");
}

/* The bytes of `sealed`, appended to out. */
static struct status unseal(struct store *s, const char *name, const struct buf *sealed,
                            struct buf *out)
{
    bool marked = sealed->len > MARK_BYTES && memcmp(sealed->data, sealed_mark, MARK_BYTES) == 0;
    size_t id_size = marked ? (unsigned char)sealed->data[MARK_BYTES] : 0;
    size_t text_at = MARK_BYTES + 1 + id_size;
    if (!marked) return refuse_sealed(s, false);
    char id[SECRET_ID_MAX + 1] = { 0 };
    if (id_size > SECRET_ID_MAX || text_at > sealed->len) return damaged(s, name);
    memcpy(id, sealed->data + MARK_BYTES + 1, id_size);
    const struct secret_key *key = secret_key(SECRET_SEAL, id);
    if (!key) {
        return status_new(s->arena, ERR_BAD_OPTION, SPAN_NONE,
                          "the state file %s is sealed with the key \"%s\", which is not there",
                          s->path, id);
    }
    struct str text = str_view(sealed->data + text_at, sealed->len - text_at);
    return secret_open(key, str_c(name), text, out) ? OK : damaged(s, name);
}

static struct status read_bytes(struct store *s, const char *name, struct buf *out, bool *found)
{
    sqlite3_stmt *q = NULL;
    buf_clear(out);
    *found = false;
    if (sqlite3_prepare_v2(s->db, "SELECT bytes, checksum FROM state WHERE name = ?", -1, &q,
                           NULL) != SQLITE_OK)
        return failed(s, "read");
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    int result = sqlite3_step(q);
    if (result == SQLITE_ROW) {
        *found = true;
        buf_append(out, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    }
    struct status st = result == SQLITE_ROW || result == SQLITE_DONE ? OK : failed(s, "read");
    if (*found && checksum(name, out->data, out->len) != sqlite3_column_int64(q, 1))
        st = damaged(s, name);
    sqlite3_finalize(q);
    return st;
}

struct status store_get(struct store *s, const char *name, struct buf *out, bool *found)
{
    struct buf bytes = { 0 };
    struct status st = read_bytes(s, name, s->sealed ? &bytes : out, found);
    if (s->sealed) buf_clear(out);
    if (st.err == ERR_NONE && *found && s->sealed) st = unseal(s, name, &bytes, out);
    bool marked = !s->sealed && *found && out->len > MARK_BYTES &&
                  memcmp(out->data, sealed_mark, MARK_BYTES) == 0;
    buf_free(&bytes);
    return st.err == ERR_NONE && marked ? refuse_sealed(s, true) : st;
}

struct status store_begin(struct store *s)
{
    return run_sql(s, "BEGIN; DELETE FROM state", "write");
}

static struct status write_bytes(struct store *s, const char *name, const void *bytes,
                                 size_t size)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, "INSERT INTO state VALUES (?, ?, ?)", -1, &q, NULL) != SQLITE_OK)
        return failed(s, "write");
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, checksum(name, bytes, size));
    sqlite3_bind_blob64(q, 3, size ? bytes : "", size, SQLITE_STATIC);
    struct status st = sqlite3_step(q) == SQLITE_DONE ? OK : failed(s, "write");
    sqlite3_finalize(q);
    return st;
}

struct status store_put(struct store *s, const char *name, const void *bytes, size_t size)
{
    if (!s->sealed) return write_bytes(s, name, bytes, size);
    struct buf sealed = { 0 };
    seal(name, size ? bytes : "", size, &sealed);
    struct status st = write_bytes(s, name, sealed.data, sealed.len);
    buf_free(&sealed);
    return st;
}

struct status store_commit(struct store *s)
{
    struct status st = run_sql(s, "COMMIT", "write");
    if (st.err == ERR_NONE) s->empty = false;
    return st;
}

void store_rollback(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}
