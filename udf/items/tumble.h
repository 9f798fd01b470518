#ifndef UDF_ITEMS_TUMBLE_H
#define UDF_ITEMS_TUMBLE_H

/* tumble.h: windows of equal length that begin at multiples of it since 1970. */

#include "engine/sluice.h"

struct tumble {
    int64_t length; /* ms */
    int64_t end;    /* of the open window */
    bool    open;   /* a row came in it */
};

/* The window of a row. */
static inline void tumble_open(struct tumble *t, int64_t rowtime)
{
    int64_t into = rowtime % t->length;
    if (into < 0) into += t->length;
    t->end = rowtime - into + t->length;
    t->open = true;
}

/* Whether the open window is over when no row before `time` will come. */
static inline bool tumble_is_over(const struct tumble *t, int64_t time)
{
    return t->open && time >= t->end;
}

static inline void tumble_save(const struct tumble *t, struct sluice_writer *w)
{
    uint8_t open = t->open;
    sluice_write(w, &open, 1);
    sluice_write(w, &t->end, sizeof t->end);
}

static inline bool tumble_load(struct tumble *t, struct sluice_reader *r)
{
    uint8_t open;
    if (!sluice_read(r, &open, 1) || !sluice_read(r, &t->end, sizeof t->end)) return false;
    t->open = open;
    return open <= 1 && t->end % t->length == 0;
}

#endif
