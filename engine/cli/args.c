/* args.c: arguments by the table of a command's options; help made from the same table; messages on standard
 * error. */

#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "base/checked.h"
#include "base/log.h"

enum { HELP_COLUMN = 24, WORDS_DISTANCE = 3 };

/* ---- messages ---- */

void cli_say(const char *format, ...)
{
    struct buf text = { 0 };
    va_list    args;
    va_start(args, format);
    char *room = buf_reserve(&text, 4096);
    int   n = vsnprintf(room, 4096, format, args);
    va_end(args);
    text.len = n < 0 ? 0 : n < 4096 ? (size_t)n : 4095;
    if (log_is_json()) log_message(LOG_ERROR, "%s", buf_c(&text));
    else fprintf(stderr, "sluice: %s\n", buf_c(&text));
    buf_free(&text);
}

enum exit_code cli_usage(const char *command, const char *format, ...)
{
    char    text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cli_say("%s", text);
    if (log_is_json()) return EXIT_USAGE;
    if (command) fprintf(stderr, "Try \"sluice help %s\".\n", command);
    else fprintf(stderr, "Try \"sluice --help\".\n");
    return EXIT_USAGE;
}

const char *cli_nearest(const char *word, const char *(*next)(const void *arg, size_t i),
                        const void *arg)
{
    const char *best = NULL;
    int         least = WORDS_DISTANCE;
    for (size_t i = 0;; i++) {
        const char *name = next(arg, i);
        if (!name) return best;
        int max = strlen(word) < 4 ? 1 : WORDS_DISTANCE - 1;
        int distance = str_distance(str_c(word), str_c(name), max);
        if (distance > max || distance >= least || (size_t)distance >= strlen(word)) continue;
        best = name;
        least = distance;
    }
}

/* ---- reading ---- */

static const struct cli_option help_option = { .name = "help", .help = "shows this help" };

static const struct cli_option *find_option(const struct command *c, const char *name, size_t n)
{
    if (n == 4 && memcmp(name, "help", 4) == 0) return &help_option;
    for (const struct cli_option *o = c->options; o->name; o++) {
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0) return o;
    }
    return NULL;
}

static const char *option_name(const void *arg, size_t i)
{
    const struct command *c = arg;
    return c->options[i].name;
}

static bool unknown_option(const struct command *c, const char *word, size_t n)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)n, word);
    const char *near = cli_nearest(name, option_name, c);
    if (near)
        cli_usage(c->name, "%s has no option --%s; did you mean --%s?", c->name, name, near);
    else cli_usage(c->name, "%s has no option --%s", c->name, name);
    return false;
}

static bool add_setting(const struct command *c, const struct cli_option *o, const char *value,
                        struct cli_args *out)
{
    if (o->value && (!value || !*value)) {
        cli_usage(c->name, "--%s needs a value: --%s %s", o->name, o->name, o->value);
        return false;
    }
    if (o->value && strcmp(o->value, "NAME=URL") == 0 && !strchr(value, '=')) {
        cli_usage(c->name, "--%s takes NAME=URL, not \"%s\"", o->name, value);
        return false;
    }
    if (!o->value && value) {
        cli_usage(c->name, "--%s takes no value", o->name);
        return false;
    }
    if (!o->repeats && cli_has(out, o->name)) {
        cli_usage(c->name, "--%s is given twice", o->name);
        return false;
    }
    *array_push(out->arena, &out->settings) = (struct cli_setting){ o, value };
    return true;
}

/* argv[*i] is `--name`, `--name=value` or `-x`; *i moves on to the value. */
static bool read_option(const struct command *c, int argc, char **argv, int *i,
                        struct cli_args *out)
{
    const char *word = argv[*i];
    if (strcmp(word, "-h") == 0) word = "--help";
    if (strcmp(word, "-o") == 0 && find_option(c, "to", 2)) word = "--to";
    if (word[1] != '-') {
        cli_usage(c->name, "options begin with two dashes: \"%s\" is none", word);
        return false;
    }
    word += 2;
    const char *equals = strchr(word, '=');
    size_t      n = equals ? (size_t)(equals - word) : strlen(word);
    const struct cli_option *o = find_option(c, word, n);
    if (!o) return unknown_option(c, word, n);
    const char *value = equals ? equals + 1 : NULL;
    if (!value && o->value && *i + 1 < argc) value = argv[++*i];
    return add_setting(c, o, value, out);
}

/* "-" is a file, and two dashes with a blank behind them begin SQL with a comment. */
static bool is_option(const char *word)
{
    if (word[0] != '-' || word[1] == 0) return false;
    return word[1] != '-' || !strchr(" \t\n", word[2]) || word[2] == 0;
}

/* The form of messages is known before the first one, wherever the option stands. */
static bool read_log_format(const struct command *c, int argc, char **argv)
{
    static const char option[] = "--log-format";
    size_t n = strlen(option);
    const char *value = "text";
    if (!find_option(c, option + 2, n - 2)) return true;
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], option, n) != 0) continue;
        if (argv[i][n] == '=') value = argv[i] + n + 1;
        else if (argv[i][n] == 0 && i + 1 < argc) value = argv[i + 1];
    }
    if (strcmp(value, "json") == 0) log_set_json();
    if (log_is_json() || strcmp(value, "text") == 0) return true;
    cli_say("--log-format takes text or json, not \"%s\"", value);
    return false;
}

bool cli_parse(const struct command *c, int argc, char **argv, struct arena *a,
               struct cli_args *out)
{
    *out = (struct cli_args){ .arena = a };
    out->operands = ARENA_ARRAY(a, const char *, (size_t)argc + 1);
    if (!read_log_format(c, argc, argv)) return false;
    bool options_end = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (options_end || !is_option(word)) {
            out->operands[out->n_operands++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!read_option(c, argc, argv, &i, out)) {
            return false;
        }
    }
    if (cli_has(out, "help")) return true;
    if (out->n_operands < c->operands_min) {
        cli_usage(c->name, "%s needs %s", c->name, c->operands);
        return false;
    }
    if (out->n_operands > c->operands_max) {
        cli_usage(c->name, "%s takes no \"%s\"", c->name, out->operands[c->operands_max]);
        return false;
    }
    return true;
}

static const struct cli_setting *find_setting(const struct cli_args *args, const char *option)
{
    for (size_t i = args->settings.count; i-- > 0;) {
        if (strcmp(args->settings.items[i].option->name, option) == 0)
            return &args->settings.items[i];
    }
    return NULL;
}

bool cli_has(const struct cli_args *args, const char *option)
{
    return find_setting(args, option) != NULL;
}

const char *cli_value(const struct cli_args *args, const char *option)
{
    const struct cli_setting *s = find_setting(args, option);
    return s ? s->value : NULL;
}

bool cli_number(const struct cli_args *args, const char *option, uint32_t max, uint32_t otherwise,
                uint32_t *out)
{
    const char *text = cli_value(args, option);
    *out = otherwise;
    if (!text) return true;
    uint64_t value = 0;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9' || value > max) {
            value = 0;
            break;
        }
        value = value * 10 + (uint64_t)(*p - '0');
    }
    if (value < 1 || value > max) {
        cli_say("--%s takes a number from 1 to %u, not \"%s\"", option, max, text);
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* Behind the digits of a size: the bytes of its unit, 0 for an unknown one. */
static int64_t size_unit(const char *text)
{
    static const char *const names[] = { "", "K", "KB", "M", "MB", "G", "GB" };
    static const int shifts[] = { 0, 10, 10, 20, 20, 30, 30 };
    while (*text == ' ') text++;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(text, names[i]) == 0) return (int64_t)1 << shifts[i];
    }
    return 0;
}

bool cli_size(const struct cli_args *args, const char *option, int64_t *out)
{
    const char *text = cli_value(args, option);
    *out = 0;
    if (!text) return true;
    int64_t value = 0;
    const char *p = text;
    while (*p >= '0' && *p <= '9' && value < INT64_MAX / 16) value = value * 10 + (*p++ - '0');
    if (value > 0 && i64_mul(out, value, size_unit(p)) && *out > 0) return true;
    cli_say("--%s takes a size such as 512MB, not \"%s\"", option, text);
    return false;
}

/* ---- help ---- */

static void print_option(const struct cli_option *o)
{
    char left[80];
    int n = snprintf(left, sizeof left, "  --%s%s%s", o->name, o->value ? " " : "",
                     o->value ? o->value : "");
    printf("%s%*s", left, n < HELP_COLUMN ? HELP_COLUMN - n : 2, "");
    for (const char *p = o->help; *p; p++) {
        putchar(*p);
        if (*p == '\n') printf("%*s", HELP_COLUMN, "");
    }
    putchar('\n');
}

void cli_help_command(const struct command *c)
{
    printf("sluice %s%s%s: %s\n\n", c->name, *c->operands ? " " : "", c->operands, c->summary);
    fputs(c->text, stdout);
    printf("\nOptions:\n");
    for (const struct cli_option *o = c->options; o->name; o++) print_option(o);
    print_option(&help_option);
}
