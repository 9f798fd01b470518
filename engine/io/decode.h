#ifndef IO_DECODE_H
#define IO_DECODE_H

/*
 * decode.h: what all input formats have in common: a block of whole records becomes a batch. A decoder checks
 * every byte; which rows enter never depends on which columns are written.
 */

#include "data/batch.h"
#include "data/schema.h"

/* Raw input: whole lines (or records); its bytes stay where they are until the last reference goes. */
struct block {
    atomic_uint count;
    size_t      size;   /* bytes of records */
    size_t      cap;    /* bytes from data on; BLOCK_PAD more may be read */
    uint64_t    offset; /* where the block starts in the (uncompressed) input */
    char       *data;
    const char *path; /* the file it is of, and ... */
    uint64_t
        in_file; /* ... where it starts there (uncompressed); path NULL: the input cannot go back */
    struct block_map *map; /* a processor's: where its records came from; NULL: it is the input itself */
    struct block_topics *topics; /* NULL: its transport has none */
    struct block_refusals *refusals; /* a processor's; NULL: it refused none */
};

/* Records that a processor refused: at byte `at` of the block there is an empty line in the place of each. */
struct block_refusals {
    size_t n;
    struct {
        size_t     at;
        struct str record;
    } items[]; /* then the records' bytes */
};

/* The topics that a block's records came under: each from a byte of the input's block to the next one's. */
struct block_topics {
    size_t n; /* at least 1 */
    struct {
        size_t     at;
        struct str name;
    } items[]; /* then the names' bytes */
};
/* Readable bytes behind the end of a block, so that wide loads need no test. */
enum { BLOCK_PAD = 64 };

/* What byte `at` of a processed block was in the input's: behind the last record that ended there. */
size_t        block_map_back(const struct block *b, size_t at);
/* The topic of the record at byte `at` of the block; *turn: 0 at first, so that asking in order is cheap. */
struct str    block_topic(const struct block *b, size_t at, size_t *turn);
struct block *block_new(size_t cap);
struct block *block_retain(struct block *b);
void          block_release(struct block *b);
/* The same, for arena_on_free. */
void block_release_arg(void *block);

/* A record that was not taken in. */
struct decode_fault {
    uint32_t    at_row;  /* how many rows came before it */
    enum err    err;     /* ERR_PARSE, ERR_COERCION, ERR_NULL_NOT_ALLOWED, ERR_LIMIT_EXCEEDED, ERR_PROCESSING_FAILED */
    const char *message; /* in the batch's arena */
    struct str  text;    /* the record's bytes, in the block */
    const char *path;    /* the file it stands in, as block.path, and ... */
    uint64_t    byte;    /* ... where, from 1 (uncompressed); path NULL: it is not known */
};

struct decoded {
    /* Never NULL; n_rows may be 0; holds the block; rowtimes, causes and selection are not set. */
    struct batch        *batch;
    struct decode_fault *faults;
    uint32_t             n_faults;
    uint32_t             n_records;
};

/* What a decoder must know. Lives as long as the decoder. */
struct decode_config {
    const struct schema *schema; /* declared columns */
    const bool          *needed; /* of schema.n_columns: others are checked, not written */
    bool        keep_record; /* a VARCHAR column with the record's text behind the declared ones */
    bool        keep_topic;  /* a VARCHAR column with its topic, behind that */
    struct path row_path;    /* 0 steps: the record itself */
    /* delimited text; empty: ',' (tab for TSV) and a line end */
    struct str column_delimiter, row_delimiter;
    bool       header; /* the first record of each input names columns: it is skipped */
};

/* Refuses a row path of two arrays with BAD_PATH. */
struct status decode_check_row_path(struct arena *a, struct span at,
                                    const struct path *path) MUST_CHECK;

struct decoder;

/* format: "json", "csv" or "tsv"; one decoder a thread; it lives in the arena. Fails with BAD_PATH when
 * the row path goes through two arrays. */
struct status decoder_new(struct arena *a, const char *format, const struct decode_config *config,
                          struct decoder **out) MUST_CHECK;
/* Decodes records of the block from byte `from` on, until about max_rows rows are there, a processor refused
 * one, or the block ends; returns the byte behind the last record taken (block->size: all done). first: `from` is the
 * beginning of an input (header). The result's batch has one reference; columns that are not needed are constant
 * NULLs. */
size_t decoder_run(struct decoder *d, struct block *block, size_t from, uint32_t max_rows,
                   bool first, struct decoded *out);

/* Which code decodes JSON: tests compare them. DECODE_AUTO takes the best that the processor has. */
enum decode_path { DECODE_AUTO, DECODE_AVX2, DECODE_PLAIN, DECODE_SLOW };
void decoder_force(enum decode_path path); /* process-wide, before decoders are made */

#endif
