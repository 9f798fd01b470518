#ifndef APP_APP_H
#define APP_APP_H

/* app.h: one application: its files, read and compiled together, and what they mean. Nothing runs here. */

#include "base/diag.h"
#include "sql/bind.h"

struct app;

/* functions: sealed, outlives the application. */
struct app *app_new(const struct fn_catalog *functions);
void app_free(struct app *app);
struct arena *app_arena(struct app *app);
/* What was wrong so far; print with diags_print. */
struct diags *app_diags(struct app *app);
/* Reads a file and binds its statements ("-": standard input); a description of an application (app/import) is one
 * file, too. Errors go to the diagnostics; an unreadable file is
 * one, too. */
void app_add_file(struct app *app, const char *path);
/* The same for a text. name: shown in messages, NULL: the text is what somebody just typed; base_dir: what relative
 * paths in it stand relative to. Returns what places in it point to. */
const struct text_file *app_add_text(struct app *app, const char *name, const char *text,
                                     size_t size, const char *base_dir);
/* The same with what somebody who may not see PERSONAL values has defined through a control socket. */
const struct text_file *app_add_onlookers_text(struct app *app, const char *name, const char *text,
                                               size_t size, const char *base_dir);
/* Whose query it is: an onlooker's who may see PERSONAL values, or may not (sql/bind.h). */
enum app_asker { ASKER_OWN, ASKER_SEES, ASKER_ONLOOKER };
/* The same for a query that is typed: LIMIT n is taken out and told, -1 without; one over tables alone is answered. */
const struct text_file *app_add_query(struct app *app, enum app_asker asker, const char *name,
                                      const char *text, size_t size, const char *base_dir,
                                      int64_t *limit);
/* What the plan allows without proof, appended: rows chosen by PERSONAL values, each RELEASE. */
void app_notes(const struct app *app, struct buf *out);
/* `NAME=URL`, as --source and --sink give it. */
void app_set_source(struct app *app, const char *setting);
void app_set_sink(struct app *app, const char *setting);
/* What was given so far: texts in their order, as they were read, and the settings, ended by NULL. */
struct app_text {
    const struct text_file *file;
    const char *base_dir;
};
size_t app_texts(const struct app *app, const struct app_text **out);
const char *const *app_sources(const struct app *app);
const char *const *app_sinks(const struct app *app);
const struct fn_catalog *app_functions(const struct app *app);
/* Nothing more comes: the plan, or NULL when there were errors. Checks URLs and options, too; touches nothing outside.
 * Called again it gives the same answer. */
const struct app_plan *app_compile(struct app *app);
struct binder *app_binder(struct app *app);
/* The compiled plan as "text", "dot", "mermaid" or "json", appended; another format fails with ERR_USAGE. */
struct status app_explain(struct app *app, const char *format, struct buf *out) MUST_CHECK;

#endif
