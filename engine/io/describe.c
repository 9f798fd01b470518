/*
 * describe.c: what a file says of an application.
 *
 * The API's two versions, requests and answers, updates, CloudFormation and Terraform all tell the same, under names
 * that differ by case, underscores, and endings such as Description and Update. So one reader asks for parts by names
 * from which these differences are taken away.
 */

#include "io/describe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/schema.h"

/* ---- names ---- */

static bool cut_ending(char *s, size_t *n, const char *ending)
{
    size_t k = strlen(ending);
    if (*n <= k || memcmp(s + *n - k, ending, k) != 0) return false;
    *n -= k;
    return true;
}

/* "InputDescriptions", "input_updates", "Inputs": all "input". */
static size_t plain_name(const char *s, size_t size, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < size && n < cap; i++) {
        if (s[i] == '_') continue;
        out[n++] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] - 'A' + 'a' : s[i]);
    }
    cut_ending(out, &n, "s");
    if (!cut_ending(out, &n, "update")) cut_ending(out, &n, "description");
    cut_ending(out, &n, "s");
    return n;
}

static bool same_name(struct str name, const char *wanted, size_t size)
{
    char a[64], b[64];
    size_t n = plain_name(str_data(&name), name.len, a, sizeof a);
    return n == plain_name(wanted, size, b, sizeof b) && memcmp(a, b, n) == 0;
}

static struct doc_node *find_part(const struct doc_node *map, const char *names)
{
    if (!map || map->kind != DOC_MAP) return NULL;
    for (const char *at = names; *at;) {
        size_t size = strcspn(at, "|");
        for (uint32_t i = 0; i < map->count; i++) {
            if (same_name(map->pairs[i].name, at, size) && map->pairs[i].value->kind != DOC_NULL)
                return map->pairs[i].value;
        }
        at += size + (at[size] == '|');
    }
    return NULL;
}

struct doc_node *describe_part(const struct doc_node *map, const char *names)
{
    struct doc_node *found = find_part(map, names);
    if (found && found->kind == DOC_LIST) return found->count ? found->items[0] : NULL;
    return found;
}

/* A map that stands where a list may stand is a list of one. */
struct doc_node *describe_list(const struct doc_node *map, const char *names)
{
    return find_part(map, names);
}

static uint32_t list_count(const struct doc_node *list)
{
    if (!list) return 0;
    return list->kind == DOC_LIST ? list->count : 1;
}

static const struct doc_node *list_item(const struct doc_node *list, uint32_t i)
{
    return list->kind == DOC_LIST ? list->items[i] : list;
}

void describe_note(struct arena *a, struct described *d, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *array_push(a, &d->notes) = arena_dup(a, text, strlen(text) + 1);
}

/* ---- parts ---- */

static void set_text(struct describe_context *c, const struct doc_node *map, const char *names,
                     struct str *out)
{
    const struct doc_node *node = describe_part(map, names);
    if (node) *out = describe_text(c, node);
}

static struct status expected(struct describe_context *c, const struct doc_node *node,
                              const char *what)
{
    return status_new(c->arena, ERR_BAD_OPTION, node->at, "%s should stand here", what);
}

static struct status read_column(struct describe_context *c, const struct doc_node *node,
                                 struct described_schema *s)
{
    struct described_column column = {
        .name_at = node->at, .type_at = node->at, .mapping_at = node->at
    };
    const struct doc_node *name = describe_part(node, "Name");
    const struct doc_node *type = describe_part(node, "SqlType");
    const struct doc_node *mapping = describe_part(node, "Mapping");
    if (node->kind != DOC_MAP) return expected(c, node, "a column with Name and SqlType");
    if (!name) return status_new(c->arena, ERR_BAD_OPTION, node->at, "this column has no Name");
    if (!type) return status_new(c->arena, ERR_BAD_OPTION, node->at, "this column has no SqlType");
    column.name = describe_text(c, name);
    column.name_at = name->at;
    column.type = describe_text(c, type);
    column.type_at = type->at;
    if (mapping) {
        column.mapping = describe_text(c, mapping);
        column.mapping_at = mapping->at;
    }
    *array_push(c->arena, &s->columns) = column;
    return OK;
}

/* Delimiters are often written as escapes inside of single quotes. */
static struct str read_delimiter(struct describe_context *c, const struct doc_node *node)
{
    struct str text = describe_text(c, node);
    struct buf out = { 0 };
    const char *p = str_data(&text);
    for (uint32_t i = 0; i < text.len; i++) {
        char next = p[i] == '\\' && i + 1 < text.len ? p[i + 1] : 0;
        char meant = next == 'n' ? '\n' : next == 'r' ? '\r'
                                      : next == 't'   ? '\t'
                                                      : 0;
        if (meant) i++;
        buf_append_char(&out, meant ? meant : p[i]);
    }
    text = str_copy(c->arena, str_view(out.data ? out.data : "", out.len));
    buf_free(&out);
    return text;
}

static struct status read_format(struct describe_context *c, const struct doc_node *format,
                                 struct described_schema *s)
{
    const struct doc_node *mapping = describe_part(format, "MappingParameters");
    const struct doc_node *json = describe_part(mapping, "JSONMappingParameters|json");
    const struct doc_node *csv = describe_part(mapping, "CSVMappingParameters|csv");
    const struct doc_node *path = describe_part(json, "RecordRowPath");
    const struct doc_node *column = describe_part(csv, "RecordColumnDelimiter");
    const struct doc_node *row = describe_part(csv, "RecordRowDelimiter");
    const struct doc_node *type = describe_part(format, "RecordFormatType");
    if (type) s->format = describe_text(c, type);
    else if (s->format.len == 0) s->format = str_c(csv ? "CSV" : "JSON");
    if (type && !str_equal_nocase_c(s->format, "json") && !str_equal_nocase_c(s->format, "csv")) {
        return status_new(c->arena, ERR_BAD_OPTION, type->at,
                          "RecordFormatType is \"%.*s\", not JSON or CSV", STR_ARG(s->format));
    }
    if (path) {
        s->row_path = describe_text(c, path);
        s->row_path_at = path->at;
    }
    if (column) s->column_delimiter = read_delimiter(c, column);
    if (row) s->row_delimiter = read_delimiter(c, row);
    return OK;
}

static struct status read_schema(struct describe_context *c, const struct doc_node *node,
                                 struct described_schema *s)
{
    if (!node) return OK;
    if (node->kind != DOC_MAP) return expected(c, node, "a schema with RecordColumns");
    const struct doc_node *columns = describe_list(node, "RecordColumns");
    s->at = node->at;
    TRY(read_format(c, describe_part(node, "RecordFormat"), s));
    if (columns) s->columns.count = 0;
    for (uint32_t i = 0; i < list_count(columns); i++)
        TRY(read_column(c, list_item(columns, i), s));
    return OK;
}

static void read_place(struct describe_context *c, const struct doc_node *map,
                       struct described_place *out)
{
    static const struct {
        enum endpoint_kind kind;
        const char *names;
    } kinds[] = {
        { ENDPOINT_STREAM, "KinesisStreamsInput|KinesisStreamsOutput|kinesis_stream" },
        { ENDPOINT_FIREHOSE, "KinesisFirehoseInput|KinesisFirehoseOutput|kinesis_firehose" },
        { ENDPOINT_LAMBDA, "LambdaOutput|lambda" },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct doc_node *node = describe_part(map, kinds[i].names);
        if (!node) continue;
        out->kind = kinds[i].kind;
        set_text(c, node, "ResourceARN", &out->arn);
    }
}

static struct status read_parallelism(struct describe_context *c, const struct doc_node *map,
                                      uint32_t *out)
{
    const struct doc_node *count =
        describe_part(describe_part(map, "InputParallelism|parallelism"), "Count");
    if (!count) return OK;
    bool opaque = c->opaque;
    struct str text = describe_text(c, count);
    long n = strtol(str_to_c(c->arena, text), NULL, 10);
    if (c->opaque && !opaque) return OK; /* decided elsewhere: one, and the report tells */
    if (n < 1 || n > 64) {
        return status_new(c->arena, ERR_BAD_OPTION, count->at,
                          "the Count of InputParallelism is \"%.*s\", not 1 to 64", STR_ARG(text));
    }
    *out = (uint32_t)n;
    return OK;
}

/* ---- inputs, outputs, tables ---- */

static struct status read_input(struct describe_context *c, const struct doc_node *node,
                                struct described_input *in)
{
    const struct doc_node *processing =
        describe_part(node, "InputProcessingConfiguration|processing_configuration");
    if (node->kind != DOC_MAP) return expected(c, node, "an input with NamePrefix and InputSchema");
    if (in->at.line == 0) in->at = node->at;
    set_text(c, node, "InputId|Id", &in->id);
    set_text(c, node, "NamePrefix", &in->prefix);
    set_text(c, describe_part(processing, "InputLambdaProcessor|lambda"), "ResourceARN",
             &in->processor);
    set_text(c,
             describe_part(node,
                           "InputStartingPositionConfiguration|starting_position_configuration"),
             "InputStartingPosition|starting_position", &in->position);
    read_place(c, node, &in->place);
    TRY(read_parallelism(c, node, &in->parallelism));
    return read_schema(c, describe_part(node, "InputSchema|schema"), &in->schema);
}

static struct status read_output(struct describe_context *c, const struct doc_node *node,
                                 struct described_output *out)
{
    const struct doc_node *schema = describe_part(node, "DestinationSchema|schema");
    const struct doc_node *type = describe_part(schema, "RecordFormatType");
    if (node->kind != DOC_MAP)
        return expected(c, node, "an output with Name and DestinationSchema");
    if (out->at.line == 0) out->at = node->at;
    set_text(c, node, "OutputId|Id", &out->id);
    set_text(c, node, "Name", &out->stream);
    read_place(c, node, &out->place);
    if (!type) return OK;
    out->format = describe_text(c, type);
    if (str_equal_nocase_c(out->format, "json") || str_equal_nocase_c(out->format, "csv"))
        return OK;
    return status_new(c->arena, ERR_BAD_OPTION, type->at,
                      "RecordFormatType is \"%.*s\", not JSON or CSV", STR_ARG(out->format));
}

static struct status read_table(struct describe_context *c, const struct doc_node *node,
                                struct described_table *t)
{
    const struct doc_node *s3 = describe_part(node, "S3ReferenceDataSource|s3");
    if (node->kind != DOC_MAP)
        return expected(c, node, "a reference table with TableName and ReferenceSchema");
    if (t->at.line == 0) t->at = node->at;
    set_text(c, node, "ReferenceId|Id", &t->id);
    set_text(c, node, "TableName", &t->name);
    set_text(c, s3, "BucketARN", &t->bucket);
    set_text(c, s3, "FileKey", &t->key);
    return read_schema(c, describe_part(node, "ReferenceSchema|schema"), &t->schema);
}

/* The part with this id; without ids the only one; otherwise a new one. */
#define FIND_BY_ID(c, list, wanted, out)                                     \
    do {                                                                     \
        (out) = NULL;                                                        \
        for (size_t i_ = 0; i_ < (list)->count; i_++) {                      \
            if ((wanted).len && str_equal(&(list)->items[i_].id, &(wanted))) \
                (out) = &(list)->items[i_];                                  \
        }                                                                    \
        if (!(out)) (out) = array_push((c)->arena, (list));                  \
    } while (0)

static struct status add_input(struct describe_context *c, const struct doc_node *node,
                               struct described *d)
{
    struct str id = STR_EMPTY;
    struct described_input *in;
    set_text(c, node, "InputId|Id", &id);
    FIND_BY_ID(c, &d->inputs, id, in);
    if (!in->parallelism) in->parallelism = 1;
    return read_input(c, node, in);
}

struct status describe_add_output(struct describe_context *c, const struct doc_node *node,
                                  struct described *d)
{
    struct str id = STR_EMPTY;
    struct described_output *out;
    set_text(c, node, "OutputId|Id", &id);
    FIND_BY_ID(c, &d->outputs, id, out);
    return read_output(c, node, out);
}

struct status describe_add_table(struct describe_context *c, const struct doc_node *node,
                                 struct described *d)
{
    struct str id = STR_EMPTY;
    struct described_table *t;
    set_text(c, node, "ReferenceId|Id", &id);
    FIND_BY_ID(c, &d->tables, id, t);
    return read_table(c, node, t);
}

/* Starting positions, by input. */
struct status describe_start(struct describe_context *c, const struct doc_node *map,
                             struct described *d)
{
    const struct doc_node *list =
        describe_list(describe_part(map, "RunConfiguration"), "SqlRunConfigurations");
    if (!list) list = describe_list(map, "InputConfigurations");
    for (uint32_t i = 0; i < list_count(list); i++) {
        const struct doc_node *node = list_item(list, i);
        struct str id = STR_EMPTY, position = STR_EMPTY;
        set_text(c, node, "InputId|Id", &id);
        set_text(c, describe_part(node, "InputStartingPositionConfiguration"),
                 "InputStartingPosition", &position);
        for (size_t k = 0; k < d->inputs.count; k++) {
            struct described_input *in = &d->inputs.items[k];
            if (d->inputs.count == 1 || str_equal(&in->id, &id)) in->position = position;
        }
    }
    return OK;
}

/* ---- the application ---- */

/* The SQL: a text, or a place where it lies. */
static void read_code(struct describe_context *c, const struct doc_node *map, struct described *d)
{
    const struct doc_node *configuration = describe_part(map, "ApplicationCodeConfiguration");
    const struct doc_node *content = describe_part(configuration, "CodeContent");
    const struct doc_node *code = describe_part(content, "TextContent");
    if (!code) code = describe_part(map, "ApplicationCode|code");
    if (!code) {
        if (content) d->code_at = content->at;
        return;
    }
    c->opaque = c->substituted = false;
    d->code = describe_text(c, code);
    d->code_at = code->at;
    d->has_code = true;
    d->code_altered = c->substituted || c->opaque;
    if (c->opaque)
        describe_note(c->arena, d,
                      "The SQL holds parts that the file does not know; they stand as `${Name}` in "
                      "application.sql and want their values.");
    c->opaque = false;
}

bool describe_runs_on_sql(struct describe_context *c, const struct doc_node *map,
                          const struct doc_node **runtime)
{
    const struct doc_node *name = *runtime = describe_part(map, "RuntimeEnvironment");
    if (!name || name->kind != DOC_TEXT) return true;
    return strncmp(str_to_c(c->arena, name->text), "SQL", 3) == 0;
}

struct status describe_application(struct describe_context *c, const struct doc_node *map,
                                   struct described *d)
{
    const struct doc_node *configuration = describe_part(map, "ApplicationConfiguration");
    const struct doc_node *sql = describe_part(configuration, "SqlApplicationConfiguration");
    const struct doc_node *from = sql ? sql : map;
    const struct doc_node *inputs = describe_list(from, "Inputs");
    const struct doc_node *outputs = describe_list(from, "Outputs");
    const struct doc_node *tables = describe_list(from, "ReferenceDataSources");
    const struct doc_node *runtime;
    set_text(c, map, "ApplicationName|name", &d->name);
    if (doc_get(map, "ApplicationDescription"))
        d->description = describe_text(c, doc_get(map, "ApplicationDescription"));
    if (!describe_runs_on_sql(c, map, &runtime))
        return status_new(c->arena, ERR_NOT_SUPPORTED, runtime->at,
                          "this application runs on %s, not on SQL",
                          str_to_c(c->arena, runtime->text));
    read_code(c, configuration ? configuration : map, d);
    for (uint32_t i = 0; i < list_count(inputs); i++)
        TRY(add_input(c, list_item(inputs, i), d));
    for (uint32_t i = 0; i < list_count(outputs); i++)
        TRY(describe_add_output(c, list_item(outputs, i), d));
    for (uint32_t i = 0; i < list_count(tables); i++)
        TRY(describe_add_table(c, list_item(tables, i), d));
    bool inside = describe_part(configuration, "RunConfiguration") != NULL;
    return describe_start(c, inside ? configuration : map, d);
}

struct described *describe_new(struct describe_context *c, const struct doc_node *at)
{
    struct described *d = array_push(c->arena, &c->list->items);
    d->at = at->at;
    d->form = c->form;
    return d;
}

/* ---- the API's own files ---- */

static struct described *find_application(struct describe_context *c, const struct doc_node *map)
{
    struct str name = STR_EMPTY;
    set_text(c, map, "ApplicationName", &name);
    for (size_t i = 0; i < c->list->items.count; i++) {
        struct described *d = &c->list->items.items[i];
        if (name.len == 0 || str_equal(&d->name, &name)) return d;
    }
    return NULL;
}

/* Requests that change an application that is there. */
static bool is_change(const struct doc_node *map)
{
    return doc_get(map, "ApplicationUpdate") || doc_get(map, "ReferenceDataSource") ||
           doc_get(map, "Output") || doc_get(map, "InputConfigurations") ||
           (doc_get(map, "RunConfiguration") && !doc_get(map, "ApplicationConfiguration"));
}

static struct status apply_change(struct describe_context *c, const struct doc_node *map)
{
    struct described *d = find_application(c, map);
    if (!d) {
        struct status st = status_new(c->arena, ERR_BAD_OPTION, map->at,
                                      "this changes an application that was not described before");
        return status_with_hint(st, "name the file with the application first");
    }
    const struct doc_node *update = doc_get(map, "ApplicationUpdate");
    if (update) TRY(describe_application(c, update, d));
    if (doc_get(map, "Output")) TRY(describe_add_output(c, doc_get(map, "Output"), d));
    if (doc_get(map, "ReferenceDataSource"))
        TRY(describe_add_table(c, doc_get(map, "ReferenceDataSource"), d));
    return describe_start(c, map, d);
}

static bool is_application(const struct doc_node *map)
{
    return find_part(map, "Inputs|ApplicationCode|ApplicationConfiguration") != NULL;
}

static struct status read_api(struct describe_context *c, const struct doc_node *root)
{
    const struct doc_node *map = doc_get(root, "ApplicationDetail");
    if (!map) map = root;
    if (is_change(map)) return apply_change(c, map);
    if (!is_application(map)) {
        struct status st = status_new(c->arena, ERR_BAD_OPTION, map->at,
                                      "no application is described here");
        return status_with_hint(
            st, "known are what describe-application prints, requests of the API, CloudFormation "
                "templates (Resources) and terraform show -json (values, planned_values)");
    }
    bool v2 = find_part(map, "ApplicationConfiguration") != NULL;
    bool answer =
        map != root || doc_get(map, "InputDescriptions") || doc_get(map, "ApplicationARN");
    c->form = str_format_c(c->arena, "%s, version %d of the API",
                           answer ? "description" : "CreateApplication request", v2 ? 2 : 1);
    return describe_application(c, map, describe_new(c, map));
}

struct status describe_read(struct arena *a, const struct text_file *file,
                            struct described_list *list)
{
    struct describe_context c = { .arena = a, .file = file, .list = list };
    struct doc_node *root;
    TRY(doc_parse(a, file, &root));
    if (root->kind != DOC_MAP)
        return status_new(a, ERR_BAD_OPTION, root->at, "no application is described here");
    if (doc_get(root, "Resources")) return describe_stack(&c, root);
    if (doc_get(root, "planned_values") || doc_get(root, "values") || doc_get(root, "resources"))
        return describe_terraform(&c, root);
    return read_api(&c, root);
}

/* ---- checks ---- */

static struct status check_columns(struct arena *a, const struct described_schema *s, bool json)
{
    for (size_t i = 0; i < s->columns.count; i++) {
        const struct described_column *c = &s->columns.items[i];
        struct path ignored;
        if (c->name.len == 0)
            return status_new(a, ERR_BAD_OPTION, c->name_at, "this column's name is empty");
        for (size_t k = 0; k < i; k++) {
            if (str_equal(&s->columns.items[k].name, &c->name))
                return status_new(a, ERR_DUPLICATE_COLUMN, c->name_at,
                                  "column \"%.*s\" is named twice", STR_ARG(c->name));
        }
        if (json && c->mapping.len) TRY(path_parse(a, c->mapping, c->mapping_at, &ignored));
    }
    return OK;
}

static struct status check_schema(struct arena *a, const struct described_schema *s, struct span at,
                                  const char *what)
{
    struct path ignored;
    if (s->columns.count == 0)
        return status_new(a, ERR_BAD_OPTION, s->at.line ? s->at : at, "%s has no RecordColumns",
                          what);
    TRY(check_columns(a, s, !str_equal_nocase_c(s->format, "csv")));
    return s->row_path.len ? path_parse(a, s->row_path, s->row_path_at, &ignored) : OK;
}

struct status describe_check_code(struct arena *a, const struct described *d)
{
    if (d->has_code) return OK;
    struct status st = status_new(a, ERR_BAD_OPTION, d->code_at.line ? d->code_at : d->at,
                                  "the SQL of this application is not in the file");
    return status_with_hint(st, "fetch it, and name it beside what sluice import makes of this");
}

struct status describe_check(struct arena *a, const struct described *d)
{
    for (size_t i = 0; i < d->inputs.count; i++) {
        const struct described_input *in = &d->inputs.items[i];
        if (in->prefix.len == 0)
            return status_new(a, ERR_BAD_OPTION, in->at, "this input has no NamePrefix");
        TRY(check_schema(a, &in->schema, in->at, "this input"));
    }
    for (size_t i = 0; i < d->outputs.count; i++) {
        if (d->outputs.items[i].stream.len == 0)
            return status_new(a, ERR_BAD_OPTION, d->outputs.items[i].at, "this output has no Name");
    }
    for (size_t i = 0; i < d->tables.count; i++) {
        const struct described_table *t = &d->tables.items[i];
        if (t->name.len == 0)
            return status_new(a, ERR_BAD_OPTION, t->at, "this reference table has no TableName");
        TRY(check_schema(a, &t->schema, t->at, "this reference table"));
    }
    return OK;
}
