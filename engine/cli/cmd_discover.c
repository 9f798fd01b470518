/* cmd_discover.c: `sluice discover`: CREATE SOURCE from samples, with the rows as it reads them below, as comments. */

#include <stdio.h>
#include <stdlib.h>

#include "app/discover.h"
#include "cli/cli.h"
#include "cli/table.h"

enum {
    RECORDS_MAX = 1000000,
    ROWS_MAX = 1000
};

/* Each line of the text as a comment. */
static void put_comment(struct buf *out, const char *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        const char *end = memchr(p + at, '\n', n - at);
        size_t size = end ? (size_t)(end - p) - at : n - at;
        while (size && p[at + size - 1] == ' ') size--;
        buf_printf(out, "-- %.*s\n", (int)size, p + at);
        at = end ? (size_t)(end - p) + 1 : n;
    }
}

static void put_table(struct buf *out, const struct discover_result *r)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    struct table *t = table_new(r->headings, r->numbers, r->n_columns);
    if (!f) mem_refused(1);
    for (size_t i = 0; i < (size_t)r->n_rows * r->n_columns; i++) table_cell(t, r->cells[i]);
    table_flush(t, f, false);
    table_free(t);
    fclose(f);
    put_comment(out, text, size);
    free(text);
}

static void show(const struct discover_result *r)
{
    struct buf out = { 0 };
    put_comment(&out, str_data(&r->notes), r->notes.len);
    buf_append_str(&out, r->sql);
    if (r->n_rows) {
        buf_append_char(&out, '\n');
        put_table(&out, r);
    }
    cli_write(stdout, &out);
    buf_free(&out);
}

static bool read_header(const struct cli_args *args, struct discover_request *r)
{
    const char *header = cli_value(args, "header");
    if (!header) return true;
    bool yes = strcmp(header, "yes") == 0, no = strcmp(header, "no") == 0;
    r->header = yes ? DISCOVER_HEADER_YES : DISCOVER_HEADER_NO;
    if (!yes && !no) cli_usage("discover", "--header takes yes or no, not \"%s\"", header);
    return yes || no;
}

static bool read_format(const struct cli_args *args, struct discover_request *r)
{
    static const char *const formats[] = { "json", "csv", "tsv" };
    const char *format = cli_value(args, "format");
    for (size_t i = 0; format && i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(format, formats[i]) == 0) r->format = formats[i];
    }
    if (format && !r->format)
        cli_usage("discover", "--format takes json, csv or tsv, not \"%s\"", format);
    return !format || r->format;
}

static enum exit_code discover(const struct cli_args *args)
{
    struct discover_request request = { .url = args->operands[0],
                                        .name = cli_value(args, "name"),
                                        .column_delimiter = cli_value(args, "delimiter"),
                                        .processor = cli_value(args, "processor") };
    struct discover_result result = { 0 };
    if (!read_header(args, &request) || !read_format(args, &request)) return EXIT_USAGE;
    if (!cli_number(args, "records", RECORDS_MAX, 1000, &request.records)) return EXIT_USAGE;
    const char *rows = cli_value(args, "rows");
    bool none = rows && strcmp(rows, "0") == 0;
    if (!none && !cli_number(args, "rows", ROWS_MAX, 5, &request.rows)) return EXIT_USAGE;
    struct status st = discover_source(args->arena, &request, &result);
    if (st.err != ERR_NONE) return cli_failed(&st);
    show(&result);
    return cli_flush(EXIT_DONE);
}

static const struct cli_option options[] = {
    { "name", "NAME", false, "of the source; SOURCE_SQL_STREAM_001" },
    { "records", "N", false, "looks at the first N records; 1000" },
    { "rows", "N", false, "shows N rows, 0: none; 5" },
    { "format", "FORMAT", false, "json, csv or tsv; without it the sample tells" },
    { "delimiter", "TEXT", false, "what stands between columns; without it the sample tells" },
    { "header", "yes|no", false, "whether the first line names the columns; without it the\n"
                                 "sample tells" },
    { "processor", "FUNCTION", false, "exec:COMMAND or http://..., that sees the records first" },
    { 0 },
};

const struct command cmd_discover = {
    .name = "discover",
    .operands = "URL",
    .summary = "makes CREATE SOURCE of sample records",
    .text = "URL is a file or any other source; \"-\" is standard input. The statement goes to\n"
            "standard output; below it, as comments, some rows as it reads them, and above it\n"
            "what is worth knowing: several types of records in one stream, records that are\n"
            "none.\n"
            "\n"
            "  sluice discover readings.ndjson > sources.sql\n"
            "  zcat old.csv.gz | sluice discover - --name READINGS\n",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = discover,
};
