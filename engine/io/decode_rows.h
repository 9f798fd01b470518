#ifndef IO_DECODE_ROWS_H
#define IO_DECODE_ROWS_H

/* decode_rows.h: the rows that a decoder makes of one piece of a block: column arrays with room, and the
 * records that were refused. */

#include "io/decode.h"

struct decode_rows {
    const struct decode_config *config;
    struct batch               *batch;
    const struct block         *block; /* NULL: records do not lie in one */
    struct vector       *vectors; /* declared columns, then the record's text and topic when they are kept */
    uint32_t             row;     /* the one under construction */
    uint32_t             cap;
    struct decode_fault *faults;
    uint32_t             n_faults, cap_faults, n_records;
    size_t               topic; /* of the block's topics: the one at hand */
};

/* Whether a column's values are kept; the others are constant NULLs. */
static inline bool decode_rows_keeps(const struct decode_rows *r, uint32_t column)
{
    return column >= r->config->schema->n_columns || r->config->needed[column];
}
/* A new batch with room for cap rows, which holds the block; NULL: records do not lie in one. */
void decode_rows_begin(struct decode_rows *r, struct block *block, uint32_t cap);
/* Room for the row under construction, whose NULLs are taken back. */
void decode_rows_open(struct decode_rows *r);
void decode_rows_set_null(struct decode_rows *r, uint32_t column);
/* Closes the row; record: its text, kept if that is asked for. */
void decode_rows_close(struct decode_rows *r, const char *record, size_t size);
/* Refuses the record [start, stop). */
void decode_rows_fault(struct decode_rows *r, enum err err, const char *message, const char *start,
                       const char *stop);
/* Refuses a record with a NULL in a NOT NULL column. */
void decode_rows_null_fault(struct decode_rows *r, uint32_t column, const char *start,
                            const char *stop);
/* Refuses a record beyond the limit; its text is cut there. */
void decode_rows_size_fault(struct decode_rows *r, const char *start);
/* Takes back the rows from first_row on, of the record that was refused last. */
void decode_rows_drop(struct decode_rows *r, uint32_t first_row);
void decode_rows_take(struct decode_rows *r, struct decoded *out);

#endif
