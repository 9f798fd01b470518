#ifndef BASE_DIAG_H
#define BASE_DIAG_H

/* diag.h: the list that collects the statuses of one compilation, so that one run shows every error. */

#include "base/status.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

struct diag {
    enum diag_level level;
    struct status   status;
};

/* Zero-initialise with an arena; entries live in it. */
struct diags {
    struct arena *arena;
    struct diag  *items;
    size_t        count;
    size_t        cap;
    size_t        error_count;
};

void diags_init(struct diags *d, struct arena *a);
/* Adds a failed status; an OK one is ignored. Beyond LIMIT_DIAGS they are counted, not kept. */
void diags_add(struct diags *d, enum diag_level level, struct status st);
static inline void diags_error(struct diags *d, struct status st)
{
    diags_add(d, DIAG_ERROR, st);
}
/* Those that are kept, sorted by file and place, equal ones once: their number, and room for count of them in *out. */
size_t diags_sorted(const struct diags *d, struct arena *a, const struct diag ***out);
/* Sorted by file and place, each as status_print writes it; equal ones once. */
void diags_print(struct buf *out, struct diags *d);

#endif
