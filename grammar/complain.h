#ifndef GRAMMAR_COMPLAIN_H
#define GRAMMAR_COMPLAIN_H

/* complain.h: what to say about a token that does not fit: what was found, what would fit, and a guess at what was meant. */

#include "base/limits.h"
#include "grammar/machine.h"
#include "grammar/reader.h"

/* A statement under way, as far as it was read. */
struct scene {
    struct parse        *parse;
    struct machine      *machine;
    struct reader       *reader; /* window[0]: the token that does not fit */
    struct span          open[LIMIT_EXPR_DEPTH + 1]; /* the places of "(" without their ")" yet */
    int                  n_open;
};

/* Adds the error; nothing for a token whose spelling was reported. */
void complain_unexpected(struct scene *s);
/* Adds that a `;` is missing in front of the token, which begins a statement. */
void complain_semicolon(struct scene *s);

#endif
