#ifndef GRAMMAR_SPELL_H
#define GRAMMAR_SPELL_H

/*
 * spell.h: from the characters of a token to its value: quotes taken off, escapes undone, names
 * folded and measured. Each sets the token's fault where something is wrong, and returns false if
 * the token is of no use then.
 */

#include "grammar/lexer.h"

/* A word [from, at) without quotes: text, kind and use. */
bool spell_word(struct lexer *lx, const char *from, struct token *t);
/* "name", quotes included. */
bool spell_quoted(struct lexer *lx, const char *from, struct token *t);
/* 'text', or X'0F' without its X. */
bool spell_text(struct lexer *lx, const char *from, struct token *t);
bool spell_binary(struct lexer *lx, const char *from, struct token *t);
/* Undoes the escapes of U&'...', whose quotes are off already; escape is one character. */
void spell_unicode(struct arena *a, struct token *t, struct str escape);
/* Sets the token's fault: message as by printf, hint or NULL. */
void spell_fault(struct lexer *lx, struct token *t, enum err err, const char *hint,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
