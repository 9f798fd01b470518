#ifndef GRAMMAR_PARSE_H
#define GRAMMAR_PARSE_H

/* parse.h: the one door of the grammar: text to statements and diagnostics. Pushes tokens into the
 * parser; after an error it goes on behind the next `;`, or at a CREATE where a `;` was forgotten,
 * so that one run shows every error. */

#include "base/diag.h"
#include "sql/ast.h"

/* Parses a whole file. Statements that are in order are appended to out, errors to diags; both live
 * in `a`, and point into file->data, which must live as long. */
void parse_file(struct arena *a, const struct text_file *file, struct ast_statements *out,
                struct diags *diags);
/* Parses one expression that takes up the whole text (tests, REPL). NULL after an error. */
struct ast_expr *parse_expression(struct arena *a, const struct text_file *file,
                                  struct diags *diags);
/* Parses column definitions as between the parentheses of CREATE SOURCE; false after an error. */
bool parse_columns(struct arena *a, const struct text_file *file, struct ast_column_def **out,
                   uint32_t *n_out, struct diags *diags);
/* Parses "name = value, name = value" as between the parentheses of WITH; false after an error. */
bool parse_options(struct arena *a, const struct text_file *file, struct ast_option **out,
                   uint32_t *n_out, struct diags *diags);

enum keyword_use {
    KEYWORD_NONE,
    KEYWORD_FREE,
    KEYWORD_RESERVED
};
/* What a word is (any case): not a keyword, one that may be used as a name, a reserved one. */
enum keyword_use parse_keyword(struct str word);

#endif
