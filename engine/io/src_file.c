/*
 * src_file.c: file:PATH and bare paths: a regular file, read to its end or followed as it grows, or a named pipe.
 *
 * A followed file that shrank, or was replaced by another one of its name, is read from its start again, as
 * log files are rotated.
 */

#include <sys/stat.h>
#include <unistd.h>

#include "io/input.h"

enum { FOLLOW_POLL_MS = 50 };

static struct status file_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    (void)a;
    in->follow = option_is(e, "follow", false);
    return input_open_path(in, u->path);
}

/* Whether the followed file is another one now, or a shorter one; it is then open at its start. */
static bool was_rotated(struct input *in)
{
    struct stat now, opened;
    off_t       at = lseek(in->fd, 0, SEEK_CUR);
    if (stat(in->path, &now) != 0 || fstat(in->fd, &opened) != 0) return false;
    bool other = now.st_ino != opened.st_ino || now.st_dev != opened.st_dev;
    if (!other && now.st_size >= at) return false;
    if (!other) return lseek(in->fd, 0, SEEK_SET) == 0;
    int old = in->fd;
    if (input_open_path(in, in->path).err != ERR_NONE) return false;
    close(old);
    return true;
}

static enum input_result file_read(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                   struct status *st)
{
    for (int waited = 0;; waited += FOLLOW_POLL_MS) {
        enum input_result result = input_read_fd(in, out, cap, wait_ms, n, st);
        if (result != INPUT_END || !in->follow) return result;
        if (was_rotated(in)) continue;
        if (wait_ms >= 0 && waited >= wait_ms) return INPUT_IDLE;
        /* only the stop descriptor is waited for: a regular file is always readable */
        int fd = in->fd;
        in->fd = -1;
        input_wait(in, FOLLOW_POLL_MS);
        in->fd = fd;
        if (in->stop_fd >= 0 && wait_ms < 0) return INPUT_IDLE;
    }
}

static bool no_next(struct input *in, struct status *st)
{
    (void)in;
    (void)st;
    return false;
}

static void file_close(struct input *in)
{
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
}

const struct input_class input_file_class = {
    .kind = URL_FILE,
    .open = file_open,
    .read = file_read,
    .next = no_next,
    .close = file_close,
};

static struct status stdin_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                                const struct url *u)
{
    struct stat about;
    (void)a;
    (void)e;
    (void)u;
    in->fd = STDIN_FILENO;
    in->path = "standard input";
    in->seekable = fstat(in->fd, &about) == 0 && S_ISREG(about.st_mode);
    in->live = !in->seekable;
    if (in->seekable) in->size = (uint64_t)about.st_size;
    return OK;
}

static void stdin_close(struct input *in)
{
    in->fd = -1;
}

const struct input_class input_stdin_class = {
    .kind = URL_STDIO,
    .open = stdin_open,
    .read = input_read_fd,
    .next = no_next,
    .close = stdin_close,
};
