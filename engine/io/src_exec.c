/* src_exec.c: exec:COMMAND: the lines that a program prints. A program that fails makes the source fail. */

#include <unistd.h>

#include "io/child.h"
#include "io/input.h"

static struct status exec_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    in->path = u->path;
    in->live = true;
    return child_start(a, e, u->path, STDOUT_FILENO, &in->pid, &in->fd);
}

/* The program has closed its output: how did it end? */
static bool exec_next(struct input *in, struct status *st)
{
    int how;
    if (!child_wait(in->pid, in->stop_fd, -1, &how)) return false;
    in->pid = 0;
    *st = child_result(in->arena, ERR_IO, in->endpoint, in->path, how);
    return false;
}

static void exec_close(struct input *in)
{
    if (in->fd >= 0) close(in->fd);
    if (in->pid > 0) child_stop(in->pid);
    in->fd = -1;
    in->pid = 0;
}

const struct input_class input_exec_class = {
    .kind = URL_EXEC,
    .open = exec_open,
    .read = input_read_fd,
    .next = exec_next,
    .close = exec_close,
};
