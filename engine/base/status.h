#ifndef BASE_STATUS_H
#define BASE_STATUS_H

/* status.h: how a function says that it failed. Returned by value; its zero is success. */

#include <stdint.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
    ERR_NONE = 0,
#define ERR(name, sqlstate, text) ERR_##name,
#include "base/errors.def"
#undef ERR
    ERR_COUNT
};

/* One source text of the application, so that a message can show the line. Lives as long as its spans. */
struct text_file {
    const char *name; /* as the user gave it; "<sql>" for text without a file; NULL: just typed, and
                         seen above the message */
    const char *data;
    size_t      size;
};

/* A place in a text: line and column from 1 (columns count characters), length in bytes; line 0: none. */
struct span {
    const struct text_file *file;
    uint32_t line;
    uint32_t column;
    uint32_t offset; /* bytes from the start of the file */
    uint32_t length; /* bytes */
};

struct status {
    enum err    err;     /* ERR_NONE: success */
    struct span at;      /* line 0: no source text */
    const char *message; /* one sentence; lives in the arena of the context that made it */
    const char *hint;    /* what to do about it, or NULL */
};

#define OK ((struct status){ .err = ERR_NONE })
#define SPAN_NONE ((struct span){ .line = 0 })
#define TRY(call)                                  \
    do {                                           \
        struct status try_ = (call);               \
        if (try_.err != ERR_NONE) return try_;     \
    } while (0)

/* A failure with a message as by printf, in the arena. */
struct status status_new(struct arena *a, enum err err, struct span at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
struct status status_with_hint(struct status st, const char *hint);
const char *err_sqlstate(enum err err);
const char *err_name(enum err err);
const char *err_text(enum err err);

/* Appends `file:line:column: error 42703: message`, the source line with carets under the place, and
 * the hint; each line ends with a newline. */
void status_print(struct buf *out, const struct status *st);
/* The same with another word than "error". */
void status_print_as(struct buf *out, const struct status *st, const char *level);

#endif
