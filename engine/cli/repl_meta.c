/* repl_meta.c: lines that begin with a backslash: what there is, how rows are shown, files, help. */

#include "cli/repl.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "data/calendar.h"

enum { WHERE_WIDTH = 44 };

/* word: what stands behind the command, without blanks around it; "" without. */
struct meta {
    const char *name, *operands, *help;
    void (*run)(struct repl *r, const char *word);
};

/* ---- what there is ---- */

static const char *const kind_names[] = {
    [OBJECT_SOURCE] = "source", [OBJECT_STREAM] = "stream", [OBJECT_VIEW] = "view",
    [OBJECT_TABLE] = "reference table", [OBJECT_PUMP] = "pump", [OBJECT_SINK] = "sink",
    [OBJECT_FUNCTION] = "function",
};

/* The beginning of a long one. */
static struct str shortened(struct arena *a, const char *text)
{
    size_t n = utf8_prefix(text, strlen(text), WHERE_WIDTH);
    return text[n] ? str_format(a, "%.*s...", (int)n, text) : str_c(text);
}

static void list_objects(struct repl *r, bool pumps)
{
    static const char *const headings[] = { "Kind", "Name", "Rows", "State", "Where" };
    struct arena *a = arena_new();
    struct session_object *objects;
    size_t n = session_objects(r->session, a, &objects), n_cells = 0;
    struct str *cells = ARENA_ARRAY(a, struct str, n * 5 + 1);
    for (size_t i = 0; i < n; i++) {
        const struct session_object *o = &objects[i];
        if (pumps && o->kind != OBJECT_PUMP) continue;
        bool counted = o->kind != OBJECT_VIEW && o->kind != OBJECT_FUNCTION;
        cells[n_cells++] = str_c(kind_names[o->kind]);
        cells[n_cells++] = o->name;
        cells[n_cells++] = counted ? str_format(a, "%llu", (unsigned long long)o->rows) : STR_EMPTY;
        cells[n_cells++] = str_c(o->state);
        cells[n_cells++] = shortened(a, o->detail);
    }
    if (!session_is_lost(r->session)) repl_show(r, headings, 5, cells, n_cells);
    arena_free(a);
}

static void show_columns(struct repl *r, struct arena *a, const struct session_object *o)
{
    static const char *const headings[] = { "Column", "Type", "" };
    if (o->n_columns == 0) return;
    struct str *cells = ARENA_ARRAY(a, struct str, (size_t)o->n_columns * 3);
    for (uint32_t i = 0; i < o->n_columns; i++) {
        const struct column *c = &o->columns[i];
        cells[i * 3] = c->name;
        cells[i * 3 + 1] = str_c(type_text(a, c->type));
        cells[i * 3 + 2] = str_c(c->not_null ? "NOT NULL" : c->personal ? "PERSONAL" : "");
    }
    repl_show(r, headings, 3, cells, (size_t)o->n_columns * 3);
}

static void show_object(struct repl *r, struct arena *a, const struct session_object *o)
{
    fprintf(r->out, "%s %.*s", kind_names[o->kind], STR_ARG(o->name));
    if (*o->detail) fprintf(r->out, ": %s", o->detail);
    if (*o->state) fprintf(r->out, " (%s)", o->state);
    fputc('\n', r->out);
    show_columns(r, a, o);
    if (o->text) fprintf(r->out, "%s%s\n", o->text, strchr(o->text, ';') ? "" : ";");
}

/* Shows the session's objects of a name; false: there are none. */
static bool show_named(struct repl *r, const char *word, bool functions_only)
{
    struct arena *a = arena_new();
    struct session_object *objects;
    size_t n = session_objects(r->session, a, &objects), found = 0;
    struct str name = cli_stored_name(a, word), typed = str_c(word);
    for (size_t i = 0; i < n; i++) {
        if (!str_equal(&objects[i].name, &name) && !str_equal(&objects[i].name, &typed)) continue;
        if (functions_only && objects[i].kind != OBJECT_FUNCTION) continue;
        if (found++) fputc('\n', r->out);
        show_object(r, a, &objects[i]);
    }
    arena_free(a);
    return found > 0;
}

static void describe(struct repl *r, const char *word)
{
    if (!*word) list_objects(r, false);
    else if (!show_named(r, word, false) && !session_is_lost(r->session))
        repl_complain(r, "there is no \"%s\"; \\d lists what there is", word);
}

static void describe_pumps(struct repl *r, const char *word)
{
    if (*word) describe(r, word);
    else list_objects(r, true);
}

static void describe_function(struct repl *r, const char *word)
{
    if (*word && show_named(r, word, true)) return;
    fflush(r->out);
    cli_show_function(r->args, *word ? word : NULL);
    fflush(stdout);
}

static void why(struct repl *r, const char *word)
{
    struct arena *a = arena_new();
    struct buf text = { 0 };
    if (!*word) {
        repl_complain(r, "\\why needs the name of a stream");
    } else {
        struct status st = cli_why(r->session, a, word, &text);
        if (st.err != ERR_NONE && !session_is_lost(r->session))
            repl_complain(r, "%s; \\d lists what there is", st.message);
        cli_write(r->out, &text);
    }
    buf_free(&text);
    arena_free(a);
}

static void last_errors(struct repl *r, const char *word)
{
    (void)word;
    struct buf text = { 0 };
    struct status st = session_errors(r->session, &text);
    if (st.err != ERR_NONE && !session_is_lost(r->session)) repl_complain(r, "%s", st.message);
    else if (st.err == ERR_NONE && text.len == 0) fputs("error_stream has had no rows.\n", r->out);
    cli_write(r->out, &text);
    buf_free(&text);
}

static void metrics(struct repl *r, const char *word)
{
    (void)word;
    struct buf text = { 0 };
    struct status st = session_metrics(r->session, &text);
    if (st.err != ERR_NONE && !session_is_lost(r->session)) repl_complain(r, "%s", st.message);
    cli_write(r->out, &text);
    buf_free(&text);
}

/* ---- how rows are shown ---- */

/* Without a word the other way round. False: the word is another one, which is told. */
static bool switch_to(struct repl *r, const char *name, const char *word, bool *setting)
{
    bool on = strcasecmp(word, "on") == 0;
    if (*word && !on && strcasecmp(word, "off") != 0) {
        repl_complain(r, "%s takes on or off, not \"%s\"", name, word);
        return false;
    }
    *setting = *word ? on : !*setting;
    return true;
}

static void expanded(struct repl *r, const char *word)
{
    if (!switch_to(r, "\\x", word, &r->expanded)) return;
    if (r->interactive) printf("Rows are shown as %s.\n", r->expanded ? "blocks" : "lines");
}

static void timing(struct repl *r, const char *word)
{
    if (!switch_to(r, "\\timing", word, &r->timing)) return;
    if (r->interactive) printf("Timing is %s.\n", r->timing ? "on" : "off");
}

static void pset(struct repl *r, const char *word)
{
    static const char *const names[] = { "table", "json", "csv" };
    const char *value = word + strcspn(word, " \t");
    value += strspn(value, " \t");
    if (strncasecmp(word, "format", 6) != 0 || !*value) {
        repl_complain(r, "\\pset format is table, json or csv; it is %s", names[r->format]);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcasecmp(value, names[i]) != 0) continue;
        r->format = (enum repl_format)i;
        if (r->interactive) printf("Rows are shown as %s.\n", names[i]);
        return;
    }
    repl_complain(r, "there is no format \"%s\": table, json or csv", value);
}

/* ---- files ---- */

static void include(struct repl *r, const char *word)
{
    if (*word) repl_script_file(r, word);
    else repl_complain(r, "\\i needs a file");
}

static void output(struct repl *r, const char *word)
{
    FILE *f = *word ? fopen(word, "w") : stdout;
    if (!f) {
        repl_complain(r, "cannot write %s: %s", word, strerror(errno));
        return;
    }
    if (r->out != stdout && fclose(r->out) != 0)
        repl_complain(r, "not everything was written: %s", strerror(errno));
    r->out = f;
}

/* ---- the last statement ---- */

static bool call_editor(struct repl *r, const char *path)
{
    const char *editor = getenv("VISUAL");
    if (!editor || !*editor) editor = getenv("EDITOR");
    if (!editor || !*editor) editor = "vi";
    struct buf command = { 0 };
    buf_printf(&command, "%s '%s'", editor, path);
    fflush(NULL);
    int code = system(buf_c(&command));
    if (code != 0) repl_complain(r, "%s failed", editor);
    buf_free(&command);
    return code == 0;
}

static void edit_text(struct repl *r, const char *path, int fd)
{
    const struct buf *text = r->typed.len ? &r->typed : &r->last;
    bool written = write(fd, text->data ? text->data : "", text->len) == (ssize_t)text->len;
    close(fd);
    if (!written || !call_editor(r, path)) return;
    FILE *f = fopen(path, "r");
    if (!f) return;
    buf_clear(&r->typed);
    size_t got = 1;
    while (got) {
        got = fread(buf_reserve(&r->typed, 4096), 1, 4096, f);
        r->typed.len += got;
    }
    fclose(f);
    fwrite(r->typed.data ? r->typed.data : "", 1, r->typed.len, stdout);
    if (r->typed.len && r->typed.data[r->typed.len - 1] != '\n') fputc('\n', stdout);
}

static void edit(struct repl *r, const char *word)
{
    if (!r->interactive) {
        repl_complain(r, "\\e needs a terminal");
    } else if (*word) {
        if (strchr(word, '\'')) repl_complain(r, "a file's name with a quote in it");
        else if (call_editor(r, word)) repl_script_file(r, word);
    } else {
        char path[] = "/tmp/sluice-XXXXXX.sql";
        int fd = mkstemps(path, 4);
        if (fd < 0) {
            repl_complain(r, "cannot write to /tmp: %s", strerror(errno));
            return;
        }
        edit_text(r, path, fd);
        unlink(path);
    }
}

static void shell(struct repl *r, const char *word)
{
    const char *own = getenv("SHELL");
    fflush(NULL);
    int code = system(*word ? word : own && *own ? own : "/bin/sh");
    if (code == -1) repl_complain(r, "cannot start a shell: %s", strerror(errno));
}

static void pause_for(double seconds)
{
    double until = repl_seconds() + seconds;
    for (;;) {
        double left = until - repl_seconds();
        if (repl_interrupted || repl_ended || left <= 0) return;
        poll(NULL, 0, left < 0.1 ? 1 : 50); /* a signal ends it early */
    }
}

/* Between two answers, which look alike. */
static void tell_watch(const struct repl *r, double every)
{
    char text[CALENDAR_TEXT_MAX];
    size_t n = calendar_format_timestamp(text, session_time(r->session));
    printf("%.*s UTC (every %g s)\n", (int)n, text, every);
}

static void watch(struct repl *r, const char *word)
{
    char *end;
    double every = *word ? strtod(word, &end) : 2;
    if (*word && (*end || !(every > 0))) {
        repl_complain(r, "\\watch takes a number of seconds above 0, not \"%s\"", word);
        return;
    }
    if (every < 0.1) every = 0.1;
    struct buf text = { 0 };
    buf_append(&text, r->last.data ? r->last.data : "", r->last.len);
    size_t size;
    bool complete;
    enum session_kind kind = session_cut(buf_c(&text), text.len, &size, &complete);
    if (kind != SESSION_QUERY) {
        repl_complain(r, "\\watch repeats the last query, and there is none");
        buf_free(&text);
        return;
    }
    struct session_text t = { .data = text.data, .size = text.len, .line = 1, .column = 1,
                              .base_dir = "." };
    while (!repl_interrupted && !repl_ended && !r->quit) {
        if (r->interactive) tell_watch(r, every);
        if (!repl_query(r, &t)) break;
        pause_for(every);
    }
    if (repl_interrupted && r->interactive) fputc('\n', stdout);
    repl_interrupted = 0;
    buf_free(&text);
}

/* ---- the rest ---- */

static void print_typed(struct repl *r, const char *word)
{
    (void)word;
    const struct buf *text = &r->last;
    fwrite(text->data ? text->data : "", 1, text->len, r->out);
    fputc('\n', r->out);
}

static void quit(struct repl *r, const char *word)
{
    (void)word;
    r->quit = true;
}

static void help(struct repl *r, const char *word);

static const struct meta metas[] = {
    { "\\!", "[COMMAND]", "runs a command of the shell", shell },
    { "\\?", "", "this list", help },
    { "\\d", "[NAME]", "what there is; columns and definition of NAME", describe },
    { "\\df", "[NAME]", "functions; what NAME does", describe_function },
    { "\\dp", "", "pumps, and how many rows they passed on", describe_pumps },
    { "\\e", "[FILE]", "edits the last statement, or a file, and runs it", edit },
    { "\\errors", "", "the last rows of error_stream", last_errors },
    { "\\i", "FILE", "reads statements from a file", include },
    { "\\metrics", "", "numbers of the run that was connected to", metrics },
    { "\\o", "[FILE]", "rows go to a file; back to the terminal", output },
    { "\\p", "", "prints the last statement", print_typed },
    { "\\pset", "format F", "shows rows as table, json or csv", pset },
    { "\\q", "", "ends: windows close, sinks are written out", quit },
    { "\\timing", "[on|off]", "tells how long each statement took", timing },
    { "\\watch", "[SECONDS]", "repeats the last query until Ctrl-C", watch },
    { "\\why", "STREAM", "why nothing, or this, comes out of it", why },
    { "\\x", "[on|off]", "shows each row as a block of lines", expanded },
};
enum { N_METAS = sizeof metas / sizeof *metas };

static void help(struct repl *r, const char *word)
{
    (void)word;
    fputs("Statements end with ; and act at once. SELECT STREAM shows rows until Ctrl-C or\n"
          "LIMIT n. "
          "Lines for the session begin with a backslash:\n",
          r->out);
    for (size_t i = 0; i < N_METAS; i++) {
        char left[32];
        snprintf(left, sizeof left, "%s %s", metas[i].name, metas[i].operands);
        fprintf(r->out, "  %-20s %s\n", left, metas[i].help);
    }
}

const char *repl_meta_name(size_t i)
{
    return i < N_METAS ? metas[i].name : NULL;
}

/* Without the backslash, which all have in common. */
static const char *next_name(const void *arg, size_t i)
{
    (void)arg;
    return i < N_METAS ? metas[i].name + 1 : NULL;
}

void repl_meta(struct repl *r, const char *line)
{
    struct arena *a = arena_new();
    size_t n = strcspn(line, " \t\r\n;");
    const char *name = str_to_c(a, str_view(line, n));
    const char *word = line + n + strspn(line + n, " \t\r\n");
    size_t size = strlen(word);
    while (size > 0 && strchr(" \t\r\n;", word[size - 1])) size--;
    word = str_to_c(a, str_view(word, size));
    const struct meta *found = NULL;
    for (size_t i = 0; i < N_METAS; i++) {
        if (strcmp(metas[i].name, name) == 0) found = &metas[i];
    }
    if (found) {
        found->run(r, word);
    } else {
        const char *near = cli_nearest(name + 1, next_name, NULL);
        repl_complain(r, "there is no %s%s%s%s; \\? lists what there is", name,
                      near ? "; did you mean \\" : "", near ? near : "", near ? "?" : "");
    }
    fflush(r->out);
    arena_free(a);
    repl_check(r);
}
