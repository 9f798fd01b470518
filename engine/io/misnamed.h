#ifndef IO_MISNAMED_H
#define IO_MISNAMED_H

/*
 * misnamed.h: columns that stay NULL because they spell a member's name in another case than the records do: SQL turns
 * names that are not quoted into upper case, and JSON is written in lower case as a rule.
 */

#include "io/decode.h"

/*
 * What to tell about the first records of a block of JSON, with the needed columns whose path no record has, but
 * another spelling of it; NULL: nothing. Lives in `a`.
 */
const char *misnamed_columns(struct arena *a, const struct decode_config *config,
                             const struct block *b);

#endif
