/* database.c: databases by their path, their transactions, and waiting for room and locks. */

#include "io/database.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/thread.h"
#include "time/clock.h"

struct held {
    struct table_writer *writer;
    struct batch        *rows;
};

struct database {
    struct database *next;
    char            *path; /* its real path */
    sqlite3         *db;
    uint32_t         users;
    bool             open; /* a transaction is */
    int64_t          begun_ms;
    uint64_t         n_rows; /* of the transaction */
    struct held     *held;
    size_t           n_held, cap_held;
};

static struct database *databases;
static pthread_mutex_t  databases_lock = PTHREAD_MUTEX_INITIALIZER;

sqlite3 *database_handle(const struct database *d)
{
    return d->db;
}

struct status database_failed(const struct database *d, const struct output *o, const char *verb)
{
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at, "cannot %s %s of %s: %s", verb,
                      o->path, o->endpoint->name, sqlite3_errmsg(d->db));
}

/* ---- opening ---- */

static struct database *find(const char *path)
{
    struct database *d = databases;
    while (d && strcmp(d->path, path) != 0) d = d->next;
    return d;
}

static struct status connect(struct output *o, const char *path, struct database *d)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &d->db, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(d->db, "PRAGMA schema_version", NULL, NULL, NULL) == SQLITE_NOTADB)
        return database_failed(d, o, "open");
    sqlite3_busy_timeout(d->db, DATABASE_MS);
    d->path = realpath(path, NULL);
    return d->path ? OK : output_failed(o, "open", path);
}

static void free_database(struct database *d)
{
    sqlite3_close(d->db);
    free(d->path);
    mem_free(d->held);
    mem_free(d);
}

static struct status open_locked(struct output *o, const char *path, struct database **out)
{
    char *real = realpath(path, NULL);
    struct database *d = real ? find(real) : NULL;
    free(real);
    struct status st = OK;
    if (!d) {
        d = mem_calloc(1, sizeof *d);
        st = connect(o, path, d);
        if (st.err != ERR_NONE) {
            free_database(d);
            return st;
        }
        d->next = databases;
        databases = d;
    }
    d->users++;
    *out = d;
    return OK;
}

struct status database_open(struct output *o, const char *path, struct database **out)
{
    pthread_mutex_lock(&databases_lock);
    struct status st = open_locked(o, path, out);
    pthread_mutex_unlock(&databases_lock);
    return st;
}

static void let_go(struct database *d)
{
    for (size_t i = 0; i < d->n_held; i++) batch_release(d->held[i].rows);
    d->n_held = 0;
    d->n_rows = 0;
}

void database_close(struct database *d)
{
    if (!d) return;
    pthread_mutex_lock(&databases_lock);
    if (--d->users == 0) {
        struct database **at = &databases;
        while (*at != d) at = &(*at)->next;
        *at = d->next;
        let_go(d);
        free_database(d);
    }
    pthread_mutex_unlock(&databases_lock);
}

/* ---- transactions ---- */

static int begin(struct database *d)
{
    int result = sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    d->open = result == SQLITE_OK;
    d->begun_ms = clock_steady_ms();
    return result;
}

static void reset_writers(struct database *d)
{
    for (size_t i = 0; i < d->n_held; i++) {
        struct table_writer *w = d->held[i].writer;
        if (w->reset) w->reset(w);
    }
}

static void roll_back(struct database *d)
{
    if (!sqlite3_get_autocommit(d->db)) sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    d->open = false;
    reset_writers(d);
}

/* Rows held from `from` on, in a transaction that is begun when none is open (then all of them). */
static int insert_held(struct database *d, size_t from)
{
    if (!d->open) {
        int result = begin(d);
        if (result != SQLITE_OK) return result;
        from = 0;
    }
    for (size_t i = from; i < d->n_held; i++) {
        int result = d->held[i].writer->insert(d->held[i].writer, d->held[i].rows);
        if (result != SQLITE_OK) return result;
    }
    return SQLITE_OK;
}

/* What may pass: locks of others, and no room. */
static bool may_pass(int result)
{
    result &= 0xff;
    return result == SQLITE_BUSY || result == SQLITE_LOCKED || result == SQLITE_FULL ||
           result == SQLITE_IOERR || result == SQLITE_CANTOPEN;
}

/* After a failure: rolled back, waited. False: there is no use. */
static bool waits(struct database *d, struct output *o, int result, bool *told)
{
    const char *why = sqlite3_errstr(result);
    roll_back(d);
    return may_pass(result) && output_try_later(o, o->path, why, told);
}

struct status database_insert(struct database *d, struct table_writer *w, const struct batch *rows)
{
    if (batch_live(rows) == 0) return OK;
    if (d->n_held == d->cap_held) {
        d->cap_held = d->cap_held ? d->cap_held * 2 : 16;
        d->held = mem_realloc(d->held, d->cap_held * sizeof *d->held);
    }
    d->held[d->n_held++] = (struct held){ w, batch_retain((struct batch *)rows) };
    d->n_rows += batch_live(rows);
    bool told = false;
    int  result;
    while ((result = insert_held(d, d->n_held - 1)) != SQLITE_OK) {
        struct status st = database_failed(d, w->output, "write");
        if (waits(d, w->output, result, &told)) continue;
        batch_release(d->held[--d->n_held].rows); /* those before it may still be written */
        return st;
    }
    output_tell_success(w->output, w->output->path, told);
    return d->n_rows >= DATABASE_ROWS ? database_commit(d, w->output) : OK;
}

static int commit(struct database *d)
{
    if (!d->open) {
        int result = insert_held(d, 0);
        if (result != SQLITE_OK) return result;
    }
    for (size_t i = 0; i < d->n_held; i++) {
        struct table_writer *w = d->held[i].writer;
        int result = w->finish ? w->finish(w) : SQLITE_OK;
        if (result != SQLITE_OK) return result;
    }
    return sqlite3_exec(d->db, "COMMIT", NULL, NULL, NULL);
}

struct status database_commit(struct database *d, struct output *o)
{
    if (d->n_held == 0) return OK;
    bool told = false;
    int  result;
    while ((result = commit(d)) != SQLITE_OK) {
        struct status st = database_failed(d, o, "write");
        if (!waits(d, o, result, &told)) return st;
    }
    d->open = false;
    output_tell_success(o, o->path, told);
    reset_writers(d);
    let_go(d);
    return OK;
}

struct status database_tick(struct database *d, struct output *o)
{
    return d->open && clock_steady_ms() - d->begun_ms >= DATABASE_MS ? database_commit(d, o) : OK;
}

struct status database_run(struct database *d, struct output *o, const char *sql)
{
    TRY(database_commit(d, o));
    bool told = false;
    int  result;
    while ((result = sqlite3_exec(d->db, sql, NULL, NULL, NULL)) != SQLITE_OK) {
        struct status st = database_failed(d, o, "write");
        if (!waits(d, o, result, &told)) return st;
    }
    output_tell_success(o, o->path, told);
    return OK;
}
