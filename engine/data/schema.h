#ifndef DATA_SCHEMA_H
#define DATA_SCHEMA_H

/* schema.h: names, types, paths and nullability of the columns of a stream or table. */

#include "base/str.h"
#include "data/type.h"

/* One step of a JSON path. */
struct path_step {
    enum { STEP_MEMBER, STEP_INDEX, STEP_EACH } kind; /* .name or ['name']; [2]; [0:] */
    struct str name;
    uint32_t   index;
};

struct path {
    struct path_step *steps;
    uint32_t          n_steps; /* 0: "$" itself */
};

struct column {
    struct str  name;
    struct type type;
    bool        not_null;
    bool        personal;
    struct path path; /* of a source or reference table; by default one member step with the column's name */
    struct span at;   /* where it was declared, for messages */
};

struct schema {
    struct column *columns;
    uint32_t       n_columns;
};

/* Index of the column with exactly this name, or -1. */
int schema_find(const struct schema *s, struct str name);
/* Whether a column is PERSONAL. */
bool schema_has_personal(const struct schema *s);
/* Reads "$.a.b[0:].c", "$['a b'][2]"; the message quotes the text. */
struct status path_parse(struct arena *a, struct str text, struct span at, struct path *out);
/* Appends the path as path_parse reads it. */
void path_append(struct buf *out, const struct path *path);
/* Appends one step of it: .name, or ['na''me'] */
void path_append_member(struct buf *out, struct str name);
/* Whether a member's name needs no brackets and quotes in a path: letters, digits and "_", no digit first. */
bool path_is_word(struct str s);
/* The default path of a column: one member step. */
struct path path_of_name(struct arena *a, struct str name);
/* Refuses two flattened arrays and nested flattening (dialect 4.2); the message says "array". */
struct status schema_check_paths(struct arena *a, const struct schema *s);

#endif
