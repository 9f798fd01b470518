/* cmd_explain.c: `sluice explain`: the operators that an application becomes. */

#include <stdio.h>

#include "app/app.h"
#include "app/session.h"
#include "cli/cli.h"

static const char *const formats[] = { "text", "dot", "mermaid", "json", NULL };

static const char *format_name(const void *arg, size_t i)
{
    (void)arg;
    return formats[i];
}

/* NULL, with a message: there is no such format. */
static const char *wanted_format(const struct cli_args *args)
{
    const char *wanted = cli_value(args, "format");
    if (!wanted) return formats[0];
    for (size_t i = 0; formats[i]; i++) {
        if (strcmp(formats[i], wanted) == 0) return formats[i];
    }
    const char *near = cli_nearest(wanted, format_name, NULL);
    if (near) cli_usage("explain", "there is no format \"%s\"; did you mean \"%s\"?", wanted, near);
    else cli_usage("explain", "--format takes text, dot, mermaid or json, not \"%s\"", wanted);
    return NULL;
}

static enum exit_code print_plan(struct app *app, const char *format)
{
    struct buf text = { 0 };
    struct status st = app_explain(app, format, &text);
    if (st.err == ERR_NONE) fwrite(text.data, 1, text.len, stdout);
    buf_free(&text);
    return st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
}

/* The streams of a run, as \why shows them. */
static enum exit_code explain_live(const struct cli_args *args, const char *socket)
{
    struct session_config config = { .functions = args->functions };
    struct session *session;
    struct buf text = { 0 };
    struct status st = session_connect(&config, socket, args->arena, &session);
    if (st.err != ERR_NONE) return cli_failed(&st);
    for (size_t i = 0; i < args->n_operands && st.err == ERR_NONE; i++) {
        if (i > 0) buf_append_char(&text, '\n');
        st = cli_why(session, args->arena, args->operands[i], &text);
    }
    cli_write(stdout, &text);
    enum exit_code code = st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
    buf_free(&text);
    session_free(session);
    return code;
}

static enum exit_code explain(const struct cli_args *args)
{
    const char *socket = cli_value(args, "live");
    if (socket) return explain_live(args, socket);
    const char *format = wanted_format(args);
    if (!format) return EXIT_USAGE;
    struct app *app = cli_open_app(args);
    bool sound = app_compile(app) != NULL;
    enum exit_code code = sound ? EXIT_DONE : cli_refused(app);
    cli_print_diags(app_diags(app));
    if (sound) code = print_plan(app, format);
    app_free(app);
    return code;
}

static const struct cli_option options[] = {
    { "format", "FORMAT", false, "text (the default), dot, mermaid or json" },
    { "source", "NAME=URL", true, "as for sluice run" },
    { "sink", "NAME=URL", true, "as for sluice run" },
    { "live", "SOCKET", false,
      "the operands are streams of the run whose --control\n"
      "socket this is: why nothing, or this, comes out of them" },
    { 0 },
};

const struct command cmd_explain = {
    .name = "explain",
    .operands = "FILE.sql...",
    .summary = "shows the operators that the SQL becomes",
    .text = "From sources through streams and pumps to sinks: what each operator does, and\n"
            "how its state is divided (stateless, keyed or global).\n"
            "\n"
            "  sluice explain app.sql\n"
            "  sluice explain app.sql --format dot | dot -Tsvg > app.svg\n"
            "  sluice explain --live app.sock ALERTS\n",
    .options = options,
    .operands_min = 1,
    .operands_max = UINT32_MAX,
    .run = explain,
};
