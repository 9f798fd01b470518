/* cmd_import.c: `sluice import`: applications of Kinesis Data Analytics to folders of SQL files and a report. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/import.h"
#include "cli/cli.h"

/* With the folders above it. */
static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    const char *slash = strrchr(path, '/');
    if (errno == ENOENT && slash && slash > path) {
        char *above = strndup(path, (size_t)(slash - path));
        bool made = above && make_folder(above);
        free(above);
        if (!made) return false;
        if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    }
    cli_say("cannot make the folder %s: %s", path, strerror(errno));
    return false;
}

static bool write_file(const struct cli_args *args, const char *folder, const char *name,
                       struct str text)
{
    const char *path = str_format_c(args->arena, "%s/%s", folder, name);
    FILE *f = fopen(path, cli_has(args, "force") ? "wb" : "wbx");
    if (!f) {
        cli_say("cannot write %s: %s%s", path, strerror(errno),
                errno == EEXIST ? "; --force replaces it" : "");
        return false;
    }
    bool written = fwrite(str_data(&text), 1, text.len, f) == text.len;
    if (fclose(f) != 0) written = false;
    if (!written) cli_say("cannot write %s: %s", path, strerror(errno));
    return written;
}

static bool write_application(const struct cli_args *args, const char *folder,
                              const struct imported *d)
{
    if (!make_folder(folder)) return false;
    if (!write_file(args, folder, "sources.sql", d->sources)) return false;
    if (d->has_code && !write_file(args, folder, "application.sql", d->code)) return false;
    if (!write_file(args, folder, "report.md", d->report)) return false;
    printf("%s: sources.sql%s, report.md\n", folder, d->has_code ? ", application.sql" : "");
    if (d->n_problems)
        printf("%s: %zu %s of the SQL; see report.md\n", folder, d->n_problems,
               d->n_problems == 1 ? "error" : "errors");
    return true;
}

static enum exit_code import(const struct cli_args *args)
{
    const char *to = cli_value(args, "to");
    struct imports found = { 0 };
    if (!to) return cli_usage("import", "--to says which folder the files go to");
    struct status st =
        import_files(args->arena, args->functions, args->operands, args->n_operands, &found);
    if (st.err != ERR_NONE) {
        enum exit_code code = cli_failed(&st);
        return st.err == ERR_IO ? EXIT_USAGE : code;
    }
    if (!make_folder(to)) return EXIT_FAILED;
    for (size_t i = 0; i < found.items.count; i++) {
        const struct imported *d = &found.items.items[i];
        bool single = found.items.count == 1;
        const char *folder = single ? to : str_format_c(args->arena, "%s/%s", to, d->name);
        if (!write_application(args, folder, d)) return EXIT_FAILED;
    }
    return cli_flush(EXIT_DONE);
}

static const struct cli_option options[] = {
    { "to", "DIR", false, "the folder; of several applications each has one of its own below" },
    { "force", NULL, false, "replaces files that are there" },
    { 0 },
};

const struct command cmd_import = {
    .name = "import",
    .operands = "FILE...",
    .summary = "makes SQL files of a Kinesis Data Analytics application",
    .text = "FILE is what `aws kinesisanalytics describe-application` prints (either version),\n"
            "a CreateApplication request, a CloudFormation template (YAML or JSON), or what\n"
            "`terraform show -json` prints. Further files may add outputs and reference\n"
            "tables. The folder holds sources.sql, application.sql (the application's own SQL,\n"
            "byte for byte) and report.md: what became what, and what is left to do.\n"
            "\n"
            "  sluice import application.json --to app\n"
            "  sluice run app/sources.sql app/application.sql --source NAME=URL\n"
            "\n"
            "`sluice run application.json` runs a description as it is.\n",
    .options = options,
    .operands_min = 1,
    .operands_max = UINT32_MAX,
    .run = import,
};
