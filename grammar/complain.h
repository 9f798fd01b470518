#ifndef GRAMMAR_COMPLAIN_H
#define GRAMMAR_COMPLAIN_H

/* complain.h: what to say about a token that does not fit: what was found, what would have fitted,
 * and a guess at what was meant. */

#include "base/limits.h"
#include "grammar/machine.h"
#include "grammar/reader.h"

/* A statement under way, as far as it was read. */
struct scene {
    struct parse *parse;
    struct machine *machine;
    struct reader *reader;                  /* window[0]: the token that does not fit */
    struct span open[LIMIT_EXPR_DEPTH + 1]; /* the places of "(" without their ")" yet */
    int n_open;
    bool creates;       /* the statement begins with CREATE */
    struct str defines; /* what it is to define, once that has been read */
};

/* Whether the token begins something of other dialects that would be read as a name, and then be
 * misunderstood. */
bool complain_refuses(const struct scene *s);
/* Adds the error. */
void complain_unexpected(struct scene *s);
/* Adds what is wrong with the spelling of a token, if anything. */
void complain_spelling(struct scene *s, const struct token *t);
/* Adds that a `;` is missing in front of the token, which begins a statement. */
void complain_semicolon(struct scene *s);

#endif
