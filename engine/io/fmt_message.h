#ifndef IO_FMT_MESSAGE_H
#define IO_FMT_MESSAGE_H

/*
 * fmt_message.h: rows as messages: a text with columns in it, "{{DEVICE}} is at {{TEMP}} degrees". A value is written
 * as in CSV; NULL is nothing. In a message that is JSON texts are escaped, so that they fit between quotes, and NULL is
 * null.
 */

#include "data/batch.h"
#include "data/schema.h"

struct message;

/* Fails with BAD_OPTION: a column that is not there (the nearest one as hint). what: the option's name. */
struct status message_new(struct arena *a, struct span at, const char *what, struct str text,
                          const struct schema *schema, struct message **out) MUST_CHECK;
/* Appends the message of one row, without a line end. Any thread may use it. */
void message_row(const struct message *m, const struct batch *rows, uint32_t row, struct buf *out);
/* Whether a text begins as JSON does. */
bool message_is_json(struct str text);

#endif
