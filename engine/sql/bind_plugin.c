/*
 * bind_plugin.c: CREATE FUNCTION ... LANGUAGE C EXTERNAL NAME 'file.so:symbol'.
 *
 * The plug-in's row goes into the application's own catalogue of functions under its SQL name, so that a call of it is
 * bound as any call is: scalar, aggregate, with OVER, in TABLE(). SQL declares what kind it is and of which types.
 */

#include "func/plugin.h"
#include "sql/bind_ddl.h"

static struct status wrong_kind(struct binder *b, const struct ast_statement *s,
                                const struct sluice_export *e)
{
    bool table = e->kind == SLUICE_EXPORTS_TABLE_FUNCTION;
    struct status st = status_new(b->arena, ERR_TYPE_MISMATCH, s->name.at,
                                  table ? "the plug-in's function \"%.*s\" returns a table"
                                        : "the plug-in's function \"%.*s\" returns no table",
                                  STR_ARG(s->name.text));
    return status_with_hint(
        st, table ? "CREATE FUNCTION f (c CURSOR, n INTEGER) RETURNS TABLE LANGUAGE C ..."
                  : "CREATE FUNCTION f (x INTEGER) RETURNS INTEGER LANGUAGE C ...");
}

static struct status declared_types(struct binder *b, const struct ast_statement *s, bool table,
                                    struct fn_declared *d)
{
    d->name = str_copy(b->arena, s->name.text);
    d->args = ARENA_ARRAY(b->arena, struct type, s->n_parameters + 1);
    for (uint32_t i = 0; i < s->n_parameters; i++) {
        const struct ast_parameter *p = &s->parameters[i];
        if (p->cursor != (table && i == 0)) {
            return status_new(
                b->arena, ERR_NOT_ALLOWED_HERE, p->name.at,
                "a CURSOR is the first parameter of a table function, and no other one");
        }
        if (!p->cursor) TRY(bind_type(b, &p->type, false, &d->args[d->n_args++]));
    }
    if (table && s->n_parameters == 0) {
        return status_new(b->arena, ERR_NOT_ALLOWED_HERE, s->name.at,
                          "the first parameter of a table function is a CURSOR");
    }
    d->returns = type_of(TYPE_NULL);
    return table ? OK : bind_type(b, &s->returns, false, &d->returns);
}

struct status bind_create_plugin(struct binder *b, const struct ast_statement *s)
{
    const struct sluice_export *e;
    struct fn_declared declared = { .n_args = 0 };
    TRY(plugin_load(b->arena, b->base_dir, s->external, s->external_at, &e));
    bool table = e->kind == SLUICE_EXPORTS_TABLE_FUNCTION;
    if (table != s->returns_table) return wrong_kind(b, s, e);
    TRY(declared_types(b, s, table, &declared));
    return fn_catalog_declare(b->functions, b->arena, e, &declared, s->null_on_null, s->or_replace,
                              s->name.at);
}
