#ifndef UDF_CELL_H
#define UDF_CELL_H

/*
 * cell.h: one value of any type that a table function keeps: equality, order and hash as SQL has them (numbers by
 * value, texts without trailing blanks), and how it is saved. A text belongs to the cell, unless it was borrowed.
 */

#include "engine/sluice.h"

struct cell {
    bool null;
    union {
        int64_t i64; /* BOOLEAN too: 0, 1 */
        double  f64;
        struct {
            char    *text;
            uint32_t size;
        };
    };
};

enum cell_form { CELL_I64, CELL_F64, CELL_TEXT, CELL_BYTES };

enum cell_form cell_form(struct sluice_type type);
/* The value of a row; a text is borrowed from the column. */
struct cell cell_of(const struct sluice_column *column, uint32_t row);
/* Makes a borrowed text the cell's own. False: memory refused. */
bool     cell_own(struct cell *c, enum cell_form form);
void     cell_free(struct cell *c, enum cell_form form);
/* <0, 0, >0; of cells that are not null. */
int      cell_compare(const struct cell *a, const struct cell *b, enum cell_form form);
/* 64 bits, the same in every process. */
uint64_t cell_hash(const struct cell *c, enum cell_form form);
/* As the constant column of a row that is put out; lives as long as the cell. */
struct sluice_column cell_column(const struct cell *c, struct sluice_type type, void *storage);
enum { CELL_STORAGE = 32 }; /* bytes, 8-byte aligned, that cell_column needs */

void cell_save(const struct cell *c, enum cell_form form, struct sluice_writer *w);
/* The cell owns its text. */
bool cell_load(struct cell *c, enum cell_form form, struct sluice_reader *r);

#endif
