/* io_data.c: see io_data.h. */

#include "io_data.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/text.h"

void io_table_init(struct io_table *t)
{
    *t = (struct io_table){ .arena = arena_new() };
    t->schema.columns = t->columns;
    t->config = (struct decode_config){ .schema = &t->schema, .needed = t->needed };
}

struct column *io_column(struct io_table *t, const char *name, struct type type, const char *path)
{
    assert_true(t->schema.n_columns < IO_COLUMNS_MAX);
    struct column *c = &t->columns[t->schema.n_columns];
    *c = (struct column){ .name = str_c(name),
                          .type = type,
                          .path = path_of_name(t->arena, str_c(name)) };
    if (path)
        assert_int_equal(path_parse(t->arena, str_c(path), SPAN_NONE, &c->path).err, ERR_NONE);
    t->needed[t->schema.n_columns++] = true;
    return c;
}

void io_table_free(struct io_table *t)
{
    arena_free(t->arena);
}

/* ---- decoding ---- */

static void describe_row(const struct decode_config *config, const struct batch *b, uint32_t row,
                         struct buf *out)
{
    const char *gap = "";
    for (uint32_t c = 0; c < config->schema->n_columns; c++) {
        if (!config->needed[c]) continue;
        buf_append_c(out, gap);
        text_json_value(out, &b->columns[c], row);
        gap = " ";
    }
    if (config->keep_record)
        buf_printf(out, "%s<%.*s>", gap, STR_ARG(b->columns[config->schema->n_columns].str[row]));
    buf_append_char(out, '\n');
}

void io_describe(const struct decode_config *config, const struct decoded *d, struct buf *out)
{
    uint32_t fault = 0;
    for (uint32_t row = 0; row <= d->batch->n_rows; row++) {
        for (; fault < d->n_faults && d->faults[fault].at_row <= row; fault++) {
            buf_printf(out, "! %s %s\n", err_name(d->faults[fault].err), d->faults[fault].message);
        }
        if (row < d->batch->n_rows) describe_row(config, d->batch, row, out);
    }
    assert_int_equal(fault, d->n_faults);
}

static void decode_with(struct decoder *d, const struct decode_config *config, const char *text,
                        size_t size, uint32_t batch_rows, struct buf *out)
{
    struct block *block = block_new(size);
    if (size) memcpy(block->data, text, size);
    block->size = size;
    for (size_t at = 0; at < size;) {
        struct decoded result;
        at = decoder_run(d, block, at, batch_rows, at == 0, &result);
        io_describe(config, &result, out);
        batch_release(result.batch);
    }
    block_release(block);
}

void io_decode(const struct io_table *t, const char *format, const char *text, size_t size,
               uint32_t batch_rows, struct buf *out)
{
    struct arena   *a = arena_new();
    struct decoder *d;
    assert_int_equal(decoder_new(a, format, &t->config, &d).err, ERR_NONE);
    decode_with(d, &t->config, text, size, batch_rows, out);
    arena_free(a);
}

/* The expected text with its rows emptied, as when no column is needed. */
static void without_values(const char *expected, struct buf *out)
{
    for (const char *p = expected; *p;) {
        size_t n = strcspn(p, "\n");
        if (*p == '!') buf_append(out, p, n);
        buf_append_char(out, '\n');
        p += n + (p[n] != 0);
    }
}

static void expect_without_columns(const struct io_table *t, const char *format, const char *text,
                                   size_t size, const char *expected)
{
    bool            none[IO_COLUMNS_MAX] = { false };
    struct io_table bare = *t;
    struct buf      out = { 0 }, wanted = { 0 };
    if (t->config.keep_record) return;
    bare.config.needed = none;
    io_decode(&bare, format, text, size, 1024, &out);
    without_values(expected, &wanted);
    assert_string_equal(buf_c(&out), buf_c(&wanted));
    buf_free(&out);
    buf_free(&wanted);
}

void io_expect_rows_n(const struct io_table *t, const char *format, const char *text, size_t size,
                      const char *expected)
{
    static const enum decode_path paths[] = { DECODE_SLOW, DECODE_PLAIN, DECODE_AVX2, DECODE_AUTO };
    static const uint32_t         sizes[] = { 1, 3, 1024 };
    for (size_t p = 0; p < 4; p++) {
        decoder_force(paths[p]);
        for (size_t n = 0; n < 3; n++) {
            struct arena   *a = arena_new();
            struct decoder *d;
            struct buf      out = { 0 };
            assert_int_equal(decoder_new(a, format, &t->config, &d).err, ERR_NONE);
            for (int again = 0; again < 2; again++) {
                buf_clear(&out);
                decode_with(d, &t->config, text, size, sizes[n], &out);
                assert_string_equal(buf_c(&out), expected);
            }
            buf_free(&out);
            arena_free(a);
        }
        expect_without_columns(t, format, text, size, expected);
    }
    decoder_force(DECODE_AUTO);
}

void io_expect_rows(const struct io_table *t, const char *format, const char *text,
                    const char *expected)
{
    io_expect_rows_n(t, format, text, strlen(text), expected);
}

/* ---- endpoints ---- */

struct io_endpoint io_endpoint_of(struct arena *a, const char *url, const char *const *options)
{
    struct io_endpoint e = { .url = str_copy(a, str_c(url)), .base_dir = ".", .name = "S" };
    e.options = ARENA_ARRAY(a, struct io_option, IO_OPTIONS_MAX);
    for (; options && options[e.n_options]; e.n_options++) {
        const char *text = options[e.n_options], *is = strchr(text, '=');
        assert_true(is && e.n_options < IO_OPTIONS_MAX);
        e.options[e.n_options] =
            (struct io_option){ .name = str_copy(a, str_view(text, (size_t)(is - text))),
                                .text = str_c(is + 1),
                                .ms = -1 };
    }
    return e;
}

uint64_t io_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- files ---- */

char *io_folder_new(struct arena *a)
{
    static const char start[] = "/tmp/sluice-test-";
    char             *path = arena_calloc(a, sizeof start + 6);
    memcpy(path, start, sizeof start - 1);
    memset(path + sizeof start - 1, 'X', 6); /* mkdtemp puts letters in their place */
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

void io_folder_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

void io_write_file(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

void io_read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n;
    do {
        char *room = buf_reserve(out, 65536);
        n = fread(room, 1, 65536, f);
        out->len += n;
    } while (n);
    fclose(f);
}
