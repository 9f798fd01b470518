#ifndef FUNC_TEXT_ROOM_H
#define FUNC_TEXT_ROOM_H

/*
 * text_room.h: memory for the texts that one call makes: pieces that many rows share, so that nothing is allocated
 * for each of them. Zero-initialise it for a call.
 */

#include "func/fn.h"

struct text_room {
    char  *p;
    size_t left;
};

enum { TEXT_ROOM_PIECE = 4096 };

/* A copy of p[0..n) that lives as long as the result of the call. */
static inline struct str text_room_put(struct kernel_call *k, struct text_room *room,
                                       const char *p, size_t n)
{
    if (n <= STR_INLINE) return str_view(p, n);
    if (n > room->left) {
        size_t size = n > TEXT_ROOM_PIECE ? n : TEXT_ROOM_PIECE;
        room->p = sluice_alloc(k, size);
        room->left = size;
    }
    char *at = room->p;
    memcpy(at, p, n);
    room->p += n;
    room->left -= n;
    return str_view(at, n);
}

#endif
