/* io_files.c: files, folders and endpoints for the tests of sources and sinks. */

#include "io_files.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "io/gz.h"

#undef NDEBUG
#include <assert.h>

enum { OPTIONS_MAX = 8 };

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

static void remove_folder(void *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *files_folder(struct arena *a)
{
    const char *base = getenv("TMPDIR");
    const char *name = str_format_c(a, "%s/sluice-test-%s", base ? base : "/tmp", "XX" "XX" "XX");
    char       *path = (char *)(uintptr_t)name;
    assert(mkdtemp(path));
    arena_on_free(a, remove_folder, path);
    return path;
}

const char *files_path(struct arena *a, const char *folder, const char *name)
{
    return str_format_c(a, "%s/%s", folder, name);
}

static void put(const char *path, const char *mode, const void *p, size_t n)
{
    char *folders = strdup(path);
    for (char *at = folders + 1; *at; at++) {
        if (*at != '/') continue;
        *at = 0;
        mkdir(folders, 0777);
        *at = '/';
    }
    free(folders);
    FILE *file = fopen(path, mode);
    assert(file);
    assert(fwrite(p, 1, n, file) == n);
    assert(fclose(file) == 0);
}

void files_write(const char *path, const void *p, size_t n)
{
    put(path, "wb", p, n);
}

void files_append(const char *path, const void *p, size_t n)
{
    put(path, "ab", p, n);
}

void files_append_packed(const char *path, const void *p, size_t n)
{
    struct gzip_maker *maker = gzip_maker_new(1);
    struct buf         packed = { 0 };
    gzip_member(maker, p, n, &packed);
    files_append(path, packed.data, packed.len);
    buf_free(&packed);
    gzip_maker_free(maker);
}

struct str files_read(struct arena *a, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert(file);
    fseek(file, 0, SEEK_END);
    size_t n = (size_t)ftell(file);
    rewind(file);
    char *p = arena_alloc(a, n + 1);
    assert(fread(p, 1, n, file) == n);
    fclose(file);
    return str_view(p, n);
}

struct str files_unpack(struct arena *a, const char *path)
{
    struct str     packed = files_read(a, path);
    const char    *in = str_data(&packed), *why = "";
    size_t         left = packed.len, got = 1;
    struct gunzip *g = gunzip_new();
    struct buf     text = { 0 };
    char           some[1000];
    while (left || got) {
        assert(gunzip_run(g, &in, &left, some, sizeof some, &got, &why));
        buf_append(&text, some, got);
    }
    assert(gunzip_at_end(g));
    gunzip_free(g);
    struct str out = str_copy(a, str_view(text.data, text.len));
    buf_free(&text);
    return out;
}

struct names {
    char **items;
    size_t count, cap;
};

static void collect(struct arena *a, const char *folder, const char *below, struct names *out)
{
    DIR *dir = opendir(folder);
    assert(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        const char *path = files_path(a, folder, entry->d_name);
        const char *name = str_format_c(a, "%s%s", below, entry->d_name);
        struct stat about;
        assert(stat(path, &about) == 0);
        if (S_ISDIR(about.st_mode)) collect(a, path, str_format_c(a, "%s/", name), out);
        else *array_push(a, out) = (char *)(uintptr_t)name;
    }
    closedir(dir);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

const char *files_list(struct arena *a, const char *folder)
{
    struct names names = { 0 };
    const char  *all = "";
    collect(a, folder, "", &names);
    if (names.count) qsort(names.items, names.count, sizeof *names.items, compare_names);
    for (size_t i = 0; i < names.count; i++) all = str_format_c(a, "%s%s\n", all, names.items[i]);
    return all;
}

struct io_endpoint *endpoint_new(struct arena *a, const char *name, const char *url)
{
    struct io_endpoint *e = ARENA_NEW(a, struct io_endpoint);
    e->name = name;
    e->url = str_c(url);
    e->options = ARENA_ARRAY(a, struct io_option, OPTIONS_MAX);
    return e;
}

void endpoint_option(struct io_endpoint *e, const char *name, const char *text)
{
    assert(e->n_options < OPTIONS_MAX);
    struct io_option *o = &e->options[e->n_options++];
    *o = (struct io_option){ .name = str_c(name), .text = str_c(text), .ms = -1 };
}

void endpoint_interval(struct io_endpoint *e, const char *name, int64_t ms)
{
    endpoint_option(e, name, "INTERVAL");
    e->options[e->n_options - 1].ms = ms;
}
