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

/* ---- by key ---- */

/* A database that is asked for rows by the columns `key` of the schema. */
struct sqlite_rows;

/* Opens it and finds the table and its columns; fails as sqlite_read_table does. Closed with the arena. */
struct status sqlite_rows_open(struct arena *a, const struct io_endpoint *e,
                               const struct decode_config *config, const uint32_t *key,
                               uint32_t n_key, struct sqlite_rows **out) MUST_CHECK;
/* Hands over the rows of n keys, some at a time; key i stands in rows[i] of `keys`. A file that was put in the place of
 * the one that is open is asked from then on. Messages live in `messages`. */
struct status sqlite_rows_ask(struct sqlite_rows *r, struct arena *messages,
                              const struct vector *keys, const uint32_t *rows, uint32_t n,
                              struct status (*take)(void *arg, struct decoded *decoded),
                              void *arg) MUST_CHECK;

#endif
