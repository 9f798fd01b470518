#ifndef IO_SRC_SQLITE_H
#define IO_SRC_SQLITE_H

/* src_sqlite.h: sqlite:PATH?table=T: the rows of a table or view, for reference tables. */

#include "io/decode.h"
#include "io/source.h"

/*
 * Reads the table that the endpoint names and hands its rows to `rows`, a batch at a time; of `decoded`, the
 * batch is the callee's to release. Columns are found by name (the one member of their path), in the same
 * case or else in another. Values convert as those of JSON records do: integers and reals as numbers, texts
 * as strings, blobs as they are into binary columns. A row that does not convert is among the faults, whose
 * texts are empty. Fails when the file, the table or a column is not there (UNREACHABLE, UNKNOWN_RELATION,
 * UNKNOWN_COLUMN, with the nearest name as hint), when the file is damaged (IO), and when `rows` does.
 */
struct status sqlite_read_table(struct arena *a, const struct io_endpoint *e,
                                const struct decode_config *config,
                                struct status (*rows)(void *arg, struct decoded *decoded),
                                void *arg) MUST_CHECK;

#endif
