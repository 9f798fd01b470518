#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

/*
 * array.h: typed growing arrays over an arena.
 *
 *     ARRAY(struct column) columns = { 0 };
 *     *array_push(arena, &columns) = (struct column){ ... };
 *     for (size_t i = 0; i < columns.count; i++) use(&columns.items[i]);
 *
 * Growing copies into new memory of the arena; what was there is left to the arena. Pointers to items do not
 * survive a push.
 */

#include "base/arena.h"

#define ARRAY(type)   \
    struct {          \
        type  *items; \
        size_t count; \
        size_t cap;   \
    }

/* A pointer to one more item, cleared. */
#define array_push(a, arr)                                                          \
    ((arr)->items = array_grow((a), (arr)->items, (arr)->count, &(arr)->cap,         \
                               sizeof *(arr)->items),                                \
     &(arr)->items[(arr)->count++])

void *array_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t width);

#endif
