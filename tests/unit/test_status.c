/* test_status.c: how a status and a list of them are shown. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/diag.h"
#include "base/limits.h"
#include "base/status.h"

static struct text_file file_of(const char *name, const char *text)
{
    return (struct text_file){ .name = name, .data = text, .size = strlen(text) };
}

/* The place of `what` in the text. */
static struct span span_of(const struct text_file *f, const char *what)
{
    const char *at = strstr(f->data, what);
    assert_non_null(at);
    struct span s = { .file = f, .line = 1, .column = 1, .offset = (uint32_t)(at - f->data) };
    for (const char *p = f->data; p < at; p++) {
        if (*p == '\n') {
            s.line++;
            s.column = 1;
        } else if (((unsigned char)*p & 0xc0) != 0x80) {
            s.column++;
        }
    }
    s.length = (uint32_t)strlen(what);
    return s;
}

static void assert_printed(const struct status *st, const char *expected)
{
    struct buf b = { 0 };
    status_print(&b, st);
    assert_string_equal(buf_c(&b), expected);
    buf_free(&b);
}

static void names_and_codes(void **state)
{
    (void)state;
    assert_string_equal(err_sqlstate(ERR_UNKNOWN_COLUMN), "42703");
    assert_string_equal(err_name(ERR_UNKNOWN_COLUMN), "UNKNOWN_COLUMN");
    assert_string_equal(err_text(ERR_DIVISION_BY_ZERO), "division by zero");
    assert_string_equal(err_sqlstate(ERR_NONE), "00000");
}

static void shows_the_place(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct text_file f = file_of("app.sql", "CREATE X;\n"
                                            "\tSELECT \"\xc3\xa9t\xc3\xa9\", TICKR FROM S;\nEND");
    struct status st = status_new(a, ERR_UNKNOWN_COLUMN, span_of(&f, "TICKR"),
                                  "no column \"%s\" here", "TICKR");
    assert_printed(&st, "app.sql:2:16: error 42703: no column \"TICKR\" here\n"
                        "\tSELECT \"\xc3\xa9t\xc3\xa9\", TICKR FROM S;\n"
                        "\t              ^~~~~\n");
    st = status_with_hint(st, "did you mean \"TICKER\"?");
    struct buf b = { 0 };
    status_print_as(&b, &st, "warning");
    assert_non_null(strstr(buf_c(&b), ": warning 42703: "));
    assert_non_null(strstr(buf_c(&b), "\nhint: did you mean \"TICKER\"?\n"));
    buf_free(&b);
    arena_free(a);
}

static void carets_end_with_the_line(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct text_file f = file_of("a", "one 'two\r\nthree'");
    struct status st = status_new(a, ERR_SYNTAX, span_of(&f, "'two\r\nthree'"), "text without end");
    assert_printed(&st, "a:1:5: error 42601: text without end\none 'two\n    ^~~~\n");
    struct text_file end = file_of("b", "SELECT");
    st = status_new(a, ERR_SYNTAX, (struct span){ &end, 1, 7, 6, 0 }, "ends too early");
    assert_printed(&st, "b:1:7: error 42601: ends too early\nSELECT\n      ^\n");
    arena_free(a);
}

static void long_lines_are_cut(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct buf text = { 0 };
    for (int i = 0; i < 1000; i++) buf_append_c(&text, "\xc3\xa9");
    buf_append_c(&text, "HERE");
    for (int i = 0; i < 1000; i++) buf_append_c(&text, "\xc3\xa9");
    struct text_file f = file_of("long", buf_c(&text));
    struct status st = status_new(a, ERR_SYNTAX, span_of(&f, "HERE"), "x");
    struct buf b = { 0 };
    status_print(&b, &st);
    assert_true(b.len < 600);
    assert_non_null(strstr(buf_c(&b), "\xc3\xa9HERE\xc3\xa9"));
    assert_non_null(strstr(buf_c(&b), " ^~~~\n"));
    buf_free(&b);
    buf_free(&text);
    arena_free(a);
}

static void without_a_place(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct status st = status_new(a, ERR_BAD_URL, SPAN_NONE, "no driver for \"%s\"", "x:");
    assert_printed(&st, "error HY024: no driver for \"x:\"\n");
    st = status_new(NULL, ERR_BAD_URL, SPAN_NONE, "%s", "not kept");
    assert_printed(&st, "error HY024: bad URL\n");
    arena_free(a);
}

static void diags_come_in_the_order_of_the_text(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct text_file second = file_of("second", "x\ny"), first = file_of("first", "p q\nr");
    struct diags d;
    diags_init(&d, a);
    diags_error(&d, OK);
    diags_error(&d, status_new(a, ERR_SYNTAX, span_of(&first, "r"), "three"));
    diags_add(&d, DIAG_WARNING, status_new(a, ERR_SYNTAX, span_of(&second, "y"), "four"));
    diags_error(&d, status_new(a, ERR_SYNTAX, span_of(&first, "q"), "two"));
    diags_error(&d, status_new(a, ERR_SYNTAX, span_of(&first, "q"), "two"));
    diags_error(&d, status_new(a, ERR_USAGE, SPAN_NONE, "one"));
    assert_int_equal(d.error_count, 4);
    struct buf b = { 0 };
    diags_print(&b, &d);
    assert_string_equal(buf_c(&b), "error HY000: one\n"
                                   "first:1:3: error 42601: two\np q\n  ^\n"
                                   "first:2:1: error 42601: three\nr\n^\n"
                                   "second:2:1: warning 42601: four\ny\n^\n");
    buf_free(&b);
    arena_free(a);
}

static void diags_are_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct diags d;
    diags_init(&d, a);
    for (int i = 0; i < LIMIT_DIAGS + 7; i++) {
        diags_error(&d, status_new(a, ERR_USAGE, SPAN_NONE, "number %d", i));
    }
    assert_int_equal(d.count, LIMIT_DIAGS);
    assert_int_equal(d.error_count, LIMIT_DIAGS + 7);
    struct buf b = { 0 };
    diags_print(&b, &d);
    assert_non_null(strstr(buf_c(&b), "7 more errors are not shown\n"));
    buf_free(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_codes),
        cmocka_unit_test(shows_the_place),
        cmocka_unit_test(carets_end_with_the_line),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(without_a_place),
        cmocka_unit_test(diags_come_in_the_order_of_the_text),
        cmocka_unit_test(diags_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
