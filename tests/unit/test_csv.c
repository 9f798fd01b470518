/* test_csv.c: delimited text to rows (dialect 4.3, L-25). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "io_data.h"

/* Columns a VARCHAR(8), b INTEGER, c TIMESTAMP. */
static void init_table(struct io_table *t)
{
    io_table_init(t);
    io_column(t, "a", type_varchar(8), NULL);
    io_column(t, "b", type_of(TYPE_INTEGER), NULL);
    io_column(t, "c", type_of(TYPE_TIMESTAMP), NULL);
}

static void expect(const char *text, const char *expected)
{
    struct io_table t;
    init_table(&t);
    io_expect_rows(&t, "csv", text, expected);
    io_table_free(&t);
}

#define CANNOT(value, type, column)                                                                \
    "! COERCION cannot convert " value " to " type " for column \"" column "\"\n"

static void columns_are_taken_in_order(void **state)
{
    (void)state;
    expect("x,1,2026-01-31 10:20:30\n", "\"x\" 1 \"2026-01-31 10:20:30.000\"\n");
    /* more fields are left alone, missing ones are NULL */
    expect("x,1,2026-01-31,more,\"and\" more\nx,1\nx\n", "\"x\" 1 \"2026-01-31 00:00:00.000\"\n"
                                                         "\"x\" 1 null\n\"x\" null null\n");
    expect("", "");
    expect("\n\r\n\n", "");
    expect("x", "\"x\" null null\n");
    expect("x,1\r\ny,2\r", "\"x\" 1 null\n\"y\" 2 null\n");
}

static void empty_fields(void **state)
{
    (void)state;
    /* unquoted: NULL, but an empty text for text columns; quoted: an empty text, which is no number */
    expect(",,\n", "\"\" null null\n");
    expect("\"\",\"\",\n", CANNOT("", "INTEGER", "b"));
    expect(" , ,\n", CANNOT("", "INTEGER", "b"));
    struct io_table t;
    init_table(&t);
    t.columns[0].not_null = t.columns[1].not_null = true;
    io_expect_rows(&t, "csv", ",1\nx\nx,\n\"\",2\n",
                   "\"\" 1 null\n! NULL_NOT_ALLOWED null for the NOT NULL column \"b\"\n"
                   "! NULL_NOT_ALLOWED null for the NOT NULL column \"b\"\n\"\" 2 null\n");
    io_table_free(&t);
}

static void values_convert_as_json_strings_do(void **state)
{
    (void)state;
    expect("too long a text,1\n", "\"too long\" 1 null\n");
    expect(" x , 1 , 2026-01-31 \n", "\" x \" 1 \"2026-01-31 00:00:00.000\"\n");
    expect("x,1e2\nx,1.5\nx,+7\nx,2147483648\nx,1,soon\n",
           "\"x\" 100 null\n" CANNOT("1.5", "INTEGER", "b") "\"x\" 7 null\n" CANNOT(
               "2147483648", "INTEGER", "b") CANNOT("soon", "TIMESTAMP", "c"));
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", type_of(TYPE_BOOLEAN), NULL);
    io_column(&t, "b", type_decimal(5, 2), NULL);
    io_column(&t, "c", (struct type){ .kind = TYPE_VARBINARY, .length = 4 }, NULL);
    io_column(&t, "d", type_char(3), NULL);
    io_expect_rows(&t, "csv", "TRUE,1.005,X'0aff',x\nno,\"-2\",,\n",
                   "true 1.01 \"0AFF\" \"x  \"\n"
                   "false -2.00 null \"   \"\n");
    io_table_free(&t);
}

static void quotes(void **state)
{
    (void)state;
    expect("\"a,b\",1\n\"a\nb\",2\n\"a\"\"b\",\"3\"\n\"\"\"\",4\n", "\"a,b\" 1 null\n"
                                                                    "\"a\\nb\" 2 null\n"
                                                                    "\"a\\\"b\" 3 null\n"
                                                                    "\"\\\"\" 4 null\n");
    /* anywhere else they are text */
    expect("a\"b,1\n \"a\",2\nit's 5\",3\n", "\"a\\\"b\" 1 null\n\" \\\"a\\\"\" 2 null\n"
                                             "\"it's 5\\\"\" 3 null\n");
    expect("\"a\"b,1\nx,\"2\" \n\"y\n", "! PARSE the quotes of field 1 do not end with it\n"
                                        "! PARSE the quotes of field 2 do not end with it\n"
                                        "! PARSE the quotes of field 1 do not end with it\n");
    /* behind the last column they matter for the record's end alone */
    expect("x,1,,\"a\nb\"c\ny,2\n", "\"x\" 1 null\n\"y\" 2 null\n");
}

static void delimiters(void **state)
{
    (void)state;
    struct io_table t;
    init_table(&t);
    io_expect_rows(&t, "tsv", "a,b\t1\t\nx\t2\n", "\"a,b\" 1 null\n\"x\" 2 null\n");
    t.config.column_delimiter = str_c("||");
    t.config.row_delimiter = str_c("\r\n");
    io_expect_rows(&t, "csv", "a|b||1||\r\n\"||\"||2\r\nx\n||3",
                   "\"a|b\" 1 null\n\"||\" 2 null\n"
                   "\"x\\n\" 3 null\n");
    t.config.column_delimiter = str_c(";");
    t.config.row_delimiter = str_c("|");
    io_expect_rows(&t, "csv", "a;1|b\n;2\r|||c,;3|",
                   "\"a\" 1 null\n\"b\\n\" 2 null\n"
                   "\"c,\" 3 null\n");
    io_table_free(&t);
}

static void headers_are_skipped(void **state)
{
    (void)state;
    struct io_table t;
    init_table(&t);
    t.config.header = true;
    io_expect_rows(&t, "csv", "a,b,c\nx,1\ny,2\n", "\"x\" 1 null\n\"y\" 2 null\n");
    io_expect_rows(&t, "csv", "\n\"a\n\",b,c\nx,1\n", "\"x\" 1 null\n");
    io_expect_rows(&t, "csv", "a", "");
    io_table_free(&t);
}

static void records_are_utf8(void **state)
{
    (void)state;
    expect("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9,1\n\xff,2\n"
           "x,3,,\xc3\n",
           "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\" 1 null\n"
           "! PARSE record is not valid UTF-8 text\n"
           "! PARSE record is not valid UTF-8 text\n");
    struct io_table t;
    init_table(&t);
    io_expect_rows_n(&t, "csv", "a\0b,1\n", 6, "\"a\\u0000b\" 1 null\n");
    io_table_free(&t);
}

static void a_bad_record_leaves_nothing_behind(void **state)
{
    (void)state;
    expect(",,x\n1,2,2026-01-31\n,,x\n3,4\n",
           CANNOT("x", "TIMESTAMP", "c") "\"1\" 2 \"2026-01-31 "
                                         "00:00:00.000\"\n" CANNOT("x", "TIMESTAMP",
                                                                   "c") "\"3\" 4 null\n");
}

static void the_record_is_kept_as_written(void **state)
{
    (void)state;
    struct io_table t;
    init_table(&t);
    t.config.keep_record = true;
    io_expect_rows(&t, "csv", "\"a\"\"b\", 1 ,,more\r\nx\n",
                   "\"a\\\"b\" 1 null <\"a\"\"b\", 1 ,,"
                   "more>\n\"x\" null null <x>\n");
    io_table_free(&t);
}

/* Many quoted fields of a long record take no more memory than the record. */
static void wide_records(void **state)
{
    (void)state;
    enum { FIELDS = 16, SIZE = 200000 };
    struct io_table t;
    struct buf      text = { 0 }, out = { 0 };
    io_table_init(&t);
    for (int i = 0; i < FIELDS; i++) {
        io_column(&t, "c", type_of(TYPE_VARCHAR), NULL);
        buf_append_c(&text, i ? ",\"\"\"" : "\"\"\"");
        char *room = buf_reserve(&text, SIZE);
        memset(room, 'x', SIZE);
        text.len += SIZE;
        buf_append_c(&text, "\"");
    }
    struct arena   *a = arena_new();
    struct decoder *d;
    struct decoded  decoded;
    struct block   *b = block_new(text.len);
    memcpy(b->data, text.data, text.len);
    b->size = text.len;
    assert_int_equal(decoder_new(a, "csv", &t.config, &d).err, ERR_NONE);
    assert_int_equal(decoder_run(d, b, 0, 10, false, &decoded), text.len);
    assert_int_equal(decoded.batch->n_rows, 1);
    for (int i = 0; i < FIELDS; i++)
        assert_int_equal(decoded.batch->columns[i].str[0].len, SIZE + 1);
    assert_true(arena_size_bytes(decoded.batch->arena) < 3 * text.len);
    batch_release(decoded.batch);
    block_release(b);
    arena_free(a);
    buf_free(&text);
    buf_free(&out);
    io_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_taken_in_order),
        cmocka_unit_test(empty_fields),
        cmocka_unit_test(values_convert_as_json_strings_do),
        cmocka_unit_test(quotes),
        cmocka_unit_test(delimiters),
        cmocka_unit_test(headers_are_skipped),
        cmocka_unit_test(records_are_utf8),
        cmocka_unit_test(a_bad_record_leaves_nothing_behind),
        cmocka_unit_test(the_record_is_kept_as_written),
        cmocka_unit_test(wide_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
