/* texts.c: files of SQL and of descriptions, read whole. */

#include "app/texts.h"

#include <errno.h>
#include <stdio.h>

#include "base/limits.h"

enum {
    TEXT_PAD = 64
};

static struct status read_all(struct arena *a, const char *path, struct buf *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (!f) return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
    size_t got = 1;
    while (got && out->len <= LIMIT_SQL_BYTES) {
        got = fread(buf_reserve(out, 65536), 1, 65536, f);
        out->len += got;
    }
    bool failed = ferror(f) != 0;
    int reason = errno;
    if (!is_stdin) fclose(f);
    if (failed)
        return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(reason));
    if (out->len > LIMIT_SQL_BYTES) {
        return status_new(a, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                          "%s is larger than %d MB, the limit of an SQL file", path,
                          LIMIT_SQL_BYTES >> 20);
    }
    return OK;
}

struct status text_read(struct arena *a, const char *path, struct text_file *out)
{
    struct buf text = { 0 };
    struct status st = read_all(a, path, &text);
    if (st.err == ERR_NONE) {
        const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
        char *copy = arena_calloc(a, text.len + TEXT_PAD);
        if (text.len) memcpy(copy, text.data, text.len);
        *out = (struct text_file){ arena_dup(a, name, strlen(name) + 1), copy, text.len };
    }
    buf_free(&text);
    return st;
}
