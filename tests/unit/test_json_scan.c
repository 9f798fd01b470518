/* test_json_scan.c: JSON is checked byte by byte: what is taken, what is refused and where. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "io/json_scan.h"

/* Scans a copy of exactly n bytes, so that the sanitizer sees reads behind them (one byte may be looked at). */
static const char *scan(const char *text, size_t n, int depth, struct json_extent *out,
                        struct json_error *e)
{
    static char *room;
    mem_free(room);
    room = mem_calloc(1, n + 1);
    memcpy(room, text, n);
    const char *p = json_scan_value(room, room + n, depth, out, e);
    if (e->at) e->at = text + (e->at - room);
    return p ? text + (p - room) : NULL;
}

static void assert_taken(const char *text, enum json_kind kind, size_t size)
{
    struct json_extent value;
    struct json_error  e = { 0 };
    const char        *p = scan(text, strlen(text), 8, &value, &e);
    if (!p) fail_msg("%s: %s at %zu", text, e.what, (size_t)(e.at - text));
    assert_int_equal(p - text, size);
    assert_int_equal(value.kind, kind);
}

static void assert_refused_n(const char *text, size_t n, const char *what, size_t at)
{
    struct json_extent value;
    struct json_error  e = { 0 };
    if (scan(text, n, 8, &value, &e)) fail_msg("%s was taken", text);
    assert_string_equal(e.what, what);
    assert_int_equal(e.at - text, at);
}

static void assert_refused(const char *text, const char *what, size_t at)
{
    assert_refused_n(text, strlen(text), what, at);
}

static void values_of_each_kind(void **state)
{
    (void)state;
    assert_taken("null", JSON_NULL, 4);
    assert_taken("true,", JSON_TRUE, 4);
    assert_taken("false ", JSON_FALSE, 5);
    assert_taken("\"\"", JSON_STRING, 2);
    assert_taken("\"a\\\"b\" x", JSON_STRING, 6);
    assert_taken("[]", JSON_ARRAY, 2);
    assert_taken("[ 1 ,\t[ ] , {\"a\" : null } ]]", JSON_ARRAY, 27);
    assert_taken("{}", JSON_OBJECT, 2);
    assert_taken("{ \"\" : {} , \"a\":1}", JSON_OBJECT, 18);
    assert_refused("", "a value is missing", 0);
    assert_refused("nul", "unknown word", 0);
    assert_refused("True", "expected a value", 0);
    assert_refused("'a'", "expected a value", 0);
    assert_refused_n("\0", 1, "expected a value", 0);
}

static void numbers(void **state)
{
    (void)state;
    static const char *const good[] = { "0",   "-0",   "10",     "1.5",    "-0.25",
                                        "0e0", "1E+2", "1e-400", "1.0E400" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_taken(good[i], JSON_NUMBER, strlen(good[i]));
    assert_taken("123456789012345678901234567890123456789", JSON_NUMBER, 39);
    assert_taken("1.5.5", JSON_NUMBER, 3); /* what follows is for the caller */
    assert_refused("01", "a number with a leading zero", 0);
    assert_refused("-", "a number without digits", 0);
    assert_refused("-x", "a number without digits", 0);
    assert_refused("+1", "expected a value", 0);
    assert_refused(".5", "expected a value", 0);
    assert_refused("1.", "a number without digits behind the point", 0);
    assert_refused("1.e5", "a number without digits behind the point", 0);
    assert_refused("1e", "a number without digits in its exponent", 0);
    assert_refused("1e+", "a number without digits in its exponent", 0);
}

static void strings(void **state)
{
    (void)state;
    assert_taken("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", JSON_STRING, 24);
    assert_taken("\"\\ud83d\\ude00\"", JSON_STRING, 14);
    assert_taken("\"\\u0000\"", JSON_STRING, 8);
    assert_taken("\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\x7f\"", JSON_STRING, 12);
    assert_refused("\"abc", "unfinished string", 4);
    assert_refused("\"abc\\", "unfinished escape", 5);
    assert_refused("\"a\tb\"", "control character in a string", 2);
    assert_refused("\"a\nb\"", "control character in a string", 2);
    assert_refused("\"\\x\"", "unknown escape in a string", 2);
    assert_refused("\"\\u12g4\"", "\\u without four hexadecimal digits", 2);
    assert_refused("\"\\u123", "\\u without four hexadecimal digits", 2);
    assert_refused("\"\\ud83d\"", "half of a surrogate pair", 7);
    assert_refused("\"\\ud83d\\u0041\"", "half of a surrogate pair", 7);
    assert_refused("\"\\ude00\"", "half of a surrogate pair", 7);
    assert_refused("\"\xc3\"", "invalid UTF-8", 1);
    assert_refused("\"\xed\xa0\x80\"", "invalid UTF-8", 1);
    assert_refused("\"\xf4\x90\x80\x80\"", "invalid UTF-8", 1);
    assert_refused("\"\xc0\x80\"", "invalid UTF-8", 1);
}

static void structure(void **state)
{
    (void)state;
    assert_refused("[1,]", "expected a value", 3);
    assert_refused("[,1]", "expected a value", 1);
    assert_refused("[1 2]", "expected , or ]", 3);
    assert_refused("[1}", "expected , or ]", 2);
    assert_refused("[1", "unfinished value", 2);
    assert_refused("[", "a value is missing", 1);
    assert_refused("{\"a\":1,}", "expected a member name in quotes", 7);
    assert_refused("{\"a\"}", "expected : behind a member name", 4);
    assert_refused("{\"a\":}", "expected a value", 5);
    assert_refused("{a:1}", "expected a member name in quotes", 1);
    assert_refused("{1:1}", "expected a member name in quotes", 1);
    assert_refused("{\"a\":1 \"b\":2}", "expected , or }", 7);
    assert_refused("{\"a\":1]", "expected , or }", 6);
    assert_refused("{\"a\":1\n}", "expected , or }", 6); /* a line feed ends the record */
}

static void depth(void **state)
{
    (void)state;
    assert_taken("[[[[[[[[]]]]]]]]", JSON_ARRAY, 16);
    assert_refused("[[[[[[[[[]]]]]]]]]", "nested too deeply", 8);
    assert_refused("[[[[[[[[{}]]]]]]]]", "nested too deeply", 8);
    assert_taken("{\"a\":[[[[[[[1]]]]]]]}", JSON_OBJECT, 21);
}

static void escapes_are_undone(void **state)
{
    (void)state;
    static const char from[] = "a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u65E5\\ud83d\\ude00\\u0000z";
    static const char to[] = "a\"\\/\b\f\n\r\t\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\0z";
    char              out[sizeof from];
    size_t            n = json_unescape(from, sizeof from - 1, out);
    assert_int_equal(n, sizeof to - 1);
    assert_memory_equal(out, to, n);

    struct json_extent whole = { from, sizeof from - 1, JSON_STRING, true };
    assert_true(json_text_equal(&whole, to, sizeof to - 1));
    assert_false(json_text_equal(&whole, to, sizeof to - 2));
    assert_false(json_text_equal(&whole, from, sizeof from - 1));
    assert_false(json_text_equal(&whole, "b", 1));
}

static void texts_are_made_compact(void **state)
{
    (void)state;
    static const char from[] = "{ \"a b\" : [ 1 ,\t\"x \\\" ] , y\" ] }\r";
    char              out[sizeof from];
    size_t            n = json_compact(from, sizeof from - 1, out);
    assert_int_equal(n, strlen("{\"a b\":[1,\"x \\\" ] , y\"]}"));
    assert_memory_equal(out, "{\"a b\":[1,\"x \\\" ] , y\"]}", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_each_kind),
        cmocka_unit_test(numbers),
        cmocka_unit_test(strings),
        cmocka_unit_test(structure),
        cmocka_unit_test(depth),
        cmocka_unit_test(escapes_are_undone),
        cmocka_unit_test(texts_are_made_compact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
