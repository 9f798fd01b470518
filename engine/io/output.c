/* output.c: what the sink drivers share: writing all bytes, waiting for a full disk, gzip members. */

#include "io/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/log.h"

/* Bytes of one gzip member before packing: large enough to pack well, small enough to be readable soon. */
enum { OUTPUT_MEMBER = 256 << 10 };
enum { RETRY_MS = 1000 };

static volatile sig_atomic_t stopped;

void output_stop(void)
{
    stopped = 1;
}

static bool may_pass(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EIO;
}

static struct status write_failed(const struct output *o, int error)
{
    enum err err = error == EPIPE ? ERR_INTERRUPTED : ERR_UNREACHABLE;
    return status_new(o->arena, err, o->endpoint->at, "cannot write %s of %s: %s", o->path,
                      o->endpoint->name, strerror(error));
}

struct status output_write_all(struct output *o, const char *p, size_t n)
{
    bool told = false;
    while (n) {
        ssize_t took = write(o->fd, p, n);
        if (took >= 0) {
            p += took;
            n -= (size_t)took;
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = o->fd, .events = POLLOUT }, 1, RETRY_MS);
            continue;
        }
        if (!may_pass(errno) || stopped) return write_failed(o, errno);
        if (!told)
            log_message(LOG_WARNING, "cannot write %s of %s: %s; trying again every second",
                        o->path, o->endpoint->name, strerror(errno));
        told = true;
        poll(NULL, 0, RETRY_MS);
    }
    if (told) log_message(LOG_INFO, "writing %s of %s works again", o->path, o->endpoint->name);
    return OK;
}

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
            size_t      full = OUTPUT_MEMBER > o->pending.len ? OUTPUT_MEMBER - o->pending.len : 1;
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
