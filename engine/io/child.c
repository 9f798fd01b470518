/* child.c: starting programs and waiting for their end. */

#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_MS = 1000, LONGEST_NAP_MS = 50 };

extern char **environ;

/*
 * Runs the command in a folder, with its_end as its_fd, or, for -1, as standard input and output; an errno. It leads a
 * group of its own: Ctrl-C on the terminal is for us, who then let it take the last rows, or stop it and whom it
 * started. As it cannot read the terminal from there, it gets an end instead.
 */
static int spawn(const char *command, const char *folder, int its_end, int its_fd, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t          how;
    sigset_t                   none, usual;
    char *const                words[] = { "sh", "-c", (char *)(uintptr_t)command, NULL };
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, its_end, its_fd < 0 ? STDIN_FILENO : its_fd);
    if (its_fd < 0) posix_spawn_file_actions_adddup2(&files, its_end, STDOUT_FILENO);
    if (its_fd > STDIN_FILENO && isatty(STDIN_FILENO))
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (folder && *folder) posix_spawn_file_actions_addchdir_np(&files, folder);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setsigdefault(&how, &usual);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                       POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(pid, "/bin/sh", &files, &how, words, environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static struct status cannot_start(struct arena *a, const struct io_endpoint *e, const char *command,
                                  int error)
{
    return status_new(a, ERR_UNREACHABLE, e->at, "cannot start '%s' for %s: %s", command, e->name,
                      strerror(error));
}

struct status child_start_both(struct arena *a, const struct io_endpoint *e, const char *command,
                               int *pid, int *fd)
{
    int   ends[2];
    pid_t started = 0;
    int   error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
    if (!error) {
        error = spawn(command, e->base_dir, ends[1], -1, &started);
        close(ends[1]);
        if (error) close(ends[0]);
    }
    if (error) return cannot_start(a, e, command, error);
    *pid = started;
    *fd = ends[0];
    return OK;
}

struct status child_start(struct arena *a, const struct io_endpoint *e, const char *command,
                          int its_fd, int *pid, int *fd)
{
    int   ends[2];
    pid_t started = 0;
    int   ours = its_fd == STDIN_FILENO; /* 0 is read, 1 is written */
    int   error = pipe2(ends, O_CLOEXEC) == 0 ? 0 : errno;
    if (!error) {
        error = spawn(command, e->base_dir, ends[!ours], its_fd, &started);
        close(ends[!ours]);
        if (error) close(ends[ours]);
    }
    if (error) return cannot_start(a, e, command, error);
    *pid = started;
    *fd = ends[ours];
    return OK;
}

bool child_wait(int pid, int stop_fd, int wait_ms, int *how)
{
    struct pollfd stop = { .fd = stop_fd, .events = POLLIN };
    int           waited = 0, nap = 1;
    if (stop_fd < 0 && wait_ms < 0) {
        pid_t ended;
        while ((ended = waitpid(pid, how, 0)) < 0 && errno == EINTR) continue;
        return ended == pid;
    }
    for (;;) {
        pid_t ended = waitpid(pid, how, WNOHANG);
        if (ended == pid) return true;
        if (ended < 0 && errno != EINTR) return false;
        if (wait_ms >= 0 && waited >= wait_ms) return false;
        if (poll(&stop, 1, nap) > 0) return false;
        waited += nap;
        if (nap < LONGEST_NAP_MS) nap *= 2;
    }
}

struct status child_result(struct arena *a, enum err err, const struct io_endpoint *e,
                           const char *command, int how)
{
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return OK;
    const char *what = WIFEXITED(how) ? "ended with exit code" : "was ended by signal";
    int         number = WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how);
    return status_new(a, err, e->at, "program '%s' of %s %s %d", command, e->name, what, number);
}

void child_stop(int pid)
{
    int how;
    kill(-pid, SIGTERM);
    if (child_wait(pid, -1, STOP_MS, &how)) return;
    kill(-pid, SIGKILL);
    child_wait(pid, -1, -1, &how);
}
