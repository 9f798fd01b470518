/* test_encode.c: rows to JSON and delimited text; what is written is read back as the same rows. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/text.h"
#include "io/encode.h"
#include "io_data.h"

/* Rows of one text, decoded as JSON. */
static struct batch *rows_of(const struct io_table *t, const char *text)
{
    struct arena   *a = arena_new();
    struct decoder *d;
    struct decoded  decoded;
    size_t          n = strlen(text);
    struct block   *b = block_new(n);
    memcpy(b->data, text, n);
    b->size = n;
    assert_int_equal(decoder_new(a, "json", &t->config, &d).err, ERR_NONE);
    assert_int_equal(decoder_run(d, b, 0, 10000, false, &decoded), n);
    assert_int_equal(decoded.n_faults, 0);
    block_release(b);
    arena_free(a);
    return decoded.batch;
}

static void encode(const struct io_table *t, const char *format, const struct batch *rows,
                   struct buf *out)
{
    struct arena        *a = arena_new();
    struct encode_config config = { .schema = &t->schema,
                                    .with_rowtime = rows->rowtimes,
                                    .column_delimiter = t->config.column_delimiter };
    struct encoder      *e;
    assert_int_equal(encoder_new(a, format, &config, &e).err, ERR_NONE);
    encoder_rows(e, rows, 0, batch_live(rows), out, NULL);
    arena_free(a);
}

static void expect(const struct io_table *t, const char *format, const char *records,
                   const char *expected)
{
    struct batch *rows = rows_of(t, records);
    struct buf    out = { 0 };
    encode(t, format, rows, &out);
    assert_string_equal(buf_c(&out), expected);
    buf_free(&out);
    batch_release(rows);
}

/* One column of each kind of type. */
static void add_all_types(struct io_table *t)
{
    io_column(t, "b", type_of(TYPE_BOOLEAN), NULL);
    io_column(t, "i", type_of(TYPE_SMALLINT), NULL);
    io_column(t, "l", type_of(TYPE_BIGINT), NULL);
    io_column(t, "d", type_decimal(9, 3), NULL);
    io_column(t, "r", type_of(TYPE_REAL), NULL);
    io_column(t, "f", type_of(TYPE_DOUBLE), NULL);
    io_column(t, "c", type_char(3), NULL);
    io_column(t, "v", type_varchar(40), NULL);
    io_column(t, "x", (struct type){ .kind = TYPE_VARBINARY, .length = 20 }, NULL);
    io_column(t, "day", type_of(TYPE_DATE), NULL);
    io_column(t, "time", type_of(TYPE_TIME), NULL);
    io_column(t, "ts", type_of(TYPE_TIMESTAMP), NULL);
}

static const char all_types[] =
    "{\"b\":true,\"i\":-7,\"l\":9007199254740993,\"d\":1.5,\"r\":0.1,\"f\":98.6,\"c\":\"x\","
    "\"v\":\"text\",\"x\":\"X'0aff'\","
    "\"day\":\"2026-01-31\",\"time\":\"10:20:30.5\",\"ts\":\"2026-01-31 10:20:30\"}\n{}\n"
    "{\"b\":false,\"i\":0,\"l\":-9223372036854775808,\"d\":-999999.999,\"r\":1e-45,"
    "\"f\":-1.7976931348623157e308,\"c\":\"\xc3\xa9\","
    "\"v\":\"more than twelve bytes, \\\"quoted\\\"\",\"x\":\"X''\",\"day\":\"1582-10-15\","
    "\"time\":\"00:00:00\",\"ts\":\"1969-12-31 23:59:59.999\"}\n";

static void json_values(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    add_all_types(&t);
    expect(&t, "json", all_types,
           "{\"b\":true,\"i\":-7,\"l\":9007199254740993,\"d\":1.500,\"r\":0.1,\"f\":98.6,"
           "\"c\":\"x  \",\"v\":\"text\",\"x\":\"0AFF\","
           "\"day\":\"2026-01-31\",\"time\":\"10:20:30.500\",\"ts\":\"2026-01-31 10:20:30.000\"}\n"
           "{\"b\":null,\"i\":null,\"l\":null,\"d\":null,\"r\":null,\"f\":null,\"c\":null,"
           "\"v\":null,\"x\":null,\"day\":null,"
           "\"time\":null,\"ts\":null}\n"
           "{\"b\":false,\"i\":0,\"l\":-9223372036854775808,\"d\":-999999.999,\"r\":1e-45,"
           "\"f\":-1.7976931348623157e+308,"
           "\"c\":\"\xc3\xa9  \",\"v\":\"more than twelve bytes, \\\"quoted\\\"\",\"x\":\"\","
           "\"day\":\"1582-10-15\","
           "\"time\":\"00:00:00\",\"ts\":\"1969-12-31 23:59:59.999\"}\n");
    io_table_free(&t);
}

static void delimited_values(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    add_all_types(&t);
    expect(&t, "csv", all_types,
           "true,-7,9007199254740993,1.500,0.1,98.6,x  ,text,0AFF,2026-01-31,10:20:30.500,"
           "2026-01-31 10:20:30.000\n"
           ",,,,,,,,,,,\n"
           "false,0,-9223372036854775808,-999999.999,1e-45,-1.7976931348623157e+308,\xc3\xa9  ,"
           "\"more than twelve bytes, \"\"quoted\"\"\",,1582-10-15,00:00:00,1969-12-31 "
           "23:59:59.999\n");
    t.config.column_delimiter = str_c("-");
    expect(&t, "csv", all_types,
           "true-\"-7\"-9007199254740993-1.500-0.1-98.6-x  "
           "-text-0AFF-\"2026-01-31\"-10:20:30.500-\"2026-01-31 10:20:30.000\"\n"
           "-----------\n"
           "false-0-\"-9223372036854775808\"-\"-999999.999\"-\"1e-45\"-\"-1.7976931348623157e+308"
           "\"-\xc3\xa9  -"
           "\"more than twelve bytes, \"\"quoted\"\"\"--\"1582-10-15\"-00:00:00-\"1969-12-31 "
           "23:59:59.999\"\n");
    io_table_free(&t);
}

static void texts_are_quoted_where_they_must(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a", type_varchar(40), NULL);
    io_column(&t, "b", type_varchar(40), NULL);
    expect(&t, "csv",
           "{\"a\":\"x,y\",\"b\":\"a\\\"b\"}\n{\"a\":\"\",\"b\":\"l\\nm\"}\n"
           "{\"a\":\" x \",\"b\":\"r\\rs\"}\n{\"a\":\"\\t\"}\n",
           "\"x,y\",\"a\"\"b\"\n\"\",\"l\nm\"\n x ,\"r\rs\"\n\t,\n");
    expect(&t, "tsv", "{\"a\":\"x,y\",\"b\":\"x\\ty\"}\n", "x,y\t\"x\ty\"\n");
    t.config.column_delimiter = str_c("||");
    expect(&t, "csv", "{\"a\":\"x|y\",\"b\":\"x||y\"}\n", "x|y||\"x||y\"\n");
    io_table_free(&t);
}

/* Every place of a short text, at every length, with every byte that matters. */
static void short_texts_are_escaped(void **state)
{
    (void)state;
    static const char bytes[] = "\"\\\n\r\t\x01\x1f \x7f"
                                "a";
    struct io_table   t;
    io_table_init(&t);
    io_column(&t, "a", type_varchar(40), NULL);
    for (size_t n = 0; n < 16; n++) {
        for (size_t at = 0; at < n || at == 0; at++) {
            for (size_t i = 0; i <= sizeof bytes - 1; i++) {
                char          text[16];
                struct str    s;
                struct batch *b = batch_new(1, 1);
                struct buf    out = { 0 }, wanted = { 0 };
                memset(text, 'z', sizeof text);
                if (n) text[at] = i < sizeof bytes - 1 ? bytes[i] : 0;
                s = str_view(text, n);
                b->columns[0] = (struct vector){ .type = type_varchar(40), .str = &s };
                encode(&t, "json", b, &out);
                buf_append_c(&wanted, "{\"a\":");
                text_json_string(&wanted, text, n);
                buf_append_c(&wanted, "}\n");
                assert_int_equal(out.len, wanted.len);
                assert_memory_equal(out.data, wanted.data, out.len);
                buf_free(&out);
                buf_free(&wanted);
                batch_release(b);
            }
        }
    }
    io_table_free(&t);
}

static void times_of_many_minutes(void **state)
{
    (void)state;
    static const int64_t times[] = { 0,
                                     -1,
                                     59999,
                                     60000,
                                     60001,
                                     0,
                                     1769855999999,
                                     1769856000000,
                                     -62135596800000,
                                     -62167219200001,
                                     253402300800000,
                                     INT64_C(9214646400000000),
                                     -INT64_C(9214646400000000),
                                     59000,
                                     123,
                                     1769856000001 };
    enum { N = sizeof times / sizeof times[0] };
    struct io_table t;
    struct buf      out = { 0 }, wanted = { 0 };
    struct batch   *b = batch_new(N, 1);
    io_table_init(&t);
    io_column(&t, "t", type_of(TYPE_TIMESTAMP), NULL);
    int64_t other[N];
    for (int i = 0; i < N; i++) other[i] = times[N - 1 - i];
    b->rowtimes = times;
    b->columns[0] = (struct vector){ .type = type_of(TYPE_TIMESTAMP), .i64 = other };
    encode(&t, "json", b, &out);
    struct vector rowtimes = { .type = type_of(TYPE_TIMESTAMP),
                               .i64 = (int64_t *)(uintptr_t)times };
    for (uint32_t i = 0; i < N; i++) {
        buf_append_c(&wanted, "{\"ROWTIME\":");
        text_json_value(&wanted, &rowtimes, i);
        buf_append_c(&wanted, ",\"t\":");
        text_json_value(&wanted, &b->columns[0], i);
        buf_append_c(&wanted, "}\n");
    }
    assert_string_equal(buf_c(&out), buf_c(&wanted));
    buf_clear(&out);
    encode(&t, "csv", b, &out);
    assert_memory_equal(out.data,
                        "1970-01-01 00:00:00.000,2026-01-31 10:40:00.001\n"
                        "1969-12-31 23:59:59.999,",
                        72);
    buf_free(&out);
    buf_free(&wanted);
    batch_release(b);
    io_table_free(&t);
}

static void selections_constants_and_ends(void **state)
{
    (void)state;
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "a\"b", type_of(TYPE_INTEGER), NULL);
    io_column(&t, "c", type_varchar(40), NULL);
    struct arena         *a = arena_new();
    struct batch         *all = batch_new(5, 2);
    int64_t               numbers[] = { 0, 1, 2, 3, 4 };
    struct str            text = str_c("the same for all of the rows");
    struct encode_config  config = { .schema = &t.schema };
    static const uint32_t sel[] = { 0, 2, 4 };
    all->columns[0] = (struct vector){ .type = type_of(TYPE_INTEGER), .i64 = numbers };
    all->columns[1] = (struct vector){ .type = type_varchar(40), .constant = true, .str = &text };
    struct batch *some = batch_narrow(all, sel, 3);
    for (int i = 0; i < 2; i++) {
        struct encoder *e;
        struct buf      out = { 0 };
        size_t          ends[2];
        assert_int_equal(encoder_new(a, i ? "csv" : "json", &config, &e).err, ERR_NONE);
        buf_append_c(&out, "before ");
        encoder_rows(e, some, 1, 3, &out, ends);
        const char *wanted = i ? "before 2,the same for all of the rows\n"
                                 "4,the same for all of the rows\n"
                               : "before {\"a\\\"b\":2,\"c\":\"the same for all of the rows\"}\n"
                                 "{\"a\\\"b\":4,\"c\":\"the same for all of the rows\"}\n";
        assert_string_equal(buf_c(&out), wanted);
        assert_int_equal(ends[0], strchr(wanted, '\n') + 1 - wanted);
        assert_int_equal(ends[1], strlen(wanted));
        buf_free(&out);
    }
    batch_release(some);
    batch_release(all);
    arena_free(a);
    io_table_free(&t);
}

static void no_columns(void **state)
{
    (void)state;
    struct io_table t;
    struct buf      out = { 0 };
    struct batch   *b = batch_new(2, 0);
    int64_t         times[] = { 0, 1 };
    io_table_init(&t);
    encode(&t, "json", b, &out);
    encode(&t, "csv", b, &out);
    b->rowtimes = times;
    encode(&t, "json", b, &out);
    assert_string_equal(buf_c(&out), "{}\n{}\n\n\n{\"ROWTIME\":\"1970-01-01 00:00:00.000\"}\n"
                                     "{\"ROWTIME\":\"1970-01-01 00:00:00.001\"}\n");
    buf_free(&out);
    batch_release(b);
    io_table_free(&t);
}

/* ---- there and back again ---- */

static double random_double(uint64_t *seed)
{
    uint64_t r = io_random(seed);
    double   v;
    switch (r % 4) {
    case 0:
        return (double)(int64_t)(io_random(seed) % 2000001 - 1000000) / 1000;
    case 1:
        return (double)(int64_t)io_random(seed);
    default:
        v = 0;
        do {
            r = io_random(seed);
            memcpy(&v, &r, sizeof v);
        } while (v - v != 0);
        return v;
    }
}

static void random_text(struct arena *a, uint64_t *seed, struct str *out)
{
    static const char *const parts[] = { "a",    "bc", "\"", "\\",       "\n",
                                         "\r",   ",",  "\t", "\xc3\xa9", "\xf0\x9f\x98\x80",
                                         "\x01", " ",  "0",  "\x7f",     "long enough" };
    struct buf               text = { 0 };
    for (uint64_t n = io_random(seed) % 9; n > 0; n--)
        buf_append_c(&text, parts[io_random(seed) % 15]);
    *out = str_copy(a, str_view(text.data ? text.data : "", text.len));
    buf_free(&text);
}

static int64_t random_integer(uint64_t *seed, struct type type)
{
    int64_t low, high;
    if (type.kind == TYPE_DECIMAL) return (int64_t)(io_random(seed) % 1999999999) - 999999999;
    if (type.kind == TYPE_DATE) return (int64_t)(io_random(seed) % 200000) - 100000;
    if (type.kind == TYPE_TIME) return (int64_t)(io_random(seed) % 86400000);
    if (type.kind == TYPE_TIMESTAMP)
        return (int64_t)(io_random(seed) % 4000000000000) - 2000000000000;
    type_integer_range(type, &low, &high);
    return low == INT64_MIN ? (int64_t)io_random(seed)
                            : low + (int64_t)(io_random(seed) % (uint64_t)(high - low + 1));
}

static struct batch *random_rows(const struct io_table *t, uint64_t *seed, uint32_t n)
{
    struct batch *b = batch_new(n, t->schema.n_columns);
    for (uint32_t c = 0; c < b->n_columns; c++) {
        struct vector *v = &b->columns[c];
        struct type    type = t->columns[c].type;
        vector_new(b->arena, type, n, v);
        for (uint32_t row = 0; row < n; row++) {
            memset((char *)v->data + row * form_width(type_form(type)), 0,
                   form_width(type_form(type)));
            if (io_random(seed) % 5 == 0) {
                nulls_set(vector_nulls(b->arena, v, n), row);
            } else if (type_form(type) == FORM_STR) {
                random_text(b->arena, seed, &v->str[row]);
                v->str[row] = text_fit(b->arena, str_data(&v->str[row]), v->str[row].len, type);
            } else if (type_form(type) == FORM_F64) {
                double x = random_double(seed);
                if (type.kind == TYPE_REAL) x = (double)(float)(int32_t)io_random(seed) / 1024;
                v->f64[row] = type.kind == TYPE_REAL ? (double)(float)x : x;
            } else if (type_form(type) == FORM_BOOL) {
                v->b[row] = io_random(seed) & 1;
            } else {
                v->i64[row] = random_integer(seed, type);
            }
        }
    }
    return b;
}

static void decode_again(const struct io_table *t, const char *format, const struct buf *text,
                         struct buf *out)
{
    struct arena   *a = arena_new();
    struct decoder *d;
    struct block   *b = block_new(text->len);
    memcpy(b->data, text->data, text->len);
    b->size = text->len;
    assert_int_equal(decoder_new(a, format, &t->config, &d).err, ERR_NONE);
    for (size_t at = 0; at < b->size;) {
        struct decoded decoded;
        at = decoder_run(d, b, at, 100, false, &decoded);
        if (decoded.n_faults)
            fail_msg("%s: %.*s", decoded.faults[0].message, STR_ARG(decoded.faults[0].text));
        encode(t, "json", decoded.batch, out);
        batch_release(decoded.batch);
    }
    block_release(b);
    arena_free(a);
}

/* Delimited text has no NULL for texts: '' is what comes back. */
static void texts_not_null(const struct io_table *t, struct batch *rows)
{
    for (uint32_t c = 0; c < rows->n_columns; c++) {
        struct vector *v = &rows->columns[c];
        if (type_is_text(v->type)) v->nulls = NULL;
        for (uint32_t i = 0; v->type.kind == TYPE_CHAR && i < rows->n_rows; i++) {
            v->str[i] =
                text_fit(rows->arena, str_data(&v->str[i]), v->str[i].len, t->columns[c].type);
        }
    }
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    uint64_t        seed = 42;
    struct io_table t;
    io_table_init(&t);
    add_all_types(&t);
    t.columns[8].type = type_varchar(500); /* binary is written in hexadecimal, but read as X'..' */
    for (int round = 0; round < 200; round++) {
        struct buf    json = { 0 }, csv = { 0 }, again = { 0 };
        struct batch *rows = random_rows(&t, &seed, 50);
        encode(&t, "json", rows, &json);
        decode_again(&t, "json", &json, &again);
        assert_int_equal(json.len, again.len);
        assert_memory_equal(json.data, again.data, json.len);
        texts_not_null(&t, rows);
        buf_clear(&json);
        buf_clear(&again);
        encode(&t, "json", rows, &json);
        encode(&t, "csv", rows, &csv);
        decode_again(&t, "csv", &csv, &again);
        assert_int_equal(json.len, again.len);
        assert_memory_equal(json.data, again.data, json.len);
        buf_free(&json);
        buf_free(&csv);
        buf_free(&again);
        batch_release(rows);
    }
    io_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_values),
        cmocka_unit_test(delimited_values),
        cmocka_unit_test(texts_are_quoted_where_they_must),
        cmocka_unit_test(short_texts_are_escaped),
        cmocka_unit_test(times_of_many_minutes),
        cmocka_unit_test(selections_constants_and_ends),
        cmocka_unit_test(no_columns),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
