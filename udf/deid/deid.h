#ifndef UDF_DEID_DEID_H
#define UDF_DEID_DEID_H

/*
 * deid.h: what the functions that take identities out share. NULL stays NULL (SLUICE_STRICT), an empty text stays
 * empty. No fault quotes a value: a fault is a row of the error stream, and there it would be in clear.
 */

#include "engine/sluice.h"

extern const struct sluice_package deid_pseudonym_package, deid_mask_package, deid_seal_package,
    deid_date_package, deid_place_package, deid_scrub_package;

static inline const struct sluice_str *deid_str(const struct sluice_call *c, uint32_t arg,
                                                uint32_t row)
{
    return &c->args[arg].str[sluice_at(&c->args[arg], row)];
}

static inline int64_t deid_i64(const struct sluice_call *c, uint32_t arg, uint32_t row)
{
    return c->args[arg].i64[sluice_at(&c->args[arg], row)];
}

/* The result of a row; the bytes stay the caller's when they are long. */
static inline void deid_give(struct sluice_call *c, uint32_t row, const char *p, size_t n)
{
    c->result->str[row] = sluice_str_view(p, n);
}

enum {
    DEID_HASH_BYTES = 32
};

/* Keyed BLAKE2b of a purpose and two texts, each with its length. False: there is no pseudonym key. */
bool deid_hash(const char *purpose, const struct sluice_str *first, const struct sluice_str *second,
               uint8_t out[DEID_HASH_BYTES]);
/* The same under a key of one's own; for known answers. */
void deid_hash_with(const uint8_t *key, const char *purpose, const struct sluice_str *first,
                    const struct sluice_str *second, uint8_t out[DEID_HASH_BYTES]);

/* Refuses to bind what needs a key that is not there. */
bool deid_needs(struct sluice_bind *b, enum sluice_key_use use);

/* Appends to `out`, which has room for deid_scrub_room(n) bytes, the text without what looks like an identifier; its
 * size. */
size_t deid_scrub_room(size_t n);
size_t deid_scrub(const char *p, size_t n, char *out);

#endif
