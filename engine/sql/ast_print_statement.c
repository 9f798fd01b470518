/* ast_print_statement.c: statements back to SQL. */

#include "sql/ast_print.h"

static void print_columns(struct buf *out, const struct ast_statement *s)
{
    buf_append_c(out, " (");
    for (uint32_t i = 0; i < s->n_columns; i++) {
        const struct ast_column_def *c = &s->columns[i];
        if (i > 0) buf_append_c(out, ", ");
        ast_print_name(out, &c->name);
        buf_append_char(out, ' ');
        ast_print_type(out, &c->type);
        if (c->not_null) buf_append_c(out, " NOT NULL");
        if (c->personal) buf_append_c(out, " PERSONAL");
        if (c->has_path) {
            buf_append_c(out, " PATH ");
            ast_print_text(out, c->path);
        }
    }
    for (uint32_t i = 0; i < s->n_primary_key; i++) {
        buf_append_c(out, i == 0 ? ", PRIMARY KEY (" : ", ");
        ast_print_name(out, &s->primary_key[i]);
    }
    buf_append_c(out, s->n_primary_key > 0 ? "))" : ")");
}

/* " (a, b)", or nothing. */
static void print_targets(struct buf *out, const struct ast_statement *s)
{
    for (uint32_t i = 0; i < s->n_targets; i++) {
        buf_append_c(out, i == 0 ? " (" : ", ");
        ast_print_name(out, &s->targets[i]);
    }
    if (s->n_targets > 0) buf_append_char(out, ')');
}

/* word (name<sign>value, ...), or nothing. */
static void print_options(struct buf *out, const struct ast_statement *s, const char *word,
                          const char *sign)
{
    for (uint32_t i = 0; i < s->n_options; i++) {
        if (i == 0) buf_printf(out, " %s (", word);
        if (i > 0) buf_append_c(out, ", ");
        ast_print_name(out, &s->options[i].name);
        buf_append_c(out, sign);
        ast_print_expr(out, s->options[i].value);
    }
    if (s->n_options > 0) buf_append_char(out, ')');
}

static void print_text_part(struct buf *out, const char *word, bool has, struct str text)
{
    if (!has) return;
    buf_printf(out, " %s ", word);
    ast_print_text(out, text);
}

static void print_insert(struct buf *out, const struct ast_statement *s)
{
    buf_append_c(out, "INSERT INTO ");
    ast_print_name(out, &s->stream);
    print_targets(out, s);
    buf_append_char(out, ' ');
    ast_print_query(out, s->query);
}

static void print_function(struct buf *out, const struct ast_statement *s)
{
    buf_append_c(out, " (");
    for (uint32_t i = 0; i < s->n_parameters; i++) {
        if (i > 0) buf_append_c(out, ", ");
        ast_print_name(out, &s->parameters[i].name);
        buf_append_char(out, ' ');
        if (s->parameters[i].cursor) buf_append_c(out, "CURSOR");
        else ast_print_type(out, &s->parameters[i].type);
    }
    buf_append_c(out, ") RETURNS ");
    if (s->returns_table) buf_append_c(out, "TABLE");
    else ast_print_type(out, &s->returns);
    if (s->external.len > 0) buf_append_c(out, " LANGUAGE C");
    if (s->null_on_null) buf_append_c(out, " RETURNS NULL ON NULL INPUT");
    print_text_part(out, "EXTERNAL NAME", s->external.len > 0, s->external);
    if (!s->body) return;
    buf_append_c(out, " RETURN ");
    ast_print_expr(out, s->body);
}

/* CREATE OR REPLACE kind name. */
static void print_create(struct buf *out, const struct ast_statement *s, const char *kind)
{
    buf_printf(out, "CREATE %s%s ", s->or_replace ? "OR REPLACE " : "", kind);
    ast_print_name(out, &s->name);
}

static void print_sink(struct buf *out, const struct ast_statement *s)
{
    print_create(out, s, "SINK");
    buf_append_c(out, " FROM ");
    ast_print_name(out, &s->stream);
    print_text_part(out, "INTO", true, s->url);
    print_options(out, s, "WITH", " = ");
}

static void print_relation(struct buf *out, const struct ast_statement *s, const char *kind)
{
    print_create(out, s, kind);
    print_columns(out, s);
    print_text_part(out, "FROM", s->has_url, s->url);
    print_options(out, s, "WITH", " = ");
}

static void print_alter(struct buf *out, const struct ast_statement *s)
{
    for (uint32_t i = 0; i < s->n_names; i++) {
        buf_append_c(out, i == 0 ? "ALTER PUMP " : ", ");
        ast_print_name(out, &s->names[i]);
    }
    buf_append_c(out, s->stopped ? " STOP" : " START");
}

static void print_drop(struct buf *out, const struct ast_statement *s)
{
    static const char *const words[] = {
        [DROP_STREAM] = "STREAM",
        [DROP_PUMP] = "PUMP",
        [DROP_FUNCTION] = "FUNCTION",
        [DROP_VIEW] = "VIEW",
    };
    buf_printf(out, "DROP %s ", words[s->drop]);
    ast_print_name(out, &s->name);
}

void ast_print_statement(struct buf *out, const struct ast_statement *s)
{
    bool described = s->description.len > 0;
    switch (s->kind) {
    case STATEMENT_CREATE_STREAM:
        print_create(out, s, "STREAM");
        print_columns(out, s);
        print_text_part(out, "DESCRIPTION", described, s->description);
        print_options(out, s, "OPTIONS", " ");
        break;
    case STATEMENT_CREATE_PUMP:
        print_create(out, s, "PUMP");
        if (s->stopped) buf_append_c(out, " STOPPED");
        print_text_part(out, "DESCRIPTION", described, s->description);
        buf_append_c(out, " AS ");
        print_insert(out, s);
        break;
    case STATEMENT_CREATE_VIEW:
        print_create(out, s, "VIEW");
        print_targets(out, s);
        print_text_part(out, "DESCRIPTION", described, s->description);
        buf_append_c(out, " AS ");
        ast_print_query(out, s->query);
        break;
    case STATEMENT_CREATE_FUNCTION:
        print_create(out, s, "FUNCTION");
        print_function(out, s);
        break;
    case STATEMENT_CREATE_SOURCE: print_relation(out, s, "SOURCE"); break;
    case STATEMENT_CREATE_REFERENCE_TABLE: print_relation(out, s, "REFERENCE TABLE"); break;
    case STATEMENT_CREATE_SINK: print_sink(out, s); break;
    case STATEMENT_ALTER_PUMP: print_alter(out, s); break;
    case STATEMENT_DROP: print_drop(out, s); break;
    case STATEMENT_INSERT: print_insert(out, s); break;
    case STATEMENT_SELECT: ast_print_query(out, s->query); break;
    }
}
