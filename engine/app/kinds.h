#ifndef APP_KINDS_H
#define APP_KINDS_H

/* kinds.h: what a file of the command line holds, so that a wrong one is told by what it is, not by its first comma. */

#include "base/status.h"

enum text_kind {
    TEXT_UNKNOWN,     /* may be anything */
    TEXT_SQL,
    TEXT_TESTS,       /* .test */
    TEXT_RECORDS,     /* JSON lines, CSV */
    TEXT_DESCRIPTION, /* of an application: JSON or YAML, which `sluice import` reads */
    TEXT_BINARY       /* no text */
};

/* By the ending of its name, then by what it begins with. */
enum text_kind text_kind_of(const struct text_file *file);
/* Refuses a file that is of another kind than the one wanted, for sure; the hint says which command it is for. What is
 * described counts as SQL where `described` is set: the caller takes both. */
struct status text_check_kind(struct arena *a, const struct text_file *file, enum text_kind wanted,
                              bool described) MUST_CHECK;

#endif
