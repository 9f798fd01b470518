/* test_schema.c: columns by name, and JSON paths. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/schema.h"

static struct path parsed(struct arena *a, const char *text)
{
    struct path p;
    struct status st = path_parse(a, str_c(text), SPAN_NONE, &p);
    assert_int_equal(st.err, ERR_NONE);
    return p;
}

static void paths_have_steps(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_int_equal(parsed(a, "$").n_steps, 0);
    struct path p = parsed(a, "$.a long name of a member.b[0:].c[12]['it''s [.]'][\"x\"]");
    assert_int_equal(p.n_steps, 7);
    assert_true(str_equal_c(p.steps[0].name, "a long name of a member"));
    assert_int_equal(p.steps[2].kind, STEP_EACH);
    assert_true(str_equal_c(p.steps[3].name, "c"));
    assert_int_equal(p.steps[4].kind, STEP_INDEX);
    assert_int_equal(p.steps[4].index, 12);
    assert_true(str_equal_c(p.steps[5].name, "it's [.]"));
    assert_true(str_equal_c(p.steps[6].name, "x"));
    p = path_of_name(a, str_c("TICKER"));
    assert_int_equal(p.n_steps, 1);
    assert_true(str_equal_c(p.steps[0].name, "TICKER"));
    arena_free(a);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const char *const texts[] = {
        "",    "a",    "$a",    "$.",   "$..a",  "$.a.", "$[",  "$[]",   "$[1",    "$[x]",
        "$[1:]", "$[0:", "$['a'", "$['a", "$['", "$[']", "$[-1]", "$['a'x", "$[99999999999]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct path p = { .n_steps = 77 };
        struct status st = path_parse(a, str_c(texts[i]), SPAN_NONE, &p);
        assert_int_equal(st.err, ERR_BAD_PATH);
        assert_int_equal(p.n_steps, 77);
        assert_non_null(strstr(st.message, texts[i]));
    }
    arena_free(a);
}

static enum err check(struct arena *a, const char *first, const char *second)
{
    struct column columns[2] = {
        { .name = str_c("X"), .path = parsed(a, first) },
        { .name = str_c("Y"), .path = parsed(a, second) },
    };
    struct schema s = { columns, 2 };
    struct status st = schema_check_paths(a, &s);
    if (st.err) assert_non_null(strstr(st.message, "array"));
    assert_int_equal(schema_find(&s, str_c("Y")), 1);
    assert_int_equal(schema_find(&s, str_c("y")), -1);
    return st.err;
}

static void one_array_makes_rows(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_int_equal(check(a, "$.v[0:].x", "$.v[0:].y"), ERR_NONE);
    assert_int_equal(check(a, "$.v[0:].x", "$.w[0:]"), ERR_NONE);
    assert_int_equal(check(a, "$.v[0:].x", "$.v[0:].y[0:]"), ERR_NONE);
    assert_int_equal(check(a, "$.v[0:].x", "$.w[0:].x"), ERR_BAD_PATH);
    assert_int_equal(check(a, "$.v[0:].x", "$.a.v[0:].x"), ERR_BAD_PATH);
    assert_int_equal(check(a, "$.n", "$.v[0:].w[0:].x"), ERR_BAD_PATH);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_have_steps),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(one_array_makes_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
