/* test_sink.c: rows to files, folders and programs: the same bytes however batches are cut, no loss without a word. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "data/builder.h"
#include "data/calendar.h"
#include "io/output.h"
#include "io/sink.h"
#include "io_files.h"

static struct arena *arena;
static const char   *folder;

static struct column columns[] = {
    { .type = { .kind = TYPE_INTEGER } },
    { .type = { .kind = TYPE_VARCHAR, .length = 100 } },
};
static const struct schema schema = { columns, 2 };

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    folder = files_folder(arena);
    columns[0].name = str_c("N");
    columns[1].name = str_c("S");
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

static struct io_endpoint *out_to(const char *url)
{
    return endpoint_new(arena, "OUT", url);
}

/* ---- rows ---- */

/* 2026-01-31 23:59:50 */
static const rowtime start = 1769903990000;
enum { STEP_MS = 250 };

/* Rows from..to: one every 250 ms. With `hole` every other row is not selected. */
static struct batch *make_rows(uint32_t from, uint32_t to, bool hole)
{
    const struct type types[] = { columns[0].type, columns[1].type };
    struct builder   *b = builder_new(types, 2);
    struct arena     *a = arena_new();
    uint32_t          sel[4096], n = 0;
    for (uint32_t i = from; i < to; i++) {
        for (int twin = 0; twin <= hole; twin++) {
            builder_row(b, start + i * STEP_MS, 0, i, NULL, 0);
            struct value text = { .type = types[1],
                                  .str =
                                      str_format(a, "row %u%s", i, twin ? " is not there" : "") };
            builder_value(b, 0, &(struct value){ .type = types[0], .i64 = i });
            builder_value(b, 1, &text);
        }
        sel[n] = n * (1 + hole);
        n++;
    }
    struct batch *rows = builder_take(b);
    builder_free(b);
    arena_free(a);
    if (!hole) return rows;
    struct batch *some = batch_narrow(rows, sel, n);
    batch_release(rows);
    return some;
}

/* Row i as JSON writes it. */
static const char *json_of(uint32_t i)
{
    return str_format_c(arena, "{\"N\":%u,\"S\":\"row %u\"}\n", i, i);
}

static struct str json_of_all(uint32_t from, uint32_t to)
{
    struct buf text = { 0 };
    for (uint32_t i = from; i < to; i++) buf_append_c(&text, json_of(i));
    struct str out = str_copy(arena, str_view(text.data, text.len));
    buf_free(&text);
    return out;
}

static struct sink *open_sink(struct io_endpoint *e)
{
    struct sink  *s = NULL;
    struct status st = sink_open(arena, e, &schema, &s);
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
    return s;
}

static void expect_ok(struct status st)
{
    if (st.err != ERR_NONE) fail_msg("%s", st.message);
}

/* Delivers n rows, `size` a batch, with bounds between them, prepared beforehand or not. */
static struct status deliver(struct sink *s, uint32_t n, uint32_t size)
{
    for (uint32_t i = 0; i < n; i += size) {
        uint32_t      to = n - i < size ? n : i + size;
        struct batch *rows = make_rows(i, to, size % 2);
        void         *prepared = size % 3 ? sink_prepare(s, rows) : NULL;
        struct status st = sink_deliver(s, rows, prepared);
        if (st.err == ERR_NONE) st = sink_advance(s, rows->rowtimes[batch_row(rows, 0)]);
        batch_release(rows);
        TRY(st);
    }
    return OK;
}

static struct status close_sink(struct sink *s)
{
    const char *where = NULL;
    TRY(sink_close(s, arena, &where));
    assert_non_null(where);
    return OK;
}

static void deliver_and_close(struct io_endpoint *e, uint32_t n, uint32_t size)
{
    struct sink *s = open_sink(e);
    expect_ok(deliver(s, n, size));
    assert_int_equal(sink_rows(s), n);
    expect_ok(close_sink(s));
}

static void expect_text(struct str got, struct str expected)
{
    assert_int_equal(got.len, expected.len);
    assert_memory_equal(str_data(&got), str_data(&expected), got.len);
}

static void expect_failed(struct status st, const char *words)
{
    assert_int_equal(st.err, ERR_UNREACHABLE);
    if (!strstr(st.message, words)) fail_msg("%s", st.message);
}

static const uint32_t sizes[] = { 1, 2, 3, 7, 64, 1000, 3000 };
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

/* ---- files ---- */

static void a_file_begins_anew(void **state)
{
    (void)state;
    const char         *path = at("new/below/out");
    struct io_endpoint *e = out_to(path);
    for (int i = 0; i < N_SIZES; i++) {
        deliver_and_close(e, 100, sizes[i]);
        expect_text(files_read(arena, path), json_of_all(0, 100));
    }
    deliver_and_close(e, 0, 1);
    assert_int_equal(files_read(arena, path).len, 0);
}

static void rows_are_there_after_a_flush(void **state)
{
    (void)state;
    const char  *plain = at("out"), *packed = at("out.gz");
    struct sink *p = open_sink(out_to(plain));
    struct sink *z = open_sink(out_to(packed));
    expect_ok(deliver(p, 10, 4));
    expect_ok(deliver(z, 10, 4));
    assert_int_equal(files_read(arena, packed).len, 0);
    expect_ok(sink_flush(p));
    expect_ok(sink_flush(z));
    expect_text(files_read(arena, plain), json_of_all(0, 10));
    expect_text(files_unpack(arena, packed), json_of_all(0, 10));
    expect_ok(close_sink(p));
    expect_ok(close_sink(z));
}

static void delimited_files_have_no_header(void **state)
{
    (void)state;
    const char *path = at("out.csv");
    deliver_and_close(out_to(path), 2, 1);
    expect_text(files_read(arena, path), str_c("0,row 0\n1,row 1\n"));
    struct io_endpoint *e = out_to(at("out"));
    endpoint_option(e, "format", "tsv");
    deliver_and_close(e, 1, 1);
    expect_text(files_read(arena, at("out")), str_c("0\trow 0\n"));
}

static uint32_t count_members(struct str s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i + 3 < s.len; i++)
        n += memcmp(str_data(&s) + i, "\x1f\x8b\x08\x00", 4) == 0;
    return n;
}

static void packed_members_do_not_depend_on_batches(void **state)
{
    (void)state;
    struct str first = STR_EMPTY;
    for (int i = 0; i < N_SIZES; i++) {
        const char *path = at("out.json.gz");
        deliver_and_close(out_to(path), 30000, sizes[i]);
        struct str packed = files_read(arena, path);
        if (i == 0) {
            expect_text(files_unpack(arena, path), json_of_all(0, 30000));
            assert_true(count_members(packed) >= 3);
            first = packed;
        }
        expect_text(packed, first);
    }
}

static void null_counts(void **state)
{
    (void)state;
    struct sink *s = open_sink(out_to("null:"));
    expect_ok(deliver(s, 10, 3));
    expect_ok(sink_flush(s));
    assert_int_equal(sink_rows(s), 10);
    expect_ok(close_sink(s));
}

static void what_cannot_be_opened(void **state)
{
    (void)state;
    struct sink *s = NULL;
    files_write(at("file"), "x", 1);
    expect_failed(sink_open(arena, out_to(folder), &schema, &s), "Is a directory");
    const char *below = at("file/below/out");
    expect_failed(sink_open(arena, out_to(below), &schema, &s), "Not a directory");
    below = str_format_c(arena, "dir:%s", at("file/below"));
    expect_failed(sink_open(arena, out_to(below), &schema, &s), "Not a directory");
    assert_null(s);
}

/* ---- folders ---- */

static struct io_endpoint *folder_sink(const char *name)
{
    return out_to(str_format_c(arena, "dir:%s", at(name)));
}

/* 10 s after the first row of an object begins another one; midnight lies between. */
static void a_folder_rolls_by_interval(void **state)
{
    (void)state;
    for (int i = 0; i < N_SIZES; i++) {
        const char         *name = str_format_c(arena, "%d", i);
        struct io_endpoint *e = folder_sink(name);
        endpoint_interval(e, "interval", 10000);
        deliver_and_close(e, 100, sizes[i]);
        const char *root = at(name);
        assert_string_equal(files_list(arena, root),
                            "2026/01/31/23/OUT-2026-01-31-23-59-50-000001.ndjson\n"
                            "2026/02/01/00/OUT-2026-02-01-00-00-00-000002.ndjson\n"
                            "2026/02/01/00/OUT-2026-02-01-00-00-10-000003.ndjson\n");
        expect_text(
            files_read(arena, files_path(arena, root,
                                         "2026/02/01/00/OUT-2026-02-01-00-00-10-000003.ndjson")),
            json_of_all(80, 100));
        expect_text(
            files_read(arena, files_path(arena, root,
                                         "2026/02/01/00/OUT-2026-02-01-00-00-00-000002.ndjson")),
            json_of_all(40, 80));
    }
}

static void a_folder_rolls_by_size(void **state)
{
    (void)state;
    const char *list = NULL;
    for (int i = 0; i < N_SIZES; i++) {
        const char         *name = str_format_c(arena, "%d", i);
        struct io_endpoint *e = folder_sink(name);
        endpoint_option(e, "size", "1KB");
        endpoint_option(e, "gzip", "TRUE");
        endpoint_option(e, "prefix", "logs/raw-");
        endpoint_option(e, "format", "csv");
        deliver_and_close(e, 500, sizes[i]);
        const char *root = at(name);
        if (!list) list = files_list(arena, root);
        assert_string_equal(files_list(arena, root), list);
        const char *first = "logs/raw-2026/01/31/23/OUT-2026-01-31-23-59-50-000001.csv.gz";
        assert_memory_equal(list, first, strlen(first));
        struct str text = files_unpack(arena, files_path(arena, root, first));
        /* the row that goes beyond is the last one */
        assert_memory_equal(str_data(&text), "0,row 0\n", 8);
        assert_in_range(text.len, 1024, 1024 + 10);
    }
}

/* Time alone ends an object, and one under way bears another name. */
static void an_object_is_seen_when_it_is_whole(void **state)
{
    (void)state;
    struct io_endpoint *e = folder_sink("d");
    const char         *root = at("d");
    endpoint_interval(e, "interval", 60000);
    struct sink *s = open_sink(e);
    assert_string_equal(files_list(arena, root), "");
    expect_ok(deliver(s, 4, 4));
    expect_ok(sink_flush(s));
    assert_string_equal(files_list(arena, root),
                        "2026/01/31/23/OUT-2026-01-31-23-59-50-000001.ndjson.part\n");
    expect_ok(sink_advance(s, start + 59999));
    expect_ok(sink_advance(s, ROWTIME_END));
    assert_string_equal(files_list(arena, root),
                        "2026/01/31/23/OUT-2026-01-31-23-59-50-000001.ndjson.part\n");
    expect_ok(sink_advance(s, start + 60000));
    assert_string_equal(files_list(arena, root),
                        "2026/01/31/23/OUT-2026-01-31-23-59-50-000001.ndjson\n");
    expect_ok(close_sink(s));
    assert_string_equal(files_list(arena, root),
                        "2026/01/31/23/OUT-2026-01-31-23-59-50-000001.ndjson\n");
}

static void names_and_times_at_their_edges(void **state)
{
    (void)state;
    struct io_endpoint *e = folder_sink("d");
    e->name = "../O/UT";
    endpoint_option(e, "interval", "9000000000000000");
    struct sink      *s = open_sink(e);
    const struct type types[] = { columns[0].type, columns[1].type };
    struct builder   *b = builder_new(types, 2);
    builder_row(b, -62135596800000, 0, 0, NULL, 0);
    builder_row(b, INT64_MAX - 1, 0, 0, NULL, 0);
    struct batch *rows = builder_take(b);
    expect_ok(sink_deliver(s, rows, NULL));
    batch_release(rows);
    builder_free(b);
    expect_ok(close_sink(s));
    const char *list = files_list(arena, at("d"));
    assert_non_null(strstr(list, "0001/01/01/00/.._O_UT-0001-01-01-00-00-00-000001.ndjson\n"));
    assert_non_null(strstr(list, "-000002.ndjson\n"));
}

/* ---- programs ---- */

static void rows_into_a_program(void **state)
{
    (void)state;
    const char *path = at("out");
    for (int i = 0; i < N_SIZES; i++) {
        deliver_and_close(out_to(str_format_c(arena, "exec:cat > %s", path)), 100, sizes[i]);
        expect_text(files_read(arena, path), json_of_all(0, 100));
    }
    struct io_endpoint *e = out_to(str_format_c(arena, "exec:gunzip > %s", path));
    endpoint_option(e, "gzip", "TRUE");
    deliver_and_close(e, 1000, 10);
    expect_text(files_read(arena, path), json_of_all(0, 1000));
}

/* Which keys are quiet goes with the position: two runs alert as one would. */
static void a_throttled_program_goes_on(void **state)
{
    (void)state;
    const char         *path = at("out");
    struct io_endpoint *e = out_to(str_format_c(arena, "exec:cat >> %s", path));
    struct sink        *s;
    struct snap_writer  w = { 0 };
    endpoint_interval(e, "throttle", 10 * STEP_MS);
    s = open_sink(e);
    expect_ok(deliver(s, 20, 3)); /* all within the time of the one before: the first alone */
    expect_ok(sink_save(s, &w));
    expect_ok(close_sink(s));
    expect_text(files_read(arena, path), json_of_all(0, 1));

    struct str position = str_view(w.out.data, w.out.len);
    expect_ok(sink_resume(arena, e, &schema, position, &s));
    struct batch *near = make_rows(29, 30, false), *far = make_rows(40, 41, false);
    expect_ok(sink_deliver(s, near, NULL)); /* 10 steps behind the last one: the bound is included */
    expect_ok(sink_deliver(s, far, NULL));
    batch_release(near);
    batch_release(far);
    expect_ok(close_sink(s));
    struct str first = json_of_all(0, 1), last = json_of_all(40, 41);
    expect_text(files_read(arena, path),
                str_format(arena, "%.*s%.*s", STR_ARG(first), STR_ARG(last)));
    buf_free(&w.out);
}

/* Each program sees the end of its input when its own sink closes. */
static void two_programs_at_once(void **state)
{
    (void)state;
    const char  *one = at("1"), *two = at("2");
    struct sink *first = open_sink(out_to(str_format_c(arena, "exec:cat > %s", one)));
    struct sink *second = open_sink(out_to(str_format_c(arena, "exec:cat > %s", two)));
    expect_ok(deliver(first, 10, 3));
    expect_ok(deliver(second, 20, 3));
    expect_ok(close_sink(first));
    expect_text(files_read(arena, one), json_of_all(0, 10));
    expect_ok(close_sink(second));
    expect_text(files_read(arena, two), json_of_all(0, 20));
}

static void a_program_that_fails(void **state)
{
    (void)state;
    struct sink *s = open_sink(out_to("exec:cat >/dev/null; exit 7"));
    expect_ok(deliver(s, 10, 3));
    expect_failed(close_sink(s), "program 'cat >/dev/null; exit 7' of OUT ended with exit code 7");
    s = open_sink(out_to("exec:kill -9 $$"));
    expect_failed(deliver(s, 1000000, 1000), "was ended by signal 9");
    expect_ok(close_sink(s));
    s = open_sink(out_to("exec:/no/such/program 2>/dev/null"));
    expect_failed(deliver(s, 1000000, 1000), "ended with exit code 127");
    expect_ok(close_sink(s));
}

/* One that stops reading, but is content, loses rows all the same. */
static void a_program_that_reads_no_further(void **state)
{
    (void)state;
    struct sink *s = open_sink(out_to("exec:head -n 1 >/dev/null"));
    expect_failed(deliver(s, 1000000, 1000), "has closed its input");
    expect_ok(close_sink(s));
}

/* ---- disks ---- */

static void a_file_beyond_what_the_system_allows(void **state)
{
    (void)state;
    struct rlimit before, small = { .rlim_cur = 4096 };
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    struct sink *s = open_sink(out_to(at("out")));
    setrlimit(RLIMIT_FSIZE, &small);
    struct status st = deliver(s, 1000, 10);
    setrlimit(RLIMIT_FSIZE, &before);
    expect_failed(st, "File too large");
    expect_ok(close_sink(s));
}

static void stop_waiting(int signal_number)
{
    (void)signal_number;
    output_stop();
}

/* A full disk is waited for until the process is to stop. Last of all tests: from here on nothing waits. */
static void a_full_disk_is_waited_for(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    struct sink           *s = open_sink(out_to("/dev/full"));
    const struct itimerval soon = { .it_value = { .tv_usec = 50000 } };
    struct sigaction       action = { .sa_handler = stop_waiting };
    sigaction(SIGALRM, &action, NULL);
    log_set_level(LOG_ERROR);
    setitimer(ITIMER_REAL, &soon, NULL);
    expect_failed(deliver(s, 1, 1), "cannot write /dev/full of OUT: No space left on device");
    expect_ok(close_sink(s));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_begins_anew),
        TEST(rows_are_there_after_a_flush),
        TEST(delimited_files_have_no_header),
        TEST(packed_members_do_not_depend_on_batches),
        TEST(null_counts),
        TEST(what_cannot_be_opened),
        TEST(a_folder_rolls_by_interval),
        TEST(a_folder_rolls_by_size),
        TEST(an_object_is_seen_when_it_is_whole),
        TEST(names_and_times_at_their_edges),
        TEST(rows_into_a_program),
        TEST(a_throttled_program_goes_on),
        TEST(two_programs_at_once),
        TEST(a_program_that_fails),
        TEST(a_program_that_reads_no_further),
        TEST(a_file_beyond_what_the_system_allows),
        TEST(a_full_disk_is_waited_for),
    };
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
