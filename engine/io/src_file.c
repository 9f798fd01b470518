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

/* Whether the followed file's name stands for another file now, or the file is shorter than what was read. */
static bool is_rotated(const struct input *in)
{
    struct stat now, opened;
    off_t       at = lseek(in->fd, 0, SEEK_CUR);
    if (stat(in->path, &now) != 0 || fstat(in->fd, &opened) != 0) return false;
    return now.st_ino != opened.st_ino || now.st_dev != opened.st_dev || now.st_size < at;
}

static enum input_result file_read(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                   struct status *st)
{
    for (int waited = 0, nap;; waited += nap) {
        enum input_result result = input_read_fd(in, out, cap, wait_ms, n, st);
        if (result != INPUT_END || !in->follow) return result;
        if (is_rotated(in)) {
            /* the old file may have got its last lines just before */
            result = input_read_fd(in, out, cap, 0, n, st);
            in->rotated = result == INPUT_END;
            return result;
        }
        nap = wait_ms < 0 || wait_ms - waited > FOLLOW_POLL_MS ? FOLLOW_POLL_MS : wait_ms - waited;
        if (nap <= 0 || input_stopped(in, nap)) return INPUT_IDLE;
    }
}

/* The file that the followed name stands for now, from its start. */
static bool file_next(struct input *in, struct status *st)
{
    (void)st;
    if (!in->rotated) return false;
    int old = in->fd;
    in->rotated = false;
    if (input_open_path(in, in->path).err == ERR_NONE) close(old);
    return true; /* one that is gone again is waited for */
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
    .next = file_next,
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

static bool stdin_next(struct input *in, struct status *st)
{
    (void)in;
    (void)st;
    return false;
}

static void stdin_close(struct input *in)
{
    in->fd = -1;
}

const struct input_class input_stdin_class = {
    .kind = URL_STDIO,
    .open = stdin_open,
    .read = input_read_fd,
    .next = stdin_next,
    .close = stdin_close,
};
