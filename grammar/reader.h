#ifndef GRAMMAR_READER_H
#define GRAMMAR_READER_H

/*
 * reader.h: the tokens of a text as the parser needs them. Looks ahead by a few, and so settles
 * what one token of look-ahead in the grammar cannot: whether DATE begins a literal, whether FROM
 * LAST belongs to a call, whether CONTAINS compares periods.
 */

#include "grammar/lexer.h"

enum {
    READER_AHEAD = 3
};

struct reader {
    struct lexer lexer;
    struct token window[READER_AHEAD + 1]; /* [0]: the next token, settled; then as they came */
    struct token before[2];                /* [0]: the one before it; kind 0: a statement begins */
};

void reader_init(struct reader *r, struct arena *a, const struct text_file *file,
                 struct diags *diags);
/* Moves on by one token. */
void reader_advance(struct reader *r);
/* Forgets what stood before: a statement begins. */
void reader_begin(struct reader *r);

#endif
