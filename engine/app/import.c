/*
 * import.c: descriptions to SQL, compiled for trial.
 *
 * The compiler says what a description cannot know: whether a column's type is one, whether the stream of an output is
 * ever created. What is wrong in the description is told at its place there, not in the text that was made of it.
 */

#include "app/import.h"

#include "app/app.h"
#include "app/kinds.h"
#include "app/texts.h"
#include "io/describe.h"

/* ---- files ---- */

static bool ends_with(const char *s, const char *ending)
{
    size_t n = strlen(s), k = strlen(ending);
    return n >= k && strcasecmp(s + n - k, ending) == 0;
}

bool import_is_description(const struct text_file *file)
{
    static const char *const endings[] = { ".json", ".yaml", ".yml", ".template" };
    size_t i = 0;
    while (i < file->size && strchr(" \t\r\n", file->data[i])) i++;
    if (i < file->size && file->data[i] == '{') return true;
    for (i = 0; file->name && i < sizeof endings / sizeof *endings; i++) {
        if (ends_with(file->name, endings[i])) return true;
    }
    return false;
}

/* ---- trial ---- */

struct trial {
    struct arena *arena; /* of what is told */
    const struct fn_catalog *functions;
    const struct described *described;
    struct str sources;
    bool *skip; /* outputs whose stream is never created */
    struct buf problems;
    size_t n_problems;
};

/* Without the empty line that parts end with. */
static struct str take(struct arena *a, struct buf *b)
{
    if (b->len > 1 && b->data[b->len - 1] == '\n' && b->data[b->len - 2] == '\n') b->len--;
    struct str text = str_copy(a, str_view(b->data ? b->data : "", b->len));
    buf_free(b);
    return text;
}

/* The first error of a text, or OK. */
static struct status first_error(struct app *app, const struct text_file *file)
{
    const struct diags *d = app_diags(app);
    for (size_t i = 0; i < d->count; i++) {
        if (d->items[i].level == DIAG_ERROR && d->items[i].status.at.file == file)
            return d->items[i].status;
    }
    return OK;
}

/* A failure of the made text, told at a place of the description. */
static struct status told_at(struct arena *a, struct status st, struct span at)
{
    struct status out = status_new(a, st.err, at, "%s", st.message ? st.message : err_text(st.err));
    return st.hint ? status_with_hint(out, arena_dup(a, st.hint, strlen(st.hint) + 1)) : out;
}

static struct status try_columns(struct trial *t, const struct described_schema *s)
{
    for (size_t i = 0; i < s->columns.count; i++) {
        struct app *app = app_new(t->functions);
        struct buf text = { 0 };
        describe_probe(&s->columns.items[i], &text);
        struct status st = first_error(app, app_add_text(app, "", text.data, text.len, "."));
        if (st.err != ERR_NONE) st = told_at(t->arena, st, s->columns.items[i].type_at);
        buf_free(&text);
        app_free(app);
        TRY(st);
    }
    return OK;
}

/* What is wrong with the sources: a column's type, or something of a source as a whole. */
static struct status blame(struct trial *t, struct status st)
{
    const struct described *d = t->described;
    struct span at = d->at;
    for (size_t i = 0; i < d->inputs.count; i++) {
        TRY(try_columns(t, &d->inputs.items[i].schema));
        at = d->inputs.items[i].at;
    }
    for (size_t i = 0; i < d->tables.count; i++) {
        TRY(try_columns(t, &d->tables.items[i].schema));
        at = d->inputs.count ? at : d->tables.items[i].at;
    }
    return told_at(t->arena, st, at);
}

/* Errors of the SQL itself are not the description's: they go into the report. */
static void keep_problems(struct trial *t, struct app *app, const struct text_file *code)
{
    struct diags own;
    diags_init(&own, t->arena);
    for (size_t i = 0; i < app_diags(app)->count; i++) {
        const struct diag *diag = &app_diags(app)->items[i];
        if (diag->status.at.file == code && diag->level == DIAG_ERROR)
            diags_add(&own, diag->level, diag->status);
    }
    t->n_problems = own.error_count;
    if (own.count) diags_print(&t->problems, &own);
}

static struct status try_outputs(struct trial *t, struct app *app, const struct text_file *sources,
                                 const struct text_file *code)
{
    const struct described *d = t->described;
    const struct text_file **files = ARENA_ARRAY(t->arena, const struct text_file *,
                                                 d->outputs.count);
    for (size_t i = 0; i < d->outputs.count; i++) {
        struct str stream = d->outputs.items[i].stream;
        struct buf text = { 0 };
        const char *p = str_data(&stream);
        buf_printf(&text, "CREATE SINK \"probe %zu\" FROM ", i);
        buf_append_char(&text, '"');
        for (uint32_t k = 0; k < stream.len; k++) {
            if (p[k] == '"') buf_append_char(&text, '"');
            buf_append_char(&text, p[k]);
        }
        buf_append_c(&text, "\" INTO 'null:';");
        bool error = str_equal_nocase_c(stream, "error_stream");
        files[i] = error ? NULL : app_add_text(app, "", text.data, text.len, ".");
        buf_free(&text);
    }
    app_compile(app);
    struct status wrong = first_error(app, sources);
    if (wrong.err != ERR_NONE) return blame(t, wrong);
    keep_problems(t, app, code);
    for (size_t i = 0; i < d->outputs.count; i++)
        t->skip[i] = t->n_problems == 0 && files[i] && first_error(app, files[i]).err != ERR_NONE;
    return OK;
}

static struct status try_all(struct trial *t)
{
    struct app *app = app_new(t->functions);
    struct str code = t->described->code;
    const struct text_file *sources =
        app_add_text(app, "sources.sql", str_data(&t->sources), t->sources.len, ".");
    const struct text_file *own =
        app_add_text(app, "application.sql", str_data(&code), code.len, ".");
    struct status st = first_error(app, sources);
    st = st.err == ERR_NONE ? try_outputs(t, app, sources, own) : blame(t, st);
    app_free(app);
    return st;
}

/* ---- texts ---- */

static const char *folder_name(struct arena *a, const struct described *d)
{
    struct str text = d->name.len ? d->name : d->logical_id;
    char *name = arena_dup(a, str_to_c(a, text), text.len + 1);
    for (char *p = name; *p; p++) {
        if (strchr("/\\ '\"${}:*?|<>", *p) || (unsigned char)*p < ' ') *p = '_';
    }
    return *name && *name != '.' ? name : "application";
}

static struct status import_one(struct arena *a, const struct fn_catalog *functions,
                                const struct described *d, struct imported *out)
{
    struct trial t = { .arena = a, .functions = functions, .described = d };
    struct buf text = { 0 }, report = { 0 };
    TRY(describe_check(a, d));
    t.skip = arena_calloc(a, d->outputs.count * sizeof *t.skip + 1);
    describe_sources(d, &text);
    t.sources = str_view(text.data ? text.data : "", text.len);
    struct status st = try_all(&t);
    if (st.err == ERR_NONE) {
        describe_sinks(d, t.skip, &text);
        describe_report(d, t.skip, &t.problems, &report);
        *out = (struct imported){ .name = folder_name(a, d),
                                  .code = d->code,
                                  .has_code = d->has_code,
                                  .n_problems = t.n_problems };
        out->sources = take(a, &text);
        out->report = take(a, &report);
    }
    buf_free(&text);
    buf_free(&t.problems);
    return st;
}

struct status import_files(struct arena *a, const struct fn_catalog *functions,
                           const char *const *paths, size_t n, struct imports *out)
{
    struct described_list list = { 0 };
    for (size_t i = 0; i < n; i++) {
        struct text_file *file = ARENA_NEW(a, struct text_file);
        TRY(text_read(a, paths[i], file));
        TRY(text_check_kind(a, file, TEXT_DESCRIPTION, false));
        TRY(describe_read(a, file, &list));
    }
    for (size_t i = 0; i < list.items.count; i++)
        TRY(import_one(a, functions, &list.items.items[i], array_push(a, &out->items)));
    return OK;
}

struct status import_text(struct arena *a, const struct fn_catalog *functions,
                          const struct text_file *file, struct imported *out)
{
    struct described_list list = { 0 };
    TRY(describe_read(a, file, &list));
    if (list.items.count > 1) {
        struct status st = status_new(a, ERR_BAD_OPTION, list.items.items[1].at,
                                      "%s describes %zu applications; this is the second",
                                      file->name, list.items.count);
        return status_with_hint(st, "`sluice import` makes a folder of each of them");
    }
    TRY(describe_check_code(a, &list.items.items[0]));
    return import_one(a, functions, &list.items.items[0], out);
}
