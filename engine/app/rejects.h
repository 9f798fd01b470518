#ifndef APP_REJECTS_H
#define APP_REJECTS_H

/*
 * rejects.h: records of sources with PERSONAL columns that were refused. Their bytes may stand in no error row: they
 * go, sealed, into the table of rejects of the application's first vault. Without a vault they go into no place and are
 * counted.
 *
 * A reject is told by its source, its number among those of the source, and its bytes. A run that goes on from its
 * state file counts on from there, so that what is read again replaces itself.
 */

#include "exec/graph.h"
#include "io/sink.h"

struct rejects;

/* NULL when no column is PERSONAL. Plan and arena outlive it; nothing is opened before the first reject. */
struct rejects *rejects_new(struct arena *a, const struct app_plan *plan);
/* Goes on counting where another one of the same sources, by their names, has come to. */
void rejects_go_on(struct rejects *r, const struct rejects *before);
/* Says at the start which sources' records will be lost. */
void rejects_warn(const struct rejects *r);
/* graph_config.reject with `arg` a struct rejects *. What fails is kept for rejects_flush. */
void rejects_take(void *arg, const struct error_reject *reject);
/* How many there were in this run; any thread. */
uint64_t rejects_count(const struct rejects *r);
/* What was taken goes to the vault; a transaction ends when it is old enough. */
struct status rejects_advance(struct rejects *r, rowtime bound) MUST_CHECK;
/* The same, into its file. */
struct status rejects_flush(struct rejects *r) MUST_CHECK;
/* Flushes, and writes the numbers from which rejects_restore goes on. */
struct status rejects_save(struct rejects *r, struct snap_writer *w) MUST_CHECK;
struct status rejects_restore(struct rejects *r, struct snap_reader *in) MUST_CHECK;
/* Flushes, closes, and tells how many there were and where they are. NULL: does nothing, as all of them. */
struct status rejects_close(struct rejects *r) MUST_CHECK;

#endif
