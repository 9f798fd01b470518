/*
 * sink_dir.c: dir:PATH: objects below a folder, rolled by size and interval, under YYYY/MM/DD/HH (UTC).
 *
 *     PATH/prefix2026/01/31/13/NAME-2026-01-31-13-45-07-000001.ndjson.gz
 *
 * Folder, name and cuts come from rowtimes, bounds and a counter alone, so that a replay writes the same
 * bytes into the same files. An object is written beside its place with the ending .part and moved there when
 * it is whole, so a reader never sees a half one.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/calendar.h"
#include "io/output.h"

struct folder {
    const char *root;
    const char *prefix;
    int64_t     size_max, interval_ms;
    uint64_t    counter; /* objects begun */
    bool        open;
    int64_t     due;  /* rowtime at which the object ends */
    int64_t     size; /* bytes of rows in it */
    struct buf  path; /* of the object, without .part */
};

static struct status dir_failed(const struct output *o, const char *what, const char *path)
{
    return status_new(o->arena, ERR_UNREACHABLE, o->endpoint->at, "cannot %s %s for %s: %s", what,
                      path, o->endpoint->name, strerror(errno));
}

static struct status make_folders(struct output *o, char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        bool          ok = mkdir(path, 0777) == 0 || errno == EEXIST;
        struct status st = ok ? OK : dir_failed(o, "make the folder", path);
        *p = '/';
        TRY(st);
    }
    return OK;
}

static struct status dir_open(struct output *o, const struct url *u)
{
    struct folder *f = arena_calloc(o->arena, sizeof *f);
    o->folder = f;
    o->path = u->path;
    o->gzip = option_is(o->endpoint, "gzip", false);
    f->root = u->path;
    f->prefix = str_to_c(o->arena, option_text(o->endpoint, "prefix", ""));
    f->size_max = option_size(o->endpoint, "size", 5 << 20);
    f->interval_ms = option_interval(o->endpoint, "interval", 300 * MS_PER_SECOND);
    buf_printf(&f->path, "%s/", u->path);
    return make_folders(o, (char *)(uintptr_t)buf_c(&f->path));
}

static const char *ending(const struct output *o)
{
    return strcmp(o->format, "json") == 0 ? "ndjson" : o->format;
}

/* Sets the path of the object that begins with a row of this time. */
static void name_object(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    struct civil   c;
    calendar_from_ms(time, &c);
    long long year = (long long)c.year;
    buf_clear(&f->path);
    buf_printf(&f->path, "%s/%s%04lld/%02d/%02d/%02d/", f->root, f->prefix, year, c.month, c.day,
               c.hour);
    buf_printf(&f->path, "%s-%04lld-%02d-%02d-%02d-%02d-%02d-%06llu.%s%s", o->endpoint->name, year,
               c.month, c.day, c.hour, c.minute, c.second, (unsigned long long)f->counter,
               ending(o), o->gzip ? ".gz" : "");
}

static struct status begin_object(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    f->counter++;
    name_object(o, time);
    buf_append_c(&f->path, ".part");
    char *part = (char *)(uintptr_t)buf_c(&f->path);
    TRY(make_folders(o, part));
    o->fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (o->fd < 0) return dir_failed(o, "write", part);
    f->open = true;
    f->due = time + f->interval_ms;
    f->size = 0;
    struct buf head = { 0 };
    encoder_head(o->encoder, &head);
    struct status st = output_put(o, head.data, head.len);
    buf_free(&head);
    return st;
}

static struct status end_object(struct output *o)
{
    struct folder *f = o->folder;
    if (!f->open) return OK;
    TRY(output_finish_member(o));
    f->open = false;
    const char *part = buf_c(&f->path);
    if (close(o->fd) != 0) return dir_failed(o, "write", part);
    o->fd = -1;
    char *whole = arena_dup(o->arena, part, f->path.len + 1);
    whole[f->path.len - strlen(".part")] = 0;
    return rename(part, whole) == 0 ? OK : dir_failed(o, "finish", whole);
}

/* Ends the object when a row of this time cannot be in it any more. */
static struct status roll(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    return f->open && (time >= f->due || f->size >= f->size_max) ? end_object(o) : OK;
}

static struct status dir_write(struct output *o, const struct encoded *rows,
                               const struct batch *batch)
{
    struct folder *f = o->folder;
    for (uint32_t i = 0; i < rows->n_rows;) {
        rowtime time = batch->rowtimes[batch_row(batch, i)];
        TRY(roll(o, time));
        if (!f->open) TRY(begin_object(o, time));
        /* as many rows as belong into this object */
        uint32_t start = i ? rows->ends[i - 1] : 0;
        do {
            f->size += rows->ends[i] - (i ? rows->ends[i - 1] : 0);
            i++;
        } while (i < rows->n_rows && f->size < f->size_max &&
                 batch->rowtimes[batch_row(batch, i)] < f->due);
        TRY(output_put(o, rows->bytes.data + start, rows->ends[i - 1] - start));
    }
    return OK;
}

static struct status dir_flush(struct output *o)
{
    (void)o; /* an object is read when it is whole */
    return OK;
}

static struct status dir_close(struct output *o)
{
    struct status st = end_object(o);
    buf_free(&o->folder->path);
    return st;
}

const struct output_class output_dir_class = {
    .kind = URL_DIR,
    .needs_ends = true,
    .open = dir_open,
    .write = dir_write,
    .advance = roll,
    .flush = dir_flush,
    .close = dir_close,
};
