/* test_json_flat.c: documents become lines, whatever the pieces they come in. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/json_flat.h"
#include "io_data.h"

/* The text in pieces of every size, with columns of that path. */
static void expect_flat(const char *path, const char *text, const char *want, const char *why)
{
    struct io_table t;
    io_table_init(&t);
    io_column(&t, "A", type_of(TYPE_INTEGER), path);
    size_t n = strlen(text);
    assert_int_equal(n, strlen(want));
    for (size_t piece = 1; piece <= n + 1; piece++) {
        char bytes[200];
        struct json_flat f;
        memcpy(bytes, text, n);
        json_flat_init(&f, &t.config);
        for (size_t at = 0; at < n; at += piece)
            json_flat_run(&f, bytes + at, n - at < piece ? n - at : piece);
        assert_memory_equal(bytes, want, n);
        const char *said = json_flat_end(&f);
        assert_int_equal(said != NULL, why != NULL);
        if (why) assert_non_null(strstr(said, why));
    }
    io_table_free(&t);
}

static void arrays_of_objects_are_split(void **state)
{
    (void)state;
    expect_flat(NULL, "[{\"A\":1},{\"A\":2}]", " {\"A\":1}\n{\"A\":2} ", NULL);
    expect_flat(NULL, "[\n{\"A\":\n1},\n{\"A\":[1,2]}\n]\n", " \n{\"A\": 1}\n\n{\"A\":[1,2]}\n \n",
                NULL);
    expect_flat(NULL, "[]", "  ", NULL);
    expect_flat(NULL, "[{\"A\":\"]},{\\\"\"},{}] [{}]", " {\"A\":\"]},{\\\"\"}\n{}   {} ", NULL);
}

static void arrays_that_are_rows_are_not(void **state)
{
    (void)state;
    expect_flat("$[0]", "[1,2]\n[3,4]\n", "[1,2]\n[3,4]\n", NULL);
    expect_flat("$[0]", "[1,\n2]\n", "[1, 2]\n", NULL);
}

static void objects_over_several_lines_are_joined(void **state)
{
    (void)state;
    expect_flat(NULL, "{\r\n\"A\":1\r\n}\r\n{\n}", "{  \"A\":1  }\r\n{ }", NULL);
    expect_flat(NULL, "{\n\"A\":\"\\\\\"}\n", "{ \"A\":\"\\\\\"}\n", NULL);
}

static void lines_stay_as_they_are(void **state)
{
    (void)state;
    expect_flat(NULL, "\n{\"A\":1}\n{\"A\":\n{\"A\":\"\n[1\n",
                "\n{\"A\":1}\n{\"A\":\n{\"A\":\"\n[1\n", NULL);
    expect_flat(NULL, "{\"A\":\"1\n{\"A\":[\n}", "{\"A\":\"1\n{\"A\":[\n}", NULL);
}

static void damage_is_told(void **state)
{
    (void)state;
    expect_flat(NULL, "[{\"A\":1}", " {\"A\":1}", "too early");
    expect_flat(NULL, "[{\"A\":1", " {\"A\":1", "too early");
    expect_flat(NULL, "{\n\"A\":\"1", "{ \"A\":\"1", "too early");
    expect_flat(NULL, "[{}]]", " {} ]", "too many");
    expect_flat(NULL, "{\n}}", "{ }}", "too many");
    expect_flat(NULL, "[{\"A\":\"\n\"}]", " {\"A\":\"\n\"}]", "too many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_objects_are_split),
        cmocka_unit_test(arrays_that_are_rows_are_not),
        cmocka_unit_test(objects_over_several_lines_are_joined),
        cmocka_unit_test(lines_stay_as_they_are),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
