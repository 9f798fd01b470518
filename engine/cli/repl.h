#ifndef CLI_REPL_H
#define CLI_REPL_H

/*
 * repl.h: what the files of `sluice repl` share. cmd_repl.c is the command and reads scripts; repl_line.c reads lines
 * from a terminal; repl_meta.c has the commands that begin with a backslash; repl_rows.c shows rows.
 */

#include <signal.h>

#include "app/session.h"
#include "cli/cli.h"

enum repl_format { REPL_TABLE, REPL_JSON, REPL_CSV };

struct repl {
    const struct cli_args *args;
    struct session        *session;
    struct arena          *arena;
    FILE                  *out; /* rows and answers: standard output, or what \o names */
    enum repl_format       format;
    bool                   expanded, timing;
    bool                   interactive; /* statements come from a terminal */
    bool                   colours;     /* on standard output, messages too */
    bool                   quit;
    enum exit_code         code; /* of the first failure */
    struct buf             typed;  /* what has no `;` yet */
    struct buf             last;   /* the last statement, for \watch and \e */
    uint32_t               depth;  /* of \i within \i */
    ARRAY(struct session_text) waiting; /* definitions of scripts that follow each other */
    bool                   more_files;  /* further files belong to the same application */
};

/* Set by Ctrl-C; whoever acts on it clears it. */
extern volatile sig_atomic_t repl_interrupted;
/* Set by SIGTERM and SIGHUP. */
extern volatile sig_atomic_t repl_ended;
/* Set when the session goes on after Ctrl-Z. */
extern volatile sig_atomic_t repl_continued;

/* ---- cmd_repl.c ---- */

/* One statement; its text with the `;`. */
void repl_statement(struct repl *r, const struct session_text *text);
/* Everything in a text: statements, and lines with a backslash between them. Definitions that follow each other are
 * compiled together. */
void repl_script(struct repl *r, const char *name, const char *text, size_t size,
                 const char *base_dir);
bool repl_script_file(struct repl *r, const char *path);
/* A failure: its messages to standard error; remembers the exit code. */
void repl_failed(struct repl *r, enum err err, const struct buf *messages);
void repl_complain(struct repl *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
double repl_seconds(void);
/* A session that is connected to a run ends with it. */
void repl_check(struct repl *r);

/* ---- repl_meta.c ---- */

/* A line that begins with a backslash. */
void repl_meta(struct repl *r, const char *line);
/* Names of these commands, for completion; NULL behind the last one. */
const char *repl_meta_name(size_t i);

/* ---- repl_rows.c ---- */

/* Runs a query and shows its rows until it ends or Ctrl-C. False: it failed, or was stopped. */
bool repl_query(struct repl *r, const struct session_text *text);
/* A table of the session itself: headings, then cells row by row. */
void repl_show(struct repl *r, const char *const *headings, uint32_t n, const struct str *cells,
               size_t n_cells);

/* ---- repl_line.c ---- */

struct repl_line;
struct repl_line *repl_line_open(struct repl *r);
/* The next line without its end, valid until the next call; NULL: there is none, or Ctrl-C (repl_interrupted). */
const char *repl_line_read(struct repl_line *l, const char *prompt);
/* A whole statement for the history. */
void repl_line_remember(struct repl_line *l, const char *text);
void repl_line_close(struct repl_line *l);

#endif
