#ifndef SQL_BIND_DDL_H
#define SQL_BIND_DDL_H

/* bind_ddl.h: statements to objects of the catalogue. Each returns its first error; more of them may be in the binder's
 * diagnostics. */

#include "sql/bind_select.h"

/* bind_ddl.c */
struct status bind_create_stream(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_create_view(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_create_function(struct binder *b, const struct ast_statement *s) MUST_CHECK;
/* The same of LANGUAGE C. */
struct status bind_create_plugin(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_drop(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_alter_pump(struct binder *b, const struct ast_statement *s) MUST_CHECK;

/* bind_source.c */
struct status bind_create_source(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_create_table(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_create_sink(struct binder *b, const struct ast_statement *s) MUST_CHECK;

/* bind_pump.c: CREATE PUMP, and INSERT and SELECT at the top level */
struct status bind_create_pump(struct binder *b, const struct ast_statement *s) MUST_CHECK;
struct status bind_top_query(struct binder *b, const struct ast_statement *s) MUST_CHECK;

/* ---- what these share ---- */

/* Makes room for a relation of this name: fails when there is one (unless OR REPLACE, and nothing uses it yet). An old
 * stream's index is left in *replaced, UINT32_MAX when there is none. */
struct status bind_claim_relation(struct binder *b, const struct ast_statement *s, struct str name,
                                  enum relation_kind kind, uint32_t *replaced) MUST_CHECK;
void bind_add_relation(struct binder *b, struct str name, enum relation_kind kind, uint32_t index);
/* Column definitions to a schema; paths: of a source or table. */
struct status bind_columns(struct binder *b, const struct ast_statement *s, bool paths,
                           struct schema *out) MUST_CHECK;
/* A column list's names must be names of the schema; the failure names the nearest. */
struct status bind_column_name(struct binder *b, const struct schema *s,
                               const struct ast_name *name, uint32_t *index) MUST_CHECK;
/* Sinks on stream `from` go over to `to`. */
void bind_move_sinks(struct binder *b, uint32_t from, uint32_t to);

#endif
