/*
 * cmd_repl.c: `sluice repl`: statements act as they are typed.
 *
 * A line that begins with a backslash is for the session itself; everything else is collected until a `;` ends it.
 * Files, and statements that come through a pipe, are read as scripts.
 */

#include "cli/repl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/kinds.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"

enum { SCRIPT_DEPTH = 16, WAIT_MS = 100 };

volatile sig_atomic_t repl_interrupted, repl_ended, repl_continued;

/* ---- messages ---- */

double repl_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void repl_failed(struct repl *r, enum err err, const struct buf *messages)
{
    fflush(r->out);
    if (r->colours) fputs("\033[31m", stderr);
    cli_write_messages(stderr, messages);
    if (r->colours) fputs("\033[0m", stderr);
    if (r->code == EXIT_DONE) r->code = cli_exit_of(err);
}

void repl_complain(struct repl *r, const char *format, ...)
{
    struct buf text = { 0 };
    va_list args;
    va_start(args, format);
    char *room = buf_reserve(&text, 2048);
    int n = vsnprintf(room, 2048, format, args);
    va_end(args);
    text.len = n < 0 ? 0 : n < 2048 ? (size_t)n : 2047;
    buf_append_char(&text, '\n');
    repl_failed(r, ERR_USAGE, &text);
    buf_free(&text);
}

void repl_check(struct repl *r)
{
    if (r->quit || !session_is_lost(r->session)) return;
    struct buf text = { 0 };
    buf_printf(&text, "the run at %s has ended\n", cli_value(r->args, "connect"));
    repl_failed(r, ERR_UNREACHABLE, &text);
    buf_free(&text);
    r->quit = true;
}

/* ---- statements ---- */

/* What programs of sources and sinks inherit: the Ctrl-C of the terminal is for the session. */
static struct status define_unheard(struct repl *r, const struct session_text *texts, size_t n,
                                    struct buf *messages)
{
    struct sigaction none = { .sa_handler = SIG_IGN }, own;
    sigaction(SIGINT, &none, &own);
    struct status st = session_define(r->session, texts, n, messages);
    sigaction(SIGINT, &own, NULL);
    return st;
}

static bool define(struct repl *r, const struct session_text *texts, size_t n)
{
    struct buf messages = { 0 };
    struct status st = define_unheard(r, texts, n, &messages);
    if (st.err != ERR_NONE) repl_failed(r, st.err, &messages);
    else if (messages.len) cli_write_messages(stderr, &messages);
    buf_free(&messages);
    return st.err == ERR_NONE;
}

static void tell_time(struct repl *r, double began)
{
    if (!r->timing) return;
    fprintf(r->out, "Time: %.3f ms\n", 1e3 * (repl_seconds() - began));
    fflush(r->out);
}

void repl_statement(struct repl *r, const struct session_text *text)
{
    size_t size;
    bool complete;
    double began = repl_seconds();
    enum session_kind kind = session_cut(text->data, text->size, &size, &complete);
    if (kind == SESSION_NOTHING) return;
    buf_clear(&r->last);
    buf_append(&r->last, text->data, text->size);
    if (kind == SESSION_QUERY) repl_query(r, text);
    else if (define(r, text, 1) && r->interactive) fputs("OK\n", stdout);
    tell_time(r, began);
    repl_check(r);
}

/* ---- scripts ---- */

struct script {
    struct repl  *repl;
    const char   *name, *base_dir;
    const char   *text;
    size_t        size, at;
    uint32_t      line, column; /* of at, from 1 */
};

static void step(struct script *s, size_t to)
{
    for (; s->at < to && s->at < s->size; s->at++) {
        if (s->text[s->at] == '\n') {
            s->line++;
            s->column = 1;
        } else if (((unsigned char)s->text[s->at] & 0xc0) != 0x80) {
            s->column++;
        }
    }
}

/* To what is neither blank nor a comment. */
static void skip_blanks(struct script *s)
{
    for (;;) {
        const char *p = s->text + s->at;
        size_t left = s->size - s->at, n = 0;
        while (n < left && strchr(" \t\r\n", p[n]) && p[n]) n++;
        if (n == 0 && left > 1 && p[0] == '-' && p[1] == '-') {
            const char *stop = memchr(p, '\n', left);
            n = stop ? (size_t)(stop - p) + 1 : left;
        } else if (n == 0 && left > 3 && p[0] == '/' && p[1] == '*') {
            const char *stop = memmem(p + 2, left - 2, "*/", 2);
            n = stop ? (size_t)(stop - p) + 2 : left;
        }
        if (n == 0) return;
        step(s, s->at + n);
    }
}

static void define_waiting(struct repl *r)
{
    if (r->waiting.count) define(r, r->waiting.items, r->waiting.count);
    r->waiting.count = 0;
}

static void script_meta(struct script *s)
{
    const char *p = s->text + s->at, *stop = memchr(p, '\n', s->size - s->at);
    size_t n = stop ? (size_t)(stop - p) : s->size - s->at;
    define_waiting(s->repl);
    repl_meta(s->repl, str_to_c(s->repl->arena, str_view(p, n)));
    step(s, s->at + n + 1);
}

static void script_statement(struct script *s)
{
    size_t size;
    bool complete;
    enum session_kind kind = session_cut(s->text + s->at, s->size - s->at, &size, &complete);
    struct session_text t = { .name = s->name, .data = s->text + s->at, .size = size,
                              .line = s->line, .column = s->column, .base_dir = s->base_dir };
    bool drops = size >= 4 && strncasecmp(t.data, "DROP", 4) == 0; /* acts alone */
    if (kind == SESSION_DEFINITION && drops) {
        define_waiting(s->repl);
        define(s->repl, &t, 1);
    } else if (kind == SESSION_DEFINITION) {
        *array_push(s->repl->arena, &s->repl->waiting) = t;
    }
    if (kind == SESSION_QUERY) {
        define_waiting(s->repl);
        repl_statement(s->repl, &t);
    }
    step(s, s->at + size);
}

void repl_script(struct repl *r, const char *name, const char *text, size_t size,
                 const char *base_dir)
{
    struct script s = { .repl = r, .name = name, .base_dir = base_dir, .text = text, .size = size,
                        .line = 1, .column = 1 };
    for (skip_blanks(&s); s.at < s.size && !r->quit && !repl_ended; skip_blanks(&s)) {
        if (s.text[s.at] == '\\') script_meta(&s);
        else script_statement(&s);
    }
    if (!r->more_files) define_waiting(r);
}

static bool read_all(FILE *f, struct buf *out)
{
    size_t got = 1;
    while (got && out->len <= LIMIT_SQL_BYTES) {
        got = fread(buf_reserve(out, 65536), 1, 65536, f);
        out->len += got;
    }
    return !ferror(f) && out->len <= LIMIT_SQL_BYTES;
}

static const char *folder_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash) return ".";
    return slash == path ? "/" : str_to_c(a, str_view(path, (size_t)(slash - path)));
}

/* False: it was told what the file is instead. */
static bool is_sql(struct repl *r, const char *path, const struct buf *text)
{
    const struct text_file file = { path, text->data ? text->data : "", text->len };
    struct status st = text_check_kind(r->arena, &file, TEXT_SQL, false);
    if (st.err == ERR_NONE) return true;
    struct buf message = { 0 };
    status_print(&message, &st);
    repl_failed(r, st.err, &message);
    buf_free(&message);
    return false;
}

bool repl_script_file(struct repl *r, const char *path)
{
    if (r->depth == SCRIPT_DEPTH) {
        repl_complain(r, "%s: files call each other more than %d deep", path, SCRIPT_DEPTH);
        return false;
    }
    FILE *f = fopen(path, "rb");
    struct buf text = { 0 };
    bool read = f && read_all(f, &text);
    if (!read) repl_complain(r, "cannot read %s: %s", path, strerror(errno));
    if (f) fclose(f);
    r->depth++;
    if (read && !is_sql(r, path, &text)) read = false;
    if (read) /* definitions may wait for those of the next file */
        repl_script(r, str_to_c(r->arena, str_c(path)),
                    arena_dup(r->arena, text.data ? text.data : "", text.len), text.len,
                    folder_of(r->arena, path));
    r->depth--;
    buf_free(&text);
    return read;
}

/* ---- a person at a terminal ---- */

/* Whole statements of what was typed so far; the rest waits for more lines. */
static void run_typed(struct repl *r)
{
    for (;;) {
        size_t size;
        bool complete;
        enum session_kind kind =
            session_cut(r->typed.data ? r->typed.data : "", r->typed.len, &size, &complete);
        if (!complete) {
            if (kind == SESSION_NOTHING && r->typed.len == strspn(buf_c(&r->typed), " \t\r\n"))
                buf_clear(&r->typed);
            return;
        }
        /* the statement is a copy: what it does may type itself */
        struct buf own = { 0 };
        size_t skip = strspn(buf_c(&r->typed), " \t\r\n");
        if (skip > size) skip = size;
        buf_append(&own, r->typed.data + skip, size - skip);
        r->typed.len -= size;
        memmove(r->typed.data, r->typed.data + size, r->typed.len);
        struct session_text t = { .data = own.data, .size = own.len, .line = 1, .column = 1,
                                  .base_dir = "." };
        repl_statement(r, &t);
        buf_free(&own);
    }
}

static void remember(struct repl_line *l, struct buf *entry)
{
    if (entry->len == 0) return;
    repl_line_remember(l, buf_c(entry));
    buf_clear(entry);
}

/* The quote that what was typed so far leaves open, or 0. */
static char open_quote(const struct buf *typed)
{
    char open = 0;
    for (size_t i = 0; i < typed->len; i++) {
        char c = typed->data[i];
        bool comment = !open && c == '-' && i + 1 < typed->len && typed->data[i + 1] == '-';
        while (comment && i + 1 < typed->len && typed->data[i] != '\n') i++;
        if (open) open = c == open ? 0 : open;
        else if (!comment && (c == '\'' || c == '"')) open = c;
    }
    return open;
}

static const char *prompt_for(const struct repl *r)
{
    char quote = open_quote(&r->typed);
    if (r->typed.len == 0) return "sluice> ";
    return quote == '\'' ? "     '> " : quote ? "     \"> " : "     -> ";
}

/* What people type who have not read the first line; a statement begins with neither. */
static const char *meta_of_word(const char *line)
{
    static const char *const words[][2] = { { "help", "\\?" },
                                            { "quit", "\\q" },
                                            { "exit", "\\q" } };
    size_t skip = strspn(line, " \t"), n = strcspn(line + skip, " \t;");
    if (line[skip + n + strspn(line + skip + n, " \t;")]) return NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i][0]) == n && strncasecmp(line + skip, words[i][0], n) == 0)
            return words[i][1];
    }
    return NULL;
}

static void take_line(struct repl *r, struct repl_line *l, const char *line, struct buf *entry)
{
    bool free = !open_quote(&r->typed); /* a line of a text may begin with anything */
    if (r->typed.len == 0 && meta_of_word(line)) line = meta_of_word(line);
    if (entry->len) buf_append_char(entry, '\n');
    buf_append_c(entry, line);
    if (free && line[strspn(line, " \t")] == '\\') {
        remember(l, entry);
        repl_meta(r, line + strspn(line, " \t"));
    } else {
        buf_append_c(&r->typed, line);
        buf_append_char(&r->typed, '\n');
        size_t size;
        bool complete;
        session_cut(r->typed.data, r->typed.len, &size, &complete);
        if (complete || strspn(line, " \t") == strlen(line)) remember(l, entry);
    }
    run_typed(r);
}

static void talk(struct repl *r)
{
    struct repl_line *l = repl_line_open(r);
    struct buf entry = { 0 };
    while (!r->quit && !repl_ended) {
        const char *line = repl_line_read(l, prompt_for(r));
        if (line) {
            take_line(r, l, line, &entry);
        } else if (repl_interrupted) {
            repl_interrupted = 0;
            buf_clear(&r->typed);
            buf_clear(&entry);
            fputc('\n', stdout);
        } else {
            if (!repl_ended) fputc('\n', stdout);
            break;
        }
    }
    buf_free(&entry);
    repl_line_close(l);
}

/* ---- the command ---- */

static volatile sig_atomic_t is_finishing;

/* While the session ends, Ctrl-C gives up what does not go; once more, everything. */
static void on_signal(int number)
{
    if (number != SIGCONT && is_finishing) {
        if (is_finishing++ > 1) _exit(EXIT_INTERRUPTED);
        session_interrupt();
    }
    if (number == SIGINT) repl_interrupted = 1;
    else if (number == SIGCONT) repl_continued = 1;
    else repl_ended = 1;
}

static void watch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal }; /* without SA_RESTART: reading ends */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_flags = SA_RESTART;
    sigaction(SIGCONT, &action, NULL);
}

/* All files of the command line are one application. */
static void read_files(struct repl *r)
{
    r->more_files = true;
    for (size_t i = 0; i < r->args->n_operands; i++) repl_script_file(r, r->args->operands[i]);
    r->more_files = false;
    define_waiting(r);
}

static void read_pipe(struct repl *r)
{
    struct buf text = { 0 };
    if (!read_all(stdin, &text)) repl_complain(r, "cannot read standard input, or it is too large");
    else if (is_sql(r, "<stdin>", &text))
        repl_script(r, "<stdin>", text.data ? text.data : "", text.len, ".");
    buf_free(&text);
    /* what was set going runs to its end, as with `sluice run` */
    while (!r->quit && session_is_busy(r->session) && !session_wait(r->session, WAIT_MS)) {
        if (repl_interrupted || repl_ended) break;
    }
}

static void greet(const struct repl *r, const char *socket)
{
    if (!r->interactive) return;
    if (socket)
        printf("sluice %s, looking into the run at %s. \\? lists commands, \\q ends the visit.\n",
               SLUICE_VERSION, socket);
    else
        printf("sluice %s. Statements end with ;  \\? lists commands, \\q ends.\n", SLUICE_VERSION);
}

static void finish(struct repl *r)
{
    is_finishing = 1;
    const char *failing = session_failing_sink(r->session);
    if (failing && r->interactive)
        fprintf(stderr,
                "sink %s fails: it is tried on; Ctrl-C gives it up, with what it has not taken\n",
                failing);
    if (repl_ended || (repl_interrupted && !r->interactive)) session_interrupt();
    struct status st = session_finish(r->session);
    if (st.err != ERR_NONE) {
        struct buf message = { 0 };
        status_print(&message, &st);
        repl_failed(r, st.err, &message);
        buf_free(&message);
    }
    session_free(r->session);
    if (r->out != stdout) fclose(r->out);
    buf_free(&r->typed);
    buf_free(&r->last);
}

static bool wants_colours(void)
{
    const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 &&
           !(no && *no);
}

/* The values of an option that repeats, ended by NULL. */
static const char *const *values_of(const struct cli_args *args, const char *option)
{
    const char **out = ARENA_ARRAY(args->arena, const char *, args->settings.count + 1);
    size_t n = 0;
    for (size_t i = 0; i < args->settings.count; i++) {
        const struct cli_setting *s = &args->settings.items[i];
        if (strcmp(s->option->name, option) == 0) out[n++] = s->value;
    }
    out[n] = NULL;
    return out;
}

/* Once the files are read every name of the command line should be known. */
static void check_names(struct repl *r, const char *option, const char *const *settings)
{
    struct session_object *objects;
    size_t n = session_objects(r->session, r->arena, &objects);
    for (; *settings; settings++) {
        struct str name = str_view(*settings, strcspn(*settings, "="));
        bool known = false;
        for (size_t i = 0; i < n; i++) known |= str_equal(&objects[i].name, &name);
        if (!known)
            repl_complain(r, "--%s %s: there is no \"%.*s\" yet", option, *settings,
                          STR_ARG(name));
    }
}

/* Of its own, or a connection to a run. */
static enum exit_code open_session(struct repl *r, const struct session_config *config)
{
    const char *socket = cli_value(r->args, "connect");
    if (!socket) {
        r->session = session_new(config);
        return r->session ? EXIT_DONE : EXIT_FAILED;
    }
    if (*config->sources || *config->sinks)
        return cli_usage("repl", "--source and --sink are for a session of its own");
    struct status st = session_connect(config, socket, r->arena, &r->session);
    return st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
}

static enum exit_code repl(const struct cli_args *args)
{
    struct session_config config = { .functions = args->functions };
    if (!cli_size(args, "memory-limit", &config.memory_limit)) return EXIT_USAGE;
    const char *keys = cli_value(args, "keys");
    if (keys) {
        struct status st = secret_load(args->arena, keys);
        if (st.err != ERR_NONE) return cli_failed(&st);
    }
    secret_require();
    struct repl r = { .args = args, .arena = args->arena, .out = stdout };
    r.interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    r.colours = wants_colours();
    config.stdin_is_taken = true;
    config.sources = values_of(args, "source");
    config.sinks = values_of(args, "sink");
    enum exit_code opened = open_session(&r, &config);
    if (opened != EXIT_DONE) return opened;
    watch_signals();
    greet(&r, cli_value(args, "connect"));
    read_files(&r);
    check_names(&r, "source", config.sources);
    check_names(&r, "sink", config.sinks);
    if (r.interactive) talk(&r);
    else if (!r.quit) read_pipe(&r);
    finish(&r);
    return r.interactive ? EXIT_DONE : r.code;
}

static const struct cli_option options[] = {
    { "source", "NAME=URL", true, "where the source NAME reads" },
    { "sink", "NAME=URL", true, "where the sink NAME writes, or a new one for the stream NAME" },
    { "memory-limit", "SIZE", false,
      "what windows, rows held for order and forests may take in\n"
      "all, such as 512MB; more ends what asks for it" },
    { "keys", "FILE", false, "the key file, as for sluice run" },
    { "connect", "SOCKET", false,
      "looks into the run whose --control socket this is: its\n"
      "streams, pumps and numbers, and queries over its streams" },
    { 0 },
};

const struct command cmd_repl = {
    .name = "repl",
    .operands = "[FILE.sql...]",
    .summary = "queries streams and tables as you type",
    .text = "Statements end with a semicolon and act at once: sources, streams, pumps and\n"
            "sinks run in the background, a SELECT STREAM shows rows as they come until\n"
            "Ctrl-C or LIMIT n. Lines that begin with a backslash are for the session: \\?\n"
            "lists them. Files are read first.\n"
            "\n"
            "Statements can come from a pipe: after the last one it goes on until what it\n"
            "started has ended, and exits with the code of the first failure.\n"
            "\n"
            "  sluice repl pipeline.sql\n"
            "  sluice repl --connect pipeline.sock\n"
            "  echo \"SELECT STREAM * FROM readings LIMIT 3;\" | sluice repl sources.sql\n",
    .options = options,
    .operands_min = 0,
    .operands_max = UINT32_MAX,
    .run = repl,
};
