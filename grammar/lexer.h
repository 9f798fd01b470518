#ifndef GRAMMAR_LEXER_H
#define GRAMMAR_LEXER_H

/*
 * lexer.h: text to tokens, one a call. Knows characters, quotes and comments; what a word means in
 * its place is for the parser's driver to say.
 */

#include "base/diag.h"
#include "grammar/token.h"

struct lexer {
    struct arena *arena;
    const struct text_file *file;
    struct diags *diags;   /* for warnings */
    const char *start;     /* of the text */
    const char *at, *end;  /* the next character; behind the last one */
    uint32_t line, column; /* of at, from 1; columns count characters */
};

/* Begins at the start of the text, behind a byte order mark. */
void lexer_init(struct lexer *lx, struct arena *a, const struct text_file *file,
                struct diags *diags);
/* The next token; kind 0 at the end, again and again. What is wrong with its spelling
 * stands in its fault; kind is TK_ILLEGAL or TK_UNCLOSED where no usable token is left. */
void lexer_next(struct lexer *lx, struct token *t);

#endif
