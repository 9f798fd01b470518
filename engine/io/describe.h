#ifndef IO_DESCRIBE_H
#define IO_DESCRIBE_H

/*
 * describe.h: applications of Kinesis Data Analytics for SQL as their owners hold them: descriptions and requests of
 * the API (both versions), CloudFormation templates, states and plans of Terraform. All come out as one form, from
 * which SQL statements and a report are written.
 */

#include "base/array.h"
#include "io/doc.h"

struct described_column {
    struct str name, type, mapping; /* mapping: a JSON path, or empty */
    struct span name_at, type_at, mapping_at;
};

struct described_schema {
    ARRAY(struct described_column)
    columns;
    struct str format; /* "JSON" or "CSV" */
    struct str row_path;
    struct span row_path_at;
    struct str column_delimiter, row_delimiter;
    struct span at;
};

enum endpoint_kind {
    ENDPOINT_NONE,
    ENDPOINT_STREAM,
    ENDPOINT_FIREHOSE,
    ENDPOINT_LAMBDA
};

/* Where it led: kind, and the ARN, with ${Name} for what the file does not know. */
struct described_place {
    enum endpoint_kind kind;
    struct str arn;
};

struct described_input {
    struct str id, prefix;
    uint32_t parallelism;
    struct described_place place;
    struct str processor; /* ARN of the Lambda function, or empty */
    struct str position;  /* NOW, TRIM_HORIZON, LAST_STOPPED_POINT or empty */
    struct described_schema schema;
    struct span at;
};

struct described_output {
    struct str id, stream;
    struct str format;
    struct described_place place;
    struct span at;
};

struct described_table {
    struct str id, name, bucket, key;
    struct described_schema schema;
    struct span at;
};

struct described {
    struct str name, logical_id, description;
    const char *form; /* "CloudFormation template", ... */
    struct span at;
    struct str code; /* the application's own SQL */
    struct span code_at;
    bool has_code;
    bool code_altered; /* substitutions were made in it */
    ARRAY(struct described_input)
    inputs;
    ARRAY(struct described_output)
    outputs;
    ARRAY(struct described_table)
    tables;
    ARRAY(const char *)
    notes; /* what needs the user's hand, a sentence each, Markdown */
};

struct described_list {
    ARRAY(struct described)
    items;
};

/* Reads a file into the list; of several files, later ones complete the applications of earlier ones (requests that
 * add an output or a reference table, start or update requests). Fails with ERR_SYNTAX or ERR_BAD_OPTION at the place
 * that cannot be understood. */
struct status describe_read(struct arena *a, const struct text_file *file,
                            struct described_list *list) MUST_CHECK;
/* Names, types and paths that the statements need are there; paths are JSON paths. */
struct status describe_check(struct arena *a, const struct described *d) MUST_CHECK;
/* The SQL is in the file, not only where it lies. */
struct status describe_check_code(struct arena *a, const struct described *d) MUST_CHECK;

/* CREATE SOURCE and CREATE REFERENCE TABLE, appended. Nothing of the SQL text is taken from the file unquoted but
 * types. */
void describe_sources(const struct described *d, struct buf *out);
/* CREATE SINK for each output; skip[i]: as a comment, because no such stream is created. */
void describe_sinks(const struct described *d, const bool *skip, struct buf *out);
/* CREATE SOURCE of one column alone, to see whether its type is one. */
void describe_probe(const struct described_column *c, struct buf *out);
/* The name under which --source finds an input: its prefix, with _001 when there is one stream. */
struct str describe_source_name(struct arena *a, const struct described_input *in);
/* What became what and what is left to do, as Markdown. problems: diagnostics of the SQL, or empty. */
void describe_report(const struct described *d, const bool *skip, struct buf *problems,
                     struct buf *out);
/* The file that stands for an output or a reference table beside the SQL; in the arena. */
struct str describe_output_url(struct arena *a, const struct described *d, size_t i);
struct str describe_table_url(struct arena *a, const struct described_table *t);

/* ---- for the readers ---- */

/* Values that are known in a template: parameters' defaults and names of resources. */
struct describe_names {
    struct str name, value;
};

struct describe_context {
    struct arena *arena;
    const struct text_file *file;
    struct described_list *list;
    const char *form;
    ARRAY(struct describe_names)
    names;
    ARRAY(struct str)
    passed; /* logical ids and names of applications that are none of SQL, beside one that is */
    bool opaque; /* something was met that the file does not know: it stands as ${Name} */
    bool substituted;
};

/* The member whose name is one of those in `names` ("A|B"), whatever the case, underscores, plural, and the endings
 * Description and Update. A list of one (Terraform's blocks) stands for its only item unless `list` is asked for. */
struct doc_node *describe_part(const struct doc_node *map, const char *names);
struct doc_node *describe_list(const struct doc_node *map, const char *names);
/* A scalar, or what a template's function makes of it. */
struct str describe_text(struct describe_context *c, const struct doc_node *node);
/* Whether an application runs on SQL; *runtime: on what else. */
bool describe_runs_on_sql(struct describe_context *c, const struct doc_node *map,
                          const struct doc_node **runtime);
/* Puts what the map says of an application into d: code, inputs, outputs, tables. */
struct status describe_application(struct describe_context *c, const struct doc_node *map,
                                   struct described *d) MUST_CHECK;
struct status describe_add_output(struct describe_context *c, const struct doc_node *node,
                                  struct described *d) MUST_CHECK;
struct status describe_add_table(struct describe_context *c, const struct doc_node *node,
                                 struct described *d) MUST_CHECK;
struct status describe_start(struct describe_context *c, const struct doc_node *map,
                             struct described *d) MUST_CHECK;
struct described *describe_new(struct describe_context *c, const struct doc_node *at);
void describe_note(struct arena *a, struct described *d, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The templates' own readers. */
struct status describe_stack(struct describe_context *c, const struct doc_node *root) MUST_CHECK;
struct status describe_terraform(struct describe_context *c,
                                 const struct doc_node *root) MUST_CHECK;

#endif
