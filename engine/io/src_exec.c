/* src_exec.c: exec:COMMAND: the lines that a program prints. The shell runs it; a program that fails makes
 * the source fail. */

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/input.h"

static struct status exec_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return status_new(a, ERR_UNREACHABLE, e->at, "cannot start '%s' for %s: %s", u->path,
                          e->name, strerror(errno));
    }
    in->pid = fork();
    if (in->pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        signal(SIGPIPE, SIG_DFL);
        execl("/bin/sh", "sh", "-c", u->path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    in->fd = ends[0];
    in->path = u->path;
    in->live = true;
    if (in->pid > 0) return OK;
    return status_new(a, ERR_UNREACHABLE, e->at, "cannot start '%s' for %s: %s", u->path, e->name,
                      strerror(errno));
}

/* The program has closed its output: how did it end? */
static struct status take_end(struct input *in)
{
    int how = 0;
    if (in->pid <= 0 || waitpid(in->pid, &how, 0) < 0) return OK;
    in->pid = 0;
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return OK;
    if (WIFEXITED(how)) {
        return status_new(in->arena, ERR_IO, in->endpoint->at,
                          "program '%s' of %s ended with exit code %d", in->path,
                          in->endpoint->name, WEXITSTATUS(how));
    }
    return status_new(in->arena, ERR_IO, in->endpoint->at,
                      "program '%s' of %s was ended by signal %d", in->path, in->endpoint->name,
                      WTERMSIG(how));
}

static bool exec_next(struct input *in, struct status *st)
{
    *st = take_end(in);
    return false;
}

static void exec_close(struct input *in)
{
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
    if (in->pid > 0) {
        kill(in->pid, SIGTERM);
        waitpid(in->pid, NULL, 0);
        in->pid = 0;
    }
}

const struct input_class input_exec_class = {
    .kind = URL_EXEC,
    .open = exec_open,
    .read = input_read_fd,
    .next = exec_next,
    .close = exec_close,
};
