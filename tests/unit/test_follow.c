/* test_follow.c: files that grow, are renamed, cut and removed, while they are read and between two runs. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
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

static struct io_endpoint *file_of(const char *name, const char *text)
{
    const char *path = at(name);
    files_write(path, text, strlen(text));
    return endpoint_new(arena, "IN", path);
}

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
    struct status end;
};

static void see_next(struct source *s, struct seen *seen)
{
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 100, -1, &b, &first, &seen->end), SOURCE_BLOCK);
    if (first) buf_append_char(&seen->text, '^');
    buf_append(&seen->text, b->data, b->size);
    buf_append_char(&seen->text, '|');
    block_release(b);
}

static void see_pause(struct source *s, struct seen *seen)
{
    struct block *b;
    bool first;
    assert_int_equal(source_read(s, 100, 0, &b, &first, &seen->end), SOURCE_IDLE);
}

/* ---- while they are read ---- */

static void a_followed_file_grows_and_rotates(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("log", "1\n2");
    const char *path = at("log");
    const char *old = at("log.1");
    endpoint_option(e, "follow", "TRUE");
    struct source *s = open_source(e);
    struct seen seen = { 0 };
    assert_true(source_is_live(s));
    see_next(s, &seen);
    see_pause(s, &seen);
    files_append(path, "2\n3", 3);
    see_next(s, &seen);
    /* renamed: what still comes there is read, a last line without an end is whole */
    rename(path, old);
    see_pause(s, &seen);
    files_append(old, "3", 1);
    see_pause(s, &seen);
    files_write(path,
                "\xEF\xBB\xBF"
                "4\n",
                5);
    files_append(old, "3", 1);
    see_next(s, &seen);
    see_next(s, &seen);
    see_pause(s, &seen);
    /* shortened: read from the start */
    files_append(path, "5\n6", 3);
    see_next(s, &seen);
    see_pause(s, &seen);
    files_write(path, "7\n", 2);
    see_next(s, &seen);
    see_next(s, &seen);
    /* away for a while */
    unlink(path);
    see_pause(s, &seen);
    files_append_packed(path, "8\n", 2);
    see_next(s, &seen);
    see_pause(s, &seen);
    assert_string_equal(buf_c(&seen.text), "^1\n|22\n|333|^4\n|5\n|6|^7\n|^8\n|");
    struct block *b;
    bool first;
    source_stop(s);
    assert_int_equal(source_read(s, 100, -1, &b, &first, &seen.end), SOURCE_END);
    source_close(s);
    buf_free(&seen.text);
}

/* The writer of a renamed file goes on in it until it hears of the new one. */
static void a_renamed_file_is_not_left_at_once(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("late", "1\n");
    endpoint_option(e, "follow", "TRUE");
    struct source *s = open_source(e);
    struct seen seen = { 0 };
    see_next(s, &seen);
    rename(at("late"), at("late.1"));
    files_write(at("late"), "3\n", 2);
    see_pause(s, &seen);
    see_pause(s, &seen);
    files_append(at("late.1"), "2\n", 2);
    see_next(s, &seen);
    see_pause(s, &seen);
    see_next(s, &seen);
    /* one that is renamed as well, before anybody looked into it, is not left out */
    rename(at("late"), at("late.1"));
    files_write(at("late"), "4\n", 2);
    see_pause(s, &seen);
    rename(at("late"), at("late.2"));
    files_write(at("late"), "5\n", 2);
    see_next(s, &seen);
    see_next(s, &seen);
    assert_string_equal(buf_c(&seen.text), "^1\n|2\n|^3\n|^4\n|^5\n|");
    source_close(s);
    buf_free(&seen.text);
}

/* Begun anew and longer than before between two looks: what it begins with tells. */
static void a_followed_file_that_is_written_anew(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("anew", "1\n2\n");
    endpoint_option(e, "follow", "TRUE");
    struct source *s = open_source(e);
    struct seen seen = { 0 };
    see_next(s, &seen);
    see_pause(s, &seen);
    files_write(at("anew"), "3\n4\n5\n", 6);
    see_next(s, &seen);
    assert_string_equal(buf_c(&seen.text), "^1\n2\n|^3\n4\n5\n|");
    source_close(s);
    buf_free(&seen.text);
}

/* ---- found again ---- */

static const char long_line[] =
    "{\"text\":\"long enough to tell a file by the way it begins, whatever its number\"}\n";

/* Reads the first block of what is followed; the place behind its first `bytes`. */
static const char *place_in(struct io_endpoint *e, size_t bytes)
{
    struct buf place = { 0 };
    struct block *b;
    struct status st;
    bool first;
    struct source *s = open_source(e);
    assert_int_equal(source_read(s, 1000, -1, &b, &first, &st), SOURCE_BLOCK);
    source_place(b, bytes, &place);
    block_release(b);
    source_close(s);
    const char *text = str_to_c(arena, str_view(place.data, place.len));
    buf_free(&place);
    return text;
}

static void expect_from(struct io_endpoint *e, const char *place, int blocks, const char *text)
{
    struct seen seen = { 0 };
    struct source *s = open_source(e);
    struct status st = source_seek(s, str_c(place));
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
    while (blocks-- > 0) see_next(s, &seen);
    see_pause(s, &seen);
    assert_string_equal(buf_c(&seen.text), text);
    source_close(s);
    buf_free(&seen.text);
}

static void changed_at(const char *name, time_t seconds)
{
    const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
    assert_int_equal(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

static void a_renamed_file_is_found_again(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("moved", "1\n2\n");
    endpoint_option(e, "follow", "TRUE");
    const char *place = place_in(e, 2);
    expect_from(e, place, 1, "2\n|");
    rename(at("moved"), at("moved.3"));
    files_write(at("moved.4"), "0\n", 2); /* older */
    files_write(at("moved.2"), "3\n", 2);
    files_write(at("moved.1"), "4\n", 2);
    files_write(at("moved.old"), "0\n", 2);
    files_write(at("moved"), "5\n", 2);
    for (int i = 0; i < 4; i++) changed_at(str_format_c(arena, "moved.%d", 4 - i), 1000 + i);
    expect_from(e, place, 4, "2\n|^3\n|^4\n|^5\n|");
    /* removed: from the start of what is there */
    unlink(at("moved.3"));
    expect_from(e, place, 1, "^5\n|");
    files_write(at("moved"), "", 0);
    expect_from(e, place, 0, "");
}

/* Nothing was read yet, not even a byte was there. */
static void an_empty_file_is_found_again(void **state)
{
    (void)state;
    struct io_endpoint *e = file_of("empty", "");
    struct buf place = { 0 };
    endpoint_option(e, "follow", "TRUE");
    struct source *s = open_source(e);
    source_start(s, &place);
    source_close(s);
    files_append(at("empty"), "1\n", 2);
    expect_from(e, buf_c(&place), 1, "^1\n|");
    rename(at("empty"), at("empty.1"));
    files_write(at("empty"), "2\n", 2);
    expect_from(e, buf_c(&place), 2, "^1\n|^2\n|");
    buf_free(&place);
}

static void a_packed_file_is_found_again(void **state)
{
    (void)state;
    char text[2000];
    memset(text, ' ', sizeof text);
    memcpy(text + sizeof text - 3, "\n2\n", 3);
    files_append_packed(at("packed"), text, sizeof text);
    struct io_endpoint *e = endpoint_new(arena, "IN", at("packed"));
    endpoint_option(e, "follow", "TRUE");
    const char *place = place_in(e, sizeof text - 2);
    expect_from(e, place, 1, "2\n|");
    rename(at("packed"), at("packed.1"));
    files_append_packed(at("packed"), "3\n", 2);
    expect_from(e, place, 2, "2\n|^3\n|");
}

static void a_copied_file_is_found_again(void **state)
{
    (void)state;
    const char *text = str_format_c(arena, "%s2\n", long_line);
    struct io_endpoint *e = file_of("copied", text);
    endpoint_option(e, "follow", "TRUE");
    const char *place = place_in(e, strlen(long_line));
    files_write(at("copied.1"), text, strlen(text));
    files_write(at("copied"), "3\n", 2);
    expect_from(e, place, 2, "2\n|^3\n|");
    /* of a state without marks, and of one whose file was brought back */
    files_write(at("copied"), text, strlen(text));
    unlink(at("copied.1"));
    expect_from(e, str_format_c(arena, "%zu %s", strlen(long_line), at("copied")), 1, "2\n|");
    files_write(at("other"), text, strlen(text));
    rename(at("other"), at("copied"));
    expect_from(e, place, 1, "2\n|");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    log_set_level(LOG_ERROR);
    const struct CMUnitTest tests[] = {
        TEST(a_followed_file_grows_and_rotates),
        TEST(a_renamed_file_is_not_left_at_once),
        TEST(a_followed_file_that_is_written_anew),
        TEST(a_renamed_file_is_found_again),
        TEST(an_empty_file_is_found_again),
        TEST(a_packed_file_is_found_again),
        TEST(a_copied_file_is_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
