#ifndef APP_ARCHIVE_COPY_H
#define APP_ARCHIVE_COPY_H

/*
 * archive_copy.h: rows of an archive with an index, for joins.
 *
 * The inner table of a join is asked for the rows of one key after the other. Reading all files for each of them would
 * take time in the square of the rows; so the second time that a table is asked in the same way, its rows go into a
 * temporary database, on the disk where it gets large, with an index on the key.
 */

#include <stdbool.h>
#include <stdint.h>

struct archive_copies;
struct archive_copy;
struct sqlite3_value;
struct sqlite3_stmt;

struct archive_copies *archive_copies_new(void);
void archive_copies_free(struct archive_copies *all);
/*
 * The copy for this way of asking (which columns, which key, which times), or NULL when it was never asked for before:
 * then a copy does not pay yet. *fresh: it is to be filled.
 */
struct archive_copy *archive_copies_get(struct archive_copies *all, const char *way, bool *fresh);
/* Makes the table: n columns of these types; key is the one with the index. SQLite's result codes. */
int archive_copy_begin(struct archive_copy *c, const char *const *declared, uint32_t n,
                       uint32_t key);
/* Binds the next row's columns from 1 on, then calls archive_copy_add. */
struct sqlite3_stmt *archive_copy_row(struct archive_copy *c);
int archive_copy_add(struct archive_copy *c);
int archive_copy_end(struct archive_copy *c);
/* Forgets what was filled in half. */
void archive_copy_drop(struct archive_copy *c);
/* The rows whose key equals the value, for the caller to step and finalise; NULL on a failure. */
struct sqlite3_stmt *archive_copy_find(struct archive_copy *c, struct sqlite3_value *key);

#endif
