/*
 * main.c: the table of commands, and what stands around each of them: the catalogue of functions with the packages of
 * udf/, help, the version, and the exit code.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/secret.h"
#include "cli/cli.h"
#include "udf/udf.h"

static const struct command *const commands[] = {
    &cmd_run,
    &cmd_repl,
    &cmd_check,
    &cmd_explain,
    &cmd_test,
    &cmd_functions,
    &cmd_generate,
    &cmd_vault,
    &cmd_query,
    &cmd_discover,
    &cmd_import,
};
enum {
    N_COMMANDS = sizeof commands / sizeof *commands
};

/* ---- help ---- */

static const char head[] =
    "Sluice runs SQL over streams of JSON: the streaming SQL of Amazon Kinesis Data\n"
    "Analytics, on one machine.\n"
    "\n"
    "Usage: sluice COMMAND [OPTIONS] [FILE...]\n"
    "\n";

static const char tail[] =
    "\n"
    "\"sluice help COMMAND\" tells more; \"sluice --version\" prints the version.\n"
    "\n"
    "To begin with, put this into hot.sql:\n"
    "\n"
    "    CREATE SOURCE readings (device VARCHAR(16) PATH '$.device',\n"
    "                            temp DOUBLE PATH '$.temp');\n"
    "    CREATE STREAM hot (device VARCHAR(16), temp DOUBLE);\n"
    "    CREATE PUMP hot_pump AS INSERT INTO hot\n"
    "        SELECT STREAM device, temp FROM readings WHERE temp > 30;\n"
    "\n"
    "and run it on records that come line by line:\n"
    "\n"
    "    echo '{\"device\": \"a7\", \"temp\": 31.5}' |\n"
    "        sluice run hot.sql --source READINGS=- --sink HOT=-\n"
    "\n"
    "Rows go to standard output or files, messages to standard error. Exit codes:\n"
    "  0  done\n"
    "  1  it ran, but failed\n"
    "  2  wrong usage, or a broken test file\n"
    "  3  bad SQL or configuration\n"
    "  4  a source or sink is out of reach\n"
    "  5  the system refused memory\n";

static void print_help(FILE *out)
{
    fputs(head, out);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        char left[64];
        int  n = snprintf(left, sizeof left, "  %s %s", commands[i]->name, commands[i]->operands);
        fprintf(out, "%s%*s%s\n", left, n < 24 ? 24 - n : 2, "", commands[i]->summary);
    }
    fputs(tail, out);
}

static const char *command_name(const void *arg, size_t i)
{
    (void)arg;
    return i < N_COMMANDS ? commands[i]->name : i == N_COMMANDS ? "help" : NULL;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    }
    const char *near = cli_nearest(name, command_name, NULL);
    if (near) cli_usage(NULL, "there is no command \"%s\"; did you mean \"%s\"?", name, near);
    else cli_usage(NULL, "there is no command \"%s\"", name);
    return NULL;
}

/* sluice help [COMMAND] */
static enum exit_code help(const char *name)
{
    if (!name) {
        print_help(stdout);
        return EXIT_DONE;
    }
    const struct command *c = find_command(name);
    if (!c) return EXIT_USAGE;
    cli_help_command(c);
    return EXIT_DONE;
}

/* ---- commands ---- */

/* All functions there are. The arena outlives the catalogue. */
static struct fn_catalog *open_catalog(struct arena *a, struct status *st)
{
    struct fn_catalog *c = fn_catalog_new();
    *st = OK;
    for (size_t i = 0; udf_packages[i] && st->err == ERR_NONE; i++)
        *st = fn_catalog_add(c, a, udf_packages[i]);
    fn_catalog_seal(c);
    return c;
}

static enum exit_code run_command(const struct command *c, int argc, char **argv)
{
    struct arena   *a = arena_new();
    struct cli_args args;
    enum exit_code  code = EXIT_USAGE;
    if (cli_parse(c, argc, argv, a, &args) && !cli_has(&args, "help")) {
        struct status      st;
        struct fn_catalog *functions = open_catalog(a, &st);
        args.functions = functions;
        if (st.err == ERR_NONE) st = secret_take_environment(a);
        code = st.err == ERR_NONE ? c->run(&args) : cli_failed(&st);
        fn_catalog_free(functions);
    } else if (cli_has(&args, "help")) {
        code = help(c->name);
    }
    arena_free(a);
    return code;
}

static enum exit_code dispatch(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return help(NULL);
    if (strcmp(word, "help") == 0)
        return argc > 3 ? cli_usage(NULL, "help takes one command") : help(argv[2]);
    if (strcmp(word, "--version") == 0 || strcmp(word, "version") == 0) {
        puts("sluice " SLUICE_VERSION);
        return EXIT_DONE;
    }
    if (word[0] == '-') return cli_usage(NULL, "the command comes first: \"%s\" is none", word);
    const struct command *c = find_command(word);
    return c ? run_command(c, argc - 2, argv + 2) : EXIT_USAGE;
}

/* A file that is opened would take the place of a closed standard stream, and messages or rows would go into it. What
 * stands there instead can be written (input) or read (output) alone, so that its use fails; messages go nowhere. */
static void fill_standard_streams(void)
{
    static const int ways[] = { O_WRONLY, O_RDONLY, O_RDWR };
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", ways[fd]) < 0) return;
    }
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    signal(SIGPIPE, SIG_IGN); /* a reader that went away is seen by the write */
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow */
    return (int)cli_flush(dispatch(argc, argv));
}
