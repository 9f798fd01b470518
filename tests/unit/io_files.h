#ifndef IO_FILES_H
#define IO_FILES_H

/* io_files.h: files, folders and endpoints for the tests of sources and sinks. */

#include "io/source.h"

/* A folder of its own, removed with what is in it when the arena is freed. */
const char *files_folder(struct arena *a);
/* "folder/name", in the arena. */
const char *files_path(struct arena *a, const char *folder, const char *name);
/* Creates (its folders, too) or replaces; appends; appends text as one gzip member. */
void files_write(const char *path, const void *p, size_t n);
void files_append(const char *path, const void *p, size_t n);
void files_append_packed(const char *path, const void *p, size_t n);
/* The whole file; gzip undone. */
struct str files_read(struct arena *a, const char *path);
struct str files_unpack(struct arena *a, const char *path);
/* Paths of all files below the folder, relative to it and in order, each with a line end. */
const char *files_list(struct arena *a, const char *folder);

/* An endpoint "IN" or "OUT" without options, then options: a text, or an interval. */
struct io_endpoint *endpoint_new(struct arena *a, const char *name, const char *url);
void                endpoint_option(struct io_endpoint *e, const char *name, const char *text);
void                endpoint_interval(struct io_endpoint *e, const char *name, int64_t ms);

#endif
