#ifndef IO_JSON_PATHS_H
#define IO_JSON_PATHS_H

/* json_paths.h: the paths of a schema's columns as one tree of members, so that a record is read once for
 * all columns. */

#include "data/schema.h"
#include "io/json_scan.h"

struct json_node;

/* A member of an object, or an element of an array, that columns ask for. */
struct json_member {
    struct str        name;  /* members */
    uint32_t          index; /* elements: $.a[2] */
    struct json_node *node;
};

struct json_node {
    struct json_member *members; /* of an object */
    uint32_t            n_members;
    struct json_member *elements; /* of an array, by number */
    uint32_t            n_elements;
    struct json_node   *each;    /* [0:] with more steps behind it: the flattened array */
    uint32_t           *columns; /* columns that take this value */
    uint32_t            n_columns;
    struct json_extent  value; /* of the record at hand; JSON_NONE: not there */
};

/* $.a[n] with a larger n is for the careful way. */
enum { JSON_FAST_ELEMENTS = 64 };

struct json_paths {
    struct json_node   root;
    struct json_node  *flattened; /* the node whose `each` is set, or NULL */
    struct json_node **of_column; /* schema.n_columns: where each column's value is found */
    bool simple; /* an object; no flattened array, one column a node, none on the way to another */
};

/* The schema's paths were checked (schema_check_paths). */
void json_paths_new(struct arena *a, const struct schema *schema, struct json_paths *out);
/* Forgets the values of a node and all below it. */
void json_node_reset(struct json_node *node);
/* Reads the value at p (no blanks before it), keeping the extents of all nodes below `node`. Of equal keys
 * in one object the last counts. Returns the byte behind it, or NULL with e set. */
const char *json_node_scan(struct json_node *node, const char *p, const char *end, int depth,
                           struct json_error *e);

#endif
