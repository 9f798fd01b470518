#ifndef GRAMMAR_TOKEN_H
#define GRAMMAR_TOKEN_H

/* token.h: one word, literal or sign of the text, as the lexer gives it and the parser takes it. */

#include "base/status.h"

/* How a word may be used; keywords.def says what each means. */
enum word_use {
    WORD_NONE,
    WORD_FREE,
    WORD_RESERVED,
    WORD_CLAUSE,
    WORD_CALLED,
    WORD_READABLE
};

struct token {
    int kind;                   /* TK_* of parser.h; 0: end of the text */
    enum word_use use;          /* of an unquoted word */
    bool quoted;                /* a name in double quotes */
    const struct status *fault; /* what is wrong with its spelling, or NULL */
    struct str text;            /* name as stored; text without quotes; number or sign, "<>" for "!=" */
    struct span at;
};

#endif
