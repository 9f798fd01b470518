/* test_mqtt.c: brokers' addresses, topics and options, as they are checked before anything is connected. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/mqtt_url.h"
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

static struct status read_address(const char *url, struct mqtt_address *out)
{
    struct io_endpoint *e = endpoint_new(arena, "S", url);
    struct url u;
    TRY(url_parse(arena, e, &u));
    return mqtt_address(arena, e, &u, out);
}

static void expect_address(const char *url, const char *host, int port, bool tls, const char *topic)
{
    struct mqtt_address address;
    assert_int_equal(read_address(url, &address).err, ERR_NONE);
    assert_string_equal(address.host, host);
    assert_int_equal(address.port, port);
    assert_int_equal(address.tls, tls);
    assert_string_equal(address.topic, topic);
}

static void expect_bad(const char *url, bool sink, const char *message)
{
    struct io_endpoint *e = endpoint_new(arena, "S", url);
    struct url u;
    assert_int_equal(url_parse(arena, e, &u).err, ERR_NONE);
    struct status st = sink ? mqtt_check_sink(arena, e, &u) : mqtt_check_source(arena, e, &u);
    assert_int_equal(st.err, message ? ERR_BAD_URL : ERR_NONE);
    if (message) assert_non_null(strstr(st.message, message));
}

static void addresses(void **state)
{
    (void)state;
    expect_address("mqtt://broker/a/b", "broker", 1883, false, "a/b");
    expect_address("mqtts://broker/#", "broker", 8883, true, "#");
    expect_address("MQTTS://broker:99/a", "broker", 99, true, "a");
    expect_address("mqtt://127.0.0.1:1884/a:b/+/c", "127.0.0.1", 1884, false, "a:b/+/c");
    expect_address("mqtt://[::1]/a", "::1", 1883, false, "a");
    expect_address("mqtt://[::1]:1885//a/", "::1", 1885, false, "/a/");
    expect_address("mqtt://broker", "broker", 1883, false, "");
}

static void bad_addresses(void **state)
{
    (void)state;
    expect_bad("mqtt://broker:/a", false, "no port");
    expect_bad("mqtt://broker:0/a", false, "no port");
    expect_bad("mqtt://broker:65536/a", false, "no port");
    expect_bad("mqtt://broker:1883x/a", false, "no port");
    expect_bad("mqtt://:1883/a", false, "no host");
    expect_bad("mqtt://[]:1883/a", false, "no host");
    expect_bad("mqtt://[::1]x/a", false, "no host");
}

/* The message of a URL with a password shows neither it nor the line that it stands in. */
static void passwords_stay_hidden(void **state)
{
    (void)state;
    struct mqtt_address address;
    struct status st = read_address("mqtt://ward:secret@broker/a", &address);
    assert_int_equal(st.err, ERR_BAD_URL);
    assert_int_equal(st.at.line, 0);
    assert_null(strstr(st.message, "secret"));
    assert_null(strstr(st.hint, "secret"));
}

static void topics(void **state)
{
    (void)state;
    static const char *const filters[] = { "a",     "#",   "+",  "a/#",
                                           "a/+/b", "+/+", "/#", "$share/g/a/#",
                                           "a//b" };
    static const char *const bad[] = { "a#", "a/b#", "#/a", "a/#/b", "a+", "+a/b", "a/b+/c", "##" };
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        expect_bad(str_format_c(arena, "mqtt://h/%s", filters[i]), false, NULL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_bad(str_format_c(arena, "mqtt://h/%s", bad[i]), false, "wildcard");
    expect_bad("mqtt://h", false, "names no topic");
    expect_bad("mqtt://h/", false, "names no topic");
    expect_bad("mqtt://h", true, "names no topic");
    expect_bad("mqtt://h/a/#", true, "a sink has one topic");
    expect_bad("mqtt://h/a/b", true, NULL);
}

static void expect_option(const char *url, const char *const *options, const char *message)
{
    struct io_endpoint *e = endpoint_new(arena, "S", url);
    struct url u;
    for (; *options; options += 2) endpoint_option(e, options[0], options[1]);
    assert_int_equal(url_parse(arena, e, &u).err, ERR_NONE);
    struct status st = mqtt_check_sink(arena, e, &u);
    assert_int_equal(st.err, message ? ERR_BAD_OPTION : ERR_NONE);
    if (message) assert_string_equal(st.message, message);
}
#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void options(void **state)
{
    (void)state;
    expect_option("mqtt://h/a", OPTIONS("qos", "2", "user", "u", "password_env", "P"), NULL);
    expect_option("mqtt://h/a", OPTIONS("qos", "3"), "option \"qos\" of S is '3', not 0, 1 or 2");
    expect_option("mqtt://h/a", OPTIONS("client_id", ""),
                  "option \"client_id\" of S is '', not a text of 1 to 1000 bytes");
    expect_option("mqtt://h/a", OPTIONS("inflight", "0"),
                  "option \"inflight\" of S is '0', not a number of rows from 1 to 10000");
    expect_option("mqtt://h/a", OPTIONS("keep_alive", "1"),
                  "option \"keep_alive\" of S is '1', not a time of 5 to 65535 seconds");
    expect_option("mqtt://h/a", OPTIONS("password_env", "P"),
                  "option \"password_env\" of S wants \"user\" beside it");
    expect_option("mqtt://h/a", OPTIONS("user", "u", "password_env", "P", "password_file", "p"),
                  "S has both \"password_env\" and \"password_file\"");
    expect_option("mqtt://h/a", OPTIONS("ca", "ca.pem"),
                  "option \"ca\" of S is for TLS, and its URL has none");
    expect_option("mqtts://h/a", OPTIONS("ca", "ca.pem", "cert", "c.pem"),
                  "option \"cert\" of S wants \"cert_key\" beside it");
    expect_option("mqtt://h/a", OPTIONS("will", "gone"),
                  "option \"will\" of S wants \"will_topic\" beside it");
    expect_option("mqtt://h/a", OPTIONS("will_topic", "a/#"),
                  "option \"will_topic\" of S is 'a/#', not a topic without wildcards");
    expect_option("mqtt://h", OPTIONS("topic", "a/{{B}}"), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(addresses, begin, end),
        cmocka_unit_test_setup_teardown(bad_addresses, begin, end),
        cmocka_unit_test_setup_teardown(passwords_stay_hidden, begin, end),
        cmocka_unit_test_setup_teardown(topics, begin, end),
        cmocka_unit_test_setup_teardown(options, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
