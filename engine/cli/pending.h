#ifndef CLI_PENDING_H
#define CLI_PENDING_H

/*
 * pending.h: the list of test cases that may fail as yet, a line `path: title` each. The path stands relative
 * to the folder of the list, or is as given on the command line. A case of the list that passes is a failure of
 * the list, so it only shrinks.
 */

#include "base/array.h"
#include "base/status.h"

struct pending_line {
    const char *path;
    const char *title;
    uint32_t    number; /* of the line */
    bool        found;  /* a case that was run has this name */
};

struct pending {
    const char *name;   /* of the list, for messages */
    const char *folder;
    ARRAY(struct pending_line) lines;
};

/* Fails with the place of a line that is not of the form. */
struct status pending_read(struct arena *a, const char *path, struct pending *out) MUST_CHECK;
/* The line that names the case, marked as found, or NULL. Before threads start. */
struct pending_line *pending_find(struct pending *p, const char *path, const char *title);
/* Whether the line is about this file. */
bool pending_is_file(const struct pending *p, const struct pending_line *line, const char *path);

#endif
