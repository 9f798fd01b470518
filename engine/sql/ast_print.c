/*
 * ast_print.c: names, types and expressions.
 *
 * Each kind of expression has a rank, that of the floor of the grammar it stands on. A part whose
 * rank is lower than its place asks for gets parentheses, also where the tree says nothing of them
 * because it was built, not read.
 */

#include "sql/ast_print.h"

enum rank {
    RANK_OR = 1,
    RANK_AND,
    RANK_NOT,
    RANK_CMP,
    RANK_SUM,
    RANK_PRODUCT,
    RANK_SIGN,
    RANK_PRIMARY
};

/* ---- names, texts, types ---- */

static void print_quoted(struct buf *out, struct str text, char quote)
{
    buf_append_char(out, quote);
    for (uint32_t i = 0; i < text.len; i++) {
        char c = str_data(&text)[i];
        buf_append_char(out, c);
        if (c == quote) buf_append_char(out, c);
    }
    buf_append_char(out, quote);
}

void ast_print_text(struct buf *out, struct str text)
{
    print_quoted(out, text, '\'');
}

void ast_print_name(struct buf *out, const struct ast_name *n)
{
    if (n->quoted) {
        print_quoted(out, n->text, '"');
    } else {
        buf_append_str(out, n->text);
    }
}

static const char *unit_name(uint8_t unit)
{
    static const char *const names[] = { "", "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };
    return unit < sizeof names / sizeof names[0] ? names[unit] : "";
}

/* DAY(4) TO SECOND(3): the first field's precision and the fraction of SECOND. */
static void print_qualifier(struct buf *out, const struct ast_type *t)
{
    buf_append_c(out, unit_name(t->from));
    bool one = t->to == t->from || t->to == UNIT_NONE;
    if (t->has_length && t->has_scale && one) {
        buf_printf(out, "(%lld, %lld)", (long long)t->length, (long long)t->scale);
    } else if (t->has_length) {
        buf_printf(out, "(%lld)", (long long)t->length);
    }
    if (one) return;
    buf_printf(out, " TO %s", unit_name(t->to));
    if (t->has_scale) buf_printf(out, "(%lld)", (long long)t->scale);
}

void ast_print_type(struct buf *out, const struct ast_type *t)
{
    if (t->from != UNIT_NONE) {
        buf_append_c(out, "INTERVAL ");
        print_qualifier(out, t);
        return;
    }
    buf_append_str(out, t->name);
    if (!t->has_length) return;
    buf_printf(out, "(%lld", (long long)t->length);
    if (t->has_scale) buf_printf(out, ", %lld", (long long)t->scale);
    buf_append_char(out, ')');
}

/* ---- ranks ---- */

static bool is_call(const struct ast_expr *e, const char *name)
{
    return e->kind == AST_CALL && str_equal_c(e->name, name);
}

/* The rank of the operator or predicate that a call is; RANK_PRIMARY for a function. */
static enum rank call_rank(const struct ast_expr *e)
{
    static const struct {
        const char *name;
        enum rank rank;
    } ranks[] = {
        { "OR", RANK_OR },
        { "AND", RANK_AND },
        { "NOT", RANK_NOT },
        { "=", RANK_CMP },
        { "<>", RANK_CMP },
        { "<", RANK_CMP },
        { "<=", RANK_CMP },
        { ">", RANK_CMP },
        { ">=", RANK_CMP },
        { "IS NULL", RANK_CMP },
        { "IS TRUE", RANK_CMP },
        { "IS FALSE", RANK_CMP },
        { "IS UNKNOWN", RANK_CMP },
        { "IS DISTINCT FROM", RANK_CMP },
        { "BETWEEN", RANK_CMP },
        { "BETWEEN SYMMETRIC", RANK_CMP },
        { "LIKE", RANK_CMP },
        { "SIMILAR TO", RANK_CMP },
        { "+", RANK_SUM },
        { "-", RANK_SUM },
        { "||", RANK_SUM },
        { "*", RANK_PRODUCT },
        { "/", RANK_PRODUCT },
        { "NEG", RANK_SIGN },
        { "POS", RANK_SIGN },
    };
    if (e->quoted || e->bare) return RANK_PRIMARY;
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        if (str_equal_c(e->name, ranks[i].name)) return ranks[i].rank;
    }
    return RANK_PRIMARY;
}

static enum rank rank_of(const struct ast_expr *e)
{
    if (e->parens) return RANK_PRIMARY;
    switch (e->kind) {
    case AST_CALL: return call_rank(e);
    case AST_IN:
    case AST_PERIOD: return RANK_CMP;
    case AST_EXISTS: return e->negated ? RANK_NOT : RANK_PRIMARY;
    default: return RANK_PRIMARY;
    }
}

/* ---- expressions ---- */

static void print_bare(struct buf *out, const struct ast_expr *e);

void ast_print_expr(struct buf *out, const struct ast_expr *e)
{
    if (e->parens) buf_append_char(out, '(');
    print_bare(out, e);
    if (e->parens) buf_append_char(out, ')');
}

/* e where at least `rank` can stand without parentheses. */
static void print_at(struct buf *out, const struct ast_expr *e, enum rank rank)
{
    bool needed = rank_of(e) < rank;
    if (needed) buf_append_char(out, '(');
    ast_print_expr(out, e);
    if (needed) buf_append_char(out, ')');
}

static void print_list(struct buf *out, struct ast_expr *const *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) buf_append_c(out, ", ");
        ast_print_expr(out, items[i]);
    }
}

static void print_names(struct buf *out, const struct ast_expr *e)
{
    for (uint32_t i = 0; i < e->n_names; i++) {
        if (i > 0) buf_append_char(out, '.');
        ast_print_name(out, &e->names[i]);
    }
}

static void print_case(struct buf *out, const struct ast_expr *e)
{
    buf_append_c(out, "CASE");
    if (e->args[0]) {
        buf_append_char(out, ' ');
        ast_print_expr(out, e->args[0]);
    }
    for (uint32_t i = 1; i + 1 < e->n_args; i += 2) {
        buf_append_c(out, " WHEN ");
        ast_print_expr(out, e->args[i]);
        buf_append_c(out, " THEN ");
        ast_print_expr(out, e->args[i + 1]);
    }
    if (e->args[e->n_args - 1]) {
        buf_append_c(out, " ELSE ");
        ast_print_expr(out, e->args[e->n_args - 1]);
    }
    buf_append_c(out, " END");
}

static void print_query_parens(struct buf *out, const struct ast_query *q)
{
    buf_append_char(out, '(');
    ast_print_query(out, q);
    buf_append_char(out, ')');
}

static void print_in(struct buf *out, const struct ast_expr *e)
{
    print_at(out, e->args[0], RANK_CMP);
    buf_append_c(out, e->negated ? " NOT IN " : " IN ");
    if (e->query) {
        print_query_parens(out, e->query);
        return;
    }
    buf_append_char(out, '(');
    print_list(out, e->args + 1, e->n_args - 1);
    buf_append_char(out, ')');
}

static void print_period(struct buf *out, const struct ast_expr *e)
{
    if (e->n_args != 4) return;
    buf_append_char(out, '(');
    print_list(out, e->args, 2);
    buf_printf(out, ") %.*s (", STR_ARG(e->name));
    print_list(out, e->args + 2, 2);
    buf_append_char(out, ')');
}

/* ---- calls ---- */

static void print_not(struct buf *out, const struct ast_expr *e)
{
    if (e->negated) buf_append_c(out, "NOT ");
}

/* The predicates written with words. */
static void print_predicate(struct buf *out, const struct ast_expr *e)
{
    print_at(out, e->args[0], RANK_CMP);
    buf_append_char(out, ' ');
    if (str_data(&e->name)[0] == 'I') {
        struct str rest = str_view(str_data(&e->name) + 3, e->name.len - 3);
        buf_append_c(out, "IS ");
        print_not(out, e);
        buf_append_str(out, rest);
    } else {
        print_not(out, e);
        buf_append_str(out, e->name);
    }
    if (e->n_args < 2) return;
    buf_append_char(out, ' ');
    print_at(out, e->args[1], RANK_SUM);
    if (e->n_args < 3) return;
    buf_append_c(out, str_data(&e->name)[0] == 'B' ? " AND " : " ESCAPE ");
    print_at(out, e->args[2], RANK_SUM);
}

static void print_operator(struct buf *out, const struct ast_expr *e, enum rank rank)
{
    if (rank == RANK_NOT || rank == RANK_SIGN) {
        bool minus = is_call(e, "NEG");
        buf_append_c(out, rank == RANK_NOT ? "NOT " : minus ? "-"
                                                            : "+");
        size_t before = out->len;
        print_at(out, e->args[0], rank);
        /* Two minuses in a row would begin a comment. */
        if (minus && out->data[before] == '-') {
            buf_append_char(out, ' ');
            memmove(out->data + before + 1, out->data + before, out->len - before - 1);
            out->data[before] = ' ';
        }
        return;
    }
    if (rank == RANK_CMP && (e->n_args != 2 || str_data(&e->name)[0] > '@')) {
        print_predicate(out, e);
        return;
    }
    print_at(out, e->args[0], rank);
    buf_printf(out, " %.*s ", STR_ARG(e->name));
    print_at(out, e->args[1], (enum rank)(rank + 1));
}

static void print_trim(struct buf *out, const struct ast_expr *e)
{
    buf_append_c(out, e->op == 'L' ? "TRIM(LEADING " : e->op == 'T' ? "TRIM(TRAILING "
                                                                    : "TRIM(BOTH ");
    print_at(out, e->args[0], RANK_SUM);
    buf_append_c(out, " FROM ");
    print_at(out, e->args[1], RANK_SUM);
    buf_append_char(out, ')');
}

/* name(a<words[0]>b<words[1]>c...): the forms with words instead of commas. */
static void print_worded(struct buf *out, const struct ast_expr *e, const char *name,
                         const char *const *words)
{
    buf_printf(out, "%s(", name);
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (i > 0) buf_append_c(out, words[i - 1]);
        print_at(out, e->args[i], RANK_SUM);
    }
    buf_append_char(out, ')');
}

/* The calls with a syntax of their own; false for others. */
static bool print_form(struct buf *out, const struct ast_expr *e)
{
    static const struct {
        const char *name, *printed, *words[3];
    } forms[] = {
        { "STEP", "STEP", { " BY " } },
        { "SUBSTRING", "SUBSTRING", { " FROM ", " FOR " } },
        { "SUBSTRING SIMILAR", "SUBSTRING", { " SIMILAR ", " ESCAPE " } },
        { "POSITION", "POSITION", { " IN " } },
        { "OVERLAY", "OVERLAY", { " PLACING ", " FROM ", " FOR " } },
    };
    if (e->quoted) return false;
    if (is_call(e, "TRIM") && e->op) {
        print_trim(out, e);
        return true;
    }
    if (is_call(e, "EXTRACT") && e->unit) {
        buf_printf(out, "EXTRACT(%s FROM ", unit_name(e->unit));
        print_at(out, e->args[0], RANK_SUM);
        buf_append_char(out, ')');
        return true;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!is_call(e, forms[i].name) || e->n_args < 2) continue;
        print_worded(out, e, forms[i].printed, forms[i].words);
        return true;
    }
    return false;
}

static void print_function(struct buf *out, const struct ast_expr *e)
{
    struct ast_name name = { .text = e->name, .quoted = e->quoted };
    ast_print_name(out, &name);
    if (e->bare) return;
    buf_append_char(out, '(');
    if (e->distinct) buf_append_c(out, "DISTINCT ");
    if (e->star) buf_append_char(out, '*');
    print_list(out, e->args, e->n_args);
    if (e->unit) buf_printf(out, " TO %s", unit_name(e->unit));
    buf_append_char(out, ')');
    if (e->from_last) buf_append_c(out, " FROM LAST");
    if (e->null_treatment == NULLS_RESPECT) buf_append_c(out, " RESPECT NULLS");
    if (e->null_treatment == NULLS_IGNORE) buf_append_c(out, " IGNORE NULLS");
    if (!e->over) return;
    buf_append_c(out, " OVER ");
    ast_print_window(out, e->over);
}

static void print_call(struct buf *out, const struct ast_expr *e)
{
    enum rank rank = call_rank(e);
    if (rank != RANK_PRIMARY) {
        print_operator(out, e, rank);
    } else if (!print_form(out, e)) {
        print_function(out, e);
    }
}

static void print_boolean(struct buf *out, char value)
{
    const char *word = value == 'T' ? "TRUE" : "FALSE";
    buf_append_c(out, value == 'U' ? "UNKNOWN" : word);
}

static void print_bare(struct buf *out, const struct ast_expr *e)
{
    switch (e->kind) {
    case AST_NULL: buf_append_c(out, "NULL"); break;
    case AST_NUMBER: buf_append_str(out, e->text); break;
    case AST_STRING: ast_print_text(out, e->text); break;
    case AST_BINARY:
        buf_append_char(out, 'X');
        ast_print_text(out, e->text);
        break;
    case AST_BOOLEAN: print_boolean(out, e->op); break;
    case AST_DATETIME:
        buf_printf(out, "%.*s ", STR_ARG(e->type.name));
        ast_print_text(out, e->text);
        break;
    case AST_INTERVAL:
        buf_append_c(out, "INTERVAL ");
        ast_print_text(out, e->text);
        buf_append_char(out, ' ');
        print_qualifier(out, &e->type);
        break;
    case AST_COLUMN: print_names(out, e); break;
    case AST_STAR:
        print_names(out, e);
        buf_append_c(out, e->n_names > 0 ? ".*" : "*");
        break;
    case AST_CALL: print_call(out, e); break;
    case AST_CAST:
        buf_append_c(out, "CAST(");
        ast_print_expr(out, e->args[0]);
        buf_append_c(out, " AS ");
        ast_print_type(out, &e->type);
        buf_append_char(out, ')');
        break;
    case AST_CASE: print_case(out, e); break;
    case AST_ROW:
        buf_append_c(out, e->n_args == 1 ? "ROW(" : "(");
        print_list(out, e->args, e->n_args);
        buf_append_char(out, ')');
        break;
    case AST_IN: print_in(out, e); break;
    case AST_EXISTS:
        buf_append_c(out, e->negated ? "NOT EXISTS " : "EXISTS ");
        print_query_parens(out, e->query);
        break;
    case AST_SUBQUERY: print_query_parens(out, e->query); break;
    case AST_INTERVAL_OF:
        buf_append_char(out, '(');
        ast_print_expr(out, e->args[0]);
        buf_append_c(out, ") ");
        print_qualifier(out, &e->type);
        break;
    case AST_PERIOD: print_period(out, e); break;
    }
}
