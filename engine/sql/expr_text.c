/*
 * expr_text.c: bound expressions as SQL.
 *
 * What stands here is for people: parentheses stand around every operator within another one, and a conversion that
 * the binder added shows only as the type's name where it matters.
 */

#include "sql/expr_text.h"

#include "data/text.h"

void expr_print_name(struct buf *out, struct str name)
{
    const char *s = str_data(&name);
    bool plain = name.len > 0 && !(s[0] >= '0' && s[0] <= '9') && s[0] != '$';
    for (uint32_t i = 0; i < name.len; i++) {
        bool fits = (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_' ||
                    s[i] == '$';
        plain = plain && fits;
    }
    if (plain) {
        buf_append_str(out, name);
        return;
    }
    buf_append_char(out, '"');
    for (uint32_t i = 0; i < name.len; i++) {
        if (s[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, s[i]);
    }
    buf_append_char(out, '"');
}

/* ---- constants ---- */

static void print_text(struct buf *out, const char *s, size_t n)
{
    buf_append_char(out, '\'');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\'') buf_append_char(out, '\'');
        buf_append_char(out, s[i]);
    }
    buf_append_char(out, '\'');
}

static void print_bytes(struct buf *out, struct str s)
{
    const char *p = str_data(&s);
    buf_append_c(out, "X'");
    for (uint32_t i = 0; i < s.len; i++) buf_printf(out, "%02X", (unsigned char)p[i]);
    buf_append_char(out, '\'');
}

static void print_constant(struct buf *out, const struct value *v)
{
    if (v->null) {
        buf_append_c(out, "NULL");
        return;
    }
    if (type_is_binary(v->type)) {
        print_bytes(out, v->str);
        return;
    }
    struct arena *scratch = arena_new();
    struct vector constant;
    struct buf text = { 0 };
    vector_new_constant(scratch, v, &constant);
    text_sql_value(&text, &constant, 0);
    const char *from = text.data;
    if (type_is_interval(v->type) && text.len > 0 && from[0] == '+') from++;
    size_t n = text.len - (size_t)(from - text.data);
    if (v->type.kind == TYPE_TIMESTAMP && n > 4 && memcmp(from + n - 4, ".000", 4) == 0) n -= 4;
    if (type_is_text(v->type)) {
        print_text(out, from, n);
    } else if (type_is_datetime(v->type) || type_is_interval(v->type)) {
        const char *name = type_text(scratch, v->type);
        const char *qualifier = type_is_interval(v->type) ? name + strlen("INTERVAL") : "";
        buf_printf(out, "%.*s ", (int)(strlen(name) - strlen(qualifier)), name);
        print_text(out, from, n);
        buf_append_c(out, qualifier);
    } else {
        buf_append(out, from, n);
    }
    buf_free(&text);
    arena_free(scratch);
}

/* ---- calls ---- */

static void print_args(struct buf *out, struct expr *const *args, uint32_t from, uint32_t to,
                       const char *between, const struct schema *columns)
{
    for (uint32_t i = from; i < to; i++) {
        if (i > from) buf_append_c(out, between);
        expr_print(out, args[i], columns);
    }
}

static bool is_infix(const char *name)
{
    static const char *const infix[] = { "+", "-", "*", "/", "||", "=", "<>", "<", "<=", ">", ">=",
                                         "LIKE", "NOT LIKE", "SIMILAR TO", "NOT SIMILAR TO",
                                         "IS DISTINCT FROM", "IS NOT DISTINCT FROM" };
    for (size_t i = 0; i < sizeof infix / sizeof infix[0]; i++) {
        if (strcmp(name, infix[i]) == 0) return true;
    }
    return false;
}

/* An operand of an operator. */
static void print_operand(struct buf *out, const struct expr *e, const struct schema *columns)
{
    bool is_operator = e->kind == EXPR_AND || e->kind == EXPR_OR ||
                       (e->kind == EXPR_CALL && is_infix(e->call.fn->name));
    if (is_operator) buf_append_char(out, '(');
    expr_print(out, e, columns);
    if (is_operator) buf_append_char(out, ')');
}

static void print_joined(struct buf *out, const struct expr *e, const char *sign,
                         const struct schema *columns)
{
    for (uint32_t i = 0; i < e->n_args; i++) {
        if (i > 0) buf_printf(out, " %s ", i == 1 || e->kind != EXPR_CALL ? sign : "ESCAPE");
        print_operand(out, e->args[i], columns);
    }
}

static const char *unit_text(const struct expr *e)
{
    return expr_is_constant(e) ? type_unit_name((enum time_unit)e->constant.i64) : "?";
}

static void print_cast(struct buf *out, const struct expr *e, const struct schema *columns)
{
    struct type from = e->args[0]->type;
    bool same_kind = (type_is_text(from) && type_is_text(e->type)) ||
                     (type_is_number(from) && type_is_number(e->type));
    if (e->implicit && same_kind) {
        expr_print(out, e->args[0], columns);
        return;
    }
    struct arena *scratch = arena_new();
    buf_append_c(out, "CAST(");
    expr_print(out, e->args[0], columns);
    buf_printf(out, " AS %s)", type_text(scratch, e->type));
    arena_free(scratch);
}

static void print_call(struct buf *out, const struct expr *e, const struct schema *columns)
{
    const char *name = e->call.fn->name;
    if (is_infix(name)) {
        print_joined(out, e, name, columns);
    } else if (strcmp(name, "CAST") == 0 && e->n_args == 1) {
        print_cast(out, e, columns);
    } else if (strcmp(name, "NOT") == 0 || strcmp(name, "NEG") == 0 || strcmp(name, "POS") == 0) {
        buf_append_c(out, name[0] == 'P' ? "+" : strcmp(name, "NEG") == 0 ? "-"
                                                                          : "NOT ");
        print_operand(out, e->args[0], columns);
    } else if (strncmp(name, "IS ", 3) == 0) {
        print_operand(out, e->args[0], columns);
        buf_printf(out, " %s", name);
    } else if (strcmp(name, "FLOOR TO") == 0 || strcmp(name, "CEIL TO") == 0) {
        buf_printf(out, "%.*s(", (int)strcspn(name, " "), name);
        expr_print(out, e->args[0], columns);
        buf_printf(out, " TO %s)", unit_text(e->args[1]));
    } else if (strcmp(name, "STEP") == 0) {
        buf_append_c(out, "STEP(");
        print_args(out, e->args, 0, e->n_args, " BY ", columns);
        buf_append_char(out, ')');
    } else if (strcmp(name, "EXTRACT") == 0) {
        buf_printf(out, "EXTRACT(%s FROM ", unit_text(e->args[0]));
        expr_print(out, e->args[1], columns);
        buf_append_char(out, ')');
    } else if (strcmp(name, "TRIM") == 0 && e->n_args == 3) {
        static const char *const sides[] = { "BOTH", "LEADING", "TRAILING" };
        buf_printf(out, "TRIM(%s ", sides[e->args[0]->constant.i64 % 3]);
        print_args(out, e->args, 1, 3, " FROM ", columns);
        buf_append_char(out, ')');
    } else if (strcmp(name, "DATETIME DIFFERENCE") == 0) {
        buf_append_char(out, '(');
        print_args(out, e->args, 0, 2, " - ", columns);
        buf_printf(out, ") %s", unit_text(e->args[2]));
        if (e->type.from != e->type.to) buf_printf(out, " TO %s", unit_text(e->args[3]));
    } else {
        buf_printf(out, "%s(", name);
        print_args(out, e->args, 0, e->n_args, ", ", columns);
        buf_append_char(out, ')');
    }
}

static void print_case(struct buf *out, const struct expr *e, const struct schema *columns)
{
    buf_append_c(out, "CASE");
    for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
        buf_append_c(out, " WHEN ");
        expr_print(out, e->args[i], columns);
        buf_append_c(out, " THEN ");
        expr_print(out, e->args[i + 1], columns);
    }
    const struct expr *otherwise = e->args[e->n_args - 1];
    if (!expr_is_constant(otherwise) || !otherwise->constant.null) {
        buf_append_c(out, " ELSE ");
        expr_print(out, otherwise, columns);
    }
    buf_append_c(out, " END");
}

/* Columns of PLAN_GROUP and PLAN_OVER are called by their expressions, which are no names to be quoted. */
static void print_column(struct buf *out, const struct expr *e, const struct schema *columns)
{
    if (e->column >= columns->n_columns) return;
    struct str name = columns->columns[e->column].name;
    bool is_expression = columns->columns[e->column].at.line == 0 && name.len > 0 &&
                         memchr(str_data(&name), '(', name.len) &&
                         memchr(str_data(&name), ')', name.len);
    if (is_expression) buf_append_str(out, name);
    else expr_print_name(out, name);
}

void expr_print_agg(struct buf *out, const struct plan_agg *agg, const struct schema *columns)
{
    buf_printf(out, "%s(%s", agg->agg.agg->name, agg->distinct ? "DISTINCT " : "");
    if (agg->n_args == 0) buf_append_char(out, '*');
    print_args(out, agg->args, 0, agg->parameter ? 1 : agg->n_args, ", ", columns);
    if (agg->parameter) {
        buf_append_c(out, ", ");
        expr_print(out, agg->parameter, columns);
    }
    buf_append_char(out, ')');
    if (agg->ignore_nulls) buf_append_c(out, " IGNORE NULLS");
}

/* What it asks, and of which values. */
static void print_subquery(struct buf *out, const struct expr *e, const struct schema *columns)
{
    static const char *const names[] = { [SUBQUERY_EXISTS] = "EXISTS (query",
                                         [SUBQUERY_IN] = "IN (query",
                                         [SUBQUERY_SCALAR] = "(query" };
    buf_append_c(out, names[e->subquery->kind]);
    buf_append_c(out, e->n_args > 0 ? " of " : "");
    print_args(out, e->args, 0, e->n_args, ", ", columns);
    buf_append_char(out, ')');
}

void expr_print(struct buf *out, const struct expr *e, const struct schema *columns)
{
    switch (e->kind) {
    case EXPR_CONSTANT: print_constant(out, &e->constant); return;
    case EXPR_COLUMN: print_column(out, e, columns); return;
    case EXPR_ROWTIME: buf_append_c(out, "ROWTIME"); return;
    case EXPR_CALL: print_call(out, e, columns); return;
    case EXPR_AND: print_joined(out, e, "AND", columns); return;
    case EXPR_OR: print_joined(out, e, "OR", columns); return;
    case EXPR_CASE: print_case(out, e, columns); return;
    case EXPR_COALESCE:
        buf_append_c(out, "COALESCE(");
        print_args(out, e->args, 0, e->n_args, ", ", columns);
        buf_append_char(out, ')');
        return;
    case EXPR_RELEASE:
        buf_append_c(out, "RELEASE(");
        print_args(out, e->args, 0, e->n_args, ", ", columns);
        buf_append_char(out, ')');
        return;
    case EXPR_NOT_NULL: expr_print(out, e->args[0], columns); return;
    case EXPR_SUBQUERY: print_subquery(out, e, columns); return;
    case EXPR_CLOCK:
        buf_append_c(out, e->per_row ? "CURRENT_ROW_TIMESTAMP" : "CURRENT_TIMESTAMP");
        return;
    }
}
