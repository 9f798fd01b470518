#ifndef IO_URL_H
#define IO_URL_H

/* url.h: endpoints as users write them: a scheme and the rest, and the options beside it. */

#include "io/source.h"

enum url_kind {
    URL_STDIO,
    URL_FILE,
    URL_DIR,
    URL_SQLITE,
    URL_EXEC,
    URL_TCP,
    URL_UNIX,
    URL_NULL,
    URL_LAMBDA,
    URL_VAULT,
    URL_HTTP,
    URL_MAIL,
    URL_MQTT
};

struct url {
    enum url_kind kind;
    const char   *path;  /* file, folder, command, or the whole URL of http:, smtp: and mqtt:; the base is applied */
    const char   *table; /* ?table=T, or NULL */
};

/* Fails with BAD_URL: an unknown scheme (the nearest one as hint), one that this version does not have, a
 * missing part. */
struct status url_parse(struct arena *a, const struct io_endpoint *e, struct url *out) MUST_CHECK;

/* ---- options ---- */

enum option_kind {
    OPTION_TEXT,
    OPTION_BOOLEAN,
    OPTION_COUNT,
    OPTION_INTERVAL,
    OPTION_PERIOD, /* an interval that is not 0 */
    OPTION_SIZE,   /* at least one byte */
    OPTION_FORMAT,
    OPTION_SINK_FORMAT
};

struct option_def {
    const char      *name;
    enum option_kind kind;
};

/* Refuses options that are not in the list (the nearest name as hint), that stand there twice, and values that are
 * not of their kind. */
struct status options_check(struct arena *a, const struct io_endpoint *e, const char *what,
                            const struct option_def *defs, size_t n_defs) MUST_CHECK;
bool option_there(const struct io_endpoint *e, const char *name);
/* The option's value, or the default; they were checked. */
struct str option_text(const struct io_endpoint *e, const char *name, const char *otherwise);
bool       option_is(const struct io_endpoint *e, const char *name, bool otherwise);
int64_t    option_count(const struct io_endpoint *e, const char *name, int64_t otherwise);
/*
 * The path of the file that the option names, seen from the SQL file's folder as URLs are; NULL when it is not given.
 * Fails with BAD_OPTION when the file cannot be read.
 */
struct status option_file(struct arena *a, const struct io_endpoint *e, const char *name,
                          const char **out) MUST_CHECK;
/* Fails with BAD_OPTION when the option stands there and the other one, without which it says nothing, does not. */
struct status option_beside(struct arena *a, const struct io_endpoint *e, const char *name,
                            const char *other) MUST_CHECK;
/* "5 MB", "64KB", 1000: bytes. */
int64_t option_size(const struct io_endpoint *e, const char *name, int64_t otherwise);
/* Milliseconds, at most INT64_MAX / 1000; a plain number counts seconds. */
int64_t option_interval(const struct io_endpoint *e, const char *name, int64_t otherwise);

/* "json", "csv", "tsv" or "text": the option `format`, else the ending of the path, else "json". */
const char *url_format(const struct io_endpoint *e, const struct url *u);
bool        url_is_gzip(const char *path);

#endif
