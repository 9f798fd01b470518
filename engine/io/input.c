/* input.c: what the source drivers share: waiting, reading, opening. */

#include "io/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

bool input_wait(struct input *in, int wait_ms)
{
    struct pollfd fds[2] = { { .fd = in->fd, .events = POLLIN },
                             { .fd = in->stop_fd, .events = POLLIN } };
    int           ready = poll(fds, 2, wait_ms);
    if (ready <= 0 || fds[1].revents) return false;
    return fds[0].revents != 0;
}

enum input_result input_read_fd(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                struct status *st)
{
    if (in->live && !in->seekable && !input_wait(in, wait_ms)) return INPUT_IDLE;
    ssize_t got;
    do got = read(in->fd, out, cap);
    while (got < 0 && errno == EINTR);
    if (got > 0) {
        *n = (size_t)got;
        return INPUT_BYTES;
    }
    if (got == 0) return INPUT_END;
    if (errno == EAGAIN) return INPUT_IDLE;
    *st = status_new(in->arena, ERR_IO, SPAN_NONE, "cannot read %s of %s: %s", in->path,
                     in->endpoint->name, strerror(errno));
    return INPUT_FAILED;
}

struct status input_open_path(struct input *in, const char *path)
{
    struct stat about;
    int         fd = open(path, O_RDONLY | O_CLOEXEC);
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
    in->fd = fd;
    in->path = path;
    in->seekable = S_ISREG(about.st_mode);
    in->live = !in->seekable || in->follow;
    if (in->seekable) in->size += (uint64_t)about.st_size;
    return OK;
}
