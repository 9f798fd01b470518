#ifndef APP_TEXTS_H
#define APP_TEXTS_H

/* texts.h: files of SQL and of descriptions, read whole. */

#include "base/status.h"

/* "-": standard input. Bytes and name live in `a`, with zero bytes behind them. Fails with ERR_IO, or
 * ERR_LIMIT_EXCEEDED beyond LIMIT_SQL_BYTES. */
struct status text_read(struct arena *a, const char *path, struct text_file *out) MUST_CHECK;

#endif
