/* test_control.c: lines and messages of the control socket, however they come; its file; taps that nobody empties. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/tap.h"
#include "io/control.h"

/* ---- lines ---- */

/* The lines of a text that comes in pieces of n bytes, joined by '|'; a long one as "!". */
static void read_in_pieces(const char *text, size_t n, size_t limit, struct buf *out)
{
    struct control_lines lines = { .limit = limit };
    size_t size = strlen(text);
    for (size_t at = 0; at < size; at += n) {
        control_add(&lines, text + at, size - at < n ? size - at : n);
        struct str line;
        enum control_line got;
        while ((got = control_next(&lines, &line)) == CONTROL_LINE) {
            buf_append_str(out, line);
            buf_append_char(out, '|');
        }
        if (got == CONTROL_PART) continue;
        buf_append_char(out, '!');
        break;
    }
    control_lines_free(&lines);
}

/* Lines are the same in pieces of any size; what has no end yet is none. */
static void test_pieces(void **state)
{
    (void)state;
    for (size_t n = 1; n < 20; n++) {
        struct buf out = { 0 };
        read_in_pieces("one\n\ntwo three\nfour", n, 100, &out);
        assert_string_equal(buf_c(&out), "one||two three|");
        buf_free(&out);
    }
}

/* A line may be as long as the limit, with its end; the first byte more is refused, wherever it comes. */
static void test_limit(void **state)
{
    (void)state;
    for (size_t n = 1; n < 20; n++) {
        struct buf fits = { 0 }, long_line = { 0 };
        read_in_pieces("1234567\nab\n", n, 8, &fits);
        assert_string_equal(buf_c(&fits), "1234567|ab|");
        read_in_pieces("ab\n12345678\nab\n", n, 8, &long_line);
        assert_string_equal(buf_c(&long_line), "ab|!");
        buf_free(&fits);
        buf_free(&long_line);
    }
}

/* ---- messages ---- */

/* What was written is read as it was; members of another kind than is asked for are not there. */
static void test_members(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf text = { 0 };
    struct doc_node *m;
    control_put_text(&text, "text", str_c("a \"b\"\n\x01 Zürich"));
    control_put_number(&text, "number", UINT64_MAX / 10);
    control_put_true(&text, "yes", true);
    control_put_true(&text, "no", false);
    buf_append_char(&text, '}');
    assert_int_equal(control_parse(a, str_view(text.data, text.len), &m).err, ERR_NONE);
    assert_true(str_equal_c(control_text(m, "text"), "a \"b\"\n\x01 Zürich"));
    assert_true(control_number(m, "number", UINT64_MAX) == UINT64_MAX / 10);
    assert_true(control_number(m, "number", 1000) == 0);
    assert_true(control_true(m, "yes"));
    assert_false(control_true(m, "no"));
    assert_int_equal(control_text(m, "yes").len, 0);
    assert_true(control_number(m, "text", UINT64_MAX) == 0);
    assert_false(control_true(m, "none"));
    buf_free(&text);
    arena_free(a);
}

/* A message is one object and nothing else; numbers are whole and not negative. */
static void test_no_messages(void **state)
{
    (void)state;
    static const char *const broken[] = { "",    "[]",       "1",     "{",      "{\"a\":}", "{} {}",
                                          "{}x", "{\"a\" 1}", "\"do\"", "{'a':1}" };
    struct arena *a = arena_new();
    struct doc_node *m = NULL;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        if (control_parse(a, str_c(broken[i]), &m).err == ERR_NONE) fail_msg("%s", broken[i]);
    }
    static const char odd[] = "{\"a\":-1,\"b\":1.5,\"c\":1e3,\"d\":99999999999999999999}";
    assert_int_equal(control_parse(a, str_c(odd), &m).err, ERR_NONE);
    for (char name[2] = "a"; name[0] < 'e'; name[0]++)
        assert_true(control_number(m, name, UINT64_MAX) == 0);
    arena_free(a);
}

/* Types come back as they were; what is no type is refused. */
static void test_columns(void **state)
{
    (void)state;
    const struct type types[] = { type_of(TYPE_BIGINT), type_varchar(20), type_decimal(18, 4),
                                  type_interval(UNIT_DAY, UNIT_SECOND), type_of(TYPE_TIMESTAMP) };
    struct arena *a = arena_new();
    struct doc_node *m;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct column c = { .name = str_c("x y"), .type = types[i], .personal = i == 1 };
        struct column back;
        struct buf text = { 0 };
        control_put_column(&text, &c);
        buf_append_char(&text, '}');
        assert_int_equal(control_parse(a, str_view(text.data, text.len), &m).err, ERR_NONE);
        assert_true(control_column(m, &back));
        assert_true(type_equal(back.type, c.type) && str_equal(&back.name, &c.name));
        assert_int_equal(back.personal, c.personal);
        buf_free(&text);
    }
    static const char *const none[] = { "{\"name\":\"x\"}", "{\"kind\":99}",
                                        "{\"kind\":6,\"precision\":40}",
                                        "{\"kind\":6,\"precision\":4,\"scale\":9}",
                                        "{\"kind\":16,\"from\":5,\"to\":3}" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct column c;
        assert_int_equal(control_parse(a, str_c(none[i]), &m).err, ERR_NONE);
        if (control_column(m, &c)) fail_msg("%s", none[i]);
    }
    arena_free(a);
}

/* ---- the socket's file ---- */

/* A socket is its owner's alone; one that is held stays, one that nobody holds is replaced, what is no socket stays. */
static void test_place(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    char folder[] = "/tmp/sluice-control-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = str_format_c(a, "%s/run.sock", folder);
    struct control_place place, other;
    struct stat about;
    int fd, again;
    assert_int_equal(control_listen(a, path, &fd, &place).err, ERR_NONE);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(control_listen(a, path, &again, &other).err, ERR_UNREACHABLE);
    close(fd); /* killed: the file stays */
    assert_int_equal(control_connect(a, path, &again).err, ERR_UNREACHABLE);
    assert_int_equal(control_listen(a, path, &fd, &other).err, ERR_NONE);
    control_unlisten(dup(fd), &place); /* of the first one: that file is gone, this one is another's */
    bool replaced = place.inode != other.inode;
    assert_int_equal(access(path, F_OK), replaced ? 0 : -1);
    control_unlisten(fd, &other);
    assert_int_equal(access(path, F_OK), -1);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(control_listen(a, path, &fd, &place).err, ERR_UNREACHABLE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    arena_free(a);
}

/* ---- taps ---- */

static struct batch *some_rows(uint64_t first, uint32_t n)
{
    struct batch *b = batch_new(n, 0);
    rowtime *times = ARENA_ARRAY(b->arena, rowtime, n);
    uint64_t *seqs = ARENA_ARRAY(b->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        times[i] = (rowtime)(first + i);
        seqs[i] = first + i;
    }
    b->rowtimes = b->cause_times = times;
    b->cause_seqs = seqs;
    return b;
}

static void give(struct taps *t, uint64_t first, uint32_t n)
{
    struct graph_sink sink = taps_sink(t, 0);
    struct batch *b = some_rows(first, n);
    assert_int_equal(sink.rows(sink.arg, b).err, ERR_NONE);
    batch_release(b);
}

/* Takes everything that waits; returns how many rows that was. */
static uint64_t empty(struct tap *tap)
{
    uint64_t n = 0;
    struct bound bound;
    for (struct batch *b = tap_take(tap, &bound); b; b = tap_take(tap, &bound)) {
        n += batch_live(b);
        batch_release(b);
    }
    return n;
}

/* A tap that nobody empties keeps a bounded number of rows, and each row is either taken or counted. */
static void test_slow_reader(void **state)
{
    (void)state;
    struct taps *t = taps_new(1);
    give(t, 1, 100); /* nobody is there yet */
    struct tap *slow = tap_open(t, 0, false), *quick = tap_open(t, 0, false);
    uint64_t taken = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        give(t, i * 10, 10);
        taken += empty(quick);
    }
    assert_int_equal(taken, 10000);
    assert_int_equal(tap_left_out(quick), 0);
    uint64_t kept = empty(slow);
    assert_true(kept > 0 && kept < 5000);
    assert_int_equal(kept + tap_left_out(slow), 10000);
    give(t, 20000, 7);
    assert_int_equal(empty(slow), 7);
    give(t, 20010, 5); /* left behind when it is closed */
    tap_close(slow);
    tap_close(quick);
    taps_free(t);
}

/* Who wants whole rows gets those and no others, and wants none while there is no room. */
static void test_whole_rows(void **state)
{
    (void)state;
    struct taps *t = taps_new(1);
    assert_false(taps_want_whole(t, 0));
    struct tap *any = tap_open(t, 0, false);
    assert_false(taps_want_whole(t, 0));
    struct tap *whole = tap_open(t, 0, true);
    assert_true(taps_want_whole(t, 0));
    give(t, 1, 10);
    taps_note_whole(t, 0, 11, 14);
    taps_note_whole(t, 0, 15, 18);
    give(t, 9, 12);
    assert_int_equal(empty(any), 22);
    assert_int_equal(empty(whole), 8);
    assert_int_equal(tap_left_out(whole), 2); /* those before were on their way when it came */
    taps_note_whole(t, 0, 100, 100000);
    for (uint64_t i = 100; i < 90000 && taps_want_whole(t, 0); i += 100) give(t, i, 100);
    assert_false(taps_want_whole(t, 0));
    assert_true(empty(whole) > 0);
    assert_true(taps_want_whole(t, 0));
    tap_close(whole);
    assert_false(taps_want_whole(t, 0));
    tap_close(any);
    taps_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),      cmocka_unit_test(test_limit),
        cmocka_unit_test(test_members),     cmocka_unit_test(test_no_messages),
        cmocka_unit_test(test_columns),     cmocka_unit_test(test_place),
        cmocka_unit_test(test_slow_reader), cmocka_unit_test(test_whole_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
