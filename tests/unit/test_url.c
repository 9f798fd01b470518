/* test_url.c: endpoints as users write them: what is taken, what is refused, and which name a message offers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "io/sink.h"
#include "io/url.h"
#include "io_files.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void expect_url(const char *url, const char *base, enum url_kind kind, const char *path)
{
    struct io_endpoint *e = endpoint_new(arena, "IN", url);
    struct url u;
    e->base_dir = base;
    struct status st = url_parse(arena, e, &u);
    assert_int_equal(st.err, ERR_NONE);
    assert_int_equal(u.kind, kind);
    if (path) assert_string_equal(u.path, path);
}

static void expect_bad_url(const char *url, enum err err, const char *message, const char *hint)
{
    struct url u;
    struct status st = url_parse(arena, endpoint_new(arena, "IN", url), &u);
    assert_int_equal(st.err, err);
    assert_non_null(strstr(st.message, message));
    if (hint) assert_string_equal(st.hint, hint);
}

static void schemes_and_paths(void **state)
{
    (void)state;
    expect_url("-", "sql", URL_STDIO, NULL);
    expect_url("null:", "sql", URL_NULL, NULL);
    expect_url("file:a.csv", "sql", URL_FILE, "sql/a.csv");
    expect_url("FILE:a.csv", "sql", URL_FILE, "sql/a.csv");
    expect_url("file:/var/a.csv", "sql", URL_FILE, "/var/a.csv");
    expect_url("file:///var/a.csv", "sql", URL_FILE, "///var/a.csv");
    expect_url("a.csv", "sql", URL_FILE, "sql/a.csv");
    expect_url("a.csv", ".", URL_FILE, "a.csv");
    expect_url("a.csv", NULL, URL_FILE, "a.csv");
    expect_url("../a:b", "sql", URL_FILE, "sql/../a:b");
    expect_url("c:a.csv", NULL, URL_FILE, "c:a.csv");
    expect_url("2026-01-01.a:b", NULL, URL_FILE, "2026-01-01.a:b");
    expect_url("log-a:b", NULL, URL_FILE, "log-a:b");
    expect_url("dir:in", "sql", URL_DIR, "sql/in");
    expect_url("exec:cat in", "sql", URL_EXEC, "cat in");
    expect_url("exec:echo a:b?table=c", "sql", URL_EXEC, "echo a:b?table=c");
}

/* "../" behind a folder takes its name away, where that leads to the same place. */
static void paths_upwards(void **state)
{
    (void)state;
    const char *top = files_folder(arena), *base = str_format_c(arena, "%s/a/b", top);
    assert_int_equal(mkdir(str_format_c(arena, "%s/a", top), 0700), 0);
    assert_int_equal(mkdir(base, 0700), 0);
    assert_int_equal(symlink("a/b", str_format_c(arena, "%s/link", top)), 0);
    expect_url("../x", base, URL_FILE, str_format_c(arena, "%s/a/x", top));
    expect_url("../../x/../y", base, URL_FILE, str_format_c(arena, "%s/x/../y", top));
    expect_url("dir:../..", base, URL_DIR, str_format_c(arena, "%s/a/..", top));
    expect_url("./../x", base, URL_FILE, str_format_c(arena, "%s/./../x", base));
    expect_url("../x", str_format_c(arena, "%s/link", top), URL_FILE,
               str_format_c(arena, "%s/link/../x", top));
    expect_url("../x", "..", URL_FILE, "../../x");
    expect_url("../../x", "/tmp", URL_FILE, "/tmp/../../x");
    assert_int_equal(chdir(base), 0);
    assert_int_equal(chdir("../.."), 0);
    expect_url("../../x", "a/b", URL_FILE, "x");
    expect_url("../../../x", "a/b", URL_FILE, "../x");
    expect_url("dir:../../", "a/b", URL_DIR, ".");
    assert_int_equal(chdir("/"), 0);
}

static void sqlite_tables(void **state)
{
    (void)state;
    struct url u;
    struct io_endpoint *e = endpoint_new(arena, "IN", "sqlite:d.db?table=my table");
    e->base_dir = "sql";
    assert_int_equal(url_parse(arena, e, &u).err, ERR_NONE);
    assert_int_equal(u.kind, URL_SQLITE);
    assert_string_equal(u.path, "sql/d.db");
    assert_string_equal(u.table, "my table");
    expect_bad_url("sqlite:d.db", ERR_BAD_URL, "names no table: write sqlite:PATH?table=NAME",
                   NULL);
    expect_bad_url("sqlite:d.db?table=", ERR_BAD_URL, "names no table", NULL);
    expect_bad_url("sqlite:d.db?tabel=t", ERR_BAD_URL, "names no table", NULL);
    expect_bad_url("sqlite:?table=t", ERR_BAD_URL, "nothing behind", NULL);
}

static void refused_urls(void **state)
{
    (void)state;
    expect_bad_url("fiel:a", ERR_BAD_URL, "no kind of endpoint \"fiel:\" in 'fiel:a' of IN",
                   "did you mean \"file:\"?");
    expect_bad_url("sqllite:a?table=b", ERR_BAD_URL, "sqllite", "did you mean \"sqlite:\"?");
    expect_bad_url("gopher:a", ERR_BAD_URL, "gopher",
                   "known are -, file:, dir:, sqlite:, vault:, exec:, tcp:, unix:, http:, https:, "
                   "mqtt:, mqtts:, smtp: and null:");
    expect_bad_url("tcp-listen://127.0.0.1:9000", ERR_BAD_URL, "\"tcp-listen:\"", NULL);
    expect_bad_url("git+ssh://host/a", ERR_BAD_URL, "\"git+ssh:\"", NULL);
    expect_bad_url("file:", ERR_BAD_URL, "nothing behind its scheme", NULL);
    expect_bad_url("exec:", ERR_BAD_URL, "nothing behind its scheme", NULL);
    expect_bad_url("", ERR_BAD_URL, "empty", NULL);
    expect_bad_url("kafka://broker/topic", ERR_NOT_SUPPORTED, "\"kafka:\"", NULL);
    expect_bad_url("kinesis://host/", ERR_NOT_SUPPORTED, "not supported by this version", NULL);
    expect_bad_url("mqtt:topic", ERR_BAD_URL, "names no server: write mqtt://HOST", NULL);
}

/* Checks one option of a source and of a sink; NULL: it is taken. */
static void expect_option(bool sink, const char *name, const char *text, const char *message,
                          const char *hint)
{
    struct io_endpoint *e = endpoint_new(arena, sink ? "OUT" : "IN", "a.csv");
    endpoint_option(e, name, text);
    struct status st = sink ? sink_check(arena, e) : source_check(arena, e);
    assert_int_equal(st.err, message ? ERR_BAD_OPTION : ERR_NONE);
    if (message) assert_string_equal(st.message, message);
    if (hint) assert_string_equal(st.hint, hint);
}

static void options_by_name(void **state)
{
    (void)state;
    expect_option(false, "Header", "true", NULL, NULL);
    expect_option(false, "haeder", "TRUE", "source IN has no option \"haeder\"",
                  "did you mean \"header\"?");
    expect_option(
        false, "gzip", "TRUE", "source IN has no option \"gzip\"",
        "known are: format, row_path, column_delimiter, row_delimiter, header, "
        "parallelism, rowtime, lateness, idle_after, follow, listen, processor, personal, "
        "qos, client_id, clean_session, user, password_env, password_file, ca, cert, "
        "cert_key, keep_alive, will, will_topic, message_size, remote, token_env, "
        "token_file, max_body, queue, connections, timeout");
    expect_option(true, "gzpi", "TRUE", "sink OUT has no option \"gzpi\"",
                  "did you mean \"gzip\"?");
    expect_option(true, "intervall", "5", "sink OUT has no option \"intervall\"",
                  "did you mean \"interval\"?");
}

static void options_by_value(void **state)
{
    (void)state;
    expect_option(false, "header", "yes", "option \"header\" of IN is 'yes', not TRUE or FALSE",
                  NULL);
    expect_option(false, "parallelism", "-1",
                  "option \"parallelism\" of IN is '-1', not a whole number", NULL);
    expect_option(false, "format", "CSV", NULL, NULL);
    expect_option(false, "format", "xml",
                  "option \"format\" of IN is 'xml', not 'json', 'csv' or 'tsv'", NULL);
    expect_option(true, "format", "",
                  "option \"format\" of OUT is '', not 'json', 'csv', 'tsv', 'text' or "
                  "'processing-failed'", NULL);
    expect_option(false, "lateness", "0", NULL, NULL);
    expect_option(
        false, "lateness", "soon",
        "option \"lateness\" of IN is 'soon', not an interval such as INTERVAL '5' MINUTE, "
        "or seconds",
        NULL);
    expect_option(false, "lateness", "999999999999999999",
                  "option \"lateness\" of IN is "
                  "'999999999999999999', not an interval such as INTERVAL '5' MINUTE, or seconds",
                  NULL);
    expect_option(
        true, "interval", "0",
        "option \"interval\" of OUT is '0', not an interval such as INTERVAL '5' MINUTE, or "
        "seconds, and more than 0",
        NULL);
    expect_option(
        true, "size", "0 MB",
        "option \"size\" of OUT is '0 MB', not a size such as '5 MB', or bytes, and more than 0",
        NULL);
    expect_option(true, "size", "5 TB",
                  "option \"size\" of OUT is '5 TB', not a size such as '5 MB', "
                  "or bytes, and more than 0",
                  NULL);
    expect_option(true, "size", "99999999999999999 GB",
                  "option \"size\" of OUT is "
                  "'99999999999999999 GB', not a size such as '5 MB', or bytes, and more than 0",
                  NULL);
}

static void values_of_options(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } sizes[] = {
        { "1", 1 }, { "7B", 7 }, { "64KB", 65536 }, { "5 mb", 5242880 }, { "2 GB", 2147483648 }
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct io_endpoint *e = endpoint_new(arena, "OUT", "dir:x");
        endpoint_option(e, "size", sizes[i].text);
        assert_int_equal(sink_check(arena, e).err, ERR_NONE);
        assert_int_equal(option_size(e, "size", 3), sizes[i].bytes);
    }
    struct io_endpoint *alert = endpoint_new(arena, "OUT", "https://host/");
    endpoint_option(alert, "timeout", "20");
    assert_int_equal(sink_check(arena, alert).err, ERR_NONE);
    assert_int_equal(option_interval(alert, "timeout", 0), 20000);
    struct io_endpoint *e = endpoint_new(arena, "IN", "x");
    endpoint_interval(e, "lateness", 1500);
    endpoint_option(e, "follow", "TRUE");
    assert_int_equal(source_check(arena, e).err, ERR_NONE);
    assert_int_equal(option_interval(e, "lateness", 0), 1500);
    assert_int_equal(option_interval(e, "interval", 9), 9);
    assert_true(option_is(e, "follow", false));
    assert_true(option_is(e, "header", true));
    assert_int_equal(option_count(e, "parallelism", 4), 4);
    endpoint_option(e, "parallelism", "20");
    assert_int_equal(option_count(e, "parallelism", 4), 20);
    endpoint_option(e, "Follow", "FALSE");
    struct status st = source_check(arena, e);
    assert_int_equal(st.err, ERR_BAD_OPTION);
    assert_string_equal(st.message, "option \"follow\" of IN stands there twice");
}

static void formats_by_ending(void **state)
{
    (void)state;
    static const char *const cases[][2] = { { "a.csv", "csv" }, { "a.csv.gz", "csv" },
                                            { "a.tsv", "tsv" }, { "a.ndjson", "json" },
                                            { "csv", "json" },  { "exec:x.csv", "json" },
                                            { ".gz", "json" },  { "-", "json" } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct io_endpoint *e = endpoint_new(arena, "IN", cases[i][0]);
        struct url u;
        assert_int_equal(url_parse(arena, e, &u).err, ERR_NONE);
        assert_string_equal(url_format(e, &u), cases[i][1]);
        endpoint_option(e, "format", "Tsv");
        assert_string_equal(url_format(e, &u), "tsv");
    }
}

static void what_cannot_be_source_or_sink(void **state)
{
    (void)state;
    assert_int_equal(source_check(arena, endpoint_new(arena, "IN", "null:")).err, ERR_BAD_URL);
    assert_int_equal(source_check(arena, endpoint_new(arena, "IN", "sqlite:a?table=b")).err,
                     ERR_NONE);
    assert_int_equal(sink_check(arena, endpoint_new(arena, "OUT", "sqlite:a?table=b")).err,
                     ERR_NONE);
    struct source *s;
    struct status st = source_open(arena, endpoint_new(arena, "IN", "sqlite:a?table=b"), &s);
    assert_int_equal(st.err, ERR_BAD_URL);
    assert_string_equal(st.hint, "SQLite tables are for CREATE REFERENCE TABLE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(schemes_and_paths, begin, end),
        cmocka_unit_test_setup_teardown(paths_upwards, begin, end),
        cmocka_unit_test_setup_teardown(sqlite_tables, begin, end),
        cmocka_unit_test_setup_teardown(refused_urls, begin, end),
        cmocka_unit_test_setup_teardown(options_by_name, begin, end),
        cmocka_unit_test_setup_teardown(options_by_value, begin, end),
        cmocka_unit_test_setup_teardown(values_of_options, begin, end),
        cmocka_unit_test_setup_teardown(formats_by_ending, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_source_or_sink, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
