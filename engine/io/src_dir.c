/* src_dir.c: dir:PATH: all files below a folder, in the order of their paths. Hidden files and folders are
 * left out, files that a folder sink has not finished yet, folders of what failed on the way to one, links to
 * folders, and what is no regular file. */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "io/input.h"
#include "io/prefix.h"

struct file_list {
    char **items;
    size_t count, cap;
};

/* What folder sinks append to the name of a file under way. */
static bool is_unfinished(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".part") == 0;
}

static struct status collect(struct input *in, struct arena *a, const char *folder,
                             struct file_list *out)
{
    DIR *dir = opendir(folder);
    if (!dir) {
        bool is_file = errno == ENOTDIR;
        struct status st = status_new(a, ERR_UNREACHABLE, in->endpoint->at,
                                      "cannot open the folder %s of %s: %s", folder,
                                      in->endpoint->name, strerror(errno));
        return is_file ? status_with_hint(st, "a file is named without dir:") : st;
    }
    struct status st = OK;
    for (struct dirent *entry; st.err == ERR_NONE && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.' || is_unfinished(entry->d_name)) continue;
        char       *path = (char *)(uintptr_t)str_format_c(a, "%s/%s", folder, entry->d_name);
        struct stat itself, about;
        if (lstat(path, &itself) != 0 || stat(path, &about) != 0) continue;
        bool failed = strcmp(entry->d_name, PREFIX_FAILED) == 0;
        if (S_ISDIR(itself.st_mode) && !failed) st = collect(in, a, path, out);
        if (!S_ISREG(about.st_mode)) continue;
        *array_push(a, out) = path;
        in->size += (uint64_t)about.st_size;
    }
    closedir(dir);
    return st;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Opens the next file of the list. */
static struct status open_next(struct input *in)
{
    uint64_t size = in->size; /* counts all of them already */
    struct status st = input_open_path(in, in->paths[in->at++]);
    in->size = size;
    in->live = false;
    return st;
}

static struct status dir_open(struct input *in, struct arena *a, const struct io_endpoint *e,
                              const struct url *u)
{
    (void)e;
    struct file_list files = { 0 };
    in->path = u->path;
    TRY(collect(in, a, u->path, &files));
    if (files.count) qsort(files.items, files.count, sizeof *files.items, compare_paths);
    in->paths = files.items;
    in->n_paths = files.count;
    return files.count ? open_next(in) : OK;
}

static enum input_result dir_read(struct input *in, char *out, size_t cap, int wait_ms, size_t *n,
                                  struct status *st)
{
    return in->fd < 0 ? INPUT_END : input_read_fd(in, out, cap, wait_ms, n, st);
}

static bool dir_next(struct input *in, struct status *st)
{
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
    if (in->at == in->n_paths) return false;
    *st = open_next(in);
    return st->err == ERR_NONE;
}

static void dir_close(struct input *in)
{
    if (in->fd >= 0) close(in->fd);
    in->fd = -1;
}

const struct input_class input_dir_class = {
    .kind = URL_DIR,
    .open = dir_open,
    .read = dir_read,
    .next = dir_next,
    .close = dir_close,
};
