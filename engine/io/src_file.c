/*
 * src_file.c: file:PATH and bare paths: a regular file, read to its end or followed as it grows (follow.h), or a named
 * pipe.
 */

#include <sys/stat.h>
#include <unistd.h>

#include "io/follow.h"

enum { FOLLOW_POLL_MS = 50 };

static struct status file_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                               const struct url *u)
{
    (void)a;
    in->follow = option_is(e, "follow", false);
    TRY(input_open_path(in, u->path));
    if (in->follow && in->seekable) in->follower = follower_new(in);
    return OK;
}

/* What is followed never ends: a pipe's next writer may come, too. */
static enum input_result follow_file(struct input *in, char *out, size_t cap, int wait_ms,
                                     size_t *n, struct status *st)
{
    for (int waited = 0, nap;; waited += nap) {
        in->rotated = in->follower && follower_is_cut(in->follower);
        if (in->rotated) return INPUT_END;
        enum input_result result = input_read_fd(in, out, cap, wait_ms, n, st);
        if (result == INPUT_BYTES && in->follower) follower_note_bytes(in->follower);
        if (result != INPUT_END) return result;
        in->rotated = in->follower && follower_is_over(in->follower);
        if (in->rotated) return INPUT_END;
        nap = wait_ms < 0 || wait_ms - waited > FOLLOW_POLL_MS ? FOLLOW_POLL_MS : wait_ms - waited;
        if (nap <= 0 || input_stopped(in, nap)) return INPUT_IDLE;
    }
}

static enum input_result file_read(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                   struct status *st)
{
    return in->follow ? follow_file(in, out, cap, wait_ms, n, st)
                      : input_read_fd(in, out, cap, wait_ms, n, st);
}

/* The file that the followed name stands for now, from its start. */
static bool file_next(struct input *in, struct status *st)
{
    (void)st;
    if (!in->rotated) return false;
    in->rotated = false;
    follower_next(in->follower);
    return true;
}

static void file_close(struct input *in)
{
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
    if (in->follower) follower_close(in->follower);
}

/* ---- places ---- */

static void file_label(struct input *in, struct block *b)
{
    if (in->follower) b->path = follower_mark(in->follower);
}

static bool file_find(struct input *in, struct str text, uint64_t *offset)
{
    struct str mark, path = follower_split(text, &mark);
    if (in->fd < 0 || !str_equal_c(path, in->path)) return false;
    if (in->follower && mark.len) follower_find(in->follower, mark, offset);
    return true;
}

const struct input_class input_file_class = {
    .kind = URL_FILE,
    .open = file_open,
    .read = file_read,
    .next = file_next,
    .close = file_close,
    .label = file_label,
    .find = file_find,
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
