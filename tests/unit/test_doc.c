/* test_doc.c: JSON and YAML as trees with places; answers of functions. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/doc.h"
#include "io/lambda.h"

static struct status parse(struct arena *a, const char *text, struct doc_node **out)
{
    struct text_file *file = ARENA_NEW(a, struct text_file);
    *file = (struct text_file){ "doc", text, strlen(text) };
    return doc_parse(a, file, out);
}

static void assert_place(const struct span *at, uint32_t line, uint32_t column)
{
    assert_int_equal(at->line, line);
    assert_int_equal(at->column, column);
}

static void json_knows_its_places(void **state)
{
    struct arena    *a = arena_new();
    struct doc_node *root;
    (void)state;
    assert_int_equal(parse(a, "{\n  \"ü\": [1,\n \"\\ud83d\\ude00\"]}", &root).err, ERR_NONE);
    const struct doc_node *list = doc_get(root, "ü");
    assert_int_equal(list->count, 2);
    assert_place(&list->at, 2, 8);
    assert_place(&list->items[1]->at, 3, 2);
    assert_true(str_equal_c(list->items[1]->text, "😀"));
    arena_free(a);
}

static void json_errors_have_places(void **state)
{
    static const struct {
        const char *text;
        uint32_t    line, column;
    } cases[] = { { "{\"a\": }", 1, 7 },     { "{\"a\": 1,}", 1, 9 },   { "[1 2]", 1, 4 },
                  { "{\"a\":\n\"x", 2, 1 },  { "[\"\\q\"]", 1, 3 },      { "[01]", 1, 3 },
                  { "{} x", 1, 4 },          { "[\"\\ud800\"]", 1, 3 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena    *a = arena_new();
        struct doc_node *root;
        struct status    st = parse(a, cases[i].text, &root);
        assert_int_equal(st.err, ERR_SYNTAX);
        assert_place(&st.at, cases[i].line, cases[i].column);
        arena_free(a);
    }
}

static void short_tags_are_maps(void **state)
{
    struct arena    *a = arena_new();
    struct doc_node *root;
    (void)state;
    assert_int_equal(parse(a, "a: !Ref B\nb: !GetAtt C.Arn\nc: !Odd [1]\n", &root).err, ERR_NONE);
    assert_true(str_equal_c(doc_get(doc_get(root, "a"), "Ref")->text, "B"));
    assert_true(str_equal_c(doc_get(doc_get(root, "b"), "Fn::GetAtt")->text, "C.Arn"));
    assert_int_equal(doc_get(doc_get(root, "c"), "Fn::Odd")->kind, DOC_LIST);
    arena_free(a);
}

static void repeated_anchors_have_an_end(void **state)
{
    struct arena    *a = arena_new();
    struct buf       text = { 0 };
    struct doc_node *root;
    (void)state;
    buf_append_c(&text, "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++) buf_printf(&text, "%s*a%d", k ? "," : "", i - 1);
        buf_append_c(&text, "]\n");
    }
    assert_int_equal(parse(a, buf_c(&text), &root).err, ERR_LIMIT_EXCEEDED);
    buf_free(&text);
    arena_free(a);
}

static void answers_are_checked(void **state)
{
    static const struct {
        const char *answer;
        bool        good;
    } cases[] = {
        { "{\"records\":[{\"recordId\":\"00000000000000000007\",\"result\":\"Ok\","
          "\"data\":\"YWI=\"}]}",
          true },
        { "{\"records\":[{\"recordId\":\"00000000000000000007\",\"result\":\"Dropped\"}]}", true },
        { "{\"records\":[{\"recordId\":\"00000000000000000007\",\"result\":\"Ok\"}]}", false },
        { "{\"records\":[{\"recordId\":\"00000000000000000007\",\"result\":\"Ok\","
          "\"data\":\"Y\"}]}",
          false },
        { "{\"records\":[{\"recordId\":\"00000000000000000008\",\"result\":\"Dropped\"}]}", false },
        { "{\"records\":[{\"recordId\":\"00000000000000000007\",\"result\":\"Fine\"}]}", false },
        { "{\"records\":[]}", false },
        { "oops", false },
    };
    struct io_endpoint e = { .name = "S" };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena        *a = arena_new();
        struct lambda_record r = { .text = str_c("x") };
        struct str           answer = str_c(cases[i].answer);
        struct status        st = lambda_read_answer(a, &e, LAMBDA_INPUT, answer, &r, 1, 7);
        assert_int_equal(st.err == ERR_NONE, cases[i].good);
        if (i == 0) assert_true(str_equal_c(r.answer, "ab"));
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_knows_its_places),        cmocka_unit_test(json_errors_have_places),
        cmocka_unit_test(short_tags_are_maps),          cmocka_unit_test(answers_are_checked),
        cmocka_unit_test(repeated_anchors_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
