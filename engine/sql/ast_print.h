#ifndef SQL_AST_PRINT_H
#define SQL_AST_PRINT_H

/*
 * ast_print.h: trees back to SQL, for messages, EXPLAIN and tests. What is printed is one line in
 * a canonical form, and reads back as the same tree: names as stored, quoted where they were;
 * parentheses where they were or are needed.
 */

#include "base/str.h"
#include "sql/ast.h"

void ast_print_statement(struct buf *out, const struct ast_statement *s);
void ast_print_query(struct buf *out, const struct ast_query *q);
void ast_print_from(struct buf *out, const struct ast_from *f);
void ast_print_window(struct buf *out, const struct ast_window *w);
void ast_print_expr(struct buf *out, const struct ast_expr *e);
void ast_print_type(struct buf *out, const struct ast_type *t);
void ast_print_name(struct buf *out, const struct ast_name *n);
/* 'text', its quotes doubled. */
void ast_print_text(struct buf *out, struct str text);

#endif
