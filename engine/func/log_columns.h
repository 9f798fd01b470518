#ifndef FUNC_LOG_COLUMNS_H
#define FUNC_LOG_COLUMNS_H

/*
 * log_columns.h: the column lists of log parsers:
 *
 *     name TYPE type ['date pattern'] [NOT NULL] [START n [FOR m]], ...
 */

#include "func/record.h"

struct log_column {
    struct sluice_record_field field;
    bool                       not_null;
    bool                       has_type;
    bool                       has_start, has_length;
    int64_t                    start, length; /* characters */
};

struct log_columns {
    struct log_column *items;
    uint32_t           n;
};

/* What a list may leave out, or must have. */
struct log_columns_form {
    bool places;       /* START is required; else it is not known */
    bool types_optional; /* `name` alone is VARCHAR(1024) */
};

/* False with a refusal when the list cannot be read. */
bool log_columns_parse(struct fn_bind *b, struct str text, struct log_columns_form form,
                       struct log_columns *out);
/* The fields of the columns, for bind_record. */
const struct sluice_record_field *log_columns_fields(struct fn_bind *b,
                                                     const struct log_columns *c);
/* Writes the text of a column: blank ones of other than character types are NULL. False: it is NULL, and
 * must not be; the row has its fault. */
bool log_columns_put(const struct log_columns *c, uint32_t i, const char *p, size_t n,
                     struct record_writer *w, struct kernel_call *k, uint32_t row);
/* The same for a column that the line lacks. */
bool log_columns_null(const struct log_columns *c, uint32_t i, struct kernel_call *k,
                      uint32_t row);

#endif
