#ifndef APP_ARCHIVE_TABLE_H
#define APP_ARCHIVE_TABLE_H

/* archive_table.h: an archive as a virtual table of SQLite. */

#include "app/archive_rows.h"

struct sqlite3;
struct archive_copies;

struct archive_table {
    struct arena *arena; /* as long as the archive */
    const char *name, *place;
    bool header;
    struct archive_files files; /* all of them, as they were when the table was added */
    struct archive_columns columns;
    struct archive_losses losses;
    uint64_t bytes; /* of the files */
    struct archive_copies *copies;
    struct status failed; /* of the last scan that did not come to its end */
};

/* Makes CREATE VIRTUAL TABLE ... USING archive(n) known; tables[n] lives at least as long as the connection. */
int archive_table_register(struct sqlite3 *db, struct archive_table **tables);

#endif
