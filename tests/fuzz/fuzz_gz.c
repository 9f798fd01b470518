/*
 * A source over bytes of any kind, packed or not, damaged or not: pieces of all sizes give the same text and the same
 * end, in blocks of whole records, and what was not damaged comes back as it was.
 *
 * Input: a byte of choices (1: CSV, 2: its row delimiter is two characters, 4: the rest is packed here, in two
 * members), two bytes for the place of a damage to what was packed and one for what it is combined with (0: none),
 * then text.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/gz.h"
#include "io/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(truth)                                          \
    do {                                                      \
        if (!(truth)) {                                       \
            fprintf(stderr, "%d: %s\n", __LINE__, #truth);    \
            abort();                                          \
        }                                                     \
    } while (0)

enum { CHOICES = 4 };

/* Packs the text in two members, the second of its last third, and damages a byte. */
static void pack(const uint8_t *data, size_t size, struct buf *out)
{
    struct gzip_maker *maker = gzip_maker_new(1);
    const char        *text = (const char *)data + CHOICES;
    size_t             n = size - CHOICES, first = n - n / 3;
    gzip_member(maker, text, first, out);
    if (n / 3) gzip_member(maker, text + first, n / 3, out);
    gzip_maker_free(maker);
    size_t place = (size_t)data[1] * 256 + data[2];
    out->data[place % out->len] = (char)(out->data[place % out->len] ^ data[3]);
}

static void check_block(const struct block *b, bool json, bool first, bool last)
{
    CHECK(b->size > 0 && b->size <= b->cap);
    for (size_t i = 0; i < BLOCK_PAD; i++) CHECK(b->data[b->size + i] == 0);
    if (first) CHECK(b->size < 3 || memcmp(b->data, "\xEF\xBB\xBF", 3) != 0 || b->offset > 0);
    if (json && !last) CHECK(b->data[b->size - 1] == '\n');
}

/* All that the source gives; whether it ended well. */
static bool read_all(struct arena *a, const struct io_endpoint *e, size_t want, bool json,
                     struct buf *out)
{
    struct source *s = NULL;
    struct status  st = source_open(a, e, &s);
    CHECK(st.err == ERR_NONE);
    struct block      *b;
    bool               first, any = false, unended = false;
    enum source_result got;
    while ((got = source_read(s, want, -1, &b, &first, &st)) == SOURCE_BLOCK) {
        CHECK(first == !any && !unended);
        unended = json && b->data[b->size - 1] != '\n'; /* then nothing may follow */
        check_block(b, json, first, unended);
        buf_append(out, b->data, b->size);
        block_release(b);
        any = true;
    }
    CHECK(got == SOURCE_END || (got == SOURCE_FAILED && st.err == ERR_IO && st.message));
    source_close(s);
    return got == SOURCE_END;
}

/* The text, but for a byte order mark and, in CSV, blank records in front. */
static void check_same(const char *p, size_t n, bool csv, const struct buf *got)
{
    CHECK(got->len <= n);
    size_t left_out = n - got->len, mark = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    CHECK(csv ? left_out >= mark : left_out == mark);
    for (size_t i = mark; i < left_out; i++) CHECK(memchr("\r\n#", p[i], 3));
    CHECK(got->len == 0 || memcmp(got->data, p + left_out, got->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < CHOICES) return 0;
    bool          csv = data[0] & 1, packs = data[0] & 4;
    struct arena *a = arena_new();
    struct buf    bytes = { 0 }, texts[3] = { { 0 }, { 0 }, { 0 } };
    if (packs) pack(data, size, &bytes);
    else buf_append(&bytes, data + CHOICES, size - CHOICES);

    int fd = memfd_create("input", MFD_CLOEXEC);
    CHECK(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len);
    struct io_option options[] = {
        { .name = str_c("format"), .text = str_c(csv ? "csv" : "json"), .ms = -1 },
        { .name = str_c("row_delimiter"), .text = str_c("##"), .ms = -1 },
    };
    struct io_endpoint e = { .name = "IN", .options = options, .n_options = data[0] & 2 ? 2 : 1 };
    e.url = str_format(a, "/proc/self/fd/%d", fd);
    static const size_t wants[3] = { 1, 50, 1 << 16 };
    bool                good[3];
    for (int i = 0; i < 3; i++) good[i] = read_all(a, &e, wants[i], !csv, &texts[i]);
    for (int i = 1; i < 3; i++) {
        CHECK(good[i] == good[0] && texts[i].len == texts[0].len);
        CHECK(texts[0].len == 0 || memcmp(texts[i].data, texts[0].data, texts[0].len) == 0);
    }
    bool magic = bytes.len >= 2 && gz_magic((const unsigned char *)bytes.data, bytes.len);
    if (!magic) CHECK(good[0]);
    if ((!packs && !magic) || (packs && data[3] == 0)) {
        check_same((const char *)data + CHOICES, size - CHOICES, csv, &texts[0]);
    }

    close(fd);
    for (int i = 0; i < 3; i++) buf_free(&texts[i]);
    buf_free(&bytes);
    arena_free(a);
    return 0;
}
