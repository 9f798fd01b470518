#ifndef IO_DATABASE_H
#define IO_DATABASE_H

/*
 * database.h: one SQLite database that sinks of a run write to. Sinks that name the same file share its connection and
 * its transaction, so that they do not lock each other out.
 *
 * Rows are inserted as they come and committed every so often; until then their batches are held. When the disk is full
 * or somebody else holds the database, what was not committed is rolled back, waited with, and inserted again: nothing
 * is lost, and memory is bounded by DATABASE_ROWS. One thread at a time may use a database.
 */

#include "io/output.h"

enum {
    DATABASE_ROWS = 10000, /* a transaction ends with this many rows, ... */
    DATABASE_MS = 1000     /* ... or when it is that old */
};

struct database;
struct sqlite3;

/* A sink's side of a database. All return SQLite's result codes. */
struct table_writer {
    struct output *output;
    int (*insert)(struct table_writer *w, const struct batch *rows);
    int (*finish)(struct table_writer *w); /* before a commit; NULL: nothing */
    void (*reset)(struct table_writer *w); /* after a commit or a rollback; NULL: nothing */
};

/* The database at the path, made when it is not there. Fails with UNREACHABLE. */
struct status database_open(struct output *o, const char *path, struct database **out) MUST_CHECK;
/* One of its sinks is done; what is not committed is rolled back by the last one. */
void     database_close(struct database *d);
struct sqlite3 *database_handle(const struct database *d);

/* A failure of SQLite, to `verb` the table of the sink. */
struct status database_failed(const struct database *d, const struct output *o, const char *verb);
/* Runs one statement without results, waiting like all others. */
struct status database_run(struct database *d, struct output *o, const char *sql) MUST_CHECK;
/* The writer's rows become part of the transaction. */
struct status database_insert(struct database *d, struct table_writer *w,
                              const struct batch *rows) MUST_CHECK;
/* Ends a transaction that is old enough. */
struct status database_tick(struct database *d, struct output *o) MUST_CHECK;
/* Everything inserted so far is in the file. */
struct status database_commit(struct database *d, struct output *o) MUST_CHECK;

#endif
