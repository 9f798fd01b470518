/*
 * build_expr.c: nodes of expressions.
 *
 * Every node is made through build_expr and gets its arguments through build_args, which counts
 * the height of the tree. A tree that becomes higher than LIMIT_TREE_DEPTH is reported once; the
 * statement is dropped then.
 */

#include "grammar/build.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"
#include "grammar/words.h"

struct span build_span(const struct parse *p, struct span a)
{
    if (p->last.offset + p->last.length > a.offset) {
        a.length = p->last.offset + p->last.length - a.offset;
    }
    return a;
}

void build_fault(struct parse *p, enum err err, struct span at, const char *hint,
                 const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct status st = status_new(p->arena, err, at, "%s", text);
    st.hint = hint;
    p->failed = true;
    diags_error(p->diags, st);
}

/* ---- names, numbers ---- */

struct ast_name build_name(const struct token *t)
{
    return (struct ast_name){ .text = t->text, .quoted = t->quoted, .at = t->at };
}

static void check_reserved(struct parse *p, const struct ast_name *n)
{
    if (n->quoted || !word_is_reserved(n->text)) return;
    const char *hint = str_format_c(p->arena, "as a name it needs double quotes: \"%.*s\"",
                                    STR_ARG(n->text));
    build_fault(p, ERR_RESERVED_NAME, n->at, hint, "\"%.*s\" is a reserved word",
                STR_ARG(n->text));
}

struct ast_name build_new_name(struct parse *p, const struct token *t)
{
    struct ast_name n = build_name(t);
    check_reserved(p, &n);
    return n;
}

uint8_t build_unit(const struct token *t)
{
    static const char *const words[] = { "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };
    for (uint8_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!t->quoted && str_equal_c(t->text, words[i])) return (uint8_t)(UNIT_YEAR + i);
    }
    return UNIT_NONE;
}

uint8_t build_unit_checked(struct parse *p, const struct token *t, const char *function)
{
    uint8_t unit = build_unit(t);
    if (unit == UNIT_NONE) {
        build_fault(p, ERR_CANNOT_APPLY, t->at,
                    "the units are YEAR, MONTH, DAY, HOUR, MINUTE and SECOND",
                    "cannot apply %s: there is no unit %.*s", function, STR_ARG(t->text));
    }
    return unit;
}

int64_t build_number(struct parse *p, const struct token *t, bool negative)
{
    const char *s = str_data(&t->text);
    int64_t n = 0;
    for (uint32_t i = 0; i < t->text.len; i++) {
        if (s[i] < '0' || s[i] > '9') {
            build_fault(p, ERR_BAD_TYPE, t->at, NULL,
                        "a length or precision is a whole number, not %.*s", STR_ARG(t->text));
            return 0;
        }
        if (n < INT64_MAX / 10 - 10) n = n * 10 + (s[i] - '0');
    }
    return negative ? -n : n;
}

/* ---- nodes ---- */

struct ast_expr *build_expr(struct parse *p, enum ast_kind kind, struct span at)
{
    struct ast_expr *e = ARENA_NEW(p->arena, struct ast_expr);
    e->kind = kind;
    e->at = build_span(p, at);
    e->depth = 1;
    return e;
}

struct ast_expr *build_leaf(struct parse *p, enum ast_kind kind, const struct token *t)
{
    struct ast_expr *e = build_expr(p, kind, t->at);
    if (kind != AST_NULL && kind != AST_STAR) e->text = t->text;
    return e;
}

void build_raise(struct parse *p, uint16_t *height, uint16_t below)
{
    if (below < LIMIT_TREE_DEPTH) {
        if (*height <= below) *height = (uint16_t)(below + 1);
    } else {
        *height = LIMIT_TREE_DEPTH;
        p->depth = DEPTH_TREE;
    }
}

void build_args(struct parse *p, struct ast_expr *e, struct expr_list args)
{
    e->args = args.items;
    e->n_args = (uint32_t)args.count;
    for (size_t i = 0; i < args.count; i++) {
        if (args.items[i]) build_raise(p, &e->depth, args.items[i]->depth);
    }
}

struct expr_list build_one(struct parse *p, struct ast_expr *e)
{
    struct expr_list list = { 0 };
    *array_push(p->arena, &list) = e;
    return list;
}

/* The trimmed character that TRIM has where none is given. */
static struct ast_expr *blank_leaf(struct parse *p, struct span at)
{
    struct token t = { .text = str_c(" "), .at = at };
    struct ast_expr *e = build_leaf(p, AST_STRING, &t);
    e->at = at;
    return e;
}

struct ast_expr *build_call(struct parse *p, const char *name, struct span at, struct ast_expr *a,
                            struct ast_expr *b, struct ast_expr *c, struct ast_expr *d)
{
    struct ast_expr *e = build_expr(p, AST_CALL, at);
    struct ast_expr *given[] = { a ? a : blank_leaf(p, at), b, c, d };
    struct expr_list args = { 0 };
    for (int i = 0; i < 4 && given[i]; i++) *array_push(p->arena, &args) = given[i];
    e->name = str_c(name);
    e->name_at = at;
    build_args(p, e, args);
    return e;
}

struct ast_expr *build_binary(struct parse *p, struct str name, struct ast_expr *a,
                              struct ast_expr *b)
{
    struct ast_expr *e = build_call(p, "", a->at, a, b, NULL, NULL);
    e->name = name;
    return e;
}

struct ast_expr *build_unary(struct parse *p, const char *name, struct span at, struct ast_expr *a)
{
    return build_call(p, name, at, a, NULL, NULL, NULL);
}

struct ast_expr *build_not(struct parse *p, struct span at, struct ast_expr *a)
{
    if (a->kind == AST_EXISTS && !a->parens && !a->negated) {
        a->negated = true;
        a->at = build_span(p, at);
        return a;
    }
    return build_unary(p, "NOT", at, a);
}

struct ast_expr *build_boolean(struct parse *p, const struct token *t)
{
    struct ast_expr *e = build_leaf(p, AST_BOOLEAN, t);
    e->op = *str_data(&t->text);
    return e;
}

struct ast_expr *build_column(struct parse *p, struct name_list path)
{
    const struct ast_name *first = &path.items[0];
    int kind;
    enum word_use use = WORD_NONE;
    if (!first->quoted) word_classify(first->text, &kind, &use);
    if (path.count == 1 && use == WORD_CALLED) {
        struct ast_expr *e = build_expr(p, AST_CALL, first->at);
        e->name = first->text;
        e->name_at = first->at;
        e->bare = true;
        return e;
    }
    for (size_t i = 0; i < path.count; i++) check_reserved(p, &path.items[i]);
    struct ast_expr *e = build_expr(p, AST_COLUMN, first->at);
    e->names = path.items;
    e->n_names = (uint32_t)path.count;
    return e;
}

struct ast_expr *build_function(struct parse *p, const struct token *name, struct expr_list args)
{
    /* These are the signs' names in the tree, so no function can have them. */
    if (!name->quoted && (str_equal_c(name->text, "NEG") || str_equal_c(name->text, "POS"))) {
        build_fault(p, ERR_UNKNOWN_FUNCTION, name->at, "the sign is written -x or +x",
                    "no match found for function signature %.*s", STR_ARG(name->text));
    }
    struct ast_expr *e = build_expr(p, AST_CALL, name->at);
    e->name = name->text;
    e->name_at = name->at;
    e->quoted = name->quoted;
    build_args(p, e, args);
    return e;
}

/* Whether RESPECT NULLS and IGNORE NULLS mean something to a function (aggregates sheet, 5). */
static bool takes_nulls(const struct ast_expr *call)
{
    return str_equal_c(call->name, "FIRST_VALUE") || str_equal_c(call->name, "LAST_VALUE") ||
           str_equal_c(call->name, "NTH_VALUE") || str_equal_c(call->name, "LAG");
}

struct ast_expr *build_tail(struct parse *p, struct ast_expr *call, struct tail_part tail)
{
    call->at = build_span(p, call->at);
    if (tail.nulls != NULLS_DEFAULT) {
        call->null_treatment = (__typeof__(call->null_treatment))tail.nulls;
    }
    call->from_last = tail.from_last;
    call->over = tail.over;
    if (tail.over) build_raise_window(p, &call->depth, tail.over);

    /* In F(G(x) IGNORE NULLS) the words were read as G's. */
    struct ast_expr *last = call->n_args > 0 ? call->args[call->n_args - 1] : NULL;
    if (last && last->kind == AST_CALL && !last->parens && !last->over && !takes_nulls(last) &&
        last->null_treatment != NULLS_DEFAULT && call->null_treatment == NULLS_DEFAULT &&
        takes_nulls(call)) {
        call->null_treatment = last->null_treatment;
        last->null_treatment = NULLS_DEFAULT;
    }
    return call;
}

struct ast_expr *build_subquery(struct parse *p, enum ast_kind kind, struct span at,
                                struct ast_query *q)
{
    struct ast_expr *e = build_expr(p, kind, at);
    e->query = q;
    build_raise(p, &e->depth, q->depth);
    return e;
}

struct ast_expr *build_list(struct parse *p, enum ast_kind kind, struct span at,
                            struct ast_expr *first, struct expr_list rest)
{
    struct ast_expr *e = build_expr(p, kind, at);
    struct expr_list all = first ? build_one(p, first) : (struct expr_list){ 0 };
    for (size_t i = 0; i < rest.count; i++) *array_push(p->arena, &all) = rest.items[i];
    build_args(p, e, all);
    return e;
}

static bool is_interval(const struct ast_expr *e)
{
    return e->kind == AST_INTERVAL || e->kind == AST_INTERVAL_OF;
}

struct ast_expr *build_period(struct parse *p, const struct token *t, struct ast_expr *a,
                              struct ast_expr *b)
{
    struct ast_expr *e = build_expr(p, AST_PERIOD, a->at);
    struct expr_list ends = { 0 };
    struct ast_expr *sides[] = { a, b };
    char flags[3] = "";
    for (int i = 0; i < 2; i++) {
        struct ast_expr *side = sides[i];
        if (side->kind != AST_ROW || side->n_args != 2) {
            build_fault(p, ERR_SYNTAX, side->at, "a period is (start, end) or (start, interval)",
                        "syntax error at line %u: %.*s compares two periods", side->at.line,
                        STR_ARG(t->text));
            return e;
        }
        *array_push(p->arena, &ends) = side->args[0];
        *array_push(p->arena, &ends) = side->args[1];
        flags[i] = is_interval(side->args[1]) ? '1' : '0';
    }
    e->name = t->text;
    e->name_at = t->at;
    e->text = str_view(flags, 2);
    build_args(p, e, ends);
    return e;
}

/* One sign before the quotes and one inside of them come to one (dialect 10). */
static struct str with_sign(struct parse *p, char sign, struct str text)
{
    const char *s = str_data(&text);
    int at = 0, n = (int)text.len;
    while (at < n && s[at] == ' ') at++;
    if (at < n && (s[at] == '-' || s[at] == '+')) sign = s[at++] == sign ? '+' : '-';
    return str_format(p->arena, "%c%.*s", sign, n - at, s + at);
}

struct ast_expr *build_interval(struct parse *p, const struct token *t, char sign,
                                const struct token *text, struct ast_type type)
{
    struct ast_expr *e = build_expr(p, AST_INTERVAL, t->at);
    e->text = sign ? with_sign(p, sign, text->text) : text->text;
    e->type = type;
    return e;
}
