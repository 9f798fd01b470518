/*
 * What comes by HTTP, and what a spool holds of it. A body of any bytes is prepared or refused; preparing what came out
 * changes nothing more; rows of CSV are as many as the decoder finds, records of JSON at most as many, but for arrays.
 * A segment of any entries, each with a checksum that fits, is read or refused.
 *
 * Input: a byte of choices (1: CSV, 2: with a header, 4: said to be packed, 8: a segment), then the body, or entries: a
 * byte for the kind, one for what the place is off by, one for what the size is off by, one for the payload's length,
 * the payload.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/decode.h"
#include "io/http_body.h"
#include "io/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                          \
    do {                                                      \
        if (!(truth)) {                                       \
            fprintf(stderr, "%d: %s\n", __LINE__, #truth);    \
            abort();                                          \
        }                                                     \
    } while (0)

enum {
    MOST = 1 << 16,
    HEAD_BYTES = 32,
    ENTRY_MARK = 0x53705365
};

/* ---- bodies ---- */

static uint32_t decode(const char *format, const struct buf *body, bool header)
{
    struct arena *a = arena_new();
    const struct schema none = { 0 };
    const struct decode_config config = { .schema = &none, .header = header };
    struct decoder *decoder;
    CHECK(decoder_new(a, format, &config, &decoder).err == ERR_NONE);
    struct block *block = block_new(body->len);
    if (body->len) memcpy(block->data, body->data, body->len);
    block->size = body->len;
    memset(block->data + block->size, 0, BLOCK_PAD);
    uint32_t records = 0;
    for (size_t at = 0; at < block->size;) {
        struct decoded decoded;
        at = decoder_run(decoder, block, at, 1000, at == 0, &decoded);
        records += decoded.n_records;
        batch_release(decoded.batch);
    }
    block_release(block);
    arena_free(a);
    return records;
}

static void try_body(uint8_t choices, const uint8_t *data, size_t size)
{
    struct http_body_format format = { .csv = choices & 1, .header = choices & 2 };
    const char *name = format.csv ? "csv" : "json", *why = "";
    struct buf body = { 0 }, again = { 0 };
    uint32_t records = 0, records_again = 0;
    format.delimiters = csv_delimiters_of(name, STR_EMPTY, STR_EMPTY);
    buf_append(&body, data, size);
    if (http_body_prepare(&body, &format, choices & 4, MOST, &records, &why) == HTTP_BODY_DONE) {
        buf_append(&again, body.data, body.len);
        CHECK(http_body_prepare(&again, &format, false, MOST, &records_again, &why) ==
              HTTP_BODY_DONE);
        CHECK(again.len == body.len && records == records_again);
        CHECK(body.len == 0 || memcmp(again.data, body.data, body.len) == 0);
        uint32_t decoded = decode(name, &body, format.header);
        if (format.csv) CHECK(decoded == records);
        else if (body.len && !memchr(body.data, '[', body.len)) CHECK(decoded >= records);
    }
    buf_free(&body);
    buf_free(&again);
}

/* ---- segments ---- */

static void add_entry(struct snap_writer *w, uint64_t *place, const uint8_t *p, size_t n)
{
    const uint64_t parts[] = { p[0], *place + (uint64_t)(int8_t)p[1], n + (uint64_t)(int8_t)p[2],
                               n };
    snap_u32(w, ENTRY_MARK);
    snap_u32(w, p[0]);
    for (int i = 1; i < 4; i++) snap_u64(w, parts[i]);
    snap_u64(w, hash_bytes(p + 4, n, hash_bytes(parts, sizeof parts, 0)));
    snap_bytes(w, p + 4, n);
    *place += n - 1;
}

static void write_segment(const char *path, const uint8_t *data, size_t size)
{
    struct snap_writer w = { 0 };
    uint64_t place = 0;
    snap_bytes(&w, "SluiceSp", 8);
    snap_u32(&w, 1);
    snap_u32(&w, 0);
    snap_u64(&w, 0);
    snap_u64(&w, hash_bytes(w.out.data, HEAD_BYTES - 8, 0));
    while (size >= 4) {
        size_t n = data[3] < size - 4 ? data[3] : size - 4;
        add_entry(&w, &place, data, n);
        data += 4 + n;
        size -= 4 + n;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, w.out.data, w.out.len) == (ssize_t)w.out.len);
    close(fd);
    buf_free(&w.out);
}

static void try_segment(const uint8_t *data, size_t size)
{
    static char folder[64], path[128];
    if (!*folder) {
        snprintf(folder, sizeof folder, "/tmp/fuzz_ingest.%d", (int)getpid());
        snprintf(path, sizeof path, "%s/%020d", folder, 0);
        mkdir(folder, 0700);
    }
    write_segment(path, data, size);
    struct arena *a = arena_new();
    struct receipts *receipts = receipts_new();
    const struct spool_config config = { folder, "S", { 0 }, false };
    struct spool *s;
    if (spool_open(a, &config, receipts, &s).err == ERR_NONE) {
        struct buf body = { 0 };
        uint64_t start, read = 0;
        bool whole, found = true;
        while (found && spool_read(s, &body, &start, &whole, &found).err == ERR_NONE)
            if (found) read += body.len;
        CHECK(read == spool_end(s));
        buf_free(&body);
        spool_close(s);
    }
    receipts_free(receipts);
    arena_free(a);
    unlink(path);
    rmdir(folder);
    *folder = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > MOST) return 0;
    if (data[0] & 8) try_segment(data + 1, size - 1);
    else try_body(data[0], data + 1, size - 1);
    return 0;
}
