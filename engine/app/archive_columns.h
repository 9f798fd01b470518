#ifndef APP_ARCHIVE_COLUMNS_H
#define APP_ARCHIVE_COLUMNS_H

/* archive_columns.h: which columns an archive's records have, from samples of its files. */

#include "app/archive_files.h"
#include "data/schema.h"

struct archive_columns {
    struct schema schema; /* BIGINT, DOUBLE or VARCHAR: what the sampled values fit into */
    struct schema texts;  /* the same columns, all VARCHAR: takes every record that is one */
    const char  **declared; /* SQLite's words for them: INTEGER, REAL, TEXT, BOOLEAN and NUMERIC (read as texts) */
    uint64_t      bytes;  /* of the sampled records, ... */
    uint64_t      records;
};

/*
 * Columns of JSON records are their members, in the order in which they appear first; of delimited text its fields,
 * named by the first line (header) or COL_0, COL_1 and so on. names, if it has any, are the columns instead. Names
 * that differ only in case get _2, _3 and so on, as SQLite cannot tell them apart; the name DELIVERED is taken.
 * A file that cannot be read is passed over here: who reads its rows is told.
 */
struct status archive_columns_find(struct arena *a, const struct archive_files *files, bool header,
                                   const struct str *names, uint32_t n_names,
                                   struct archive_columns *out) MUST_CHECK;

#endif
