/* test_frame.c: which rows lie in a sliding frame, and that their memory comes back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "time/frame.h"

static const enum form forms[] = { FORM_I64, FORM_STR };
static const bool values[] = { true, true };

struct fixture {
    struct arena       *a;
    struct frame_layout layout;
    struct frame        frame;
    size_t              bytes;
    int64_t             n;
};

static struct fixture open_frame(bool rows, int64_t size)
{
    struct fixture x = { .a = arena_new() };
    frame_layout_init(&x.layout, x.a, rows, size, forms, values, 2);
    return x;
}

static void close_frame(struct fixture *x)
{
    frame_free(&x->layout, &x->frame, &x->bytes);
    assert_int_equal(x->bytes, 0);
    arena_free(x->a);
}

/* A row with its number and a text of it; every fifth number is NULL. */
static void add(struct fixture *x, rowtime t)
{
    frame_drop(&x->layout, &x->frame, frame_expired(&x->layout, &x->frame, t), &x->bytes);
    char text[40];
    int n = snprintf(text, sizeof text, "the text of row %lld", (long long)x->n);
    int64_t number = x->n++;
    uint64_t null = number % 5 == 0;
    struct str s = str_view(text, (size_t)n);
    struct vector i64 = { .type = type_of(TYPE_BIGINT), .i64 = &number, .nulls = &null };
    struct vector str = { .type = type_varchar(40), .str = &s };
    const struct vector *columns[] = { &i64, &str };
    frame_add(&x->layout, &x->frame, t, columns, 0, &x->bytes);
}

/* The frame holds the rows from `first` to the last one added. */
static void check(const struct fixture *x, int64_t first)
{
    const struct frame *f = &x->frame;
    assert_int_equal(f->count, x->n - first);
    for (uint32_t i = 0; i < f->count; i++) {
        uint32_t slot = frame_slot(f, f->first + i);
        int64_t number = first + i;
        assert_int_equal(frame_is_null(&x->layout, f, 0, slot), number % 5 == 0);
        if (number % 5) {
            assert_int_equal(((int64_t *)frame_data(&x->layout, f, 0))[slot], number);
        }
        char text[40];
        snprintf(text, sizeof text, "the text of row %lld", (long long)number);
        struct str s = ((struct str *)frame_data(&x->layout, f, 1))[slot];
        assert_true(str_equal_c(s, text));
    }
}

static void test_both_ends_of_a_range_belong_to_it(void **state)
{
    (void)state;
    struct fixture x = open_frame(false, 10);
    add(&x, 0);
    add(&x, 10);
    check(&x, 0);
    add(&x, 11);
    check(&x, 1);
    add(&x, 11);
    add(&x, 100);
    check(&x, 4);
    close_frame(&x);
}

static void test_rows_are_the_current_one_and_n_before(void **state)
{
    (void)state;
    struct fixture x = open_frame(true, 2);
    for (int64_t i = 0; i < 50; i++) {
        add(&x, 7);
        check(&x, i < 2 ? 0 : i - 2);
    }
    close_frame(&x);
    x = open_frame(true, 0);
    add(&x, 1);
    add(&x, 2);
    check(&x, 1);
    close_frame(&x);
}

static void test_the_ends_of_time(void **state)
{
    (void)state;
    struct fixture x = open_frame(false, INT64_MAX);
    add(&x, INT64_MIN + 5);
    add(&x, -1);
    check(&x, 0);
    assert_true(frame_is_over(&x.layout, &x.frame, INT64_MAX));
    assert_false(frame_is_over(&x.layout, &x.frame, -1));
    close_frame(&x);
}

static void test_a_burst_gives_its_memory_back(void **state)
{
    (void)state;
    struct fixture x = open_frame(false, 100);
    for (int i = 0; i < 5000; i++) add(&x, 1000);
    check(&x, 0);
    size_t most = x.bytes;
    for (int i = 0; i < 40; i++) add(&x, 1100 + i * 50);
    check(&x, 5037);
    assert_true(x.bytes < most / 50);
    close_frame(&x);
}

static void test_saved_and_loaded(void **state)
{
    (void)state;
    struct fixture x = open_frame(false, 1000), y = open_frame(false, 1000);
    for (int i = 0; i < 200; i++) add(&x, i * 20);
    struct snap_writer w = { { 0 } };
    frame_save(&x.layout, &x.frame, &w);
    for (size_t cut = 0; cut < w.out.len; cut += 7) {
        struct snap_reader r = { w.out.data, w.out.data + cut, false };
        assert_false(frame_load(&y.layout, &y.frame, &r, &y.bytes));
        frame_free(&y.layout, &y.frame, &y.bytes);
    }
    struct snap_reader r = { w.out.data, w.out.data + w.out.len, false };
    assert_true(frame_load(&y.layout, &y.frame, &r, &y.bytes));
    y.n = x.n;
    check(&y, 149);
    add(&x, 4100);
    add(&y, 4100);
    check(&y, 155);
    check(&x, 155);
    buf_free(&w.out);
    close_frame(&x);
    close_frame(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ends_of_a_range_belong_to_it),
        cmocka_unit_test(test_rows_are_the_current_one_and_n_before),
        cmocka_unit_test(test_the_ends_of_time),
        cmocka_unit_test(test_a_burst_gives_its_memory_back),
        cmocka_unit_test(test_saved_and_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
