/* cmd_check.c: `sluice check`: compiles an application and reports every error; reads and writes nothing else. */

#include <stdio.h>

#include "app/app.h"
#include "cli/cli.h"

static void print_notes(const struct app *app)
{
    struct buf text = { 0 };
    app_notes(app, &text);
    if (text.len) fputs(buf_c(&text), stderr);
    buf_free(&text);
}

static enum exit_code check(const struct cli_args *args)
{
    struct app    *app = cli_open_app(args);
    bool           sound = app_compile(app) != NULL;
    enum exit_code code = sound ? EXIT_DONE : cli_refused(app);
    cli_print_diags(app_diags(app));
    if (sound) print_notes(app);
    if (sound) fputs("no errors\n", stderr);
    app_free(app);
    return code;
}

static const struct cli_option options[] = {
    { "source", "NAME=URL", true, "as for sluice run" },
    { "sink", "NAME=URL", true, "as for sluice run" },
    { 0 },
};

const struct command cmd_check = {
    .name = "check",
    .operands = "FILE.sql...",
    .summary = "compiles only; reports every error, with its place",
    .text = "Nothing is opened but the SQL files. Exit code 3 when there are errors.\n"
            "\n"
            "  sluice check sources.sql app.sql\n",
    .options = options,
    .operands_min = 1,
    .operands_max = UINT32_MAX,
    .run = check,
};
