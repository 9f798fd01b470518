#ifndef IO_LINES_H
#define IO_LINES_H

/*
 * lines.h: bytes as they come, cut into blocks of whole records.
 *
 * A block begins where the one before it ended; what stands behind its last whole record waits for the rest. A
 * file that ends without a line end ends its last record. A record beyond LIMIT_RECORD_BYTES comes as a block of
 * its own that holds its beginning, more than the limit, which decoders refuse; the rest of it is left out.
 */

#include "io/csv_scan.h"
#include "io/decode.h"

struct lines {
    bool                  csv; /* delimiters inside of quotes end nothing */
    struct csv_delimiters delimiters;
    struct csv_scan       scan;       /* CSV: the record that is not whole yet */
    struct block         *block;      /* under construction, or NULL */
    size_t                filled;     /* bytes in it ... */
    size_t                searched;   /* ... of which so many hold no end of a line */
    size_t                want;       /* room that was asked for last */
    bool                  file_start; /* nothing of this file was handed out */
    bool                  begun;      /* its first bytes were looked at */
    bool                  skipping;   /* in a record whose beginning was handed out */
    uint64_t              offset;     /* of the block in the input */
};

/* Delimiters: "" for those of the format. */
void lines_init(struct lines *l, const char *format, struct str column_delimiter,
                struct str row_delimiter);
void lines_fini(struct lines *l);
/* Where the next bytes go, and how many at most: 1 to `want`. */
char *lines_room(struct lines *l, size_t want, size_t *room);
/* n bytes were put there. */
void lines_add(struct lines *l, size_t n);
/* Takes the bytes back that were put there since the file's start: nothing may have been handed out. */
void lines_forget(struct lines *l);
/* The whole records that are there, for the caller to release, or NULL. file_end: nothing more comes of this file,
 * what is there is whole. *first: the block begins a file. */
struct block *lines_take(struct lines *l, bool file_end, bool *first);

#endif
