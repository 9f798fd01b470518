#ifndef EXEC_PROGRAM_CODE_H
#define EXEC_PROGRAM_CODE_H

/*
 * program_code.h: what a compiled program looks like; for program.c, which makes it, and program_run.c, which runs it.
 *
 * Registers hold vectors. Leaves (columns, constants, times) are loaded before anything runs. Instructions follow one
 * another in `code`; those that decide which rows go on (AND, OR, CASE, COALESCE) own the ranges of code of their
 * operands, which lie right behind them:
 *
 *     A > 1 AND B / A > 2         r0 = A, r1 = 1, r2 = B, r3 = 2           leaves
 *                                 0: AND r7 = [1,2) r4, [2,4) r6
 *                                 1:   CALL r4 = > r0 r1                   all rows
 *                                 2:   CALL r5 = / r2 r0                   rows where r4 is not FALSE
 *                                 3:   CALL r6 = > r5 r3
 */

#include "exec/program.h"

enum leaf_kind { LEAF_COLUMN, LEAF_ROWTIME, LEAF_CONSTANT, LEAF_STARTED };

struct leaf {
    enum leaf_kind kind;
    uint32_t       reg;
    uint32_t       column;
    struct vector  constant;
};

enum opcode {
    CODE_CALL,
    CODE_SAME,
    CODE_ROW_CLOCK,
    CODE_NOT_NULL,
    CODE_SUBQUERY,
    CODE_AND,
    CODE_OR,
    CODE_CASE,
    CODE_COALESCE
};

/* An operand: its register and the code that fills it; begin == end when that is done elsewhere. */
struct operand {
    uint32_t reg;
    uint32_t begin, end;
    bool     eager; /* cheap and without faults: rather for all rows than for chosen ones */
};

struct instr {
    enum opcode        code;
    uint32_t           reg;  /* of the result */
    uint32_t           next; /* first instruction behind it and its operands' code */
    bool               keep; /* the result is an output: it lies in the arena of results */
    const struct expr *expr;
    struct operand    *args;
    uint32_t           n_args;
};

struct program {
    struct leaf  *leaves;
    uint32_t      n_leaves;
    struct instr *code;
    uint32_t      n_code;
    uint32_t      n_regs;
    uint32_t      max_args; /* of a call */
    uint32_t     *outs;     /* a register an expression */
    struct type  *types;    /* of the outputs */
    uint32_t      n_outs;
};

#endif
