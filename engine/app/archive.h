#ifndef APP_ARCHIVE_H
#define APP_ARCHIVE_H

/*
 * archive.h: delivered folders as tables of SQLite, and queries over them.
 *
 * Every record is a row, every member of the records (field, for delimited text) a column. The hidden column DELIVERED
 * is the time of the folder that a record was delivered into, as text ('2018-03-18 03:00:00'): it is there when it is
 * named, and a comparison with it keeps other folders closed. A table none of whose folders tells a time has none.
 */

#include "base/status.h"

struct archive;
struct archive_query;

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_DOUBLE, CELL_TEXT, CELL_BLOB };

/* One value; its bytes last until the next step. */
struct cell {
    enum cell_kind kind;
    int64_t        integer;
    double         number;
    const char    *text; /* TEXT and BLOB */
    size_t         size;
};

/* a: for everything that lasts as long as the archive, messages too. */
struct status archive_open(struct arena *a, struct archive **out) MUST_CHECK;
/*
 * Adds a table: "NAME=PLACE" or "NAME(COLUMN, ...)=PLACE", where the place is a folder or a file, with file: or dir:
 * before it or without. header: the first line of delimited text names the columns. Fails with USAGE, BAD_URL,
 * DUPLICATE_NAME or UNREACHABLE.
 */
struct status archive_add(struct archive *x, const char *setting, bool header) MUST_CHECK;
void archive_close(struct archive *x);

/* One SELECT. Fails with SYNTAX, in SQLite's words; statements that would change something are refused. */
struct status archive_ask(struct archive *x, const char *sql,
                          struct archive_query **out) MUST_CHECK;
uint32_t archive_query_columns(const struct archive_query *q);
const char *archive_query_name(const struct archive_query *q, uint32_t column);
/* The next row; *more is false behind the last one. Fails with UNREACHABLE or DATA. */
struct status archive_query_step(struct archive_query *q, bool *more) MUST_CHECK;
struct cell archive_query_cell(const struct archive_query *q, uint32_t column);
void archive_query_done(struct archive_query *q);
/* Ends a step that runs, from a signal handler. */
void archive_stop(struct archive *x);

/* Records of table number `table` that could not be read so far, and the first reason; NULL: there is no such table. */
const char *archive_table(const struct archive *x, uint32_t table, uint64_t *lost,
                          const char **reason);

#endif
