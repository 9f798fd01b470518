#ifndef IO_TEMPLATE_H
#define IO_TEMPLATE_H

/*
 * template.h: test records from a template of the Kinesis Data Generator.
 *
 * A template is a text with tags, {{module.method}} or {{module.method(argument)}}; each record is the text with every
 * tag replaced by what its helper makes. The helpers are those of the faker.js that the generator bundled, with its
 * four additions, over word lists of our own. Where the original failed a record for a slip that has one meaning only
 * (single quotes around texts, empty parentheses, `}}` before the first tag) this one takes the meaning.
 *
 * All times are in UTC. The same seed and the same times give the same records.
 */

#include "base/status.h"

struct template;

/* The template's text and all messages live in the arena's time. Fails with the place of the tag that cannot be: an
 * unknown module or method (the nearest name as hint), an argument that is none, a tag without an end. */
struct status template_compile(struct arena *a, const struct text_file *text, uint64_t seed,
                               struct template **out) MUST_CHECK;
/* Appends one record, without a line end. Times in ms since 1970: the clock, and the simulated clock (date.simTime). */
void template_record(struct template *t, int64_t now_ms, int64_t sim_ms, struct buf *out);
/* The names of all helpers; NULL after the last. */
const char *template_helper(size_t i);

#endif
