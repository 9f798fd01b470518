/* follow.c: one descriptor for the file that is read, one for the file that its name stands for meanwhile. */

#include "io/follow.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "io/gz.h"
#include "time/clock.h"

enum {
    HEAD_BYTES = 256,   /* by which a file is told */
    COPY_BYTES_MIN = 64, /* so many must be equal where the number is not */
    LINGER_MS = 500,
    BETWEEN_MAX = 64
};

/* A file as a place tells it. */
struct mark {
    uint64_t number;
    uint64_t size; /* bytes of the head ... */
    uint64_t hash; /* ... and their hash */
};

struct follower {
    struct input *in;
    uint64_t number;
    char head[HEAD_BYTES];
    size_t head_size;
    const char *text; /* follower_mark's, of ... */
    size_t text_size; /* ... so many bytes of the head */
    int next_fd; /* -1: the name stands for the file at hand, or for none */
    uint64_t next_number;
    int64_t quiet_ms; /* since then nothing has come, and the name stands for another file */
    struct between {
        int fd;
        struct stat about;
        char name[NAME_MAX + 1]; /* "": it was at hand, there is nothing to tell */
    } between
        [BETWEEN_MAX]; /* files that its name stood for after the one at hand, the oldest last */
    uint32_t n_between;
};

/* ---- how a file begins ---- */

static void read_head(struct follower *f)
{
    if (f->head_size == HEAD_BYTES) return;
    ssize_t got = pread(f->in->fd, f->head, HEAD_BYTES, 0);
    if (got > (ssize_t)f->head_size) f->head_size = (size_t)got;
}

static void begin_file(struct follower *f)
{
    struct stat about;
    if (fstat(f->in->fd, &about) == 0) f->number = about.st_ino;
    f->head_size = 0;
    f->text = NULL;
    read_head(f);
}

struct follower *follower_new(struct input *in)
{
    struct follower *f = arena_calloc(in->arena, sizeof *f);
    f->in = in;
    f->next_fd = -1;
    begin_file(f);
    return f;
}

void follower_close(struct follower *f)
{
    if (f->next_fd >= 0) close(f->next_fd);
    f->next_fd = -1;
    while (f->n_between) close(f->between[--f->n_between].fd);
}

/* ---- while it is read ---- */

bool follower_is_cut(struct follower *f)
{
    char head[HEAD_BYTES];
    struct stat about;
    int fd = f->in->fd;
    if (fstat(fd, &about) != 0) return false;
    if (about.st_size < lseek(fd, 0, SEEK_CUR)) return true;
    ssize_t got = pread(fd, head, f->head_size, 0);
    return got >= 0 && ((size_t)got < f->head_size || memcmp(head, f->head, f->head_size) != 0);
}

void follower_note_bytes(struct follower *f)
{
    f->quiet_ms = clock_steady_ms();
    read_head(f);
}

/* A regular file, or -1. */
static int open_regular(const char *path, struct stat *about)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, about) == 0 && S_ISREG(about->st_mode)) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

/* ---- what came in between ---- */

/* Calls visit for all files beside the path. */
static void walk(struct arena *a, const char *path, void *arg,
                 void (*visit)(void *arg, const char *folder, const char *name))
{
    const char *slash = strrchr(path, '/');
    const char *folder = !slash          ? "."
                         : slash == path ? "/"
                                         : str_format_c(a, "%.*s", (int)(slash - path), path);
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) visit(arg, folder, e->d_name);
    if (d) closedir(d);
}

static bool stat_in(const char *folder, const char *name, char path[PATH_MAX], struct stat *about)
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX && stat(path, about) == 0 &&
           S_ISREG(about->st_mode);
}

static int compare_times(const struct stat *a, const struct stat *b)
{
    if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
        return a->st_mtim.tv_sec < b->st_mtim.tv_sec ? -1 : 1;
    return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec ? -1 : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

/* The youngest first, so that the oldest can be taken from the end. */
static int by_time(const void *a, const void *b)
{
    const struct between *p = a, *q = b;
    return compare_times(&q->about, &p->about);
}

/* log.9 and log.10, log-20261121 and log-20261122: equal but for their numbers. */
static bool is_numbered_alike(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    while (*a && *b) {
        size_t n = strspn(a, digits), m = strspn(b, digits);
        if (!n != !m || (!n && *a != *b)) return false;
        a += n ? n : 1;
        b += m ? m : 1;
    }
    return !*a && !*b;
}

struct gathering {
    struct follower *f;
    struct stat about; /* of the file at hand */
    char name[NAME_MAX + 1]; /* "": it has none any more */
};

static void note_name(void *arg, const char *folder, const char *name)
{
    struct gathering *g = arg;
    struct stat about;
    char path[PATH_MAX];
    if (g->name[0] || !stat_in(folder, name, path, &about) || about.st_ino != g->f->number) return;
    snprintf(g->name, sizeof g->name, "%s", name);
}

static void note_between(void *arg, const char *folder, const char *name)
{
    struct gathering *g = arg;
    struct follower *f = g->f;
    struct stat about;
    char path[PATH_MAX];
    if (f->n_between == BETWEEN_MAX || !is_numbered_alike(name, g->name)) return;
    if (!stat_in(folder, name, path, &about) || compare_times(&about, &g->about) <= 0) return;
    if (about.st_ino == f->number || about.st_ino == f->next_number) return;
    for (uint32_t i = 0; i < f->n_between; i++)
        if (about.st_ino == f->between[i].about.st_ino) return;
    struct between *b = &f->between[f->n_between];
    b->fd = open_regular(path, &b->about);
    snprintf(b->name, sizeof b->name, "%s", name);
    f->n_between += b->fd >= 0;
}

/* What was named as the file at hand is now, has changed since, and is not what comes next. */
static void gather(struct follower *f)
{
    struct gathering g = { .f = f };
    char target[PATH_MAX];
    const char *path = f->in->path;
    if (fstat(f->in->fd, &g.about) != 0) return;
    walk(f->in->arena, path, &g, note_name);
    if (!g.name[0]) {
        path = realpath(path, target);
        if (path) walk(f->in->arena, path, &g, note_name);
    }
    if (g.name[0]) walk(f->in->arena, path, &g, note_between);
    qsort(f->between, f->n_between, sizeof f->between[0], by_time);
    for (uint32_t i = f->n_between; i-- > 0;)
        if (f->between[i].name[0])
            log_message(LOG_WARNING, "%s reads %s, which %s was in between", f->in->endpoint->name,
                        f->between[i].name, f->in->path);
}

/* The name stands for a third file: the second one is one of those in between. */
static void skip_next(struct follower *f)
{
    struct stat about;
    struct between *b = &f->between[f->n_between];
    b->fd = f->next_fd;
    if (fstat(b->fd, &b->about) == 0) f->n_between++;
    else close(b->fd);
    b->name[0] = 0;
    f->next_fd = open_regular(f->in->path, &about);
    f->next_number = f->next_fd >= 0 ? about.st_ino : 0;
}

/* A third file does not wait until nothing more comes to the first. */
bool follower_is_over(struct follower *f)
{
    struct stat about;
    if (f->n_between) return true;
    if (stat(f->in->path, &about) != 0 || about.st_ino == f->number) return false;
    if (f->next_fd < 0) {
        f->next_fd = open_regular(f->in->path, &about);
        f->next_number = about.st_ino;
        f->quiet_ms = clock_steady_ms();
        return false;
    }
    if (about.st_ino != f->next_number) skip_next(f);
    else if (clock_steady_ms() - f->quiet_ms < LINGER_MS) return false;
    gather(f);
    return f->n_between || f->next_fd >= 0;
}

void follower_next(struct follower *f)
{
    int fd = f->n_between ? f->between[--f->n_between].fd : f->next_fd;
    if (fd < 0) {
        lseek(f->in->fd, 0, SEEK_SET);
    } else {
        close(f->in->fd);
        f->in->fd = fd;
        if (fd == f->next_fd) f->next_fd = -1;
    }
    begin_file(f);
}

/* ---- places ---- */

const char *follower_mark(struct follower *f)
{
    if (f->text && f->text_size == f->head_size) return f->text;
    f->text_size = f->head_size;
    f->text = str_format_c(f->in->arena, "#%" PRIu64 ".%zu.%" PRIu64 " %s", f->number, f->head_size,
                           hash_bytes(f->head, f->head_size, 0), f->in->path);
    return f->text;
}

static bool read_mark(const char *text, struct mark *m, int *length)
{
    *length = 0;
    return sscanf(text, "#%" SCNu64 ".%" SCNu64 ".%" SCNu64 " %n", &m->number, &m->size, &m->hash,
                  length) == 3 &&
           *length > 0 && m->size <= HEAD_BYTES;
}

struct str follower_split(struct str text, struct str *mark)
{
    struct arena *a = arena_new();
    struct mark m;
    int length;
    if (!read_mark(str_to_c(a, text), &m, &length)) length = 0;
    arena_free(a);
    *mark = str_view(str_data(&text), (size_t)length);
    return str_view(str_data(&text) + length, text.len - (size_t)length);
}

/* Offsets of packed files are those of what is in them: they say nothing about the size. */
static bool is_of(int fd, const struct mark *m, uint64_t offset)
{
    unsigned char head[HEAD_BYTES];
    struct stat about;
    return fstat(fd, &about) == 0 && pread(fd, head, m->size, 0) == (ssize_t)m->size &&
           hash_bytes(head, m->size, 0) == m->hash &&
           ((uint64_t)about.st_size >= offset || gz_magic(head, m->size));
}

/* Files beside the one at hand, looked through. */
struct search {
    struct follower *f;
    struct mark mark;
    uint64_t offset;
    const char *base; /* the file's own name */
    int fd;           /* the best one that was found, or -1 ... */
    bool same;        /* ... which has the number */
    struct stat about;
    char name[NAME_MAX + 1];
};

/* Only what has the name with something behind it is taken for a copy. */
static void look_at(void *arg, const char *folder, const char *name)
{
    struct search *s = arg;
    struct stat about;
    char path[PATH_MAX];
    bool copy = s->mark.size >= COPY_BYTES_MIN && strncmp(name, s->base, strlen(s->base)) == 0;
    if (!stat_in(folder, name, path, &about)) return;
    bool same = about.st_ino == s->mark.number;
    if (about.st_ino == s->f->number || (!same && (!copy || s->same))) return;
    int fd = open_regular(path, &about);
    bool better = s->fd < 0 || same || compare_times(&about, &s->about) > 0;
    if (fd < 0 || !better || !is_of(fd, &s->mark, s->offset)) {
        if (fd >= 0) close(fd);
        return;
    }
    if (s->fd >= 0) close(s->fd);
    s->fd = fd;
    s->same = same;
    s->about = about;
    snprintf(s->name, sizeof s->name, "%s", name);
}

static void go_on_in(struct follower *f, struct search *s)
{
    log_message(LOG_WARNING, "%s first reads the rest of %s, which %s was when it was read last",
                f->in->endpoint->name, s->name, f->in->path);
    close(f->in->fd);
    f->in->fd = s->fd;
    begin_file(f);
}

void follower_find(struct follower *f, struct str text, uint64_t *offset)
{
    const char *path = f->in->path, *slash = strrchr(path, '/');
    struct search s = { .f = f, .offset = *offset, .base = slash ? slash + 1 : path, .fd = -1 };
    char target[PATH_MAX];
    int length;
    if (!read_mark(str_to_c(f->in->arena, text), &s.mark, &length)) return;
    bool alike = is_of(f->in->fd, &s.mark, *offset);
    if (alike && f->number == s.mark.number) return;
    walk(f->in->arena, path, &s, look_at);
    if (s.fd < 0 && realpath(path, target)) walk(f->in->arena, target, &s, look_at);
    if (s.fd >= 0 && (s.same || !alike)) {
        go_on_in(f, &s);
        return;
    }
    if (s.fd >= 0) close(s.fd);
    if (alike && s.mark.size >= COPY_BYTES_MIN) {
        log_message(LOG_WARNING,
                    "%s of %s is another file that begins like the one that was read: going on "
                    "behind byte %" PRIu64,
                    path, f->in->endpoint->name, *offset);
        return;
    }
    log_message(LOG_WARNING,
                "%s of %s is not the file that was read up to byte %" PRIu64
                ", which is not beside it: reading it from its start",
                path, f->in->endpoint->name, *offset);
    *offset = 0;
}
