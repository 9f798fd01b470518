/* array.c: the growing behind array.h. Capacity doubles; what was there is left to the arena. */

#include "base/array.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"

#ifdef SMALL_LIMITS
enum { FIRST_CAP = 1 };
#else
enum { FIRST_CAP = 8 };
#endif

void *array_grow(struct arena *a, void *items, size_t count, size_t *cap, size_t width)
{
    assert(count <= *cap);
    if (count == *cap) {
        size_t more = FIRST_CAP;
        if (*cap && !size_mul(&more, *cap, 2)) mem_refused(SIZE_MAX);
        void *grown = arena_array(a, more, width);
        if (count) memcpy(grown, items, count * width);
        items = grown;
        *cap = more;
    }
    memset((char *)items + count * width, 0, width);
    return items;
}
