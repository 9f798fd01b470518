/* app.c: files to a plan: parse, bind, check, all errors at once. */

#include "app/app.h"

#include "app/feed.h"
#include "app/import.h"
#include "app/kinds.h"
#include "app/texts.h"
#include "base/array.h"
#include "data/text.h"
#include "grammar/parse.h"
#include "sql/explain.h"

struct app {
    struct arena *arena;
    const struct fn_catalog *functions;
    struct diags diags;
    struct binder *binder;
    const struct app_plan *plan;
    ARRAY(struct app_text) texts;
    ARRAY(const char *) sources, sinks; /* settings */
    bool finished; /* app_compile was called */
};

struct app *app_new(const struct fn_catalog *functions)
{
    struct arena *a = arena_new();
    struct app *app = ARENA_NEW(a, struct app);
    app->arena = a;
    app->functions = functions;
    diags_init(&app->diags, a);
    app->binder = binder_new(a, functions, &app->diags);
    return app;
}

void app_free(struct app *app)
{
    if (app) arena_free(app->arena);
}

struct arena *app_arena(struct app *app)
{
    return app->arena;
}

struct diags *app_diags(struct app *app)
{
    return &app->diags;
}

struct binder *app_binder(struct app *app)
{
    return app->binder;
}

static const struct text_file *copy_text(struct app *app, const char *name, const char *text,
                                         size_t size)
{
    struct text_file *file = ARENA_NEW(app->arena, struct text_file);
    if (name) file->name = arena_dup(app->arena, name, strlen(name) + 1);
    char *copy = arena_alloc(app->arena, size + 1);
    memcpy(copy, text, size);
    copy[size] = 0;
    file->data = copy;
    file->size = size;
    return file;
}

static const struct text_file *add_statements(struct app *app, const struct text_file *file,
                                              const char *base_dir)
{
    struct ast_statements statements = { 0 };
    const char *dir = arena_dup(app->arena, base_dir, strlen(base_dir) + 1);
    *array_push(app->arena, &app->texts) = (struct app_text){ file, dir };
    parse_file(app->arena, file, &statements, &app->diags);
    bind_statements(app->binder, &statements, dir);
    return file;
}

const struct text_file *app_add_text(struct app *app, const char *name, const char *text,
                                     size_t size, const char *base_dir)
{
    return add_statements(app, copy_text(app, name, text, size), base_dir);
}

const struct text_file *app_add_onlookers_text(struct app *app, const char *name, const char *text,
                                               size_t size, const char *base_dir)
{
    const struct text_file *file = copy_text(app, name, text, size);
    bind_onlookers_text(app->binder, file);
    return add_statements(app, file, base_dir);
}

/* A query ends after so many rows: that is for whoever shows them, not for the plan. */
static int64_t take_limit(struct ast_statement *s)
{
    struct ast_query *q = s->kind == STATEMENT_SELECT ? s->query : NULL;
    if (!q || !q->limit || q->limit->kind != AST_NUMBER) return -1;
    struct value n;
    struct arena *a = arena_new();
    bool number = text_parse(a, str_data(&q->limit->text), q->limit->text.len,
                             type_of(TYPE_BIGINT), &n) == TEXT_OK;
    arena_free(a);
    if (!number) return -1;
    q->limit = NULL;
    return n.i64;
}

const struct text_file *app_add_query(struct app *app, enum app_asker asker, const char *name,
                                      const char *text, size_t size, const char *base_dir,
                                      int64_t *limit)
{
    const struct text_file *file = copy_text(app, name, text, size);
    struct ast_statements statements = { 0 };
    parse_file(app->arena, file, &statements, &app->diags);
    *limit = -1;
    for (size_t i = 0; i < statements.count; i++) *limit = take_limit(statements.items[i]);
    bind_answers(app->binder);
    if (asker != ASKER_OWN) bind_onlooker(app->binder, file, asker == ASKER_SEES);
    bind_statements(app->binder, &statements,
                    arena_dup(app->arena, base_dir, strlen(base_dir) + 1));
    return file;
}

/* What relative paths in a file stand relative to: its folder. */
static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : str_to_c(a, str_view(path, (size_t)(slash - path)));
}

/* The parts of a description are texts of their own; messages about the SQL point into it. */
static void add_description(struct app *app, const struct text_file *file, const char *base_dir)
{
    struct imported d;
    struct status st = import_text(app->arena, app->functions, file, &d);
    if (st.err != ERR_NONE) {
        diags_error(&app->diags, st);
        return;
    }
    app_add_text(app, str_format_c(app->arena, "%s (sources)", file->name), str_data(&d.sources),
                 d.sources.len, base_dir);
    app_add_text(app, str_format_c(app->arena, "%s (application code)", file->name),
                 str_data(&d.code), d.code.len, base_dir);
}

void app_add_file(struct app *app, const char *path)
{
    struct text_file *file = ARENA_NEW(app->arena, struct text_file);
    struct status st = text_read(app->arena, path, file);
    const char *base_dir = folder_of(app->arena, path);
    if (st.err == ERR_NONE) st = text_check_kind(app->arena, file, TEXT_SQL, true);
    if (st.err != ERR_NONE) diags_error(&app->diags, st);
    else if (import_is_description(file)) add_description(app, file, base_dir);
    else app_add_text(app, file->name, file->data, file->size, base_dir);
}

static bool split_setting(struct app *app, const char *option, const char *setting,
                          struct str *name, struct str *url)
{
    const char *equals = strchr(setting, '=');
    if (!equals || equals == setting || !equals[1]) {
        diags_error(&app->diags, status_new(app->arena, ERR_BAD_OPTION, SPAN_NONE,
                                            "%s takes NAME=URL, not '%s'", option, setting));
        return false;
    }
    *name = str_copy(app->arena, str_view(setting, (size_t)(equals - setting)));
    *url = str_copy(app->arena, str_c(equals + 1));
    return true;
}

void app_set_source(struct app *app, const char *setting)
{
    struct str name, url;
    if (!split_setting(app, "--source", setting, &name, &url)) return;
    *array_push(app->arena, &app->sources) = str_to_c(app->arena, str_c(setting));
    diags_error(&app->diags, bind_set_source_url(app->binder, name, url));
}

void app_set_sink(struct app *app, const char *setting)
{
    struct str name, url;
    if (!split_setting(app, "--sink", setting, &name, &url)) return;
    *array_push(app->arena, &app->sinks) = str_to_c(app->arena, str_c(setting));
    diags_error(&app->diags, bind_set_sink_url(app->binder, name, url));
}

size_t app_texts(const struct app *app, const struct app_text **out)
{
    *out = app->texts.items;
    return app->texts.count;
}

/* A copy with NULL behind the last one. */
static const char *const *settings_of(const struct app *app, const char *const *items, size_t n)
{
    const char **out = ARENA_ARRAY(app->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) out[i] = items[i];
    out[n] = NULL;
    return out;
}

const char *const *app_sources(const struct app *app)
{
    return settings_of(app, app->sources.items, app->sources.count);
}

const char *const *app_sinks(const struct app *app)
{
    return settings_of(app, app->sinks.items, app->sinks.count);
}

const struct fn_catalog *app_functions(const struct app *app)
{
    return app->functions;
}

const struct app_plan *app_compile(struct app *app)
{
    if (!app->finished) {
        app->finished = true;
        app->plan = bind_finish(app->binder);
        if (app->plan && app->diags.error_count == 0)
            feed_check(app->arena, app->plan, &app->diags);
    }
    return app->diags.error_count ? NULL : app->plan;
}

struct status app_explain(struct app *app, const char *format, struct buf *out)
{
    return explain_write(out, app->plan, format);
}

void app_notes(const struct app *app, struct buf *out)
{
    for (uint32_t i = 0; app->plan && i < app->plan->n_notes; i++)
        status_print_as(out, &app->plan->notes[i], "note");
}
