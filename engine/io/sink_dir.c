/*
 * sink_dir.c: dir:PATH: objects below a folder, rolled by size and interval, under YYYY/MM/DD/HH (UTC).
 *
 *     PATH/prefix2026/01/31/13/NAME-2026-01-31-13-45-07-000001.ndjson.gz
 *
 * With names = 'firehose' an object is called as Kinesis Data Firehose would, NAME-1-TIME-UUID, without an ending or
 * with .gz; the last part of the UUID is the counter. The prefix may hold expressions (prefix.h).
 *
 * Folder, name and cuts come from rowtimes, bounds and a counter alone, so that a replay writes the same
 * bytes into the same files. An object is written beside its place with the ending .part. When it is whole it goes to
 * the disk, then it gets its name, and that goes to the disk, too: neither a kill nor a power cut leaves half a one.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/calendar.h"
#include "io/output.h"
#include "io/prefix.h"
#include "time/clock.h"

enum {
    SIZE_DEFAULT = 5 << 20,
    INTERVAL_DEFAULT_MS = 300 * MS_PER_SECOND,
    STAMP_MAX = 64,
    PUBLISH_TRIES = 5
};

struct folder {
    const char *root;
    struct str prefix;
    bool firehose; /* how objects are called */
    char *name; /* of the sink, fit for a file's name */
    int64_t size_max, interval_ms;
    uint64_t counter; /* objects begun */
    rowtime last;     /* of the last row that was written; before the first: when the run began */
    bool any;         /* a row was written */
    bool open;
    rowtime due;           /* when the object ends */
    int64_t size;          /* bytes of rows in it */
    struct buf path, part; /* of the object, and of it under way */
};

static bool wants_firehose(const struct io_endpoint *e)
{
    return str_equal_nocase_c(option_text(e, "names", ""), "firehose");
}

struct status output_dir_check(struct arena *a, const struct io_endpoint *e)
{
    struct str names = option_text(e, "names", "sluice");
    struct str failed = option_text(e, "error_prefix", "");
    TRY(prefix_check(a, e, option_text(e, "prefix", "")));
    TRY(prefix_check(a, e, failed));
    if (prefix_is_dynamic(failed) && !prefix_is_failed(failed))
        return status_with_hint(
            status_new(a, ERR_BAD_OPTION, e->at,
                       "option \"error_prefix\" of %s has expressions, but none that says what "
                       "failed",
                       e->name),
            "put !{firehose:error-output-type} into it");
    if (wants_firehose(e) || str_equal_nocase_c(names, "sluice")) return OK;
    return status_new(a, ERR_BAD_OPTION, e->at,
                      "option \"names\" of %s is '%.*s', not 'sluice' or 'firehose'", e->name,
                      STR_ARG(names));
}

static bool is_failed(const struct output *o)
{
    return strcmp(o->format, PREFIX_FAILED) == 0;
}

/* ---- the folder of what failed ---- */

/* Where its objects go: what error_prefix says, then processing-failed/, unless an expression says it. */
static struct str failed_prefix(struct arena *a, const struct io_endpoint *e)
{
    struct str prefix = option_text(e, "error_prefix", "");
    return prefix_is_dynamic(prefix) ? prefix
                                     : str_format(a, "%.*s" PREFIX_FAILED "/", STR_ARG(prefix));
}

struct io_endpoint *output_dir_failed(struct arena *a, const struct io_endpoint *e)
{
    static const char *const kept[] = { "size", "interval", "gzip", "names" };
    bool itself = str_equal_nocase_c(option_text(e, "format", ""), PREFIX_FAILED) ||
                  prefix_is_failed(option_text(e, "prefix", ""));
    if (itself || !option_is(e, "failed", true)) return NULL;
    struct io_endpoint *out = arena_dup(a, e, sizeof *e);
    out->options = ARENA_ARRAY(a, struct io_option, e->n_options + 2);
    out->n_options = 0;
    for (uint32_t i = 0; i < e->n_options; i++) {
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
            if (str_equal_nocase_c(e->options[i].name, kept[k]))
                out->options[out->n_options++] = e->options[i];
        }
    }
    out->options[out->n_options++] = (struct io_option){
        .name = str_c("format"), .text = str_c(PREFIX_FAILED), .ms = -1, .at = e->at
    };
    out->options[out->n_options++] = (struct io_option){
        .name = str_c("prefix"), .text = failed_prefix(a, e), .ms = -1, .at = e->at
    };
    return out;
}

/* ---- objects ---- */

static struct status dir_open(struct output *o, const struct url *u)
{
    struct folder *f = arena_calloc(o->arena, sizeof *f);
    o->folder = f;
    o->path = u->path;
    o->gzip = option_is(o->endpoint, "gzip", false);
    f->root = u->path;
    f->prefix = str_copy(o->arena, option_text(o->endpoint, "prefix",
                                               is_failed(o) ? PREFIX_FAILED "/" : ""));
    f->firehose = wants_firehose(o->endpoint);
    f->name = arena_dup(o->arena, o->endpoint->name, strlen(o->endpoint->name) + 1);
    for (char *p = f->name; *p; p++) {
        if (*p == '/') *p = '_';
    }
    /* rows that are timed by their arrival make objects of this time or later */
    struct clock clock;
    clock_init_wall(&clock);
    f->last = clock_now(&clock);
    f->size_max = option_size(o->endpoint, "size", SIZE_DEFAULT);
    f->interval_ms = option_interval(o->endpoint, "interval", INTERVAL_DEFAULT_MS);
    return output_make_folders(o, str_format_c(o->arena, "%s/", u->path));
}

static const char *ending(const struct output *o)
{
    return strcmp(o->format, "json") == 0 || is_failed(o) ? "ndjson" : o->format;
}

/* The time as it stands in names: 2026-01-31-13-45-07. */
static void format_stamp(char *out, rowtime time)
{
    struct civil c;
    calendar_from_ms(time, &c);
    snprintf(out, STAMP_MAX, "%04lld-%02d-%02d-%02d-%02d-%02d", (long long)c.year, c.month, c.day,
             c.hour, c.minute, c.second);
}

/* NAME-1-2026-01-31-13-45-07-5d0b6a1f-3c52-4e21-8f00-000000000001: a UUID by its form (version 4, RFC 9562), whose
 * digits follow from name, time and number. */
static void append_firehose_name(struct buf *out, const struct folder *f, const char *stamp)
{
    uint64_t digits = hash_bytes(stamp, strlen(stamp), hash_bytes(f->name, strlen(f->name), 0));
    digits = hash_u64(digits ^ f->counter);
    buf_printf(out, "%s-1-%s-%08x-%04x-4%03x-%04x-%012llu", f->name, stamp,
               (unsigned)(digits >> 32), (unsigned)(digits >> 16 & 0xffff),
               (unsigned)(digits >> 4 & 0xfff), (unsigned)(0x8000 | (digits & 0x3fff)),
               (unsigned long long)f->counter);
}

/* Sets the paths of the object that begins with a row of this time. */
static void name_object(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    char stamp[STAMP_MAX];
    format_stamp(stamp, time);
    buf_clear(&f->path);
    buf_printf(&f->path, "%s/", f->root);
    prefix_append(&f->path, f->prefix, time, f->counter);
    if (f->firehose) {
        append_firehose_name(&f->path, f, stamp);
        if (o->gzip) buf_append_c(&f->path, ".gz");
    } else {
        buf_printf(&f->path, "%s-%s-%06llu.%s%s", f->name, stamp, (unsigned long long)f->counter,
                   ending(o), o->gzip ? ".gz" : "");
    }
    buf_clear(&f->part);
    buf_printf(&f->part, "%s.part", buf_c(&f->path));
}

static struct status begin_object(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    f->counter++;
    o->resume = false; /* an object of this run's own */
    name_object(o, time);
    TRY(output_make_folders(o, buf_c(&f->part)));
    TRY(output_create_kept(o, buf_c(&f->part)));
    f->open = true;
    f->size = 0;
    if (!i64_add(&f->due, time, f->interval_ms)) f->due = ROWTIME_END;
    return OK;
}

/* A name is on the disk when its folder is. A folder that is gone again took away what had been delivered. */
static struct status sync_folder(struct output *o, const char *path)
{
    struct buf folder = { 0 };
    buf_append(&folder, path, (size_t)(strrchr(path, '/') - path));
    int fd = open(buf_c(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* some file systems sync no folders */
    bool synced = fd >= 0 ? fsync(fd) == 0 || errno == EINVAL : errno == ENOENT;
    struct status st = synced ? OK : output_failed(o, "finish", path);
    if (fd >= 0) close(fd);
    buf_free(&folder);
    return st;
}

/* Gives the object that was removed on its way its place back. */
static struct status keep_object(struct output *o)
{
    const char *part = buf_c(&o->folder->part);
    return output_is_there(o, part) ? OK : output_write_anew(o, part);
}

/* To the disk, then to its name. A sync that failed is not tried again: the system may have dropped what it could not
 * write, and would say yes. */
static struct status publish(struct output *o)
{
    struct folder *f = o->folder;
    for (int tries = PUBLISH_TRIES;;) {
        TRY(keep_object(o));
        if (fsync(o->fd) != 0) return output_failed(o, "write", buf_c(&f->part));
        struct status named = output_rename(o, buf_c(&f->part), buf_c(&f->path));
        if (named.err == ERR_NONE || --tries == 0 || output_is_there(o, buf_c(&f->part)))
            return named;
    }
}

static struct status end_object(struct output *o)
{
    struct folder *f = o->folder;
    if (!f->open) return OK;
    f->open = false;
    struct status packed = output_finish_member(o);
    struct status published = packed.err == ERR_NONE ? publish(o) : packed;
    struct status closed = output_close_fd(o, buf_c(&f->part));
    TRY(published);
    TRY(closed);
    return sync_folder(o, buf_c(&f->path));
}

/* Ends the object when a row of this time cannot be in it any more. */
static struct status roll(struct output *o, rowtime time)
{
    struct folder *f = o->folder;
    return f->open && (time >= f->due || f->size >= f->size_max) ? end_object(o) : OK;
}

/* Rows that failed come from two sides, on the way and at the delivery: time does not go back for that, as objects that
 * were begun after a position are known by it. */
static rowtime time_of(const struct output *o, const struct batch *batch, uint32_t i)
{
    const struct folder *f = o->folder;
    rowtime time = batch->rowtimes[batch_row(batch, i)];
    return is_failed(o) && f->any && time < f->last ? f->last : time;
}

static struct status dir_write(struct output *o, const struct encoded *rows,
                               const struct batch *batch)
{
    struct folder *f = o->folder;
    if (f->open) TRY(keep_object(o));
    for (uint32_t i = 0; i < rows->n_rows;) {
        rowtime time = time_of(o, batch, i);
        TRY(roll(o, time));
        if (!f->open) TRY(begin_object(o, time));
        /* as many rows as belong into this object */
        size_t start = i ? rows->ends[i - 1] : 0;
        do {
            f->size += (int64_t)(rows->ends[i] - (i ? rows->ends[i - 1] : 0));
            i++;
        } while (i < rows->n_rows && f->size < f->size_max &&
                 time_of(o, batch, i) < f->due);
        f->last = time_of(o, batch, i - 1);
        f->any = true;
        TRY(output_put(o, rows->bytes.data + start, rows->ends[i - 1] - start));
    }
    return OK;
}

static struct status dir_flush(struct output *o)
{
    (void)o; /* an object is read when it is whole */
    return OK;
}

/* ---- positions ---- */

static struct status dir_save(struct output *o, struct snap_writer *w)
{
    struct folder *f = o->folder;
    snap_u64(w, f->counter);
    snap_i64(w, f->last);
    snap_u8(w, f->open);
    if (!f->open) return OK;
    snap_i64(w, f->due);
    snap_i64(w, f->size);
    snap_str(w, str_view(f->path.data, f->path.len));
    TRY(keep_object(o));
    return output_save_file(o, buf_c(&f->part), w);
}

/* What stands between a name's time and its number in the two ways of calling objects. */
enum { UUID_REST = 24, STAMP_SIZE = 19 };

/* Takes an object's name apart: NAME-[1-]TIME-[UUID-]NUMBER[.ENDING]. */
static bool read_name(const struct folder *f, const char *name, const char **stamp,
                      uint64_t *number)
{
    size_t n = strlen(f->name), rest = f->firehose ? UUID_REST : 1;
    if (strncmp(name, f->name, n) != 0) return false;
    name += n;
    if (strncmp(name, "-1-", f->firehose ? 3 : 1) != 0) return false;
    *stamp = name + (f->firehose ? 3 : 1);
    if (strlen(*stamp) <= STAMP_SIZE + rest || (*stamp)[STAMP_SIZE] != '-') return false;
    const char *p = *stamp + STAMP_SIZE + rest;
    if (p[-1] != '-' || *p < '0' || *p > '9') return false;
    for (*number = 0; *p >= '0' && *p <= '9'; p++) *number = *number * 10 + (uint64_t)(*p - '0');
    return *p == '.' || (f->firehose && *p == 0);
}

/*
 * Whether a file is an object of this sink that was begun after the position: its number is greater, and its time
 * is not before that of the last row. Objects of other runs that wrote into the folder stay. A sink and the one of what
 * failed on its way share root and name: what stands below processing-failed is the latter's.
 */
static bool is_later(const struct folder *f, const char *name)
{
    char stamp[STAMP_MAX];
    const char *there;
    uint64_t number;
    if (!read_name(f, name, &there, &number) || number <= f->counter) return false;
    format_stamp(stamp, f->last);
    return strlen(stamp) == STAMP_SIZE && memcmp(there, stamp, STAMP_SIZE) >= 0;
}

static bool is_of_sink(const struct folder *f, const char *path)
{
    return (strstr(path + strlen(f->root), PREFIX_FAILED) != NULL) == prefix_is_failed(f->prefix);
}

/* Objects that were begun after the position: their rows come again. */
static struct status remove_later(struct output *o, const char *path)
{
    const struct folder *f = o->folder;
    DIR *dir = opendir(path);
    if (!dir) return output_failed(o, "read the folder", path);
    struct status st = OK;
    for (struct dirent *entry; st.err == ERR_NONE && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.') continue;
        const char *inner = str_format_c(o->arena, "%s/%s", path, entry->d_name);
        struct stat about;
        if (lstat(inner, &about) != 0) continue;
        if (S_ISDIR(about.st_mode)) st = remove_later(o, inner);
        else if (is_later(f, entry->d_name) && is_of_sink(f, inner) && unlink(inner) != 0) {
            st = output_failed(o, "remove", inner);
        }
    }
    closedir(dir);
    return st;
}

/* Opens the object that was under way, at its position. */
static struct status reopen_object(struct output *o, struct str path, struct file_position position)
{
    struct folder *f = o->folder;
    buf_clear(&f->path);
    buf_append_str(&f->path, path);
    buf_clear(&f->part);
    buf_printf(&f->part, "%s.part", buf_c(&f->path));
    /* it may have been finished after the position */
    if (access(buf_c(&f->part), F_OK) != 0 && rename(buf_c(&f->path), buf_c(&f->part)) != 0) {
        return status_with_hint(output_failed(o, "go on with", buf_c(&f->part)),
                                "give back the file that was written before, or begin anew with "
                                "another state file");
    }
    TRY(output_create_kept(o, buf_c(&f->part)));
    TRY(output_restore_file(o, buf_c(&f->part), position));
    f->open = true;
    return OK;
}

static struct status dir_restore(struct output *o, struct snap_reader *r)
{
    struct folder *f = o->folder;
    struct file_position position = { 0 };
    struct str path = STR_EMPTY;
    f->counter = snap_read_u64(r);
    f->last = snap_read_i64(r);
    f->any = f->counter > 0;
    bool open = snap_read_u8(r) != 0;
    if (open) {
        f->due = snap_read_i64(r);
        f->size = snap_read_i64(r);
        path = snap_read_str(r);
        position = output_read_position(r);
    }
    TRY(snap_read_end(o->arena, r));
    TRY(remove_later(o, f->root));
    return open ? reopen_object(o, path, position) : OK;
}

static struct status dir_close(struct output *o)
{
    struct folder *f = o->folder;
    struct status st = end_object(o);
    buf_free(&f->path);
    buf_free(&f->part);
    return st;
}

const struct output_class output_dir_class = {
    .kind = URL_DIR,
    .needs_ends = true,
    .open = dir_open,
    .write = dir_write,
    .advance = roll,
    .flush = dir_flush,
    .save = dir_save,
    .restore = dir_restore,
    .close = dir_close,
};
