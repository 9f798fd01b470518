/* describe_report.c: what of an application became what, and what is left to do, as Markdown. */

#include "io/describe.h"

/* Texts of the file in a table's cell: no line ends, no bars. */
static void put_cell(struct buf *out, struct str text)
{
    const char *p = str_data(&text);
    for (uint32_t i = 0; i < text.len; i++)
        buf_append_char(out, (unsigned char)p[i] < ' ' || p[i] == '|' ? ' ' : p[i]);
}

static void put_row(struct buf *out, const char *what, struct str there, const char *here)
{
    buf_printf(out, "| %s%s", what, there.len ? " " : "");
    put_cell(out, there);
    buf_printf(out, " | %s |\n", here);
}

static const char *place_name(enum endpoint_kind kind)
{
    static const char *const names[] = { "", "Kinesis stream", "Firehose delivery stream",
                                         "Lambda function" };
    return names[kind];
}

static void put_inputs(struct arena *a, struct buf *out, const struct described *d)
{
    for (size_t i = 0; i < d->inputs.count; i++) {
        const struct described_input *in = &d->inputs.items[i];
        struct str name = describe_source_name(a, in);
        put_row(
            out, place_name(in->place.kind), in->place.arn,
            str_format_c(a, "source `%.*s`, %zu %s, %s%s", STR_ARG(name), in->schema.columns.count,
                         in->schema.columns.count == 1 ? "column" : "columns",
                         str_to_c(a, in->schema.format),
                         in->parallelism > 1
                             ? str_format_c(a, ", dealt out to `_001` … `_%03u`", in->parallelism)
                             : ""));
        if (in->processor.len)
            put_row(out, "Lambda function", in->processor, "the option `processor` of the source");
        if (in->position.len)
            put_row(out, "starting position", in->position,
                    "a file is read from its beginning; with `--state` a run goes on where it was");
    }
}

static void put_tables(struct arena *a, struct buf *out, const struct described *d)
{
    for (size_t i = 0; i < d->tables.count; i++) {
        const struct described_table *t = &d->tables.items[i];
        struct str url = describe_table_url(a, t);
        put_row(out, "S3 object", str_format(a, "%.*s/%.*s", STR_ARG(t->bucket), STR_ARG(t->key)),
                str_format_c(a, "reference table `%.*s` from `%.*s`", STR_ARG(t->name),
                             STR_ARG(url)));
    }
}

static void put_outputs(struct arena *a, struct buf *out, const struct described *d,
                        const bool *skip)
{
    for (size_t i = 0; i < d->outputs.count; i++) {
        const struct described_output *o = &d->outputs.items[i];
        struct str url = describe_output_url(a, d, i);
        put_row(out, place_name(o->place.kind), o->place.arn,
                skip[i] ? str_format_c(a, "nothing: no stream `%.*s` is created",
                                       STR_ARG(o->stream))
                        : str_format_c(a, "sink of `%.*s` into `%.*s`", STR_ARG(o->stream),
                                       STR_ARG(url)));
    }
}

/* ---- what is left ---- */

static void put_todo(struct buf *out, bool *any, const char *text)
{
    buf_printf(out, "- %s\n", text);
    *any = true;
}

static void put_input_todo(struct arena *a, struct buf *out, bool *any,
                           const struct described_input *in)
{
    struct str name = describe_source_name(a, in);
    put_todo(out, any,
             str_format_c(a, "Say where `%.*s` reads: `--source '%.*s=URL'`, or `FROM 'URL'` in "
                             "sources.sql.",
                          STR_ARG(name), STR_ARG(name)));
    if (in->processor.len)
        put_todo(out, any,
                 str_format_c(a, "Bring the function that worked on the records before, and give "
                                 "it to `%.*s` as `processor = 'exec:COMMAND'` or `'http://…'`; "
                                 "without it the records enter as they are.",
                              STR_ARG(name)));
}

static void put_todos(struct arena *a, struct buf *out, const struct described *d,
                      const bool *skip)
{
    bool any = false;
    if (!d->has_code)
        put_todo(out, &any, "The SQL is not in the file: fetch it and save it as application.sql.");
    for (size_t i = 0; i < d->inputs.count; i++)
        put_input_todo(a, out, &any, &d->inputs.items[i]);
    for (size_t i = 0; i < d->tables.count; i++) {
        const struct described_table *t = &d->tables.items[i];
        struct str url = describe_table_url(a, t);
        bool is_csv = str_equal_c(t->schema.format, "CSV");
        put_todo(out, &any,
                 str_format_c(a, "Copy the object to `%.*s` in this folder.%s", STR_ARG(url),
                              is_csv ? " When its first line names the columns, add "
                                       "`header = TRUE`."
                                     : ""));
    }
    for (size_t i = 0; i < d->outputs.count; i++) {
        const struct described_output *o = &d->outputs.items[i];
        if (skip[i])
            put_todo(out, &any,
                     str_format_c(a, "`%.*s` is delivered but never created: is it spelled in "
                                     "another case in the SQL?",
                                  STR_ARG(o->stream)));
        else if (o->place.kind == ENDPOINT_LAMBDA)
            put_todo(out, &any,
                     str_format_c(a, "Rows of `%.*s` went to a function: "
                                     "`INTO 'lambda:exec:COMMAND'` "
                                     "gives them to a program with the same event.",
                                  STR_ARG(o->stream)));
    }
    for (size_t i = 0; i < d->notes.count; i++) put_todo(out, &any, d->notes.items[i]);
    if (!any) buf_append_c(out, "Nothing.\n");
}

void describe_report(const struct described *d, const bool *skip, struct buf *problems,
                     struct buf *out)
{
    struct arena *a = arena_new();
    buf_append_c(out, "# ");
    put_cell(out, d->name.len ? d->name : str_c("An application without a name"));
    buf_printf(out, "\n\nFrom %s:%u, a %s.\n", d->at.file->name, d->at.line, d->form);
    if (d->description.len) {
        buf_append_c(out, "\n> ");
        put_cell(out, d->description);
        buf_append_char(out, '\n');
    }
    buf_append_c(out, "\n## What became what\n\n| there | here |\n| --- | --- |\n");
    if (d->has_code)
        put_row(out, "application code", STR_EMPTY,
                d->code_altered ? "application.sql, with the template's substitutions made"
                                : "application.sql, byte for byte");
    put_inputs(a, out, d);
    put_tables(a, out, d);
    put_outputs(a, out, d, skip);
    buf_append_c(out, "\n## What is left to do\n\n");
    put_todos(a, out, d, skip);
    if (problems->len) {
        buf_append_c(out, "\n## What the SQL's check says\n\n```\n");
        buf_append(out, problems->data, problems->len);
        buf_append_c(out, "```\n");
    }
    buf_append_c(out, "\n## To run it\n\n```console\n$ sluice run sources.sql application.sql");
    for (size_t i = 0; i < d->inputs.count; i++) {
        struct str name = describe_source_name(a, &d->inputs.items[i]);
        buf_printf(out, " --source '%.*s=-'", STR_ARG(name));
    }
    buf_append_c(out, "\n```\n");
    arena_free(a);
}
