#ifndef BASE_SECRET_H
#define BASE_SECRET_H

/*
 * secret.h: the process's keys, and what is done with them.
 *
 * Keys come from a file that nobody else may read, or from the environment variable SLUICE_KEYS. A line a key:
 *
 *     pseudonym p1      64 hexadecimal digits     one; pseudonyms, date shifts and row hashes come from it
 *     seal      2026-11 64 hexadecimal digits     any number; the last one seals, all of them open
 *
 * Keys lie in locked memory that core dumps leave out, stay where they are until the process ends, and are never part
 * of a message. Any thread may ask for one at any time.
 */

#include "base/status.h"

enum {
    SECRET_KEY_BYTES = 32,
    SECRET_ID_MAX = 32, /* letters, digits, - _ . */
    SECRET_KEYS_MAX = 64,
    SECRET_HASH_BYTES = 32,
    SECRET_SEAL_EXTRA = 24 + 16 /* a sealed text is longer by a nonce and a tag */
};

enum secret_use {
    SECRET_PSEUDONYM,
    SECRET_SEAL
};

struct secret_key {
    char id[SECRET_ID_MAX + 1];
    enum secret_use use;
    const uint8_t *bytes; /* SECRET_KEY_BYTES */
};

/* ---- the ring ---- */

/* Takes SLUICE_KEYS out of the environment, so that children do not see it. Before threads start. */
struct status secret_take_environment(struct arena *a) MUST_CHECK;
/* The keys of a file. Fails with BAD_OPTION when others may read it, or a line is not of the form; keys that are there
 * already stay. */
struct status secret_load(struct arena *a, const char *path) MUST_CHECK;
/* A crash of this process leaves no memory on the disk: done with the first key, and by who handles PERSONAL values. */
void secret_no_core_dumps(void);
/* Published keys for tests: everybody knows them. */
void secret_use_test_keys(void);
/* Forgets all keys; for tests, when nobody holds one. */
void secret_forget(void);
/* The file is read again before the next key is asked for. Called from a signal handler. */
void secret_reload_soon(void);
/* From now on secret_refusal says when there is no key. */
void secret_require(void);
/* NULL: functions with this key can run, or nothing is run at all; else one sentence. */
const char *secret_refusal(enum secret_use use);

/* The key with that id, or for NULL the one in use; NULL: there is none. */
const struct secret_key *secret_key(enum secret_use use, const char *id);

/* Makes a key file (mode 0600) with one random key of each use; fails when it is there. */
struct status secret_create_file(struct arena *a, const char *path) MUST_CHECK;
/* Adds a random sealing key to the file, whose id is new, and loads it. */
struct status secret_add_key(struct arena *a, const char *path) MUST_CHECK;

/* ---- hashing: keyed BLAKE2b (RFC 7693) ---- */

/* Parts are hashed with their lengths, so that no two lists of parts look alike. At most SECRET_HASH_BYTES out. */
void secret_hash(const struct secret_key *key, const char *domain, const struct str *parts,
                 size_t n_parts, uint8_t *out, size_t size);

/* ---- sealing: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) ---- */

/* Appends nonce, ciphertext and tag. `bound` is not stored, but without the same bytes the text does not open. */
void secret_seal(const struct secret_key *key, struct str bound, struct str text, struct buf *out);
/* Appends the text. False, and nothing appended: another key, another place, or changed bytes. */
bool secret_open(const struct secret_key *key, struct str bound, struct str sealed,
                 struct buf *out);
/* Bytes that nobody can foretell. */
void secret_random(void *out, size_t size);
/* Whether two texts are the same, in a time that tells nothing about where they differ. */
bool secret_same(struct str a, struct str b);
/* Overwrites what must not stay in memory. */
void secret_wipe(void *p, size_t size);

#endif
