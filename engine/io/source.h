#ifndef IO_SOURCE_H
#define IO_SOURCE_H

/* source.h: drivers that bring bytes: blocks of whole records, and a name for every place in the input. */

#include "io/attempts.h"
#include "io/decode.h"

/* Options of an endpoint, as written; who knows an option takes it, what is left over is an error that
 * names the nearest. */
struct io_option {
    struct str  name; /* lower case */
    struct str  text; /* value as text: 'TRUE', 5, ... */
    int64_t     ms;   /* INTERVAL values: milliseconds, else -1 */
    struct span at;
};

struct io_endpoint {
    struct str        url;
    struct span       at;
    const char       *base_dir;
    struct io_option *options;
    uint32_t          n_options;
    const char       *name; /* of the source or sink, for messages */
    bool              own;  /* made by Sluice, not written by a user: names that are kept may stand in it */
    const char       *spool; /* a folder where a source may keep what it has answered for; NULL: none */
    bool              seal;  /* what it keeps there is sealed */
};

enum source_result {
    SOURCE_BLOCK, /* a block of at least one whole record */
    SOURCE_IDLE,  /* nothing within the time; live input goes on later */
    SOURCE_END,
    SOURCE_FAILED /* see status */
};

struct source;

/* Checks URL and options without touching anything, so that `sluice check` can call it. */
struct status source_check(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* The options' names and values alone, of a source that has no URL as yet. */
struct status source_check_options(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* As source_check, and whether a stream can be read from there: from a database, only tables are. */
struct status source_check_stream(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* Whether a driver reads the URL's kind, whatever the options. */
struct status source_check_place(struct arena *a, const struct io_endpoint *e) MUST_CHECK;
/* Tells two versions of a file apart, by its number, size and time of change; 0: nothing is known, as of folders,
 * programs and databases, or of a file that is not there. */
uint64_t source_stamp(const struct io_endpoint *e);
struct status source_open(struct arena *a, const struct io_endpoint *e,
                          struct source **out) MUST_CHECK;
/* The same for a reference table whose options table_check took; a JSON array, or objects over several lines, come as
 * records of a line each. config lives as long as the source. Reading fails with PARSE when such a document ends too
 * early. */
struct status source_open_table(struct arena *a, const struct io_endpoint *e,
                                const struct decode_config *config,
                                struct source **out) MUST_CHECK;
/* Waits at most wait_ms (0: not at all; -1: as long as it takes) and takes what is there, at most
 * about `want` bytes: never waits to fill. *first: the block begins a file (header). Interrupted by
 * source_stop. The block is the caller's. */
enum source_result source_read(struct source *s, size_t want, int wait_ms, struct block **out,
                               bool *first, struct status *st);
/* The place behind byte `at` of a block of the source, as text for source_seek; empty where an input cannot go
 * back (standard input, programs). */
void source_place(const struct block *b, size_t at, struct buf *out);
/* The place where a followed file begins, before the first read: a run that had nothing to read, or no time for it,
 * finds the file again. Empty for other inputs, which begin anew. */
void source_start(const struct source *s, struct buf *out);
/* Goes on from a place, before the first read. Fails with UNREACHABLE when the file is gone or shorter than that. */
struct status source_seek(struct source *s, struct str place) MUST_CHECK;
/* Messages or bodies are there that their sender has no more: reading goes on until they are given out, also after
 * source_stop. Asked for then alone. */
bool source_holds(const struct source *s);
/* A checkpoint goes on from this place: what stands before it is not asked for again. Any thread. */
void source_cover(struct source *s, struct str place);
/* Ends waiting reads from another thread or a signal handler; the source then ends. */
void source_stop(struct source *s);
/* True when input may pause (a pipe, a terminal, a followed file): idle bounds by the clock make sense. */
bool source_is_live(const struct source *s);
/* "json", "csv" or "tsv", by option or by the file's ending. */
const char *source_format(const struct source *s);
/* Bytes read so far, and in all (0: unknown), for progress. */
void source_progress(const struct source *s, uint64_t *done, uint64_t *all);

/* What it has read and how it fares. */
struct source_look {
    uint64_t bytes, bytes_all; /* as source_progress */
    int64_t behind_ms; /* since all that was there had been read: nothing that waits is older. Of recorded input since
                          the start; 0 at the end */
    bool live;
    struct attempts_seen connection; /* failing_ms: it was lost and is not back */
    bool has_function; /* an option `processor` */
    struct attempts_seen function;
};
/* Any thread, between open and close. */
struct source_look source_look(const struct source *s);
void source_close(struct source *s);

#endif
