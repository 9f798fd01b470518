/*
 * io_data.h: schemas, and decoding of texts, for the tests of formats, sources and sinks.
 *
 *     struct io_table t;
 *     io_table_init(&t);
 *     io_column(&t, "A", type_of(TYPE_INTEGER), "$.a");
 *     io_expect_rows(&t, "json", "{\"a\":1}\n{\"a\":x}\n", "1\n! PARSE record is not valid JSON: ...\n");
 *     io_table_free(&t);
 */
#ifndef IO_DATA_H
#define IO_DATA_H

#include "io/decode.h"
#include "io/source.h"

enum { IO_COLUMNS_MAX = 16, IO_OPTIONS_MAX = 8 };

struct io_table {
    struct arena        *arena;
    struct column        columns[IO_COLUMNS_MAX];
    bool                 needed[IO_COLUMNS_MAX];
    struct schema        schema;
    struct decode_config config;
};

void io_table_init(struct io_table *t);
/* path NULL: the name. */
struct column *io_column(struct io_table *t, const char *name, struct type type, const char *path);
void           io_table_free(struct io_table *t);

/*
 * Appends what came out: a line a row, its values as JSON with blanks between them (columns that are not
 * needed are left out), and a line "! CODE message" a record that was refused, in the order of the input.
 */
void io_describe(const struct decode_config *config, const struct decoded *d, struct buf *out);
/* Decodes the text and describes what came out. */
void io_decode(const struct io_table *t, const char *format, const char *text, size_t size,
               uint32_t batch_rows, struct buf *out);
/*
 * Decodes the text in every way that there is, in batches of several sizes, twice with the same decoder, and
 * once without any column needed; each must give `expected`.
 */
void io_expect_rows(const struct io_table *t, const char *format, const char *text,
                    const char *expected);
void io_expect_rows_n(const struct io_table *t, const char *format, const char *text, size_t size,
                      const char *expected);

/* An endpoint with options: "name=value" texts up to NULL. */
struct io_endpoint io_endpoint_of(struct arena *a, const char *url, const char *const *options);

/* Pseudo-random numbers (SplitMix64), the same everywhere. */
uint64_t io_random(uint64_t *state);

/* A new folder below /tmp, removed with all in it by io_folder_remove. */
char *io_folder_new(struct arena *a);
void  io_folder_remove(const char *path);
void  io_write_file(const char *path, const void *data, size_t size);
/* The whole file; fails the test when there is none. */
void io_read_file(const char *path, struct buf *out);

#endif
