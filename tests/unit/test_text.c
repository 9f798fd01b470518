/* test_text.c: values to JSON and SQL text and back; both paths of the string escaper write the same. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/text.h"

static void assert_json(struct value v, const char *json, const char *sql)
{
    struct arena *a = arena_new();
    struct vector c;
    vector_new_constant(a, &v, &c);
    struct buf out = { 0 };
    text_json_value(&out, &c, 5);
    assert_string_equal(buf_c(&out), json);
    buf_clear(&out);
    if (sql) {
        text_sql_value(&out, &c, 5);
        assert_string_equal(buf_c(&out), sql);
    }
    buf_free(&out);
    arena_free(a);
}

static struct value integer(struct type t, int64_t v)
{
    return (struct value){ .type = t, .i64 = v };
}

static struct value number(enum type_kind kind, double v)
{
    return (struct value){ .type = type_of(kind), .f64 = v };
}

static struct value text(struct type t, const char *s)
{
    return (struct value){ .type = t, .str = str_c(s) };
}

static void values_are_written(void **state)
{
    (void)state;
    assert_json(integer(type_of(TYPE_BIGINT), INT64_MIN), "-9223372036854775808",
                "-9223372036854775808");
    assert_json(integer(type_decimal(3, 2), 37), "0.37", ".37");
    assert_json(integer(type_decimal(3, 2), 0), "0.00", ".00");
    assert_json(number(TYPE_DOUBLE, 730), "730", "7.3E2");
    assert_json(number(TYPE_DOUBLE, -0.0), "0", "0E0");
    assert_json(number(TYPE_REAL, (double)0.1f), "0.1", "1E-1");
    assert_json(integer(type_of(TYPE_DATE), 0), "\"1970-01-01\"", "1970-01-01");
    assert_json(integer(type_of(TYPE_TIME), 1), "\"00:00:00.001\"", "00:00:00.001");
    assert_json(integer(type_of(TYPE_TIMESTAMP), -1), "\"1969-12-31 23:59:59.999\"",
                "1969-12-31 23:59:59.999");
    assert_json(integer(type_interval(UNIT_DAY, UNIT_SECOND), 93600000), "\"+1 02:00:00\"",
                "+1 02:00:00");
    assert_json((struct value){ .type = type_of(TYPE_BOOLEAN), .b = true }, "true", "TRUE");
    assert_json((struct value){ .type = type_of(TYPE_BOOLEAN), .null = true }, "null", NULL);
    assert_json(text(type_char(4), "ab  "), "\"ab  \"", "ab  ");
    assert_json(text(type_varchar(9), "a\"b\\c\n\x01"), "\"a\\\"b\\\\c\\n\\u0001\"",
                "a\"b\\c\n\x01");
    assert_json(text(type_of(TYPE_BINARY), "\xc0\xff"), "\"C0FF\"", NULL);
}

/* A naive escaper to compare with. */
static void escape_naively(struct buf *out, const char *s, size_t n)
{
    buf_append_char(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c == '\n' || c == '\t' || c == '\r' || c == '\b' || c == '\f') {
            buf_printf(out, "\\%c",
                       c == '\n'   ? 'n'
                       : c == '\t' ? 't'
                       : c == '\r' ? 'r'
                       : c == '\b' ? 'b'
                                   : 'f');
        } else if (c < 32) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_append_char(out, (char)c);
        }
    }
    buf_append_char(out, '"');
}

static void escapes_at_every_place(void **state)
{
    (void)state;
    char s[100];
    struct buf expected = { 0 }, got = { 0 };
    for (size_t n = 0; n <= sizeof s; n += n < 70 ? 1 : 15) {
        for (size_t at = 0; at <= n; at++) {
            for (int kind = 0; kind < 6; kind++) {
                for (size_t i = 0; i < n; i++) s[i] = (char)(kind & 1 ? 0xc3 : 'x');
                if (at < n) s[at] = "\x1f\"\\\n\x7f "[kind];
                if (at + 3 < n) s[at + 3] = '\0';
                buf_clear(&expected);
                escape_naively(&expected, s, n);
                for (int plain = 0; plain < 2; plain++) {
                    text_json_use_plain(plain);
                    buf_clear(&got);
                    text_json_string(&got, s, n);
                    assert_int_equal(got.len, expected.len);
                    assert_memory_equal(got.data, expected.data, got.len);
                }
            }
        }
    }
    text_json_use_plain(false);
    buf_free(&expected);
    buf_free(&got);
}

static void assert_parse(const char *s, struct type t, enum text_result result, int64_t value)
{
    struct arena *a = arena_new();
    struct value v = { .i64 = value };
    assert_int_equal(text_parse(a, s, strlen(s), t, &v), result);
    if (result == TEXT_OK) assert_int_equal(v.i64, value);
    arena_free(a);
}

static void texts_are_read(void **state)
{
    (void)state;
    struct type integer_type = type_of(TYPE_INTEGER);
    assert_parse(" -208 ", integer_type, TEXT_OK, -208);
    assert_parse("2147483648", integer_type, TEXT_OVERFLOW, 0);
    assert_parse("1e3", integer_type, TEXT_NOT, 0);
    assert_parse("", integer_type, TEXT_NOT, 0);
    assert_parse("3.47", type_decimal(3, 1), TEXT_OK, 35);
    assert_parse("1970-01-02", type_of(TYPE_DATE), TEXT_OK, 1);
    assert_parse("-5", type_interval(UNIT_HOUR, UNIT_HOUR), TEXT_OK, -18000000);
    assert_parse("abc", type_interval(UNIT_DAY, UNIT_DAY), TEXT_NOT, 0);
    assert_parse("1e400", type_of(TYPE_DOUBLE), TEXT_OVERFLOW, 0);
    assert_parse("1e", type_of(TYPE_DOUBLE), TEXT_NOT, 0);
    assert_parse("maybe", type_of(TYPE_BOOLEAN), TEXT_NOT, 0);

    struct arena *a = arena_new();
    struct value v;
    assert_int_equal(text_parse(a, " tRuE ", 6, type_of(TYPE_BOOLEAN), &v), TEXT_OK);
    assert_true(v.b);
    assert_int_equal(text_parse(a, " 1.5E+3", 7, type_of(TYPE_DOUBLE), &v), TEXT_OK);
    assert_true(v.f64 == 1500);
    assert_int_equal(text_parse(a, "0.1", 3, type_of(TYPE_REAL), &v), TEXT_OK);
    assert_true(v.f64 == (double)0.1f);
    arena_free(a);
}

static void assert_fit(const char *s, struct type t, const char *expected)
{
    struct arena *a = arena_new();
    struct str got = text_fit(a, s, strlen(s), t);
    assert_true(str_equal_c(got, expected));
    arena_free(a);
}

static void strings_fit_their_types(void **state)
{
    (void)state;
    assert_fit("abcd", type_varchar(2), "ab");
    assert_fit("ab", type_char(4), "ab  ");
    assert_fit("", type_char(2), "  ");
    assert_fit("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", type_varchar(2), "\xe6\x97\xa5\xe6\x9c\xac");
    assert_fit("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", type_char(5),
               "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e  ");
    assert_fit("abcdefghijklmnopqrstuvwxyz", type_varchar(0), "abcdefghijklmnopqrstuvwxyz");
    assert_fit("abcdefghijklmnopqrstuvwxyz", type_char(25), "abcdefghijklmnopqrstuvwxy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written),
        cmocka_unit_test(escapes_at_every_place),
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(strings_fit_their_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
