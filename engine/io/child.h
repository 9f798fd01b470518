#ifndef IO_CHILD_H
#define IO_CHILD_H

/*
 * child.h: programs at the other end of a pipe, for exec: endpoints. The shell runs the command in the folder of
 * the SQL file that names it; signals that this process ignores mean their usual thing to it, and no other descriptor
 * of ours is open there.
 */

#include "io/source.h"

/* Starts the command with a pipe as its_fd, its standard input or output; *fd is our end. Fails with
 * ERR_UNREACHABLE. */
struct status child_start(struct arena *a, const struct io_endpoint *e, const char *command,
                          int its_fd, int *pid, int *fd) MUST_CHECK;
/* The same with a socket as its standard input and output. */
struct status child_start_both(struct arena *a, const struct io_endpoint *e, const char *command,
                               int *pid, int *fd) MUST_CHECK;
/* Waits at most wait_ms (-1: as long as it takes) until the program has ended, or until stop_fd (-1: none) can be
 * read. True: it has ended, *how as waitpid tells it. */
bool child_wait(int pid, int stop_fd, int wait_ms, int *how);
/* What an end means: success, or a status of this error that tells exit code or signal. */
struct status child_result(struct arena *a, enum err err, const struct io_endpoint *e,
                           const char *command, int how);
/* Ends the program: asks, and when that does not help within a second, kills. */
void child_stop(int pid);

#endif
