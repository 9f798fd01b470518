#ifndef IO_THROTTLE_H
#define IO_THROTTLE_H

/*
 * throttle.h: which rows of a sink go out when alerts are throttled: a row does when within the time before it no row
 * with an equal key came, whether that one went out or not. It is what COUNT(*) OVER (PARTITION BY key RANGE INTERVAL
 * ... PRECEDING) = 1 says in the throttled alert of Kinesis Data Analytics: an alarm that goes on is told once.
 * Times are ROWTIMEs, so that a replay alerts as the first run did.
 */

#include "data/batch.h"
#include "data/schema.h"
#include "data/snap.h"
#include "io/source.h"

struct throttle;

/* By the options throttle and throttle_key; *out is NULL without the first. Fails with BAD_OPTION: a key that is no
 * column, a key without a time. */
struct status throttle_new(struct arena *a, const struct io_endpoint *e,
                           const struct schema *schema, struct throttle **out) MUST_CHECK;
/* In the order of the rows. */
bool throttle_passes(struct throttle *t, const struct batch *rows, uint32_t row);
/* All four take NULL. held: how many rows have not passed. */
uint64_t throttle_held(const struct throttle *t);
void throttle_save(const struct throttle *t, struct snap_writer *w);
void throttle_load(struct throttle *t, struct snap_reader *r);
void throttle_free(struct throttle *t);

#endif
