/*
 * cmd_generate.c: `sluice generate`: test records from a template, as fast as they can be made or at a rate.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/generate.h"
#include "cli/cli.h"
#include "data/calendar.h"

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    if (stopped) _exit(EXIT_INTERRUPTED);
    stopped = 1;
    generate_stop();
}

static void watch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- the command ---- */

static bool read_file(const char *path, struct arena *a, struct text_file *out)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f) {
        cli_say("%s: %s", path, strerror(errno));
        return false;
    }
    struct buf text = { 0 };
    size_t     n;
    do {
        n = fread(buf_reserve(&text, 65536), 1, 65536, f);
        text.len += n;
    } while (n > 0);
    bool sound = !ferror(f);
    if (!sound) cli_say("%s: %s", path, strerror(errno));
    if (f != stdin) fclose(f);
    *out = (struct text_file){ path, arena_dup(a, text.len ? text.data : "", text.len), text.len };
    buf_free(&text);
    return sound;
}

/* Without --seed another one each time, and told, so that the records can be had again. */
static bool read_seed(const struct cli_args *args, uint64_t *out)
{
    const char *text = cli_value(args, "seed");
    if (text) {
        char *end;
        errno = 0;
        *out = strtoull(text, &end, 10);
        if (*text >= '0' && *text <= '9' && *end == 0 && errno == 0) return true;
        cli_usage("generate", "--seed takes a whole number, not \"%s\"", text);
        return false;
    }
    *out = generate_new_seed();
    if (!cli_has(args, "quiet")) cli_say("seed %llu", (unsigned long long)*out);
    return true;
}

static bool read_rate(const struct cli_args *args, struct generate_config *g)
{
    const char *text = cli_value(args, "rate");
    if (!text) return true;
    char  *end;
    double rate = strtod(text, &end);
    if (end == text || *end || !(rate > 0 && rate <= 1e9)) {
        cli_usage("generate", "--rate takes a number of records a second, not \"%s\"", text);
        return false;
    }
    g->rate = rate;
    return true;
}

static bool read_start(const struct cli_args *args, struct generate_config *g)
{
    const char *text = cli_value(args, "start");
    g->start_ms = -1;
    if (!text) return true;
    if (!calendar_parse_timestamp(text, strlen(text), &g->start_ms) || g->start_ms < 0) {
        cli_usage("generate", "--start takes a time such as '2026-01-01 00:00:00', not \"%s\"",
                  text);
        return false;
    }
    if (g->rate == 0 && !cli_has(args, "week")) {
        cli_usage("generate", "--start needs --rate or --week: the records' times follow from it");
        return false;
    }
    return true;
}

static bool read_count(const struct cli_args *args, struct generate_config *g)
{
    uint32_t count;
    if (!cli_number(args, "count", UINT32_MAX, 0, &count)) return false;
    g->count = cli_has(args, "count") ? count : UINT64_MAX;
    return true;
}

static enum exit_code list_helpers(void)
{
    for (size_t i = 0; generate_helper(i); i++) puts(generate_helper(i));
    return cli_flush(EXIT_DONE);
}

static enum exit_code generate(const struct cli_args *args)
{
    if (cli_has(args, "helpers")) return list_helpers();
    struct generate_config config = { .to = cli_value(args, "to") ? cli_value(args, "to") : "-" };
    const char *week = cli_value(args, "week");
    uint64_t seed;
    if (args->n_operands != 1) return cli_usage("generate", "one template is needed");
    if (!read_rate(args, &config) || !read_start(args, &config) || !read_count(args, &config))
        return EXIT_USAGE;
    if (!read_file(args->operands[0], args->arena, &config.template)) return EXIT_USAGE;
    if (week && !read_file(week, args->arena, &config.week)) return EXIT_USAGE;
    if (!read_seed(args, &seed)) return EXIT_USAGE;
    watch_signals();
    struct status st = generate_run(args->arena, &config, seed);
    /* who reads standard output has seen enough (`| head`) */
    bool enough = st.err == ERR_INTERRUPTED && strcmp(config.to, "-") == 0;
    return st.err == ERR_NONE || enough ? EXIT_DONE : cli_failed(&st);
}

static const struct cli_option options[] = {
    { "count", "N", false, "ends after N records" },
    { "rate", "N", false, "N records a second; without it as fast as they can be made" },
    { "week", "FILE", false,
      "rates that follow the week: lines of weekday,hour,mean,deviation\n"
      "in records a second; hours left out have 100 and 10" },
    { "smooth", NULL, false, "with --week: from hour to hour in a straight line" },
    { "start", "TIME", false,
      "a simulated clock from '2026-01-01 00:00:00' (UTC) on: nothing\n"
      "waits, and all times of the records follow from the rate" },
    { "seed", "N", false, "the same seed makes the same records" },
    { "to", "URL", false, "any sink: a file, dir:PATH, exec:COMMAND; without it standard output" },
    { "helpers", NULL, false, "lists the helpers that a template can name" },
    { "quiet", NULL, false, "does not tell the seed" },
    { 0 },
};

const struct command cmd_generate = {
    .name = "generate",
    .operands = "TEMPLATE",
    .summary = "makes test records from a template",
    .text = "Templates are those of the Kinesis Data Generator: a text with tags such as\n"
            "{{random.number({\"min\": 60, \"max\": 100})}}, {{date.now}} or {{name.firstName}}.\n"
            "\n"
            "  sluice generate pulse.template --count 5\n"
            "  sluice generate pulse.template --rate 1000 | sluice run pulse.sql\n",
    .options = options,
    .operands_min = 0,
    .operands_max = 1,
    .run = generate,
};
