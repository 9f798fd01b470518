/* test_watch.c: what is shown of a run: the status line, messages as JSON, metrics, health, and the server of pages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/metrics.h"
#include "base/log.h"
#include "cli/status_line.h"
#include "io/http_pages.h"

static struct buf out;

static const char *text(void)
{
    return buf_c(&out);
}

static int begin(void **state)
{
    (void)state;
    buf_clear(&out);
    return 0;
}

/* ---- messages as JSON ---- */

/* A message is one object on one line whatever is in it. */
static void test_json(void **state)
{
    (void)state;
    const char bytes[] = "a \"b\"\\\n\t\x01\x7f \xc3\xbc \xff \xe2\x82";
    log_write_json(&out, 1521343200123, LOG_WARNING, str_view(bytes, sizeof bytes - 1),
                   LOG_FIELDS(LOG_C("sink", "O\"1"), LOG_N("rows", -5)));
    assert_string_equal(
        text(), "{\"time\":\"2018-03-18T03:20:00.123Z\",\"level\":\"warning\",\"message\":"
                "\"a \\\"b\\\"\\\\\\u000a\\u0009\\u0001\\u007f \xc3\xbc \\ufffd \\ufffd\\ufffd\","
                "\"sink\":\"O\\\"1\",\"rows\":-5}\n");
}

/* ---- standard error ---- */

static int saved_stderr, pipe_end;

static void catch_stderr(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    pipe_end = ends[0];
}

/* What was written since catch_stderr, into out. */
static void release_stderr(void)
{
    ssize_t got;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    while ((got = read(pipe_end, buf_reserve(&out, 4096), 4096)) > 0) out.len += (size_t)got;
    close(pipe_end);
}

/* The cursor stays at its begin, where a terminal that wraps it anew leaves it; what does not fit is not wrapped. */
#define LINE(text) "\033[?7l" text "\033[?7h\r"

/* Messages and rows take the line's place and stand above it. */
static void test_status_gives_way(void **state)
{
    (void)state;
    catch_stderr();
    log_set_status(NULL);
    log_message(LOG_WARNING, "%s", "before");
    log_set_status("one");
    log_set_status("two");
    log_message(LOG_INFO, "a\nb");
    log_message(LOG_DEBUG, "not shown");
    log_pause_status();
    log_resume_status();
    log_set_status(NULL);
    log_event(LOG_ERROR, LOG_FIELDS(LOG_N("n", 1)), "after");
    release_stderr();
    assert_string_equal(text(), "sluice: warning: before\n"
                                "\r\033[J" LINE("one") "\r\033[J" LINE("two")
                                "\r\033[Jsluice: a b\n" LINE("two")
                                "\r\033[J"
                                LINE("two") "\r\033[J"
                                "sluice: error: after\n");
}

/* The form of messages cannot be changed back: the last test. */
static void test_all_json(void **state)
{
    (void)state;
    catch_stderr();
    log_set_json();
    log_event(LOG_ERROR, LOG_FIELDS(LOG_N("n", 1)), "first \"x\"");
    log_last_words("last");
    release_stderr();
    const char *line = text(), *second = strchr(line, '\n') + 1;
    assert_int_equal(strncmp(line, "{\"time\":\"20", 11), 0);
    assert_int_equal(strncmp(second, "{\"time\":\"20", 11), 0);
    assert_non_null(
        strstr(line, "Z\",\"level\":\"error\",\"message\":\"first \\\"x\\\"\",\"n\":1}\n"));
    assert_non_null(strstr(second, "Z\",\"level\":\"error\",\"message\":\"last\"}\n"));
}

/* ---- gauges by hand ---- */

static struct gauge_source sources[2];
static struct gauge_sink sinks[2];
static struct gauge_stream streams[1];
static struct gauge_pump pumps[1];
static struct graph_op_state ops[2];

static struct gauges example(void)
{
    sources[0] = (struct gauge_source){ .name = str_c("IN"), .records = 1234567 };
    sources[0].look = (struct source_look){ .bytes = 500, .behind_ms = 120, .live = true };
    sinks[0] = (struct gauge_sink){ .name = str_c("a\"b\\c\nd"), .look = { .rows = 7 } };
    streams[0] = (struct gauge_stream){ .name = str_c("S"), .rows = 9, .bound = { 1500, 0 } };
    ops[0] = (struct graph_op_state){ .name = str_c("Filter"), .rows_in = 9, .rows_out = 4 };
    pumps[0] = (struct gauge_pump){ .name = str_c("P"), .ops = ops, .n_ops = 1, .bytes = 64 };
    return (struct gauges){ .sources = sources,
                            .n_sources = 1,
                            .sinks = sinks,
                            .n_sinks = 1,
                            .streams = streams,
                            .n_streams = 1,
                            .pumps = pumps,
                            .n_pumps = 1,
                            .seconds = 10,
                            .records = 1234567,
                            .rows_out = 7,
                            .windows = 1,
                            .clock = { 1521343200999, 0 },
                            .checkpoint_at = ROWTIME_MIN };
}

/* ---- the status line ---- */

/* All there is room for, the most important first, and nothing half. */
static void test_line_width(void **state)
{
    (void)state;
    static const char all[] = "in 123,457/s, out 0/s, 0 errors, lag 120 ms, "
                              "time 2018-03-18 03:20:00, 1 open window, 1,234,567 records";
    struct gauges g = example();
    for (size_t columns = 0; columns <= sizeof all; columns++) {
        struct status_line s = { 0 };
        buf_clear(&out);
        status_line_write(&s, &g, columns, &out);
        assert_true(out.len <= columns);
        if (columns >= sizeof all - 1) assert_string_equal(text(), all);
        if (columns == 12) assert_string_equal(text(), "in 123,457/s");
        if (columns == 11) assert_string_equal(text(), "out 0/s");
    }
}

/* Rates are those of the last second, not of the whole run. */
static void test_line_rates(void **state)
{
    (void)state;
    struct gauges g = example();
    struct status_line s = { 0 };
    for (int i = 0; i <= 8; i++) {
        g.seconds = 10 + i * 0.25;
        g.records += i < 4 ? 1000 : 25;
        g.rows_out += 1;
        buf_clear(&out);
        status_line_write(&s, &g, 30, &out);
    }
    assert_string_equal(text(), "in 100/s, out 4/s, 0 errors");
}

/* Recorded input shows its share and no lag. */
static void test_line_recorded(void **state)
{
    (void)state;
    struct gauges g = example();
    struct status_line s = { 0 };
    sources[0].look.live = false;
    g.bytes = 250;
    g.bytes_all = 1000;
    g.faults = 1;
    status_line_write(&s, &g, 50, &out);
    assert_string_equal(text(), "in 123,457/s, out 0/s, 1 error, 25 %");
}

/* What does not work comes first, cut where it must be, and moves no cursor. */
static void test_line_trouble(void **state)
{
    (void)state;
    struct gauges g = example();
    struct status_line s = { 0 };
    sinks[0].name = str_c("O\033[2J");
    sinks[0].look.deliveries.failing_ms = 12345;
    status_line_write(&s, &g, 60, &out);
    assert_string_equal(text(), "sink O?[2J has failed for 12 s, in 123,457/s, out 0/s");
    buf_clear(&out);
    status_line_write(&s, &g, 10, &out);
    assert_string_equal(text(), "sink O?[2J");
}

static void test_grouped(void **state)
{
    (void)state;
    char room[32];
    assert_string_equal(status_grouped(0, room), "0");
    assert_string_equal(status_grouped(999, room), "999");
    assert_string_equal(status_grouped(1000, room), "1,000");
    assert_string_equal(status_grouped(UINT64_MAX, room), "18,446,744,073,709,551,615");
}

/* ---- metrics ---- */

static bool has(const char *line)
{
    const char *at = strstr(text(), line);
    return at && (at == text() || at[-1] == '\n') && at[strlen(line)] == '\n';
}

static void test_metrics(void **state)
{
    (void)state;
    struct gauges g = example();
    metrics_write(&out, &g);
    assert_int_equal(strncmp(text(), "# HELP sluice_millis_behind_latest ", 35), 0);
    assert_true(has("sluice_millis_behind_latest{source=\"IN\"} 120"));
    assert_true(has("sluice_input_records_total{source=\"IN\"} 1234567"));
    assert_true(has("sluice_output_records_total{sink=\"a\\\"b\\\\c\\nd\"} 7"));
    assert_true(has("sluice_stream_rowtime_seconds{stream=\"S\"} 1.500"));
    assert_true(has("sluice_operator_rows_in_total{pump=\"P\",operator=\"1 Filter\"} 9"));
    assert_null(strstr(text(), "checkpoint"));
    assert_null(strstr(text(), "processing"));
    assert_null(strstr(text(), "lambda"));
}

/* Names that are no UTF-8, times before 1970, and none at all. */
static void test_metrics_oddities(void **state)
{
    (void)state;
    struct gauges g = example();
    sources[0].name = str_c("\xff\xc3");
    streams[0].bound.time = -1500;
    metrics_write(&out, &g);
    assert_true(has("sluice_millis_behind_latest{source=\"\xef\xbf\xbd\xef\xbf\xbd\"} 120"));
    assert_true(has("sluice_stream_rowtime_seconds{stream=\"S\"} -1.500"));
    buf_clear(&out);
    streams[0].bound.time = ROWTIME_END;
    metrics_write(&out, &g);
    assert_null(strstr(text(), "sluice_stream_rowtime_seconds"));
}

static void test_metrics_of_functions(void **state)
{
    (void)state;
    struct gauges g = example();
    sources[0].look.has_function = true;
    sources[0].look.function = (struct attempts_seen){ .good = 3, .failed = 1, .us = 2500000,
                                                       .ok = 5, .ok_bytes = 90, .dropped = 2,
                                                       .refused = 1 };
    sinks[0].look.has_function = sinks[0].look.is_function = true;
    sinks[0].look.function.ok = 11;
    g.has_state = true;
    g.checkpoints = 2;
    g.checkpoint_us = 1500;
    g.checkpoint_at = 2000;
    metrics_write(&out, &g);
    assert_true(has("sluice_input_processing_ok_records_total{source=\"IN\"} 5"));
    assert_true(has("sluice_input_processing_ok_bytes_total{source=\"IN\"} 90"));
    assert_true(has("sluice_input_processing_dropped_records_total{source=\"IN\"} 2"));
    assert_true(has("sluice_input_processing_failed_records_total{source=\"IN\"} 1"));
    assert_true(has("sluice_input_processing_duration_seconds_sum{source=\"IN\"} 2.500000"));
    assert_true(has("sluice_input_processing_duration_seconds_count{source=\"IN\"} 4"));
    assert_true(has("sluice_lambda_delivery_ok_records_total{sink=\"a\\\"b\\\\c\\nd\"} 11"));
    assert_null(strstr(text(), "output_processing"));
    assert_true(has("sluice_checkpoints_total 2"));
    assert_true(has("sluice_checkpoint_duration_seconds 0.001500"));
    assert_true(has("sluice_checkpoint_timestamp_seconds 2.000"));
}

/* ---- health ---- */

static void test_health(void **state)
{
    (void)state;
    struct gauges g = example();
    assert_false(gauges_ill(&g, &out));
    sinks[0].name = str_c("O");
    sinks[0].look.deliveries.busy_ms = 9999;
    assert_false(gauges_ill(&g, &out));
    sinks[0].look.deliveries.busy_ms = 11000;
    sources[0].look.connection.failing_ms = 1;
    sources[0].look.has_function = true;
    sources[0].look.function.failing_ms = 3000;
    g.has_state = true;
    g.checkpoint.failing_ms = 60000;
    assert_true(gauges_ill(&g, &out));
    assert_string_equal(text(), "source IN has lost its connection for 0 s\n"
                                "source IN has a processor that fails for 3 s\n"
                                "sink O has taken nothing for 11 s\n"
                                "no checkpoint for 60 s\n");
    buf_clear(&out);
    sources[0].ended = true;
    sinks[0].look.deliveries.busy_ms = 0;
    g.checkpoint.failing_ms = 0;
    assert_false(gauges_ill(&g, &out));
}

/* A failure lasts until a success; what is under way is seen to take its time. */
static void test_attempts(void **state)
{
    (void)state;
    struct attempts a = { 0 };
    struct attempts_seen s = attempts_look(&a);
    assert_true(s.busy_ms == 0 && s.failing_ms == 0);
    attempts_begin(&a);
    attempts_failed(&a);
    attempts_failed(&a);
    s = attempts_look(&a);
    assert_true(s.busy_ms > 0 && s.failing_ms > 0 && s.failed == 2 && s.good == 0);
    attempts_good(&a);
    attempts_end(&a);
    s = attempts_look(&a);
    assert_true(s.busy_ms == 0 && s.failing_ms == 0 && s.failed == 2 && s.good == 1);
}

/* ---- pages ---- */

static unsigned page(void *arg, const char *path, struct buf *body, const char **type)
{
    (*(int *)arg)++;
    *type = "text/plain";
    buf_printf(body, "you asked for %s", path);
    return strcmp(path, "/here") == 0 ? 200 : 404;
}

static int connect_to(const struct http_pages *p)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { htonl(INADDR_LOOPBACK) },
                              .sin_port = htons((uint16_t)atoi(
                                  strrchr(http_pages_address(p), ':') + 1)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* Sends it and reads until the other end closes. */
static void ask(const struct http_pages *p, const char *request)
{
    int fd = connect_to(p);
    ssize_t got = write(fd, request, strlen(request));
    assert_int_equal(got, strlen(request));
    buf_clear(&out);
    while ((got = read(fd, buf_reserve(&out, 4096), 4096)) > 0) out.len += (size_t)got;
    close(fd);
}

static void test_pages(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct http_pages *p = NULL;
    int asked = 0, silent[20];
    assert_int_equal(http_pages_open(a, "0", "test", page, &asked, &p).err, ERR_NONE);
    assert_int_equal(strncmp(http_pages_address(p), "127.0.0.1:", 10), 0);
    /* those who say nothing, or not enough, keep nobody waiting */
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        silent[i] = connect_to(p);
        assert_int_equal(write(silent[i], "GET /he", i % 2 ? 7 : 0), i % 2 ? 7 : 0);
    }
    ask(p, "GET /here HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(text(), "200 OK"));
    assert_non_null(strstr(text(), "\r\n\r\nyou asked for /here"));
    ask(p, "GET /there?x=1 HTTP/1.0\r\n\r\n");
    assert_non_null(strstr(text(), " 404 "));
    assert_int_equal(asked, 2);
    ask(p, "POST /here HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde");
    assert_non_null(strstr(text(), " 405 "));
    ask(p, "HEAD /here HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(strstr(text(), "200 OK"));
    assert_null(strstr(text(), "you asked"));
    assert_int_equal(asked, 3);
    http_pages_sweep(p); /* nobody's time is over */
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) close(silent[i]);
    http_pages_close(p);
    arena_free(a);
}

static void test_pages_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct http_pages *p = NULL, *second = NULL;
    int asked = 0;
    assert_int_equal(http_pages_open(a, "127.0.0.1:0", "test", page, &asked, &p).err, ERR_NONE);
    struct status st = http_pages_open(a, http_pages_address(p), "test", page, &asked, &second);
    assert_int_equal(st.err, ERR_UNREACHABLE);
    assert_null(second);
    st = http_pages_open(a, "here", "test", page, &asked, &second);
    assert_int_equal(st.err, ERR_BAD_URL);
    http_pages_close(p);
    http_pages_close(NULL);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_json, begin),
        cmocka_unit_test_setup(test_status_gives_way, begin),
        cmocka_unit_test_setup(test_line_width, begin),
        cmocka_unit_test_setup(test_line_rates, begin),
        cmocka_unit_test_setup(test_line_recorded, begin),
        cmocka_unit_test_setup(test_line_trouble, begin),
        cmocka_unit_test(test_grouped),
        cmocka_unit_test_setup(test_metrics, begin),
        cmocka_unit_test_setup(test_metrics_oddities, begin),
        cmocka_unit_test_setup(test_metrics_of_functions, begin),
        cmocka_unit_test_setup(test_health, begin),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test_setup(test_pages, begin),
        cmocka_unit_test(test_pages_refused),
        cmocka_unit_test_setup(test_all_json, begin),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_free(&out);
    return failed;
}
