/*
 * repl_line.c: lines from a terminal, by libedit: editing, a history that outlives the session, completion.
 *
 * Words are completed from the language, the functions, what has been defined and its columns, in the case in which the
 * word was begun. Names that need quotes get them.
 */

#include "cli/repl.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

#include "base/log.h"

enum { HISTORY_ENTRIES = 2000, LISTED_MAX = 100, REDRAW_MS = 100, PASTE_MS = 100 };

struct repl_line {
    struct repl *repl;
    EditLine    *edit;
    History     *history;
    char        *history_path; /* NULL: there is no home */
    const char  *prompt;
    bool         pasting; /* the terminal says so: a tab is a tab */
    struct buf   line;
};

/* ---- completion ---- */

struct candidates {
    struct arena *arena;
    const char   *word; /* what was typed of it */
    size_t        size;
    ARRAY(const char *) items;
};

static void candidate(struct candidates *c, const char *text)
{
    if (strncasecmp(text, c->word, c->size) != 0) return;
    for (size_t i = 0; i < c->items.count; i++) {
        if (strcmp(c->items.items[i], text) == 0) return;
    }
    *array_push(c->arena, &c->items) = text;
}

/* In the case in which the word was begun. */
static const char *cased(const struct candidates *c, const char *text)
{
    bool lower = false;
    for (size_t i = 0; i < c->size; i++) lower |= islower((unsigned char)c->word[i]) != 0;
    size_t n = strlen(text);
    char *out = arena_dup(c->arena, text, n + 1);
    for (size_t i = 0; lower && i < n; i++) out[i] = (char)tolower((unsigned char)out[i]);
    return out;
}

static void add_word(struct candidates *c, const char *text)
{
    if (strncasecmp(text, c->word, c->size) == 0) candidate(c, cased(c, text));
}

/* A name as it must be written: in quotes where folding would change it. */
static void add_name(struct candidates *c, struct str name)
{
    const char *p = str_data(&name);
    bool plain = name.len > 0 && !isdigit((unsigned char)p[0]);
    for (uint32_t i = 0; i < name.len; i++) {
        unsigned char ch = (unsigned char)p[i];
        plain = plain && (isupper(ch) || isdigit(ch) || ch == '_');
    }
    if (plain) add_word(c, str_to_c(c->arena, name));
    else candidate(c, str_format_c(c->arena, "\"%.*s\"", STR_ARG(name)));
    bool error_stream = str_equal_c(name, "error_stream");
    if (error_stream) candidate(c, "error_stream");
}

static void add_objects(struct candidates *c, struct session *s, bool columns)
{
    struct session_object *objects;
    size_t n = session_objects(s, c->arena, &objects);
    for (size_t i = 0; i < n; i++) {
        add_name(c, objects[i].name);
        for (uint32_t k = 0; columns && k < objects[i].n_columns; k++)
            add_name(c, objects[i].columns[k].name);
    }
}

static void add_functions(struct candidates *c, const struct fn_catalog *functions)
{
    struct fn_row *rows;
    size_t n = fn_catalog_rows(functions, c->arena, &rows);
    for (size_t i = 0; i < n; i++) {
        const char *name = rows[i].fn ? rows[i].fn->name : rows[i].agg ? rows[i].agg->name
                                                                       : rows[i].table_fn->name;
        if (isalpha((unsigned char)name[0]) && !strchr(name, ' ')) add_word(c, name);
    }
}

static void add_files(struct candidates *c)
{
    glob_t found;
    const char *pattern = str_format_c(c->arena, "%s*", c->word);
    if (glob(pattern, GLOB_MARK, NULL, &found) != 0) return;
    for (size_t i = 0; i < found.gl_pathc && i < LISTED_MAX; i++)
        candidate(c, arena_dup(c->arena, found.gl_pathv[i], strlen(found.gl_pathv[i]) + 1));
    globfree(&found);
}

/* What rows can be read from. */
static void add_relations(struct candidates *c, struct session *s)
{
    struct session_object *objects;
    size_t n = session_objects(s, c->arena, &objects);
    for (size_t i = 0; i < n; i++) {
        enum session_object_kind kind = objects[i].kind;
        if (kind != OBJECT_PUMP && kind != OBJECT_SINK && kind != OBJECT_FUNCTION)
            add_name(c, objects[i].name);
    }
}

/* Whether the word behind these bytes of a line stands where a stream's name does. */
static bool names_relation(const char *line, size_t from)
{
    static const char *const words[] = { "FROM", "JOIN", "INTO" };
    size_t stop = from;
    while (stop > 0 && (line[stop - 1] == ' ' || line[stop - 1] == '\t')) stop--;
    size_t start = stop;
    while (start > 0 && isalpha((unsigned char)line[start - 1])) start--;
    for (size_t i = 0; stop < from && i < sizeof words / sizeof *words; i++) {
        if (stop - start == strlen(words[i]) &&
            strncasecmp(line + start, words[i], stop - start) == 0)
            return true;
    }
    return false;
}

static bool begins(const char *line, const char *command)
{
    size_t n = strlen(command);
    return strncmp(line, command, n) == 0 && (line[n] == ' ' || line[n] == '\t');
}

/* line: up to the cursor. */
static void find_candidates(struct candidates *c, struct repl *r, const char *line)
{
    const char *first = line + strspn(line, " \t");
    if (*first == '\\' && !strpbrk(first, " \t")) {
        for (size_t i = 0; repl_meta_name(i); i++) candidate(c, repl_meta_name(i));
    } else if (begins(first, "\\i") || begins(first, "\\o") || begins(first, "\\e")) {
        add_files(c);
    } else if (begins(first, "\\df")) {
        add_functions(c, r->args->functions);
    } else if (begins(first, "\\pset")) {
        static const char *const words[] = { "format", "table", "json", "csv" };
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) candidate(c, words[i]);
    } else if (*first == '\\') {
        add_objects(c, r->session, false);
    } else if (names_relation(line, (size_t)(c->word - line))) {
        add_relations(c, r->session);
    }
    if (*first != '\\' && c->items.count == 0) {
        for (size_t i = 0; session_keyword(i); i++) add_word(c, session_keyword(i));
        add_functions(c, r->args->functions);
        add_objects(c, r->session, true);
    }
}

static size_t common_size(const struct candidates *c)
{
    size_t n = strlen(c->items.items[0]);
    for (size_t i = 1; i < c->items.count; i++) {
        size_t k = 0;
        while (k < n && c->items.items[i][k] == c->items.items[0][k]) k++;
        n = k;
    }
    return n;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list(struct candidates *c)
{
    qsort(c->items.items, c->items.count, sizeof *c->items.items, compare_texts);
    fputc('\n', stdout);
    size_t column = 0;
    for (size_t i = 0; i < c->items.count && i < LISTED_MAX; i++) {
        column += (size_t)printf("%s  ", c->items.items[i]);
        if (column > 60) column = (fputc('\n', stdout), 0);
    }
    if (c->items.count > LISTED_MAX) fputs("...", stdout);
    if (column || c->items.count > LISTED_MAX) fputc('\n', stdout);
    fflush(stdout);
}

static bool is_word(char ch)
{
    return isalnum((unsigned char)ch) || ch == '_' || ch == '"' || ch == '\\' || (ch & 0x80);
}

/* Whether text that was pasted goes on; at its latest the mark of its end follows. */
static bool paste_goes_on(struct repl_line *l)
{
    struct pollfd more = { .fd = STDIN_FILENO, .events = POLLIN };
    if (l->pasting && poll(&more, 1, PASTE_MS) <= 0) l->pasting = false;
    return l->pasting;
}

/* Where nothing stands before it, or text is pasted, Tab is white space. */
static bool means_tab(struct repl_line *l, const char *line)
{
    return paste_goes_on(l) || line[strspn(line, " \t")] == 0;
}

/* What the candidates have in common takes the place of the word; when that is no more than was typed they are
 * listed. */
static unsigned char complete(EditLine *edit, int ch)
{
    (void)ch;
    struct repl_line *l;
    el_get(edit, EL_CLIENTDATA, &l);
    const LineInfo *info = el_line(edit);
    struct candidates c = { .arena = arena_new() };
    const char *line =
        str_to_c(c.arena, str_view(info->buffer, (size_t)(info->cursor - info->buffer)));
    if (means_tab(l, line)) {
        el_insertstr(edit, "\t");
        arena_free(c.arena);
        return CC_REFRESH;
    }
    bool file = begins(line, "\\i") || begins(line, "\\o") || begins(line, "\\e");
    size_t n = strlen(line), from = n;
    while (from > 0 && (file ? line[from - 1] != ' ' : is_word(line[from - 1]))) from--;
    c.word = line + from;
    c.size = n - from;
    find_candidates(&c, l->repl, line);
    unsigned char result = CC_ERROR;
    if (c.items.count > 0) {
        size_t common = common_size(&c);
        bool one = c.items.count == 1;
        if (one || common > c.size) {
            const char *text = str_to_c(c.arena, str_view(c.items.items[0], common));
            bool folder = common && text[common - 1] == '/';
            el_deletestr(edit, (int)c.size);
            el_insertstr(edit, text);
            if (one && !folder) el_insertstr(edit, " ");
            result = CC_REFRESH;
        } else {
            list(&c);
            result = CC_REDISPLAY;
        }
    }
    arena_free(c.arena);
    return result;
}

/* ---- pasting ---- */

/* xterm's bracketed paste: the terminal puts ESC [ 200 ~ and ESC [ 201 ~ around what is pasted once it was asked to
 * (XTerm Control Sequences, "Bracketed Paste Mode"). */
static unsigned char paste_begins(EditLine *edit, int ch)
{
    (void)ch;
    struct repl_line *l;
    el_get(edit, EL_CLIENTDATA, &l);
    l->pasting = true;
    return CC_NORM;
}

static unsigned char paste_ends(EditLine *edit, int ch)
{
    (void)ch;
    struct repl_line *l;
    el_get(edit, EL_CLIENTDATA, &l);
    l->pasting = false;
    return CC_NORM;
}

static void ask_for_brackets(bool wanted)
{
    const char *term = getenv("TERM");
    if (!isatty(STDOUT_FILENO) || !term || strcmp(term, "dumb") == 0) return;
    fputs(wanted ? "\033[?2004h" : "\033[?2004l", stdout);
    fflush(stdout);
}

/* ---- history ---- */

static char *history_path(void)
{
    const char *own = getenv("SLUICE_HISTORY"), *home = getenv("HOME");
    struct buf path = { 0 };
    if (own) buf_append_c(&path, own);
    else if (home && *home) buf_printf(&path, "%s/.sluice_history", home);
    if (path.len == 0) return NULL;
    buf_append_char(&path, 0);
    return path.data;
}

static void add_entry(struct repl_line *l, const char *text)
{
    HistEvent event;
    if (*text) history(l->history, &event, H_ENTER, text);
}

/* One statement, one entry: its lines joined, unless a comment would swallow what follows it. */
void repl_line_remember(struct repl_line *l, const char *text)
{
    struct buf entry = { 0 };
    buf_append_c(&entry, text);
    buf_c(&entry);
    if (!strstr(text, "--")) {
        for (size_t i = 0; i < entry.len; i++) {
            if (entry.data[i] == '\n') entry.data[i] = ' ';
        }
        add_entry(l, entry.data);
    } else {
        for (char *rest = entry.data, *line; (line = strsep(&rest, "\n")) != NULL;)
            add_entry(l, line);
    }
    buf_free(&entry);
    HistEvent event;
    if (l->history_path) history(l->history, &event, H_SAVE, l->history_path);
}

/* ---- lines ---- */

static char *prompt_of(EditLine *edit)
{
    struct repl_line *l;
    el_get(edit, EL_CLIENTDATA, &l);
    return (char *)(uintptr_t)l->prompt;
}

/* The shell that stopped us has used the terminal its own way. */
static void take_terminal(EditLine *edit)
{
    repl_continued = 0;
    el_set(edit, EL_PREP_TERM, 0);
    el_set(edit, EL_PREP_TERM, 1);
    el_set(edit, EL_REFRESH);
}

/* Below a message. If that came just before the prompt was first drawn, there is one already. */
static void draw_again(EditLine *edit)
{
    fputs("\r\033[K", stdout);
    el_set(edit, EL_REFRESH);
}

/* One character; -1: a signal came (errno EINTR), 0: the end. Meanwhile the prompt, and what was typed behind it, is
 * drawn again below messages. */
static int read_key(EditLine *edit, wchar_t *key)
{
    mbstate_t state = { 0 };
    for (;;) {
        struct pollfd typed = { .fd = STDIN_FILENO, .events = POLLIN };
        int ready = poll(&typed, 1, REDRAW_MS);
        if (ready < 0 && !repl_continued) return -1;
        if (repl_continued) take_terminal(edit);
        if (ready < 0) continue;
        if (log_took_prompt()) draw_again(edit);
        if (ready == 0) continue;
        char c;
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EAGAIN) continue;
        if (got <= 0) return (int)got;
        size_t n = mbrtowc(key, &c, 1, &state);
        if (n <= 1) return 1;
        if (n == (size_t)-1) state = (mbstate_t){ 0 }; /* no character: passed over */
    }
}

struct repl_line *repl_line_open(struct repl *r)
{
    struct repl_line *l = ARENA_NEW(r->arena, struct repl_line);
    HistEvent event;
    /* for the width of what is typed alone */
    if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
    l->repl = r;
    l->prompt = "";
    l->history = history_init();
    history(l->history, &event, H_SETSIZE, HISTORY_ENTRIES);
    history(l->history, &event, H_SETUNIQUE, 1);
    l->history_path = history_path();
    if (l->history_path) history(l->history, &event, H_LOAD, l->history_path);
    l->edit = el_init("sluice", stdin, stdout, stderr);
    el_set(l->edit, EL_CLIENTDATA, l);
    el_set(l->edit, EL_PROMPT, prompt_of);
    el_set(l->edit, EL_GETCFN, read_key);
    el_set(l->edit, EL_EDITOR, "emacs");
    el_set(l->edit, EL_HIST, history, l->history);
    el_set(l->edit, EL_ADDFN, "sluice-complete", "completes a word", complete);
    el_set(l->edit, EL_BIND, "^I", "sluice-complete", NULL);
    el_set(l->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_set(l->edit, EL_ADDFN, "sluice-paste-begins", "text comes that nobody types", paste_begins);
    el_set(l->edit, EL_ADDFN, "sluice-paste-ends", "what comes is typed again", paste_ends);
    el_set(l->edit, EL_BIND, "\033[200~", "sluice-paste-begins", NULL);
    el_set(l->edit, EL_BIND, "\033[201~", "sluice-paste-ends", NULL);
    el_source(l->edit, NULL);
    return l;
}

const char *repl_line_read(struct repl_line *l, const char *prompt)
{
    int count = 0;
    l->prompt = prompt;
    fflush(stdout);
    log_set_prompt(isatty(STDERR_FILENO));
    ask_for_brackets(true);
    const char *line = el_gets(l->edit, &count);
    ask_for_brackets(false);
    log_set_prompt(false);
    if (!line || count <= 0) return NULL;
    buf_clear(&l->line);
    buf_append(&l->line, line, (size_t)count);
    while (l->line.len > 0 && strchr("\r\n", l->line.data[l->line.len - 1])) l->line.len--;
    return buf_c(&l->line);
}

void repl_line_close(struct repl_line *l)
{
    el_end(l->edit);
    history_end(l->history);
    mem_free(l->history_path);
    buf_free(&l->line);
}
