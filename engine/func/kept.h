#ifndef FUNC_KEPT_H
#define FUNC_KEPT_H

/*
 * kept.h: one value that the state of an aggregate keeps: MIN and MAX, FIRST_VALUE and LAST_VALUE.
 *
 * Zeroed memory is a state that keeps nothing. A text is copied to the heap, because what a window
 * keeps must not keep the batch it came from; kept_drop frees it.
 */

#include "base/arena.h"
#include "func/fn.h"

struct kept {
    bool    present; /* there was a value, maybe NULL */
    bool    null;
    uint8_t form;    /* enum form of the value */
    union {
        uint8_t b;
        int64_t i64;
        double  f64;
        struct {
            char    *p;
            uint32_t n, cap;
        } text;
    };
};

/* Bytes of texts that calls in this thread have taken to the heap less those they gave back: the difference over a call
 * is what its states grew by. */
extern _Thread_local int64_t kept_bytes;

static inline struct str kept_text(const struct kept *s)
{
    return str_view(s->text.p, s->text.n);
}
/* Takes the text in place of the one before. */
void kept_set_text(struct kept *s, const struct str *text);
/* Takes the value, or the NULL, of a column's row. */
void kept_set(struct kept *s, const struct sluice_column *c, uint32_t row);
void kept_copy(struct kept *into, const struct kept *from);

/* The members of struct sluice_agg for a state that is one kept value; nothing kept is NULL. */
void kept_value(struct kernel_call *k, const char *base, size_t stride, const uint32_t *ids);
void kept_save(const void *state, struct sluice_writer *w);
bool kept_load(void *state, struct sluice_reader *r);
void kept_drop(void *state);

#endif
