#ifndef UDF_ITEMS_FREQUENT_H
#define UDF_ITEMS_FREQUENT_H

/*
 * frequent.h: how often each value came: exact while there are at most `most` different ones, then SpaceSaving.
 *
 * SpaceSaving (Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams",
 * ICDT 2005): a value without a counter takes over the smallest one, the longest unchanged of several, and counts on
 * from it. A count is never too low, and too high by at most rows / most. The smallest counter is found by a heap by
 * (count, last change), so that the same rows give the same result everywhere.
 */

#include "udf/cell.h"

struct frequent_item {
    struct cell value;
    uint64_t    hash;
    int64_t     count;
    uint64_t    changed; /* number of the row that changed it last */
    uint32_t    heap_at; /* while SpaceSaving */
    uint32_t    next;    /* of the same hash slot, + 1; 0: the last */
};

struct frequent {
    enum cell_form        form;
    uint32_t              most;
    struct frequent_item *items;
    uint32_t              count, cap;
    uint32_t             *slots; /* item + 1; 0: none */
    uint32_t              n_slots;
    uint32_t             *heap; /* items, smallest first; NULL while exact */
    uint64_t              rows;
    size_t                text_bytes;
};

void   frequent_init(struct frequent *f, enum cell_form form, uint32_t most);
void   frequent_free(struct frequent *f);
/* Begins anew. */
void   frequent_clear(struct frequent *f);
/* Counts a value, whose text is copied when it needs a counter. False: memory refused. */
bool   frequent_add(struct frequent *f, const struct cell *value);
/* Puts the items in order, the most frequent first, equal ones by their value; counting ends with that. */
void   frequent_sort(struct frequent *f);
size_t frequent_bytes(const struct frequent *f);
void   frequent_save(const struct frequent *f, struct sluice_writer *w);
bool   frequent_load(struct frequent *f, struct sluice_reader *r);

#endif
