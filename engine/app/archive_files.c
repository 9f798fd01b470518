/*
 * archive_files.c: the files below a folder, and the times of folders.
 *
 * The times that a range asks for are compared as texts, and a folder's time is the beginning of the texts of all
 * files below it: 2018/03 holds what begins with "2018-03". So a folder is left out when its text is smaller or greater
 * than the beginning of a bound that is as long, without knowing how long months are.
 */

#include "app/archive_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Bytes of the text that are known with so many parts. */
static const size_t known[] = { 0, 4, 7, 10, 13 };

static const char failed_folder[] = "processing-failed";

/* ---- times of folders ---- */

static bool digits(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
    }
    return true;
}

/* Two digits from low to high, and nothing else. */
static bool number_between(const char *p, int low, int high)
{
    if (strlen(p) != 2 || !digits(p, 2)) return false;
    int value = (p[0] - '0') * 10 + p[1] - '0';
    return value >= low && value <= high;
}

static void set_text(struct folder_time *t, uint32_t parts, const char *text)
{
    static const char first[] = "0000-01-01 00:00:00";
    memcpy(t->text, first, sizeof first);
    memcpy(t->text, text, known[parts]);
    t->parts = parts;
}

/* 2018-03-18 */
static bool enter_day(struct folder_time *t, const char *value)
{
    if (strlen(value) != 10 || !digits(value, 4) || value[4] != '-' || !digits(value + 5, 2) ||
        value[7] != '-' || !digits(value + 8, 2))
        return false;
    set_text(t, 3, value);
    return true;
}

/* 2018, or a prefix that ends with it: a year may follow a prefix without a slash. */
static bool enter_year(struct folder_time *t, const char *value)
{
    size_t n = strlen(value);
    if (n < 4 || !digits(value + n - 4, 4) || (n > 4 && digits(value + n - 5, 1))) return false;
    set_text(t, 1, value + n - 4);
    return true;
}

/* The next part below those that are known. */
static bool enter_part(struct folder_time *t, const char *value)
{
    static const int low[] = { 0, 1, 1, 0 }, high[] = { 0, 12, 31, 23 };
    if (t->parts < 1 || t->parts > 3 || !number_between(value, low[t->parts], high[t->parts]))
        return false;
    memcpy(t->text + known[t->parts] + 1, value, 2);
    t->parts++;
    return true;
}

void folder_time_enter(struct folder_time *t, const char *name)
{
    const char *mark = strrchr(name, '=');
    const char *value = mark ? mark + 1 : name;
    if (enter_part(t, value) || t->parts > 1) return;
    if (enter_day(t, value) || enter_year(t, value)) return;
    t->parts = 0; /* a year stands right before its month */
}

bool folder_time_may_match(const struct folder_time *t, const struct time_range *range)
{
    if (t->parts < 2) return true;
    size_t n = known[t->parts];
    return !(range->low && strncmp(t->text, range->low, n) < 0) &&
           !(range->high && strncmp(t->text, range->high, n) > 0);
}

/* The same for a file, whose text is whole. */
static bool file_matches(const struct folder_time *t, const struct time_range *range)
{
    if (t->parts < 2) return !range->low && !range->high;
    return !(range->low && strcmp(t->text, range->low) < 0) &&
           !(range->high && strcmp(t->text, range->high) > 0);
}

/* ---- files ---- */

static bool is_left_out(const char *name)
{
    size_t n = strlen(name);
    return name[0] == '.' || (n > 5 && strcmp(name + n - 5, ".part") == 0) ||
           strcmp(name, failed_folder) == 0;
}

static struct status list_folder(struct arena *a, const char *folder, struct folder_time time,
                                 const struct time_range *range, struct archive_files *out)
{
    if (!folder_time_may_match(&time, range)) return OK;
    DIR *dir = opendir(folder);
    if (!dir) {
        return status_new(a, ERR_UNREACHABLE, SPAN_NONE, "cannot open the folder %s: %s", folder,
                          strerror(errno));
    }
    struct status st = OK;
    for (struct dirent *entry; st.err == ERR_NONE && (entry = readdir(dir));) {
        if (is_left_out(entry->d_name)) continue;
        const char *path = str_format_c(a, "%s/%s", folder, entry->d_name);
        struct stat itself, about;
        if (lstat(path, &itself) != 0 || stat(path, &about) != 0) continue;
        if (S_ISDIR(itself.st_mode)) {
            struct folder_time inner = time;
            folder_time_enter(&inner, entry->d_name);
            st = list_folder(a, path, inner, range, out);
        } else if (S_ISREG(about.st_mode) && file_matches(&time, range)) {
            *array_push(a, out) = (struct archive_file){ path, (uint64_t)about.st_size, time };
        }
    }
    closedir(dir);
    return st;
}

/* The time that the path itself stands for; of a file that of the folders it is in. */
static struct folder_time time_of_path(struct arena *a, const char *path, bool is_folder)
{
    struct folder_time time = { 0 };
    char *copy = arena_dup(a, path, strlen(path) + 1), *rest = copy;
    for (char *part = strsep(&rest, "/"); part; part = strsep(&rest, "/")) {
        if (*part && (rest || is_folder)) folder_time_enter(&time, part);
    }
    return time;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct archive_file *)a)->path, ((const struct archive_file *)b)->path);
}

struct status archive_files_list(struct arena *a, const char *path, const struct time_range *range,
                                 struct archive_files *out)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return status_new(a, ERR_UNREACHABLE, SPAN_NONE, "cannot read %s: %s", path,
                          strerror(errno));
    struct archive_files files = { 0 };
    struct folder_time time = time_of_path(a, path, S_ISDIR(about.st_mode));
    if (S_ISDIR(about.st_mode)) {
        TRY(list_folder(a, path, time, range, &files));
    } else if (file_matches(&time, range)) {
        *array_push(a, &files) = (struct archive_file){ path, (uint64_t)about.st_size, time };
    }
    if (files.count) qsort(files.items, files.count, sizeof *files.items, compare_paths);
    *out = files;
    return OK;
}
