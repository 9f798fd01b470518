#ifndef IO_TABLE_H
#define IO_TABLE_H

/*
 * table.h: where the rows of a reference table come from: a file, a folder, a program, a database or a document of an
 * HTTP server, read whole.
 */

#include "io/decode.h"
#include "io/source.h"
#include "io/web.h"

/* Checks URL and options of a table without touching anything. */
struct status table_check(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* The options' names and values alone, of a table that has no URL. */
struct status table_check_options(struct arena *a, const struct io_endpoint *e) MUST_CHECK;

/* Which version of a table was read last; zeroes: none, or one of which nothing is known. */
struct table_version {
    uint64_t         stamp; /* of a file */
    struct web_marks marks; /* of a document */
};

struct table_reading {
    const struct io_endpoint   *endpoint;
    const struct decode_config *config;
    /* Takes a batch at a time; of `decoded`, the batch is the callee's to release. */
    struct status (*rows)(void *arg, struct decoded *decoded);
    void                 *arg;
    struct table_version *version; /* in: the one at hand; out: the one that was read. NULL: read whatever it is */
    bool                  once;    /* a server that fails is not asked again: somebody will come back */
    const atomic_bool    *stop;    /* when it becomes true a server's answer is not waited for; NULL: never */
};

/* Reads a table. *same: nothing was read, the version at hand is the newest. Fails with UNREACHABLE, PARSE (a document
 * that is none of its format), IO, and whatever `rows` fails with; some rows may have been handed over by then. */
struct status table_read(struct arena *a, const struct table_reading *r, bool *same) MUST_CHECK;

/* ---- documents (table.c's and keyed look-ups') ---- */

/* "json", "csv" or "tsv": the option `format`, else what the server calls it, else the ending of the URL's path, else
 * "json". NULL: it is something else, a page for people. */
const char *document_format(struct arena *a, const struct io_endpoint *e, const char *url,
                            const char *type);
/* Decodes a document that lies in memory, packed or not; its bytes are changed. Fails with PARSE. */
struct status document_decode(struct arena *a, const struct io_endpoint *e, const char *format,
                              const struct decode_config *config, struct buf *body,
                              struct status (*rows)(void *arg, struct decoded *decoded),
                              void *arg) MUST_CHECK;

#endif
