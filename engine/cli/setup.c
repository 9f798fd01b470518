/* setup.c: what commands on applications have in common: their files, and what a failure exits with. */

#include <errno.h>
#include <stdio.h>

#include "app/app.h"
#include "app/session.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cli/cli.h"

enum exit_code cli_exit_of(enum err err)
{
    if (err == ERR_UNREACHABLE) return EXIT_UNREACHABLE;
    if (err == ERR_USAGE) return EXIT_USAGE;
    return err <= ERR_BAD_PATH ? EXIT_BAD_SQL : EXIT_FAILED;
}

void cli_write(FILE *out, const struct buf *text)
{
    struct buf clean = { 0 };
    for (size_t i = 0; i < text->len;) {
        const char *p = text->data + i;
        size_t      width = utf8_width((unsigned char)*p);
        bool        control = (unsigned char)*p < ' ' && *p != '\n' && *p != '\t';
        bool shown = !control && *p != 0x7f && width <= text->len - i && utf8_valid(p, width);
        if (!shown) width = 1;
        buf_append(&clean, shown ? p : "?", width);
        i += width;
    }
    fwrite(clean.data ? clean.data : "", 1, clean.len, out); /* in one piece, whoever else writes */
    buf_free(&clean);
}

/* With --log-format json: what status_print_as shows, without the source line. */
static void log_status(const struct status *st, enum log_level level)
{
    struct log_field fields[6];
    size_t n = 0;
    const struct text_file *f = st->at.file;
    fields[n++] = LOG_C("code", err_sqlstate(st->err));
    if (f && f->name) fields[n++] = LOG_C("where", f->name);
    if (f && st->at.line > 0) {
        fields[n++] = LOG_N("line", st->at.line);
        fields[n++] = LOG_N("column", st->at.column);
    }
    if (st->hint) fields[n++] = LOG_C("hint", st->hint);
    log_event(level, fields, n, "%s", st->message ? st->message : err_text(st->err));
}

static void log_diags(const struct diags *d)
{
    const struct diag **sorted;
    struct arena *a = arena_new();
    size_t n = diags_sorted(d, a, &sorted);
    for (size_t i = 0; i < n; i++)
        log_status(&sorted[i]->status, sorted[i]->level == DIAG_ERROR ? LOG_ERROR : LOG_WARNING);
    if (d->error_count > d->count)
        log_message(LOG_ERROR, "%zu more errors are not shown", d->error_count - d->count);
    arena_free(a);
}

enum exit_code cli_failed(const struct status *st)
{
    if (log_is_json()) {
        log_status(st, LOG_ERROR);
        return cli_exit_of(st->err);
    }
    struct buf text = { 0 };
    status_print(&text, st);
    cli_write_messages(stderr, &text);
    buf_free(&text);
    return cli_exit_of(st->err);
}

void cli_print_diags(struct diags *d)
{
    struct buf text = { 0 };
    if (log_is_json()) log_diags(d);
    else diags_print(&text, d);
    cli_write_messages(stderr, &text);
    buf_free(&text);
}

struct app *cli_open_app(const struct cli_args *args)
{
    struct app *app = app_new(args->functions);
    for (size_t i = 0; i < args->n_operands; i++) app_add_file(app, args->operands[i]);
    /* After an error in the files names may be missing that are not the command line's fault. */
    bool sound = app_diags(app)->error_count == 0;
    for (size_t i = 0; sound && i < args->settings.count; i++) {
        const struct cli_setting *s = &args->settings.items[i];
        if (strcmp(s->option->name, "source") == 0) app_set_source(app, s->value);
        if (strcmp(s->option->name, "sink") == 0) app_set_sink(app, s->value);
    }
    return app;
}

enum exit_code cli_refused(struct app *app)
{
    const struct diags *d = app_diags(app);
    for (size_t i = 0; i < d->count; i++) {
        const struct status *st = &d->items[i].status;
        if (d->items[i].level == DIAG_ERROR && st->err != ERR_IO) return EXIT_BAD_SQL;
    }
    return EXIT_USAGE;
}

struct str cli_stored_name(struct arena *a, const char *word)
{
    size_t n = strlen(word);
    if (n > 0 && word[n - 1] == ';') n--;
    if (n >= 2 && word[0] == '"' && word[n - 1] == '"')
        return str_copy(a, str_view(word + 1, n - 2));
    return str_upper_ascii(a, str_view(word, n));
}

struct status cli_why(struct session *s, struct arena *a, const char *word, struct buf *out)
{
    struct str name = cli_stored_name(a, word), typed = str_copy(a, str_c(word));
    struct status st = session_why(s, name, out);
    if (st.err != ERR_UNKNOWN_NAME || str_equal(&name, &typed)) return st;
    /* what SQL needs quotes for is found without, where nothing else is meant */
    return session_why(s, typed, out).err == ERR_NONE ? OK : st;
}

enum exit_code cli_flush(enum exit_code code)
{
    bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (!lost || errno == EPIPE || code != EXIT_DONE) return code;
    cli_say("standard output did not take everything");
    return EXIT_FAILED;
}
