#ifndef IO_PREFIX_H
#define IO_PREFIX_H

/*
 * prefix.h: what stands before the names of delivered objects: plain text, or text with expressions in !{...}:
 *
 *     !{timestamp:yyyy/MM/dd}          the object's time, UTC, by the letters of Java's date patterns
 *     !{firehose:random-string}        eleven letters and digits, which follow from the object's number
 *     !{firehose:error-output-type}    processing-failed
 *
 * A prefix without a time gets yyyy/MM/dd/HH/ behind it when it has no expression at all.
 */

#include "data/batch.h"
#include "io/source.h"

#define PREFIX_FAILED "processing-failed"

/* Fails with BAD_OPTION: an expression or pattern letter that is not known, or no end. */
struct status prefix_check(struct arena *a, const struct io_endpoint *e,
                           struct str prefix) MUST_CHECK;
/* Whether all it makes is of failed records: processing-failed stands in it, as text or as the error type. */
bool prefix_is_failed(struct str prefix);
/* Whether there is an expression in it. */
bool prefix_is_dynamic(struct str prefix);
/* Appends the prefix of the object that has this time and number; the prefix was checked. */
void prefix_append(struct buf *out, struct str prefix, rowtime time, uint64_t number);

#endif
