/* test_template.c: records from templates: what tags become, which slips are taken, and which are refused where. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "io/template_impl.h"

enum { NOW = 1521343200 }; /* 2018-03-18 03:20:00, a Sunday */

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

static struct text_file *file_of(const char *text)
{
    struct text_file *f = ARENA_NEW(arena, struct text_file);
    *f = (struct text_file){ "t", text, strlen(text) };
    return f;
}

/* The first record of the template with seed 1. */
static const char *record(const char *text)
{
    struct template *t;
    struct status st = template_compile(arena, file_of(text), 1, &t);
    if (st.err) fail_msg("%s: %s", text, st.message);
    struct buf out = { 0 };
    template_record(t, NOW * INT64_C(1000) + 7, 5000, &out);
    const char *copy = arena_dup(arena, buf_c(&out), out.len + 1);
    buf_free(&out);
    return copy;
}

static void expect(const char *text, const char *want)
{
    assert_string_equal(record(text), want);
}

static void refuse(const char *text, uint32_t line, uint32_t column, const char *part)
{
    struct template *t;
    struct status st = template_compile(arena, file_of(text), 1, &t);
    assert_int_not_equal(st.err, ERR_NONE);
    if (!strstr(st.message, part)) fail_msg("%s", st.message);
    assert_int_equal(st.at.line, line);
    assert_int_equal(st.at.column, column);
}

static void text_stays_as_it_is(void **state)
{
    (void)state;
    expect("  {\"a\": 1}\r\n", "{\"a\": 1}");
    expect("a\n  b\r\nc", "a  b\rc");
    expect("{\"a\":{\"b\":{{random.arrayElement([1])}}}}", "{\"a\":{\"b\":1}}");
    expect("{\"a\":{\"b\":1}}, {{random.arrayElement([\"x\"])}}", "{\"a\":{\"b\":1}}, x");
    expect("{{{random.arrayElement([1])}}}", "{1}");
}

static void arguments_are_json_or_nearly(void **state)
{
    (void)state;
    expect("{{random.number({'min':5,'max':5})}}", "5");
    expect("{{random.number({\"min\":\"5\",\"max\":\"5\"})}}", "5");
    expect("{{ random.number( {\"min\":-3,\"max\":-3} ) }}", "-3");
    expect("{{helpers.replaceSymbols(a-b)}}", "a-b");
    expect(
        "{{random.arrayElement([[1,null,2]])}}|"
           "{{random.arrayElement([{\"a\":1}])}}|{{random.arrayElement([null])}}",
        "1,,2|[object Object]|null");
    expect("{{random.arrayElement([0.5])}} {{random.objectElement({\"k\":true})}}", "0.5 true");
    expect("{{helpers.slugify(\"an odd, name!\")}}", "an-odd-name");
    assert_int_equal(strlen(record("{{random.uuid()}}")), 36);
}

static void times_follow_their_format(void **state)
{
    (void)state;
    expect("{{date.now}}", "2018-03-18T03:20:00.007+00:00");
    expect("{{current.timestamp}}", "2018-03-18T03:20:00.007+00:00");
    expect("{{date.utc}}", "2018-03-18T03:20:00Z");
    expect("{{date.now(\"x\")}} {{date.utc(\"X\")}} {{date.simTime(\"x\")}}",
           "1521343200007 1521343200 5000");
    expect("{{date.now(\"YYYY-MM-DD HH:mm:ss.SSS\")}}", "2018-03-18 03:20:00.007");
    expect("{{date.now(\"YY M D H h m s S SS A a [at] Do ddd dddd MMM MMMM DDD DDDD E Z ZZ\")}}",
           "18 3 18 3 3 20 0 0 00 AM am at 18th Sun Sunday Mar March 77 077 7 +00:00 +0000");
    const char *past = record("{{date.past}}"), *future = record("{{date.future(2)}}");
    assert_non_null(strstr(past, "GMT+0000 (Coordinated Universal Time)"));
    assert_int_equal(strlen(past), strlen(future));
}

static void numbers_stay_in_their_bounds(void **state)
{
    (void)state;
    struct template *t;
    struct status st = template_compile(
        arena,
        file_of(
            "{{random.number({\"min\":2,\"max\":4})}} "
                       "{{random.number({\"max\":1,\"precision\":0.5})}}"),
        3, &t);
    assert_int_equal(st.err, ERR_NONE);
    int seen[5] = { 0 }, halves[3] = { 0 };
    for (int i = 0; i < 3000; i++) {
        struct buf out = { 0 };
        template_record(t, 0, 0, &out);
        char *rest;
        long whole = strtol(buf_c(&out), &rest, 10);
        double half = strtod(rest, NULL);
        assert_in_range(whole, 2, 4);
        assert_true(half == 0 || half == 0.5 || half == 1);
        seen[whole]++;
        halves[(int)(half * 2)]++;
        buf_free(&out);
    }
    for (int i = 2; i <= 4; i++) assert_in_range(seen[i], 850, 1150);
    for (int i = 0; i < 3; i++) assert_in_range(halves[i], 850, 1150);
}

static void weights_are_kept(void **state)
{
    (void)state;
    struct template *t;
    struct status st = template_compile(
        arena,
        file_of("{{random.weightedArrayElement({\"weights\":[0.9,0.1,0],\"data\":[1,2,3]})}}"), 3,
        &t);
    assert_int_equal(st.err, ERR_NONE);
    int seen[4] = { 0 };
    for (int i = 0; i < 10000; i++) {
        struct buf out = { 0 };
        template_record(t, 0, 0, &out);
        seen[atoi(buf_c(&out))]++;
        buf_free(&out);
    }
    assert_in_range(seen[1], 8850, 9150);
    assert_int_equal(seen[3], 0);
}

/* Makes nothing without an argument, or hashes. */
static bool is_odd(const char *name)
{
    static const char *const odd[] = { "random.weightedArrayElement", "helpers.replaceSymbols",
                                       "helpers.replaceSymbolWithNumber", "helpers.slugify",
                                       "helpers.mustache", "phone.phoneFormats" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        if (strcmp(name, odd[i]) == 0) return true;
    }
    return false;
}

static void every_helper_makes_something(void **state)
{
    (void)state;
    size_t n = 0;
    for (; template_helper(n); n++) {
        const char *name = template_helper(n);
        if (is_odd(name)) continue;
        const char *made = record(str_format_c(arena, "{{%s}}", name));
        if (!*made || strchr(made, '{') || strstr(made, "##"))
            fail_msg("%s makes \"%s\"", name, made);
    }
    assert_true(n > 130);
}

static void the_seed_decides(void **state)
{
    (void)state;
    const char *text = "{{random.uuid}} {{name.findName}} {{random.number}}";
    assert_string_equal(record(text), record(text));
    struct template *t;
    struct buf out = { 0 };
    struct status st = template_compile(arena, file_of(text), 2, &t);
    assert_int_equal(st.err, ERR_NONE);
    template_record(t, 0, 0, &out);
    assert_string_not_equal(record(text), buf_c(&out));
    buf_free(&out);
}

static void slips_are_told_with_their_place(void **state)
{
    (void)state;
    refuse("{\"a\":\n {{random.nmber}}", 2, 4, "random.nmber");
    refuse("{{random.number}} {{date.now", 1, 19, "no }}");
    refuse("{{}}", 1, 3, "empty");
    refuse("{{random.number(5}}", 1, 3, "parenthesis");
    refuse("{{random.number({\"min\":\"x\"})}}", 1, 3, "\"min\": n");
    refuse("{{random.number({\"precision\":[]})}}", 1, 3, "\"precision\": n");
    refuse("{{random.number(abc)}}", 1, 3, "number");
    refuse("{{random.number({\"min\":5,\"max\":1})}}", 1, 3, "below");
    refuse("{{random.weightedArrayElement({\"weights\":[1],\"data\":[1,2]})}}", 1, 3, "weight");
    refuse("  \n", 0, 0, "empty");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(text_stays_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(arguments_are_json_or_nearly, begin, end),
        cmocka_unit_test_setup_teardown(times_follow_their_format, begin, end),
        cmocka_unit_test_setup_teardown(numbers_stay_in_their_bounds, begin, end),
        cmocka_unit_test_setup_teardown(weights_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(every_helper_makes_something, begin, end),
        cmocka_unit_test_setup_teardown(the_seed_decides, begin, end),
        cmocka_unit_test_setup_teardown(slips_are_told_with_their_place, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
