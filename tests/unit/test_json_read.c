/* test_json_read.c: records of JSON to rows: the matrix of dialect 4.2, paths, and that all ways of decoding agree. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "io_data.h"

#define INTEGER type_of(TYPE_INTEGER)
#define DOUBLE  type_of(TYPE_DOUBLE)

/* One column "A" of a type. */
static void expect_one(struct type type, const char *records, const char *expected)
{
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "A", type, NULL);
    io_expect_rows(&t, "json", records, expected);
    io_table_free(&t);
}

#define CANNOT(value, type) "! COERCION cannot convert " value " to " type " for column \"A\"\n"

static void null_is_null_for_every_type(void **state)
{
    (void)state;
    for (int kind = TYPE_BOOLEAN; kind < TYPE_INTERVAL_DAY; kind++) {
        struct type type = { .kind = (uint8_t)kind, .precision = 5, .length = 3 };
        expect_one(type, "{\"A\":null}\n{}\n", "null\nnull\n");
    }
}

static void booleans_convert(void **state)
{
    (void)state;
    static const char both[] = "{\"A\":true}\n{\"A\":false}\n";
    expect_one(type_of(TYPE_BOOLEAN), both, "true\nfalse\n");
    expect_one(type_of(TYPE_TINYINT), both, "1\n0\n");
    expect_one(type_of(TYPE_BIGINT), both, "1\n0\n");
    expect_one(DOUBLE, both, "1\n0\n");
    expect_one(type_of(TYPE_REAL), both, "1\n0\n");
    expect_one(type_decimal(3, 1), both, "1.0\n0.0\n");
    expect_one(type_varchar(10), both, "\"true\"\n\"false\"\n");
    expect_one(type_varchar(3), both, "\"tru\"\n\"fal\"\n");
    expect_one(type_char(5), both, "\"true \"\n\"false\"\n");
    expect_one((struct type){ .kind = TYPE_VARBINARY, .length = 4 }, both, "\"01\"\n\"00\"\n");
    expect_one((struct type){ .kind = TYPE_BINARY, .length = 2 }, both, "\"0001\"\n\"0000\"\n");
    expect_one(type_of(TYPE_TIMESTAMP), both,
               CANNOT("true", "TIMESTAMP") CANNOT("false", "TIMESTAMP"));
    expect_one(type_of(TYPE_DATE), both, CANNOT("true", "DATE") CANNOT("false", "DATE"));
    expect_one(type_of(TYPE_TIME), both, CANNOT("true", "TIME") CANNOT("false", "TIME"));
    expect_one(type_decimal(1, 1), "{\"A\":true}", CANNOT("1", "DECIMAL(1, 1)"));
}

static void numbers_convert(void **state)
{
    (void)state;
    expect_one(type_of(TYPE_TINYINT), "{\"A\":127}\n{\"A\":128}\n{\"A\":-128}\n{\"A\":-129}\n",
               "127\n" CANNOT("128", "TINYINT") "-128\n" CANNOT("-129", "TINYINT"));
    expect_one(type_of(TYPE_SMALLINT), "{\"A\":32767}\n{\"A\":32768}\n{\"A\":-32769}\n",
               "32767\n" CANNOT("32768", "SMALLINT") CANNOT("-32769", "SMALLINT"));
    expect_one(INTEGER, "{\"A\":2147483647}\n{\"A\":2147483648}\n{\"A\":-2147483648}\n",
               "2147483647\n" CANNOT("2147483648", "INTEGER") "-2147483648\n");
    expect_one(
        type_of(TYPE_BIGINT),
        "{\"A\":9223372036854775807}\n{\"A\":-9223372036854775808}\n{\"A\":9223372036854775808}\n"
        "{\"A\":123456789012345678}\n",
        "9223372036854775807\n-9223372036854775808\n" CANNOT("9223372036854775808",
                                                             "BIGINT") "123456789012345678\n");
    /* read by value: an exponent is no fraction (L-24) */
    expect_one(INTEGER,
               "{\"A\":1e3}\n{\"A\":1.5}\n{\"A\":1.0}\n{\"A\":15e-1}\n{\"A\":150e-1}\n{\"A\":-0}\n"
               "{\"A\":0.00e99}\n",
               "1000\n" CANNOT("1.5", "INTEGER") "1\n" CANNOT("15e-1", "INTEGER") "15\n0\n0\n");
    expect_one(type_decimal(5, 2),
               "{\"A\":999.99}\n{\"A\":1000}\n{\"A\":1.239}\n{\"A\":-0.005}\n{\"A\":1e2}\n"
               "{\"A\":999.995}\n",
               "999.99\n" CANNOT("1000", "DECIMAL(5, 2)") "1.24\n-0.01\n100.00\n" CANNOT(
                   "999.995", "DECIMAL(5, 2)"));
    expect_one(DOUBLE,
               "{\"A\":0.1}\n{\"A\":1e308}\n{\"A\":1e309}\n{\"A\":1e-400}\n"
               "{\"A\":123456789012345678901234567890}\n",
               "0.1\n1e+308\n" CANNOT("1e309", "DOUBLE") "0\n1.2345678901234568e+29\n");
    expect_one(type_of(TYPE_REAL), "{\"A\":0.1}\n{\"A\":1e39}\n", "0.1\n" CANNOT("1e39", "REAL"));
    /* its text, as written, cut like other text */
    expect_one(type_varchar(4), "{\"A\":1.50}\n{\"A\":-1e2}\n{\"A\":123456}\n",
               "\"1.50\"\n\"-1e2\"\n\"1234\"\n");
    expect_one(type_of(TYPE_BOOLEAN), "{\"A\":0}\n{\"A\":-0.0e5}\n{\"A\":-3}\n{\"A\":1e-999}\n",
               "false\nfalse\ntrue\ntrue\n");
    expect_one(type_of(TYPE_TIMESTAMP), "{\"A\":1700000000}\n", CANNOT("1700000000", "TIMESTAMP"));
    expect_one((struct type){ .kind = TYPE_VARBINARY, .length = 4 }, "{\"A\":255}\n",
               CANNOT("255", "VARBINARY(4)"));
}

static void strings_convert(void **state)
{
    (void)state;
    expect_one(INTEGER,
               "{\"A\":\"-15\"}\n{\"A\":\" 7 \"}\n{\"A\":\"1e1\"}\n{\"A\":\"abc\"}\n{\"A\":\"\"}\n"
               "{\"A\":\"1.5\"}\n",
               "-15\n7\n10\n" CANNOT("abc", "INTEGER") CANNOT("", "INTEGER")
                   CANNOT("1.5", "INTEGER"));
    expect_one(type_decimal(6, 2), "{\"A\":\"12.50\"}\n{\"A\":\"1,5\"}\n",
               "12.50\n" CANNOT("1,5", "DECIMAL(6, 2)"));
    expect_one(DOUBLE, "{\"A\":\"1e3\"}\n{\"A\":\"NaN\"}\n{\"A\":\"0x1\"}\n{\"A\":\"\\u0031\"}\n",
               "1000\n" CANNOT("NaN", "DOUBLE") CANNOT("0x1", "DOUBLE") "1\n");
    expect_one(type_of(TYPE_BOOLEAN),
               "{\"A\":\"true\"}\n{\"A\":\"TrUe\"}\n{\"A\":\"yes\"}\n{\"A\":\"1\"}\n{\"A\":\"\"}\n",
               "true\ntrue\nfalse\nfalse\nfalse\n");
    expect_one(
        type_varchar(4),
        "{\"A\":\"abcdefgh\"}\n{\"A\":\"\\u00e9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"}\n{\"A\":\"\"}\n",
        "\"abcd\"\n\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\"\n\"\"\n");
    expect_one(type_char(3), "{\"A\":\"xyzw\"}\n{\"A\":\"\xc3\xa9\"}\n",
               "\"xyz\"\n\"\xc3\xa9  \"\n");
    expect_one(type_of(TYPE_DATE),
               "{\"A\":\"1992-02-14\"}\n{\"A\":\"2026-02-30\"}\n{\"A\":\"2026-01-31 10:00:00\"}\n",
               "\"1992-02-14\"\n" CANNOT("2026-02-30", "DATE")
                   CANNOT("2026-01-31 10:00:00", "DATE"));
    expect_one(type_of(TYPE_TIME), "{\"A\":\"10:20:30\"}\n{\"A\":\"25:00:00\"}\n",
               "\"10:20:30\"\n" CANNOT("25:00:00", "TIME"));
    expect_one(
        type_of(TYPE_TIMESTAMP),
        "{\"A\":\"1992-02-14 18:35:44.0\"}\n{\"A\":\"2026-05-09T12:50:41.337000\"}\n"
        "{\"A\":\"1992-02-14\"}\n"
        "{\"A\":\"2026-1-5 3:04:05Z\"}\n{\"A\":\"soon\"}\n{\"A\":\"2026-01-01 00\\u003a00:01\"}\n",
        "\"1992-02-14 18:35:44.000\"\n\"2026-05-09 12:50:41.337\"\n\"1992-02-14 00:00:00.000\"\n"
        "\"2026-01-05 03:04:05.000\"\n" CANNOT("soon",
                                               "TIMESTAMP") "\"2026-01-01 00:00:01.000\"\n");
    expect_one((struct type){ .kind = TYPE_VARBINARY, .length = 2 },
               "{\"A\":\"X'0AFF'\"}\n{\"A\":\"x'0a'\"}\n{\"A\":\"X'0AFF01'\"}\n{\"A\":\"X''\"}\n"
               "{\"A\":\"0AFF\"}\n{\"A\":\"X'0\"}\n",
               "\"0AFF\"\n\"0A\"\n\"0AFF\"\n\"\"\n" CANNOT("0AFF", "VARBINARY(2)")
                   CANNOT("X'0", "VARBINARY(2)"));
    expect_one((struct type){ .kind = TYPE_BINARY, .length = 3 }, "{\"A\":\"X'0AFF'\"}\n",
               "\"0AFF00\"\n");
}

static void arrays_and_objects_are_text(void **state)
{
    (void)state;
    expect_one(type_varchar(30),
               "{\"A\": [1, \"a b\" ,{ \"c\" :null }]}\n{\"A\":{\"x\":\"\\u0041 \"}}\n",
               "\"[1,\\\"a b\\\",{\\\"c\\\":null}]\"\n\"{\\\"x\\\":\\\"\\\\u0041 \\\"}\"\n");
    expect_one(type_varchar(3), "{\"A\":[1,2]}\n", "\"[1,\"\n");
    expect_one(INTEGER, "{\"A\":[1]}\n{\"A\":{\"x\":1}}\n{\"A\":3}\n",
               CANNOT("[1]", "INTEGER") CANNOT("{\"x\":1}", "INTEGER") "3\n");
    expect_one(type_of(TYPE_BOOLEAN), "{\"A\":[]}\n", CANNOT("[]", "BOOLEAN"));
    expect_one(type_of(TYPE_TIMESTAMP), "{\"A\":{}}\n", CANNOT("{}", "TIMESTAMP"));
    expect_one((struct type){ .kind = TYPE_BINARY, .length = 3 }, "{\"A\":{}}\n",
               CANNOT("{}", "BINARY(3)"));
}

static void texts_are_unescaped(void **state)
{
    (void)state;
    expect_one(type_of(TYPE_VARCHAR), "{\"A\":\"tab\\t \\\"q\\\" \\\\ \\/ \\b\\f\\n\\r\"}\n",
               "\"tab\\t \\\"q\\\" \\\\ / \\b\\f\\n\\r\"\n");
    expect_one(type_of(TYPE_VARCHAR),
               "{\"A\":\"\\u00e9\\u65e5\\ud83d\\ude00\"}\n{\"A\":\"\xf0\x9f\x98\x80\"}\n",
               "\"\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80\"\n\"\xf0\x9f\x98\x80\"\n");
    expect_one(type_of(TYPE_VARCHAR), "{\"A\":\"a\\u0000b\"}\n", "\"a\\u0000b\"\n");
    expect_one(type_varchar(1), "{\"A\":\"\\ud83d\\ude00x\"}\n", "\"\xf0\x9f\x98\x80\"\n");
    expect_one(type_of(TYPE_VARCHAR), "{\"A\":\"123456789012\"}\n{\"A\":\"1234567890123\"}\n",
               "\"123456789012\"\n\"1234567890123\"\n");
}

#define BAD(why, at) "! PARSE record is not valid JSON: " why " at byte " #at "\n"

static void lines(void **state)
{
    (void)state;
    /* blank lines, CR LF, blanks around, a last line without an end */
    expect_one(INTEGER, "\n{\"A\":1}\r\n  \t\r\n\r\n {\"A\" : 2 } \t\n{ \"A\":\t3}\n\n{\"A\":4}",
               "1\n2\n3\n4\n");
    expect_one(INTEGER, "", "");
    expect_one(INTEGER, "\n\n", "");
    expect_one(INTEGER, "{\"A\":1} x\n{\"A\":3},\n{\"A\":1}1\n",
               BAD("something follows the record", 9) BAD("something follows the record", 8)
                   BAD("something follows the record", 8));
    /* several records on a line, all or none of them */
    expect_one(INTEGER, "{\"A\":1}{\"A\":2} \t{\"A\":3}\r\n{\"A\":4}\n", "1\n2\n3\n4\n");
    expect_one(INTEGER, "{\"A\":1} {\"A\":2} x\n{\"A\":1} {\"A\":\n{\"A\":\"} {\"}",
               BAD("something follows the record", 9) BAD("something follows the record", 9)
                   "! COERCION cannot convert } { to INTEGER for column \"A\"\n");
    expect_one(INTEGER, "[1]\n1\n\"a\"\nnull\nx\n",
               BAD("expected an object", 1) BAD("expected an object", 1)
                   BAD("expected an object", 1) BAD("expected an object", 1)
                       BAD("expected a value", 1));
    expect_one(INTEGER, "{\"A\":1\n{\"A\":2}\n{\"A\":\"\n\"}\n",
               BAD("unfinished value", 7) "2\n" BAD("unfinished string", 7)
                   BAD("unfinished string", 3));
    expect_one(INTEGER, "{}\n{ }\n", "null\nnull\n");
}

static void what_is_not_declared_is_checked_as_json(void **state)
{
    (void)state;
    expect_one(
        INTEGER,
        "{\"z\":[1,{\"y\":\"\\u00e9\",\"x\":[]},{},-1.5e-3,123456789012345678901234567890,true,"
        "null],\"A\":1}\n"
        "{\"z\":01,\"A\":1}\n{\"z\":\"\xff\",\"A\":1}\n{\"z\":[1,],\"A\":1}\n"
        "{\"z\":{\"y\" 1},\"A\":1}\n{\"z\":1e,\"A\":1}\n"
        "{\"z\":\"\\q\",\"A\":1}\n{\"z\":tru,\"A\":1}\n{\"A\":1,\"z\":1e9999999999999999999}\n",
        "1\n" BAD("a number with a leading zero", 6) BAD("invalid UTF-8", 7)
            BAD("expected a value", 9) BAD("expected : behind a member name", 11)
                BAD("a number without digits in its exponent", 6)
                    BAD("unknown escape in a string", 8) BAD("unknown word", 6) "1\n");
}

static void personal_values_are_not_told(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "born", type_of(TYPE_DATE), NULL)->personal = true;
    io_expect_rows(&t, "json", "{\"born\":\"May 1970\"}\n{\"born\":{\"y\":1970}}\n",
                   "! COERCION cannot convert a PERSONAL value to DATE for column \"born\"\n"
                   "! COERCION cannot convert a PERSONAL value to DATE for column \"born\"\n");
    io_table_free(&t);
}

static void of_equal_keys_the_last_counts(void **state)
{
    (void)state;
    expect_one(
        INTEGER,
        "{\"A\":1,\"A\":2}\n{\"A\":5,\"A\":null}\n{\"A\":\"x\",\"A\":3}\n{\"A\":1,\"\\u0041\":4}\n"
        "{\"A\":3,\"A\":\"x\"}\n",
        "2\nnull\n3\n4\n" CANNOT("x", "INTEGER"));
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "A", INTEGER, "$.m.a");
    io_column(&t, "B", INTEGER, "$.m.b");
    io_expect_rows(&t, "json",
                   "{\"m\":{\"a\":1,\"b\":2},\"m\":{\"a\":3}}\n{\"m\":{\"a\":1},\"m\":7}\n",
                   "3 null\nnull null\n");
    io_table_free(&t);
}

static void names(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    char long_path[2200] = "$.", long_record[14000] = "{\"";
    memset(long_path + 2, 'n', 2000);
    for (int i = 0; i < 2000; i++) memcpy(long_record + 2 + 6 * i, "\\u006e", 6);
    memcpy(long_record + 2 + 6 * 2000, "\":9}\n", 6);
    io_column(&t, "A", INTEGER, NULL);
    io_column(&t, "a", INTEGER, NULL);
    io_column(&t, "B", INTEGER, "$['k \"y\"']");
    io_column(&t, "C", INTEGER, "$['\xc3\xa9']");
    io_column(&t, "D", INTEGER, long_path);
    io_expect_rows(&t, "json",
                   "{\"a\":1}\n{\"A\":2}\n{\"k \\\"y\\\"\":3}\n{\"\xc3\xa9\":4}\n"
                   "{\"\\u00e9\":5,\"\\u0061\":6}\n{\"AA\":1,\"\":2}\n",
                   "null 1 null null null\n2 null null null null\nnull null 3 null null\n"
                   "null null null 4 null\n"
                   "null 6 null 5 null\nnull null null null null\n");
    io_expect_rows(&t, "json", long_record, "null null null null 9\n");
    io_table_free(&t);
}

static void orders_and_spacing_change(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", INTEGER, NULL);
    io_column(&t, "b", type_varchar(5), NULL);
    io_column(&t, "c", DOUBLE, NULL);
    io_expect_rows(&t, "json",
                   "{\"a\":1,\"b\":\"x\",\"c\":1.5}\n{\"c\":2.5,\"b\":\"y\",\"a\":2}\n"
                   "{ \"b\" : \"z\" ,\"c\": 3 , \"a\" :3}\n"
                   "{\"c\":4}\n{\"a\":5,\"z\":0,\"b\":\"v\",\"c\":5}\n"
                   "{\"z\":0,\"a\":6,\"b\":\"w\",\"y\":[],\"c\":6}\n",
                   "1 \"x\" 1.5\n2 \"y\" 2.5\n3 \"z\" 3\nnull null 4\n5 \"v\" 5\n6 \"w\" 6\n");
    io_table_free(&t);
}

/* A bad record's NULLs and values are not those of the next one. */
static void a_bad_record_leaves_nothing_behind(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", INTEGER, NULL);
    io_column(&t, "b", type_varchar(5), NULL);
    io_column(&t, "c", INTEGER, NULL);
    io_expect_rows(&t, "json",
                   "{\"a\":null,\"b\":null,\"c\":\"x\"}\n{\"a\":1,\"b\":\"y\",\"c\":2}\n"
                   "{\"a\":null,\"b\":null,\"c\":1\n{\"a\":3,\"b\":\"z\",\"c\":4}\n{\"a\":5}\n",
                   "! COERCION cannot convert x to INTEGER for column \"c\"\n1 \"y\" 2\n" BAD(
                       "unfinished value", 25) "3 \"z\" 4\n5 null null\n");
    io_table_free(&t);

    io_table_init(&t);
    io_column(&t, "x", INTEGER, "$.v[0:].x");
    io_expect_rows(&t, "json",
                   "{\"v\":[{},{},{\"x\":\"?\"}]}\n{\"v\":[{\"x\":1},{\"x\":2},{\"x\":3}]}\n",
                   "! COERCION cannot convert ? to INTEGER for column \"x\"\n1\n2\n3\n");
    io_table_free(&t);
}

static void not_null_columns(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", INTEGER, NULL)->not_null = true;
    io_column(&t, "b", type_varchar(5), "$.m.b")->not_null = true;
    io_column(&t, "c", type_char(2), NULL)->not_null = true;
    io_expect_rows(
        &t, "json",
        "{\"a\":1,\"m\":{\"b\":\"x\"},\"c\":\"y\"}\n{\"a\":null,\"m\":{\"b\":\"x\"},\"c\":\"y\"}\n"
        "{\"a\":1,\"m\":5,\"c\":\"y\"}\n"
        "{\"a\":1,\"m\":{\"b\":null},\"c\":\"y\"}\n{\"a\":1,\"m\":{\"b\":\"x\"},\"c\":null}\n",
        "1 \"x\" \"y \"\n! NULL_NOT_ALLOWED null for the NOT NULL column \"a\"\n"
        "! NULL_NOT_ALLOWED null for the NOT NULL column \"b\"\n"
        "! NULL_NOT_ALLOWED null for the NOT NULL column \"b\"\n"
        "! NULL_NOT_ALLOWED null for the NOT NULL column \"c\"\n");
    io_table_free(&t);
}

static void paths_into_objects_and_arrays(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "city", type_varchar(9), "$.address.city");
    io_column(&t, "zip", type_varchar(5), "$.address.codes.zip");
    io_column(&t, "lat", DOUBLE, "$.at[0]");
    io_column(&t, "lon", DOUBLE, "$.at[1]");
    io_column(&t, "deep", INTEGER, "$.at[3].x[1]");
    io_column(&t, "far", INTEGER, "$.far[70]");
    char record[400] = "{\"far\":[";
    for (int i = 0; i < 70; i++) memcpy(record + strlen(record), "0,", 3);
    memcpy(record + strlen(record), "7]}\n", 5);
    io_expect_rows(
        &t, "json",
        "{\"address\":{\"city\":\"Turin\",\"codes\":{\"zip\":\"10121\"}},\"at\":[1.5,2.5,null,"
        "{\"x\":[0,4]},9]}\n"
        "{\"address\":{\"city\":\"Bari\"},\"at\":[ 1 ]}\n{\"address\":[],\"at\":{}}\n"
        "{\"address\":null,\"at\":[[1]]}\n"
        "{\"at\":[]}\n",
        "\"Turin\" \"10121\" 1.5 2.5 4 null\n\"Bari\" null 1 null null null\n"
        "null null null null null null\n"
        "! COERCION cannot convert [1] to DOUBLE for column \"lat\"\n"
        "null null null null null null\n");
    io_expect_rows(&t, "json", record, "null null null null null 7\n");
    io_table_free(&t);
}

static void one_element_under_two_columns(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "x", INTEGER, "$.v");
    io_column(&t, "y", type_varchar(5), "$.v");
    io_column(&t, "m", type_varchar(20), "$.m");
    io_column(&t, "n", INTEGER, "$.m.n");
    io_column(&t, "all", type_varchar(60), "$");
    io_expect_rows(&t, "json", "{\"v\":42, \"m\":{\"n\" : 1}}\n{\"v\":\"a\"}\n",
                   "42 \"42\" \"{\\\"n\\\":1}\" 1 \"{\\\"v\\\":42,\\\"m\\\":{\\\"n\\\":1}}\"\n"
                   "! COERCION cannot convert a to INTEGER for column \"x\"\n");
    io_table_free(&t);
}

static void elements_become_rows(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "customer", type_varchar(8), "$.customer");
    io_column(&t, "sku", type_varchar(8), "$.o.lines[0:].sku");
    io_column(&t, "qty", INTEGER, "$.o.lines[0:].qty[0]");
    io_column(&t, "tags", type_varchar(20), "$.tags[0:]");
    io_expect_rows(
        &t, "json",
        "{\"customer\":\"kim\",\"o\":{\"lines\":[{\"sku\":\"pen\",\"qty\":[2]}, {\"qty\":[1,5]} ,"
        "{},7,null]},\"tags\":[1, 2]}\n"
        "{\"customer\":\"lea\",\"o\":{\"lines\":[]}}\n{\"customer\":\"ann\"}\n"
        "{\"customer\":\"bob\",\"o\":{\"lines\":{}}}\n"
        "{\"o\":{\"lines\":[{\"sku\":\"a\"}],\"lines\":[{\"sku\":\"b\"}]}}\n"
        "{\"customer\":\"x\",\"o\":{\"lines\":[{\"sku\":\"c\"},]}}\n",
        "\"kim\" \"pen\" 2 \"[1,2]\"\n\"kim\" null 1 \"[1,2]\"\n\"kim\" null null \"[1,2]\"\n"
        "\"kim\" null null \"[1,2]\"\n"
        "\"kim\" null null \"[1,2]\"\n\"lea\" null null null\n\"ann\" null null null\n"
        "\"bob\" null null null\n"
        "null \"b\" null null\n" BAD("expected a value", 43));
    /* a column that takes whole elements */
    io_table_free(&t);
    io_table_init(&t);
    io_column(&t, "e", type_varchar(9), "$.v[0:].x");
    io_column(&t, "again", INTEGER, "$.v[0:].x");
    io_expect_rows(&t, "json", "{\"v\":[{\"x\":1},{\"x\":\"2\"}]}\n", "\"1\" 1\n\"2\" 2\n");
    io_table_free(&t);
}

#define LOST(what, path) \
    "! PARSE record has " what " at the row path " path "\n"

/* A record in which the path leads nowhere is refused, not forgotten; an empty array has no records. */
static void row_paths_lead_to_records(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", INTEGER, NULL);
    t.config.keep_record = true;
    assert_int_equal(path_parse(t.arena, str_c("$.records[0:]"), SPAN_NONE, &t.config.row_path).err,
                     ERR_NONE);
    io_expect_rows(
        &t, "json",
        "{\"records\":[{\"a\":1}, {\"a\" : 2} ]}\n{\"records\":[]}\n{}\n"
        "{\"records\":[{\"a\":\"x\"},{\"a\":3},4]}\n"
        "{\"records\":[{\"a\":5}]\n",
        "1 <{\"a\":1}>\n2 <{\"a\" : 2}>\n" LOST(
            "no array", "$.records[0:]") "! COERCION cannot convert x to INTEGER for column \"a\"\n"
                                         "3 <{\"a\":3}>\n" BAD("expected an object", 1)
                                             BAD("unfinished value", 21));
    io_expect_rows(&t, "json", "{\"records\":null}\n{\"records\":{\"a\":1}}\n[{\"a\":1}]\n7\n",
                   LOST("no array", "$.records[0:]") LOST("no array", "$.records[0:]")
                       LOST("no array", "$.records[0:]") LOST("no array", "$.records[0:]"));
    assert_int_equal(path_parse(t.arena, str_c("$.detail"), SPAN_NONE, &t.config.row_path).err,
                     ERR_NONE);
    io_expect_rows(&t, "json", "{\"detail\":{\"a\":1}}\n{\"detail\":2}\n{\"other\":1}\n",
                   "1 <{\"a\":1}>\n" BAD("expected an object", 1) LOST("nothing", "$.detail"));
    assert_int_equal(path_parse(t.arena, str_c("$[0:].r"), SPAN_NONE, &t.config.row_path).err,
                     ERR_NONE);
    io_expect_rows(&t, "json", "[{\"r\":{\"a\":1}},{},{\"r\":{\"a\":2}}]\n[]\n{}\n",
                   "1 <{\"a\":1}>\n" LOST("nothing", "$[0:].r") "2 <{\"a\":2}>\n"
                       LOST("no array", "$[0:].r"));
    assert_int_equal(path_parse(t.arena, str_c("$['a b'][2]"), SPAN_NONE, &t.config.row_path).err,
                     ERR_NONE);
    io_expect_rows(&t, "json", "{\"a b\":[1,2]}\n", LOST("nothing", "$['a b'][2]"));
    io_table_free(&t);
}

static void the_record_is_kept_as_written(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", INTEGER, NULL);
    t.config.keep_record = true;
    io_expect_rows(&t, "json", " {\"a\":1, \"z\":[ ]} \r\n{\"a\":2}\n",
                   "1 <{\"a\":1, \"z\":[ ]}>\n2 <{\"a\":2}>\n");
    io_table_free(&t);
}

/* {"a":{"a":...{"a":x}}} with n objects. */
static char *nested(int n, const char *inside)
{
    char  *text = malloc((size_t)n * 6 + strlen(inside) + 2);
    size_t at = 0;
    for (int i = 0; i < n; i++, at += 5) memcpy(text + at, "{\"a\":", 5);
    memcpy(text + at, inside, strlen(inside));
    at += strlen(inside);
    memset(text + at, '}', (size_t)n);
    at += (size_t)n;
    memcpy(text + at, "\n", 2);
    return text;
}

static void nesting_is_limited(void **state)
{
    (void)state;
    struct type types[] = { type_varchar(2), DOUBLE, type_char(2) };
    const char *paths[] = { "$.z", "$.a.a.a", "$.a.a.a[1]", "$.a", "$.v[0:].x" };
    for (size_t i = 0; i < 15; i++) {
        struct io_table t;
        io_table_init(&t);
        io_column(&t, "c", types[i % 3], paths[i / 3]);
        char *deep = nested(LIMIT_JSON_DEPTH, "1"), *deeper = nested(LIMIT_JSON_DEPTH, "[]"),
             *array = nested(LIMIT_JSON_DEPTH - 1, "[]");
        struct buf out = { 0 };
        io_decode(&t, "json", deep, strlen(deep), 9, &out);
        assert_null(strstr(buf_c(&out), "PARSE"));
        io_expect_rows(&t, "json", deep, buf_c(&out));
        io_expect_rows(&t, "json", deeper,
                       "! PARSE record is not valid JSON: nested too deeply at byte 2561\n");
        buf_clear(&out);
        io_decode(&t, "json", array, strlen(array), 9, &out);
        assert_null(strstr(buf_c(&out), "PARSE"));
        buf_free(&out);
        free(deep);
        free(deeper);
        free(array);
        io_table_free(&t);
    }
}

static void long_records_are_refused(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", type_varchar(2), NULL);
    size_t n = LIMIT_RECORD_BYTES + 1;
    char  *text = malloc(n + 20);
    memset(text, 'x', n);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + n - 2, "\"}\n{\"a\":\"b\"}", 13);
    static const enum decode_path paths[] = { DECODE_SLOW, DECODE_PLAIN, DECODE_AVX2 };
    for (int i = 0; i < 6; i++) {
        struct buf out = { 0 };
        decoder_force(paths[i % 3]);
        io_decode(&t, "json", text + (i > 2), strlen(text + (i > 2)), 9, &out);
        assert_string_equal(buf_c(&out),
                            "! LIMIT_EXCEEDED record is longer than 67108864 bytes\n\"b\"\n");
        buf_free(&out);
        memcpy(text + 1, "{\"a\":\"", 6); /* one byte less from here on: exactly the limit */
        if (i == 2) break;
    }
    decoder_force(DECODE_AUTO);
    struct buf out = { 0 };
    io_decode(&t, "json", text + 1, strlen(text + 1), 9, &out);
    assert_string_equal(buf_c(&out), "\"xx\"\n\"b\"\n");
    buf_free(&out);
    free(text);
    io_table_free(&t);
}

/* ---- random records, and damage to them: all ways agree ---- */

static void put_random_value(uint64_t *seed, int depth, struct buf *out)
{
    static const char *const scalars[] = {
        "null",
        "true",
        "false",
        "0",
        "-1",
        "12.5",
        "1e3",
        "98.6",
        "123456789",
        "-0.001",
        "1234567890123456789",
        "\"\"",
        "\"x\"",
        "\"twelve bytes\"",
        "\"more than twelve bytes\"",
        "\"\\n\\u00e9\"",
        "\"\xc3\xa9\xf0\x9f\x98\x80\"",
        "\"7\"",
        "\"2026-01-31 10:20:30\"",
        "\"true\"",
    };
    uint64_t r = io_random(seed);
    if (depth == 0 || r % 4) {
        buf_append_c(out, scalars[(r >> 8) % (sizeof scalars / sizeof scalars[0])]);
    } else if (r >> 4 & 1) {
        buf_append_char(out, '[');
        for (uint64_t i = 0, n = (r >> 8) % 4; i < n; i++) {
            if (i) buf_append_c(out, r >> 16 & 1 ? "," : " , ");
            put_random_value(seed, depth - 1, out);
        }
        buf_append_char(out, ']');
    } else {
        static const char *const keys[] = {
            "a", "b", "c", "m", "l", "x", "a long name that is not declared anywhere", "z"
        };
        buf_append_char(out, '{');
        for (uint64_t i = 0, n = (r >> 8) % 6; i < n; i++) {
            const char *key = keys[io_random(seed) % 8];
            buf_printf(out, "%s\"%s\"%s", i ? "," : "", key, r >> 20 & 1 ? ":" : " : ");
            put_random_value(seed, depth - 1, out);
        }
        buf_append_char(out, '}');
    }
}

static void put_random_record(uint64_t *seed, struct buf *out)
{
    static const char *const keys[] = { "a", "b", "c", "m", "l", "x", "y", "z" };
    uint64_t from = io_random(seed) % 3 ? 0 : io_random(seed) % 8, n = io_random(seed) % 9;
    buf_append_char(out, '{');
    for (uint64_t i = 0; i < n; i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "", keys[(from + i) % 8]);
        put_random_value(seed, 3, out);
    }
    buf_append_c(out, "}\n");
}

static void damage(uint64_t *seed, struct buf *text)
{
    static const char bytes[] = "\"\\{}[]:,0-.eE \t\r\n\0\x1f\x7f\x80\xc3\xff"
                                "anulltrue";
    for (uint64_t n = io_random(seed) % 4; n > 0; n--) {
        text->data[io_random(seed) % text->len] = bytes[io_random(seed) % (sizeof bytes - 1)];
    }
}

static void all_ways_agree(void **state)
{
    (void)state;
    uint64_t        seed = 20260131;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", DOUBLE, NULL);
    io_column(&t, "b", type_of(TYPE_BIGINT), NULL);
    io_column(&t, "c", type_varchar(4), NULL);
    io_column(&t, "x", type_of(TYPE_VARCHAR), NULL);
    io_column(&t, "ma", type_of(TYPE_TIMESTAMP), "$.m.a");
    io_column(&t, "mx", type_of(TYPE_BOOLEAN), "$.m.x");
    io_column(&t, "l0", type_decimal(7, 3), "$.l[0]");
    io_column(&t, "l1", type_char(3), "$.l[1].a");
    for (int round = 0; round < 400; round++) {
        struct buf text = { 0 }, slow = { 0 };
        for (int i = 0; i < 12; i++) put_random_record(&seed, &text);
        if (round % 2) damage(&seed, &text);
        decoder_force(DECODE_SLOW);
        io_decode(&t, "json", text.data, text.len, 1024, &slow);
        for (int c = 0; c < 8; c++) t.needed[c] = true;
        io_expect_rows_n(&t, "json", text.data, text.len, buf_c(&slow));
        buf_free(&text);
        buf_free(&slow);
    }
    io_table_free(&t);
}

/* Digits, mostly few of them, and what may stand between and behind them. */
static void put_random_number(uint64_t *seed, struct buf *out)
{
    uint64_t r = io_random(seed);
    uint64_t digits = r % 3 ? r / 3 % 9 : r / 3 % 24, fraction = r >> 20 & 1 ? r >> 21 & 15 : 0;
    if (r >> 30 & 1) buf_append_char(out, '-');
    for (uint64_t i = 0; i < digits; i++) buf_append_char(out, (char)('0' + io_random(seed) % 10));
    if (fraction || (r >> 40) % 50 == 0) buf_append_char(out, '.');
    for (uint64_t i = 0; i < fraction; i++)
        buf_append_char(out, (char)('0' + io_random(seed) % (i & 1 ? 10 : 2)));
    if ((r >> 50) % 9 == 0)
        buf_printf(out, "%c%s%d", r >> 60 & 1 ? 'e' : 'E',
                   (r >> 61 & 3) == 1   ? "+"
                   : (r >> 61 & 3) == 2 ? "-"
                                        : "",
                   (int)(io_random(seed) % 400));
    if ((r >> 56) % 40 == 0) buf_append_char(out, "e.-+0x\"\\/:;"[io_random(seed) % 11]);
}

static void numbers_of_all_shapes_agree(void **state)
{
    (void)state;
    uint64_t        seed = 3;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", DOUBLE, NULL);
    io_column(&t, "b", type_of(TYPE_BIGINT), NULL);
    io_column(&t, "c", type_of(TYPE_SMALLINT), NULL);
    for (int round = 0; round < 60; round++) {
        struct buf text = { 0 }, slow = { 0 };
        for (int i = 0; i < 400; i++) {
            buf_printf(&text, "{\"%c\":", "abcz"[io_random(&seed) % 4]);
            put_random_number(&seed, &text);
            buf_append_c(&text, io_random(&seed) % 4 ? "}\n" : " }\n");
        }
        decoder_force(DECODE_SLOW);
        io_decode(&t, "json", text.data, text.len, 1024, &slow);
        io_expect_rows_n(&t, "json", text.data, text.len, buf_c(&slow));
        buf_free(&text);
        buf_free(&slow);
    }
    io_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_is_null_for_every_type),
        cmocka_unit_test(booleans_convert),
        cmocka_unit_test(numbers_convert),
        cmocka_unit_test(strings_convert),
        cmocka_unit_test(arrays_and_objects_are_text),
        cmocka_unit_test(texts_are_unescaped),
        cmocka_unit_test(lines),
        cmocka_unit_test(what_is_not_declared_is_checked_as_json),
        cmocka_unit_test(personal_values_are_not_told),
        cmocka_unit_test(of_equal_keys_the_last_counts),
        cmocka_unit_test(names),
        cmocka_unit_test(orders_and_spacing_change),
        cmocka_unit_test(a_bad_record_leaves_nothing_behind),
        cmocka_unit_test(not_null_columns),
        cmocka_unit_test(paths_into_objects_and_arrays),
        cmocka_unit_test(one_element_under_two_columns),
        cmocka_unit_test(elements_become_rows),
        cmocka_unit_test(row_paths_lead_to_records),
        cmocka_unit_test(the_record_is_kept_as_written),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(long_records_are_refused),
        cmocka_unit_test(all_ways_agree),
        cmocka_unit_test(numbers_of_all_shapes_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
