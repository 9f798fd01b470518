#ifndef UDF_ITEMS_SKETCH_H
#define UDF_ITEMS_SKETCH_H

/*
 * sketch.h: how many different hashes were added: exact up to SKETCH_EXACT, then an estimate with a standard error of
 * 0.81 %.
 *
 * The estimate is HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, AofA 2007) with 2^14 registers and the improved
 * estimator of Ertl (arXiv:1702.01284, section 4), which needs no tables and no special cases for small counts.
 */

#include "engine/sluice.h"

enum { SKETCH_EXACT = 10000, SKETCH_SLOTS = 1 << 14, SKETCH_REGISTERS = 1 << 14 };

struct sketch {
    uint64_t *slots;     /* SKETCH_SLOTS hashes, 0: free; while exact */
    uint8_t  *registers; /* SKETCH_REGISTERS; NULL while exact */
    uint32_t  count;     /* hashes in slots */
};

/* Memory refused: false. */
bool    sketch_init(struct sketch *s);
void    sketch_free(struct sketch *s);
/* Begins anew. */
void    sketch_clear(struct sketch *s);
void    sketch_add(struct sketch *s, uint64_t hash);
int64_t sketch_count(const struct sketch *s);
void    sketch_save(const struct sketch *s, struct sluice_writer *w);
bool    sketch_load(struct sketch *s, struct sluice_reader *r);

#endif
