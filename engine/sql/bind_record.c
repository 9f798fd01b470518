/*
 * bind_record.c: records, which log parsers return, taken apart: alias.record.FIELD.
 *
 * A record is a column of a sub-query whose value is a packed text (func/record.h). What its fields
 * are goes with the bound expression; a field is a call that unpacks its text, and a cast to its
 * type. A record can do nothing else.
 */

#include "sql/bind_expr.h"

struct status bind_whole_record(struct binder *b, const struct sluice_record *record,
                                struct span at)
{
    const char *function = "this function";
    for (size_t i = 0; i < b->records.count; i++) {
        if (b->records.items[i].record == record) function = b->records.items[i].function;
    }
    struct status st = status_new(b->arena, ERR_NOT_ALLOWED_HERE, at,
                                  "the record of %s is no value: only its fields can be used",
                                  function);
    return status_with_hint(st, "SELECT it in a sub-query under a name, and take it apart around "
                                "it: alias.name.COLUMN1");
}

static bool has_records(const struct scope *s)
{
    for (uint32_t i = 0; i < s->n_relations; i++) {
        const struct scope_relation *r = &s->relations[i];
        for (uint32_t c = 0; c < r->n_columns; c++) {
            if (r->columns[c].expr->record) return true;
        }
    }
    return false;
}

static struct status unknown_field(struct binder *b, const struct sluice_record *record,
                                   const struct ast_name *name)
{
    struct nearest n = nearest_start(name->text);
    for (uint32_t i = 0; i < record->n_fields; i++) nearest_try(&n, str_c(record->fields[i].name));
    struct status st = status_new(b->arena, ERR_UNKNOWN_COLUMN, name->at,
                                  "no field \"%.*s\" in this record of %u fields",
                                  STR_ARG(name->text), record->n_fields);
    return status_with_hint(st, nearest_hint(b->arena, &n));
}

static struct status convert(struct bind_env *env, const struct sluice_record_field *field,
                             struct expr *text, struct span at, struct expr **out)
{
    struct type t = fn_type(field->type);
    if (!field->pattern) return bind_cast(env->b, text, t, type_is_text(t), at, out);
    struct arena *a = env->b->arena;
    struct str pattern = str_c(field->pattern);
    struct expr **args = ARENA_ARRAY(a, struct expr *, 2);
    struct value v = { .type = type_varchar(0), .str = pattern };
    args[0] = expr_constant(a, &v, at);
    args[1] = text;
    const char *name = t.kind == TYPE_DATE ? "CHAR_TO_DATE"
                       : t.kind == TYPE_TIME ? "CHAR_TO_TIME"
                                             : "CHAR_TO_TIMESTAMP";
    return bind_call(env, name, at, args, 2, out);
}

struct status bind_field(struct bind_env *env, const struct scope *scope, const struct ast_expr *e,
                         bool *found, struct expr **out)
{
    if (e->n_names < 2 || !has_records(scope)) return OK;
    struct ast_expr whole = *e;
    whole.n_names--;
    struct expr *record;
    struct status st = scope_find(env->b, scope, &whole, &record);
    if (st.err != ERR_NONE || !record->record) return OK;

    *found = true;
    const struct sluice_record *shape = record->record;
    const struct ast_name *name = &e->names[e->n_names - 1];
    uint32_t i = 0;
    while (i < shape->n_fields && !str_equal_c(name->text, shape->fields[i].name)) i++;
    if (i == shape->n_fields) return unknown_field(env->b, shape, name);
    struct expr **args = ARENA_ARRAY(env->b->arena, struct expr *, 2);
    struct value index = { .type = type_of(TYPE_INTEGER), .i64 = i };
    args[0] = record;
    args[1] = expr_constant(env->b->arena, &index, e->at);
    struct expr *text;
    TRY(bind_call(env, "RECORD FIELD", e->at, args, 2, &text));
    return convert(env, &shape->fields[i], text, e->at, out);
}
