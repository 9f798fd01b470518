#ifndef APP_ARCHIVE_FILES_H
#define APP_ARCHIVE_FILES_H

/* archive_files.h: the files of an archive, and the times that its folders stand for. */

#include "base/array.h"
#include "base/status.h"

enum { DELIVERED_SIZE = 20 }; /* "2018-03-18 03:00:00" and its zero byte */

/*
 * What the folders of a path say about time: YYYY/MM, YYYY/MM/DD or YYYY/MM/DD/HH, also as values behind names
 * (year=2018/month=03) or as one day (day=2018-03-18). Parts that are not there are the first of their kind, so that
 * texts compare as times do.
 */
struct folder_time {
    uint32_t parts; /* 0: no time; 1: a year that no month followed yet; 2 to 4: down to month, day, hour */
    char     text[DELIVERED_SIZE];
};

struct archive_file {
    const char        *path;
    uint64_t           size; /* bytes as they lie there */
    struct folder_time time;
};

struct archive_files {
    struct archive_file *items;
    size_t count, cap;
};

/* Times that are wanted, as texts; NULL: no such bound. A file without a time is outside of every bound. */
struct time_range {
    const char *low, *high; /* both included */
};

/* The time after one more folder of this name. */
void folder_time_enter(struct folder_time *t, const char *name);
/* Whether files below a folder of this time can be in the range. */
bool folder_time_may_match(const struct folder_time *t, const struct time_range *range);

/*
 * The files at the path, a folder or one file, in the order of their paths; folders outside of the range are not
 * opened. Left out are hidden files, files that are still written (.part) and, below the path, processing-failed.
 * Fails with UNREACHABLE.
 */
struct status archive_files_list(struct arena *a, const char *path, const struct time_range *range,
                                 struct archive_files *out) MUST_CHECK;

#endif
