#ifndef GRAMMAR_MACHINE_H
#define GRAMMAR_MACHINE_H

/*
 * machine.h: the parser that lemon makes of parser.y, as the driver sees it: a stack that takes
 * tokens. Before it pushes a token, the driver asks whether it fits; so the parser never meets a
 * wrong one, and words can be names wherever they are not needed as words.
 */

#include "base/diag.h"
#include "grammar/token.h"
#include "sql/ast.h"

/* A named array, as base/array.h makes nameless ones. */
#define LIST_OF(name, type) \
    struct name {           \
        type *items;        \
        size_t count, cap;  \
    }

LIST_OF(column_list, struct ast_column_def);
LIST_OF(option_list, struct ast_option);

/* One parse: what the rules' actions share, and where they leave what was read. */
struct parse {
    struct arena *arena;
    struct diags *diags;
    struct span last; /* of the token pushed last: here ends what is finished now */
    bool failed;      /* an error was added */
    enum {
        DEPTH_FINE,
        DEPTH_STACK,
        DEPTH_TREE
    } depth; /* what is too deep, if anything */
    struct ast_statement *statement;
    struct ast_expr *expr;
    struct column_list columns;
    struct option_list options;
};

/* What a text is to be; the first token pushed. */
enum start {
    START_STATEMENT,
    START_EXPRESSION,
    START_COLUMNS,
    START_OPTIONS
};

struct machine;

/* A parser in the arena, to be started before each use. */
struct machine *machine_new(struct parse *p);
void machine_start(struct machine *m, struct parse *p, enum start start);
/* Whether a token of this kind fits here; 0 asks for the end. */
bool machine_accepts(const struct machine *m, int kind);
/* Pushes a token that fits; one of kind 0 ends the parse. */
void machine_push(struct machine *m, const struct token *t);
/* One more than the largest kind of token. */
int machine_kind_count(void);

#endif
