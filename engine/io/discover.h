#ifndef IO_DISCOVER_H
#define IO_DISCOVER_H

/* discover.h: a schema from samples of JSON or delimited text, by the rules of the managed service's discovery. */

#include "base/array.h"
#include "data/schema.h"

struct discover_config {
    const char *format;          /* "json", "csv", "tsv", or NULL: by the sample */
    struct str column_delimiter; /* of delimited text, or empty: by the sample */
    enum {
        HEADER_GUESS,
        HEADER_YES,
        HEADER_NO
    } header;
    bool (*reserved)(struct str word); /* words that cannot be a column's name */
    const char *name;                  /* of the sample, for messages */
};

/* Records that look alike: they have these members in common. */
struct discovered_kind {
    uint32_t n_records;
    struct str *members; /* of the outermost object, sorted */
    uint32_t n_members;
    struct str label; /* what the telling member says, or empty */
};

struct discovered {
    const char *format; /* "json", "csv" or "tsv" */
    struct str column_delimiter;
    bool header;
    struct str row_path; /* "" for "$" */
    struct schema schema;
    struct str *paths; /* of each column, as text; "" where the column's name says it */
    uint32_t n_records;
    ARRAY(struct discovered_kind)
    kinds;
    struct str telling;      /* the member by which the kinds differ, or empty */
    uint32_t n_whole_arrays; /* arrays beside the flattened one, mapped as texts */
    uint32_t n_bad;          /* records that are not JSON ... */
    struct status first_bad; /* ... and the first of them */
};

/* sample: whole records. Fails with ERR_PARSE when nothing in it is a record. Results live in `a`. */
struct status discover(struct arena *a, struct str sample, const struct discover_config *config,
                       struct discovered *out) MUST_CHECK;

/* What CREATE SOURCE says beside the schema; url and processor (the option): "" for none. */
struct discovered_source {
    struct str name, url, processor;
};

/* CREATE SOURCE, appended. */
void discover_print(const struct discovered *d, const struct discovered_source *source,
                    struct buf *out);

/* ---- for the parts ---- */

/* What was seen at one place of all records. */
struct seen {
    struct str name;
    struct seen *parent; /* NULL: the record itself */
    bool element;        /* of the parent's array */
    bool objects_within; /* an array with objects in it */
    uint32_t n_null, n_boolean, n_integer, n_big, n_fraction, n_time, n_text, n_object, n_array;
    uint32_t longest; /* characters of its longest text */
    struct seen *element_of_array;
    ARRAY(struct seen *)
    members;
};

/* Counts a scalar's text: quoted: a JSON string. */
void seen_text(struct seen *s, struct str text, bool quoted);
struct type seen_type(const struct seen *s);
/* Columns of a record's tree, in the order of their appearance. */
void discover_columns(struct arena *a, const struct discover_config *config, struct seen *root,
                      struct discovered *out);
void discover_add_column(struct arena *a, const struct discover_config *config, struct str name,
                         struct str path, struct type type, struct discovered *out);
struct status discover_csv(struct arena *a, struct str sample, const struct discover_config *config,
                           struct discovered *out) MUST_CHECK;
struct doc_node;
/* One record's members; discover_end_kinds when all were seen. */
struct kinds;
struct kinds *kinds_new(struct arena *a);
void kinds_add(struct kinds *k, const struct doc_node *record);
void kinds_end(struct kinds *k, struct discovered *out);

enum {
    DISCOVER_COLUMNS_MAX = 1000,
    DISCOVER_NAME_MAX = 100
};

#endif
