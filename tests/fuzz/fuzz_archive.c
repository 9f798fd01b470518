/*
 * fuzz_archive.c: any bytes as a file of an archive: `sluice query` reads its rows, or says what is wrong with it.
 *
 * The first byte tells what the file is called, and so how it is read.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/archive.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const endings[] = { ".ndjson", ".csv", ".tsv", ".ndjson.gz", ".csv.gz", "" };

enum {
    N_ENDINGS = sizeof endings / sizeof endings[0]
};

/* The folder of the one file that is there at a time. */
static char folder_path[] = "/tmp/fuzz_archive.XXXXXX";

static void remove_folder(void)
{
    rmdir(folder_path);
}

static const char *folder(void)
{
    static bool made;
    if (!made && (!mkdtemp(folder_path) || atexit(remove_folder) != 0)) abort();
    made = true;
    return folder_path;
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0) abort();
}

static void ask(struct archive *x, const char *sql)
{
    struct archive_query *q;
    struct status st = archive_ask(x, sql, &q);
    bool more = st.err == ERR_NONE;
    if (!more) return;
    for (uint32_t rows = 0; more && rows < 1000; rows++) {
        st = archive_query_step(q, &more);
        if (st.err != ERR_NONE) break;
        for (uint32_t c = 0; more && c < archive_query_columns(q); c++) archive_query_cell(q, c);
    }
    archive_query_done(q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    char path[64], setting[80];
    snprintf(path, sizeof path, "%s/a%s", folder(), endings[data[0] / 2 % N_ENDINGS]);
    snprintf(setting, sizeof setting, "T=%s", path);
    write_file(path, data + 1, size - 1);
    struct arena *a = arena_new();
    struct archive *x;
    if (archive_open(a, &x).err == ERR_NONE) {
        if (archive_add(x, setting, data[0] & 1).err == ERR_NONE) {
            ask(x, "SELECT * FROM T");
            ask(x, "SELECT COUNT(*) FROM T AS A JOIN T AS B ON A.rowid = B.rowid");
        }
        archive_close(x);
    }
    arena_free(a);
    unlink(path);
    return 0;
}
