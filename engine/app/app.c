/* app.c: files to a plan: parse, bind, check, all errors at once. */

#include "app/app.h"

#include <errno.h>
#include <stdio.h>

#include "app/feed.h"
#include "base/limits.h"
#include "data/text.h"
#include "grammar/parse.h"
#include "sql/explain.h"

struct app {
    struct arena *arena;
    struct diags diags;
    struct binder *binder;
    const struct app_plan *plan;
    bool finished; /* app_compile was called */
};

struct app *app_new(const struct fn_catalog *functions)
{
    struct arena *a = arena_new();
    struct app *app = ARENA_NEW(a, struct app);
    app->arena = a;
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

const struct text_file *app_add_text(struct app *app, const char *name, const char *text,
                                     size_t size, const char *base_dir)
{
    const struct text_file *file = copy_text(app, name, text, size);
    struct ast_statements statements = { 0 };
    parse_file(app->arena, file, &statements, &app->diags);
    bind_statements(app->binder, &statements,
                    arena_dup(app->arena, base_dir, strlen(base_dir) + 1));
    return file;
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

const struct text_file *app_add_query(struct app *app, const char *name, const char *text,
                                      size_t size, const char *base_dir, int64_t *limit)
{
    const struct text_file *file = copy_text(app, name, text, size);
    struct ast_statements statements = { 0 };
    parse_file(app->arena, file, &statements, &app->diags);
    *limit = -1;
    for (size_t i = 0; i < statements.count; i++) *limit = take_limit(statements.items[i]);
    bind_answers(app->binder);
    bind_statements(app->binder, &statements,
                    arena_dup(app->arena, base_dir, strlen(base_dir) + 1));
    return file;
}

static struct status read_file(struct arena *a, const char *path, struct buf *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(path, "rb");
    if (!f) return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
    size_t got = 1;
    while (got && out->len <= LIMIT_SQL_BYTES) {
        got = fread(buf_reserve(out, 65536), 1, 65536, f);
        out->len += got;
    }
    bool failed = ferror(f) != 0;
    int reason = errno;
    if (!is_stdin) fclose(f);
    if (failed)
        return status_new(a, ERR_IO, SPAN_NONE, "cannot read %s: %s", path, strerror(reason));
    if (out->len > LIMIT_SQL_BYTES) {
        return status_new(a, ERR_LIMIT_EXCEEDED, SPAN_NONE,
                          "%s is larger than %d MB, the limit of an SQL file", path,
                          LIMIT_SQL_BYTES >> 20);
    }
    return OK;
}

/* What relative paths in a file stand relative to: its folder. */
static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : str_to_c(a, str_view(path, (size_t)(slash - path)));
}

void app_add_file(struct app *app, const char *path)
{
    struct buf text = { 0 };
    struct status st = read_file(app->arena, path, &text);
    if (st.err == ERR_NONE) {
        app_add_text(app, strcmp(path, "-") == 0 ? "<stdin>" : path, text.data ? text.data : "",
                     text.len, folder_of(app->arena, path));
    } else {
        diags_error(&app->diags, st);
    }
    buf_free(&text);
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
    diags_error(&app->diags, bind_set_source_url(app->binder, name, url));
}

void app_set_sink(struct app *app, const char *setting)
{
    struct str name, url;
    if (!split_setting(app, "--sink", setting, &name, &url)) return;
    diags_error(&app->diags, bind_set_sink_url(app->binder, name, url));
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
