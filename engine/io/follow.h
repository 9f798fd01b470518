#ifndef IO_FOLLOW_H
#define IO_FOLLOW_H

/*
 * follow.h: a file that is read as it grows, while log rotation renames it, begins it anew, or lets its name stand for
 * another one.
 *
 * A file is told by its number and how it begins. A renamed one is read until nothing more has come for a moment: its
 * writer may not know yet. A place in it names both, so that a later run finds it again under its new name.
 */

#include "io/input.h"

/* Of the input's open file, which is regular; lives as long as the input's arena. */
struct follower *follower_new(struct input *in);
void follower_close(struct follower *f);

/* Before bytes are read: whether the file was begun anew since the last ones were. */
bool follower_is_cut(struct follower *f);
/* Bytes came. */
void follower_note_bytes(struct follower *f);
/* At the file's end: whether it is over, because its name stands for another file and nothing more comes. */
bool follower_is_over(struct follower *f);
/* Opens what comes behind a file that was cut or is over. */
void follower_next(struct follower *f);

/* What stands for the file in places: a mark and its path. */
const char *follower_mark(struct follower *f);
/* The path of such a text; *mark: what stands before it, empty where there is none. */
struct str follower_split(struct str text, struct str *mark);
/* Goes on behind byte *offset of the file that a mark is of, wherever it is now; else, with a message, at the start of
 * the one at hand. */
void follower_find(struct follower *f, struct str mark, uint64_t *offset);

#endif
