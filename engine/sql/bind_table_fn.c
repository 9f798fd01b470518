/*
 * bind_table_fn.c: TABLE(f(CURSOR(query), constant, ...)).
 *
 * The function itself says what it puts out (its `bind` in sluice.h); memory that it asks for while it does lives as
 * long as the plan.
 */

#include "sql/bind_expr.h"
#include "sql/bind_select.h"
#include "sql/fold.h"

/* ---- arguments ---- */

struct arguments {
    const struct ast_table_arg  *cursor;
    struct sluice_column        *params;
    const struct ast_table_arg **trees; /* of params */
    uint32_t                     n_params;
    uint64_t                     seed;
    bool                         has_seed;
};

static struct status wrong_argument(struct binder *b, const struct ast_from *f, struct span at,
                                    const char *what)
{
    return status_new(b->arena, ERR_CANNOT_APPLY, at, "%.*s: %s", STR_ARG(f->name.text), what);
}

static struct status read_seed(struct binder *b, const struct ast_from *f,
                               const struct ast_table_arg *arg, struct arguments *out)
{
    struct value v;
    if (!str_equal_c(arg->name.text, "SEED") || arg->cursor) {
        struct status st = status_new(b->arena, ERR_UNKNOWN_NAME, arg->name.at,
                                      "%.*s has no argument named \"%.*s\"", STR_ARG(f->name.text),
                                      STR_ARG(arg->name.text));
        return status_with_hint(st, "SEED => n is the one that has a name");
    }
    TRY(bind_constant(b, arg->expr, "SEED", &v));
    if (!type_is_integer(v.type) || v.null) {
        return wrong_argument(b, f, arg->at, "SEED is a whole number");
    }
    out->seed = (uint64_t)v.i64;
    out->has_seed = true;
    return OK;
}

/* The value in the declared type of the next parameter. */
static struct status declared_param(struct binder *b, const struct ast_from *f,
                                    const struct fn_declared *d, const struct ast_table_arg *arg,
                                    uint32_t i, struct value *v)
{
    if (i >= d->n_args) {
        return wrong_argument(b, f, arg->at,
                              str_format_c(b->arena,
                                           "it is declared with %u parameter%s behind the cursor",
                                           d->n_args, d->n_args == 1 ? "" : "s"));
    }
    struct expr *e = expr_constant(b->arena, v, arg->at);
    bool numbers = type_is_number(v->type) && type_is_number(d->args[i]);
    if (!v->null && !numbers && !type_is_same_kind(v->type, d->args[i])) {
        return wrong_argument(b, f, arg->at,
                              str_format_c(b->arena, "this parameter is declared as %s",
                                           type_text(b->arena, d->args[i])));
    }
    TRY(bind_cast(b, e, d->args[i], true, arg->at, &e));
    e = expr_fold(b->arena, e);
    if (!expr_is_constant(e))
        return wrong_argument(b, f, arg->at, "the value does not fit its declared type");
    *v = e->constant;
    return OK;
}

static struct status read_param(struct binder *b, const struct ast_from *f,
                                const struct fn_declared *declared, const struct ast_table_arg *arg,
                                struct arguments *out)
{
    struct value v;
    TRY(bind_constant(b, arg->expr,
                      str_format_c(b->arena, "an argument of %.*s", STR_ARG(f->name.text)), &v));
    if (declared) TRY(declared_param(b, f, declared, arg, out->n_params, &v));
    struct vector constant;
    vector_new_constant(b->arena, &v, &constant);
    memcpy(&out->params[out->n_params], &constant, sizeof constant);
    out->trees[out->n_params++] = arg;
    return OK;
}

static struct status read_arguments(struct binder *b, const struct ast_from *f,
                                    const struct fn_declared *declared, struct arguments *out)
{
    out->params = arena_calloc(b->arena, (f->n_args + 1) * sizeof *out->params);
    out->trees = ARENA_ARRAY(b->arena, const struct ast_table_arg *, f->n_args + 1);
    for (uint32_t i = 0; i < f->n_args; i++) {
        const struct ast_table_arg *arg = &f->args[i];
        if (arg->name.text.len > 0) {
            TRY(read_seed(b, f, arg, out));
        } else if (!arg->cursor) {
            TRY(read_param(b, f, declared, arg, out));
        } else if (out->cursor) {
            return binder_unsupported(b, arg->at, "a second CURSOR");
        } else {
            out->cursor = arg;
        }
    }
    if (out->cursor && declared && out->n_params < declared->n_args) {
        return wrong_argument(b, f, f->at,
                              str_format_c(b->arena,
                                           "it is declared with %u parameter%s behind the cursor",
                                           declared->n_args, declared->n_args == 1 ? "" : "s"));
    }
    if (out->cursor) return OK;
    struct status st = wrong_argument(b, f, f->at, "its first argument is a CURSOR");
    return status_with_hint(st, str_format_c(b->arena,
                                             "TABLE(%.*s(CURSOR(SELECT STREAM * FROM s), ...))",
                                             STR_ARG(f->name.text)));
}

/* ---- the call ---- */

static struct status refused(struct binder *b, const struct ast_from *f,
                             const struct arguments *args, const struct sluice_table_bind *call)
{
    struct span at = f->name.at;
    int32_t param = call->refused_param;
    if (param == -2) at = args->cursor->at;
    if (param >= 0 && (uint32_t)param < args->n_params) at = args->trees[param]->at;
    const char *why = call->refusal ? call->refusal : "it does not take these arguments";
    struct str name = f->name.text;
    if (strncmp(why, str_data(&name), name.len) == 0 && strncmp(why + name.len, ": ", 2) == 0)
        why += name.len + 2;
    return status_new(b->arena, ERR_CANNOT_APPLY, at, "cannot apply %.*s: %s", STR_ARG(name), why);
}

static struct sluice_type public_type(struct type t)
{
    struct sluice_type s;
    memcpy(&s, &t, sizeof s);
    return s;
}

static struct sluice_field *cursor_fields(struct binder *b, const struct schema *s)
{
    struct sluice_field *fields = ARENA_ARRAY(b->arena, struct sluice_field, s->n_columns + 1);
    for (uint32_t i = 0; i < s->n_columns; i++) {
        fields[i] = (struct sluice_field){ str_to_c(b->arena, s->columns[i].name),
                                           public_type(s->columns[i].type) };
    }
    return fields;
}

/* Columns of the cursor when they pass through, then those that the function makes. */
static struct schema output_of(struct binder *b, const struct schema *cursor,
                               const struct sluice_table_bind *call, struct span at)
{
    uint32_t n_cursor = call->pass_through ? cursor->n_columns : 0;
    struct schema s = { NULL, n_cursor + call->n_fields };
    s.columns = arena_calloc(b->arena, (s.n_columns + 1) * sizeof *s.columns);
    for (uint32_t i = 0; i < n_cursor; i++) s.columns[i] = cursor->columns[i];
    for (uint32_t i = 0; i < call->n_fields; i++) {
        struct column *c = &s.columns[n_cursor + i];
        c->name = str_copy(b->arena, str_c(call->fields[i].name));
        memcpy(&c->type, &call->fields[i].type, sizeof c->type);
        c->at = at;
    }
    return s;
}

static struct status bind_function(struct binder *b, const struct ast_from *f,
                                   const struct sluice_table_fn *fn, const struct rows *cursor,
                                   const struct arguments *args, struct rows *out)
{
    const struct schema *columns = &cursor->node->out;
    struct sluice_table_bind call = { .cursor = cursor_fields(b, columns),
                                      .n_cursor = columns->n_columns,
                                      .params = args->params,
                                      .n_params = args->n_params,
                                      .seed = args->seed,
                                      .has_seed = args->has_seed,
                                      .refused_param = -1,
                                      .host = b->arena };
    if (!fn->bind(&call)) return refused(b, f, args, &call);
    struct schema s = output_of(b, columns, &call, f->at);
    TRY(binder_node(b, PLAN_TABLE_FN, f->at, &s, &out->node));
    struct plan_node *n = out->node;
    n->inputs = ARENA_ARRAY(b->arena, struct plan_node *, 1);
    n->inputs[0] = cursor->node;
    n->n_inputs = 1;
    n->table_fn = (struct plan_table_fn){ fn, call.bound, call.pass_through, call.detail };
    out->monos = arena_calloc(b->arena, (s.n_columns + 1) * sizeof *out->monos);
    for (uint32_t i = 0; call.pass_through && i < columns->n_columns; i++) {
        out->monos[i] = cursor->monos[i];
    }
    return OK;
}

static struct status unknown_function(struct binder *b, const struct ast_from *f)
{
    struct status st = status_new(b->arena, ERR_UNKNOWN_FUNCTION, f->name.at,
                                  "no table function %.*s", STR_ARG(f->name.text));
    const char *nearest = fn_nearest(b->functions, b->arena, f->name.text);
    return nearest ? status_with_hint(st, str_format_c(b->arena, "did you mean %s?", nearest)) : st;
}

struct status bind_table_fn(struct binder *b, const struct ast_from *f,
                            const struct with_name *with, struct result *out)
{
    const struct fn_declared *declared;
    const struct sluice_table_fn *fn =
        fn_find_table_function(b->functions, f->name.text, &declared);
    if (!fn) return unknown_function(b, f);
    struct arguments args = { 0 };
    TRY(read_arguments(b, f, declared, &args));
    struct result cursor = { 0 };
    TRY(bind_query(b, args.cursor->cursor, with, &cursor));
    if (!cursor.rows.node) {
        return wrong_argument(b, f, args.cursor->at, "its CURSOR reads a stream");
    }
    for (uint32_t i = 0; i < cursor.n_columns; i++) {
        if (cursor.columns[i].type.kind != TYPE_NULL) continue;
        return status_new(b->arena, ERR_UNTYPED_NULL, cursor.columns[i].at,
                          "nothing gives this NULL a type");
    }
    TRY(bind_function(b, f, fn, &cursor.rows, &args, &out->rows));
    const struct schema *s = &out->rows.node->out;
    out->n_columns = s->n_columns;
    out->columns = arena_calloc(b->arena, (s->n_columns + 1) * sizeof *out->columns);
    for (uint32_t i = 0; i < s->n_columns; i++) {
        const struct column *c = &s->columns[i];
        out->columns[i] = (struct result_column){ .name = c->name, .type = c->type, .at = c->at,
                                                  .not_null = c->not_null,
                                                  .personal = c->personal };
    }
    return OK;
}
