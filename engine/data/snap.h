#ifndef DATA_SNAP_H
#define DATA_SNAP_H

/*
 * snap.h: versioned bytes of an operator's state. What is written is asserted; what is read is input and is
 * checked: a reader that ran over the end or met damage is `failed` and gives zeros from then on, so that a caller
 * tests once, at its end, with snap_read_end.
 */

#include "data/batch.h"
#include "data/value.h"

struct snap_writer {
    struct buf out;
};

struct snap_reader {
    const char *p, *end;
    bool        failed;
};

void snap_u8(struct snap_writer *w, uint8_t v);
void snap_u32(struct snap_writer *w, uint32_t v);
void snap_u64(struct snap_writer *w, uint64_t v);
void snap_i64(struct snap_writer *w, int64_t v);
void snap_f64(struct snap_writer *w, double v);
void snap_str(struct snap_writer *w, struct str v);
void snap_bytes(struct snap_writer *w, const void *p, size_t n);
void snap_value(struct snap_writer *w, const struct value *v);
/* The live rows with their times, causes and paths. */
void snap_batch(struct snap_writer *w, const struct batch *b);

uint8_t  snap_read_u8(struct snap_reader *r);
uint32_t snap_read_u32(struct snap_reader *r);
uint64_t snap_read_u64(struct snap_reader *r);
int64_t  snap_read_i64(struct snap_reader *r);
double   snap_read_f64(struct snap_reader *r);
/* A count that must be followed by at least count * min_bytes bytes. */
uint32_t snap_read_count(struct snap_reader *r, size_t min_bytes);
/* A view into the snapshot. */
struct str snap_read_str(struct snap_reader *r);
bool snap_read_bytes(struct snap_reader *r, void *p, size_t n);
/* Strings are copied into a. */
void snap_read_value(struct snap_reader *r, struct arena *a, struct value *out);
/* NULL when damaged. */
struct batch *snap_read_batch(struct snap_reader *r, const struct type *types, uint32_t n_columns);
/* Fails with ERR_SNAPSHOT when anything did, or when bytes are left. */
struct status snap_read_end(struct arena *a, const struct snap_reader *r);

#endif
