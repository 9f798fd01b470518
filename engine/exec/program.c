/*
 * program.c: trees of expressions to flat programs (program_code.h).
 *
 * Equal parts are evaluated once: what has been computed is remembered with its register. What was computed for some
 * rows only, inside an operand of AND, OR, CASE or COALESCE, is forgotten at the operand's end. Nothing is moved: a
 * part is evaluated where it stands first, so the first error of a row is that of single-row evaluation from the
 * left.
 */

#include "exec/program.h"

#include <assert.h>

#include "base/array.h"
#include "exec/program_code.h"

enum { EAGER_WEIGHT = 8 };

struct known {
    const struct expr *expr;
    uint32_t           reg;
};

struct compiler {
    struct arena *arena;
    ARRAY(struct leaf) leaves;
    ARRAY(struct instr) code;
    ARRAY(struct known) known_leaves; /* valid everywhere */
    ARRAY(struct known) known;        /* valid for the rows of the code being made */
    uint32_t n_regs;
    uint32_t max_args;
};

static bool same_part(const struct expr *a, const struct expr *b)
{
    return a == b || (a->kind == b->kind && a->weight == b->weight && expr_equal(a, b));
}

static bool find_known(const struct known *items, size_t count, const struct expr *e, uint32_t *reg)
{
    for (size_t i = 0; i < count; i++) {
        if (!same_part(items[i].expr, e)) continue;
        *reg = items[i].reg;
        return true;
    }
    return false;
}

static bool is_leaf(const struct expr *e)
{
    return e->kind == EXPR_COLUMN || e->kind == EXPR_ROWTIME || e->kind == EXPR_CONSTANT ||
           (e->kind == EXPR_CLOCK && !e->per_row);
}

static struct vector leaf_constant(struct compiler *c, const struct expr *e)
{
    struct value v = e->constant;
    if (v.null || type_form(v.type) != type_form(e->type)) {
        assert(v.null);
        v.null = true;
    }
    v.type = e->type;
    if (!v.null && type_form(v.type) == FORM_STR) v.str = str_copy(c->arena, v.str);
    struct vector out;
    vector_new_constant(c->arena, &v, &out);
    return out;
}

static uint32_t compile_leaf(struct compiler *c, const struct expr *e)
{
    uint32_t reg;
    if (find_known(c->known_leaves.items, c->known_leaves.count, e, &reg)) return reg;
    reg = c->n_regs++;
    struct leaf *leaf = array_push(c->arena, &c->leaves);
    leaf->reg = reg;
    leaf->column = e->column;
    switch (e->kind) {
    case EXPR_COLUMN: leaf->kind = LEAF_COLUMN; break;
    case EXPR_ROWTIME: leaf->kind = LEAF_ROWTIME; break;
    case EXPR_CLOCK: leaf->kind = LEAF_STARTED; break;
    default:
        leaf->kind = LEAF_CONSTANT;
        leaf->constant = leaf_constant(c, e);
    }
    *array_push(c->arena, &c->known_leaves) = (struct known){ e, reg };
    return reg;
}

static enum opcode opcode_of(const struct expr *e)
{
    switch (e->kind) {
    case EXPR_CLOCK: return CODE_ROW_CLOCK;
    case EXPR_NOT_NULL: return CODE_NOT_NULL;
    case EXPR_SUBQUERY: return CODE_SUBQUERY;
    case EXPR_AND: return CODE_AND;
    case EXPR_OR: return CODE_OR;
    case EXPR_CASE: return CODE_CASE;
    case EXPR_COALESCE: return CODE_COALESCE;
    default: return fn_choice_is_same(&e->call) ? CODE_SAME : CODE_CALL;
    }
}

/* Whether its result may be the vector of its first operand. */
static bool shares_operand(enum opcode code)
{
    return code == CODE_SAME || code == CODE_NOT_NULL || code == CODE_COALESCE;
}

static uint32_t compile_expr(struct compiler *c, const struct expr *e);

/* Operands that are evaluated for all rows: their code stands before the instruction. */
static struct operand *compile_args(struct compiler *c, const struct expr *e)
{
    struct operand *args = ARENA_ARRAY(c->arena, struct operand, e->n_args);
    for (uint32_t i = 0; i < e->n_args; i++) {
        args[i] = (struct operand){ .reg = compile_expr(c, e->args[i]) };
    }
    if (e->n_args > c->max_args) c->max_args = e->n_args;
    return args;
}

/* Arithmetic and comparisons of numbers run over all rows in the time that a part of them takes one by one. */
static bool is_eager(const struct expr *e)
{
    if (type_form(e->type) == FORM_STR || (e->kind != EXPR_CALL && !is_leaf(e))) return false;
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (!is_eager(e->args[i])) return false;
    }
    return true;
}

/* Operands that are evaluated for some rows: their code stands behind the instruction. The first operand's rows are
 * those of the whole, so what it computes stays known. */
static struct operand *compile_blocks(struct compiler *c, const struct expr *e)
{
    struct operand *args = ARENA_ARRAY(c->arena, struct operand, e->n_args);
    for (uint32_t i = 0; i < e->n_args; i++) {
        size_t known = c->known.count;
        args[i].begin = (uint32_t)c->code.count;
        args[i].eager = e->args[i]->weight <= EAGER_WEIGHT && is_eager(e->args[i]) &&
                        !expr_can_fault(e->args[i]);
        args[i].reg = compile_expr(c, e->args[i]);
        args[i].end = (uint32_t)c->code.count;
        if (i > 0) c->known.count = known;
    }
    return args;
}

static uint32_t compile_expr(struct compiler *c, const struct expr *e)
{
    if (e->kind == EXPR_RELEASE) return compile_expr(c, e->args[0]); /* it is for the compiler alone */
    if (is_leaf(e)) return compile_leaf(c, e);
    uint32_t reg;
    if (find_known(c->known.items, c->known.count, e, &reg)) return reg;

    struct instr in = { .code = opcode_of(e), .expr = e, .n_args = e->n_args };
    uint32_t at;
    if (in.code < CODE_AND) {
        in.args = compile_args(c, e);
        at = (uint32_t)c->code.count;
        (void)array_push(c->arena, &c->code);
    } else {
        at = (uint32_t)c->code.count;
        (void)array_push(c->arena, &c->code);
        in.args = compile_blocks(c, e);
    }
    in.reg = c->n_regs++;
    in.next = (uint32_t)c->code.count;
    c->code.items[at] = in;
    *array_push(c->arena, &c->known) = (struct known){ e, in.reg };
    return in.reg;
}

/* Outputs outlive the scratch arena, and so do the registers whose vectors they may share. */
static void keep_reg(struct compiler *c, uint32_t reg)
{
    for (size_t i = 0; i < c->code.count; i++) {
        struct instr *in = &c->code.items[i];
        if (in->reg != reg || in->keep) continue;
        in->keep = true;
        if (shares_operand(in->code)) keep_reg(c, in->args[0].reg);
    }
}

struct status program_compile(struct arena *a, struct expr *const *exprs, uint32_t n_exprs,
                              struct program **out)
{
    struct compiler c = { .arena = a };
    struct program *p = ARENA_NEW(a, struct program);
    p->outs = ARENA_ARRAY(a, uint32_t, n_exprs);
    p->types = ARENA_ARRAY(a, struct type, n_exprs);
    p->n_outs = n_exprs;
    for (uint32_t i = 0; i < n_exprs; i++) {
        p->outs[i] = compile_expr(&c, exprs[i]);
        p->types[i] = exprs[i]->type;
    }
    for (uint32_t i = 0; i < n_exprs; i++) keep_reg(&c, p->outs[i]);
    p->leaves = c.leaves.items;
    p->n_leaves = (uint32_t)c.leaves.count;
    p->code = c.code.items;
    p->n_code = (uint32_t)c.code.count;
    p->n_regs = c.n_regs;
    p->max_args = c.max_args;
    *out = p;
    return OK;
}
