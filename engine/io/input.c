/* input.c: what the source drivers share: waiting, reading, opening. */

#include "io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* Waits until fd (-1: none) can be read or the source is to stop. */
static void wait_for(const struct input *in, int fd, int wait_ms, bool *ready, bool *stop)
{
    struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
                             { .fd = in->stop_fd, .events = POLLIN } };
    int           n;
    do n = poll(fds, 2, wait_ms);
    while (n < 0 && errno == EINTR && wait_ms < 0); /* a stop shows in its descriptor */
    *stop = n > 0 && fds[1].revents;
    *ready = n > 0 && fds[0].revents;
}

bool input_stopped(const struct input *in, int wait_ms)
{
    bool ready, stop;
    wait_for(in, -1, wait_ms, &ready, &stop);
    return stop;
}

bool input_wait(const struct input *in, int fd, int wait_ms, bool *ready)
{
    bool stop;
    wait_for(in, fd, wait_ms, ready, &stop);
    return stop;
}

enum input_result input_read_fd(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                struct status *st)
{
    for (;;) {
        bool ready = true, stop = false;
        if (in->live && !in->seekable) wait_for(in, in->fd, wait_ms, &ready, &stop);
        if (!ready || stop) return INPUT_IDLE;
        ssize_t got = read(in->fd, out, cap);
        if (got > 0) {
            *n = (size_t)got;
            return INPUT_BYTES;
        }
        if (got == 0) return INPUT_END;
        if (errno == EINTR || (errno == EAGAIN && wait_ms < 0)) continue;
        if (errno == EAGAIN) return INPUT_IDLE;
        *st = status_new(in->arena, ERR_IO, in->endpoint->at, "cannot read %s of %s: %s", in->path,
                         in->endpoint->name, strerror(errno));
        return INPUT_FAILED;
    }
}

struct status input_open_path(struct input *in, const char *path)
{
    struct stat about;
    int         fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe's writer may come later */
    if (fd < 0 || fstat(fd, &about) != 0) {
        struct status st =
            status_new(in->arena, ERR_UNREACHABLE, in->endpoint->at, "cannot open %s for %s: %s",
                       path, in->endpoint->name, strerror(errno));
        if (fd >= 0) close(fd);
        return st;
    }
    if (S_ISDIR(about.st_mode)) {
        close(fd);
        struct status st = status_new(in->arena, ERR_UNREACHABLE, in->endpoint->at,
                                      "%s of %s is a folder", path, in->endpoint->name);
        return status_with_hint(st, "dir:PATH reads all files of a folder");
    }
    fcntl(fd, F_SETFL, O_RDONLY);
    in->fd = fd;
    in->path = path;
    in->seekable = S_ISREG(about.st_mode);
    in->live = !in->seekable || in->follow;
    if (in->seekable) in->size += (uint64_t)about.st_size;
    return OK;
}
