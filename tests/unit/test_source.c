/* test_source.c: bytes of all kinds of sources as blocks of whole records, however they come. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/source.h"
#include "io_files.h"

static struct arena *arena;
static const char *folder;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    folder = files_folder(arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *at(const char *name)
{
    return files_path(arena, folder, name);
}

static struct io_endpoint *in(const char *url)
{
    return endpoint_new(arena, "IN", url);
}

/* ---- reading ---- */

static struct source *open_source(struct io_endpoint *e)
{
    struct source *s = NULL;
    struct status st = source_open(arena, e, &s);
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
    return s;
}

/* What was read: the blocks' bytes, each block closed by '|', a '^' before one that begins a file. */
struct seen {
    struct buf text;
    struct status end; /* how it ended */
    uint32_t blocks;
};

static void see_block(struct seen *seen, struct block *b, bool first)
{
    assert_true(b->size > 0 && b->size <= b->cap);
    for (int i = 0; i < BLOCK_PAD; i++) assert_int_equal(b->data[b->size + (size_t)i], 0);
    if (first) buf_append_char(&seen->text, '^');
    buf_append(&seen->text, b->data, b->size);
    buf_append_char(&seen->text, '|');
    seen->blocks++;
    block_release(b);
}

/* Reads until the end, in pieces of about `want`. */
static enum source_result see_all(struct source *s, size_t want, struct seen *seen)
{
    enum source_result got;
    struct block *b;
    bool first;
    while ((got = source_read(s, want, -1, &b, &first, &seen->end)) == SOURCE_BLOCK) {
        see_block(seen, b, first);
    }
    /* it stays as it ended */
    assert_int_equal(source_read(s, want, -1, &b, &first, &seen->end), got);
    return got;
}

/* The text without the marks of blocks, but those of files. */
static const char *joined(struct seen *seen)
{
    size_t n = 0;
    for (size_t i = 0; i < seen->text.len; i++) {
        if (seen->text.data[i] != '|') seen->text.data[n++] = seen->text.data[i];
    }
    seen->text.len = n;
    return buf_c(&seen->text);
}

static const size_t wants[] = { 1, 2, 3, 7, 64, 1000, 1 << 20 };
enum {
    N_WANTS = sizeof wants / sizeof wants[0]
};

/* The source gives this text, in pieces of all sizes. */
static void expect_text(struct io_endpoint *e, const char *text)
{
    for (int i = 0; i < N_WANTS; i++) {
        struct seen seen = { 0 };
        struct source *s = open_source(e);
        assert_int_equal(see_all(s, wants[i], &seen), SOURCE_END);
        assert_string_equal(joined(&seen), text);
        source_close(s);
        buf_free(&seen.text);
    }
}

/* The source gives this text, then fails with a message that holds these words. */
static void expect_failure(struct io_endpoint *e, const char *text, const char *words)
{
    for (int i = 0; i < N_WANTS; i++) {
        struct seen seen = { 0 };
        struct source *s = open_source(e);
        assert_int_equal(see_all(s, wants[i], &seen), SOURCE_FAILED);
        assert_string_equal(joined(&seen), text);
        assert_int_equal(seen.end.err, ERR_IO);
        assert_non_null(strstr(seen.end.message, words));
        source_close(s);
        buf_free(&seen.text);
    }
}

static struct io_endpoint *file_of(const char *name, const char *text)
{
    const char *path = at(name);
    files_write(path, text, strlen(text));
    return in(path);
}

/* ---- files ---- */

static void a_file_in_pieces_of_all_sizes(void **state)
{
    (void)state;
    expect_text(file_of("a", "{\"a\":1}\n{}\n\n{\"b\":\"two words\"}\n"),
                "^{\"a\":1}\n{}\n\n{\"b\":\"two words\"}\n");
    expect_text(file_of("b", "no line end"), "^no line end");
    expect_text(file_of("c", "a\r\nb"), "^a\r\nb");
    expect_text(file_of("d", ""), "");
    expect_text(file_of("e", "\n"), "^\n");
    expect_text(file_of("f", "x"), "^x");
    expect_text(file_of("g", "\x1f"), "^\x1f");
}

static void a_byte_order_mark_is_dropped_once(void **state)
{
    (void)state;
    expect_text(file_of("a", "\xEF\xBB\xBF{}\n"), "^{}\n");
    expect_text(file_of("b", "\xEF\xBB\xBF"), "");
    expect_text(file_of("c", "\xEF\xBB\xBF\xEF\xBB\xBF{}\n"), "^\xEF\xBB\xBF{}\n");
    expect_text(file_of("d", "{}\n\xEF\xBB\xBF{}"), "^{}\n\xEF\xBB\xBF{}");
    expect_text(file_of("e", "\xEF\xBB"), "^\xEF\xBB");
}

static void blocks_know_their_offset(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("a", "\xEF\xBB\xBF{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    struct source *s = open_source(e);
    struct status st;
    struct block *b;
    bool first;
    for (uint64_t i = 0; i < 3; i++) {
        assert_int_equal(source_read(s, 1, -1, &b, &first, &st), SOURCE_BLOCK);
        assert_int_equal(b->offset, 3 + i * 8);
        assert_int_equal(first, i == 0);
        block_release(b);
    }
    uint64_t done, all;
    source_progress(s, &done, &all);
    assert_int_equal(done, 27);
    assert_int_equal(all, 27);
    source_close(s);
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct source *s = NULL;
    const char *path = at("missing");
    struct status st = source_open(arena, in(path), &s);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_string_equal(
        st.message, str_format_c(arena, "cannot open %s for IN: No such file or directory", path));
    st = source_open(arena, in(folder), &s);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_string_equal(st.hint, "dir:PATH reads all files of a folder");
    st = source_open(arena, in(str_format_c(arena, "dir:%s", path)), &s);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_null(s);
}

/* ---- records beyond the limit ---- */

static void a_record_beyond_the_limit_is_cut(void **state)
{
    (void)state;
    const char *path = at("long");
    size_t n = LIMIT_RECORD_BYTES + (3 << 20);
    char *text = mem_alloc(n);
    memset(text, 'x', n);
    memcpy(text, "{}\n", 3);
    text[n - 1] = '\n';
    files_write(path, text, n);
    files_append(path, "{\"a\":1}\n{}", 10);
    struct source *s = open_source(in(path));
    struct status st;
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 1 << 20, -1, &b, &first, &st), SOURCE_BLOCK);
    assert_int_equal(b->size, 3);
    block_release(b);
    assert_int_equal(source_read(s, 1 << 20, -1, &b, &first, &st), SOURCE_BLOCK);
    assert_true(b->size > LIMIT_RECORD_BYTES && b->size < n);
    assert_null(memchr(b->data, '\n', b->size));
    block_release(b);
    struct seen seen = { 0 };
    assert_int_equal(see_all(s, 1 << 20, &seen), SOURCE_END);
    assert_string_equal(joined(&seen), "{\"a\":1}\n{}");
    source_close(s);
    buf_free(&seen.text);
    mem_free(text);
}

/* ---- gzip ---- */

static void packed_files_are_known_by_their_bytes(void **state)
{
    (void)state;
    const char *path = at("packed.csv");
    files_append_packed(path, "a,b\n1,", 6);
    files_append_packed(path, "", 0);
    files_append_packed(path, "2\n3", 3);
    struct io_endpoint *e = in(path);
    expect_text(e, "^a,b\n1,2\n3");
    struct source *s = open_source(e);
    assert_string_equal(source_format(s), "csv");
    source_close(s);
    path = at("mark.gz");
    files_append_packed(path, "\xEF\xBB\xBF{}\n", 6);
    expect_text(in(path), "^{}\n");
    path = at("empty.gz");
    files_append_packed(path, "", 0);
    expect_text(in(path), "");
}

/* A packed text of many lines in one member. */
static const char *write_packed_lines(const char *name, struct buf *text)
{
    const char *path = at(name);
    for (int i = 0; i < 20000; i++)
        buf_printf(text, "{\"n\":%d,\"s\":\"%x\"}\n", i, (unsigned)hash_u64((uint64_t)i));
    files_append_packed(path, text->data, text->len);
    return path;
}

static void a_long_packed_file(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct seen seen = { 0 };
    const char *path = write_packed_lines("long.gz", &text);
    struct source *s = open_source(in(path));
    assert_int_equal(see_all(s, 5000, &seen), SOURCE_END);
    buf_c(&text);
    assert_string_equal(joined(&seen) + 1, text.data);
    source_close(s);
    buf_free(&seen.text);
    buf_free(&text);
}

/* Whatever is cut off or damaged: what stands before is delivered in whole records, then a failure is told. */
static void damaged_packed_files(void **state)
{
    (void)state;
    struct buf text = { 0 };
    const char *path = write_packed_lines("long.gz", &text);
    struct str packed = files_read(arena, path);
    buf_c(&text);
    for (int i = 0; i < 40; i++) {
        bool cut = i % 2;
        size_t place = 11 + (size_t)(hash_u64((uint64_t)i) % (packed.len - 20));
        const char *bad = at("bad.gz");
        char *bytes = arena_dup(arena, str_data(&packed), packed.len);
        if (!cut) bytes[place] = (char)(bytes[place] ^ 0x55);
        files_write(bad, bytes, cut ? place : packed.len);
        struct seen seen = { 0 };
        struct source *s = open_source(in(bad));
        assert_int_equal(see_all(s, 3000, &seen), SOURCE_FAILED);
        assert_int_equal(seen.end.err, ERR_IO);
        assert_non_null(
            strstr(seen.end.message, cut ? "it ends too early" : "is damaged gzip data"));
        const char *got = joined(&seen);
        size_t n = seen.text.len;
        assert_true(n == 0 || got[n - 1] == '\n');
        if (cut && n) assert_memory_equal(got + 1, text.data, n - 1);
        source_close(s);
        buf_free(&seen.text);
    }
    buf_free(&text);
}

static void a_damaged_trailer_comes_after_the_rows(void **state)
{
    (void)state;
    const char *path = at("sum.gz");
    files_append_packed(path, "{\"a\":1}\n{\"a\":2}\n", 16);
    struct str packed = files_read(arena, path);
    char *bytes = arena_dup(arena, str_data(&packed), packed.len);
    bytes[packed.len - 6] ^= 1;
    files_write(path, bytes, packed.len);
    expect_failure(in(path), "^{\"a\":1}\n{\"a\":2}\n", "incorrect data check");
    files_write(path, str_data(&packed), packed.len);
    files_append(path, "junk", 4);
    expect_failure(in(path), "^{\"a\":1}\n{\"a\":2}\n", "incorrect header check");
    files_write(path, str_data(&packed), packed.len - 1);
    expect_failure(in(path), "^{\"a\":1}\n{\"a\":2}\n", "it ends too early");
}

/* ---- folders ---- */

static void a_folder_in_the_order_of_names(void **state)
{
    (void)state;
    struct io_endpoint *e = in(str_format_c(arena, "dir:%s", folder));
    expect_text(e, "");
    files_write(at("b/2"), "b2", 2);
    files_write(at("b/1"), "b1\n", 3);
    files_write(at("a"),
                "\xEF\xBB\xBF"
                "a\n",
                5);
    files_write(at("c/d/e"), "", 0);
    files_append_packed(at("c/d/f"), "f", 1);
    files_write(at(".hidden"), "no", 2);
    files_write(at(".git/no"), "no", 2);
    files_write(at("c/x.part"), "no", 2);
    assert_int_equal(symlink(folder, at("loop")), 0);
    assert_int_equal(symlink("nowhere", at("broken")), 0);
    assert_int_equal(symlink("a", at("z")), 0);
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    expect_text(e, "^a\n^b1\n^b2^f^a\n");
    struct source *s = open_source(e);
    uint64_t done, all;
    source_progress(s, &done, &all);
    assert_false(source_is_live(s));
    assert_true(all > 12 && done == 0);
    source_close(s);
}

static void a_folder_takes_its_format_from_the_first_file(void **state)
{
    (void)state;
    files_write(at("1.csv.gz"), "a", 1);
    struct source *s = open_source(in(str_format_c(arena, "dir:%s", folder)));
    assert_string_equal(source_format(s), "csv");
    source_close(s);
}

static void a_file_that_went_away_fails(void **state)
{
    (void)state;
    files_write(at("a"), "a\n", 2);
    files_write(at("b"), "b\n", 2);
    struct source *s = open_source(in(str_format_c(arena, "dir:%s", folder)));
    unlink(at("b"));
    struct seen seen = { 0 };
    assert_int_equal(see_all(s, 100, &seen), SOURCE_FAILED);
    assert_string_equal(joined(&seen), "^a\n");
    assert_int_equal(seen.end.err, ERR_UNREACHABLE);
    source_close(s);
    buf_free(&seen.text);
}

/* ---- pipes ---- */

/* Standard input for a while is a pipe; returns where to write. */
static int saved_input;

static int pipe_as_input(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    saved_input = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    return ends[1];
}

static void restore_input(void)
{
    dup2(saved_input, STDIN_FILENO);
    close(saved_input);
}

static void put(int fd, const char *p, size_t n)
{
    assert_int_equal(write(fd, p, n), n);
}

/* A byte at a time, far more of them than doubling could stand; a record comes when its line end does. */
static void standard_input_in_dribbles(void **state)
{
    (void)state;
    static const char text[] =
        "\xEF\xBB\xBF{\"a\": 1,  \"b\":  \"a rather long text, longer than any word\"}\n"
        "{}\n{\"last\":1}";
    int out = pipe_as_input();
    struct source *s = open_source(in("-"));
    struct seen seen = { 0 };
    struct block *b;
    bool first;
    assert_true(source_is_live(s));
    assert_int_equal(source_read(s, 1 << 20, 0, &b, &first, &seen.end), SOURCE_IDLE);
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        put(out, text + i, 1);
        enum source_result got = source_read(s, 1 << 20, 0, &b, &first, &seen.end);
        if (text[i] != '\n' && got == SOURCE_IDLE) continue;
        assert_int_equal(text[i], '\n');
        assert_int_equal(got, SOURCE_BLOCK);
        see_block(&seen, b, first);
    }
    assert_int_equal(source_read(s, 1 << 20, 1, &b, &first, &seen.end), SOURCE_IDLE);
    close(out);
    assert_int_equal(see_all(s, 1 << 20, &seen), SOURCE_END);
    assert_string_equal(buf_c(&seen.text),
                        "^{\"a\": 1,  \"b\":  \"a rather long text, longer than any word\"}\n|"
                        "{}\n|{\"last\":1}|");
    source_close(s);
    buf_free(&seen.text);
    restore_input();
}

/* The blocks of delimited text that comes a byte at a time. */
static void expect_delimited(const char *text, const char *row_delimiter, const char *blocks)
{
    int out = pipe_as_input();
    struct io_endpoint *e = in("-");
    endpoint_option(e, "format", "csv");
    endpoint_option(e, "row_delimiter", row_delimiter);
    struct source *s = open_source(e);
    struct seen seen = { 0 };
    struct block *b;
    bool first;
    assert_string_equal(source_format(s), "csv");
    for (; *text; text++) {
        put(out, text, 1);
        if (source_read(s, 1000, 0, &b, &first, &seen.end) == SOURCE_BLOCK)
            see_block(&seen, b, first);
    }
    close(out);
    assert_int_equal(see_all(s, 1000, &seen), SOURCE_END);
    assert_string_equal(buf_c(&seen.text), blocks);
    source_close(s);
    buf_free(&seen.text);
    restore_input();
}

static void delimited_text_in_dribbles(void **state)
{
    (void)state;
    expect_delimited("1,\"a\nb\"\n2,\"c\"\"\n\"\n3,d\n", "",
                     "^1,\"a\nb\"\n|2,\"c\"\"\n\"\n|3,d\n|");
    expect_delimited("1;2\n3##4#5##6", "##", "^1;2\n3##|4#5##|6|");
}

static void packed_standard_input_in_dribbles(void **state)
{
    (void)state;
    const char *path = at("x.gz");
    files_append_packed(path, "{\"a\":1}\n", 8);
    files_append_packed(path, "{\"a\":2}\n", 8);
    struct str packed = files_read(arena, path);
    int out = pipe_as_input();
    struct source *s = open_source(in("-"));
    struct seen seen = { 0 };
    struct block *b;
    bool first;
    for (uint32_t i = 0; i < packed.len; i++) {
        put(out, str_data(&packed) + i, 1);
        if (source_read(s, 1 << 20, 0, &b, &first, &seen.end) == SOURCE_BLOCK)
            see_block(&seen, b, first);
    }
    close(out);
    assert_int_equal(see_all(s, 1 << 20, &seen), SOURCE_END);
    assert_string_equal(buf_c(&seen.text), "^{\"a\":1}\n|{\"a\":2}\n|");
    source_close(s);
    buf_free(&seen.text);
    restore_input();
}

static void *stop_source(void *source)
{
    source_stop(source);
    return NULL;
}

static void a_waiting_read_can_be_stopped(void **state)
{
    (void)state;
    int out = pipe_as_input();
    struct source *s = open_source(in("-"));
    struct seen seen = { 0 };
    pthread_t other;
    put(out, "{\"half\":", 8);
    assert_int_equal(pthread_create(&other, NULL, stop_source, s), 0);
    assert_int_equal(see_all(s, 100, &seen), SOURCE_END);
    pthread_join(other, NULL);
    assert_int_equal(seen.text.len, 0);
    source_close(s);
    close(out);
    restore_input();
}

static void a_named_pipe_waits_for_its_writer(void **state)
{
    (void)state;
    const char *path = at("pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    struct source *s = open_source(in(path));
    struct seen seen = { 0 };
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 100, 1, &b, &first, &seen.end), SOURCE_IDLE);
    int out = open(path, O_WRONLY);
    put(out, "{}\n{", 4);
    assert_int_equal(source_read(s, 100, -1, &b, &first, &seen.end), SOURCE_BLOCK);
    see_block(&seen, b, first);
    put(out, "}", 1);
    close(out);
    assert_int_equal(see_all(s, 100, &seen), SOURCE_END);
    assert_string_equal(buf_c(&seen.text), "^{}\n|{}|");
    source_close(s);
    buf_free(&seen.text);
}

/* ---- files that grow ---- */

static void see_next(struct source *s, struct seen *seen)
{
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 100, -1, &b, &first, &seen->end), SOURCE_BLOCK);
    see_block(seen, b, first);
}

static void see_pause(struct source *s, struct seen *seen)
{
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 100, 0, &b, &first, &seen->end), SOURCE_IDLE);
}

/* ---- programs ---- */

static void lines_of_a_program(void **state)
{
    (void)state;
    expect_text(in("exec:printf '{}\\n{\"a\":1}'; exit 0"), "^{}\n{\"a\":1}");
    expect_failure(in("exec:echo '{}'; exit 3"), "^{}\n",
                   "program 'echo '{}'; exit 3' of IN ended with exit code 3");
    expect_failure(in("exec:kill -9 $$"), "", "was ended by signal 9");
    expect_failure(in("exec:/no/such/program 2>/dev/null"), "", "ended with exit code 127");
}

static void a_program_without_end_is_ended(void **state)
{
    (void)state;
    struct source *s = open_source(in("exec:echo '{}'; exec sleep 1000"));
    struct seen seen = { 0 };
    see_next(s, &seen);
    see_pause(s, &seen);
    source_stop(s);
    assert_int_equal(see_all(s, 100, &seen), SOURCE_END);
    source_close(s);
    buf_free(&seen.text);
}

/* The program that closed its output, but goes on, does not hold up a stop. */
static void a_program_that_closed_its_output(void **state)
{
    (void)state;
    struct source *s = open_source(in("exec:exec >/dev/null; exec sleep 1000"));
    struct seen seen = { 0 };
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, stop_source, s), 0);
    assert_int_equal(see_all(s, 100, &seen), SOURCE_END);
    pthread_join(other, NULL);
    source_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_in_pieces_of_all_sizes),
        TEST(a_byte_order_mark_is_dropped_once),
        TEST(blocks_know_their_offset),
        TEST(what_cannot_be_opened),
        TEST(a_record_beyond_the_limit_is_cut),
        TEST(packed_files_are_known_by_their_bytes),
        TEST(a_long_packed_file),
        TEST(damaged_packed_files),
        TEST(a_damaged_trailer_comes_after_the_rows),
        TEST(a_folder_in_the_order_of_names),
        TEST(a_folder_takes_its_format_from_the_first_file),
        TEST(a_file_that_went_away_fails),
        TEST(standard_input_in_dribbles),
        TEST(delimited_text_in_dribbles),
        TEST(packed_standard_input_in_dribbles),
        TEST(a_waiting_read_can_be_stopped),
        TEST(a_named_pipe_waits_for_its_writer),
        TEST(lines_of_a_program),
        TEST(a_program_without_end_is_ended),
        TEST(a_program_that_closed_its_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
