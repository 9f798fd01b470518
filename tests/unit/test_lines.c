/* test_lines.c: whatever the pieces that bytes come in, the same records come out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "io/lines.h"
#include "io_data.h"

struct config {
    const char *format, *column, *row;
};

/* Feeds the text in pieces of `piece` bytes (0: of random sizes) and decodes the blocks that come out. */
static void cut_and_decode(const struct io_table *t, struct config c, const char *text, size_t n,
                           size_t piece, struct buf *out)
{
    struct lines         l;
    struct decoder      *d;
    struct arena        *a = arena_new();
    uint64_t             seed = n;
    struct decode_config config = t->config;
    config.column_delimiter = str_c(c.column);
    config.row_delimiter = str_c(c.row);
    assert_int_equal(decoder_new(a, c.format, &config, &d).err, ERR_NONE);
    lines_init(&l, c.format, str_c(c.column), str_c(c.row));
    for (bool end = false; !end;) {
        size_t room, want = piece ? piece : io_random(&seed) % 40 + 1;
        char  *to = lines_room(&l, want, &room);
        size_t give = n < room ? n : room;
        memcpy(to, text, give);
        text += give;
        n -= give;
        end = give == 0;
        if (give) lines_add(&l, give);
        bool          first;
        struct block *b = lines_take(&l, end, &first);
        for (size_t at = 0; b && at < b->size;) {
            struct decoded decoded;
            at = decoder_run(d, b, at, 1024, first && at == 0, &decoded);
            io_describe(&t->config, &decoded, out);
            batch_release(decoded.batch);
        }
        if (b) block_release(b);
    }
    lines_fini(&l);
    arena_free(a);
}

static void expect(const struct io_table *t, struct config c, const char *text, size_t n,
                   const char *expected)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 64, 100000, 0 };
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct buf out = { 0 };
        cut_and_decode(t, c, text, n, pieces[i], &out);
        assert_string_equal(buf_c(&out), expected);
        buf_free(&out);
    }
}

static void init_table(struct io_table *t)
{
    io_table_init(t);
    io_column(t, "a", type_varchar(12), NULL);
    io_column(t, "b", type_of(TYPE_INTEGER), NULL);
}

#define EXPECT(t, c, text, expected) expect(t, c, text, sizeof text - 1, expected)

static void lines_are_records(void **state)
{
    (void)state;
    struct io_table t;
    struct config   json = { "json", "", "" };
    init_table(&t);
    EXPECT(&t, json, "\xEF\xBB\xBF{\"a\":\"x\"}\r\n\n{\"b\":2}\n{\"b\":3}",
           "\"x\" null\nnull 2\n"
           "null 3\n");
    EXPECT(&t, json, "", "");
    EXPECT(&t, json, "\n", "");
    EXPECT(&t, json, "\xEF\xBB", "! PARSE record is not valid JSON: expected a value at byte 1\n");
    io_table_free(&t);
}

static void quotes_hold_records_together(void **state)
{
    (void)state;
    struct io_table t;
    struct config   csv = { "csv", "", "" };
    init_table(&t);
    EXPECT(&t, csv, "x,1\n\"two\nlines\",2\n\"a\"\"b\",3\r\nit's 5\" long,4\n\"\",5\n",
           "\"x\" 1\n\"two\\nlines\" 2\n\"a\\\"b\" 3\n\"it's 5\\\" long\" 4\n\"\" 5\n");
    EXPECT(&t, csv, "a\"b\n\"c\"d\n\"e\nf",
           "\"a\\\"b\" null\n! PARSE the quotes of field 1 do "
           "not end with it\n"
           "! PARSE the quotes of field 1 do not end with it\n");
    io_table_free(&t);
}

static void delimiters_of_several_bytes(void **state)
{
    (void)state;
    struct io_table t;
    struct config   c = { "csv", "||", "|;|" };
    init_table(&t);
    EXPECT(&t, c, "x||1|;|y|z||2|;|\"|;|\"||3|;||;|||4|;|w",
           "\"x\" 1\n\"y|z\" 2\n\"|;|\" 3\n"
           "\"\" 4\n\"w\" null\n");
    EXPECT(&t, ((struct config){ "csv", "", "\r\n" }), "x,1\r\ny\n,2\r\nz\r,3",
           "\"x\" 1\n"
           "\"y\\n\" 2\n"
           "\"z\\r\" 3\n");
    EXPECT(&t, ((struct config){ "tsv", "", "" }), "x\t1\n,\t2\n", "\"x\" 1\n\",\" 2\n");
    EXPECT(&t, ((struct config){ "csv", "", "\n\n" }), "x,1\n\ny\n,2\n\n\n\nz,3",
           "\"x\" 1\n"
           "\"y\\n\" 2\n"
           "\"z\" 3\n");
    io_table_free(&t);
}

static void a_header_is_the_first_record_that_is_not_blank(void **state)
{
    (void)state;
    struct io_table t;
    struct config   csv = { "csv", "", "" };
    init_table(&t);
    t.config.header = true;
    EXPECT(&t, csv, "\xEF\xBB\xBF\n\r\n\"a\nb\",b\nx,1\na,2\n", "\"x\" 1\n\"a\" 2\n");
    EXPECT(&t, csv, "\n\na,b", "");
    io_table_free(&t);
}

/* A record of `size` bytes between two ordinary ones. */
static char *with_long_record(const char *before, const char *start, size_t size, const char *after,
                              size_t *n)
{
    size_t a = strlen(before), b = strlen(start), c = strlen(after);
    char  *text = malloc(a + size + c);
    memset(text, 'x', a + size);
    memcpy(text, before, a);
    memcpy(text + a, start, b);
    memcpy(text + a + size, after, c);
    *n = a + size + c;
    return text;
}

static void records_beyond_the_limit_are_refused_wherever_pieces_end(void **state)
{
    (void)state;
    static const struct {
        struct config c;
        const char   *before, *start, *after, *expected;
    } cases[] = {
        { { "json", "", "" },
          "{\"b\":1}\n",
          "{\"a\":\"",
          "\"}\n{\"b\":2}\n",
          "null 1\n"
          "! LIMIT null 2\n" },
        { { "csv", "", "" }, "a,1\n", "", ",5\nb,2\n", "\"a\" 1\n! LIMIT \"b\" 2\n" },
        { { "csv", "", "" },
          "a,1\n",
          "\"",
          "\nrest\nb,2\n\"c\",3",
          "\"a\" 1\n! LIMIT \"rest\" "
          "null\n\"b\" 2\n\"c\" 3\n" },
        { { "csv", "", "||" }, "a,1||", "", "|\n||b,2||", "\"a\" 1\n! LIMIT \"b\" 2\n" },
    };
    static const size_t sizes[] = { LIMIT_RECORD_BYTES + 1, LIMIT_RECORD_BYTES + 700 };
    static const size_t pieces[] = { 10000003, LIMIT_RECORD_BYTES * 2 };
    struct io_table     t;
    init_table(&t);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf  wanted = { 0 };
        const char *mark = strstr(cases[i].expected, "! LIMIT ");
        buf_printf(&wanted, "%.*s! LIMIT_EXCEEDED record is longer than 67108864 bytes\n%s",
                   (int)(mark - cases[i].expected), cases[i].expected, mark + 8);
        for (size_t k = 0; k < 2; k++) {
            size_t     n;
            struct buf out = { 0 };
            char      *text =
                with_long_record(cases[i].before, cases[i].start, sizes[k], cases[i].after, &n);
            cut_and_decode(&t, cases[i].c, text, n, pieces[k], &out);
            assert_string_equal(buf_c(&out), buf_c(&wanted));
            buf_free(&out);
            free(text);
        }
        buf_free(&wanted);
    }
    io_table_free(&t);
}

static void random_text_is_cut_alike(void **state)
{
    (void)state;
    static const char          bytes[] = "ab1,,\"\"\n\n\r|;\t ";
    static const struct config configs[] = {
        { "csv", "", "" },  { "csv", "||", "|;|" }, { "csv", "", "\r\n" },
        { "tsv", "", "|" }, { "csv", "\"", "\n" },  { "json", "", "" },
    };
    uint64_t        seed = 7;
    struct io_table t;
    init_table(&t);
    for (int round = 0; round < 600; round++) {
        char   text[200];
        size_t n = io_random(&seed) % sizeof text;
        for (size_t i = 0; i < n; i++) text[i] = bytes[io_random(&seed) % (sizeof bytes - 1)];
        struct config c = configs[io_random(&seed) % 6];
        struct buf    whole = { 0 };
        t.config.header = io_random(&seed) % 2;
        cut_and_decode(&t, c, text, n, sizeof text, &whole);
        expect(&t, c, text, n, buf_c(&whole));
        buf_free(&whole);
    }
    io_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_records),
        cmocka_unit_test(quotes_hold_records_together),
        cmocka_unit_test(delimiters_of_several_bytes),
        cmocka_unit_test(a_header_is_the_first_record_that_is_not_blank),
        cmocka_unit_test(records_beyond_the_limit_are_refused_wherever_pieces_end),
        cmocka_unit_test(random_text_is_cut_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
