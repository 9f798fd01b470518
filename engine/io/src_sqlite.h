#ifndef IO_SRC_SQLITE_H
#define IO_SRC_SQLITE_H

/* src_sqlite.h: sqlite:PATH?table=T as rows of a schema. Columns are found by name; values convert as those of JSON do. */

#include "io/decode.h"
#include "io/source.h"

/* Reads the whole table, in rowid order, and hands batches to `rows`, which takes them over. Fails with UNREACHABLE: no such file,
 * table or column. */
struct status sqlite_read_table(struct arena *a, const struct io_endpoint *e, const struct decode_config *config,
                                struct status (*rows)(void *arg, struct decoded *decoded), void *arg) MUST_CHECK;

#endif
