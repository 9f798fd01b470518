/* describe_sql.c: an application's surroundings as SQL statements. Names and texts are quoted, so that nothing of a
 * file becomes a statement of its own. */

#include "io/describe.h"

#include <stdio.h>

static void put_name(struct buf *out, struct str name)
{
    const char *p = str_data(&name);
    buf_append_char(out, '"');
    for (uint32_t i = 0; i < name.len; i++) {
        if (p[i] == '"') buf_append_char(out, '"');
        buf_append_char(out, p[i]);
    }
    buf_append_char(out, '"');
}

static void put_text(struct buf *out, struct str text)
{
    const char *p = str_data(&text);
    buf_append_char(out, '\'');
    for (uint32_t i = 0; i < text.len; i++) {
        if (p[i] == '\'') buf_append_char(out, '\'');
        buf_append_char(out, p[i]);
    }
    buf_append_char(out, '\'');
}

/* One line of a comment, whatever the text holds. */
static void put_comment(struct buf *out, struct str text)
{
    const char *p = str_data(&text);
    for (uint32_t i = 0; i < text.len; i++)
        buf_append_char(out, (unsigned char)p[i] < ' ' ? ' ' : p[i]);
}

static bool is_csv(struct str format)
{
    return str_equal_nocase_c(format, "csv");
}

/* ---- columns and options ---- */

static bool is_type_text(struct str type)
{
    const char *p = str_data(&type);
    for (uint32_t i = 0; i < type.len; i++) {
        char c = p[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && !strchr(" _(),", c)) return false;
    }
    return type.len > 0;
}

static bool is_own_path(const struct described_column *c)
{
    const char *p = str_data(&c->mapping), *name = str_data(&c->name);
    return c->mapping.len == c->name.len + 2 && p[0] == '$' && p[1] == '.' &&
           memcmp(p + 2, name, c->name.len) == 0;
}

/* A type that is none stands in quotes: the compiler refuses it. */
static void put_column(struct buf *out, const struct described_column *c, bool json)
{
    put_name(out, c->name);
    buf_append_char(out, ' ');
    if (is_type_text(c->type)) buf_append_str(out, c->type);
    else put_name(out, c->type);
    if (!json || c->mapping.len == 0 || is_own_path(c)) return;
    buf_append_c(out, " PATH ");
    put_text(out, c->mapping);
}

static void put_columns(struct buf *out, const struct described_schema *s)
{
    buf_append_c(out, " (\n");
    for (size_t i = 0; i < s->columns.count; i++) {
        buf_append_c(out, "    ");
        put_column(out, &s->columns.items[i], !is_csv(s->format));
        buf_append_c(out, i + 1 < s->columns.count ? ",\n" : "\n)");
    }
}

static void put_option(struct buf *out, bool *any, const char *name, struct str text)
{
    buf_printf(out, "%s%s = ", *any ? ", " : " WITH (", name);
    put_text(out, text);
    *any = true;
}

/* Of the delimiters those that are not taken anyway. */
static void put_csv_options(struct buf *out, const struct described_schema *s, bool *any)
{
    bool tab = str_equal_c(s->column_delimiter, "\t");
    put_option(out, any, "format", str_c(tab ? "tsv" : "csv"));
    if (s->column_delimiter.len && !tab && !str_equal_c(s->column_delimiter, ","))
        put_option(out, any, "column_delimiter", s->column_delimiter);
    if (s->row_delimiter.len && !str_equal_c(s->row_delimiter, "\n") &&
        !str_equal_c(s->row_delimiter, "\r\n"))
        put_option(out, any, "row_delimiter", s->row_delimiter);
}

static void put_options(struct buf *out, const struct described_schema *s, uint32_t parallelism)
{
    bool any = false;
    if (is_csv(s->format)) put_csv_options(out, s, &any);
    else put_option(out, &any, "format", str_c("json"));
    if (s->row_path.len && !is_csv(s->format) && !str_equal_c(s->row_path, "$"))
        put_option(out, &any, "row_path", s->row_path);
    if (parallelism > 1) buf_printf(out, ", parallelism = %u", parallelism);
    buf_append_char(out, ')');
}

/* ---- statements ---- */

struct str describe_source_name(struct arena *a, const struct described_input *in)
{
    return in->parallelism > 1 ? in->prefix : str_format(a, "%.*s_001", STR_ARG(in->prefix));
}

/* A file's name from any text: the last part of a key, letters that need no quotes. */
static struct str file_name(struct arena *a, struct str text, const char *ending)
{
    struct buf out = { 0 };
    const char *p = str_data(&text);
    for (uint32_t i = 0; i < text.len; i++) {
        if (p[i] == '/') buf_clear(&out);
        else if (strchr(" '\"\\:?*${}", p[i]) || (unsigned char)p[i] < ' ')
            buf_append_char(&out, '_');
        else buf_append_char(&out, p[i]);
    }
    if (out.len == 0 || out.data[0] == '.') buf_append_c(&out, "unnamed");
    buf_append_c(&out, ending);
    struct str name = str_copy(a, str_view(out.data, out.len));
    buf_free(&out);
    return name;
}

struct str describe_table_url(struct arena *a, const struct described_table *t)
{
    return file_name(a, t->key.len ? t->key : t->name, "");
}

/* Firehose made folders of objects; what read a stream or a function reads a file. Two outputs of a stream are two
 * files. */
struct str describe_output_url(struct arena *a, const struct described *d, size_t i)
{
    const struct described_output *o = &d->outputs.items[i];
    char number[16] = "";
    size_t same = 0;
    for (size_t k = 0; k < i; k++) same += str_equal(&d->outputs.items[k].stream, &o->stream);
    if (same) snprintf(number, sizeof number, "_%zu", same + 1);
    struct str name = file_name(a, o->stream, number);
    if (o->place.kind == ENDPOINT_FIREHOSE) return str_format(a, "dir:output/%.*s", STR_ARG(name));
    return str_format(a, "output/%.*s.%s", STR_ARG(name), is_csv(o->format) ? "csv" : "ndjson");
}

static const char *place_words(enum endpoint_kind kind)
{
    static const char *const words[] = {
        [ENDPOINT_NONE] = "nowhere",
        [ENDPOINT_STREAM] = "Kinesis stream",
        [ENDPOINT_FIREHOSE] = "Firehose delivery stream",
        [ENDPOINT_LAMBDA] = "Lambda function",
    };
    return words[kind];
}

static void put_place(struct buf *out, const struct described_place *p)
{
    buf_printf(out, "%s%s", place_words(p->kind), p->arn.len ? " " : "");
    put_comment(out, p->arn);
}

static void put_source(struct arena *a, struct buf *out, const struct described_input *in)
{
    buf_append_c(out, "-- from ");
    put_place(out, &in->place);
    buf_append_c(out, "\nCREATE SOURCE ");
    put_name(out, describe_source_name(a, in));
    put_columns(out, &in->schema);
    put_options(out, &in->schema, in->parallelism);
    buf_append_c(out, ";\n\n");
}

static void put_table(struct arena *a, struct buf *out, const struct described_table *t)
{
    buf_append_c(out, "-- from ");
    put_comment(out, t->bucket);
    buf_append_c(out, "/");
    put_comment(out, t->key);
    buf_append_c(out, "\nCREATE REFERENCE TABLE ");
    put_name(out, t->name);
    put_columns(out, &t->schema);
    buf_append_c(out, " FROM ");
    put_text(out, describe_table_url(a, t));
    put_options(out, &t->schema, 1);
    buf_append_c(out, ";\n\n");
}

void describe_sources(const struct described *d, struct buf *out)
{
    struct arena *a = arena_new();
    for (size_t i = 0; i < d->inputs.count; i++) put_source(a, out, &d->inputs.items[i]);
    for (size_t i = 0; i < d->tables.count; i++) put_table(a, out, &d->tables.items[i]);
    arena_free(a);
}

static void put_sink(struct arena *a, struct buf *out, const struct described *d, size_t i)
{
    const struct described_output *o = &d->outputs.items[i];
    size_t same = 0;
    for (size_t k = 0; k < i; k++) same += str_equal(&d->outputs.items[k].stream, &o->stream);
    struct str name = same ? str_format(a, "%.*s_%zu", STR_ARG(o->stream), same + 1) : o->stream;
    buf_append_c(out, "CREATE SINK ");
    put_name(out, name);
    buf_append_c(out, " FROM ");
    if (str_equal_nocase_c(o->stream, "error_stream")) buf_append_c(out, "error_stream");
    else put_name(out, o->stream);
    buf_append_c(out, " INTO ");
    put_text(out, describe_output_url(a, d, i));
    buf_printf(out, " WITH (format = '%s');\n", is_csv(o->format) ? "csv" : "json");
}

void describe_sinks(const struct described *d, const bool *skip, struct buf *out)
{
    struct arena *a = arena_new();
    for (size_t i = 0; i < d->outputs.count; i++) {
        buf_append_c(out, "-- to ");
        put_place(out, &d->outputs.items[i].place);
        buf_append_c(out, "\n");
        struct buf sink = { 0 };
        put_sink(a, &sink, d, i);
        if (skip[i]) {
            buf_append_c(out, "-- no stream of this name is created; nothing was delivered:\n"
                              "-- ");
            put_comment(out, str_view(sink.data, sink.len - 1));
            buf_append_char(out, '\n');
        } else {
            buf_append(out, sink.data, sink.len);
        }
        buf_free(&sink);
        buf_append_char(out, '\n');
    }
    arena_free(a);
}

void describe_probe(const struct described_column *c, struct buf *out)
{
    buf_append_c(out, "CREATE SOURCE PROBE (");
    put_column(out, c, false);
    buf_append_c(out, ");");
}
