#ifndef IO_RECEIPTS_H
#define IO_RECEIPTS_H

/*
 * receipts.h: what was answered to bodies that named themselves with a key, so that one that comes again is known
 * (draft-ietf-httpapi-idempotency-key-header). The last RECEIPTS_MAX keys are kept, as hashes.
 */

#include "data/snap.h"

enum {
    RECEIPTS_MAX = 10000
};

struct receipt {
    uint64_t key[2];
    uint64_t print; /* of the body */
    uint32_t records;
};

struct receipts;

struct receipts *receipts_new(void);
void receipts_free(struct receipts *r);
/* The receipt of a key and a body, for `records`. */
struct receipt receipt_of(struct str key, struct str body, uint32_t records);

enum receipt_match {
    RECEIPT_NEW,
    RECEIPT_UNDER_WAY, /* such a body is being written */
    RECEIPT_SAME,      /* *records: what it was answered */
    RECEIPT_OTHER      /* the key was another body's */
};
enum receipt_match receipts_find(const struct receipts *r, const struct receipt *body,
                                 uint32_t *records);
/* Keeps a new receipt: first as one under way, if so. The oldest one goes. */
void receipts_add(struct receipts *r, const struct receipt *body, bool under_way);
/* What becomes of one under way: the body was taken, or its receipt is forgotten. */
void receipts_settle(struct receipts *r, const struct receipt *body, bool taken);

void receipt_save(struct snap_writer *w, const struct receipt *body);
struct receipt receipt_load(struct snap_reader *r);
/* All, the oldest first, but those under way. */
void receipts_save(const struct receipts *r, struct snap_writer *w);
/* Adds those that were saved. */
void receipts_load(struct receipts *r, struct snap_reader *from);

#endif
