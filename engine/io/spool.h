#ifndef IO_SPOOL_H
#define IO_SPOOL_H

/*
 * spool.h: bodies that were answered and are not in a checkpoint yet, in a folder of segments.
 *
 * The bodies of a source, one behind the other, make up one long text; a place in it is a number of bytes from its
 * beginning, which no restart sets back. An entry is a body with the place where it begins. Entries are gathered and
 * reach the disk together; until then nobody may be told that a body was taken. A segment is named by the place where
 * it begins; it goes when a checkpoint covers all of it.
 *
 * Sealed, entries are sealed with the key in use (base/secret), each bound to the source and its place.
 */

#include "base/status.h"
#include "io/receipts.h"

struct spool;

struct spool_config {
    const char *folder; /* made when it is not there; its parent is */
    const char *name;   /* of the source */
    struct span at;
    bool sealed;
};

/* Reads what an earlier run left; its receipts are added to `receipts`. What stands behind the last whole entry was
 * never answered. Fails with IO: the folder cannot be read, or is damaged; with BAD_OPTION: it is sealed with a key
 * that is not there, or is (not) sealed and should not (should) be. Messages live in a. */
struct status spool_open(struct arena *a, const struct spool_config *config,
                         struct receipts *receipts, struct spool **out) MUST_CHECK;
void spool_close(struct spool *s);

/* Where the first body that is there begins, and where the next one will. */
uint64_t spool_start(const struct spool *s);
uint64_t spool_end(const struct spool *s);

/* ---- reading what was there at the start, in one thread ---- */

/* Reading goes on from there, where a body *begins, or not; behind the end nothing is left to be read, and the next
 * body begins no earlier. False: what was there has gone. */
bool spool_seek(struct spool *s, uint64_t place, bool *begins);
/* The body, or the rest of it, from the place where reading goes on: *start. *found false: all were read. Before
 * spool_add begins, or of what was there when it did. */
struct status spool_read(struct spool *s, struct buf *body, uint64_t *start, bool *whole,
                         bool *found) MUST_CHECK;

/* ---- writing, in one thread ---- */

/* Gathers an entry; receipt: its own, or NULL. Returns the place where the body begins. */
uint64_t spool_add(struct spool *s, struct str body, const struct receipt *receipt);
/* Whether the next spool_sync begins a segment. */
bool spool_turns(const struct spool *s);
/* All that was gathered is on the disk; false: nothing of it, and errno says why. `receipts`, as receipts_save has
 * them, are written where a segment begins, because those before it go. */
bool spool_sync(struct spool *s, struct str receipts);
/* A checkpoint goes on from this place: what stands before it is removed, segment by segment. */
void spool_cover(struct spool *s, uint64_t place, struct str receipts);

#endif
