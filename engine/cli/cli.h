#ifndef CLI_CLI_H
#define CLI_CLI_H

/*
 * cli.h: what the commands share: the table of their options, how arguments are read by it, and the catalogue
 * of functions.
 */

#include <stdio.h>

#include "base/array.h"
#include "base/diag.h"
#include "func/catalog.h"

#define SLUICE_VERSION "0.1.0"

/* Exit codes, the same for all commands. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,      /* it ran, but failed */
    EXIT_USAGE = 2,       /* wrong usage; a broken test file */
    EXIT_BAD_SQL = 3,     /* bad SQL or configuration */
    EXIT_UNREACHABLE = 4, /* a source or sink is out of reach */
    EXIT_MEMORY = 5,      /* the system refused memory; base/arena.c ends the process so */
    EXIT_INTERRUPTED = 130
};

/* ---- arguments ---- */

/* A command's option, `--name VALUE`, or a switch when value is NULL. */
struct cli_option {
    const char *name;  /* without the dashes */
    const char *value; /* what stands for the value in help: "N", "FILE" */
    bool        repeats;
    const char *help;  /* lines end with \n inside, not at the end */
};

struct cli_setting {
    const struct cli_option *option;
    const char              *value; /* NULL: a switch */
};

struct cli_args {
    const char **operands; /* what is no option, in order */
    size_t       n_operands;
    ARRAY(struct cli_setting) settings;
    struct arena            *arena; /* lives as long as the command */
    const struct fn_catalog *functions;
};

struct command {
    const char              *name;
    const char              *operands; /* as help shows them: "FILE.sql..." */
    const char              *summary;  /* one line for the list of commands */
    const char              *text;     /* what `sluice help NAME` says below; ends with \n */
    const struct cli_option *options;  /* ends at a NULL name */
    uint32_t                 operands_min, operands_max;
    enum exit_code (*run)(const struct cli_args *args);
};

extern const struct command cmd_run, cmd_repl, cmd_check, cmd_explain, cmd_generate, cmd_test,
    cmd_functions, cmd_query, cmd_import, cmd_discover, cmd_vault;

/* Whether the switch or option is there; the value of the last one, or NULL. */
bool        cli_has(const struct cli_args *args, const char *option);
const char *cli_value(const struct cli_args *args, const char *option);
/* Reads a whole number from 1 to max; `otherwise` without the option. False, with a message on standard error,
 * when the value is no such number. */
bool cli_number(const struct cli_args *args, const char *option, uint32_t max, uint32_t otherwise,
                uint32_t *out);

/* Reads a size, "512MB", "2 GB", 65536: bytes; 0 without the option. False, with a message, when the value is none. */
bool cli_size(const struct cli_args *args, const char *option, int64_t *out);

/* Puts a command's arguments into out; false, with a message on standard error, when they are wrong. */
bool cli_parse(const struct command *command, int argc, char **argv, struct arena *a,
               struct cli_args *out);
/* Help to standard output. */
void cli_help_command(const struct command *command);

/* ---- messages ---- */

/* `sluice: ` and the message, as by printf, with a line end, to standard error. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A usage error: the message and where help is. */
enum exit_code cli_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* What a command ends with that failed so. */
enum exit_code cli_exit_of(enum err err);
/* A failure to standard error; what it exits with. */
enum exit_code cli_failed(const struct status *st);
/* A text that may quote input: what would move the cursor, or is not UTF-8, is shown as "?". */
void cli_write(FILE *out, const struct buf *text);
/* The same of errors, each with a line of its text and carets below: on a terminal, as much of the line as fits. */
void cli_write_messages(FILE *out, const struct buf *messages);
/* Lines with carets below them cut to the width, which is in characters; appended. */
void cli_fit_excerpts(struct buf *out, const struct buf *messages, size_t width);
/* All diagnostics to standard error. */
void cli_print_diags(struct diags *d);
/* The nearest of the names, for "did you mean", or NULL. next(arg, i) gives name i, NULL after the last. */
const char *cli_nearest(const char *word, const char *(*next)(const void *arg, size_t i),
                        const void *arg);
/* Ends with EXIT_FAILED when standard output did not take everything. */
enum exit_code cli_flush(enum exit_code code);

/* What `sluice functions` says, on standard output: of one function, or the list for NULL. */
enum exit_code cli_show_function(const struct cli_args *args, const char *name);

struct session;
/* The name that somebody typed as SQL stores it: unquoted in upper case; a `;` behind it is left out. */
struct str cli_stored_name(struct arena *a, const char *word);
/* session_why of a stream by the name that was typed. */
struct status cli_why(struct session *s, struct arena *a, const char *word,
                      struct buf *out) MUST_CHECK;

struct app;
/* Reads the operands as SQL files of one application, then --source and --sink. */
struct app *cli_open_app(const struct cli_args *args);
/* What a command ends with whose application did not compile: EXIT_USAGE where files could not be read, no more. */
enum exit_code cli_refused(struct app *app);

#endif
