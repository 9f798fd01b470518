/* output.c: what the sink drivers share: files and folders, writing all bytes, waiting for a full disk, gzip. */

#include "io/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* Bytes of one gzip member before packing: large enough to pack well, small enough to be readable soon. */
enum {
    OUTPUT_MEMBER = 256 << 10,
    COPY_BYTES = 64 << 10
};
enum {
    RETRY_MS = 1000,
    PAUSE_PIECE_MS = 100
};

static volatile sig_atomic_t stopped;

void output_stop(void)
{
    stopped = 1;
}

bool output_is_stopped(void)
{
    return stopped;
}

void output_pause(int64_t ms)
{
    while (ms > 0 && !stopped) {
        poll(NULL, 0, (int)(ms < PAUSE_PIECE_MS ? ms : PAUSE_PIECE_MS));
        ms -= PAUSE_PIECE_MS;
    }
}

bool output_gives_up(const struct output *o)
{
    return stopped || atomic_load(&o->given_up);
}

void output_rest(const struct output *o, int64_t ms)
{
    for (; ms > 0 && !output_gives_up(o); ms -= PAUSE_PIECE_MS)
        output_pause(ms < PAUSE_PIECE_MS ? ms : PAUSE_PIECE_MS);
}

struct status output_failed(const struct output *o, const char *verb, const char *path)
{
    enum err err = errno == EPIPE ? ERR_INTERRUPTED : ERR_UNREACHABLE;
    return status_new(o->arena, err, o->endpoint->at, "cannot %s %s of %s: %s", verb, path,
                      o->endpoint->name, strerror(errno));
}

/* ---- waiting for room ---- */

bool output_tell_failure(const struct output *o, const char *verb, const char *path,
                         const char *why, const char *when)
{
    uint64_t untold;
    char more[64] = "";
    if (!attempts_tell(o->attempts, &untold)) return false;
    if (untold)
        snprintf(more, sizeof more, " (%llu more failed since this was said)",
                 (unsigned long long)untold);
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", path)),
              "cannot %s %s of %s: %s; trying again%s%s", verb, path, o->endpoint->name, why, when,
              more);
    return true;
}

bool output_try_later(const struct output *o, const char *path, const char *why, bool *told)
{
    attempts_failed(o->attempts);
    if (output_gives_up(o)) return false;
    if (!*told) *told = output_tell_failure(o, "write", path, why, " every second");
    output_rest(o, RETRY_MS);
    return !output_gives_up(o);
}

/* After a failed call: whether to try again, now that a second went by. */
static bool try_again(const struct output *o, const char *path, bool *told)
{
    int error = errno;
    bool may_pass = error == ENOSPC || error == EDQUOT || error == EIO;
    if (error == EINTR) return true;
    bool again = may_pass && output_try_later(o, path, strerror(error), told);
    errno = error;
    return again;
}

void output_tell_success(const struct output *o, const char *path, bool told)
{
    if (told)
        log_event(LOG_INFO, LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", path)),
                  "writing %s of %s works again", path, o->endpoint->name);
}

struct status output_make_folders(struct output *o, const char *path)
{
    struct buf folder = { 0 };
    struct status st = OK;
    bool told = false;
    for (const char *p = strchr(path + 1, '/'); p && st.err == ERR_NONE; p = strchr(p + 1, '/')) {
        buf_clear(&folder);
        buf_append(&folder, path, (size_t)(p - path));
        while (mkdir(buf_c(&folder), 0777) != 0 && errno != EEXIST && st.err == ERR_NONE) {
            if (try_again(o, buf_c(&folder), &told)) continue;
            st = output_failed(o, "make the folder", buf_c(&folder));
        }
    }
    buf_free(&folder);
    return st;
}

static struct status create_as(struct output *o, const char *path, int way)
{
    bool told = false;
    int anew = o->resume ? 0 : O_TRUNC;
    do o->fd = open(path, way | O_CREAT | anew | O_CLOEXEC, 0666);
    while (o->fd < 0 && try_again(o, path, &told));
    bool is_folder = o->fd < 0 && errno == EISDIR;
    if (o->fd < 0 && !is_folder) return output_failed(o, "write", path);
    if (is_folder)
        return status_with_hint(output_failed(o, "write", path),
                                "dir:PATH writes objects into a folder");
    output_tell_success(o, path, told);
    return OK;
}

struct status output_create(struct output *o, const char *path)
{
    return create_as(o, path, O_WRONLY);
}

struct status output_create_kept(struct output *o, const char *path)
{
    return create_as(o, path, O_RDWR);
}

struct status output_rename(struct output *o, const char *from, const char *to)
{
    bool told = false;
    int failed;
    while ((failed = rename(from, to)) != 0 && try_again(o, to, &told)) continue;
    if (failed) return output_failed(o, "finish", to);
    output_tell_success(o, to, told);
    return OK;
}

struct status output_close_fd(struct output *o, const char *path)
{
    int fd = o->fd;
    o->fd = -1;
    return fd < 0 || close(fd) == 0 ? OK : output_failed(o, "write", path);
}

struct status output_write_all(struct output *o, const char *p, size_t n)
{
    bool told = false;
    while (n) {
        ssize_t took = write(o->fd, p, n);
        if (took > 0) {
            p += took;
            n -= (size_t)took;
        } else if (took < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = o->fd, .events = POLLOUT }, 1, RETRY_MS);
        } else if (!try_again(o, o->path, &told)) {
            return output_failed(o, "write", o->path);
        }
    }
    output_tell_success(o, o->path, told);
    return OK;
}

/* ---- files that lost their names ---- */

bool output_is_there(const struct output *o, const char *path)
{
    struct stat open_file, named;
    return fstat(o->fd, &open_file) == 0 && stat(path, &named) == 0 &&
           open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
}

/* The first `size` bytes of a file into fd. */
static struct status copy_from(struct output *o, int from, off_t size, const char *path)
{
    char *piece = arena_alloc(o->arena, COPY_BYTES);
    for (off_t at = 0; at < size;) {
        size_t want = size - at < COPY_BYTES ? (size_t)(size - at) : COPY_BYTES;
        ssize_t got = pread(from, piece, want, at);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = ENODATA; /* somebody has cut it as well */
        if (got <= 0) return output_failed(o, "write anew", path);
        TRY(output_write_all(o, piece, (size_t)got));
        at += got;
    }
    return OK;
}

struct status output_write_anew(struct output *o, const char *path)
{
    int old = o->fd;
    off_t size = lseek(old, 0, SEEK_CUR);
    log_event(LOG_WARNING, LOG_FIELDS(LOG_C("sink", o->endpoint->name), LOG_C("where", path)),
              "%s of %s was removed or replaced while it was written: it is written anew", path,
              o->endpoint->name);
    o->resume = false;
    struct status st = output_make_folders(o, path);
    if (st.err == ERR_NONE) st = output_create_kept(o, path);
    if (st.err == ERR_NONE) st = copy_from(o, old, size, path);
    close(old);
    if (o->fd == old) o->fd = -1;
    return st;
}

/* ---- gzip ---- */

struct status output_finish_member(struct output *o)
{
    if (!o->gzip || o->pending.len == 0) return OK;
    if (!o->maker) o->maker = gzip_maker_new(1);
    buf_clear(&o->packed);
    gzip_member(o->maker, o->pending.data, o->pending.len, &o->packed);
    buf_clear(&o->pending);
    return output_write_all(o, o->packed.data, o->packed.len);
}

struct status output_put(struct output *o, const char *p, size_t n)
{
    if (!o->gzip) return output_write_all(o, p, n);
    while (n) {
        /* a member ends with the row in which it gets full, wherever the batches were cut */
        size_t take = n;
        if (o->pending.len + n >= OUTPUT_MEMBER) {
            size_t full = OUTPUT_MEMBER > o->pending.len ? OUTPUT_MEMBER - o->pending.len : 1;
            const char *feed = full - 1 < n ? memchr(p + full - 1, '\n', n - (full - 1)) : NULL;
            if (feed) take = (size_t)(feed - p) + 1;
        }
        buf_append(&o->pending, p, take);
        p += take;
        n -= take;
        if (o->pending.len >= OUTPUT_MEMBER && o->pending.data[o->pending.len - 1] == '\n')
            TRY(output_finish_member(o));
    }
    return OK;
}

/* ---- positions ---- */

struct status output_save_file(struct output *o, const char *path, struct snap_writer *w)
{
    off_t size = lseek(o->fd, 0, SEEK_CUR);
    if (size < 0 || fsync(o->fd) != 0) return output_failed(o, "write", path);
    snap_u64(w, (uint64_t)size);
    snap_str(w, str_view(o->pending.data, o->pending.len));
    return OK;
}

struct file_position output_read_position(struct snap_reader *r)
{
    struct file_position position = { .size = snap_read_u64(r) };
    position.pending = snap_read_str(r);
    return position;
}

struct status output_restore_file(struct output *o, const char *path,
                                  struct file_position position)
{
    uint64_t size = position.size;
    off_t there = lseek(o->fd, 0, SEEK_END);
    if (there < 0) return output_failed(o, "read", path);
    if ((uint64_t)there < size) {
        struct status st =
            status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at,
                       "%s of %s has %lld bytes, fewer than the %llu that the state file knows of",
                       path, o->endpoint->name, (long long)there, (unsigned long long)size);
        return status_with_hint(
            st,
            "give back the file that was written before, or begin anew with another state file");
    }
    if (ftruncate(o->fd, (off_t)size) != 0 || lseek(o->fd, (off_t)size, SEEK_SET) < 0)
        return output_failed(o, "write", path);
    buf_clear(&o->pending);
    buf_append_str(&o->pending, position.pending);
    return OK;
}

struct status output_save_nothing(struct output *o, struct snap_writer *w)
{
    (void)w;
    return o->class->flush(o);
}

struct status output_restore_nothing(struct output *o, struct snap_reader *r)
{
    return snap_read_end(o->arena, r);
}
