#ifndef GRAMMAR_WORDS_H
#define GRAMMAR_WORDS_H

/* words.h: the keywords, and how messages call a kind of token. */

#include "grammar/token.h"

/* Sets kind and use of an unquoted word, which is in upper case: those of keywords.def, or TK_ID
 * and WORD_NONE. */
void word_classify(struct str word, int *kind, enum word_use *use);
/* Whether a name that was written without quotes would have needed them. */
bool word_is_reserved(struct str word);
/* The first word, or the sign, that is a token of this kind; NULL for names and literals. */
const char *word_of_kind(int kind);

#endif
