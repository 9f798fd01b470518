#ifndef SQL_BIND_H
#define SQL_BIND_H

/* bind.h: trees to plan. All statements of an application, in order; every error of every statement is collected. */

#include "base/diag.h"
#include "sql/ast.h"
#include "sql/plan.h"

struct binder;

/* The plan will live in `a`; the catalogue of functions must outlive it. */
struct binder *binder_new(struct arena *a, const struct fn_catalog *functions, struct diags *diags);
/* Binds the statements of one file. base_dir: what relative paths in it stand relative to. A failed statement is
 * reported and skipped; a sink waits for a stream that comes later, until bind_finish. Trees must live until
 * bind_finish (views and functions are bound where they are used), texts as long as the plan (places point into them).
 */
void bind_statements(struct binder *b, const struct ast_statements *statements,
                     const char *base_dir);
/* From now on a SELECT over tables or VALUES, or without FROM, is a query like any other (REPL): its rows come once,
 * when the application starts, and are all there is. */
void bind_answers(struct binder *b);
/* The query of this text is somebody's who looks into a running application. Unless he may see PERSONAL values, the
 * columns of its result that hold some are not refused but marked, for others to cut; and the text cannot release
 * them, nor learn of them by choosing, grouping, or letting fail, which is refused. */
void bind_onlooker(struct binder *b, const struct text_file *query, bool sees);
/* The definitions of this text are those of somebody who may not see PERSONAL values: it cannot do either. Before they
 * are bound. */
void bind_onlookers_text(struct binder *b, const struct text_file *file);
/* A column of a stream stays PERSONAL, whatever an onlooker made of the statements: what runs may still keep such
 * values. No such column: nothing. */
void bind_keep_personal(struct binder *b, struct str stream, struct str column);
/* Binds one more statement, a sink's as well, at once (tests): what it misses is its failure, not left for later. */
struct status bind_one(struct binder *b, const struct ast_statement *s,
                       const char *base_dir) MUST_CHECK;
/* `--source NAME=URL`, `--sink NAME=URL`: gives a declared one (of sources also a reference table) another URL; a sink
 * with the name of a stream is added. An unknown name fails with the nearest one as hint. Call after all files. */
struct status bind_set_source_url(struct binder *b, struct str name, struct str url) MUST_CHECK;
struct status bind_set_sink_url(struct binder *b, struct str name, struct str url) MUST_CHECK;
/* Columns are pruned, filters moved, circles refused; the plan is then read-only. Call once, after everything. Errors
 * are in diags. */
const struct app_plan *bind_finish(struct binder *b);
/* A scalar expression without columns (eval of test files, REPL). */
struct status bind_scalar(struct binder *b, const struct ast_expr *e, struct expr **out) MUST_CHECK;

#endif
