#ifndef IO_CONTROL_H
#define IO_CONTROL_H

/*
 * control.h: the control socket of a run: a Unix socket (unix(7)) and messages on it, one JSON object a line
 * (docs/reference/control.md has the protocol). Who may do what, and what an answer says, is for app/serve.
 */

#include "data/schema.h"
#include "io/doc.h"

enum {
    CONTROL_VERSION = 1,          /* of the protocol; both sides must have the same */
    CONTROL_REQUEST_MAX = 1 << 20 /* bytes of one request with its line end */
};

/* ---- the socket ---- */

/* Where a run listens, and which file that is, so that it takes away no other's. */
struct control_place {
    const char        *path;
    unsigned long long device, inode;
};

/* Takes connections at the path, for the owner alone (0600), in the place of a socket that nobody listens at any more.
 * Fails with UNREACHABLE: another run holds it, something else lies there, or it cannot be made. */
struct status control_listen(struct arena *a, const char *path, int *fd,
                             struct control_place *place) MUST_CHECK;
/* Ends listening: closes fd and removes the file, if it still is the one that was made. */
void control_unlisten(int fd, const struct control_place *place);
/* Fails with UNREACHABLE. The descriptor is the caller's. */
struct status control_connect(struct arena *a, const char *path, int *fd) MUST_CHECK;

/* ---- lines ---- */

/* Bytes as they come to whole lines. Zero-initialise but for limit. */
struct control_lines {
    struct buf bytes;
    size_t     at;    /* what was taken by now */
    size_t     looked; /* bytes without a line end behind `at` */
    size_t     limit; /* of one line, with its end */
};

enum control_line {
    CONTROL_LINE,    /* *line: without its end, valid until the next bytes are added */
    CONTROL_PART,    /* no whole line is there */
    CONTROL_TOO_LONG /* one has passed the limit: nothing behind it can be read */
};

void control_add(struct control_lines *l, const char *bytes, size_t n);
enum control_line control_next(struct control_lines *l, struct str *line);
void control_lines_free(struct control_lines *l);

/* ---- messages ---- */

/* A line as a JSON object, and nothing behind it; the tree lives in the arena, texts too. Fails with SYNTAX or
 * LIMIT_EXCEEDED. */
struct status control_parse(struct arena *a, struct str line, struct doc_node **out) MUST_CHECK;
/* The member as a text, "" when it is none; as a whole number from 0 to max, 0 when it is none; as TRUE. */
struct str control_text(const struct doc_node *message, const char *name);
uint64_t   control_number(const struct doc_node *message, const char *name, uint64_t max);
bool       control_true(const struct doc_node *message, const char *name);

/* Writing: `{"name":` or `,"name":`, by what stands before it in the buffer. */
void control_member(struct buf *out, const char *name);
void control_put_text(struct buf *out, const char *name, struct str text);
void control_put_number(struct buf *out, const char *name, uint64_t n);
void control_put_true(struct buf *out, const char *name, bool value);
/* A column with its type as members, and back; false: there is no such type. */
void control_put_column(struct buf *out, const struct column *c);
bool control_column(const struct doc_node *message, struct column *out);

#endif
