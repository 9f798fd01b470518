/* test_http_body.c: what becomes of the body of a request, and how many records it is said to hold. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "io/gz.h"
#include "io/http_body.h"

enum { MOST = 1 << 20 };

static struct http_body_format json, csv, csv_header;

static int begin(void **state)
{
    (void)state;
    csv = (struct http_body_format){ .csv = true };
    csv.delimiters = csv_delimiters_of("csv", STR_EMPTY, STR_EMPTY);
    csv_header = csv;
    csv_header.header = true;
    return 0;
}

static struct buf pack(const char *text, size_t n)
{
    struct buf out = { 0 };
    struct gzip_maker *m = gzip_maker_new(6);
    gzip_member(m, text, n, &out);
    gzip_maker_free(m);
    return out;
}

static void expect(const struct http_body_format *format, const char *text, const char *prepared,
                   uint32_t records)
{
    struct buf plain = { 0 }, packed = pack(text, strlen(text));
    const char *why = NULL;
    uint32_t n = UINT32_MAX;
    buf_append_c(&plain, text);
    assert_int_equal(http_body_prepare(&plain, format, false, MOST, &n, &why), HTTP_BODY_DONE);
    assert_string_equal(buf_c(&plain), prepared);
    assert_int_equal(n, records);
    n = UINT32_MAX;
    assert_int_equal(http_body_prepare(&packed, format, true, MOST, &n, &why), HTTP_BODY_DONE);
    assert_string_equal(buf_c(&packed), prepared);
    assert_int_equal(n, records);
    buf_free(&plain);
    buf_free(&packed);
}

/* Lines that are not blank count, whatever stands on them, and stay as they are. */
static void lines_are_records(void **state)
{
    (void)state;
    expect(&json, "", "", 0);
    expect(&json, "\n \r\n\t", "\n \r\n\t", 0);
    expect(&json, "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n{\"a\":2}\n", 2);
    expect(&json, "{\"a\":1}\r\n\r\n{\"a\":2}", "{\"a\":1}\r\n\r\n{\"a\":2}", 2);
    expect(&json, "no\n{\"a\n}\n", "no\n{\"a\n}\n", 3);
    expect(&json, "{\"a\":\n{\"b\":1}\n", "{\"a\":\n{\"b\":1}\n", 2);
}

/* A document that goes over several lines is one; a line end within a string is none of a document. */
static void documents_are_joined(void **state)
{
    (void)state;
    expect(&json, "{\n\"a\": 1\n}\n", "{ \"a\": 1 } ", 1);
    expect(&json, "\n\n[{\"a\":\r\n1}]", "[{\"a\":\r 1}]", 1);
    expect(&json, "{\"a\":\"x\ny\"}", "{\"a\":\"x\ny\"}", 2);
    expect(&json, "{\n\"a\":\"\\\"}\"}", "{ \"a\":\"\\\"}\"}", 1);
    expect(&json, "{\"a\":1}\n{\n\"a\":2}", "{\"a\":1}\n{\n\"a\":2}", 3);
}

static void elements_are_records(void **state)
{
    (void)state;
    expect(&json, "[]", "[]", 0);
    expect(&json, "[ {\"a\":1} , [2,3], \"]\" ]", "[ {\"a\":1} , [2,3], \"]\" ]", 3);
    expect(&json, "[1,2]\n[3]\n{}\n", "[1,2]\n[3]\n{}\n", 4);
    expect(&json, "[\n1,\n2\n]\n", "[ 1, 2 ] ", 2);
    expect(&json, "[1,2", "[1,2", 1);
}

/* Quotes hold lines together, and a header is no record. */
static void rows_are_records(void **state)
{
    (void)state;
    expect(&csv, "", "", 0);
    expect(&csv, "1,a\n2,b", "1,a\n2,b", 2);
    expect(&csv, "1,\"a\nb\"\r\n\r\n2,b\r\n", "1,\"a\nb\"\r\n\r\n2,b\r\n", 2);
    expect(&csv_header, "k,t\n1,a\n2,b", "k,t\n1,a\n2,b", 2);
    expect(&csv_header, "k,t\n", "k,t\n", 0);
    expect(&csv_header, "", "", 0);
}

static void expect_damaged(const void *p, size_t n, bool packed, const char *expected)
{
    struct buf body = { 0 };
    const char *why = NULL;
    uint32_t records = 0;
    buf_append(&body, p, n);
    assert_int_equal(http_body_prepare(&body, &json, packed, MOST, &records, &why),
                     HTTP_BODY_DAMAGED);
    assert_string_equal(why, expected);
    buf_free(&body);
}

/* What is packed is found out or told; damage, a second packing and too much of it are refused. */
static void packed_bodies(void **state)
{
    (void)state;
    struct buf once = pack("{\"a\":1}", 7), twice = pack(once.data, once.len);
    const char *why = NULL;
    uint32_t records = 0;
    expect_damaged("{}", 2, true, "it does not begin like gzip data");
    expect_damaged("", 0, true, "it does not begin like gzip data");
    expect_damaged(once.data, once.len - 1, false, "it ends too early");
    expect_damaged(twice.data, twice.len, false, "it is packed twice");
    assert_int_equal(http_body_prepare(&once, &json, false, 7, &records, &why), HTTP_BODY_DONE);
    assert_int_equal(once.len, 7);
    buf_free(&once);
    once = pack("{\"a\":1}", 7);
    assert_int_equal(http_body_prepare(&once, &json, false, 6, &records, &why),
                     HTTP_BODY_TOO_LONG);
    buf_free(&once);
    buf_free(&twice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_records), cmocka_unit_test(documents_are_joined),
        cmocka_unit_test(elements_are_records), cmocka_unit_test(rows_are_records),
        cmocka_unit_test(packed_bodies),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
