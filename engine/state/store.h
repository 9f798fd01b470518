#ifndef STATE_STORE_H
#define STATE_STORE_H

/*
 * store.h: the state file of a run: named byte strings, replaced all together in one SQLite
 * transaction. A crash leaves either the old ones or the new ones. It stores bytes and does not ask
 * what they mean.
 */

#include "base/status.h"

struct store;

/* Opens the file, or makes it. Fails with IO: it cannot be opened, is no state file, is damaged, or another run
 * holds it; the message names it. The lock is held until store_close. */
struct status store_open(struct arena *a, const char *path, struct store **out) MUST_CHECK;
void store_close(struct store *s);
/* From now on all bytes are sealed with the key in use (base/secret), and what is read must be sealed with one that is
 * there. Fails with BAD_OPTION when there is no key. */
struct status store_seal(struct store *s) MUST_CHECK;
/* Whether anything was ever committed. */
bool store_is_empty(const struct store *s);
/* The bytes of a name; *found is false, and out empty, when there are none. */
struct status store_get(struct store *s, const char *name, struct buf *out, bool *found) MUST_CHECK;

/* A new set of names: begin, put each, commit. What fails is rolled back: the last committed set stays. */
struct status store_begin(struct store *s) MUST_CHECK;
struct status store_put(struct store *s, const char *name, const void *bytes,
                        size_t size) MUST_CHECK;
struct status store_commit(struct store *s) MUST_CHECK;
void store_rollback(struct store *s);

#endif
