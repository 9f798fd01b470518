#ifndef IO_DECODE_H
#define IO_DECODE_H

/*
 * decode.h: what all input formats have in common: a block of whole records becomes a batch. A decoder checks every byte; which
 * rows enter never depends on which columns are written.
 */

#include "data/batch.h"
#include "data/schema.h"

/* Raw input: whole lines (or records); its bytes stay where they are until the last reference goes. */
struct block {
    atomic_uint count;
    size_t      size;    /* bytes of records */
    size_t      cap;     /* at least size + BLOCK_PAD readable bytes follow `data` */
    uint64_t    offset;  /* where the block starts in the (uncompressed) input */
    char       *data;
};
/* Readable bytes behind the end of a block, so that wide loads need no test. */
enum { BLOCK_PAD = 64 };

struct block *block_new(size_t cap);
struct block *block_retain(struct block *b);
void block_release(struct block *b);

/* A record that was not taken in. */
struct decode_fault {
    uint32_t    record;  /* number of the record in the block, from 0, bad ones and blank lines included */
    uint32_t    at_row;  /* how many rows came before it */
    enum err    err;     /* ERR_PARSE, ERR_COERCION, ERR_NULL_NOT_ALLOWED, ERR_LIMIT_EXCEEDED */
    const char *message; /* in the batch's arena */
    struct str  text;    /* the record's bytes, in the block */
};

struct decoded {
    struct batch        *batch; /* n_rows may be 0; holds the block; rowtimes, causes and selection not set. Never NULL */
    struct decode_fault *faults;
    uint32_t             n_faults;
    uint32_t             n_records;
};

/* What a decoder must know. Lives as long as the decoder. */
struct decode_config {
    const struct schema *schema; /* declared columns */
    const bool          *needed; /* of schema.n_columns: others are checked, not written */
    bool                 keep_record; /* a VARCHAR column with the record's text behind the declared ones */
    struct path          row_path;    /* 0 steps: the record itself */
    /* delimited text */
    struct str           column_delimiter, row_delimiter;
    bool                 header; /* the first record of each input names nothing that is used: it is skipped */
};

struct decoder;

/* format: "json", "csv" or "tsv"; one a thread. */
struct status decoder_new(struct arena *a, const char *format, const struct decode_config *config, struct decoder **out) MUST_CHECK;
void decoder_free(struct decoder *d);
/* Decodes whole records; first: the block is the beginning of an input (header). The result's batch has one reference. */
void decoder_run(struct decoder *d, struct block *block, bool first, struct decoded *out);
/* Forces the plain path (tests); process-wide, before decoders are made. */
void decoder_force_plain(bool plain);

#endif
