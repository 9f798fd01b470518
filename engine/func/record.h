#ifndef FUNC_RECORD_H
#define FUNC_RECORD_H

/*
 * record.h: the records that log parsers return: texts packed into one value of type VARBINARY, which RECORD FIELD
 * takes apart. Where a field begins in the value and how long it is stands before the texts; a NULL has no length.
 */

#include "func/bind.h"
#include "func/text_room.h"

enum { RECORD_TEXT_MAX = 1024, RECORD_FIELDS_MAX = 1000 };

/* One record under construction, and memory for those of a call. Zero-initialise it; free with record_free. */
struct record_writer {
    struct buf       b;
    struct text_room room;
};

/* Starts a record of n fields, all NULL. */
void record_begin(struct record_writer *w, uint32_t n);
void record_put(struct record_writer *w, uint32_t field, const char *p, size_t n);
/* The record as the row's value. */
void record_end(struct record_writer *w, struct kernel_call *k, uint32_t row);
void record_free(struct record_writer *w);

/* Sets a bind's result to a record of these fields, which live as long as the application; true. */
bool bind_record(struct fn_bind *b, const struct sluice_record_field *fields, uint32_t n);
/* COLUMN1 .. COLUMNn, VARCHAR(1024). */
struct sluice_record_field *record_numbered(struct fn_bind *b, uint32_t n);

#endif
