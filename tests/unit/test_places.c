/* test_places.c: reading goes on from any place, writing from any position, as if nothing had happened. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/builder.h"
#include "io/sink.h"
#include "io/source.h"
#include "io_files.h"
#include "time/clock.h"

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

static void expect_ok(struct status st)
{
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
}

/* ---- places of a source ---- */

/* Reads to the end; '^' stands before what begins a file. With `places` the place behind each line end, a line each. */
static enum source_result read_all(struct source *s, size_t want, struct buf *text,
                                   struct buf *places)
{
    enum source_result got;
    struct status st;
    struct block *b;
    bool first;
    while ((got = source_read(s, want, -1, &b, &first, &st)) == SOURCE_BLOCK) {
        if (first) buf_append_char(text, '^');
        for (size_t i = 0; i < b->size; i++) {
            buf_append_char(text, b->data[i]);
            if (!places || (b->data[i] != '\n' && i + 1 < b->size)) continue;
            buf_printf(places, "%zu ", text->len);
            source_place(b, i + 1, places);
            buf_append_char(places, '\n');
        }
        block_release(b);
    }
    return got;
}

/* From every place on, the rest of the text comes; marks of files that lie behind the place come, too. */
static void expect_rest_from_all_places(struct io_endpoint *e)
{
    struct buf text = { 0 }, places = { 0 };
    struct source *s = NULL;
    expect_ok(source_open(arena, e, &s));
    assert_int_equal(read_all(s, 20, &text, &places), SOURCE_END);
    source_close(s);
    uint32_t n = 0;
    buf_c(&places);
    for (char *line = places.data, *stop; (stop = strchr(line, '\n')); line = stop + 1, n++) {
        char *blank = strchr(line, ' ');
        size_t taken = strtoul(line, NULL, 10);
        struct str place = str_view(blank + 1, (size_t)(stop - blank - 1));
        for (size_t want = 1; want < 1000; want *= 7) {
            struct buf rest = { 0 };
            expect_ok(source_open(arena, e, &s));
            expect_ok(source_seek(s, place));
            assert_int_equal(read_all(s, want, &rest, NULL), SOURCE_END);
            assert_int_equal(rest.len, text.len - taken);
            if (rest.len) assert_memory_equal(rest.data, text.data + taken, rest.len);
            source_close(s);
            buf_free(&rest);
        }
    }
    assert_true(n >= 2);
    buf_free(&text);
    buf_free(&places);
}

static void files_go_on_from_any_place(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}\n",
        "\xEF\xBB\xBF{\"a\":1}\r\n{\"a\":2}",
        "1\n2\n3",
        "\n\xEF\xBB\xBF\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *plain = at(str_format_c(arena, "%zu", i));
        const char *packed = at(str_format_c(arena, "%zu.gz", i));
        files_write(plain, texts[i], strlen(texts[i]));
        files_append_packed(packed, texts[i], 3);
        files_append_packed(packed, texts[i] + 3, strlen(texts[i]) - 3 + (strlen(texts[i]) < 3));
        expect_rest_from_all_places(endpoint_new(arena, "IN", plain));
        expect_rest_from_all_places(endpoint_new(arena, "IN", packed));
    }
}

static void delimited_files_go_on_behind_their_header(void **state)
{
    (void)state;
    files_write(at("a.csv"), "\n\na,b\n1,2\n3,4", 13);
    expect_rest_from_all_places(endpoint_new(arena, "IN", at("a.csv")));
}

static void folders_go_on_in_any_file(void **state)
{
    (void)state;
    files_write(at("in/a"), "1\n2\n", 4);
    files_write(at("in/b"), "3", 1);
    files_write(at("in/c"), "\n", 1);
    files_append_packed(at("in/d/e.gz"), "4\n5\n", 4);
    files_write(at("in/f"), "", 0);
    files_write(at("in/g"), "\xEF\xBB\xBF" "6\n", 5);
    expect_rest_from_all_places(endpoint_new(arena, "IN", str_format_c(arena, "dir:%s", at("in"))));
}

static void places_that_are_no_more(void **state)
{
    (void)state;
    struct source *s = NULL;
    struct buf text = { 0 };
    files_write(at("in/a"), "1\n2\n", 4);
    struct io_endpoint *e = endpoint_new(arena, "IN", str_format_c(arena, "dir:%s", at("in")));
    expect_ok(source_open(arena, e, &s));
    struct status st = source_seek(s, str_format(arena, "2 %s", at("in/b")));
    assert_int_equal(st.err, ERR_UNREACHABLE);
    source_close(s);
    expect_ok(source_open(arena, e, &s));
    expect_ok(source_seek(s, str_format(arena, "5 %s", at("in/a"))));
    assert_int_equal(read_all(s, 100, &text, NULL), SOURCE_FAILED);
    assert_int_equal(text.len, 0);
    source_close(s);
    buf_free(&text);
}

/* ---- positions of a sink ---- */

static struct column columns[] = { { .type = { .kind = TYPE_INTEGER } } };
static const struct schema schema = { columns, 1 };

/* 2026-01-31 23:59:50 */
static const rowtime start = 1769903990000;

static void deliver_timed(struct sink *s, rowtime first, uint32_t from, uint32_t to)
{
    if (from == to) return;
    struct builder *b = builder_new(&columns[0].type, 1);
    for (uint32_t i = from; i < to; i++) {
        builder_row(b, first + i * 250, 0, i, NULL, 0);
        builder_value(b, 0, &(struct value){ .type = columns[0].type, .i64 = i });
    }
    struct batch *rows = builder_take(b);
    expect_ok(sink_deliver(s, rows, NULL));
    batch_release(rows);
    builder_free(b);
}

static void deliver(struct sink *s, uint32_t from, uint32_t to)
{
    deliver_timed(s, start, from, to);
}

static void close_sink(struct sink *s)
{
    const char *where;
    expect_ok(sink_close(s, arena, &where));
}

static void write_all(struct io_endpoint *e, uint32_t n)
{
    struct sink *s = NULL;
    expect_ok(sink_open(arena, e, &schema, &s));
    deliver(s, 0, n);
    close_sink(s);
}

/* Writes `saved` rows, takes the position, and goes on to `lost` rows. Closes the sink, or leaves it as a crash
 * does. */
static struct str write_and_break_off(struct io_endpoint *e, uint32_t saved, uint32_t lost,
                                      bool crash)
{
    const char *file = at("position");
    pid_t child = crash ? fork() : 0;
    if (crash && child > 0) {
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        return files_read(arena, file);
    }
    struct snap_writer w = { { 0 } };
    struct sink *s = NULL;
    expect_ok(sink_open(arena, e, &schema, &s));
    deliver(s, 0, saved);
    expect_ok(sink_save(s, &w));
    files_write(file, w.out.data, w.out.len);
    buf_free(&w.out);
    deliver(s, saved, lost);
    if (crash) _exit(0);
    close_sink(s);
    return files_read(arena, file);
}

/* The same, and then the rest of n rows from the position on. */
static void write_broken_off(struct io_endpoint *e, uint32_t saved, uint32_t lost, uint32_t n,
                             bool crash)
{
    struct str position = write_and_break_off(e, saved, lost, crash);
    struct sink *s = NULL;
    expect_ok(sink_resume(arena, e, &schema, position, &s));
    assert_int_equal(sink_rows(s), saved);
    deliver(s, saved, n);
    close_sink(s);
}

static void expect_same_folders(const char *a, const char *b)
{
    const char *list = files_list(arena, at(a));
    assert_string_equal(files_list(arena, at(b)), list);
    while (*list) {
        const char *name = str_to_c(arena, str_view(list, strcspn(list, "\n")));
        struct str x = files_read(arena, files_path(arena, at(a), name));
        struct str y = files_read(arena, files_path(arena, at(b), name));
        assert_int_equal(x.len, y.len);
        assert_memory_equal(str_data(&x), str_data(&y), x.len);
        list += strlen(name) + 1;
    }
}

static struct io_endpoint *out_to(const char *url)
{
    columns[0].name = str_c("N");
    return endpoint_new(arena, "OUT", url);
}

static uint32_t count_lines(const char *root)
{
    uint32_t n = 0;
    const char *list = files_list(arena, root);
    while (*list) {
        const char *name = str_to_c(arena, str_view(list, strcspn(list, "\n")));
        struct str text = files_read(arena, files_path(arena, root, name));
        for (size_t i = 0; i < text.len; i++) n += str_data(&text)[i] == '\n';
        list += strlen(name) + 1;
    }
    return n;
}

static void files_go_on_from_their_position(void **state)
{
    (void)state;
    static const char *const names[] = { "x.json", "x.json.gz", "x.csv" };
    for (int i = 0; i < 3; i++) {
        write_all(out_to(files_path(arena, at("straight"), names[i])), 50000);
        for (uint32_t saved = 0; saved <= 50000; saved += 12500) {
            write_broken_off(out_to(files_path(arena, at("broken"), names[i])), saved,
                             saved + (50000 - saved) / 2, 50000, saved % 25000);
        }
    }
    expect_same_folders("straight", "broken");
}

static struct io_endpoint *folder_sink(const char *name, bool gzip)
{
    struct io_endpoint *e = out_to(str_format_c(arena, "dir:%s", at(name)));
    endpoint_interval(e, "interval", 10000);
    endpoint_option(e, "size", "400");
    endpoint_option(e, "gzip", gzip ? "TRUE" : "FALSE");
    return e;
}

static void folders_go_on_from_their_position(void **state)
{
    (void)state;
    for (uint32_t saved = 1; saved < 150; saved += 4) {
        bool gzip = saved % 8 == 1;
        const char *straight = str_format_c(arena, "s%u", saved);
        const char *broken = str_format_c(arena, "b%u", saved);
        write_all(folder_sink(straight, gzip), 200);
        write_broken_off(folder_sink(broken, gzip), saved, saved + saved % 50, 200, saved % 3 == 0);
        expect_same_folders(straight, broken);
    }
}

/* What other runs wrote into the folder is theirs. */
static void objects_of_other_runs_stay(void **state)
{
    (void)state;
    static const char *const others[] = {
        "2025/12/31/OUT-2025-12-31-23-00-00-000900.ndjson",
        "OUT-A-2026-01-31-23-59-50-000901.ndjson",
        "OUTER-2027-01-31-23-59-50-000901.ndjson",
        "OUT-2027-notes-000901.txt",
        "OUT-readme.txt",
        "OUT-",
    };
    for (int i = 0; i < 6; i++) files_write(files_path(arena, at("d"), others[i]), "x", 1);
    write_broken_off(folder_sink("d", false), 10, 100, 110, false);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(access(files_path(arena, at("d"), others[i]), F_OK), 0);
    }
}

/* Rows that are timed by their arrival come again at another time, and their objects under other names. */
static void objects_of_lost_arrivals_go(void **state)
{
    (void)state;
    struct clock clock;
    clock_init_wall(&clock);
    rowtime now = clock_now(&clock);
    for (uint32_t saved = 0; saved < 30; saved += 5) {
        const char *name = str_format_c(arena, "d%u", saved);
        const char *other =
            files_path(arena, at(name), "2026/01/01/00/OUT-2026-01-01-00-00-00-000007.ndjson");
        files_write(other, "x", 1);
        struct io_endpoint *e = folder_sink(name, false);
        struct snap_writer w = { { 0 } };
        struct sink *s = NULL;
        expect_ok(sink_open(arena, e, &schema, &s));
        deliver_timed(s, now, 0, saved);
        expect_ok(sink_save(s, &w));
        deliver_timed(s, now, saved, 200);
        close_sink(s);
        expect_ok(sink_resume(arena, e, &schema, str_view(w.out.data, w.out.len), &s));
        deliver_timed(s, now + 100000, saved, 200);
        close_sink(s);
        buf_free(&w.out);
        assert_int_equal(access(other, F_OK), 0);
        assert_int_equal(unlink(other), 0);
        assert_int_equal(count_lines(at(name)), 200);
    }
}

/* Any bytes instead of a position leave a file alone, or are refused with a status. */
static void damaged_positions(void **state)
{
    (void)state;
    struct snap_writer w = { { 0 } };
    struct sink *s = NULL;
    struct io_endpoint *e = out_to(at("out"));
    expect_ok(sink_open(arena, e, &schema, &s));
    deliver(s, 0, 100);
    expect_ok(sink_save(s, &w));
    close_sink(s);
    struct str before = files_read(arena, at("out"));
    for (size_t n = 0; n < w.out.len; n++) {
        struct status st = sink_resume(arena, e, &schema, str_view(w.out.data, n), &s);
        assert_int_equal(st.err, ERR_SNAPSHOT);
        assert_int_equal(files_read(arena, at("out")).len, before.len);
    }
    assert_int_equal(truncate(at("out"), 3), 0);
    struct status st = sink_resume(arena, e, &schema, str_view(w.out.data, w.out.len), &s);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_int_equal(files_read(arena, at("out")).len, 3);

    e = folder_sink("d", true);
    w.out.len = 0;
    expect_ok(sink_open(arena, e, &schema, &s));
    deliver(s, 0, 15);
    expect_ok(sink_save(s, &w));
    close_sink(s);
    const char *list = files_list(arena, at("d"));
    for (size_t n = 0; n < w.out.len; n++) {
        st = sink_resume(arena, e, &schema, str_view(w.out.data, n), &s);
        assert_int_equal(st.err, ERR_SNAPSHOT);
        assert_string_equal(files_list(arena, at("d")), list);
    }
    buf_free(&w.out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_go_on_from_any_place),
        TEST(delimited_files_go_on_behind_their_header),
        TEST(folders_go_on_in_any_file),
        TEST(places_that_are_no_more),
        TEST(files_go_on_from_their_position),
        TEST(folders_go_on_from_their_position),
        TEST(objects_of_other_runs_stay),
        TEST(objects_of_lost_arrivals_go),
        TEST(damaged_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
