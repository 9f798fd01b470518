#ifndef APP_ARCHIVE_ROWS_H
#define APP_ARCHIVE_ROWS_H

/* archive_rows.h: the records of an archive's files, one after the other, with only the columns that are asked for. */

#include "app/archive_columns.h"
#include "data/batch.h"

/* Records that could not be read: left out, counted (by the scan that met most of them), the first one told. */
struct archive_losses {
    uint64_t    count;
    const char *first; /* file and reason; in the arena */
    struct arena *arena;
};

struct archive_rows;

/* Rows of the files; all arguments but needed (of columns->schema.n_columns) outlive them. */
struct archive_rows *archive_rows_new(const struct archive_files *files,
                                      const struct archive_columns *columns, const bool *needed,
                                      bool header, struct archive_losses *losses);
/*
 * Goes to the next row. False: there is none, or *st has failed: a file cannot be read, or is damaged.
 * The row is then number *row of *batch, which belongs to the rows; its columns are of the types of
 * columns->schema, or all VARCHAR.
 */
bool archive_rows_next(struct archive_rows *r, const struct batch **batch, uint32_t *row,
                       struct status *st);
/* The time of the folder that the row's file is in; NULL: it has none. */
const char *archive_rows_delivered(const struct archive_rows *r);
void archive_rows_free(struct archive_rows *r);

#endif
