/*
 * cmd_run.c: `sluice run`: an application on its sources and sinks. Status line, summary and messages
 * go to standard error; the first Ctrl-C lets what was read run through, the second ends at once.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/run.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/status_line.h"

enum { BATCH_ROWS_MAX = 1 << 20, CHECKPOINT_S_MAX = 86400 };

/* ---- signals ---- */

static volatile sig_atomic_t signals, has_status_line;

static void on_signal(int number)
{
    (void)number;
    int reason = errno;
    if (signals++) {
        ssize_t ignored = has_status_line ? write(STDERR_FILENO, "\r\033[J", 4) : 0;
        (void)ignored;
        _exit(EXIT_INTERRUPTED);
    }
    run_stop();
    errno = reason;
}

static void on_save(int signal_number)
{
    (void)signal_number;
    run_save();
}

static void on_status(int signal_number)
{
    (void)signal_number;
    run_tell_status();
}

static void on_reload(int signal_number)
{
    (void)signal_number;
    run_reload();
    secret_reload_soon();
}

/* Without tables and keys a hang-up stops the run, as that of its terminal should. */
static bool has_tables(struct app *app)
{
    const struct app_plan *plan = app_compile(app);
    for (uint32_t i = 0; plan && i < plan->n_tables; i++)
        if (!plan->tables[i].constant) return true;
    return false;
}

static void watch_signals(bool reloads)
{
    struct sigaction action = { .sa_handler = on_signal }, before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, NULL, &before); /* nohup has it ignored */
    if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL);
    action.sa_flags = SA_RESTART;
    action.sa_handler = on_status;
    sigaction(SIGUSR1, &action, NULL);
    action.sa_handler = on_save;
    sigaction(SIGUSR2, &action, NULL);
    action.sa_handler = on_reload;
    if (reloads) sigaction(SIGHUP, &action, NULL);
}

/* ---- the status line ---- */

/* A job in the background leaves the terminal alone. */
static bool is_in_front(void)
{
    pid_t front = tcgetpgrp(STDERR_FILENO);
    return front < 0 || front == getpgrp();
}

/* One less than there are: terminals differ in what the last one does. */
static size_t terminal_columns(void)
{
    struct winsize size = { 0 };
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return (known ? size.ws_col : 80u) - 1u;
}

static void show_status(void *arg, const struct gauges *g)
{
    struct buf text = { 0 };
    if (!is_in_front()) return;
    status_line_write(arg, g, terminal_columns(), &text);
    log_set_status(buf_c(&text));
    buf_free(&text);
}

/* Records that are typed would be echoed into the line. */
static bool reads_keyboard(struct app *app)
{
    const struct app_plan *plan = app_compile(app);
    if (!isatty(STDIN_FILENO)) return false;
    for (uint32_t i = 0; plan && i < plan->n_sources; i++)
        if (str_equal_c(plan->sources[i].endpoint.url, "-")) return true;
    return false;
}

static bool wants_status(const struct cli_args *args, struct app *app)
{
    const char *terminal = getenv("TERM");
    if (cli_has(args, "quiet") || cli_has(args, "no-status") || reads_keyboard(app)) return false;
    return isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

/* ---- summary ---- */

static uint64_t per_second(const struct run_total *t)
{
    return t->seconds > 0 ? (uint64_t)((double)t->records / t->seconds) : 0;
}

static void show_faults(const struct run_summary *s)
{
    char n[32];
    if (s->errors_kept) return;
    for (uint32_t i = 0; i < s->n_sinks; i++) {
        if (s->sinks[i].failed && s->sinks[i].rows >= s->total.faults) return;
    }
    log_event(LOG_INFO, LOG_FIELDS(LOG_N("errors", s->total.faults)),
              "%s %s went to error_stream; --sink error_stream=errors.ndjson keeps them",
              status_grouped(s->total.faults, n), s->total.faults == 1 ? "row" : "rows");
}

static void log_summary(const struct run_summary *s)
{
    int64_t ms = (int64_t)(s->total.seconds * 1e3);
    log_event(LOG_INFO,
              LOG_FIELDS(LOG_N("records", s->total.records), LOG_N("rows", s->total.rows_out),
                         LOG_N("errors", s->total.faults), LOG_N("milliseconds", ms)),
              "%s after %llu %s", s->stopped ? "stopped" : "ended",
              (unsigned long long)s->total.records, s->total.records == 1 ? "record" : "records");
    for (uint32_t i = 0; i < s->n_sinks; i++) {
        const struct run_sink_summary *sink = &s->sinks[i];
        const char *where = sink->where ? sink->where : "";
        log_event(LOG_INFO,
                  LOG_FIELDS(LOG_C("sink", sink->stream), LOG_N("rows", sink->rows),
                             LOG_N("held_back", sink->held_back), LOG_C("where", where)),
                  "%s%s: %llu %s to %s", sink->stream, sink->failed ? ", failed" : "",
                  (unsigned long long)sink->rows, sink->rows == 1 ? "row" : "rows", where);
    }
}

static void show_summary(const struct run_summary *s)
{
    char records[32], rate[32], rows[32], held[32];
    fprintf(stderr, "%s%s %s in %.2f s", s->stopped ? "stopped after " : "",
            status_grouped(s->total.records, records), s->total.records == 1 ? "record" : "records",
            s->total.seconds);
    if (s->total.seconds >= 0.001)
        fprintf(stderr, ", %s a second", status_grouped(per_second(&s->total), rate));
    fputc('\n', stderr);
    for (uint32_t i = 0; i < s->n_sinks; i++) {
        const struct run_sink_summary *sink = &s->sinks[i];
        fprintf(stderr, "  %s%s: %s %s%s%s%s%s%s\n", sink->stream, sink->failed ? ", failed" : "",
                status_grouped(sink->rows, rows), sink->rows == 1 ? "row" : "rows",
                sink->where ? " to " : "", sink->where ? sink->where : "",
                sink->held_back ? ", " : "",
                sink->held_back ? status_grouped(sink->held_back, held) : "",
                sink->held_back ? " held back" : "");
    }
}

/* ---- the command ---- */

static enum exit_code run_compiled(const struct cli_args *args, struct app *app,
                                   const struct run_config *given)
{
    struct run_config config = *given;
    struct status_line line = { 0 };
    config.arg = &line;
    has_status_line = wants_status(args, app);
    if (has_status_line) config.watch = show_status;
    watch_signals(has_tables(app) || cli_has(args, "keys"));
    struct run_summary summary = { 0 };
    struct status      st = run_app(app, &config, &summary);
    if (has_status_line) log_set_status(NULL);
    if (st.err != ERR_NONE) return cli_failed(&st);
    if (cli_has(args, "quiet")) return EXIT_DONE;
    if (log_is_json()) log_summary(&summary);
    else show_summary(&summary);
    if (summary.total.faults > 0) show_faults(&summary);
    return EXIT_DONE;
}

/* From here on a function or vault without its key is refused; SIGHUP reads the file again. */
static enum exit_code load_keys(const struct cli_args *args)
{
    secret_require();
    const char *path = cli_value(args, "keys");
    if (!path) return EXIT_DONE;
    struct status st = secret_load(args->arena, path);
    return st.err == ERR_NONE ? EXIT_DONE : cli_failed(&st);
}

static enum exit_code run(const struct cli_args *args)
{
    struct run_config config = { 0 };
    if (!cli_number(args, "threads", LIMIT_THREADS, 0, &config.threads)) return EXIT_USAGE;
    if (!cli_number(args, "batch-rows", BATCH_ROWS_MAX, 0, &config.batch_rows)) return EXIT_USAGE;
    if (!cli_number(args, "checkpoint-interval", CHECKPOINT_S_MAX, 0, &config.checkpoint_s))
        return EXIT_USAGE;
    if (!cli_size(args, "memory-limit", &config.memory_limit)) return EXIT_USAGE;
    config.state_path = cli_value(args, "state");
    config.metrics = cli_value(args, "metrics");
    config.control = cli_value(args, "control");
    config.control_write = cli_has(args, "control-write");
    config.control_personal = cli_has(args, "control-personal");
    if (!config.control && (config.control_write || config.control_personal))
        return cli_usage("run", "--control-write and --control-personal say what may be done "
                                "through --control SOCKET");
    if (config.state_path && config.control_write)
        return cli_usage("run", "--control-write does not go with --state: what is saved there "
                                "belongs to the SQL of the files");
    enum exit_code keyed = load_keys(args);
    if (keyed != EXIT_DONE) return keyed;
    struct app    *app = cli_open_app(args);
    bool           sound = app_compile(app) != NULL;
    enum exit_code code = sound ? EXIT_DONE : cli_refused(app);
    cli_print_diags(app_diags(app));
    if (sound) code = run_compiled(args, app, &config);
    app_free(app);
    return code;
}

static const struct cli_option options[] = {
    { "source", "NAME=URL", true,
      "where the source NAME reads: a file, dir:PATH,\n"
      "exec:COMMAND, or - for standard input" },
    { "sink", "NAME=URL", true,
      "where the sink NAME writes, or a new one for the stream\n"
      "NAME: a file, dir:PATH, exec:COMMAND, null:, or - for\n"
      "standard output" },
    { "threads", "N", false,
      "threads for decoding, what is stateless, and forests; by\n"
      "default as many as there are processors" },
    { "batch-rows", "N", false, "rows worked on at once; never changes what comes out" },
    { "state", "FILE", false,
      "saves the run there and goes on from it: after a crash, or\n"
      "Ctrl-C, the next start with FILE continues, and files and\n"
      "folders hold every row once" },
    { "checkpoint-interval", "SECONDS", false, "how often the run is saved; 10. SIGUSR2\n"
      "saves it at once" },
    { "memory-limit", "SIZE", false,
      "what windows, rows held for order and forests may take in\n"
      "all, such as 512MB; more ends the run with a message" },
    { "keys", "FILE", false,
      "keys of pseudonyms, ENCRYPT and vaults, in a file of mode\n"
      "0600; SIGHUP reads it again. Without it, SLUICE_KEYS" },
    { "control", "SOCKET", false,
      "opens a Unix socket of mode 0600 for sluice repl --connect\n"
      "and sluice explain --live" },
    { "control-write", NULL, false, "streams, views and pumps may be added and dropped there" },
    { "control-personal", NULL, false, "PERSONAL values may be seen there" },
    { "metrics", "[HOST:]PORT", false,
      "serves /metrics (Prometheus) and /healthz there; without\n"
      "HOST for this machine alone" },
    { "log-format", "FORMAT", false, "messages as text, or as json: an object a line" },
    { "no-status", NULL, false, "no status line on a terminal; SIGUSR1 logs it" },
    { "quiet", NULL, false, "no status line and no summary" },
    { 0 },
};

const struct command cmd_run = {
    .name = "run",
    .operands = "FILE.sql...",
    .summary = "runs a pipeline until its input ends",
    .text = "The files are read in order as one application; \"-\" is standard input. Streams\n"
            "are read and written where CREATE SOURCE and CREATE SINK say, or where --source\n"
            "and --sink say. A SELECT STREAM of its own prints its rows.\n"
            "\n"
            "Rows that fail (bad records, division by zero, ...) stop nothing: they go to\n"
            "error_stream, which can be the stream of a sink like any other. Ctrl-C ends the\n"
            "input and works off what was read; a second one ends at once.\n"
            "\n"
            "  sluice run pipeline.sql\n"
            "  sluice run sources.sql app.sql --source SOURCE_SQL_STREAM_001=in.ndjson.gz\n"
            "  sluice run app.sql --sink OUT=- --sink error_stream=errors.ndjson\n",
    .options = options,
    .operands_min = 1,
    .operands_max = UINT32_MAX,
    .run = run,
};
