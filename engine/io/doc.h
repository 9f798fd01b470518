#ifndef IO_DOC_H
#define IO_DOC_H

/*
 * doc.h: JSON and YAML documents as trees that know where each part stands, so that a message about a value can
 * point at it. For configuration and samples, not for streams.
 */

#include "base/status.h"

enum doc_kind {
    DOC_NULL,
    DOC_TEXT,
    DOC_NUMBER,
    DOC_BOOLEAN,
    DOC_LIST,
    DOC_MAP
};

struct doc_pair;

/* Nodes and texts live in the arena that was given to the reader. */
struct doc_node {
    enum doc_kind kind;
    struct span at;
    struct str text;         /* scalars: unescaped; numbers as they stand there */
    struct doc_node **items; /* of a list */
    struct doc_pair *pairs;  /* of a map, in their order */
    uint32_t count;          /* of items or pairs */
    uint32_t size; /* of the whole value in the text, bytes; JSON alone */
};

struct doc_pair {
    struct str name;
    struct span at;
    struct doc_node *value;
};

/* The whole text as one document: JSON when it begins with a brace or a bracket, else YAML. Fails with
 * ERR_SYNTAX at the place where the text stops making sense, with ERR_LIMIT_EXCEEDED when it nests too deep. */
struct status doc_parse(struct arena *a, const struct text_file *file,
                        struct doc_node **out) MUST_CHECK;
/* The JSON value that stands at byte *offset or behind blanks there; *offset: behind it. NULL: only blanks are left. */
struct status doc_json_next(struct arena *a, const struct text_file *file, size_t *offset,
                            struct doc_node **out) MUST_CHECK;
/* One YAML document. Short tags come out as what they are short for: !Ref X as {"Ref": X}, !Sub X as {"Fn::Sub": X}. */
struct status doc_yaml(struct arena *a, const struct text_file *file,
                       struct doc_node **out) MUST_CHECK;

/* The member with exactly this name (the last one), or NULL; NULL also when the node is NULL or no map. */
struct doc_node *doc_get(const struct doc_node *map, const char *name);
/* JSON or YAML by the first byte that is no blank. */
bool doc_is_json(const struct text_file *file);
/* The place of byte `offset` with `length` bytes; counts lines from the beginning. */
struct span doc_place(const struct text_file *file, size_t offset, size_t length);

enum {
    DOC_DEPTH_MAX = 100,
    DOC_NODES_MAX = 1000000
};

#endif
