#ifndef IO_FMT_JSON_READ_H
#define IO_FMT_JSON_READ_H

/*
 * fmt_json_read.h: schema-directed decoding of NDJSON, as its parts see it; decode.h is the door.
 *
 * Two ways lead from a line to a row. The careful one (fmt_json_read.c) checks the record, keeps the extents of
 * what the schema asks for, then converts; it decides what is right. The fast one (fmt_json_fast.h) guesses that
 * records repeat their key order and their kinds, writes into the columns while it reads, and leaves a record to the
 * careful one as soon as something is unusual.
 */

#include "io/decode_rows.h"
#include "io/json_paths.h"

/* What the fast way does with a member's value. */
enum fast_action {
    FAST_SKIP,   /* not of the schema: checked as JSON */
    FAST_OBJECT, /* on the way to columns */
    FAST_ARRAY, /* the same: object->members by number of the element, NULL where none is asked for */
    FAST_DOUBLE,
    FAST_INTEGER, /* within low..high */
    FAST_TEXT,    /* VARCHAR */
    FAST_TIMESTAMP,
    FAST_COERCE /* all other types */
};

struct fast_object;

/* A member that is expected in an object. Its literal is the name as records write it: quotes, colon and
 * the blanks behind. */
struct fast_member {
    unsigned char       literal[32];
    uint32_t            literal_size; /* 0: none was learned yet, or it is too long */
    uint32_t            literal_mask; /* a bit a byte; without a literal, of one that stands nowhere */
    enum fast_action    action;
    bool                write;      /* the column is needed */
    uint32_t            leaf;       /* 1: of a column; 0: other */
    uint32_t            column;
    void               *data;       /* the column's array in the batch at hand, if it is needed */
    uint64_t            stamp;      /* of the record in which it was seen last, ... */
    uint64_t            stamp_mask; /* ... and 0 where it does not matter how often it is seen */
    struct fast_member *next;       /* which one followed it last time; never NULL */
    int64_t             low, high;
    uint32_t            max_chars; /* VARCHAR(n); UINT32_MAX without a length */
    int                 depth;     /* levels that its value may open */
    struct fast_object *object;
    struct str          name;
};

/* Room for members that the schema does not name: their literals are learned, too. */
enum { FAST_LEARNED = 32, FAST_SLOTS = 64 };

struct fast_object {
    struct fast_member **members;
    uint32_t             n_members, n_learned, cap;
    struct fast_member  *first;             /* which one came first last time; never NULL */
    struct fast_member  *slots[FAST_SLOTS]; /* by json_fast_slot of the name; never NULL */
};

/* Where to look for the member whose name begins at p, behind its quote: by up to eight bytes of it. */
static inline uint32_t json_fast_slot(const char *p)
{
    uint64_t name;
    memcpy(&name, p, sizeof name);
    uint64_t quote = name ^ UINT64_C(0x2222222222222222);
    quote = (quote - UINT64_C(0x0101010101010101)) & ~quote & UINT64_C(0x8080808080808080);
    if (quote) name &= (quote & -quote) - 1; /* the quote's own low bits stay: they are all alike */
    return (uint32_t)(name * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

struct json_decoder {
    const struct decode_config *config;
    struct arena               *arena; /* of the decoder */
    struct json_paths           base;  /* row path; its only column is the record */
    struct json_paths           paths;
    bool                        has_row_path;
    struct fast_object         *fast;     /* NULL: the schema needs the careful way */
    uint32_t                    n_leaves; /* columns that the fast way finds in a record */
    struct fast_member        **leaves;   /* by column */
    struct fast_member          unknown;  /* stands for members beyond the room for learned ones, and for none */
    uint64_t                    stamp;    /* number of the record, over all blocks */
    const char *(*fast_record)(struct json_decoder *d, const char *p);

    struct decode_rows rows;
    const char        *end;    /* of the block */
    uint32_t           n_seen; /* leaves seen in this record */
};

/* Reads the record at p into row d->row; returns the byte behind its last bracket, or NULL to leave it to
 * the careful way (which overwrites whatever was written). */
const char *json_fast_record_plain(struct json_decoder *d, const char *p);
const char *json_fast_record_avx2(struct json_decoder *d, const char *p);
bool        json_fast_has_avx2(void);

/* The member with the name at p (an opening quote), learned when it is new; *value: where its value
 * starts. NULL: unusual. */
struct fast_member *json_fast_find(struct json_decoder *d, struct fast_object *o, const char *p,
                                   const char **value);
/* Converts any value into a member's column; NULL: it does not convert. */
const char *json_fast_coerce(struct json_decoder *d, struct fast_member *m, const char *p);
/* The fast way's members for the schema. */
void json_fast_new(struct json_decoder *d);
/* The batch at hand is another one. */
void json_fast_begin(struct json_decoder *d);

struct json_decoder *json_decoder_new(struct arena *a, const struct decode_config *config);
/* As decoder_run. */
size_t json_decoder_run(struct json_decoder *d, struct block *block, size_t from, uint32_t max_rows,
                        struct decoded *out);

#endif
